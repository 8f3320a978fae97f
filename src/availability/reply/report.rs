//! What is said of figures.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{length, stretch};
use crate::availability::alarm::Alarm;
use crate::availability::budget::{Budget, Burn};
use crate::availability::measure::Measured;
use crate::availability::promise::Promise;
use crate::availability::report::{Known, NAMED};
use crate::availability::rules::{Figures, Outage, Share, Standing, WHOLE};
use crate::chat::message::Message;
use crate::chat::phrase::Period;
use crate::chat::text::{code, fit};
use crate::number::Number;

/// Cells of the bar of a budget.
const CELLS: i64 = 10;
/// Services in one overview: the longest line has some 130 characters, and a message 2,000.
const SHOWN: usize = 12;

/// One service.
pub fn report(measured: &Measured, period: &Period, known: &BTreeMap<Number, Known>, now: DateTime<Utc>) -> Message {
    let figures = &measured.figures;
    let so_far = if period.until > now { " so far" } else { "" };
    let mut lines = vec![
        format!("**Availability of {}** · {}{so_far}", fit(&measured.service.name, 80), period.name()),
        verdict(figures, period.until <= now),
    ];
    if figures.availability.is_some() {
        lines.push(times(figures));
        lines.push(means(figures));
    }
    if let Some(budget) = &figures.budget {
        lines.push(spending(budget));
        if period.until > now {
            lines.push(pace(&budget.burns));
        }
    }
    if !figures.list.is_empty() {
        lines.push("**Outages**".to_owned());
        let newest = figures.list.iter().rev().take(NAMED);
        lines.extend(newest.map(|outage| line(measured, outage, known)));
        if figures.list.len() > NAMED {
            lines.push(format!("{} more stand in the file.", figures.list.len() - NAMED));
        }
    }
    lines.push(footing(&measured.promise));
    Message::say(lines.join("\n"))
}

/// What the figures rest on.
fn footing(promise: &Promise) -> String {
    let hours = code(&promise.hours, 80);
    let why = if promise.unreadable {
        " (its words for hours are none that I can read: `/service edit hours:Mon-Fri 09:00-17:30`)"
    } else {
        ""
    };
    let agreement = promise.objective.as_ref();
    let by = agreement.map(|objective| format!(" by {}", fit(&objective.agreement, 60))).unwrap_or_default();
    format!("-# Promised {hours}{why}{by}. The file shows the arithmetic.")
}

/// `✅ **99.95 %** · promised 99.90 %: met`.
fn verdict(figures: &Figures, over: bool) -> String {
    let Some(share) = figures.availability else {
        return "➖ **n/a**: nothing was agreed in this time, so availability does not apply.".to_owned();
    };
    let Some(budget) = &figures.budget else {
        let agreed = if over { "was agreed then" } else { "is agreed: `/sla agreement add`" };
        return format!("**{} %** · no availability {agreed}", share.percent(2));
    };
    let word = match (figures.standing(), over) {
        (Some(Standing::Met) | None, true) => "met",
        (Some(Standing::Met) | None, false) => "met so far",
        (Some(Standing::Behind), _) => "behind so far, and can still be met",
        (Some(Standing::Missed), true) => "missed",
        (Some(Standing::Missed), false) => "missed already",
    };
    format!(
        "{} **{} %** · promised {} %: {word}",
        mark(figures),
        share.percent(decimals(budget.objective)),
        promised(budget.objective)
    )
}

fn mark(figures: &Figures) -> &'static str {
    match figures.standing() {
        Some(Standing::Met) => "✅",
        Some(Standing::Behind) => "🟠",
        Some(Standing::Missed) => "❌",
        None => "▫️",
    }
}

fn times(figures: &Figures) -> String {
    let agreed = hours(figures.agreed);
    let mut parts = vec![if figures.excused > 0 {
        let (all, less) = (hours(figures.service_time), hours(figures.excused));
        format!("Agreed {agreed} ({all} less {less} of maintenance)")
    } else {
        format!("Agreed {agreed}")
    }];
    parts.push(format!("down {}", length(figures.down)));
    if figures.degraded > 0 {
        parts.push(format!("degraded {}", length(figures.degraded)));
    }
    parts.join(" · ")
}

fn means(figures: &Figures) -> String {
    let mean = |seconds: Option<i64>| seconds.map_or_else(|| "n/a".to_owned(), hours);
    format!("{} · MTBF {} · MTRS {}", outages(figures.outages), mean(figures.mtbf), mean(figures.mtrs))
}

fn outages(count: i64) -> String {
    match count {
        0 => "No outage".to_owned(),
        1 => "1 outage".to_owned(),
        count => format!("{count} outages"),
    }
}

/// `Error budget ▰▰▰▰▱▱▱▱▱▱ 44 % left: 19 min of 43 min 12 s`.
fn spending(budget: &Budget) -> String {
    let left = budget.left();
    if left < 0 {
        let over = length(-left);
        return format!("Error budget {} spent, {over} over · {} were allowed", bar(0, 1), length(budget.budget));
    }
    format!(
        "Error budget {} {} % left: {} of {}",
        bar(left, budget.budget),
        100 - budget.spent_percent(),
        length(left),
        length(budget.budget)
    )
}

fn bar(left: i64, of: i64) -> String {
    let full = if of == 0 { 0 } else { (left * CELLS).div_euclid(of).clamp(0, CELLS) };
    let cell = |place: i64| if place < full { '▰' } else { '▱' };
    (0..CELLS).map(cell).collect()
}

/// `Burn rate 1 h 0.0 · 6 h 1.6 · 1 d 0.4 · 3 d 0.1; at that of the last day it is spent in 4 d`.
fn pace(burns: &[Burn]) -> String {
    let rates: Vec<String> = burns
        .iter()
        .map(|burn| {
            let rate =
                burn.rate.map_or_else(|| "n/a".to_owned(), |rate| format!("{}.{}", rate / 1000, rate % 1000 / 100));
            format!("{} {rate}", length(burn.back))
        })
        .collect();
    let day = burns.iter().find(|burn| burn.back == 24 * 3600);
    let end = day
        .and_then(|burn| burn.exhausts_in)
        .map(|seconds| format!("; at that of the last day it is spent after {} more", hours(seconds)))
        .unwrap_or_default();
    format!("Burn rate {}{end}", rates.join(" · "))
}

fn line(measured: &Measured, outage: &Outage, known: &BTreeMap<Number, Known>) -> String {
    let carried = if outage.carried { " (began before)" } else { "" };
    format!(
        "• {} · {} down{carried} · {}",
        stretch(outage.span.from.into(), outage.span.until.into()),
        length(outage.down),
        causes(measured, outage, known)
    )
}

/// Which incidents it was, as links, with the title of the only one.
fn causes(measured: &Measured, outage: &Outage, known: &BTreeMap<Number, Known>) -> String {
    let mut numbers: Vec<Number> = measured.behind(outage.span).iter().map(|one| one.number).collect();
    numbers.dedup();
    let (seen, hidden): (Vec<Number>, Vec<Number>) = numbers.into_iter().partition(|number| known.contains_key(number));
    let title = match seen.as_slice() {
        [only] => known.get(only).map(|one| format!(" {}", fit(&one.title, 50))).unwrap_or_default(),
        _ => String::new(),
    };
    let mut parts: Vec<String> = seen
        .iter()
        .take(4)
        .map(|number| match known.get(number).and_then(|one| one.link.as_deref()) {
            Some(link) => format!("[{number}](<{link}>){title}"),
            None => format!("{number}{title}"),
        })
        .collect();
    if seen.len() > 4 {
        parts.push(format!("and {} more", seen.len() - 4));
    }
    if !hidden.is_empty() {
        parts.push("what is not shown to you".to_owned());
    }
    parts.extend(measured.overruns(outage.span).iter().map(|window| format!("overrun of {}", fit(&window.name, 40))));
    parts.join(", ")
}

/// So much of a budget is spent.
pub fn budget_spent(alarm: &Alarm) -> String {
    let Alarm { service, month, step, budget } = alarm;
    let (name, month) = (fit(&service.name, 80), month.name());
    let (spent, all, promised) = (length(budget.spent), length(budget.budget), promised(budget.objective));
    let more = code(&format!("/availability report service:{}", service.name), 110);
    if budget.left() <= 0 {
        let broken = if budget.is_broken() { " The promise cannot be kept any more." } else { "" };
        return format!(
            "🔥 the error budget of **{name}** for {month} is spent: {spent} down of {all} that {promised} % allow.{broken} {more}"
        );
    }
    format!(
        "🔥 {step} % of the error budget of **{name}** for {month} are spent: {spent} down of {all} that {promised} % allow, {} left. {more}",
        length(budget.left())
    )
}

/// All services.
pub fn overview(measured: &[Measured], period: &Period, now: DateTime<Utc>) -> Message {
    if measured.is_empty() {
        return Message::say("There are no services yet. Add the first: `/service add`.");
    }
    let so_far = if period.until > now { " so far" } else { "" };
    let mut ordered: Vec<&Measured> = measured.iter().collect();
    ordered.sort_by_key(|one| rank(one));
    let mut lines = vec![format!("**Availability** · {}{so_far}", period.name())];
    lines.extend(ordered.iter().take(SHOWN).map(|one| glance(one)));
    if ordered.len() > SHOWN {
        lines.push(format!("{} more stand in the file.", ordered.len() - SHOWN));
    }
    lines.push("-# One in full, with its arithmetic: `/availability report service:…`".to_owned());
    Message::say(lines.join("\n"))
}

/// What was missed first, then what was worst; what does not apply last.
fn rank(measured: &Measured) -> (bool, Standing, i64, String) {
    let figures = &measured.figures;
    // In millionths, to put in order alone.
    let share =
        figures.availability.map_or(0, |share| i128::from(share.part) * i128::from(WHOLE) / i128::from(share.whole));
    (
        figures.availability.is_none(),
        figures.standing().unwrap_or(Standing::Met),
        i64::try_from(share).unwrap_or(i64::MAX),
        measured.service.name.to_lowercase(),
    )
}

fn glance(measured: &Measured) -> String {
    let (figures, name) = (&measured.figures, fit(&measured.service.name, 40));
    let Some(share) = figures.availability else { return format!("➖ **{name}** n/a: nothing was agreed") };
    let mut parts = vec![match &figures.budget {
        Some(budget) => {
            format!("{} % of {}", share.percent(decimals(budget.objective)), promised(budget.objective))
        }
        None => format!("{} %", share.percent(2)),
    }];
    if figures.down > 0 {
        parts.push(format!("down {}", length(figures.down)));
    }
    parts.push(outages(figures.outages).to_lowercase());
    if let Some(budget) = &figures.budget {
        parts.push(match budget.left() {
            left @ ..0 => format!("budget {} over", length(-left)),
            _ => format!("{} % of budget left", 100 - budget.spent_percent()),
        });
    }
    format!("{} **{name}** {}", mark(figures), parts.join(" · "))
}

/// As many decimals as tell the promise apart: two, or more where it has more.
pub(in crate::availability) fn decimals(objective: i64) -> u32 {
    match objective {
        objective if objective % 100 == 0 => 2,
        objective if objective % 10 == 0 => 3,
        _ => 4,
    }
}

/// A promise as it was agreed: `99.90`.
pub(in crate::availability) fn promised(objective: i64) -> String {
    Share { part: objective, whole: WHOLE }.percent(decimals(objective))
}

/// `744 h`, `743 h 38 min`, and below an hour as [`length`]: hours are what agreements count in.
fn hours(seconds: i64) -> String {
    let (whole, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (whole, minutes) {
        (0, _) => length(seconds),
        (whole, 0) => format!("{whole} h"),
        (whole, minutes) => format!("{whole} h {minutes} min"),
    }
}
