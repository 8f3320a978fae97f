//! What happened to an incident, in the terms of a clock.

use chrono::{DateTime, Utc};

use crate::business_time::Instant;
use crate::incident::history::{History, Standing};
use crate::incident::{CloseAs, HoldReason, Incident, Kind, State};
use crate::level::clock::{Course, Hold, Rating, Stop};

/// What `history` tells of `incident`, as far as clocks care.
pub fn of(incident: &Incident, history: &History) -> Course {
    let measured = &history.measured;
    let milestones = &history.milestones;
    let mut stops: Vec<Stop> = measured
        .relapses
        .iter()
        .map(|relapse| Stop { at: relapse.restored.into(), until: Some(relapse.reopened.into()) })
        .collect();
    // Service may be back, as somebody marked, while nobody says that the incident is over: the promise is to resolve it.
    let last = milestones.resolved.as_ref().map(|resolved| milestones.restored.as_ref().unwrap_or(resolved).at);
    stops.extend(last.map(|at| Stop { at: at.into(), until: None }));
    let mut ratings: Vec<Rating> = measured
        .standings
        .iter()
        .map(|&Standing { entry, at, priority, service }| Rating { entry, at, priority, service })
        .collect();
    ratings.sort_by_key(|rating| rating.at);
    Course {
        declared: milestones.declared.as_ref().map(|declared| Instant::from(declared.at)),
        acknowledged: response(history).map(|(at, _)| at.into()),
        ratings,
        holds: history
            .holds
            .iter()
            .map(|hold| Hold {
                from: hold.from.into(),
                until: hold.until.map(Instant::from),
                reason: hold.reason.as_deref().and_then(HoldReason::named),
            })
            .collect(),
        stops,
        told: measured.told.clone(),
        void: incident.kind != Kind::Live
            || matches!(incident.state, State::Cancelled | State::Merged)
            || incident.closure.as_ref().is_some_and(|closure| closure.closed_as != CloseAs::Done),
    }
}

/// When somebody responded, and the entries that say so: an acknowledgement, or the first update if that came before (`sla-semantics` 3:
/// the first answer that those affected can read; notes are none).
pub fn response(history: &History) -> Option<(DateTime<Utc>, &[i64])> {
    let acknowledged = history
        .milestones
        .acknowledged
        .as_ref()
        .map(|acknowledged| (acknowledged.milestone.at, acknowledged.milestone.entries.as_slice()));
    let told = history.updates.iter().map(|update| (update.at, update.entries.as_slice()));
    acknowledged.into_iter().chain(told).min_by_key(|(at, _)| *at)
}
