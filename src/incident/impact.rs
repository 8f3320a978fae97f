//! `impact`: when which service was impaired, apart from the incident's own life. The windows are computed from the journal
//! ([`super::history`]); the table holds them for availability, which asks by service and time.

use chrono::{DateTime, Utc};

use super::history::{Degree, History, Window};
use super::step::{find, step, undoable};
use super::verbs::taken;
use super::{Incident, ServiceRef, State, budgets, reply};
use crate::args;
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::service;
use crate::store::Tx;

/// What is said of a window.
pub(super) struct Said {
    /// Which service.
    pub service: Option<String>,
    /// How badly.
    pub degree: Option<Degree>,
    /// From when, as it was typed.
    pub from: Option<String>,
    /// Until when, as it was typed.
    pub until: Option<String>,
    /// Which window, when it is there already.
    pub window: Option<i64>,
    /// Whether there was no such impact.
    pub remove: bool,
}

impl Said {
    fn is_nothing(&self) -> bool {
        self.service.is_none()
            && self.degree.is_none()
            && self.from.is_none()
            && self.until.is_none()
            && self.window.is_none()
            && !self.remove
    }
}

/// Shows the windows, adds one, or corrects one.
pub(super) async fn impact(tx: &mut Tx, context: &Context, named: Option<String>, said: Said) -> Result<Answer, Error> {
    if said.is_nothing() {
        let incident = find(tx, context, named.as_deref()).await?;
        let history = history(tx, &incident).await?;
        return Ok(Answer::Say(reply::impact(&incident, &history.windows)));
    }
    let (responder, before) = taken(tx, context, named).await?;
    if matches!(before.state, State::Cancelled | State::Merged) {
        return Err(reply::no_impact_on_what_was_none(before.number).into());
    }
    let history = history(tx, &before).await?;
    let known = match said.window {
        Some(number) => {
            Some(history.window(number).ok_or_else(|| reply::no_such_window(before.number, number))?.clone())
        }
        None => None,
    };
    let service = service::maybe_named(tx, context.guild.id, said.service).await?;
    let service = service.or_else(|| match &known {
        Some(window) => {
            window.service.as_ref().and_then(|service| Some(ServiceRef { id: service.id?, name: service.name.clone() }))
        }
        None => before.service.clone(),
    });
    let from = said.from.map(|from| context.past("from", &from)).transpose()?;
    let until = said.until.map(|until| context.past("until", &until)).transpose()?;
    for (option, at) in [("from", from), ("until", until)] {
        if at.is_some_and(|at| at > context.now) {
            return Err(reply::window_in_the_future(option).into());
        }
    }
    let from = from.or(known.as_ref().map(|window| window.from)).ok_or_else(reply::window_needs_from)?;
    let until = until.or(known.as_ref().and_then(|window| window.until));
    // What is over has no impact that goes on: the end is when service came back.
    let until = until.or(before.resolution.as_ref().map(|resolution| resolution.restored_at));
    if until.is_some_and(|until| until < from) {
        return Err(reply::window_reversed(from).into());
    }
    let degree = said.degree.or(known.as_ref().map(|window| window.degree)).unwrap_or(Degree::Outage);
    let number = known.map_or(history.next_window, |window| window.number);
    let changes = changes(number, degree, service.as_ref(), from, until, said.remove);
    let after = before.clone().noted();
    let (after, told) = step(tx, context, &before, after, "incident.impact", responder.basis(), changes).await?;
    let windows = refresh(tx, &after).await?;
    undoable(&after, &told, reply::impact(&after, &windows))
}

/// What the journal keeps of a window.
pub(super) fn changes(
    number: i64,
    degree: Degree,
    service: Option<&ServiceRef>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    void: bool,
) -> Vec<Change> {
    let mut changes = vec![
        Change::new("window", Fact::Plain(number.to_string())),
        Change::new("degree", Fact::Plain(degree.name().to_owned())),
        Change::new("service", Fact::plain(service.map(|service| &service.name))),
        Change::new("service-id", Fact::plain(service.map(|service| service.id))),
        Change::new("from", Fact::instant(Some(from))),
        Change::new("until", Fact::instant(until)),
    ];
    if void {
        changes.push(Change::new("void", Fact::Plain("true".to_owned())));
    }
    changes
}

/// What the journal tells of an incident.
pub(super) async fn history(tx: &mut Tx, incident: &Incident) -> Result<History, Error> {
    Ok(History::of(&journal::about(tx, incident.guild, &incident.number.to_string()).await?))
}

/// The number that the next window of `incident` gets.
pub(super) async fn next_number(tx: &mut Tx, incident: &Incident) -> Result<i64, Error> {
    Ok(history(tx, incident).await?.next_window)
}

/// Makes the table say what the journal says. Every step that can move a window ends with it.
pub(super) async fn refresh(tx: &mut Tx, incident: &Incident) -> Result<Vec<Window>, Error> {
    let windows = history(tx, incident).await?.windows;
    tx.execute(
        "DELETE FROM impact_window WHERE guild_id = $1 AND number = $2",
        args![incident.guild, incident.number.value],
    )
    .await?;
    for window in &windows {
        insert(tx, incident, window).await?;
    }
    budgets::look_soon(tx, incident).await?;
    Ok(windows)
}

/// The first window of a new incident.
pub(super) async fn begin(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO impact_window (guild_id, number, window_no, service_id, degree, from_at, until_at)
         VALUES ($1, $2, 1, $3, 'outage', $4, NULL)",
        args![
            incident.guild,
            incident.number.value,
            incident.service.as_ref().map(|service| service.id),
            incident.began_at()
        ],
    )
    .await?;
    budgets::look_soon(tx, incident).await
}

async fn insert(tx: &mut Tx, incident: &Incident, window: &Window) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO impact_window (guild_id, number, window_no, service_id, degree, from_at, until_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            incident.guild,
            incident.number.value,
            window.number,
            window.service.as_ref().and_then(|service| service.id),
            window.degree.name(),
            window.from,
            window.until
        ],
    )
    .await
    .map(drop)
}
