//! The arithmetic of availability (`sla-semantics` 5), in whole seconds. Nothing here reads a clock or a table.
//!
//! * **Service time** is the time in which the service is promised. **Agreed** is what remains of it without announced maintenance.
//! * **Down** is what of the agreed time lies in the union of the outages: two incidents at once are one outage, and in maintenance
//!   nothing is down. An outage without an end lasts until now, or until the period ends.
//! * Where nothing was agreed, availability does not apply; it is never 100 %.
//! * An outage is counted in the period in which its first agreed second lies, so that the periods of a year add up to the year; the mean
//!   times divide by that count and do not apply where there was none.
//! * What is degraded and not down is told apart. It costs availability only as far as [`Given::degraded_percent`] says.

use super::budget::{Budget, Costs};
use crate::business_time::{Instant, Span, Spans};

/// All of something, for objectives: 99.9 % are 999,000.
pub const WHOLE: i64 = 1_000_000;

/// What the figures of a service are made of.
#[derive(Clone, Debug)]
pub struct Given {
    /// The period.
    pub period: Span,
    /// What has not happened by then counts nothing.
    pub now: Instant,
    /// The hours in which service is promised: all of the period, and back to where an outage began that reaches into it.
    pub hours: Spans,
    /// Announced maintenance.
    pub excused: Spans,
    /// When it was down, whole and in any order; without an end while it lasts.
    pub outages: Vec<(Instant, Option<Instant>)>,
    /// When it was worse than agreed.
    pub degraded: Vec<(Instant, Option<Instant>)>,
    /// How much of degraded time counts as down, in percent.
    pub degraded_percent: i64,
    /// The promise, in millionths.
    pub objective: Option<i64>,
}

/// A part of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// So much.
    pub part: i64,
    /// Of this; above zero.
    pub whole: i64,
}

impl Share {
    /// In percent with so many decimals, cut and never rounded: 99.8999 is 99.89.
    pub fn percent(self, decimals: u32) -> String {
        let scale = 10_i128.pow(decimals);
        let cut = i128::from(self.part) * 100 * scale / i128::from(self.whole);
        let (whole, rest) = (cut / scale, cut % scale);
        if decimals == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}", width = decimals as usize) }
    }

    /// Whether it is at least `millionths`.
    pub fn reaches(self, millionths: i64) -> bool {
        i128::from(self.part) * i128::from(WHOLE) >= i128::from(millionths) * i128::from(self.whole)
    }
}

/// An outage, from its first down second on, as far as it lies in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// From when until when it was down, with what was not agreed in between.
    pub span: Span,
    /// How much of that counts.
    pub down: i64,
    /// Whether it began before the period, and is counted there.
    pub carried: bool,
}

/// How available a service was. Lengths are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What is told of: the period, or what of it has passed.
    pub span: Span,
    /// The time in which service is promised.
    pub service_time: i64,
    /// What of it was announced maintenance.
    pub excused: i64,
    /// What remains.
    pub agreed: i64,
    /// What of that it was down.
    pub down: i64,
    /// What of that it was degraded and not down.
    pub degraded: i64,
    /// What is counted against the promise: all that was down, and of what was degraded the agreed part.
    pub lost: i64,
    /// The outages that reach into the period, in order.
    pub list: Vec<Outage>,
    /// How many of them began in it.
    pub outages: i64,
    /// Mean time between failures; none without an outage.
    pub mtbf: Option<i64>,
    /// Mean time to restore service; none without an outage.
    pub mtrs: Option<i64>,
    /// What was available of what was agreed; none when nothing was agreed.
    pub availability: Option<Share>,
    /// How the promise stands; none when there is none, or nothing was agreed.
    pub budget: Option<Budget>,
}

impl Figures {
    /// The figures of what is given.
    pub fn of(given: &Given) -> Self {
        let end = given.period.until.min(given.now).max(given.period.from);
        let span = Span { until: end, ..given.period };
        let agreed_ever = given.hours.minus(&given.excused);
        let outages = united(&given.outages, end);
        let down_ever = agreed_ever.and(&outages);
        let degraded_ever = agreed_ever.and(&united(&given.degraded, end)).minus(&outages);
        let costs =
            Costs { agreed: &agreed_ever, down: &down_ever, degraded: &degraded_ever, percent: given.degraded_percent };

        let service_time = given.hours.and(&span.into()).seconds();
        let agreed = agreed_ever.and(&span.into()).seconds();
        let down = down_ever.and(&span.into()).seconds();
        let outages = listed(&outages, &down_ever, span);
        let count = outages.iter().filter(|outage| !outage.carried).count();
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let lost = costs.lost(span);
        Self {
            span,
            service_time,
            excused: service_time - agreed,
            agreed,
            down,
            degraded: degraded_ever.and(&span.into()).seconds(),
            lost,
            list: outages,
            outages: count,
            mtbf: (agreed - down).checked_div(count),
            mtrs: down.checked_div(count),
            availability: (agreed > 0).then_some(Share { part: agreed - lost, whole: agreed }),
            budget: given.objective.and_then(|objective| Budget::of(objective, given.period, end, &costs)),
        }
    }

    /// How the promise stands; none when there is none, or nothing was agreed.
    pub fn standing(&self) -> Option<Standing> {
        let (share, budget) = (self.availability?, self.budget.as_ref()?);
        Some(if budget.is_broken() {
            Standing::Missed
        } else if share.reaches(budget.objective) {
            Standing::Met
        } else {
            Standing::Behind
        })
    }
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// More was lost than may be in the whole period.
    Missed,
    /// Of what has passed too much was lost, but what is to come can make up for it. Never so of a period that is over.
    Behind,
    /// It is kept, as far as has passed.
    Met,
}

/// Outages united; those that last end at `end`.
fn united(outages: &[(Instant, Option<Instant>)], end: Instant) -> Spans {
    outages.iter().map(|&(from, until)| Span { from, until: until.unwrap_or(end) }).collect()
}

/// The united outages that have down seconds in `span`. Each piece of `down` lies in one of them, so both are gone through once.
fn listed(outages: &Spans, down: &Spans, span: Span) -> Vec<Outage> {
    let mut pieces = down.iter().peekable();
    let mut listed: Vec<Outage> = Vec::new();
    for whole in outages.iter() {
        let mut carried = false;
        let mut outage: Option<Outage> = None;
        while let Some(piece) = pieces.next_if(|piece| piece.from < whole.until) {
            carried |= piece.from < span.from;
            if let Some(here) = piece.and(span) {
                let begun = outage.get_or_insert(Outage { span: here, down: 0, carried });
                begun.span.until = here.until;
                begun.down += here.seconds();
            }
        }
        listed.extend(outage);
    }
    listed
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
