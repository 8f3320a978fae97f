//! The rows of the timeline: every entry, in the order in which things happened. Nothing is left out: what was taken back, corrected or
//! removed shows that it was.

use std::collections::BTreeMap;

use super::deed::deed;
use super::model::{Row, Statement};
use super::words::Words;
use crate::clock::instant;
use crate::incident::history::reading::{self, Reading, words_field};
use crate::journal::{AFTERWARDS, Told};

/// The rows. Links are shown only when they begin with `link_base`: an address that leads elsewhere is none of ours.
pub fn rows(words: &Words<'_>, entries: &[Told], link_base: &str) -> Vec<Row> {
    let undone = reading::undone(entries);
    let redacted = reading::redacted(entries);
    let readings: BTreeMap<i64, Reading<'_>> =
        reading::read(entries).into_iter().map(|reading| (reading.told.seq, reading)).collect();
    let remarks = remarks(entries, &undone);
    let mut rows: Vec<Row> = entries
        .iter()
        .map(|told| {
            // What was taken back, and the taking back, are read as they were written.
            let as_written = Reading::as_written(told, redacted.contains_key(&told.seq));
            let reading = readings.get(&told.seq).unwrap_or(&as_written);
            Row {
                entry: told.seq,
                at: words.moment(reading.at),
                entered_later: (told.entry_at - reading.at > AFTERWARDS).then(|| words.moment(told.entry_at)),
                who: who(words, told),
                text: deed(words, reading),
                history: history(words, told, remarks.get(&told.seq).map_or(&[], Vec::as_slice), &redacted),
                taken_back_by: undone.get(&told.seq).copied(),
                removed_by: redacted.get(&told.seq).copied(),
                link: told.text("link").filter(|link| is_ours(link, link_base)).map(str::to_owned),
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.at.at, row.entry));
    rows
}

/// Whether `link` leads where the messages of the guild are, and has nothing in it that an address need not have.
fn is_ours(link: &str, base: &str) -> bool {
    base.starts_with("https://")
        && link.strip_prefix(base).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/'))
}

/// Who did it. The journal names nobody for wardroom itself, nor for somebody whose name was removed; some deeds are only wardroom's.
fn who(words: &Words<'_>, told: &Told) -> String {
    const WARDROOMS: [&str; 7] = [
        "incident.level",
        "incident.reminder",
        "incident.notice",
        "incident.linked",
        "incident.absorb",
        "incident.message-edited",
        "incident.message-deleted",
    ];
    match told.actor {
        None if WARDROOMS.contains(&told.action.as_str()) => "wardroom".to_owned(),
        // Time closes what is resolved and wardroom begins reviews, and a person may have done so whose name was removed.
        None if ["incident.close", "incident.review-open", "incident.report"].contains(&told.action.as_str()) => {
            "wardroom, or a removed name".to_owned()
        }
        actor => words.name(actor),
    }
}

/// The entries that say something about another one, by its number. What was taken back is not among them.
fn remarks<'a>(entries: &'a [Told], undone: &BTreeMap<i64, i64>) -> BTreeMap<i64, Vec<&'a Told>> {
    let mut remarks: BTreeMap<i64, Vec<&Told>> = BTreeMap::new();
    for told in entries.iter().filter(|told| !undone.contains_key(&told.seq)) {
        if let Some(about) = told.text("entry").and_then(|entry| entry.parse().ok()) {
            remarks.entry(about).or_default().push(told);
        }
    }
    remarks
}

/// What stood before each correction, and what happened to the message that was kept.
fn history(words: &Words<'_>, told: &Told, remarks: &[&Told], redacted: &BTreeMap<i64, i64>) -> Vec<Statement> {
    let field = words_field(&told.action);
    let mut stood = field.and_then(|field| told.text(field));
    let mut at = told.event_at;
    let mut history = Vec::new();
    for remark in remarks {
        let mut tell = |text: String| history.push(Statement::new(text, [remark.seq]));
        let text = remark.text("text");
        match remark.action.as_str() {
            // Where no words can be replaced, the correction stands beside them.
            "incident.correct" if field.is_none() => tell(format!("Corrected: {}", words.said(text))),
            "incident.correct" => {
                // One that gave another time only leaves the words as they are.
                if text != stood && (text.is_some() || redacted.contains_key(&remark.seq)) {
                    tell(format!("Before: {}", words.said(stood)));
                    stood = text;
                }
                let right = remark.text("at").and_then(|at| at.parse().ok()).map(instant);
                if let Some(right) = right.filter(|right| *right != at) {
                    tell(format!("Before: {}", words.when(at)));
                    at = right;
                }
            }
            "incident.message-edited" => tell(format!("The message now says: {}", words.said(text))),
            "incident.message-deleted" => tell("The message was deleted in the channel.".to_owned()),
            _ => {}
        }
    }
    history
}
