//! The end: it is restored, comes back, is closed, or was no incident at all.

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Refusal;
use crate::incident::{Acknowledgement, CloseAs, Closure, Code, Incident, Kind, Resolution, State, reply};
use crate::number::Number;
use crate::policy::{Participant, Responder};
use crate::snowflake::UserId;

/// What a close still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It is not resolved.
    Resolution,
    /// Nobody said what service it was.
    Service,
    /// It was a major incident, and what was learnt is not approved yet.
    Review,
}

impl Incident {
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
            next.end(State::Resolved);
            next.resolution = resolution;
        }))
    }

    /// When a resolved incident is over for good: it closes by itself, and opens no more. That is `after_days` after service was
    /// restored, but never before people had a day to say that it was not (`itsm-iso20000` 4: based on the restoration, as an update
    /// that moves the clock keeps incidents open for ever).
    pub fn settles_at(&self, after_days: i64) -> Option<DateTime<Utc>> {
        let resolution = self.resolution.as_ref()?;
        Some((resolution.restored_at + TimeDelta::days(after_days)).max(resolution.at + TimeDelta::days(1)))
    }

    /// It is not over: the fault is back, or was never gone. After `after_days` it is a new incident.
    pub fn reopen(self, _by: &Responder, after_days: i64, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.state {
            State::Resolved if self.settles_at(after_days).is_some_and(|at| now > at) => {
                Err(reply::settled(self.number, after_days))
            }
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

    /// What a close as done still needs. `reviewed` says whether its review is approved.
    pub fn gaps(&self, reviewed: bool) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.state.is_open() {
            gaps.push(Gap::Resolution);
        }
        if self.service.is_none() {
            gaps.push(Gap::Service);
        }
        if self.major && self.kind == Kind::Live && !reviewed {
            gaps.push(Gap::Review);
        }
        gaps
    }

    /// Whether something stands against closing it as `closed_as`: all gaps against done, and against anything else the review of a major
    /// incident that was restored, since it was one.
    pub fn stands_against(&self, closed_as: CloseAs, reviewed: bool) -> bool {
        let gaps = self.gaps(reviewed);
        match closed_as {
            CloseAs::Done => !gaps.is_empty(),
            CloseAs::Duplicate | CloseAs::NotAnIncident | CloseAs::Request => {
                !self.state.is_open() && gaps.contains(&Gap::Review)
            }
        }
    }

    /// It is done for good, or was no incident at all; the latter needs a reason.
    pub fn close(
        self,
        by: &Responder,
        closed_as: CloseAs,
        reason: Option<&str>,
        reviewed: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.state.is_final() {
            return Err(reply::is_over(self.number, self.state));
        }
        if self.stands_against(closed_as, reviewed) {
            return Err(reply::cannot_close_yet(&self, reviewed));
        }
        if closed_as != CloseAs::Done && reason.is_none() {
            return Err(reply::close_needs_a_reason(self.number, closed_as));
        }
        let closure = Some(Closure { by: Some(by.user()), at: now, closed_as, reason: reason.map(str::to_owned) });
        let state = if self.state.is_open() { State::Cancelled } else { State::Closed };
        Ok(self.step(|next| {
            next.end(state);
            next.closure = closure;
        }))
    }

    /// Nobody said that it was not restored, so it is done. None while a close still needs something.
    pub fn close_by_time(self, reviewed: bool, now: DateTime<Utc>) -> Option<Self> {
        if self.state != State::Resolved || !self.gaps(reviewed).is_empty() {
            return None;
        }
        let closure = Some(Closure { by: None, at: now, closed_as: CloseAs::Done, reason: None });
        Some(self.step(|next| {
            next.end(State::Closed);
            next.closure = closure;
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
            by: Some(by.user()),
            at: now,
            closed_as: CloseAs::NotAnIncident,
            reason: Some("The declaration was taken back.".to_owned()),
        };
        Ok(self.step(|next| {
            next.end(State::Cancelled);
            next.closure = Some(closure);
        }))
    }

    /// It is the same as `other`, where the reporter goes on.
    pub fn duplicate_of(self, by: UserId, other: Number, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_be_open("joined to another")?;
        if self.number == other {
            return Err(reply::is_itself(other));
        }
        let reason = Some(format!("Same as {other}."));
        let closure = Closure { by: Some(by), at: now, closed_as: CloseAs::Duplicate, reason };
        Ok(self.step(|next| {
            next.end(State::Cancelled);
            next.closure = Some(closure);
        }))
    }

    /// What only a running incident has is over: nothing is promised, waited for or offered any more.
    pub(super) fn end(&mut self, state: State) {
        self.state = state;
        self.promise = None;
        self.hold = None;
        self.offer = None;
    }
}
