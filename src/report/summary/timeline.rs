//! The rows of the timeline: every entry, in the order in which things happened. Nothing is left out: what was taken back, corrected or
//! removed shows that it was.

use std::collections::BTreeMap;

use super::deed::deed;
use super::model::{Row, Statement};
use super::words::Words;
use crate::incident::history::reading::{self, Reading, words_field};
use crate::journal::{AFTERWARDS, Told};

/// The rows. Links are shown only when they begin with `link_base`: an address that leads elsewhere is none of ours.
pub fn rows(words: &Words<'_>, entries: &[Told], link_base: &str) -> Vec<Row> {
    let undone = reading::undone(entries);
    let redacted = reading::redacted(entries);
    let readings: BTreeMap<i64, Reading<'_>> =
        reading::read(entries).into_iter().map(|reading| (reading.told.seq, reading)).collect();
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
                history: history(words, reading, entries, &undone),
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
    const WARDROOMS: [&str; 6] = [
        "incident.reminder",
        "incident.notice",
        "incident.linked",
        "incident.absorb",
        "incident.message-edited",
        "incident.message-deleted",
    ];
    match told.actor {
        None if WARDROOMS.contains(&told.action.as_str()) => "wardroom".to_owned(),
        // Time closes what is resolved, and a person may have done so whose name was removed.
        None if told.action == "incident.close" => "wardroom, or a removed name".to_owned(),
        actor => words.name(actor),
    }
}

/// What stood before each correction, and what happened to the message that was kept.
fn history(words: &Words<'_>, reading: &Reading<'_>, entries: &[Told], undone: &BTreeMap<i64, i64>) -> Vec<Statement> {
    let told = reading.told;
    let mut stood = words_field(&told.action).and_then(|field| told.text(field));
    let mut at = told.event_at;
    let mut history = Vec::new();
    for other in entries.iter().filter(|other| other.text("entry") == Some(told.seq.to_string().as_str())) {
        if undone.contains_key(&other.seq) {
            continue;
        }
        match other.action.as_str() {
            "incident.correct" => {
                let corrected = other.text("text");
                if corrected != stood {
                    history.push(Statement::new(format!("Before: {}", words.said(stood)), [other.seq]));
                    stood = corrected;
                }
                if let Some(right) = other.text("at").and_then(|at| at.parse().ok()).map(crate::clock::instant)
                    && right != at
                {
                    history.push(Statement::new(format!("Before: {}", words.when(at)), [other.seq]));
                    at = right;
                }
            }
            "incident.message-edited" => {
                let text = format!("The message now says: {}", words.said(other.text("text")));
                history.push(Statement::new(text, [other.seq]));
            }
            "incident.message-deleted" => {
                history.push(Statement::new("The message was deleted in the channel.", [other.seq]));
            }
            _ => {}
        }
    }
    history
}
