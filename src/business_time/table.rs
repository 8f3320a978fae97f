//! Open intervals of local seconds, made ready for counting: of a week that comes again and again, or of one date.

use super::week::{Intervals, Week};

/// Seconds of a day and of a week.
pub(super) const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// From Monday, 1969-12-29 to the epoch, which was a Thursday.
const MONDAY: i64 = 3 * DAY;

/// Intervals, with how many open seconds lie before each.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Local seconds at which it begins, counted from 1970-01-01 00:00 by the local clock.
    origin: i64,
    /// After how many seconds it comes again; none for a single date.
    cycle: Option<i64>,
    /// First second, second after the last, open seconds before it.
    open: Vec<(i64, i64, i64)>,
    /// Open seconds of one cycle.
    total: i64,
}

impl Table {
    /// Of a week.
    pub fn week(week: &Week) -> Self {
        Self::new(-MONDAY, Some(WEEK), &week.minutes())
    }

    /// Of the date that begins at local second `origin`; a closed one has no intervals.
    pub fn date(origin: i64, hours: Option<&Intervals>) -> Self {
        Self::new(origin, None, hours.map_or(&[], |hours| hours.0.as_slice()))
    }

    /// `minutes` are in order and do not overlap.
    fn new(origin: i64, cycle: Option<i64>, minutes: &[(u32, u32)]) -> Self {
        let mut open: Vec<(i64, i64, i64)> = Vec::with_capacity(minutes.len());
        let mut total = 0;
        for &(from, to) in minutes {
            let (from, to) = (i64::from(from) * 60, i64::from(to) * 60);
            match open.last_mut() {
                // What touches is one: nights that go on at midnight, days around the clock.
                Some(last) if last.1 == from => last.1 = to,
                _ => open.push((from, to, total)),
            }
            total += to - from;
        }
        Self { origin, cycle, open, total }
    }

    /// Whether nothing is ever open in it.
    pub fn is_closed(&self) -> bool {
        self.total == 0
    }

    /// Open seconds from its origin up to local second `local`; below zero before it.
    pub fn before(&self, local: i64) -> i64 {
        let since = local - self.origin;
        let (cycles, within) = match self.cycle {
            Some(cycle) => (since.div_euclid(cycle), since.rem_euclid(cycle)),
            None => (0, since),
        };
        let index = self.open.partition_point(|(from, ..)| *from < within);
        let part = index.checked_sub(1).map_or(0, |index| {
            let (from, to, before) = self.open[index];
            before + within.min(to) - from
        });
        cycles * self.total + part
    }

    /// The first local second before which `seconds` (counted from the origin) are open. There must be so many.
    pub fn after(&self, seconds: i64) -> i64 {
        // The last of a cycle's seconds ends in that cycle, and not at the first opening of the next.
        let (cycles, rest) = match self.cycle {
            Some(_) => ((seconds - 1).div_euclid(self.total), (seconds - 1).rem_euclid(self.total) + 1),
            None => (0, seconds),
        };
        let index = self.open.partition_point(|(.., before)| *before < rest).saturating_sub(1);
        let (from, _, before) = self.open[index];
        self.origin + cycles * self.cycle.unwrap_or(0) + from + rest - before
    }

    /// Up to which local second it stays as it is at `local`, and whether that is open.
    pub fn stays(&self, local: i64) -> (bool, i64) {
        let since = local - self.origin;
        let (start, within) = match self.cycle {
            Some(cycle) => (local - since.rem_euclid(cycle), since.rem_euclid(cycle)),
            None => (self.origin, since),
        };
        let index = self.open.partition_point(|(from, ..)| *from <= within);
        if let Some((_, to, _)) = index.checked_sub(1).map(|index| self.open[index])
            && within < to
        {
            return (true, start + to);
        }
        let next = self.open.get(index).map_or(self.cycle.unwrap_or(i64::MAX / 2), |(from, ..)| *from);
        (false, start.saturating_add(next))
    }
}
