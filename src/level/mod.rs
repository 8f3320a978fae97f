//! Service levels (ISO/IEC 20000-1, 8.3.3): calendars, agreements with their targets, and the clocks that every incident runs against.
//!
//! * [`amount`]: what a target says: so much service time, or the end of a working day.
//! * [`book`]: all that a guild has agreed, and which promise holds for an incident.
//! * [`clock`]: how an incident stands against a promise: a pure function of what happened, of the agreements and of the calendars.
//! * [`command`]: `/sla`. [`reply`] has its words, [`store`] its tables.
//!
//! Nothing here is deleted or overwritten: calendars, terms and targets have versions, and each second, each start of a clock, is judged
//! by the version in force then. So a clock can be computed again from the journal at any time, with the same result.

pub mod amount;
pub mod backing;
pub mod book;
pub mod clock;
pub mod command;
pub mod defaults;
pub mod reply;
pub mod store;
pub mod why;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use amount::Amount;
pub use book::{Book, Chosen, Named, Question};
pub use clock::{Clock, Course, State, Verdict};
pub use defaults::{agreed, ensure as ensure_defaults};

use crate::incident::{HoldReason, Priority};

/// What a target is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// From the declaration until somebody takes it.
    Response,
    /// From the declaration until service is back.
    Resolution,
}

impl Metric {
    /// Both, in the order of their ends.
    pub const ALL: [Self; 2] = [Self::Response, Self::Resolution];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Resolution => "resolution",
        }
    }

    /// The metric of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}

/// Who promises what to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// To customers: clocks run against these.
    Sla,
    /// One team to another, within the house.
    Ola,
    /// A supplier to the house (an underpinning contract).
    Supplier,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sla, Self::Ola, Self::Supplier];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sla => "sla",
            Self::Ola => "ola",
            Self::Supplier => "supplier",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The terms of an agreement from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// From when.
    pub from: DateTime<Utc>,
    /// How much work the promise covers, in words (clause 8.3.3 b).
    pub workload: Option<String>,
    /// What it does not cover, in words (clause 8.3.3 c).
    pub exceptions: Option<String>,
    /// How much of the agreed time the service is there, in millionths: 99.9 % is 999,000.
    pub availability: Option<i64>,
    /// The reasons of waiting that stop the clock of resolution.
    pub pauses: Vec<HoldReason>,
    /// Whether they stop the clock of response too.
    pub pauses_response: bool,
    /// At which percentages of a target who is told.
    pub warnings: Warnings,
}

impl Terms {
    /// What holds from `from` on where nothing else is said: waiting for the customer does not count.
    pub fn usual(from: DateTime<Utc>) -> Self {
        Self {
            from,
            workload: None,
            exceptions: None,
            availability: None,
            pauses: vec![HoldReason::Customer],
            pauses_response: false,
            warnings: Warnings::default(),
        }
    }
}

/// Who hears of a target that is being used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Nobody: the card shows it.
    Card,
    /// Whoever is in command.
    Owner,
    /// Whoever answers for the incident process.
    Lead,
    /// Whoever answers for the service.
    ServiceOwner,
    /// Management.
    Management,
}

impl Rung {
    /// All of them, from below.
    pub const ALL: [Self; 5] = [Self::Card, Self::Owner, Self::Lead, Self::ServiceOwner, Self::Management];
}

/// The percentage of a target at which each rung hears of it; none for a rung that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warnings(pub [Option<i64>; 5]);

impl Default for Warnings {
    /// 50 % on the card, 75 % to the owner, 90 % to the lead, 100 % to the service owner, 150 % to management.
    fn default() -> Self {
        Self([Some(50), Some(75), Some(90), Some(100), Some(150)])
    }
}

impl Warnings {
    /// The percentages with whom they reach, in ascending order. A breach is told in any case.
    pub fn steps(&self) -> Vec<(i64, Rung)> {
        let mut steps: Vec<(i64, Rung)> =
            self.0.iter().zip(Rung::ALL).filter_map(|(percent, rung)| Some(((*percent)?, rung))).collect();
        if !steps.iter().any(|(percent, _)| *percent == 100) {
            steps.push((100, Rung::Card));
        }
        steps.sort_unstable();
        steps
    }
}

impl std::fmt::Display for Warnings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> =
            self.0.iter().map(|percent| percent.map_or_else(|| "-".to_owned(), |p| p.to_string())).collect();
        f.write_str(&words.join(" "))
    }
}

impl std::str::FromStr for Warnings {
    type Err = String;

    /// Five percentages that rise, from the card to management; `-` for nobody.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{} are no warnings. Write five percentages that rise, for card, owner, lead, service owner and management, `-` for nobody: `50 75 90 100 150`.",
                crate::chat::text::code(text, 40)
            )
        };
        let words: Vec<&str> = text
            .split([' ', ',', '/'])
            .map(|word| word.trim().trim_end_matches('%'))
            .filter(|word| !word.is_empty())
            .collect();
        let mut steps = [None; 5];
        if words.len() != steps.len() {
            return Err(wrong());
        }
        for (step, word) in steps.iter_mut().zip(words) {
            if word != "-" {
                *step = Some(word.parse().ok().filter(|percent| (1..=1000).contains(percent)).ok_or_else(wrong)?);
            }
        }
        if steps.iter().flatten().is_sorted_by(|a, b| a < b) { Ok(Self(steps)) } else { Err(wrong()) }
    }
}

/// A target from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of incidents of that priority.
    pub priority: Priority,
    /// For what.
    pub metric: Metric,
    /// From when.
    pub from: DateTime<Utc>,
    /// How much; none when nothing is promised from then on.
    pub amount: Option<Amount>,
    /// In whose hours.
    pub calendar: i64,
}

/// Something that was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its id within the guild.
    pub id: i64,
    /// Between whom.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// The service that it is about; none for all.
    pub service: Option<i64>,
    /// From when.
    pub from: DateTime<Utc>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// Its terms, the oldest first. There is always one.
    pub terms: Vec<Terms>,
    /// Its targets, the oldest first.
    pub targets: Vec<Target>,
}

impl Agreement {
    /// Whether it holds at `at`.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.retired_at.is_none_or(|retired| at < retired)
    }

    /// Its terms at `at`.
    pub fn terms(&self, at: DateTime<Utc>) -> Option<&Terms> {
        self.terms.iter().rev().find(|terms| terms.from <= at).or(self.terms.first())
    }

    /// Its target at `at`; one without an amount says that there is none.
    pub fn target(&self, priority: Priority, metric: Metric, at: DateTime<Utc>) -> Option<&Target> {
        self.targets
            .iter()
            .rev()
            .find(|target| target.priority == priority && target.metric == metric && target.from <= at)
    }
}
