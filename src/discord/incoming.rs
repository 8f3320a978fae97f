//! Reads events: the raw JSON of an `INTERACTION_CREATE` or a `MESSAGE_CREATE` becomes an [`Invocation`].
//!
//! There is one reader. What serenity could type is turned back into JSON first, and what it could not arrives as it came.
//! The reader asks for as little as it needs: fields that Discord adds are passed over, and a field that is missing costs only
//! what it would have said.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::chat::changed::{Deleted, Edited};
use crate::chat::file::UNKNOWN_MEDIA;
use crate::chat::invocation::{Call, Invocation, Member, Source, TargetFile, TargetMessage};
use crate::clock::instant;
use crate::snowflake::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId};

/// What an interaction is, as far as its answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A slash command, or one from a message's menu.
    Command,
    /// The completion of an option.
    Complete,
    /// A button or select, on a message.
    Component,
    /// A form; `from_message` when it was opened from a message's button.
    Form {
        /// Whether there is a message that can be replaced.
        from_message: bool,
    },
}

/// Where the answer to an interaction goes.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The interaction.
    pub id: InteractionId,
    /// The application that was called.
    pub application: ApplicationId,
    /// The right to answer, for 15 minutes.
    pub token: SecretString,
    /// What it is.
    pub kind: Kind,
}

/// `key` of `object`, as a snowflake.
fn id(object: &Value, key: &str) -> Option<u64> {
    snowflake(&object[key])
}

fn snowflake(value: &Value) -> Option<u64> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}

fn text(object: &Value, key: &str) -> Option<String> {
    object[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Where to answer an interaction, even when the rest of it cannot be read. `own` is the bot's application, for an event that names none.
pub fn callback(data: &Value, own: Option<ApplicationId>) -> Option<Callback> {
    let kind = match data["type"].as_u64()? {
        2 => Kind::Command,
        3 => Kind::Component,
        4 => Kind::Complete,
        5 => Kind::Form { from_message: data["message"].is_object() },
        _ => return None,
    };
    Some(Callback {
        id: InteractionId(id(data, "id")?),
        application: id(data, "application_id").map(ApplicationId).or(own)?,
        token: SecretString::from(text(data, "token")?),
        kind,
    })
}

/// Reads an interaction that was received at `received_at`, for a bot whose clock goes with Discord's.
pub fn interaction(data: &Value, received_at: DateTime<Utc>) -> Option<Invocation> {
    let inner = &data["data"];
    let call = match data["type"].as_u64()? {
        2 => match inner["type"].as_u64().unwrap_or(1) {
            1 => slash(inner),
            3 => Call::OnMessage { name: text(inner, "name")?, target: target(data)? },
            _ => return None,
        },
        4 => complete(inner)?,
        3 => {
            let custom_id = text(inner, "custom_id")?;
            if inner["component_type"].as_u64().unwrap_or(2) == 2 {
                Call::Button { custom_id }
            } else {
                Call::Select { custom_id, values: strings(&inner["values"]) }
            }
        }
        5 => {
            let mut fields = BTreeMap::new();
            collect_fields(&inner["components"], &mut fields);
            Call::Form { custom_id: text(inner, "custom_id")?, fields }
        }
        _ => return None,
    };
    let channel = id(data, "channel_id").or_else(|| id(&data["channel"], "id"))?;
    Some(Invocation {
        source: Source::Interaction(InteractionId(id(data, "id")?)),
        guild: guild(data),
        channel: ChannelId(channel),
        parent: parent(&data["channel"]),
        member: actor(data)?,
        call,
        on_message: id(&data["message"], "id").map(MessageId),
        names: resolved_names(&inner["resolved"]),
        bots: bots(inner["resolved"]["users"].as_object().into_iter().flatten().map(|(_, user)| user)),
        received_at,
        discord_ahead: TimeDelta::zero(),
    })
}

/// The server, unless the bot was called there through somebody's own installation: then the server never asked for it.
fn guild(data: &Value) -> Option<GuildId> {
    let owners = data["authorizing_integration_owners"].as_object();
    if owners.is_some_and(|owners| !owners.is_empty() && !owners.contains_key("0")) {
        return None;
    }
    id(data, "guild_id").map(GuildId)
}

/// A thread's channel. The `parent_id` of any other channel is its category.
fn parent(channel: &Value) -> Option<ChannelId> {
    let is_thread = matches!(channel["type"].as_u64(), Some(10..=12));
    if is_thread { id(channel, "parent_id").map(ChannelId) } else { None }
}

fn name_of(user: &Value, member: &Value) -> String {
    let name = text(member, "nick").or_else(|| text(user, "global_name")).or_else(|| text(user, "username"));
    name.unwrap_or_else(|| "somebody".to_owned())
}

fn actor(data: &Value) -> Option<Member> {
    let member = &data["member"];
    let user = if member["user"].is_object() { &member["user"] } else { &data["user"] };
    let permissions = &member["permissions"];
    Some(Member {
        user: UserId(id(user, "id")?),
        name: name_of(user, member),
        roles: roles(member),
        permissions: permissions.as_str().map_or_else(|| permissions.as_u64(), |bits| bits.parse().ok()),
    })
}

fn roles(member: &Value) -> Vec<RoleId> {
    member["roles"].as_array().into_iter().flatten().filter_map(snowflake).map(RoleId).collect()
}

fn strings(values: &Value) -> Vec<String> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Goes down from the command to its verb. Groups and verbs (types 1 and 2) are steps of the path; the rest are options.
fn innermost(inner: &Value) -> (Vec<String>, &[Value]) {
    let mut path: Vec<String> = text(inner, "name").into_iter().collect();
    let mut here = inner;
    loop {
        let options = here["options"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        match options {
            [step] if matches!(step["type"].as_u64(), Some(1 | 2)) => {
                path.extend(text(step, "name"));
                here = step;
            }
            options => return (path, options),
        }
    }
}

/// Values are as Discord sent them. A file is the object that describes it, since its id alone leads nowhere.
fn values(options: &[Value], resolved: &Value) -> Map<String, Value> {
    let mut map = Map::new();
    for option in options {
        let (Some(name), Some(value)) = (option["name"].as_str(), option.get("value")) else { continue };
        let file =
            (option["type"] == 11).then(|| value.as_str()).flatten().and_then(|id| resolved["attachments"].get(id));
        map.insert(name.to_owned(), file.unwrap_or(value).clone());
    }
    map
}

fn slash(inner: &Value) -> Call {
    let (path, options) = innermost(inner);
    Call::Slash { path, options: values(options, &inner["resolved"]) }
}

fn complete(inner: &Value) -> Option<Call> {
    let (path, options) = innermost(inner);
    let focused = options.iter().find(|option| option["focused"] == Value::Bool(true))?;
    Some(Call::Complete { path, options: values(options, &inner["resolved"]), focused: text(focused, "name")? })
}

fn target(data: &Value) -> Option<TargetMessage> {
    let inner = &data["data"];
    let wanted = id(inner, "target_id")?;
    let message = &inner["resolved"]["messages"][wanted.to_string()];
    let author = &message["author"];
    let author_id = id(author, "id")?;
    Some(TargetMessage {
        id: MessageId(wanted),
        channel: ChannelId(id(message, "channel_id").or_else(|| id(data, "channel_id"))?),
        author: UserId(author_id),
        author_name: name_of(author, &inner["resolved"]["members"][author_id.to_string()]),
        content: text(message, "content").unwrap_or_default(),
        attachments: message["attachments"].as_array().into_iter().flatten().filter_map(attached).collect(),
        edited_at: moment(message, "edited_timestamp"),
    })
}

fn attached(file: &Value) -> Option<TargetFile> {
    Some(TargetFile {
        name: text(file, "filename")?,
        media_type: text(file, "content_type").unwrap_or_else(|| UNKNOWN_MEDIA.to_owned()),
        // One whose size nobody knows counts as too large.
        size: file["size"].as_u64().unwrap_or(u64::MAX),
        url: text(file, "url").unwrap_or_default(),
    })
}

/// `key` of `object`, as an instant.
fn moment(object: &Value, key: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(object[key].as_str()?).ok()?;
    // The databases keep microseconds, and an instant must come back equal.
    Some(instant(at.timestamp_micros()))
}

/// Reads a `MESSAGE_UPDATE`: none when it is no edit by a person, or does not show what the message says. (Pins, link previews and threads
/// update a message without a new `edited_timestamp`; without the privileged intent the text of most messages is empty.)
pub fn edited(data: &Value) -> Option<Edited> {
    let author = &data["author"];
    Some(Edited {
        guild: GuildId(id(data, "guild_id")?),
        message: MessageId(id(data, "id")?),
        author: id(author, "id").map(|user| (UserId(user), name_of(author, &data["member"]))),
        content: text(data, "content").filter(|content| !content.trim().is_empty())?,
        at: moment(data, "edited_timestamp")?,
    })
}

/// Reads a `MESSAGE_DELETE` or a `MESSAGE_DELETE_BULK`.
pub fn deleted(data: &Value) -> Option<Deleted> {
    let several = data["ids"].as_array().into_iter().flatten().filter_map(snowflake);
    let messages: Vec<MessageId> = id(data, "id").into_iter().chain(several).map(MessageId).collect();
    Some(Deleted { guild: GuildId(id(data, "guild_id")?), messages }).filter(|deleted| !deleted.messages.is_empty())
}

/// Fields stand in action rows (`components`) or labels (`component`).
fn collect_fields(components: &Value, fields: &mut BTreeMap<String, String>) {
    for component in components.as_array().into_iter().flatten() {
        if component["component"].is_object() {
            collect_fields(&Value::Array(vec![component["component"].clone()]), fields);
        }
        collect_fields(&component["components"], fields);
        let Some(name) = component["custom_id"].as_str() else { continue };
        let value = match (&component["value"], &component["values"]) {
            (Value::String(value), _) => value.clone(),
            (_, Value::Array(_)) => strings(&component["values"]).join(","),
            _ => String::new(),
        };
        fields.insert(name.to_owned(), value);
    }
}

fn resolved_names(resolved: &Value) -> BTreeMap<UserId, String> {
    let mut names = BTreeMap::new();
    for (key, user) in resolved["users"].as_object().into_iter().flatten() {
        if let Ok(id) = key.parse() {
            names.insert(UserId(id), name_of(user, &resolved["members"][key.as_str()]));
        }
    }
    names
}

/// Those among `users` that are programs.
fn bots<'u>(users: impl Iterator<Item = &'u Value>) -> BTreeSet<UserId> {
    users.filter(|user| user["bot"] == true).filter_map(|user| id(user, "id").map(UserId)).collect()
}

/// Reads a message that may be a command to `bot`: written by a person in a server, and beginning with the bot's mention. As with
/// an interaction, its reader adds how far Discord's clock is ahead.
pub fn message(data: &Value, bot: UserId, received_at: DateTime<Utc>) -> Option<Invocation> {
    /// An ordinary message, and a reply.
    const SPOKEN: [u64; 2] = [0, 19];
    let kind = data["type"].as_u64().unwrap_or(0);
    let author = &data["author"];
    if !SPOKEN.contains(&kind) || author["bot"] == Value::Bool(true) || !data["webhook_id"].is_null() {
        return None;
    }
    let text = behind_mention(data["content"].as_str()?, bot)?;
    if kind == 19 && text.is_empty() {
        return None; // A reply that merely pings.
    }
    let member = &data["member"];
    let mut names = BTreeMap::new();
    for user in data["mentions"].as_array().into_iter().flatten() {
        if let Some(id) = id(user, "id").filter(|id| *id != bot.0) {
            names.insert(UserId(id), name_of(user, &user["member"]));
        }
    }
    Some(Invocation {
        source: Source::Message(MessageId(id(data, "id")?)),
        guild: Some(GuildId(id(data, "guild_id")?)),
        channel: ChannelId(id(data, "channel_id")?),
        parent: None,
        member: Member {
            user: UserId(id(author, "id")?),
            name: name_of(author, member),
            roles: roles(member),
            permissions: None,
        },
        call: Call::Typed { text: text.to_owned() },
        on_message: None,
        names,
        bots: bots(data["mentions"].as_array().into_iter().flatten()),
        received_at,
        discord_ahead: TimeDelta::zero(),
    })
}

fn behind_mention(content: &str, bot: UserId) -> Option<&str> {
    let rest = content.trim_start().strip_prefix("<@")?;
    let rest = rest.strip_prefix('!').unwrap_or(rest);
    Some(rest.strip_prefix(&bot.to_string())?.strip_prefix('>')?.trim())
}

#[cfg(test)]
#[path = "incoming_tests.rs"]
mod tests;
