//! How far Discord's clock is from ours, learnt from the `Date` of its answers.

use chrono::{DateTime, TimeDelta, Utc};

/// Differences up to this are the `Date` header's whole seconds and the way of the answer, not a clock.
const NOISE: TimeDelta = TimeDelta::milliseconds(1_500);

/// The offset, as the narrowest interval that all answers agree on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Skew {
    known: Option<(TimeDelta, TimeDelta)>,
}

impl Skew {
    /// Learns from one answer. `Date` is cut to the second, and was written between `sent` and `received`, so the offset lies
    /// between the two extremes. An answer that contradicts the earlier ones means that a clock was moved: it alone counts then.
    pub(super) fn learn(&mut self, date: DateTime<Utc>, sent: DateTime<Utc>, received: DateTime<Utc>) {
        let lowest = date - received;
        let highest = date + TimeDelta::seconds(1) - sent;
        if lowest > highest {
            return; // Our own clock was moved backwards while the call was under way.
        }
        self.known = Some(match self.known {
            Some((low, high)) if lowest.max(low) <= highest.min(high) => (lowest.max(low), highest.min(high)),
            _ => (lowest, highest),
        });
    }

    /// Discord's time less ours.
    pub(super) fn offset(&self) -> TimeDelta {
        let Some((low, high)) = self.known else { return TimeDelta::zero() };
        let middle = low + (high - low) / 2;
        if middle.abs() <= NOISE { TimeDelta::zero() } else { middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn an_offset_within_the_headers_grain_is_none() {
        let mut skew = Skew::default();
        skew.learn(at("2026-11-22T10:00:00Z"), at("2026-11-22T10:00:00.900Z"), at("2026-11-22T10:00:01.100Z"));
        assert_eq!(skew.offset(), TimeDelta::zero());
    }

    #[test]
    fn answers_narrow_the_offset_and_a_moved_clock_replaces_it() {
        let mut skew = Skew::default();
        skew.learn(at("2026-11-22T10:00:10Z"), at("2026-11-22T10:00:00.000Z"), at("2026-11-22T10:00:00.100Z"));
        assert!(
            (skew.offset() - TimeDelta::milliseconds(10_450)).abs() <= TimeDelta::milliseconds(10),
            "{}",
            skew.offset()
        );
        skew.learn(at("2026-11-22T10:00:10Z"), at("2026-11-22T10:00:00.800Z"), at("2026-11-22T10:00:00.900Z"));
        assert!(skew.offset() < TimeDelta::milliseconds(10_250));
        skew.learn(at("2026-11-23T10:00:00Z"), at("2026-11-22T10:00:02Z"), at("2026-11-22T10:00:02.1Z"));
        assert!(skew.offset() > TimeDelta::hours(23));
    }
}
