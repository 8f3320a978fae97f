//! Interactions: what a person's command, click, form or typing sends to the bot.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Id;
use super::message::{Message, Origin};
use super::render::instant;
use super::state::State;

/// Interaction types.
pub(super) mod kind {
    pub const COMMAND: u8 = 2;
    pub const COMPONENT: u8 = 3;
    pub const COMPLETION: u8 = 4;
    pub const MODAL: u8 = 5;
}

/// Callback types.
pub(super) mod callback {
    pub const MESSAGE: u64 = 4;
    pub const DEFERRED_MESSAGE: u64 = 5;
    pub const DEFERRED_UPDATE: u64 = 6;
    pub const UPDATE: u64 = 7;
    pub const CHOICES: u64 = 8;
    pub const MODAL: u64 = 9;
}

/// Interactions kept after their token has died are of no use; above this many they are swept.
const SWEEP_ABOVE: usize = 512;

/// By how many bits an id is turned in its token.
const TOKEN_TURN: u32 = 23;

/// An interaction and how it was answered.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) id: Id,
    pub(super) token: String,
    /// See [`kind`].
    pub(super) kind: u8,
    pub(super) user: Id,
    pub(super) channel: Id,
    /// The command with its subcommands.
    pub(super) name: Option<String>,
    /// The message that was clicked, or from which the form was opened.
    pub(super) source: Option<Id>,
    /// For completions: the type of the option being typed.
    pub(super) option_type: u64,
    pub(super) opened: Instant,
    /// The type of the first answer; see [`callback`].
    pub(super) answered: Option<u64>,
    /// What `@original` means.
    pub(super) original: Option<Id>,
    pub(super) followups: Vec<Id>,
    pub(super) form: Option<Value>,
    pub(super) choices: Option<Vec<Value>>,
}

impl Live {
    /// Not a secret here; long and unlike an id, so that the two are not mixed up.
    fn token_of(id: Id) -> String {
        format!("aW50ZXJhY3Rpb24-{:016x}", id.0.rotate_left(TOKEN_TURN))
    }

    /// The interaction that a token belongs to, without a search.
    pub(super) fn id_of(token: &str) -> Option<Id> {
        let (_, turned) = token.rsplit_once('-')?;
        Some(Id(u64::from_str_radix(turned, 16).ok()?.rotate_right(TOKEN_TURN)))
    }

    pub(super) fn origin(&self) -> Origin {
        Origin { interaction: self.id, kind: self.kind, user: self.user, name: self.name.clone() }
    }
}

/// What a person does.
pub(super) struct Act {
    pub(super) kind: u8,
    pub(super) user: Id,
    pub(super) channel: Id,
    pub(super) data: Value,
    pub(super) name: Option<String>,
    pub(super) source: Option<Id>,
    pub(super) option_type: u64,
}

impl State {
    /// Opens an interaction and sends it to the bot.
    pub(super) fn interact(&mut self, act: Act) -> Id {
        self.sweep_interactions();
        let id = self.mint.next();
        let token = Live::token_of(id);
        let live = Live {
            id,
            token,
            kind: act.kind,
            user: act.user,
            channel: act.channel,
            name: act.name,
            source: act.source,
            option_type: act.option_type,
            opened: Instant::now(),
            answered: None,
            original: None,
            followups: Vec::new(),
            form: None,
            choices: None,
        };
        let payload = self.interaction_json(&live, &act.data);
        self.interactions.insert(id, live);
        self.send("INTERACTION_CREATE", 0, payload);
        id
    }

    fn sweep_interactions(&mut self) {
        let lifetime = self.options.token_lifetime;
        if self.interactions.len() > SWEEP_ABOVE {
            self.interactions.retain(|_, live| live.opened.elapsed() < lifetime);
        }
    }

    fn interaction_json(&self, live: &Live, data: &Value) -> Value {
        let channel = self.channels.get(&live.channel);
        let guild = channel.and_then(|channel| channel.guild);
        let owner = guild.map_or_else(|| "0".to_owned(), |guild| guild.to_string());
        let mut json = json!({
            "id": live.id, "application_id": self.application, "type": live.kind, "data": data,
            "channel_id": live.channel,
            "channel": channel.map(|channel| self.partial_channel(channel, live.user)),
            "token": live.token, "version": 1, "locale": "en-US", "entitlements": [],
            "entitlement_sku_ids": [],
            "app_permissions": self.permissions(live.channel, self.bot).to_string(),
            "authorizing_integration_owners": {"0": owner}, "context": u8::from(guild.is_none()),
            // 10 MiB, Discord's limit without boosts.
            "attachment_size_limit": 10 * 1024 * 1024,
        });
        if let Some(id) = guild {
            json["guild_id"] = json!(id);
            json["guild_locale"] = json!("en-US");
            json["guild"] = json!({"id": id, "locale": "en-US", "features": []});
            json["member"] = self.member_json(id, live.user);
            json["member"]["permissions"] = json!(self.permissions(live.channel, live.user).to_string());
        } else {
            json["user"] = self.user_json(live.user);
        }
        if let Some(message) = live.source.and_then(|source| self.message(live.channel, source)) {
            json["message"] = self.source_message(message);
        }
        json
    }

    /// The clicked message as interactions carry it: whole, ephemeral flag included.
    fn source_message(&self, message: &Message) -> Value {
        let mut json = self.message_json(message);
        if message.is_ephemeral() {
            json["flags"] = json!(message.flags | super::message::flag::EPHEMERAL);
        }
        json
    }

    /// What `data.resolved` says about the ids that an interaction names.
    pub(super) fn resolve(&self, channel: Id, named: &Named) -> Value {
        let guild = self.channels.get(&channel).and_then(|channel| channel.guild);
        let mut resolved = json!({});
        for user in &named.users {
            resolved["users"][user.to_string()] = self.user_json(*user);
            let mut member = self.partial_member(guild, *user);
            if member.is_object() {
                member["permissions"] = json!(self.permissions(channel, *user).to_string());
                resolved["members"][user.to_string()] = member;
            }
        }
        for role in &named.roles {
            let found = guild.and_then(|guild| self.guilds.get(&guild)?.roles.get(role));
            if let Some(found) = found {
                resolved["roles"][role.to_string()] = super::render::role(found);
            }
        }
        for id in &named.channels {
            if let Some(found) = self.channels.get(id) {
                resolved["channels"][id.to_string()] = self.partial_channel(found, named.viewer);
            }
        }
        for id in &named.messages {
            if let Some(found) = self.message(channel, *id) {
                resolved["messages"][id.to_string()] = self.message_json(found);
            }
        }
        for attachment in &named.attachments {
            let id = attachment["id"].as_str().unwrap_or_default();
            resolved["attachments"][id] = attachment.clone();
        }
        resolved
    }

    /// The body of `?with_response=true`.
    pub(super) fn callback_response(&self, live: &Live) -> Value {
        let message = live.original.and_then(|id| self.message(live.channel, id));
        let mut interaction = json!({"id": live.id, "type": live.kind});
        let mut resource = json!({"type": live.answered});
        if let Some(message) = message.filter(|_| live.answered.is_some_and(|kind| kind < 8 && kind != 6)) {
            interaction["response_message_id"] = json!(message.id);
            interaction["response_message_loading"] = json!(message.is_loading());
            interaction["response_message_ephemeral"] = json!(message.is_ephemeral());
            resource["message"] = self.message_json(message);
            resource["message"]["timestamp"] = json!(instant(message.timestamp));
        }
        json!({"interaction": interaction, "resource": resource})
    }
}

/// Ids that an interaction names, to be resolved.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Who looks: channels are resolved with this person's permissions.
    pub(super) viewer: Id,
    pub(super) users: Vec<Id>,
    pub(super) roles: Vec<Id>,
    pub(super) channels: Vec<Id>,
    pub(super) messages: Vec<Id>,
    pub(super) attachments: Vec<Value>,
}
