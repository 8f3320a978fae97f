//! What an operator should know: what could not be said, and what waits for a room that does not open.

use chrono::{DateTime, TimeDelta, Utc};

use crate::args;
use crate::clock::instant;
use crate::error::Error;
use crate::setup::{Unsaid, Waiting};
use crate::snowflake::GuildId;
use crate::store::Tx;

/// A room opens within seconds of its record. What waits for it longer than this is worth a word.
const SOON: TimeDelta = TimeDelta::minutes(2);

/// What of this guild is not said at `now` although it should be: the newest ten that were refused, and ten rooms that are waited for.
pub async fn unsaid(tx: &mut Tx, guild: GuildId, now: DateTime<Utc>) -> Result<Unsaid, Error> {
    Ok(Unsaid { refused: refused(tx, guild).await?, waiting: waiting(tx, guild, now).await? })
}

/// The rooms that are waited for, the longest first.
async fn waiting(tx: &mut Tx, guild: GuildId, now: DateTime<Utc>) -> Result<Vec<Waiting>, Error> {
    let rows: Vec<(String, i64, i64)> = tx
        .all(
            "SELECT room, COUNT(*), MIN(not_before) FROM outbox
              WHERE guild_id = $1 AND state = 'waiting' AND kind <> 'room' AND room IS NOT NULL
              GROUP BY room HAVING MIN(not_before) <= $2 ORDER BY MIN(not_before), room LIMIT 10",
            args![guild, now - SOON],
        )
        .await?;
    Ok(rows.into_iter().map(|(room, count, since)| Waiting { room, count, waited: now - instant(since) }).collect())
}

/// The newest things of this guild that could not be said, at most 10: what, in words, and why.
async fn refused(tx: &mut Tx, guild: GuildId) -> Result<Vec<(String, String)>, Error> {
    let rows: Vec<(String, Option<String>, Option<String>)> = tx
        .all(
            "SELECT kind, room, last_error FROM outbox
              WHERE guild_id = $1 AND state IN ('dead', 'ambiguous') ORDER BY outbox_id DESC LIMIT 10",
            args![guild],
        )
        .await?;
    let what = |kind: &str, room: Option<String>| match (kind, room) {
        ("card", Some(record)) => format!("the card of {record}"),
        ("room" | "vault", Some(record)) => format!("the room of {record}"),
        ("member", Some(record)) => format!("an invitation to the room of {record}"),
        (_, Some(record)) => format!("a message in the room of {record}"),
        (_, None) => "a message".to_owned(),
    };
    Ok(rows.into_iter().map(|(kind, room, why)| (what(&kind, room), why.unwrap_or_default())).collect())
}
