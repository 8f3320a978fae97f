//! The review after an incident: what made it possible, what went well and badly, what is to be learnt. It is written, submitted, and
//! approved by somebody else (`itsm-iso20000` 4: a major incident is not closed before its review).

mod reply;
pub mod store;
pub mod verbs;

use chrono::{DateTime, TimeDelta, Utc};

use super::history::ReviewState;
use super::{Incident, Kind, State, reply as words};
use crate::business_time::Timetable;
use crate::error::Refusal;
use crate::number::{self, Number};
use crate::snowflake::UserId;

pub use reply::{form, reminder};

/// Reminders of one review: after these it shows in `/inbox` alone.
pub const REMINDERS: i64 = 4;
/// From one reminder of a review to the next.
pub const AGAIN: TimeDelta = TimeDelta::days(1);

/// A text of the review, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// What made it possible.
    Factors,
    /// What went well.
    Well,
    /// What went badly.
    Badly,
    /// What is to be learnt.
    Lessons,
}

impl Passage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Factors, Self::Well, Self::Badly, Self::Lessons];

    /// Its name in the form and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Factors => "factors",
            Self::Well => "well",
            Self::Badly => "badly",
            Self::Lessons => "lessons",
        }
    }
}

/// The texts of a review.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Texts {
    /// What made it possible.
    pub factors: Option<String>,
    /// What went well.
    pub well: Option<String>,
    /// What went badly.
    pub badly: Option<String>,
    /// What is to be learnt.
    pub lessons: Option<String>,
}

impl Texts {
    /// The text of `passage`.
    pub fn get(&self, passage: Passage) -> Option<&str> {
        match passage {
            Passage::Factors => self.factors.as_deref(),
            Passage::Well => self.well.as_deref(),
            Passage::Badly => self.badly.as_deref(),
            Passage::Lessons => self.lessons.as_deref(),
        }
    }

    /// Makes `text` the text of `passage`.
    pub fn set(&mut self, passage: Passage, text: Option<String>) {
        match passage {
            Passage::Factors => self.factors = text,
            Passage::Well => self.well = text,
            Passage::Badly => self.badly = text,
            Passage::Lessons => self.lessons = text,
        }
    }

    /// What `mine`, written on the ground of `base`, makes of these texts, field by field: what only one side changed is as that side
    /// made it. What both changed, and differently, is a conflict.
    pub fn merge(&self, base: &Self, mine: &Self) -> Result<Self, Vec<Passage>> {
        let mut merged = self.clone();
        let mut conflicts = Vec::new();
        for passage in Passage::ALL {
            let (base, mine, theirs) = (base.get(passage), mine.get(passage), self.get(passage));
            if mine == base || mine == theirs {
                continue;
            }
            if theirs == base {
                merged.set(passage, mine.map(str::to_owned));
            } else {
                conflicts.push(passage);
            }
        }
        if conflicts.is_empty() { Ok(merged) } else { Err(conflicts) }
    }
}

/// A review, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Of which incident.
    pub incident: Number,
    /// Raised by every change.
    pub version: i64,
    /// Where it stands.
    pub state: ReviewState,
    /// Who writes it.
    pub owner: Option<UserId>,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What it says.
    pub texts: Texts,
    /// Who said that it is ready.
    pub submitted_by: Option<UserId>,
    /// Who approved it, and when.
    pub approved: Option<(UserId, DateTime<Utc>)>,
    /// How often it was reminded of.
    pub reminded: i64,
}

impl Review {
    /// A review of `incident`, which is restored.
    pub fn begin(incident: &Incident, due_at: DateTime<Utc>) -> Result<Self, Refusal> {
        match incident.state {
            State::Resolved | State::Closed => {}
            State::Cancelled | State::Merged => return Err(words::nothing_to_review(incident.number)),
            State::New | State::Assigned | State::InProgress | State::OnHold => {
                return Err(words::review_too_early(incident.number));
            }
        }
        Ok(Self {
            incident: incident.number,
            version: 1,
            state: ReviewState::Draft,
            owner: incident.roles.commander.or(incident.acknowledged.as_ref().map(|ack| ack.by)),
            due_at,
            texts: Texts::default(),
            submitted_by: None,
            approved: None,
            reminded: 0,
        })
    }

    /// It says `texts` from now on. What was submitted goes back to its writers by that: nobody approves what they have not read.
    pub fn write(self, texts: Texts) -> Result<Self, Refusal> {
        if self.state == ReviewState::Approved {
            return Err(words::review_is(self.incident, self.state, "changed"));
        }
        Ok(Self { texts, state: ReviewState::Draft, submitted_by: None, ..self.next() })
    }

    /// It is ready to be approved.
    pub fn submit(self, by: UserId) -> Result<Self, Refusal> {
        if self.state != ReviewState::Draft {
            return Err(words::review_is(self.incident, self.state, "submitted"));
        }
        if self.texts.factors.is_none() {
            return Err(words::review_is_empty(self.incident));
        }
        Ok(Self { state: ReviewState::InReview, submitted_by: Some(by), ..self.next() })
    }

    /// Somebody else than who submitted it agrees.
    pub fn approve(self, by: UserId, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.state != ReviewState::InReview {
            return Err(words::review_is(self.incident, self.state, "approved"));
        }
        if self.submitted_by == Some(by) {
            return Err(words::own_review(self.incident));
        }
        Ok(Self { state: ReviewState::Approved, approved: Some((by, now)), ..self.next() })
    }

    /// Something is missing.
    pub fn send_back(self) -> Result<Self, Refusal> {
        if self.state != ReviewState::InReview {
            return Err(words::review_is(self.incident, self.state, "returned"));
        }
        Ok(Self { state: ReviewState::Draft, submitted_by: None, ..self.next() })
    }

    fn next(self) -> Self {
        Self { version: self.version + 1, ..self }
    }
}

/// The number under which the card and the thread of a review are kept: `REV-7` reviews `INC-7`.
pub fn number(incident: Number) -> Number {
    Number { kind: number::Kind::Review, value: incident.value }
}

/// Whether a review begins by itself when the incident is resolved: after what was urgent, or major, and real.
pub fn begins_by_itself(incident: &Incident) -> bool {
    incident.kind == Kind::Live && (incident.major || incident.priority.pages())
}

/// When a review is due that has `days` working days from `from` on: at the end of the last of them, by `office`.
pub fn due(from: DateTime<Utc>, days: i64, office: &Timetable) -> DateTime<Utc> {
    let end = u32::try_from(days).ok().and_then(|days| office.end_of_working_day(from.into(), days));
    // An office that is never open again keeps nobody from looking back.
    end.map_or(from + TimeDelta::days(days), DateTime::from)
}

#[cfg(test)]
mod tests;
