//! Rows as they are, of any table, page by page: for whoever takes all of a table and knows it by its description alone.

use std::fmt::Write;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _, TypeInfo, ValueRef};

use super::value::Value;
use super::{Error, Tx};
use crate::snowflake::GuildId;

/// What is read of a table. All of it is ours: nothing that a person wrote comes into a statement.
#[derive(Clone, Copy, Debug)]
pub struct Pages<'a> {
    /// The table; it has a column `guild_id`.
    pub table: &'static str,
    /// The columns, in their order.
    pub columns: &'a [&'static str],
    /// Those among them by which the guild's rows are told apart and ordered.
    pub key: &'a [&'static str],
    /// Whether the key is unique by itself, and the table is read along it: rows of other guilds are passed by, and nothing is sorted.
    pub along_key: bool,
    /// A condition beside the guild's, which is `$1`.
    pub only: &'a str,
}

/// A row: the values of the columns that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(pub Vec<Value>);

impl Pages<'_> {
    /// Up to `limit` rows of `guild` in the order of the key, after the one with key `after`.
    pub async fn read(
        &self,
        tx: &mut Tx,
        guild: GuildId,
        after: Option<Vec<Value>>,
        limit: i64,
    ) -> Result<Vec<Record>, Error> {
        let sql = self.statement(after.is_some());
        let mut args = vec![Value::from(guild)];
        args.extend(after.into_iter().flatten());
        args.push(limit.into());
        tx.all_of(sql, args).await
    }

    /// What is asked: the guild is `$1`, then come the values of the key after which the page begins, if it does, then how many rows.
    pub fn statement(&self, begins_after: bool) -> String {
        let key = self.key.join(", ");
        // The sum keeps either database from an index that begins with the guild: its rows would have to be sorted by the key.
        let guild = if self.along_key { "guild_id + 0" } else { "guild_id" };
        let mut sql = format!("SELECT {} FROM {} WHERE {guild} = $1", self.columns.join(", "), self.table);
        let mut arguments = 1;
        // Writing into a string does not fail.
        if !self.only.is_empty() {
            let _ = write!(sql, " AND {}", self.only);
        }
        if begins_after {
            let places: Vec<String> = self.key.iter().zip(2..).map(|(_, place)| format!("${place}")).collect();
            let _ = write!(sql, " AND ({key}) > ({})", places.join(", "));
            arguments += self.key.len();
        }
        let _ = write!(sql, " ORDER BY {key} LIMIT ${}", arguments + 1);
        sql
    }

    /// The key of `record`.
    pub fn key_of(&self, record: &Record) -> Vec<Value> {
        let place = |name: &&str| self.columns.iter().position(|column| column == name);
        self.key.iter().filter_map(place).filter_map(|place| record.0.get(place).cloned()).collect()
    }
}

macro_rules! record_from {
    ($row:ty, $bytes:literal, $text:literal) => {
        impl<'r> FromRow<'r, $row> for Record {
            fn from_row(row: &'r $row) -> Result<Self, sqlx::Error> {
                let value = |place: usize| {
                    let raw = row.try_get_raw(place)?;
                    let kind = raw.type_info();
                    Ok(match kind.name() {
                        _ if raw.is_null() => Value::Integer(None),
                        $bytes => Value::Bytes(row.try_get(place)?),
                        $text => Value::Text(row.try_get(place)?),
                        _ => Value::Integer(row.try_get(place)?),
                    })
                };
                (0..row.len()).map(value).collect::<Result<_, sqlx::Error>>().map(Self)
            }
        }
    };
}

record_from!(SqliteRow, "BLOB", "TEXT");
record_from!(PgRow, "BYTEA", "TEXT");
