//! What must be said. A row is written in the transaction of the change that it tells of, so nothing is said that did not happen, and
//! nothing that happened stays unsaid. Delivery comes after: a dead channel or a failing Discord never undoes a record.
//!
//! * A **post** is said once: its nonce is fixed when the row is written and the same at every attempt. It can be corrected afterwards.
//!   Its files are documents ([`crate::document`]), which outlive the row; a correction leaves them where they are.
//! * A **card** is one row per record for ever: posted once, then edited to the newest shape; changes in between coalesce. It has no files.
//! * A **room** is the thread on a card; what is said in it waits until it is open.
//!
//! The states: `waiting` (for the card or the room), `pending`, `sending` (leased), and the ends: `sent`, `ambiguous` (nobody can tell),
//! `dead` (refused), `superseded`, `expired`.

mod claim;
mod delivery;
mod due;
pub mod effect;
mod fate;
mod runner;
mod settle;
mod standing;
mod unsaid;

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;

use crate::args;
use crate::chat::message::{Message, Ping};
use crate::document;
use crate::error::Error;
use crate::number::Number;
use crate::snowflake::{ChannelId, GuildId, MessageId, UserId};
use crate::store::{Statement, Tx};
use effect::Lane;

pub use fate::{Fate, fate};
pub use runner::{Runner, Settings};
pub use standing::{live_cards, live_rooms, lose_room, repost};
pub use unsaid::unsaid;

/// Letters of a nonce; 22 of 62 carry 128 bits, and Discord takes at most 25 (`reliability-security` 2.3).
const NONCE_LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NONCE_LENGTH: usize = 22;

/// A room is worth opening for as long as its record may live: its card may be refused for days, and its lines wait for it.
const ROOM_PATIENCE: TimeDelta = TimeDelta::days(3650);

/// A card that shows what is no longer so misleads for as long as it stands, so its newest shape is worth more than a line.
const CARD_PATIENCE: TimeDelta = TimeDelta::days(30);

/// How long a thing is worth saying.
fn patience(lane: Lane) -> TimeDelta {
    match lane {
        Lane::Answer => TimeDelta::minutes(15),
        Lane::Reminder => TimeDelta::hours(6),
        Lane::Page | Lane::State | Lane::Digest | Lane::Cosmetic => TimeDelta::days(1),
    }
}

/// Where something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// In a channel or thread.
    Channel(ChannelId),
    /// In the room of a record, as soon as it is open.
    Room(Number),
}

/// Something to be said once.
pub struct Post<'a> {
    /// The server.
    pub guild: GuildId,
    /// How urgent it is.
    pub lane: Lane,
    /// Where.
    pub to: To,
    /// What makes it one thing: a second post with the same key is not made.
    pub key: String,
    /// What.
    pub message: &'a Message,
    /// Where it is said instead, when Discord refuses it there.
    pub otherwise: Option<ChannelId>,
}

/// Where a record lives in chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Its card in a channel, its room the thread on the card: everybody who sees the channel sees it.
    Open {
        /// The channel.
        channel: ChannelId,
        /// Where the card goes when Discord refuses it there.
        otherwise: ChannelId,
    },
    /// Card and all in a private thread below this channel.
    Private(ChannelId),
}

/// Where a record's card and room are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The channel of the card.
    pub channel: ChannelId,
    /// The card, once it is posted.
    pub card: Option<MessageId>,
    /// The room, once it is open.
    pub thread: Option<ChannelId>,
}

/// Writes a post.
pub async fn post(tx: &mut Tx, now: DateTime<Utc>, post: Post<'_>) -> Result<(), Error> {
    let (channel, room, state) = match post.to {
        To::Channel(channel) => (Some(channel), None, "pending"),
        To::Room(record) => match self::room(tx, post.guild, record).await?.and_then(|room| room.thread) {
            Some(thread) => (Some(thread), Some(record), "pending"),
            None => (None, Some(record), "waiting"),
        },
    };
    let documents = documents(tx, now, &post, room).await?;
    tx.execute(
        "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, room, payload, revision, nonce,
                             not_before, expires_at, state, attempt, lease_epoch, otherwise_id, documents)
         VALUES ($1, $2, 'post', $3, $4, $5, $6, 1, $7, $8, $9, $10, 0, 0, $11, $12) ON CONFLICT (dedupe_key) DO NOTHING",
        args![
            post.guild,
            post.lane as i64,
            post.key,
            channel,
            room.map(|record| record.to_string()),
            stored(post.message),
            nonce(),
            now,
            now + patience(post.lane),
            state,
            post.otherwise,
            documents,
        ],
    )
    .await
    .map(drop)
}

/// The body of `message` as the outbox keeps it. Which files go along is told at each attempt, by the documents that are still there.
fn stored(message: &Message) -> String {
    message.clone().without_files().payload().to_string()
}

/// Keeps the files of `post`, and gives their ids as its row holds them. What was planned already keeps its own.
async fn documents(
    tx: &mut Tx,
    now: DateTime<Utc>,
    post: &Post<'_>,
    room: Option<Number>,
) -> Result<Option<String>, Error> {
    if post.message.files().is_empty() {
        return Ok(None);
    }
    let planned: Option<(i64,)> =
        tx.optional("SELECT outbox_id FROM outbox WHERE dedupe_key = $1", args![post.key.as_str()]).await?;
    if planned.is_some() {
        return Ok(None);
    }
    let mut ids = Vec::new();
    for file in post.message.files() {
        ids.push(document::keep(tx, now, post.guild, room, file).await?.to_string());
    }
    Ok(Some(ids.join(" ")))
}

/// Writes the newest shape of a record's card. The first time it also plans the room, named `room_name`.
/// A card that could not be posted is tried again, in the channel that is right by now. The card of a private home waits for its thread.
pub async fn card(
    tx: &mut Tx,
    now: DateTime<Utc>,
    guild: GuildId,
    record: Number,
    home: Home,
    message: &Message,
    room_name: &str,
) -> Result<(), Error> {
    let (channel, card_channel, otherwise) = match home {
        Home::Open { channel, otherwise } => (channel, Some(channel), Some(otherwise)),
        Home::Private(parent) => (parent, room(tx, guild, record).await?.and_then(|room| room.thread), None),
    };
    let home_row: Statement = (
        "INSERT INTO room (guild_id, record, channel_id) VALUES ($1, $2, $3)
         ON CONFLICT (guild_id, record) DO UPDATE SET channel_id = excluded.channel_id WHERE room.message_id IS NULL",
        args![guild, record, channel],
    );
    // A dead row has been given up; everything else keeps its course and only learns the newer shape. What waits keeps its place too:
    // a card that went to the end at each change would never be posted where there is much to say, and its room never opened.
    let card_row: Statement = (
        "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, room, payload, revision, nonce,
                             not_before, expires_at, state, attempt, lease_epoch, otherwise_id)
         VALUES ($1, $2, 'card', $3, $4, $5, $6, 1, $7, $8, $9, $10, 0, 0, $11)
         ON CONFLICT (dedupe_key) DO UPDATE SET
             payload = excluded.payload,
             revision = outbox.revision + 1,
             expires_at = excluded.expires_at,
             channel_id = CASE WHEN outbox.message_id IS NULL THEN excluded.channel_id ELSE outbox.channel_id END,
             not_before = CASE WHEN outbox.state IN ('waiting', 'pending') OR outbox.not_before > excluded.not_before
                               THEN outbox.not_before ELSE excluded.not_before END,
             otherwise_id = CASE WHEN outbox.message_id IS NULL THEN excluded.otherwise_id ELSE NULL END,
             attempt = CASE WHEN outbox.state = 'dead' THEN 0 ELSE outbox.attempt END,
             first_sent_at = CASE WHEN outbox.state = 'dead' THEN NULL ELSE outbox.first_sent_at END,
             nonce = CASE WHEN outbox.state = 'dead' THEN excluded.nonce ELSE outbox.nonce END,
             state = CASE WHEN outbox.state = 'sending' THEN 'sending' ELSE excluded.state END",
        args![
            guild,
            Lane::State as i64,
            card_key(guild, record),
            card_channel,
            record,
            stored(message),
            nonce(),
            now,
            now + if card_channel.is_some() { CARD_PATIENCE } else { patience(Lane::State) },
            if card_channel.is_some() { "pending" } else { "waiting" },
            otherwise,
        ],
    );
    // The thread of an open home waits for its card; a private one comes first. One that is not open yet learns its newest name, and
    // one that was refused is tried again.
    let (kind, state) = match home {
        Home::Open { .. } => ("room", "waiting"),
        Home::Private(_) => ("vault", "pending"),
    };
    let room_row: Statement = (
        "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, room, payload, revision, nonce,
                             not_before, expires_at, state, attempt, lease_epoch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, 0, 0)
         ON CONFLICT (dedupe_key) DO UPDATE SET
             payload = excluded.payload,
             channel_id = CASE WHEN outbox.message_id IS NULL THEN excluded.channel_id ELSE outbox.channel_id END,
             expires_at = excluded.expires_at,
             attempt = CASE WHEN outbox.state = 'dead' THEN 0 ELSE outbox.attempt END,
             first_sent_at = CASE WHEN outbox.state = 'dead' THEN NULL ELSE outbox.first_sent_at END,
             not_before = CASE WHEN outbox.state = 'dead' THEN excluded.not_before ELSE outbox.not_before END,
             state = CASE WHEN outbox.state <> 'dead' THEN outbox.state
                          WHEN outbox.kind = 'room' AND outbox.message_id IS NULL THEN 'waiting'
                          ELSE 'pending' END
          WHERE outbox.state IN ('waiting', 'pending', 'dead')",
        args![
            guild,
            Lane::State as i64,
            kind,
            format!("room:{guild}:{record}"),
            channel,
            record,
            room_name,
            nonce(),
            now,
            now + ROOM_PATIENCE,
            state,
        ],
    );
    tx.execute_all(vec![home_row, card_row, room_row]).await.map(drop)
}

/// What was said under `key` is said otherwise from now on: it is changed before it is said, or edited where it stands. Without
/// anything under that key nothing happens.
pub async fn correct(
    tx: &mut Tx,
    now: DateTime<Utc>,
    guild: GuildId,
    key: &str,
    message: &Message,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET payload = $3, revision = revision + 1,
                           not_before = CASE WHEN state = 'sent' THEN $4 ELSE not_before END,
                           expires_at = CASE WHEN state = 'sent' THEN $5 ELSE expires_at END,
                           state = CASE WHEN state = 'sent' THEN 'pending' ELSE state END
          WHERE guild_id = $1 AND dedupe_key = $2 AND kind = 'post' AND state IN ('waiting', 'pending', 'sending', 'sent')",
        args![guild, key, stored(message), now, now + patience(Lane::State)],
    )
    .await
    .map(drop)
}

/// Brings `user` into the room of `record`. An invitation that was refused, or came to nothing in time, is made again.
pub async fn invite(
    tx: &mut Tx,
    now: DateTime<Utc>,
    guild: GuildId,
    record: Number,
    user: UserId,
) -> Result<(), Error> {
    let thread = room(tx, guild, record).await?.and_then(|room| room.thread);
    tx.execute(
        "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, room, payload, revision, nonce,
                             not_before, expires_at, state, attempt, lease_epoch)
         VALUES ($1, $2, 'member', $3, $4, $5, $6, 1, $7, $8, $9, $10, 0, 0)
         ON CONFLICT (dedupe_key) DO UPDATE SET
             channel_id = excluded.channel_id, not_before = excluded.not_before, expires_at = excluded.expires_at,
             state = excluded.state, attempt = 0, first_sent_at = NULL
          WHERE outbox.state IN ('expired', 'dead')",
        args![
            guild,
            Lane::Cosmetic as i64,
            format!("member:{guild}:{record}:{user}"),
            thread,
            record,
            user.to_string(),
            nonce(),
            now,
            now + patience(Lane::Cosmetic),
            if thread.is_some() { "pending" } else { "waiting" },
        ],
    )
    .await
    .map(drop)
}

/// Where the card and the room of `record` are.
pub async fn room(tx: &mut Tx, guild: GuildId, record: Number) -> Result<Option<Room>, Error> {
    let row: Option<(i64, Option<i64>, Option<i64>)> = tx
        .optional(
            "SELECT channel_id, message_id, thread_id FROM room WHERE guild_id = $1 AND record = $2",
            args![guild, record],
        )
        .await?;
    Ok(row.map(|(channel, message, thread)| Room {
        channel: ChannelId::from_i64(channel),
        card: message.map(MessageId::from_i64),
        thread: thread.map(ChannelId::from_i64),
    }))
}

/// How much is still to be said, whatever the guild: for whoever moves the clock, since what is under way must not seem abandoned.
pub async fn unfinished(tx: &mut Tx) -> Result<i64, Error> {
    let row: Option<(i64,)> =
        tx.optional("SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending', 'waiting')", Vec::new()).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The record whose room `channel` is. A channel that only stands in for a room that could not be opened is no room.
pub async fn record_of(tx: &mut Tx, guild: GuildId, channel: ChannelId) -> Result<Option<Number>, Error> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT record FROM room WHERE guild_id = $1 AND thread_id = $2 AND thread_id <> channel_id",
            args![guild, channel],
        )
        .await?;
    row.map(|(record,)| Number::stored(&record).map_err(Error::from)).transpose()
}

/// The key of the answer in a channel, for typed commands.
pub fn answer_key(source_kind: &str, id: u64) -> String {
    format!("answer:{source_kind}:{id}")
}

/// Forgets the words of all that was said in this guild and will not be said again: a text was removed, and any of them may quote it.
/// Cards are drawn anew; the name of a room that was refused is needed when it is tried again, and then it is the newest.
pub async fn forget_words(tx: &mut Tx, guild: GuildId) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET payload = ''
          WHERE guild_id = $1 AND payload <> '' AND kind <> 'card' AND kind <> 'member'
            AND state IN ('sent', 'superseded', 'expired', 'dead', 'ambiguous')
            AND (kind = 'post' OR state <> 'dead')",
        args![guild],
    )
    .await
    .map(drop)
}

/// Forgets what was said, superseded or given up and has not been worth saying since `before`. Cards and rooms stay: they live on.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM outbox
          WHERE kind IN ('post', 'member') AND state IN ('sent', 'superseded', 'expired', 'dead', 'ambiguous') AND expires_at < $1",
        args![before],
    )
    .await
}

fn card_key(guild: GuildId, record: Number) -> String {
    format!("card:{guild}:{record}")
}

/// A page: plain content with a ping, so that phones show it.
pub fn page(calls: &[Ping], text: &str) -> Message {
    let mut words: Vec<String> = calls.iter().map(Ping::to_string).collect();
    words.push(text.to_owned());
    calls.iter().fold(Message::say(words.join(" ")), |message, call| message.ping(*call))
}

fn nonce() -> String {
    let mut rng = rand::rng();
    (0..NONCE_LENGTH).map(|_| char::from(NONCE_LETTERS[rng.random_range(0..NONCE_LETTERS.len())])).collect()
}
