//! The milestones of an incident: the moments that figures are measured between.

use chrono::{DateTime, Utc};

use super::reading::Reading;
use crate::incident::State;
use crate::snowflake::UserId;

/// A moment, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// When it happened, by the newest correction.
    pub at: DateTime<Utc>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

impl Milestone {
    fn of(reading: &Reading<'_>, at: DateTime<Utc>) -> Self {
        Self { at, entries: reading.entries() }
    }
}

/// Somebody took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// When.
    pub milestone: Milestone,
    /// Who; none when the name was removed.
    pub by: Option<UserId>,
    /// Whether nobody said so, and it follows from the resolution.
    pub implied: bool,
}

/// It came to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub milestone: Milestone,
    /// As what: closed, cancelled or merged.
    pub state: State,
}

/// The moments of an incident. Of a moment that was marked more than once, the mark that was written last counts: a later mark corrects
/// an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Milestones {
    /// The impact began, as far as it is known.
    pub started: Option<Milestone>,
    /// Somebody, or something, noticed.
    pub detected: Option<Milestone>,
    /// It was declared: service-level clocks start here.
    pub declared: Option<Milestone>,
    /// Somebody took it.
    pub acknowledged: Option<Acknowledged>,
    /// The cause was found.
    pub identified: Option<Milestone>,
    /// Its effect was made less.
    pub mitigated: Option<Milestone>,
    /// Service came back, for the last time; none while it is open again.
    pub restored: Option<Milestone>,
    /// It was said that service is back; none while it is open again.
    pub resolved: Option<Milestone>,
    /// It came to an end.
    pub closed: Option<Ended>,
}

impl Milestones {
    /// Takes the next entry.
    pub(super) fn take(&mut self, reading: &Reading<'_>) {
        let here = || Some(Milestone::of(reading, reading.at));
        match reading.action() {
            "incident.declare" => self.declared = here(),
            "incident.resolve" => self.resolved = here(),
            "incident.reopen" => (self.restored, self.resolved) = (None, None),
            "incident.note" => match reading.told.text("mark") {
                Some("started") => self.started = here(),
                Some("detected") => self.detected = here(),
                Some("identified") => self.identified = here(),
                Some("mitigated") => self.mitigated = here(),
                Some("restored") => self.restored = here(),
                _ => {}
            },
            _ => {}
        }
        if let Some(at) = reading.instant("started") {
            self.started = Some(Milestone::of(reading, at));
        }
        if let Some(at) = reading.instant("restored") {
            self.restored = Some(Milestone::of(reading, at));
        }
        if reading.tells("acknowledged-at") {
            self.acknowledged = reading.instant("acknowledged-at").map(|at| Acknowledged {
                milestone: Milestone::of(reading, at),
                by: reading.person("acknowledged-by"),
                implied: reading.is("acknowledged-implied"),
            });
        }
        if let Some(state) = reading.told.text("state").and_then(State::named) {
            let milestone = Milestone::of(reading, reading.at);
            self.closed = state.is_final().then_some(Ended { milestone, state });
        }
    }
}
