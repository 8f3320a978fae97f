//! What every verb has in common: finding the incident that is meant, and writing a step down: the record, the journal, the card, a line
//! in the room, the timers.

use chrono::{DateTime, Utc};

use super::finding::index;
use super::{Incident, Kind, fields, jobs, levels, linking, reply, review, store, tasks, timeline};
use crate::chat::answer::Answer;
use crate::chat::message::{Message, Ping};
use crate::chat::text::clean;
use crate::command::context::{Context, Scene};
use crate::error::{Error, Refusal};
use crate::journal::{self, Change, Told};
use crate::level;
use crate::number;
use crate::outbox::effect::Lane;
use crate::outbox::{self, Home, Post, To};
use crate::policy::Capability;
use crate::setup::Purpose;
use crate::snowflake::{ChannelId, UserId};
use crate::store::Tx;

/// Writes a step down: the record, the journal, the card, a line in the room, the timers.
pub(super) async fn step(
    tx: &mut Tx,
    scene: &Scene,
    before: &Incident,
    after: Incident,
    action: &'static str,
    basis: &str,
    extra: Vec<Change>,
) -> Result<(Incident, Told), Error> {
    step_at(tx, scene, before, after, scene.now, action, basis, extra).await
}

/// The same, of something that happened at `at`.
#[expect(clippy::too_many_arguments, reason = "a step is all of these, and nothing else is passed along with them")]
pub(super) async fn step_at(
    tx: &mut Tx,
    scene: &Scene,
    before: &Incident,
    after: Incident,
    at: DateTime<Utc>,
    action: &'static str,
    basis: &str,
    extra: Vec<Change>,
) -> Result<(Incident, Told), Error> {
    store::save(tx, &after).await?;
    let mut changes = fields::between(before, &after);
    changes.extend(extra);
    let mut draft = scene.draft(action, after.number, basis, changes);
    draft.event_at = at;
    let told = journal::append(tx, after.guild, scene.written_at, draft).await?;
    index::entry(tx, &after, &told).await?;
    if levels::moves(before, &after, &told) {
        levels::follow(tx, scene, &after).await?;
    }
    jobs::plan(tx, scene, &after).await?;
    redraw(tx, scene, &after).await?;
    tell_room(tx, scene, &after, &told).await?;
    Ok((after, told))
}

/// Draws the card where it is, or where it belongs by now.
pub(super) async fn redraw(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<(), Error> {
    let room = outbox::room(tx, incident.guild, incident.number).await?;
    let channel = match room {
        Some(room) if room.card.is_some() => room.channel,
        _ => scene.guild.channel(Purpose::Incidents).or(room.map(|room| room.channel)).unwrap_or(scene.card_channel),
    };
    draw(tx, scene, incident, channel, room.and_then(|room| room.thread)).await
}

/// Writes the card's newest shape for `channel`; `thread` is its room, once that is open.
pub(super) async fn draw(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    channel: ChannelId,
    thread: Option<ChannelId>,
) -> Result<(), Error> {
    let beside = beside(tx, incident).await?;
    outbox::card(
        tx,
        scene.written_at,
        incident.guild,
        incident.number,
        if incident.restricted {
            Home::Private(channel)
        } else {
            Home::Open { channel, otherwise: scene.card_channel }
        },
        &reply::card(incident, thread, &beside),
        &reply::room_name(incident),
    )
    .await
}

/// What stands on the card beside the incident itself.
pub(super) async fn beside(tx: &mut Tx, incident: &Incident) -> Result<reply::Beside, Error> {
    let clocks = level::store::faces(tx, incident.guild, incident.number).await?;
    // A new one has nothing else beside it.
    if incident.version == 1 {
        return Ok(reply::Beside { clocks, ..reply::Beside::default() });
    }
    Ok(reply::Beside {
        clocks,
        tasks: tasks::store::count(tx, incident.guild, incident.number).await?,
        children: linking::children(tx, incident).await?,
        review: review::store::find(tx, incident.guild, incident.number).await?.map(|review| review.state),
    })
}

/// One line in the room, unless the answer itself is read there.
pub(super) async fn tell_room(tx: &mut Tx, scene: &Scene, incident: &Incident, told: &Told) -> Result<(), Error> {
    // A task is a message that lives on, so it stands in the room in any case.
    if told.action == "incident.task-add" {
        let Some(message) = tasks::shown(tx, incident, told).await? else { return Ok(()) };
        return post(tx, scene, incident, To::Room(incident.number), line_key(incident, told), &message).await;
    }
    if scene.typed && scene.room == Some(incident.number) {
        return Ok(());
    }
    let message = Message::say(timeline::line(told));
    post(tx, scene, incident, To::Room(incident.number), line_key(incident, told), &message).await
}

/// The outbox key of the line that tells of an entry in the room.
pub(super) fn line_key(incident: &Incident, told: &Told) -> String {
    match told.text("task").and_then(|task| task.parse().ok()) {
        Some(task) if told.action == "incident.task-add" => tasks::line_key(incident.guild, incident.number, task),
        _ => format!("entry:{}:{}", incident.guild, told.seq),
    }
}

/// The outbox key of the page that entry `seq` caused.
pub(super) fn page_key(incident: &Incident, seq: i64) -> String {
    format!("page:{}:{}:{seq}", incident.guild, incident.number)
}

/// Says something about the incident, once.
pub(super) async fn post(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    to: To,
    key: String,
    message: &Message,
) -> Result<(), Error> {
    outbox::post(
        tx,
        scene.written_at,
        Post { guild: incident.guild, lane: Lane::State, to, key, message, otherwise: None },
    )
    .await
}

/// Calls the responders, in the channel of the card and apart from it: a page depends on no other message.
pub(super) async fn page(tx: &mut Tx, scene: &Scene, incident: &Incident, seq: i64) -> Result<(), Error> {
    let roles = scene.guild.roles.roles(Capability::Responder);
    // What is written down afterwards needs nobody, and whoever is called to a restricted one must be let in first.
    if roles.is_empty() || incident.kind == Kind::Backfilled || incident.restricted {
        return Ok(());
    }
    let calls: Vec<Ping> = roles.iter().map(|role| Ping::Role(*role)).collect();
    let room = outbox::room(tx, scene.guild.id, incident.number).await?;
    let channel = room.map_or(scene.card_channel, |room| room.channel);
    outbox::post(
        tx,
        scene.written_at,
        Post {
            guild: incident.guild,
            lane: Lane::Page,
            to: To::Channel(channel),
            key: page_key(incident, seq),
            message: &outbox::page(&calls, &reply::page(incident)),
            otherwise: Some(scene.card_channel),
        },
    )
    .await
}

/// Brings `user` into the room; into a restricted incident this is what lets them in.
pub(super) async fn invite(tx: &mut Tx, scene: &Scene, incident: &Incident, user: UserId) -> Result<(), Error> {
    if incident.restricted {
        store::let_in(tx, incident, user).await?;
    }
    if incident.restricted && review::store::find(tx, incident.guild, incident.number).await?.is_some() {
        outbox::invite(tx, scene.written_at, incident.guild, review::number(incident.number), user).await?;
    }
    outbox::invite(tx, scene.written_at, incident.guild, incident.number, user).await
}

/// The answer to a step that can be taken back.
#[expect(clippy::unnecessary_wraps, reason = "it ends handlers, which return an answer or an error")]
pub(super) fn undoable(incident: &Incident, told: &Told, message: Message) -> Result<Answer, Error> {
    Ok(Answer::Say(reply::with_undo(message, incident.number, told.seq)))
}

/// The incident that was named, or that the room implies.
pub(super) async fn find(tx: &mut Tx, context: &Context, named: Option<&str>) -> Result<Incident, Error> {
    let number = context.record(number::Kind::Incident, named)?.ok_or_else(reply::which)?;
    let incident = store::find(tx, context.guild.id, number).await?.ok_or_else(|| reply::unknown(number))?;
    // Whoever can use a command in the private room is in it; an answer that everyone reads is given nowhere else.
    if !incident.restricted || context.room_of() == Some(number) {
        return Ok(incident);
    }
    let inside = !context.typed && store::is_inside(tx, &incident, context.member.user).await?;
    if inside { Ok(incident) } else { Err(reply::unknown(number).into()) }
}

/// A text that is not empty once it is clean.
pub(super) fn written(option: &'static str, text: &str) -> Result<String, Refusal> {
    let text = clean(text);
    if text.is_empty() {
        return Err(Refusal::new("text.empty", format!("`{option}` is empty. Write a few words.")));
    }
    Ok(text)
}
