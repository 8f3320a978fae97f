//! What an entry tells, as a sentence without its subject: the row of the timeline names who did it.

use super::words::Words;
use crate::incident::history::reading::Reading;
use crate::journal::Fact;

/// What was done, by an entry as it counts today.
pub fn deed(words: &Words<'_>, reading: &Reading<'_>) -> String {
    let said = |field: &str| words.said(reading.text(field));
    let plain = |field: &str| reading.told.text(field).unwrap_or("?").to_owned();
    let when = |field: &str| reading.instant(field).map(|at| words.when(at));
    let whom = |field: &str| words.name(reading.person(field));
    let because = |field: &str| why(words, reading, field);
    match reading.action() {
        "incident.declare" => format!("declared the incident: {}", said("title")),
        "incident.ack" => "acknowledged it".to_owned(),
        "incident.update" => {
            let audience =
                if reading.told.text("audience") == Some("management") { "management" } else { "responders" };
            let next = when("promise-due").map(|at| format!(" (next by {at})")).unwrap_or_default();
            format!("update for {audience}{next}: {}", said("update"))
        }
        "incident.note" => note(words, reading),
        "incident.role" => roles(words, reading),
        "incident.offer" => format!("offered command to {}", whom("offered-to")),
        "incident.accept" => "accepted command".to_owned(),
        "incident.decline" => format!("declined command{}", because("reason")),
        "incident.priority" => format!("assessed it again: {}{}", changes(reading), because("reason")),
        "incident.hold" => {
            let until = when("hold-until").map(|at| format!(" until {at}")).unwrap_or_default();
            format!("put it on hold, waiting for the {}{until}{}", plain("hold-reason"), because("hold-note"))
        }
        "incident.resume" => "resumed work on it".to_owned(),
        "incident.level" => level(&plain("metric"), &plain("percent"), &plain("target")),
        "incident.escalate" => match reading.told.text("to") {
            Some("functional") => format!("called another team{}", because("reason")),
            Some("hierarchic") => format!("called those who answer for it{}", because("reason")),
            _ => format!("escalated it{}", because("reason")),
        },
        "incident.task-add" => {
            let owner = reading.person("owner").map(|_| format!(" for {}", whom("owner"))).unwrap_or_default();
            let due = when("due").map(|at| format!(", due {at}")).unwrap_or_default();
            let stage = if reading.told.text("stage") == Some("follow-up") { "follow-up" } else { "task" };
            format!("set {stage} {}{owner}{due}: {}", plain("task"), said("text"))
        }
        "incident.task-done" => format!("finished task {}{}", plain("task"), because("result")),
        "incident.task-drop" => format!("dropped task {}{}", plain("task"), because("reason")),
        "incident.task-take" => format!("took task {}", plain("task")),
        "incident.link" => format!("linked it to {} ({})", plain("to"), tie(&plain("link"))),
        "incident.linked" => format!("was linked from {} ({})", plain("from"), tie(&plain("link"))),
        "incident.merge" => format!("merged it into {}", plain("into")),
        "incident.absorb" => format!("merged {} into it", plain("child")),
        "incident.join" => format!("joined {} instead", plain("into")),
        "incident.impact" => impact(words, reading),
        "incident.resolve" => {
            let restored = when("restored").map(|at| format!(", restored on {at}")).unwrap_or_default();
            format!("resolved it ({}{restored}): {}", tie(&plain("code")), said("summary"))
        }
        "incident.reopen" => format!("reopened it{}", because("reason")),
        "incident.close" => format!("closed it as {}{}", plain("closed-as"), because("close-reason")),
        "incident.undo" => format!("took back entry {}", plain("entry")),
        "incident.correct" => {
            let at = when("at").map(|at| format!(", which happened on {at}")).unwrap_or_default();
            format!("corrected entry {}{at}: {}", plain("entry"), said("text"))
        }
        "incident.redact" => format!("removed the words of entry {}{}", plain("entry"), because("reason")),
        "incident.reminder" => {
            let whom = reading.person("addressee").map(|_| format!(" {}", whom("addressee"))).unwrap_or_default();
            format!("reminded{whom} of the {}", reading.told.text("about").unwrap_or("promised update"))
        }
        "incident.snooze" => {
            format!("put off the reminder{}", when("until").map(|at| format!(" until {at}")).unwrap_or_default())
        }
        "incident.notice" => match reading.told.text("phase") {
            Some("declare") => "told management that it is a major incident".to_owned(),
            Some("resolve") => "told management that it is resolved".to_owned(),
            Some("major") => "told management that it is no major incident any more".to_owned(),
            _ => "told management how it stands".to_owned(),
        },
        "incident.message-edited" => {
            format!("the message kept in entry {} was edited: {}", plain("entry"), said("text"))
        }
        "incident.message-deleted" => format!("the message kept in entry {} was deleted", plain("entry")),
        "incident.review-open" => {
            let owner = reading.person("owner").map(|_| format!(" for {}", whom("owner"))).unwrap_or_default();
            format!("opened the review{owner}{}", when("due").map(|at| format!(", due {at}")).unwrap_or_default())
        }
        "incident.review-edit" => format!("wrote in the review: {}", passages(reading)),
        "incident.review-submit" => "handed in the review".to_owned(),
        "incident.review-return" => format!("sent the review back{}", because("reason")),
        "incident.review-approve" => "approved the review".to_owned(),
        "incident.report" => "had a report made".to_owned(),
        "refusal" => format!("was refused ({})", plain("guard")),
        other => other.to_owned(),
    }
}

/// `: because`, where a reason was said; that it was removed, where it was.
fn why(words: &Words<'_>, reading: &Reading<'_>, field: &str) -> String {
    match reading.text(field) {
        Some(text) => format!(": {}", words.said(Some(text))),
        None if reading.tells(field) && reading.is_redacted => format!(": {}", words.said(None)),
        None => String::new(),
    }
}

fn level(metric: &str, percent: &str, target: &str) -> String {
    if percent == "100" {
        format!("the time for {metric} was over ({target})")
    } else {
        format!("{percent} % of the time for {metric} was used up ({target})")
    }
}

fn note(words: &Words<'_>, reading: &Reading<'_>) -> String {
    let text = words.said(reading.text("text"));
    if reading.tells("message") || reading.tells("author") {
        let author = reading.told.text("author").map_or_else(|| words.said(None), |author| words.said(Some(author)));
        let files = match reading.number("files") {
            Some(1) => ", with a file",
            Some(2..) => ", with files",
            _ => "",
        };
        return format!("kept a message of {author}{files}: {text}");
    }
    match reading.told.text("mark") {
        Some("decision") => format!("decision: {text}"),
        Some(mark) => format!("marked as {mark}: {text}"),
        None => text,
    }
}

fn roles(words: &Words<'_>, reading: &Reading<'_>) -> String {
    let given: Vec<String> = ["commander", "communications", "scribe"]
        .into_iter()
        .filter(|role| reading.tells(role))
        .map(|role| match reading.person(role) {
            person @ Some(_) if person == reading.told.actor => format!("took the role {role}"),
            person => format!("gave the role {role} to {}", words.name(person)),
        })
        .collect();
    if given.is_empty() { "changed a role".to_owned() } else { given.join(", ") }
}

/// `priority P1 (was P3), impact high (was medium)`.
pub fn changes(reading: &Reading<'_>) -> String {
    let changed: Vec<String> = ["priority", "impact", "urgency", "major", "service"]
        .into_iter()
        .filter_map(|field| {
            let after = reading.told.text(field)?;
            if field == "major" {
                return Some(if after == "true" { "a major incident" } else { "no major incident" }.to_owned());
            }
            let before = match reading.told.before.get(field) {
                Some(Fact::Plain(before)) => format!(" (was {before})"),
                _ => String::new(),
            };
            Some(format!("{field} {after}{before}"))
        })
        .collect();
    if changed.is_empty() { "nothing changed".to_owned() } else { changed.join(", ") }
}

fn impact(words: &Words<'_>, reading: &Reading<'_>) -> String {
    let number = reading.told.text("window").unwrap_or("?");
    if reading.is("void") {
        return format!("removed impact window {number}");
    }
    let service =
        reading.told.text("service").map(|name| format!(" of {}", words.said(Some(name)))).unwrap_or_default();
    let from = reading.instant("from").map(|at| format!(" from {}", words.when(at))).unwrap_or_default();
    let until = reading.instant("until").map(|at| format!(" until {}", words.when(at))).unwrap_or_default();
    let degree = if reading.told.text("degree") == Some("degraded") { "degradation" } else { "outage" };
    format!("gave impact window {number}: {degree}{service}{from}{until}")
}

fn passages(reading: &Reading<'_>) -> String {
    let names = [
        ("factors", "contributing factors"),
        ("well", "what went well"),
        ("badly", "what went badly"),
        ("lessons", "lessons"),
    ];
    let written: Vec<&str> =
        names.into_iter().filter(|(field, _)| reading.tells(field)).map(|(_, name)| name).collect();
    if written.is_empty() { "nothing changed".to_owned() } else { written.join(", ") }
}

/// A name of several words as people write it: `caused by`, `rolled back`.
pub fn tie(kind: &str) -> String {
    kind.replace('-', " ")
}
