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
        let key = self.key.join(", ");
        let mut sql = format!("SELECT {} FROM {} WHERE guild_id = $1", self.columns.join(", "), self.table);
        let mut args = vec![Value::from(guild)];
        // Writing into a string does not fail.
        if !self.only.is_empty() {
            let _ = write!(sql, " AND {}", self.only);
        }
        if let Some(after) = after {
            let places: Vec<String> = (0..after.len()).map(|place| format!("${}", place + 2)).collect();
            let _ = write!(sql, " AND ({key}) > ({})", places.join(", "));
            args.extend(after);
        }
        let _ = write!(sql, " ORDER BY {key} LIMIT ${}", args.len() + 1);
        args.push(limit.into());
        tx.all_of(sql, args).await
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
