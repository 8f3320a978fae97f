//! The figures of a period, each with its population (`sla-semantics` 5, `itsm-iso20000` 8).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rows::{Life, Target};
use super::times::Times;
use crate::availability::Measured;
use crate::availability::rules::Share;
use crate::incident::Priority;
use crate::level::Metric;

/// Ends of the ages that open incidents are counted in, in days; older ones are the last.
pub const AGES: [i64; 3] = [2, 8, 31];
/// From so many incidents on in a period, a service has a problem.
const RECURRING: usize = 3;

/// How a period stood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    /// Incidents that were declared.
    pub opened: usize,
    /// Incidents whose service came back for good.
    pub resolved: usize,
    /// How many of these had been opened again.
    pub reopened: usize,
    /// Incidents that were open at its end, by age.
    pub backlog: [usize; AGES.len() + 1],
    /// The age of the oldest of them, in seconds.
    pub oldest: Option<i64>,
    /// Targets that were due in it.
    pub attained: Vec<Attained>,
    /// Those that were not met, by when they were due.
    pub breaches: Vec<Breach>,
    /// Targets due in it of which three quarters were used up, and how many of these were met all the same.
    pub rescued: (usize, usize),
    /// From declaration to acknowledgement, of those acknowledged in it.
    pub acknowledge: Times,
    /// From declaration until service was back, of those whose service came back in it.
    pub resolve: Times,
    /// How the services were, those with a promise or an outage first.
    pub availability: Vec<Availability>,
    /// Services with three incidents or more, and how many.
    pub recurring: Vec<(i64, usize)>,
}

/// How many targets of a kind were met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attained {
    /// Of that priority.
    pub priority: Priority,
    /// For what.
    pub metric: Metric,
    /// Met, be it as turned out later.
    pub met: usize,
    /// Broken.
    pub breached: usize,
    /// How many of the met turned out so later.
    pub corrected: usize,
}

impl Attained {
    /// How many were due.
    pub fn n(&self) -> usize {
        self.met + self.breached
    }
}

/// A target that was not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Breach {
    /// Of which incident.
    pub number: i64,
    /// For what.
    pub metric: Metric,
    /// At which priority.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When it was done; none when it was not yet.
    pub done: Option<DateTime<Utc>>,
}

/// How a service was. Lengths are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Availability {
    /// Which.
    pub service: i64,
    /// The promised time without announced maintenance.
    pub agreed: i64,
    /// What of it was down.
    pub down: i64,
    /// Outages that began in it.
    pub outages: i64,
    /// The promise, in millionths.
    pub objective: Option<i64>,
    /// What may be lost, and what is.
    pub budget: Option<(i64, i64)>,
}

impl Availability {
    /// What was available of what was agreed; none when nothing was agreed.
    pub fn share(&self) -> Option<Share> {
        (self.agreed > 0).then_some(Share { part: self.agreed - self.down, whole: self.agreed })
    }

    /// What is left of the error budget, in percent, rounded down; below zero when more was lost.
    pub fn budget_left(&self) -> Option<i64> {
        self.budget.map(|(budget, spent)| {
            if budget > 0 { ((budget - spent) * 100).div_euclid(budget) } else { -i64::from(spent > 0) * 100 }
        })
    }
}

impl From<&Measured> for Availability {
    fn from(measured: &Measured) -> Self {
        let figures = &measured.figures;
        Self {
            service: measured.service.id,
            agreed: figures.agreed,
            down: figures.lost,
            outages: figures.outages,
            objective: measured.promise.objective.as_ref().map(|objective| objective.millionths),
            budget: figures.budget.as_ref().map(|budget| (budget.budget, budget.spent)),
        }
    }
}

/// The figures of the period `[from, until)` as they are known at `now`. `lives` and `targets` may hold more than concerns it.
pub fn figures(
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    lives: &[Life],
    targets: &[Target],
    availability: Vec<Availability>,
    now: DateTime<Utc>,
) -> Figures {
    let within = |at: DateTime<Utc>| from <= at && at < until;
    let end = until.min(now);
    let mut figures = Figures { availability, ..Figures::default() };
    let (mut acknowledged, mut resolved) = (Vec::new(), Vec::new());
    let mut services: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for life in lives {
        if within(life.declared()) {
            figures.opened += 1;
            life.service.into_iter().for_each(|service| *services.entry(service).or_default() += 1);
        }
        if let Some(at) = life.acknowledged.filter(|at| within(*at)) {
            acknowledged.push((at - life.declared()).num_seconds());
        }
        if life.restored().is_some_and(within) {
            figures.resolved += 1;
            figures.reopened += usize::from(life.is_reopened());
            resolved.extend(life.seconds());
        }
        if life.is_open(end) {
            let age = (end - life.declared()).num_seconds();
            let bucket = AGES.iter().position(|days| age < days * 86_400).unwrap_or(AGES.len());
            figures.backlog[bucket] += 1;
            figures.oldest = figures.oldest.max(Some(age));
        }
    }
    figures.acknowledge = Times::of(acknowledged);
    figures.resolve = Times::of(resolved);
    figures.recurring = services.into_iter().filter(|(_, count)| *count >= RECURRING).collect();
    figures.recurring.sort_by_key(|(service, count)| (std::cmp::Reverse(*count), *service));
    targets.iter().filter(|target| within(target.due)).for_each(|target| count(&mut figures, target, now));
    figures.attained.sort_by_key(|attained| (attained.priority, attained.metric));
    figures.breaches.sort_by_key(|breach| (breach.due, breach.number));
    figures
}

/// Counts a target: what is neither met nor broken yet is in no population.
fn count(figures: &mut Figures, target: &Target, now: DateTime<Utc>) {
    let met = match target.stopped {
        Some(stopped) => stopped <= target.due,
        None if now > target.due => false,
        None => return,
    };
    let at_risk = target.at_risk.is_some_and(|at| at < target.stopped.unwrap_or(now));
    figures.rescued.0 += usize::from(at_risk || !met);
    figures.rescued.1 += usize::from(at_risk && met);
    if !met {
        figures.breaches.push(Breach {
            number: target.number,
            metric: target.metric,
            priority: target.priority,
            service: target.service,
            due: target.due,
            done: target.stopped,
        });
    }
    let same = |one: &&mut Attained| one.priority == target.priority && one.metric == target.metric;
    let counted = Attained {
        priority: target.priority,
        metric: target.metric,
        met: usize::from(met),
        breached: usize::from(!met),
        corrected: usize::from(met && target.corrected),
    };
    match figures.attained.iter_mut().find(same) {
        Some(one) => {
            one.met += counted.met;
            one.breached += counted.breached;
            one.corrected += counted.corrected;
        }
        None => figures.attained.push(counted),
    }
}

impl Figures {
    /// How many targets were met, of how many that were due.
    pub fn met(&self) -> (usize, usize) {
        let met = self.attained.iter().map(|one| one.met).sum();
        (met, self.attained.iter().map(Attained::n).sum())
    }

    /// How many incidents were open at its end.
    pub fn open(&self) -> usize {
        self.backlog.iter().sum()
    }
}
