//! Telling people in time that a target is being used up, and in any case that it is broken.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{compute, reply};
use crate::chat::message::Ping;
use crate::command::context::Scene;
use crate::error::Error;
use crate::incident::Incident;
use crate::incident::handover::call;
use crate::incident::reminders::after_quiet;
use crate::incident::reply::Step;
use crate::incident::step::{post, redraw};
use crate::journal::{self, Change, Fact};
use crate::level::{self, Clock, Rung};
use crate::outbox::{self, To};
use crate::policy::Capability;
use crate::service;
use crate::setup::Purpose;
use crate::store::Tx;
use crate::timer::{self, Due};

/// A step of a target was reached. What was missed meanwhile, of either target, is told in one message.
pub async fn fire(tx: &mut Tx, scene: &Scene, incident: Incident, due: &Due, late: bool) -> Result<(), Error> {
    let wakes = after_quiet(scene.now, scene.guild.habits.quiet, &scene.guild.zone);
    if !incident.priority.pages() && wakes > scene.now {
        return timer::set(tx, incident.guild, timer::Kind::ServiceLevel, incident.number, Some(wakes)).await;
    }
    let book = level::store::book(tx, incident.guild).await?;
    let clocks = level::store::clocks(tx, incident.guild, &book, incident.number).await?;
    let mut steps = Vec::new();
    for clock in &clocks {
        let Some(calendar) = clock.calendar(&book) else { continue };
        let untold = clock.untold(calendar, scene.now.into());
        for (percent, at) in &untold {
            // A breach is told a second after the last in time, and happened at that last.
            let at = clock.reaches(calendar, *percent).unwrap_or(*at);
            remember(tx, scene, &incident, clock, *percent, at.into()).await?;
        }
        if let Some((percent, _)) = untold.last() {
            let rungs: BTreeSet<Rung> = clock
                .promise
                .warnings
                .steps()
                .into_iter()
                .filter(|(step, _)| untold.iter().any(|(percent, _)| percent == step))
                .map(|(_, rung)| rung)
                .collect();
            steps.push(Step { clock: clock.clone(), calendar: calendar.clone(), percent: *percent, rungs });
        }
    }
    let entries = journal::about(tx, incident.guild, &incident.number.to_string()).await?;
    compute(tx, scene, &incident, &book, &entries).await?;
    redraw(tx, scene, &incident).await?;
    // The first step is shown on the card alone.
    if steps.iter().all(|step| step.rungs.iter().all(|rung| *rung == Rung::Card) && step.percent < 100) {
        return Ok(());
    }
    tell(tx, scene, &incident, due, &steps, late).await
}

async fn remember(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    clock: &Clock,
    percent: i64,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let changes = vec![
        Change::new("metric", Fact::Plain(clock.metric.name().to_owned())),
        Change::new("percent", Fact::Plain(percent.to_string())),
        Change::new("generation", Fact::Plain(clock.generation.to_string())),
        Change::new("target", Fact::Plain(clock.promise.amount.in_words())),
    ];
    let mut draft = scene.draft("incident.level", incident.number, "timer", changes);
    draft.event_at = at;
    journal::append(tx, incident.guild, scene.written_at, draft).await.map(drop)
}

async fn tell(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    due: &Due,
    steps: &[Step],
    late: bool,
) -> Result<(), Error> {
    let rungs: BTreeSet<Rung> = steps.iter().flat_map(|step| step.rungs.iter().copied()).collect();
    let calls = calls(tx, scene, incident, &rungs).await?;
    let message = reply::with_levels(outbox::page(&calls, &reply::level_steps(incident, steps, late)), incident);
    let key = format!("level:{}:{}:{}", incident.guild, due.subject, due.generation);
    let management = scene.guild.channel(Purpose::Management);
    if let Some(channel) = management.filter(|_| rungs.contains(&Rung::Management) && !incident.restricted) {
        let notice = reply::level_notice(incident, steps, late);
        post(tx, scene, incident, To::Channel(channel), format!("{key}:management"), &notice).await?;
    }
    let room = To::Room(incident.number);
    if incident.priority.pages() && incident.state.is_open() {
        return call(tx, scene, incident, room, key, &message).await;
    }
    post(tx, scene, incident, room, key, &message).await
}

/// Whom the rungs reach. A rung that nobody stands on hands down to whoever is in command, so that a target is never broken in silence.
/// Whoever is called to a restricted incident must be let in first, so there it is the one in command alone.
async fn calls(tx: &mut Tx, scene: &Scene, incident: &Incident, rungs: &BTreeSet<Rung>) -> Result<Vec<Ping>, Error> {
    let roles =
        |capability| scene.guild.roles.roles(capability).iter().map(|role| Ping::Role(*role)).collect::<Vec<_>>();
    let owner = match incident.roles.commander {
        Some(commander) => vec![Ping::User(commander)],
        None if incident.priority.pages() && !incident.restricted => roles(Capability::Responder),
        None => Vec::new(),
    };
    let mut calls = Vec::new();
    for rung in rungs {
        let found = match rung {
            Rung::Card => continue,
            Rung::Owner => owner.clone(),
            _ if incident.restricted => owner.clone(),
            Rung::Lead => roles(Capability::IncidentManager),
            Rung::ServiceOwner => {
                let named = match &incident.service {
                    Some(service) => service::owner(tx, incident.guild, service.id).await?,
                    None => None,
                };
                named.map_or_else(|| roles(Capability::ServiceOwner), |owner| vec![Ping::User(owner)])
            }
            Rung::Management => roles(Capability::Manager),
        };
        let found = if found.is_empty() { owner.clone() } else { found };
        calls.extend(found.into_iter().filter(|ping| !calls.contains(ping)).collect::<Vec<_>>());
    }
    Ok(calls)
}
