//! One thing to be done at Discord, and how it went. The outbox decides what and when; a [`Courier`] does it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::chat::file::File;
use crate::snowflake::{ChannelId, GuildId, MessageId, UserId};

/// How urgent an effect is; the order is the order of service (`reliability-security` 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The answer to a person who waits.
    Answer,
    /// A ping: somebody must come.
    Page,
    /// A record changed.
    State,
    /// A reminder fell due.
    Reminder,
    /// A digest.
    Digest,
    /// An edit that only makes things prettier.
    Cosmetic,
}

/// One thing to be done at Discord.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Post a message. The nonce is the same at every attempt.
    Post {
        /// Where.
        channel: ChannelId,
        /// The body of Create Message, without the nonce and without its `attachments`.
        payload: Value,
        /// The files that go along.
        files: Vec<File>,
        /// At most 25 characters; sent with `enforce_nonce`.
        nonce: String,
    },
    /// Change a message of ours.
    Edit {
        /// Where it stands.
        channel: ChannelId,
        /// Which.
        message: MessageId,
        /// The body of Edit Message.
        payload: Value,
    },
    /// Open the thread of a message. The thread's id is the message's.
    OpenThread {
        /// Where the message stands.
        channel: ChannelId,
        /// Which.
        message: MessageId,
        /// The thread's name: 1 to 100 characters, plain text.
        name: String,
    },
    /// Open a thread that only those who are added can see.
    OpenPrivateThread {
        /// The server.
        guild: GuildId,
        /// The channel below which it is opened.
        channel: ChannelId,
        /// Its name: 1 to 100 characters, plain text.
        name: String,
        /// Whether an earlier attempt may have opened it.
        look_first: bool,
    },
    /// Add a person to a thread.
    AddMember {
        /// The thread.
        thread: ChannelId,
        /// The person.
        user: UserId,
    },
}

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; the id of the message or thread, where there is one.
    Done(Option<u64>),
    /// Nobody knows: a time-out, a 5xx, a broken connection after the request left. The same attempt may be made again.
    Unknown(String),
    /// Certainly not done, and worth trying again after this long: a rate limit, an open breaker, no connection.
    Later(Duration, String),
    /// Nobody knows, and nobody can find out: the channel's history cannot be read.
    Ambiguous(String),
    /// The message is gone (10008), or was deleted meanwhile.
    Gone,
    /// Refused for good: Discord's error code (0 where it gave none) and its words.
    Refused {
        /// Discord's JSON error code.
        code: u64,
        /// What Discord said, without tokens.
        why: String,
    },
}

/// What a search for a message that may have been posted found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It stands there.
    Found(MessageId),
    /// It is not there.
    Absent,
    /// History cannot be read, or is too long to be sure.
    CannotTell(String),
    /// Discord did not answer; it may later.
    NotNow(String),
}

/// A future that a courier gives back.
pub type Delivery<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever carries effects to Discord.
pub trait Courier: Send + Sync + 'static {
    /// Makes one attempt, within a deadline of its own. Never panics, never waits for ever.
    fn deliver(&self, lane: Lane, effect: Effect) -> Delivery<'_, Outcome>;

    /// Looks for a message of ours that equals `payload` (same nonce where shown; else same content, or same first custom id,
    /// or same first text of its components) among those posted in `channel` since `since`, by wardroom's clock, at most 5 pages of
    /// 100. Those in `known` are other messages, even if they say the same.
    fn find(
        &self,
        channel: ChannelId,
        since: DateTime<Utc>,
        payload: Value,
        nonce: String,
        known: Vec<MessageId>,
    ) -> Delivery<'_, Probe>;

    /// How far Discord's clock, which its ids carry, is ahead of wardroom's.
    fn discord_ahead(&self) -> TimeDelta {
        TimeDelta::zero()
    }
}
