//! An outage uses up error budgets: the room of the incident hears of it, and whoever answers for the service.

use super::step::post;
use super::{Incident, Kind, store};
use crate::args;
use crate::availability::{alarm, reply};
use crate::chat::message::Ping;
use crate::command::context::Scene;
use crate::error::Error;
use crate::level;
use crate::outbox::{self, To};
use crate::store::Tx;
use crate::timer;

/// Has the budgets looked at as soon as this step is written, wherever availability is promised. What makes a step slow is not done in it.
pub(super) async fn look_soon(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    if incident.kind != Kind::Live || !level::store::promises_availability(tx, incident.guild).await? {
        return Ok(());
    }
    // What was due at its declaration is due now.
    timer::set(tx, incident.guild, timer::Kind::Budget, incident.number, Some(incident.declared_at)).await
}

/// Looks at the budgets that the incident uses up, and says what is to be said.
pub(super) async fn fire(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<(), Error> {
    // Which, and how many of its windows last.
    let services: Vec<(i64, i64)> = tx
        .all(
            "SELECT service_id, count(*) - count(until_at) FROM impact_window
              WHERE guild_id = $1 AND number = $2 AND degree = 'outage' AND service_id IS NOT NULL
              GROUP BY service_id ORDER BY service_id",
            args![incident.guild, incident.number.value],
        )
        .await?;
    let mut again = None;
    for (service, lasting) in services {
        let look = alarm::look(tx, scene, service).await?;
        if let Some(alarm) = look.alarm {
            // Whoever is to hear of a restricted one must be let in first.
            let owner = match alarm.service.owner {
                Some(owner) if incident.restricted => store::is_inside(tx, incident, owner).await?.then_some(owner),
                owner => owner,
            };
            let calls: Vec<Ping> = owner.map(Ping::User).into_iter().collect();
            let message = outbox::page(&calls, &reply::budget_spent(&alarm));
            post(tx, scene, incident, To::Room(incident.number), alarm.key(), &message).await?;
        }
        if lasting > 0 {
            again = again.into_iter().chain(look.again).min();
        }
    }
    match again {
        Some(at) => timer::set(tx, incident.guild, timer::Kind::Budget, incident.number, Some(at)).await,
        None => Ok(()),
    }
}
