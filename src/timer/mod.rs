//! Durable timers: what is to happen at a time, whether wardroom runs then or not. A timer is one row per live plan; changing the plan
//! raises its generation, so that a plan that was replaced can never fire.

mod runner;

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
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::PromisedUpdate => "promised-update",
        }
    }

    fn stored(name: &str) -> Result<Self, Failure> {
        match name {
            "promised-update" => Ok(Self::PromisedUpdate),
            _ => Err(Failure::inconsistent("timer", format!("kind `{name}` is unknown to this version"))),
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
    /// The record that it is about.
    pub record: Number,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// Which plan it was.
    pub generation: i64,
}

/// Plans `kind` for `record` at `due_at`, in place of any plan before. A plan that is made again as it is stays as it is: what has fired
/// for this very instant does not fire again because something else about the record changed.
pub async fn arm(tx: &mut Tx, guild: GuildId, kind: Kind, record: Number, due_at: DateTime<Utc>) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state) VALUES ($1, $2, $3, $4, 1, 'armed')
         ON CONFLICT (guild_id, kind, subject)
         DO UPDATE SET due_at = excluded.due_at, generation = timer.generation + 1, state = 'armed'
            WHERE timer.due_at <> excluded.due_at OR timer.state = 'cancelled'",
        args![guild, kind.name(), record, due_at],
    )
    .await
    .map(drop)
}

/// Drops the plan of `kind` for `record`, if there is one.
pub async fn cancel(tx: &mut Tx, guild: GuildId, kind: Kind, record: Number) -> Result<(), Error> {
    tx.execute(
        "UPDATE timer SET state = 'cancelled', generation = generation + 1
          WHERE guild_id = $1 AND kind = $2 AND subject = $3 AND state = 'armed'",
        args![guild, kind.name(), record],
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
        let rows: Vec<(i64, i64, String, String, i64, i64)> = tx
            .all(
                "SELECT timer_id, guild_id, kind, subject, due_at, generation FROM timer
                  WHERE state = 'armed' AND due_at <= $1 AND (due_at > $3 OR due_at = $3 AND timer_id > $4)
                  ORDER BY due_at, timer_id LIMIT $2",
                args![now, limit, after.0, after.1],
            )
            .await?;
        let Some(last) = rows.last() else { break };
        after = (last.4, last.0);
        let is_last = rows.len() < wanted;
        for (id, guild, kind, subject, due_at, generation) in rows {
            match (Kind::stored(&kind), Number::stored(&subject)) {
                (Ok(kind), Ok(record)) => found.push(Due {
                    id,
                    guild: GuildId::from_i64(guild),
                    kind,
                    record,
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
    let row: Option<(i64,)> = tx
        .optional("SELECT due_at FROM timer WHERE state = 'armed' ORDER BY due_at, timer_id LIMIT 1", Vec::new())
        .await?;
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
