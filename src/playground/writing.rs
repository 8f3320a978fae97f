//! What people write: messages with and without files, and what they change and take back.

use serde_json::json;

use super::effects::What;
use super::gateway::intent;
use super::mentions::Allowed;
use super::message::Message;
use super::people::{Person, Place};
use super::permissions::{ATTACH_FILES, MANAGE_MESSAGES, MANAGE_THREADS, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS};
use super::posting::{Draft, Upload};
use super::state::State;
use super::validate::files::LARGEST;
use super::{Id, Playground};

/// Characters that people without a subscription may write.
const LONGEST: usize = 2000;
/// Files of a message.
const FILES: usize = 10;
/// Message type of a reply.
const REPLY: u8 = 19;

/// A file that somebody attaches: name, media type, bytes.
pub type Attached<'a> = (&'a str, &'a str, &'a [u8]);

impl Person {
    /// Writes a message; `@wardroom` and `@Alice Chen` become mentions. Answers its id.
    ///
    /// # Panics
    /// When the person may not write there.
    #[expect(clippy::unused_async, reason = "reads like the other acts, and may wait one day")]
    pub async fn says(&self, place: impl Into<Place>, text: &str) -> Id {
        self.try_say(&place.into(), text, None, &[]).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Writes a message with files; the text may be empty. Answers its id.
    ///
    /// # Panics
    /// When the person may not write there, or Discord's client would not take the files.
    #[expect(clippy::unused_async, reason = "reads like the other acts, and may wait one day")]
    pub async fn says_with_files(&self, place: impl Into<Place>, text: &str, files: &[Attached<'_>]) -> Id {
        let files: Vec<Upload> = files
            .iter()
            .zip(0..)
            .map(|((name, kind, bytes), number)| Upload {
                number,
                name: (*name).to_owned(),
                kind: (*kind).to_owned(),
                bytes: bytes.to_vec(),
            })
            .collect();
        self.try_say(&place.into(), text, None, &files).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Replies to a message, pinging its author as clients do.
    ///
    /// # Panics
    /// When the person may not write there.
    #[expect(clippy::unused_async, reason = "reads like the other acts, and may wait one day")]
    pub async fn replies(&self, to: &Message, text: &str) -> Id {
        self.try_say(&to.channel.into(), text, Some(to.id), &[]).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Changes the words of an own message.
    ///
    /// # Panics
    /// When it is not there, or somebody else's.
    #[expect(clippy::unused_async, reason = "reads like the other acts, and may wait one day")]
    pub async fn edits(&self, place: impl Into<Place>, message: Id, text: &str) {
        let message = self.written(&place.into(), message);
        self.try_edit(&message, text).unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Deletes an own message, or as a moderator somebody else's.
    ///
    /// # Panics
    /// When it is not there, or the person may not.
    #[expect(clippy::unused_async, reason = "reads like the other acts, and may wait one day")]
    pub async fn deletes(&self, place: impl Into<Place>, message: Id) {
        let message = self.written(&place.into(), message);
        self.try_delete(&message).unwrap_or_else(|reason| panic!("{reason}"));
    }

    fn written(&self, place: &Place, message: Id) -> Message {
        let found = self.in_place(place, |state, channel| Ok(state.message(channel, message).cloned()));
        found.ok().flatten().unwrap_or_else(|| panic!("there is no message {message} in {place:?}"))
    }

    pub(super) fn try_say(
        &self,
        place: &Place,
        text: &str,
        reply_to: Option<Id>,
        files: &[Upload],
    ) -> Result<Id, String> {
        self.in_place(place, |state, channel| {
            let in_thread = state.channels.get(&channel).and_then(|channel| channel.thread.as_ref());
            let bit = if in_thread.is_some() { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
            let locked =
                in_thread.is_some_and(|thread| thread.locked) && !state.may(channel, self.user, MANAGE_THREADS);
            if locked || !state.may(channel, self.user, bit) {
                return Err("You may not write here.".into());
            }
            let text = state.with_mentions(self.guild, text);
            let count = text.chars().count();
            if count > LONGEST || (text.trim().is_empty() && files.is_empty()) {
                return Err("A message has 1 to 2000 characters.".into());
            }
            if !files.is_empty() && !state.may(channel, self.user, ATTACH_FILES) {
                return Err("You may not attach files here.".into());
            }
            if files.len() > FILES || files.iter().any(|file| file.bytes.len() > LARGEST) {
                return Err("A message has at most 10 files, of 10 MiB each.".into());
            }
            let body = json!({"content": text});
            let mut draft = Draft::new(channel, self.user, &body);
            draft.files = files;
            draft.allowed = Allowed::everything();
            draft.reply_to = reply_to.map(|reply_to| (channel, reply_to));
            draft.kind = if reply_to.is_some() { REPLY } else { 0 };
            Ok(state.post(draft).id)
        })
    }

    pub(super) fn try_edit(&self, message: &Message, text: &str) -> Result<(), String> {
        self.in_place(&message.channel.into(), |state, channel| {
            if message.author != self.user {
                return Err("Only its author edits a message.".into());
            }
            let text = state.with_mentions(self.guild, text);
            let empty = text.trim().is_empty() && message.attachments.is_empty();
            if empty || text.chars().count() > LONGEST {
                return Err("A message has 1 to 2000 characters.".into());
            }
            let edited = state.edit(channel, message.id, &json!({"content": text}), &[], Allowed::everything());
            edited.map(drop).map_err(|refusal| refusal.message)
        })
    }

    pub(super) fn try_delete(&self, message: &Message) -> Result<(), String> {
        self.in_place(&message.channel.into(), |state, channel| {
            if message.author != self.user && !state.may(channel, self.user, MANAGE_MESSAGES) {
                return Err("You may not delete this message.".into());
            }
            state.delete(channel, message.id).map_err(|refusal| refusal.message)
        })
    }
}

impl Playground {
    /// Deletes several messages of a channel at once, as a moderation bot would: one `MESSAGE_DELETE_BULK` tells of all.
    pub fn delete_messages(&self, place: impl Into<Place>, messages: &[Id]) {
        let Some(channel) = self.find(&place.into()) else { return };
        self.shared.change(|state| {
            let gone: Vec<Id> = messages.iter().copied().filter(|id| state.remove(channel, *id).is_some()).collect();
            let guild = state.channels.get(&channel).and_then(|channel| channel.guild);
            for message in &gone {
                state.effect(What::MessageDeleted { channel, message: *message });
            }
            let data = json!({"ids": gone, "channel_id": channel, "guild_id": guild});
            state.send("MESSAGE_DELETE_BULK", intent::GUILD_MESSAGES, data);
        });
    }
}

impl State {
    /// Turns `@name` of members, of roles and of the bot into mentions, longest names first.
    fn with_mentions(&self, guild: Id, text: &str) -> String {
        let Some(guild) = self.guilds.get(&guild) else { return text.into() };
        let mut names: Vec<(String, String)> = Vec::new();
        for user in guild.members.keys().filter_map(|id| self.users.get(id)) {
            names.push((format!("@{}", user.display), format!("<@{}>", user.id)));
        }
        for role in guild.roles.values().filter(|role| role.id != guild.id && !role.managed) {
            names.push((format!("@{}", role.name), format!("<@&{}>", role.id)));
        }
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.iter().fold(text.to_owned(), |text, (name, mention)| text.replace(name, mention))
    }
}
