//! `/incident review` and the buttons of its card.

use chrono::{DateTime, Utc};

use super::{Passage, Review, Texts, number, reply, store};
use crate::chat::answer::Answer;
use crate::chat::message::Message;
use crate::chat::text::{clean, clean_line, clip};
use crate::command::context::{Context, Scene};
use crate::command::form::{self, Opened};
use crate::error::{Error, Refusal};
use crate::incident::history::{self, ReviewState};
use crate::incident::step::{find, step, undoable, written};
use crate::incident::{Incident, entries, jobs, reply as words, report, tasks};
use crate::journal::{Change, Fact};
use crate::level;
use crate::outbox::{self, Home};
use crate::policy;
use crate::setup::Purpose;
use crate::store::Tx;
use crate::timer;

/// Characters of an action.
const ACTION: usize = 500;

/// Opens the form of the review; the review begins with it, unless it has begun.
pub async fn review(tx: &mut Tx, context: &Context, named: Option<&str>) -> Result<Answer, Error> {
    let incident = find(tx, context, named).await?;
    let basis = entries::may_write(context, &incident)?;
    let review = match store::find(tx, incident.guild, incident.number).await? {
        Some(review) => review,
        None => begin(tx, context, &incident, basis).await?.1,
    };
    if review.state == ReviewState::Approved {
        return Err(words::review_is(incident.number, review.state, "changed").into());
    }
    let draft = serde_json::to_value(&review.texts)?;
    let id = form::open(tx, context, "review", incident.number, review.version, &draft).await?;
    Ok(Answer::Form {
        form: reply::form(&incident, id, &review.texts, ""),
        instead: words::open_form(incident.number, id),
    })
}

/// The review begins by itself, with the summary as it is now, because of what was just resolved. What was reviewed before is told of anew.
pub async fn begin_by_itself(tx: &mut Tx, scene: &Scene, resolved: &Incident) -> Result<(), Error> {
    let scene = scene.by_itself();
    let basis = "wardroom: it was urgent or major";
    let incident = match store::find(tx, resolved.guild, resolved.number).await? {
        Some(review) => {
            if review.state != ReviewState::Approved {
                let again = jobs::review_reminder(&review).max(scene.now + super::AGAIN);
                timer::ensure(tx, resolved.guild, timer::Kind::Review, resolved.number, again).await?;
            }
            resolved.clone()
        }
        None => begin(tx, &scene, resolved, basis).await?.0,
    };
    report::publish(tx, &scene, &incident, basis).await.map(drop)
}

/// It came back after its review was approved: what was learnt is to be looked at again.
pub async fn begin_again(tx: &mut Tx, scene: &Scene, reopened: &Incident) -> Result<(), Error> {
    let Some(review) = store::find(tx, reopened.guild, reopened.number).await? else { return Ok(()) };
    if review.state != ReviewState::Approved {
        return Ok(());
    }
    let review =
        Review { state: ReviewState::Draft, submitted_by: None, approved: None, version: review.version + 1, ..review };
    store::put(tx, reopened.guild, &review).await?;
    let changes = vec![Change::new("reason", Fact::Text("The incident was opened again.".to_owned()))];
    let after = reopened.clone().followed();
    let basis = "wardroom: it was opened again";
    let (after, _) = step(tx, &scene.by_itself(), reopened, after, "incident.review-return", basis, changes).await?;
    draw(tx, scene, &after, &review).await
}

/// The review begins: its card, its thread, its reminder.
pub async fn begin(tx: &mut Tx, scene: &Scene, before: &Incident, basis: &str) -> Result<(Incident, Review), Error> {
    let habits = scene.guild.habits;
    let office = level::agreed(tx, &scene.guild).await?.office();
    let due = super::due(scene.now, habits.review_within_days, &office);
    let review = Review::begin(before, due)?;
    store::put(tx, before.guild, &review).await?;
    let changes = vec![Change::new("owner", Fact::person(review.owner)), Change::new("due", Fact::instant(Some(due)))];
    let after = before.clone().followed();
    let (after, _) = step(tx, scene, before, after, "incident.review-open", basis, changes).await?;
    timer::arm(tx, after.guild, timer::Kind::Review, after.number, jobs::review_reminder(&review)).await?;
    draw(tx, scene, &after, &review).await?;
    // A private thread shows to nobody who is not brought in.
    let insiders = if after.restricted { crate::incident::store::insiders(tx, &after).await? } else { Vec::new() };
    for user in insiders.into_iter().chain(review.owner) {
        outbox::invite(tx, scene.written_at, after.guild, number(after.number), user).await?;
    }
    Ok((after, review))
}

/// Draws the card of the review, if there is one: something that stands on it changed.
pub async fn redraw(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<(), Error> {
    match store::find(tx, incident.guild, incident.number).await? {
        Some(review) => draw(tx, scene, incident, &review).await,
        None => Ok(()),
    }
}

/// Draws the card of the review.
pub async fn draw(tx: &mut Tx, scene: &Scene, incident: &Incident, review: &Review) -> Result<(), Error> {
    let record = number(incident.number);
    let room = outbox::room(tx, incident.guild, record).await?;
    let near = outbox::room(tx, incident.guild, incident.number).await?.map(|room| room.channel);
    let channel = match room {
        Some(room) if room.card.is_some() => room.channel,
        _ => scene.guild.channel(Purpose::Incidents).or(near).unwrap_or(scene.card_channel),
    };
    let home = if incident.restricted {
        Home::Private(channel)
    } else {
        Home::Open { channel, otherwise: scene.card_channel }
    };
    let tasks = tasks::store::of(tx, incident.guild, incident.number).await?;
    let card = reply::card(incident, review, &tasks);
    outbox::card(tx, scene.written_at, incident.guild, record, home, &card, &reply::room_name(incident)).await
}

/// What was written in the form. What others wrote meanwhile is kept, passage by passage; each line of actions becomes a follow-up.
pub async fn write(
    tx: &mut Tx,
    context: &Context,
    opened: &Opened,
    field: impl Fn(&str) -> Option<String>,
) -> Result<Answer, Error> {
    let before = find(tx, context, Some(&opened.record.to_string())).await?;
    let basis = entries::may_write(context, &before)?;
    let review = the(tx, &before).await?;
    let base: Texts = serde_json::from_value(opened.draft.clone())?;
    let mut mine = Texts::default();
    for passage in Passage::ALL {
        let text = field(passage.name()).map(|text| clean(&text)).filter(|text| !text.is_empty());
        mine.set(passage, text);
    }
    let merged = review.texts.merge(&base, &mine).map_err(|conflicts| {
        let told: Vec<String> = conflicts.iter().map(|passage| reply::conflict(*passage, &review.texts)).collect();
        words::review_conflict(before.number, &told)
    })?;
    let meanwhile: Vec<Passage> = Passage::ALL
        .into_iter()
        .filter(|passage| {
            review.texts.get(*passage) != base.get(*passage) && merged.get(*passage) != base.get(*passage)
        })
        .collect();
    let changes: Vec<Change> = Passage::ALL
        .into_iter()
        .filter(|passage| review.texts.get(*passage) != merged.get(*passage))
        .map(|passage| Change {
            field: passage.name(),
            before: Fact::text(review.texts.get(passage)),
            after: Fact::text(merged.get(passage)),
        })
        .collect();
    let actions = actions(context, &field("actions").unwrap_or_default())?;
    if changes.is_empty() && actions.is_empty() {
        return Ok(Answer::Say(reply::nothing_new(before.number)));
    }
    // Follow-ups alone change nothing that was submitted.
    let written = if changes.is_empty() { review.clone() } else { review.clone().write(merged)? };
    let mut incident = before.clone();
    let mut told = None;
    if !changes.is_empty() {
        store::put(tx, before.guild, &written).await?;
        let after = before.clone().noted();
        let (after, entry) = step(tx, context, &before, after, "incident.review-edit", basis, changes).await?;
        (incident, told) = (after, Some(entry));
    }
    let count = actions.len();
    for (text, due_at) in actions {
        (incident, ..) = tasks::record(tx, context, &incident, basis, (text, None, due_at, true), Vec::new()).await?;
    }
    draw(tx, context, &incident, &written).await?;
    let answer = reply::written(&incident, count, &meanwhile);
    match told.filter(|_| count == 0) {
        Some(told) => undoable(&incident, &told, answer),
        None => Ok(Answer::Say(answer)),
    }
}

/// What is to be done, and until when.
type Action = (String, Option<DateTime<Utc>>);

/// One follow-up a line; what ends in `by 2w` or `by 2026-12-01` is due then.
fn actions(context: &Context, text: &str) -> Result<Vec<Action>, Refusal> {
    let mut actions = Vec::new();
    for line in text.lines() {
        let line = clean_line(line.trim_start_matches(['-', '*', '•', ' ']));
        if line.is_empty() {
            continue;
        }
        let due = line
            .rsplit_once(" by ")
            .and_then(|(what, when)| context.deadline("by", when).ok().map(|due| (what.trim().to_owned(), due)));
        match due {
            Some((_, due)) if due <= context.now => return Err(words::task_due_in_the_past()),
            Some((what, due)) => actions.push((clip(&what, ACTION), Some(due))),
            None => actions.push((clip(&line, ACTION), None)),
        }
    }
    Ok(actions)
}

/// It is ready to be approved.
pub async fn submit(tx: &mut Tx, context: &Context, record: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let basis = entries::may_write(context, &before)?;
    let review = the(tx, &before).await?.submit(context.member.user)?;
    let (after, told) = moved(tx, context, &before, &review, "incident.review-submit", basis, Vec::new()).await?;
    undoable(&after, &told, reply::submitted(&after))
}

/// Somebody else agrees.
pub async fn approve(tx: &mut Tx, context: &Context, record: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let manager = policy::incident_manager(&context.member, &context.guild.roles)?;
    let review = the(tx, &before).await?.approve(context.member.user, context.now)?;
    let (after, _) =
        moved(tx, context, &before, &review, "incident.review-approve", manager.basis(), Vec::new()).await?;
    timer::cancel(tx, after.guild, timer::Kind::Review, after.number).await?;
    report::publish(tx, context, &after, manager.basis()).await?;
    Ok(Answer::Say(reply::approved(&after)))
}

/// Whether it may be sent back, before a reason is asked for.
pub async fn may_send_back(tx: &mut Tx, context: &Context, record: &str) -> Result<Incident, Error> {
    let incident = find(tx, context, Some(record)).await?;
    policy::incident_manager(&context.member, &context.guild.roles)?;
    the(tx, &incident).await?.send_back()?;
    Ok(incident)
}

/// Something is missing.
pub async fn send_back(tx: &mut Tx, context: &Context, record: &str, reason: &str) -> Result<Answer, Error> {
    let before = find(tx, context, Some(record)).await?;
    let manager = policy::incident_manager(&context.member, &context.guild.roles)?;
    let review = the(tx, &before).await?.send_back()?;
    let changes = vec![Change::new("reason", Fact::Text(written("reason", reason)?))];
    let (after, _) = moved(tx, context, &before, &review, "incident.review-return", manager.basis(), changes).await?;
    Ok(Answer::Say(reply::sent_back(&after)))
}

async fn the(tx: &mut Tx, incident: &Incident) -> Result<Review, Error> {
    Ok(store::find(tx, incident.guild, incident.number).await?.ok_or_else(|| words::no_review(incident.number))?)
}

async fn moved(
    tx: &mut Tx,
    context: &Context,
    before: &Incident,
    review: &Review,
    action: &'static str,
    basis: &str,
    changes: Vec<Change>,
) -> Result<(Incident, crate::journal::Told), Error> {
    store::put(tx, before.guild, review).await?;
    let (after, told) = step(tx, context, before, before.clone().noted(), action, basis, changes).await?;
    draw(tx, context, &after, review).await?;
    let line = Message::say(crate::incident::timeline::line(&told));
    let key = format!("review:{}:{}", after.guild, told.seq);
    crate::incident::step::post(tx, context, &after, outbox::To::Room(number(after.number)), key, &line).await?;
    Ok((after, told))
}

/// Makes the review what the journal says that it is, after a step was taken back or a text removed.
pub async fn rebuild(tx: &mut Tx, scene: &Scene, incident: &Incident, told: &history::Review) -> Result<(), Error> {
    let Some(review) = store::find(tx, incident.guild, incident.number).await? else { return Ok(()) };
    let text = |passage: &Option<history::Passage>| passage.as_ref().and_then(|passage| passage.text.clone());
    let texts = Texts {
        factors: text(&told.factors),
        well: text(&told.well),
        badly: text(&told.badly),
        lessons: text(&told.lessons),
    };
    let submitted_by = told.submitted.as_ref().and_then(|moved| moved.by).or(review.submitted_by);
    let submitted_by = submitted_by.filter(|_| told.state == ReviewState::InReview);
    let rebuilt = Review { texts, state: told.state, submitted_by, version: review.version + 1, ..review };
    store::put(tx, incident.guild, &rebuilt).await?;
    draw(tx, scene, incident, &rebuilt).await
}
