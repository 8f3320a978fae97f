//! Threads: starting them, listing them, and who is in them.

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::Id;
use super::super::effects::What;
use super::super::events::Change;
use super::super::permissions::{
    CREATE_PRIVATE_THREADS, CREATE_PUBLIC_THREADS, MANAGE_THREADS, READ_MESSAGE_HISTORY, SEND_MESSAGES_IN_THREADS,
};
use super::super::refusal::{
    Faulty, MISSING_ACCESS, MISSING_PERMISSIONS, Refusal, THREAD_ARCHIVED, THREAD_EXISTS, UNKNOWN_MEMBER, UNKNOWN_USER,
    WRONG_CHANNEL_TYPE,
};
use super::super::render::thread_member;
use super::super::state::{Channel, Thread, kind};
use super::super::validate::{boolean, number, text};
use super::channels::{NAME, auto_archive};
use super::{Call, Outcome, Reply};

/// Threads on a page of archived ones.
const PAGE: usize = 100;

/// Minutes of quiet when nothing is said: a day.
const DEFAULT_AUTO_ARCHIVE: u64 = 1440;

pub(super) fn start_from_message(call: &mut Call) -> Outcome {
    let message = call.message(1)?.id;
    let channel = call.channel()?;
    if channel.kind != kind::TEXT {
        return Err(WRONG_CHANNEL_TYPE.into());
    }
    let parent = channel.id;
    call.require(parent, CREATE_PUBLIC_THREADS)?;
    call.require(parent, READ_MESSAGE_HISTORY)?;
    if call.state.channels.contains_key(&message) {
        return Err(THREAD_EXISTS.into());
    }
    create(call, parent, message, kind::PUBLIC_THREAD)
}

pub(super) fn start(call: &mut Call) -> Outcome {
    let channel = call.channel()?;
    if channel.kind != kind::TEXT {
        return Err(WRONG_CHANNEL_TYPE.into());
    }
    let parent = channel.id;
    let mut faulty = Faulty::default();
    let wanted = number(&mut faulty, call.body, "type", &(10..=12), false);
    faulty.verdict()?;
    // Discord's default, kept for old clients, is a private thread.
    let wanted = wanted.map_or(kind::PRIVATE_THREAD, i64::unsigned_abs);
    match wanted {
        kind::PRIVATE_THREAD => call.require(parent, CREATE_PRIVATE_THREADS)?,
        kind::ANNOUNCEMENT_THREAD => return Err(WRONG_CHANNEL_TYPE.into()),
        _ => call.require(parent, CREATE_PUBLIC_THREADS)?,
    }
    let id = call.state.mint.next();
    create(call, parent, id, wanted)
}

fn create(call: &mut Call, parent: Id, id: Id, kind: u64) -> Outcome {
    let body = call.body;
    let mut faulty = Faulty::default();
    let name = text(&mut faulty, body, "name", &NAME, true).unwrap_or_default().trim().to_owned();
    let minutes = auto_archive(&mut faulty, body).unwrap_or(DEFAULT_AUTO_ARCHIVE);
    let invitable = boolean(&mut faulty, body, "invitable").unwrap_or(true);
    faulty.verdict()?;
    let (now, bot) = (call.state.now(), call.bot());
    let guild = call.channel()?.guild;
    let thread = Thread {
        owner: bot,
        archived: false,
        locked: false,
        invitable: invitable || kind != kind::PRIVATE_THREAD,
        auto_archive: minutes,
        archive_changed: now,
        created: now,
        members: [(bot, now)].into(),
        messages: 0,
    };
    let channel = Channel { parent: Some(parent), thread: Some(thread), ..Channel::new(id, guild, kind, &name) };
    call.state.channels.insert(id, channel.clone());
    call.state.effect(What::ThreadCreated { parent, thread: id, private: kind == kind::PRIVATE_THREAD });
    call.state.send_channel(Change::Created, &channel);
    if let Some(message) = call.state.message(parent, id).cloned() {
        call.state.send_message("MESSAGE_UPDATE", &message);
    }
    Reply::created(call.state.channel_json(&channel))
}

pub(super) fn archived(call: &mut Call) -> Outcome {
    list_archived(call, kind::PUBLIC_THREAD)
}

pub(super) fn archived_private(call: &mut Call) -> Outcome {
    let parent = call.channel()?.id;
    call.require(parent, MANAGE_THREADS)?;
    list_archived(call, kind::PRIVATE_THREAD)
}

fn list_archived(call: &Call, kind: u64) -> Outcome {
    let parent = call.channel()?.id;
    call.require(parent, READ_MESSAGE_HISTORY)?;
    let limit = call.query("limit").map_or(Some(50), |limit| limit.parse().ok());
    let Some(limit) = limit.filter(|limit| (1..=PAGE).contains(limit)) else {
        return Err(Faulty::one(&["limit"], "NUMBER_TYPE_MAX", format!("int value should be between 1 and {PAGE}.")));
    };
    let before = call.query("before").and_then(|before| DateTime::parse_from_rfc3339(before).ok());
    let mut threads: Vec<(&Channel, &Thread)> = call
        .state
        .channels
        .values()
        .filter(|channel| channel.parent == Some(parent) && channel.kind == kind)
        .filter_map(|channel| Some((channel, channel.thread.as_ref()?)))
        .filter(|(_, thread)| thread.archived && before.is_none_or(|before| thread.archive_changed < before))
        .collect();
    threads.sort_by_key(|(channel, thread)| std::cmp::Reverse((thread.archive_changed, channel.id)));
    let has_more = threads.len() > limit;
    threads.truncate(limit);
    let bot = call.bot();
    let members: Vec<Value> = threads
        .iter()
        .filter_map(|(channel, thread)| Some(thread_member(channel.id, bot, *thread.members.get(&bot)?)))
        .collect();
    let threads: Vec<Value> = threads.iter().map(|(channel, _)| call.state.channel_json(channel)).collect();
    Reply::json(json!({"threads": threads, "members": members, "has_more": has_more}))
}

fn thread<'a>(call: &'a Call) -> Result<(&'a Channel, &'a Thread), Refusal> {
    let channel = call.channel()?;
    channel.thread.as_ref().map(|thread| (channel, thread)).ok_or_else(|| WRONG_CHANNEL_TYPE.into())
}

/// The user of the path, where `@me` is the bot.
fn user(call: &Call) -> Result<Id, Refusal> {
    if call.text(1) == "@me" { Ok(call.bot()) } else { call.id(1) }
}

pub(super) fn members(call: &mut Call) -> Outcome {
    let (channel, thread) = thread(call)?;
    Reply::json(thread.members.iter().map(|(user, joined)| thread_member(channel.id, *user, *joined)).collect())
}

pub(super) fn member(call: &mut Call) -> Outcome {
    let (channel, thread) = thread(call)?;
    let user = user(call)?;
    let joined = thread.members.get(&user).ok_or(UNKNOWN_MEMBER)?;
    Reply::json(thread_member(channel.id, user, *joined))
}

/// 204 also when the user is in already.
pub(super) fn add_member(call: &mut Call) -> Outcome {
    let (channel, thread) = thread(call)?;
    if thread.archived {
        return Err(THREAD_ARCHIVED.into());
    }
    let (id, parent, guild) = (channel.id, channel.parent, channel.guild);
    let user = user(call)?;
    if user != call.bot() {
        call.require(id, SEND_MESSAGES_IN_THREADS)?;
    }
    if !call.state.users.contains_key(&user) {
        return Err(UNKNOWN_USER.into());
    }
    let member = guild.and_then(|guild| call.state.guilds.get(&guild)?.members.get(&user));
    if member.is_none() {
        return Err(UNKNOWN_MEMBER.into());
    }
    let sees = parent.is_some_and(|parent| call.state.permissions(parent, user) != 0);
    if !sees {
        return Err(MISSING_ACCESS.into());
    }
    call.state.join_thread(id, user);
    Reply::nothing()
}

pub(super) fn remove_member(call: &mut Call) -> Outcome {
    let (channel, thread) = thread(call)?;
    if thread.archived {
        return Err(THREAD_ARCHIVED.into());
    }
    let id = channel.id;
    let user = user(call)?;
    let (bot, owner) = (call.bot(), thread.owner);
    // One may leave, managers may remove, and so may whoever started a private thread.
    let own_private = owner == bot && channel.kind == kind::PRIVATE_THREAD;
    if user != bot && !own_private && !call.state.may(id, bot, MANAGE_THREADS) {
        return Err(MISSING_PERMISSIONS.into());
    }
    let details = call.state.channels.get_mut(&id).and_then(|channel| channel.thread.as_mut());
    if details.and_then(|details| details.members.remove(&user)).is_some() {
        call.state.effect(What::ThreadMemberRemoved { thread: id, user });
        if let Some(channel) = call.state.channels.get(&id).cloned() {
            call.state.send_thread_member(&channel, user, false);
        }
    }
    Reply::nothing()
}
