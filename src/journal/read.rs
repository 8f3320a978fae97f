//! Reading entries: each statement goes by subject, so that a story costs what it tells, however much was written in between.

use std::collections::BTreeMap;

use super::format::{Datum, Entry};
use super::{Fact, Told};
use crate::args;
use crate::error::{Error, Failure};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

/// Stories that [`about_each`] reads at once.
pub const TOGETHER: usize = 50;

const ABOUT: &str = "SELECT seq, entry FROM journal_entry WHERE guild_id = $1 AND subject = $2 ORDER BY seq";
const LAST: &str =
    "SELECT seq, entry FROM journal_entry WHERE guild_id = $1 AND subject = $2 ORDER BY seq DESC LIMIT 1";
const ENTRY: &str = "SELECT seq, entry FROM journal_entry WHERE guild_id = $1 AND subject = $2 AND seq = $3";
const PAGE: &str = "SELECT seq, entry FROM journal_entry WHERE guild_id = $1 AND subject = $2 AND seq < $3
                     ORDER BY seq DESC LIMIT $4";
const NTH: &str =
    "SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject = $2 ORDER BY seq DESC LIMIT 1 OFFSET $3";
const COUNT: &str = "SELECT COUNT(*) FROM journal_entry WHERE guild_id = $1 AND subject = $2";
// The plus keeps SQLite from going by the range, which holds all that was written about anything meanwhile.
const TEXTS: &str = "SELECT seq, field, body FROM journal_text WHERE guild_id = $1 AND seq IN (
                       SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject = $2 AND +seq BETWEEN $3 AND $4)";
const PEOPLE: &str = "SELECT seq, field, user_id FROM journal_identity WHERE guild_id = $1 AND seq IN (
                        SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject = $2 AND +seq BETWEEN $3 AND $4)";

/// `$2` to `$51`: as many as [`TOGETHER`].
macro_rules! subjects {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, \
         $43, $44, $45, $46, $47, $48, $49, $50, $51"
    };
}

const ABOUT_EACH: &str = concat!(
    "SELECT subject, seq, entry FROM journal_entry WHERE guild_id = $1 AND subject IN (",
    subjects!(),
    ") ORDER BY subject, seq"
);
const TEXTS_OF_EACH: &str = concat!(
    "SELECT seq, field, body FROM journal_text WHERE guild_id = $1 AND seq IN (
       SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject IN (",
    subjects!(),
    "))"
);
const PEOPLE_OF_EACH: &str = concat!(
    "SELECT seq, field, user_id FROM journal_identity WHERE guild_id = $1 AND seq IN (
       SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject IN (",
    subjects!(),
    "))"
);

/// The statements of this file by name, for whoever wants to see how they are carried out.
pub const STATEMENTS: [(&str, &str); 11] = [
    ("about", ABOUT),
    ("last", LAST),
    ("entry", ENTRY),
    ("page", PAGE),
    ("nth", NTH),
    ("count", COUNT),
    ("texts", TEXTS),
    ("people", PEOPLE),
    ("about each", ABOUT_EACH),
    ("texts of each", TEXTS_OF_EACH),
    ("people of each", PEOPLE_OF_EACH),
];

type Line = (i64, Vec<u8>);
type Text = (i64, String, String);
type Person = (i64, String, i64);

/// The last entry about `subject`, if there is one.
pub async fn last(tx: &mut Tx, guild: GuildId, subject: &str) -> Result<Option<Told>, Error> {
    let rows = tx.all(LAST, args![guild, subject]).await?;
    Ok(with_texts(tx, guild, subject, rows).await?.pop())
}

/// All entries about `subject`, in the order of their writing.
pub async fn about(tx: &mut Tx, guild: GuildId, subject: &str) -> Result<Vec<Told>, Error> {
    let rows = tx.all(ABOUT, args![guild, subject]).await?;
    with_texts(tx, guild, subject, rows).await
}

/// All entries about each of `subjects`, of which there may be up to [`TOGETHER`], in the order of their writing.
pub async fn about_each(
    tx: &mut Tx,
    guild: GuildId,
    subjects: &[String],
) -> Result<BTreeMap<String, Vec<Told>>, Error> {
    let mut args = args![guild];
    // Nothing is about an empty subject.
    let empty = String::new();
    args.extend(subjects.iter().chain(std::iter::repeat(&empty)).take(TOGETHER).map(|subject| subject.as_str().into()));
    let rows: Vec<(String, i64, Vec<u8>)> = tx.all(ABOUT_EACH, args.clone()).await?;
    let texts = tx.all(TEXTS_OF_EACH, args.clone()).await?;
    let people = tx.all(PEOPLE_OF_EACH, args).await?;
    let (subjects, rows): (Vec<String>, Vec<Line>) =
        rows.into_iter().map(|(subject, seq, entry)| (subject, (seq, entry))).unzip();
    let mut each: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for (subject, told) in subjects.into_iter().zip(tell(guild, rows, texts, people)?) {
        each.entry(subject).or_default().push(told);
    }
    Ok(each)
}

/// The entry `seq`, if it is about `subject`.
pub async fn entry(tx: &mut Tx, guild: GuildId, subject: &str, seq: i64) -> Result<Option<Told>, Error> {
    let rows = tx.all(ENTRY, args![guild, subject, seq]).await?;
    Ok(with_texts(tx, guild, subject, rows).await?.pop())
}

/// Up to `limit` entries about `subject` that were written before entry `before`, the newest first; without `before` the newest of all.
pub async fn page(
    tx: &mut Tx,
    guild: GuildId,
    subject: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Told>, Error> {
    let rows = tx.all(PAGE, args![guild, subject, before.unwrap_or(i64::MAX), limit]).await?;
    with_texts(tx, guild, subject, rows).await
}

/// The place of the entry about `subject` that has `newer` entries after it.
pub async fn with_newer(tx: &mut Tx, guild: GuildId, subject: &str, newer: i64) -> Result<Option<i64>, Error> {
    let row: Option<(i64,)> = tx.optional(NTH, args![guild, subject, newer]).await?;
    Ok(row.map(|(seq,)| seq))
}

/// How many entries there are about `subject`.
pub async fn count(tx: &mut Tx, guild: GuildId, subject: &str) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx.optional(COUNT, args![guild, subject]).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The entries in `rows`, which are all about `subject`, with what is kept beside them.
async fn with_texts(tx: &mut Tx, guild: GuildId, subject: &str, rows: Vec<Line>) -> Result<Vec<Told>, Error> {
    let (Some(first), Some(last)) = (rows.iter().map(|row| row.0).min(), rows.iter().map(|row| row.0).max()) else {
        return Ok(Vec::new());
    };
    let texts = tx.all(TEXTS, args![guild, subject, first, last]).await?;
    let people = tx.all(PEOPLE, args![guild, subject, first, last]).await?;
    tell(guild, rows, texts, people)
}

fn tell(guild: GuildId, rows: Vec<Line>, texts: Vec<Text>, people: Vec<Person>) -> Result<Vec<Told>, Error> {
    let texts: BTreeMap<(i64, String), String> =
        texts.into_iter().map(|(seq, field, text)| ((seq, field), text)).collect();
    let people: BTreeMap<(i64, String), UserId> =
        people.into_iter().map(|(seq, field, user)| ((seq, field), UserId::from_i64(user))).collect();
    rows.into_iter()
        .map(|(seq, bytes)| {
            let entry = Entry::decode(&bytes).ok_or_else(|| {
                Failure::inconsistent("journal_entry", format!("guild {guild} entry {seq} cannot be read"))
            })?;
            let fact = |field: String, datum: &Datum| match datum {
                Datum::Nothing => Fact::Nothing,
                Datum::Plain(text) => Fact::Plain(text.clone()),
                Datum::Text(_) => texts.get(&(seq, field)).cloned().map_or(Fact::Nothing, Fact::Text),
                Datum::Person(_) => people.get(&(seq, field)).copied().map_or(Fact::Nothing, Fact::Person),
            };
            Ok(Told {
                seq,
                entry_at: entry.entry_at,
                event_at: entry.event_at,
                actor: people.get(&(seq, "actor".to_owned())).copied(),
                after: entry
                    .fields
                    .iter()
                    .map(|field| (field.name.clone(), fact(field.name.clone(), &field.after)))
                    .collect(),
                before: entry
                    .fields
                    .iter()
                    .map(|field| (field.name.clone(), fact(format!("{}.before", field.name), &field.before)))
                    .collect(),
                action: entry.action,
                subject: entry.subject,
            })
        })
        .collect()
}

/// The names of the people whom entries about `subject` name, as they were shown last. Who never spoke to wardroom has none.
pub async fn names(tx: &mut Tx, guild: GuildId, subject: &str) -> Result<BTreeMap<UserId, String>, Error> {
    let rows: Vec<(i64, String)> = tx
        .all(
            "SELECT DISTINCT p.user_id, p.name
               FROM journal_entry e
               JOIN journal_identity i ON i.guild_id = e.guild_id AND i.seq = e.seq
               JOIN journal_person p ON p.guild_id = i.guild_id AND p.user_id = i.user_id
              WHERE e.guild_id = $1 AND e.subject = $2 AND p.name <> ''",
            args![guild, subject],
        )
        .await?;
    Ok(rows.into_iter().map(|(user, name)| (UserId::from_i64(user), name)).collect())
}

/// What a person is called, as it was shown last; none for who never spoke to wardroom.
pub async fn name(tx: &mut Tx, guild: GuildId, user: UserId) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT name FROM journal_person WHERE guild_id = $1 AND user_id = $2 AND name <> ''",
            args![guild, user],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}
