//! The windows of impact and what they add up to. Windows of one service may overlap; a minute counts once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Impact, Length, Statement, TotalRow, WindowRow};
use super::words::{Words, spell};
use crate::incident::State;
use crate::incident::history::{Affected, Degree, History, Window};

/// What a service is called that nobody has named.
pub const UNKNOWN: &str = "service not known";

/// A length for machines and for people.
pub fn length(delta: TimeDelta) -> Length {
    let text = if delta.is_zero() { "none".to_owned() } else { spell(delta) };
    Length { seconds: delta.num_seconds(), text }
}

/// How much time the union of `spans` covers.
pub fn union(spans: impl IntoIterator<Item = (DateTime<Utc>, DateTime<Utc>)>) -> TimeDelta {
    let mut spans: Vec<_> = spans.into_iter().filter(|(from, until)| from < until).collect();
    spans.sort_unstable();
    let mut total = TimeDelta::zero();
    let mut counted = DateTime::<Utc>::MIN_UTC;
    for (from, until) in spans {
        let from = from.max(counted);
        if from < until {
            total += until - from;
            counted = until;
        }
    }
    total
}

/// Windows until `now`, where they last, by service: those of one id are of one service, and so are those of one name without an id.
pub fn by_service(windows: &[Window]) -> Vec<(Option<&Affected>, Vec<&Window>)> {
    let ids: BTreeMap<&str, i64> = windows
        .iter()
        .filter_map(|window| window.service.as_ref())
        .filter_map(|service| Some((service.name.as_str(), service.id?)))
        .collect();
    let key = |service: &Affected| match service.id.or_else(|| ids.get(service.name.as_str()).copied()) {
        Some(id) => (Some(id), None),
        None => (None, Some(service.name.clone())),
    };
    let mut grouped: Vec<(_, Option<&Affected>, Vec<&Window>)> = Vec::new();
    for window in windows {
        let of = window.service.as_ref().map(key);
        match grouped.iter_mut().find(|(known, ..)| *known == of) {
            Some((_, _, windows)) => windows.push(window),
            None => grouped.push((of, window.service.as_ref(), vec![window])),
        }
    }
    grouped.into_iter().map(|(_, service, windows)| (service, windows)).collect()
}

/// The windows of a history and what they add up to at `now`.
pub fn impact(words: &Words<'_>, history: &History, now: DateTime<Utc>) -> Impact {
    let name = |service: Option<&Affected>| {
        service.map_or_else(|| UNKNOWN.to_owned(), |service| words.said(Some(&service.name)))
    };
    let span = |window: &Window| (window.from, window.until.unwrap_or(now));
    let windows: Vec<WindowRow> = history
        .windows
        .iter()
        .map(|window| {
            let (from, until) = span(window);
            WindowRow {
                number: window.number,
                service: name(window.service.as_ref()),
                degree: window.degree,
                from: words.moment(from),
                until: window.until.map(|until| words.moment(until)),
                length: length((until - from).max(TimeDelta::zero())),
                given: window.given,
                entries: window.entries.clone(),
            }
        })
        .collect();
    let totals = by_service(&history.windows)
        .into_iter()
        .map(|(service, windows)| {
            let outages = windows.iter().filter(|window| window.degree == Degree::Outage);
            let entries = windows.iter().flat_map(|window| window.entries.clone());
            TotalRow {
                service: name(service),
                windows: windows.len(),
                affected: length(union(windows.iter().map(|window| span(window)))),
                outage: length(union(outages.map(|window| span(window)))),
                lasts: windows.iter().any(|window| window.until.is_none()),
                entries: Statement::new("", entries).entries,
            }
        })
        .collect();
    let end = history.milestones.closed.as_ref().filter(|end| end.state == State::Cancelled && windows.is_empty());
    let note = end
        .map(|end| Statement::new("It was cancelled, so it affected nothing.", end.milestone.entries.iter().copied()));
    Impact { windows, totals, note }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::incident::history::made::minute;

    proptest! {
        #[test]
        fn a_union_counts_each_minute_once(spans in proptest::collection::vec((0_i64..60, 0_i64..60), 0..8)) {
            let covered = (0..60).filter(|at| spans.iter().any(|(from, until)| from <= at && at < until)).count();
            let total = union(spans.iter().map(|(from, until)| (minute(*from), minute(*until))));
            prop_assert_eq!(total.num_minutes(), i64::try_from(covered).expect("it is small"));
        }
    }
}
