//! The table of links.

use super::{Kind, Link};
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::Number;
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

/// Writes a link. False when it is there already.
pub async fn insert(tx: &mut Tx, guild: GuildId, link: &Link) -> Result<bool, Error> {
    let added = tx
        .execute(
            "INSERT INTO record_link (guild_id, from_record, to_record, kind, linked_by, linked_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            args![guild, link.from, link.to, link.kind.name(), link.by, link.at],
        )
        .await?;
    Ok(added == 1)
}

/// Takes a link back.
pub async fn remove(tx: &mut Tx, guild: GuildId, from: Number, to: Number, kind: Kind) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM record_link WHERE guild_id = $1 AND from_record = $2 AND to_record = $3 AND kind = $4",
        args![guild, from, to, kind.name()],
    )
    .await
    .map(drop)
}

/// The links at either end of `record`, in the order in which they were made.
pub async fn of(tx: &mut Tx, guild: GuildId, record: Number) -> Result<Vec<Link>, Error> {
    let rows: Vec<(String, String, String, i64, i64)> = tx
        .all(
            "SELECT from_record, to_record, kind, linked_by, linked_at FROM record_link
              WHERE guild_id = $1 AND from_record = $2
             UNION
             SELECT from_record, to_record, kind, linked_by, linked_at FROM record_link
              WHERE guild_id = $1 AND to_record = $2
              ORDER BY 5, 1, 2",
            args![guild, record],
        )
        .await?;
    rows.into_iter()
        .map(|(from, to, kind, by, at)| {
            let kind = Kind::named(&kind)
                .ok_or_else(|| Failure::inconsistent("record_link", format!("`{kind}` is no kind of link")))?;
            Ok(Link {
                from: Number::stored(&from)?,
                kind,
                to: Number::stored(&to)?,
                by: UserId::from_i64(by),
                at: instant(at),
            })
        })
        .collect()
}
