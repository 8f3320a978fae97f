//! Carries the outbox's effects to Discord, and tells the outbox what became of each.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::endpoint::Endpoint;
use super::rest::{Answered, Call, CallError, Method, Rest, time_for};
use crate::chat::file;
use crate::outbox::effect::{Courier, Delivery, Effect, Lane, Outcome, Probe};
use crate::snowflake::{self, ChannelId, GuildId, MessageId, UserId};

/// How long one delivery may take, waits for its turn and attempts that repeat it included.
const DELIVERY: Duration = Duration::from_secs(15);
/// A week: the longest that Discord keeps a silent thread in the list.
const ARCHIVE_AFTER_MINUTES: u32 = 10_080;
/// Pages of a search, of 100 messages each.
const PAGES: usize = 5;
/// Discord's clock is known to a second and a half (`rest::skew`).
const SEARCH_MARGIN: TimeDelta = TimeDelta::seconds(2);
/// With a dead token the process ends; what is asked of it until then comes back for later.
const TOKEN_DEAD: Duration = Duration::from_mins(1);

const UNKNOWN_CHANNEL: u64 = 10_003;
const UNKNOWN_MESSAGE: u64 = 10_008;
const THREAD_EXISTS: u64 = 160_004;
/// Discord's kind of a private thread (Discord docs, channel types).
const PRIVATE_THREAD: u64 = 12;

/// The courier to Discord.
pub struct DiscordCourier {
    rest: Rest,
    me: OnceCell<UserId>,
}

impl DiscordCourier {
    /// A courier that calls through `rest`.
    pub fn new(rest: Rest) -> Self {
        Self { rest, me: OnceCell::new() }
    }

    async fn attempt(&self, lane: Lane, effect: Effect) -> Outcome {
        let deadline = Instant::now() + DELIVERY;
        match effect {
            Effect::Post { channel, mut payload, files, nonce } => {
                payload["nonce"] = nonce.into();
                payload["enforce_nonce"] = true.into();
                if !files.is_empty() {
                    payload["attachments"] = file::attachments(&files);
                }
                let deadline = deadline + time_for(&files);
                // With the nonce a repeat gives back the first message.
                let call = Call::new(Method::Post, Endpoint::Messages(channel), deadline)
                    .body(payload)
                    .files(files)
                    .repeatable();
                match self.rest.call(lane, call).await {
                    Ok(Answered { body, .. }) => match id_of(&body) {
                        Some(id) => Outcome::Done(Some(id)),
                        None => Outcome::Unknown("Discord took the message and did not say its id".to_owned()),
                    },
                    Err(error) => failed(error),
                }
            }
            Effect::Edit { channel, message, payload } => {
                let call = Call::new(Method::Patch, Endpoint::Message(channel, message), deadline).body(payload);
                match self.rest.call(lane, call).await {
                    Ok(_) => Outcome::Done(Some(message.0)),
                    Err(error) => failed(error),
                }
            }
            Effect::OpenThread { channel, message, name } => {
                let body = json!({"name": name, "auto_archive_duration": ARCHIVE_AFTER_MINUTES});
                // A message has one thread at most, so a repeat meets the first one.
                let call = Call::new(Method::Post, Endpoint::MessageThread(channel, message), deadline)
                    .body(body)
                    .repeatable();
                match self.rest.call(lane, call).await {
                    Ok(Answered { body, .. }) => Outcome::Done(Some(id_of(&body).unwrap_or(message.0))),
                    Err(error) if error.is_code(THREAD_EXISTS) => self.first_thread_of(message).await,
                    Err(error) => failed(error),
                }
            }
            Effect::OpenPrivateThread { guild, channel, name, look_first } => {
                self.open_private(lane, deadline, guild, channel, &name, look_first).await
            }
            Effect::AddMember { thread, user } => {
                let call = Call::new(Method::Put, Endpoint::ThreadMember(thread, user), deadline);
                match self.rest.call(lane, call).await {
                    Ok(_) => Outcome::Done(None),
                    Err(error) => failed(error),
                }
            }
        }
    }

    /// The thread that a message has had already. Discord opens no second one, even if somebody deleted the first.
    async fn first_thread_of(&self, message: MessageId) -> Outcome {
        match self.rest.channel(ChannelId(message.0)).await {
            Err(CallError::Refused { code: UNKNOWN_CHANNEL, .. }) => Outcome::Refused {
                code: UNKNOWN_CHANNEL,
                why: "the thread was deleted, and Discord opens no second one on a message".to_owned(),
            },
            // Anything else tells nothing about the thread.
            Ok(_) | Err(_) => Outcome::Done(Some(message.0)),
        }
    }

    /// A thread without a message has no nonce: after a doubtful attempt one of that name, made by us, is looked for.
    async fn open_private(
        &self,
        lane: Lane,
        deadline: Instant,
        guild: GuildId,
        channel: ChannelId,
        name: &str,
        look_first: bool,
    ) -> Outcome {
        if look_first {
            match self.own_thread(guild, channel, name).await {
                Ok(Some(thread)) => return Outcome::Done(Some(thread)),
                Ok(None) => {}
                Err(error) => return Outcome::Unknown(error.to_string()),
            }
        }
        let body = json!({
            "name": name,
            "type": PRIVATE_THREAD,
            "invitable": false,
            "auto_archive_duration": ARCHIVE_AFTER_MINUTES,
        });
        match self.rest.call(lane, Call::new(Method::Post, Endpoint::Threads(channel), deadline).body(body)).await {
            Ok(Answered { body, .. }) => match id_of(&body) {
                Some(id) => Outcome::Done(Some(id)),
                None => Outcome::Unknown("Discord opened the thread and did not say its id".to_owned()),
            },
            Err(error) => failed(error),
        }
    }

    async fn own_thread(&self, guild: GuildId, channel: ChannelId, name: &str) -> Result<Option<u64>, CallError> {
        let me = *self.me.get_or_try_init(|| self.rest.me()).await?;
        let active = self.rest.active_threads(guild).await?;
        let ours = |thread: &&Value| {
            thread["name"] == name
                && thread["parent_id"] == channel.to_string()
                && thread["owner_id"] == me.to_string()
                && thread["type"] == PRIVATE_THREAD
        };
        Ok(active["threads"].as_array().and_then(|threads| threads.iter().find(ours)).and_then(id_of))
    }

    async fn search(
        &self,
        channel: ChannelId,
        since: DateTime<Utc>,
        wanted: &Value,
        nonce: &str,
        known: &[MessageId],
    ) -> Result<Probe, CallError> {
        let me = *self.me.get_or_try_init(|| self.rest.me()).await?;
        let mut after = snowflake::at(since + self.rest.offset() - SEARCH_MARGIN);
        for page in 0..PAGES {
            let messages = self.rest.messages_after(channel, after).await?;
            if messages.is_empty() && page == 0 {
                return self.nothing_to_read(channel, after).await;
            }
            let ours = messages.iter().filter(|message| id_of(&message["author"]) == Some(me.0));
            for message in ours {
                if let Some(id) = id_of(message)
                    && !known.contains(&MessageId(id))
                    && same(message, wanted, nonce)
                {
                    return Ok(Probe::Found(MessageId(id)));
                }
            }
            let newest = messages.iter().filter_map(id_of).max();
            match newest {
                Some(newest) if messages.len() >= 100 && newest > after => after = newest,
                _ => return Ok(Probe::Absent),
            }
        }
        Ok(Probe::CannotTell("more was said in the channel since than can be searched".to_owned()))
    }

    /// Without the right to read its history a channel looks empty. Its last message tells whether it is.
    async fn nothing_to_read(&self, channel: ChannelId, after: u64) -> Result<Probe, CallError> {
        let channel = self.rest.channel(channel).await?;
        let last = channel["last_message_id"].as_str().and_then(|id| id.parse::<u64>().ok());
        Ok(match last {
            Some(last) if last > after => {
                Probe::CannotTell("the bot may not read the channel's history (Read Message History)".to_owned())
            }
            _ => Probe::Absent,
        })
    }
}

impl Courier for DiscordCourier {
    fn deliver(&self, lane: Lane, effect: Effect) -> Delivery<'_, Outcome> {
        Box::pin(self.attempt(lane, effect))
    }

    fn discord_ahead(&self) -> TimeDelta {
        self.rest.offset()
    }

    fn find(
        &self,
        channel: ChannelId,
        since: DateTime<Utc>,
        payload: Value,
        nonce: String,
        known: Vec<MessageId>,
    ) -> Delivery<'_, Probe> {
        Box::pin(async move {
            match self.search(channel, since, &payload, &nonce, &known).await {
                Ok(probe) => probe,
                Err(error @ CallError::Refused { .. }) => Probe::CannotTell(error.to_string()),
                Err(error) => Probe::NotNow(error.to_string()),
            }
        })
    }
}

fn failed(error: CallError) -> Outcome {
    match error {
        // On a create: it was posted, and somebody deleted it within the nonce's window.
        CallError::Refused { code: UNKNOWN_MESSAGE, .. } => Outcome::Gone,
        CallError::Refused { code, message, .. } => Outcome::Refused { code, why: message },
        CallError::Unknown(why) => Outcome::Unknown(why),
        CallError::Later(wait, why) => Outcome::Later(wait, why),
        CallError::TokenDead => Outcome::Later(TOKEN_DEAD, error.to_string()),
    }
}

fn id_of(object: &Value) -> Option<u64> {
    object["id"].as_str().and_then(|id| id.parse().ok()).or_else(|| object["id"].as_u64())
}

/// Whether `message` is what `wanted` would have become.
fn same(message: &Value, wanted: &Value, nonce: &str) -> bool {
    if let Some(shown) = message["nonce"].as_str() {
        return shown == nonce;
    }
    let content = |message: &Value| message["content"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let (Some(is), Some(should)) = (content(message), content(wanted)) {
        return is == should;
    }
    // A card changes while it lives, its buttons too, but some button of its record is always there.
    let (shown, should) = (custom_ids(message), custom_ids(wanted));
    if !shown.is_empty() || !should.is_empty() {
        return shown.iter().any(|id| should.contains(id));
    }
    matches!((first_text(&message["components"]), first_text(&wanted["components"])), (Some(is), Some(should)) if is == should)
}

/// The first text among components.
fn first_text(components: &Value) -> Option<&str> {
    components
        .as_array()?
        .iter()
        .find_map(|component| component["content"].as_str().or_else(|| first_text(&component["components"])))
}

/// All custom ids among a message's components.
fn custom_ids(message: &Value) -> Vec<String> {
    fn within(components: &Value, found: &mut Vec<String>) {
        for component in components.as_array().into_iter().flatten() {
            found.extend(component["custom_id"].as_str().map(str::to_owned));
            within(&component["components"], found);
        }
    }
    let mut found = Vec::new();
    within(&message["components"], &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_nonce_else_by_what_it_says() {
        let card = json!({"components": [{"type": 17, "components": [
            {"type": 10, "content": "## INC-7"},
            {"type": 1, "components": [{"type": 2, "custom_id": "w1:ack:7"}]},
        ]}]});
        let mut posted = card.clone();
        posted["content"] = "".into();
        assert!(same(&posted, &card, "n"));
        posted["nonce"] = "other".into();
        assert!(!same(&posted, &card, "n"));
        assert!(same(&json!({"content": "x", "nonce": "n"}), &json!({"content": "y"}), "n"));
        assert!(!same(&json!({"content": ""}), &json!({"content": ""}), "n"));
        assert!(same(&json!({"content": "two"}), &json!({"content": "two"}), "n"));
    }

    #[test]
    fn refusals_keep_discords_code_and_a_deleted_message_is_gone() {
        let refused = |code| CallError::Refused { status: 400, code, message: "m".to_owned() };
        assert_eq!(failed(refused(10_008)), Outcome::Gone);
        assert_eq!(failed(refused(30_046)), Outcome::Refused { code: 30_046, why: "m".to_owned() });
        assert_eq!(failed(CallError::Unknown("u".to_owned())), Outcome::Unknown("u".to_owned()));
    }
}
