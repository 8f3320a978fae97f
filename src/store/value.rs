//! Typed values for statements, and what a row can be read into.

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, FromRow};

use super::Error;
use crate::error::Failure;
use crate::number::Number;
use crate::snowflake::{ChannelId, GuildId, MessageId, RoleId, UserId};

/// One argument of a statement. `None` keeps its type, which PostgreSQL needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `INTEGER` in SQLite, `BIGINT` in PostgreSQL: numbers, snowflakes, booleans as 0 and 1, instants as microseconds UTC.
    Integer(Option<i64>),
    /// `TEXT`.
    Text(Option<String>),
    /// `BLOB` in SQLite, `BYTEA` in PostgreSQL.
    Bytes(Option<Vec<u8>>),
}

/// The arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}

/// A row that both databases can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

pub(super) fn for_sqlite(values: Vec<Value>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(|error| Failure::Other(format!("an argument could not be bound: {error}")))?;
    }
    Ok(arguments)
}

pub(super) fn for_postgres(values: Vec<Value>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(|error| Failure::Other(format!("an argument could not be bound: {error}")))?;
    }
    Ok(arguments)
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(Some(i64::from(value)))
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(value: DateTime<Utc>) -> Self {
        Self::Integer(Some(value.timestamp_micros()))
    }
}

impl From<Option<DateTime<Utc>>> for Value {
    fn from(value: Option<DateTime<Utc>>) -> Self {
        Self::Integer(value.map(|instant| instant.timestamp_micros()))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<[u8; 32]> for Value {
    fn from(value: [u8; 32]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

/// A record's number is stored as people write it: `INC-7`.
impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Text(Some(value.to_string()))
    }
}

macro_rules! from_ids {
    ($($id:ty),+) => {$(
        impl From<$id> for Value {
            fn from(value: $id) -> Self {
                Self::Integer(Some(value.to_i64()))
            }
        }

        impl From<Option<$id>> for Value {
            fn from(value: Option<$id>) -> Self {
                Self::Integer(value.map(<$id>::to_i64))
            }
        }
    )+};
}

from_ids!(GuildId, ChannelId, MessageId, RoleId, UserId);
