//! Entries whole: with their bytes, their heads, and all that is kept beside them, for whoever takes the journal elsewhere.

use std::collections::BTreeMap;

use super::format::{Entry, Hash, NO_HEAD, head};
use crate::args;
use crate::error::{Error, Failure};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

/// An entry, and what is kept beside it. What was erased is absent.
#[derive(Clone, Debug)]
pub struct Whole {
    /// As it is hashed.
    pub entry: Entry,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The head after it.
    pub head: Vec<u8>,
    /// Field → salt and text; what was before a change stands under `field.before`.
    pub texts: BTreeMap<String, (Vec<u8>, String)>,
    /// Field → person; who acted stands under `actor`.
    pub people: BTreeMap<String, UserId>,
}

/// Up to `limit` entries of `guild` after entry `after`, in the order of the chain.
pub async fn page(tx: &mut Tx, guild: GuildId, after: i64, limit: i64) -> Result<Vec<Whole>, Error> {
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = tx
        .all(
            "SELECT seq, entry, head FROM journal_entry WHERE guild_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            args![guild, after, limit],
        )
        .await?;
    let Some(last) = rows.last().map(|(seq, ..)| *seq) else { return Ok(Vec::new()) };
    let texts: Vec<(i64, String, Vec<u8>, String)> = tx
        .all(
            "SELECT seq, field, salt, body FROM journal_text WHERE guild_id = $1 AND seq > $2 AND seq <= $3",
            args![guild, after, last],
        )
        .await?;
    let people: Vec<(i64, String, i64)> = tx
        .all(
            "SELECT seq, field, user_id FROM journal_identity WHERE guild_id = $1 AND seq > $2 AND seq <= $3",
            args![guild, after, last],
        )
        .await?;
    let mut texts_of: BTreeMap<i64, BTreeMap<String, (Vec<u8>, String)>> = BTreeMap::new();
    for (seq, field, salt, body) in texts {
        texts_of.entry(seq).or_default().insert(field, (salt, body));
    }
    let mut people_of: BTreeMap<i64, BTreeMap<String, UserId>> = BTreeMap::new();
    for (seq, field, user) in people {
        people_of.entry(seq).or_default().insert(field, UserId::from_i64(user));
    }
    rows.into_iter()
        .map(|(seq, bytes, head)| {
            let entry = Entry::decode(&bytes).ok_or_else(|| {
                Failure::inconsistent("journal_entry", format!("guild {guild} entry {seq} cannot be read"))
            })?;
            let (texts, people) =
                (texts_of.remove(&seq).unwrap_or_default(), people_of.remove(&seq).unwrap_or_default());
            Ok(Whole { entry, bytes, head, texts, people })
        })
        .collect()
}

/// A walk along the chain that remembers where it was broken first.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The head after the last entry that was seen.
    pub head: Hash,
    /// How many were seen.
    pub entries: i64,
    /// The first that does not follow from those before it.
    pub broken: Option<i64>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { head: NO_HEAD, entries: 0, broken: None }
    }
}

impl Walk {
    /// Goes on to `whole`.
    pub fn step(&mut self, whole: &Whole) {
        self.head = head(&self.head, &whole.bytes);
        self.entries += 1;
        let follows = self.head.as_slice() == whole.head.as_slice() && whole.entry.seq == self.entries;
        if !follows && self.broken.is_none() {
            self.broken = Some(self.entries);
        }
    }

    /// Whether `end`, the stored end of the chain, is where the walk arrived.
    pub fn arrived(&mut self, end: Option<(i64, Vec<u8>)>) {
        let same = match end {
            Some((seq, head)) => seq == self.entries && head.as_slice() == self.head.as_slice(),
            None => self.entries == 0,
        };
        if !same && self.broken.is_none() {
            self.broken = Some(self.entries + 1);
        }
    }
}

/// The stored end of the chain: the last entry's place and the head after it.
pub async fn end(tx: &mut Tx, guild: GuildId) -> Result<Option<(i64, Vec<u8>)>, Error> {
    tx.optional("SELECT seq, head FROM journal_head WHERE guild_id = $1", args![guild]).await
}
