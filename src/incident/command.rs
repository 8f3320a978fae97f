//! `/incident`: the steps of each verb. Who, what, change, save, tell.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::store::Filter;
use super::{CloseAs, Code, Declaration, Incident, Kind, Level, Priority, Reassessment, Role, State, UNDO_WINDOW};
use super::{fields, jobs, reply, store, timeline};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetMessage;
use crate::chat::message::{Message, Ping};
use crate::chat::text::{clean, clean_line, clip};
use crate::command::context::Context;
use crate::command::form;
use crate::error::{Error, Refusal};
use crate::journal::{self, Change, Fact, Told};
use crate::number::{self, Number};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::policy::{self, Capability};
use crate::service;
use crate::setup::Purpose;
use crate::snowflake::{UserId, minted_at};
use crate::store::Tx;

/// Incidents on the same service younger than this are offered as "join instead" (DESIGN 4).
const ALIKE: TimeDelta = TimeDelta::hours(1);
/// Characters of a title (the same number stands in `commands/incident.json`).
const TITLE: usize = 200;
/// Characters of a note that was taken from a message; Discord's longest message has 4,000.
const CAPTURED: usize = 4000;

/// A verb of `/incident` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// Something is wrong.
    Declare {
        /// In a few words.
        title: String,
        /// By name.
        service: Option<String>,
        /// How many are affected.
        impact: Option<Level>,
        /// How soon.
        urgency: Option<Level>,
        /// Fixes it.
        priority: Option<Priority>,
        /// What is known.
        description: Option<String>,
        /// When it began.
        started: Option<String>,
        /// Whether it counts.
        kind: Option<Kind>,
    },
    /// Its state.
    Show {
        /// Which.
        incident: Option<String>,
    },
    /// Several.
    List {
        /// `open`, `all` or a state.
        state: Option<String>,
        /// Of this one.
        service: Option<String>,
        /// Of this one.
        priority: Option<Priority>,
        /// Only mine.
        mine: Option<bool>,
        /// From 1.
        page: Option<i64>,
    },
    /// By words.
    Find {
        /// The words.
        text: String,
    },
    /// I am on it.
    Ack {
        /// Which.
        incident: Option<String>,
    },
    /// How it stands.
    Update {
        /// The words; a form asks for them if left out.
        message: Option<String>,
        /// For whom.
        audience: Option<Audience>,
        /// When the next one comes.
        next_update: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Something for the timeline.
    Note {
        /// The words.
        text: String,
        /// When it happened.
        at: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Give a role.
    Role {
        /// Which role.
        role: Role,
        /// To whom; oneself if left out.
        member: Option<UserId>,
        /// Which.
        incident: Option<String>,
    },
    /// Weigh it anew.
    Priority {
        /// How many.
        impact: Option<Level>,
        /// How soon.
        urgency: Option<Level>,
        /// Fixes it.
        priority: Option<Priority>,
        /// Whether it is a major one.
        major: Option<bool>,
        /// Why.
        reason: Option<String>,
        /// What it really is.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Service is restored.
    Resolve {
        /// What was done.
        summary: String,
        /// When it came back.
        restored: Option<String>,
        /// How.
        code: Option<Code>,
        /// What it was.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// It is not over.
    Reopen {
        /// Why.
        reason: String,
        /// Which.
        incident: Option<String>,
    },
    /// It ends.
    Close {
        /// As what.
        r#as: Option<CloseAs>,
        /// Why.
        reason: Option<String>,
        /// What it was.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// What happened.
    Timeline {
        /// Which entry.
        entry: Option<i64>,
        /// What it should say.
        correct: Option<String>,
        /// Why its text must go.
        redact: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Take the last step back.
    Undo {
        /// Which.
        incident: Option<String>,
    },
}

/// For whom an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Those who work on it.
    Technical,
    /// Those who answer for it.
    Management,
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Show { .. }
                | Self::List { .. }
                | Self::Find { .. }
                | Self::Timeline { correct: None, redact: None, .. }
        )
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command) -> Result<Answer, Error> {
    match command {
        Command::Declare { title, service, impact, urgency, priority, description, started, kind } => {
            let service = match service {
                Some(name) => Some(service::named(tx, context.guild.id, &name).await?),
                None => None,
            };
            let told = Declaration {
                title,
                description: description.map(|text| clean(&text)).filter(|text| !text.is_empty()),
                service,
                impact,
                urgency,
                priority,
                started_at: started.map(|at| context.past("started", &at)).transpose()?,
                kind: kind.unwrap_or_default(),
            };
            declare(tx, context, told, Vec::new()).await
        }
        Command::Show { incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            let room = outbox::room(tx, context.guild.id, incident.number).await?;
            Ok(Answer::Say(reply::show(&incident, room)))
        }
        Command::List { state, service, priority, mine, page } => {
            let service = match service {
                Some(name) => Some(service::named(tx, context.guild.id, &name).await?.id),
                None => None,
            };
            list(tx, context, state.as_deref(), service, priority, mine.unwrap_or(false), page.unwrap_or(1)).await
        }
        Command::Find { text } => {
            let found = store::search(tx, context.guild.id, &text).await?;
            Ok(Answer::Say(reply::found(&found, &text)))
        }
        Command::Ack { incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let after = before.clone().acknowledge(&responder, context.now)?;
            let (after, told) =
                step(tx, context, &before, after, "incident.ack", responder.basis(), Vec::new()).await?;
            outbox::invite(tx, context.now, after.guild, after.number, context.member.user).await?;
            undoable(&after, &told, reply::acknowledged(&after))
        }
        Command::Update { message, audience, next_update, incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let Some(message) = message.map(|text| clean(&text)).filter(|text| !text.is_empty()) else {
                return ask_update(tx, context, &before, audience, next_update).await;
            };
            let promise = next_update
                .filter(|text| !text.trim().is_empty())
                .map(|text| context.ahead("next-update", &text))
                .transpose()?;
            let after = before.clone().tell(&responder, &message, promise, context.now)?;
            let audience = match audience.unwrap_or(Audience::Technical) {
                Audience::Technical => "technical",
                Audience::Management => "management",
            };
            let extra = vec![Change::new("audience", Fact::Plain(audience.to_owned()))];
            let (after, told) = step(tx, context, &before, after, "incident.update", responder.basis(), extra).await?;
            if audience == "management"
                && let Some(management) = context.guild.channel(Purpose::Management)
            {
                let message = Message::say(format!("{}\n{}", reply::headline(&after), timeline::line(&told)));
                post(
                    tx,
                    context,
                    &after,
                    To::Channel(management),
                    format!("management:{}:{}", after.guild, told.seq),
                    &message,
                )
                .await?;
            }
            undoable(&after, &told, reply::told(&after))
        }
        Command::Note { text, at, incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            let at = at.map(|at| context.past("at", &at)).transpose()?.unwrap_or(context.now);
            if at > context.now {
                return Err(Refusal::new(
                    "incident.event-time",
                    "`at` lies in the future. When did it happen? Write it like `10:05` or `-20m`.",
                )
                .into());
            }
            note(tx, context, incident, at, vec![Change::new("text", Fact::Text(written("text", &text)?))]).await
        }
        Command::Role { role, member, incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let holder = member.unwrap_or(context.member.user);
            let after = before.clone().give_role(&responder, role, holder)?;
            let (after, told) =
                step(tx, context, &before, after, "incident.role", responder.basis(), Vec::new()).await?;
            outbox::invite(tx, context.now, after.guild, after.number, holder).await?;
            undoable(&after, &told, reply::role_given(&after, role, holder))
        }
        Command::Priority { impact, urgency, priority, major, reason, service, incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let service = match service {
                Some(name) => Some(service::named(tx, context.guild.id, &name).await?),
                None => None,
            };
            let change = Reassessment { impact, urgency, priority, major, service };
            let after = before.clone().reassess(&responder, change)?;
            let extra = reason.map(|reason| Change::new("reason", Fact::Text(clean(&reason)))).into_iter().collect();
            let (after, told) =
                step(tx, context, &before, after, "incident.priority", responder.basis(), extra).await?;
            if after.priority.pages() && !before.priority.pages() {
                page(tx, context, &after, told.seq).await?;
            }
            undoable(&after, &told, reply::reassessed(&after, &before))
        }
        Command::Resolve { summary, restored, code, service, incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let restored = restored
                .filter(|text| !text.trim().is_empty())
                .map(|text| restored_at(context, &before, &text))
                .transpose()?
                .unwrap_or(context.now);
            let summary = written("summary", &summary)?;
            let mut after =
                before.clone().resolve(&responder, restored, code.unwrap_or_default(), &summary, context.now)?;
            if let Some(name) = service {
                after.service = Some(service::named(tx, context.guild.id, &name).await?);
            }
            let (after, told) =
                step(tx, context, &before, after, "incident.resolve", responder.basis(), Vec::new()).await?;
            undoable(&after, &told, reply::resolved(&after))
        }
        Command::Reopen { reason, incident } => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, incident.as_deref()).await?;
            let after = before.clone().reopen(&responder)?;
            let extra = vec![Change::new("reason", Fact::Text(written("reason", &reason)?))];
            let (after, told) = step(tx, context, &before, after, "incident.reopen", responder.basis(), extra).await?;
            undoable(&after, &told, reply::reopened(&after))
        }
        Command::Close { r#as, reason, service, incident } => {
            let before = find(tx, context, incident.as_deref()).await?;
            close(tx, context, before, r#as.unwrap_or_default(), reason, service).await
        }
        Command::Timeline { entry, correct, redact, incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            match (entry, correct, redact) {
                (None, None, None) => {
                    let entries = journal::about(tx, context.guild.id, &incident.number.to_string()).await?;
                    Ok(Answer::Say(timeline::show(&incident, &entries)))
                }
                (Some(entry), None, None) => {
                    let told = entry_of(tx, &incident, entry).await?;
                    Ok(Answer::Say(timeline::one(&incident, &told)))
                }
                (Some(entry), Some(text), None) => correct_entry(tx, context, incident, entry, &text).await,
                (Some(entry), None, Some(reason)) => redact_entry(tx, context, incident, entry, &reason).await,
                _ => Err(reply::correct_or_redact().into()),
            }
        }
        Command::Undo { incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            undo(tx, context, incident, None).await
        }
    }
}

/// The incident that was named, or that the room implies.
pub async fn find(tx: &mut Tx, context: &Context, named: Option<&str>) -> Result<Incident, Error> {
    let number = context.record(number::Kind::Incident, named)?.ok_or_else(reply::which)?;
    Ok(store::find(tx, context.guild.id, number).await?.ok_or_else(|| reply::unknown(number))?)
}

/// Calls for help. `extra` is what the journal keeps beside the incident itself.
async fn declare(tx: &mut Tx, context: &Context, told: Declaration, extra: Vec<Change>) -> Result<Answer, Error> {
    let participant = policy::participant(&context.member);
    let told = Declaration { title: title(&told.title)?, ..told };
    let guild = context.guild.id;
    // A rule may still refuse; then the transaction takes the number back.
    let number = number::next(tx, guild, number::Kind::Incident).await?;
    let incident = Incident::declare(guild, number, &participant, told, context.now)?;
    let alike = match &incident.service {
        Some(service) => store::lately(tx, guild, service.id, context.now - ALIKE).await?,
        None => Vec::new(),
    };
    store::insert(tx, &incident).await?;
    let mut changes = fields::of_new(&incident);
    changes.extend(extra);
    let entry = journal::append(
        tx,
        guild,
        context.now,
        context.draft("incident.declare", number, participant.basis(), changes),
    )
    .await?;
    let channel = context.guild.channel(Purpose::Incidents).unwrap_or(context.card_channel);
    draw(tx, context, &incident, channel).await?;
    outbox::invite(tx, context.now, guild, number, context.member.user).await?;
    if incident.priority.pages() {
        page(tx, context, &incident, entry.seq).await?;
    }
    Ok(Answer::Say(reply::declared(&incident, channel, &alike, entry.seq)))
}

/// Calls the responders, in the channel of the card and apart from it: a page depends on no other message.
async fn page(tx: &mut Tx, context: &Context, incident: &Incident, seq: i64) -> Result<(), Error> {
    let Some(role) = context.guild.roles.roles(Capability::Responder).first() else { return Ok(()) };
    if incident.kind == Kind::Backfilled {
        return Ok(());
    }
    let room = outbox::room(tx, context.guild.id, incident.number).await?;
    let channel = room.map_or(context.card_channel, |room| room.channel);
    outbox::post(
        tx,
        context.now,
        Post {
            guild: incident.guild,
            lane: Lane::Page,
            to: To::Channel(channel),
            key: format!("page:{}:{}:{seq}", incident.guild, incident.number),
            message: &outbox::page(Ping::Role(*role), &reply::page(incident)),
        },
    )
    .await
}

/// Writes a step down: the record, the journal, the card, a line in the room, the timers.
async fn step(
    tx: &mut Tx,
    context: &Context,
    before: &Incident,
    after: Incident,
    action: &'static str,
    basis: &str,
    extra: Vec<Change>,
) -> Result<(Incident, Told), Error> {
    store::save(tx, &after).await?;
    let mut changes = fields::between(before, &after);
    changes.extend(extra);
    let told =
        journal::append(tx, after.guild, context.now, context.draft(action, after.number, basis, changes)).await?;
    jobs::plan(tx, &after).await?;
    redraw(tx, context, &after).await?;
    tell_room(tx, context, &after, &told).await?;
    Ok((after, told))
}

/// Draws the card where it is, or where it belongs by now.
async fn redraw(tx: &mut Tx, context: &Context, incident: &Incident) -> Result<(), Error> {
    let room = outbox::room(tx, incident.guild, incident.number).await?;
    let channel = match room {
        Some(room) if room.card.is_some() => room.channel,
        _ => {
            context.guild.channel(Purpose::Incidents).or(room.map(|room| room.channel)).unwrap_or(context.card_channel)
        }
    };
    draw(tx, context, incident, channel).await
}

async fn draw(
    tx: &mut Tx,
    context: &Context,
    incident: &Incident,
    channel: crate::snowflake::ChannelId,
) -> Result<(), Error> {
    outbox::card(
        tx,
        context.now,
        incident.guild,
        incident.number,
        channel,
        &reply::card(incident),
        &reply::room_name(incident),
    )
    .await
}

/// One line in the room, unless the answer itself is read there.
async fn tell_room(tx: &mut Tx, context: &Context, incident: &Incident, told: &Told) -> Result<(), Error> {
    if context.typed && context.room == Some(incident.number) {
        return Ok(());
    }
    let message = Message::say(timeline::line(told));
    let key = format!("entry:{}:{}", incident.guild, told.seq);
    post(tx, context, incident, To::Room(incident.number), key, &message).await
}

async fn post(
    tx: &mut Tx,
    context: &Context,
    incident: &Incident,
    to: To,
    key: String,
    message: &Message,
) -> Result<(), Error> {
    outbox::post(tx, context.now, Post { guild: incident.guild, lane: Lane::State, to, key, message }).await
}

#[expect(clippy::unnecessary_wraps, reason = "it ends handlers, which return an answer or an error")]
fn undoable(incident: &Incident, told: &Told, message: Message) -> Result<Answer, Error> {
    Ok(Answer::Say(reply::with_undo(message, incident.number, told.seq)))
}

async fn list(
    tx: &mut Tx,
    context: &Context,
    state: Option<&str>,
    service: Option<i64>,
    priority: Option<Priority>,
    mine: bool,
    page: i64,
) -> Result<Answer, Error> {
    let state = state.unwrap_or("open");
    let filter = Filter {
        state: State::named(state),
        open_only: state == "open",
        service,
        priority,
        of: mine.then_some(context.member.user),
        page: page.clamp(1, 10_000) - 1,
    };
    let mut incidents = store::list(tx, context.guild.id, &filter).await?;
    let page_size = usize::try_from(store::PAGE).unwrap_or(usize::MAX);
    let more = incidents.len() > page_size;
    incidents.truncate(page_size);
    let what = match state {
        "all" => "recorded here".to_owned(),
        "open" => "open".to_owned(),
        other => State::named(other).map_or_else(|| other.to_owned(), |state| reply::state(state).to_owned()),
    };
    let what = if mine { format!("{what} and yours") } else { what };
    Ok(Answer::Say(reply::list(&incidents, &what, filter.page, more)))
}

/// Puts something on the timeline.
async fn note(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    at: DateTime<Utc>,
    changes: Vec<Change>,
) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let after = incident.noted();
    store::save(tx, &after).await?;
    let mut draft = context.draft("incident.note", after.number, responder.basis(), changes);
    draft.event_at = at;
    let told = journal::append(tx, after.guild, context.now, draft).await?;
    tell_room(tx, context, &after, &told).await?;
    undoable(&after, &told, reply::noted(&after, told.seq, at))
}

async fn close(
    tx: &mut Tx,
    context: &Context,
    before: Incident,
    closed_as: CloseAs,
    reason: Option<String>,
    service: Option<String>,
) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let mut ready = before.clone();
    if let Some(name) = service {
        ready.service = Some(service::named(tx, context.guild.id, &name).await?);
    }
    if closed_as == CloseAs::Done && !ready.state.is_final() && !ready.gaps().is_empty() {
        let services = service::choices(tx, context.guild.id).await?;
        return Ok(Answer::Say(reply::not_yet(&ready, services)));
    }
    let reason = reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty());
    let after = ready.close(&responder, closed_as, reason.as_deref(), context.now)?;
    let (after, _) = step(tx, context, &before, after, "incident.close", responder.basis(), Vec::new()).await?;
    Ok(Answer::Say(reply::closed(&after)))
}

async fn entry_of(tx: &mut Tx, incident: &Incident, entry: i64) -> Result<Told, Error> {
    Ok(journal::entry(tx, incident.guild, &incident.number.to_string(), entry)
        .await?
        .ok_or_else(|| reply::no_such_entry(incident.number, entry))?)
}

/// Whether an entry holds words that a person may have to correct or remove.
fn has_text(told: &Told) -> bool {
    told.after.values().any(|fact| matches!(fact, Fact::Text(_)))
}

async fn correct_entry(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    entry: i64,
    text: &str,
) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let told = entry_of(tx, &incident, entry).await?;
    if !has_text(&told) {
        return Err(reply::entry_has_no_text(incident.number, entry).into());
    }
    let changes = vec![
        Change::new("entry", Fact::Plain(entry.to_string())),
        Change::new("text", Fact::Text(written("correct", text)?)),
    ];
    let after = incident.noted();
    store::save(tx, &after).await?;
    let mut draft = context.draft("incident.correct", after.number, responder.basis(), changes);
    draft.event_at = told.event_at;
    let told = journal::append(tx, after.guild, context.now, draft).await?;
    tell_room(tx, context, &after, &told).await?;
    undoable(&after, &told, reply::noted(&after, told.seq, told.event_at))
}

/// Removes the words of an entry. The entry stays, with its hashes: the chain still verifies, and shows that something was removed.
async fn redact_entry(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    entry: i64,
    reason: &str,
) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let told = entry_of(tx, &incident, entry).await?;
    if told.action == "incident.declare" || !has_text(&told) {
        return Err(reply::entry_has_no_text(incident.number, entry).into());
    }
    journal::erase_texts(tx, incident.guild, entry).await?;
    let mut after = incident.noted();
    // What the record itself still shows of the entry goes too.
    if let Some(update) = after.update.as_mut().filter(|update| told.text("update") == Some(update.text.as_str())) {
        "(removed)".clone_into(&mut update.text);
    }
    after.previous = None;
    store::save(tx, &after).await?;
    let changes = vec![
        Change::new("entry", Fact::Plain(entry.to_string())),
        Change::new("reason", Fact::Text(written("redact", reason)?)),
    ];
    let told = journal::append(
        tx,
        after.guild,
        context.now,
        context.draft("incident.redact", after.number, responder.basis(), changes),
    )
    .await?;
    redraw(tx, context, &after).await?;
    tell_room(tx, context, &after, &told).await?;
    Ok(Answer::Say(Message::say(format!(
        "The text of entry {entry} is gone from **{}**; that it was removed stays on record. What was posted in chat stays there: delete it by hand.",
        after.number
    ))))
}

/// Takes back the actor's last entry. `meant` is the entry whose button was used.
async fn undo(tx: &mut Tx, context: &Context, before: Incident, meant: Option<i64>) -> Result<Answer, Error> {
    let number = before.number;
    let last = journal::last(tx, before.guild, &number.to_string())
        .await?
        .ok_or_else(|| reply::not_yours_to_undo(number, "nothing has happened yet."))?;
    if meant.is_some_and(|meant| meant != last.seq) {
        return Err(
            reply::not_yours_to_undo(number, "something else has happened since. Do the opposite instead.").into()
        );
    }
    if last.actor != Some(context.member.user) {
        return Err(reply::not_yours_to_undo(number, "the last step is not yours.").into());
    }
    if context.now - last.entry_at > UNDO_WINDOW {
        return Err(
            reply::not_yours_to_undo(number, "it is more than ten minutes ago. Do the opposite instead.").into()
        );
    }
    let after = match last.action.as_str() {
        "incident.declare" => before.clone().withdraw(&policy::participant(&context.member), context.now)?,
        "incident.close" | "incident.join" | "incident.undo" | "incident.redact" => {
            return Err(super::reply::not_yours_to_undo(
                number,
                "closes, removals and undos stay. Say what is right with `/incident note`.",
            )
            .into());
        }
        _ => before.clone().undo()?,
    };
    let what = timeline::deed(&last, 80);
    let extra = vec![Change::new("entry", Fact::Plain(last.seq.to_string()))];
    let (after, _) = step(tx, context, &before, after, "incident.undo", "the actor of the entry", extra).await?;
    Ok(Answer::Say(reply::undone(&after, &format!("{what}."))))
}

/// A clock time is taken for the last one that has passed; but one that would lie before the incident and is still to come today was
/// meant for today, and service is not restored in the future.
fn restored_at(context: &Context, incident: &Incident, text: &str) -> Result<DateTime<Utc>, Refusal> {
    let passed = context.past("restored", text)?;
    let began = incident.started_at.unwrap_or(incident.declared_at);
    let meant_to_come = passed < began && context.ahead("restored", text).is_ok_and(|ahead| ahead > context.now);
    if passed > context.now || meant_to_come { Err(reply::restored_in_the_future()) } else { Ok(passed) }
}

/// A title, as one line that is not empty.
fn title(text: &str) -> Result<String, Refusal> {
    let title = clean_line(text);
    if title.is_empty() {
        return Err(Refusal::new("incident.title", "The title has no letters. What is wrong, in a few words?"));
    }
    Ok(clip(&title, TITLE))
}

/// A text that is not empty once it is clean.
fn written(option: &'static str, text: &str) -> Result<String, Refusal> {
    let text = clean(text);
    if text.is_empty() {
        return Err(Refusal::new("text.empty", format!("`{option}` is empty. Write a few words.")));
    }
    Ok(text)
}

/// What the draft of an update form holds.
#[derive(Serialize, Deserialize)]
struct UpdateDraft {
    audience: Option<Audience>,
    next_update: Option<String>,
}

async fn ask_update(
    tx: &mut Tx,
    context: &Context,
    incident: &Incident,
    audience: Option<Audience>,
    next_update: Option<String>,
) -> Result<Answer, Error> {
    if incident.state.is_final() {
        return Err(reply::is_over(incident.number, incident.state).into());
    }
    let draft = serde_json::to_value(UpdateDraft { audience, next_update })?;
    let id = form::open(tx, context, "update", incident.number, incident.version, &draft).await?;
    form_answer("update", incident.number, id, &draft)
}

/// The form of that kind, and what is said where it cannot be opened at once.
fn form_answer(kind: &str, number: Number, id: i64, draft: &serde_json::Value) -> Result<Answer, Error> {
    let form = match kind {
        "update" => {
            let draft: UpdateDraft = serde_json::from_value(draft.clone())?;
            reply::update_form(number, id, "", draft.next_update.as_deref().unwrap_or_default())
        }
        "resolve" => reply::resolve_form(number, id),
        _ => reply::reopen_form(number, id),
    };
    Ok(Answer::Form { form, instead: reply::open_form(number, id) })
}

/// A button of ours: what is to be done, on which record, and anything more.
pub async fn press(tx: &mut Tx, context: &Context, action: &str, record: &str, extra: &str) -> Result<Answer, Error> {
    let incident = Some(record.to_owned());
    let command = match action {
        "ack" => Command::Ack { incident },
        "command" => Command::Role { role: Role::Commander, member: None, incident },
        "update" => Command::Update { message: None, audience: None, next_update: None, incident },
        "close" => Command::Close { r#as: None, reason: None, service: None, incident },
        "timeline" => Command::Timeline { entry: None, correct: None, redact: None, incident },
        "undo" => {
            let before = find(tx, context, Some(record)).await?;
            return undo(tx, context, before, extra.parse().ok()).await;
        }
        "resolve" | "reopen" => {
            policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, Some(record)).await?;
            // The guards speak before a form is filled in for nothing.
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            if action == "resolve" {
                before.clone().resolve(&responder, context.now, Code::Fixed, "", context.now)?;
            } else {
                before.clone().reopen(&responder)?;
            }
            let id = form::open(tx, context, action, before.number, before.version, &serde_json::Value::Null).await?;
            return form_answer(action, before.number, id, &serde_json::Value::Null);
        }
        "form" => {
            let opened = form::find(tx, context, extra).await?;
            return form_answer(&opened.kind, opened.record, opened.id, &opened.draft);
        }
        "join" => return join(tx, context, record, extra).await,
        _ => return Err(crate::command::unknown_press()),
    };
    Box::pin(handle(tx, context, command)).await
}

/// A form of ours that was sent.
pub async fn submit(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    extra: &str,
    field: impl Fn(&str) -> Option<String>,
) -> Result<Answer, Error> {
    let opened = form::find(tx, context, extra).await?;
    let incident = Some(opened.record.to_string());
    let command = match action {
        "update-form" => {
            let draft: UpdateDraft = serde_json::from_value(opened.draft)?;
            // An empty message would only open the form again.
            let message = Some(written("message", &field("message").unwrap_or_default())?);
            Command::Update { message, audience: draft.audience, next_update: field("next-update"), incident }
        }
        "resolve-form" => Command::Resolve {
            summary: field("summary").unwrap_or_default(),
            restored: field("restored"),
            code: None,
            service: None,
            incident,
        },
        "reopen-form" => Command::Reopen { reason: field("reason").unwrap_or_default(), incident },
        _ => return Err(crate::command::unknown_press()),
    };
    handle(tx, context, command).await
}

/// A choice from a select of ours.
pub async fn choose(
    tx: &mut Tx,
    context: &Context,
    action: &str,
    record: &str,
    extra: &str,
    chosen: &str,
) -> Result<Answer, Error> {
    match action {
        "service" => {
            let responder = policy::responder(&context.member, &context.guild.roles)?;
            let before = find(tx, context, Some(record)).await?;
            let service = service::by_id(tx, context.guild.id, chosen).await?;
            let change = Reassessment { service: Some(service), ..Reassessment::default() };
            let after = before.clone().reassess(&responder, change)?;
            let (after, _) =
                step(tx, context, &before, after, "incident.priority", responder.basis(), Vec::new()).await?;
            Ok(Answer::Replace(reply::service_set(&after)))
        }
        "capture" => {
            let opened = form::find(tx, context, extra).await?;
            let target: TargetMessage = serde_json::from_value(opened.draft)?;
            let incident = find(tx, context, Some(chosen)).await?;
            match capture(tx, context, incident, &target).await? {
                Answer::Say(message) => Ok(Answer::Replace(message)),
                other => Ok(other),
            }
        }
        _ => Err(crate::command::unknown_press()),
    }
}

/// The reporter joins `other` and takes the own declaration back as a duplicate.
async fn join(tx: &mut Tx, context: &Context, other: &str, own: &str) -> Result<Answer, Error> {
    let other = find(tx, context, Some(other)).await?;
    let before = find(tx, context, Some(own)).await?;
    let basis = if before.reporter == context.member.user {
        "the reporter"
    } else {
        policy::responder(&context.member, &context.guild.roles)?.basis()
    };
    if !other.state.is_open() {
        return Err(reply::is_over_for_joining(&other).into());
    }
    let after = before.clone().duplicate_of(context.member.user, other.number, context.now)?;
    let extra = vec![Change::new("into", Fact::Plain(other.number.to_string()))];
    let (after, _) = step(tx, context, &before, after, "incident.join", basis, extra).await?;
    outbox::invite(tx, context.now, other.guild, other.number, context.member.user).await?;
    Ok(Answer::Replace(reply::joined(&after, &other)))
}

/// `Declare incident` on a message: its first line is the title, and the message is kept with it.
pub async fn declare_from(tx: &mut Tx, context: &Context, target: &TargetMessage) -> Result<Answer, Error> {
    let content = clean(&target.content);
    let Some(first) = content.lines().map(clean_line).find(|line| !line.is_empty()) else {
        return Err(reply::message_without_text().into());
    };
    let link = link(context, target);
    let told = Declaration {
        title: clip(&first, TITLE),
        description: Some(content.clone()).filter(|content| *content != first),
        service: None,
        impact: None,
        urgency: None,
        priority: None,
        started_at: None,
        kind: Kind::Live,
    };
    let extra =
        vec![Change::new("message", Fact::Plain(target.id.to_string())), Change::new("link", Fact::Plain(link))];
    declare(tx, context, told, extra).await
}

/// `Add to timeline` on a message: in a room it is clear on which, elsewhere it is asked.
pub async fn add_to_timeline(tx: &mut Tx, context: &Context, target: &TargetMessage) -> Result<Answer, Error> {
    if let Some(number) = context.room.filter(|number| number.kind == number::Kind::Incident) {
        let incident = find(tx, context, Some(&number.to_string())).await?;
        return capture(tx, context, incident, target).await;
    }
    policy::responder(&context.member, &context.guild.roles)?;
    let filter = Filter { state: None, open_only: true, service: None, priority: None, of: None, page: 0 };
    let open = store::list(tx, context.guild.id, &filter).await?;
    let Some(first) = open.first() else { return Err(reply::no_open_incident().into()) };
    let draft = serde_json::to_value(target)?;
    let id = form::open(tx, context, "capture", first.number, first.version, &draft).await?;
    Ok(Answer::Say(reply::which_timeline(&open, id)))
}

/// Keeps a message: its own time, its author and its link. The same message is kept once.
async fn capture(tx: &mut Tx, context: &Context, incident: Incident, target: &TargetMessage) -> Result<Answer, Error> {
    let message = target.id.to_string();
    let entries = journal::about(tx, incident.guild, &incident.number.to_string()).await?;
    if let Some(before) =
        entries.iter().find(|told| told.action == "incident.note" && told.text("message") == Some(&message))
    {
        return Err(reply::kept_already(incident.number, before.seq).into());
    }
    let mut text = clip(&clean(&target.content), CAPTURED);
    if !target.attachments.is_empty() {
        let names: Vec<String> = target.attachments.iter().map(|name| clean_line(name)).collect();
        text = format!("{text}\nFiles: {}", names.join(", ")).trim().to_owned();
    }
    if text.is_empty() {
        "(no text)".clone_into(&mut text);
    }
    let changes = vec![
        Change::new("text", Fact::Text(text)),
        Change::new("author", Fact::Text(clean_line(&target.author_name))),
        Change::new("message", Fact::Plain(message)),
        Change::new("link", Fact::Plain(link(context, target))),
    ];
    let at = minted_at(target.id.0).min(context.now);
    note(tx, context, incident, at, changes).await
}

fn link(context: &Context, target: &TargetMessage) -> String {
    format!("https://discord.com/channels/{}/{}/{}", context.guild.id, target.channel, target.id)
}
