//! The digest for managers: how service levels stood in a period, from plain rows to a message, pictures, a page and tables.
//!
//! [`Figures`] are computed from rows that the store reads once; they are what is frozen when a period is published. [`Digest`] is what is
//! shown: the figures of the period, those of the five before it, what was published otherwise, and names. The rest turns it into
//! something to read: [`text`] for chat, [`page`] for a browser and for paper, [`tables`] for a spreadsheet, [`pictures`] for the eye.
//!
//! What is in: live incidents that are not restricted, cancelled or merged. Drills, tests and what was written down afterwards never count.

pub mod figures;
pub mod page;
pub mod pictures;
mod rows;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod text;
mod times;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;

pub use figures::{Attained, Availability, Breach, Figures, figures};
pub use rows::{Life, Target};
pub use times::Times;

use crate::chat::phrase::Period;

/// A period and its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which.
    pub period: Period,
    /// How it stood.
    pub figures: Figures,
}

/// All that a digest shows.
#[derive(Clone, Debug)]
pub struct Digest {
    /// What it is about.
    pub told: Told,
    /// The periods of the same kind before it, the oldest first.
    pub earlier: Vec<Told>,
    /// The figures as they were published, where they were others than now.
    pub published: Option<(DateTime<Utc>, Figures)>,
    /// The names of the services.
    pub services: BTreeMap<i64, String>,
    /// Where each incident is that the digest names, for whoever reads it in chat.
    pub links: BTreeMap<i64, String>,
    /// The zone in which times are told, and its name.
    pub zone: (TimeZone, String),
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it should have been posted, when it is late.
    pub late_since: Option<DateTime<Utc>>,
}

impl Digest {
    /// All periods, the oldest first.
    pub fn periods(&self) -> impl Iterator<Item = &Told> {
        self.earlier.iter().chain([&self.told])
    }

    /// The name of a service.
    fn service(&self, id: i64) -> &str {
        self.services.get(&id).map_or("a service", String::as_str)
    }
}
