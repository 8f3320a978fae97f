//! The journal: the evidence of everything that was done. Each guild has a chain of entries of its own; an entry is appended in the
//! transaction of the change that it tells of, and is never altered. Timelines and reports are computed from it.
//!
//! Persons and free texts stand in the chain as hashes ([`mod@format`]); who and what they were is kept beside it, where a
//! redaction or an erasure can remove it and leave a chain that still verifies.

pub mod format;
mod read;
mod verify;
pub mod whole;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::args;
use crate::error::{Error, Failure};
use crate::snowflake::{GuildId, UserId};
use crate::store::{Statement, Tx};
use format::{Datum, Entry, Field, Hash, NO_HEAD};
pub use read::{STATEMENTS, TOGETHER, about, about_each, count, entry, last, name, names, page, with_newer};
pub use verify::{Verdict, verify};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, and the name that was shown.
    Person(UserId, String),
    /// wardroom itself: a timer, a reconciliation.
    Wardroom,
}

/// A value that is told to the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// There is none.
    Nothing,
    /// A word of ours.
    Plain(String),
    /// Something that a person wrote.
    Text(String),
    /// A person.
    Person(UserId),
}

impl Fact {
    /// A word of ours, or nothing.
    pub fn plain(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Nothing, |value| Self::Plain(value.to_string()))
    }

    /// An instant, or nothing.
    pub fn instant(value: Option<DateTime<Utc>>) -> Self {
        Self::plain(value.map(|at| at.timestamp_micros()))
    }

    /// A text of a person, or nothing.
    pub fn text(value: Option<&str>) -> Self {
        value.map_or(Self::Nothing, |value| Self::Text(value.to_owned()))
    }

    /// A person, or nobody.
    pub fn person(value: Option<UserId>) -> Self {
        value.map_or(Self::Nothing, Self::Person)
    }
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub field: &'static str,
    /// What it was.
    pub before: Fact,
    /// What it is.
    pub after: Fact,
}

impl Change {
    /// A field that had no value before.
    pub fn new(field: &'static str, after: Fact) -> Self {
        Self { field, before: Fact::Nothing, after }
    }
}

/// What is to be written down.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who did it.
    pub actor: Actor,
    /// By what authority: the capability and how it was held.
    pub authority: String,
    /// The event behind it.
    pub source: String,
    /// What was done: `process.verb`.
    pub action: &'static str,
    /// To what: a number, or a name.
    pub subject: String,
    /// When it happened, which may be earlier than its writing.
    pub event_at: DateTime<Utc>,
    /// What changed.
    pub changes: Vec<Change>,
}

/// An entry as people read it. What was erased is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its place in the guild's chain.
    pub seq: i64,
    /// When it was written.
    pub entry_at: DateTime<Utc>,
    /// When it happened.
    pub event_at: DateTime<Utc>,
    /// Who did it; none for wardroom, or someone erased.
    pub actor: Option<UserId>,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Field → value after.
    pub after: BTreeMap<String, Fact>,
    /// Field → value before.
    pub before: BTreeMap<String, Fact>,
}

/// Written down later than this after it happened, an entry is one made afterwards.
pub const AFTERWARDS: TimeDelta = TimeDelta::seconds(60);

impl Told {
    /// Whether it was written down noticeably later than it happened.
    pub fn is_afterwards(&self) -> bool {
        self.entry_at - self.event_at > AFTERWARDS
    }

    /// The text of `field`, if it has one that was not erased.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.after.get(field) {
            Some(Fact::Text(text) | Fact::Plain(text)) => Some(text),
            _ => None,
        }
    }
}

/// Keeps the guild's chain for this transaction. Every unit of work that may write begins with it, so that two never wait for each other crosswise.
pub async fn lock(tx: &mut Tx, guild: GuildId) -> Result<(), Error> {
    tx.hold("SELECT seq FROM journal_head WHERE guild_id = $1", args![guild]).await
}

/// Starts the chain of a new guild.
pub async fn start(tx: &mut Tx, guild: GuildId) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO journal_head (guild_id, seq, head) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
        args![guild, NO_HEAD],
    )
    .await
    .map(drop)
}

/// Appends an entry and returns it as people read it.
pub async fn append(tx: &mut Tx, guild: GuildId, now: DateTime<Utc>, draft: Draft) -> Result<Told, Error> {
    let (last, before): (i64, Vec<u8>) = tx
        .optional("SELECT seq, head FROM journal_head WHERE guild_id = $1", args![guild])
        .await?
        .ok_or_else(|| Failure::inconsistent("journal_head", format!("guild {guild} has no chain")))?;
    let seq = last + 1;
    let mut beside = Beside::default();
    let actor = match &draft.actor {
        Actor::Person(user, name) => Some(beside.person(tx, guild, "actor", *user, Some(name)).await?),
        Actor::Wardroom => None,
    };
    let told = Told {
        seq,
        entry_at: now,
        event_at: draft.event_at,
        actor: match &draft.actor {
            Actor::Person(user, _) => Some(*user),
            Actor::Wardroom => None,
        },
        action: draft.action.to_owned(),
        subject: draft.subject.clone(),
        after: draft.changes.iter().map(|change| (change.field.to_owned(), change.after.clone())).collect(),
        before: draft.changes.iter().map(|change| (change.field.to_owned(), change.before.clone())).collect(),
    };
    let mut fields = Vec::with_capacity(draft.changes.len());
    for change in draft.changes {
        let name = change.field.to_owned();
        let before = beside.datum(tx, guild, format!("{name}.before"), change.before).await?;
        let after = beside.datum(tx, guild, name.clone(), change.after).await?;
        fields.push(Field { name, before, after });
    }
    let entry = Entry {
        guild,
        seq,
        entry_at: now,
        event_at: draft.event_at,
        actor,
        authority: draft.authority,
        source: draft.source,
        action: draft.action.to_owned(),
        subject: draft.subject,
        fields,
    };
    let bytes = entry.encode();
    let head = format::head(&before, &bytes);
    let mut writes: Vec<Statement> = vec![(
        "INSERT INTO journal_entry (guild_id, seq, entry_at, event_at, action, subject, entry, head)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![guild, seq, entry.entry_at, entry.event_at, entry.action, entry.subject, bytes, head],
    )];
    beside.save(guild, seq, &mut writes);
    writes.push((
        "UPDATE journal_head SET seq = $2, head = $3 WHERE guild_id = $1 AND seq = $4",
        args![guild, seq, head, last],
    ));
    // Each inserts or changes one row, or all is taken back.
    let expected = writes.len() as u64;
    if tx.execute_all(writes).await? != expected {
        return Err(Failure::inconsistent(
            "journal_head",
            format!("guild {guild} moved on from entry {last} meanwhile"),
        )
        .into());
    }
    Ok(told)
}

/// What is kept beside an entry, where it can be erased.
#[derive(Default)]
struct Beside {
    people: Vec<(String, UserId)>,
    /// The keys of those who were named already: who declares is the reporter too.
    keys: BTreeMap<UserId, Vec<u8>>,
    texts: Vec<(String, [u8; 16], String)>,
}

impl Beside {
    async fn datum(&mut self, tx: &mut Tx, guild: GuildId, field: String, fact: Fact) -> Result<Datum, Error> {
        Ok(match fact {
            Fact::Nothing => Datum::Nothing,
            Fact::Plain(text) => Datum::Plain(text),
            Fact::Person(user) => Datum::Person(self.person(tx, guild, &field, user, None).await?),
            Fact::Text(text) => {
                let salt: [u8; 16] = rand::random();
                let hash = format::text(&salt, &text);
                self.texts.push((field, salt, text));
                Datum::Text(hash)
            }
        })
    }

    /// The keyed hash of a person.
    async fn person(
        &mut self,
        tx: &mut Tx,
        guild: GuildId,
        field: &str,
        user: UserId,
        name: Option<&str>,
    ) -> Result<Hash, Error> {
        let key = match self.keys.get(&user) {
            Some(key) => key.clone(),
            None => key_of(tx, guild, user, name).await?,
        };
        self.keys.insert(user, key.clone());
        self.people.push((field.to_owned(), user));
        Ok(format::person(&key, user))
    }

    fn save(self, guild: GuildId, seq: i64, writes: &mut Vec<Statement>) {
        writes.extend(self.people.into_iter().map(|(field, user)| {
            let sql = "INSERT INTO journal_identity (guild_id, seq, field, user_id) VALUES ($1, $2, $3, $4)";
            (sql, args![guild, seq, field, user])
        }));
        writes.extend(self.texts.into_iter().map(|(field, salt, text)| {
            let sql = "INSERT INTO journal_text (guild_id, seq, field, salt, body) VALUES ($1, $2, $3, $4, $5)";
            (sql, args![guild, seq, field, salt.to_vec(), text])
        }));
    }
}

/// Remembers what a person is called who is named and may never speak to wardroom.
pub async fn know(tx: &mut Tx, guild: GuildId, user: UserId, name: &str) -> Result<(), Error> {
    key_of(tx, guild, user, Some(name)).await.map(drop)
}

/// The key of a person; who is new gets one. A changed name is remembered.
async fn key_of(tx: &mut Tx, guild: GuildId, user: UserId, name: Option<&str>) -> Result<Vec<u8>, Error> {
    let known: Option<(Vec<u8>, String)> = tx
        .optional(
            "SELECT person_key, name FROM journal_person WHERE guild_id = $1 AND user_id = $2",
            args![guild, user],
        )
        .await?;
    if let Some((key, known_as)) = known {
        if let Some(name) = name.filter(|name| *name != known_as) {
            tx.execute(
                "UPDATE journal_person SET name = $3 WHERE guild_id = $1 AND user_id = $2",
                args![guild, user, name],
            )
            .await?;
        }
        Ok(key)
    } else {
        let key: [u8; 32] = rand::random();
        tx.execute(
            "INSERT INTO journal_person (guild_id, user_id, person_key, name) VALUES ($1, $2, $3, $4)",
            args![guild, user, key, name.unwrap_or_default()],
        )
        .await?;
        Ok(key.to_vec())
    }
}

/// The end of every action that puts the removal of a text on record.
pub const REDACT: &str = ".redact";
/// The field of such an entry that names the entry whose text was removed.
pub const REDACTED_ENTRY: &str = "entry";
/// The field that names others which held the same words, apart by spaces.
pub const REDACTED_ALSO: &str = "also";

/// Erases the texts of entry `seq`, and the same words wherever else the journal holds them about `subject`. The entries and their
/// hashes stay. Returns the other entries that lost a text; together with `seq` they must be put on record ([`REDACTED_ENTRY`],
/// [`REDACTED_ALSO`]), for a text that is gone without that is a finding.
pub async fn erase_texts(tx: &mut Tx, guild: GuildId, subject: &str, seq: i64) -> Result<Vec<i64>, Error> {
    let others: Vec<(i64,)> = tx
        .all(
            "SELECT DISTINCT t.seq FROM journal_text t
               JOIN journal_entry e ON e.guild_id = t.guild_id AND e.seq = t.seq
              WHERE t.guild_id = $1 AND e.subject = $2 AND t.seq <> $3
                AND t.body IN (SELECT body FROM journal_text WHERE guild_id = $1 AND seq = $3)
              ORDER BY t.seq",
            args![guild, subject, seq],
        )
        .await?;
    tx.execute(
        "DELETE FROM journal_text
          WHERE guild_id = $1 AND seq IN (SELECT seq FROM journal_entry WHERE guild_id = $1 AND subject = $2)
            AND body IN (SELECT body FROM journal_text WHERE guild_id = $1 AND seq = $3)",
        args![guild, subject, seq],
    )
    .await?;
    Ok(others.into_iter().map(|(seq,)| seq).collect())
}
