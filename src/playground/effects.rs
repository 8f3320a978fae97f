//! The oracle: every accepted effect, and every request as it was received.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Id;
use super::message::Pinged;

/// Something that really happened, by the bot or by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// Wall time, from the playground's clock.
    pub at: DateTime<Utc>,
    /// The request that caused it ([`Request::number`]); `None` for acts of people and tests.
    pub request: Option<u64>,
    /// What happened.
    pub what: What,
}

/// The kinds of effect.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum What {
    CommandsRegistered { guild: Option<Id>, names: Vec<String> },
    InteractionAnswered { interaction: Id, kind: u64 },
    ChoicesOffered { interaction: Id, count: usize },
    FormOpened { interaction: Id, custom_id: String },
    MessageCreated { channel: Id, message: Id, author: Id, nonce: Option<String>, pinged: Pinged },
    MessageEdited { channel: Id, message: Id },
    MessageDeleted { channel: Id, message: Id },
    MessagePinned { channel: Id, message: Id },
    MessageUnpinned { channel: Id, message: Id },
    ReactionAdded { channel: Id, message: Id, emoji: String },
    ReactionRemoved { channel: Id, message: Id, emoji: String },
    ThreadCreated { parent: Id, thread: Id, private: bool },
    ThreadMemberAdded { thread: Id, user: Id },
    ThreadMemberRemoved { thread: Id, user: Id },
    ChannelEdited { channel: Id },
    ChannelDeleted { channel: Id },
    DirectChannelOpened { channel: Id, user: Id },
}

/// A request to the REST interface as it was received, with how it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Counts from 1, without gaps, in the order of arrival.
    pub number: u64,
    /// Wall time of arrival.
    pub at: DateTime<Utc>,
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path as sent, from `/api/v10` on, without the query.
    pub path: String,
    /// The template that matched, such as `/channels/{channel}/messages`.
    pub route: Option<&'static str>,
    /// Query without the question mark.
    pub query: String,
    /// JSON body; of a multipart body its `payload_json`; null without one.
    pub body: Value,
    /// Names and sizes in bytes of uploaded files.
    pub files: Vec<(String, usize)>,
    /// `X-Audit-Log-Reason`, decoded.
    pub reason: Option<String>,
    /// Status of the answer; 0 when the connection was cut instead.
    pub status: u16,
    /// JSON body of the answer, null without one.
    pub answer: Value,
    /// The fault that befell it, if any.
    pub fault: Option<&'static str>,
}

impl Request {
    /// Discord's error code of the answer, if it was refused.
    #[must_use]
    pub fn code(&self) -> Option<u64> {
        (self.status >= 400).then(|| self.answer["code"].as_u64()).flatten()
    }
}

/// A log of bounded length: the oldest entries leave first.
#[derive(Debug)]
pub(super) struct Log<T> {
    entries: VecDeque<T>,
    capacity: usize,
    counted: u64,
}

impl<T: Clone> Log<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::new(), capacity, counted: 0 }
    }

    /// The number that the next entry will bear.
    pub(super) fn next_number(&mut self) -> u64 {
        self.counted += 1;
        self.counted
    }

    pub(super) fn push(&mut self, entry: T) {
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.entries.iter().cloned().collect()
    }
}
