//! What the review after the incident holds.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::reading::Reading;
use crate::snowflake::UserId;

/// Where a review stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    /// Nobody has begun it.
    #[default]
    None,
    /// It is being written.
    Draft,
    /// Somebody is to approve it.
    InReview,
    /// It was approved.
    Approved,
}

/// A text of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What it says; none when it was removed.
    pub text: Option<String>,
    /// Who wrote it last; none when the name was removed.
    pub by: Option<UserId>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// Somebody moved the review on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who; none when the name was removed.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was returned.
    pub reason: Option<String>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// The review of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewState,
    /// Who writes it.
    pub owner: Option<UserId>,
    /// Until when.
    pub due: Option<DateTime<Utc>>,
    /// What contributed.
    pub factors: Option<Passage>,
    /// What went well.
    pub well: Option<Passage>,
    /// What went badly.
    pub badly: Option<Passage>,
    /// What was learnt, and where there was luck.
    pub lessons: Option<Passage>,
    /// It was handed in, for the last time.
    pub submitted: Option<Moved>,
    /// It was sent back, for the last time.
    pub returned: Option<Moved>,
    /// It was approved; none when it was opened or returned since.
    pub approved: Option<Moved>,
    /// The numbers of the journal entries that opened it.
    pub entries: Vec<i64>,
}

impl Review {
    pub(super) fn take(&mut self, reading: &Reading<'_>) {
        let moved = || {
            Some(Moved {
                by: reading.told.actor,
                at: reading.at,
                reason: reading.text("reason").map(str::to_owned),
                entries: reading.entries(),
            })
        };
        match reading.action() {
            "incident.review-open" => {
                self.state = ReviewState::Draft;
                self.owner = reading.person("owner");
                self.due = reading.instant("due");
                self.approved = None;
                self.entries.extend(reading.entries());
            }
            "incident.review-edit" => self.edit(reading),
            "incident.review-submit" => (self.state, self.submitted) = (ReviewState::InReview, moved()),
            "incident.review-return" => {
                (self.state, self.returned, self.approved) = (ReviewState::Draft, moved(), None);
            }
            "incident.review-approve" => (self.state, self.approved) = (ReviewState::Approved, moved()),
            _ => {}
        }
    }

    fn edit(&mut self, reading: &Reading<'_>) {
        // Nobody approves what was changed since it was submitted.
        if matches!(self.state, ReviewState::None | ReviewState::InReview) {
            self.state = ReviewState::Draft;
        }
        for (field, passage) in [
            ("factors", &mut self.factors),
            ("well", &mut self.well),
            ("badly", &mut self.badly),
            ("lessons", &mut self.lessons),
        ] {
            if reading.tells(field) {
                let text = reading.text(field).map(str::to_owned);
                // What was emptied is not there; what was removed shows that it was.
                let is_there = text.is_some() || reading.is_redacted;
                *passage = is_there.then(|| Passage { text, by: reading.told.actor, entries: reading.entries() });
            }
        }
    }
}
