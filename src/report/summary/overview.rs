//! The head of a summary, and what happened in one paragraph. Every sentence is made from the record; where the record is silent, there is
//! no sentence.

use chrono::{DateTime, TimeDelta, Utc};

use super::Story;
use super::impact::{by_service, union};
use super::model::{Gap, Header, RatingRow, Recorded, Statement};
use super::words::{Words, capital, count, spell};
use crate::incident::history::reading::{Reading, read};
use crate::incident::history::{Degree, History, Rating};
use crate::incident::{Kind, State, reply};

/// The entries of the last reading that tells `field`.
fn told_by(readings: &[Reading<'_>], field: &str) -> Vec<i64> {
    // The service of a window is not that of the record.
    let mut of_record = readings.iter().filter(|reading| reading.action() != "incident.impact");
    of_record.rfind(|reading| reading.tells(field)).map(Reading::entries).unwrap_or_default()
}

/// The head.
pub fn header(words: &Words<'_>, story: &Story<'_>, history: &History) -> Header {
    let incident = story.incident;
    let readings = read(story.entries);
    let declared = || history.milestones.declared.as_ref().map(|declared| declared.entries.clone()).unwrap_or_default();
    let title = readings
        .iter()
        .find(|reading| reading.action() == "incident.declare")
        .map_or_else(|| words.said(Some(&incident.title)), |reading| words.said(reading.text("title")));
    let service = incident
        .service
        .as_ref()
        .map(|service| Statement::new(words.said(Some(&service.name)), told_by(&readings, "service")));
    let description = incident
        .description
        .as_ref()
        .map(|text| Statement::new(words.said(Some(text)), told_by(&readings, "description")));
    Header {
        number: incident.number.to_string(),
        title: Statement::new(title, declared()),
        status: Statement::new(status(incident.state, history), told_by(&readings, "state")),
        priority: Statement::new(incident.priority.name(), told_by(&readings, "priority")),
        major: incident.major,
        service: Recorded::or(service, || {
            if incident.state.is_final() {
                Gap::open("Nobody said which service it was while it was open")
            } else {
                Gap::filled_by("Whoever knows the service can say so", "/incident priority service:…")
            }
        }),
        kind: incident.kind.name(),
        restricted: incident.restricted,
        description: Recorded::or(description, || Gap::open("It was declared with a title only")),
        ratings: history.ratings.iter().map(|rating| rated(words, rating)).collect(),
    }
}

/// Where it stands, and how often it was opened again.
fn status(state: State, history: &History) -> String {
    let state = reply::state(state);
    match history.reopenings.len() {
        0 => state.to_owned(),
        times => format!("{state}, reopened {}", if times == 1 { "once".to_owned() } else { format!("{times} times") }),
    }
}

fn rated(words: &Words<'_>, rating: &Rating) -> RatingRow {
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "not recorded".to_owned());
    let major = if rating.major { ", major incident" } else { "" };
    let reason = rating.reason.as_deref().map(|reason| format!(": {}", words.said(Some(reason)))).unwrap_or_default();
    RatingRow {
        from: words.moment(rating.at),
        priority: known(&rating.priority),
        basis: format!("impact {}, urgency {}{major}", known(&rating.impact), known(&rating.urgency)),
        by: format!("{}{reason}", words.name(rating.by)),
        entries: rating.entries.clone(),
    }
}

/// Why its figures count in no statistics.
pub fn not_counted(kind: Kind, history: &History) -> Option<Statement> {
    let text = match kind {
        Kind::Live => return None,
        Kind::Drill => "This was a drill. Its figures count in no statistics.",
        Kind::Test => "This was a test. Its figures count in no statistics.",
        Kind::Backfilled => "This was written down afterwards. Its figures count in no statistics.",
    };
    let declared = history.milestones.declared.as_ref();
    Some(Statement::new(text, declared.map(|declared| declared.entries.clone()).unwrap_or_default()))
}

/// What happened, in one paragraph.
pub fn overview(words: &Words<'_>, story: &Story<'_>, history: &History) -> Vec<Statement> {
    let sentences = [
        declaration(words, story, history),
        beginning(words, history),
        affected(words, history, story.made_at),
        acknowledgement(words, history),
        found(words, history),
        waiting(history, story.made_at),
        reopened(words, history),
        resolution(words, story, history),
        ending(words, history),
    ];
    not_counted(story.incident.kind, history).into_iter().chain(sentences.into_iter().flatten()).collect()
}

fn declaration(words: &Words<'_>, story: &Story<'_>, history: &History) -> Option<Statement> {
    let declared = history.milestones.declared.as_ref()?;
    let reporter = story.entries.iter().find(|told| told.seq == declared.entries[0])?.actor;
    let (first, last) = (history.ratings.first(), history.ratings.last());
    let priority = |rating: Option<&Rating>| rating.and_then(|rating| rating.priority.clone());
    let mut entries = declared.entries.clone();
    let rating = match (priority(first), priority(last)) {
        (Some(first), Some(last_one)) if first != last_one => {
            let changed = history.ratings.iter().find(|rating| rating.priority.as_ref() == Some(&last_one));
            entries.extend(changed.map(|rating| rating.entries.clone()).unwrap_or_default());
            format!(" as {first}, which became {last_one}")
        }
        (Some(first), _) => format!(" as {first}"),
        (None, _) => String::new(),
    };
    let (who, when) = (words.subject(reporter), words.when(declared.at));
    Some(Statement::new(format!("{who} declared {} on {when}{rating}.", story.incident.number), entries))
}

/// A moment in a sentence after the one that names the day of the declaration.
fn when(words: &Words<'_>, history: &History, at: DateTime<Utc>) -> String {
    words.when_beside(at, history.milestones.declared.as_ref().map_or(at, |declared| declared.at))
}

/// How long before or after the declaration something was.
fn beside(at: DateTime<Utc>, declared: DateTime<Utc>) -> String {
    match at - declared {
        same if same.num_seconds() == 0 => "at the declaration".to_owned(),
        before if before < TimeDelta::zero() => format!("{} before the declaration", spell(-before)),
        after => format!("{} after the declaration", spell(after)),
    }
}

fn beginning(words: &Words<'_>, history: &History) -> Option<Statement> {
    let (started, declared) = (history.milestones.started.as_ref()?, history.milestones.declared.as_ref()?);
    let (when, beside) = (words.when_beside(started.at, declared.at), beside(started.at, declared.at));
    let entries = started.entries.iter().chain(&declared.entries).copied();
    Some(Statement::new(format!("The impact began {when}, {beside}."), entries))
}

fn affected(words: &Words<'_>, history: &History, now: DateTime<Utc>) -> Option<Statement> {
    let mut entries = Vec::new();
    let parts: Vec<String> = by_service(&history.windows)
        .into_iter()
        .map(|(service, windows)| {
            entries.extend(windows.iter().flat_map(|window| window.entries.clone()));
            let span = |degree: Option<Degree>| {
                let of = windows.iter().filter(|window| degree.is_none_or(|degree| window.degree == degree));
                union(of.map(|window| (window.from, window.until.unwrap_or(now))))
            };
            let (total, outage) = (span(None), span(Some(Degree::Outage)));
            let name = service
                .map_or_else(|| "A service that nobody named".to_owned(), |service| words.quoted(Some(&service.name)));
            let lasts = if windows.iter().any(|window| window.until.is_none()) { " so far" } else { "" };
            let outage = match outage {
                none if none.is_zero() => ", degraded".to_owned(),
                all if all == total => String::new(),
                part => format!(", of which {} not working at all", spell(part)),
            };
            let times = match windows.len() {
                1 => String::new(),
                times => format!(" in {}", count(times, "window", "windows")),
            };
            format!("{name} was affected for {}{lasts}{times}{outage}", spell(total))
        })
        .collect();
    (!parts.is_empty()).then(|| Statement::new(format!("{}.", parts.join("; ")), entries))
}

fn acknowledgement(words: &Words<'_>, history: &History) -> Option<Statement> {
    let acknowledged = history.milestones.acknowledged.as_ref()?;
    if acknowledged.implied {
        let text = "Nobody acknowledged it before it was resolved.";
        return Some(Statement::new(text, acknowledged.milestone.entries.clone()));
    }
    let declared = history.milestones.declared.as_ref()?;
    let (who, beside) = (words.subject(acknowledged.by), beside(acknowledged.milestone.at, declared.at));
    let entries = acknowledged.milestone.entries.iter().chain(&declared.entries).copied();
    Some(Statement::new(format!("{who} acknowledged it {beside}."), entries))
}

fn found(words: &Words<'_>, history: &History) -> Option<Statement> {
    let marks = [
        ("the cause was identified", &history.milestones.identified),
        ("the effect was mitigated", &history.milestones.mitigated),
    ];
    let known: Vec<_> = marks.iter().filter_map(|(text, milestone)| Some((*text, milestone.as_ref()?))).collect();
    let entries = known.iter().flat_map(|(_, milestone)| milestone.entries.clone()).collect::<Vec<_>>();
    let parts: Vec<String> =
        known.iter().map(|(text, milestone)| format!("{text} {}", when(words, history, milestone.at))).collect();
    (!parts.is_empty()).then(|| Statement::new(format!("{}.", capital(&parts.join("; "))), entries))
}

fn waiting(history: &History, now: DateTime<Utc>) -> Option<Statement> {
    let end = history.milestones.closed.as_ref().map_or(now, |end| end.milestone.at);
    let total = union(history.holds.iter().map(|hold| (hold.from, hold.until.unwrap_or(end))));
    let mut reasons: Vec<String> = Vec::new();
    for hold in &history.holds {
        let reason = hold.reason.clone().unwrap_or_else(|| "a reason that is not recorded".to_owned());
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let entries = history.holds.iter().flat_map(|hold| hold.entries.clone());
    (!reasons.is_empty())
        .then(|| Statement::new(format!("It was on hold for {} ({}).", spell(total), reasons.join(", ")), entries))
}

fn reopened(words: &Words<'_>, history: &History) -> Option<Statement> {
    let last = history.reopenings.last()?;
    let times = match history.reopenings.len() {
        1 => "It was reopened".to_owned(),
        times => format!("It was reopened {times} times, the last time"),
    };
    let reason = last.text.as_deref().map(|text| format!(": {}", words.quoted(Some(text)))).unwrap_or_default();
    let entries = history.reopenings.iter().flat_map(|word| word.entries.clone());
    Some(Statement::new(format!("{times} {}{reason}.", when(words, history, last.at)), entries))
}

fn resolution(words: &Words<'_>, story: &Story<'_>, history: &History) -> Option<Statement> {
    let restored = history.milestones.restored.as_ref()?;
    let resolved = history.milestones.resolved.as_ref();
    let how = story.incident.resolution.as_ref().map(|resolution| resolution.code);
    let how = how.map(|code| format!(" ({})", code.name().replace('-', " "))).unwrap_or_default();
    let summary = resolved.and_then(|resolved| {
        let readings = read(story.entries);
        let reading = readings.iter().find(|reading| reading.told.seq == resolved.entries[0])?;
        Some(format!("; {} said: {}", words.name(reading.told.actor), words.quoted(reading.text("summary"))))
    });
    let entries = restored.entries.iter().chain(resolved.iter().flat_map(|resolved| &resolved.entries)).copied();
    let at = when(words, history, restored.at);
    let text = format!("Service was restored {at}{how}{}.", summary.unwrap_or_default());
    Some(Statement::new(text, entries))
}

fn ending(words: &Words<'_>, history: &History) -> Option<Statement> {
    let end = history.milestones.closed.as_ref()?;
    let (state, at) = (reply::state(end.state), when(words, history, end.milestone.at));
    Some(Statement::new(format!("It was {state} {at}."), end.milestone.entries.clone()))
}
