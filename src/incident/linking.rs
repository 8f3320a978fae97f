//! `link` and `merge`: what an incident has to do with others.

use super::history::Degree;
use super::impact;
use super::step::{find, invite, line_key, step, undoable};
use super::verbs::taken;
use super::{Incident, State, reply, store, tasks, timeline};
use crate::chat::answer::Answer;
use crate::chat::message::Message;
use crate::command::context::Context;
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::link::{self, Kind, Link};
use crate::number::{self, Number};
use crate::outbox;
use crate::store::Tx;

/// Says what one incident is to another.
pub(super) async fn link(
    tx: &mut Tx,
    context: &Context,
    named: Option<String>,
    to: &str,
    kind: Kind,
) -> Result<Answer, Error> {
    let incident = find(tx, context, named.as_deref()).await?;
    let basis = super::entries::may_write(context, &incident)?;
    let number = Number::parse(number::Kind::Incident, to).map_err(|_| reply::no_such_record(to))?;
    let other = find(tx, context, Some(&number.to_string())).await.map_err(|error| match error {
        Error::Refused(_) => reply::no_such_record(to).into(),
        failed @ Error::Failed(_) => failed,
    })?;
    if other.number == incident.number {
        return Err(reply::linked_to_itself(incident.number).into());
    }
    // On a record that everyone reads, the other end would tell that a restricted one exists.
    if other.restricted && !incident.restricted {
        return Err(reply::restricted_is_not_linked(other.number).into());
    }
    let made = Link { from: incident.number, kind, to: other.number, by: context.member.user, at: context.now };
    if !link::store::insert(tx, incident.guild, &made).await? {
        return Err(reply::linked_already(incident.number, other.number).into());
    }
    let name = || Fact::Plain(kind.name().to_owned());
    let changes = vec![Change::new("to", Fact::Plain(other.number.to_string())), Change::new("link", name())];
    let after = incident.clone().noted();
    let (after, told) = step(tx, context, &incident, after, "incident.link", basis, changes).await?;
    if !incident.restricted {
        let changes = vec![Change::new("from", Fact::Plain(incident.number.to_string())), Change::new("link", name())];
        let there = other.clone().noted();
        step(tx, context, &other, there, "incident.linked", basis, changes).await?;
    }
    undoable(&after, &told, reply::linked(&after, kind, &other))
}

/// The links of an incident, but for those that would tell of a restricted one to whoever is not inside.
pub(super) async fn visible(tx: &mut Tx, context: &Context, incident: &Incident) -> Result<Vec<Link>, Error> {
    let mut links = link::store::of(tx, incident.guild, incident.number).await?;
    let mut hidden = Vec::new();
    for link in &links {
        let (_, other) = link.seen_from(incident.number);
        let Some(other) = store::find(tx, incident.guild, other).await?.filter(|other| other.restricted) else {
            continue;
        };
        let inside = match context.viewer() {
            Some(viewer) => store::is_inside(tx, &other, viewer).await?,
            None => incident.restricted,
        };
        if !inside {
            hidden.push(other.number);
        }
    }
    links.retain(|link| !hidden.contains(&link.seen_from(incident.number).1));
    Ok(links)
}

/// The other end of a link that was taken back says so too.
pub(super) async fn forget_other_end(
    tx: &mut Tx,
    context: &Context,
    here: &Incident,
    other: Number,
    kind: Kind,
) -> Result<(), Error> {
    let Some(other) = store::find(tx, here.guild, other).await? else { return Ok(()) };
    let number = here.number.to_string();
    let entries = journal::about(tx, here.guild, &other.number.to_string()).await?;
    let told = entries.iter().rev().find(|told| {
        told.action == "incident.linked" && told.text("from") == Some(&number) && told.text("link") == Some(kind.name())
    });
    let Some(told) = told else { return Ok(()) };
    let changes = vec![Change::new("entry", Fact::Plain(told.seq.to_string()))];
    let after = other.clone().followed();
    let (after, _) = step(tx, context, &other, after, "incident.undo", "the actor of the entry", changes).await?;
    let struck = Message::say(format!("~~{}~~", timeline::deed(told, 1500)));
    outbox::correct(tx, context.written_at, after.guild, &line_key(&after, told), &struck).await
}

/// One incident goes on as another: its clocks stop, the other begins with whichever began first, and its people go along.
pub(super) async fn merge(tx: &mut Tx, context: &Context, named: Option<String>, into: &str) -> Result<Answer, Error> {
    let (responder, before) = taken(tx, context, named).await?;
    let parent = find(tx, context, Some(into)).await?;
    let after = before.clone().merge_into(&responder, &parent)?;
    let changes = vec![Change::new("into", Fact::Plain(parent.number.to_string()))];
    let (after, _) = step(tx, context, &before, after, "incident.merge", responder.basis(), changes).await?;
    impact::refresh(tx, &after).await?;
    let grown = parent.clone().absorb(&before);
    let changes = vec![Change::new("child", Fact::Plain(before.number.to_string()))];
    let (grown, _) = step(tx, context, &parent, grown, "incident.absorb", responder.basis(), changes).await?;
    let grown = carry_impact(tx, context, &before, grown, responder.basis()).await?;
    let grown = tasks::carry(tx, context, &before, grown, responder.basis()).await?;
    impact::refresh(tx, &grown).await?;
    for user in people(&before) {
        invite(tx, context, &grown, user).await?;
    }
    Ok(Answer::Say(reply::merged(&after, &grown)))
}

/// A service of the child that the parent is not about stays impaired there.
async fn carry_impact(
    tx: &mut Tx,
    context: &Context,
    child: &Incident,
    parent: Incident,
    basis: &str,
) -> Result<Incident, Error> {
    let Some(service) = child.service.as_ref().filter(|service| parent.service.as_ref() != Some(service)) else {
        return Ok(parent);
    };
    let window = impact::next_number(tx, &parent).await?;
    let changes = impact::changes(window, Degree::Outage, Some(service), child.began_at(), None, false);
    let after = parent.clone().noted();
    let (after, _) = step(tx, context, &parent, after, "incident.impact", basis, changes).await?;
    Ok(after)
}

fn people(incident: &Incident) -> Vec<crate::snowflake::UserId> {
    let roles = [incident.roles.commander, incident.roles.communications, incident.roles.scribe];
    let mut people: Vec<_> = roles.into_iter().flatten().chain([incident.reporter]).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// The incidents that went on as this one.
pub(super) async fn children(tx: &mut Tx, incident: &Incident) -> Result<Vec<Number>, Error> {
    if incident.state == State::Merged {
        return Ok(Vec::new());
    }
    store::children(tx, incident.guild, incident.number).await
}
