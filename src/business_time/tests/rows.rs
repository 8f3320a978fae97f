//! The edge cases of `sla-semantics` 2, each with its number.

use std::fmt::Write as _;

use crate::business_time::{Calendar, Due, Exceptions, Instant, Pauses, Span, Timetable, due, elapsed};

const HOUR: i64 = 3600;
const OFFICE: &str = "Mon-Fri 09:00-17:00";

fn calendar(zone: &str, week: &str, days: &str) -> Calendar {
    Calendar::new(zone, week.parse().expect(week), days.parse().expect(days)).expect("a calendar")
}

fn hours(zone: &str, week: &str, days: &str) -> Timetable {
    Timetable::of(&calendar(zone, week, days))
}

/// A local time in `zone`.
fn at(zone: &str, local: &str) -> Instant {
    let local: jiff::civil::DateTime = local.parse().expect(local);
    let zoned = local.in_tz(zone).expect(zone);
    Instant::of(zoned.timestamp().as_second())
}

fn utc(text: &str) -> Instant {
    Instant::from(text.parse::<chrono::DateTime<chrono::Utc>>().expect(text))
}

const NEW_YORK: &str = "America/New_York";

fn ny(local: &str) -> Instant {
    at(NEW_YORK, local)
}

#[test]
fn plain_hours_out_of_hours_and_the_end_at_closing() {
    let office = hours(NEW_YORK, OFFICE, "");
    for (from, hours, end) in [
        ("2026-06-05T15:30", 8, "2026-06-08T15:30"),
        ("2026-06-06T11:00", 4, "2026-06-08T13:00"),
        ("2026-06-08T09:00", 8, "2026-06-08T17:00"),
    ] {
        assert_eq!(office.add(ny(from), hours * HOUR), Some(ny(end)), "{hours} h from {from}");
    }
    assert_eq!(office.add(ny("2026-06-06T11:00"), 0), Some(ny("2026-06-06T11:00")));
    // Used up exactly at closing, and answered after hours: instants are compared, and not percentages.
    let start = ny("2026-06-08T09:00");
    assert_eq!(elapsed(&office, start, ny("2026-06-08T18:00"), &Pauses::default()), 8 * HOUR);
    assert_eq!(due(&office, start, 8 * HOUR, &Pauses::default()), Due::At(ny("2026-06-08T17:00")));
}

#[test]
fn changes_of_the_clock_count_as_the_wall_clock_shows_them() {
    let always = |zone: &str| hours(zone, "24x7", "");
    let day = |zone: &str, from: &str, until: &str| always(zone).between(at(zone, from), at(zone, until));
    assert_eq!(day("Europe/London", "2026-03-29T00:00", "2026-03-30T00:00"), 23 * HOUR);
    assert_eq!(day("Europe/London", "2026-10-25T00:00", "2026-10-26T00:00"), 25 * HOUR);
    assert_eq!(
        always("Europe/London").add(at("Europe/London", "2026-03-28T12:00"), 24 * HOUR),
        Some(at("Europe/London", "2026-03-29T13:00"))
    );
    assert_eq!(day("Australia/Lord_Howe", "2025-10-05T00:00", "2025-10-06T00:00"), 23 * HOUR + HOUR / 2);
    assert_eq!(day("Australia/Lord_Howe", "2026-04-05T00:00", "2026-04-06T00:00"), 24 * HOUR + HOUR / 2);
    let short = |week: &str, from: &str, until: &str| hours(NEW_YORK, week, "").between(ny(from), ny(until));
    assert_eq!(short("Sun 01:30-02:30", "2026-03-08T00:00", "2026-03-09T00:00"), HOUR / 2);
    assert_eq!(short("Sun 02:00-03:00", "2026-03-08T00:00", "2026-03-09T00:00"), 0);
    assert_eq!(short("Sun 00:00-01:30", "2025-11-02T00:00", "2025-11-03T00:00"), 2 * HOUR);
    let paulo = "America/Sao_Paulo";
    assert_eq!(
        hours(paulo, "Sun 00:10-01:40", "").between(at(paulo, "2018-11-03T12:00"), at(paulo, "2018-11-05T00:00")),
        40 * 60
    );
}

#[test]
fn a_date_that_never_was_and_one_that_was_lived_twice() {
    let apia = "Pacific/Apia";
    let week = hours(apia, OFFICE, "").between(at(apia, "2011-12-26T00:00"), at(apia, "2012-01-01T00:00"));
    assert_eq!(week, 4 * 8 * HOUR);
    let johns = "America/St_Johns";
    let night = hours(johns, "24x7", "2006-10-29 closed");
    // From noon of the 28th to noon of the 30th: the rest of the 28th, 59 minutes of it once more, and the morning of the 30th.
    let open = night.between(at(johns, "2006-10-28T12:00"), at(johns, "2006-10-30T12:00"));
    assert_eq!(open, 12 * HOUR + 59 * 60 + 12 * HOUR);
}

#[test]
fn nights_belong_to_the_day_on_which_they_begin_and_holidays_close_their_own_date_alone() {
    let nights = hours(NEW_YORK, "Mon-Fri 22:00-06:00", "");
    assert!(nights.is_open(ny("2026-06-06T03:00")), "the night of Friday");
    assert!(!nights.is_open(ny("2026-06-08T03:00")), "the night of Sunday");
    let christmas = hours(NEW_YORK, "Mon-Fri 22:00-06:00", "2026-12-25 closed");
    assert_eq!(christmas.between(ny("2026-12-24T12:00"), ny("2026-12-26T12:00")), 8 * HOUR);
    assert_eq!(
        hours(NEW_YORK, "daily 00:00-24:00", "").between(ny("2026-06-01T00:00"), ny("2026-06-08T00:00")),
        7 * 24 * HOUR
    );
}

#[test]
fn finite_holidays_are_gone_past_and_an_empty_calendar_is_never() {
    let mut days = String::new();
    let mut date = jiff::civil::date(2026, 1, 1);
    while date.year() == 2026 {
        writeln!(days, "{date} closed").expect("a line");
        date = date.tomorrow().expect("a day");
    }
    let closed = hours(NEW_YORK, OFFICE, &days);
    assert_eq!(closed.add(ny("2026-03-01T00:00"), 1), Some(ny("2027-01-01T09:00:01")));
    assert!(Calendar::new(NEW_YORK, crate::business_time::Week::default(), "".parse().expect("none")).is_err());
    let once = Calendar::new(
        NEW_YORK,
        crate::business_time::Week::default(),
        "2026-06-06 10:00-12:00 Sale".parse().expect("a day"),
    );
    let once = Timetable::of(&once.expect("it opens once"));
    assert_eq!(once.add(ny("2026-06-01T00:00"), 2 * HOUR), Some(ny("2026-06-06T12:00")));
    assert_eq!(once.add(ny("2026-06-01T00:00"), 2 * HOUR + 1), None);
    assert_eq!(once.add(ny("2026-06-07T00:00"), 1), None);
    assert_eq!(due(&once, ny("2026-06-07T00:00"), 1, &Pauses::default()), Due::Never);
    assert_eq!(Timetable::versions([]).add(utc("2026-01-01T00:00:00Z"), 1), None);
    assert_eq!(closed.between(ny("2026-03-01T00:00"), ny("2026-02-01T00:00")), 0);
}

#[test]
fn pauses_give_back_their_open_part_alone() {
    let office = hours(NEW_YORK, OFFICE, "");
    let paused = |pauses: &[(&str, &str)], open_from: Option<&str>| Pauses {
        closed: pauses.iter().map(|(from, until)| Span { from: ny(from), until: ny(until) }).collect(),
        open_from: open_from.map(ny),
    };
    let due = |start: &str, target: i64, pauses: &Pauses| due(&office, ny(start), target, pauses);
    let out = paused(&[("2026-06-08T18:00", "2026-06-09T05:00")], None);
    assert_eq!(due("2026-06-08T09:00", 10 * HOUR, &out), Due::At(ny("2026-06-09T11:00")));
    let across = paused(&[("2026-06-08T12:00", "2026-06-09T11:00")], None);
    assert_eq!(due("2026-06-08T10:00", 8 * HOUR, &across), Due::At(ny("2026-06-09T17:00")));
    assert_eq!(due("2026-06-08T10:00", 6 * HOUR, &across), Due::At(ny("2026-06-09T15:00")));
    // A pause that begins when the target is used up comes too late.
    assert_eq!(due("2026-06-08T10:00", 2 * HOUR, &across), Due::At(ny("2026-06-08T12:00")));
    let seconds =
        paused(&[("2026-06-08T09:10:00", "2026-06-08T09:10:14"), ("2026-06-08T09:20:00", "2026-06-08T09:20:15")], None);
    assert_eq!(due("2026-06-08T09:00", HOUR, &seconds), Due::At(ny("2026-06-08T10:00:29")));
    let going_on = paused(&[], Some("2026-06-08T12:00"));
    assert_eq!(due("2026-06-08T10:00", 8 * HOUR, &going_on), Due::Unknown);
    assert_eq!(due("2026-06-08T10:00", 2 * HOUR, &going_on), Due::At(ny("2026-06-08T12:00")));
    assert_eq!(elapsed(&office, ny("2026-06-08T10:00"), ny("2026-06-08T16:00"), &going_on), 2 * HOUR);
}

#[test]
fn the_far_future_follows_the_rule_at_the_end_of_the_zone() {
    let summer = hours(NEW_YORK, OFFICE, "");
    // Thursday, 2100-07-01: nine o'clock is 13:00 UTC in summer time.
    assert_eq!(summer.add(utc("2100-07-01T00:00:00Z"), 1), Some(utc("2100-07-01T13:00:01Z")));
}

#[test]
fn morocco_stays_at_utc_since_2026() {
    let casablanca = hours("Africa/Casablanca", OFFICE, "");
    // Monday, 2026-11-02: with the data of 2025 the office would open at 08:00 UTC.
    assert_eq!(casablanca.add(utc("2026-11-01T00:00:00Z"), 1), Some(utc("2026-11-02T09:00:01Z")));
}

#[test]
fn each_second_is_judged_by_the_version_in_force_then() {
    let changed = Timetable::versions([
        (ny("2026-01-01T00:00"), calendar(NEW_YORK, OFFICE, "")),
        (ny("2026-06-09T13:00"), calendar(NEW_YORK, "24x7", "")),
    ]);
    let start = ny("2026-06-08T09:00");
    assert_eq!(changed.between(start, ny("2026-06-09T13:00")), 12 * HOUR);
    assert_eq!(changed.add(start, 16 * HOUR), Some(ny("2026-06-09T17:00")));
    assert_eq!(changed.between(ny("2025-06-02T00:00"), ny("2025-06-03T00:00")), 8 * HOUR, "the first holds since ever");
}

#[test]
fn working_days_end_with_their_hours() {
    let office =
        hours(NEW_YORK, "Mon-Thu 09:00-17:00, Fri 09:00-15:00", "2026-06-09 closed\n2026-06-13 10:00-12:00 Sale");
    for (from, days, end) in [
        // The day of the start is none of them.
        ("2026-06-04T10:00", 1, "2026-06-05T15:00"),
        ("2026-06-06T10:00", 1, "2026-06-08T17:00"),
        ("2026-06-08T08:00", 1, "2026-06-10T17:00"),
        ("2026-06-08T16:59", 3, "2026-06-12T15:00"),
        ("2026-06-08T16:59", 4, "2026-06-13T12:00"),
    ] {
        assert_eq!(office.end_of_working_day(ny(from), days), Some(ny(end)), "{days} working days from {from}");
    }
    let always = hours("Europe/London", "24x7", "");
    let london = |local| at("Europe/London", local);
    assert_eq!(always.end_of_working_day(london("2026-10-24T12:00"), 1), Some(london("2026-10-26T00:00")));
    let nights = hours(NEW_YORK, "Mon-Fri 22:00-06:00", "");
    assert_eq!(nights.end_of_working_day(ny("2026-06-05T12:00"), 1), Some(ny("2026-06-06T06:00")));
}

#[test]
fn open_spans_add_up_and_go_on_over_midnight() {
    let mixed = hours(NEW_YORK, "Mon-Fri 22:00-06:00, Sat 10:00-12:00", "");
    let (from, until) = (ny("2026-06-05T12:00"), ny("2026-06-06T11:00"));
    let spans: Vec<Span> = mixed.spans(from, until).collect();
    assert_eq!(
        spans,
        [
            Span { from: ny("2026-06-05T22:00"), until: ny("2026-06-06T06:00") },
            Span { from: ny("2026-06-06T10:00"), until: ny("2026-06-06T11:00") },
        ]
    );
    assert_eq!(spans.into_iter().map(Span::seconds).sum::<i64>(), mixed.between(from, until));
}

#[test]
fn hours_read_as_people_write_them_and_show_the_same() {
    for (text, shown) in [
        ("Mon-Fri 09:00-17:30", "Mon-Fri 09:00-17:30"),
        ("mon - fri 9-17", "Mon-Fri 09:00-17:00"),
        ("Mon–Thu 08:00–12:00 13:00–17:00; Fri 8-14", "Mon-Thu 08:00-12:00 13:00-17:00, Fri 08:00-14:00"),
        ("Mon, Wed 9:00-12:00", "Mon 09:00-12:00, Wed 09:00-12:00"),
        ("Sat-Mon 10-12", "Mon 10:00-12:00, Sat-Sun 10:00-12:00"),
        ("Fri 22:00-06:00", "Fri 22:00-06:00"),
        ("daily 18:00-00:00", "Mon-Sun 18:00-24:00"),
        ("daily 00:00-24:00", "24x7"),
        ("24/7", "24x7"),
        ("weekdays 9-17, weekend 10-14", "Mon-Fri 09:00-17:00, Sat-Sun 10:00-14:00"),
    ] {
        let week: crate::business_time::Week = text.parse().expect(text);
        assert_eq!(week.to_string(), shown);
        assert_eq!(shown.parse(), Ok(week));
    }
}

#[test]
fn hours_that_are_none_are_refused_with_a_sentence() {
    for (text, part) in [
        ("", "There are no hours"),
        ("Mon-Fri", "`Mon-Fri` stands alone"),
        ("09:00-17:00", "`09:00-17:00` stands alone"),
        ("Mon 09:00-09:00", "begins and ends at the same minute"),
        ("Mon 25:00-26:00", "is no time of day"),
        ("Mon 24:00-06:00", "is no time of day"),
        ("Mon 9:60-17", "is no time of day"),
        ("Mon 9-12 11-17", "`Mon 09:00-12:00` and `Mon 11:00-17:00` overlap"),
        ("Mon 22-06, Tue 05:00-08:00", "`Tue 00:00-06:00` and `Tue 05:00-08:00` overlap"),
        ("Sun 22-06, Mon 05:00-08:00", "overlap"),
        ("Mumday 9-17", "`Mumday` is neither a day"),
    ] {
        let error = text.parse::<crate::business_time::Week>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    for (text, part) in [
        ("Christmas", "does not begin with a date"),
        ("2026-12-25 closed\n2026-12-25 closed", "2026-12-25 is given twice"),
        ("2026-12-25 22:00-02:00", "goes past midnight"),
        ("2026-12-25 9-12 11-13", "overlap"),
    ] {
        let error = text.parse::<Exceptions>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let days = "2026-12-25 closed Christmas Day\n2026-12-28 10:00-14:00 16:00-18:00 Winter sale";
    assert_eq!(days.parse::<Exceptions>().expect("days").to_string(), days);
}

#[test]
fn a_day_reads_back_as_it_was_written_or_is_refused() {
    let date = jiff::civil::date(2026, 12, 28);
    let written = |hours: Option<&str>, name: &str| {
        let mut days = Exceptions::default();
        let hours = hours.map(|hours| hours.parse().expect(hours));
        days.insert(date, hours, Some(name.to_owned())).map(|()| days)
    };
    for (hours, name) in [
        (None, "24-hour strike"),
        (None, "closed for good"),
        (Some("10:00-14:00"), "closed early"),
        (Some("10:00-14:00 16:00-18:00"), "Sale of 24-hour clocks"),
        (Some("10:00-14:00"), "2nd sale"),
    ] {
        let days = written(hours, name).expect(name);
        assert_eq!(days.to_string().parse(), Ok(days), "{name}");
    }
    // It would be read as hours that nobody can keep, and with them the calendar could not be read at all.
    for name in ["24-hour sale", "9-5 party"] {
        let error = written(Some("10:00-14:00"), name).expect_err(name).to_string();
        assert!(error.contains("reads like more hours"), "{error}");
    }
}
