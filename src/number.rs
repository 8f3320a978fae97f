//! Numbers of records: `INC-7`, `PRB-3`, `CHG-12`. Each guild counts from 1 without gaps: the number is taken in the
//! transaction that makes the record, so a record that was not made leaves its number to the next.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::args;
use crate::error::{Error, Failure, Refusal};
use crate::snowflake::GuildId;
use crate::store::Tx;

/// A kind of record that has numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Something is wrong now.
    Incident,
    /// The cause of incidents.
    Problem,
    /// Something is to be altered.
    Change,
    /// What is learnt from an incident; it has the incident's number.
    Review,
    /// A digest that is posted again and again.
    Digest,
}

impl Kind {
    /// The letters before the number.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Incident => "INC",
            Self::Problem => "PRB",
            Self::Change => "CHG",
            Self::Review => "REV",
            Self::Digest => "DIG",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Incident => "an incident",
            Self::Problem => "a problem",
            Self::Change => "a change",
            Self::Review => "a review",
            Self::Digest => "a digest",
        }
    }
}

/// The number of a record within its guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// What it numbers.
    pub kind: Kind,
    /// From 1.
    pub value: i64,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.prefix(), self.value)
    }
}

impl Number {
    /// Reads a number of `kind` as people write it: `INC-7`, `inc 7`, `#7`, `7`.
    ///
    /// # Errors
    /// A sentence that shows how to write it.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, Refusal> {
        let bare = text.trim().trim_start_matches('#');
        let digits = match bare.get(..3) {
            Some(prefix) if prefix.eq_ignore_ascii_case(kind.prefix()) => bare[3..].trim_start_matches(['-', ' ', '#']),
            _ => bare,
        };
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(value) if all_digits && value > 0 => Ok(Self { kind, value }),
            _ => Err(Refusal::new(
                "number.unreadable",
                format!(
                    "{} is not {} number. Write it like `{}-42`.",
                    crate::chat::text::code(text, 40),
                    kind.word(),
                    kind.prefix()
                ),
            )),
        }
    }

    /// Reads a number that was stored.
    pub fn stored(text: &str) -> Result<Self, Failure> {
        [Kind::Incident, Kind::Problem, Kind::Change, Kind::Review, Kind::Digest]
            .into_iter()
            .find_map(|kind| {
                let value = text.strip_prefix(kind.prefix())?.strip_prefix('-')?.parse().ok()?;
                Some(Self { kind, value })
            })
            .ok_or_else(|| Failure::inconsistent("record", format!("`{text}` is no number")))
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::stored(&text).map_err(serde::de::Error::custom)
    }
}

/// Takes the next number of `kind` in `guild`.
pub async fn next(tx: &mut Tx, guild: GuildId, kind: Kind) -> Result<Number, Error> {
    let value = next_in_sequence(tx, guild, kind.prefix()).await?;
    Ok(Number { kind, value })
}

/// The last number of `kind` that was handed out in `guild`; 0 before the first.
pub async fn last(tx: &mut Tx, guild: GuildId, kind: Kind) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx
        .optional("SELECT last FROM number_sequence WHERE guild_id = $1 AND name = $2", args![guild, kind.prefix()])
        .await?;
    Ok(row.map_or(0, |(last,)| last))
}

/// Takes the next value of the guild's sequence `name`.
pub async fn next_in_sequence(tx: &mut Tx, guild: GuildId, name: &str) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO number_sequence (guild_id, name, last) VALUES ($1, $2, 1)
             ON CONFLICT (guild_id, name) DO UPDATE SET last = number_sequence.last + 1 RETURNING last",
            args![guild, name],
        )
        .await?;
    row.map(|(value,)| value).ok_or_else(|| Failure::inconsistent("number_sequence", "gave no number").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in ["INC-7", "inc-7", "INC7", "inc 7", "#7", " 7 "] {
            assert_eq!(Number::parse(Kind::Incident, text).expect(text).to_string(), "INC-7");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_an_example() {
        for text in ["", "PRB-7", "INC-", "INC-0", "-7", "INC-7x", "99999999999999999999", "ÄÖÜ-1"] {
            let refusal = Number::parse(Kind::Incident, text).expect_err(text);
            assert!(refusal.sentence.ends_with("is not an incident number. Write it like `INC-42`."), "{refusal}");
        }
    }
}
