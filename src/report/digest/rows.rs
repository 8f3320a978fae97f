//! What figures are made of.

use chrono::{DateTime, Utc};

use crate::incident::Priority;
use crate::level::Metric;

/// The life of an incident, as far as figures care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its number.
    pub number: i64,
    /// How urgent it is, or was in the end.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
    /// When it was acknowledged.
    pub acknowledged: Option<DateTime<Utc>>,
    /// When it was open, from the declaration on; the last has no end while it is. There is always one.
    pub open: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl Life {
    /// When it was declared.
    pub fn declared(&self) -> DateTime<Utc> {
        self.open.first().map_or(DateTime::<Utc>::MAX_UTC, |(from, _)| *from)
    }

    /// When service was back for good; none while it is open.
    pub fn restored(&self) -> Option<DateTime<Utc>> {
        self.open.last().and_then(|(_, until)| *until)
    }

    /// Whether it was open at `at`.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.open.iter().any(|(from, until)| *from <= at && until.is_none_or(|until| until > at))
    }

    /// Seconds for which it was open, without those in which it was resolved and not yet open again.
    pub fn seconds(&self) -> Option<i64> {
        self.restored()?;
        Some(self.open.iter().filter_map(|(from, until)| Some(((*until)? - *from).num_seconds())).sum())
    }

    /// Whether it was opened again.
    pub fn is_reopened(&self) -> bool {
        self.open.len() > 1
    }
}

/// A target of an incident that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of which incident.
    pub number: i64,
    /// For what.
    pub metric: Metric,
    /// At which priority.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When its clock stopped.
    pub stopped: Option<DateTime<Utc>>,
    /// When three quarters of it were used up.
    pub at_risk: Option<DateTime<Utc>>,
    /// Whether it was met only as turned out later.
    pub corrected: bool,
}
