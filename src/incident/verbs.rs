//! The steps of the verbs that change an incident: the proof, the record, the transition, and writing it down.

use chrono::{DateTime, Utc};

use super::asking::ask_update;

use super::notices::{self, Phase};
use super::rules::Words;
use super::step::{find, invite, page, post, step, undoable, written};
use super::{Audience, CloseAs, Code, Incident, Reassessment, Role, impact, jobs, reply, review};
use crate::chat::answer::Answer;
use crate::chat::text::clean;
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::journal::{Change, Fact};
use crate::outbox::To;
use crate::policy::{self, Responder};
use crate::service;
use crate::setup::Purpose;
use crate::snowflake::UserId;
use crate::store::Tx;

/// Proof that the person may run incidents, and the incident that is meant.
pub(super) async fn taken(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
) -> Result<(Responder, Incident), Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let incident = find(tx, context, named.as_deref()).await?;
    Ok((responder, incident))
}

/// The same, where the reporter may do it too.
async fn taken_or_reported(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
) -> Result<(Responder, Incident), Error> {
    let incident = find(tx, context, named.as_deref()).await?;
    let proof = policy::responder_or_reporter(&context.member, &context.guild.roles, incident.reporter)?;
    Ok((proof, incident))
}

/// Somebody is on it.
pub(super) async fn acknowledge(tx: &mut Tx, context: &Context, named: Option<String>) -> Result<Answer, Error> {
    let (responder, before) = taken_or_reported(tx, context, named).await?;
    let after = before.clone().acknowledge(&responder, context.now)?;
    let (after, told) = step(tx, context, &before, after, "incident.ack", responder.basis(), Vec::new()).await?;
    invite(tx, context, &after, context.member.user).await?;
    undoable(&after, &told, reply::acknowledged(&after))
}

/// The others are told how it stands; without a message a form asks for it.
pub(super) async fn update(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    message: Option<String>,
    audience: Option<Audience>,
    next_update: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let Some(message) = message.map(|text| clean(&text)).filter(|text| !text.is_empty()) else {
        return ask_update(tx, context, &before, audience, next_update).await;
    };
    let told = Told { message, second: None, third: None, audience, next_update };
    tell(tx, context, &responder, before, told).await
}

/// What an update tells.
pub(super) struct Told {
    /// How it stands.
    pub message: String,
    /// What is done about it; for management: the impact.
    pub second: Option<String>,
    /// What is needed; for management: what comes next.
    pub third: Option<String>,
    /// For whom.
    pub audience: Option<Audience>,
    /// When the next one comes, as it was typed.
    pub next_update: Option<String>,
}

/// An update from its form.
pub(super) async fn update_with(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    told: Told,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    tell(tx, context, &responder, before, told).await
}

async fn tell(
    tx: &mut Tx,
    context: &Context,
    responder: &Responder,
    before: Incident,
    told: Told,
) -> Result<Answer, Error> {
    let promise = told
        .next_update
        .filter(|text| !text.trim().is_empty())
        .map(|text| context.ahead("next-update", &text))
        .transpose()?;
    let said = |text: Option<String>| text.map(|text| clean(&text)).filter(|text| !text.is_empty());
    let audience = told.audience.unwrap_or(Audience::Technical);
    let words = Words { audience, text: told.message, second: said(told.second), third: said(told.third) };
    let after = before.clone().tell(responder, words.clone(), promise, context.now)?;
    let mut extra = vec![Change::new("audience", Fact::Plain(audience.name()))];
    if before.update.as_ref().is_some_and(|before| before.text == words.text) {
        // Said once more in the same words it is no difference, and yet what was told.
        extra.push(Change::new("update", Fact::Text(words.text)));
    }
    let (second, third) = match audience {
        Audience::Technical => ("actions", "needs"),
        Audience::Management => ("impact-words", "next-steps"),
    };
    for (field, text) in [(second, words.second), (third, words.third)] {
        extra.extend(text.map(|text| Change::new(field, Fact::Text(text))));
    }
    let (after, told) = step(tx, context, &before, after, "incident.update", responder.basis(), extra).await?;
    if let Some(management) =
        context.guild.channel(Purpose::Management).filter(|_| audience == Audience::Management && !after.restricted)
    {
        post(
            tx,
            context,
            &after,
            To::Channel(management),
            management_key(&after, told.seq),
            &reply::to_management(&after),
        )
        .await?;
    }
    undoable(&after, &told, reply::told(&after))
}

/// The outbox key of what management was told by entry `seq`.
pub(super) fn management_key(incident: &Incident, seq: i64) -> String {
    format!("management:{}:{seq}", incident.guild)
}

/// Somebody has a role from now on.
pub(super) async fn give_role(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    role: Role,
    member: Option<UserId>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let holder = member.unwrap_or(context.member.user);
    if context.bots.contains(&holder) {
        return Err(reply::is_a_program(holder).into());
    }
    let after = before.clone().give_role(&responder, role, holder)?;
    let (after, told) = step(tx, context, &before, after, "incident.role", responder.basis(), Vec::new()).await?;
    invite(tx, context, &after, holder).await?;
    undoable(&after, &told, reply::role_given(&after, role, holder))
}

/// It is weighed anew. Who was not called for it before is called now.
pub(super) async fn reassess(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    change: Reassessment,
    reason: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let reason = reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty());
    if before.major && change.major == Some(false) && reason.is_none() {
        return Err(reply::demotion_needs_a_reason(before.number).into());
    }
    let after = before.clone().reassess(&responder, change)?;
    let extra = reason.map(|reason| Change::new("reason", Fact::Text(reason))).into_iter().collect();
    let (after, told) = step(tx, context, &before, after, "incident.priority", responder.basis(), extra).await?;
    if after.service != before.service {
        impact::refresh(tx, &after).await?;
    }
    if after.roles.commander != before.roles.commander {
        invite(tx, context, &after, context.member.user).await?;
    }
    if after.major != before.major && after.state.is_open() {
        let phase = if after.major { Phase::Declare } else { Phase::Demote };
        notices::send(tx, context, &after, phase).await?;
    }
    if after.priority.pages() && !before.priority.pages() && after.state.is_open() {
        jobs::watch(tx, &after, context.now).await?;
        page(tx, context, &after, told.seq).await?;
    }
    undoable(&after, &told, reply::reassessed(&after, &before))
}

/// Service is restored.
pub(super) async fn resolve(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    summary: &str,
    restored: Option<String>,
    code: Option<Code>,
    service: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let restored = restored
        .filter(|text| !text.trim().is_empty())
        .map(|text| restored_at(context, &before, &text))
        .transpose()?
        .unwrap_or(context.now);
    let summary = written("summary", summary)?;
    let mut after = before.clone().resolve(&responder, restored, code.unwrap_or_default(), &summary, context.now)?;
    if let Some(service) = service::maybe_named(tx, context.guild.id, service).await? {
        after.service = Some(service);
    }
    let (after, told) = step(tx, context, &before, after, "incident.resolve", responder.basis(), Vec::new()).await?;
    impact::refresh(tx, &after).await?;
    if after.major {
        notices::send(tx, context, &after, Phase::Resolve).await?;
    }
    if review::begins_by_itself(&after) {
        review::verbs::begin_by_itself(tx, context, &after).await?;
    }
    undoable(&after, &told, reply::resolved(&after))
}

/// A clock time is taken for the last one that has passed; but one that would lie before the incident and is still to come today was
/// meant for today, and service is not restored in the future.
fn restored_at(context: &Context, incident: &Incident, text: &str) -> Result<DateTime<Utc>, Refusal> {
    let passed = context.past("restored", text)?;
    let began = incident.started_at.unwrap_or(incident.declared_at);
    let meant_to_come = passed < began && context.ahead("restored", text).is_ok_and(|ahead| ahead > context.now);
    if passed > context.now || meant_to_come { Err(reply::restored_in_the_future()) } else { Ok(passed) }
}

/// It is not over.
pub(super) async fn reopen(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    reason: &str,
) -> Result<Answer, Error> {
    let (responder, before) = taken_or_reported(tx, context, named).await?;
    let after = before.clone().reopen(&responder, context.guild.habits.close_after_days, context.now)?;
    let extra = vec![Change::new("reason", Fact::Text(written("reason", reason)?))];
    let (after, told) = step(tx, context, &before, after, "incident.reopen", responder.basis(), extra).await?;
    impact::refresh(tx, &after).await?;
    jobs::watch(tx, &after, context.now).await?;
    review::verbs::begin_again(tx, context, &after).await?;
    if after.major {
        notices::send(tx, context, &after, Phase::Reopen).await?;
    }
    undoable(&after, &told, reply::reopened(&after))
}

/// It ends. What a close as done still needs is listed, with the means to mend it; nothing changes then.
pub(super) async fn close(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    closed_as: CloseAs,
    reason: Option<String>,
    service: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken_or_reported(tx, context, named).await?;
    let mut ready = before.clone();
    if let Some(service) = service::maybe_named(tx, context.guild.id, service).await? {
        ready.service = Some(service);
    }
    let reviewed = review::store::is_approved(tx, before.guild, before.number).await?;
    if !ready.state.is_final() && ready.stands_against(closed_as, reviewed) {
        let services = service::choices(tx, context.guild.id).await?;
        return Ok(Answer::Say(reply::not_yet(&ready, reviewed, services)));
    }
    let reason = reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty());
    let after = ready.close(&responder, closed_as, reason.as_deref(), reviewed, context.now)?;
    let (after, _) = step(tx, context, &before, after, "incident.close", responder.basis(), Vec::new()).await?;
    impact::refresh(tx, &after).await?;
    Ok(Answer::Say(reply::closed(&after)))
}
