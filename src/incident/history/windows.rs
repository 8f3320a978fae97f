//! The windows of impact: when which service was how badly affected, apart from the incident's own life.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use crate::incident::State;

/// How badly a service is affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Degree {
    /// It works, but worse than agreed.
    Degraded,
    /// It does not work.
    Outage,
}

impl Degree {
    /// The name in commands and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Degraded => "degraded",
            Self::Outage => "outage",
        }
    }

    /// The degree of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Degraded, Self::Outage].into_iter().find(|degree| degree.name() == name)
    }
}

/// A service that a window is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Affected {
    /// Its id within the guild, where the entry told it.
    pub id: Option<i64>,
    /// Its name when that was told.
    pub name: String,
}

/// A time in which a service was affected. It never ends before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// From 1 within the incident; a number is never given twice.
    pub number: i64,
    /// The service; none when nobody has said which it is.
    pub service: Option<Affected>,
    /// How badly.
    pub degree: Degree,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none while it lasts.
    pub until: Option<DateTime<Utc>>,
    /// Whether a person gave it, so that it no longer follows the record.
    pub given: bool,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// A moment and the entries that it rests on.
type Edge = (DateTime<Utc>, Vec<i64>);

/// A window that follows the record.
#[derive(Debug)]
struct Following {
    number: i64,
    /// When it opened; the first opens at the start, which may be told later.
    opened: Option<Edge>,
    restored: Option<Edge>,
}

/// A window as a person gave it.
#[derive(Debug)]
struct Given {
    service: Option<Affected>,
    degree: Degree,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    void: bool,
    entries: Vec<i64>,
}

/// Gathers windows, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Windows {
    declared: Option<Edge>,
    started: Option<Edge>,
    service: Option<Affected>,
    following: Vec<Following>,
    given: BTreeMap<i64, Given>,
    last_number: i64,
    ended: Option<(State, Edge)>,
}

impl Windows {
    /// Takes the next entry.
    pub(super) fn take(&mut self, reading: &Reading<'_>) {
        let edge = |at: DateTime<Utc>| (at, reading.entries());
        if reading.action() == "incident.impact" {
            self.give(reading);
            return;
        }
        if reading.action() == "incident.declare" {
            self.declared = Some(edge(reading.at));
            self.open(None);
        }
        if reading.tells("service") {
            self.service = service(reading);
        }
        let marked = |mark: &str| (reading.told.text("mark") == Some(mark)).then_some(reading.at);
        if let Some(at) = reading.instant("started").or(marked("started")) {
            self.started = Some(edge(at));
        }
        if reading.action() == "incident.reopen" {
            // Without a word on when service came back, it was away until now.
            if let Some(last) = self.following.last_mut() {
                last.restored.get_or_insert_with(|| edge(reading.at));
            }
            self.open(Some(edge(reading.at)));
        } else if let Some(at) = reading.instant("restored").or(marked("restored"))
            && let Some(last) = self.following.last_mut()
        {
            last.restored = Some(edge(at));
        }
        if let Some(state) = reading.told.text("state").and_then(State::named) {
            self.ended = state.is_final().then(|| (state, edge(reading.at)));
        }
    }

    fn open(&mut self, opened: Option<Edge>) {
        self.last_number += 1;
        self.following.push(Following { number: self.last_number, opened, restored: None });
    }

    fn give(&mut self, reading: &Reading<'_>) {
        let Some(number) = reading.number("window").filter(|number| *number > 0) else { return };
        self.last_number = self.last_number.max(number);
        let given = Given {
            service: service(reading),
            degree: reading.told.text("degree").and_then(Degree::named).unwrap_or(Degree::Outage),
            from: reading.instant("from").unwrap_or(reading.at),
            until: reading.instant("until"),
            void: reading.is("void"),
            entries: reading.entries(),
        };
        self.given.insert(number, given);
    }

    /// The number that the next window gets.
    pub(super) fn next_number(&self) -> i64 {
        self.last_number + 1
    }

    /// The windows, in the order of their numbers.
    pub(super) fn finish(self) -> Vec<Window> {
        let ended = match &self.ended {
            // What was no incident affected nothing.
            Some((State::Cancelled, _)) => return Vec::new(),
            Some((_, edge)) => Some(edge.clone()),
            None => None,
        };
        let first = self.started.clone().or_else(|| self.declared.clone());
        let mut windows: BTreeMap<i64, Window> = BTreeMap::new();
        let mut before: Option<DateTime<Utc>> = None;
        let mut restorations: Vec<Edge> = Vec::new();
        let mut following = self.following.into_iter().peekable();
        while let Some(window) = following.next() {
            let Some((opened, mut entries)) = window.opened.or_else(|| first.clone()) else { continue };
            // A reopening that was dated before the window that it follows on joins it.
            let from = before.map_or(opened, |before| opened.max(before));
            before = Some(from);
            let mut until = None;
            restorations.extend(window.restored.clone());
            if let Some((at, by)) = window.restored.or_else(|| ended.clone()) {
                until = Some(at);
                entries.extend(by);
            }
            if let Some((reopened, _)) = following.peek().and_then(|next| next.opened.as_ref()) {
                until = until.map(|until| until.min((*reopened).max(from)));
            }
            let (number, service, degree) = (window.number, self.service.clone(), Degree::Outage);
            windows.insert(number, Window { number, service, degree, from, until, given: false, entries });
        }
        for (number, given) in self.given {
            let Given { service, degree, from, mut until, void, mut entries } = given;
            if void {
                windows.remove(&number);
                continue;
            }
            // What was corrected by hand still ends when service comes back, unless it was said when.
            if until.is_none()
                && let Some(followed) = windows.get(&number)
                && followed.until.is_some()
            {
                until = followed.until;
                entries.extend(&followed.entries);
            }
            // Another service that nobody said more of came back when the incident was said to be over.
            if until.is_none()
                && let Some((at, by)) = restorations.iter().find(|(at, _)| *at >= from)
            {
                until = Some(*at);
                entries.extend(by);
            }
            if until.is_none()
                && let Some((at, by)) = &ended
            {
                until = Some(*at);
                entries.extend(by);
            }
            let service = service.or_else(|| self.service.clone());
            windows.insert(number, Window { number, service, degree, from, until, given: true, entries });
        }
        windows
            .into_values()
            .map(|mut window| {
                window.until = window.until.map(|until| until.max(window.from));
                window.entries.sort_unstable();
                window.entries.dedup();
                window
            })
            .collect()
    }
}

fn service(reading: &Reading<'_>) -> Option<Affected> {
    let name = reading.told.text("service")?.to_owned();
    Some(Affected { id: reading.number("service-id"), name })
}
