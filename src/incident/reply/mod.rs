//! The words of incidents: the card, the answers, the refusals. Texts of people are escaped here, and nowhere later.

mod card;
mod course;
mod forms;
mod levels;
mod refusals;
mod time;

use chrono::{DateTime, Utc};

use super::listing::Listed;
use super::{CloseAs, Code, Gap, Incident, Kind, Priority, Role, State};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look, Message, Select, SelectOption};
use crate::chat::text::{esc, fit};
use crate::link::Link;
use crate::number::Number;
use crate::outbox::Room;
use crate::snowflake::{ChannelId, UserId};
use card::basis;

pub use card::{Beside, card};
pub use course::*;
pub use forms::*;
pub use levels::*;
pub use refusals::*;
pub use time::*;

/// The frame of what is over: grey.
const OVER: u32 = 0x66_70_85;
/// The frame of what is restored: green.
const RESTORED: u32 = 0x12_B7_6A;

/// A moment as each reader's own clock shows it, and how long ago.
pub fn moment(at: DateTime<Utc>) -> String {
    format!("<t:{0}:t> (<t:{0}:R>)", at.timestamp())
}

/// A moment that may be days away, with its date.
pub fn due(at: DateTime<Utc>) -> String {
    format!("<t:{0}:f> (<t:{0}:R>)", at.timestamp())
}

/// How long ago or ahead.
fn relative(at: DateTime<Utc>) -> String {
    format!("<t:{}:R>", at.timestamp())
}

/// A state in a sentence.
pub fn state(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Assigned => "assigned",
        State::InProgress => "in progress",
        State::OnHold => "on hold",
        State::Resolved => "resolved",
        State::Closed => "closed",
        State::Cancelled => "cancelled",
        State::Merged => "merged",
    }
}

/// A state at the head of a card.
fn badge(state: State) -> &'static str {
    match state {
        State::New => "🔴 New, nobody is on it",
        State::Assigned => "🟠 Assigned, not yet acknowledged",
        State::InProgress => "🟡 In progress",
        State::OnHold => "⏸️ On hold",
        State::Resolved => "🟢 Resolved",
        State::Closed => "✅ Closed",
        State::Cancelled => "⚪ Cancelled",
        State::Merged => "🔀 Merged",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Commander => "commander",
        Role::Communications => "communications",
        Role::Scribe => "scribe",
    }
}

fn code(code: Code) -> &'static str {
    match code {
        Code::Fixed => "fixed",
        Code::Workaround => "worked around",
        Code::RolledBack => "rolled back",
        Code::SelfHealed => "healed by itself",
        Code::Supplier => "mended by the supplier",
        Code::NotReproducible => "not reproducible",
    }
}

fn kind(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Live => None,
        Kind::Drill => Some("DRILL"),
        Kind::Test => Some("TEST"),
        Kind::Backfilled => Some("BACKFILLED"),
    }
}

fn colour(incident: &Incident) -> u32 {
    match (incident.state, incident.priority) {
        (State::Closed | State::Cancelled | State::Merged, _) => OVER,
        (State::Resolved, _) => RESTORED,
        (_, Priority::P1) => 0xD9_2D_20,
        (_, Priority::P2) => 0xF7_90_09,
        (_, Priority::P3) => 0xFA_C5_15,
        (_, Priority::P4) => 0x2E_90_FA,
        (_, Priority::P5) => 0x98_A2_B3,
    }
}

fn service(incident: &Incident) -> String {
    incident.service.as_ref().map_or_else(|| "service unknown".to_owned(), |service| esc(&service.name).to_string())
}

fn closed_as(closed_as: CloseAs) -> &'static str {
    match closed_as {
        CloseAs::Done => "done",
        CloseAs::Duplicate => "a duplicate",
        CloseAs::NotAnIncident => "no incident",
        CloseAs::Request => "a request",
    }
}

fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// `INC-7 · P1 · checkout is down`, in markdown.
pub fn headline(incident: &Incident) -> String {
    format!("**{}** · {} · {}", incident.number, incident.priority.name(), esc(&incident.title))
}

/// The name of the room: plain text, never changed afterwards (Discord allows two renames in ten minutes).
pub fn room_name(incident: &Incident) -> String {
    let kind = kind(incident.kind).map(|kind| format!("{kind} ")).unwrap_or_default();
    crate::chat::text::thread_name(&format!("{} {kind}{}", incident.number, incident.title))
}

/// The same message, with a button that takes the step back.
pub fn with_undo(message: Message, number: Number, seq: i64) -> Message {
    message.buttons(vec![Button::new("Undo", CustomId::new("incident.undo", number, seq), Look::Secondary)])
}

/// A declaration was heard, as this.
pub fn declared(incident: &Incident, channel: ChannelId, like_it: &[Incident], seq: i64) -> Message {
    let mut lines = vec![
        headline(incident),
        format!(
            "{} · {} · {}",
            service(incident),
            if incident.priority_fixed {
                format!("{} is fixed, as given: it does not follow impact and urgency", incident.priority.name())
            } else {
                basis(incident)
            },
            if incident.restricted {
                format!(
                    "only you can see it so far: its private thread is below <#{channel}>. Let others in with `/incident role`."
                )
            } else {
                format!("card and room in <#{channel}>.")
            },
        ),
    ];
    if let Some(started) = incident.started_at {
        lines.push(format!("Began {}.", moment(started)));
    }
    let mut buttons = vec![Button::new("Undo", CustomId::new("incident.undo", incident.number, seq), Look::Secondary)];
    if !like_it.is_empty() {
        lines.push("Declared on the same service within the hour, perhaps the same:".to_owned());
        for other in like_it {
            lines.push(format!("• {} · {}", headline(other), state(other.state)));
            buttons.push(Button::new(
                &format!("Join {} instead", other.number),
                CustomId::new("incident.join", other.number, incident.number),
                Look::Secondary,
            ));
        }
    }
    Message::say(lines.join("\n")).buttons(buttons)
}

/// The words of a page at a declaration.
pub fn page(incident: &Incident) -> String {
    let kind = kind(incident.kind).map(|kind| format!("{kind}: ")).unwrap_or_default();
    format!("{kind}{} · {}", headline(incident), service(incident))
}

/// What stands in place of a page that was a slip: of a declaration that was taken back, or of a priority that was.
pub fn page_taken_back(incident: &Incident, by: UserId, reassessed: bool) -> String {
    let what = if reassessed { "not urgent after all, says" } else { "taken back by" };
    format!("~~{}~~ · {what} <@{by}>: nobody needs to come.", headline(incident).replace("**", ""))
}

/// An update as management reads it.
pub fn to_management(incident: &Incident) -> Message {
    let mut lines = vec![format!("📣 {} · {}", headline(incident), service(incident))];
    if let Some(update) = &incident.update {
        lines.push(fit(&update.text, 1200));
        lines.extend(update.second.as_deref().map(|text| format!("**Impact** {}", fit(text, 300))));
        lines.extend(update.third.as_deref().map(|text| format!("**Next** {}", fit(text, 300))));
    }
    lines.extend(incident.promise.as_ref().map(|promise| format!("-# Next update {}", moment(promise.due_at))));
    Message::say(lines.join("\n"))
}

/// A step was done.
pub fn acknowledged(incident: &Incident) -> Message {
    Message::say(format!(
        "**{}** is yours: acknowledged. Next: tell the others with `/incident update`.",
        incident.number
    ))
}

/// An update was told.
pub fn told(incident: &Incident) -> Message {
    let promise = incident.promise.as_ref().map_or_else(
        || "No next update is promised; add `next-update:30m` to be reminded.".to_owned(),
        |promise| format!("Next one by {}: you will be reminded.", moment(promise.due_at)),
    );
    Message::say(format!("Update on **{}** is out. {promise}", incident.number))
}

/// A note was taken.
pub fn noted(incident: &Incident, seq: i64, at: DateTime<Utc>) -> Message {
    Message::say(format!("On the timeline of **{}** at {} as entry {seq}.", incident.number, moment(at)))
}

/// A role was given.
pub fn role_given(incident: &Incident, which: Role, holder: UserId) -> Message {
    Message::say(format!("<@{holder}> has **{}** on **{}**.", role(which), incident.number))
}

/// It was reassessed.
pub fn reassessed(incident: &Incident, before: &Incident) -> Message {
    let mut lines = Vec::new();
    if incident.major != before.major {
        let who = incident
            .roles
            .commander
            .map(|commander| format!(", and <@{commander}> is responsible"))
            .unwrap_or_default();
        lines.push(if incident.major {
            format!(
                "**{}** is a **major incident** now{who}. Management is kept informed, and it is closed after its review.",
                incident.number
            )
        } else {
            format!("**{}** is no major incident any more.", incident.number)
        });
    } else if incident.priority == before.priority {
        lines.push(format!("**{}** stays {}.", incident.number, incident.priority.name()));
    } else {
        lines.push(format!(
            "**{}** is {} now, was {}.",
            incident.number,
            incident.priority.name(),
            before.priority.name()
        ));
    }
    lines.push(format!("{} · {}{}", basis(incident), service(incident), if incident.major { " · major" } else { "" }));
    Message::say(lines.join("\n"))
}

/// It was resolved.
pub fn resolved(incident: &Incident) -> Message {
    let Some(resolution) = &incident.resolution else { return Message::say(headline(incident)) };
    let implied = if incident.acknowledged.as_ref().is_some_and(|ack| ack.implied) {
        " It counts as acknowledged by this."
    } else {
        ""
    };
    Message::say(format!(
        "**{}** is resolved, {}, restored {}.{implied} When it is confirmed: `/incident close`.",
        incident.number,
        code(resolution.code),
        moment(resolution.restored_at)
    ))
}

/// It was opened again.
pub fn reopened(incident: &Incident) -> Message {
    Message::say(format!("**{}** is open again, {} now.", incident.number, times(incident.reopened)))
}

/// It was closed.
pub fn closed(incident: &Incident) -> Message {
    let what = incident.closure.as_ref().map_or("done", |closure| closed_as(closure.closed_as));
    match incident.state {
        State::Cancelled => Message::say(format!("**{}** is cancelled as {what}.", incident.number)),
        _ => Message::say(format!("**{}** is closed as {what}. Well done.", incident.number)),
    }
}

/// What a close still needs, each with a button that mends it.
pub fn not_yet(incident: &Incident, reviewed: bool, services: Vec<(i64, String)>) -> Message {
    let gaps = incident.gaps(reviewed);
    let mut lines = vec![format!("**{}** cannot be closed yet:", incident.number)];
    let mut message_buttons = Vec::new();
    for gap in &gaps {
        match gap {
            Gap::Resolution => {
                lines.push(format!("• It is not resolved: it is {}.", state(incident.state)));
                message_buttons.push(Button::new(
                    "Resolve",
                    CustomId::new("incident.resolve", incident.number, ""),
                    Look::Success,
                ));
            }
            Gap::Service => lines.push(if services.is_empty() {
                "• Its service is unknown, and there are no services yet: `/service add`.".to_owned()
            } else {
                "• Its service is unknown. Choose it below, or write `/incident close service:…`.".to_owned()
            }),
            Gap::Review => {
                lines.push("• It was a major incident, and its review is not approved yet.".to_owned());
                message_buttons.push(Button::new(
                    "Review",
                    CustomId::new("incident.review", incident.number, ""),
                    Look::Primary,
                ));
            }
        }
    }
    let mut message = Message::say(lines.join("\n"));
    if gaps.contains(&Gap::Service) && !services.is_empty() {
        message = message.select(Select {
            custom_id: CustomId::new("incident.service", incident.number, "").into(),
            placeholder: "Which service was affected?".to_owned(),
            options: services
                .into_iter()
                .map(|(id, name)| SelectOption { label: name, value: id.to_string(), description: None })
                .collect(),
        });
    }
    if message_buttons.is_empty() { message } else { message.buttons(message_buttons) }
}

/// The words of an entry were removed.
pub fn redacted(incident: &Incident, entry: i64) -> Message {
    Message::say(format!(
        "The text of entry {entry} is gone from **{}**; that it was removed stays on record. \
         What was posted in chat stays there: delete it by hand.",
        incident.number
    ))
}

/// The service was set from a list of what a close needs.
pub fn service_set(incident: &Incident) -> Message {
    let message = Message::say(format!("Service of **{}**: {}.", incident.number, service(incident)));
    if incident.gaps(true).is_empty() {
        message.buttons(vec![Button::new("Close", CustomId::new("incident.close", incident.number, ""), Look::Primary)])
    } else {
        message
    }
}

/// A step was taken back.
pub fn undone(incident: &Incident, what: &str) -> Message {
    Message::say(format!("Taken back: {what} **{}** is {}.", incident.number, state(incident.state)))
}

/// Somebody joined another incident instead.
pub fn joined(incident: &Incident, other: &Incident) -> Message {
    Message::say(format!(
        "**{}** is cancelled as a duplicate; you are in the room of {}.",
        incident.number,
        headline(other)
    ))
}

/// One incident, whole, with the way to its room.
pub fn show(incident: &Incident, room: Option<Room>, beside: &Beside, links: &[Link]) -> Message {
    let way = match room {
        Some(Room { thread: Some(thread), .. }) => format!("Room: <#{thread}>"),
        Some(Room { channel, .. }) => format!("Its room opens in <#{channel}> in a moment."),
        None => "It has no card yet.".to_owned(),
    };
    let mut shown = card(incident, None, beside);
    if !links.is_empty() {
        let ties: Vec<String> = links
            .iter()
            .map(|link| {
                let (how, other) = link.seen_from(incident.number);
                format!("{how} **{other}**")
            })
            .collect();
        shown.append_text(&format!("Links: {}", ties.join(" · ")));
    }
    shown.append_text(&way);
    shown
}

/// On which timeline?
pub fn which_timeline(open: &[Listed], form: i64) -> Message {
    which_of("On which timeline?", "incident.capture", open, form)
}

/// For which incident is it a task?
pub fn which_task(open: &[Listed], form: i64) -> Message {
    which_of("For which incident is it a task?", "incident.task-from", open, form)
}

fn which_of(question: &str, action: &str, open: &[Listed], form: i64) -> Message {
    Message::say(question).select(Select {
        custom_id: CustomId::new(action, "", form).into(),
        placeholder: "Choose the incident".to_owned(),
        options: open
            .iter()
            .map(|incident| SelectOption {
                label: format!("{} · {}", incident.number, incident.title),
                value: incident.number.to_string(),
                description: Some(format!("{} · {}", incident.priority.name(), state(incident.state))),
            })
            .collect(),
    })
}
