//! `report`: the figures of one service with their arithmetic, or of all services at a glance.

use std::collections::{BTreeMap, BTreeSet};

use super::measure::{Measured, measure};
use super::{csv, pencil, reply};
use crate::chat::answer::Answer;
use crate::chat::file::File;
use crate::chat::phrase::Period;
use crate::chat::phrase::period::Unit;
use crate::command::context::Context;
use crate::error::{Error, Failure};
use crate::incident::listing::store::{AT_ONCE, numbered};
use crate::number::Number;
use crate::outbox;
use crate::service;
use crate::store::Tx;

/// Outages whose incidents are named in a message.
pub(super) const NAMED: usize = 8;

/// An incident that whoever asks may know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is about: plain text.
    pub title: String,
    /// Where it is talked about.
    pub link: Option<String>,
}

/// The report that is asked for.
pub(super) async fn report(
    tx: &mut Tx,
    context: &Context,
    service: Option<String>,
    period: Option<String>,
) -> Result<Answer, Error> {
    let (guild, now) = (&context.guild, context.now);
    let period = match period {
        Some(text) => Period::read(&text, now, &guild.zone).map_err(|why| reply::no_period(&why))?,
        None => Period::current(Unit::Month, now, &guild.zone)
            .ok_or_else(|| Failure::Other("there is no month now".to_owned()))?,
    };
    let span = (period.from, period.until);
    let Some(name) = service else {
        let mut services = service::store::all(tx, guild.id).await?;
        services.retain(|service| service.retired_at.is_none_or(|at| at > period.from));
        let measured = measure(tx, guild, services, span, now).await?;
        let file =
            File::new(&format!("availability-{}.csv", period.key()), "text/csv", csv::of(&measured).into_bytes())
                .described(&format!("Availability of all services in {}, for spreadsheets", period.name()));
        let message = reply::overview(&measured, &period, now);
        return Ok(Answer::Say(if measured.is_empty() { message } else { message.file(file) }));
    };
    let service = service::find(tx, guild.id, &name).await?;
    let measured = measure(tx, guild, vec![service], span, now).await?;
    let measured = measured.into_iter().next().ok_or_else(|| Failure::Other("nothing was measured".to_owned()))?;
    let known = known(tx, context, &measured).await?;
    let text = pencil::of(&measured, &period, guild, &known, now);
    let name = format!("availability-{}-{}.md", service::key(&measured.service.name).replace(' ', "-"), period.key());
    let file = File::new(&name, "text/markdown", text.into_bytes()).described(&format!(
        "How the availability of {} in {} was computed",
        measured.service.name,
        period.name()
    ));
    Ok(Answer::Say(reply::report(&measured, &period, &known, now).file(file)))
}

/// The incidents of the period, as far as whoever asks may know of them.
async fn known(tx: &mut Tx, context: &Context, measured: &Measured) -> Result<BTreeMap<Number, Known>, Error> {
    let numbers: BTreeSet<i64> = measured.reaching(measured.figures.span).map(|one| one.number.value).collect();
    let numbers: Vec<i64> = numbers.into_iter().rev().collect();
    let guild = context.guild.id;
    let mut known = BTreeMap::new();
    for (place, some) in numbers.chunks(AT_ONCE).enumerate() {
        for listed in numbered(tx, guild, context.viewer(), some).await? {
            // The newest are named in the message, and need a link there.
            let room = if place == 0 { outbox::room(tx, guild, listed.number).await? } else { None };
            let link = room
                .and_then(|room| room.thread)
                .map(|thread| format!("https://discord.com/channels/{guild}/{thread}"));
            known.insert(listed.number, Known { title: listed.title, link });
        }
    }
    Ok(known)
}
