//! What of ours stands in chat, for whoever looks whether it still does; and what is done when it does not.

use chrono::{DateTime, Utc};

use super::effect::Lane;
use super::{card_key, nonce, patience};
use crate::args;
use crate::error::Error;
use crate::number::Number;
use crate::snowflake::{ChannelId, GuildId, MessageId};
use crate::store::Tx;

/// The newest cards of this guild that stand in chat: record, channel, message.
pub async fn live_cards(tx: &mut Tx, guild: GuildId, limit: i64) -> Result<Vec<(Number, ChannelId, MessageId)>, Error> {
    let rows: Vec<(String, i64, i64)> = tx
        .all(
            "SELECT room, channel_id, message_id FROM outbox
              WHERE guild_id = $1 AND kind = 'card' AND state = 'sent' AND message_id IS NOT NULL
              ORDER BY outbox_id DESC LIMIT $2",
            args![guild, limit],
        )
        .await?;
    rows.into_iter()
        .map(|(record, channel, message)| {
            Ok((Number::stored(&record)?, ChannelId::from_i64(channel), MessageId::from_i64(message)))
        })
        .collect()
}

/// The card of `record` is gone: it is posted anew.
pub async fn repost(tx: &mut Tx, now: DateTime<Utc>, guild: GuildId, record: Number) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET state = 'pending', message_id = NULL, nonce = $2, first_sent_at = NULL, attempt = 0,
                           not_before = $3, expires_at = $4
          WHERE dedupe_key = $1 AND state = 'sent'",
        args![card_key(guild, record), nonce(), now, now + patience(Lane::State)],
    )
    .await
    .map(drop)
}

/// The newest rooms of this guild that are open: record, thread.
pub async fn live_rooms(tx: &mut Tx, guild: GuildId, limit: i64) -> Result<Vec<(Number, ChannelId)>, Error> {
    let rows: Vec<(String, i64)> = tx
        .all(
            // A channel that only stands in for a room is none. The newest thread has the highest id.
            "SELECT record, thread_id FROM room
              WHERE guild_id = $1 AND thread_id IS NOT NULL AND thread_id <> channel_id ORDER BY thread_id DESC LIMIT $2",
            args![guild, limit],
        )
        .await?;
    rows.into_iter().map(|(record, thread)| Ok((Number::stored(&record)?, ChannelId::from_i64(thread)))).collect()
}

/// The room of `record` is gone, for `why`. What is said in it goes beside its card meanwhile; what was private waits. The next change of
/// the record opens another.
pub async fn lose_room(tx: &mut Tx, guild: GuildId, record: Number, why: &str) -> Result<(), Error> {
    let key = format!("room:{guild}:{record}");
    let kind: Option<(String,)> =
        tx.optional("SELECT kind FROM outbox WHERE dedupe_key = $1 AND state = 'sent'", args![key.clone()]).await?;
    let Some((kind,)) = kind else { return Ok(()) };
    let is_private = kind == "vault";
    tx.execute(
        "UPDATE outbox SET state = 'dead', last_error = $2, message_id = CASE WHEN kind = 'vault' THEN NULL ELSE message_id END
          WHERE dedupe_key = $1",
        args![key, why],
    )
    .await?;
    tx.execute(
        "UPDATE room SET thread_id = CASE WHEN $3 = 1 THEN NULL ELSE channel_id END,
                         message_id = CASE WHEN $3 = 1 THEN NULL ELSE message_id END
          WHERE guild_id = $1 AND record = $2",
        args![guild, record, is_private],
    )
    .await?;
    if is_private {
        // With the thread went the card in it and all who were let in.
        tx.execute(
            "UPDATE outbox SET state = 'waiting', message_id = NULL, channel_id = NULL, nonce = $2, attempt = 0, first_sent_at = NULL
              WHERE dedupe_key = $1 AND state <> 'sending'",
            args![card_key(guild, record), nonce()],
        )
        .await?;
        tx.execute(
            "UPDATE outbox SET state = 'waiting', channel_id = NULL, attempt = 0, first_sent_at = NULL
              WHERE dedupe_key LIKE $1 AND state = 'sent'",
            args![format!("member:{guild}:{record}:%")],
        )
        .await?;
    }
    Ok(())
}
