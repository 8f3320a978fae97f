//! Incidents: something is wrong now, and people are restoring service.
//!
//! Life: new → (assigned) → in progress → resolved → closed. Work that waits is on hold. A resolved incident opens again when the fault
//! returns; a closed one is final. What was no incident at all is cancelled.
//!
//! The rules here are pure: each transition takes the proof of permission and the time, and refuses with the guard that failed and the
//! way on (`itsm-iso20000` 4).

mod asking;
pub mod audit;
mod budgets;
pub mod capture;
pub mod command;
mod complete;
pub mod controls;
pub mod declare;
mod deeds;
pub mod entries;
mod fields;
pub mod finding;
mod handover;
pub mod history;
mod impact;
pub mod impairment;
mod inbox;
pub mod jobs;
pub mod levels;
mod linking;
pub mod listing;
pub mod lives;
pub mod notices;
mod reminders;
pub mod reply;
mod report;
pub mod review;
mod rules;
mod step;
pub mod store;
mod story;
pub mod tasks;
mod terms;
mod timeline;
mod verbs;
mod waiting;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use complete::incidents as complete;
pub use inbox::waiting_for;
pub use rules::Gap;

pub use terms::{Audience, CloseAs, Code, Escalation, HoldReason, Kind, Level, Mark, Priority, Role, State};

use crate::number::Number;
use crate::snowflake::{GuildId, RoleId, UserId};

/// What stands where a text was removed.
const REMOVED: &str = "(removed)";
/// How long the last step can be taken back (DESIGN 4).
pub const UNDO_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// A service, as an incident names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRef {
    /// Its id within the guild.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// Somebody took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was not said, but follows from a resolution.
    pub implied: bool,
}

/// A promise to tell more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Who promised.
    pub by: UserId,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// How often it was reminded of.
    #[serde(default)]
    pub reminded: i64,
    /// Until when somebody put the reminders off.
    #[serde(default)]
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Why nothing can be done at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// For what it waits.
    pub reason: HoldReason,
    /// In words.
    pub note: Option<String>,
    /// Who put it on hold.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// When somebody looks at it again.
    pub until: Option<DateTime<Utc>>,
}

/// Command that was offered and is not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// To whom.
    pub to: UserId,
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The newest word on how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// For whom.
    #[serde(default = "technical")]
    pub audience: Audience,
    /// How it stands: conditions, or the status in words that management needs.
    pub text: String,
    /// What is done about it; for management: who is affected and how.
    #[serde(default)]
    pub second: Option<String>,
    /// What is needed; for management: what comes next.
    #[serde(default)]
    pub third: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

fn technical() -> Audience {
    Audience::Technical
}

/// Service came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who said so.
    pub by: UserId,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// When service came back, which may be earlier.
    pub restored_at: DateTime<Utc>,
    /// How.
    pub code: Code,
    /// What was done.
    pub summary: String,
}

/// It ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Who ended it; none when time did.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// As what.
    pub closed_as: CloseAs,
    /// Why.
    pub reason: Option<String>,
}

/// Who holds which role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// Decides.
    pub commander: Option<UserId>,
    /// Tells the others.
    pub communications: Option<UserId>,
    /// Writes it down.
    pub scribe: Option<UserId>,
}

impl Roles {
    /// Who holds `role`.
    pub fn holder(&self, role: Role) -> Option<UserId> {
        match role {
            Role::Commander => self.commander,
            Role::Communications => self.communications,
            Role::Scribe => self.scribe,
        }
    }

    fn set(&mut self, role: Role, holder: Option<UserId>) {
        match role {
            Role::Commander => self.commander = holder,
            Role::Communications => self.communications = holder,
            Role::Scribe => self.scribe = holder,
        }
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The server that it belongs to.
    pub guild: GuildId,
    /// `INC-7`.
    pub number: Number,
    /// Raised by every change; a change of an older version is refused.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// Whether it counts.
    pub kind: Kind,
    /// What is wrong, in a few words.
    pub title: String,
    /// What was known at the start.
    pub description: Option<String>,
    /// The service affected; none when it is not known.
    pub service: Option<ServiceRef>,
    /// How many are affected.
    pub impact: Level,
    /// How soon it must be mended.
    pub urgency: Level,
    /// What is done first.
    pub priority: Priority,
    /// Whether the priority was given, and no longer follows from impact and urgency.
    pub priority_fixed: bool,
    /// Whether the major incident process applies.
    pub major: bool,
    /// Whether it exists only for those who are inside.
    #[serde(default)]
    pub restricted: bool,
    /// Who declared it.
    pub reporter: UserId,
    /// When it was declared: service-level clocks start here.
    pub declared_at: DateTime<Utc>,
    /// When it began, if that is known: the impact window starts here.
    pub started_at: Option<DateTime<Utc>>,
    /// Who took it.
    pub acknowledged: Option<Acknowledgement>,
    /// Who holds which role.
    pub roles: Roles,
    /// Command that is offered.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// What it waits for.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// The team that it was passed on to: a role.
    #[serde(default)]
    pub team: Option<RoleId>,
    /// How far up it was escalated: 0 not at all.
    #[serde(default)]
    pub level: i64,
    /// The incident that it was merged into.
    #[serde(default)]
    pub parent: Option<Number>,
    /// The update that was promised.
    pub promise: Option<Promise>,
    /// The newest update.
    pub update: Option<Update>,
    /// How it was restored.
    pub resolution: Option<Resolution>,
    /// How it ended.
    pub closure: Option<Closure>,
    /// How often it was opened again.
    pub reopened: i64,
    /// What it was before the last step, for its undoing.
    #[serde(skip)]
    pub previous: Option<Box<Incident>>,
}

/// What is told at a declaration.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What is wrong.
    pub title: String,
    /// What is known.
    pub description: Option<String>,
    /// What is affected.
    pub service: Option<ServiceRef>,
    /// How many are affected; medium when not said.
    pub impact: Option<Level>,
    /// How soon; medium when not said.
    pub urgency: Option<Level>,
    /// Fixes the priority.
    pub priority: Option<Priority>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// Whether it counts.
    pub kind: Kind,
    /// Whether it exists only for those who are inside.
    pub restricted: bool,
}

/// What turned out to be otherwise.
#[derive(Clone, Debug, Default)]
pub struct Reassessment {
    /// How many are affected.
    pub impact: Option<Level>,
    /// How soon it must be mended.
    pub urgency: Option<Level>,
    /// Fixes the priority.
    pub priority: Option<Priority>,
    /// Whether it is a major incident.
    pub major: Option<bool>,
    /// What service it is.
    pub service: Option<ServiceRef>,
}

#[cfg(test)]
mod tests;
