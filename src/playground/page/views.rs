//! What the page shows, for one person at a time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::message::Message;
use super::super::permissions::VIEW_CHANNEL;
use super::super::query::pairs;
use super::super::state::{Channel, State as World};
use super::super::validate::command::type_of;
use super::super::{Id, Shared};

/// Messages shown of a channel: the newest.
const SHOWN: usize = 200;

/// A value of the query.
fn value(query: Option<&str>, name: &str) -> Option<String> {
    pairs(query.unwrap_or_default()).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Who looks, by `as`.
fn viewer(query: Option<&str>) -> Option<Id> {
    value(query, "as")?.parse().ok()
}

/// People, channels, roles and commands. Without `as` the first person looks.
pub(super) async fn world(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Json<Value> {
    let connected = shared.gateway.sessions() > 0;
    let state = shared.state();
    let Some(guild) = state.guilds.values().next() else { return Json(Value::Null) };
    let people: Vec<Id> = guild.members.keys().copied().filter(|id| *id != state.bot).collect();
    let me = viewer(query.as_deref())
        .filter(|person| people.contains(person))
        .or(people.first().copied())
        .unwrap_or_default();
    let described = people.iter().map(|id| {
        let roles = guild.members[id].roles.iter().filter_map(|role| guild.roles.get(role));
        let colour = roles.clone().map(|role| role.colour).find(|colour| *colour != 0).unwrap_or_default();
        json!({
            "id": id, "name": state.users.get(id).map(|user| &user.display), "colour": colour,
            "roles": roles.map(|role| role.name.as_str()).collect::<Vec<_>>(),
        })
    });
    let visible = |channel: &&Channel| channel.guild == Some(guild.id) && state.may(channel.id, me, VIEW_CHANNEL);
    let mut channels: Vec<&Channel> = state.channels.values().filter(visible).collect();
    channels.sort_by_key(|channel| (channel.position, channel.id));
    let direct = state.channels.values().find(|channel| channel.recipient == Some(me));
    let roles = guild.roles.values().filter(|role| role.id != guild.id && !role.managed);
    Json(json!({
        "guild": {"id": guild.id, "name": guild.name},
        "me": me,
        "bot": {"id": state.bot, "name": state.users.get(&state.bot).map(|user| &user.display), "connected": connected},
        "people": described.collect::<Vec<_>>(),
        "roles": roles.map(|role| json!({"id": role.id, "name": role.name, "colour": role.colour})).collect::<Vec<_>>(),
        "channels": channels.iter().map(|channel| described_channel(channel, state.now())).collect::<Vec<_>>(),
        "direct": direct.map(|channel| channel.last_message),
        "commands": commands(&state, guild.id, me),
    }))
}

/// Whether the thread is away from the list: archived, or quiet for as long as archives it by itself.
fn is_away(channel: &Channel, now: DateTime<Utc>) -> bool {
    channel.thread.as_ref().is_some_and(|thread| {
        let last = channel.last_message.map_or(thread.created, Id::time).max(thread.archive_changed);
        let minutes = TimeDelta::minutes(i64::try_from(thread.auto_archive).unwrap_or(i64::MAX / 60_000));
        thread.archived || now - last >= minutes
    })
}

fn described_channel(channel: &Channel, now: DateTime<Utc>) -> Value {
    let thread = channel.thread.as_ref();
    json!({
        "id": channel.id, "name": channel.name, "topic": channel.topic, "kind": channel.kind,
        "parent": channel.parent, "last": channel.last_message,
        "archived": is_away(channel, now),
        "locked": thread.is_some_and(|thread| thread.locked),
        "members": thread.map(|thread| thread.members.len()),
    })
}

/// The commands that this person's client would show.
fn commands(state: &World, guild: Id, person: Id) -> Vec<Value> {
    let bits = state.guild_permissions(guild, person);
    let shown = |command: &&Value| {
        let wanted = &command["default_member_permissions"];
        let wanted = wanted.as_u64().or_else(|| wanted.as_str()?.parse().ok());
        wanted.is_none_or(|wanted| if wanted == 0 { bits & 8 != 0 } else { bits & wanted == wanted })
    };
    let usable = state.commands_in(Some(guild)).into_iter().filter(shown).filter(|command| type_of(command) != 2);
    usable.cloned().collect()
}

/// The messages that the person `as` sees in `channel`, an id or `direct`, oldest first.
pub(super) async fn messages(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, StatusCode> {
    let query = query.as_deref();
    let (person, channel) = (viewer(query).unwrap_or_default(), value(query, "channel").unwrap_or_default());
    let state = shared.state();
    let channel = match channel.as_str() {
        "direct" => state.channels.values().find(|channel| channel.recipient == Some(person)).map(|channel| channel.id),
        id => id.parse().ok(),
    };
    let Some(channel) = channel else { return Ok(Json(json!([]))) };
    if !state.may(channel, person, VIEW_CHANNEL) {
        return Err(StatusCode::NOT_FOUND);
    }
    let all = state.messages.get(&channel).into_iter().flat_map(|messages| messages.values());
    let seen = all.filter(|message| message.only_for.is_none_or(|only| only == person));
    let mut seen: Vec<Value> =
        seen.rev().take(SHOWN).map(|message| described_message(&state, message, person)).collect();
    seen.reverse();
    Ok(Json(Value::from(seen)))
}

fn described_message(state: &World, message: &Message, viewer: Id) -> Value {
    let mut json = state.message_json(message);
    json["ephemeral"] = json!(message.is_ephemeral());
    json["loading"] = json!(message.is_loading());
    json["pinged"] = json!(message.pinged.users.contains(&viewer));
    json["silent"] = json!(message.is_silent());
    if let Some(origin) = &message.origin {
        json["used"] = json!({"by": origin.user, "command": origin.name});
    }
    json
}
