//! Writing down how a delivery went. Every write carries the epoch of the claim, so that a holder whose lease ran out changes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;

use super::claim::{Claimed, Kind};
use super::effect::{Lane, Outcome};
use super::{Post, To, card_key, nonce, post};
use crate::args;
use crate::chat::message::Message;
use crate::error::Error;
use crate::journal;
use crate::setup::{self, Purpose};
use crate::snowflake::{ChannelId, MessageId, minted_at};
use crate::store::Tx;

/// The shortest time between two edits of one card, so that a burst of changes is one edit.
const EDIT_SPACING: TimeDelta = TimeDelta::seconds(1);
/// The same for a card older than an hour, which Discord lets us edit less often (error 30046, `discord-platform` 2.5).
const OLD_EDIT_SPACING: TimeDelta = TimeDelta::seconds(30);
/// Discord: "maximum number of edits to messages older than 1 hour".
const TOO_MANY_EDITS: u64 = 30046;

/// Settles `row` by `outcome`. Returns false when the lease was lost meanwhile.
/// `discord_ahead` is how far Discord's clock is ahead of `now`'s.
pub(super) async fn settle(
    tx: &mut Tx,
    now: DateTime<Utc>,
    discord_ahead: TimeDelta,
    row: &Claimed,
    outcome: &Outcome,
) -> Result<bool, Error> {
    if !matches!(row.kind, Kind::Post | Kind::Member) {
        // Opening a room frees what waits for it. A unit of work that is writing such a row must not slip past, and it holds this lock.
        journal::lock(tx, row.guild).await?;
    }
    match outcome {
        Outcome::Done(id) => done(tx, now, discord_ahead, row, *id).await,
        Outcome::Unknown(why) => later(tx, row, now + back_off(row.attempt), why).await,
        Outcome::Later(wait, why) => {
            let wait = TimeDelta::from_std(*wait).unwrap_or(TimeDelta::seconds(30));
            unsaid(tx, row, now + wait, why).await
        }
        Outcome::Ambiguous(why) => ambiguous(tx, row, why).await,
        Outcome::Gone if matches!(row.kind, Kind::Post | Kind::Member) => done(tx, now, discord_ahead, row, None).await,
        Outcome::Gone => anew(tx, now, row).await,
        Outcome::Refused { code: TOO_MANY_EDITS, .. } if row.kind == Kind::Card => anew(tx, now, row).await,
        Outcome::Refused { code, why } => dead(tx, now, row, *code, why).await,
    }
}

/// Full jitter between half a second and half a minute (`reliability-security` 2.5).
fn back_off(attempt: i64) -> TimeDelta {
    let ceiling = 500_i64 << attempt.clamp(0, 6);
    TimeDelta::milliseconds(rand::rng().random_range(250..=ceiling.min(30_000)))
}

async fn done(
    tx: &mut Tx,
    now: DateTime<Utc>,
    discord_ahead: TimeDelta,
    row: &Claimed,
    id: Option<u64>,
) -> Result<bool, Error> {
    let message = id.map(MessageId).or(row.message);
    // What changed while its first post was uncertain may stand there in an older shape: one more edit makes sure.
    let doubtful = row.revision > 1 && row.message.is_none() && row.attempt > 1;
    let old = message.is_some_and(|message| now + discord_ahead - minted_at(message.0) > TimeDelta::hours(1));
    let next = now + if old { OLD_EDIT_SPACING } else { EDIT_SPACING };
    let kept = tx
        .execute(
            "UPDATE outbox SET state = CASE WHEN revision = $3 AND $4 = 0 THEN 'sent' ELSE 'pending' END,
                               message_id = $5, attempt = 0, first_sent_at = NULL, lease_until = NULL, last_error = NULL,
                               not_before = $6
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, row.revision, doubtful, message, next],
        )
        .await?;
    if kept == 0 {
        return Ok(false);
    }
    match (row.kind, row.room, message) {
        (Kind::Card, Some(record), Some(message)) if row.message.is_none() => {
            tx.execute(
                // A card in a private thread does not move its home there.
                "UPDATE room SET message_id = $4, channel_id = CASE WHEN thread_id = $3 THEN channel_id ELSE $3 END
                  WHERE guild_id = $1 AND record = $2",
                args![row.guild, record, row.channel, message],
            )
            .await?;
            tx.execute(
                "UPDATE outbox SET state = 'pending', channel_id = $3, message_id = $4
                  WHERE guild_id = $1 AND room = $2 AND kind = 'room' AND state = 'waiting'",
                args![row.guild, record, row.channel, message],
            )
            .await?;
        }
        (Kind::Room | Kind::Vault, Some(_), Some(thread)) => open(tx, row, ChannelId(thread.0)).await?,
        _ => {}
    }
    Ok(true)
}

/// The room of the row's record is `thread`: what waited for it can be said.
async fn open(tx: &mut Tx, row: &Claimed, thread: ChannelId) -> Result<(), Error> {
    let Some(record) = row.room else { return Ok(()) };
    tx.execute("UPDATE room SET thread_id = $3 WHERE guild_id = $1 AND record = $2", args![row.guild, record, thread])
        .await?;
    tx.execute(
        "UPDATE outbox SET state = 'pending', channel_id = $3
          WHERE guild_id = $1 AND room = $2 AND kind NOT IN ('room', 'vault') AND state = 'waiting'",
        args![row.guild, record, thread],
    )
    .await
    .map(drop)
}

async fn later(tx: &mut Tx, row: &Claimed, not_before: DateTime<Utc>, why: &str) -> Result<bool, Error> {
    let kept = tx
        .execute(
            "UPDATE outbox SET state = 'pending', not_before = $3, lease_until = NULL, last_error = $4
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, not_before, why],
        )
        .await?;
    Ok(kept == 1)
}

/// It was certainly not said: this attempt never was, so that no later one has to look for what it left behind.
async fn unsaid(tx: &mut Tx, row: &Claimed, not_before: DateTime<Utc>, why: &str) -> Result<bool, Error> {
    let kept = tx
        .execute(
            "UPDATE outbox SET state = 'pending', not_before = $3, lease_until = NULL, last_error = $4, attempt = attempt - 1,
                               first_sent_at = CASE WHEN attempt <= 1 THEN NULL ELSE first_sent_at END
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, not_before, why],
        )
        .await?;
    Ok(kept == 1)
}

/// It may have been said, and saying it again might say it twice: people decide.
async fn ambiguous(tx: &mut Tx, row: &Claimed, why: &str) -> Result<bool, Error> {
    metrics::counter!("wardroom_outbox_ambiguous_total").increment(1);
    let kept = tx
        .execute(
            "UPDATE outbox SET state = 'ambiguous', lease_until = NULL, last_error = $3
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, why],
        )
        .await?;
    Ok(kept == 1)
}

/// The card is gone, or takes no more edits: a fresh one is posted. A room that lost its card waits for that.
async fn anew(tx: &mut Tx, now: DateTime<Utc>, row: &Claimed) -> Result<bool, Error> {
    let (kind, state) = if row.kind == Kind::Card { ("card", "pending") } else { ("room", "waiting") };
    let kept = tx
        .execute(
            "UPDATE outbox SET state = $3, message_id = NULL, nonce = $4, first_sent_at = NULL, lease_until = NULL, attempt = 0,
                               not_before = $5
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, state, nonce(), now],
        )
        .await?;
    if kept == 1 && kind == "room" {
        tx.execute(
            "UPDATE outbox SET state = 'pending', message_id = NULL, nonce = $2, first_sent_at = NULL, attempt = 0, not_before = $3
              WHERE dedupe_key = $1 AND kind = 'card' AND state <> 'sending'",
            args![row.room.map(|record| card_key(row.guild, record)), nonce(), now],
        )
        .await?;
    }
    Ok(kept == 1)
}

async fn dead(tx: &mut Tx, now: DateTime<Utc>, row: &Claimed, code: u64, why: &str) -> Result<bool, Error> {
    let moved = tx
        .execute(
            "UPDATE outbox SET state = 'pending', channel_id = otherwise_id, otherwise_id = NULL, lease_until = NULL,
                               first_sent_at = NULL, attempt = 0, not_before = $3, nonce = $4
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending' AND otherwise_id <> channel_id AND message_id IS NULL",
            args![row.id, row.epoch, now, nonce()],
        )
        .await?;
    if moved == 1 {
        tracing::warn!(outbox = row.id, code, why, "something is said in another channel than it should be");
        tell_operators(tx, now, row, code, why).await?;
        return Ok(true);
    }
    let kept = tx
        .execute(
            "UPDATE outbox SET state = 'dead', lease_until = NULL, last_error = $3
              WHERE outbox_id = $1 AND lease_epoch = $2 AND state = 'sending'",
            args![row.id, row.epoch, format!("{code}: {why}")],
        )
        .await?;
    if kept == 0 {
        return Ok(false);
    }
    tracing::warn!(outbox = row.id, code, why, "something could not be said");
    metrics::counter!("wardroom_outbox_dead_total").increment(1);
    // What was to be private is said nowhere else: it waits until the thread can be opened.
    if row.kind == Kind::Room {
        // Without a room its lines are said beside the card: nothing is lost.
        open(tx, row, row.channel).await?;
    }
    tell_operators(tx, now, row, code, why).await?;
    Ok(true)
}

/// One notice a day in the operations channel.
async fn tell_operators(tx: &mut Tx, now: DateTime<Utc>, row: &Claimed, code: u64, why: &str) -> Result<(), Error> {
    let Some(guild) = setup::store::find(tx, row.guild).await? else { return Ok(()) };
    let Some(operations) = guild.channel(Purpose::Operations).filter(|channel| *channel != row.channel) else {
        return Ok(());
    };
    let message = Message::say(setup::reply::undeliverable(row.channel, code, why));
    post(
        tx,
        now,
        Post {
            guild: row.guild,
            lane: Lane::State,
            to: To::Channel(operations),
            key: format!("undeliverable:{}:{}", row.guild, now.date_naive()),
            message: &message,
            otherwise: None,
        },
    )
    .await
}
