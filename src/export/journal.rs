//! The journal as files: what people read, and what a verifier needs.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::sheet::{Cell, Sheet, Written, instant};
use crate::error::Error;
use crate::journal::format::{Datum, Field, hex};
use crate::journal::whole::{self, Walk, Whole};
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;
use crate::store::Tx;

/// Entries that are in memory at once.
const PAGE: i64 = 500;
const HEADINGS: [&str; 11] =
    ["seq", "entry_at", "event_at", "actor", "authority", "source", "action", "subject", "changes", "head", "withheld"];

/// Writes the journal. Of entries about the `withheld` incidents only place and head are written, so that the chain can be followed.
pub(super) async fn write(
    tx: &mut Tx,
    guild: GuildId,
    withheld: &[i64],
    folder: &Path,
) -> Result<(Walk, [Written; 2]), Error> {
    let mut sheet = Sheet::create(folder, "journal", &HEADINGS)?;
    let (mut walk, mut after) = (Walk::default(), 0);
    loop {
        let page = whole::page(tx, guild, after, PAGE).await?;
        for entry in &page {
            walk.step(entry);
            after = entry.entry.seq;
            if is_about(&entry.entry.subject, withheld) {
                sheet
                    .both(&json!({"seq": after, "head": hex(&entry.head), "withheld": true}), &withheld_line(entry))?;
            } else {
                sheet.both(&json(entry), &line(entry))?;
            }
        }
        if page.is_empty() {
            walk.arrived(whole::end(tx, guild).await?);
            return Ok((walk, sheet.finish()?));
        }
    }
}

/// Whether `subject` is one of the incidents, or the review of one.
fn is_about(subject: &str, incidents: &[i64]) -> bool {
    let number = Number::stored(subject).ok();
    number.is_some_and(|number| {
        matches!(number.kind, Kind::Incident | Kind::Review) && incidents.binary_search(&number.value).is_ok()
    })
}

fn json(whole: &Whole) -> Json {
    let entry = &whole.entry;
    let fields: Vec<Json> = entry
        .fields
        .iter()
        .map(|Field { name, before, after }| {
            let before = datum(whole, &format!("{name}.before"), before);
            json!({"name": name, "before": before, "after": datum(whole, name, after)})
        })
        .collect();
    json!({
        "seq": entry.seq, "entry_at": instant(entry.entry_at), "event_at": instant(entry.event_at),
        "actor": whole.people.get("actor").map(ToString::to_string),
        "authority": entry.authority, "source": entry.source, "action": entry.action, "subject": entry.subject,
        "fields": fields, "entry": hex(&whole.bytes), "head": hex(&whole.head), "withheld": false,
    })
}

/// A value: nothing, a word of wardroom's, somebody's text with the salt of its hash, or a person. What was erased is null.
fn datum(whole: &Whole, field: &str, datum: &Datum) -> Json {
    match datum {
        Datum::Nothing => Json::Null,
        Datum::Plain(word) => json!({"plain": word}),
        Datum::Text(_) => match whole.texts.get(field) {
            Some((salt, text)) => json!({"text": text, "salt": hex(salt)}),
            None => json!({"text": null}),
        },
        Datum::Person(_) => json!({"person": whole.people.get(field).map(ToString::to_string)}),
    }
}

fn line(whole: &Whole) -> Vec<String> {
    let entry = &whole.entry;
    let mut changes = String::new();
    for Field { name, before, after } in &entry.fields {
        let separator = if changes.is_empty() { "" } else { "; " };
        let before = shown(whole, &format!("{name}.before"), before);
        let from = if before.is_empty() { String::new() } else { format!("{before} → ") };
        // Writing into a string does not fail.
        let _ = write!(changes, "{separator}{name}: {from}{}", shown(whole, name, after));
    }
    let actor = whole.people.get("actor").map_or_else(String::new, ToString::to_string);
    let mut line = vec![entry.seq.to_string(), instant(entry.entry_at), instant(entry.event_at), actor];
    let words = [&entry.authority, &entry.source, &entry.action, &entry.subject, &changes];
    line.extend(words.into_iter().map(|word| Cell::text(word).csv));
    line.extend([hex(&whole.head), "false".to_owned()]);
    line
}

fn shown(whole: &Whole, field: &str, datum: &Datum) -> String {
    match datum {
        Datum::Nothing => String::new(),
        Datum::Plain(word) => word.clone(),
        Datum::Text(_) => whole.texts.get(field).map_or_else(|| "(erased)".to_owned(), |(_, text)| text.clone()),
        Datum::Person(_) => whole.people.get(field).map_or_else(|| "(erased)".to_owned(), ToString::to_string),
    }
}

fn withheld_line(whole: &Whole) -> Vec<String> {
    let mut line = vec![String::new(); HEADINGS.len()];
    line[0] = whole.entry.seq.to_string();
    line[9] = hex(&whole.head);
    "true".clone_into(&mut line[10]);
    line
}
