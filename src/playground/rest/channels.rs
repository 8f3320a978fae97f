//! Channels and threads as such: reading, editing, deleting.

use serde_json::Value;

use super::super::Id;
use super::super::effects::What;
use super::super::events::Change;
use super::super::permissions::{MANAGE_CHANNELS, MANAGE_THREADS, SEND_MESSAGES, VIEW_CHANNEL};
use super::super::refusal::{
    Faulty, MISSING_ACCESS, MISSING_PERMISSIONS, NOT_IN_DM, Refusal, THREAD_ARCHIVED, UNKNOWN_CHANNEL,
};
use super::super::state::Channel;
use super::super::validate::{boolean, number, text};
use super::{Call, Outcome, Reply};

/// Characters of a channel's or thread's name.
pub(super) const NAME: std::ops::RangeInclusive<usize> = 1..=100;
/// Characters of a topic.
const TOPIC: usize = 1024;
/// Minutes of quiet after which a thread may be archived.
pub(super) const AUTO_ARCHIVE: [i64; 4] = [60, 1440, 4320, 10080];

impl Call<'_> {
    /// The channel of the path, if it exists and the bot sees it.
    pub(super) fn channel(&self) -> Result<&Channel, Refusal> {
        self.visible_channel(self.id(0)?)
    }

    pub(super) fn visible_channel(&self, id: Id) -> Result<&Channel, Refusal> {
        let channel = self.state.channels.get(&id).ok_or(UNKNOWN_CHANNEL)?;
        self.require(id, VIEW_CHANNEL)?;
        Ok(channel)
    }

    /// Refuses when the bot lacks `bit` in the channel; 50001 when it does not even see it.
    pub(super) fn require(&self, channel: Id, bit: u64) -> Result<(), Refusal> {
        let bits = self.state.permissions(channel, self.bot());
        if bits & VIEW_CHANNEL == 0 {
            return Err(MISSING_ACCESS.into());
        }
        if bits & bit == 0 {
            return Err(MISSING_PERMISSIONS.into());
        }
        Ok(())
    }
}

pub(super) fn get(call: &mut Call) -> Outcome {
    let channel = call.channel()?;
    Reply::json(call.state.channel_json(channel))
}

pub(super) fn typing(call: &mut Call) -> Outcome {
    let id = call.channel()?.id;
    call.require(id, SEND_MESSAGES)?;
    Reply::nothing()
}

pub(super) fn edit(call: &mut Call) -> Outcome {
    let mut channel = call.channel()?.clone();
    if channel.guild.is_none() {
        return Err(NOT_IN_DM.into());
    }
    if channel.is_thread() {
        edit_thread(call, &mut channel)?;
    } else {
        call.require(channel.id, MANAGE_CHANNELS)?;
        let mut faulty = Faulty::default();
        text(&mut faulty, call.body, "topic", &(0..=TOPIC), false);
        let name = named(&mut faulty, call.body);
        faulty.verdict()?;
        if let Some(name) = name {
            // Text channels are named in lower case with hyphens.
            channel.name = name.trim().to_lowercase().replace(' ', "-");
        }
        if call.body.get("topic").is_some() {
            channel.topic = call.body["topic"].as_str().filter(|topic| !topic.is_empty()).map(Into::into);
        }
    }
    call.state.channels.insert(channel.id, channel.clone());
    call.state.effect(What::ChannelEdited { channel: channel.id });
    call.state.send_channel(Change::Edited, &channel);
    Reply::json(call.state.channel_json(&channel))
}

fn named<'a>(faulty: &mut Faulty, body: &'a Value) -> Option<&'a str> {
    body.get("name")?;
    text(faulty, body, "name", &NAME, true)
}

/// `auto_archive_duration`, one of four.
pub(super) fn auto_archive(faulty: &mut Faulty, body: &Value) -> Option<u64> {
    let minutes = number(faulty, body, "auto_archive_duration", &(0..=i64::MAX), false)?;
    if !AUTO_ARCHIVE.contains(&minutes) {
        let message = "Value must be one of {60, 1440, 4320, 10080}.";
        faulty.refuse_at("auto_archive_duration", "BASE_TYPE_CHOICES", message);
    }
    Some(minutes.unsigned_abs())
}

fn edit_thread(call: &Call, channel: &mut Channel) -> Result<(), Refusal> {
    let manages = call.state.may(channel.id, call.bot(), MANAGE_THREADS);
    let now = call.state.now();
    let Some(thread) = &mut channel.thread else { return Err(UNKNOWN_CHANNEL.into()) };
    let body = call.body;
    let mut faulty = Faulty::default();
    let name = named(&mut faulty, body);
    let minutes = auto_archive(&mut faulty, body);
    let archived = boolean(&mut faulty, body, "archived");
    let locked = boolean(&mut faulty, body, "locked");
    let invitable = boolean(&mut faulty, body, "invitable");
    faulty.verdict()?;
    // The owner may do everything but lock; in a locked thread it may do nothing.
    let owner = thread.owner == call.bot();
    if !manages && (!owner || thread.locked || locked.is_some()) {
        return Err(MISSING_PERMISSIONS.into());
    }
    // An archived thread changes only by waking it, alone or along with the change.
    let stays_archived = archived.unwrap_or(thread.archived) && thread.archived;
    if stays_archived && (name.is_some() || minutes.is_some() || invitable.is_some()) {
        return Err(THREAD_ARCHIVED.into());
    }
    if let Some(name) = name {
        name.trim().clone_into(&mut channel.name);
    }
    thread.auto_archive = minutes.unwrap_or(thread.auto_archive);
    thread.locked = locked.unwrap_or(thread.locked);
    thread.invitable = invitable.unwrap_or(thread.invitable);
    if archived.is_some_and(|archived| archived != thread.archived) {
        thread.archived = !thread.archived;
        thread.archive_changed = now;
    }
    Ok(())
}

pub(super) fn delete(call: &mut Call) -> Outcome {
    let channel = call.channel()?.clone();
    if channel.guild.is_none() {
        return Reply::json(call.state.channel_json(&channel));
    }
    let bit = if channel.is_thread() { MANAGE_THREADS } else { MANAGE_CHANNELS };
    call.require(channel.id, bit)?;
    let json = call.state.channel_json(&channel);
    call.state.delete_channel(channel.id);
    Reply::json(json)
}
