//! How an incident stands against a promise: a pure function of what happened ([`Course`]), of what was agreed ([`Book`]), and of the
//! time at which one looks. Nothing is counted up while wardroom runs, so nothing is lost while it does not.
//!
//! The rules (`sla-semantics` 1 and 3):
//!
//! * A clock starts at the declaration. Response stops when somebody takes the incident, resolution when service is back.
//! * Waiting for a reason that the agreement lists is a pause, and so is the time between a resolution and a reopening.
//! * When the priority or the service changes, the new promise applies to the same start and the same pauses. A promise that is used up by
//!   then is broken at the moment of the change: it did not exist before. What changes after the clock stopped changes nothing.
//! * It is broken when it stopped after it was due, or goes on after that. A stop at the very second is in time.
//! * Each promise is a generation: what was told of one is not told again, and what was told of another does not count, be it one that was
//!   taken back. What was told too early, as turned out, is told again when it is so.

mod run;
#[cfg(test)]
mod tests;

pub use run::run;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Metric;
use super::book::{Book, Named, Promise};
use crate::business_time::{Due, Instant, Pauses, Span, due, elapsed};
use crate::incident::{HoldReason, Priority};

/// What happened to an incident, as far as clocks care. All in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// It was declared; none while that is not known.
    pub declared: Option<Instant>,
    /// Somebody took it.
    pub acknowledged: Option<Instant>,
    /// How it was rated, and on which service it was; the first is the declaration's.
    pub ratings: Vec<Rating>,
    /// When it waited, and for what.
    pub holds: Vec<Hold>,
    /// When service was back, and until when.
    pub stops: Vec<Stop>,
    /// What was told of its targets.
    pub told: Vec<Told>,
    /// Whether it is none that counts: a drill, a duplicate, one that went on as another.
    pub void: bool,
}

/// It was rated so from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The number of the entry that says so.
    pub entry: i64,
    /// From when, to the microsecond: a target that was agreed in the same second before counts.
    pub at: DateTime<Utc>,
    /// How urgent.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
}

/// It waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// From when.
    pub from: Instant,
    /// Until when; none while it waits.
    pub until: Option<Instant>,
    /// For what; none when that is not known.
    pub reason: Option<HoldReason>,
}

/// Service was back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// When service was back.
    pub at: Instant,
    /// When it was opened again.
    pub until: Option<Instant>,
}

/// Somebody was told how much of a target is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The number of the entry that says so.
    pub entry: i64,
    /// When so much was used up, as was known then.
    pub at: Instant,
    /// Of which.
    pub metric: Metric,
    /// Of which promise.
    pub generation: i64,
    /// How much.
    pub percent: i64,
}

/// Why a stretch of a clock counts, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was declared.
    Declared,
    /// Another priority or service came with another promise.
    Retargeted(Priority),
    /// It waited for this.
    Hold(HoldReason),
    /// It no longer waited.
    Resumed,
    /// Service was back.
    Resolved,
    /// It was opened again.
    Reopened,
}

impl Reason {
    /// As the database keeps it.
    pub fn stored(self) -> String {
        match self {
            Self::Declared => "declared".to_owned(),
            Self::Retargeted(priority) => format!("retargeted:{}", priority.name()),
            Self::Hold(reason) => format!("hold:{}", reason.name()),
            Self::Resumed => "resumed".to_owned(),
            Self::Resolved => "resolved".to_owned(),
            Self::Reopened => "reopened".to_owned(),
        }
    }

    /// What the database keeps as `text`.
    pub fn read(text: &str) -> Option<Self> {
        Some(match text.split_once(':') {
            Some(("retargeted", priority)) => Self::Retargeted(Priority::named(priority)?),
            Some(("hold", reason)) => Self::Hold(HoldReason::named(reason)?),
            None if text == "declared" => Self::Declared,
            None if text == "resumed" => Self::Resumed,
            None if text == "resolved" => Self::Resolved,
            None if text == "reopened" => Self::Reopened,
            _ => return None,
        })
    }
}

/// A stretch of a clock. They follow each other without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// From when.
    pub from: Instant,
    /// Until when; none while it goes on.
    pub until: Option<Instant>,
    /// Whether it counts.
    pub counted: bool,
    /// Why.
    pub reason: Reason,
}

/// Where a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It counts, in service hours.
    Running,
    /// It waits.
    Paused,
    /// It is done.
    Stopped,
    /// It does not count at all.
    Void,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Void];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Void => "void",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How a promise turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is neither kept nor broken yet.
    Open,
    /// It was kept.
    Met,
    /// It was kept, as turned out after a breach had been told (DESIGN 4).
    MetByCorrection,
    /// It was broken then.
    Breached(Instant),
    /// It does not count.
    Void,
}

/// One target of one incident, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// For what.
    pub metric: Metric,
    /// Which promise this is: raised by each change of it.
    pub generation: i64,
    /// What is promised.
    pub promise: Promise,
    /// From when this promise holds: the start, or the change that brought it.
    pub promised_at: DateTime<Utc>,
    /// At which priority.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
    /// Where it stands.
    pub state: State,
    /// When it started.
    pub started_at: Instant,
    /// When it stopped.
    pub stopped_at: Option<Instant>,
    /// How it went.
    pub segments: Vec<Segment>,
    /// The percentages that were told of this promise.
    pub told: BTreeSet<i64>,
}

impl Clock {
    /// The hours that it counts in.
    pub fn calendar<'b>(&self, book: &'b Book) -> Option<&'b Named> {
        book.calendars.get(&self.promise.calendar)
    }

    /// Whether its promise was given when it had started already: the first can be, where nothing was promised before.
    pub fn is_given_later(&self) -> bool {
        Instant::from(self.promised_at) > self.started_at
    }

    /// When it did not count.
    pub fn pauses(&self) -> Pauses {
        let not = || self.segments.iter().filter(|segment| !segment.counted);
        let closed = not().filter_map(|segment| Some(Span { from: segment.from, until: segment.until? }));
        // What does not count after the end is no pause: there is nothing to pause.
        let open_from = not().find(|segment| segment.until.is_none()).map(|segment| segment.from);
        Pauses { closed: closed.collect(), open_from: open_from.filter(|_| self.stopped_at.is_none()) }
    }

    /// Seconds of service time that are used up at `now`.
    pub fn elapsed(&self, calendar: &Named, now: Instant) -> i64 {
        let until = self.stopped_at.map_or(now, |stopped| stopped.min(now));
        elapsed(&calendar.timetable, self.started_at, until, &self.pauses())
    }

    /// When so much of the target is used up; of a new promise that is used up already, when it was made. None while nobody can say, as
    /// it waits, and when it never happens.
    pub fn reaches(&self, calendar: &Named, percent: i64) -> Option<Instant> {
        // Whole seconds, upwards, in whole numbers: a rounded percentage is how others see a breach where there is none.
        let wanted = (self.promise.seconds.saturating_mul(percent) + 99) / 100;
        match due(&calendar.timetable, self.started_at, wanted, &self.pauses()) {
            Due::At(at) => Some(at.max(self.promised_at.into())),
            Due::Unknown | Due::Never => None,
        }
    }

    /// When it is due.
    pub fn due(&self, calendar: &Named) -> Option<Instant> {
        self.reaches(calendar, 100)
    }

    /// When it was broken, as seen at `now`.
    pub fn breached(&self, calendar: &Named, now: Instant) -> Option<Instant> {
        let due = self.due(calendar)?;
        (self.state != State::Void && self.stopped_at.unwrap_or(now) > due).then_some(due)
    }

    /// How it turned out, as seen at `now`.
    pub fn verdict(&self, calendar: &Named, now: Instant) -> Verdict {
        match (self.state, self.breached(calendar, now)) {
            (State::Void, _) => Verdict::Void,
            (_, Some(at)) => Verdict::Breached(at),
            (State::Stopped, None) if self.told.iter().any(|percent| *percent >= 100) => Verdict::MetByCorrection,
            (State::Stopped, None) => Verdict::Met,
            (State::Running | State::Paused, None) => Verdict::Open,
        }
    }

    /// The steps of the target that are reached by `now` and that nobody was told of, with their moments. A breach is one only once its
    /// second is over.
    pub fn untold(&self, calendar: &Named, now: Instant) -> Vec<(i64, Instant)> {
        self.to_come(calendar).into_iter().take_while(|(_, at)| *at <= now).collect()
    }

    /// When the next step of the target is to be told; none while it waits or when all is told.
    pub fn next_step(&self, calendar: &Named) -> Option<Instant> {
        self.to_come(calendar).first().map(|(_, at)| *at)
    }

    fn to_come(&self, calendar: &Named) -> Vec<(i64, Instant)> {
        if matches!(self.state, State::Stopped | State::Void) {
            return Vec::new();
        }
        let highest = self.told.last().copied().unwrap_or(0);
        let due = self.due(calendar);
        self.promise
            .warnings
            .steps()
            .into_iter()
            .map(|(percent, _)| percent)
            .filter(|percent| *percent > highest)
            .map_while(|percent| {
                let at = self.reaches(calendar, percent)?;
                // What comes together with the breach, as of a promise that was used up when it was given, is told with it.
                Some((percent, if percent >= 100 || due == Some(at) { at + 1 } else { at }))
            })
            .collect()
    }
}
