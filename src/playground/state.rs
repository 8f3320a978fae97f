//! The state of a running playground: what Discord's servers would know.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::time::Instant;

use super::Id;
use super::effects::{Effect, Log, Request, What};
use super::gateway::Outgoing;
use super::interaction::Live;
use super::message::Message;
use super::options::Options;
use super::permissions::{self, Overwrite};
use super::snowflake::Mint;

/// A user account.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: Id,
    /// Unique lower-case name.
    pub(super) name: String,
    /// The name people see.
    pub(super) display: String,
    pub(super) bot: bool,
    /// Whether direct messages from the bot are taken.
    pub(super) takes_dms: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) permissions: u64,
    pub(super) mentionable: bool,
    pub(super) colour: u32,
    pub(super) managed: bool,
    pub(super) position: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) roles: Vec<Id>,
    pub(super) joined: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub(super) struct Guild {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) owner: Id,
    pub(super) roles: BTreeMap<Id, Role>,
    pub(super) members: BTreeMap<Id, Member>,
    pub(super) joined: DateTime<Utc>,
}

/// What a thread has beyond a channel.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    pub(super) owner: Id,
    pub(super) archived: bool,
    pub(super) locked: bool,
    pub(super) invitable: bool,
    /// Minutes.
    pub(super) auto_archive: u64,
    pub(super) archive_changed: DateTime<Utc>,
    pub(super) created: DateTime<Utc>,
    pub(super) members: BTreeMap<Id, DateTime<Utc>>,
    pub(super) messages: u64,
}

/// Channel types that the playground knows.
pub(super) mod kind {
    pub const TEXT: u64 = 0;
    pub const DM: u64 = 1;
    pub const ANNOUNCEMENT_THREAD: u64 = 10;
    pub const PUBLIC_THREAD: u64 = 11;
    pub const PRIVATE_THREAD: u64 = 12;
}

#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) id: Id,
    pub(super) guild: Option<Id>,
    pub(super) kind: u64,
    pub(super) name: String,
    pub(super) topic: Option<String>,
    pub(super) parent: Option<Id>,
    pub(super) position: u64,
    pub(super) overwrites: Vec<Overwrite>,
    /// The person of a direct channel.
    pub(super) recipient: Option<Id>,
    pub(super) thread: Option<Thread>,
    pub(super) last_message: Option<Id>,
    /// Message and time, newest first.
    pub(super) pins: Vec<(Id, DateTime<Utc>)>,
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The channel that its address names.
    pub(super) channel: Id,
    pub(super) name: String,
    /// Media type.
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
}

/// Which message a nonce made, and when.
pub(super) struct Nonce {
    pub(super) message: Id,
    pub(super) channel: Id,
    pub(super) at: Instant,
}

/// Everything behind the one lock.
pub(super) struct State {
    pub(super) options: Options,
    pub(super) mint: Mint,
    pub(super) application: Id,
    /// The bot's user; in Discord, too, it has the application's id.
    pub(super) bot: Id,
    pub(super) users: BTreeMap<Id, User>,
    pub(super) guilds: BTreeMap<Id, Guild>,
    pub(super) channels: BTreeMap<Id, Channel>,
    pub(super) messages: BTreeMap<Id, BTreeMap<Id, Message>>,
    pub(super) nonces: HashMap<(Id, String), Nonce>,
    /// Registered commands by scope: `None` is global.
    pub(super) commands: BTreeMap<Option<Id>, Vec<Value>>,
    pub(super) interactions: BTreeMap<Id, Live>,
    /// Uploaded files by attachment.
    pub(super) files: BTreeMap<Id, File>,
    /// Where this playground listens, for the addresses of files.
    pub(super) url: String,
    pub(super) effects: Log<Effect>,
    pub(super) requests: Log<Request>,
    /// The request being served.
    pub(super) serving: Option<u64>,
    /// Events that leave by the gateway when the lock is released.
    pub(super) outgoing: VecDeque<Outgoing>,
}

impl State {
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.mint.now()
    }

    /// Notes an effect in the oracle.
    pub(super) fn effect(&mut self, what: What) {
        let effect = Effect { number: self.effects.next_number(), at: self.now(), request: self.serving, what };
        self.effects.push(effect);
    }

    /// The bits of `user` in the guild, apart from channels.
    pub(super) fn guild_permissions(&self, guild: Id, user: Id) -> u64 {
        let Some(guild) = self.guilds.get(&guild) else { return 0 };
        let Some(member) = guild.members.get(&user) else { return 0 };
        if guild.owner == user {
            return permissions::ALL;
        }
        let bits = |role: &Id| guild.roles.get(role).map_or(0, |role| role.permissions);
        let base = member.roles.iter().map(bits).fold(bits(&guild.id), |all, role| all | role);
        if base & permissions::ADMINISTRATOR != 0 { permissions::ALL } else { base }
    }

    /// The bits of `user` in a channel. A thread has those of its parent; a private one is
    /// invisible to all but its members and holders of `MANAGE_THREADS`.
    pub(super) fn permissions(&self, channel: Id, user: Id) -> u64 {
        let Some(channel) = self.channels.get(&channel) else { return 0 };
        let Some(guild_id) = channel.guild else {
            let party = channel.recipient == Some(user) || user == self.bot;
            return if party { permissions::EVERYONE | permissions::PIN_MESSAGES } else { 0 };
        };
        let Some(guild) = self.guilds.get(&guild_id) else { return 0 };
        let Some(member) = guild.members.get(&user) else { return 0 };
        let ruling = match (&channel.thread, channel.parent) {
            (Some(_), Some(parent)) => self.channels.get(&parent).unwrap_or(channel),
            _ => channel,
        };
        let base = self.guild_permissions(guild_id, user);
        let bits = permissions::in_channel(base, guild_id, &member.roles, user, &ruling.overwrites);
        let hidden = channel.kind == kind::PRIVATE_THREAD
            && bits & permissions::MANAGE_THREADS == 0
            && channel.thread.as_ref().is_some_and(|thread| !thread.members.contains_key(&user));
        if hidden { 0 } else { bits }
    }

    pub(super) fn may(&self, channel: Id, user: Id, bit: u64) -> bool {
        self.permissions(channel, user) & bit != 0
    }

    pub(super) fn message(&self, channel: Id, message: Id) -> Option<&Message> {
        self.messages.get(&channel)?.get(&message)
    }

    pub(super) fn message_mut(&mut self, channel: Id, message: Id) -> Option<&mut Message> {
        self.messages.get_mut(&channel)?.get_mut(&message)
    }

    /// The commands usable in `guild`: its own ones hide global ones of the same type and name.
    pub(super) fn commands_in(&self, guild: Option<Id>) -> Vec<&Value> {
        let own: Vec<&Value> = guild.and_then(|guild| self.commands.get(&Some(guild))).into_iter().flatten().collect();
        let hidden =
            |command: &Value| own.iter().any(|own| own["name"] == command["name"] && own["type"] == command["type"]);
        let global = self.commands.get(&None).into_iter().flatten().filter(|command| !hidden(command));
        let global: Vec<&Value> = global.collect();
        own.into_iter().chain(global).collect()
    }

    /// The direct channel between the bot and `user`, made on first use.
    pub(super) fn direct_channel(&mut self, user: Id) -> Id {
        let found = self.channels.values().find(|channel| channel.recipient == Some(user));
        if let Some(channel) = found {
            return channel.id;
        }
        let id = self.mint.next();
        let channel = Channel { recipient: Some(user), ..Channel::new(id, None, kind::DM, "") };
        self.channels.insert(id, channel);
        self.effect(What::DirectChannelOpened { channel: id, user });
        id
    }
}

impl Channel {
    pub(super) fn new(id: Id, guild: Option<Id>, kind: u64, name: &str) -> Self {
        Self {
            id,
            guild,
            kind,
            name: name.into(),
            topic: None,
            parent: None,
            position: 0,
            overwrites: Vec::new(),
            recipient: None,
            thread: None,
            last_message: None,
            pins: Vec::new(),
        }
    }
}
