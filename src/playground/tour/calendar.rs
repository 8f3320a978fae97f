//! Local times as a quarter says them: `8 Sat 22:00` is Saturday of the eighth week before that of the tour.

use chrono::{DateTime, Utc};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Weeks before that of the tour, the day, the local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When(i64, Weekday, Time);

/// The weeks before a tour, in their zone.
pub(super) struct Calendar<'z> {
    /// Of the week of the tour.
    monday: Date,
    zone: &'z TimeZone,
}

impl<'z> Calendar<'z> {
    /// The weeks before the one of `morning`.
    pub(super) fn before(morning: DateTime<Utc>, zone: &'z TimeZone) -> Self {
        let now = Timestamp::from_second(morning.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH);
        let today = zone.to_datetime(now).date();
        let days = i64::from(today.weekday().to_monday_zero_offset());
        Self { monday: today.saturating_sub(Span::new().days(days)), zone }
    }

    /// The local date and time, as an option of a command is typed.
    pub(super) fn written(&self, when: When) -> String {
        format!("{} {}", self.day(when), when.2.strftime("%H:%M"))
    }

    fn day(&self, When(weeks, weekday, _): When) -> Date {
        let days = i64::from(weekday.to_monday_zero_offset()) - weeks * 7;
        self.monday.saturating_add(Span::new().days(days))
    }

    /// The instant.
    pub(super) fn at(&self, when: When) -> DateTime<Utc> {
        let local = self.zone.to_ambiguous_timestamp(self.day(when).to_datetime(when.2));
        // Far from the ends of the calendar each local time is an instant; one that the clocks skip is the one behind.
        let at = local.compatible().unwrap_or(Timestamp::UNIX_EPOCH);
        DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default()
    }
}

impl When {
    /// `8 Sat 22:00`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let weeks = words.next()?.parse().ok().filter(|weeks| (0..=52).contains(weeks))?;
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let day = words.next()?;
        let day = i8::try_from(days.iter().position(|known| *known == day)?).ok()?;
        let time = Time::strptime("%H:%M", words.next()?).ok()?;
        words.next().is_none().then_some(Self(weeks, Weekday::from_monday_zero_offset(day).ok()?, time))
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no time such as 8 Sat 22:00")))
    }
}

/// A zone by its IANA name.
pub(super) fn zone<'de, D: Deserializer<'de>>(reader: D) -> Result<TimeZone, D::Error> {
    TimeZone::get(&String::deserialize(reader)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekday_is_a_weekday_and_local_times_follow_the_clocks() {
        let london = TimeZone::get("Europe/London").expect("a zone");
        let calendar = Calendar::before("2026-11-24T09:00:00Z".parse().expect("an instant"), &london);
        for (text, at, written) in [
            ("0 Mon 10:00", "2026-11-23T10:00:00Z", "2026-11-23 10:00"),
            ("4 Mon 00:40", "2026-10-26T00:40:00Z", "2026-10-26 00:40"),
            ("5 Sat 10:00", "2026-10-24T09:00:00Z", "2026-10-24 10:00"),
            ("8 Sun 00:00", "2026-10-03T23:00:00Z", "2026-10-04 00:00"),
        ] {
            let when = When::parse(text).expect(text);
            let at: DateTime<Utc> = at.parse().expect(at);
            assert_eq!((calendar.at(when), calendar.written(when).as_str()), (at, written), "{text}");
        }
    }

    #[test]
    fn what_is_misspelt_is_no_time() {
        for wrong in
            ["8 Sat", "8 sat 22:00", "8 Sat 22:00 x", "-1 Sat 22:00", "8 Sat 25:00", "8  Sat 22:00", "x Sat 22:00"]
        {
            assert_eq!(When::parse(wrong), None, "{wrong}");
        }
    }
}
