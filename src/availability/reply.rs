//! The words of availability.

mod maintenance;
mod refusals;
mod report;

use chrono::{DateTime, Utc};

pub use maintenance::*;
pub use refusals::*;
pub use report::*;

/// A moment as each reader's own clock shows it, with its date.
fn moment(at: DateTime<Utc>) -> String {
    format!("<t:{}:f>", at.timestamp())
}

/// A stretch of time; on one day its end has no date.
fn stretch(from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let style = if until - from < chrono::TimeDelta::hours(12) { "t" } else { "f" };
    format!("{} – <t:{}:{style}>", moment(from), until.timestamp())
}

/// `12 s`, `5 min`, `1 h 30 min`, `2 d 4 h`: its two largest units, rounded down; the rest is not worth reading.
pub(super) fn length(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let Some(largest) = UNITS.iter().position(|(size, _)| seconds >= *size) else { return "0 s".to_owned() };
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in UNITS.iter().skip(largest).take(2) {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_their_two_largest_units() {
        for (seconds, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (2592, "43 min 12 s"),
            (3600, "1 h"),
            (3661, "1 h 1 min"),
            (90_061, "1 d 1 h"),
            (86_401, "1 d"),
        ] {
            assert_eq!(length(seconds), said);
        }
    }
}
