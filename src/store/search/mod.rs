//! Text search over records: FTS5 on SQLite, a tsvector on PostgreSQL. The one place where the two speak differently about data.

use super::{Error, Tx};
use crate::args;
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;

/// Hits of one search at most.
const HITS: i64 = 25;

/// Makes `body` the text under which `record` is found.
pub async fn put(tx: &mut Tx, guild: GuildId, record: Number, body: &str) -> Result<(), Error> {
    if tx.is_postgres() {
        tx.execute(
            "INSERT INTO search (guild_id, record, kind, body) VALUES ($1, $2, $3, $4)
             ON CONFLICT (guild_id, record) DO UPDATE SET body = excluded.body",
            args![guild, record, record.kind.prefix(), body],
        )
        .await?;
        return Ok(());
    }
    tx.execute(
        "INSERT INTO search_record (guild_id, record, kind, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (guild_id, record) DO UPDATE SET body = excluded.body",
        args![guild, record, record.kind.prefix(), body],
    )
    .await
    .map(drop)
}

/// The records of `kind` that hold all words of `text` (or words that begin so), best first.
pub async fn find(tx: &mut Tx, guild: GuildId, kind: Kind, text: &str) -> Result<Vec<String>, Error> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(16)
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String,)> = if tx.is_postgres() {
        // Words are letters and digits alone, so nothing in them is an operator of tsquery.
        let query = words.iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & ");
        tx.all(
            "SELECT record FROM search
              WHERE guild_id = $1 AND kind = $2 AND words @@ to_tsquery('simple', $3)
              ORDER BY ts_rank(words, to_tsquery('simple', $3)) DESC, record DESC LIMIT $4",
            args![guild, kind.prefix(), query, HITS],
        )
        .await?
    } else {
        let query = words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ");
        tx.all(
            "SELECT r.record FROM search_text JOIN search_record r ON r.search_id = search_text.rowid
              WHERE search_text MATCH $3 AND r.guild_id = $1 AND r.kind = $2
              ORDER BY bm25(search_text), r.record DESC LIMIT $4",
            args![guild, kind.prefix(), query, HITS],
        )
        .await?
    };
    Ok(rows.into_iter().map(|(record,)| record).collect())
}
