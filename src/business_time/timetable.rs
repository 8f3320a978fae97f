//! A calendar in all its versions, made ready for counting.

use jiff::civil::Date;

use super::calendar::Calendar;
use super::instant::{Instant, Span};
use super::table::{DAY, Table};

/// How many closed dates in a row are looked through for a working day.
const PATIENCE: u32 = 4000;

/// From one second on, the local clock is so far ahead of UTC, and one table says what is open.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i64,
    offset: i64,
    table: usize,
    /// Open seconds before it, counted from somewhere that is the same for all stretches.
    before: i64,
}

/// A calendar in all its versions. Each second is judged by the version in force then.
#[derive(Clone, Debug)]
pub struct Timetable {
    tables: Vec<Table>,
    /// In order. The first goes back for ever, the last goes on for ever.
    stretches: Vec<Stretch>,
}

impl Timetable {
    /// One version, always in force.
    pub fn of(calendar: &Calendar) -> Self {
        Self::versions([(Instant::of(i64::MIN), calendar.clone())])
    }

    /// Around the clock.
    pub fn always() -> Self {
        Self::of(&Calendar::always())
    }

    /// Versions in the order of the seconds from which on they hold; the first holds before its own as well. Without any, nothing is ever
    /// open.
    pub fn versions(versions: impl IntoIterator<Item = (Instant, Calendar)>) -> Self {
        let versions: Vec<(Instant, Calendar)> = versions.into_iter().collect();
        let mut timetable = Self { tables: Vec::new(), stretches: Vec::new() };
        for (index, (from, calendar)) in versions.iter().enumerate() {
            let from = if index == 0 { i64::MIN } else { from.seconds() };
            let until = versions.get(index + 1).map_or(i64::MAX, |(next, _)| next.seconds());
            if from < until {
                timetable.lay(calendar, from, until);
            }
        }
        if timetable.stretches.is_empty() {
            timetable.tables.push(Table::date(0, None));
            timetable.stretches.push(Stretch { from: i64::MIN, offset: 0, table: 0, before: 0 });
        }
        timetable.count();
        timetable
    }

    /// Lays `calendar` over the seconds `[from, until)`.
    fn lay(&mut self, calendar: &Calendar, from: i64, until: i64) {
        let week = self.tables.len();
        self.tables.push(Table::week(&calendar.week));
        let days: Vec<(i64, usize)> = calendar
            .exceptions
            .0
            .iter()
            .map(|(date, exception)| {
                let origin = start_of(*date);
                self.tables.push(Table::date(origin, exception.hours.as_ref()));
                (origin, self.tables.len() - 1)
            })
            .collect();
        let offsets = &calendar.offsets.0;
        for index in calendar.offsets.at(from)..offsets.len() {
            let (since, offset) = offsets[index];
            let (start, end) = (since.max(from), offsets.get(index + 1).map_or(until, |(next, _)| until.min(*next)));
            if start >= end {
                break;
            }
            self.stretches.push(Stretch { from: start, offset, table: week, before: 0 });
            // The exceptional dates that the local clock shows within this piece: one can be shown in two pieces, or in none.
            let (first, last) = (start.saturating_add(offset).saturating_sub(DAY), end.saturating_add(offset));
            let shown = days.partition_point(|(origin, _)| *origin <= first);
            for &(origin, table) in days[shown..].iter().take_while(|(origin, _)| *origin < last) {
                let begins = (origin - offset).max(start);
                self.push(Stretch { from: begins, offset, table, before: 0 });
                if origin + DAY - offset < end {
                    self.stretches.push(Stretch { from: origin + DAY - offset, offset, table: week, before: 0 });
                }
            }
        }
    }

    /// Adds a stretch in place of one that would be empty.
    fn push(&mut self, stretch: Stretch) {
        if self.stretches.last().is_some_and(|last| last.from == stretch.from) {
            self.stretches.pop();
        }
        self.stretches.push(stretch);
    }

    fn count(&mut self) {
        let mut before = 0;
        for index in 0..self.stretches.len() {
            self.stretches[index].before = before;
            // What lies before the first cut goes back for ever: it is counted from that cut, and is negative.
            if let Some(next) = self.stretches.get(index + 1).filter(|_| index > 0) {
                before += self.within(self.stretches[index], next.from);
            }
        }
    }

    /// Open seconds from the beginning of `stretch` up to `until`, a second in it.
    fn within(&self, stretch: Stretch, until: i64) -> i64 {
        let table = &self.tables[stretch.table];
        table.before(until + stretch.offset) - table.before(stretch.from + stretch.offset)
    }

    /// Open seconds up to `at`, counted from somewhere that is the same for all.
    fn before(&self, at: i64) -> i64 {
        let index = self.stretches.partition_point(|stretch| stretch.from <= at).saturating_sub(1);
        let stretch = self.stretches[index];
        if index > 0 {
            return stretch.before + self.within(stretch, at);
        }
        let table = &self.tables[stretch.table];
        table.before(at + stretch.offset) - table.before(self.first_cut() + stretch.offset)
    }

    /// The second at which the first stretch ends, or any second when there is no other.
    fn first_cut(&self) -> i64 {
        self.stretches.get(1).map_or(0, |second| second.from)
    }

    /// Whether `at` is open.
    pub fn is_open(&self, at: Instant) -> bool {
        self.between(at, at + 1) == 1
    }

    /// Open seconds in `[from, until)`; none when that is turned around.
    pub fn between(&self, from: Instant, until: Instant) -> i64 {
        if until <= from { 0 } else { self.before(until.seconds()) - self.before(from.seconds()) }
    }

    /// The earliest second, from `from` on, before which `seconds` are open; none when there never are so many.
    pub fn add(&self, from: Instant, seconds: i64) -> Option<Instant> {
        if seconds <= 0 {
            return Some(from);
        }
        let wanted = self.before(from.seconds()) + seconds;
        // Within the first stretch nothing is counted yet.
        let index = self.stretches[1..].partition_point(|stretch| stretch.before < wanted);
        let stretch = self.stretches[index];
        let table = &self.tables[stretch.table];
        if table.is_closed() {
            // Only the last stretch goes on without any open second being left.
            return None;
        }
        let start = if index == 0 { self.first_cut() } else { stretch.from };
        let base = table.before(start + stretch.offset);
        let local = table.after(base + wanted - if index == 0 { 0 } else { stretch.before });
        Some(Instant::of(local - stretch.offset))
    }

    /// The end of the `n`-th working day after the local date of `from`: the end of its last open second. A working day is a local date
    /// with open time. None when there are no more.
    pub fn end_of_working_day(&self, from: Instant, n: u32) -> Option<Instant> {
        let mut day = self.local(from).div_euclid(DAY);
        let (mut found, mut closed) = (0, 0);
        let mut end = from;
        while found < n {
            day += 1;
            match self.last_open_of(day, end) {
                Some(last) => (end, found, closed) = (last, found + 1, 0),
                None if closed < PATIENCE => closed += 1,
                None => return None,
            }
        }
        Some(end)
    }

    fn local(&self, at: Instant) -> i64 {
        let index = self.stretches.partition_point(|stretch| stretch.from <= at.seconds()).saturating_sub(1);
        at.seconds() + self.stretches[index].offset
    }

    /// The end of the last open second, after `after`, of the date that begins at local day `day`.
    fn last_open_of(&self, day: i64, after: Instant) -> Option<Instant> {
        // No offset is larger than a day, so what shows that date lies around the same seconds of UTC.
        let first = self.stretches.partition_point(|stretch| stretch.from <= (day - 1) * DAY).saturating_sub(1);
        self.stretches[first..]
            .iter()
            .enumerate()
            .take_while(|(_, stretch)| stretch.from < (day + 2) * DAY)
            .filter_map(|(index, stretch)| {
                let until = self.stretches.get(first + index + 1).map_or(i64::MAX, |next| next.from);
                let shown = Span {
                    from: Instant::of((day * DAY - stretch.offset).max(stretch.from)),
                    until: Instant::of(((day + 1) * DAY - stretch.offset).min(until)),
                };
                let open = self.between(shown.from, shown.until);
                (open > 0).then(|| self.add(shown.from, open)).flatten()
            })
            .filter(|end| *end > after)
            .last()
    }

    /// The open spans in `[from, until)`, in order and apart from each other.
    pub fn spans(&self, from: Instant, until: Instant) -> impl Iterator<Item = Span> + '_ {
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= until {
                return None;
            }
            // The next open second is the one that ends where one second is over.
            let opens = self.add(at, 1)? - 1;
            if opens >= until {
                return None;
            }
            let mut closes = opens;
            loop {
                let (is_open, stays) = self.stays(closes);
                if !is_open {
                    break;
                }
                closes = stays;
                if closes >= until {
                    break;
                }
            }
            at = closes;
            Some(Span { from: opens, until: closes.min(until) })
        })
    }

    /// Whether `at` is open, and up to which second nothing changes.
    fn stays(&self, at: Instant) -> (bool, Instant) {
        let index = self.stretches.partition_point(|stretch| stretch.from <= at.seconds()).saturating_sub(1);
        let stretch = self.stretches[index];
        let (is_open, local) = self.tables[stretch.table].stays(at.seconds() + stretch.offset);
        let end = self.stretches.get(index + 1).map_or(i64::MAX, |next| next.from);
        (is_open, Instant::of(local.saturating_sub(stretch.offset).min(end)))
    }
}

/// The local second at which `date` begins.
fn start_of(date: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    date.duration_since(epoch).as_secs()
}
