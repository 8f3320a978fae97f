//! Refusals along the course of an incident: promises, waiting, passing it on, merging.

use chrono::{DateTime, Utc};

use super::refusal;
use crate::error::Refusal;
use crate::incident::reply::{moment, relative, state};
use crate::incident::{Incident, Offer, State};
use crate::number::Number;
use crate::snowflake::{RoleId, UserId};

/// It was resolved too long ago to be opened again.
pub fn settled(number: Number, days: i64) -> Refusal {
    let days = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
    refusal(
        "incident.reopen-window",
        format!(
            "**{number}** was resolved more than {days} ago, so it stays resolved. If the fault is back, declare a new one and link it: \
             `/incident declare`, then `/incident link to:{number} kind:recurrence-of`."
        ),
    )
}

/// There is no promise to be reminded of.
pub fn nothing_promised(number: Number) -> Refusal {
    refusal(
        "incident.promise",
        format!("No update is promised on **{number}** any more, so there is nothing to be reminded of."),
    )
}

/// A beginning after the end.
pub fn began_after_its_end(restored: DateTime<Utc>) -> Refusal {
    refusal("incident.started", format!("It cannot have started after it was restored, {}.", moment(restored)))
}

/// A restoration is moved that has not been.
pub fn not_restored_yet(number: Number) -> Refusal {
    refusal(
        "incident.restored",
        format!(
            "**{number}** is not resolved, so it has no restoration to move. Say it with `/incident resolve restored:…`."
        ),
    )
}

/// It waits already.
pub fn on_hold_already(incident: &Incident) -> Refusal {
    let since =
        incident.hold.as_ref().map(|hold| format!(" by <@{}> {}", hold.by, relative(hold.at))).unwrap_or_default();
    refusal(
        "incident.on-hold",
        format!("**{}** was put on hold{since} already. Go on with `/incident resume`.", incident.number),
    )
}

/// Nobody works on it, so nobody can wait.
pub fn hold_needs_somebody(number: Number) -> Refusal {
    refusal(
        "incident.in-progress",
        format!("Nobody works on **{number}** yet, so it cannot wait. Acknowledge it first: `/incident ack`."),
    )
}

/// The next check has passed.
pub fn next_check_in_the_past() -> Refusal {
    refusal(
        "incident.hold",
        "`until` lies in the past. When is it looked at again? Write it like `2h` or `14:00`.".to_owned(),
    )
}

/// It does not wait.
pub fn not_on_hold(number: Number, now: State) -> Refusal {
    refusal("incident.on-hold", format!("**{number}** is {}, not on hold: nothing to resume.", state(now)))
}

/// It waits for the answer of the same person.
pub fn offered_already(number: Number, offer: &Offer) -> Refusal {
    refusal(
        "incident.offer",
        format!(
            "Command of **{number}** was offered to <@{}> {} already. It waits for their answer.",
            offer.to,
            relative(offer.at)
        ),
    )
}

/// Command is not offered.
pub fn nothing_offered(number: Number) -> Refusal {
    refusal(
        "incident.offer",
        format!("Nobody offers command of **{number}** at the moment. Take it with `/incident role role:commander`."),
    )
}

/// Somebody else was asked.
pub fn offered_to_another(number: Number, to: UserId) -> Refusal {
    refusal("incident.offer", format!("Command of **{number}** is offered to <@{to}>, and waits for their own answer."))
}

/// That team has it.
pub fn with_that_team_already(number: Number, team: RoleId) -> Refusal {
    refusal("incident.team", format!("**{number}** is with <@&{team}> already."))
}

/// Functional escalation without a team.
pub fn which_team() -> Refusal {
    refusal(
        "incident.team",
        "To which team? A functional escalation names it: `/incident escalate to:functional role:@…`.".to_owned(),
    )
}

/// It cannot go on as itself.
pub fn merged_with_itself(number: Number) -> Refusal {
    refusal("incident.merge", format!("**{number}** cannot be merged into itself. Name the other one: `into:INC-…`."))
}

/// What it would go on as is not open.
pub fn parent_is_not_open(parent: &Incident) -> Refusal {
    refusal(
        "incident.merge",
        format!(
            "**{}** is {}, so nothing can be merged into it. Reopen it first, or link the two: `/incident link`.",
            parent.number,
            state(parent.state)
        ),
    )
}

/// A merge would tell of a restricted incident.
pub fn restricted_is_not_merged() -> Refusal {
    refusal(
        "incident.restricted",
        "A restricted incident is not merged: it would show to those outside, or hide the other from its people."
            .to_owned(),
    )
}

/// A drill is not merged into what is real.
pub fn kinds_differ(child: &Incident, parent: &Incident) -> Refusal {
    refusal(
        "incident.kind",
        format!(
            "**{}** is {} and **{}** is {}: what counts and what does not stay apart.",
            child.number,
            child.kind.name(),
            parent.number,
            parent.kind.name()
        ),
    )
}

/// A major incident is made an ordinary one without a word.
pub fn demotion_needs_a_reason(number: Number) -> Refusal {
    refusal(
        "incident.major",
        format!(
            "**{number}** is a major incident. That it is none needs a reason, for those who read it later: `reason:…`."
        ),
    )
}
