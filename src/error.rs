//! What can go wrong: a refusal is a sentence for the person who asked, a failure is ours and goes to the log.

use std::borrow::Cow;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person's request was refused by a rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// wardroom, its database or its surroundings failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl Error {
    /// Whether a rule said no, rather than a machine.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// A rule that said no: which one, and a sentence that says what is so and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// The guard that failed, as the journal and the metrics name it: `process.guard`.
    pub guard: &'static str,
    /// Markdown; texts of people in it are escaped.
    pub sentence: Cow<'static, str>,
    /// Whether the refusal itself is evidence, and goes into the journal.
    pub on_record: bool,
}

impl Refusal {
    /// A refusal by `guard`, told as `sentence`.
    pub fn new(guard: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self { guard, sentence: sentence.into(), on_record: false }
    }

    /// The same refusal as evidence: somebody reached for more than they may.
    #[must_use]
    pub fn on_record(mut self) -> Self {
        self.on_record = true;
        self
    }
}

/// Something failed on wardroom's side. It is logged once, where it is handled; the person sees a reference.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database said no, or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value cannot be read back: the database was changed by other hands, or by a newer wardroom.
    #[error("{table} holds a row that cannot be: {why}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong, and in which row.
        why: String,
    },
    /// A JSON value of ours could not be written or read.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// A unit of work panicked; its changes were taken back.
    #[error("a unit of work panicked: {0}")]
    Panicked(String),
    /// Anything else, told as a sentence.
    #[error("{0}")]
    Other(String),
}

/// Whether what the database said is about a moment and not about the statement.
fn passes(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // Busy, locked, an error of the disk, a full disk, a file that cannot be opened: the last byte tells (sqlite.org/rescode.html).
        return code.parse::<u32>().is_ok_and(|code| [5, 6, 10, 13, 14].contains(&(code & 0xff)));
    }
    // Connection exceptions, too many connections, a full disk, a server that stops or starts, a lock or a statement that took too long,
    // a serialisation failure, a deadlock (PostgreSQL's manual, appendix A).
    code.starts_with("08")
        || ["53300", "53100", "57P01", "57P02", "57P03", "55P03", "57014", "40001", "40P01"].contains(&&*code)
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure {
    /// Whether it may go by itself: the database does not answer, has no connection to spare, or is busy with another's work. Not so
    /// what it refuses for good, such as a row that cannot be.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Database(
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed,
            ) => true,
            Self::Database(sqlx::Error::Database(error)) => passes(&**error),
            _ => false,
        }
    }

    /// A row of `table` that cannot be.
    pub fn inconsistent(table: &'static str, why: impl Into<String>) -> Self {
        Self::Inconsistent { table, why: why.into() }
    }
}
