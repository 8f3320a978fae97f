//! The walk over a guild's chain that finds the first entry which cannot be what was written.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{self, Datum, Entry, Field, Hash, NO_HEAD};
use super::{REDACT, REDACTED_ALSO, REDACTED_ENTRY};
use crate::args;
use crate::error::Error;
use crate::snowflake::{GuildId, UserId};
use crate::store::Store;

/// Entries that are looked at in one transaction.
const PAGE: i64 = 2000;

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry follows from the one before.
    Sound {
        /// How many there are.
        entries: i64,
        /// The head after the last, which an anchor outside can be compared with.
        head: Hash,
    },
    /// The first entry that is wrong, and what is wrong with it.
    Broken {
        /// Its place.
        seq: i64,
        /// What is wrong.
        why: String,
    },
}

type Row = (i64, i64, i64, String, String, Vec<u8>, Vec<u8>);
type Text = (i64, String, Vec<u8>, String);
type Identity = (i64, String, i64, Option<Vec<u8>>);

/// Walks the chain of `guild` from its first entry.
pub async fn verify(store: &Store, guild: GuildId) -> Result<Verdict, Error> {
    let mut seq = 0;
    let mut head = NO_HEAD;
    let mut removals = Removals::default();
    loop {
        let from = seq;
        let (rows, texts, people, end) = store
            .read(move |tx| {
                Box::pin(async move {
                    let until = from + PAGE;
                    let rows: Vec<Row> = tx
                        .all(
                            "SELECT seq, entry_at, event_at, action, subject, entry, head FROM journal_entry
                              WHERE guild_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                            args![guild, from, PAGE],
                        )
                        .await?;
                    let texts: Vec<Text> = tx
                        .all(
                            "SELECT seq, field, salt, body FROM journal_text
                              WHERE guild_id = $1 AND seq > $2 AND seq <= $3",
                            args![guild, from, until],
                        )
                        .await?;
                    let people: Vec<Identity> = tx
                        .all(
                            "SELECT i.seq, i.field, i.user_id, p.person_key FROM journal_identity i
                               LEFT JOIN journal_person p ON p.guild_id = i.guild_id AND p.user_id = i.user_id
                              WHERE i.guild_id = $1 AND i.seq > $2 AND i.seq <= $3",
                            args![guild, from, until],
                        )
                        .await?;
                    // In the same view as the entries, for more may be appended while the walk goes on.
                    let end: Option<(i64, Vec<u8>)> =
                        tx.optional("SELECT seq, head FROM journal_head WHERE guild_id = $1", args![guild]).await?;
                    Ok((rows, texts, people, end))
                })
            })
            .await?;
        if rows.is_empty() {
            return Ok(removals.verdict().unwrap_or_else(|| at_the_end(seq, head, end)));
        }
        let beside = Beside::of(texts, people);
        for row in rows {
            let expected = seq + 1;
            if row.0 != expected {
                return Ok(Verdict::Broken { seq: expected, why: format!("it is missing; the next is {}", row.0) });
            }
            match check(guild, &head, &row, &beside, &mut removals) {
                Ok(next) => head = next,
                Err(why) => return Ok(Verdict::Broken { seq: expected, why }),
            }
            seq = expected;
        }
    }
}

/// What the end of the chain must be after entry `seq` with `head`.
fn at_the_end(seq: i64, head: Hash, end: Option<(i64, Vec<u8>)>) -> Verdict {
    let broken = |seq, why: &str| Verdict::Broken { seq, why: why.to_owned() };
    match end {
        Some((last, _)) if last < seq => broken(last + 1, "it lies behind the end of the chain"),
        Some((last, _)) if last > seq => broken(seq + 1, &format!("it is missing; the chain ends at {last}")),
        Some((last, stored)) if stored != head => broken(last, "the end of the chain does not follow from it"),
        Some(_) => Verdict::Sound { entries: seq, head },
        None if seq > 0 => broken(seq, "the chain has entries and no end"),
        None => Verdict::Sound { entries: 0, head },
    }
}

/// Texts that are not there any more, and the entries that say why.
#[derive(Default)]
struct Removals {
    missing: BTreeSet<i64>,
    on_record: BTreeSet<i64>,
}

impl Removals {
    fn note(&mut self, entry: &Entry, beside: &Beside) {
        let gone = |field: &Field| {
            matches!(field.after, Datum::Text(_)) && !beside.texts.contains_key(&(entry.seq, field.name.clone()))
        };
        if entry.fields.iter().any(gone) {
            self.missing.insert(entry.seq);
        }
        if entry.action.ends_with(REDACT) {
            let named = entry.fields.iter().filter(|field| field.name == REDACTED_ENTRY || field.name == REDACTED_ALSO);
            for field in named {
                if let Datum::Plain(entries) = &field.after {
                    self.on_record.extend(entries.split(' ').filter_map(|entry| entry.parse::<i64>().ok()));
                }
            }
        }
    }

    /// A removal that nobody put on record.
    fn verdict(&self) -> Option<Verdict> {
        let seq = *self.missing.difference(&self.on_record).next()?;
        Some(Verdict::Broken { seq, why: "its text is gone, and no entry says that it was removed".to_owned() })
    }
}

/// Texts and persons of a page, by entry and field.
struct Beside {
    texts: BTreeMap<(i64, String), (Vec<u8>, String)>,
    people: BTreeMap<(i64, String), Person>,
}

/// Who stands behind a keyed hash, and the key, while neither is erased.
type Person = (UserId, Option<Vec<u8>>);

impl Beside {
    fn of(texts: Vec<Text>, people: Vec<Identity>) -> Self {
        Self {
            texts: texts.into_iter().map(|(seq, field, salt, text)| ((seq, field), (salt, text))).collect(),
            people: people
                .into_iter()
                .map(|(seq, field, user, key)| ((seq, field), (UserId::from_i64(user), key)))
                .collect(),
        }
    }
}

/// The head after this row, or what is wrong with it.
fn check(guild: GuildId, before: &Hash, row: &Row, beside: &Beside, removals: &mut Removals) -> Result<Hash, String> {
    let (seq, entry_at, event_at, action, subject, bytes, stored) = row;
    let head = format::head(before, bytes);
    if head.as_slice() != stored.as_slice() {
        return Err("its bytes do not lead to its head".to_owned());
    }
    let entry = Entry::decode(bytes).ok_or("its bytes are no entry of version 1")?;
    let columns = entry.guild == guild
        && entry.seq == *seq
        && entry.entry_at.timestamp_micros() == *entry_at
        && entry.event_at.timestamp_micros() == *event_at
        && entry.action == *action
        && entry.subject == *subject;
    if !columns {
        return Err("its columns differ from its bytes".to_owned());
    }
    removals.note(&entry, beside);
    let values = entry
        .fields
        .iter()
        .flat_map(|field| [(format!("{}.before", field.name), &field.before), (field.name.clone(), &field.after)]);
    for (name, datum) in values {
        let key = (*seq, name);
        match datum {
            Datum::Text(hash) => {
                if let Some((salt, text)) = beside.texts.get(&key)
                    && format::text(salt, text) != *hash
                {
                    return Err(format!("the text of `{}` is not what was written", key.1));
                }
            }
            Datum::Person(hash) => same_person(beside, &key, hash)?,
            Datum::Nothing | Datum::Plain(_) => {}
        }
    }
    match &entry.actor {
        Some(hash) => same_person(beside, &(*seq, "actor".to_owned()), hash)?,
        None if beside.people.contains_key(&(*seq, "actor".to_owned())) => {
            return Err("it was wardroom's own, and now has an actor".to_owned());
        }
        None => {}
    }
    Ok(head)
}

fn same_person(beside: &Beside, key: &(i64, String), hash: &Hash) -> Result<(), String> {
    match beside.people.get(key) {
        // An erasure removes the identity together with the key: nothing contradicts the hash then.
        None => Ok(()),
        Some((_, None)) => Err(format!("the person of `{}` has no key; an erasure would have removed both", key.1)),
        Some((user, Some(secret))) if format::person(secret, *user) == *hash => Ok(()),
        Some(_) => Err(format!("the person of `{}` is not who it was", key.1)),
    }
}
