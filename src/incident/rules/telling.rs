//! Telling others, and the promise to tell more.

use chrono::{DateTime, Utc};

use crate::error::Refusal;
use crate::incident::{Audience, Incident, Mark, Promise, Update, reply};
use crate::policy::Responder;

/// The words of an update, before it is known whether it may be told.
#[derive(Clone, Debug)]
pub struct Words {
    /// For whom.
    pub audience: Audience,
    /// How it stands.
    pub text: String,
    /// What is done about it; for management: who is affected and how.
    pub second: Option<String>,
    /// What is needed; for management: what comes next.
    pub third: Option<String>,
}

impl Incident {
    /// The others are told how it stands. `promise` is when they hear more.
    pub fn tell(
        self,
        by: &Responder,
        words: Words,
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
        let Words { audience, text, second, third } = words;
        let update = Some(Update { audience, text, second, third, at: now });
        let promise = promise.map(|due_at| Promise { by: by.user(), due_at, reminded: 0, snoozed_until: None });
        Ok(self.step(|next| {
            next.update = update;
            // An update keeps the promise before it; it may make a new one.
            next.promise = promise;
        }))
    }

    /// The reminders of a promise that passed are put off. The promise itself stays broken.
    pub fn snooze(self, _by: &Responder, until: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.promise.is_none() {
            return Err(reply::nothing_promised(self.number));
        }
        Ok(self.step(|next| {
            if let Some(promise) = &mut next.promise {
                promise.snoozed_until = Some(until);
            }
        }))
    }

    /// The promise was reminded of; `steps` more of its reminders are over by that.
    #[must_use]
    pub fn reminded(self, steps: i64) -> Self {
        self.step(|next| {
            if let Some(promise) = &mut next.promise {
                promise.reminded += steps;
                promise.snoozed_until = None;
            }
        })
    }

    /// Something was put on the timeline that happened at `at`; a mark of the beginning or of the end moves it.
    pub fn mark(self, mark: Option<Mark>, at: DateTime<Utc>) -> Result<Self, Refusal> {
        match mark {
            Some(Mark::Started) => {
                if let Some(resolution) = self.resolution.as_ref().filter(|resolution| at > resolution.restored_at) {
                    return Err(reply::began_after_its_end(resolution.restored_at));
                }
                Ok(self.step(|next| next.started_at = Some(at)))
            }
            Some(Mark::Restored) => {
                if self.resolution.is_none() {
                    return Err(reply::not_restored_yet(self.number));
                }
                if let Some(started) = self.started_at.filter(|started| at < *started) {
                    return Err(reply::restored_before_it_began(started));
                }
                Ok(self.step(|next| {
                    if let Some(resolution) = &mut next.resolution {
                        resolution.restored_at = at;
                    }
                }))
            }
            Some(Mark::Decision | Mark::Detected | Mark::Identified | Mark::Mitigated) | None => Ok(self.noted()),
        }
    }
}
