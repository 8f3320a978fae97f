//! The beginning: it is declared, weighed, taken, and people get their roles.

use chrono::{DateTime, Utc};

use crate::error::Refusal;
use crate::incident::{
    Acknowledgement, Declaration, Incident, Level, Priority, Reassessment, Role, Roles, State, reply,
};
use crate::number::Number;
use crate::policy::{Participant, Responder};
use crate::snowflake::{GuildId, UserId};

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
            offer: None,
            hold: None,
            team: None,
            level: 0,
            parent: None,
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

    /// `holder` has `role` from now on; who had it before has it no longer.
    pub fn give_role(self, _by: &Responder, role: Role, holder: UserId) -> Result<Self, Refusal> {
        self.must_be_open("given roles")?;
        if self.roles.holder(role) == Some(holder) {
            return Err(reply::holds_it_already(self.number, role, holder));
        }
        Ok(self.step(|next| {
            next.roles.set(role, Some(holder));
            if role == Role::Commander {
                next.offer = None;
            }
            if role == Role::Commander && next.state == State::New {
                next.state = State::Assigned;
            }
        }))
    }

    /// Impact, urgency, priority, major or service are other than was thought. Priority follows impact and urgency unless it is given.
    pub fn reassess(self, by: &Responder, change: Reassessment) -> Result<Self, Refusal> {
        if self.state.is_final() {
            return Err(reply::is_over(self.number, self.state));
        }
        let before = self.clone();
        let next = self.step(|next| {
            next.impact = change.impact.unwrap_or(next.impact);
            next.urgency = change.urgency.unwrap_or(next.urgency);
            next.major = change.major.unwrap_or(next.major);
            // A major incident has one responsible person (ISO/IEC 20000-1 8.6.1): without a commander it is whoever declares it major.
            if next.major && next.roles.commander.is_none() && next.state.is_open() {
                next.roles.set(Role::Commander, Some(by.user()));
                if next.state == State::New {
                    next.state = State::Assigned;
                }
            }
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
}
