//! Entries of the timeline: notes, messages that are kept, corrections, removals, and the undoing of the last.

use chrono::{DateTime, Utc};

use super::finding::index;
use super::handover::offer_key;
use super::listing::{self, Filter, From};
use super::notices::{self, Phase};
use super::step::{find, line_key, page_key, redraw, step, step_at, tell_room, undoable, written};
use super::store;
use super::verbs::management_key;
use super::{Incident, Mark, State, UNDO_WINDOW, capture, impact, jobs, linking, reply, review, tasks, timeline};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetMessage;
use crate::chat::limits;
use crate::chat::message::Message;
use crate::chat::text::{clean, clean_line, clip};
use crate::command::context::Context;
use crate::command::form;
use crate::document;
use crate::error::{Error, Refusal};
use crate::inbox;
use crate::journal::{self, Change, Fact, Told};
use crate::link::{self, Kind as LinkKind};
use crate::number::{self, Number};
use crate::outbox;
use crate::policy;
use crate::store::Tx;

/// What wardroom writes down by itself, because of a step or of what happens in chat: it stands in nobody's way who takes that step back.
const CONSEQUENCES: [&str; 6] = [
    "incident.level",
    "incident.notice",
    "incident.report",
    "incident.review-open",
    "incident.message-edited",
    "incident.message-deleted",
];
/// Entries among which the last step of a person is looked for.
const LOOKED_THROUGH: i64 = 50;
/// Characters of a note that was taken from a message, and of what it says after an edit; Discord's longest message has 4,000.
pub(super) const CAPTURED: usize = 4000;

/// Puts a person's words on the timeline, at the time that they name.
pub(super) async fn note_at(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    text: &str,
    at: Option<&str>,
    mark: Option<Mark>,
) -> Result<Answer, Error> {
    let at = at.map(|at| context.past("at", at)).transpose()?.unwrap_or(context.now);
    if at > context.now {
        return Err(reply::event_in_the_future().into());
    }
    let mut changes = vec![Change::new("text", Fact::Text(written("text", text)?))];
    changes.extend(mark.map(|mark| Change::new("mark", Fact::Plain(mark.name()))));
    note(tx, context, incident, at, mark, changes).await
}

/// Whoever runs incidents writes to every timeline, and whoever takes part in one to its own.
pub(super) fn may_write(context: &Context, incident: &Incident) -> Result<&'static str, Refusal> {
    match incident.part_of(context.member.user) {
        Some(basis) => Ok(basis),
        None => Ok(policy::responder(&context.member, &context.guild.roles)?.basis()),
    }
}

/// Puts something on the timeline.
async fn note(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    at: DateTime<Utc>,
    mark: Option<Mark>,
    changes: Vec<Change>,
) -> Result<Answer, Error> {
    let (after, told) = enter(tx, context, incident, at, mark, changes).await?;
    undoable(&after, &told, reply::noted(&after, told.seq, at))
}

async fn enter(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    at: DateTime<Utc>,
    mark: Option<Mark>,
    changes: Vec<Change>,
) -> Result<(Incident, Told), Error> {
    // What moves the impact and the clocks is for whoever runs incidents to say.
    let basis = match mark {
        Some(Mark::Started | Mark::Restored) => policy::responder(&context.member, &context.guild.roles)?.basis(),
        _ => may_write(context, &incident)?,
    };
    let after = incident.clone().mark(mark, at)?;
    let (after, told) = step_at(tx, context, &incident, after, at, "incident.note", basis, changes).await?;
    if matches!(mark, Some(Mark::Started | Mark::Restored)) {
        impact::refresh(tx, &after).await?;
    }
    Ok((after, told))
}

/// The entry of that number, if it is about this incident.
pub(super) async fn entry_of(tx: &mut Tx, incident: &Incident, entry: i64) -> Result<Told, Error> {
    Ok(journal::entry(tx, incident.guild, &incident.number.to_string(), entry)
        .await?
        .ok_or_else(|| reply::no_such_entry(incident.number, entry))?)
}

/// Whether an entry holds words that a person may have to correct or remove.
fn has_text(told: &Told) -> bool {
    told.after.values().any(|fact| matches!(fact, Fact::Text(_)))
}

/// Says what an entry should have said, as another entry.
pub(super) async fn correct(
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
    let told = journal::append(tx, after.guild, context.written_at, draft).await?;
    index::entry(tx, &after, &told).await?;
    tell_room(tx, context, &after, &told).await?;
    undoable(&after, &told, reply::noted(&after, told.seq, told.event_at))
}

/// Removes the words of an entry. The entry stays, with its hashes: the chain still verifies, and shows that something was removed.
pub(super) async fn redact(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    entry: i64,
    reason: &str,
) -> Result<Answer, Error> {
    let responder = policy::responder(&context.member, &context.guild.roles)?;
    let told = entry_of(tx, &incident, entry).await?;
    let texts: Vec<&str> = told
        .after
        .values()
        .filter_map(|fact| match fact {
            Fact::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    if texts.is_empty() {
        return Err(reply::entry_has_no_text(incident.number, entry).into());
    }
    let others = journal::erase_texts(tx, incident.guild, &incident.number.to_string(), entry).await?;
    form::forget(tx, incident.guild, incident.number).await?;
    outbox::forget_words(tx, incident.guild).await?;
    inbox::forget_answers(tx, incident.guild).await?;
    document::forget(tx, incident.guild, incident.number).await?;
    capture::forget(tx, context.written_at, &incident, entry).await?;
    let after = incident.forget(&texts);
    store::save(tx, &after).await?;
    let changes = vec![
        Change::new(journal::REDACTED_ENTRY, Fact::Plain(entry.to_string())),
        Change::new("reason", Fact::Text(written("redact", reason)?)),
        Change::new(journal::REDACTED_ALSO, Fact::plain((!others.is_empty()).then(|| numbers(&others)))),
    ];
    let told = journal::append(
        tx,
        after.guild,
        context.written_at,
        context.draft("incident.redact", after.number, responder.basis(), changes),
    )
    .await?;
    index::entry(tx, &after, &told).await?;
    redraw(tx, context, &after).await?;
    // What we said of it in the room is ours to change; what people wrote is theirs.
    for seq in others.into_iter().chain([entry]) {
        let told = entry_of(tx, &after, seq).await?;
        let line = Message::say(timeline::deed(&told, 1500));
        for key in [line_key(&after, &told), management_key(&after, seq)] {
            outbox::correct(tx, context.written_at, after.guild, &key, &line).await?;
        }
        // A call quotes the title, or why it was escalated.
        let call = if told.action == "incident.escalate" { line } else { Message::say(reply::page(&after)) };
        outbox::correct(tx, context.written_at, after.guild, &page_key(&after, seq), &call).await?;
    }
    let history = impact::history(tx, &after).await?;
    tasks::rebuild(tx, context, &after, &history.tasks).await?;
    review::verbs::rebuild(tx, context, &after, &history.review).await?;
    tell_room(tx, context, &after, &told).await?;
    Ok(Answer::Say(reply::redacted(&after, entry)))
}

fn numbers(entries: &[i64]) -> String {
    entries.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
}

/// Takes back the actor's last entry. `meant` is the entry whose button was used.
pub(super) async fn undo(
    tx: &mut Tx,
    context: &Context,
    before: Incident,
    meant: Option<i64>,
) -> Result<Answer, Error> {
    let number = before.number;
    let last = journal::page(tx, before.guild, &number.to_string(), None, LOOKED_THROUGH)
        .await?
        .into_iter()
        .find(|told| !is_consequence(told))
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
        "incident.ack"
        | "incident.update"
        | "incident.note"
        | "incident.role"
        | "incident.priority"
        | "incident.resolve"
        | "incident.reopen"
        | "incident.correct"
        | "incident.hold"
        | "incident.resume"
        | "incident.snooze"
        | "incident.offer"
        | "incident.escalate"
        | "incident.task-add"
        | "incident.task-done"
        | "incident.task-drop"
        | "incident.task-take"
        | "incident.link"
        | "incident.impact"
        | "incident.review-edit"
        | "incident.review-submit" => before.clone().undo()?,
        _ => {
            return Err(reply::not_yours_to_undo(
                number,
                "closes, merges, approvals, removals and undos stay. Say what is right with `/incident note`.",
            )
            .into());
        }
    };
    let what = timeline::deed(&last, 80);
    let extra = vec![Change::new("entry", Fact::Plain(last.seq.to_string()))];
    if last.action == "incident.offer" {
        let settled = reply::offer_settled(&before, context.member.user, false);
        outbox::correct(tx, context.written_at, before.guild, &offer_key(&before), &settled).await?;
    }
    let (after, _) = step(tx, context, &before, after, "incident.undo", "the actor of the entry", extra).await?;
    rebuild(tx, context, &after, &last).await?;
    // Nobody is in command again; where nobody was, the room was asked already, or is about to be.
    if before.roles.commander.is_some() || !before.state.is_open() {
        jobs::watch(tx, &after, context.now).await?;
    }
    tell_above(tx, context, &before, &after).await?;
    capture::withdraw(tx, &after, last.seq).await?;
    // Posts are corrected, not unsent: the line in the room is struck out, and who was called hears that it was a slip.
    let struck = Message::say(format!("~~{}~~", timeline::deed(&last, 1500)));
    for key in [line_key(&after, &last), management_key(&after, last.seq)] {
        outbox::correct(tx, context.written_at, after.guild, &key, &struck).await?;
    }
    let called = Message::say(reply::page_taken_back(&before, context.member.user, last.action == "incident.priority"));
    outbox::correct(tx, context.written_at, after.guild, &page_key(&after, last.seq), &called).await?;
    Ok(Answer::Say(reply::undone(&after, &format!("{what}."))))
}

/// Management hears when what it was told of a major incident was taken back.
async fn tell_above(tx: &mut Tx, context: &Context, before: &Incident, after: &Incident) -> Result<(), Error> {
    let phase = match (before.major, after.major) {
        (false, true) => Phase::Declare,
        (true, false) => Phase::Demote,
        (true, true) if !before.state.is_open() && after.state.is_open() => Phase::Reopen,
        (true, true) if before.state.is_open() && after.state == State::Resolved => Phase::Resolve,
        _ => return Ok(()),
    };
    notices::send(tx, context, after, phase).await
}

/// Whether an entry stands in nobody's way who takes the step before it back. The reminder of an update does: it changed the record.
fn is_consequence(told: &Told) -> bool {
    CONSEQUENCES.contains(&told.action.as_str())
        || (told.action == "incident.reminder" && told.text("about") != Some("update"))
}

/// Makes what is computed from the journal what it says by now.
async fn rebuild(tx: &mut Tx, context: &Context, incident: &Incident, undone: &Told) -> Result<(), Error> {
    let history = impact::history(tx, incident).await?;
    impact::refresh(tx, incident).await?;
    tasks::rebuild(tx, context, incident, &history.tasks).await?;
    review::verbs::rebuild(tx, context, incident, &history.review).await?;
    if undone.action == "incident.link"
        && let (Some(to), Some(kind)) = (undone.text("to"), undone.text("link").and_then(LinkKind::named))
    {
        let other = Number::stored(to)?;
        link::store::remove(tx, incident.guild, incident.number, other, kind).await?;
        linking::forget_other_end(tx, context, incident, other, kind).await?;
    }
    Ok(())
}

/// `Add to timeline` on a message: in a room it is clear on which, elsewhere it is asked.
pub async fn add_to_timeline(tx: &mut Tx, context: &Context, target: &TargetMessage) -> Result<Answer, Error> {
    match here(tx, context).await? {
        Some(incident) => capture(tx, context, incident, target).await,
        None => ask_which(tx, context, target, "capture", reply::which_timeline).await,
    }
}

/// `Make a task` on a message.
pub async fn make_a_task(tx: &mut Tx, context: &Context, target: &TargetMessage) -> Result<Answer, Error> {
    match here(tx, context).await? {
        Some(incident) => tasks::from_message(tx, context, incident, target).await,
        None => ask_which(tx, context, target, "task-from", reply::which_task).await,
    }
}

/// The incident whose room this is.
async fn here(tx: &mut Tx, context: &Context) -> Result<Option<Incident>, Error> {
    match context.record(number::Kind::Incident, None)? {
        Some(number) => find(tx, context, Some(&number.to_string())).await.map(Some),
        None => Ok(None),
    }
}

/// Asks which of the open incidents is meant; the message is kept until that is answered.
async fn ask_which(
    tx: &mut Tx,
    context: &Context,
    target: &TargetMessage,
    kind: &str,
    question: fn(&[listing::Listed], i64) -> Message,
) -> Result<Answer, Error> {
    policy::responder(&context.member, &context.guild.roles)?;
    let filter = Filter { viewer: context.viewer(), ..Filter::default() };
    let most = i64::try_from(limits::CHOICES).unwrap_or(i64::MAX);
    let open = listing::store::page(tx, context.guild.id, &filter, From::Top(0), most).await?;
    let first = match open.first() {
        Some(first) => store::find(tx, context.guild.id, first.number).await?,
        None => None,
    };
    let Some(first) = first else { return Err(reply::no_open_incident().into()) };
    let draft = serde_json::to_value(target)?;
    let id = form::open(tx, context, kind, first.number, first.version, &draft).await?;
    Ok(Answer::Say(question(&open, id)))
}

/// Keeps a message: its own time, its author, its link and its files. The same message is kept once.
pub(super) async fn capture(
    tx: &mut Tx,
    context: &Context,
    incident: Incident,
    target: &TargetMessage,
) -> Result<Answer, Error> {
    if let Some(before) = capture::entry_of(tx, &incident, target.id).await? {
        return Err(reply::kept_already(incident.number, before).into());
    }
    let mut text = clip(&clean(&target.content), CAPTURED);
    if !target.attachments.is_empty() {
        let names: Vec<String> = target.attachments.iter().map(|file| clean_line(&file.name)).collect();
        text = [text, format!("Files: {}", names.join(", "))].join("\n");
    }
    if text.is_empty() {
        "(no text)".clone_into(&mut text);
    }
    let changes = vec![
        Change::new("text", Fact::Text(text)),
        Change::new("author", Fact::Text(clean_line(&target.author_name))),
        Change::new("message", Fact::Plain(target.id.to_string())),
        Change::new("link", Fact::Plain(link(context, target))),
        Change::new("files", Fact::plain((!target.attachments.is_empty()).then_some(target.attachments.len()))),
    ];
    let at = context.minted_at(target.id.0).min(context.now);
    let (after, told) = enter(tx, context, incident, at, None, changes).await?;
    capture::keep(tx, context.written_at, &after, target, told.seq).await?;
    undoable(&after, &told, reply::noted(&after, told.seq, at))
}

/// The address of a message, as Discord's clients open it.
pub(super) fn link(context: &Context, target: &TargetMessage) -> String {
    format!("https://discord.com/channels/{}/{}/{}", context.guild.id, target.channel, target.id)
}
