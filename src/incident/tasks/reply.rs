//! The words of tasks.

use super::{Task, stage_name};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look, Message, Select, SelectOption};
use crate::chat::text::fit;
use crate::error::Refusal;
use crate::incident::Incident;
use crate::incident::history::{Stage, TaskState};
use crate::incident::reply;

/// Characters of a task in a list.
const EXCERPT: usize = 150;
/// Tasks that one list shows.
const LISTED: usize = 7;

fn name(task: &Task) -> String {
    format!("**{}/{}**", task.incident, task.number)
}

fn who_and_when(task: &Task) -> String {
    let owner = task.owner.map_or_else(|| " · nobody has it".to_owned(), |owner| format!(" · <@{owner}>"));
    let due = task.due_at.map(|due| format!(" · due {}", reply::due(due))).unwrap_or_default();
    format!("{owner}{due}")
}

/// The message in the room that shows a task, with what can be done to it.
pub fn line(task: &Task) -> Message {
    let what = if task.stage == Stage::FollowUp { "Follow-up" } else { "Task" };
    let text = fit(&task.text, 600);
    match task.state {
        TaskState::Open => {
            Message::say(format!("☑️ {what} {}: {text}{}", name(task), who_and_when(task))).buttons(buttons(task))
        }
        TaskState::Done => Message::say(format!("✅ ~~{what} {}: {text}~~ · done", name(task))).buttons(Vec::new()),
        TaskState::Dropped => {
            Message::say(format!("✖️ ~~{what} {}: {text}~~ · not needed", name(task))).buttons(Vec::new())
        }
    }
}

/// What can be done to an open task.
pub fn buttons(task: &Task) -> Vec<Button> {
    let id = |action: &str| CustomId::new(action, task.incident, task.number);
    let mut row = vec![Button::new("Done", id("incident.task-done"), Look::Success)];
    if task.owner.is_none() {
        row.push(Button::new("Take it", id("incident.task-take"), Look::Secondary));
    }
    row.push(Button::new("Not needed", id("incident.task-drop"), Look::Secondary));
    row
}

/// A task as one line of a list.
pub fn listed(task: &Task) -> String {
    let text = fit(&task.text, EXCERPT);
    match task.state {
        TaskState::Open => format!("☑️ {} {text}{}", name(task), who_and_when(task)),
        TaskState::Done => format!("✅ ~~{} {text}~~", name(task)),
        TaskState::Dropped => format!("✖️ ~~{} {text}~~", name(task)),
    }
}

/// A task was set.
pub fn added(task: &Task) -> Message {
    let reminder = match (task.due_at, task.owner) {
        (Some(_), Some(owner)) => format!(" <@{owner}> is reminded when it is due."),
        (Some(_), None) => " The commander is reminded when it is due.".to_owned(),
        (None, _) => String::new(),
    };
    let stage = if task.stage == Stage::FollowUp { "follow-up" } else { "task" };
    Message::say(format!("Noted as {stage} {}{}.{reminder}", name(task), who_and_when(task)))
}

/// A task is done.
pub fn done(task: &Task) -> Message {
    Message::say(format!("{} is done. Well done.", name(task)))
}

/// A task is not needed.
pub fn dropped(task: &Task) -> Message {
    Message::say(format!("{} is off the list; why stays on record.", name(task)))
}

/// Somebody has a task.
pub fn taken(task: &Task) -> Message {
    let due = task.due_at.map(|due| format!(", due {}", reply::due(due))).unwrap_or_default();
    Message::say(format!("{} is yours{due}.", name(task)))
}

/// The tasks of an incident: those to be done first.
pub fn list(incident: &Incident, tasks: &[Task]) -> Message {
    if tasks.is_empty() {
        return Message::say(format!(
            "**{}** has no tasks. Set one with `/incident task add`, or with `Make a task` on a message.",
            incident.number
        ));
    }
    let (open, over): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(|task| task.state == TaskState::Open);
    let mut lines = vec![format!("**Tasks of {}**: {} to do, {} settled", incident.number, open.len(), over.len())];
    lines.extend(open.iter().take(LISTED).map(|task| listed(task)));
    if open.len() > LISTED {
        lines.push(format!("… and {} more: settle some of these, or see all in the report.", open.len() - LISTED));
    }
    lines.extend(over.iter().rev().take(LISTED.saturating_sub(open.len())).rev().map(|task| listed(task)));
    let message = Message::say(lines.join("\n"));
    if open.is_empty() {
        return message;
    }
    message.select(Select {
        custom_id: CustomId::new("incident.task-done", incident.number, "").into(),
        placeholder: "Which one is done?".to_owned(),
        options: open
            .iter()
            .take(25)
            .map(|task| SelectOption {
                label: format!("{} · {}", task.number, task.text),
                value: task.number.to_string(),
                description: Some(stage_name(task.stage).to_owned()),
            })
            .collect(),
    })
}

/// A task is due, and not done.
pub fn reminder(task: &Task, late: bool) -> String {
    let late = if late { " This reminder is late: wardroom was not running." } else { "" };
    let due = task.due_at.map(|due| format!(" was due {}", reply::due(due))).unwrap_or_default();
    format!("{}{due}: {}{late}", name(task), fit(&task.text, 300))
}

/// A message command was used on a message without words.
pub fn message_without_task() -> Refusal {
    Refusal::new("incident.task", "That message has no text to make a task of. Use `/incident task add`.")
}
