//! `10:05`, `yesterday 18:00`, `-20m`, `2026-11-22 10:05`, `<t:1700000000>`: points in time, in the zone of the server.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::SAID;
use super::duration::duration;
use crate::chat::text::code;

/// Clocks differ and people round: a time of day this little ahead still counts as passed, or behind as coming.
const TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// Which way a phrase leans that fits both the past and the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lean {
    /// It has happened: `18:00` said at noon is yesterday's.
    Past,
    /// It is to come: `09:00` said at noon is tomorrow's.
    Future,
}

/// Reads a point in time relative to `now`, in `zone` unless the phrase has an offset of its own.
///
/// Local times that the clocks skip become the first instant after the skip; those that come twice, the first pass.
pub fn instant(text: &str, now: DateTime<Utc>, zone: &TimeZone, lean: Lean) -> Result<DateTime<Utc>, String> {
    let phrase = text.trim().to_lowercase().replace(['−', '–'], "-");
    let read = fixed(text.trim(), &phrase, now)
        .or_else(|| relative(&phrase, now, lean))
        .or_else(|| civil(&phrase, now, zone, lean));
    // Snowflakes begin in 2015 and Discord shows times up to 2038 and beyond; more distant years are slips.
    read.filter(|at| (2000..2200).contains(&chrono::Datelike::year(at))).ok_or_else(|| refusal(text, lean))
}

fn refusal(text: &str, lean: Lean) -> String {
    let examples = match lean {
        Lean::Past => "`10:05`, `yesterday 18:00`, `-20m` or `2026-11-22 10:05`",
        Lean::Future => "`10:05`, `tomorrow 07:30`, `+30m` or `2026-11-22 10:05`",
    };
    if text.trim().is_empty() {
        return format!("A time is missing; write it like {examples}.");
    }
    format!("{} is not a time I can read; write it like {examples}.", code(text, SAID))
}

/// Phrases that say the instant whole.
fn fixed(text: &str, phrase: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if phrase == "now" {
        return Some(now);
    }
    if let Some(stamp) = phrase.strip_prefix("<t:").and_then(|rest| rest.strip_suffix('>')) {
        let seconds = stamp.split_once(':').map_or(stamp, |(seconds, _)| seconds);
        return DateTime::from_timestamp(seconds.parse().ok()?, 0);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at: DateTime<FixedOffset>| at.to_utc())
}

/// `-20m`, `20m ago`, `+30m`, `in 30m`, and a bare `20m` as the phrase leans.
fn relative(phrase: &str, now: DateTime<Utc>, lean: Lean) -> Option<DateTime<Utc>> {
    let (length, lean) = if let Some(length) = phrase.strip_prefix('-') {
        (length, Lean::Past)
    } else if let Some(length) = phrase.strip_suffix(" ago") {
        (length, Lean::Past)
    } else if let Some(length) = phrase.strip_prefix('+').or_else(|| phrase.strip_prefix("in ")) {
        (length, Lean::Future)
    } else {
        (phrase, lean)
    };
    let length = duration(length).ok()?;
    match lean {
        Lean::Past => now.checked_sub_signed(length),
        Lean::Future => now.checked_add_signed(length),
    }
}

/// A day, a time of day, or both, on the wall clock.
fn civil(phrase: &str, now: DateTime<Utc>, zone: &TimeZone, lean: Lean) -> Option<DateTime<Utc>> {
    let phrase = phrase.replace(" at ", " ");
    let mut words: Vec<&str> = phrase.split_whitespace().collect();
    // `2026-11-22T10:05`, as machines write it.
    if let [one] = words[..]
        && let Some((day, time)) = one.split_once('t')
        && time.starts_with(|c: char| c.is_ascii_digit())
        && date(day).is_some()
    {
        words = vec![day, time];
    }
    let zone = if words.last() == Some(&"utc") { &TimeZone::UTC } else { zone };
    if zone == &TimeZone::UTC {
        words.retain(|word| *word != "utc");
    }
    let today = zone.to_datetime(Timestamp::from_second(now.timestamp()).ok()?).date();
    let (day, time) = match words[..] {
        [word] => match time_of_day(word) {
            Some(time) => (None, time),
            None => (Some(word), Time::midnight()),
        },
        [day, time] => (Some(day), time_of_day(time)?),
        _ => return None,
    };
    let Some(day) = day else { return leaning(today, 1, time, now, zone, lean) };
    match day {
        "today" => resolve(today, time, zone),
        "yesterday" => resolve(today.yesterday().ok()?, time, zone),
        "tomorrow" => resolve(today.tomorrow().ok()?, time, zone),
        day => match weekday(day) {
            Some(weekday) => {
                let ahead = i64::from(today.weekday().until(weekday));
                leaning(today.checked_add(jiff::Span::new().days(ahead)).ok()?, 7, time, now, zone, lean)
            }
            None => resolve(date(day)?, time, zone),
        },
    }
}

/// `time` on `day`, or `period` days before or after it, whichever is the nearest that the phrase can mean.
fn leaning(
    day: Date,
    period: i64,
    time: Time,
    now: DateTime<Utc>,
    zone: &TimeZone,
    lean: Lean,
) -> Option<DateTime<Utc>> {
    let at = resolve(day, time, zone)?;
    let days = match lean {
        Lean::Past if at > now + TOLERANCE => -period,
        Lean::Future if at < now - TOLERANCE => period,
        _ => return Some(at),
    };
    resolve(day.checked_add(jiff::Span::new().days(days)).ok()?, time, zone)
}

/// The first instant at which the clocks of `zone` show `time` on `day`, or would after a skip.
pub(super) fn resolve(day: Date, time: Time, zone: &TimeZone) -> Option<DateTime<Utc>> {
    let local = zone.to_ambiguous_timestamp(day.to_datetime(time));
    let skipped = matches!(local.offset(), AmbiguousOffset::Gap { .. });
    // In a gap this is as far behind the skip as the time is within it.
    let mut at = local.compatible().ok()?;
    if skipped {
        let behind = at.checked_add(jiff::SignedDuration::from_secs(1)).ok()?;
        at = zone.preceding(behind).next()?.timestamp();
    }
    DateTime::from_timestamp(at.as_second(), 0)
}

/// `10:05` or `10:05:30`. A bare hour is refused: `10` may be anything.
fn time_of_day(word: &str) -> Option<Time> {
    let mut parts = word.split(':');
    let (hour, minute) = (number(parts.next()?, 1)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// `2026-11-22`.
pub(super) fn date(word: &str) -> Option<Date> {
    let mut parts = word.split('-');
    let year = parts.next().filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))?;
    let (month, day) = (number(parts.next()?, 1)?, number(parts.next()?, 1)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month, day).ok()
}

/// A number of two digits, or of one where `least` allows it.
fn number(digits: &str, least: usize) -> Option<i8> {
    let fits = (least..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| fits)
}

fn weekday(word: &str) -> Option<Weekday> {
    match word {
        "mon" | "monday" => Some(Weekday::Monday),
        "tue" | "tues" | "tuesday" => Some(Weekday::Tuesday),
        "wed" | "wednesday" => Some(Weekday::Wednesday),
        "thu" | "thur" | "thurs" | "thursday" => Some(Weekday::Thursday),
        "fri" | "friday" => Some(Weekday::Friday),
        "sat" | "saturday" => Some(Weekday::Saturday),
        "sun" | "sunday" => Some(Weekday::Sunday),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn read(text: &str, now: &str, zone: &str, lean: Lean) -> Result<DateTime<Utc>, String> {
        instant(text, utc(now), &TimeZone::get(zone).unwrap(), lean)
    }

    #[test]
    fn instants_are_read_in_the_zone() {
        // A Sunday, 13:00 in Berlin.
        let now = "2026-11-22T12:00:00Z";
        for (text, past, future) in [
            ("now", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
            ("10:05", "2026-11-22T09:05:00Z", "2026-11-23T09:05:00Z"),
            ("10:05:30", "2026-11-22T09:05:30Z", "2026-11-23T09:05:30Z"),
            ("9:05", "2026-11-22T08:05:00Z", "2026-11-23T08:05:00Z"),
            ("18:00", "2026-11-21T17:00:00Z", "2026-11-22T17:00:00Z"),
            ("13:01", "2026-11-22T12:01:00Z", "2026-11-22T12:01:00Z"),
            ("12:59", "2026-11-22T11:59:00Z", "2026-11-22T11:59:00Z"),
            ("11:30 UTC", "2026-11-22T11:30:00Z", "2026-11-23T11:30:00Z"),
            ("Yesterday 18:00", "2026-11-21T17:00:00Z", "2026-11-21T17:00:00Z"),
            ("yesterday at 18:00", "2026-11-21T17:00:00Z", "2026-11-21T17:00:00Z"),
            ("today 09:00", "2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z"),
            ("tomorrow 07:30", "2026-11-23T06:30:00Z", "2026-11-23T06:30:00Z"),
            ("tomorrow", "2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z"),
            ("Mon 09:00", "2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z"),
            ("sunday 18:00", "2026-11-15T17:00:00Z", "2026-11-22T17:00:00Z"),
            ("-20m", "2026-11-22T11:40:00Z", "2026-11-22T11:40:00Z"),
            ("−1h 30m", "2026-11-22T10:30:00Z", "2026-11-22T10:30:00Z"),
            ("20m ago", "2026-11-22T11:40:00Z", "2026-11-22T11:40:00Z"),
            ("+30m", "2026-11-22T12:30:00Z", "2026-11-22T12:30:00Z"),
            ("in 30m", "2026-11-22T12:30:00Z", "2026-11-22T12:30:00Z"),
            ("20m", "2026-11-22T11:40:00Z", "2026-11-22T12:20:00Z"),
            ("2026-11-20 10:05", "2026-11-20T09:05:00Z", "2026-11-20T09:05:00Z"),
            ("2026-11-20T10:05", "2026-11-20T09:05:00Z", "2026-11-20T09:05:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z", "2026-06-30T22:00:00Z"),
            ("2026-11-22T10:05:00+05:30", "2026-11-22T04:35:00Z", "2026-11-22T04:35:00Z"),
            ("<t:1700000000:R>", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
            ("<t:1700000000>", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
        ] {
            assert_eq!(read(text, now, "Europe/Berlin", Lean::Past), Ok(utc(past)), "{text}, past");
            assert_eq!(read(text, now, "Europe/Berlin", Lean::Future), Ok(utc(future)), "{text}, future");
        }
    }

    #[test]
    fn what_the_clocks_skip_or_repeat_is_settled() {
        for (zone, text, expected) in [
            ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59:00Z"),
            ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
            ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z"),
            // Half an hour only.
            ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z"),
            ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z"),
            // Midnight itself is skipped.
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
        ] {
            assert_eq!(read(text, "2026-01-01T00:00:00Z", zone, Lean::Past), Ok(utc(expected)), "{zone} {text}");
        }
        // Yesterday's time of day on the day after the change.
        let now = "2026-03-29T23:00:00Z";
        assert_eq!(read("yesterday 02:30", now, "Europe/Berlin", Lean::Past), Ok(utc("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn what_is_no_instant_is_refused_with_a_sentence() {
        for text in
            ["10", "soon", "25:00", "10:5", "10:60", "2026-13-01", "2026-02-30 10:00", "<t:x:R>", "6pm", "-", "in"]
        {
            let refusal = read(text, "2026-11-22T12:00:00Z", "Europe/Berlin", Lean::Past).unwrap_err();
            assert_eq!(
                refusal,
                format!(
                    "`{text}` is not a time I can read; write it like `10:05`, `yesterday 18:00`, `-20m` or \
                     `2026-11-22 10:05`."
                )
            );
        }
        assert_eq!(
            read(" ", "2026-11-22T12:00:00Z", "UTC", Lean::Future).unwrap_err(),
            "A time is missing; write it like `10:05`, `tomorrow 07:30`, `+30m` or `2026-11-22 10:05`."
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in r"\PC*|[0-9:tz+ <>-]{0,20}|(today|mon|yesterday|in)[ 0-9:m]{0,8}") {
            for lean in [Lean::Past, Lean::Future] {
                let _ = read(&text, "2026-11-22T12:00:00Z", "Australia/Lord_Howe", lean);
            }
        }

        #[test]
        fn a_time_of_day_is_never_a_day_away(minutes in 0_i64..20_000, hour in 0_u32..24, minute in 0_u32..60) {
            let now = utc("2026-03-25T00:00:00Z") + TimeDelta::minutes(minutes);
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            let text = format!("{hour:02}:{minute:02}");
            let past = instant(&text, now, &zone, Lean::Past).unwrap();
            let future = instant(&text, now, &zone, Lean::Future).unwrap();
            prop_assert!(past <= now + TOLERANCE && past >= now - TimeDelta::hours(25));
            prop_assert!(future >= now - TOLERANCE && future <= now + TimeDelta::hours(25));
        }
    }
}
