//! Guilds, their channels, roles, members and active threads.

use serde_json::{Value, json};

use super::super::permissions::VIEW_CHANNEL;
use super::super::refusal::{Faulty, Refusal, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_USER};
use super::super::state::Guild;
use super::{Call, Outcome, Reply};

/// Members that a search answers at most.
const SEARCH: usize = 1000;

fn guild<'a>(call: &'a Call) -> Result<&'a Guild, Refusal> {
    let id = call.id(0)?;
    call.state.guilds.get(&id).ok_or_else(|| UNKNOWN_GUILD.into())
}

pub(super) fn get(call: &mut Call) -> Outcome {
    let guild = guild(call)?;
    let mut json = call.state.guild_json(guild);
    if call.query("with_counts") == Some("true") {
        json["approximate_member_count"] = json!(guild.members.len());
        json["approximate_presence_count"] = json!(guild.members.len());
    }
    Reply::json(json)
}

pub(super) fn channels(call: &mut Call) -> Outcome {
    let id = guild(call)?.id;
    let own = call.state.channels.values().filter(|channel| channel.guild == Some(id) && channel.thread.is_none());
    Reply::json(own.map(|channel| call.state.channel_json(channel)).collect())
}

pub(super) fn roles(call: &mut Call) -> Outcome {
    Reply::json(guild(call)?.roles.values().map(super::super::render::role).collect())
}

pub(super) fn member(call: &mut Call) -> Outcome {
    let guild = guild(call)?;
    let user = call.id(1)?;
    if !guild.members.contains_key(&user) {
        let known = call.state.users.contains_key(&user);
        return Err(if known { UNKNOWN_MEMBER } else { UNKNOWN_USER }.into());
    }
    Reply::json(call.state.member_json(guild.id, user))
}

/// Members whose user name or display name begins with `query`.
pub(super) fn search_members(call: &mut Call) -> Outcome {
    let guild = guild(call)?;
    let Some(query) = call.query("query").map(str::to_lowercase).filter(|query| !query.is_empty()) else {
        return Err(Faulty::one(&["query"], "BASE_TYPE_REQUIRED", "This field is required"));
    };
    let limit = call.query("limit").map_or(Some(1), |limit| limit.parse().ok());
    let Some(limit) = limit.filter(|limit| (1..=SEARCH).contains(limit)) else {
        return Err(Faulty::one(&["limit"], "NUMBER_TYPE_MAX", format!("int value should be between 1 and {SEARCH}.")));
    };
    let found = guild
        .members
        .keys()
        .filter_map(|id| call.state.users.get(id))
        .filter(|user| user.name.starts_with(&query) || user.display.to_lowercase().starts_with(&query));
    let members: Vec<Value> = found.take(limit).map(|user| call.state.member_json(guild.id, user.id)).collect();
    Reply::json(json!(members))
}

pub(super) fn active_threads(call: &mut Call) -> Outcome {
    let id = guild(call)?.id;
    let bot = call.bot();
    let active: Vec<_> = call
        .state
        .channels
        .values()
        .filter(|channel| channel.guild == Some(id))
        .filter(|channel| channel.thread.as_ref().is_some_and(|thread| !thread.archived))
        .filter(|channel| call.state.may(channel.id, bot, VIEW_CHANNEL))
        .collect();
    let members: Vec<Value> = active
        .iter()
        .filter_map(|channel| {
            let joined = channel.thread.as_ref()?.members.get(&bot)?;
            Some(super::super::render::thread_member(channel.id, bot, *joined))
        })
        .collect();
    // Newest first.
    let threads: Vec<Value> = active.iter().rev().map(|channel| call.state.channel_json(channel)).collect();
    Reply::json(json!({"threads": threads, "members": members}))
}
