//! Passing it on: command from one person to the next, the work to another team, the matter to those above.

use chrono::{DateTime, Utc};

use crate::error::Refusal;
use crate::incident::{Incident, Offer, Role, State, reply};
use crate::policy::{Participant, Responder};
use crate::snowflake::{RoleId, UserId};

impl Incident {
    /// Command is offered to `to`. Until it is accepted nothing changes: somebody is always in command, or nobody is, and it shows.
    pub fn offer(self, by: &Responder, to: UserId, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_be_open("handed over")?;
        if self.roles.commander == Some(to) {
            return Err(reply::holds_it_already(self.number, Role::Commander, to));
        }
        if let Some(offer) = self.offer.as_ref().filter(|offer| offer.to == to) {
            return Err(reply::offered_already(self.number, offer));
        }
        let offer = Some(Offer { to, by: by.user(), at: now });
        Ok(self.step(|next| next.offer = offer))
    }

    /// Whoever was asked takes command.
    pub fn accept(self, by: &Participant) -> Result<Self, Refusal> {
        self.must_be_open("handed over")?;
        match &self.offer {
            None => return Err(reply::nothing_offered(self.number)),
            Some(offer) if offer.to != by.user() => return Err(reply::offered_to_another(self.number, offer.to)),
            Some(_) => {}
        }
        Ok(self.step(|next| {
            next.roles.set(Role::Commander, Some(by.user()));
            next.offer = None;
            if next.state == State::New {
                next.state = State::Assigned;
            }
        }))
    }

    /// Whoever was asked cannot, or whoever asked thinks again. Command stays where it was.
    pub fn decline(self, by: &Participant) -> Result<Self, Refusal> {
        self.must_be_open("handed over")?;
        match &self.offer {
            None => Err(reply::nothing_offered(self.number)),
            Some(offer) if offer.to != by.user() && offer.by != by.user() => {
                Err(reply::offered_to_another(self.number, offer.to))
            }
            Some(_) => Ok(self.step(|next| next.offer = None)),
        }
    }

    /// Another team goes on with it (functional escalation).
    pub fn pass_to(self, _by: &Responder, team: RoleId) -> Result<Self, Refusal> {
        self.must_be_open("escalated")?;
        if self.team == Some(team) {
            return Err(reply::with_that_team_already(self.number, team));
        }
        Ok(self.step(|next| next.team = Some(team)))
    }

    /// Those above are told (hierarchic escalation): one level more.
    pub fn raise(self, _by: &Responder) -> Result<Self, Refusal> {
        self.must_be_open("escalated")?;
        Ok(self.step(|next| next.level += 1))
    }
}
