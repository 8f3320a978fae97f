//! Numbers as the digest writes them.

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;

use super::figures::{Attained, Figures};
use crate::availability::rules::Share;
use crate::level::Metric;

/// What is said where there are no data: never 0 and never 100 %.
pub const NO_DATA: &str = "no data";

/// `96.42 %`, cut and never rounded up.
pub fn percent(part: usize, whole: usize) -> String {
    share(part, whole).map_or_else(|| NO_DATA.to_owned(), |share| format!("{} %", share.percent(1)))
}

/// So many of so many; none of none.
pub fn share(part: usize, whole: usize) -> Option<Share> {
    let (part, whole) = (i64::try_from(part).ok()?, i64::try_from(whole).ok()?);
    (whole > 0).then_some(Share { part, whole })
}

/// A length of time that reads in a glance: `45 s`, `12 min`, `3 h 05`, `2 d 4 h`.
pub fn short(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes:02}"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `1 incident`, `2 incidents`.
pub fn count(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// `P1 response`.
pub fn cell(attained: &Attained) -> String {
    format!("{} {}", attained.priority.name(), name(attained.metric))
}

/// The metric in a sentence.
pub fn name(metric: Metric) -> &'static str {
    metric.name()
}

/// A moment in `zone`: `Tue 24 Nov 2026, 14:00`.
pub fn moment(at: DateTime<Utc>, zone: &TimeZone) -> String {
    jiff::Timestamp::from_second(at.timestamp())
        .map(|at| zone.to_datetime(at).strftime("%a %-d %b %Y, %H:%M").to_string())
        .unwrap_or_default()
}

/// What is left of the error budget; of one that is gone, how much of it was spent.
pub fn budget(left: i64) -> String {
    if left >= 0 { format!("budget {left} % left") } else { format!("budget spent to {} %", 100 - left) }
}

/// What is otherwise now than it was published: name, then, now.
pub fn adjustments(published: &Figures, now: &Figures) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut compare = |what: String, then: String, now: String| {
        if then != now {
            found.push((what, then, now));
        }
    };
    compare("incidents opened".to_owned(), published.opened.to_string(), now.opened.to_string());
    compare("incidents resolved".to_owned(), published.resolved.to_string(), now.resolved.to_string());
    compare("open at the end".to_owned(), published.open().to_string(), now.open().to_string());
    let mut cells: Vec<&Attained> = published.attained.iter().chain(&now.attained).collect();
    cells.sort_by_key(|one| (one.priority, one.metric));
    cells.dedup_by_key(|one| (one.priority, one.metric));
    for cell in cells {
        let of = |figures: &Figures| {
            let found = figures.attained.iter().find(|one| one.priority == cell.priority && one.metric == cell.metric);
            found.map_or_else(|| NO_DATA.to_owned(), |one| format!("{} of {}", one.met, one.n()))
        };
        compare(format!("{} met", self::cell(cell)), of(published), of(now));
    }
    let mean = |seconds: Option<i64>| seconds.map_or_else(|| NO_DATA.to_owned(), short);
    compare("median to acknowledge".to_owned(), mean(published.acknowledge.median), mean(now.acknowledge.median));
    compare("median to resolve".to_owned(), mean(published.resolve.median), mean(now.resolve.median));
    found
}

/// The same of services, by name.
pub fn adjusted_availability(
    published: &Figures,
    now: &Figures,
    name: impl Fn(i64) -> String,
) -> Vec<(String, String, String)> {
    now.availability
        .iter()
        .filter_map(|one| {
            let before = published.availability.iter().find(|before| before.service == one.service)?;
            let shown = |one: &super::figures::Availability| {
                one.share().map_or_else(|| "n/a".to_owned(), |share| format!("{} %", share.percent(3)))
            };
            let (then, now) = (shown(before), shown(one));
            (then != now).then(|| (format!("availability of {}", name(one.service)), then, now))
        })
        .collect()
}
