//! The table of tasks: what each looks like now. How it came about is in the journal.

use sqlx::FromRow;

use super::Task;
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::history::{self, Stage, TaskState};
use crate::number::{self, Kind, Number};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

#[derive(FromRow)]
struct Row {
    number: i64,
    task: i64,
    text: String,
    owner_id: Option<i64>,
    due_at: Option<i64>,
    stage: String,
    state: String,
    reminded: i64,
}

impl Row {
    fn task(self) -> Result<Task, Failure> {
        let incident = Number { kind: Kind::Incident, value: self.number };
        let wrong = |what: &str| Failure::inconsistent("incident_task", format!("{incident}/{}: {what}", self.task));
        Ok(Task {
            incident,
            number: self.task,
            stage: stage_named(&self.stage).ok_or_else(|| wrong("an unknown stage"))?,
            state: state_named(&self.state).ok_or_else(|| wrong("an unknown state"))?,
            text: self.text,
            owner: self.owner_id.map(UserId::from_i64),
            due_at: self.due_at.map(instant),
            reminded: self.reminded,
        })
    }
}

fn stage_named(name: &str) -> Option<Stage> {
    [Stage::Response, Stage::FollowUp].into_iter().find(|stage| super::stage_name(*stage) == name)
}

fn state_name(state: TaskState) -> &'static str {
    match state {
        TaskState::Open => "open",
        TaskState::Done => "done",
        TaskState::Dropped => "dropped",
    }
}

fn state_named(name: &str) -> Option<TaskState> {
    [TaskState::Open, TaskState::Done, TaskState::Dropped].into_iter().find(|state| state_name(*state) == name)
}

/// The number that the next task of `incident` gets. A number is never given twice, not even that of a task whose adding was taken back:
/// what was said of it stands in the room under that number.
pub async fn next(tx: &mut Tx, guild: GuildId, incident: Number) -> Result<i64, Error> {
    number::next_in_sequence(tx, guild, &format!("{incident}/task")).await
}

/// Writes a task as it is now.
pub async fn put(tx: &mut Tx, guild: GuildId, task: &Task) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO incident_task (guild_id, number, task, text, owner_id, due_at, stage, state, reminded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (guild_id, number, task) DO UPDATE SET
             text = excluded.text, owner_id = excluded.owner_id, due_at = excluded.due_at, stage = excluded.stage,
             state = excluded.state, reminded = excluded.reminded",
        args![
            guild,
            task.incident.value,
            task.number,
            task.text.as_str(),
            task.owner,
            task.due_at,
            super::stage_name(task.stage),
            state_name(task.state),
            task.reminded,
        ],
    )
    .await
    .map(drop)
}

/// The task of that number.
pub async fn find(tx: &mut Tx, guild: GuildId, incident: Number, task: i64) -> Result<Option<Task>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT number, task, text, owner_id, due_at, stage, state, reminded FROM incident_task
              WHERE guild_id = $1 AND number = $2 AND task = $3",
            args![guild, incident.value, task],
        )
        .await?;
    Ok(row.map(Row::task).transpose()?)
}

/// All tasks of `incident`, in the order of their numbers.
pub async fn of(tx: &mut Tx, guild: GuildId, incident: Number) -> Result<Vec<Task>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT number, task, text, owner_id, due_at, stage, state, reminded FROM incident_task
              WHERE guild_id = $1 AND number = $2 ORDER BY task",
            args![guild, incident.value],
        )
        .await?;
    Ok(rows.into_iter().map(Row::task).collect::<Result<_, Failure>>()?)
}

/// The open tasks of `owner` anywhere, the soonest due first; those of restricted incidents only when `owner` is inside.
pub async fn waiting(tx: &mut Tx, guild: GuildId, owner: UserId, limit: i64) -> Result<Vec<Task>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT t.number, t.task, t.text, t.owner_id, t.due_at, t.stage, t.state, t.reminded
               FROM incident_task t JOIN incident i ON i.guild_id = t.guild_id AND i.number = t.number
              WHERE t.guild_id = $1 AND t.owner_id = $2 AND t.state = 'open' AND i.state NOT IN ('cancelled', 'merged')
                AND (i.restricted = 0 OR EXISTS (SELECT 1 FROM incident_insider n
                       WHERE n.guild_id = i.guild_id AND n.number = i.number AND n.user_id = $2))
              ORDER BY t.due_at IS NULL, t.due_at, t.number, t.task LIMIT $3",
            args![guild, owner, limit],
        )
        .await?;
    Ok(rows.into_iter().map(Row::task).collect::<Result<_, Failure>>()?)
}

/// Makes the tasks of `incident` what its journal says that they are. What was reminded of stays so.
pub async fn rebuild(tx: &mut Tx, guild: GuildId, incident: Number, told: &[history::Task]) -> Result<(), Error> {
    let before = of(tx, guild, incident).await?;
    for gone in before.iter().filter(|task| told.iter().all(|other| other.number != task.number)) {
        tx.execute(
            "DELETE FROM incident_task WHERE guild_id = $1 AND number = $2 AND task = $3",
            args![guild, incident.value, gone.number],
        )
        .await?;
    }
    for one in told {
        let reminded = before.iter().find(|task| task.number == one.number).map_or(0, |task| task.reminded);
        let task = Task {
            incident,
            number: one.number,
            text: one.text.clone().unwrap_or_else(|| super::super::REMOVED.to_owned()),
            owner: one.owner,
            due_at: one.due,
            stage: one.stage,
            state: one.state,
            reminded,
        };
        put(tx, guild, &task).await?;
    }
    Ok(())
}

/// How many tasks an incident has, and how many of them are open.
pub async fn count(tx: &mut Tx, guild: GuildId, incident: Number) -> Result<(i64, i64), Error> {
    let row: Option<(i64, i64)> = tx
        .optional(
            "SELECT count(*), count(CASE WHEN state = 'open' THEN 1 END) FROM incident_task
              WHERE guild_id = $1 AND number = $2 AND state <> 'dropped'",
            args![guild, incident.value],
        )
        .await?;
    Ok(row.unwrap_or_default())
}
