//! PostgreSQL 15 or newer: a small pool, short time-outs, and a second try where the server asks for one.

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};

use super::tx::Connection;
use super::{Error, Failure, Tx, Work, panic_text};

/// Connections of one replica (`reliability-security` 3.2).
const CONNECTIONS: u32 = 10;
/// Tries of a unit of work that a deadlock or a serialisation failure ended.
const TRIES: u32 = 5;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

pub(super) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| Failure::Other("DATABASE_URL cannot be read; write postgres://user@host/database".to_owned()))?
            .application_name("wardroom")
            .disable_statement_logging()
            .options([
                ("statement_timeout", "5s"),
                ("lock_timeout", "2s"),
                // The server's own cure for a transaction that was left open (`reliability-security` 0.2).
                ("idle_in_transaction_session_timeout", "10s"),
                ("client_connection_check_interval", "5s"),
                ("tcp_user_timeout", "10s"),
                ("tcp_keepalives_idle", "5"),
                ("tcp_keepalives_interval", "3"),
                ("tcp_keepalives_count", "3"),
            ]);
        // Migrations may take longer than any statement of ours, so they get a connection without those limits.
        let mut migrator =
            options.clone().options([("statement_timeout", "0"), ("lock_timeout", "60s")]).connect().await?;
        let (version,): (i32,) = sqlx::query_as("SELECT CAST(current_setting('server_version_num') AS INTEGER)")
            .fetch_one(&mut migrator)
            .await?;
        if version < 150_000 {
            return Err(Failure::Other(format!(
                "PostgreSQL {} is too old; wardroom needs 15 or newer",
                version / 10_000
            ))
            .into());
        }
        MIGRATIONS.run(&mut migrator).await.map_err(Failure::from)?;
        drop(migrator);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(3))
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let pool = self.pool.clone();
        let job = Arc::new(job);
        // A task of its own: a caller that gives up must not cancel a transaction half-way.
        let work = tokio::spawn(async move {
            let mut tried = 1;
            loop {
                match attempt(&pool, &*job, true).await {
                    Err(error) if tried < TRIES && is_worth_another_try(&error) => {
                        tokio::time::sleep(Duration::from_millis(rand::random_range(5..=20 << tried))).await;
                        tried += 1;
                    }
                    result => return result,
                }
            }
        });
        work.await.map_err(|error| Failure::Panicked(error.to_string()))?
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let pool = self.pool.clone();
        let work = tokio::spawn(async move { attempt(&pool, &job, false).await });
        work.await.map_err(|error| Failure::Panicked(error.to_string()))?
    }

    pub(super) async fn describe(&self) -> Result<String, Error> {
        let (version,): (String,) = sqlx::query_as("SHOW server_version").fetch_one(&self.pool).await?;
        Ok(format!("PostgreSQL {version}"))
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the store: it runs in a task that nobody cancels")]
async fn attempt<T, F>(pool: &PgPool, job: &F, keep: bool) -> Result<T, Error>
where
    F: for<'t> Fn(&'t mut Tx) -> Work<'t, T>,
{
    let mut transaction = pool.begin().await?;
    if !keep {
        transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    }
    let mut tx = Tx { connection: Connection::Postgres(transaction) };
    let result = AssertUnwindSafe(job(&mut tx)).catch_unwind().await;
    let Connection::Postgres(transaction) = tx.connection else { unreachable!("it was made a PostgreSQL one above") };
    match result {
        Ok(Ok(value)) if keep => {
            transaction.commit().await?;
            Ok(value)
        }
        Ok(result) => {
            transaction.rollback().await?;
            result
        }
        Err(panic) => {
            transaction.rollback().await?;
            Err(Failure::Panicked(panic_text(&*panic)).into())
        }
    }
}

/// Serialisation failure (40001) and deadlock (40P01): the server asks to run it again.
fn is_worth_another_try(error: &Error) -> bool {
    let Error::Failed(Failure::Database(sqlx::Error::Database(error))) = error else { return false };
    matches!(error.code().as_deref(), Some("40001" | "40P01"))
}
