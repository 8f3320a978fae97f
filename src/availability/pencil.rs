//! The arithmetic of a report, so that it can be checked with a pencil: the promised hours day by day, what maintenance takes out of
//! them, what each incident takes out of the rest, and the sums.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::measure::Measured;
use super::reply::{decimals, promised};
use super::report::Known;
use crate::business_time::{Instant, Span, Spans};
use crate::chat::phrase::Period;
use crate::chat::text::clean_line;
use crate::incident::history::Degree;
use crate::number::Number;
use crate::setup::Guild;

/// The document, in Markdown.
pub(super) fn of(
    measured: &Measured,
    period: &Period,
    guild: &Guild,
    known: &BTreeMap<Number, Known>,
    now: DateTime<Utc>,
) -> String {
    let (figures, zone) = (&measured.figures, &guild.zone);
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let name = clean_line(&measured.service.name);
    say(format!("# Availability of {name}, {}\n", period.name()));
    say(format!(
        "From {} until {}{}. Times are those of {}; lengths are hours:minutes:seconds.\n",
        local(figures.span.from, zone),
        local(figures.span.until, zone),
        if period.until > now { ", which is now: the period is not over" } else { "" },
        guild.zone_name
    ));
    say(format!("## 1. Service time: promised {}\n", measured.promise.hours));
    by_day(&measured.hours, figures.span, zone).into_iter().for_each(&mut say);
    say(format!("\nService time: **{}**\n", clock(figures.service_time)));

    say("## 2. Announced maintenance\n".to_owned());
    maintenance(measured, zone).into_iter().for_each(&mut say);
    say(format!(
        "\nTaken out: {}. Agreed time: {} - {} = **{}**\n",
        clock(figures.excused),
        clock(figures.service_time),
        clock(figures.excused),
        clock(figures.agreed)
    ));

    say("## 3. Outages\n".to_owned());
    incidents(measured, zone, known).into_iter().for_each(&mut say);
    say("\nUnited, and without what was not agreed:\n".to_owned());
    if figures.list.is_empty() {
        say("- none".to_owned());
    }
    for outage in &figures.list {
        let carried = if outage.carried { " (began before this period, which counts it)" } else { "" };
        say(format!("- {}: {}{carried}", between(outage.span, zone), clock(outage.down)));
    }
    say(format!("\nDown: **{}**, degraded and not down: {}\n", clock(figures.down), clock(figures.degraded)));

    say("## 4. Figures\n".to_owned());
    sums(measured).into_iter().for_each(&mut say);
    text
}

/// The promised time, days of one length in a row together.
fn by_day(hours: &Spans, span: Span, zone: &TimeZone) -> Vec<String> {
    let mut runs: Vec<(Date, Date, i64, i64)> = Vec::new();
    for (day, seconds) in days(hours, span, zone) {
        match runs.last_mut() {
            Some((_, last, each, count)) if *each == seconds => (*last, *count) = (day, *count + 1),
            _ => runs.push((day, day, seconds, 1)),
        }
    }
    runs.into_iter()
        .filter(|(_, _, each, _)| *each > 0)
        .map(|(first, last, each, count)| match count {
            1 => format!("- {}: {}", weekday(first), clock(each)),
            _ => format!(
                "- {} to {}: {count} × {} = {}",
                weekday(first),
                weekday(last),
                clock(each),
                clock(each * count)
            ),
        })
        .collect()
}

/// Each local day of `span` with its promised seconds.
fn days(hours: &Spans, span: Span, zone: &TimeZone) -> Vec<(Date, i64)> {
    let mut found = Vec::new();
    let mut from = span.from;
    while from < span.until {
        let day = date(from, zone);
        let next = day.tomorrow().ok().and_then(|next| next.to_zoned_datetime(zone.clone()).ok());
        // Behind the last day that there is nothing is promised either.
        let next = next.map(|next| Instant::of(next.timestamp().as_second())).filter(|next| *next > from);
        let until = next.map_or(span.until, |next| next.min(span.until));
        found.push((day, hours.and(&Span { from, until }.into()).seconds()));
        from = until;
    }
    found
}

fn maintenance(measured: &Measured, zone: &TimeZone) -> Vec<String> {
    if measured.windows.is_empty() {
        return vec!["- none".to_owned()];
    }
    measured
        .windows
        .iter()
        .map(|window| {
            let what = match window.excused() {
                Some((from, until)) => {
                    let span = Span { from: from.into(), until: until.into() };
                    let within = measured.hours.and(&span.into()).seconds();
                    format!("{} of the service time", clock(within))
                }
                None if window.cancelled_at.is_some() => "called off, takes nothing out".to_owned(),
                None if !window.is_planned() => "announced after it began, takes nothing out".to_owned(),
                None => "takes nothing out".to_owned(),
            };
            let overrun = window
                .overrun()
                .map(|(from, until)| {
                    format!("; ended late, down from its end on: {}", clock((until - from).num_seconds()))
                })
                .unwrap_or_default();
            let span = Span { from: window.from.into(), until: window.until.into() };
            format!("- {} {}: {what}{overrun}", between(span, zone), clean_line(&window.name))
        })
        .collect()
}

fn incidents(measured: &Measured, zone: &TimeZone, known: &BTreeMap<Number, Known>) -> Vec<String> {
    let lines: Vec<String> = measured
        .reaching(measured.figures.span)
        .map(|one| {
            let which = match known.get(&one.number) {
                Some(known) => format!("{} {}", one.number, clean_line(&known.title)),
                None => "an incident that is not shown to you".to_owned(),
            };
            let degree = match one.degree {
                Degree::Outage => "",
                Degree::Degraded => ", degraded",
            };
            match one.until {
                Some(until) => {
                    format!("- {} {which}{degree}", between(Span { from: one.from.into(), until: until.into() }, zone))
                }
                None => format!("- from {} on {which}{degree}", local(one.from.into(), zone)),
            }
        })
        .collect();
    if lines.is_empty() { vec!["- none".to_owned()] } else { lines }
}

fn sums(measured: &Measured) -> Vec<String> {
    let figures = &measured.figures;
    let mut lines = Vec::new();
    let Some(share) = figures.availability else {
        return vec!["- Availability: n/a, since nothing was agreed".to_owned()];
    };
    if figures.lost != figures.down {
        let percent = measured.promise.degraded_percent;
        lines.push(format!(
            "- Lost: {} + {percent} % of {} = {}",
            clock(figures.down),
            clock(figures.degraded),
            clock(figures.lost)
        ));
    }
    let decimals = figures.budget.as_ref().map_or(2, |budget| decimals(budget.objective));
    lines.push(format!(
        "- Availability: ({} - {}) / {} = {} / {} = **{} %**, cut and not rounded",
        clock(figures.agreed),
        clock(figures.lost),
        clock(figures.agreed),
        share.part,
        share.whole,
        share.percent(decimals)
    ));
    let mean = |what: &str, of: i64, result: Option<i64>| match result {
        Some(result) => format!("- {what}: {} / {} = {}", clock(of), figures.outages, clock(result)),
        None => format!("- {what}: n/a, since no outage began in this period"),
    };
    lines.push(format!("- Outages: {}", figures.outages));
    lines.push(mean("MTBF, mean time between failures", figures.agreed - figures.down, figures.mtbf));
    lines.push(mean("MTRS, mean time to restore service", figures.down, figures.mtrs));
    if let Some(budget) = &figures.budget {
        lines.push(format!(
            "- Error budget: (100 - {}) % of the agreed time of the whole period = {}; spent {}, left {}",
            promised(budget.objective),
            clock(budget.budget),
            clock(budget.spent),
            clock(budget.left())
        ));
    }
    lines
}

/// `745:00:00`.
fn clock(seconds: i64) -> String {
    let (sign, all) = if seconds < 0 { ("-", -seconds) } else { ("", seconds) };
    format!("{sign}{}:{:02}:{:02}", all / 3600, all % 3600 / 60, all % 60)
}

fn between(span: Span, zone: &TimeZone) -> String {
    format!("{} to {}", local(span.from, zone), local(span.until, zone))
}

/// `2026-11-24 10:00:00 +01`: with the offset, since an hour may come twice.
fn local(at: Instant, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_second(at.seconds()) else { return String::new() };
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn date(at: Instant, zone: &TimeZone) -> Date {
    Timestamp::from_second(at.seconds()).map_or(Date::MAX, |at| zone.to_datetime(at).date())
}

fn weekday(day: Date) -> String {
    day.strftime("%Y-%m-%d %a").to_string()
}
