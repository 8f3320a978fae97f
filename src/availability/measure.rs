//! Reads what the figures of a service are made of: its promise, its windows of impact, the maintenance that was announced.

use chrono::{DateTime, TimeDelta, Utc};

use super::budget::LOOK_BACKS;
use super::promise::{Promise, Promises};
use super::rules::{Figures, Given};
use super::store;
use super::window::{Kind, Stretch, Window};
use crate::business_time::{Instant, Span, Spans};
use crate::error::Error;
use crate::incident::history::Degree;
use crate::incident::impairment::{self, Impairment};
use crate::service::Service;
use crate::setup::Guild;
use crate::store::Tx;

/// Chains of overlapping outages are followed back this often; each link overlaps the next, so more would be one endless outage.
const LINKS: usize = 32;

/// A service, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Which.
    pub service: Service,
    /// What is promised of it.
    pub promise: Promise,
    /// The promised seconds of what is told of.
    pub hours: Spans,
    /// What is agreed of what is to come of the period.
    pub ahead: Spans,
    /// How it was.
    pub figures: Figures,
    /// What happened to it, in the order in which it began; back to where an outage began that reaches into the period.
    pub impairments: Vec<Impairment>,
    /// The maintenance that was announced for it and reaches into the period.
    pub windows: Vec<Window>,
}

/// Measures each of `services` over the period `[from, until)`, as it is known at `now`.
pub async fn measure(
    tx: &mut Tx,
    guild: &Guild,
    services: Vec<Service>,
    (from, until): Stretch,
    now: DateTime<Utc>,
) -> Result<Vec<Measured>, Error> {
    let longest = TimeDelta::seconds(LOOK_BACKS[LOOK_BACKS.len() - 1]);
    let earliest = from.min(until.min(now) - longest);
    let windows = store::between(tx, guild.id, Kind::Maintenance, earliest, until).await?;
    let promises = Promises::read(tx, guild).await?;
    // The promise is the one that held at the end of the period.
    let at = if until > now { now } else { until - TimeDelta::microseconds(1) };
    let mut measured = Vec::with_capacity(services.len());
    for service in services {
        let promise = promises.of(&service, at);
        measured.push(one(tx, guild, (service, promise), (from, until), (earliest, &windows), now).await?);
    }
    Ok(measured)
}

async fn one(
    tx: &mut Tx,
    guild: &Guild,
    (service, promise): (Service, Promise),
    (from, until): Stretch,
    (mut earliest, windows): (DateTime<Utc>, &[Window]),
    now: DateTime<Utc>,
) -> Result<Measured, Error> {
    let end = until.min(now);
    let mut impairments = impairment::of_service(tx, guild.id, service.id, earliest, end).await?;
    let mut reread = false;
    for _ in 0..LINKS {
        // Whether an outage is this period's to count depends on all of it, and on what it is one with.
        let began = impairments.iter().filter(|one| one.degree == Degree::Outage).map(|one| one.from).min();
        let Some(before) = began.filter(|began| *began < earliest) else { break };
        (earliest, reread) = (before, true);
        impairments = impairment::of_service(tx, guild.id, service.id, earliest, end).await?;
    }
    let mut windows =
        if reread { store::between(tx, guild.id, Kind::Maintenance, earliest, until).await? } else { windows.to_vec() };
    windows.retain(|window| window.covers(service.id));
    let mut given = given(&promise, &impairments, &windows, (from, until), earliest, now);
    // What is retired is promised no longer.
    if let Some(retired) = service.retired_at {
        let in_use = Span { from: Instant::of(i64::MIN), until: retired.into() };
        given.hours = given.hours.and(&in_use.into());
    }
    let figures = Figures::of(&given);
    let hours = given.hours.and(&figures.span.into());
    let ahead = Span { from: figures.span.until, ..given.period };
    let ahead = given.hours.minus(&given.excused).and(&ahead.into());
    windows.retain(|window| window.from < until && from < window.until.max(window.ended_at.unwrap_or(window.until)));
    Ok(Measured { service, promise, hours, ahead, figures, impairments, windows })
}

fn given(
    promise: &Promise,
    impairments: &[Impairment],
    windows: &[Window],
    (from, until): Stretch,
    earliest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Given {
    let of = |degree: Degree| {
        impairments
            .iter()
            .filter(move |one| one.degree == degree)
            .map(|one| (one.from.into(), one.until.map(Instant::from)))
    };
    let span = |(from, until): Stretch| Span { from: from.into(), until: until.into() };
    let overruns = windows.iter().filter_map(Window::overrun).map(span).map(|span| (span.from, Some(span.until)));
    Given {
        period: span((from, until)),
        now: now.into(),
        hours: promise.open(span((earliest, until))),
        excused: windows.iter().filter_map(Window::excused).map(span).collect::<Spans>(),
        outages: of(Degree::Outage).chain(overruns).collect(),
        degraded: of(Degree::Degraded).collect(),
        degraded_percent: promise.degraded_percent,
        objective: promise.objective.as_ref().map(|objective| objective.millionths),
    }
}

impl Measured {
    /// The incidents that were behind the outage `span`, in the order in which they began.
    pub fn behind(&self, span: Span) -> Vec<&Impairment> {
        self.reaching(span).filter(|one| one.degree == Degree::Outage).collect()
    }

    /// What happened in `span`, in the order in which it began.
    pub fn reaching(&self, span: Span) -> impl Iterator<Item = &Impairment> {
        self.impairments.iter().filter(move |one| {
            Instant::from(one.from) < span.until && one.until.is_none_or(|until| Instant::from(until) > span.from)
        })
    }

    /// The maintenance whose overrun was behind the outage `span`.
    pub fn overruns(&self, span: Span) -> Vec<&Window> {
        let meets = |(from, until): Stretch| Instant::from(from) < span.until && Instant::from(until) > span.from;
        self.windows.iter().filter(|window| window.overrun().is_some_and(meets)).collect()
    }
}
