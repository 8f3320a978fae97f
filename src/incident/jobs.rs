//! What time does to incidents: reminders of what was promised, of what waits, of what nobody has taken; and the close of what is done.
//! Every reminder is on record, stops with the state that it chases, and has a cap.

use chrono::{DateTime, TimeDelta, Utc};

use super::handover::call;
use super::reminders::{self, Addressee};
use super::review::{self, Review};
use super::step::{post, step};
use super::{Incident, Kind, State, budgets, impact, levels, notices, reply, store, tasks};
use crate::chat::message::{Message, Ping};
use crate::command::context::Scene;
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::outbox::{self, To};
use crate::policy::Capability;
use crate::setup;
use crate::snowflake::UserId;
use crate::store::Tx;
use crate::timer::{self, Due};

/// A reminder that comes later than this says so: wardroom was not there in time.
const LATE: TimeDelta = TimeDelta::seconds(60);
/// How long an incident may be without a commander before the room is asked (`incident-chatops` 6: ten minutes, once).
const UNCLAIMED: TimeDelta = TimeDelta::minutes(10);
/// When a close by time that something stands against is tried again.
const CLOSE_AGAIN: TimeDelta = TimeDelta::days(1);
/// How often what stands against it is said.
const CLOSE_REMINDERS: i32 = 5;

/// Plans what the incident's state asks for, and drops what it no longer asks for.
pub async fn plan(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<(), Error> {
    let (guild, number, habits) = (incident.guild, incident.number, scene.guild.habits);
    let is_open = incident.state.is_open();
    let update = incident.promise.as_ref().filter(|_| is_open);
    let update =
        update.and_then(|promise| reminders::next(incident.priority, promise, habits.quiet, &scene.guild.zone));
    put(tx, incident, timer::Kind::PromisedUpdate, update).await?;
    put(tx, incident, timer::Kind::Hold, incident.hold.as_ref().and_then(|hold| hold.until)).await?;
    match incident.settles_at(habits.close_after_days).filter(|_| incident.state == State::Resolved) {
        // What stood against its close may be mended by now; it is not asked again at once for that.
        Some(at) if at <= scene.written_at => {
            timer::ensure(tx, guild, timer::Kind::Close, number, scene.written_at + CLOSE_AGAIN).await?;
        }
        at => put(tx, incident, timer::Kind::Close, at).await?,
    }
    if !(is_open && incident.priority.pages() && incident.roles.commander.is_none()) {
        timer::cancel(tx, guild, timer::Kind::Unclaimed, number).await?;
    }
    if is_open && incident.major && notices::are_due(incident) {
        let every = TimeDelta::minutes(habits.notice_every_minutes);
        timer::ensure(tx, guild, timer::Kind::Notice, number, scene.written_at + every).await
    } else {
        timer::cancel(tx, guild, timer::Kind::Notice, number).await
    }
}

async fn put(tx: &mut Tx, incident: &Incident, kind: timer::Kind, at: Option<DateTime<Utc>>) -> Result<(), Error> {
    match at {
        Some(at) => timer::arm(tx, incident.guild, kind, incident.number, at).await,
        None => timer::cancel(tx, incident.guild, kind, incident.number).await,
    }
}

/// Plans what an incident asks for that is urgent from `since` on: somebody has to take command.
pub async fn watch(tx: &mut Tx, incident: &Incident, since: DateTime<Utc>) -> Result<(), Error> {
    let counts = matches!(incident.kind, Kind::Live | Kind::Drill);
    if !(counts && incident.priority.pages() && incident.state.is_open() && incident.roles.commander.is_none()) {
        return Ok(());
    }
    timer::ensure(tx, incident.guild, timer::Kind::Unclaimed, incident.number, since + UNCLAIMED).await
}

/// When a review is reminded of: a day before it is due, when it is due, and daily after that.
pub fn review_reminder(review: &Review) -> DateTime<Utc> {
    review.due_at - TimeDelta::days(1) + review::AGAIN * i32::try_from(review.reminded).unwrap_or(i32::MAX)
}

/// A timer about an incident fell due.
pub async fn fire(tx: &mut Tx, due: &Due, now: DateTime<Utc>) -> Result<(), Error> {
    let number = due.subject.record;
    let Some(incident) = store::find(tx, due.guild, number).await? else { return Ok(()) };
    let Some(guild) = setup::store::find(tx, due.guild).await? else { return Ok(()) };
    let Some(room) = outbox::room(tx, due.guild, number).await? else { return Ok(()) };
    let scene = Scene::of_time(guild, due.kind.name(), due.generation, room.channel, now);
    let late = now - due.due_at > LATE;
    match due.kind {
        timer::Kind::PromisedUpdate => promise_passed(tx, &scene, incident, due, late).await,
        timer::Kind::Hold => hold_passed(tx, &scene, incident, due, late).await,
        timer::Kind::Unclaimed => unclaimed(tx, &scene, incident, due, late).await,
        timer::Kind::Notice => notice(tx, &scene, incident).await,
        timer::Kind::Close => close(tx, &scene, incident, due).await,
        timer::Kind::Task => task_due(tx, &scene, incident, due, late).await,
        timer::Kind::Review => review_due(tx, &scene, incident, due, late).await,
        timer::Kind::ServiceLevel => levels::fire(tx, &scene, incident, due, late).await,
        timer::Kind::Budget => budgets::fire(tx, &scene, &incident).await,
        // It is about no incident.
        timer::Kind::Digest => Ok(()),
    }
}

/// An update was promised by now and has not come: to communications, then to the commander, then to the room.
async fn promise_passed(tx: &mut Tx, scene: &Scene, before: Incident, due: &Due, late: bool) -> Result<(), Error> {
    let Some(promise) = before.promise.clone().filter(|_| before.state.is_open()) else { return Ok(()) };
    let over = reminders::over(before.priority, &promise, scene.guild.habits.quiet, &scene.guild.zone, scene.now);
    if over == 0 {
        return plan(tx, scene, &before).await;
    }
    let words = reply::promise_passed(&before, promise.due_at, promise.reminded, late);
    let (calls, addressee) = match reminders::addressee(&before, &promise) {
        Addressee::Person(person) => (vec![Ping::User(person)], Some(person)),
        // Whoever is called to a restricted one must be let in first.
        Addressee::Room if before.priority.pages() && !before.restricted => (responders(scene), None),
        Addressee::Room => (Vec::new(), None),
    };
    let after = before.clone().reminded(over);
    store::save(tx, &after).await?;
    remember(tx, scene, &after, due, "update", addressee).await?;
    plan(tx, scene, &after).await?;
    let message = reply::with_snooze(outbox::page(&calls, &words), after.number);
    remind(tx, scene, &after, due, &message).await
}

/// What waits is to be looked at.
async fn hold_passed(tx: &mut Tx, scene: &Scene, incident: Incident, due: &Due, late: bool) -> Result<(), Error> {
    let Some(hold) = incident.hold.clone().filter(|hold| hold.until.is_some_and(|until| until <= scene.now)) else {
        return Ok(());
    };
    let person = incident.roles.commander.unwrap_or(hold.by);
    remember(tx, scene, &incident, due, "hold", Some(person)).await?;
    let words = reply::hold_passed(&incident, &hold, late);
    let message = reply::with_waiting(outbox::page(&[Ping::User(person)], &words), incident.number);
    remind(tx, scene, &incident, due, &message).await
}

/// Nobody has taken command of something urgent: the room is asked, once.
async fn unclaimed(tx: &mut Tx, scene: &Scene, incident: Incident, due: &Due, late: bool) -> Result<(), Error> {
    if !incident.state.is_open() || incident.roles.commander.is_some() {
        return Ok(());
    }
    remember(tx, scene, &incident, due, "roles", None).await?;
    let calls = if incident.restricted { Vec::new() } else { responders(scene) };
    let message = reply::with_command(outbox::page(&calls, &reply::unclaimed(&incident, late)), &incident);
    remind(tx, scene, &incident, due, &message).await
}

/// Management hears how a major incident stands.
async fn notice(tx: &mut Tx, scene: &Scene, incident: Incident) -> Result<(), Error> {
    if incident.state.is_open() && incident.major {
        notices::send(tx, scene, &incident, notices::Phase::Cadence).await?;
    }
    plan(tx, scene, &incident).await
}

/// Nobody said that it was not restored. What still stands against its close is said once a day, a few times.
async fn close(tx: &mut Tx, scene: &Scene, before: Incident, due: &Due) -> Result<(), Error> {
    if before.state != State::Resolved {
        return Ok(());
    }
    // The server may leave more time by now than when this was planned.
    if before.settles_at(scene.guild.habits.close_after_days).is_some_and(|at| at > scene.now) {
        return plan(tx, scene, &before).await;
    }
    let reviewed = review::store::is_approved(tx, before.guild, before.number).await?;
    if let Some(after) = before.clone().close_by_time(reviewed, scene.now) {
        let (after, _) = step(tx, scene, &before, after, "incident.close", "timer", Vec::new()).await?;
        return impact::refresh(tx, &after).await.map(drop);
    }
    let over = before.settles_at(scene.guild.habits.close_after_days).map_or(TimeDelta::zero(), |at| scene.now - at);
    if over < CLOSE_AGAIN * CLOSE_REMINDERS {
        remember(tx, scene, &before, due, "close", before.roles.commander).await?;
        let calls: Vec<Ping> = before.roles.commander.map(Ping::User).into_iter().collect();
        let services = crate::service::choices(tx, before.guild).await?;
        let message = reply::cannot_close_by_time(&before, reviewed, services, &calls);
        remind(tx, scene, &before, due, &message).await?;
        timer::arm(tx, before.guild, timer::Kind::Close, before.number, scene.now + CLOSE_AGAIN).await?;
    }
    Ok(())
}

/// A task is due and not done.
async fn task_due(tx: &mut Tx, scene: &Scene, incident: Incident, due: &Due, late: bool) -> Result<(), Error> {
    let Some(task) = tasks::remind(tx, &incident, due.subject.part.unwrap_or_default(), scene.now).await? else {
        return Ok(());
    };
    let addressee = tasks::addressee(&incident, &task);
    let person = match addressee {
        Some(Ping::User(user)) => Some(user),
        _ => None,
    };
    let mut changes = vec![Change::new("task", Fact::Plain(task.number.to_string()))];
    changes.extend(reminded("task", person));
    let mut draft = scene.draft("incident.reminder", incident.number, "timer", changes);
    draft.event_at = due.due_at;
    journal::append(tx, incident.guild, scene.written_at, draft).await?;
    let calls: Vec<Ping> = addressee.into_iter().collect();
    let words = tasks::reminder(&task, late);
    let message = outbox::page(&calls, &words).buttons(tasks::buttons(&task));
    remind(tx, scene, &incident, due, &message).await
}

/// A review is due and not approved.
async fn review_due(tx: &mut Tx, scene: &Scene, incident: Incident, due: &Due, late: bool) -> Result<(), Error> {
    let Some(found) = review::store::find(tx, incident.guild, incident.number).await? else { return Ok(()) };
    if found.state == super::history::ReviewState::Approved {
        return Ok(());
    }
    // What is open again is reviewed once it is restored: the reminder waits, and none of them is used up.
    if incident.state.is_open() {
        let later = scene.now + review::AGAIN;
        return timer::arm(tx, incident.guild, timer::Kind::Review, incident.number, later).await;
    }
    // Reminders that were missed are not made up for one by one.
    let mut found = Review { reminded: found.reminded + 1, ..found };
    while review_reminder(&found) <= scene.now {
        found.reminded += 1;
    }
    review::store::put(tx, incident.guild, &found).await?;
    if found.reminded < review::REMINDERS {
        timer::arm(tx, incident.guild, timer::Kind::Review, incident.number, review_reminder(&found)).await?;
    }
    remember(tx, scene, &incident, due, "review", found.owner).await?;
    let calls: Vec<Ping> = found.owner.map(Ping::User).into_iter().collect();
    let message = outbox::page(&calls, &review::reminder(&incident, &found, late));
    let key = reminder_key(&incident, due);
    post(tx, scene, &incident, To::Room(review::number(incident.number)), key, &message).await
}

fn responders(scene: &Scene) -> Vec<Ping> {
    scene.guild.roles.roles(Capability::Responder).iter().map(|role| Ping::Role(*role)).collect()
}

fn reminded(about: &str, addressee: Option<UserId>) -> Vec<Change> {
    let mut changes = vec![Change::new("about", Fact::Plain(about.to_owned()))];
    changes.extend(addressee.map(|user| Change::new("addressee", Fact::Person(user))));
    changes
}

async fn remember(
    tx: &mut Tx,
    scene: &Scene,
    incident: &Incident,
    due: &Due,
    about: &str,
    addressee: Option<UserId>,
) -> Result<(), Error> {
    let mut draft = scene.draft("incident.reminder", incident.number, "timer", reminded(about, addressee));
    draft.event_at = due.due_at;
    journal::append(tx, incident.guild, scene.written_at, draft).await.map(drop)
}

fn reminder_key(incident: &Incident, due: &Due) -> String {
    format!("timer:{}:{}:{}:{}", incident.guild, due.kind.name(), due.subject, due.generation)
}

/// Says a reminder in the room. Whoever it calls is called ahead of what only informs.
async fn remind(tx: &mut Tx, scene: &Scene, incident: &Incident, due: &Due, message: &Message) -> Result<(), Error> {
    let (room, key) = (To::Room(incident.number), reminder_key(incident, due));
    if incident.priority.pages() && incident.state.is_open() {
        return call(tx, scene, incident, room, key, message).await;
    }
    post(tx, scene, incident, room, key, message).await
}
