//! The timeline: entries of the journal as lines that people read, in the room and in `/incident timeline`.

use chrono::{DateTime, Utc};

use super::deeds;
use super::reply::moment;
use crate::chat::text::{esc, fit};
use crate::clock::instant;
use crate::journal::{Fact, Told};

/// What an entry tells, without its time.
pub fn deed(told: &Told, excerpt: usize) -> String {
    let who = told.actor.map_or_else(|| "wardroom".to_owned(), |user| format!("<@{user}>"));
    let text = |field: &str| told.text(field).map(|text| fit(text, excerpt));
    let erased = || "*(text removed)*".to_owned();
    match told.action.as_str() {
        "incident.declare" => format!("🚨 {who} declared it: {}", text("title").unwrap_or_else(erased)),
        "incident.ack" => format!("👀 {who} acknowledged it"),
        "incident.update" => {
            let audience = if told.text("audience") == Some("management") { " for management" } else { "" };
            let next = moment_of(told, "promise-due").map(|at| format!(" · next {}", moment(at))).unwrap_or_default();
            let more: String =
                [("actions", "doing"), ("needs", "needs"), ("impact-words", "impact"), ("next-steps", "next")]
                    .into_iter()
                    .filter_map(|(field, name)| Some(format!(" · {name}: {}", text(field)?)))
                    .collect();
            format!("📣 {who}, update{audience}: {}{more}{next}", text("update").unwrap_or_else(erased))
        }
        "incident.note" => match told.text("author") {
            Some(author) => format!(
                "📌 {who} kept a message of {}: {}{}",
                esc(author),
                text("text").unwrap_or_else(erased),
                told.text("link").map(|link| format!(" ([message](<{link}>))")).unwrap_or_default()
            ),
            None => match told.text("mark") {
                Some("decision") => format!("⚖️ {who} decided: {}", text("text").unwrap_or_else(erased)),
                Some(mark) => format!("📍 {who}, {mark}: {}", text("text").unwrap_or_else(erased)),
                None => format!("📝 {who}: {}", text("text").unwrap_or_else(erased)),
            },
        },
        "incident.role" => {
            let roles: Vec<String> = ["commander", "communications", "scribe"]
                .into_iter()
                .filter_map(|role| match told.after.get(role) {
                    Some(Fact::Person(holder)) if told.actor == Some(*holder) => Some(format!("took {role}")),
                    Some(Fact::Person(holder)) => Some(format!("gave {role} to <@{holder}>")),
                    _ => None,
                })
                .collect();
            format!("🎖️ {who} {}", if roles.is_empty() { "changed a role".to_owned() } else { roles.join(", ") })
        }
        "incident.priority" => format!("🎚️ {who}: {}{}", differences(told), because(text("reason"))),
        "incident.resolve" => format!(
            "🟢 {who} resolved it: {}{}",
            text("summary").unwrap_or_else(erased),
            moment_of(told, "restored").map(|at| format!(" · restored {}", moment(at))).unwrap_or_default()
        ),
        "incident.reopen" => format!("🔁 {who} reopened it{}", because(text("reason"))),
        "incident.close" => format!(
            "✅ {who} closed it as {}{}",
            told.text("closed-as").unwrap_or("done"),
            because(text("close-reason"))
        ),
        "incident.join" => format!("🔀 {who} joined {} instead", told.text("into").unwrap_or("another")),
        "incident.undo" => format!("↩️ {who} took back entry {}", told.text("entry").unwrap_or("?")),
        "incident.correct" => format!(
            "✏️ {who} corrected entry {}: {}",
            told.text("entry").unwrap_or("?"),
            text("text").unwrap_or_else(erased)
        ),
        "incident.redact" => format!(
            "⬛ {who} removed the text of entry {}{}",
            told.text("entry").unwrap_or("?"),
            because(text("reason"))
        ),
        "incident.message-edited" => format!(
            "✏️ {who} edited the message of entry {}: {}",
            told.text("entry").unwrap_or("?"),
            text("text").unwrap_or_else(erased)
        ),
        "incident.message-deleted" => {
            format!("🗑️ The message of entry {} was deleted in chat", told.text("entry").unwrap_or("?"))
        }
        "refusal" => format!("⛔ {who} was refused ({})", told.text("guard").unwrap_or("a rule")),
        other => deeds::of_course(told, &who, excerpt).unwrap_or_else(|| format!("{who}: {}", esc(other))),
    }
}

/// One line of a packet: when, and what.
pub fn short(told: &Told) -> String {
    format!("<t:{}:t> {}", told.event_at.timestamp(), deed(told, 120))
}

pub(super) fn because(reason: Option<String>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}

pub(super) fn moment_of(told: &Told, field: &str) -> Option<DateTime<Utc>> {
    told.text(field)?.parse().ok().map(instant)
}

/// `priority P1 (was P3), impact high (was medium)`.
fn differences(told: &Told) -> String {
    let changed: Vec<String> = ["priority", "impact", "urgency", "major", "service"]
        .into_iter()
        .filter_map(|field| {
            let after = told.text(field)?;
            let before = match told.before.get(field) {
                Some(Fact::Plain(before)) => format!(" (was {})", esc(before)),
                _ => String::new(),
            };
            Some(format!("{field} {}{before}", esc(after)))
        })
        .collect();
    changed.join(", ")
}

/// One line in the room, at the moment of the deed.
pub fn line(told: &Told) -> String {
    if told.is_afterwards() { format!("{} · {}", moment(told.event_at), deed(told, 1500)) } else { deed(told, 1500) }
}
