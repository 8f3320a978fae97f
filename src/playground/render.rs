//! Discord's JSON for users, members, roles, channels, guilds and messages.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Id;
use super::message::{Message, flag};
use super::state::{Channel, Guild, Member, Role, State, User, kind};

/// Discord's form of instants: ISO 8601 with microseconds and a numeric zone.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "id": user.id, "username": user.name, "discriminator": "0", "global_name": user.display,
        "avatar": null, "bot": user.bot, "system": false, "public_flags": 0, "flags": 0,
        "banner": null, "accent_color": null, "avatar_decoration_data": null,
    })
}

pub(super) fn role(role: &Role) -> Value {
    json!({
        "id": role.id, "name": role.name, "color": role.colour,
        "colors": {"primary_color": role.colour, "secondary_color": null, "tertiary_color": null},
        "hoist": false, "icon": null, "unicode_emoji": null, "position": role.position,
        "permissions": role.permissions.to_string(), "managed": role.managed,
        "mentionable": role.mentionable, "flags": 0,
    })
}

fn bare_member(member: &Member) -> Value {
    json!({
        "nick": null, "avatar": null, "banner": null, "roles": member.roles,
        "joined_at": instant(member.joined), "premium_since": null, "deaf": false, "mute": false,
        "flags": 0, "pending": false, "communication_disabled_until": null,
        "avatar_decoration_data": null,
    })
}

impl State {
    pub(super) fn user_json(&self, id: Id) -> Value {
        self.users.get(&id).map_or_else(|| json!({"id": id, "username": "deleted", "discriminator": "0"}), user)
    }

    /// A member without its user, as it stands in message events; null for strangers.
    pub(super) fn partial_member(&self, guild: Option<Id>, id: Id) -> Value {
        let member = guild.and_then(|guild| self.guilds.get(&guild)?.members.get(&id));
        member.map_or(Value::Null, bare_member)
    }

    /// A member with its user; null for strangers.
    pub(super) fn member_json(&self, guild: Id, id: Id) -> Value {
        let mut member = self.partial_member(Some(guild), id);
        if member.is_object() {
            member["user"] = self.user_json(id);
        }
        member
    }

    pub(super) fn channel_json(&self, channel: &Channel) -> Value {
        let mut json = json!({
            "id": channel.id, "type": channel.kind, "flags": 0, "last_message_id": channel.last_message,
            "last_pin_timestamp": channel.pins.iter().map(|(_, at)| *at).max().map(instant),
        });
        let mut set = |key: &str, value: Value| json[key] = value;
        if let Some(recipient) = channel.recipient {
            set("recipients", json!([self.user_json(recipient)]));
            return json;
        }
        set("guild_id", json!(channel.guild));
        set("name", json!(channel.name));
        set("parent_id", json!(channel.parent));
        set("rate_limit_per_user", json!(0));
        if let Some(thread) = &channel.thread {
            set("owner_id", json!(thread.owner));
            set(
                "thread_metadata",
                json!({
                    "archived": thread.archived, "locked": thread.locked, "invitable": thread.invitable,
                    "auto_archive_duration": thread.auto_archive,
                    "archive_timestamp": instant(thread.archive_changed),
                    "create_timestamp": instant(thread.created),
                }),
            );
            set("message_count", json!(thread.messages));
            set("total_message_sent", json!(thread.messages));
            // Discord stops counting at 50.
            set("member_count", json!(thread.members.len().min(50)));
            if let Some(joined) = thread.members.get(&self.bot) {
                set("member", thread_member(channel.id, self.bot, *joined));
            }
            return json;
        }
        set("position", json!(channel.position));
        set("topic", json!(channel.topic));
        set("nsfw", json!(false));
        let rules = channel.overwrites.iter().map(|rule| {
            json!({
                "id": rule.target, "type": u8::from(rule.member),
                "allow": rule.allow.to_string(), "deny": rule.deny.to_string(),
            })
        });
        set("permission_overwrites", rules.collect());
        json
    }

    /// The channel as it stands in an interaction, with the bits of the one who invoked it.
    pub(super) fn partial_channel(&self, channel: &Channel, viewer: Id) -> Value {
        let mut json = self.channel_json(channel);
        json["permissions"] = self.permissions(channel.id, viewer).to_string().into();
        json["app_permissions"] = self.permissions(channel.id, self.bot).to_string().into();
        json
    }

    #[expect(clippy::unused_self, reason = "one of a family of methods that render")]
    pub(super) fn guild_json(&self, guild: &Guild) -> Value {
        let first = json!({
            "id": guild.id, "name": guild.name, "icon": null, "icon_hash": null, "splash": null,
            "discovery_splash": null, "owner_id": guild.owner, "region": "deprecated",
            "afk_channel_id": null, "afk_timeout": 300, "widget_enabled": false,
            "widget_channel_id": null, "verification_level": 1,
            "default_message_notifications": 1, "explicit_content_filter": 0,
            "roles": guild.roles.values().map(role).collect::<Vec<_>>(), "emojis": [], "features": [],
        });
        let rest = json!({
            "mfa_level": 0, "application_id": null, "system_channel_id": null,
            "system_channel_flags": 0, "rules_channel_id": null, "max_presences": null,
            "max_members": 500_000, "vanity_url_code": null, "description": null, "banner": null,
            "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
            "public_updates_channel_id": null, "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50, "nsfw_level": 0, "stickers": [], "nsfw": false,
            "premium_progress_bar_enabled": false, "safety_alerts_channel_id": null,
            "incidents_data": null, "home_header": null, "hub_type": null,
        });
        merged(first, rest)
    }

    /// The guild with what only `GUILD_CREATE` carries. Members are the bot alone, as for an app
    /// without the members intent.
    pub(super) fn guild_create(&self, guild: &Guild) -> Value {
        let here = |channel: &&Channel| {
            channel.guild == Some(guild.id) && self.may(channel.id, self.bot, super::permissions::VIEW_CHANNEL)
        };
        let channels: Vec<Value> = self
            .channels
            .values()
            .filter(|channel| channel.guild == Some(guild.id) && channel.thread.is_none())
            .map(|channel| self.channel_json(channel))
            .collect();
        let threads: Vec<Value> = self
            .channels
            .values()
            .filter(here)
            .filter(|channel| channel.thread.as_ref().is_some_and(|thread| !thread.archived))
            .map(|channel| self.channel_json(channel))
            .collect();
        let extra = json!({
            "joined_at": instant(guild.joined), "large": false, "unavailable": false,
            "member_count": guild.members.len(), "voice_states": [],
            "members": [self.member_json(guild.id, self.bot)], "channels": channels,
            "threads": threads, "presences": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [],
        });
        merged(self.guild_json(guild), extra)
    }

    pub(super) fn message_json(&self, message: &Message) -> Value {
        let mut json = self.message_without_reference(message);
        if let Some((channel, id)) = message.reply_to {
            json["message_reference"] =
                json!({"type": 0, "channel_id": channel, "message_id": id, "guild_id": message.guild});
            json["referenced_message"] =
                self.message(channel, id).map_or(Value::Null, |original| self.message_without_reference(original));
        }
        json
    }

    fn message_without_reference(&self, message: &Message) -> Value {
        let mut json = json!({
            "id": message.id, "channel_id": message.channel, "type": message.kind,
            "author": self.user_json(message.author), "content": message.content,
            "timestamp": instant(message.timestamp), "edited_timestamp": message.edited.map(instant),
            "tts": false, "mention_everyone": message.mention_everyone,
            "mentions": message.mentions.iter().map(|id| self.user_json(*id)).collect::<Vec<_>>(),
            "mention_roles": message.mention_roles, "attachments": message.attachments,
            "embeds": message.embeds, "components": message.components, "pinned": message.pinned,
            "flags": message.flags,
        });
        let mut set = |key: &str, value: Value| json[key] = value;
        if let Some(nonce) = &message.nonce {
            set("nonce", nonce.clone());
        }
        if !message.reactions.is_empty() {
            let reactions = message.reactions.iter().map(|(emoji, users)| {
                json!({
                    "emoji": {"id": null, "name": emoji}, "count": users.len(), "burst_colors": [],
                    "count_details": {"burst": 0, "normal": users.len()}, "me_burst": false,
                    "me": users.contains(&self.bot),
                })
            });
            set("reactions", reactions.collect());
        }
        if let Some(origin) = &message.origin {
            set("application_id", json!(self.application));
            set("webhook_id", json!(self.application));
            let mut metadata = json!({
                "id": origin.interaction, "type": origin.kind, "user": self.user_json(origin.user),
                "authorizing_integration_owners": {"0": message.guild.map_or_else(|| "0".into(), |id| id.to_string())},
            });
            if let Some(name) = &origin.name {
                metadata["name"] = json!(name);
                metadata["command_type"] = json!(1);
            }
            if origin.kind == 5 {
                metadata["triggering_interaction_metadata"] = metadata.clone();
            }
            set("interaction_metadata", metadata);
        }
        if let Some(thread) = self.channels.get(&message.id).filter(|channel| channel.thread.is_some()) {
            set("thread", self.channel_json(thread));
            set("flags", json!(message.flags | flag::HAS_THREAD));
        }
        json
    }

    /// The message as an app without the `MESSAGE_CONTENT` intent sees it: emptied, unless it is the
    /// bot's own, mentions the bot, or is a direct message.
    pub(super) fn message_json_bare(&self, message: &Message) -> Value {
        let mut json = self.message_json(message);
        if self.content_is_hidden(message) {
            empty(&mut json);
        }
        let original = message.reply_to.and_then(|(channel, id)| self.message(channel, id));
        if original.is_some_and(|original| self.content_is_hidden(original)) {
            empty(&mut json["referenced_message"]);
        }
        json
    }

    fn content_is_hidden(&self, message: &Message) -> bool {
        message.author != self.bot && message.guild.is_some() && !message.mentions.contains(&self.bot)
    }

    /// The message as REST shows it to the bot.
    pub(super) fn message_for_bot(&self, message: &Message) -> Value {
        if self.options.privileged_intents & super::gateway::intent::MESSAGE_CONTENT != 0 {
            self.message_json(message)
        } else {
            self.message_json_bare(message)
        }
    }
}

/// Both objects in one.
fn merged(mut first: Value, rest: Value) -> Value {
    if let (Some(fields), Value::Object(rest)) = (first.as_object_mut(), rest) {
        fields.extend(rest);
    }
    first
}

fn empty(message: &mut Value) {
    if message.is_object() {
        message["content"] = json!("");
        for key in ["embeds", "attachments", "components"] {
            message[key] = json!([]);
        }
    }
}

pub(super) fn thread_member(thread: Id, user: Id, joined: DateTime<Utc>) -> Value {
    json!({"id": thread, "user_id": user, "join_timestamp": instant(joined), "flags": 0})
}

impl Channel {
    pub(super) fn is_thread(&self) -> bool {
        matches!(self.kind, kind::ANNOUNCEMENT_THREAD | kind::PUBLIC_THREAD | kind::PRIVATE_THREAD)
    }
}
