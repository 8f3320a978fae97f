//! Follows kept messages: what they say after an edit, and that they are gone, each as an entry of its own.
//!
//! The event of a message that nobody kept costs one look into an index, beside the writers. An edit that is as old as the newest one
//! written down, or older, is a repeat, or came late and no longer is what the message says: it does nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::{self, Followed};
use crate::chat::changed::{Deleted, Edited};
use crate::chat::message::Message;
use crate::chat::text::{clean, clip};
use crate::error::Error;
use crate::incident::entries::CAPTURED;
use crate::incident::finding::index;
use crate::incident::step::line_key;
use crate::incident::{self, Incident, timeline};
use crate::journal::{self, Actor, Change, Draft, Fact};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::store::{Store, Tx};

/// Writes `edit` down on every timeline that keeps the message. `now` is when it was received, by a clock that Discord's is
/// `discord_ahead` of. Returns whether there was any.
pub async fn edited(
    database: &Store,
    edit: Edited,
    now: DateTime<Utc>,
    discord_ahead: TimeDelta,
) -> Result<bool, Error> {
    let happened_at = (edit.at - discord_ahead).min(now);
    let (guild, message, at) = (edit.guild, edit.message, edit.at);
    let is_news = move |kept: &Followed| !kept.removed && kept.edited_at.is_none_or(|before| before < at);
    let kept = database.read(move |tx| Box::pin(store::of_message(tx, guild, message))).await?;
    if !kept.iter().any(is_news) {
        return Ok(false);
    }
    database
        .write(move |tx| {
            let edit = edit.clone();
            Box::pin(async move {
                journal::lock(tx, guild).await?;
                let mut any = false;
                for kept in store::of_message(tx, guild, message).await? {
                    if store::note_edit(tx, kept.key, at).await? {
                        write_edit(tx, &kept, &edit, happened_at, now).await?;
                        any = true;
                    }
                }
                Ok(any)
            })
        })
        .await
}

async fn write_edit(
    tx: &mut Tx,
    kept: &Followed,
    edit: &Edited,
    happened_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(incident) = incident::store::find(tx, kept.key.guild, kept.key.number).await? else { return Ok(()) };
    let mut text = clip(&clean(&edit.content), CAPTURED);
    if text.is_empty() {
        "(no text)".clone_into(&mut text);
    }
    let draft = Draft {
        actor: match &edit.author {
            Some((user, name)) => Actor::Person(*user, name.clone()),
            None => Actor::Wardroom,
        },
        authority: "author of the message".to_owned(),
        source: format!("message:{}", edit.message),
        action: "incident.message-edited",
        subject: incident.number.to_string(),
        event_at: happened_at,
        changes: vec![Change::new("entry", Fact::Plain(kept.seq.to_string())), Change::new("text", Fact::Text(text))],
    };
    write(tx, &incident, draft, now).await
}

/// Writes down, on every timeline that keeps one of them, that messages are gone. `now` is when it was told.
pub async fn deleted(database: &Store, deletion: Deleted, now: DateTime<Utc>) -> Result<bool, Error> {
    let guild = deletion.guild;
    let mut any = false;
    for message in deletion.messages {
        let kept = database.read(move |tx| Box::pin(store::of_message(tx, guild, message))).await?;
        if kept.iter().all(|kept| kept.deleted) {
            continue;
        }
        any |= database
            .write(move |tx| {
                Box::pin(async move {
                    journal::lock(tx, guild).await?;
                    let mut any = false;
                    for kept in store::of_message(tx, guild, message).await? {
                        if store::note_deletion(tx, kept.key, now).await? {
                            write_deletion(tx, &kept, now).await?;
                            any = true;
                        }
                    }
                    Ok(any)
                })
            })
            .await?;
    }
    Ok(any)
}

async fn write_deletion(tx: &mut Tx, kept: &Followed, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(incident) = incident::store::find(tx, kept.key.guild, kept.key.number).await? else { return Ok(()) };
    let draft = Draft {
        // Discord does not tell who it was: the author, or a moderator.
        actor: Actor::Wardroom,
        authority: "told by Discord".to_owned(),
        source: format!("message:{}", kept.key.message),
        action: "incident.message-deleted",
        subject: incident.number.to_string(),
        event_at: now,
        changes: vec![Change::new("entry", Fact::Plain(kept.seq.to_string()))],
    };
    write(tx, &incident, draft, now).await
}

/// The entry, and its line in the room.
async fn write(tx: &mut Tx, incident: &Incident, draft: Draft, now: DateTime<Utc>) -> Result<(), Error> {
    let told = journal::append(tx, incident.guild, now, draft).await?;
    index::entry(tx, incident, &told).await?;
    let message = Message::say(timeline::line(&told));
    let (to, key) = (To::Room(incident.number), line_key(incident, &told));
    outbox::post(
        tx,
        now,
        Post { guild: incident.guild, lane: Lane::State, to, key, message: &message, otherwise: None },
    )
    .await
}
