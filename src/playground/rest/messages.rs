//! Messages of channels: reading, creating, editing, deleting, reacting.

use serde_json::{Value, json};

use super::super::Id;
use super::super::effects::What;
use super::super::mentions::Allowed;
use super::super::message::Message;
use super::super::permissions::{
    ADD_REACTIONS, ATTACH_FILES, MANAGE_MESSAGES, MANAGE_THREADS, READ_MESSAGE_HISTORY, SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
};
use super::super::posting::{Draft, Upload};
use super::super::refusal::{
    CANNOT_MESSAGE_USER, Faulty, NOT_THE_AUTHOR, Refusal, THREAD_ARCHIVED, THREAD_LOCKED, TOO_MANY_REACTIONS,
    UNKNOWN_EMOJI, UNKNOWN_MESSAGE,
};
use super::super::snowflake::id_in;
use super::super::state::{Channel, Nonce};
use super::super::validate::message::{Before, Form, check};
use super::super::validate::{bare, files};
use super::{Call, Outcome, Reply};

/// Different emoji on one message.
const EMOJI: usize = 20;
/// Message type of a reply.
const REPLY: u8 = 19;

/// Names of uploads, to which `attachment://` may refer.
pub(super) fn names(files: &[Upload]) -> Vec<String> {
    files.iter().map(|file| file.name.clone()).collect()
}

/// What a message has, against which an edit is measured.
pub(super) fn before(message: &Message) -> Before {
    Before {
        v2: message.is_v2(),
        content: !message.content.is_empty(),
        embeds: !message.embeds.is_empty(),
        components: !message.components.is_empty(),
        attachments: !message.attachments.is_empty(),
    }
}

/// Names of the files of a message that an edit keeps, and of those it uploads.
pub(super) fn names_after(message: &Message, body: &Value, files: &[Upload]) -> Vec<String> {
    let listed = body["attachments"].as_array();
    let keeps = |attachment: &&Value| {
        listed.is_none_or(|listed| listed.iter().any(|kept| id_in(&kept["id"]) == id_in(&attachment["id"])))
    };
    let kept = message.attachments.iter().filter(keeps);
    let kept = kept.filter_map(|attachment| attachment["filename"].as_str().map(Into::into));
    kept.chain(names(files)).collect()
}

impl Call<'_> {
    /// A message of the path's channel that the bot can read. Ephemeral ones cannot be read here.
    pub(super) fn message(&self, n: usize) -> Result<&Message, Refusal> {
        let channel = self.channel()?.id;
        let message = self.state.message(channel, self.id(n)?);
        message.filter(|message| !message.is_ephemeral()).ok_or_else(|| UNKNOWN_MESSAGE.into())
    }

    /// Refuses changes in an archived thread.
    pub(super) fn refuse_archived(&self, channel: Id) -> Result<(), Refusal> {
        let thread = self.state.channels.get(&channel).and_then(|channel| channel.thread.as_ref());
        if thread.is_some_and(|thread| thread.archived) { Err(THREAD_ARCHIVED.into()) } else { Ok(()) }
    }
}

pub(super) fn list(call: &mut Call) -> Outcome {
    let channel = call.channel()?.id;
    let limit = call.query("limit").map_or(Some(50), |limit| limit.parse::<usize>().ok());
    let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) else {
        return Err(Faulty::one(&["limit"], "NUMBER_TYPE_MAX", "int value should be between 1 and 100."));
    };
    if !call.state.may(channel, call.bot(), READ_MESSAGE_HISTORY) {
        // Discord answers with an empty list, not with an error.
        return Reply::json(json!([]));
    }
    let cursor = |name: &str| call.query(name).map(|id| id.parse::<Id>().unwrap_or_default());
    let mut all: Vec<&Message> = call
        .state
        .messages
        .get(&channel)
        .into_iter()
        .flat_map(|messages| messages.values())
        .filter(|message| !message.is_ephemeral())
        .rev()
        .collect();
    if let Some(around) = cursor("around") {
        let at = all.iter().position(|message| message.id <= around).unwrap_or(all.len());
        let start = at.saturating_sub(limit / 2);
        all = all.into_iter().skip(start).take(limit).collect();
    } else if let Some(after) = cursor("after") {
        all.retain(|message| message.id > after);
        let skip = all.len().saturating_sub(limit);
        all.drain(..skip);
    } else if let Some(before) = cursor("before") {
        all.retain(|message| message.id < before);
    }
    Reply::json(all.into_iter().take(limit).map(|message| call.state.message_for_bot(message)).collect())
}

pub(super) fn get(call: &mut Call) -> Outcome {
    let message = call.message(1)?;
    call.require(message.channel, READ_MESSAGE_HISTORY)?;
    Reply::json(call.state.message_for_bot(message))
}

pub(super) fn create(call: &mut Call) -> Outcome {
    let channel = call.channel()?.clone();
    may_write(call, &channel)?;
    check(call.body, Form::Create, Before::default(), &names(call.files), None)?;
    files::check(call.body, call.files, &[], None)?;
    if !call.files.is_empty() {
        call.require(channel.id, ATTACH_FILES)?;
    }
    let bot = call.bot();
    let key = Some(&call.body["nonce"]).filter(|nonce| !nonce.is_null()).map(|nonce| (bot, bare(nonce)));
    let enforced = key.clone().filter(|_| call.body["enforce_nonce"] == true);
    if let Some(message) = enforced.and_then(|key| known_nonce(call, &key)).transpose()? {
        return Reply::json(call.state.message_json(&message));
    }
    let reply_to = replied(call, channel.id)?;
    let mut draft = Draft::new(channel.id, bot, call.body);
    draft.files = call.files;
    draft.reply_to = reply_to;
    draft.kind = if reply_to.is_some() { REPLY } else { 0 };
    let message = call.state.post(draft);
    if let Some(key) = key {
        let nonce = Nonce { message: message.id, channel: channel.id, at: tokio::time::Instant::now() };
        call.state.nonces.insert(key, nonce);
    }
    Reply::json(call.state.message_json(&message))
}

/// Refuses when the bot may not write here.
fn may_write(call: &Call, channel: &Channel) -> Result<(), Refusal> {
    if let Some(recipient) = channel.recipient {
        let takes = call.state.users.get(&recipient).is_some_and(|user| user.takes_dms);
        return if takes { Ok(()) } else { Err(CANNOT_MESSAGE_USER.into()) };
    }
    let Some(thread) = &channel.thread else { return call.require(channel.id, SEND_MESSAGES) };
    call.require(channel.id, SEND_MESSAGES_IN_THREADS)?;
    if thread.locked && !call.state.may(channel.id, call.bot(), MANAGE_THREADS) {
        return Err(THREAD_LOCKED.into());
    }
    Ok(())
}

/// The message that this nonce made a short while ago; 10008 when it is gone.
fn known_nonce(call: &mut Call, key: &(Id, String)) -> Option<Result<Message, Refusal>> {
    let window = call.state.options.nonce_window;
    call.state.nonces.retain(|_, nonce| nonce.at.elapsed() < window);
    let nonce = call.state.nonces.get(key)?;
    let message = call.state.message(nonce.channel, nonce.message).cloned();
    Some(message.ok_or_else(|| UNKNOWN_MESSAGE.into()))
}

/// The message that `message_reference` names.
fn replied(call: &Call, channel: Id) -> Result<Option<(Id, Id)>, Refusal> {
    let reference = &call.body["message_reference"];
    let Some(id) = id_in(&reference["message_id"]) else { return Ok(None) };
    if call.state.message(channel, id).is_some_and(|message| !message.is_ephemeral()) {
        call.require(channel, READ_MESSAGE_HISTORY)?;
        return Ok(Some((channel, id)));
    }
    if reference["fail_if_not_exists"] == false {
        return Ok(None);
    }
    Err(Faulty::one(&["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message"))
}

pub(super) fn edit(call: &mut Call) -> Outcome {
    let message = call.message(1)?.clone();
    if message.author != call.bot() {
        return Err(NOT_THE_AUTHOR.into());
    }
    call.refuse_archived(message.channel)?;
    let names = names_after(&message, call.body, call.files);
    check(call.body, Form::Edit, before(&message), &names, None)?;
    files::check(call.body, call.files, &message.attachments, None)?;
    let message = call.state.edit(message.channel, message.id, call.body, call.files, Allowed::everything())?;
    Reply::json(call.state.message_json(&message))
}

pub(super) fn delete(call: &mut Call) -> Outcome {
    let message = call.message(1)?;
    let (channel, id) = (message.channel, message.id);
    if message.author != call.bot() {
        call.require(channel, MANAGE_MESSAGES)?;
    }
    call.refuse_archived(channel)?;
    call.state.delete(channel, id)?;
    Reply::nothing()
}

/// Whether the text is an emoji: a custom one `name:id`, or a short run without letters of a word.
fn is_emoji(text: &str) -> bool {
    let custom = text.split_once(':').is_some_and(|(name, id)| !name.is_empty() && id.parse::<Id>().is_ok());
    custom || (!text.is_ascii() && text.chars().count() <= 12 && !text.chars().any(char::is_alphabetic))
}

pub(super) fn react(call: &mut Call) -> Outcome {
    let message = call.message(1)?.clone();
    let emoji = call.text(2).to_owned();
    if !is_emoji(&emoji) {
        return Err(UNKNOWN_EMOJI.into());
    }
    call.refuse_archived(message.channel)?;
    call.require(message.channel, READ_MESSAGE_HISTORY)?;
    let known = message.reactions.iter().any(|(used, _)| *used == emoji);
    if !known {
        call.require(message.channel, ADD_REACTIONS)?;
        if message.reactions.len() >= EMOJI {
            return Err(TOO_MANY_REACTIONS.into());
        }
    }
    let bot = call.bot();
    call.state.react(&message, bot, &emoji);
    Reply::nothing()
}

pub(super) fn unreact(call: &mut Call) -> Outcome {
    let message = call.message(1)?.clone();
    let (emoji, bot) = (call.text(2).to_owned(), call.bot());
    call.refuse_archived(message.channel)?;
    let Some(current) = call.state.message_mut(message.channel, message.id) else { return Err(UNKNOWN_MESSAGE.into()) };
    for (used, users) in &mut current.reactions {
        if *used == emoji {
            users.retain(|user| *user != bot);
        }
    }
    current.reactions.retain(|(_, users)| !users.is_empty());
    let (channel, id) = (message.channel, message.id);
    call.state.effect(What::ReactionRemoved { channel, message: id, emoji: emoji.clone() });
    call.state.send_reaction("MESSAGE_REACTION_REMOVE", &message, bot, &emoji);
    Reply::nothing()
}
