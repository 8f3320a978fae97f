//! The entries of one record as they count today: without what was taken back, and with what was corrected.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::clock::instant;
use crate::journal::{Fact, REDACTED_ALSO, REDACTED_ENTRY, Told};
use crate::snowflake::UserId;

/// One entry as it counts today.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// The entry as it was written.
    pub told: &'a Told,
    /// When it happened, by the newest correction.
    pub at: DateTime<Utc>,
    /// The entry that corrected its time.
    pub timed_by: Option<i64>,
    /// The entry that corrected its words.
    pub worded_by: Option<i64>,
    /// Whether words of it, or of its correction, were removed.
    pub is_redacted: bool,
    words: Option<&'a str>,
}

impl<'a> Reading<'a> {
    /// An entry as it was written, whatever came after.
    pub fn as_written(told: &'a Told, is_redacted: bool) -> Self {
        Self { told, at: told.event_at, timed_by: None, worded_by: None, is_redacted, words: None }
    }

    /// What was done.
    pub fn action(&self) -> &'a str {
        &self.told.action
    }

    /// The numbers of the journal entries that this rests on: its own, and those that corrected it.
    pub fn entries(&self) -> Vec<i64> {
        let mut entries: Vec<i64> =
            [Some(self.told.seq), self.worded_by, self.timed_by].into_iter().flatten().collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// Whether it says anything about `field`, be it that there is no value any more.
    pub fn tells(&self, field: &str) -> bool {
        self.told.after.contains_key(field)
    }

    /// The words in `field`; absent when they were removed.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        if self.worded_by.is_some() && words_field(&self.told.action) == Some(field) {
            return self.words;
        }
        self.told.text(field)
    }

    /// The person in `field`; absent when it is nobody, or somebody whose name was removed.
    pub fn person(&self, field: &str) -> Option<UserId> {
        match self.told.after.get(field) {
            Some(Fact::Person(person)) => Some(*person),
            _ => None,
        }
    }

    /// The whole number in `field`.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.told.text(field)?.parse().ok()
    }

    /// Whether `field` says yes.
    pub fn is(&self, field: &str) -> bool {
        self.told.text(field) == Some("true")
    }

    /// The instant in `field`. What was told as happening at the time of the entry itself moves with it when that time is corrected.
    pub fn instant(&self, field: &str) -> Option<DateTime<Utc>> {
        let told = instant(self.number(field)?);
        Some(if told == self.told.event_at { self.at } else { told })
    }
}

/// The field that holds the words of an entry: those that a correction replaces.
pub fn words_field(action: &str) -> Option<&'static str> {
    Some(match action {
        "incident.declare" => "title",
        "incident.update" => "update",
        "incident.note" | "incident.task-add" => "text",
        "incident.hold" => "hold-note",
        "incident.resolve" => "summary",
        "incident.close" => "close-reason",
        "incident.task-done" => "result",
        "incident.priority"
        | "incident.reopen"
        | "incident.escalate"
        | "incident.decline"
        | "incident.task-drop"
        | "incident.review-return" => "reason",
        _ => return None,
    })
}

/// The entries that were taken back, with the entry that did so.
///
/// The undo of a declaration takes nothing back: the record stays, cancelled, and its entry is what ended it.
pub fn undone(entries: &[Told]) -> BTreeMap<i64, i64> {
    let actions: BTreeMap<i64, &str> = entries.iter().map(|told| (told.seq, told.action.as_str())).collect();
    entries
        .iter()
        .filter(|told| told.action == "incident.undo")
        .filter_map(|told| Some((told.text("entry")?.parse().ok()?, told.seq)))
        .filter(|(taken_back, by)| {
            let action = actions.get(taken_back);
            taken_back < by && !matches!(action, Some(&"incident.undo" | &"incident.declare"))
        })
        .collect()
}

/// The entries whose words were removed, with the entries that did so.
pub fn redacted(entries: &[Told]) -> BTreeMap<i64, i64> {
    entries
        .iter()
        .filter(|told| told.action == "incident.redact")
        .flat_map(|told| {
            let named = [REDACTED_ENTRY, REDACTED_ALSO].into_iter().filter_map(|field| told.text(field));
            let numbers: Vec<i64> =
                named.flat_map(str::split_whitespace).filter_map(|number| number.parse().ok()).collect();
            numbers.into_iter().map(|number| (number, told.seq))
        })
        .collect()
}

/// `entries`, which stand in the order of their writing, as they count today.
pub fn read(entries: &[Told]) -> Vec<Reading<'_>> {
    let undone = undone(entries);
    let undos: BTreeSet<i64> = undone.values().copied().collect();
    let redacted = redacted(entries);
    let mut counting: Vec<Reading<'_>> = Vec::new();
    let mut places: BTreeMap<i64, usize> = BTreeMap::new();
    for told in entries {
        if undone.contains_key(&told.seq) || undos.contains(&told.seq) {
            continue;
        }
        if told.action == "incident.correct" {
            let corrected = told.text("entry").and_then(|entry| entry.parse().ok());
            let place = corrected.and_then(|entry: i64| places.get(&entry).copied());
            if let Some(reading) = place.and_then(|place| counting.get_mut(place)) {
                correct(reading, told, redacted.contains_key(&told.seq));
            }
        }
        places.insert(told.seq, counting.len());
        counting.push(Reading::as_written(told, redacted.contains_key(&told.seq)));
    }
    counting
}

/// Applies a correction. One whose words were removed leaves none: those before it were wrong, and do not come back.
fn correct<'a>(reading: &mut Reading<'a>, correction: &'a Told, is_redacted: bool) {
    if let Some(at) = correction.text("at").and_then(|at| at.parse().ok()) {
        reading.at = instant(at);
        reading.timed_by = Some(correction.seq);
    }
    let words = correction.text("text");
    if words.is_some() || is_redacted {
        reading.words = words;
        reading.worded_by = Some(correction.seq);
        reading.is_redacted = is_redacted;
    }
}
