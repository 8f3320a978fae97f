//! `handover` and `escalate`: command from one person to the next, the work to another team, the matter to those above.
//!
//! A handover holds only when it is accepted (`sre-book`, managing incidents: the outgoing commander stays until the other says yes).
//! Until then the offer shows on the card, and whoever was in command still is.

use super::step::{find, invite, step, undoable};
use super::verbs::taken;
use super::{Escalation, Incident, Role, reply, tasks, timeline};
use crate::chat::answer::Answer;
use crate::chat::message::{Message, Ping};
use crate::chat::text::clean;
use crate::command::context::{Context, Scene};
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::policy::{self, Capability};
use crate::service;
use crate::setup::Purpose;
use crate::snowflake::{RoleId, UserId};
use crate::store::Tx;

/// Events that a packet shows (`incident-chatops` 5.1).
const EVENTS: i64 = 10;

/// Command is offered to `member`, with all that they need to decide.
pub(super) async fn offer(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    member: UserId,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    if context.bots.contains(&member) {
        return Err(reply::is_a_program(member).into());
    }
    if before.offer.is_some() {
        withdrawn(tx, context, &before, context.member.user).await?;
    }
    let after = before.clone().offer(&responder, member, context.now)?;
    let (after, told) = step(tx, context, &before, after, "incident.offer", responder.basis(), Vec::new()).await?;
    invite(tx, context, &after, member).await?;
    let packet = packet(tx, &after, member).await?;
    call(tx, context, &after, To::Room(after.number), offer_key(&after), &packet).await?;
    undoable(&after, &told, reply::offered(&after, member))
}

/// What whoever takes over has to know: the state, what is open, what was promised, what happened last.
async fn packet(tx: &mut Tx, incident: &Incident, to: UserId) -> Result<Message, Error> {
    let open = tasks::store::of(tx, incident.guild, incident.number).await?;
    let entries = journal::about(tx, incident.guild, &incident.number.to_string()).await?;
    let skip = entries.len().saturating_sub(usize::try_from(EVENTS).unwrap_or(usize::MAX));
    let events: Vec<String> = entries[skip..].iter().map(timeline::short).collect();
    Ok(reply::packet(incident, to, &open, &events))
}

/// Whoever was asked says yes.
pub(super) async fn accept(tx: &mut Tx, context: &Context, record: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let participant = policy::participant(&context.member);
    let after = before.clone().accept(&participant)?;
    outbox::correct(
        tx,
        context.written_at,
        before.guild,
        &offer_key(&before),
        &reply::offer_settled(&before, context.member.user, true),
    )
    .await?;
    let (after, _) =
        step(tx, context, &before, after, "incident.accept", "the person who was offered command", Vec::new()).await?;
    invite(tx, context, &after, context.member.user).await?;
    Ok(Answer::Say(reply::role_given(&after, Role::Commander, context.member.user)))
}

/// Whoever was asked says no, or whoever asked thinks again.
pub(super) async fn decline(tx: &mut Tx, context: &Context, record: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let participant = policy::participant(&context.member);
    let after = before.clone().decline(&participant)?;
    withdrawn(tx, context, &before, context.member.user).await?;
    let (after, _) = step(tx, context, &before, after, "incident.decline", "a party of the offer", Vec::new()).await?;
    Ok(Answer::Say(reply::declined(&after)))
}

async fn withdrawn(tx: &mut Tx, context: &Context, before: &Incident, by: UserId) -> Result<(), Error> {
    let settled = reply::offer_settled(before, by, false);
    outbox::correct(tx, context.written_at, before.guild, &offer_key(before), &settled).await
}

/// The outbox key of the packet of the offer that stands.
pub(super) fn offer_key(incident: &Incident) -> String {
    let at = incident.offer.as_ref().map_or(0, |offer| offer.at.timestamp_micros());
    format!("offer:{}:{}:{at}", incident.guild, incident.number)
}

/// More people are needed: those who know more, or those who answer for it.
pub(super) async fn escalate(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    to: Escalation,
    role: Option<RoleId>,
    reason: Option<String>,
) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let reason = reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty());
    let (after, called) = match to {
        Escalation::Functional => {
            // The role that everyone has carries the guild's own id: it is no team.
            let team = role.filter(|role| role.0 != context.guild.id.0).ok_or_else(reply::which_team)?;
            (before.clone().pass_to(&responder, team)?, vec![Ping::Role(team)])
        }
        Escalation::Hierarchic => {
            let after = before.clone().raise(&responder)?;
            let called = match role {
                Some(role) if role.0 != context.guild.id.0 => vec![Ping::Role(role)],
                _ => above(tx, context, &after).await?,
            };
            (after, called)
        }
    };
    let mut extra =
        vec![Change::new("to", Fact::Plain(to.name())), Change::new("reason", Fact::text(reason.as_deref()))];
    if let Some(role) = role.filter(|_| to == Escalation::Hierarchic) {
        extra.push(Change::new("role", Fact::Plain(role.to_string())));
    }
    let (after, told) = step(tx, context, &before, after, "incident.escalate", responder.basis(), extra).await?;
    if !called.is_empty() {
        let words = reply::escalated_call(&after, to, context.member.user, reason.as_deref());
        let message = outbox::page(&called, &words);
        // Those above read the channel that is theirs from the second level on; a restricted one is told of in its own room alone.
        let above = context
            .guild
            .channel(Purpose::Management)
            .filter(|_| to == Escalation::Hierarchic && after.level > 1 && !after.restricted);
        let place = above.map_or(To::Room(after.number), To::Channel);
        call(tx, context, &after, place, super::step::page_key(&after, told.seq), &message).await?;
    }
    undoable(&after, &told, reply::escalated(&after, to, &called))
}

/// Who is called at the level that `incident` has reached: incident managers, then whoever answers for the service, then managers. A level
/// that nobody has leaves it to the next.
async fn above(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<Vec<Ping>, Error> {
    let roles = |capability| -> Vec<Ping> {
        scene.guild.roles.roles(capability).iter().map(|role| Ping::Role(*role)).collect()
    };
    let owner: Vec<Ping> = match &incident.service {
        Some(service) => service::owner(tx, incident.guild, service.id).await?.map(Ping::User).into_iter().collect(),
        None => Vec::new(),
    };
    let levels = [roles(Capability::IncidentManager), owner, roles(Capability::Manager)];
    let from = usize::try_from(incident.level - 1).unwrap_or_default().min(levels.len() - 1);
    Ok(levels[from..]
        .iter()
        .chain(levels[..from].iter().rev())
        .find(|called| !called.is_empty())
        .cloned()
        .unwrap_or_default())
}

/// Calls somebody: what is said in the room or in another channel, ahead of what only informs.
pub(super) async fn call(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    to: To,
    key: String,
    message: &Message,
) -> Result<(), Error> {
    let otherwise = (!incident.restricted).then_some(scene.card_channel);
    outbox::post(tx, scene.written_at, Post { guild: incident.guild, lane: Lane::Page, to, key, message, otherwise })
        .await
}
