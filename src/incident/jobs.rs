//! What time does to incidents.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Incident, reply, store};
use crate::chat::message::Ping;
use crate::error::Error;
use crate::journal::{self, Actor, Change, Draft, Fact};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::store::Tx;
use crate::timer::{self, Due};

/// A reminder that comes later than this says so: wardroom was not there in time.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// Plans what the incident's state asks for, and drops what it no longer asks for.
pub async fn plan(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    match &incident.promise {
        Some(promise) if incident.state.is_open() => {
            timer::arm(tx, incident.guild, timer::Kind::PromisedUpdate, incident.number, promise.due_at).await
        }
        _ => timer::cancel(tx, incident.guild, timer::Kind::PromisedUpdate, incident.number).await,
    }
}

/// An update was promised by now and has not come: one reminder in the room, to communications, else to the commander, else to
/// whoever promised.
pub async fn promise_passed(tx: &mut Tx, due: &Due, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(incident) = store::find(tx, due.guild, due.record).await? else { return Ok(()) };
    let Some(promise) = incident.promise.as_ref().filter(|promise| promise.due_at == due.due_at) else { return Ok(()) };
    if !incident.state.is_open() {
        return Ok(());
    }
    let addressee = incident.roles.communications.or(incident.roles.commander).unwrap_or(promise.by);
    let words = reply::promise_passed(&incident, due.due_at, now - due.due_at > LATE);
    let message = outbox::page(&[Ping::User(addressee)], &words);
    journal::append(
        tx,
        due.guild,
        now,
        Draft {
            actor: Actor::Wardroom,
            authority: "timer".to_owned(),
            source: format!("timer:promised-update:{}", due.generation),
            action: "incident.reminder",
            subject: incident.number.to_string(),
            event_at: due.due_at,
            changes: vec![Change::new("addressee", Fact::Person(addressee))],
        },
    )
    .await?;
    outbox::post(
        tx,
        now,
        Post {
            guild: due.guild,
            lane: Lane::Reminder,
            to: To::Room(incident.number),
            key: format!("timer:{}:promised-update:{}:{}", due.guild, incident.number, due.generation),
            message: &message,
            otherwise: None,
        },
    )
    .await
}
