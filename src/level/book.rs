//! All that a guild has agreed, and which promise holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::defaults::OFFICE;
use super::{Agreement, Amount, Kind, Metric, Warnings};
use crate::business_time::{Due, Instant, Pauses, Timetable, due};
use crate::incident::{HoldReason, Priority};

/// A calendar by its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its id within the guild.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Whether its zone is the guild's, whatever that is set to.
    pub follows_guild: bool,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// Its hours, in all versions.
    pub timetable: Arc<Timetable>,
}

/// All that a guild has agreed.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The agreements, in the order of their ids.
    pub agreements: Vec<Agreement>,
    /// The calendars by id.
    pub calendars: BTreeMap<i64, Named>,
}

/// For what a promise is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// For what.
    pub metric: Metric,
    /// Of an incident of that priority.
    pub priority: Priority,
    /// On that service.
    pub service: Option<i64>,
    /// Whose clock started then.
    pub start: Instant,
    /// By what was agreed then: at the start, or at the last change of priority or service.
    pub at: DateTime<Utc>,
}

/// What was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// By which agreement.
    pub agreement: i64,
    /// How much.
    pub amount: Amount,
    /// The same in seconds of service time.
    pub seconds: i64,
    /// In whose hours.
    pub calendar: i64,
    /// The reasons of waiting that do not count.
    pub pauses: Vec<HoldReason>,
    /// Who hears of it at which percentage.
    pub warnings: Warnings,
}

/// A promise that an agreement makes, and when it would be due without any pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it promises.
    pub promise: Promise,
    /// When that is due.
    pub due: Instant,
}

/// The promise that holds, and those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The promise that holds.
    pub winner: Candidate,
    /// Whether it is what every service has that has nothing of its own.
    pub is_default: bool,
    /// The others of the same service, the strictest first.
    pub others: Vec<Candidate>,
}

impl Book {
    /// The agreement of that id.
    pub fn agreement(&self, id: i64) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    /// When the office is open: what working days are counted by where no target says otherwise.
    pub fn office(&self) -> Arc<Timetable> {
        self.calendars.get(&OFFICE).map_or_else(|| Arc::new(Timetable::always()), |office| office.timetable.clone())
    }

    /// The promise that holds, if there is one.
    ///
    /// What the service itself has goes before what every service has; if any agreement of the service says something of this priority
    /// and metric, be it that nothing is promised, then that is what counts. Among several, the one that is due first holds, since each
    /// of them was promised to somebody; of two that are due together, the one that was agreed first.
    pub fn promise(&self, question: Question) -> Option<Chosen> {
        let of = |service: Option<i64>| -> Option<Vec<Candidate>> {
            let mut says_anything = false;
            let candidates = self
                .agreements
                .iter()
                .filter(|agreement| agreement.kind == Kind::Sla && agreement.service == service)
                .filter(|agreement| agreement.holds(question.at))
                .filter_map(|agreement| {
                    let target = agreement.target(question.priority, question.metric, question.at)?;
                    says_anything = true;
                    self.candidate(agreement, target.amount?, target.calendar, question)
                })
                .collect();
            says_anything.then_some(candidates)
        };
        let own = question.service.and_then(|service| of(Some(service)));
        let is_default = own.is_none();
        let mut candidates = own.or_else(|| of(None))?;
        candidates.sort_by_key(|candidate| (candidate.due, candidate.promise.agreement));
        let mut candidates = candidates.into_iter();
        Some(Chosen { winner: candidates.next()?, is_default, others: candidates.collect() })
    }

    fn candidate(&self, agreement: &Agreement, amount: Amount, calendar: i64, question: Question) -> Option<Candidate> {
        let terms = agreement.terms(question.at)?;
        let calendar = self.calendars.get(&calendar)?;
        let seconds = amount.seconds(calendar, question.start)?;
        let Due::At(due) = due(&calendar.timetable, question.start, seconds, &Pauses::default()) else { return None };
        let pauses = match question.metric {
            Metric::Response if !terms.pauses_response => Vec::new(),
            Metric::Response | Metric::Resolution => terms.pauses.clone(),
        };
        let promise = Promise {
            agreement: agreement.id,
            amount,
            seconds,
            calendar: calendar.id,
            pauses,
            warnings: terms.warnings,
        };
        Some(Candidate { promise, due })
    }
}
