//! Refusals around tasks, links, impact and the review.

use chrono::{DateTime, Utc};

use super::refusal;
use crate::chat::text::code as as_typed;
use crate::error::Refusal;
use crate::incident::history::{ReviewState, TaskState};
use crate::incident::reply::moment;
use crate::incident::tasks::Task;
use crate::number::Number;

/// There is no such task.
pub fn no_such_task(number: Number, task: &str) -> Refusal {
    refusal(
        "incident.task",
        format!("**{number}** has no task {}. `/incident task list` shows their numbers.", as_typed(task, 20)),
    )
}

/// The task is settled.
pub fn task_is_over(number: Number, task: &Task) -> Refusal {
    let how = match task.state {
        TaskState::Done => "done",
        TaskState::Dropped => "not needed any more",
        TaskState::Open => "open",
    };
    refusal("incident.task", format!("Task {} of **{number}** is {how} already.", task.number))
}

/// The due time has passed.
pub fn task_due_in_the_past() -> Refusal {
    refusal(
        "incident.task",
        "`due` lies in the past. Until when? Write it like `30m`, `2d` or `2026-12-01`.".to_owned(),
    )
}

/// The task has that owner.
pub fn task_is_yours(number: Number, task: i64) -> Refusal {
    refusal("incident.task", format!("Task {task} of **{number}** is yours already."))
}

/// The other end of a link is not there, or not to be seen.
pub fn no_such_record(typed: &str) -> Refusal {
    refusal(
        "link.exists",
        format!(
            "There is no {} here to link to. Incidents can be linked, by their number: `to:INC-7`.",
            as_typed(typed, 40)
        ),
    )
}

/// It cannot be linked to itself.
pub fn linked_to_itself(number: Number) -> Refusal {
    refusal("link.self", format!("**{number}** cannot be linked to itself. Name the other one: `to:INC-…`."))
}

/// That link is there.
pub fn linked_already(number: Number, to: Number) -> Refusal {
    refusal("link.exists", format!("**{number}** is linked to **{to}** in that way already."))
}

/// A restricted incident shows on no other.
pub fn restricted_is_not_linked(to: Number) -> Refusal {
    refusal(
        "link.restricted",
        format!("**{to}** is restricted: link it from its own room, where only its people read it."),
    )
}

/// There is no such window.
pub fn no_such_window(number: Number, window: i64) -> Refusal {
    refusal("impact.window", format!("**{number}** has no impact window {window}. `/incident impact` shows them."))
}

/// A window that ends before it begins.
pub fn window_reversed(from: DateTime<Utc>) -> Refusal {
    refusal("impact.window", format!("The impact cannot end before it began, {}.", moment(from)))
}

/// Impact that is still to come.
pub fn window_in_the_future(option: &str) -> Refusal {
    refusal(
        "impact.window",
        format!(
            "`{option}` lies in the future. Impact is what has happened; planned work goes into a maintenance window."
        ),
    )
}

/// A window without a beginning.
pub fn window_needs_from() -> Refusal {
    refusal(
        "impact.window",
        "When did it begin? A new impact window needs `from`, like `10:05`; one that exists is named by `window`."
            .to_owned(),
    )
}

/// What was cancelled or merged has no impact.
pub fn no_impact_on_what_was_none(number: Number) -> Refusal {
    refusal("impact.window", format!("**{number}** was cancelled or merged, so it has no impact of its own."))
}

/// It is not resolved.
pub fn review_too_early(number: Number) -> Refusal {
    refusal(
        "review.resolved",
        format!(
            "**{number}** is not resolved yet. First restore service; what is learnt now can be kept with `/incident note`."
        ),
    )
}

/// It was cancelled or merged.
pub fn nothing_to_review(number: Number) -> Refusal {
    refusal("review.cancelled", format!("**{number}** was cancelled or merged, so there is nothing to review."))
}

/// The review is in another state.
pub fn review_is(number: Number, state: ReviewState, wanted: &str) -> Refusal {
    let is = match state {
        ReviewState::None => "not begun yet",
        ReviewState::Draft => "still a draft",
        ReviewState::InReview => "being reviewed",
        ReviewState::Approved => "approved, and that is final",
    };
    refusal("review.state", format!("The review of **{number}** is {is}, so it cannot be {wanted}."))
}

/// No review was begun.
pub fn no_review(number: Number) -> Refusal {
    refusal("review.exists", format!("**{number}** has no review yet. Begin one with `/incident review`."))
}

/// Nothing is written that could be approved.
pub fn review_is_empty(number: Number) -> Refusal {
    refusal(
        "review.factors",
        format!(
            "The review of **{number}** names no contributing factor yet. Write down what made it possible: `/incident review`."
        ),
    )
}

/// Nobody approves what they submitted.
pub fn own_review(number: Number) -> Refusal {
    refusal(
        "review.approver",
        format!(
            "You submitted the review of **{number}**, so somebody else approves it: another pair of eyes is the point."
        ),
    )
    .on_record()
}

/// What somebody else wrote meanwhile and what was written here cannot both stand.
pub fn review_conflict(number: Number, conflicts: &[String]) -> Refusal {
    refusal(
        "review.version",
        format!(
            "The review of **{number}** was changed while you wrote. What does not conflict would be kept; these do:\n{}\nYour text is safe: open the form again.",
            conflicts.join("\n")
        ),
    )
}
