//! Acts that people, tests and the REST interface share.

use serde_json::json;

use super::Id;
use super::effects::What;
use super::events::Change;
use super::gateway::intent;
use super::message::Message;
use super::permissions::Overwrite;
use super::state::State;

impl State {
    /// Adds a reaction; nothing happens when it is there already.
    pub(super) fn react(&mut self, message: &Message, user: Id, emoji: &str) {
        let Some(current) = self.message_mut(message.channel, message.id) else { return };
        match current.reactions.iter_mut().find(|(used, _)| used == emoji) {
            Some((_, users)) if users.contains(&user) => return,
            Some((_, users)) => users.push(user),
            None => current.reactions.push((emoji.into(), vec![user])),
        }
        let (channel, id) = (message.channel, message.id);
        self.effect(What::ReactionAdded { channel, message: id, emoji: emoji.into() });
        self.send_reaction("MESSAGE_REACTION_ADD", message, user, emoji);
    }

    /// Deletes a channel with its messages and threads. Threads of a deleted channel vanish
    /// without an event of their own, as in Discord.
    pub(super) fn delete_channel(&mut self, id: Id) {
        let Some(channel) = self.channels.get(&id).cloned() else { return };
        self.send_channel(Change::Deleted, &channel);
        let below: Vec<Id> =
            self.channels.values().filter(|channel| channel.parent == Some(id)).map(|channel| channel.id).collect();
        for gone in below.into_iter().chain([id]) {
            self.channels.remove(&gone);
            self.messages.remove(&gone);
        }
        self.effect(What::ChannelDeleted { channel: id });
    }

    /// Gives the bot exactly `bits` in a channel, by a rule of that channel.
    pub(super) fn set_bot_permissions(&mut self, channel: Id, bits: u64) {
        let bot = self.bot;
        let Some(changed) = self.channels.get_mut(&channel) else { return };
        changed.overwrites.retain(|rule| !(rule.member && rule.target == bot));
        changed.overwrites.push(Overwrite {
            target: bot,
            member: true,
            allow: bits,
            deny: !bits & super::permissions::ALL,
        });
        let changed = changed.clone();
        self.effect(What::ChannelEdited { channel });
        self.send_channel(Change::Edited, &changed);
    }

    /// Gives a member exactly these roles.
    pub(super) fn set_roles(&mut self, guild: Id, user: Id, roles: Vec<Id>) {
        let member = self.guilds.get_mut(&guild).and_then(|guild| guild.members.get_mut(&user));
        let Some(member) = member else { return };
        member.roles = roles;
        let mut data = self.member_json(guild, user);
        data["guild_id"] = json!(guild);
        self.send("GUILD_MEMBER_UPDATE", intent::GUILD_MEMBERS, data);
    }

    /// The bot leaves a guild; it is told so, and everything in it is gone for it.
    pub(super) fn remove_guild(&mut self, id: Id) {
        if self.guilds.remove(&id).is_none() {
            return;
        }
        let gone: Vec<Id> =
            self.channels.values().filter(|channel| channel.guild == Some(id)).map(|channel| channel.id).collect();
        for channel in gone {
            self.channels.remove(&channel);
            self.messages.remove(&channel);
        }
        self.commands.remove(&Some(id));
        self.send("GUILD_DELETE", intent::GUILDS, json!({"id": id}));
    }
}
