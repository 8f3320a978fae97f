//! Why something was not done to an incident, and what to do instead.

mod course;
mod work;

use chrono::{DateTime, Utc};

use super::{closed_as, moment, not_yet, relative, role, state};
use crate::error::Refusal;
use crate::incident::{Acknowledgement, CloseAs, Incident, Role, State};
use crate::number::Number;
use crate::snowflake::UserId;

pub use course::*;
pub use work::*;

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

pub(in crate::incident) fn begins_in_the_future() -> Refusal {
    refusal(
        "incident.started",
        "`started` lies in the future. When did it begin? Write it like `10:05` or `-20m`.".to_owned(),
    )
}

pub(in crate::incident) fn acknowledged_already(number: Number, before: &Acknowledgement) -> Refusal {
    refusal(
        "incident.acknowledged",
        format!(
            "**{number}** was acknowledged by <@{}> {}. Nothing to do; help in its room.",
            before.by,
            relative(before.at)
        ),
    )
}

pub(in crate::incident) fn is_over(number: Number, now: State) -> Refusal {
    refusal(
        "incident.over",
        format!(
            "**{number}** is {}, and that is final. If the fault is back, declare a new one: `/incident declare`.",
            state(now)
        ),
    )
}

pub(in crate::incident) fn is_resolved(number: Number, deed: &str) -> Refusal {
    refusal(
        "incident.open",
        format!(
            "**{number}** is resolved, so it cannot be {deed}. It can be closed (`/incident close`) or reopened (`/incident reopen`)."
        ),
    )
}

pub(in crate::incident) fn is_open_already(number: Number, now: State) -> Refusal {
    refusal("incident.resolved", format!("**{number}** is {}: it is open already.", state(now)))
}

pub(in crate::incident) fn resolved_already(incident: &Incident) -> Refusal {
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

pub(in crate::incident) fn promises_nothing(number: Number) -> Refusal {
    refusal(
        "incident.promise",
        format!("**{number}** is resolved, so no next update can be promised. Leave `next-update` out."),
    )
}

pub(in crate::incident) fn promise_in_the_past() -> Refusal {
    refusal(
        "incident.promise",
        "`next-update` lies in the past. When will you tell more? Write it like `30m` or `14:00`.".to_owned(),
    )
}

pub(in crate::incident) fn holds_it_already(number: Number, which: Role, holder: UserId) -> Refusal {
    refusal("incident.role", format!("<@{holder}> has {} on **{number}** already.", role(which)))
}

pub(in crate::incident) fn nothing_changes(number: Number) -> Refusal {
    refusal(
        "incident.changes",
        format!(
            "Nothing changes on **{number}**: give an `impact`, `urgency`, `priority`, `major` or `service` that differs."
        ),
    )
}

pub(in crate::incident) fn restored_in_the_future() -> Refusal {
    refusal(
        "incident.restored",
        "`restored` lies in the future. Service is restored when it is: leave it out for now, or give a time that has passed, like `-10m`."
            .to_owned(),
    )
}

pub(in crate::incident) fn restored_before_it_began(began: DateTime<Utc>) -> Refusal {
    refusal("incident.restored", format!("`restored` lies before the incident began, {}.", moment(began)))
}

pub(in crate::incident) fn cannot_close_yet(incident: &Incident, reviewed: bool) -> Refusal {
    refusal("incident.gaps", not_yet(incident, reviewed, Vec::new()).text())
}

pub(in crate::incident) fn close_needs_a_reason(number: Number, wanted: CloseAs) -> Refusal {
    let example = match wanted {
        CloseAs::Duplicate => "same as INC-3",
        CloseAs::NotAnIncident | CloseAs::Done => "the monitor was wrong",
        CloseAs::Request => "asked for more disk",
    };
    refusal(
        "incident.reason",
        format!(
            "**{number}** closed as {} needs a reason, for those who read it later: `reason:{example}`.",
            closed_as(wanted)
        ),
    )
}

pub(in crate::incident) fn nothing_to_undo(number: Number) -> Refusal {
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

pub(in crate::incident) fn is_itself(number: Number) -> Refusal {
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

/// Something is said to have happened later than now.
pub(in crate::incident) fn event_in_the_future() -> Refusal {
    refusal(
        "incident.event-time",
        "`at` lies in the future. When did it happen? Write it like `10:05` or `-20m`.".to_owned(),
    )
}

/// A role was to go to a bot.
pub(in crate::incident) fn is_a_program(holder: UserId) -> Refusal {
    refusal("incident.human", format!("<@{holder}> is a program. A role needs a person who answers for it."))
}
