//! The live card: what everybody sees, edited as the incident goes on.

use super::{badge, closed_as, code, colour, kind, moment, relative, service, times};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Block, Button, Card, Look, Message, Row};
use crate::chat::text::{esc, fit};
use crate::incident::{Incident, State};
use crate::snowflake::ChannelId;

/// Characters of a person's text on a card; the rest is in the room.
const EXCERPT: usize = 600;

/// The live card. `room` is named on it once it is open: a card that had to be posted anew stands without its thread.
pub fn card(incident: &Incident, room: Option<ChannelId>) -> Message {
    let mut blocks = vec![Block::Text(heading(incident)), Block::Text(facts(incident))];
    if let Some(description) = incident.description.as_ref().filter(|_| incident.update.is_none()) {
        blocks.push(Block::Text(quote(&fit(description, EXCERPT))));
    }
    let mut news = Vec::new();
    if let Some(update) = &incident.update {
        news.push(format!("**Last update** {}\n{}", relative(update.at), quote(&fit(&update.text, EXCERPT))));
    }
    if let Some(promise) = &incident.promise {
        news.push(format!("**Next update** {} by <@{}>", moment(promise.due_at), promise.by));
    }
    if let Some(resolution) = &incident.resolution {
        news.push(format!(
            "**Restored** {} · {} · said by <@{}>\n{}",
            moment(resolution.restored_at),
            code(resolution.code),
            resolution.by,
            quote(&fit(&resolution.summary, EXCERPT))
        ));
    }
    if let Some(closure) = &incident.closure {
        let reason =
            closure.reason.as_deref().map(|reason| format!("\n{}", quote(&fit(reason, EXCERPT)))).unwrap_or_default();
        news.push(format!(
            "**{}** {} as {} by <@{}>{reason}",
            if incident.state == State::Cancelled { "Cancelled" } else { "Closed" },
            relative(closure.at),
            closed_as(closure.closed_as),
            closure.by
        ));
    }
    if !news.is_empty() {
        blocks.push(Block::Line);
        blocks.push(Block::Text(news.join("\n")));
    }
    if let Some(room) = room.filter(|_| !incident.restricted) {
        blocks.push(Block::Text(format!("-# Room: <#{room}>")));
    }
    blocks.push(Block::Row(Row::Buttons(buttons(incident))));
    Message::card(Card { colour: colour(incident), blocks })
}

fn heading(incident: &Incident) -> String {
    let kind = kind(incident.kind).map(|kind| format!("{kind} · ")).unwrap_or_default();
    let major = if incident.major { " · MAJOR" } else { "" };
    let restricted = if incident.restricted { "🔒 " } else { "" };
    format!(
        "### {restricted}{kind}{} · {}{major} · {}",
        incident.number,
        incident.priority.name(),
        esc(&incident.title)
    )
}

fn facts(incident: &Incident) -> String {
    let mut lines = vec![format!("**{}** · {}", badge(incident.state), service(incident))];
    lines.push(format!(
        "{} · declared {} by <@{}>{}",
        basis(incident),
        relative(incident.declared_at),
        incident.reporter,
        incident.started_at.map(|at| format!(" · began {}", moment(at))).unwrap_or_default(),
    ));
    let mut people = Vec::new();
    for (name, holder) in [
        ("Commander", incident.roles.commander),
        ("Communications", incident.roles.communications),
        ("Scribe", incident.roles.scribe),
    ] {
        people.extend(holder.map(|holder| format!("{name} <@{holder}>")));
    }
    if let Some(acknowledged) = &incident.acknowledged {
        people.push(format!("Acknowledged {} by <@{}>", relative(acknowledged.at), acknowledged.by));
    }
    if incident.reopened > 0 {
        people.push(format!("Reopened {}", times(incident.reopened)));
    }
    if !people.is_empty() {
        lines.push(people.join(" · "));
    }
    lines.join("\n")
}

/// Where the priority comes from.
pub(super) fn basis(incident: &Incident) -> String {
    if incident.priority_fixed {
        format!("{} as given", incident.priority.name())
    } else {
        format!("{}: {} impact × {} urgency", incident.priority.name(), incident.impact.name(), incident.urgency.name())
    }
}

/// Escaped text, set off from ours.
fn quote(escaped: &str) -> String {
    escaped.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// The buttons that fit the state.
fn buttons(incident: &Incident) -> Vec<Button> {
    let button = |label: &str, action: &str, look| Button::new(label, CustomId::new(action, incident.number, ""), look);
    let mut row = Vec::new();
    match incident.state {
        State::New | State::Assigned => {
            row.push(button("Acknowledge", "incident.ack", Look::Primary));
            row.push(button("Update", "incident.update", Look::Secondary));
        }
        State::InProgress | State::OnHold => row.push(button("Update", "incident.update", Look::Primary)),
        State::Resolved => {
            row.push(button("Close", "incident.close", Look::Primary));
            row.push(button("Reopen", "incident.reopen", Look::Secondary));
        }
        State::Closed | State::Cancelled | State::Merged => {}
    }
    if incident.state.is_open() {
        if incident.roles.commander.is_none() {
            row.push(button("Take command", "incident.command", Look::Secondary));
        }
        row.push(button("Resolve", "incident.resolve", Look::Success));
    }
    row.push(button("Timeline", "incident.timeline", Look::Secondary));
    row
}
