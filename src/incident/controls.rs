//! Buttons, selects and forms on incidents. Each ends in the same steps as the command that it stands for.

use super::asking::{UpdateDraft, form_answer};
use super::command::{Command, handle};
use super::declare::join;
use super::entries::{capture, undo};
use super::step::{find, step, written};
use super::{Code, Reassessment, Role, finding, listing, reply, story};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetMessage;
use crate::command::context::Context;
use crate::command::form;
use crate::error::Error;
use crate::policy;
use crate::service;
use crate::store::Tx;

/// Whether a button only shows something.
pub fn is_read(action: &str) -> bool {
    ["incident.timeline", "incident.entry", "incident.page", "incident.found"].contains(&action)
}

/// A button of ours: what is to be done, on which record, and anything more.
pub async fn press(tx: &mut Tx, context: &Context, action: &str, record: &str, extra: &str) -> Result<Answer, Error> {
    let incident = Some(record.to_owned());
    let command = match action {
        "ack" => Command::Ack { incident },
        "command" => Command::Role { role: Role::Commander, member: None, incident },
        "update" => Command::Update { message: None, audience: None, next_update: None, incident },
        "close" => Command::Close { r#as: None, reason: None, service: None, incident },
        "timeline" if extra.is_empty() => {
            Command::Timeline { entry: None, correct: None, redact: None, page: None, incident }
        }
        "timeline" => return story::turn(tx, context, record, extra).await,
        "entry" => return story::turn_whole(tx, context, record, extra).await,
        "page" => return listing::turn(tx, context, record, extra).await,
        "found" => return finding::turn(tx, context, record, extra).await,
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
                before.clone().reopen(&proof)?;
            }
            let id = form::open(tx, context, action, before.number, before.version, &serde_json::Value::Null).await?;
            return form_answer(action, before.number, id, &serde_json::Value::Null);
        }
        "form" => {
            let opened = form::find(tx, context, extra).await?;
            return form_answer(&opened.kind, opened.record, opened.id, &opened.draft);
        }
        "join" => return join(tx, context, record, extra).await,
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
    let incident = Some(opened.record.to_string());
    let command = match action {
        "update-form" => {
            let draft: UpdateDraft = serde_json::from_value(opened.draft)?;
            // An empty message would only open the form again.
            let message = Some(written("message", &field("message").unwrap_or_default())?);
            Command::Update { message, audience: draft.audience, next_update: field("next-update"), incident }
        }
        "resolve-form" => Command::Resolve {
            summary: field("summary").unwrap_or_default(),
            restored: field("restored"),
            code: None,
            service: None,
            incident,
        },
        "reopen-form" => Command::Reopen { reason: field("reason").unwrap_or_default(), incident },
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
            Ok(Answer::Replace(reply::service_set(&after)))
        }
        "capture" => {
            let opened = form::find(tx, context, extra).await?;
            let target: TargetMessage = serde_json::from_value(opened.draft)?;
            let incident = find(tx, context, Some(chosen)).await?;
            match capture(tx, context, incident, &target).await? {
                Answer::Say(message) => Ok(Answer::Replace(message)),
                other => Ok(other),
            }
        }
        _ => Err(crate::command::unknown_press()),
    }
}
