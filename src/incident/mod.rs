//! Incidents: something is wrong now, and people are restoring service.
//!
//! Life: new → (assigned) → in progress → resolved → closed. Work that waits is on hold. A resolved incident opens again when the fault
//! returns; a closed one is final. What was no incident at all is cancelled.
//!
//! The rules here are pure: each transition takes the proof of permission and the time, and refuses with the guard that failed and the
//! way on (`itsm-iso20000` 4).

mod asking;
pub mod audit;
pub mod capture;
pub mod command;
mod complete;
pub mod controls;
pub mod declare;
pub mod entries;
mod fields;
pub mod history;
pub mod jobs;
pub mod reply;
mod step;
pub mod store;
mod terms;
mod timeline;
mod verbs;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use complete::incidents as complete;

pub use terms::{Audience, CloseAs, Code, Kind, Level, Priority, Role, State};

use crate::error::Refusal;
use crate::number::Number;
use crate::policy::{Participant, Responder};
use crate::snowflake::{GuildId, UserId};

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
}

/// The newest word on how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// What was said.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
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
    /// Who ended it.
    pub by: UserId,
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

/// What a close still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It is not resolved.
    Resolution,
    /// Nobody said what service it was.
    Service,
}

impl Incident {
    /// A new incident, declared by a member at `now`.
    pub fn declare(
        guild: GuildId,
        number: Number,
        by: &Participant,
        told: Declaration,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if told.started_at.is_some_and(|started| started > now) {
            return Err(reply::begins_in_the_future());
        }
        let (impact, urgency) = (told.impact.unwrap_or(Level::Medium), told.urgency.unwrap_or(Level::Medium));
        Ok(Self {
            guild,
            number,
            version: 1,
            state: State::New,
            kind: told.kind,
            title: told.title,
            description: told.description,
            service: told.service,
            impact,
            urgency,
            priority: told.priority.unwrap_or_else(|| Priority::of(impact, urgency)),
            priority_fixed: told.priority.is_some(),
            major: false,
            restricted: told.restricted,
            reporter: by.user(),
            declared_at: now,
            started_at: told.started_at,
            acknowledged: None,
            roles: Roles::default(),
            promise: None,
            update: None,
            resolution: None,
            closure: None,
            reopened: 0,
            previous: None,
        })
    }

    /// A human has seen it and is on it. The response clock stops at `now`.
    pub fn acknowledge(self, by: &Responder, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_be_open("acknowledged")?;
        if let Some(before) = &self.acknowledged {
            return Err(reply::acknowledged_already(self.number, before));
        }
        let acknowledged = Some(Acknowledgement { by: by.user(), at: now, implied: false });
        Ok(self.step(|next| {
            next.acknowledged = acknowledged;
            next.state = State::InProgress;
        }))
    }

    /// The others are told how it stands. `promise` is when they hear more.
    pub fn tell(
        self,
        by: &Responder,
        text: &str,
        promise: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.state.is_final() {
            return Err(reply::is_over(self.number, self.state));
        }
        if promise.is_some() && !self.state.is_open() {
            return Err(reply::promises_nothing(self.number));
        }
        if promise.is_some_and(|due| due <= now) {
            return Err(reply::promise_in_the_past());
        }
        let update = Some(Update { text: text.to_owned(), at: now });
        let promise = promise.map(|due_at| Promise { by: by.user(), due_at });
        Ok(self.step(|next| {
            next.update = update;
            // An update keeps the promise before it; it may make a new one.
            next.promise = promise;
        }))
    }

    /// `holder` has `role` from now on; who had it before has it no longer.
    pub fn give_role(self, _by: &Responder, role: Role, holder: UserId) -> Result<Self, Refusal> {
        self.must_be_open("given roles")?;
        if self.roles.holder(role) == Some(holder) {
            return Err(reply::holds_it_already(self.number, role, holder));
        }
        Ok(self.step(|next| {
            next.roles.set(role, Some(holder));
            if role == Role::Commander && next.state == State::New {
                next.state = State::Assigned;
            }
        }))
    }

    /// Impact, urgency, priority, major or service are other than was thought. Priority follows impact and urgency unless it is given.
    pub fn reassess(self, _by: &Responder, change: Reassessment) -> Result<Self, Refusal> {
        if self.state.is_final() {
            return Err(reply::is_over(self.number, self.state));
        }
        let before = self.clone();
        let next = self.step(|next| {
            next.impact = change.impact.unwrap_or(next.impact);
            next.urgency = change.urgency.unwrap_or(next.urgency);
            next.major = change.major.unwrap_or(next.major);
            if let Some(service) = change.service {
                next.service = Some(service);
            }
            if let Some(priority) = change.priority {
                next.priority = priority;
                next.priority_fixed = true;
            } else if change.impact.is_some() || change.urgency.is_some() {
                next.priority = Priority::of(next.impact, next.urgency);
                next.priority_fixed = false;
            }
        });
        let same = Self { version: next.version, previous: next.previous.clone(), ..before };
        if next == same { Err(reply::nothing_changes(next.number)) } else { Ok(next) }
    }

    /// Service is restored, at `restored_at`. The resolution clock stops there. What nobody acknowledged is acknowledged by this.
    pub fn resolve(
        self,
        by: &Responder,
        restored_at: DateTime<Utc>,
        code: Code,
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        match self.state {
            State::New | State::Assigned | State::InProgress | State::OnHold => {}
            State::Resolved => return Err(reply::resolved_already(&self)),
            State::Closed | State::Cancelled | State::Merged => return Err(reply::is_over(self.number, self.state)),
        }
        if restored_at > now {
            return Err(reply::restored_in_the_future());
        }
        // Without a known start it may have been restored before it was declared.
        if let Some(started) = self.started_at.filter(|started| restored_at < *started) {
            return Err(reply::restored_before_it_began(started));
        }
        let resolution = Some(Resolution { by: by.user(), at: now, restored_at, code, summary: summary.to_owned() });
        let implied = Acknowledgement { by: by.user(), at: now, implied: true };
        Ok(self.step(|next| {
            next.acknowledged.get_or_insert(implied);
            next.resolution = resolution;
            next.promise = None;
            next.state = State::Resolved;
        }))
    }

    /// It is not over: the fault is back, or was never gone.
    pub fn reopen(self, _by: &Responder) -> Result<Self, Refusal> {
        match self.state {
            State::Resolved => Ok(self.step(|next| {
                next.state = State::InProgress;
                next.resolution = None;
                next.reopened += 1;
            })),
            State::New | State::Assigned | State::InProgress | State::OnHold => {
                Err(reply::is_open_already(self.number, self.state))
            }
            State::Closed | State::Cancelled | State::Merged => Err(reply::is_over(self.number, self.state)),
        }
    }

    /// What a close as done still needs.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.state.is_open() {
            gaps.push(Gap::Resolution);
        }
        if self.service.is_none() {
            gaps.push(Gap::Service);
        }
        gaps
    }

    /// It is done for good, or was no incident at all; the latter needs a reason.
    pub fn close(
        self,
        by: &Responder,
        closed_as: CloseAs,
        reason: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.state.is_final() {
            return Err(reply::is_over(self.number, self.state));
        }
        if closed_as == CloseAs::Done && !self.gaps().is_empty() {
            return Err(reply::cannot_close_yet(&self));
        }
        if closed_as != CloseAs::Done && reason.is_none() {
            return Err(reply::close_needs_a_reason(self.number, closed_as));
        }
        let closure = Some(Closure { by: by.user(), at: now, closed_as, reason: reason.map(str::to_owned) });
        let state = if self.state.is_open() { State::Cancelled } else { State::Closed };
        Ok(self.step(|next| {
            next.closure = closure;
            next.promise = None;
            next.state = state;
        }))
    }

    /// It is as it was before the last step.
    pub fn undo(self) -> Result<Self, Refusal> {
        let Some(previous) = self.previous else { return Err(reply::nothing_to_undo(self.number)) };
        Ok(Self { version: self.version + 1, previous: None, ..*previous })
    }

    /// A declaration that was a slip of the finger: it is cancelled.
    pub fn withdraw(self, by: &Participant, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_be_open("withdrawn")?;
        let closure = Closure {
            by: by.user(),
            at: now,
            closed_as: CloseAs::NotAnIncident,
            reason: Some("The declaration was taken back.".to_owned()),
        };
        Ok(self.step(|next| {
            next.closure = Some(closure);
            next.state = State::Cancelled;
        }))
    }

    /// What it holds of `texts` is gone: they were removed from the record of an entry. The step before is forgotten, for it may hold them.
    #[must_use]
    pub fn forget(mut self, texts: &[&str]) -> Self {
        let gone = |text: &str| texts.contains(&text);
        if gone(&self.title) {
            REMOVED.clone_into(&mut self.title);
        }
        if self.description.as_deref().is_some_and(gone) {
            self.description = None;
        }
        if let Some(update) = self.update.as_mut().filter(|update| gone(&update.text)) {
            REMOVED.clone_into(&mut update.text);
        }
        if let Some(resolution) = self.resolution.as_mut().filter(|resolution| gone(&resolution.summary)) {
            REMOVED.clone_into(&mut resolution.summary);
        }
        if let Some(closure) = self.closure.as_mut().filter(|closure| closure.reason.as_deref().is_some_and(gone)) {
            closure.reason = None;
        }
        self.version += 1;
        self.previous = None;
        self
    }

    /// How `user` takes part in it beyond being a member, if so.
    pub fn part_of(&self, user: UserId) -> Option<&'static str> {
        if self.reporter == user {
            return Some("the reporter");
        }
        let roles = [self.roles.commander, self.roles.communications, self.roles.scribe];
        roles.contains(&Some(user)).then_some("holds a role in it")
    }

    /// It is the same as `other`, where the reporter goes on.
    pub fn duplicate_of(self, by: UserId, other: Number, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_be_open("joined to another")?;
        if self.number == other {
            return Err(reply::is_itself(other));
        }
        let closure = Closure { by, at: now, closed_as: CloseAs::Duplicate, reason: Some(format!("Same as {other}.")) };
        Ok(self.step(|next| {
            next.closure = Some(closure);
            next.promise = None;
            next.state = State::Cancelled;
        }))
    }

    /// A change that this was not: only the journal gained an entry, and the undo of an earlier step would be wrong.
    #[must_use]
    pub fn noted(self) -> Self {
        self.step(|_| {})
    }

    fn must_be_open(&self, deed: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::New | State::Assigned | State::InProgress | State::OnHold => Ok(()),
            State::Resolved => Err(reply::is_resolved(self.number, deed)),
            State::Closed | State::Cancelled | State::Merged => Err(reply::is_over(self.number, self.state)),
        }
    }

    /// The next version, which remembers this one.
    fn step(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.previous = None;
        let before = Box::new(self.clone());
        change(&mut self);
        self.version += 1;
        self.previous = Some(before);
        self
    }
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
