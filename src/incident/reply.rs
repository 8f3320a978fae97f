//! The words of incidents: the card, the answers, the refusals. Texts of people are escaped here, and nowhere later.

use chrono::{DateTime, Utc};

use super::{Acknowledgement, CloseAs, Code, Gap, Incident, Kind, Priority, Role, State};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Block, Button, Card, Field, Form, Look, Message, Row, Select, SelectOption};
use crate::chat::text::{esc, fit};
use crate::error::Refusal;
use crate::number::Number;
use crate::outbox::Room;
use crate::snowflake::{ChannelId, UserId};

/// The frame of what is over: grey.
const OVER: u32 = 0x66_70_85;
/// The frame of what is restored: green.
const RESTORED: u32 = 0x12_B7_6A;
/// Characters of a person's text on a card; the rest is in the room.
const EXCERPT: usize = 600;

/// A moment as each reader's own clock shows it, and how long ago.
pub fn moment(at: DateTime<Utc>) -> String {
    format!("<t:{0}:t> (<t:{0}:R>)", at.timestamp())
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

/// `INC-7 · P1 · checkout is down`, in markdown.
pub fn headline(incident: &Incident) -> String {
    format!("**{}** · {} · {}", incident.number, incident.priority.name(), esc(&incident.title))
}

/// The name of the room: plain text, never changed afterwards (Discord allows two renames in ten minutes).
pub fn room_name(incident: &Incident) -> String {
    let kind = kind(incident.kind).map(|kind| format!("{kind} ")).unwrap_or_default();
    crate::chat::text::thread_name(&format!("{} {kind}{}", incident.number, incident.title))
}

/// The live card.
pub fn card(incident: &Incident) -> Message {
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
            "**Closed** {} as {} by <@{}>{reason}",
            relative(closure.at),
            closed_as(closure.closed_as),
            closure.by
        ));
    }
    if !news.is_empty() {
        blocks.push(Block::Line);
        blocks.push(Block::Text(news.join("\n")));
    }
    blocks.push(Block::Row(Row::Buttons(buttons(incident))));
    Message::card(Card { colour: colour(incident), blocks })
}

fn heading(incident: &Incident) -> String {
    let kind = kind(incident.kind).map(|kind| format!("{kind} · ")).unwrap_or_default();
    let major = if incident.major { " · MAJOR" } else { "" };
    format!("### {kind}{} · {}{major} · {}", incident.number, incident.priority.name(), esc(&incident.title))
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

fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// Where the priority comes from.
fn basis(incident: &Incident) -> String {
    if incident.priority_fixed {
        format!("{} as given", incident.priority.name())
    } else {
        format!("{}: {} impact × {} urgency", incident.priority.name(), incident.impact.name(), incident.urgency.name())
    }
}

fn closed_as(closed_as: CloseAs) -> &'static str {
    match closed_as {
        CloseAs::Done => "done",
        CloseAs::Duplicate => "a duplicate",
        CloseAs::NotAnIncident => "no incident",
        CloseAs::Request => "a request",
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

/// The same message, with a button that takes the step back.
pub fn with_undo(message: Message, number: Number, seq: i64) -> Message {
    message.buttons(vec![Button::new("Undo", CustomId::new("incident.undo", number, seq), Look::Secondary)])
}

/// A declaration was heard, as this.
pub fn declared(incident: &Incident, channel: ChannelId, like_it: &[Incident], seq: i64) -> Message {
    let mut lines = vec![
        headline(incident),
        format!(
            "{} · {} · card and room in <#{channel}>.",
            service(incident),
            if incident.priority_fixed {
                format!("{} is fixed, as given: it does not follow impact and urgency", incident.priority.name())
            } else {
                basis(incident)
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
    if incident.priority == before.priority {
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
pub fn not_yet(incident: &Incident, services: Vec<(i64, String)>) -> Message {
    let gaps = incident.gaps();
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

/// The service was set from a list of what a close needs.
pub fn service_set(incident: &Incident) -> Message {
    let message = Message::say(format!("**{}** was on {}.", incident.number, service(incident)));
    if incident.gaps().is_empty() {
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
pub fn show(incident: &Incident, room: Option<Room>) -> Message {
    let way = match room {
        Some(Room { thread: Some(thread), .. }) => format!("Room: <#{thread}>"),
        Some(Room { channel, .. }) => format!("Card in <#{channel}>"),
        None => "It has no card yet.".to_owned(),
    };
    card_with(incident, &way)
}

fn card_with(incident: &Incident, line: &str) -> Message {
    let mut shown = card(incident);
    shown.append_text(line);
    shown
}

/// A list, one line each.
pub fn list(incidents: &[Incident], what: &str, page: i64, more: bool) -> Message {
    if incidents.is_empty() {
        return Message::say(if page > 0 {
            format!("There is no page {}.", page + 1)
        } else {
            format!("No incidents are {what}.")
        });
    }
    let mut lines: Vec<String> = incidents
        .iter()
        .map(|incident| {
            let title = fit(&incident.title, 70);
            let who = incident.roles.commander.map(|commander| format!(" · <@{commander}>")).unwrap_or_default();
            format!(
                "**{}** · {} · {} · {title} · {}{who} · {}",
                incident.number,
                incident.priority.name(),
                state(incident.state),
                service(incident),
                relative(incident.declared_at)
            )
        })
        .collect();
    if more {
        lines.push(format!("More with `page:{}`.", page + 2));
    }
    Message::say(lines.join("\n"))
}

/// What a search found.
pub fn found(incidents: &[Incident], text: &str) -> Message {
    if incidents.is_empty() {
        return Message::say(format!(
            "Nothing is found for {}. Fewer or other words may help.",
            crate::chat::text::code(text, 80)
        ));
    }
    list(incidents, "found", 0, false)
}

/// The form of an update.
pub fn update_form(number: Number, form: i64, text: &str, next: &str) -> Form {
    Form {
        custom_id: CustomId::new("incident.update-form", number, form).into(),
        title: format!("Update on {number}"),
        fields: vec![
            long_field("message", "How does it stand?", "Conditions, what we do, what we need", text, 1500, true),
            Field {
                name: "next-update".to_owned(),
                label: "When comes the next one? (optional)".to_owned(),
                placeholder: "30m or 14:00".to_owned(),
                value: next.to_owned(),
                long: false,
                required: false,
                longest: 40,
            },
        ],
    }
}

/// The form of a resolution.
pub fn resolve_form(number: Number, form: i64) -> Form {
    Form {
        custom_id: CustomId::new("incident.resolve-form", number, form).into(),
        title: format!("Resolve {number}"),
        fields: vec![
            long_field("summary", "What was done?", "Rolled back release 41", "", 1500, true),
            Field {
                name: "restored".to_owned(),
                label: "When did service come back, if not now?".to_owned(),
                placeholder: "10:05 or -20m".to_owned(),
                value: String::new(),
                long: false,
                required: false,
                longest: 40,
            },
        ],
    }
}

/// The form of a reopening.
pub fn reopen_form(number: Number, form: i64) -> Form {
    Form {
        custom_id: CustomId::new("incident.reopen-form", number, form).into(),
        title: format!("Reopen {number}"),
        fields: vec![long_field(
            "reason",
            "Why is it not over?",
            "Errors are back on two of five hosts",
            "",
            500,
            true,
        )],
    }
}

fn long_field(name: &str, label: &str, placeholder: &str, value: &str, longest: usize, required: bool) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: placeholder.to_owned(),
        value: value.to_owned(),
        long: true,
        required,
        longest,
    }
}

/// What is said where a form cannot be opened at once.
pub fn open_form(number: Number, form: i64) -> Message {
    Message::say(format!("This needs a form for **{number}**.")).buttons(vec![Button::new(
        "Open form",
        CustomId::new("incident.form", number, form),
        Look::Primary,
    )])
}

/// The reminder of a promise that passed.
pub fn promise_passed(incident: &Incident, due_at: DateTime<Utc>, late: bool) -> String {
    let late = if late { " This reminder is late: wardroom was not running." } else { "" };
    format!(
        "the update on **{}** was promised for {}. How does it stand? `/incident update`{late}",
        incident.number,
        moment(due_at)
    )
}

fn refusal(guard: &'static str, sentence: String) -> Refusal {
    Refusal::new(guard, sentence)
}

/// There is no such incident here.
pub fn unknown(number: Number) -> Refusal {
    refusal("incident.exists", format!("There is no **{number}** here. `/incident list` shows those that are open."))
}

/// No record was named, and this is no room.
pub fn which() -> Refusal {
    refusal(
        "incident.named",
        "Which incident? Name it with `incident:INC-7`, or use the command in its room.".to_owned(),
    )
}

/// Somebody else was faster.
pub fn changed_meanwhile(number: Number) -> Refusal {
    refusal("incident.version", format!("**{number}** changed while you were typing. Look at it again, then retry."))
}

pub(super) fn begins_in_the_future() -> Refusal {
    refusal(
        "incident.started",
        "`started` lies in the future. When did it begin? Write it like `10:05` or `-20m`.".to_owned(),
    )
}

pub(super) fn acknowledged_already(number: Number, before: &Acknowledgement) -> Refusal {
    refusal(
        "incident.acknowledged",
        format!(
            "**{number}** was acknowledged by <@{}> {}. Nothing to do; help in its room.",
            before.by,
            relative(before.at)
        ),
    )
}

pub(super) fn is_over(number: Number, now: State) -> Refusal {
    refusal(
        "incident.over",
        format!(
            "**{number}** is {}, and that is final. If the fault is back, declare a new one: `/incident declare`.",
            state(now)
        ),
    )
}

pub(super) fn is_resolved(number: Number, deed: &str) -> Refusal {
    refusal(
        "incident.open",
        format!(
            "**{number}** is resolved, so it cannot be {deed}. It can be closed (`/incident close`) or reopened (`/incident reopen`)."
        ),
    )
}

pub(super) fn is_open_already(number: Number, now: State) -> Refusal {
    refusal("incident.resolved", format!("**{number}** is {}: it is open already.", state(now)))
}

pub(super) fn resolved_already(incident: &Incident) -> Refusal {
    let by = incident
        .resolution
        .as_ref()
        .map(|resolution| format!(" by <@{}> {}", resolution.by, relative(resolution.at)))
        .unwrap_or_default();
    refusal(
        "incident.open",
        format!(
            "**{}** was resolved{by}. It can be closed (`/incident close`) or reopened (`/incident reopen`).",
            incident.number
        ),
    )
}

pub(super) fn promises_nothing(number: Number) -> Refusal {
    refusal(
        "incident.promise",
        format!("**{number}** is resolved, so no next update can be promised. Leave `next-update` out."),
    )
}

pub(super) fn promise_in_the_past() -> Refusal {
    refusal(
        "incident.promise",
        "`next-update` lies in the past. When will you tell more? Write it like `30m` or `14:00`.".to_owned(),
    )
}

pub(super) fn holds_it_already(number: Number, which: Role, holder: UserId) -> Refusal {
    refusal("incident.role", format!("<@{holder}> has {} on **{number}** already.", role(which)))
}

pub(super) fn nothing_changes(number: Number) -> Refusal {
    refusal(
        "incident.changes",
        format!(
            "Nothing changes on **{number}**: give an `impact`, `urgency`, `priority`, `major` or `service` that differs."
        ),
    )
}

pub(super) fn restored_in_the_future() -> Refusal {
    refusal(
        "incident.restored",
        "`restored` lies in the future. Service is restored when it is: leave it out for now, or give a time that has passed, like `-10m`."
            .to_owned(),
    )
}

pub(super) fn restored_before_it_began(began: DateTime<Utc>) -> Refusal {
    refusal("incident.restored", format!("`restored` lies before the incident began, {}.", moment(began)))
}

pub(super) fn cannot_close_yet(incident: &Incident) -> Refusal {
    refusal("incident.gaps", not_yet(incident, Vec::new()).text())
}

pub(super) fn close_needs_a_reason(number: Number, closed_as: CloseAs) -> Refusal {
    let example = match closed_as {
        CloseAs::Duplicate => "same as INC-3",
        CloseAs::NotAnIncident | CloseAs::Done => "the monitor was wrong",
        CloseAs::Request => "asked for more disk",
    };
    refusal(
        "incident.reason",
        format!(
            "**{number}** closed as {} needs a reason, for those who read it later: `reason:{example}`.",
            self::closed_as(closed_as)
        ),
    )
}

pub(super) fn nothing_to_undo(number: Number) -> Refusal {
    refusal(
        "incident.undo",
        format!(
            "There is nothing on **{number}** that can be taken back. Closes are final; say what is right with `/incident note`."
        ),
    )
}

/// The last step is somebody else's, too old, or not the one meant.
pub fn not_yours_to_undo(number: Number, why: &str) -> Refusal {
    refusal("incident.undo", format!("That cannot be taken back on **{number}**: {why}"))
}

/// Nothing was said to be done.
pub fn no_such_entry(number: Number, entry: i64) -> Refusal {
    refusal("incident.entry", format!("**{number}** has no entry {entry}. `/incident timeline` shows their numbers."))
}

/// An entry has no text that could be corrected or redacted.
pub fn entry_has_no_text(number: Number, entry: i64) -> Refusal {
    refusal(
        "incident.entry",
        format!(
            "Entry {entry} of **{number}** has no text of a person to correct or redact. Add a note instead: `/incident note`."
        ),
    )
}

/// Both were asked at once.
pub fn correct_or_redact() -> Refusal {
    refusal("incident.entry", "Give either `correct` or `redact`, together with the `entry` that is meant.".to_owned())
}

pub(super) fn is_itself(number: Number) -> Refusal {
    refusal("incident.join", format!("**{number}** is this incident itself. Choose another."))
}

/// Somebody wants to join what is no longer open.
pub fn is_over_for_joining(other: &Incident) -> Refusal {
    refusal(
        "incident.open",
        format!(
            "**{}** is {} by now, so there is nothing to join. Go on with your own.",
            other.number,
            state(other.state)
        ),
    )
}

/// A message command was used on a message without words.
pub fn message_without_text() -> Refusal {
    refusal("incident.title", "That message has no text to take a title from. Use `/incident declare`.".to_owned())
}

/// A message is on the timeline already.
pub fn kept_already(number: Number, entry: i64) -> Refusal {
    refusal("incident.kept", format!("That message is on the timeline of **{number}** already, as entry {entry}."))
}

/// Nothing is open, so there is no timeline to add to.
pub fn no_open_incident() -> Refusal {
    refusal(
        "incident.open",
        "No incident is open here. Declare one first (`/incident declare`), or use this in the room of the incident."
            .to_owned(),
    )
}

/// On which timeline?
pub fn which_timeline(open: &[Incident], form: i64) -> Message {
    Message::say("On which timeline?").select(Select {
        custom_id: CustomId::new("incident.capture", "", form).into(),
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
