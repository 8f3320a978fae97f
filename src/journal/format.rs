//! The bytes of a journal entry, version 1, so that an outsider can write a verifier.
//!
//! All numbers are big-endian. A *string* is its length in bytes as u32, then UTF-8.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: `01` |
//! | 8 | guild: u64 |
//! | 8 | sequence number within the guild, from 1: u64 |
//! | 8 | entry time, microseconds of the Unix epoch: i64 |
//! | 8 | event time, likewise |
//! | 32 | actor: a *person*, or zeros for wardroom itself |
//! | string | authority: the capability that allowed it, and how it was held |
//! | string | source: the event that caused it, such as `interaction:1234` |
//! | string | action, such as `incident.resolve` |
//! | string | subject, such as `INC-7` |
//! | 2 | number of fields: u16 |
//! | … | per field: name (string), value before, value after |
//!
//! A *value* is one tag byte and what follows it: `00` nothing; `01` plain, a string; `02` free text, 32 bytes; `03` a person, 32 bytes.
//!
//! * A *person* is HMAC-SHA-256 with the 32-byte key of that person in that guild, over the user id as 8 bytes.
//! * *Free text* is SHA-256 over the 16-byte salt of that field and the UTF-8 text.
//! * `leaf = SHA-256(00 ‖ entry)`, `head(n) = SHA-256(01 ‖ head(n-1) ‖ leaf(n))`, `head(0)` is 32 zero bytes.
//!
//! Keys, salts, texts and user ids are kept beside the journal and can be erased; the chain still verifies without them.
//!
//! # Test vector
//!
//! Guild 42, sequence 1, entry time 1 700 000 000 000 000, event time 1 699 999 999 000 000, actor = person with a key of 32 bytes `07` and user id 99,
//! authority `responder`, source `interaction:5`, action `incident.note`, subject `INC-1`, one field `text` from nothing to free text
//! with a salt of 16 bytes `09` and the text `disk is full`:
//!
//! ```text
//! leaf 223f96a92f2840f99978868f262922f87b19898a79a1cee8c859043c3d3700f5
//! head 69dec69d18cec6688694314b3844a49c24bc4b50caa6537720a8bc272f10daca
//! ```

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::clock::instant;
use crate::snowflake::{GuildId, UserId};

const VERSION: u8 = 1;

/// A SHA-256 or HMAC-SHA-256 value.
pub type Hash = [u8; 32];

/// The head before the first entry.
pub const NO_HEAD: Hash = [0; 32];

/// An entry as it is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The server.
    pub guild: GuildId,
    /// From 1, without gaps.
    pub seq: i64,
    /// When it was written.
    pub entry_at: DateTime<Utc>,
    /// When it happened.
    pub event_at: DateTime<Utc>,
    /// Who acted, as a keyed hash; none for wardroom itself.
    pub actor: Option<Hash>,
    /// By what authority.
    pub authority: String,
    /// The event behind it.
    pub source: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What changed.
    pub fields: Vec<Field>,
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it was.
    pub before: Datum,
    /// What it is.
    pub after: Datum,
}

/// A value in an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// There was none.
    Nothing,
    /// A word of ours: a state, a priority, an instant.
    Plain(String),
    /// Salted hash of something that a person wrote.
    Text(Hash),
    /// Keyed hash of a person.
    Person(Hash),
}

/// The keyed hash of a person.
pub fn person(key: &[u8], user: UserId) -> Hash {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&user.0.to_be_bytes());
    mac.finalize().into_bytes().into()
}

/// The salted hash of a text.
pub fn text(salt: &[u8], text: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize().into()
}

/// The head after `entry`, given the head before it.
pub fn head(before: &[u8], entry: &[u8]) -> Hash {
    let leaf = leaf(entry);
    Sha256::new().chain_update([1]).chain_update(before).chain_update(leaf).finalize().into()
}

fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

impl Entry {
    /// The entry's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.guild.0.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.entry_at.timestamp_micros().to_be_bytes());
        bytes.extend(self.event_at.timestamp_micros().to_be_bytes());
        bytes.extend(self.actor.unwrap_or_default());
        for text in [&self.authority, &self.source, &self.action, &self.subject] {
            put_string(&mut bytes, text);
        }
        bytes.extend(u16::try_from(self.fields.len()).unwrap_or(u16::MAX).to_be_bytes());
        for field in &self.fields {
            put_string(&mut bytes, &field.name);
            put_datum(&mut bytes, &field.before);
            put_datum(&mut bytes, &field.after);
        }
        bytes
    }

    /// The entry that `bytes` hold; none when they are not exactly one entry of this version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.take::<1>()? != [VERSION] {
            return None;
        }
        let guild = GuildId(u64::from_be_bytes(reader.take()?));
        let seq = i64::from_be_bytes(reader.take()?);
        let entry_at = instant(i64::from_be_bytes(reader.take()?));
        let event_at = instant(i64::from_be_bytes(reader.take()?));
        let actor: Hash = reader.take()?;
        let (authority, source, action, subject) =
            (reader.string()?, reader.string()?, reader.string()?, reader.string()?);
        let count = u16::from_be_bytes(reader.take()?);
        let fields = (0..count)
            .map(|_| Some(Field { name: reader.string()?, before: reader.datum()?, after: reader.datum()? }))
            .collect::<Option<_>>()?;
        let actor = (actor != Hash::default()).then_some(actor);
        reader.0.is_empty().then_some(Self {
            guild,
            seq,
            entry_at,
            event_at,
            actor,
            authority,
            source,
            action,
            subject,
            fields,
        })
    }
}

fn put_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(text.as_bytes());
}

fn put_datum(bytes: &mut Vec<u8>, datum: &Datum) {
    match datum {
        Datum::Nothing => bytes.push(0),
        Datum::Plain(text) => {
            bytes.push(1);
            put_string(bytes, text);
        }
        Datum::Text(hash) => {
            bytes.push(2);
            bytes.extend(hash);
        }
        Datum::Person(hash) => {
            bytes.push(3);
            bytes.extend(hash);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn string(&mut self) -> Option<String> {
        let length = usize::try_from(u32::from_be_bytes(self.take()?)).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(taken.to_vec()).ok()
    }

    fn datum(&mut self) -> Option<Datum> {
        Some(match self.take::<1>()? {
            [0] => Datum::Nothing,
            [1] => Datum::Plain(self.string()?),
            [2] => Datum::Text(self.take()?),
            [3] => Datum::Person(self.take()?),
            _ => return None,
        })
    }
}

/// Lower-case hexadecimal, for people and verifiers.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Entry {
        Entry {
            guild: GuildId(42),
            seq: 1,
            entry_at: instant(1_700_000_000_000_000),
            event_at: instant(1_699_999_999_000_000),
            actor: Some(person(&[7; 32], UserId(99))),
            authority: "responder".to_owned(),
            source: "interaction:5".to_owned(),
            action: "incident.note".to_owned(),
            subject: "INC-1".to_owned(),
            fields: vec![Field {
                name: "text".to_owned(),
                before: Datum::Nothing,
                after: Datum::Text(text(&[9; 16], "disk is full")),
            }],
        }
    }

    #[test]
    fn the_test_vector_of_the_documentation_holds() {
        let bytes = example().encode();
        let documented = include_str!("format.rs");
        let leaf = format!("//! leaf {}\n", hex(&leaf(&bytes)));
        let head = format!("//! head {}\n", hex(&head(&NO_HEAD, &bytes)));
        assert!(documented.contains(&leaf), "the documentation should say: {leaf}");
        assert!(documented.contains(&head), "the documentation should say: {head}");
    }

    fn datum() -> impl Strategy<Value = Datum> {
        prop_oneof![
            Just(Datum::Nothing),
            ".*".prop_map(Datum::Plain),
            any::<Hash>().prop_map(Datum::Text),
            any::<Hash>().prop_map(Datum::Person),
        ]
    }

    proptest! {
        #[test]
        fn an_entry_reads_back_as_it_was(
            texts in proptest::array::uniform4(".*"),
            fields in proptest::collection::vec((".*", datum(), datum()), 0..5),
            seq in 1..i64::MAX,
        ) {
            let [authority, source, action, subject] = texts;
            let fields = fields.into_iter().map(|(name, before, after)| Field { name, before, after }).collect();
            let entry = Entry { seq, authority, source, action, subject, fields, ..example() };
            prop_assert_eq!(Entry::decode(&entry.encode()), Some(entry));
        }

        #[test]
        fn no_byte_can_be_changed_or_cut_unseen(at in 0_usize..200, flip in 1_u8..=255) {
            let bytes = example().encode();
            let at = at % bytes.len();
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            prop_assert_ne!(head(&NO_HEAD, &bytes), head(&NO_HEAD, &changed));
            prop_assert!(Entry::decode(&bytes[..at]).is_none());
        }
    }
}
