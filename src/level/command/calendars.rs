//! `/sla calendar`: the hours in which service is promised.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{by_name, record};
use crate::business_time::{Calendar, Exceptions, Intervals, Week};
use crate::chat::answer::Answer;
use crate::chat::phrase;
use crate::chat::text::clean_line;
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::incident;
use crate::journal::{Change, Fact};
use crate::level::store::Version;
use crate::level::{Book, Named, reply, store};
use crate::number;
use crate::policy;
use crate::store::Tx;

/// The options of `calendar add`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Add {
    /// What people call it.
    pub name: String,
    /// Its zone.
    pub timezone: String,
    /// `Mon-Fri 09:00-17:30`.
    pub hours: String,
}

/// The options of `calendar holiday`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Holiday {
    /// Of which calendar.
    pub calendar: String,
    /// Which day.
    pub date: String,
    /// What it is called.
    pub name: Option<String>,
    /// When it is open all the same; closed if left out.
    pub hours: Option<String>,
    /// Whether the day is as the others after all.
    pub remove: Option<bool>,
}

/// A calendar, or other hours of one that is there, from now on.
pub(super) async fn add(tx: &mut Tx, context: &Context, said: Add) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let name = clean_line(&said.name);
    if name.is_empty() {
        return Err(reply::no_name().into());
    }
    let zone = phrase::zone(&said.timezone).map_err(|why| Refusal::new("sla.timezone", why))?;
    let timezone = zone.iana_name().unwrap_or(&said.timezone).to_owned();
    let hours: Week = said
        .hours
        .parse()
        .map_err(|why: crate::business_time::WeekFault| Refusal::new("sla.hours", why.to_string()))?;
    let book = store::book(tx, guild).await?;
    let key = crate::service::key(&name);
    let before = book.calendars.values().find(|one| crate::service::key(&one.name) == key);
    let Some(before) = before else {
        let version = Version { from: context.now, timezone, hours, days: Exceptions::default() };
        let id = number::next_in_sequence(tx, guild, "calendar").await?;
        store::insert_calendar(tx, guild, id, &name, false, &version).await?;
        let mut changes = vec![Change::new("name", Fact::Plain(name.clone()))];
        changes.extend(facts(&version).into_iter().map(|(field, after)| Change::new(field, after)));
        record(tx, context, "sla.calendar-add", &format!("calendar:{id}"), proof.basis(), changes).await?;
        return Ok(Answer::Say(reply::calendar_added(&name, &version)));
    };
    if before.retired_at.is_some() {
        return Err(reply::calendar_is_retired(before).into());
    }
    let latest = store::latest_version(tx, guild, before.id).await?;
    let after = Version { from: context.now, timezone, hours, ..latest.clone() };
    change(tx, context, proof.basis(), before, &latest, &after).await?;
    // One that follows the server has the server's zone; one that was given another must not be moved with the server.
    if before.follows_guild && after.timezone != latest.timezone {
        store::unfollow_guild(tx, guild, before.id).await?;
    }
    Ok(Answer::Say(reply::calendar_changed(before, &latest, &after)))
}

/// A day that is not as the others: closed, or open at other hours.
pub(super) async fn holiday(tx: &mut Tx, context: &Context, said: Holiday) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let calendar = in_use(&book, &said.calendar)?;
    let date: Date = said.date.trim().parse().map_err(|_| reply::no_date(&said.date))?;
    let latest = store::latest_version(tx, guild, calendar.id).await?;
    let known = latest.days.on(date).is_some();
    let mut days = latest.days.clone();
    if said.remove.unwrap_or(false) {
        if !known {
            return Err(reply::no_such_holiday(calendar, date).into());
        }
        days.remove(date);
    } else {
        if known {
            return Err(reply::holiday_twice(calendar, date, &latest.days).into());
        }
        let name = said.name.map(|name| clean_line(&name)).filter(|name| !name.is_empty());
        let hours = match said.hours.as_deref().map(str::trim) {
            None => None,
            Some(text) if text.eq_ignore_ascii_case("closed") => None,
            Some(text) => Some(text.parse::<Intervals>().map_err(|why| Refusal::new("sla.hours", why.to_string()))?),
        };
        days.insert(date, hours, name).map_err(|why| Refusal::new("sla.holiday", why.to_string()))?;
    }
    let after = Version { from: context.now, days, ..latest.clone() };
    change(tx, context, proof.basis(), calendar, &latest, &after).await?;
    let passed = today(context, &after.timezone).is_some_and(|today| date <= today);
    Ok(Answer::Say(reply::holiday_set(calendar, date, &after, passed)))
}

/// The date in the zone of that name.
fn today(context: &Context, zone: &str) -> Option<Date> {
    let zone = phrase::zone(zone).ok()?;
    let now = jiff::Timestamp::from_microsecond(context.now.timestamp_micros()).ok()?;
    Some(zone.to_datetime(now).date())
}

/// All calendars.
pub(super) async fn list(tx: &mut Tx, context: &Context) -> Result<Answer, Error> {
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let mut shown = Vec::new();
    for calendar in book.calendars.values() {
        shown.push((calendar.clone(), store::latest_version(tx, guild, calendar.id).await?));
    }
    Ok(Answer::Say(reply::calendars(&shown, context.now)))
}

/// It is offered no longer. One that a target uses stays.
pub(super) async fn retire(tx: &mut Tx, context: &Context, named: &str) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let calendar = in_use(&book, named)?;
    let (agreements, clocks) = store::uses(tx, guild, calendar.id).await?;
    if !agreements.is_empty() || clocks > 0 {
        return Err(reply::calendar_in_use(calendar, &agreements, clocks).into());
    }
    store::retire_calendar(tx, guild, calendar.id, context.now).await?;
    let changes = vec![
        Change::new("name", Fact::Plain(calendar.name.clone())),
        Change::new("retired", Fact::instant(Some(context.now))),
    ];
    record(tx, context, "sla.calendar-retire", &format!("calendar:{}", calendar.id), proof.basis(), changes).await?;
    Ok(Answer::Say(reply::calendar_retired(calendar)))
}

/// The calendar of that name, in use.
pub(super) fn in_use<'b>(book: &'b Book, named: &str) -> Result<&'b Named, Refusal> {
    let found = by_name(book.calendars.values(), |one| &one.name, named, reply::unknown_calendar)?;
    if found.retired_at.is_some() { Err(reply::calendar_is_retired(found)) } else { Ok(found) }
}

/// Writes another version down, and computes what runs in its hours anew: each second is judged by the version in force then.
async fn change(
    tx: &mut Tx,
    context: &Context,
    basis: &str,
    calendar: &Named,
    before: &Version,
    after: &Version,
) -> Result<(), Error> {
    Calendar::new(&after.timezone, after.hours.clone(), after.days.clone())
        .map_err(|why| Refusal::new("sla.calendar", why.to_string()))?;
    let changes: Vec<Change> = facts(before)
        .into_iter()
        .zip(facts(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect();
    if changes.is_empty() {
        return Err(reply::nothing_changes().into());
    }
    store::put_version(tx, context.guild.id, calendar.id, after).await?;
    record(tx, context, "sla.calendar-change", &format!("calendar:{}", calendar.id), basis, changes).await?;
    incident::levels::follow_calendar(tx, context, calendar.id).await
}

fn facts(version: &Version) -> [(&'static str, Fact); 3] {
    [
        ("timezone", Fact::Plain(version.timezone.clone())),
        ("hours", Fact::Plain(version.hours.to_string())),
        ("days", Fact::Plain(version.days.to_string())),
    ]
}
