//! Which event each change sends to the bot, and under which intent.

use serde_json::{Value, json};

use super::Id;
use super::gateway::{Outgoing, intent};
use super::message::Message;
use super::permissions::VIEW_CHANNEL;
use super::state::{Channel, State};

impl State {
    pub(super) fn send(&mut self, name: &'static str, intent: u64, data: Value) {
        self.outgoing.push_back(Outgoing { name, intent, data, bare: None });
    }

    /// `MESSAGE_CREATE` or `MESSAGE_UPDATE`. Ephemeral messages send nothing.
    pub(super) fn send_message(&mut self, name: &'static str, message: &Message) {
        if message.is_ephemeral() || !self.may(message.channel, self.bot, VIEW_CHANNEL) {
            return;
        }
        let complete = |mut json: Value| {
            if let Some(guild) = message.guild {
                json["guild_id"] = json!(guild);
                json["member"] = self.partial_member(Some(guild), message.author);
            }
            for mention in json["mentions"].as_array_mut().into_iter().flatten() {
                let id = super::snowflake::id_in(&mention["id"]).unwrap_or_default();
                mention["member"] = self.partial_member(message.guild, id);
            }
            json["channel_type"] = json!(self.channels.get(&message.channel).map(|channel| channel.kind));
            json
        };
        let data = complete(self.message_json(message));
        let bare = Some(complete(self.message_json_bare(message)));
        let intent = if message.guild.is_some() { intent::GUILD_MESSAGES } else { intent::DIRECT_MESSAGES };
        self.outgoing.push_back(Outgoing { name, intent, data, bare });
    }

    pub(super) fn send_message_delete(&mut self, message: &Message) {
        if message.is_ephemeral() || !self.may(message.channel, self.bot, VIEW_CHANNEL) {
            return;
        }
        let intent = if message.guild.is_some() { intent::GUILD_MESSAGES } else { intent::DIRECT_MESSAGES };
        let data = json!({"id": message.id, "channel_id": message.channel, "guild_id": message.guild});
        self.send("MESSAGE_DELETE", intent, without_nulls(data));
    }

    pub(super) fn send_reaction(&mut self, name: &'static str, message: &Message, user: Id, emoji: &str) {
        let intent =
            if message.guild.is_some() { intent::GUILD_MESSAGE_REACTIONS } else { intent::DIRECT_MESSAGE_REACTIONS };
        let mut data = json!({
            "user_id": user, "channel_id": message.channel, "message_id": message.id,
            "guild_id": message.guild, "emoji": {"id": null, "name": emoji}, "burst": false, "type": 0,
        });
        if name == "MESSAGE_REACTION_ADD" {
            data["message_author_id"] = json!(message.author);
            if let Some(guild) = message.guild {
                data["member"] = self.member_json(guild, user);
            }
        }
        if message.guild.is_none() {
            data = without_key(data, "guild_id");
        }
        self.send(name, intent, data);
    }

    /// CHANNEL_* for channels, THREAD_* for threads, as far as the bot sees them.
    pub(super) fn send_channel(&mut self, change: Change, channel: &Channel) {
        if channel.guild.is_none() || !self.may(channel.id, self.bot, VIEW_CHANNEL) {
            return;
        }
        let name = match (channel.is_thread(), change) {
            (true, Change::Created) => "THREAD_CREATE",
            (true, Change::Edited) => "THREAD_UPDATE",
            (true, Change::Deleted) => "THREAD_DELETE",
            (false, Change::Created) => "CHANNEL_CREATE",
            (false, Change::Edited) => "CHANNEL_UPDATE",
            (false, Change::Deleted) => "CHANNEL_DELETE",
        };
        let mut data = self.channel_json(channel);
        if name == "THREAD_CREATE" {
            data["newly_created"] = json!(true);
        }
        if name == "THREAD_DELETE" {
            data = json!({
                "id": channel.id, "guild_id": channel.guild, "parent_id": channel.parent, "type": channel.kind,
            });
        }
        self.send(name, intent::GUILDS, data);
    }

    pub(super) fn send_thread_member(&mut self, thread: &Channel, user: Id, added: bool) {
        // Without the members intent only the bot's own coming and going is told.
        let intent = if user == self.bot { intent::GUILDS } else { intent::GUILD_MEMBERS };
        let Some(details) = &thread.thread else { return };
        let joined = details.members.get(&user).copied().unwrap_or_else(|| self.now());
        let mut member = super::render::thread_member(thread.id, user, joined);
        if let Some(guild) = thread.guild {
            member["member"] = self.member_json(guild, user);
        }
        let mut data = json!({
            "id": thread.id, "guild_id": thread.guild, "member_count": details.members.len().min(50),
        });
        if added {
            data["added_members"] = json!([member]);
        } else {
            data["removed_member_ids"] = json!([user]);
        }
        self.send("THREAD_MEMBERS_UPDATE", intent, data);
    }

    pub(super) fn send_pins(&mut self, channel: &Channel) {
        let last = channel.pins.iter().map(|(_, at)| *at).max().map(super::render::instant);
        let data = json!({"guild_id": channel.guild, "channel_id": channel.id, "last_pin_timestamp": last});
        self.send("CHANNEL_PINS_UPDATE", intent::GUILDS, data);
    }
}

/// What happened to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Edited,
    Deleted,
}

fn without_nulls(mut data: Value) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    data
}

fn without_key(mut data: Value, key: &str) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.remove(key);
    }
    data
}
