//! The rows of a summary's tables: what is counted and measured.

use serde::Serialize;

use super::{Recorded, Statement};
use crate::incident::history::Degree;
use crate::report::summary::metrics::{Note, Point};
use crate::report::summary::words::Moment;

/// How it was rated from some moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RatingRow {
    /// From when.
    pub from: Moment,
    /// P1 to P5.
    pub priority: String,
    /// `impact high, urgency medium, major incident`.
    pub basis: String,
    /// By whom, and why if that was said.
    pub by: String,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// When which service was affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Impact {
    /// Each window.
    pub windows: Vec<WindowRow>,
    /// The union of the windows of each service.
    pub totals: Vec<TotalRow>,
    /// Why there are no windows.
    pub note: Option<Statement>,
}

/// A length of time, for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Length {
    /// Whole seconds.
    pub seconds: i64,
    /// `3 h 12 min`.
    pub text: String,
}

impl Length {
    /// `3 h 12 min (192 min)`: with the whole minutes, where the words do not say them.
    pub fn with_minutes(&self) -> String {
        if self.seconds < 3600 { self.text.clone() } else { format!("{} ({} min)", self.text, self.seconds / 60) }
    }
}

/// A window of impact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WindowRow {
    /// From 1.
    pub number: i64,
    /// The service, or that it is not known.
    pub service: String,
    /// How badly.
    pub degree: Degree,
    /// From when.
    pub from: Moment,
    /// Until when; none while it lasts.
    pub until: Option<Moment>,
    /// How long; until the document was made, while it lasts.
    pub length: Length,
    /// Whether a person gave it; otherwise it follows the record.
    pub given: bool,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// The union of the windows of a service: no minute counts twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TotalRow {
    /// The service, or that it is not known.
    pub service: String,
    /// How many windows.
    pub windows: usize,
    /// Affected in any degree.
    pub affected: Length,
    /// Not working at all.
    pub outage: Length,
    /// Whether it lasts.
    pub lasts: bool,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// A milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MilestoneRow {
    /// Which.
    pub point: Point,
    /// What it means.
    pub meaning: &'static str,
    /// When.
    pub at: Recorded<Moment>,
    /// What to know about it.
    pub note: Option<String>,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MetricRow {
    /// A name for machines.
    pub id: &'static str,
    /// A name for people.
    pub name: &'static str,
    /// The milestone that it is measured from.
    pub from: Point,
    /// The milestone that it is measured to.
    pub to: Point,
    /// How long; none when it is not measured.
    pub value: Option<Length>,
    /// What to know about it, for machines.
    pub note: Option<Note>,
    /// The same in words.
    pub remark: Option<String>,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// It waited for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HoldRow {
    /// For what: `supplier`.
    pub reason: String,
    /// What was said of it.
    pub note: Option<String>,
    /// From when.
    pub from: Moment,
    /// Until when; none while it waits.
    pub until: Option<Moment>,
    /// How long; until the document was made, while it waits.
    pub length: Length,
    /// The evidence.
    pub entries: Vec<i64>,
}
