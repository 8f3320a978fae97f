//! Periods: how they are read, where they begin and end.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// A Tuesday.
const NOW: &str = "2026-11-24T10:00:00Z";

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn read(text: &str, place: &str) -> Result<Period, String> {
    Period::read(text, utc(NOW), &zone(place))
}

#[test]
fn periods_are_read_as_people_write_them() {
    for (text, name, key) in [
        ("2026-10", "October 2026", "2026-10"),
        ("2026-9", "September 2026", "2026-09"),
        ("October 2026", "October 2026", "2026-10"),
        ("oct", "October 2026", "2026-10"),
        ("December", "December 2025", "2025-12"),
        ("2026-W45", "week 45 of 2026", "2026-W45"),
        ("2026-w1", "week 1 of 2026", "2026-W01"),
        ("2026-Q4", "quarter 4 of 2026", "2026-Q4"),
        ("2025", "2025", "2025"),
        ("2026-11-05", "5 November 2026", "2026-11-05"),
        ("2026-11-05 .. 2026-11-09", "5 November 2026 to 9 November 2026", "2026-11-05..2026-11-09"),
        ("today", "24 November 2026", "2026-11-24"),
        ("yesterday", "23 November 2026", "2026-11-23"),
        ("this week", "week 48 of 2026", "2026-W48"),
        ("last week", "week 47 of 2026", "2026-W47"),
        (" Last  Month ", "October 2026", "2026-10"),
        ("this month", "November 2026", "2026-11"),
        ("last quarter", "quarter 3 of 2026", "2026-Q3"),
        ("previous year", "2025", "2025"),
        ("last 7 days", "the last 7 days", "last-7-days"),
        ("7d", "the last 7 days", "last-7-days"),
        ("past 24 hours", "the last 24 hours", "last-24-hours"),
        ("last 1 day", "the last day", "last-1-days"),
    ] {
        let period = read(text, "Europe/London").unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!((period.name().as_str(), period.key().as_str()), (name, key), "{text}");
        assert_eq!(read(&period.key(), "Europe/London"), Ok(period), "{text} is read from its key");
    }
}

#[test]
fn bounds_are_local() {
    for (place, text, from, until) in [
        ("Europe/London", "2026-10", "2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z"),
        ("Europe/London", "2026-W13", "2026-03-23T00:00:00Z", "2026-03-29T23:00:00Z"),
        ("Europe/London", "2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"),
        ("America/New_York", "2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        ("Australia/Lord_Howe", "2025-10-05", "2025-10-04T13:30:00Z", "2025-10-05T13:00:00Z"),
        // Midnight is skipped.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),
        ("Europe/London", "last 7 days", "2026-11-17T10:00:00Z", NOW),
        ("Europe/London", "24h", "2026-11-23T10:00:00Z", NOW),
        // The same time of day, across the end of summer time.
        ("Europe/London", "last 5 weeks", "2026-10-20T09:00:00Z", NOW),
    ] {
        let period = read(text, place).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!((period.from, period.until), (utc(from), utc(until)), "{place} {text}");
    }
    let october = read("2026-10", "Europe/London").unwrap();
    assert_eq!((october.until - october.from).num_hours(), 745);
}

#[test]
fn what_is_no_period_is_refused_with_a_sentence() {
    for text in [
        "2026-13",
        "2026-W54",
        "2026-Q5",
        "soon",
        "last",
        "last 0 days",
        "this hour",
        "1999",
        "x 2026",
        "2026-1-",
        "last 7",
        "ma",
    ] {
        let why = read(text, "UTC").unwrap_err();
        assert!(
            why.ends_with(
                "is not a period I can read; write it like `2026-10`, `2026-W45`, `last month` or `last 7 days`."
            ),
            "{text}: {why}"
        );
    }
    for (text, sentence) in [
        ("", "A period is missing; write it like `2026-10`, `2026-W45`, `last month` or `last 7 days`."),
        ("2026-12", "`2026-12` has not begun yet; name a period that has."),
        ("2027-W01", "`2027-W01` has not begun yet; name a period that has."),
        ("last 367 days", "`last 367 days` is too long: a report is about 366 days at most."),
        ("last 99 years", "`last 99 years` is too long: a report is about 366 days at most."),
        ("2024-01-01..2026-01-01", "`2024-01-01..2026-01-01` is too long: a report is about 366 days at most."),
        ("2026-11-09..2026-11-05", "`2026-11-09..2026-11-05` ends before it begins; write the earlier date first."),
    ] {
        assert_eq!(read(text, "UTC").unwrap_err(), sentence, "{text}");
    }
    let lost = read("2011-12-30", "Pacific/Apia").unwrap_err();
    assert_eq!(lost, "`2011-12-30` has no time in it: the clocks there passed over it.");
}

#[test]
fn the_one_before_ends_where_it_begins() {
    for (text, before) in [
        ("2026-01", "December 2025"),
        ("2026-W01", "week 52 of 2025"),
        ("2026-Q1", "quarter 4 of 2025"),
        ("2026-11-05..2026-11-09", "31 October 2026 to 4 November 2026"),
        ("2026-03-01", "28 February 2026"),
    ] {
        let period = read(text, "Europe/London").unwrap();
        let previous = period.previous(&zone("Europe/London")).unwrap();
        assert_eq!((previous.name().as_str(), previous.until), (before, period.from), "{text}");
    }
    assert_eq!(read("7d", "UTC").unwrap().previous(&zone("UTC")), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in r"\PC*|[0-9wq. -]{0,20}|(last|this|oct|2026)[ 0-9a-z-]{0,9}") {
        let _ = read(&text, "Australia/Lord_Howe");
    }

    #[test]
    fn now_lies_in_the_current_one_and_they_leave_no_gap(
        seconds in 946_684_800_i64..4_000_000_000,
        place in prop::sample::select(vec!["Europe/London", "Africa/Cairo", "America/St_Johns", "Pacific/Apia", "UTC"]),
    ) {
        let (now, zone) = (DateTime::from_timestamp(seconds, 0).unwrap(), zone(place));
        for unit in [Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year] {
            let current = Period::current(unit, now, &zone).unwrap();
            prop_assert!(current.from <= now + TimeDelta::hours(1) && now < current.until + TimeDelta::hours(1));
            let previous = current.previous(&zone).unwrap();
            prop_assert_eq!(previous.until, current.from);
            prop_assert!(previous.from <= previous.until);
        }
    }
}
