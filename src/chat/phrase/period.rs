//! `2026-10`, `2026-W45`, `last month`, `last 7 days`: stretches of time that reports are about, in the zone of the server.
//!
//! Days, weeks (ISO 8601, from Monday), months, quarters and years are local: each ends where the next begins, so October 2026 has 745
//! hours in London. `last 7 days` ends now, and begins at the same time of day seven days ago.

use chrono::{DateTime, Utc};
use jiff::civil::{Date, ISOWeekDate, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::SAID;
use super::instant::{date, resolve};
use crate::chat::text::code;

/// A report over more is a slip of the finger, and would say little.
const LONGEST_DAYS: i64 = 366;
/// Times before have no records, times behind are slips.
const YEARS: std::ops::Range<i16> = 2000..2200;

/// A stretch of time, `[from, until)`, with the name that people gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first instant, in whole seconds.
    pub from: DateTime<Utc>,
    /// The instant behind its last.
    pub until: DateTime<Utc>,
    shape: Shape,
}

/// What a period is on the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// A unit of the calendar that begins on this date.
    Unit(Unit, Date),
    /// From the first date to the last, both included.
    Dates(Date, Date),
    /// So many units back from now.
    Back(i64, Unit),
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 60 minutes. Only in what is counted back from now.
    Hour,
    /// A local day.
    Day,
    /// A local week, from Monday.
    Week,
    /// A local month.
    Month,
    /// Three local months, from January, April, July or October.
    Quarter,
    /// A local year.
    Year,
}

impl Unit {
    fn named(word: &str) -> Option<Self> {
        match word.strip_suffix('s').unwrap_or(word) {
            "h" | "hour" => Some(Self::Hour),
            "d" | "day" => Some(Self::Day),
            "w" | "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "quarter" => Some(Self::Quarter),
            "year" => Some(Self::Year),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    fn times(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Hour => span.try_hours(count),
            Self::Day => span.try_days(count),
            Self::Week => span.try_weeks(count),
            Self::Month => span.try_months(count),
            Self::Quarter => span.try_months(count.checked_mul(3)?),
            Self::Year => span.try_years(count),
        }
        .ok()
    }

    /// The first date of the unit that `day` lies in.
    fn first(self, day: Date) -> Option<Date> {
        match self {
            Self::Hour | Self::Day => Some(day),
            Self::Week => day.checked_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset()))).ok(),
            Self::Month => Some(day.first_of_month()),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok(),
            Self::Year => Some(day.first_of_year()),
        }
    }
}

impl Period {
    /// Reads a period that has begun by `now`, in `zone`.
    ///
    /// # Errors
    /// A sentence that says what is wrong and how a period is written.
    pub fn read(text: &str, now: DateTime<Utc>, zone: &TimeZone) -> Result<Self, String> {
        let phrase = text.trim().to_lowercase().replace(['–', '−'], "-");
        let words: Vec<&str> = phrase.split_whitespace().collect();
        if words.is_empty() {
            return Err(
                "A period is missing; write it like `2026-10`, `2026-W45`, `last month` or `last 7 days`.".to_owned()
            );
        }
        let today = today(now, zone).ok_or_else(|| unreadable(text))?;
        let shape = relative(&words, today)
            .or_else(|| written(&words.concat()))
            .or_else(|| named_month(&words, today))
            .ok_or_else(|| unreadable(text))?;
        if let Shape::Dates(first, last) = shape
            && last < first
        {
            return Err(format!("{} ends before it begins; write the earlier date first.", code(text, SAID)));
        }
        if length(&shape) > LONGEST_DAYS {
            return Err(format!("{} is too long: a report is about {LONGEST_DAYS} days at most.", code(text, SAID)));
        }
        let period = Self::of(shape, now, zone).ok_or_else(|| unreadable(text))?;
        if period.from > now {
            return Err(format!("{} has not begun yet; name a period that has.", code(text, SAID)));
        }
        if period.until <= period.from {
            return Err(format!("{} has no time in it: the clocks there passed over it.", code(text, SAID)));
        }
        Ok(period)
    }

    /// The `unit` of the calendar in which `now` lies.
    pub fn current(unit: Unit, now: DateTime<Utc>, zone: &TimeZone) -> Option<Self> {
        Self::of(Shape::Unit(unit, unit.first(today(now, zone)?)?), now, zone)
    }

    /// The period of the same kind that ends where this one begins; none for what is counted back from now.
    pub fn previous(&self, zone: &TimeZone) -> Option<Self> {
        let shape = match self.shape {
            Shape::Unit(unit, first) => Shape::Unit(unit, first.checked_sub(unit.times(1)?).ok()?),
            Shape::Dates(first, last) => {
                let days = i64::from(first.until(last).ok()?.get_days()) + 1;
                let back = Span::new().try_days(days).ok()?;
                Shape::Dates(first.checked_sub(back).ok()?, last.checked_sub(back).ok()?)
            }
            Shape::Back(..) => return None,
        };
        Self::of(shape, self.from, zone)
    }

    fn of(shape: Shape, now: DateTime<Utc>, zone: &TimeZone) -> Option<Self> {
        let midnight = |day: Date| resolve(day, Time::midnight(), zone);
        let (from, until) = match shape {
            Shape::Unit(unit, first) => (midnight(first)?, midnight(first.checked_add(unit.times(1)?).ok()?)?),
            Shape::Dates(first, last) => (midnight(first)?, midnight(last.tomorrow().ok()?)?),
            Shape::Back(count, unit) => {
                let until = Timestamp::from_second(now.timestamp()).ok()?;
                let from = until.to_zoned_datetime(zone.clone()).checked_sub(unit.times(count)?).ok()?.timestamp();
                (DateTime::from_timestamp(from.as_second(), 0)?, DateTime::from_timestamp(until.as_second(), 0)?)
            }
        };
        Some(Self { from, until, shape })
    }

    /// Its name for people: `October 2026`, `week 45 of 2026`, `the last 7 days`.
    pub fn name(&self) -> String {
        match self.shape {
            Shape::Unit(Unit::Hour | Unit::Day, day) => day.strftime("%-d %B %Y").to_string(),
            Shape::Unit(Unit::Week, monday) => {
                let week = monday.iso_week_date();
                format!("week {} of {}", week.week(), week.year())
            }
            Shape::Unit(Unit::Month, first) => first.strftime("%B %Y").to_string(),
            Shape::Unit(Unit::Quarter, first) => format!("quarter {} of {}", quarter(first), first.year()),
            Shape::Unit(Unit::Year, first) => first.year().to_string(),
            Shape::Dates(first, last) => {
                format!("{} to {}", first.strftime("%-d %B %Y"), last.strftime("%-d %B %Y"))
            }
            Shape::Back(1, unit) => format!("the last {}", unit.name()),
            Shape::Back(count, unit) => format!("the last {count} {}s", unit.name()),
        }
    }

    /// What [`Period::read`] reads as this period again: `2026-10`, `2026-W45`; for what is counted back, at the same moment.
    pub fn key(&self) -> String {
        match self.shape {
            Shape::Unit(Unit::Hour | Unit::Day, day) => day.to_string(),
            Shape::Unit(Unit::Week, monday) => {
                let week = monday.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Shape::Unit(Unit::Month, first) => first.strftime("%Y-%m").to_string(),
            Shape::Unit(Unit::Quarter, first) => format!("{}-Q{}", first.year(), quarter(first)),
            Shape::Unit(Unit::Year, first) => first.year().to_string(),
            Shape::Dates(first, last) => format!("{first}..{last}"),
            Shape::Back(count, unit) => format!("last-{count}-{}s", unit.name()),
        }
    }
}

fn quarter(first: Date) -> i8 {
    (first.month() - 1) / 3 + 1
}

fn today(now: DateTime<Utc>, zone: &TimeZone) -> Option<Date> {
    Some(zone.to_datetime(Timestamp::from_second(now.timestamp()).ok()?).date())
}

/// Roughly how many days it has.
fn length(shape: &Shape) -> i64 {
    match *shape {
        Shape::Unit(..) => 0,
        Shape::Dates(first, last) => first.until(last).map_or(i64::MAX, |span| i64::from(span.get_days()) + 1),
        Shape::Back(count, unit) => match unit {
            Unit::Hour => count / 24,
            Unit::Day => count,
            Unit::Week => count.saturating_mul(7),
            Unit::Month => count.saturating_mul(30),
            Unit::Quarter => count.saturating_mul(91),
            Unit::Year => count.saturating_mul(365),
        },
    }
}

/// `today`, `this week`, `last month`, `last 7 days`, `7d`.
fn relative(words: &[&str], today: Date) -> Option<Shape> {
    let of = |unit: Unit, day: Date| Some(Shape::Unit(unit, unit.first(day)?));
    match words {
        ["today"] => of(Unit::Day, today),
        ["yesterday"] => of(Unit::Day, today.yesterday().ok()?),
        ["this", unit] => of(Unit::named(unit).filter(|unit| *unit != Unit::Hour)?, today),
        ["last" | "previous", unit] if !unit.starts_with(|c: char| c.is_ascii_digit()) => {
            let unit = Unit::named(unit).filter(|unit| *unit != Unit::Hour)?;
            of(unit, unit.first(today)?.checked_sub(unit.times(1)?).ok()?)
        }
        ["last" | "past", rest @ ..] | rest => back(&rest.concat()),
    }
}

/// `7days`, `24h`, and `last-7-days` as [`Period::key`] writes it.
fn back(word: &str) -> Option<Shape> {
    let word = word.strip_prefix("last-").map_or_else(|| word.to_owned(), |rest| rest.replace('-', ""));
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = word.split_at(digits);
    let count: i64 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Shape::Back(count, Unit::named(unit)?))
}

/// `2026`, `2026-10`, `2026-q4`, `2026-w45`, `2026-10-05`, `2026-10-05..2026-10-09`.
fn written(word: &str) -> Option<Shape> {
    let known = |day: Date| Some(day).filter(|day| YEARS.contains(&day.year()));
    if let Some((first, last)) = word.split_once("..") {
        return Some(Shape::Dates(known(date(first)?)?, known(date(last)?)?));
    }
    if let Some(day) = date(word) {
        return Some(Shape::Unit(Unit::Day, known(day)?));
    }
    let (year, part) = word.split_once('-').map_or((word, None), |(year, part)| (year, Some(part)));
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))?;
    let number = |digits: &str, most: usize| -> Option<i8> {
        digits.parse().ok().filter(|_| (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let (unit, first) = match part {
        None => (Unit::Year, Date::new(year, 1, 1).ok()?),
        Some(part) => {
            if let Some(week) = part.strip_prefix('w') {
                (Unit::Week, ISOWeekDate::new(year, number(week, 2)?, Weekday::Monday).ok()?.date())
            } else if let Some(quarter) = part.strip_prefix('q') {
                let month = number(quarter, 1).filter(|quarter| (1..=4).contains(quarter))? * 3 - 2;
                (Unit::Quarter, Date::new(year, month, 1).ok()?)
            } else {
                (Unit::Month, Date::new(year, number(part, 2)?, 1).ok()?)
            }
        }
    };
    known(first.max(Date::new(year, 1, 1).ok()?))?;
    Some(Shape::Unit(unit, first))
}

/// `October 2026`, and `October`, which is the newest that has begun.
fn named_month(words: &[&str], today: Date) -> Option<Shape> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let (name, year) = match words {
        [name] => (name, None),
        [name, year] => (name, Some(*year)),
        _ => return None,
    };
    let place = MONTHS.iter().position(|month| month == name || (name.len() == 3 && month.starts_with(name)))?;
    let month = i8::try_from(place + 1).ok()?;
    if let Some(year) = year {
        return written(&format!("{year}-{month}")).filter(|shape| matches!(shape, Shape::Unit(Unit::Month, _)));
    }
    let year = if month > today.month() { today.year() - 1 } else { today.year() };
    Some(Shape::Unit(Unit::Month, Date::new(year, month, 1).ok()?))
}

fn unreadable(text: &str) -> String {
    format!(
        "{} is not a period I can read; write it like `2026-10`, `2026-W45`, `last month` or `last 7 days`.",
        code(text, SAID)
    )
}

#[cfg(test)]
#[path = "period_tests.rs"]
mod tests;
