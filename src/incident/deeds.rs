//! What entries tell along the course of an incident: waiting, passing it on, tasks, links, impact, the review.

use super::HoldReason;
use super::reply::{due, moment, waits_for};
use super::timeline::{because, moment_of};
use crate::chat::text::{esc, fit};
use crate::journal::{Fact, Told};
use crate::link::Kind as Tie;

/// What an entry tells that `who` wrote; none when it is of another kind.
pub fn of_course(told: &Told, who: &str, excerpt: usize) -> Option<String> {
    let text = |field: &str| told.text(field).map(|text| fit(text, excerpt));
    let erased = || "*(text removed)*".to_owned();
    let person = |field: &str| match told.after.get(field) {
        Some(Fact::Person(user)) => format!("<@{user}>"),
        _ => "somebody".to_owned(),
    };
    Some(match told.action.as_str() {
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
        "incident.impact" => impact(told, who),
        "incident.notice" => notice(told),
        "incident.level" => level(told),
        _ => return of_review(told, who, &text),
    })
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

fn level(told: &Told) -> String {
    let aim = if told.text("metric") == Some("response") { "to respond" } else { "to resolve" };
    let target = told.text("target").map(|target| format!(" ({})", esc(target))).unwrap_or_default();
    match told.text("percent") {
        Some("100") => format!("📉 the time {aim} is over{target}"),
        percent => format!("⏱️ {} % of the time {aim} is used up{target}", percent.unwrap_or("?")),
    }
}

fn notice(told: &Told) -> String {
    match (told.text("channel"), told.text("phase")) {
        (Some(channel), Some("declare")) => {
            format!("📢 management was told in <#{}> that it is a major incident", esc(channel))
        }
        (Some(channel), Some("resolve")) => {
            format!("📢 management was told in <#{}> that it is restored", esc(channel))
        }
        (Some(channel), _) => format!("📢 management was told in <#{}> how it stands", esc(channel)),
        (None, _) => "📢 management could not be told: it has no channel".to_owned(),
    }
}

fn of_review(told: &Told, who: &str, text: &impl Fn(&str) -> Option<String>) -> Option<String> {
    Some(match told.action.as_str() {
        "incident.review-open" => {
            let until = moment_of(told, "due").map(|at| format!(", due {}", due(at))).unwrap_or_default();
            format!("🔍 {who} began the review{until}")
        }
        "incident.review-edit" => format!("🔍 {who} wrote in the review"),
        "incident.review-submit" => format!("🔍 {who} submitted the review"),
        "incident.review-return" => format!("🔍 {who} sent the review back{}", because(text("reason"))),
        "incident.review-approve" => format!("🔍 {who} approved the review"),
        "incident.report" => format!("📄 {who} made the report"),
        _ => return None,
    })
}
