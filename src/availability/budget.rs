//! The error budget: how much may be lost, how much is, and how fast it goes (`sla-semantics` 5).

use super::rules::WHOLE;
use crate::business_time::{Instant, Span, Spans};

const HOUR: i64 = 3600;
/// How far back the pace is looked at (the long windows of the table in `sla-semantics` 5).
pub const LOOK_BACKS: [i64; 4] = [HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR];
/// Thousandths of a burn rate.
const MILLI: i64 = 1000;

/// What was agreed and what was lost of it, at any time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs<'a> {
    /// What was agreed.
    pub agreed: &'a Spans,
    /// What of it was down.
    pub down: &'a Spans,
    /// What of it was degraded and not down.
    pub degraded: &'a Spans,
    /// How much of degraded time counts.
    pub percent: i64,
}

impl Costs<'_> {
    /// What was lost in `span`, in seconds.
    pub fn lost(&self, span: Span) -> i64 {
        self.down.and(&span.into()).seconds() + self.degraded.and(&span.into()).seconds() * self.percent / 100
    }
}

/// How a promise stands. Lengths are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The promise, in millionths.
    pub objective: i64,
    /// What is agreed in the whole period, its future included.
    pub agreed: i64,
    /// What may be lost of that.
    pub budget: i64,
    /// What is lost.
    pub spent: i64,
    /// How fast it goes, over each of [`LOOK_BACKS`].
    pub burns: [Burn; LOOK_BACKS.len()],
}

/// How fast the budget goes: 1 spends it exactly in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burn {
    /// How far back was looked, in seconds.
    pub back: i64,
    /// The rate in thousandths, rounded down; none where nothing was agreed, or nothing may be lost.
    pub rate: Option<i64>,
    /// The agreed seconds until the budget is gone at that rate; none when it is gone, or nothing is lost.
    pub exhausts_in: Option<i64>,
}

impl Budget {
    /// The budget for `objective` over `period`, looked at from `end`; none when nothing is agreed in the period.
    pub(super) fn of(objective: i64, period: Span, end: Instant, costs: &Costs<'_>) -> Option<Self> {
        let agreed = costs.agreed.and(&period.into()).seconds();
        if agreed == 0 {
            return None;
        }
        let (budget, spent) = (scaled(agreed, WHOLE - objective, WHOLE), costs.lost(Span { until: end, ..period }));
        let burns = LOOK_BACKS.map(|back| {
            let span = Span { from: end - back, until: end };
            let (agreed, lost) = (costs.agreed.and(&span.into()).seconds(), costs.lost(span));
            let may_be_lost = scaled(agreed, WHOLE - objective, 1);
            let rate = (may_be_lost > 0).then(|| scaled(lost, WHOLE * MILLI, may_be_lost));
            let left = budget - spent;
            let exhausts_in = (left > 0 && lost > 0).then(|| scaled(left, agreed, lost));
            Burn { back, rate, exhausts_in }
        });
        Some(Self { objective, agreed, budget, spent, burns })
    }

    /// What may still be lost; below zero when more was.
    pub fn left(&self) -> i64 {
        self.budget - self.spent
    }

    /// Whether more is lost than may be, to the second: nothing that is to come can mend that.
    pub fn is_broken(&self) -> bool {
        i128::from(self.spent) * i128::from(WHOLE) > i128::from(self.agreed) * i128::from(WHOLE - self.objective)
    }

    /// How much more must be lost until so many percent are spent, in seconds; none for what is.
    pub fn until_step(&self, percent: i64) -> i64 {
        // The first whole second at which the percentage, rounded down, is reached.
        let wanted = (i128::from(self.budget) * i128::from(percent) + 99) / 100;
        i64::try_from(wanted).map_or(i64::MAX, |wanted| (wanted.max(1) - self.spent).max(0))
    }

    /// How much of it is spent, in percent, rounded down; a budget of nothing is spent by the first second.
    pub fn spent_percent(&self) -> i64 {
        match self.budget {
            0 if self.spent > 0 => 100,
            0 => 0,
            budget => scaled(self.spent, 100, budget),
        }
    }
}

/// `amount * by / of`, rounded down, without overflow on the way.
fn scaled(amount: i64, by: i64, of: i64) -> i64 {
    i64::try_from(i128::from(amount) * i128::from(by) / i128::from(of)).unwrap_or(i64::MAX)
}

/// When so many seconds of `ahead` are over; none when there are not so many.
pub fn after(ahead: &Spans, mut seconds: i64) -> Option<Instant> {
    for span in ahead.iter() {
        if seconds <= span.seconds() {
            return Some(span.from + seconds);
        }
        seconds -= span.seconds();
    }
    None
}

/// The parts of a budget whose spending is said, in percent.
pub const STEPS: [i64; 3] = [50, 75, 100];

/// The highest of [`STEPS`] that `spent` percent reach and `told` has not: what is to be said now. Steps that were passed over are not
/// said one by one.
pub fn step_to_tell(spent: i64, told: i64) -> Option<i64> {
    STEPS.into_iter().rev().find(|step| spent >= *step).filter(|step| *step > told)
}
