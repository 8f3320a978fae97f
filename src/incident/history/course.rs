//! How it went: when it waited, and how it was rated.

use chrono::{DateTime, Utc};

use super::reading::Reading;
use super::work::owned;
use crate::incident::State;
use crate::snowflake::UserId;

/// It waited for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// For what: customer, supplier, change or problem.
    pub reason: Option<String>,
    /// What was said of it.
    pub note: Option<String>,
    /// Until when it was meant to wait.
    pub planned_until: Option<DateTime<Utc>>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none while it waits.
    pub until: Option<DateTime<Utc>>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// How it was rated from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// P1 to P5.
    pub priority: Option<String>,
    /// How many are affected.
    pub impact: Option<String>,
    /// How soon it must be mended.
    pub urgency: Option<String>,
    /// Whether it is a major incident.
    pub major: bool,
    /// Why it was changed, if that was said.
    pub reason: Option<String>,
    /// From when.
    pub at: DateTime<Utc>,
    /// By whom; none when the name was removed, or when wardroom did it.
    pub by: Option<UserId>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// Takes what an entry says about waiting.
pub(super) fn take_hold(holds: &mut Vec<Hold>, reading: &Reading<'_>) {
    let state = reading.told.text("state").and_then(State::named);
    let goes_on = reading.action() == "incident.hold" || state == Some(State::OnHold);
    if !goes_on && state.is_none() {
        return;
    }
    if let Some(hold) = holds.last_mut().filter(|hold| hold.until.is_none()) {
        hold.until = Some(reading.at.max(hold.from));
        hold.entries.extend(reading.entries());
    }
    if goes_on {
        holds.push(Hold {
            reason: owned(reading.told.text("hold-reason")),
            note: owned(reading.text("hold-note")),
            planned_until: reading.instant("hold-until"),
            from: reading.at,
            until: None,
            entries: reading.entries(),
        });
    }
}

/// Takes what an entry says about the priority. An entry tells only what changed, so the rest is as it was.
pub(super) fn take_rating(ratings: &mut Vec<Rating>, reading: &Reading<'_>) {
    if !["priority", "impact", "urgency", "major"].into_iter().any(|field| reading.tells(field)) {
        return;
    }
    let before = ratings.last().cloned();
    let now = |field: &str, before: Option<String>| {
        if reading.tells(field) { owned(reading.told.text(field)) } else { before }
    };
    ratings.push(Rating {
        priority: now("priority", before.as_ref().and_then(|rating| rating.priority.clone())),
        impact: now("impact", before.as_ref().and_then(|rating| rating.impact.clone())),
        urgency: now("urgency", before.as_ref().and_then(|rating| rating.urgency.clone())),
        major: if reading.tells("major") { reading.is("major") } else { before.is_some_and(|rating| rating.major) },
        reason: owned(reading.text("reason")),
        at: reading.at,
        by: reading.told.actor,
        entries: reading.entries(),
    });
}
