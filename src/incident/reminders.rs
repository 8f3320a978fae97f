//! When a promised update is reminded of, whom that calls, and when it is quiet. Pure.
//!
//! A reminder hangs on the promise of the last update and not on a fixed cadence: too many status requests are an anti-pattern of their
//! own (`incident-chatops` 4c), and a promise is the responder's own word.

use chrono::{DateTime, TimeDelta, Utc};
use jiff::tz::TimeZone;

use super::{Incident, Priority, Promise};
use crate::snowflake::UserId;

/// Whom a reminder calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// One person.
    Person(UserId),
    /// Whoever is in the room; of urgent ones also whoever may respond.
    Room,
}

/// Minutes after the promised instant at which it is reminded of; after the last it shows on the card and in `/inbox` alone.
fn steps(priority: Priority) -> &'static [i64] {
    match priority {
        Priority::P1 | Priority::P2 => &[0, 10, 20, 40, 80, 160],
        Priority::P3 => &[0, 60, 240],
        Priority::P4 | Priority::P5 => &[0, 24 * 60],
    }
}

/// When `promise` is reminded of next, in a guild that is quiet between the minutes `quiet` of the local day.
pub fn next(priority: Priority, promise: &Promise, quiet: (i64, i64), zone: &TimeZone) -> Option<DateTime<Utc>> {
    let step = steps(priority).get(usize::try_from(promise.reminded).ok()?)?;
    let planned = promise.due_at + TimeDelta::minutes(*step);
    let put_off = promise.snoozed_until.map_or(planned, |until| planned.max(until));
    Some(if priority.pages() { put_off } else { after_quiet(put_off, quiet, zone) })
}

/// How many reminders of `promise` are over by `now`: those that were missed are not made up for one by one.
pub fn over(priority: Priority, promise: &Promise, quiet: (i64, i64), zone: &TimeZone, now: DateTime<Utc>) -> i64 {
    let mut later = promise.clone();
    while next(priority, &later, quiet, zone).is_some_and(|at| at <= now) {
        later.reminded += 1;
    }
    later.reminded - promise.reminded
}

/// Communications first, since telling is their part; then the commander; then the room (`incident-chatops` 7.4).
pub fn addressee(incident: &Incident, promise: &Promise) -> Addressee {
    let person = match promise.reminded {
        0 => incident.roles.communications.or(incident.roles.commander).or(Some(promise.by)),
        1 => incident.roles.commander.filter(|commander| incident.roles.communications != Some(*commander)),
        _ => None,
    };
    person.map_or(Addressee::Room, Addressee::Person)
}

/// The end of the quiet hours that `at` falls into, or `at` itself.
pub fn after_quiet(at: DateTime<Utc>, (from, until): (i64, i64), zone: &TimeZone) -> DateTime<Utc> {
    let Ok(local) = jiff::Timestamp::from_microsecond(at.timestamp_micros()).map(|at| zone.to_datetime(at)) else {
        return at;
    };
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let over_midnight = from > until;
    let is_quiet = if over_midnight { minute >= from || minute < until } else { minute >= from && minute < until };
    if !is_quiet {
        return at;
    }
    let day =
        if over_midnight && minute >= from { local.date().tomorrow().unwrap_or(local.date()) } else { local.date() };
    let (Ok(hour), Ok(minute)) = (i8::try_from(until / 60), i8::try_from(until % 60)) else { return at };
    zone.to_timestamp(day.at(hour, minute, 0, 0))
        .ok()
        .and_then(|end| DateTime::from_timestamp_micros(end.as_microsecond()))
        .map_or(at, |end| end.max(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::phrase::zone;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    const NIGHT: (i64, i64) = (22 * 60, 7 * 60);

    #[test]
    fn a_lesser_reminder_waits_for_the_morning_of_the_guild() {
        let berlin = zone("Europe/Berlin").expect("it exists");
        assert_eq!(after_quiet(at("2026-11-24T22:30:00Z"), NIGHT, &berlin), at("2026-11-25T06:00:00Z"));
        assert_eq!(after_quiet(at("2026-11-25T02:30:00Z"), NIGHT, &berlin), at("2026-11-25T06:00:00Z"));
        assert_eq!(after_quiet(at("2026-11-25T06:00:00Z"), NIGHT, &berlin), at("2026-11-25T06:00:00Z"));
        assert_eq!(after_quiet(at("2026-11-25T12:00:00Z"), NIGHT, &berlin), at("2026-11-25T12:00:00Z"));
        assert_eq!(after_quiet(at("2026-11-25T12:00:00Z"), (12 * 60, 14 * 60), &berlin), at("2026-11-25T13:00:00Z"));
        assert_eq!(after_quiet(at("2026-11-25T02:30:00Z"), (0, 0), &berlin), at("2026-11-25T02:30:00Z"));
    }

    #[test]
    fn an_urgent_reminder_waits_for_nobody_and_ends_after_six() {
        let promise =
            |reminded| Promise { by: UserId(1), due_at: at("2026-11-25T02:00:00Z"), reminded, snoozed_until: None };
        let next = |priority, reminded| next(priority, &promise(reminded), NIGHT, &TimeZone::UTC);
        assert_eq!(next(Priority::P1, 0), Some(at("2026-11-25T02:00:00Z")));
        assert_eq!(next(Priority::P1, 5), Some(at("2026-11-25T04:40:00Z")));
        assert_eq!(next(Priority::P1, 6), None);
        assert_eq!(next(Priority::P3, 0), Some(at("2026-11-25T07:00:00Z")));
        assert_eq!(next(Priority::P5, 2), None);
    }
}
