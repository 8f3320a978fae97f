//! Text search over records: FTS5 on SQLite, a tsvector on PostgreSQL. The one place where the two speak differently about data.
//!
//! A record has one row for itself (part 0) and one for each entry about it that has words (part = the entry's place in the journal). Each
//! word carries its guild and its field before it, so that an index over all of them costs each its own share alone. What is looked for is tried
//! from the strictest to the loosest ([`Tier`]), each time from the newest row backwards and never through more than so many, so that a
//! word that stands in everything costs no more than one that stands in much.

pub mod words;

use std::collections::BTreeSet;

use super::{Error, Tx};
use crate::args;
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;

/// The letters of the fields. They stand in the words themselves: neither database keeps its index apart by column, and a word that stands
/// in every body would have to be read through to learn that it stands in no title.
const TITLE: char = 't';
/// The starts of the title's words.
const START: char = 's';
/// What else the row is about.
const BODY: char = 'b';
/// The title of the record that an entry is about.
const AROUND: char = 'a';
/// Rows that are read at once.
const ROWS: i64 = 200;
/// Readings of one tier: so many rows of the same few records may stand before others.
const READINGS: usize = 5;

/// What a row is found by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'t> {
    /// The record's title. Its words count most, and starts of them are found while people type.
    pub title: &'t str,
    /// What else the row is about.
    pub body: &'t str,
    /// Words that count only together with one of the body: the title of the record that an entry is about.
    pub around: &'t str,
}

/// A row that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The record, as it is stored.
    pub record: String,
    /// 0 for the record itself, otherwise the place of the entry.
    pub part: i64,
}

/// How a row fits; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// All words stand in the title.
    Title,
    /// All words stand in it, and one outside of the title.
    Words,
    /// The title's words begin so.
    TitleStarts,
    /// Its words begin so.
    WordsStart,
}

/// What a search for people tries.
pub const TIERS: [Tier; 4] = [Tier::Title, Tier::Words, Tier::TitleStarts, Tier::WordsStart];
/// What is tried while people type: titles alone, which is what they see.
pub const WHILE_TYPING: [Tier; 2] = [Tier::Title, Tier::TitleStarts];

/// The statements that look for rows, for whoever wants to see how they are carried out: SQLite's, PostgreSQL's.
///
/// FTS5 walks its lists from the newest row backwards and stops. A GIN index gives all rows or none, and PostgreSQL, which cannot know how
/// common a word is, would rather walk the table by age: so it is told to use the index, after [`RECENT`] has answered for common words.
pub const FIND: (&str, &str) = (
    "SELECT r.search_id, r.record, r.part FROM search_text CROSS JOIN search_record r ON r.search_id = search_text.rowid
      WHERE search_text MATCH $2 AND search_text.rowid < $3 AND r.guild_id = $1
      ORDER BY search_text.rowid DESC LIMIT $4",
    "WITH hit AS MATERIALIZED (SELECT search_id, guild_id, record, part FROM search WHERE words @@ CAST($2 AS tsquery))
     SELECT search_id, record, part FROM hit WHERE guild_id = $1 AND search_id < $3 ORDER BY search_id DESC LIMIT $4",
);
/// PostgreSQL's look through the guild's newest 500 rows, or records, since titles stand in no other rows: a word that stands in one of
/// fifteen is found here, and what is left for the index is rare enough to be taken whole.
pub const RECENT: (&str, &str) = (
    "SELECT search_id, record, part
       FROM (SELECT search_id, record, part, words FROM search WHERE guild_id = $1 ORDER BY search_id DESC LIMIT 500) AS newest
      WHERE words @@ CAST($2 AS tsquery) ORDER BY search_id DESC LIMIT $3",
    "SELECT search_id, record, part
       FROM (SELECT search_id, record, part, words FROM search WHERE guild_id = $1 AND part = 0 ORDER BY search_id + part DESC LIMIT 500) AS newest
      WHERE words @@ CAST($2 AS tsquery) ORDER BY search_id DESC LIMIT $3",
);

/// Makes part `part` of `record` findable by `texts`, and by nothing else any more.
pub async fn put(tx: &mut Tx, guild: GuildId, record: Number, part: i64, texts: Texts<'_>) -> Result<(), Error> {
    let scope = words::scope(guild, record.kind);
    let fields = [
        (TITLE, words::of(texts.title)),
        (START, words::starts(texts.title)),
        (BODY, words::of(texts.body)),
        (AROUND, words::of(texts.around)),
    ];
    let terms: Vec<String> = fields
        .iter()
        .flat_map(|(field, words)| words.iter().map(move |word| (field, word)))
        .map(|(field, word)| format!("{scope}{field}{word}"))
        .collect();
    if tx.is_postgres() {
        let vector = terms.iter().map(|term| format!("'{term}'")).collect::<Vec<_>>().join(" ");
        return tx
            .execute(
                "INSERT INTO search (guild_id, record, part, words) VALUES ($1, $2, $3, CAST($4 AS tsvector))
                 ON CONFLICT (guild_id, record, part) DO UPDATE SET words = excluded.words",
                args![guild, record, part, vector],
            )
            .await
            .map(drop);
    }
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO search_record (guild_id, record, part) VALUES ($1, $2, $3)
             ON CONFLICT (guild_id, record, part) DO UPDATE SET part = excluded.part RETURNING search_id",
            args![guild, record, part],
        )
        .await?;
    tx.execute(
        "INSERT OR REPLACE INTO search_text (rowid, words) VALUES ($1, $2)",
        args![row.map(|(id,)| id), terms.join(" ")],
    )
    .await
    .map(drop)
}

/// Makes `record` and all that was written about it unfindable.
pub async fn forget(tx: &mut Tx, guild: GuildId, record: Number) -> Result<(), Error> {
    if tx.is_postgres() {
        return tx
            .execute("DELETE FROM search WHERE guild_id = $1 AND record = $2", args![guild, record])
            .await
            .map(drop);
    }
    tx.execute(
        "DELETE FROM search_text WHERE rowid IN (SELECT search_id FROM search_record WHERE guild_id = $1 AND record = $2)",
        args![guild, record],
    )
    .await?;
    tx.execute("DELETE FROM search_record WHERE guild_id = $1 AND record = $2", args![guild, record]).await.map(drop)
}

/// Up to about `wanted` records of `kind` that fit `text` by one of `tiers`: the best tier first, in it the newest; each with the row by
/// which it was found.
pub async fn find(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    text: &str,
    tiers: &[Tier],
    wanted: usize,
) -> Result<Vec<Hit>, Error> {
    let words = words::searched(text);
    let mut found: Vec<Hit> = Vec::new();
    if words.is_empty() {
        return Ok(found);
    }
    let mut known = BTreeSet::new();
    let mut take = |found: &mut Vec<Hit>, rows: &[(i64, String, i64)]| {
        for (_, record, part) in rows {
            if known.insert(record.clone()) {
                found.push(Hit { record: record.clone(), part: *part });
            }
        }
        found.len() >= wanted
    };
    let scope = words::scope(guild, kind);
    for tier in tiers {
        let (sql, query) = if tx.is_postgres() {
            let query = tsquery(&scope, &words, *tier);
            let recent = match tier {
                Tier::Words | Tier::WordsStart => RECENT.0,
                Tier::Title | Tier::TitleStarts => RECENT.1,
            };
            let rows: Vec<(i64, String, i64)> = tx.all(recent, args![guild, query.as_str(), ROWS]).await?;
            if take(&mut found, &rows) {
                return Ok(found);
            }
            (FIND.1, query)
        } else {
            (FIND.0, fts5(&scope, &words, *tier))
        };
        let mut before = i64::MAX;
        for _ in 0..READINGS {
            let rows: Vec<(i64, String, i64)> = tx.all(sql, args![guild, query.as_str(), before, ROWS]).await?;
            if take(&mut found, &rows) {
                return Ok(found);
            }
            match rows.last() {
                Some((last, ..)) if i64::try_from(rows.len()).unwrap_or(ROWS) == ROWS => before = *last,
                _ => break,
            }
        }
    }
    Ok(found)
}

/// A tier in the language of FTS5. Words hold letters and digits alone, so nothing in them acts.
pub fn fts5(scope: &str, words: &[String], tier: Tier) -> String {
    query(words, tier, [" AND ", " OR "], |field, word, start| {
        format!("\"{scope}{field}{word}\"{}", if start { " *" } else { "" })
    })
}

/// A tier in the language of tsquery.
pub fn tsquery(scope: &str, words: &[String], tier: Tier) -> String {
    query(words, tier, [" & ", " | "], |field, word, start| {
        format!("'{scope}{field}{word}'{}", if start { ":*" } else { "" })
    })
}

/// Each word in one of the tier's fields, and one of them where the tier wants it; `term` writes a word of a field, or what begins so.
fn query(words: &[String], tier: Tier, [and, or]: [&str; 2], term: impl Fn(char, &str, bool) -> String) -> String {
    let (each, one, start): (&[char], &[char], bool) = match tier {
        Tier::Title => (&[TITLE], &[], false),
        Tier::Words => (&[TITLE, BODY, AROUND], &[BODY], false),
        Tier::TitleStarts => (&[TITLE, START], &[], false),
        Tier::WordsStart => (&[TITLE, BODY, AROUND], &[TITLE, BODY], true),
    };
    let in_fields = |word: &String, fields: &[char]| {
        let terms: Vec<String> = fields.iter().map(|field| term(*field, word, start)).collect();
        terms.join(or)
    };
    let mut parts: Vec<String> = Vec::new();
    // A word alone that stands in one of the fields that count stands in one of all.
    if one.is_empty() || words.len() > 1 {
        parts.extend(words.iter().map(|word| format!("({})", in_fields(word, each))));
    }
    if !one.is_empty() {
        let any: Vec<String> = words.iter().map(|word| in_fields(word, one)).collect();
        parts.push(format!("({})", any.join(or)));
    }
    parts.join(and)
}
