//! Tables of captures.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use crate::args;
use crate::chat::invocation::{TargetFile, TargetMessage};
use crate::clock::instant;
use crate::error::Error;
use crate::number::{Kind, Number};
use crate::snowflake::{GuildId, MessageId};
use crate::store::Tx;

/// One message on one timeline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) guild: GuildId,
    pub(super) number: Number,
    pub(super) message: MessageId,
}

/// The entry that keeps `message`.
pub(super) async fn entry_of(
    tx: &mut Tx,
    guild: GuildId,
    number: Number,
    message: MessageId,
) -> Result<Option<i64>, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT seq FROM capture WHERE guild_id = $1 AND number = $2 AND message_id = $3",
            args![guild, number.value, message],
        )
        .await?;
    Ok(row.map(|(seq,)| seq))
}

/// Writes down a capture.
pub(super) async fn insert(
    tx: &mut Tx,
    guild: GuildId,
    number: Number,
    target: &TargetMessage,
    seq: i64,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO capture (guild_id, number, message_id, channel_id, seq, edited_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![guild, number.value, target.id, target.channel, seq, target.edited_at],
    )
    .await
    .map(drop)
}

/// Bytes of all files that are kept, or will be, of one incident.
pub(super) async fn size_of_all(tx: &mut Tx, guild: GuildId, number: Number) -> Result<u64, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM capture_file
              WHERE guild_id = $1 AND number = $2 AND state IN ('pending', 'fetching', 'kept')",
            args![guild, number.value],
        )
        .await?;
    Ok(row.map_or(0, |(size,)| u64::try_from(size).unwrap_or(0)))
}

/// Writes down a file that is to be fetched until `give_up_at`, or one that is `refused` for that reason.
pub(super) async fn insert_file(
    tx: &mut Tx,
    key: Key,
    position: i64,
    file: &TargetFile,
    refused: Option<String>,
    now: DateTime<Utc>,
    give_up_at: DateTime<Utc>,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO capture_file (guild_id, number, message_id, position, name, media_type, size, url, state, reason,
                                   attempt, not_before, give_up_at, lease_epoch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, 0)",
        args![
            key.guild,
            key.number.value,
            key.message,
            position,
            file.name.as_str(),
            file.media_type.as_str(),
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.url.as_str(),
            if refused.is_some() { "refused" } else { "pending" },
            refused,
            now,
            give_up_at,
        ],
    )
    .await
    .map(drop)
}

/// A file of a capture, without its bytes.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) size: u64,
    pub(super) state: String,
    pub(super) reason: Option<String>,
}

/// The files of what entry `seq` keeps, in the order of the message.
pub(super) async fn files_of(tx: &mut Tx, guild: GuildId, number: Number, seq: i64) -> Result<Vec<Kept>, Error> {
    let rows: Vec<(i64, String, String, i64, String, Option<String>)> = tx
        .all(
            "SELECT f.file_id, f.name, f.media_type, f.size, f.state, f.reason
               FROM capture c JOIN capture_file f
                 ON f.guild_id = c.guild_id AND f.number = c.number AND f.message_id = c.message_id
              WHERE c.guild_id = $1 AND c.number = $2 AND c.seq = $3 ORDER BY f.position",
            args![guild, number.value, seq],
        )
        .await?;
    let kept = |(id, name, media_type, size, state, reason)| Kept {
        id,
        name,
        media_type,
        size: u64::try_from(size).unwrap_or(0),
        state,
        reason,
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// The bytes of a file that is kept.
pub(super) async fn bytes_of(tx: &mut Tx, id: i64) -> Result<Option<Vec<u8>>, Error> {
    let row: Option<(Option<Vec<u8>>,)> =
        tx.optional("SELECT bytes FROM capture_file WHERE file_id = $1 AND state = 'kept'", args![id]).await?;
    Ok(row.and_then(|(bytes,)| bytes))
}

/// Removes all that is known of the files of entry `seq`, and marks the capture so that it is followed no longer.
pub(super) async fn forget(
    tx: &mut Tx,
    now: DateTime<Utc>,
    guild: GuildId,
    number: Number,
    seq: i64,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE capture_file SET state = 'removed', name = '', url = '', reason = NULL, sha256 = NULL, bytes = NULL,
                                 lease_until = NULL
          WHERE guild_id = $1 AND number = $2
            AND message_id IN (SELECT message_id FROM capture WHERE guild_id = $1 AND number = $2 AND seq = $3)",
        args![guild, number.value, seq],
    )
    .await?;
    tx.execute(
        "UPDATE capture SET removed_at = $4 WHERE guild_id = $1 AND number = $2 AND seq = $3 AND removed_at IS NULL",
        args![guild, number.value, seq, now],
    )
    .await
    .map(drop)
}

/// Forgets that entry `seq` kept anything.
pub(super) async fn withdraw(tx: &mut Tx, guild: GuildId, number: Number, seq: i64) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM capture_file WHERE guild_id = $1 AND number = $2
            AND message_id IN (SELECT message_id FROM capture WHERE guild_id = $1 AND number = $2 AND seq = $3)",
        args![guild, number.value, seq],
    )
    .await?;
    tx.execute("DELETE FROM capture WHERE guild_id = $1 AND number = $2 AND seq = $3", args![guild, number.value, seq])
        .await
        .map(drop)
}

/// A message that was kept, and how far it has been followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed {
    pub(super) key: Key,
    /// The entry that keeps it.
    pub(super) seq: i64,
    /// The newest edit that is written down, or that was in the text that was kept.
    pub(super) edited_at: Option<DateTime<Utc>>,
    /// Whether its end is written down.
    pub(super) deleted: bool,
    /// Whether its text was removed.
    pub(super) removed: bool,
}

/// A capture as its row holds it: number, entry, and the instants of the last edit, the deletion, the removal of its text.
type Row = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

/// The timelines of `guild` on which this message is kept.
pub(super) async fn of_message(tx: &mut Tx, guild: GuildId, message: MessageId) -> Result<Vec<Followed>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT number, seq, edited_at, deleted_at, removed_at FROM capture
              WHERE message_id = $2 AND guild_id = $1 ORDER BY number",
            args![guild, message],
        )
        .await?;
    let followed = |(number, seq, edited_at, deleted_at, removed_at): Row| Followed {
        key: Key { guild, number: Number { kind: Kind::Incident, value: number }, message },
        seq,
        edited_at: edited_at.map(instant),
        deleted: deleted_at.is_some(),
        removed: removed_at.is_some(),
    };
    Ok(rows.into_iter().map(followed).collect())
}

/// Notes the edit of `at`; false when that one, or a later one, is noted already.
pub(super) async fn note_edit(tx: &mut Tx, key: Key, at: DateTime<Utc>) -> Result<bool, Error> {
    let noted = tx
        .execute(
            "UPDATE capture SET edited_at = $4
              WHERE guild_id = $1 AND number = $2 AND message_id = $3 AND removed_at IS NULL
                AND (edited_at IS NULL OR edited_at < $4)",
            args![key.guild, key.number.value, key.message, at],
        )
        .await?;
    Ok(noted == 1)
}

/// Notes that the message is gone; false when that is noted already.
pub(super) async fn note_deletion(tx: &mut Tx, key: Key, at: DateTime<Utc>) -> Result<bool, Error> {
    let noted = tx
        .execute(
            "UPDATE capture SET deleted_at = $4
              WHERE guild_id = $1 AND number = $2 AND message_id = $3 AND deleted_at IS NULL",
            args![key.guild, key.number.value, key.message, at],
        )
        .await?;
    Ok(noted == 1)
}

/// A file that this process holds the lease of.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Claimed {
    pub(super) file_id: i64,
    pub(super) url: String,
    pub(super) size: i64,
    pub(super) attempt: i64,
    /// The fencing token: whoever claims later has a higher one.
    pub(super) lease_epoch: i64,
    pub(super) give_up_at: i64,
}

/// Files that are due, the longest waiting first.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<Vec<i64>, Error> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT file_id FROM capture_file WHERE state = 'pending' AND not_before <= $1
              ORDER BY not_before, file_id LIMIT $2",
            args![now, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes the lease of file `id`, unless somebody else has it.
pub(super) async fn claim(
    tx: &mut Tx,
    id: i64,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Claimed>, Error> {
    let until = tx.database_now().await? + lease.num_microseconds().unwrap_or(i64::MAX / 4);
    tx.optional(
        "UPDATE capture_file SET state = 'fetching', attempt = attempt + 1, lease_epoch = lease_epoch + 1, lease_until = $3
          WHERE file_id = $1 AND state = 'pending' AND not_before <= $2
         RETURNING file_id, url, size, attempt, lease_epoch, give_up_at",
        args![id, now, until],
    )
    .await
}

/// Frees files whose lease ran out. `all` frees every one: the caller knows that no other process lives.
pub(super) async fn free(tx: &mut Tx, all: bool) -> Result<u64, Error> {
    let now = tx.database_now().await?;
    tx.execute(
        "UPDATE capture_file SET state = 'pending', lease_until = NULL
          WHERE state = 'fetching' AND (lease_until <= $1 OR $2 = 1)",
        args![now, all],
    )
    .await
}

/// Keeps the bytes of a file. False when the lease was lost, or the file removed meanwhile.
pub(super) async fn settle_kept(tx: &mut Tx, row: &Claimed, bytes: &[u8], hash: [u8; 32]) -> Result<bool, Error> {
    let settled = tx
        .execute(
            "UPDATE capture_file SET state = 'kept', bytes = $3, sha256 = $4, size = $5, reason = NULL, lease_until = NULL
              WHERE file_id = $1 AND lease_epoch = $2 AND state = 'fetching'",
            args![
                row.file_id,
                row.lease_epoch,
                bytes.to_vec(),
                hash,
                i64::try_from(bytes.len()).unwrap_or(i64::MAX)
            ],
        )
        .await?;
    Ok(settled == 1)
}

/// Ends a file as `state`, or puts it off until `not_before` when that is `pending`.
pub(super) async fn settle_other(
    tx: &mut Tx,
    row: &Claimed,
    state: &'static str,
    reason: &str,
    not_before: DateTime<Utc>,
) -> Result<bool, Error> {
    let settled = tx
        .execute(
            "UPDATE capture_file SET state = $3, reason = $4, not_before = $5, lease_until = NULL
              WHERE file_id = $1 AND lease_epoch = $2 AND state = 'fetching'",
            args![row.file_id, row.lease_epoch, state, reason, not_before],
        )
        .await?;
    Ok(settled == 1)
}
