//! `90s`, `15m`, `4h`, `2d`, `1w`, `1h30m`: elapsed time, whatever calendar is around it.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::SAID;
use crate::chat::text::code;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// A year and a day: longer is a slip of the finger (`300d` for `30d` still passes, `3000d` does not).
const LONGEST: i64 = 366 * DAY;

/// Reads a duration such as `15m` or `1h 30m`: above zero and at most 366 days. Each unit stands once.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let unreadable = || format!("{} is not a duration; write it like `15m`, `4h` or `2d`.", code(text, SAID));
    let mut rest = text.trim();
    let mut total: i64 = 0;
    let mut seen = Vec::new();
    if rest.is_empty() {
        return Err("A duration is missing; write it like `15m`, `4h` or `2d`.".to_owned());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(letters);
        if !number.is_empty() && unit.is_empty() && behind.is_empty() {
            return Err(format!(
                "{} lacks a unit: `s`, `m`, `h`, `d` or `w`; write it like `15m`, `4h` or `2d`.",
                code(text, SAID)
            ));
        }
        let unit = seconds_of(unit).ok_or_else(unreadable)?;
        if number.is_empty() || seen.contains(&unit) {
            return Err(unreadable());
        }
        seen.push(unit);
        // A number that does not fit is over the bound anyway.
        let amount = number.parse().unwrap_or(i64::MAX);
        total = total.saturating_add(unit.saturating_mul(amount));
        rest = behind.trim_start();
    }
    match total {
        0 => Err(format!("{} is no time at all; write a duration like `15m`, `4h` or `2d`.", code(text, SAID))),
        1..=LONGEST => Ok(TimeDelta::seconds(total)),
        _ => Err(format!("{} is too long: a duration has at most 366 days.", code(text, SAID))),
    }
}

fn seconds_of(unit: &str) -> Option<i64> {
    match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(MINUTE),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(HOUR),
        "d" | "day" | "days" => Some(DAY),
        "w" | "wk" | "wks" | "week" | "weeks" => Some(WEEK),
        _ => None,
    }
}

/// `length` in the form that [`duration`] reads, to the second: `1h30m`, `2d`, `3w`. Shorter than a second is `0s`.
pub fn show_duration(length: TimeDelta) -> String {
    let mut rest = length.num_seconds();
    let mut shown = String::new();
    if rest < 0 {
        shown.push('-');
        rest = rest.saturating_neg();
    }
    if rest == 0 {
        return "0s".to_owned();
    }
    // Weeks only when they are whole: `10d` is said, `1w3d` is not.
    let units: &[(i64, char)] =
        if rest % WEEK == 0 { &[(WEEK, 'w')] } else { &[(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm'), (1, 's')] };
    for &(size, letter) in units {
        if rest >= size {
            // Writing to a string cannot fail.
            let _ = write!(shown, "{}{letter}", rest / size);
            rest %= size;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 15 * MINUTE),
            ("4h", 4 * HOUR),
            ("2d", 2 * DAY),
            ("1w", WEEK),
            ("1h30m", 90 * MINUTE),
            (" 1H 30 Min ", 90 * MINUTE),
            ("2 days 1 hour", 2 * DAY + HOUR),
            ("366d", LONGEST),
        ] {
            assert_eq!(duration(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_a_sentence() {
        for (text, says) in [
            ("soon", "`soon` is not a duration; write it like `15m`, `4h` or `2d`."),
            ("", "A duration is missing; write it like `15m`, `4h` or `2d`."),
            ("15", "`15` lacks a unit: `s`, `m`, `h`, `d` or `w`; write it like `15m`, `4h` or `2d`."),
            ("-15m", "`-15m` is not a duration; write it like `15m`, `4h` or `2d`."),
            ("1h1h", "`1h1h` is not a duration; write it like `15m`, `4h` or `2d`."),
            ("0m", "`0m` is no time at all; write a duration like `15m`, `4h` or `2d`."),
            ("367d", "`367d` is too long: a duration has at most 366 days."),
            ("99999999999999999999w", "`99999999999999999999w` is too long: a duration has at most 366 days."),
            ("`@everyone`", "`'@everyone'` is not a duration; write it like `15m`, `4h` or `2d`."),
        ] {
            assert_eq!(duration(text), Err(says.to_owned()), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_shown_is_read_back(seconds in 1..=LONGEST) {
            let length = TimeDelta::seconds(seconds);
            prop_assert_eq!(duration(&show_duration(length)), Ok(length));
        }

        #[test]
        fn any_text_is_read_or_refused(text in r"\PC*|[0-9smhdw ]*") {
            if let Ok(length) = duration(&text) {
                prop_assert!(length > TimeDelta::zero() && length <= TimeDelta::seconds(LONGEST));
            }
        }
    }
}
