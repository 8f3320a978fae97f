//! `hold` and `resume`: the steps of waiting for somebody else.

use super::step::{find, step, undoable};
use super::verbs::taken;
use super::{HoldReason, reply};
use crate::chat::answer::Answer;
use crate::chat::text::clean;
use crate::command::context::Context;
use crate::error::Error;
use crate::journal::{Change, Fact};
use crate::policy;
use crate::store::Tx;

/// Nothing can be done until somebody else has acted.
pub(super) async fn hold(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    reason: HoldReason,
    note: Option<String>,
    until: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let until = until.map(|until| context.ahead("until", &until)).transpose()?;
    let note = note.map(|note| clean(&note)).filter(|note| !note.is_empty());
    let after = before.clone().hold(&responder, reason, note.as_deref(), until, context.now)?;
    let (after, told) = step(tx, context, &before, after, "incident.hold", responder.basis(), Vec::new()).await?;
    undoable(&after, &told, reply::held(&after))
}

/// The wait is over.
pub(super) async fn resume(tx: &mut Tx, context: &Context, named: Option<String>) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let after = before.clone().resume(&responder)?;
    let (after, told) = step(tx, context, &before, after, "incident.resume", responder.basis(), Vec::new()).await?;
    undoable(&after, &told, reply::resumed(&after))
}

/// It waits on: from the button of the reminder, for so many minutes.
pub(super) async fn wait_on(tx: &mut Tx, context: &Context, record: &str, minutes: &str) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let before = find(tx, context, Some(record)).await?;
    let until = context.now + super::controls::minutes(minutes)?;
    let after = before.clone().wait_on(&responder, until, context.now)?;
    let (after, told) = step(tx, context, &before, after, "incident.hold", responder.basis(), Vec::new()).await?;
    undoable(&after, &told, reply::held(&after))
}

/// The reminders of a promised update are put off for so many minutes.
pub(super) async fn snooze(tx: &mut Tx, context: &Context, record: &str, minutes: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let until = context.now + super::controls::minutes(minutes)?;
    let after = before.clone().snooze(&responder, until)?;
    let extra =
        vec![Change::new("about", Fact::Plain("update".to_owned())), Change::new("until", Fact::instant(Some(until)))];
    let (after, told) = step(tx, context, &before, after, "incident.snooze", responder.basis(), extra).await?;
    undoable(&after, &told, reply::snoozed(&after, until))
}
