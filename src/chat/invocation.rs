//! What came in: one use of wardroom by one person, whatever surface it came through.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::snowflake::{ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId, minted_at};

/// One use of wardroom: who, where, what, and when it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// The event it came with; the same event never acts twice.
    pub source: Source,
    /// The server, or none in a direct message.
    pub guild: Option<GuildId>,
    /// The channel or thread where it happened.
    pub channel: ChannelId,
    /// The channel that holds `channel`, when that is a thread and the event says so.
    pub parent: Option<ChannelId>,
    /// Who acts.
    pub member: Member,
    /// What is wanted.
    pub call: Call,
    /// The message that carries the button or select that was used.
    pub on_message: Option<MessageId>,
    /// Display names, at this moment, of the people who are named in the options.
    pub names: BTreeMap<UserId, String>,
    /// Those named in the options that are programs and no people.
    pub bots: BTreeSet<UserId>,
    /// When the event was received, by wardroom's own clock, as everything that is written down.
    pub received_at: DateTime<Utc>,
    /// How far Discord's clock was ahead of wardroom's then. Snowflakes carry Discord's time, so it stands between them and
    /// `received_at`; nothing else may be shifted by it, for what is due is compared with wardroom's own clock.
    pub discord_ahead: TimeDelta,
}

impl Invocation {
    /// When the snowflake `id` was minted, by wardroom's clock.
    pub fn minted_at(&self, id: u64) -> DateTime<Utc> {
        minted_at(id) - self.discord_ahead
    }
}

/// The event behind an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A slash command, click, choice, form or completion.
    Interaction(InteractionId),
    /// A typed message.
    Message(MessageId),
}

impl Source {
    /// The event's snowflake, which tells when it happened.
    pub fn id(self) -> u64 {
        match self {
            Self::Interaction(id) => id.0,
            Self::Message(id) => id.0,
        }
    }

    /// The kind of event, as the inbox and the journal write it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Interaction(_) => "interaction",
            Self::Message(_) => "message",
        }
    }
}

/// A person in a server, with the authority that this very event shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person's account.
    pub user: UserId,
    /// The name shown in this server at this moment.
    pub name: String,
    /// The roles held at this moment.
    pub roles: Vec<RoleId>,
    /// Discord's computed permission bits in this channel; absent on typed messages, which carry none.
    pub permissions: Option<u64>,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// A slash command: its name path (`["incident", "declare"]`) and the options of the innermost command as Discord sent them.
    Slash {
        /// The names from the command down to the verb.
        path: Vec<String>,
        /// Option name → value; people, roles and channels are their ids as strings.
        options: Map<String, Value>,
    },
    /// Completion of one option while a slash command is being typed.
    Complete {
        /// As in `Slash`.
        path: Vec<String>,
        /// What has been filled in so far, unchecked.
        options: Map<String, Value>,
        /// The option under the cursor.
        focused: String,
    },
    /// A command from a message's menu.
    OnMessage {
        /// The command's name, such as `Add to timeline`.
        name: String,
        /// The message it was used on.
        target: TargetMessage,
    },
    /// A message that begins with the bot's mention; the text behind the mention.
    Typed {
        /// The text behind the mention, as typed.
        text: String,
    },
    /// A button.
    Button {
        /// The custom id that the button carries.
        custom_id: String,
    },
    /// A choice from a select.
    Select {
        /// The custom id that the select carries.
        custom_id: String,
        /// What was chosen.
        values: Vec<String>,
    },
    /// A form that was sent.
    Form {
        /// The custom id that the form carries.
        custom_id: String,
        /// Field → text.
        fields: BTreeMap<String, String>,
    },
}

/// A message that a message command was used on, as it read at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetMessage {
    /// Its id, which also tells when it was written.
    pub id: MessageId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Who wrote it.
    pub author: UserId,
    /// The author's name at this moment.
    pub author_name: String,
    /// Its text; empty when it has none.
    pub content: String,
    /// The files attached to it.
    pub attachments: Vec<TargetFile>,
    /// When it had been edited last, if ever.
    #[serde(default)]
    pub edited_at: Option<DateTime<Utc>>,
}

/// A file that is attached to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFile {
    /// Its name.
    pub name: String,
    /// What it is said to be, such as `image/png`.
    pub media_type: String,
    /// Its bytes, as Discord counted them.
    pub size: u64,
    /// Where it can be fetched for a day. It is a right to read: it does not go into a log.
    pub url: String,
}
