//! The rows of a summary's tables: what people did, said and sent.

use serde::Serialize;

use super::{Recorded, Statement};
use crate::incident::history::{Outcome, ReviewState, TaskState};
use crate::report::summary::words::Moment;

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The number of the journal entry.
    pub entry: i64,
    /// When it happened.
    pub at: Moment,
    /// When it was written down, if that was noticeably later.
    pub entered_later: Option<Moment>,
    /// Who did it.
    pub who: String,
    /// What was done.
    pub text: String,
    /// What stood before each correction, and what happened to what was kept.
    pub history: Vec<Statement>,
    /// The entry that took it back.
    pub taken_back_by: Option<i64>,
    /// The entry that removed words of it.
    pub removed_by: Option<i64>,
    /// The message that it came from.
    pub link: Option<String>,
}

/// A role that a person held for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RoleRow {
    /// Which.
    pub role: String,
    /// Who.
    pub person: String,
    /// From when.
    pub from: Moment,
    /// Until when; none to the day the document was made.
    pub until: Option<Moment>,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// An offer of command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HandoverRow {
    /// When.
    pub at: Moment,
    /// What happened, in a sentence.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// Something that somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Said {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// A text of the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Passage {
    /// What it says.
    pub text: String,
    /// Who wrote it last.
    pub by: String,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TaskRow {
    /// From 1 within the incident.
    pub number: i64,
    /// What.
    pub text: String,
    /// By whom.
    pub owner: Recorded<String>,
    /// Until when.
    pub due: Recorded<Moment>,
    /// Where it stands.
    pub state: TaskState,
    /// Whether it should have been done when the document was made.
    pub overdue: bool,
    /// What came of it, or why it was dropped.
    pub outcome: Option<String>,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// Another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RelatedRow {
    /// Its number.
    pub record: String,
    /// How they are tied, read from this incident: `caused by`.
    pub tie: String,
    /// When that was said.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// What the others were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UpdateRow {
    /// When.
    pub at: Moment,
    /// For whom: `technical` or `management`.
    pub audience: String,
    /// Who said it.
    pub who: String,
    /// How it stands.
    pub text: String,
    /// What else was said, under its name.
    pub parts: Vec<(&'static str, String)>,
    /// When the next was promised.
    pub promised: Option<Moment>,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// Something that wardroom sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DeliveryRow {
    /// When it was handed over, or was to be.
    pub at: Moment,
    /// What.
    pub what: String,
    /// In which channel.
    pub channel: String,
    /// What became of it: `delivered`, `waiting`, or `failed` with the reason.
    pub outcome: String,
    /// The evidence; empty for what no entry asked for.
    pub entries: Vec<i64>,
}

/// Whether a service level was met, with the arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// `Response`, `Resolution`.
    pub name: String,
    /// What was agreed: `30 min of service time`.
    pub target: String,
    /// What it took: `12 min`; none while it runs.
    pub actual: Option<String>,
    /// Whether it was met; none while that is open.
    pub met: Option<bool>,
    /// How it was computed.
    pub arithmetic: String,
    /// The evidence.
    pub entries: Vec<i64>,
}

/// The review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReviewPart {
    /// Where it stands.
    pub state: ReviewState,
    /// The same in a sentence.
    pub status: Recorded<Statement>,
    /// Who writes it.
    pub owner: Recorded<Statement>,
    /// Until when.
    pub due: Recorded<Moment>,
    /// That it was handed in, sent back, approved: in that order.
    pub steps: Vec<Statement>,
    /// By whom and when it was approved.
    pub approval: Recorded<Statement>,
}

impl Verdict {
    /// The verdict in a word.
    pub fn word(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "open",
        }
    }
}
