//! The live card: what everybody sees, edited as the incident goes on.

use super::course::waits_for;
use super::levels;
use super::{badge, closed_as, code, colour, kind, moment, relative, service, times};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Block, Button, Card, Look, Message, Row};
use crate::chat::text::{esc, fit};
use crate::incident::history::ReviewState;
use crate::incident::{Audience, Hold, Incident, State, Update, notices};
use crate::level::store::Face;
use crate::number::Number;
use crate::snowflake::ChannelId;

/// Characters of a person's text on a card; the rest is in the room.
const EXCERPT: usize = 600;

/// What stands on a card beside the incident itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// How it stands against what was promised.
    pub clocks: Vec<Face>,
    /// How many tasks it has, and how many of them are open.
    pub tasks: (i64, i64),
    /// What was merged into it.
    pub children: Vec<Number>,
    /// Where its review stands, if there is one.
    pub review: Option<ReviewState>,
}

/// The live card. `room` is named on it once it is open: a card that had to be posted anew stands without its thread.
pub fn card(incident: &Incident, room: Option<ChannelId>, beside: &Beside) -> Message {
    let mut blocks = vec![Block::Text(heading(incident)), Block::Text(facts(incident, beside))];
    if let Some(description) = incident.description.as_ref().filter(|_| incident.update.is_none()) {
        blocks.push(Block::Text(quote(&fit(description, EXCERPT))));
    }
    let mut news = Vec::new();
    if let Some(update) = &incident.update {
        news.push(last_update(update));
    }
    if let Some(promise) = &incident.promise {
        news.push(format!("**Next update** {} by <@{}>", moment(promise.due_at), promise.by));
    }
    if let Some(hold) = &incident.hold {
        news.push(waiting(hold));
    }
    if let Some(offer) = &incident.offer {
        news.push(format!(
            "**Handover pending** <@{}> asked <@{}> to take command {}",
            offer.by,
            offer.to,
            relative(offer.at)
        ));
    }
    if let Some(criterion) = notices::criterion(incident, beside.children.len()) {
        news.push(format!("-# It may be a major incident: {criterion}. `/incident priority major:True`"));
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
            "**{}** {} as {} {}{reason}",
            if incident.state == State::Cancelled { "Cancelled" } else { "Closed" },
            relative(closure.at),
            closed_as(closure.closed_as),
            closure.by.map_or_else(|| "by itself, as nobody objected".to_owned(), |by| format!("by <@{by}>")),
        ));
    }
    if let Some(parent) = incident.parent {
        news.push(format!("**Merged** it goes on as **{parent}**"));
    }
    if !news.is_empty() {
        blocks.push(Block::Line);
        blocks.push(Block::Text(news.join("\n")));
    }
    if let Some(room) = room.filter(|_| !incident.restricted) {
        blocks.push(Block::Text(format!("-# Room: <#{room}>")));
    }
    blocks.push(Block::Row(Row::Buttons(buttons(incident, beside))));
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

fn facts(incident: &Incident, beside: &Beside) -> String {
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
    people.extend(incident.team.map(|team| format!("With <@&{team}>")));
    if incident.level > 0 {
        people.push(format!("Escalated to level {}", incident.level));
    }
    if !people.is_empty() {
        lines.push(people.join(" · "));
    }
    lines.extend(levels::faces(&beside.clocks));
    let mut around = Vec::new();
    match beside.tasks {
        (0, _) => {}
        (all, 0) => around.push(format!("Tasks: all {all} settled")),
        (all, open) => around.push(format!("Tasks: {open} of {all} to do")),
    }
    if !beside.children.is_empty() {
        let children: Vec<String> = beside.children.iter().map(ToString::to_string).collect();
        around.push(format!("Merged in: {}", children.join(", ")));
    }
    around.extend(beside.review.and_then(|state| match state {
        ReviewState::None => None,
        ReviewState::Draft => Some("Review: draft".to_owned()),
        ReviewState::InReview => Some("Review: waits for approval".to_owned()),
        ReviewState::Approved => Some("Review: approved".to_owned()),
    }));
    if !around.is_empty() {
        lines.push(around.join(" · "));
    }
    lines.join("\n")
}

fn last_update(update: &Update) -> String {
    let (audience, second, third) = match update.audience {
        Audience::Technical => ("", "Doing", "Needs"),
        Audience::Management => (" for management", "Impact", "Next"),
    };
    let mut lines =
        vec![format!("**Last update**{audience} {}", relative(update.at)), quote(&fit(&update.text, EXCERPT))];
    for (name, text) in [(second, &update.second), (third, &update.third)] {
        lines.extend(text.as_deref().map(|text| quote(&format!("**{name}** {}", fit(text, EXCERPT / 2)))));
    }
    lines.join("\n")
}

fn waiting(hold: &Hold) -> String {
    let until = hold.until.map(|until| format!(" · looked at again {}", moment(until))).unwrap_or_default();
    let note = hold.note.as_deref().map(|note| format!("\n{}", quote(&fit(note, EXCERPT / 2)))).unwrap_or_default();
    format!("**Waits for {}** since {}{until}{note}", waits_for(hold.reason), relative(hold.at))
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
fn buttons(incident: &Incident, beside: &Beside) -> Vec<Button> {
    let button = |label: &str, action: &str, look| Button::new(label, CustomId::new(action, incident.number, ""), look);
    let mut row = Vec::new();
    match incident.state {
        State::New | State::Assigned => {
            row.push(button("Acknowledge", "incident.ack", Look::Primary));
            row.push(button("Update", "incident.update", Look::Secondary));
        }
        State::InProgress => row.push(button("Update", "incident.update", Look::Primary)),
        State::OnHold => {
            row.push(button("Resume", "incident.resume", Look::Primary));
            row.push(button("Update", "incident.update", Look::Secondary));
        }
        State::Resolved => {
            row.push(button("Close", "incident.close", Look::Primary));
            row.push(button("Reopen", "incident.reopen", Look::Secondary));
            if beside.review != Some(ReviewState::Approved) {
                row.push(button("Review", "incident.review", Look::Secondary));
            }
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
