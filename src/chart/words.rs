//! Numbers as text, and the description of a chart.

use super::{Bar, Line, Unit};

/// What stands where a number would.
pub(super) const NO_DATA: &str = "no data";
/// The finest share that is written: a millionth, which is how exactly wardroom keeps a target.
const FINEST: usize = 4;

/// A share from 0 to 1 in per cent, cut off and never rounded: `0.9899` is `98.9 %`. From 99 % on it has two decimals, since there the
/// difference between promises lies; it has as many as `beside` (a target that it stands next to) when those are more.
///
/// It is cut in the shortest decimal text that means this very number, so that 29 of 100 is `29.0 %`, although 0.29 × 100 is less than 29 in
/// binary. What does not lie from 0 to 1 is no share, and reads `no data`.
pub fn share(share: f64, beside: Option<f64>) -> String {
    if !(0.0..=1.0).contains(&share) {
        return NO_DATA.to_owned();
    }
    let (whole, digits) = in_percent(share);
    if digits.bytes().all(|digit| digit == b'0') && (whole == "0" || whole == "100") {
        return format!("{whole} %");
    }
    let own = if whole == "99" { 2 } else { 1 };
    let decimals = own.max(beside.map_or(0, decimals)).min(FINEST);
    format!("{whole}.{digits:0<decimals$.decimals$} %")
}

/// A target in per cent with all its decimals and no more: `99.95 %`, `95 %`.
pub(super) fn target(target: f64) -> String {
    let (whole, digits) = in_percent(target);
    match decimals(target) {
        0 => format!("{whole} %"),
        decimals => format!("{whole}.{digits:.decimals$} %"),
    }
}

/// How many decimals a share needs in per cent.
fn decimals(share: f64) -> usize {
    let (_, digits) = in_percent(share);
    digits.chars().take(FINEST).collect::<String>().trim_end_matches('0').len()
}

/// A share times a hundred, by moving the point: what stands before it and what behind.
fn in_percent(share: f64) -> (String, String) {
    let text = share.to_string();
    let (whole, digits) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{digits:0<2}");
    let (moved, rest) = digits.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    (if whole.is_empty() { "0" } else { whole }.to_owned(), rest.to_owned())
}

/// A length of time: `4.5 min`, `45 min`, `2 h 5 min`, `3 d 4 h`.
pub(super) fn minutes(minutes: f64) -> String {
    let whole = minutes.round();
    if minutes < 9.95 {
        return format!("{} min", decimal(minutes));
    }
    if whole < 60.0 {
        return format!("{whole} min");
    }
    let (large, large_unit, small, small_unit) = if whole < 1440.0 {
        ((whole / 60.0).floor(), "h", whole % 60.0, "min")
    } else {
        let hours = (whole / 60.0).round();
        ((hours / 24.0).floor(), "d", hours % 24.0, "h")
    };
    if small > 0.0 { format!("{large} {large_unit} {small} {small_unit}") } else { format!("{large} {large_unit}") }
}

/// How many: `1,204`, or with one decimal, `2.5`, where it is a mean.
pub(super) fn count(count: f64) -> String {
    let text = decimal(count);
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// At most one decimal.
fn decimal(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A value of `unit`.
pub(super) fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => share(value, None),
        Unit::Minutes => minutes(value),
        Unit::Count => count(value),
    }
}

/// What a bar shows, in words.
fn bar(bar: &Bar) -> String {
    let share = bar.share.map_or_else(|| NO_DATA.to_owned(), |known| share(known, bar.target));
    let note = if bar.note.trim().is_empty() { String::new() } else { format!(" ({})", bar.note) };
    let promise = match (bar.target, bar.share) {
        (None, _) => String::new(),
        (Some(promised), None) => format!(", target {}", target(promised)),
        (Some(promised), Some(known)) => {
            format!(", target {}, {}", target(promised), if known < promised { "missed" } else { "met" })
        }
    };
    format!("{}: {share}{note}{promise}", bar.label)
}

/// What bars show, in words.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    described(title, bars.iter().map(bar))
}

/// What lines show, in words.
pub(super) fn trend(title: &str, periods: &[String], lines: &[Line], unit: Unit) -> String {
    if periods.is_empty() {
        return described(title, std::iter::empty());
    }
    described(
        title,
        lines.iter().map(|line| {
            let points: Vec<String> = periods
                .iter()
                .zip(&line.points)
                .map(|(period, point)| {
                    format!("{period} {}", point.map_or_else(|| NO_DATA.to_owned(), |point| value(point, unit)))
                })
                .collect();
            format!("{}: {}", line.label, points.join(", "))
        }),
    )
}

/// The title and what is said under it, on one line.
fn described(title: &str, said: impl Iterator<Item = String>) -> String {
    let said: Vec<String> = said.collect();
    let said = if said.is_empty() { NO_DATA.to_owned() } else { said.join("; ") };
    let text = if title.trim().is_empty() { said } else { format!("{title}. {said}") };
    text.split_whitespace().collect::<Vec<_>>().join(" ") + "."
}
