//! A tour: a long conversation that is played in a playground, act by act, by its people. It is a file, so that whoever wants another
//! story writes another file.
//!
//! # The file
//!
//! ```json
//! {
//!   "title": "Checkout loses its database",
//!   "acts": [
//!     {"after": "2m", "who": "Alice Chen", "in": "general", "slash": "incident declare", "options": {"title": "…"}, "hears": "INC-1"},
//!     {"after": "1m", "who": "Bob Okafor", "in": "incidents", "clicks": "Acknowledge", "hears": "is yours"}
//!   ]
//! }
//! ```
//!
//! `after` is how long after the act before it this one happens: hours, minutes and seconds, as in `1h30m`, `20s` or `2d`; nothing at once.
//! What comes before the first act that takes time sets the stage: a tour that follows a [`Quarter`] finds that done.
//! `who` is a member, `in` the channel or thread. `INC-1…` is the newest thread whose name begins so, and is waited for. What they do is
//! one of these:
//!
//! | act | what happens |
//! |---|---|
//! | `"slash": "incident note", "options": {…}` | a slash command; people, roles and channels by name |
//! | `"says": "…"` | a message, with `"file": {"name", "kind", "text"}` if there is one |
//! | `"clicks": "Acknowledge"` | the button, on the newest message that has it and on which it can be pressed |
//! | `"submits": {"What was done?": "…"}` | the form that this person's last act opened, field by field |
//! | `"chooses": ["INC-1"]` | in the newest select that the person sees there |
//! | `"on-message": "p95 of checkout", "use": "Add to timeline"` | a message command, on the newest message with these words |
//!
//! `"entry": "{All 400 connections}"` among the options is the number of the entry that a message with these words became.
//!
//! `hears` are words that the answer contains. An answer without them, or none, stops the tour: a story in which somebody is refused
//! what they go on to rely on is not the story that was written.

mod calendar;
mod player;
mod quarter;
mod script;

use std::fmt;

use chrono::TimeDelta;
use regex::{Captures, Regex};
use serde::Deserialize;

pub use quarter::Quarter;
use script::Act;

/// The tour that comes with the playground: four hours in which a payment company loses its checkout, and the review on the morning after.
const CHECKOUT_OUTAGE: &str = include_str!("../../../tours/checkout-outage.json");

/// A story, ready to be played. It needs [`World::sample`](super::World::sample).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    /// What it is about, in a few words.
    pub title: String,
    acts: Vec<Act>,
}

/// A tour that could not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Which act, from 1.
    pub act: usize,
    /// Who did what, in a few words.
    pub what: String,
    /// What came instead of what was written.
    pub why: String,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tour stopped at act {}, {}: {}", self.act, self.what, self.why)
    }
}

impl std::error::Error for Stopped {}

impl Tour {
    /// The tour of `wardroom demo --tour`.
    ///
    /// # Panics
    /// When the file that was compiled in is no tour; a test reads it.
    #[must_use]
    pub fn checkout_outage() -> Self {
        Self::parse(CHECKOUT_OUTAGE).expect("the tour that comes along can be read")
    }

    /// Reads a tour.
    ///
    /// # Errors
    /// When the text is not such a file; the message names line and field.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The tour of `wardroom demo --tour` behind `quarter`: its stage is set, and its incidents count on from those that were.
    ///
    /// # Panics
    /// As [`Self::checkout_outage`].
    #[must_use]
    pub fn checkout_outage_after(quarter: &Quarter) -> Self {
        let text = counting_on(CHECKOUT_OUTAGE, quarter.incidents());
        let mut tour = Self::parse(&text).expect("the tour that comes along can be read");
        let opening = tour.opening().len();
        tour.acts.drain(..opening);
        tour
    }

    /// The acts that set the stage.
    fn opening(&self) -> &[Act] {
        let acts = self.acts.iter().position(|act| !act.after.is_zero()).unwrap_or(self.acts.len());
        &self.acts[..acts]
    }

    /// How many acts there are that take time: those before the story begins are done at once.
    #[must_use]
    pub fn timed_acts(&self) -> usize {
        self.acts.iter().filter(|act| !act.after.is_zero()).count()
    }

    /// How long the story lasts, by the clock of its people.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.acts.iter().map(|act| act.after).sum()
    }
}

/// `text`, in which `INC-1` is the first behind `count` others.
fn counting_on(text: &str, count: usize) -> String {
    let number = Regex::new(r"\bINC-(\d+)").expect("a pattern");
    let later = |found: &Captures| format!("INC-{}", found[1].parse::<usize>().map_or(0, |number| number + count));
    number.replace_all(text, later).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tour_behind_a_quarter_counts_on_and_sets_no_stage() {
        assert_eq!(counting_on("INC-1… INC-1/10 INC-12 PINC-1", 45), "INC-46… INC-46/10 INC-57 PINC-1");
        let (alone, behind) = (Tour::checkout_outage(), Tour::checkout_outage_after(&Quarter::of_a_payment_company()));
        assert_eq!(behind.acts.len() + alone.opening().len(), alone.acts.len());
        assert_eq!((behind.length(), behind.timed_acts()), (alone.length(), alone.timed_acts()));
        assert_eq!(behind.opening().len(), 0);
    }
}
