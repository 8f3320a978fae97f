//! The timeline: entries of the journal as lines that people read, in the room and in `/incident timeline`.

use chrono::{DateTime, Utc};

use super::HoldReason;
use super::reply::{moment, waits_for};
use crate::chat::text::{esc, fit};
use crate::clock::instant;
use crate::journal::{Fact, Told};
use crate::link::Kind as Tie;

/// What an entry tells, without its time.
pub fn deed(told: &Told, excerpt: usize) -> String {
    let who = told.actor.map_or_else(|| "wardroom".to_owned(), |user| format!("<@{user}>"));
    let text = |field: &str| told.text(field).map(|text| fit(text, excerpt));
    let erased = || "*(text removed)*".to_owned();
    let person = |field: &str| match told.after.get(field) {
        Some(Fact::Person(user)) => format!("<@{user}>"),
        _ => "somebody".to_owned(),
    };
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
        "incident.reminder" => format!("⏰ wardroom reminded of {}", reminded_of(told)),
        "incident.snooze" => {
            let until = moment_of(told, "until").map(|at| format!(" until {}", moment(at))).unwrap_or_default();
            format!("💤 {who} put the reminders off{until}")
        }
        "incident.hold" => {
            let what = told.text("hold-reason").and_then(HoldReason::named).map(waits_for);
            let until =
                moment_of(told, "hold-until").map(|at| format!(" · next check {}", moment(at))).unwrap_or_default();
            match what {
                Some(what) => format!("⏸️ {who} put it on hold for {what}{}{until}", because(text("hold-note"))),
                None => format!("⏸️ {who} lets it wait on{until}"),
            }
        }
        "incident.resume" => format!("▶️ {who} resumed it"),
        "incident.offer" => format!("🤝 {who} offered command to {}", person("offered-to")),
        "incident.accept" => format!("🤝 {who} accepted command"),
        "incident.decline" => format!("🤝 {who} ended the offer of command"),
        "incident.escalate" => {
            let why = because(text("reason"));
            match (told.text("to"), told.text("team")) {
                (Some("functional"), Some(team)) => format!("⤴️ {who} passed it to <@&{}>{why}", esc(team)),
                _ => format!("🔺 {who} escalated it to level {}{why}", told.text("level").unwrap_or("?")),
            }
        }
        "incident.task-add" => format!("☑️ {who} set {}: {}", task(told), text("text").unwrap_or_else(erased)),
        "incident.task-done" => format!("✅ {who} did {}{}", task(told), because(text("result"))),
        "incident.task-drop" => format!("✖️ {who} dropped {}{}", task(told), because(text("reason"))),
        "incident.task-take" => format!("🙋 {who} took {}", task(told)),
        "incident.link" => format!("🔗 {who}: it is {} {}", tie(told, Tie::forwards), told.text("to").unwrap_or("?")),
        "incident.linked" => {
            format!("🔗 {who}: it is {} {}", tie(told, Tie::backwards), told.text("from").unwrap_or("?"))
        }
        "incident.merge" => format!("🔀 {who} merged it into {}", told.text("into").unwrap_or("?")),
        "incident.absorb" => format!("🔀 {who} merged {} into it", told.text("child").unwrap_or("?")),
        "incident.impact" => impact(told, &who),
        "incident.notice" => match (told.text("channel"), told.text("phase")) {
            (Some(channel), Some("declare")) => {
                format!("📢 management was told in <#{}> that it is a major incident", esc(channel))
            }
            (Some(channel), Some("resolve")) => {
                format!("📢 management was told in <#{}> that it is restored", esc(channel))
            }
            (Some(channel), _) => format!("📢 management was told in <#{}> how it stands", esc(channel)),
            (None, _) => "📢 management could not be told: it has no channel".to_owned(),
        },
        "incident.review-open" => {
            let due = moment_of(told, "due").map(|at| format!(", due {}", moment(at))).unwrap_or_default();
            format!("🔍 {who} began the review{due}")
        }
        "incident.review-edit" => format!("🔍 {who} wrote in the review"),
        "incident.review-submit" => format!("🔍 {who} submitted the review"),
        "incident.review-return" => format!("🔍 {who} sent the review back{}", because(text("reason"))),
        "incident.review-approve" => format!("🔍 {who} approved the review"),
        "incident.report" => format!("📄 {who} made the report"),
        "refusal" => format!("⛔ {who} was refused ({})", told.text("guard").unwrap_or("a rule")),
        other => format!("{who}: {}", esc(other)),
    }
}

/// One line of a packet: when, and what.
pub fn short(told: &Told) -> String {
    format!("<t:{}:t> {}", told.event_at.timestamp(), deed(told, 120))
}

fn reminded_of(told: &Told) -> String {
    match told.text("about") {
        Some("task") => task(told),
        Some("hold") => "what it waits for".to_owned(),
        Some("roles") => "that nobody is in command".to_owned(),
        Some("review") => "the review".to_owned(),
        Some("close") => "what its close still needs".to_owned(),
        _ => "the promised update".to_owned(),
    }
}

fn task(told: &Told) -> String {
    let what = if told.text("stage") == Some("follow-up") { "follow-up" } else { "task" };
    format!("{what} {}", told.text("task").unwrap_or("?"))
}

fn tie(told: &Told, seen: fn(Tie) -> &'static str) -> &'static str {
    told.text("link").and_then(Tie::named).map_or("linked to", seen)
}

fn impact(told: &Told, who: &str) -> String {
    let number = told.text("window").unwrap_or("?");
    if told.text("void") == Some("true") {
        return format!("📉 {who}: impact window {number} was none");
    }
    let service = told.text("service").map(|service| format!(" of {}", esc(service))).unwrap_or_default();
    let from = moment_of(told, "from").map(|at| format!(" from {}", moment(at))).unwrap_or_default();
    let until =
        moment_of(told, "until").map_or_else(|| ", still going on".to_owned(), |at| format!(" until {}", moment(at)));
    format!("📉 {who}: impact window {number}, {}{service}{from}{until}", told.text("degree").unwrap_or("outage"))
}

fn because(reason: Option<String>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}

fn moment_of(told: &Told, field: &str) -> Option<DateTime<Utc>> {
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
