//! The words that an incident is described with, and what follows from them.

use serde::{Deserialize, Serialize};

/// High, medium or low: of impact, and of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Many people, or at once.
    High,
    /// Some people, or soon.
    Medium,
    /// Few people, or when it suits.
    Low,
}

/// P1, the most urgent, to P5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// Drop everything.
    P1,
    /// At once.
    P2,
    /// Today.
    P3,
    /// This week.
    P4,
    /// When it suits.
    P5,
}

impl Priority {
    /// All, the most urgent first.
    pub const ALL: [Self; 5] = [Self::P1, Self::P2, Self::P3, Self::P4, Self::P5];

    /// The priority that the matrix gives (`ServiceNow`'s default lookup, `itsm-iso20000` 4: HH 1, HM 2, HL 3, MH 2, MM 3, ML 4, LH 3, LM 4, LL 5).
    pub fn of(impact: Level, urgency: Level) -> Self {
        use Level::{High, Low, Medium};
        match (impact, urgency) {
            (High, High) => Self::P1,
            (High, Medium) | (Medium, High) => Self::P2,
            (High, Low) | (Medium, Medium) | (Low, High) => Self::P3,
            (Medium, Low) | (Low, Medium) => Self::P4,
            (Low, Low) => Self::P5,
        }
    }

    /// 1 to 5.
    pub fn rank(self) -> i64 {
        self as i64 + 1
    }

    /// The priority of that rank.
    pub fn ranked(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.rank() == rank)
    }

    /// Whether people are called at once.
    pub fn pages(self) -> bool {
        self <= Self::P2
    }
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has taken it.
    New,
    /// Somebody was asked to take it.
    Assigned,
    /// Somebody is on it.
    InProgress,
    /// It waits for something.
    OnHold,
    /// Service is restored.
    Resolved,
    /// Done for good.
    Closed,
    /// It was no incident.
    Cancelled,
    /// It goes on as another one.
    Merged,
}

impl State {
    /// All, in the order of life.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Assigned,
        Self::InProgress,
        Self::OnHold,
        Self::Resolved,
        Self::Closed,
        Self::Cancelled,
        Self::Merged,
    ];

    /// Whether service is still impaired, as far as is known.
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Assigned | Self::InProgress | Self::OnHold)
    }

    /// Whether nothing can change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled | Self::Merged)
    }
}

/// Whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is real.
    #[default]
    Live,
    /// People practise.
    Drill,
    /// wardroom is being tried.
    Test,
    /// It is written down afterwards.
    Backfilled,
}

/// A role that a person holds in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Decides.
    Commander,
    /// Tells the others.
    Communications,
    /// Writes it down.
    Scribe,
}

/// How service was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The fault was removed.
    #[default]
    Fixed,
    /// The fault is there, its effect is not.
    Workaround,
    /// A change was taken back.
    RolledBack,
    /// It went away.
    SelfHealed,
    /// A supplier mended it.
    Supplier,
    /// It cannot be made to happen again.
    NotReproducible,
}

/// As what it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseAs {
    /// Restored and confirmed.
    #[default]
    Done,
    /// It was known already.
    Duplicate,
    /// Nothing was wrong.
    NotAnIncident,
    /// Something was asked for, nothing was broken.
    Request,
}

/// For whom an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Those who work on it.
    Technical,
    /// Those who answer for it.
    Management,
}

/// What an incident waits for. Whether that stops a clock is for the agreement to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldReason {
    /// An answer of those affected.
    Customer,
    /// Somebody outside.
    Supplier,
    /// A change that has its date.
    Change,
    /// A cause that has to be found.
    Problem,
}

/// Two different things that are both called escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escalation {
    /// To another team, which knows more.
    Functional,
    /// To those who answer for it.
    Hierarchic,
}

/// What a note stands for beyond its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Something was decided.
    Decision,
    /// The impact began.
    Started,
    /// It was noticed, by people or by monitoring.
    Detected,
    /// The cause was found.
    Identified,
    /// The effect was made smaller.
    Mitigated,
    /// Service came back.
    Restored,
}

macro_rules! names {
    ($($type:ty),+) => {$(
        impl $type {
            /// The name in commands and in the database.
            pub fn name(self) -> String {
                serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
            }

            /// The value of that name.
            pub fn named(name: &str) -> Option<Self> {
                serde_json::from_value(name.into()).ok()
            }
        }
    )+};
}

names!(Level, Priority, State, Kind, Role, Code, CloseAs, Audience, HoldReason, Escalation, Mark);
