//! Tasks: what somebody has to do, during the response or after it. Follow-ups outlive the incident's close; their reminders stop with the
//! task, and with nothing else.

mod reply;
pub mod store;

use chrono::{DateTime, TimeDelta, Utc};

use super::entries::{link, may_write};
use super::history::{Stage, TaskState};
use super::step::{find, invite, step, undoable, written};
use super::{Incident, State, reply as words};
use crate::chat::answer::{Answer, Choice};
use crate::chat::invocation::TargetMessage;
use crate::chat::limits;
use crate::chat::message::{Message, Ping};
use crate::chat::text::{clean, clean_line, clip, label};
use crate::command::context::{Context, Scene};
use crate::error::{Error, Refusal};
use crate::journal::{Change, Fact, Told};
use crate::number::{self, Number};
use crate::outbox;
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;
use crate::timer::{self, Subject};

pub use reply::{buttons, line, listed, reminder};

/// Characters of a task (the same number stands in `commands/incident.json`).
const TEXT: usize = 500;
/// How long after one reminder of a task the next comes, until somebody does it or says that it is not needed.
pub const AGAIN: TimeDelta = TimeDelta::days(1);
/// Reminders of one task: after these it shows in `/inbox` alone (`incident-chatops` 6: nags without a cap are read by nobody).
pub const REMINDERS: i64 = 5;

/// A task, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Of which incident.
    pub incident: Number,
    /// From 1 within the incident.
    pub number: i64,
    /// What is to be done.
    pub text: String,
    /// By whom.
    pub owner: Option<UserId>,
    /// Until when.
    pub due_at: Option<DateTime<Utc>>,
    /// For the response or afterwards.
    pub stage: Stage,
    /// Whether it is still to be done.
    pub state: TaskState,
    /// How often it was reminded of.
    pub reminded: i64,
}

/// The name of a stage in the journal and in the database.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Response => "response",
        Stage::FollowUp => "follow-up",
    }
}

/// What a new task is made of.
pub(super) struct Wanted {
    /// What is to be done.
    pub text: String,
    /// By whom.
    pub owner: Option<UserId>,
    /// Until when, as it was typed.
    pub due: Option<String>,
    /// Whether it is for afterwards though the incident runs.
    pub follow_up: bool,
}

/// Somebody has to do something.
pub(super) async fn add(tx: &mut Tx, context: &Context, named: Option<&str>, wanted: Wanted) -> Result<Answer, Error> {
    let incident = find(tx, context, named).await?;
    let due_at = wanted.due.map(|due| context.deadline("due", &due)).transpose()?;
    let text = written("text", &wanted.text)?;
    make(tx, context, incident, clip(&text, TEXT), wanted.owner, due_at, wanted.follow_up, Vec::new()).await
}

#[expect(clippy::too_many_arguments, reason = "each is one option of the command")]
async fn make(
    tx: &mut Tx,
    context: &Context,
    before: Incident,
    text: String,
    owner: Option<UserId>,
    due_at: Option<DateTime<Utc>>,
    follow_up: bool,
    extra: Vec<Change>,
) -> Result<Answer, Error> {
    let basis = may_write(context, &before)?;
    if matches!(before.state, State::Cancelled | State::Merged) {
        return Err(words::is_over(before.number, before.state).into());
    }
    if let Some(owner) = owner.filter(|owner| context.bots.contains(owner)) {
        return Err(words::is_a_program(owner).into());
    }
    if due_at.is_some_and(|due| due <= context.now) {
        return Err(words::task_due_in_the_past().into());
    }
    let (after, told, task) = record(tx, context, &before, basis, (text, owner, due_at, follow_up), extra).await?;
    if let Some(owner) = task.owner {
        invite(tx, context, &after, owner).await?;
    }
    super::review::verbs::redraw(tx, context, &after).await?;
    undoable(&after, &told, reply::added(&task))
}

/// Writes a new task down: the row, the entry, the reminder.
pub(super) async fn record(
    tx: &mut Tx,
    scene: &Scene,
    before: &Incident,
    basis: &str,
    (text, owner, due_at, follow_up): (String, Option<UserId>, Option<DateTime<Utc>>, bool),
    extra: Vec<Change>,
) -> Result<(Incident, Told, Task), Error> {
    let stage = if follow_up || !before.state.is_open() { Stage::FollowUp } else { Stage::Response };
    let number = store::next(tx, before.guild, before.number).await?;
    let task =
        Task { incident: before.number, number, text, owner, due_at, stage, state: TaskState::Open, reminded: 0 };
    store::put(tx, before.guild, &task).await?;
    plan(tx, before.guild, &task).await?;
    let mut changes = vec![
        Change::new("task", Fact::Plain(number.to_string())),
        Change::new("text", Fact::Text(task.text.clone())),
        Change::new("owner", Fact::person(owner)),
        Change::new("due", Fact::instant(due_at)),
        Change::new("stage", Fact::Plain(stage_name(stage).to_owned())),
    ];
    changes.extend(extra);
    let after = before.clone().noted();
    let (after, told) = step(tx, scene, before, after, "incident.task-add", basis, changes).await?;
    Ok((after, told, task))
}

/// Plans the reminder that a task asks for.
async fn plan(tx: &mut Tx, guild: GuildId, task: &Task) -> Result<(), Error> {
    let subject = Subject::part(task.incident, task.number);
    match next_reminder(task).filter(|_| task.state == TaskState::Open && task.reminded < REMINDERS) {
        Some(next) => timer::arm(tx, guild, timer::Kind::Task, subject, next).await,
        None => timer::cancel(tx, guild, timer::Kind::Task, subject).await,
    }
}

/// When a task that is due some day is reminded of next: when it is due, and daily after that.
fn next_reminder(task: &Task) -> Option<DateTime<Utc>> {
    Some(task.due_at? + AGAIN * i32::try_from(task.reminded).unwrap_or(i32::MAX))
}

/// The task that is meant: `2` in the room of its incident, `INC-7/2` anywhere.
async fn meant(tx: &mut Tx, context: &Context, named: Option<&str>, task: &str) -> Result<(Incident, Task), Error> {
    let (incident, part) = match task.trim().rsplit_once('/') {
        Some((incident, part)) => (Some(incident), part),
        None => (named, task.trim()),
    };
    let incident = find(tx, context, incident).await?;
    let found = match part.trim_start_matches('#').parse() {
        Ok(part) => store::find(tx, incident.guild, incident.number, part).await?,
        Err(_) => None,
    };
    let task = found.ok_or_else(|| words::no_such_task(incident.number, part))?;
    Ok((incident, task))
}

/// A task is done.
pub(super) async fn done(
    tx: &mut Tx,
    context: &Context,
    named: Option<&str>,
    task: &str,
    result: Option<String>,
) -> Result<Answer, Error> {
    let (before, task) = meant(tx, context, named, task).await?;
    let basis = may_settle(context, &before, &task)?;
    must_be_open(&task)?;
    let result = result.map(|text| clean(&text)).filter(|text| !text.is_empty());
    let changes = vec![number_of(&task), Change::new("result", Fact::text(result.as_deref()))];
    let task = Task { state: TaskState::Done, ..task };
    let (after, told) = settle(tx, context, &before, &task, "incident.task-done", basis, changes).await?;
    undoable(&after, &told, reply::done(&task))
}

/// Whether it may be dropped, before a reason is asked for.
pub(super) async fn may_drop(
    tx: &mut Tx,
    context: &Context,
    named: Option<&str>,
    task: &str,
) -> Result<(Incident, Task), Error> {
    let (incident, task) = meant(tx, context, named, task).await?;
    may_settle(context, &incident, &task)?;
    must_be_open(&task)?;
    Ok((incident, task))
}

/// A task is not needed any more.
pub(super) async fn drop_task(
    tx: &mut Tx,
    context: &Context,
    named: Option<&str>,
    task: &str,
    reason: &str,
) -> Result<Answer, Error> {
    let (before, task) = meant(tx, context, named, task).await?;
    let basis = may_settle(context, &before, &task)?;
    must_be_open(&task)?;
    let changes = vec![number_of(&task), Change::new("reason", Fact::Text(written("reason", reason)?))];
    let task = Task { state: TaskState::Dropped, ..task };
    let (after, told) = settle(tx, context, &before, &task, "incident.task-drop", basis, changes).await?;
    undoable(&after, &told, reply::dropped(&task))
}

/// Somebody takes a task.
pub(super) async fn take(tx: &mut Tx, context: &Context, named: Option<&str>, task: &str) -> Result<Answer, Error> {
    let (before, task) = meant(tx, context, named, task).await?;
    let basis = may_write(context, &before)?;
    must_be_open(&task)?;
    if task.owner == Some(context.member.user) {
        return Err(words::task_is_yours(before.number, task.number).into());
    }
    let owner = Change { field: "owner", before: Fact::person(task.owner), after: Fact::Person(context.member.user) };
    let task = Task { owner: Some(context.member.user), ..task };
    let changes = vec![number_of(&task), owner];
    let (after, told) = settle(tx, context, &before, &task, "incident.task-take", basis, changes).await?;
    undoable(&after, &told, reply::taken(&task))
}

/// Writes a change of a task down.
async fn settle(
    tx: &mut Tx,
    context: &Context,
    before: &Incident,
    task: &Task,
    action: &'static str,
    basis: &str,
    changes: Vec<Change>,
) -> Result<(Incident, Told), Error> {
    store::put(tx, before.guild, task).await?;
    plan(tx, before.guild, task).await?;
    redraw(tx, context, task, before.guild).await?;
    let (after, told) = step(tx, context, before, before.clone().noted(), action, basis, changes).await?;
    super::review::verbs::redraw(tx, context, &after).await?;
    Ok((after, told))
}

/// The tasks of an incident.
pub(super) async fn list(tx: &mut Tx, context: &Context, named: Option<&str>) -> Result<Answer, Error> {
    let incident = find(tx, context, named).await?;
    let tasks = store::of(tx, incident.guild, incident.number).await?;
    Ok(Answer::Say(reply::list(&incident, &tasks)))
}

/// `Make a task` on a message: its words are the task.
pub(super) async fn from_message(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    target: &TargetMessage,
) -> Result<Answer, Error> {
    let text = clean(&target.content);
    let line = text.lines().map(clean_line).find(|line| !line.is_empty());
    let line = line.ok_or_else(reply::message_without_task)?;
    let extra = vec![
        Change::new("message", Fact::Plain(target.id.to_string())),
        Change::new("link", Fact::Plain(link(context, target))),
    ];
    make(tx, context, incident, clip(&line, TEXT), None, None, false, extra).await
}

/// What is still to be done of an incident that was merged is to be done of the one that it goes on as.
pub(super) async fn carry(
    tx: &mut Tx,
    scene: &Scene,
    from: &Incident,
    to: Incident,
    basis: &str,
) -> Result<Incident, Error> {
    let mut to = to;
    for task in store::of(tx, from.guild, from.number).await? {
        if task.state != TaskState::Open {
            continue;
        }
        timer::cancel(tx, from.guild, timer::Kind::Task, Subject::part(task.incident, task.number)).await?;
        let what = (task.text.clone(), task.owner, task.due_at, task.stage == Stage::FollowUp);
        (to, ..) = record(tx, scene, &to, basis, what, Vec::new()).await?;
    }
    Ok(to)
}

/// Makes the tasks what the journal says that they are, after a step was taken back.
pub(super) async fn rebuild(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    told: &[super::history::Task],
) -> Result<(), Error> {
    let before = store::of(tx, incident.guild, incident.number).await?;
    store::rebuild(tx, incident.guild, incident.number, told).await?;
    for task in store::of(tx, incident.guild, incident.number).await? {
        if before.contains(&task) {
            continue;
        }
        plan(tx, incident.guild, &task).await?;
        redraw(tx, scene, &task, incident.guild).await?;
    }
    for gone in before {
        if told.iter().all(|task| task.number != gone.number) {
            timer::cancel(tx, incident.guild, timer::Kind::Task, Subject::part(gone.incident, gone.number)).await?;
        }
    }
    Ok(())
}

/// The reminder of a task fell due. None when there is nothing to be reminded of.
pub(super) async fn remind(
    tx: &mut Tx,
    incident: &Incident,
    number: i64,
    now: DateTime<Utc>,
) -> Result<Option<Task>, Error> {
    let Some(task) = store::find(tx, incident.guild, incident.number, number).await? else { return Ok(None) };
    // What was to be done for an incident that never was is over with it; what was to be learnt from one that is closed is not.
    if task.state != TaskState::Open || matches!(incident.state, State::Cancelled | State::Merged) {
        return Ok(None);
    }
    // Reminders that were missed are not made up for one by one.
    let mut task = Task { reminded: task.reminded + 1, ..task };
    while next_reminder(&task).is_some_and(|at| at <= now) {
        task.reminded += 1;
    }
    store::put(tx, incident.guild, &task).await?;
    plan(tx, incident.guild, &task).await?;
    Ok(Some(task))
}

/// Whom a reminder of `task` calls.
pub(super) fn addressee(incident: &Incident, task: &Task) -> Option<Ping> {
    task.owner.or(incident.roles.commander).map(Ping::User)
}

/// The key of the message in the room that shows a task.
pub(super) fn line_key(guild: GuildId, incident: Number, task: i64) -> String {
    format!("task:{guild}:{incident}:{task}")
}

async fn redraw(tx: &mut Tx, scene: &Scene, task: &Task, guild: GuildId) -> Result<(), Error> {
    let key = line_key(guild, task.incident, task.number);
    outbox::correct(tx, scene.written_at, guild, &key, &reply::line(task)).await
}

/// The message in the room that shows the task that an entry added.
pub(super) async fn shown(tx: &mut Tx, incident: &Incident, told: &Told) -> Result<Option<Message>, Error> {
    let Some(number) = told.text("task").and_then(|number| number.parse().ok()) else { return Ok(None) };
    Ok(store::find(tx, incident.guild, incident.number, number).await?.map(|task| reply::line(&task)))
}

/// Whoever owns a task may say that it is done, as may everyone who may write to the incident.
fn may_settle(context: &Context, incident: &Incident, task: &Task) -> Result<&'static str, Refusal> {
    if task.owner == Some(context.member.user) {
        return Ok("the owner of the task");
    }
    may_write(context, incident)
}

fn must_be_open(task: &Task) -> Result<(), Refusal> {
    if task.state == TaskState::Open { Ok(()) } else { Err(words::task_is_over(task.incident, task)) }
}

fn number_of(task: &Task) -> Change {
    Change::new("task", Fact::Plain(task.number.to_string()))
}

/// Completions of a task: the viewer's own, as `INC-7/2`.
pub async fn complete(tx: &mut Tx, guild: GuildId, viewer: UserId, typed: &str) -> Result<Vec<Choice>, Error> {
    let typed = typed.trim().to_lowercase();
    let own = store::waiting(tx, guild, viewer, 100).await?;
    // A record that is named is looked at whole, if the viewer may know of it.
    let mut others = Vec::new();
    if let Some((record, _)) = typed.split_once('/')
        && let Ok(number) = Number::parse(number::Kind::Incident, record)
        && let Some(incident) = super::store::find(tx, guild, number).await?
        && (!incident.restricted || super::store::is_inside(tx, &incident, viewer).await?)
    {
        others = store::of(tx, guild, number).await?;
        others.retain(|task| task.state == TaskState::Open && own.iter().all(|mine| mine != task));
    }
    Ok(own
        .into_iter()
        .chain(others)
        .map(|task| {
            let value = format!("{}/{}", task.incident, task.number);
            Choice { name: label(&format!("{value} · {}", task.text), limits::CHOICE), value }
        })
        .filter(|choice| typed.is_empty() || choice.name.to_lowercase().contains(&typed))
        .take(limits::CHOICES)
        .collect())
}
