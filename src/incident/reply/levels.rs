//! How an incident stands against what was promised: on its card, in its room, and with its arithmetic.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{colour, due, headline, moment, relative, service};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Block, Button, Card, Look, Message};
use crate::chat::text::{esc, fit};
use crate::error::Refusal;
use crate::incident::Incident;
use crate::level::amount::length;
use crate::level::store::Face;
use crate::level::{Book, Clock, Metric, Named, Rung, State, Verdict, why as arithmetic};
use crate::setup::Guild;

/// A step of a target that is told.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of which.
    pub clock: Clock,
    /// In whose hours.
    pub calendar: Named,
    /// How much is used up.
    pub percent: i64,
    /// Whom it reaches.
    pub rungs: BTreeSet<Rung>,
}

fn name(metric: Metric) -> &'static str {
    match metric {
        Metric::Response => "Response",
        Metric::Resolution => "Resolution",
    }
}

/// What has to happen.
fn aim(metric: Metric) -> &'static str {
    match metric {
        Metric::Response => "to respond",
        Metric::Resolution => "to resolve",
    }
}

/// The line of a card: how much time is left. None when nothing is promised.
pub(super) fn faces(faces: &[Face]) -> Option<String> {
    let words: Vec<String> = faces.iter().filter_map(face).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

fn face(face: &Face) -> Option<String> {
    let name = name(face.metric);
    Some(match (face.state, face.due, face.stopped) {
        (State::Void, ..) | (State::Running, None, _) => return None,
        (State::Stopped, Some(due), Some(stopped)) if stopped > due => format!("🔴 {name} missed"),
        (State::Stopped, ..) => format!("✅ {name} in time"),
        (State::Paused, ..) => format!("⏸️ {name} paused"),
        (State::Running, Some(at), _) if face.told >= 100 => format!("🔴 {name} overdue since {}", relative(at)),
        (State::Running, Some(at), _) => {
            let sign = match face.told {
                ..50 => "🟢",
                50..75 => "🟡",
                _ => "🟠",
            };
            format!("{sign} {name} due {}", relative(at))
        }
    })
}

/// What the steps say to the room.
pub fn level_steps(incident: &Incident, steps: &[Step], late: bool) -> String {
    let mut lines = vec![headline(incident)];
    lines.extend(steps.iter().map(step));
    if late {
        lines.push("-# This is late: wardroom was not running then.".to_owned());
    }
    lines.join("\n")
}

fn step(step: &Step) -> String {
    let promised = format!("{} in {}", step.clock.promise.amount.in_words(), esc(&step.calendar.name));
    let what = aim(step.clock.metric);
    let broken = step.clock.due(&step.calendar).map(DateTime::<Utc>::from);
    match broken.filter(|_| step.percent >= 100) {
        Some(at) if step.clock.generation > 1 && step.clock.promised_at.timestamp() == at.timestamp() => format!(
            "🔴 The time {what} was used up before {} was given: {promised} is broken since {}.",
            step.clock.priority.name(),
            due(at)
        ),
        Some(at) if step.percent > 100 => {
            format!("🔴 {} % of the time {what} is used up: {promised} is broken since {}.", step.percent, due(at))
        }
        Some(at) => format!("🔴 The time {what} is over: {promised} is broken since {}.", due(at)),
        None => {
            let end = broken.map(|at| format!(", due {}", moment(at))).unwrap_or_default();
            format!("🟠 {} % of the time {what} is used up ({promised}){end}.", step.percent)
        }
    }
}

/// With the means to act at once.
pub fn with_levels(message: Message, incident: &Incident) -> Message {
    let button = |label: &str, action: &str, look| Button::new(label, CustomId::new(action, incident.number, ""), look);
    let mut row = Vec::new();
    if incident.acknowledged.is_none() {
        row.push(button("Acknowledge", "incident.ack", Look::Primary));
    }
    if incident.roles.commander.is_none() {
        row.push(button("Take command", "incident.command", Look::Secondary));
    }
    row.push(button("Why", "incident.why", Look::Secondary));
    message.buttons(row)
}

/// What management hears.
pub fn level_notice(incident: &Incident, steps: &[Step], late: bool) -> Message {
    let mut lines = vec![format!("📉 {} · {}", headline(incident), service(incident))];
    lines.extend(steps.iter().filter(|one| one.rungs.contains(&Rung::Management)).map(step));
    let commander = incident
        .roles
        .commander
        .map_or_else(|| "Nobody is in command.".to_owned(), |commander| format!("<@{commander}> is in command."));
    lines.push(commander);
    if late {
        lines.push("-# This is late: wardroom was not running then.".to_owned());
    }
    Message::say(lines.join("\n"))
}

/// The arithmetic of each clock.
pub fn why(incident: &Incident, book: &Book, clocks: &[Clock], guild: &Guild, now: DateTime<Utc>) -> Message {
    let mut blocks = vec![Block::Text(format!("{} · times in `{}`", headline(incident), guild.zone_name))];
    if clocks.is_empty() {
        blocks.push(Block::Text(format!(
            "Nothing is promised for {} of {}. `/sla set` promises something for those to come.",
            incident.priority.name(),
            service(incident)
        )));
    }
    for clock in clocks {
        let Some(calendar) = clock.calendar(book) else { continue };
        blocks.push(Block::Line);
        blocks.push(Block::Text(reckoning(book, clock, calendar, guild, now)));
    }
    // A card holds twice what a plain message does: two tables of twenty rows.
    Message::card(Card { colour: colour(incident), blocks })
}

fn reckoning(book: &Book, clock: &Clock, calendar: &Named, guild: &Guild, now: DateTime<Utc>) -> String {
    let verdict = clock.verdict(calendar, now.into());
    let due_at = clock.due(calendar).map(DateTime::<Utc>::from);
    let used = clock.elapsed(calendar, now.into());
    let seconds = clock.promise.seconds;
    let head = match verdict {
        Verdict::Void => "⚪ does not count".to_owned(),
        Verdict::Met => "✅ met".to_owned(),
        Verdict::MetByCorrection => "✅ met by correction, after a breach had been told".to_owned(),
        Verdict::Breached(at) => format!("🔴 broken since {}", due(at.into())),
        Verdict::Open => match (clock.state, due_at) {
            (State::Paused, _) => "⏸️ paused: when it is due is known once it goes on".to_owned(),
            (_, Some(at)) => format!("🟢 due {}", due(at)),
            (_, None) => "🟢 not due".to_owned(),
        },
    };
    let mut lines = vec![format!("**{}** · {head}", name(clock.metric)), promised(book, clock, calendar)];
    let rows = arithmetic::rows(clock, calendar, now.into());
    if !rows.is_empty() {
        lines.push(arithmetic::table(&rows, &guild.zone));
    }
    // Whole percent, downwards: what is not used up must not look as if it were.
    let percent = if seconds == 0 { 0 } else { used * 100 / seconds };
    let left = if used > seconds {
        format!("{} over", length(used - seconds))
    } else {
        format!("{} left", length(seconds - used))
    };
    lines.push(format!("Used **{}** of {} ({percent} %), {left}.", length(used), length(seconds)));
    lines.join("\n")
}

/// Where the promise comes from, and what it won against.
fn promised(book: &Book, clock: &Clock, calendar: &Named) -> String {
    let agreement = book.agreement(clock.promise.agreement);
    let name = agreement.map_or_else(|| "an agreement".to_owned(), |one| format!("**{}**", fit(&one.name, 60)));
    let whose = match agreement.and_then(|one| one.service) {
        Some(_) => "the service's own",
        None => "the default, as the service has none of its own",
    };
    let mut words = vec![format!(
        "{} {}: {} in {}, by {name} ({whose})",
        clock.priority.name(),
        clock.metric.name(),
        clock.promise.amount.in_words(),
        esc(&calendar.name)
    )];
    if clock.generation > 1 {
        words.push(format!(
            "promise no. {}, given {}, counted from the same start",
            clock.generation,
            moment(clock.promised_at)
        ));
    }
    let question = crate::level::Question {
        metric: clock.metric,
        priority: clock.priority,
        service: clock.service,
        start: clock.started_at,
        at: clock.promised_at,
    };
    let others = book.promise(question).map(|chosen| chosen.others).unwrap_or_default();
    if !others.is_empty() {
        let names: Vec<String> = others
            .iter()
            .filter_map(|other| {
                let one = book.agreement(other.promise.agreement)?;
                Some(format!(
                    "**{}** {} ({})",
                    fit(&one.name, 60),
                    due(other.due.into()),
                    other.promise.amount.in_words()
                ))
            })
            .collect();
        words.push(format!("it is due before {}", names.join(" and ")));
    }
    words.join("; ")
}

/// It is none that counts.
pub fn not_measured(incident: &Incident) -> Refusal {
    Refusal::new(
        "sla.kind",
        format!(
            "**{}** is no live incident: nothing is promised of a drill, a test or what is written down afterwards.",
            incident.number
        ),
    )
}
