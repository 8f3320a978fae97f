//! What a target says. `s`, `m` and `h` are service time, `d` is the end of the n-th working day and `w` five of those: the two are never
//! mixed (DESIGN 4; `itsm-iso20000` 5.3).

use std::fmt;

use super::book::Named;
use crate::business_time::Instant;
use crate::chat::text::code;

/// A year of service time: longer is a slip of the finger.
const LONGEST: i64 = 366 * 24 * 3600;
/// A year of working days.
const MOST_DAYS: i64 = 262;

/// So much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// Seconds in which service is promised.
    Service(i64),
    /// Until the end of the n-th working day after the day of the start.
    Days(u32),
}

impl Amount {
    /// Reads `15m`, `4h`, `1h30m`, `3d` or `2w`.
    ///
    /// # Errors
    /// A sentence: unreadable, zero, more than a year, or days together with hours.
    pub fn parse(text: &str) -> Result<Self, String> {
        let said = code(text, 40);
        let unreadable =
            || format!("{said} is no target. Write service time such as `15m` or `4h`, or working days such as `3d`.");
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let (mut seconds, mut days, mut rest) = (None::<i64>, None::<i64>, compact.as_str());
        if rest.is_empty() {
            return Err(unreadable());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(unreadable)?;
            let (number, behind) = rest.split_at(digits);
            let letters = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at(letters);
            if number.is_empty() {
                return Err(unreadable());
            }
            // What does not fit is over the bound anyway.
            let number: i64 = number.parse().unwrap_or(i64::MAX);
            let (total, factor) = match unit {
                "s" | "sec" | "seconds" => (&mut seconds, 1),
                "m" | "min" | "minutes" => (&mut seconds, 60),
                "h" | "hour" | "hours" => (&mut seconds, 3600),
                "d" | "day" | "days" => (&mut days, 1),
                "w" | "week" | "weeks" => (&mut days, 5),
                _ => return Err(unreadable()),
            };
            *total = Some(total.unwrap_or(0).saturating_add(number.saturating_mul(factor)));
            rest = behind;
        }
        match (seconds, days) {
            (Some(_), Some(_)) => Err(format!(
                "{said} mixes working days with hours. `d` is the end of a working day; write either `3d` or service time such as `24h`."
            )),
            (Some(0), None) | (None, Some(0)) => {
                Err(format!("{said} is no time at all: nobody can keep that. To promise nothing, write `none`."))
            }
            (Some(seconds), None) if seconds <= LONGEST => Ok(Self::Service(seconds)),
            (None, Some(days)) if days <= MOST_DAYS => u32::try_from(days).map(Self::Days).map_err(|_| unreadable()),
            _ => Err(format!(
                "{said} is longer than a year. A target has at most 366 days of service time, or {MOST_DAYS} working days."
            )),
        }
    }

    /// Seconds of service time in the hours of `calendar` when the clock starts at `start`; none when that time never comes.
    pub fn seconds(self, calendar: &Named, start: Instant) -> Option<i64> {
        match self {
            Self::Service(seconds) => calendar.timetable.add(start, seconds).map(|_| seconds),
            Self::Days(days) => {
                let end = calendar.timetable.end_of_working_day(start, days)?;
                Some(calendar.timetable.between(start, end))
            }
        }
    }

    /// In a sentence: `4 h of service time`, `3 working days`.
    pub fn in_words(self) -> String {
        match self {
            Self::Service(seconds) => length(seconds),
            Self::Days(1) => "1 working day".to_owned(),
            Self::Days(days) => format!("{days} working days"),
        }
    }
}

impl fmt::Display for Amount {
    /// As it is typed and stored: `15m`, `4h`, `1h30m`, `3d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Service(seconds) => {
                for (unit, size, of) in [("h", 3600, i64::MAX), ("m", 60, 60), ("s", 1, 60)] {
                    let count = (seconds / size) % of;
                    if count > 0 {
                        write!(f, "{count}{unit}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// A length of time as people write it: `3 h 05 min`, `45 min`, `20 s`; nothing is rounded away that is shorter than a minute.
pub fn length(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let behind = if rest == 0 { String::new() } else { format!(" {rest:02} s") };
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, minutes) => format!("{minutes} min{behind}"),
        (hours, 0) if rest == 0 => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02} min{behind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_time_and_working_days_read_and_show_the_same() {
        for (text, amount) in [
            ("15m", Amount::Service(900)),
            ("4h", Amount::Service(14_400)),
            ("1h30m", Amount::Service(5_400)),
            ("90m", Amount::Service(5_400)),
            (" 2 H ", Amount::Service(7_200)),
            ("45s", Amount::Service(45)),
            ("3d", Amount::Days(3)),
            ("2w", Amount::Days(10)),
            ("1w1d", Amount::Days(6)),
        ] {
            let read = Amount::parse(text).expect(text);
            assert_eq!(read, amount, "{text}");
            assert_eq!(Amount::parse(&read.to_string()), Ok(amount));
        }
    }

    #[test]
    fn what_is_no_target_is_refused_with_the_reason() {
        for (text, part) in [
            ("", "is no target"),
            ("soon", "is no target"),
            ("4", "is no target"),
            ("-4h", "is no target"),
            ("0m", "no time at all"),
            ("0d", "no time at all"),
            ("1d4h", "mixes working days"),
            ("10000h", "longer than a year"),
            ("2600d", "longer than a year"),
            ("99999999999999999999h", "longer than a year"),
        ] {
            let error = Amount::parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_length_keeps_its_seconds() {
        assert_eq!(length(0), "0 s");
        assert_eq!(length(3_600), "1 h");
        assert_eq!(length(3_661), "1 h 01 min 01 s");
        assert_eq!(length(2_700), "45 min");
        assert_eq!(length(86_400), "24 h");
    }
}
