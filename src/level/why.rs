//! The arithmetic of a clock, row by row, so that it can be checked with a pencil. Pure.

use jiff::tz::TimeZone;

use super::amount::length;
use super::book::Named;
use super::clock::{Clock, Reason, State};
use crate::business_time::{Instant, Span};

/// Rows that are shown; of more, the middle is summed up in one.
const ROWS: usize = 20;

/// A stretch of time and what it adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From when until when.
    pub span: Span,
    /// Seconds that it adds.
    pub adds: i64,
    /// Seconds that are used up with it.
    pub total: i64,
    /// What is to be said of it; nothing when it simply counts.
    pub note: Option<String>,
}

/// The rows of `clock` up to `now`, and, of one that goes on, those to come until it is due.
pub fn rows(clock: &Clock, calendar: &Named, now: Instant) -> Vec<Row> {
    let (mut rows, mut total) = (Vec::new(), 0);
    let runs = clock.state == State::Running;
    let due = clock.due(calendar).filter(|due| runs && *due > now);
    for (index, segment) in clock.segments.iter().enumerate() {
        let end = segment.until.unwrap_or_else(|| now.max(segment.from));
        if segment.counted {
            let is_last = index + 1 == clock.segments.len();
            for until in [Some(end), due.filter(|_| is_last)].into_iter().flatten() {
                let to_come = until > now && runs && is_last;
                let from = if to_come { end } else { segment.from };
                for span in calendar.timetable.spans(from, until) {
                    total += span.seconds();
                    let note = to_come.then(|| "to come".to_owned());
                    rows.push(Row { span, adds: span.seconds(), total, note });
                }
            }
        } else {
            let lost = calendar.timetable.between(segment.from, end);
            let until = if segment.until.is_none() { ", until now" } else { "" };
            let note = format!("{}{until}: {} do not count", reason(segment.reason), length(lost));
            rows.push(Row { span: Span { from: segment.from, until: end }, adds: 0, total, note: Some(note) });
        }
    }
    rows
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::Hold(reason) => format!("waits for {}", reason.name()),
        Reason::Resolved => "was resolved".to_owned(),
        Reason::Declared | Reason::Resumed | Reason::Reopened | Reason::Retargeted(_) => "counts".to_owned(),
    }
}

/// The rows as a table in `zone`, as narrow as they allow: it is read on a phone. A row that goes past midnight names both days.
pub fn table(rows: &[Row], zone: &TimeZone) -> String {
    let cells: Vec<Cells> = if rows.len() > ROWS {
        let (head, rest) = rows.split_at(ROWS / 2);
        let (middle, tail) = rest.split_at(rest.len() - ROWS / 2);
        let sum: i64 = middle.iter().map(|row| row.adds).sum();
        let total = middle.last().map_or(0, |row| row.total);
        let between =
            [format!("… {} more rows", middle.len()), format!("+{}", length(sum)), format!("={}", length(total))];
        let shown = |row| self::cells(row, zone);
        head.iter().map(shown).chain([(between, None)]).chain(tail.iter().map(shown)).collect()
    } else {
        rows.iter().map(|row| self::cells(row, zone)).collect()
    };
    let width = |column: usize| cells.iter().map(|(cells, _)| cells[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let lines: Vec<String> = cells
        .iter()
        .map(|([when, adds, total], note)| match note {
            // What does not count adds nothing to line up.
            Some(note) if adds.is_empty() => format!("{when:<0$}  {note}", widths[0]),
            note => {
                let note = note.as_deref().unwrap_or_default();
                let line = format!("{when:<0$}  {adds:<1$}  {total:<2$}  {note}", widths[0], widths[1], widths[2]);
                line.trim_end().to_owned()
            }
        })
        .collect();
    format!("```\n{}\n```", lines.join("\n"))
}

/// When, what it adds, what is used up with it; and what is to be said of it.
type Cells = ([String; 3], Option<String>);

fn cells(row: &Row, zone: &TimeZone) -> Cells {
    let (from, until) = (local(row.span.from, zone), local(row.span.until, zone));
    let time =
        |at: &jiff::civil::DateTime| at.strftime(if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string();
    let same_day = from.date() == until.date();
    let midnight = until.hour() == 0 && until.minute() == 0 && until.second() == 0;
    let end = if same_day {
        time(&until)
    } else if midnight && from.date().tomorrow().is_ok_and(|next| next == until.date()) {
        "24:00".to_owned()
    } else {
        format!("{} {}", until.strftime("%a %d %b"), time(&until))
    };
    let when = format!("{} {}-{end}", from.strftime("%a %d %b"), time(&from));
    if row.note.is_some() && row.adds == 0 {
        ([when, String::new(), String::new()], row.note.clone())
    } else {
        ([when, format!("+{}", length(row.adds)), format!("={}", length(row.total))], row.note.clone())
    }
}

fn local(at: Instant, zone: &TimeZone) -> jiff::civil::DateTime {
    jiff::Timestamp::from_second(at.seconds()).map(|at| zone.to_datetime(at)).unwrap_or_default()
}
