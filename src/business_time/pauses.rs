//! What does not count, and when a target is due.

use super::instant::{Instant, Span, Spans};
use super::timetable::Timetable;

/// When a clock does not count. Pauses are united, so overlaps and order do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// Those that are over.
    pub closed: Spans,
    /// From when one goes on.
    pub open_from: Option<Instant>,
}

/// When a target is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Then.
    At(Instant),
    /// Nobody knows: a pause goes on.
    Unknown,
    /// Never: the hours do not come again.
    Never,
}

impl Pauses {
    /// The stretches from `start` on that are no pause, in order. The last goes on for ever, unless a pause does.
    fn counted(&self, start: Instant) -> impl Iterator<Item = Span> + '_ {
        let end = self.open_from.unwrap_or(Instant::of(i64::MAX));
        let ends = self.closed.iter().map(|pause| pause.from).chain(std::iter::once(end));
        let begins = std::iter::once(start).chain(self.closed.iter().map(|pause| pause.until));
        begins
            .zip(ends)
            .map(move |(from, until)| Span { from: from.max(start), until: until.min(end) })
            .filter(|span| span.from < span.until)
    }
}

/// Open seconds in `[start, until)` outside `pauses`.
pub fn elapsed(timetable: &Timetable, start: Instant, until: Instant, pauses: &Pauses) -> i64 {
    pauses
        .counted(start)
        .take_while(|span| span.from < until)
        .map(|span| timetable.between(span.from, span.until.min(until)))
        .sum()
}

/// The earliest second at which `target` open seconds are over, outside `pauses`; unknown while a pause has no end, unless it was reached
/// before that one began.
pub fn due(timetable: &Timetable, start: Instant, target: i64, pauses: &Pauses) -> Due {
    if target <= 0 {
        return Due::At(start);
    }
    let mut left = target;
    for span in pauses.counted(start) {
        match timetable.add(span.from, left) {
            Some(at) if at <= span.until => return Due::At(at),
            // No more hours ever: what remains of this stretch is all there is.
            None if span.until == Instant::of(i64::MAX) => return Due::Never,
            _ => left -= timetable.between(span.from, span.until),
        }
    }
    if pauses.open_from.is_some() { Due::Unknown } else { Due::Never }
}
