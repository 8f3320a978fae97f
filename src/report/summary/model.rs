//! The document: what a post-incident summary says, before it is Markdown, HTML or JSON. Texts are plain; each renderer escapes them.

mod figures;
mod rows;

use serde::Serialize;

use super::words::Moment;
pub use figures::*;
pub use rows::*;

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
