//! Keeping what was computed in step with what it was computed from: after a migration, and in an audit.

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::{computed, follow};
use crate::command::context::Scene;
use crate::error::Error;
use crate::incident::{Incident, Kind, store};
use crate::journal::{self, Told};
use crate::level::{self, Book, Clock};
use crate::number::Number;
use crate::outbox;
use crate::setup;
use crate::snowflake::GuildId;
use crate::store::{Store, Tx};

/// Incidents that were declared before there were clocks and are still open get theirs, by what is agreed. What was over by then was
/// promised nothing, and gets none.
pub async fn catch_up(database: &Store, now: DateTime<Utc>, stop: &CancellationToken) -> Result<(), Error> {
    for guild in database.read(|tx| Box::pin(setup::store::all(tx))).await? {
        for number in database.read(move |tx| Box::pin(without(tx, guild))).await? {
            if stop.is_cancelled() {
                return Ok(());
            }
            database.write(move |tx| Box::pin(begin_late(tx, guild, number, now))).await?;
        }
    }
    Ok(())
}

/// The open incidents of `guild` that have no clock.
async fn without(tx: &mut Tx, guild: GuildId) -> Result<Vec<Number>, Error> {
    let mut found = Vec::new();
    for number in store::open(tx, guild).await? {
        if level::store::faces(tx, guild, number).await?.is_empty() {
            found.push(number);
        }
    }
    Ok(found)
}

async fn begin_late(tx: &mut Tx, guild: GuildId, number: Number, now: DateTime<Utc>) -> Result<(), Error> {
    journal::lock(tx, guild).await?;
    let Some(incident) = store::find(tx, guild, number).await?.filter(|incident| incident.kind == Kind::Live) else {
        return Ok(());
    };
    let (Some(guild), Some(room)) = (setup::store::find(tx, guild).await?, outbox::room(tx, guild, number).await?)
    else {
        return Ok(());
    };
    let scene = Scene::of_time(guild, "start", 0, room.channel, now);
    follow(tx, &scene, &incident).await
}

/// Whether `clocks`, as they are written down, are what the entries and the agreements make of the incident. What is due is left out: it
/// follows from the rest, and moves with the calendars of what is over.
pub fn agree(incident: &Incident, entries: &[Told], book: &Book, clocks: &[Clock]) -> bool {
    let made = computed(incident, book, entries);
    let known = |clock: &Clock| {
        let promise = (clock.promise.agreement, clock.promise.amount, clock.promise.calendar);
        let course = (clock.started_at, clock.stopped_at, clock.promised_at, clock.segments.clone());
        (
            clock.metric,
            clock.generation,
            promise,
            clock.priority,
            clock.service,
            clock.state,
            course,
            clock.told.last().copied(),
        )
    };
    made.iter().map(known).eq(clocks.iter().map(known))
}
