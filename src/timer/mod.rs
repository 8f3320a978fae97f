//! Durable timers: what is to happen at a time, whether wardroom runs then or not. A timer is one row per live plan; changing the plan
//! raises its generation, so that a plan that was replaced can never fire.

mod runner;

use std::fmt;

use chrono::{DateTime, Utc};

use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::Number;
use crate::snowflake::GuildId;
use crate::store::Tx;

pub use runner::Runner;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An update of an incident was promised by now.
    PromisedUpdate,
    /// An incident on hold is to be looked at.
    Hold,
    /// Nobody has taken command of an incident.
    Unclaimed,
    /// Management is to hear of a major incident.
    Notice,
    /// A resolved incident is done.
    Close,
    /// A task is due.
    Task,
    /// A review is due.
    Review,
    /// So much of a service-level target is used up.
    ServiceLevel,
    /// So much of an error budget may be spent.
    Budget,
    /// A digest is to be posted.
    Digest,
}

impl Kind {
    /// All of them.
    const ALL: [Self; 10] = [
        Self::PromisedUpdate,
        Self::Hold,
        Self::Unclaimed,
        Self::Notice,
        Self::Close,
        Self::Task,
        Self::Review,
        Self::ServiceLevel,
        Self::Budget,
        Self::Digest,
    ];

    /// Its name in the database and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::PromisedUpdate => "promised-update",
            Self::Hold => "hold",
            Self::Unclaimed => "unclaimed",
            Self::Notice => "notice",
            Self::Close => "close",
            Self::Task => "task",
            Self::Review => "review",
            Self::ServiceLevel => "service-level",
            Self::Budget => "budget",
            Self::Digest => "digest",
        }
    }

    fn stored(name: &str) -> Result<Self, Failure> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| Failure::inconsistent("timer", format!("kind `{name}` is unknown to this version")))
    }
}

/// What a timer is about: a record, or a part of one that is numbered within it, such as a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The record.
    pub record: Number,
    /// Which part of it.
    pub part: Option<i64>,
}

impl Subject {
    /// Part `part` of `record`.
    pub fn part(record: Number, part: i64) -> Self {
        Self { record, part: Some(part) }
    }

    fn stored(text: &str) -> Result<Self, Failure> {
        let (record, part) = match text.split_once('/') {
            Some((record, part)) => (record, Some(part)),
            None => (text, None),
        };
        let wrong = |_| Failure::inconsistent("timer", format!("`{text}` is no subject"));
        Ok(Self { record: Number::stored(record)?, part: part.map(str::parse).transpose().map_err(wrong)? })
    }
}

impl From<Number> for Subject {
    fn from(record: Number) -> Self {
        Self { record, part: None }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Some(part) => write!(f, "{}/{part}", self.record),
            None => self.record.fmt(f),
        }
    }
}

/// A timer whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    id: i64,
    /// The server.
    pub guild: GuildId,
    /// What it is for.
    pub kind: Kind,
    /// What it is about.
    pub subject: Subject,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// Which plan it was.
    pub generation: i64,
}

/// What [`due`] asks: up to `$1`, at most `$2`, behind the instant `$3` and the id `$4`.
pub const DUE: &str = "SELECT timer_id, guild_id, kind, subject, due_at, generation FROM timer
      WHERE state = 'armed' AND due_at <= $1 AND (due_at > $3 OR due_at = $3 AND timer_id > $4)
      ORDER BY due_at, timer_id LIMIT $2";

/// What [`next_due`] asks.
pub const NEXT_DUE: &str = "SELECT due_at FROM timer WHERE state = 'armed' ORDER BY due_at, timer_id LIMIT 1";

/// Writes a plan; one that is there is replaced where the condition holds.
macro_rules! plan {
    ($replaced_where:literal) => {
        concat!(
            "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state) VALUES ($1, $2, $3, $4, 1, 'armed')
             ON CONFLICT (guild_id, kind, subject)
             DO UPDATE SET due_at = excluded.due_at, generation = timer.generation + 1, state = 'armed'
                WHERE ",
            $replaced_where
        )
    };
}

/// Plans `kind` for `subject` at `due_at`, in place of any plan before. A plan that is made again as it is stays as it is: what has fired
/// for this very instant does not fire again because something else about the record changed.
pub async fn arm(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    subject: impl Into<Subject>,
    due_at: DateTime<Utc>,
) -> Result<(), Error> {
    let subject = subject.into().to_string();
    tx.execute(
        plan!("timer.due_at <> excluded.due_at OR timer.state = 'cancelled'"),
        args![guild, kind.name(), subject, due_at],
    )
    .await
    .map(drop)
}

/// Plans `kind` for `subject` at `due_at`, unless it is planned already.
pub async fn ensure(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    subject: impl Into<Subject>,
    due_at: DateTime<Utc>,
) -> Result<(), Error> {
    let subject = subject.into().to_string();
    tx.execute(plan!("timer.state <> 'armed'"), args![guild, kind.name(), subject, due_at]).await.map(drop)
}

/// Plans `kind` for `subject` at `due_at`, or drops its plan. Unlike [`arm`], it is planned again for an instant at which it fired already:
/// for whoever knows what was done by then.
pub async fn set(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    subject: impl Into<Subject>,
    due_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let subject = subject.into();
    let Some(due_at) = due_at else { return cancel(tx, guild, kind, subject).await };
    tx.execute(
        plan!("timer.due_at <> excluded.due_at OR timer.state <> 'armed'"),
        args![guild, kind.name(), subject.to_string(), due_at],
    )
    .await
    .map(drop)
}

/// Drops the plan of `kind` for `subject`, if there is one.
pub async fn cancel(tx: &mut Tx, guild: GuildId, kind: Kind, subject: impl Into<Subject>) -> Result<(), Error> {
    let subject = subject.into().to_string();
    tx.execute(
        "UPDATE timer SET state = 'cancelled', generation = generation + 1
          WHERE guild_id = $1 AND kind = $2 AND subject = $3 AND state = 'armed'",
        args![guild, kind.name(), subject],
    )
    .await
    .map(drop)
}

/// A timer whose row cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    id: i64,
    /// What is wrong with it.
    pub why: String,
    /// Whether it is of a kind that another version of wardroom may know: then it is no mistake, and waits for that version.
    pub foreign: bool,
}

/// The timers that are due at `now`, the longest due first, at most `limit`. Those that cannot be read are left out, and take no place.
pub async fn due(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>, Error> {
    Ok(look(tx, now, limit).await?.0)
}

/// What is due, as [`due`] gives it, and what could not be read on the way.
pub(crate) async fn look(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<(Vec<Due>, Vec<Unreadable>), Error> {
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    let wanted = usize::try_from(limit).unwrap_or_default();
    let mut after = (i64::MIN, 0);
    while found.len() < wanted {
        let rows: Vec<(i64, i64, String, String, i64, i64)> = tx.all(DUE, args![now, limit, after.0, after.1]).await?;
        let Some(last) = rows.last() else { break };
        after = (last.4, last.0);
        let is_last = rows.len() < wanted;
        for (id, guild, kind, subject, due_at, generation) in rows {
            match (Kind::stored(&kind), Subject::stored(&subject)) {
                (Ok(kind), Ok(subject)) => found.push(Due {
                    id,
                    guild: GuildId::from_i64(guild),
                    kind,
                    subject,
                    due_at: instant(due_at),
                    generation,
                }),
                (Err(why), _) => unreadable.push(Unreadable { id, why: why.to_string(), foreign: true }),
                (_, Err(why)) => unreadable.push(Unreadable { id, why: why.to_string(), foreign: false }),
            }
        }
        if is_last {
            break;
        }
    }
    found.truncate(wanted);
    Ok((found, unreadable))
}

/// Sets a timer aside that cannot be read: it would be met again at each look, for ever.
pub(crate) async fn set_aside(tx: &mut Tx, timer: &Unreadable) -> Result<(), Error> {
    tx.execute("UPDATE timer SET state = 'cancelled' WHERE timer_id = $1 AND state = 'armed'", args![timer.id])
        .await
        .map(drop)
}

/// When the next timer is due, if any is armed.
pub async fn next_due(tx: &mut Tx) -> Result<Option<DateTime<Utc>>, Error> {
    let row: Option<(i64,)> = tx.optional(NEXT_DUE, Vec::new()).await?;
    Ok(row.map(|(due_at,)| instant(due_at)))
}

/// Takes `due` for this transaction; false when it was replaced, cancelled, or taken by another.
pub async fn take(tx: &mut Tx, due: &Due) -> Result<bool, Error> {
    let taken = tx
        .execute(
            "UPDATE timer SET state = 'fired' WHERE timer_id = $1 AND generation = $2 AND state = 'armed'",
            args![due.id, due.generation],
        )
        .await?;
    Ok(taken == 1)
}
