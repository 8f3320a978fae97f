//! The document: what a post-incident summary says, before it is Markdown, HTML or JSON. Texts are plain; each renderer escapes them.

use serde::Serialize;

use super::metrics::{Note, Point};
use super::words::Moment;
use crate::incident::history::{Degree, Outcome, ReviewState, TaskState};

/// The format of the JSON file. The number is raised when a reader of the one before would misread it.
pub const FORMAT: &str = "wardroom.post-incident-summary/1";

/// A sentence with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What is said.
    pub text: String,
    /// The numbers of the journal entries that it rests on, in order.
    pub entries: Vec<i64>,
}

impl Statement {
    /// A sentence that rests on `entries`.
    pub fn new(text: impl Into<String>, entries: impl IntoIterator<Item = i64>) -> Self {
        let mut entries: Vec<i64> = entries.into_iter().collect();
        entries.sort_unstable();
        entries.dedup();
        Self { text: text.into(), entries }
    }
}

/// Something that the record does not hold, and who could fill it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Who could fill it in, or why nobody can: `Whoever found it can say so`.
    pub hint: String,
    /// With which command; none when there is none.
    pub command: Option<String>,
}

impl Gap {
    /// Somebody can fill it in with `command`.
    pub fn filled_by(hint: &str, command: &str) -> Self {
        Self { hint: hint.to_owned(), command: Some(command.to_owned()) }
    }

    /// Nobody can fill it in with a command; `hint` says why.
    pub fn open(hint: &str) -> Self {
        Self { hint: hint.to_owned(), command: None }
    }
}

/// What the record holds, or what it lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recorded<T> {
    /// It is recorded.
    Recorded(T),
    /// It is not.
    NotRecorded(Gap),
}

impl<T> Recorded<T> {
    /// `value`, or the gap when there is none.
    pub fn or(value: Option<T>, gap: impl FnOnce() -> Gap) -> Self {
        value.map_or_else(|| Self::NotRecorded(gap()), Self::Recorded)
    }

    /// What is recorded.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Recorded(value) => Some(value),
            Self::NotRecorded(_) => None,
        }
    }

    /// What is lacking.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Recorded(_) => None,
            Self::NotRecorded(gap) => Some(gap),
        }
    }
}

impl<T> Recorded<Vec<T>> {
    /// `list`, or the gap when it is empty.
    pub fn unless_empty(list: Vec<T>, gap: impl FnOnce() -> Gap) -> Self {
        if list.is_empty() { Self::NotRecorded(gap()) } else { Self::Recorded(list) }
    }

    /// The items; none when nothing is recorded.
    pub fn items(&self) -> &[T] {
        self.value().map_or(&[], Vec::as_slice)
    }
}

/// A post-incident summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The SHA-256 of the JSON file in which the value of this field is empty, in hexadecimal.
    pub hash: String,
    /// Where, when and from what it was made.
    pub made: Made,
    /// What it is about.
    pub header: Header,
    /// What happened, in one paragraph.
    pub overview: Vec<Statement>,
    /// When which service was affected.
    pub impact: Impact,
    /// The moments that figures are measured between.
    pub milestones: Vec<MilestoneRow>,
    /// The figures.
    pub metrics: Vec<MetricRow>,
    /// When it waited for something.
    pub holds: Vec<HoldRow>,
    /// When and why it was opened again.
    pub reopenings: Vec<Said>,
    /// Why the figures count in no statistics; none when they do.
    pub not_counted: Option<Statement>,
    /// Every entry, in the order in which things happened.
    pub timeline: Vec<Row>,
    /// Who held which role when.
    pub roles: Recorded<Vec<RoleRow>>,
    /// How command was offered and taken.
    pub handovers: Vec<HandoverRow>,
    /// What was decided.
    pub decisions: Recorded<Vec<Said>>,
    /// What contributed.
    pub contributing_factors: Recorded<Passage>,
    /// What went well.
    pub went_well: Recorded<Passage>,
    /// What went badly.
    pub went_badly: Recorded<Passage>,
    /// What was learnt, and where there was luck.
    pub lessons: Recorded<Passage>,
    /// Tasks of the response.
    pub response_tasks: Recorded<Vec<TaskRow>>,
    /// Tasks for afterwards.
    pub follow_ups: Recorded<Vec<TaskRow>>,
    /// Other records that it is tied to.
    pub related: Recorded<Vec<RelatedRow>>,
    /// What the others were told.
    pub updates: Recorded<Vec<UpdateRow>>,
    /// What wardroom sent, to whom, and whether it arrived.
    pub deliveries: Recorded<Vec<DeliveryRow>>,
    /// Whether the service levels were met.
    pub service_levels: Recorded<Vec<Verdict>>,
    /// The review.
    pub review: ReviewPart,
}

/// Where, when and from what a document was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Made {
    /// When.
    pub at: Moment,
    /// By which wardroom: `wardroom 0.1.0`.
    pub by: String,
    /// The name of the guild.
    pub guild: String,
    /// The IANA name of the zone in which times are told.
    pub zone: String,
    /// How many journal entries there are about the incident.
    pub entries: usize,
    /// The number of the last of them.
    pub last_entry: i64,
}

/// What a summary is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Header {
    /// `INC-7`.
    pub number: String,
    /// What was wrong, in a few words.
    pub title: Statement,
    /// Where it stands.
    pub status: Statement,
    /// P1 to P5.
    pub priority: Statement,
    /// Whether the major incident process applies.
    pub major: bool,
    /// The service.
    pub service: Recorded<Statement>,
    /// `live`, `drill`, `test` or `backfilled`.
    pub kind: String,
    /// Whether it exists only for those who are inside.
    pub restricted: bool,
    /// What was known at the start.
    pub description: Recorded<Statement>,
    /// How it was rated from the declaration on.
    pub ratings: Vec<RatingRow>,
}

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
