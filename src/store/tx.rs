//! One transaction on either database: three verbs, one SQL text.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, SqliteConnection, Transaction};

use super::value::{Row, Value, for_postgres, for_sqlite};
use super::{Error, Failure};

/// The target under which each text that reads is told at TRACE, with how many rows it found; never its arguments.
pub const TOLD: &str = "wardroom::store::read";

/// What PostgreSQL's advisory locks are taken for: the first of their two numbers, which no two uses may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// A channel of the outbox.
    OutboxChannel = 1,
}

/// A statement and its arguments.
pub type Statement = (&'static str, Vec<Value>);

/// An open transaction.
pub struct Tx {
    pub(super) connection: Connection,
}

pub(super) enum Connection {
    /// The one writer of a SQLite file.
    SqliteWriter(SqliteConnection),
    /// One of the readers of a SQLite file.
    SqliteReader(PoolConnection<Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! on_connection {
    ($tx:expr, $args:expr, $call:ident, $connection:ident, $arguments:ident => $run:expr) => {
        match &mut $tx.connection {
            Connection::SqliteWriter($connection) => {
                let $arguments = for_sqlite($args)?;
                $run
            }
            Connection::SqliteReader(pooled) => {
                let $connection = &mut **pooled;
                let $arguments = for_sqlite($args)?;
                $run
            }
            Connection::Postgres(transaction) => {
                let $connection = &mut **transaction;
                let $arguments = for_postgres($args)?;
                $run
            }
        }
    };
}

impl Tx {
    /// Runs a statement and gives the number of rows that it changed.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, Error> {
        Ok(on_connection!(self, args, execute, connection, arguments =>
            sqlx::query_with(sql, arguments).execute(&mut *connection).await?.rows_affected()))
    }

    /// Runs statements one after another and gives the number of rows that they changed together. On SQLite all of them are one change
    /// of thread, to sqlx's and back, which is most of what a small statement costs.
    pub async fn execute_all(&mut self, statements: Vec<Statement>) -> Result<u64, Error> {
        if self.is_postgres() {
            let mut changed = 0;
            for (sql, args) in statements {
                changed += self.execute(sql, args).await?;
            }
            return Ok(changed);
        }
        let (sql, args) = joined(statements);
        Ok(on_connection!(self, args, execute, connection, arguments =>
            sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *connection).await?.rows_affected()))
    }

    /// The row that `sql` finds, or none.
    pub async fn optional<T: Row>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Option<T>, Error> {
        let row: Option<T> = on_connection!(self, args, optional, connection, arguments =>
            sqlx::query_as_with(sql, arguments).fetch_optional(&mut *connection).await?);
        tracing::trace!(target: TOLD, sql, rows = u64::from(row.is_some()));
        Ok(row)
    }

    /// All rows that `sql` finds, in its order.
    pub async fn all<T: Row>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<T>, Error> {
        let rows: Vec<T> = on_connection!(self, args, all, connection, arguments =>
            sqlx::query_as_with(sql, arguments).fetch_all(&mut *connection).await?);
        tracing::trace!(target: TOLD, sql, rows = rows.len() as u64);
        Ok(rows)
    }

    /// All rows that `sql` finds, in its order; `sql` was put together from texts of ours.
    pub(super) async fn all_of<T: Row>(&mut self, sql: String, args: Vec<Value>) -> Result<Vec<T>, Error> {
        Ok(on_connection!(self, args, all_of, connection, arguments =>
            sqlx::query_as_with(AssertSqlSafe(sql), arguments).fetch_all(&mut *connection).await?))
    }

    /// Keeps the rows that `sql` finds for this transaction alone. SQLite has one writer, so there is nothing to be done for it.
    pub async fn hold(&mut self, sql: &'static str, args: Vec<Value>) -> Result<(), Error> {
        if let Connection::Postgres(transaction) = &mut self.connection {
            // The text is ours: a static statement with two words behind it.
            let sql = AssertSqlSafe(format!("{sql} FOR UPDATE"));
            sqlx::query_with(sql, for_postgres(args)?).execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Has `key` of `queue` to this transaction alone, until it ends; false when another transaction has it, which is not waited for.
    /// On SQLite it is always so: there is one writer.
    pub async fn alone_with(&mut self, queue: Queue, key: i64) -> Result<bool, Error> {
        if !self.is_postgres() {
            return Ok(true);
        }
        let got: Option<(bool,)> = self
            .optional(
                "SELECT pg_try_advisory_xact_lock(CAST($1 AS INTEGER), hashint8($2))",
                vec![Value::from(queue as i64), Value::from(key)],
            )
            .await?;
        Ok(got.is_some_and(|(got,)| got))
    }

    /// Whether this is PostgreSQL; only `store` asks.
    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }

    /// The database's own time in microseconds, for leases alone: they are compared with nothing else.
    pub async fn database_now(&mut self) -> Result<i64, Error> {
        let sql = if self.is_postgres() {
            "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
        } else {
            "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
        };
        let row: Option<(i64,)> = self.optional(sql, Vec::new()).await?;
        row.map(|(now,)| now).ok_or_else(|| Failure::Other("the database does not know the time".to_owned()).into())
    }

    /// Marks a point that [`Tx::roll_back`] returns to. Marks do not nest.
    pub async fn mark(&mut self) -> Result<(), Error> {
        self.execute("SAVEPOINT attempt", Vec::new()).await.map(drop)
    }

    /// Takes back all that was done since [`Tx::mark`], and drops the mark.
    pub async fn roll_back(&mut self) -> Result<(), Error> {
        self.execute("ROLLBACK TO SAVEPOINT attempt", Vec::new()).await?;
        self.keep().await
    }

    /// Begins a trial: all that is done until [`Tx::end_trial`] is taken back there. Trials do not nest; a mark may stand before one.
    pub async fn begin_trial(&mut self) -> Result<(), Error> {
        self.execute("SAVEPOINT trial", Vec::new()).await.map(drop)
    }

    /// Takes back all that was done since [`Tx::begin_trial`].
    pub async fn end_trial(&mut self) -> Result<(), Error> {
        self.execute("ROLLBACK TO SAVEPOINT trial", Vec::new()).await?;
        self.execute("RELEASE SAVEPOINT trial", Vec::new()).await.map(drop)
    }

    /// Drops the mark and keeps what was done since. SQLite may leave it to the end of the transaction: an older mark costs nothing
    /// there, and a newer one hides it.
    pub async fn keep(&mut self) -> Result<(), Error> {
        if !self.is_postgres() {
            return Ok(());
        }
        self.execute("RELEASE SAVEPOINT attempt", Vec::new()).await.map(drop)
    }
}

/// One text of several statements: the arguments of each are counted on from those before. The texts are ours, and hold no `$` but before
/// the number of an argument.
fn joined(statements: Vec<Statement>) -> (String, Vec<Value>) {
    let (mut text, mut values) = (String::new(), Vec::new());
    for (sql, args) in statements {
        let mut parts = sql.split('$');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + values.len();
            text.push('$');
            text.push_str(&number.to_string());
            text.push_str(rest);
        }
        text.push(';');
        values.extend(args);
    }
    (text, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn joined_statements_count_their_arguments_on() {
        let (text, values) = joined(vec![
            ("UPDATE a SET b = $2 WHERE c = $1", args![1_i64, 2_i64]),
            ("DELETE FROM d WHERE e = $1", args!["x"]),
        ]);
        assert_eq!(text, "UPDATE a SET b = $2 WHERE c = $1;DELETE FROM d WHERE e = $3;");
        assert_eq!(values, args![1_i64, 2_i64, "x"]);
    }
}
