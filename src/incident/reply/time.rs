//! What time says: reminders and notices.

use chrono::{DateTime, Utc};

use super::course::waits_for;
use super::{headline, kind, moment, not_yet, relative, service, state};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look, Message, Ping};
use crate::chat::text::fit;
use crate::incident::notices::Phase;
use crate::incident::{Audience, Hold, Incident};
use crate::number::Number;

fn lateness(late: bool) -> &'static str {
    if late { " This reminder is late: wardroom was not running." } else { "" }
}

/// The reminder of a promise that passed; `before` tells how often it was reminded of already.
pub fn promise_passed(incident: &Incident, due_at: DateTime<Utc>, before: i64, late: bool) -> String {
    let again = if before == 0 { "" } else { "still nothing: " };
    format!(
        "{again}the update on **{}** was promised for {}. How does it stand? `/incident update`{}",
        incident.number,
        moment(due_at),
        lateness(late)
    )
}

/// With the means to answer at once, or later.
pub fn with_snooze(message: Message, number: Number) -> Message {
    let later = |minutes: i64, label: &str| {
        Button::new(label, CustomId::new("incident.snooze", number, minutes), Look::Secondary)
    };
    message.buttons(vec![
        Button::new("Update", CustomId::new("incident.update", number, ""), Look::Primary),
        later(15, "In 15 min"),
        later(30, "In 30 min"),
        later(60, "In 1 h"),
    ])
}

/// What waits is to be looked at.
pub fn hold_passed(incident: &Incident, hold: &Hold, late: bool) -> String {
    let note = hold.note.as_deref().map(|note| format!(" ({})", fit(note, 200))).unwrap_or_default();
    format!(
        "**{}** has waited for {}{note} since {}, and was to be looked at now. Does it go on?{}",
        incident.number,
        waits_for(hold.reason),
        moment(hold.at),
        lateness(late)
    )
}

/// With the means to go on or to wait on.
pub fn with_waiting(message: Message, number: Number) -> Message {
    let on = |minutes: i64, label: &str| {
        Button::new(label, CustomId::new("incident.wait", number, minutes), Look::Secondary)
    };
    message.buttons(vec![
        Button::new("Resume", CustomId::new("incident.resume", number, ""), Look::Primary),
        on(60, "Wait 1 h"),
        on(240, "Wait 4 h"),
        on(1440, "Wait 1 day"),
    ])
}

/// Nobody has taken command.
pub fn unclaimed(incident: &Incident, late: bool) -> String {
    format!(
        "nobody is in command yet: {} · declared {}. Who takes it?{}",
        headline(incident),
        relative(incident.declared_at),
        lateness(late)
    )
}

/// With the means to take command.
pub fn with_command(message: Message, incident: &Incident) -> Message {
    let mut row =
        vec![Button::new("Take command", CustomId::new("incident.command", incident.number, ""), Look::Primary)];
    if incident.acknowledged.is_none() {
        row.push(Button::new("Acknowledge", CustomId::new("incident.ack", incident.number, ""), Look::Secondary));
    }
    message.buttons(row)
}

/// What stands against a close by time, with the means to mend it.
pub fn cannot_close_by_time(
    incident: &Incident,
    reviewed: bool,
    services: Vec<(i64, String)>,
    calls: &[Ping],
) -> Message {
    let mut message = not_yet(incident, reviewed, services);
    let who: Vec<String> = calls.iter().map(Ping::to_string).collect();
    message.append_text("It is resolved long enough to close by itself, and would.");
    let message = if who.is_empty() { message } else { message.preceded_by(&who.join(" ")) };
    calls.iter().fold(message, |message, call| message.ping(*call))
}

/// How a major incident stands, for those above: what, since when, for whom, what is done, when they hear more.
pub fn notice(incident: &Incident, phase: Phase, every: i64, now: DateTime<Utc>) -> Message {
    let head = match phase {
        Phase::Declare => "🚨 **Major incident**",
        Phase::Cadence => "📣 **Major incident, still open**",
        Phase::Resolve => "🟢 **Major incident restored**",
        Phase::Reopen => "🔁 **Major incident, open again**",
        Phase::Demote => "⚪ **No major incident after all**",
    };
    let kind = kind(incident.kind).map(|kind| format!("{kind} · ")).unwrap_or_default();
    let mut lines = vec![format!("{head} · {kind}{} · {}", headline(incident), service(incident))];
    let commander = incident
        .roles
        .commander
        .map_or_else(|| "nobody in command".to_owned(), |commander| format!("<@{commander}> in command"));
    lines.push(format!("{} since {} · {commander}", capitalised(state(incident.state)), moment(incident.began_at())));
    match (&incident.resolution, &incident.update) {
        (Some(resolution), _) => {
            let minutes = (resolution.restored_at - incident.began_at()).num_minutes();
            lines.push(format!(
                "Restored {} after {minutes} min: {}",
                moment(resolution.restored_at),
                fit(&resolution.summary, 500)
            ));
        }
        (None, Some(update)) => {
            lines.push(format!("As of {}: {}", moment(update.at), fit(&update.text, 500)));
            if update.audience == Audience::Management {
                lines.extend(update.second.as_deref().map(|text| format!("**Impact** {}", fit(text, 300))));
                lines.extend(update.third.as_deref().map(|text| format!("**Next** {}", fit(text, 300))));
            }
        }
        (None, None) => lines.push("No update has been given yet.".to_owned()),
    }
    if matches!(phase, Phase::Declare | Phase::Cadence | Phase::Reopen) {
        let next = now + chrono::TimeDelta::minutes(every);
        lines.push(format!("-# Next notice {}, or when it is restored.", relative(next)));
    }
    Message::say(lines.join("\n"))
}

/// Management has no channel.
pub fn nobody_to_notify() -> Message {
    Message::say(
        "⚠️ Management cannot be told: no channel is set for it. `/setup channel purpose:management`, and tell them yourself until then.",
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
