//! The words along the course of an incident: waiting, passing it on, links, impact.

use chrono::{DateTime, Utc};

use super::{headline, moment, relative, role, service, state};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look, Message, Ping};
use crate::chat::text::{esc, fit};
use crate::incident::history::{Degree, TaskState, Window};
use crate::incident::tasks::{self, Task};
use crate::incident::{Escalation, HoldReason, Incident, Role};
use crate::link::Kind as LinkKind;
use crate::snowflake::UserId;

/// Windows of impact in one message.
const WINDOWS: usize = 10;
/// Characters of a packet: a message holds 2,000.
const PACKET: usize = 1850;

/// For what it waits, in a sentence.
pub fn waits_for(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Customer => "the customer",
        HoldReason::Supplier => "the supplier",
        HoldReason::Change => "a change",
        HoldReason::Problem => "the cause to be found",
    }
}

/// It waits.
pub fn held(incident: &Incident) -> Message {
    let Some(hold) = &incident.hold else { return Message::say(headline(incident)) };
    let check = hold.until.map_or_else(
        || "No next check is set: add `until:2h` to be reminded.".to_owned(),
        |until| format!("You are reminded {}.", relative(until)),
    );
    Message::say(format!(
        "**{}** waits for {}. {check} Go on with `/incident resume`.",
        incident.number,
        waits_for(hold.reason)
    ))
}

/// It goes on.
pub fn resumed(incident: &Incident) -> Message {
    Message::say(format!("**{}** goes on.", incident.number))
}

/// Reminders are put off.
pub fn snoozed(incident: &Incident, until: DateTime<Utc>) -> Message {
    Message::say(format!(
        "Reminders of **{}** are quiet until {}. The promise itself is still open: `/incident update`.",
        incident.number,
        moment(until)
    ))
}

/// Command was offered.
pub fn offered(incident: &Incident, to: UserId) -> Message {
    let keeps = incident
        .roles
        .commander
        .map_or_else(|| "nobody is in command".to_owned(), |commander| format!("<@{commander}> stays in command"));
    Message::say(format!(
        "<@{to}> is asked to take command of **{}**, with all they need to know, in its room. Until they accept, {keeps}.",
        incident.number
    ))
}

/// What whoever takes over has to know. `events` are the last ones, oldest first.
pub fn packet(incident: &Incident, to: UserId, tasks: &[Task], events: &[String]) -> Message {
    let by = incident.offer.as_ref().map(|offer| format!("<@{}> offers you", offer.by));
    let mut lines = vec![format!(
        "<@{to}>, {} command of {}.",
        by.unwrap_or_else(|| "you are offered".to_owned()),
        headline(incident)
    )];
    lines.push(format!(
        "**State** {} · {} · declared {}",
        state(incident.state),
        service(incident),
        relative(incident.declared_at)
    ));
    let roles: Vec<String> = [Role::Commander, Role::Communications, Role::Scribe]
        .into_iter()
        .filter_map(|which| Some(format!("{} <@{}>", role(which), incident.roles.holder(which)?)))
        .collect();
    lines.push(format!("**Roles** {}", if roles.is_empty() { "nobody has one".to_owned() } else { roles.join(" · ") }));
    lines.push(match &incident.promise {
        Some(promise) => format!("**Promised** an update by {}, said <@{}>", moment(promise.due_at), promise.by),
        None => "**Promised** nothing".to_owned(),
    });
    if let Some(update) = &incident.update {
        lines.push(format!("**Last update** {}: {}", relative(update.at), fit(&update.text, 250)));
    }
    let open: Vec<&Task> = tasks.iter().filter(|task| task.state == TaskState::Open).collect();
    if open.is_empty() {
        lines.push("**Open tasks** none".to_owned());
    } else {
        lines.push(format!("**Open tasks** {}", open.len()));
        lines.extend(open.iter().take(4).map(|task| tasks::listed(task)));
    }
    lines.push("**Last events**".to_owned());
    let mut room = PACKET.saturating_sub(lines.iter().map(|line| line.chars().count() + 1).sum());
    let mut shown: Vec<&String> = Vec::new();
    for event in events.iter().rev() {
        let size = event.chars().count() + 1;
        if size > room {
            break;
        }
        room -= size;
        shown.push(event);
    }
    lines.extend(shown.into_iter().rev().cloned());
    let id = |action: &str| CustomId::new(action, incident.number, "");
    Message::say(lines.join("\n")).ping(Ping::User(to)).buttons(vec![
        Button::new("Accept command", id("incident.accept"), Look::Success),
        Button::new("Decline", id("incident.decline"), Look::Secondary),
    ])
}

/// What stands in place of a packet once it was answered.
pub fn offer_settled(incident: &Incident, by: UserId, accepted: bool) -> Message {
    Message::say(match (accepted, &incident.offer) {
        (true, _) => format!("<@{by}> accepted command of **{}**.", incident.number),
        (false, Some(offer)) if offer.to == by => format!("<@{by}> declined command of **{}**.", incident.number),
        (false, _) => format!("The offer of command of **{}** was taken back.", incident.number),
    })
}

/// Command stays where it is.
pub fn declined(incident: &Incident) -> Message {
    let who = incident
        .roles
        .commander
        .map_or_else(|| "Nobody is in command".to_owned(), |commander| format!("<@{commander}> stays in command"));
    Message::say(format!("The offer is off. {who} of **{}**.", incident.number))
}

fn named(called: &[Ping]) -> String {
    called.iter().map(Ping::to_string).collect::<Vec<_>>().join(", ")
}

/// It was escalated.
pub fn escalated(incident: &Incident, to: Escalation, called: &[Ping]) -> Message {
    Message::say(match (to, called.is_empty()) {
        (Escalation::Functional, _) => {
            format!("**{}** is with {} now, who were called.", incident.number, named(called))
        }
        (Escalation::Hierarchic, false) => {
            format!("**{}** is escalated to level {}: {} were told.", incident.number, incident.level, named(called))
        }
        (Escalation::Hierarchic, true) => format!(
            "**{}** is escalated to level {}, and that is on record. Nobody could be called: no role is mapped as `incident-manager` or `manager` \
             (`/setup role`), and the service has no owner.",
            incident.number, incident.level
        ),
    })
}

/// The words that call those to whom it was escalated.
pub fn escalated_call(incident: &Incident, to: Escalation, by: UserId, reason: Option<&str>) -> String {
    let why = reason.map(|reason| format!(": {}", fit(reason, 400))).unwrap_or_default();
    match to {
        Escalation::Functional => {
            format!("<@{by}> asks your team to take over {} · {}{why}", headline(incident), service(incident))
        }
        Escalation::Hierarchic => {
            format!("<@{by}> escalates {} to level {} · {}{why}", headline(incident), incident.level, service(incident))
        }
    }
}

/// Two records were linked.
pub fn linked(incident: &Incident, kind: LinkKind, other: &Incident) -> Message {
    Message::say(format!("**{}** is {} {}.", incident.number, kind.forwards(), headline(other)))
}

/// One incident goes on as another.
pub fn merged(child: &Incident, parent: &Incident) -> Message {
    Message::say(format!(
        "**{}** goes on as {}: its clocks stop, its people are invited, and {} counts from {}.",
        child.number,
        headline(parent),
        parent.number,
        moment(parent.began_at())
    ))
}

/// The windows of impact.
pub fn impact(incident: &Incident, windows: &[Window]) -> Message {
    if windows.is_empty() {
        return Message::say(format!("**{}** had no impact on any service.", incident.number));
    }
    let mut lines = vec![format!("**Impact of {}**", incident.number)];
    // The newest, when not all fit into a message.
    let hidden = windows.len().saturating_sub(WINDOWS);
    if hidden > 0 {
        lines.push(format!("-# {hidden} earlier ones are in `/incident report`."));
    }
    for window in &windows[hidden..] {
        let degree = match window.degree {
            Degree::Outage => "🔴 outage",
            Degree::Degraded => "🟠 degradation",
        };
        let service = window
            .service
            .as_ref()
            .map_or_else(|| "service unknown".to_owned(), |service| esc(&service.name).to_string());
        let until = window.until.map_or_else(
            || "still going on".to_owned(),
            |until| format!("until {} · {} min", moment(until), (until - window.from).num_minutes()),
        );
        lines.push(format!("`{}` {degree} of {service} from {} {until}", window.number, moment(window.from)));
    }
    lines.push("-# Correct one with `/incident impact window:…`; add one with `from`.".to_owned());
    Message::say(lines.join("\n"))
}

/// The summary goes along as files.
pub fn report(incident: &Incident, entries: usize) -> Message {
    Message::say(format!("📄 Summary of {} from its {entries} journal entries.", headline(incident)))
}
