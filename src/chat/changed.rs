//! What becomes of messages after they were written, as far as Discord tells the bot.

use chrono::{DateTime, Utc};

use crate::snowflake::{GuildId, MessageId, UserId};

/// A message says something else from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The server.
    pub guild: GuildId,
    /// The message.
    pub message: MessageId,
    /// Who wrote it, where the event says so: the account, and its name at this moment.
    pub author: Option<(UserId, String)>,
    /// What it says now; never empty, since an empty text means that the bot may not read it.
    pub content: String,
    /// When it was edited, by Discord's clock. Each edit has an instant of its own, so that a repeated event can be told.
    pub at: DateTime<Utc>,
}

/// Messages that are no longer there. Who deleted them is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The server.
    pub guild: GuildId,
    /// The messages.
    pub messages: Vec<MessageId>,
}
