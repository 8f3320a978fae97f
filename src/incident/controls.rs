//! Buttons, selects and forms on incidents. Each ends in the same steps as the command that it stands for.

use chrono::TimeDelta;
use serde_json::Value;

use super::asking::{UpdateDraft, ask, ask_again};
use super::command::{Command, handle};
use super::declare::join;
use super::entries::{capture, undo};
use super::step::{find, step, written};
use super::verbs::{Told, update_with};
use super::{Code, Reassessment, Role, finding, handover, levels, listing, reply, review, story, tasks, waiting};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetMessage;
use crate::command::context::Context;
use crate::command::form;
use crate::error::{Error, Refusal};
use crate::policy;
use crate::service;
use crate::store::Tx;

/// Whether a button only shows something.
pub fn is_read(action: &str) -> bool {
    ["incident.timeline", "incident.entry", "incident.page", "incident.found", "incident.why"].contains(&action)
}

/// A button of ours: what is to be done, on which record, and anything more.
pub async fn press(tx: &mut Tx, context: &Context, action: &str, record: &str, extra: &str) -> Result<Answer, Error> {
    let incident = Some(record.to_owned());
    let command = match action {
        "ack" => Command::Ack { incident },
        "command" => Command::Role { role: Role::Commander, member: None, incident },
        "update" => Command::Update { message: None, audience: None, next_update: None, incident },
        "close" => Command::Close { r#as: None, reason: None, service: None, incident },
        "resume" => Command::Resume { incident },
        "review" => Command::Review { incident },
        "report" => Command::Report { format: None, incident },
        "task-done" => Command::TaskDone { task: extra.to_owned(), result: None, incident },
        "timeline" if extra.is_empty() => {
            Command::Timeline { entry: None, correct: None, redact: None, page: None, incident }
        }
        "timeline" => return story::turn(tx, context, record, extra).await,
        "entry" => return story::turn_whole(tx, context, record, extra).await,
        "page" => return listing::turn(tx, context, record, extra).await,
        "found" => return finding::turn(tx, context, record, extra).await,
        "why" => return levels::why(tx, context, incident).await,
        "undo" => {
            let before = find(tx, context, Some(record)).await?;
            return undo(tx, context, before, extra.parse().ok()).await;
        }
        "resolve" | "reopen" => {
            let before = find(tx, context, Some(record)).await?;
            let roles = &context.guild.roles;
            // The guards speak before a form is filled in for nothing.
            if action == "resolve" {
                let responder = policy::responder(&context.member, roles)?;
                before.clone().resolve(&responder, context.now, Code::Fixed, "", context.now)?;
            } else {
                let proof = policy::responder_or_reporter(&context.member, roles, before.reporter)?;
                before.clone().reopen(&proof, context.guild.habits.close_after_days, context.now)?;
            }
            return ask(tx, context, action, &before, Value::Null).await;
        }
        "form" => {
            let opened = form::find(tx, context, extra).await?;
            return ask_again(tx, context, opened).await;
        }
        "join" => return join(tx, context, record, extra).await,
        "accept" => return handover::accept(tx, context, record).await,
        "decline" => return handover::decline(tx, context, record).await,
        "snooze" => return waiting::snooze(tx, context, record, extra).await,
        "wait" => return waiting::wait_on(tx, context, record, extra).await,
        "task-take" => return tasks::take(tx, context, Some(record), extra).await,
        "task-drop" => {
            let (incident, task) = tasks::may_drop(tx, context, Some(record), extra).await?;
            return ask(tx, context, "task-drop", &incident, Value::from(task.number.to_string())).await;
        }
        "review-submit" => return review::verbs::submit(tx, context, record).await,
        "review-approve" => return review::verbs::approve(tx, context, record).await,
        "review-return" => {
            let incident = review::verbs::may_send_back(tx, context, record).await?;
            return ask(tx, context, "review-return", &incident, Value::Null).await;
        }
        _ => return Err(crate::command::unknown_press()),
    };
    Box::pin(handle(tx, context, command)).await
}

/// A form of ours that was sent.
pub async fn submit(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    extra: &str,
    field: impl Fn(&str) -> Option<String>,
) -> Result<Answer, Error> {
    let opened = form::find(tx, context, extra).await?;
    let record = opened.record.to_string();
    let incident = Some(record.clone());
    let reason = || field("reason").unwrap_or_default();
    let command = match action {
        "update-form" => {
            let draft: UpdateDraft = serde_json::from_value(opened.draft)?;
            // An empty message would only open the form again.
            let told = Told {
                message: written("message", &field("message").unwrap_or_default())?,
                second: field("second"),
                third: field("third"),
                audience: draft.audience,
                next_update: field("next-update"),
            };
            return update_with(tx, context, incident, told).await;
        }
        "resolve-form" => Command::Resolve {
            summary: field("summary").unwrap_or_default(),
            restored: field("restored"),
            code: None,
            service: None,
            incident,
        },
        "reopen-form" => Command::Reopen { reason: reason(), incident },
        "task-drop-form" => {
            let task = opened.draft.as_str().unwrap_or_default().to_owned();
            Command::TaskDrop { task, reason: reason(), incident }
        }
        "review-form" => return review::verbs::write(tx, context, &opened, field).await,
        "review-return-form" => return review::verbs::send_back(tx, context, &record, &reason()).await,
        _ => return Err(crate::command::unknown_press()),
    };
    handle(tx, context, command).await
}

/// A choice from a select of ours.
pub async fn choose(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    record: &str,
    extra: &str,
    chosen: &str,
) -> Result<Answer, Error> {
    match action {
        "service" => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, Some(record)).await?;
            let service = service::by_id(tx, context.guild.id, chosen).await?;
            let change = Reassessment { service: Some(service), ..Reassessment::default() };
            let after = before.clone().reassess(&responder, change)?;
            let (after, _) =
                step(tx, context, &before, after, "incident.priority", responder.basis(), Vec::new()).await?;
            super::impact::refresh(tx, &after).await?;
            Ok(Answer::Replace(reply::service_set(&after)))
        }
        "task-done" => {
            tasks::done(tx, context, Some(record), chosen, None).await?;
            tasks::list(tx, context, Some(record)).await.map(replaced)
        }
        "capture" | "task-from" => {
            let opened = form::find(tx, context, extra).await?;
            let target: TargetMessage = serde_json::from_value(opened.draft)?;
            let incident = find(tx, context, Some(chosen)).await?;
            let answer = if action == "capture" {
                capture(tx, context, incident, &target).await
            } else {
                tasks::from_message(tx, context, incident, &target).await
            };
            // It was kept for this choice alone, and holds a person's words.
            form::close(tx, context, opened.id).await?;
            answer.map(replaced)
        }
        _ => Err(crate::command::unknown_press()),
    }
}

/// The same answer in place of the question.
fn replaced(answer: Answer) -> Answer {
    match answer {
        Answer::Say(message) => Answer::Replace(message),
        other => other,
    }
}

/// The minutes that a button of ours names.
pub(super) fn minutes(extra: &str) -> Result<TimeDelta, Refusal> {
    extra
        .parse()
        .ok()
        .filter(|minutes| (1..=7 * 24 * 60).contains(minutes))
        .map(TimeDelta::minutes)
        .ok_or_else(|| Refusal::new("control.minutes", "That button names no time. Use the command in its place."))
}
