//! Digests: how service levels stood, told to a channel each day, week or month at a local time.
//!
//! The promises: each period is told once, however often wardroom starts; none is skipped, however long it was away; a late one says so;
//! an empty one posts its zeros. What was published is frozen, and what is corrected afterwards shows as an adjustment.
//!
//! * [`schedule`](Schedule): who gets which when. Pure.
//! * [`made`]: reads what figures are made of, once, and computes them.
//! * [`runner`]: what time does. [`command`]: `/sla digest`. [`store`], [`reply`]: tables and words.

pub mod command;
pub mod made;
pub mod reply;
pub mod runner;
pub mod store;

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::chat::phrase::{Period, Unit};
use crate::snowflake::{ChannelId, UserId};

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// Of each day, on the next.
    Daily,
    /// Of each week, on Monday.
    Weekly,
    /// Of each month, on the first.
    Monthly,
}

impl Frequency {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// The frequency of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|frequency| frequency.name() == name)
    }

    /// What it is about.
    pub fn unit(self) -> Unit {
        match self {
            Self::Daily => Unit::Day,
            Self::Weekly => Unit::Week,
            Self::Monthly => Unit::Month,
        }
    }
}

/// A digest that is posted again and again.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Its number.
    pub id: i64,
    /// Where it is posted.
    pub channel: ChannelId,
    /// How often.
    pub frequency: Frequency,
    /// At which minute of the local day.
    pub minute: i64,
    /// In whose time.
    pub zone: TimeZone,
    /// The same by its IANA name.
    pub zone_name: String,
    /// Who asked for it.
    pub created_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Where the next period begins: all before it is told.
    pub told_until: DateTime<Utc>,
}

impl Schedule {
    /// The period that is told next.
    pub fn next(&self) -> Option<Period> {
        Period::current(self.frequency.unit(), self.told_until, &self.zone)
    }

    /// When `period` is due: at the local time on the day on which the next one begins. A time that the clocks pass over is taken for the
    /// first moment behind the gap, one that they show twice for the first (`reliability-security` 2.4).
    pub fn due(&self, period: &Period) -> Option<DateTime<Utc>> {
        let until = Timestamp::from_second(period.until.timestamp()).ok()?;
        let day = self.zone.to_datetime(until).date();
        let (hour, minute) = (i8::try_from(self.minute / 60).ok()?, i8::try_from(self.minute % 60).ok()?);
        let local = self.zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0));
        let at = local.compatible().ok()?;
        let at = if matches!(local.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
            // The first moment behind the gap is that of the change itself.
            let mut changes = self.zone.preceding(at.checked_add(jiff::SignedDuration::from_secs(1)).ok()?);
            changes.next().map_or(at, |change| change.timestamp())
        } else {
            at
        };
        DateTime::from_timestamp(at.as_second(), 0)
    }

    /// The periods that are due by `now` and not yet told, the oldest first, at most `most`.
    pub fn untold(&self, now: DateTime<Utc>, most: usize) -> Vec<Period> {
        let mut schedule = self.clone();
        let mut found = Vec::new();
        while let Some(period) = schedule.next().filter(|period| schedule.due(period).is_some_and(|due| due <= now)) {
            schedule.told_until = period.until;
            found.push(period);
            if found.len() >= most {
                break;
            }
        }
        found
    }

    /// When the next one is posted.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due(&self.next()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect(text)
    }

    fn schedule(frequency: Frequency, zone: &str, minute: i64, told_until: &str) -> Schedule {
        Schedule {
            id: 1,
            channel: ChannelId(1),
            frequency,
            minute,
            zone: TimeZone::get(zone).expect(zone),
            zone_name: zone.to_owned(),
            created_by: UserId(1),
            created_at: at(told_until),
            told_until: at(told_until),
        }
    }

    #[test]
    fn each_period_is_due_at_its_local_time() {
        for (frequency, zone, told_until, due) in [
            (Frequency::Daily, "Europe/Berlin", "2026-11-23T23:00:00Z", "2026-11-25T07:30:00Z"),
            (Frequency::Weekly, "Europe/Berlin", "2026-10-18T22:00:00Z", "2026-10-26T07:30:00Z"),
            (Frequency::Monthly, "America/New_York", "2026-10-01T04:00:00Z", "2026-11-01T13:30:00Z"),
        ] {
            assert_eq!(schedule(frequency, zone, 510, told_until).next_due(), Some(at(due)), "{frequency:?}");
        }
    }

    #[test]
    fn in_a_gap_it_comes_behind_it_and_in_an_overlap_once() {
        // New York goes from 02:00 to 03:00 on 2026-03-08, and from 02:00 back to 01:00 on 2026-11-01.
        let spring = schedule(Frequency::Daily, "America/New_York", 150, "2026-03-07T05:00:00Z");
        assert_eq!(spring.next_due(), Some(at("2026-03-08T07:00:00Z")));
        let autumn = schedule(Frequency::Daily, "America/New_York", 90, "2026-10-31T04:00:00Z");
        assert_eq!(autumn.next_due(), Some(at("2026-11-01T05:30:00Z")));
    }

    #[test]
    fn months_follow_each_other_without_gap_or_overlap_in_every_zone() {
        for zone in [
            "Europe/London",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "America/St_Johns",
        ] {
            let start = Period::current(Unit::Month, at("2026-01-15T00:00:00Z"), &TimeZone::get(zone).expect(zone));
            let mut one = schedule(Frequency::Monthly, zone, 0, "2026-01-01T00:00:00Z");
            one.told_until = start.expect("a month").from;
            let months = one.untold(at("2027-02-15T00:00:00Z"), 99);
            assert_eq!(months.len(), 13, "{zone}");
            assert!(months.windows(2).all(|pair| pair[0].until == pair[1].from), "{zone}");
            assert_eq!(months[9].key(), "2026-10", "{zone}");
        }
    }

    #[test]
    fn what_was_missed_is_known() {
        let daily = schedule(Frequency::Daily, "UTC", 480, "2026-11-20T00:00:00Z");
        let keys: Vec<String> = daily.untold(at("2026-11-23T09:00:00Z"), 99).iter().map(Period::key).collect();
        assert_eq!(keys, ["2026-11-20", "2026-11-21", "2026-11-22"]);
        assert!(daily.untold(at("2026-11-21T07:59:59Z"), 99).is_empty());
    }
}
