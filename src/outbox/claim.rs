//! Taking rows to deliver: due queries over partial indexes, so that the cost follows what is due; leases with a fencing epoch.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::effect::Lane;
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::Number;
use crate::snowflake::{ChannelId, GuildId, MessageId};
use crate::store::Tx;

/// Rows looked at per lane in one claim.
const LOOK: i64 = 64;

pub(super) const LANES: [Lane; 6] =
    [Lane::Answer, Lane::Page, Lane::State, Lane::Reminder, Lane::Digest, Lane::Cosmetic];

/// Answers and pages: lanes up to here are not kept in line with what else is said in their channel.
const LAST_URGENT: i64 = Lane::Page as i64;

macro_rules! lane {
    ($lane:literal) => {
        concat!(
            "SELECT * FROM (SELECT lane, not_before, outbox_id, channel_id FROM outbox WHERE lane = ",
            $lane,
            " AND state = 'pending' AND not_before <= $1 ORDER BY not_before, outbox_id LIMIT $2) lane_",
            $lane
        )
    };
}

/// What a row asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Post,
    Card,
    Room,
    /// A private thread, with all of a restricted record in it.
    Vault,
    Member,
}

/// A row that this process holds the lease of.
#[derive(Clone, Debug)]
pub(super) struct Claimed {
    pub id: i64,
    pub guild: GuildId,
    pub lane: Lane,
    pub kind: Kind,
    pub channel: ChannelId,
    pub room: Option<Number>,
    pub payload: String,
    pub revision: i64,
    pub nonce: String,
    pub attempt: i64,
    /// The fencing token: whoever claims later has a higher one.
    pub epoch: i64,
    pub first_sent_at: DateTime<Utc>,
    pub message: Option<MessageId>,
    /// The ids of the documents that go along, apart by spaces.
    pub documents: Option<String>,
}

#[derive(FromRow)]
struct Row {
    outbox_id: i64,
    guild_id: i64,
    lane: i64,
    kind: String,
    channel_id: i64,
    room: Option<String>,
    payload: String,
    revision: i64,
    nonce: String,
    attempt: i64,
    lease_epoch: i64,
    first_sent_at: i64,
    message_id: Option<i64>,
    documents: Option<String>,
}

impl Row {
    fn claimed(self) -> Result<Claimed, Failure> {
        let kind = match self.kind.as_str() {
            "post" => Kind::Post,
            "card" => Kind::Card,
            "room" => Kind::Room,
            "vault" => Kind::Vault,
            "member" => Kind::Member,
            other => {
                return Err(Failure::inconsistent("outbox", format!("row {} is of kind `{other}`", self.outbox_id)));
            }
        };
        let lane = usize::try_from(self.lane).ok().and_then(|index| LANES.get(index)).ok_or_else(|| {
            Failure::inconsistent("outbox", format!("row {} is in lane {}", self.outbox_id, self.lane))
        })?;
        Ok(Claimed {
            id: self.outbox_id,
            guild: GuildId::from_i64(self.guild_id),
            lane: *lane,
            kind,
            channel: ChannelId::from_i64(self.channel_id),
            room: self.room.as_deref().map(Number::stored).transpose()?,
            payload: self.payload,
            revision: self.revision,
            nonce: self.nonce,
            attempt: self.attempt,
            epoch: self.lease_epoch,
            first_sent_at: instant(self.first_sent_at),
            message: self.message_id.map(MessageId::from_i64),
            documents: self.documents,
        })
    }
}

/// What is due in every lane. Each lane has its own look into the index, so that a crowd in one hides nothing in another.
const DUE: &str = concat!(
    lane!(0),
    " UNION ALL ",
    lane!(1),
    " UNION ALL ",
    lane!(2),
    " UNION ALL ",
    lane!(3),
    " UNION ALL ",
    lane!(4),
    " UNION ALL ",
    lane!(5)
);

/// Rows that are due, the most urgent first, at most one per channel and none in a channel that is `busy`. Answers and pages wait for
/// nobody, though others wait for them: a card whose edit waits for a rate limit must not hold up who is called.
pub(super) async fn candidates(
    tx: &mut Tx,
    now: DateTime<Utc>,
    busy: &HashSet<ChannelId>,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    let mut rows: Vec<(i64, i64, i64, Option<i64>)> = tx.all(DUE, args![now, LOOK]).await?;
    rows.sort_unstable();
    let mut taken = busy.clone();
    let mut ids = Vec::new();
    for (lane, _, id, channel) in rows {
        let Some(channel) = channel.map(ChannelId::from_i64) else { continue };
        if ids.len() < limit && (taken.insert(channel) || lane <= LAST_URGENT) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Takes the lease of row `id`, unless it is no longer due or another replica speaks in its channel.
///
/// A row whose holder died keeps its channel until it is freed, which happens within a second of its lease's end: then it goes first, and
/// what was to be said after it is not said before it.
///
/// `database_now` is [`Tx::database_now`] of this transaction.
pub(super) async fn claim(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
    database_now: i64,
    lease: TimeDelta,
) -> Result<Option<Claimed>, Error> {
    let row: Option<Row> = tx
        .optional(
            "UPDATE outbox SET state = 'sending', attempt = attempt + 1, lease_epoch = lease_epoch + 1,
                               lease_until = $3, first_sent_at = COALESCE(first_sent_at, $2)
              WHERE outbox_id = $1 AND state = 'pending' AND not_before <= $2 AND expires_at > $2
                AND (lane <= $4
                     OR NOT EXISTS (SELECT 1 FROM outbox other
                                     WHERE other.state = 'sending' AND other.channel_id = outbox.channel_id))
             RETURNING outbox_id, guild_id, lane, kind, channel_id, room, payload, revision, nonce, attempt, lease_epoch,
                       first_sent_at, message_id, documents",
            args![id, now, database_now + lease.num_microseconds().unwrap_or(i64::MAX / 4), LAST_URGENT],
        )
        .await?;
    if row.is_none() {
        tx.execute(
            "UPDATE outbox SET state = 'expired' WHERE outbox_id = $1 AND state = 'pending' AND expires_at <= $2",
            args![id, now],
        )
        .await?;
    }
    Ok(row.map(Row::claimed).transpose()?)
}

/// Keeps the lease of a row for longer; false when it was lost.
pub(super) async fn renew(tx: &mut Tx, id: i64, epoch: i64, lease: TimeDelta) -> Result<bool, Error> {
    let until = tx.database_now().await? + lease.num_microseconds().unwrap_or(i64::MAX / 4);
    let kept = tx
        .execute(
            "UPDATE outbox SET lease_until = $3 WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![id, epoch, until],
        )
        .await?;
    Ok(kept == 1)
}

/// Frees rows whose lease ran out: the process that held them is gone. `all` frees every row: the caller knows that no other process lives.
pub(super) async fn free(tx: &mut Tx, all: bool) -> Result<u64, Error> {
    let now = tx.database_now().await?;
    tx.execute(
        "UPDATE outbox SET state = 'pending', lease_until = NULL
          WHERE state = 'sending' AND (lease_until <= $1 OR $2 = 1)",
        args![now, all],
    )
    .await
}

/// Rows that are not yet said or given up, and the instant at which the oldest of them was due.
pub(super) async fn backlog(tx: &mut Tx) -> Result<(i64, Option<DateTime<Utc>>), Error> {
    // One statement for each partial index, so that the cost follows what is due and not what is stored.
    let pending: Option<(i64, Option<i64>)> =
        tx.optional("SELECT COUNT(*), MIN(not_before) FROM outbox WHERE state = 'pending'", Vec::new()).await?;
    let sending: Option<(i64,)> =
        tx.optional("SELECT COUNT(*) FROM outbox WHERE state = 'sending'", Vec::new()).await?;
    let (count, oldest) = pending.unwrap_or_default();
    Ok((count + sending.unwrap_or_default().0, oldest.map(instant)))
}
