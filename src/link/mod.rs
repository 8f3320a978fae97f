//! Records that have to do with each other: typed, dated, with author. A link is written once, on the side of the record that said so,
//! and is read from both (`itsm-iso20000` 1: weak links between processes are what auditors find first).

pub mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::number::Number;
use crate::snowflake::UserId;

/// What one record is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// They have to do with each other.
    RelatedTo,
    /// It is the same thing.
    DuplicateOf,
    /// It is there because of the other.
    CausedBy,
    /// The other is there because of it.
    Causes,
    /// The same fault came back.
    RecurrenceOf,
}

impl Kind {
    const ALL: [Self; 5] = [Self::RelatedTo, Self::DuplicateOf, Self::CausedBy, Self::Causes, Self::RecurrenceOf];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::RelatedTo => "related-to",
            Self::DuplicateOf => "duplicate-of",
            Self::CausedBy => "caused-by",
            Self::Causes => "causes",
            Self::RecurrenceOf => "recurrence-of",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// In a sentence, seen from the record that was linked.
    pub fn forwards(self) -> &'static str {
        match self {
            Self::RelatedTo => "related to",
            Self::DuplicateOf => "a duplicate of",
            Self::CausedBy => "caused by",
            Self::Causes => "the cause of",
            Self::RecurrenceOf => "a recurrence of",
        }
    }

    /// In a sentence, seen from the other end.
    pub fn backwards(self) -> &'static str {
        match self {
            Self::RelatedTo => "related to",
            Self::DuplicateOf => "duplicated by",
            Self::CausedBy => "the cause of",
            Self::Causes => "caused by",
            Self::RecurrenceOf => "came back as",
        }
    }
}

/// A link, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The record that was linked.
    pub from: Number,
    /// What it is to the other.
    pub kind: Kind,
    /// The other.
    pub to: Number,
    /// Who said so.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Link {
    /// The other end, as seen from `here`, and what `here` is to it.
    pub fn seen_from(&self, here: Number) -> (&'static str, Number) {
        if self.from == here { (self.kind.forwards(), self.to) } else { (self.kind.backwards(), self.from) }
    }
}
