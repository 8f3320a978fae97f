//! The database: SQLite as the embedded default, PostgreSQL for several replicas, behind one SQL text with `$1`.
//!
//! A unit of work is a job: it is given a [`Tx`], awaits nothing else, and is never cancelled. What it returns reaches the caller only
//! after COMMIT. An error takes all of it back. A job may run twice (PostgreSQL asks for that after a deadlock), so it must not
//! consume what it captured.
//!
//! To add a table: one migration file of the same name in both folders; a test compares versions, tables and columns.

mod postgres;
pub mod records;
pub mod search;
mod sqlite;
mod tx;
mod value;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

pub use tx::{Queue, Statement, TOLD, Tx};
pub use value::{Row, Value};

pub use crate::error::{Error, Failure};

/// What a job returns.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 't>>;

/// A database that is open and up to date.
pub struct Store(Backend);

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database at `url` (`sqlite://file` or `postgres://…`), makes it if it is missing, and migrates it.
    ///
    /// # Errors
    /// A sentence when the file is held by another process, the SQLite library is too old, or the server cannot be reached.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let backend = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Backend::Postgres(postgres::Postgres::open(url).await?)
        } else if url.starts_with("sqlite:") {
            Backend::Sqlite(sqlite::Sqlite::open(url).await?)
        } else {
            return Err(Failure::Other(
                "DATABASE_URL names no database that wardroom knows; write sqlite://wardroom.db or postgres://user@host/name"
                    .to_owned(),
            )
            .into());
        };
        Ok(Self(backend))
    }

    /// Opens the database as [`Store::open`] does or, where another process holds its file, to read alone beside it.
    ///
    /// # Errors
    /// As [`Store::open`]; and where there is no such file, for whoever looks must not make what is looked for.
    pub async fn open_beside(url: &str) -> Result<Self, Error> {
        if url.starts_with("sqlite:") {
            sqlite::Sqlite::must_exist(url)?;
            if sqlite::Sqlite::is_held(url)? {
                return Ok(Self(Backend::Sqlite(sqlite::Sqlite::look(url).await?)));
            }
        }
        Self::open(url).await
    }

    /// Runs `job` as one unit of work and returns what it returned, once that is on disk.
    pub async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        match &self.0 {
            Backend::Sqlite(sqlite) => sqlite.write(job).await,
            Backend::Postgres(postgres) => postgres.write(job).await,
        }
    }

    /// Runs `job` on a consistent view, beside the writers. Whatever it writes is taken back.
    pub async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        match &self.0 {
            Backend::Sqlite(sqlite) => sqlite.read(job).await,
            Backend::Postgres(postgres) => postgres.read(job).await,
        }
    }

    /// Whether this process alone can hold the database. Then whatever an earlier process had leased is free.
    pub fn is_exclusive(&self) -> bool {
        matches!(self.0, Backend::Sqlite(_))
    }

    /// The database's kind and version, for `wardroom check`.
    pub async fn describe(&self) -> Result<String, Error> {
        match &self.0 {
            Backend::Sqlite(sqlite) => sqlite.describe().await,
            Backend::Postgres(postgres) => postgres.describe().await,
        }
    }

    /// Writes a complete copy to `file`, which must not exist.
    ///
    /// # Errors
    /// A sentence when the database is PostgreSQL, whose own tools make better backups.
    pub async fn back_up(&self, file: PathBuf) -> Result<(), Error> {
        match &self.0 {
            Backend::Sqlite(sqlite) => sqlite.back_up(file).await,
            Backend::Postgres(_) => Err(Failure::Other(
                "wardroom backs up SQLite only; for PostgreSQL use pg_dump, or the continuous archiving of your server"
                    .to_owned(),
            )
            .into()),
        }
    }

    /// Finishes what is under way and closes the connections, so that no WAL file stays behind.
    pub async fn close(&self) {
        match &self.0 {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// What a caught panic said.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a word".to_owned())
}
