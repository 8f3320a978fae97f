//! Waiting for somebody else.

use chrono::{DateTime, Utc};

use crate::error::Refusal;
use crate::incident::{Hold, HoldReason, Incident, State, reply};
use crate::policy::Responder;

impl Incident {
    /// Nothing can be done until somebody else has acted. `until` is when it is looked at again.
    pub fn hold(
        self,
        by: &Responder,
        reason: HoldReason,
        note: Option<&str>,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.must_be_open("put on hold")?;
        match self.state {
            State::InProgress => {}
            State::OnHold => return Err(reply::on_hold_already(&self)),
            _ => return Err(reply::hold_needs_somebody(self.number)),
        }
        if until.is_some_and(|until| until <= now) {
            return Err(reply::next_check_in_the_past());
        }
        let hold = Some(Hold { reason, note: note.map(str::to_owned), by: by.user(), at: now, until });
        Ok(self.step(|next| {
            next.state = State::OnHold;
            next.hold = hold;
        }))
    }

    /// The wait is over.
    pub fn resume(self, _by: &Responder) -> Result<Self, Refusal> {
        self.must_be_open("resumed")?;
        if self.state != State::OnHold {
            return Err(reply::not_on_hold(self.number, self.state));
        }
        Ok(self.step(|next| {
            next.state = State::InProgress;
            next.hold = None;
        }))
    }

    /// It waits on, and is looked at again at `until`.
    pub fn wait_on(self, _by: &Responder, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.state != State::OnHold {
            return Err(reply::not_on_hold(self.number, self.state));
        }
        if until <= now {
            return Err(reply::next_check_in_the_past());
        }
        Ok(self.step(|next| {
            if let Some(hold) = &mut next.hold {
                hold.until = Some(until);
            }
        }))
    }
}
