//! The same arithmetic from day to day, with a time library and no table: what is compared with, and what proves that the right thing is
//! measured.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use wardroom::business_time::Instant;

/// Mon-Fri 09:00-17:30 in a zone, apart from closed days. No change of the clock falls into these hours.
pub struct Walk {
    pub zone: TimeZone,
    pub closed: BTreeSet<Date>,
}

impl Walk {
    /// The open seconds of a date, as UTC; none when it is closed.
    fn hours(&self, date: Date) -> Option<(i64, i64)> {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if is_weekend || self.closed.contains(&date) {
            return None;
        }
        let at = |hour, minute| {
            let at = date.to_datetime(time(hour, minute, 0, 0)).to_zoned_datetime(self.zone.clone());
            at.expect("a time within the calendar").timestamp().as_second()
        };
        Some((at(9, 0), at(17, 30)))
    }

    fn date(&self, at: Instant) -> Date {
        Timestamp::from_second(at.seconds())
            .expect("a second within the calendar")
            .to_zoned_datetime(self.zone.clone())
            .date()
    }

    fn dates(&self, from: Instant) -> impl Iterator<Item = Date> + use<> {
        self.date(from).series(1.day())
    }

    /// When so many open seconds are over.
    pub fn add(&self, from: Instant, seconds: i64) -> Instant {
        let mut left = seconds;
        for (opens, closes) in self.dates(from).filter_map(|date| self.hours(date)) {
            let opens = opens.max(from.seconds());
            let open = (closes - opens).max(0);
            if left <= open {
                return Instant::of(opens + left);
            }
            left -= open;
        }
        unreachable!("the weeks go on")
    }

    /// Open seconds in `[from, until)`.
    pub fn between(&self, from: Instant, until: Instant) -> i64 {
        let last = self.date(until);
        self.dates(from)
            .take_while(|date| *date <= last)
            .filter_map(|date| self.hours(date))
            .map(|(opens, closes)| (closes.min(until.seconds()) - opens.max(from.seconds())).max(0))
            .sum()
    }
}
