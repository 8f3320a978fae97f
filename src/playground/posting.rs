//! Making, editing and deleting messages, whoever does it.

use serde_json::{Value, json};

use super::Id;
use super::effects::What;
use super::events::Change;
use super::mentions::Allowed;
use super::message::{Message, Origin, flag, number_components};
use super::refusal::{Refusal, UNKNOWN_MESSAGE};
use super::snowflake::id_in;
use super::state::State;

/// A file that came with a request.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// The `n` of `files[n]`.
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
}

/// A message about to be made; its body has been checked.
pub(super) struct Draft<'a> {
    pub(super) channel: Id,
    pub(super) author: Id,
    pub(super) kind: u8,
    pub(super) body: &'a Value,
    pub(super) files: &'a [Upload],
    pub(super) flags: u64,
    pub(super) allowed: Allowed,
    pub(super) origin: Option<Origin>,
    pub(super) only_for: Option<Id>,
    pub(super) reply_to: Option<(Id, Id)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(channel: Id, author: Id, body: &'a Value) -> Self {
        Self {
            channel,
            author,
            kind: 0,
            body,
            files: &[],
            flags: body["flags"].as_u64().unwrap_or_default(),
            allowed: Allowed::read(body, Allowed::everything()),
            origin: None,
            only_for: None,
            reply_to: None,
        }
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

impl State {
    /// Makes a message, tells the bot, notes the effect, and answers it.
    pub(super) fn post(&mut self, draft: Draft) -> Message {
        let id = self.mint.next();
        let mut components = list(&draft.body["components"]);
        number_components(&mut components);
        let attachments = self.attach(draft.channel, draft.body, draft.files);
        let mut message = Message {
            id,
            channel: draft.channel,
            guild: self.channels.get(&draft.channel).and_then(|channel| channel.guild),
            author: draft.author,
            kind: draft.kind,
            content: draft.body["content"].as_str().unwrap_or_default().trim().to_owned(),
            embeds: list(&draft.body["embeds"]),
            components,
            attachments,
            flags: draft.flags,
            timestamp: self.now(),
            edited: None,
            nonce: Some(draft.body["nonce"].clone()).filter(|nonce| !nonce.is_null()),
            mentions: Vec::new(),
            mention_roles: Vec::new(),
            mention_everyone: false,
            pinged: super::message::Pinged::default(),
            reply_to: draft.reply_to,
            origin: draft.origin,
            only_for: draft.only_for,
            pinned: false,
            reactions: Vec::new(),
        };
        for embed in &mut message.embeds {
            embed["type"] = json!("rich");
        }
        self.find_mentions(&mut message, &draft.allowed);
        // A "thinking" message notifies nobody yet; its first edit does.
        if !message.is_loading() {
            message.pinged = self.who_is_pinged(&message);
        }
        let mentioned = message.mentions.clone();
        self.messages.entry(draft.channel).or_default().insert(id, message.clone());
        self.effect(What::MessageCreated {
            channel: draft.channel,
            message: id,
            author: draft.author,
            nonce: message.nonce.as_ref().map(super::validate::bare),
            pinged: message.pinged.clone(),
        });
        if !message.is_ephemeral() {
            self.note_activity(&message, &mentioned);
        }
        self.send_message("MESSAGE_CREATE", &message);
        message
    }

    /// What a visible message does to its channel: last message, and in threads count, members,
    /// and waking from the archive.
    fn note_activity(&mut self, message: &Message, mentioned: &[Id]) {
        let now = self.now();
        let Some(channel) = self.channels.get_mut(&message.channel) else { return };
        channel.last_message = Some(message.id);
        let Some(thread) = &mut channel.thread else { return };
        thread.messages += 1;
        let woken = thread.archived;
        if woken {
            thread.archived = false;
            thread.archive_changed = now;
        }
        if woken {
            let channel = channel.clone();
            self.effect(What::ChannelEdited { channel: channel.id });
            self.send_channel(Change::Edited, &channel);
        }
        // Writing in a thread joins it, and so does being mentioned there.
        for user in [message.author].into_iter().chain(mentioned.iter().copied()) {
            self.join_thread(message.channel, user);
        }
    }

    /// Adds a member to a thread; nothing happens when it is one already, or cannot see the parent.
    pub(super) fn join_thread(&mut self, thread: Id, user: Id) {
        let now = self.now();
        let Some(channel) = self.channels.get(&thread) else { return };
        let sees = channel.parent.is_some_and(|parent| self.may(parent, user, super::permissions::VIEW_CHANNEL));
        let Some(details) = self.channels.get_mut(&thread).and_then(|channel| channel.thread.as_mut()) else { return };
        if !sees || details.members.contains_key(&user) {
            return;
        }
        details.members.insert(user, now);
        self.effect(What::ThreadMemberAdded { thread, user });
        if let Some(channel) = self.channels.get(&thread).cloned() {
            self.send_thread_member(&channel, user, true);
        }
    }

    /// Edits a message by a checked body: fields that are absent stay, null and empty clear.
    pub(super) fn edit(
        &mut self,
        channel: Id,
        id: Id,
        body: &Value,
        files: &[Upload],
        default: Allowed,
    ) -> Result<Message, Refusal> {
        let mut message = self.message(channel, id).cloned().ok_or(UNKNOWN_MESSAGE)?;
        let first_words = message.is_loading();
        message.flags &= !flag::LOADING;
        if body.get("content").is_some() {
            body["content"].as_str().unwrap_or_default().trim().clone_into(&mut message.content);
        }
        if body.get("embeds").is_some() {
            message.embeds = list(&body["embeds"]);
            for embed in &mut message.embeds {
                embed["type"] = json!("rich");
            }
        }
        if body.get("components").is_some() {
            message.components = list(&body["components"]);
            number_components(&mut message.components);
        }
        if let Some(flags) = body["flags"].as_u64() {
            message.flags = message.flags & !flag::SUPPRESS_EMBEDS | flags & flag::SUPPRESS_EMBEDS;
            message.flags |= flags & flag::IS_COMPONENTS_V2;
        }
        if body.get("attachments").is_some() {
            let kept: Vec<Id> =
                body["attachments"].as_array().into_iter().flatten().filter_map(|kept| id_in(&kept["id"])).collect();
            message.attachments.retain(|attachment| id_in(&attachment["id"]).is_some_and(|id| kept.contains(&id)));
        }
        message.attachments.extend(self.attach(channel, body, files));
        self.find_mentions(&mut message, &Allowed::read(body, default));
        if first_words {
            message.pinged = self.who_is_pinged(&message);
        } else {
            message.edited = Some(self.now());
        }
        self.messages.entry(channel).or_default().insert(id, message.clone());
        self.effect(What::MessageEdited { channel, message: id });
        self.send_message("MESSAGE_UPDATE", &message);
        Ok(message)
    }

    /// Deletes a message; its thread, if any, stays.
    pub(super) fn delete(&mut self, channel: Id, id: Id) -> Result<(), Refusal> {
        let message = self.remove(channel, id).ok_or(UNKNOWN_MESSAGE)?;
        self.effect(What::MessageDeleted { channel, message: id });
        self.send_message_delete(&message);
        Ok(())
    }

    /// Takes a message away with its files, and gives it back for those who must be told.
    pub(super) fn remove(&mut self, channel: Id, id: Id) -> Option<Message> {
        let message = self.messages.get_mut(&channel).and_then(|messages| messages.remove(&id))?;
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.pins.retain(|(pinned, _)| *pinned != id);
            if let Some(thread) = &mut channel.thread {
                thread.messages = thread.messages.saturating_sub(1);
            }
        }
        for attachment in &message.attachments {
            self.files.remove(&id_in(&attachment["id"]).unwrap_or_default());
        }
        Some(message)
    }

    /// Keeps uploaded files and describes them as Discord does.
    fn attach(&mut self, channel: Id, body: &Value, files: &[Upload]) -> Vec<Value> {
        let described = |number: u64| {
            let listed = body["attachments"].as_array().into_iter().flatten();
            listed.into_iter().find(|listed| id_in(&listed["id"]) == Some(Id(number))).cloned().unwrap_or_default()
        };
        let mut attachments = Vec::new();
        for file in files {
            let details = described(file.number);
            let name = details["filename"].as_str().unwrap_or(&file.name).to_owned();
            attachments.push(self.keep_file(channel, &name, &file.kind, file.bytes.clone(), &details["description"]));
        }
        attachments
    }

    /// Keeps a file and answers its attachment object.
    pub(super) fn keep_file(
        &mut self,
        channel: Id,
        name: &str,
        kind: &str,
        bytes: Vec<u8>,
        description: &Value,
    ) -> Value {
        let id = self.mint.next();
        // As Discord does: names keep only these characters, so that addresses need no escapes.
        let safe = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
        let name: String = name.chars().map(safe).collect();
        let url = format!("{}/attachments/{channel}/{id}/{name}", self.url);
        let mut attachment = json!({
            "id": id, "filename": name, "size": bytes.len(), "url": url, "proxy_url": url,
            "content_type": kind,
        });
        if !description.is_null() {
            attachment["description"] = description.clone();
        }
        self.files.insert(id, super::state::File { channel, name, kind: kind.into(), bytes });
        attachment
    }
}
