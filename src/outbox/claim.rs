//! Taking rows to deliver: leases with a fencing epoch, and what ends without being said.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::due::{Candidate, LAST_URGENT};
use super::effect::Lane;
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::Number;
use crate::snowflake::{ChannelId, GuildId, MessageId};
use crate::store::{Queue, Tx};

pub(super) const LANES: [Lane; 6] =
    [Lane::Answer, Lane::Page, Lane::State, Lane::Reminder, Lane::Digest, Lane::Cosmetic];

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

/// Takes the lease of row `id`, unless it is no longer due, a line before it waits, or another replica speaks in its channel. A row that
/// cannot be read is set aside: it is dead, and holds nobody up.
///
/// A row whose holder died keeps its channel until it is freed, which happens within a second of its lease's end: then it goes first, and
/// what was to be said after it is not said before it.
///
/// `database_now` is [`Tx::database_now`] of this transaction.
pub(super) async fn claim(
    tx: &mut Tx,
    candidate: Candidate,
    now: DateTime<Utc>,
    database_now: i64,
    lease: TimeDelta,
) -> Result<Option<Claimed>, Error> {
    let Candidate { id, lane, channel } = candidate;
    // Two replicas that look at the same moment would both find the channel silent. Whoever comes second does not wait for it.
    if lane > LAST_URGENT && !tx.alone_with(Queue::OutboxChannel, channel.to_i64()).await? {
        return Ok(None);
    }
    let row: Option<Row> = tx
        .optional(
            "UPDATE outbox SET state = 'sending', attempt = attempt + 1, lease_epoch = lease_epoch + 1,
                               lease_until = $3, first_sent_at = COALESCE(first_sent_at, $2)
              WHERE outbox_id = $1 AND state = 'pending' AND not_before <= $2 AND expires_at > $2
                AND (lane <= $4
                     OR NOT EXISTS (SELECT 1 FROM outbox other
                                     WHERE other.state = 'sending' AND other.channel_id = outbox.channel_id)
                        AND (kind <> 'post' OR message_id IS NOT NULL OR attempt >= 20
                             OR NOT EXISTS (SELECT 1 FROM outbox line
                                             WHERE line.state = 'pending' AND line.lane > 1 AND line.kind = 'post'
                                               AND line.message_id IS NULL AND line.attempt < 20
                                               AND line.channel_id = outbox.channel_id AND line.outbox_id < outbox.outbox_id)))
             RETURNING outbox_id, guild_id, lane, kind, channel_id, room, payload, revision, nonce, attempt, lease_epoch,
                       first_sent_at, message_id, documents",
            args![id, now, database_now + lease.num_microseconds().unwrap_or(i64::MAX / 4), LAST_URGENT],
        )
        .await?;
    let Some(row) = row else {
        tx.execute(
            "UPDATE outbox SET state = 'expired' WHERE outbox_id = $1 AND state = 'pending' AND expires_at <= $2",
            args![id, now],
        )
        .await?;
        return Ok(None);
    };
    match row.claimed() {
        Ok(claimed) => Ok(Some(claimed)),
        Err(why) => {
            tracing::error!(outbox = id, %why, "a row of the outbox cannot be read, and is set aside");
            metrics::counter!("wardroom_outbox_dead_total").increment(1);
            tx.execute(
                "UPDATE outbox SET state = 'dead', lease_until = NULL, last_error = $2 WHERE outbox_id = $1",
                args![id, why.to_string()],
            )
            .await?;
            Ok(None)
        }
    }
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

/// Ends what is no longer worth saying, in the rooms that never opened too. Returns how many rows that were.
pub(super) async fn expire(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, Error> {
    tx.execute(
        "UPDATE outbox SET state = 'expired' WHERE state IN ('pending', 'waiting') AND expires_at <= $1",
        args![now],
    )
    .await
}

/// The messages of `channel` that were said by other rows, from `after` on: whatever is searched for is none of them.
pub(super) async fn said(tx: &mut Tx, channel: ChannelId, after: MessageId) -> Result<Vec<MessageId>, Error> {
    let rows: Vec<(i64,)> = tx
        .all("SELECT message_id FROM outbox WHERE channel_id = $1 AND message_id >= $2", args![channel, after])
        .await?;
    Ok(rows.into_iter().map(|(id,)| MessageId::from_i64(id)).collect())
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
