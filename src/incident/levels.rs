//! How incidents stand against what was promised: the bridge between the journal of an incident and the clocks of [`crate::level`].
//!
//! `course` says what happened in the terms of a clock, `watch` tells people in time, `verdicts` tells the post-incident summary.

mod course;
mod upkeep;
mod verdicts;
mod watch;

pub use upkeep::{agree, catch_up};
pub use verdicts::verdicts;
pub use watch::fire;

use chrono::{DateTime, Utc};

use super::history::History;
use super::reminders::after_quiet;
use super::step::find;
use super::{Incident, Kind, reply, store};
use crate::chat::answer::Answer;
use crate::command::context::{Context, Scene};
use crate::error::Error;
use crate::journal::{self, Told};
use crate::level::{self, Book, Clock, Metric, clock};
use crate::store::Tx;
use crate::timer;

/// Whether a step can move a clock.
pub(super) fn moves(before: &Incident, after: &Incident, told: &Told) -> bool {
    // A correction can move the time of any entry, an undo can take back any; the first update is a response; and service may be back
    // before anybody says so.
    matches!(told.action.as_str(), "incident.correct" | "incident.undo")
        || told.action == "incident.update" && before.acknowledged.is_none()
        || told.text("mark") == Some("restored")
        || before.state != after.state
        || before.priority != after.priority
        || before.service != after.service
        || before.acknowledged != after.acknowledged
        || before.resolution != after.resolution
        || before.hold.as_ref().map(|hold| hold.reason) != after.hold.as_ref().map(|hold| hold.reason)
}

/// Computes the clocks of a new incident, of which `told` is all that is known.
pub(super) async fn begin(tx: &mut Tx, scene: &Scene, incident: &Incident, told: Told) -> Result<(), Error> {
    if incident.kind != Kind::Live {
        return Ok(());
    }
    let book = level::agreed(tx, &scene.guild).await?;
    let clocks = computed(incident, &book, &[told]);
    // Somebody waits for this: whatever there cannot be yet is not looked for.
    if clocks.is_empty() {
        return Ok(());
    }
    level::store::insert(tx, incident.guild, &book, incident.number, &clocks, scene.now).await?;
    plan(tx, scene, incident, &book, &clocks).await
}

/// Computes the clocks of `incident` anew from its journal, and plans what is to be told next.
pub(super) async fn follow(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<(), Error> {
    if incident.kind != Kind::Live {
        return Ok(());
    }
    let book = level::agreed(tx, &scene.guild).await?;
    let entries = journal::about(tx, incident.guild, &incident.number.to_string()).await?;
    compute(tx, scene, incident, &book, &entries).await
}

/// The same for all whose clocks run in the hours of `calendar`, which are others now.
pub async fn follow_calendar(tx: &mut Tx, scene: &Scene, calendar: i64) -> Result<(), Error> {
    for number in level::store::running_in(tx, scene.guild.id, calendar).await? {
        let Some(incident) = store::find(tx, scene.guild.id, number).await? else { continue };
        follow(tx, scene, &incident).await?;
        super::step::redraw(tx, scene, &incident).await?;
    }
    Ok(())
}

async fn compute(tx: &mut Tx, scene: &Scene, incident: &Incident, book: &Book, entries: &[Told]) -> Result<(), Error> {
    let clocks = computed(incident, book, entries);
    level::store::replace(tx, incident.guild, book, incident.number, &clocks, scene.now).await?;
    plan(tx, scene, incident, book, &clocks).await
}

/// The clocks of `incident`, of which `entries` tell, response first.
fn computed(incident: &Incident, book: &Book, entries: &[Told]) -> Vec<Clock> {
    let course = course::of(incident, &History::of(entries));
    Metric::ALL.into_iter().filter_map(|metric| clock::run(book, &course, metric)).collect()
}

/// Plans when the next step of any target is told. What is not urgent waits for the end of the quiet hours.
async fn plan(tx: &mut Tx, scene: &Scene, incident: &Incident, book: &Book, clocks: &[Clock]) -> Result<(), Error> {
    let next = clocks.iter().filter_map(|clock| clock.next_step(clock.calendar(book)?)).min();
    let at = next.map(DateTime::<Utc>::from).map(|at| {
        if incident.priority.pages() { at } else { after_quiet(at, scene.guild.habits.quiet, &scene.guild.zone) }
    });
    timer::set(tx, incident.guild, timer::Kind::ServiceLevel, incident.number, at).await
}

/// `/sla why`: the arithmetic.
pub async fn why(tx: &mut Tx, context: &Context, named: Option<String>) -> Result<Answer, Error> {
    let incident = find(tx, context, named.as_deref()).await?;
    if incident.kind != Kind::Live {
        return Err(reply::not_measured(&incident).into());
    }
    let book = level::store::book(tx, incident.guild).await?;
    let clocks = level::store::clocks(tx, incident.guild, &book, incident.number).await?;
    Ok(Answer::Say(reply::why(&incident, &book, &clocks, &context.guild, context.now)))
}
