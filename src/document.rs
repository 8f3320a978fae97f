//! Files that wardroom made and posted. A row of the outbox only names them, and goes when it is old; what was given out stays, with its
//! hash and its time, as evidence of what people were shown.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::args;
use crate::chat::file::File;
use crate::error::{Error, Failure};
use crate::number::Number;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// Keeps `file` for good, and returns its id. `record` is what it tells of where the file itself does not say.
pub async fn keep(
    tx: &mut Tx,
    now: DateTime<Utc>,
    guild: GuildId,
    record: Option<Number>,
    file: &File,
) -> Result<i64, Error> {
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO document (guild_id, record, name, media_type, description, size, sha256, bytes, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING document_id",
            args![
                guild,
                file.about.or(record).map(|record| record.to_string()),
                file.name.as_str(),
                file.media_type.as_str(),
                file.description.as_deref(),
                size,
                hash,
                file.bytes.to_vec(),
                now,
            ],
        )
        .await?;
    row.map(|(id,)| id).ok_or_else(|| Failure::Other("a document was stored without an id".to_owned()).into())
}

/// A document as its row holds it: name, media type, description, bytes, record.
type Row = (String, String, Option<String>, Option<Vec<u8>>, Option<String>);

/// The document `id` of `guild`; none when there is no such document, or its bytes were removed.
pub async fn find(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<File>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT name, media_type, description, bytes, record FROM document WHERE guild_id = $1 AND document_id = $2",
            args![guild, id],
        )
        .await?;
    let Some((name, media_type, description, Some(bytes), record)) = row else { return Ok(None) };
    let about = record.as_deref().map(Number::stored).transpose()?;
    Ok(Some(File { description, about, ..File::new(&name, &media_type, bytes) }))
}

/// Removes the bytes of all documents about `record`: a text was removed from it, and any of them may quote it. That there was a
/// document, of that hash and made at that time, stays.
pub async fn forget(tx: &mut Tx, guild: GuildId, record: Number) -> Result<(), Error> {
    tx.execute("UPDATE document SET bytes = NULL WHERE guild_id = $1 AND record = $2", args![guild, record])
        .await
        .map(drop)
}
