//! What people did and said: tasks, links, updates, decisions.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::reading::Reading;
use crate::incident::Audience;
use crate::snowflake::UserId;

/// When a task is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// To restore service.
    Response,
    /// Afterwards, so that it does not happen again.
    FollowUp,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// Not to be done any more.
    Dropped,
}

impl TaskState {
    /// The state in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// From 1 within the incident.
    pub number: i64,
    /// What; none when it was removed.
    pub text: Option<String>,
    /// By whom, if anybody has it.
    pub owner: Option<UserId>,
    /// Until when, if that was said.
    pub due: Option<DateTime<Utc>>,
    /// When it is for.
    pub stage: Stage,
    /// Where it stands.
    pub state: TaskState,
    /// When it was set.
    pub added_at: DateTime<Utc>,
    /// When it was done or dropped.
    pub settled_at: Option<DateTime<Utc>>,
    /// What came of it, or why it was dropped.
    pub outcome: Option<String>,
    /// The numbers of the journal entries that this rests on.
    pub entries: Vec<i64>,
}

/// A tie to another record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The other record: `PRB-3`.
    pub record: String,
    /// How they are tied: `caused-by`; `merged-into`, `absorbed` and `joined` for duplicates.
    pub kind: String,
    /// Whether this record says it of the other; the other says it of this one otherwise.
    pub outgoing: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none when the name was removed.
    pub by: Option<UserId>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// The others were told how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// For whom.
    pub audience: Audience,
    /// How it stands; none when it was removed.
    pub text: Option<String>,
    /// What is being done (technical).
    pub actions: Option<String>,
    /// What is needed (technical).
    pub needs: Option<String>,
    /// What it means for those served (management).
    pub impact: Option<String>,
    /// What comes next (management).
    pub next_steps: Option<String>,
    /// When the next one was promised.
    pub promised: Option<DateTime<Utc>>,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none when the name was removed.
    pub by: Option<UserId>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// Management was told by wardroom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Why: declare, cadence, resolve or major.
    pub phase: String,
    /// In which channel (its id).
    pub channel: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// Somebody said something that stands on its own: a decision, the reason of a reopening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What; none when it was not said or was removed.
    pub text: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none when the name was removed.
    pub by: Option<UserId>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

pub(super) fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// Takes an entry about a task.
pub(super) fn take_task(tasks: &mut Vec<Task>, reading: &Reading<'_>) {
    let Some(number) = reading.number("task") else { return };
    if reading.action() == "incident.task-add" {
        tasks.retain(|task| task.number != number);
        tasks.push(Task {
            number,
            text: owned(reading.text("text")),
            owner: reading.person("owner"),
            due: reading.instant("due"),
            stage: if reading.told.text("stage") == Some("follow-up") { Stage::FollowUp } else { Stage::Response },
            state: TaskState::Open,
            added_at: reading.at,
            settled_at: None,
            outcome: None,
            entries: reading.entries(),
        });
        return;
    }
    let Some(task) = tasks.iter_mut().find(|task| task.number == number) else { return };
    match reading.action() {
        "incident.task-done" => {
            task.state = TaskState::Done;
            task.settled_at = Some(reading.at);
            task.outcome = owned(reading.text("result"));
        }
        "incident.task-drop" => {
            task.state = TaskState::Dropped;
            task.settled_at = Some(reading.at);
            task.outcome = owned(reading.text("reason"));
        }
        "incident.task-take" => task.owner = reading.person("owner"),
        // A reminder names the task, and changes nothing about it.
        _ => return,
    }
    task.entries.extend(reading.entries());
}

/// The tie that an entry made, if it made one.
pub(super) fn link(reading: &Reading<'_>) -> Option<Link> {
    let (record, kind, outgoing) = match reading.action() {
        "incident.link" => ("to", reading.told.text("link")?, true),
        "incident.linked" => ("from", reading.told.text("link")?, false),
        "incident.merge" => ("into", "merged-into", true),
        "incident.join" => ("into", "joined", true),
        "incident.absorb" => ("child", "absorbed", true),
        _ => return None,
    };
    Some(Link {
        record: reading.told.text(record)?.to_owned(),
        kind: kind.to_owned(),
        outgoing,
        at: reading.at,
        by: reading.told.actor,
        entries: reading.entries(),
    })
}

pub(super) fn update(reading: &Reading<'_>) -> Update {
    let text = |field: &str| owned(reading.text(field));
    Update {
        audience: reading.told.text("audience").and_then(Audience::named).unwrap_or(Audience::Technical),
        text: text("update"),
        actions: text("actions"),
        needs: text("needs"),
        impact: text("impact-words"),
        next_steps: text("next-steps"),
        promised: reading.instant("promise-due"),
        at: reading.at,
        by: reading.told.actor,
        entries: reading.entries(),
    }
}

pub(super) fn notice(reading: &Reading<'_>) -> Notice {
    Notice {
        phase: reading.told.text("phase").unwrap_or_default().to_owned(),
        channel: owned(reading.told.text("channel")),
        at: reading.at,
        entries: reading.entries(),
    }
}

pub(super) fn word(reading: &Reading<'_>, field: &str) -> Word {
    Word { text: owned(reading.text(field)), at: reading.at, by: reading.told.actor, entries: reading.entries() }
}
