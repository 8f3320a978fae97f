//! `maintenance`: announcing when service may be away, and how that went.

use chrono::{DateTime, TimeDelta, Utc};

use super::window::{Kind, Phase, Window};
use super::{reply, store};
use crate::chat::answer::{Answer, Choice};
use crate::chat::limits;
use crate::chat::message::Message;
use crate::chat::phrase::{self, Lean, Period};
use crate::chat::text::{clean, clean_line, label};
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::incident::ServiceRef;
use crate::journal::{self, Change, Fact};
use crate::number;
use crate::outbox::{self, Post, To, effect::Lane};
use crate::policy;
use crate::service;
use crate::setup::Purpose;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// For how long behind its end a window is still offered, for those who come to say that it ended otherwise.
const OFFERED: TimeDelta = TimeDelta::days(7);

/// What is announced.
pub(super) struct Announcement {
    /// What is done.
    pub name: String,
    /// Which service; all when not said.
    pub service: Option<String>,
    /// From when, as it was typed.
    pub start: String,
    /// Until when, or how long, as it was typed.
    pub end: String,
    /// Why.
    pub reason: Option<String>,
}

/// Announces a window.
pub(super) async fn add(tx: &mut Tx, context: &Context, said: Announcement) -> Result<Answer, Error> {
    let planner = policy::planner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let name = clean_line(&said.name);
    if name.is_empty() {
        return Err(reply::no_name().into());
    }
    let service = service::maybe_named(tx, guild, said.service).await?;
    let from = context.ahead("start", &said.start)?;
    let until = end_of(context, from, &said.end)?;
    Window::check(from, until, context.now)?;
    let beside = overlapping(tx, guild, service.as_ref(), from, until).await?;
    let window = Window {
        guild,
        id: number::next_in_sequence(tx, guild, "window").await?,
        kind: Kind::Maintenance,
        name,
        reason: said.reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty()),
        service: service.as_ref().map(|service| service.id),
        from,
        until,
        announced_at: context.written_at,
        announced_by: planner.user(),
        ended_at: None,
        cancelled_at: None,
    };
    store::insert(tx, &window).await?;
    let changes = vec![
        Change::new("name", Fact::Text(window.name.clone())),
        Change::new("reason", Fact::text(window.reason.as_deref())),
        Change::new("service", Fact::plain(service.as_ref().map(|service| &service.name))),
        Change::new("service-id", Fact::plain(window.service)),
        Change::new("from", Fact::instant(Some(window.from))),
        Change::new("until", Fact::instant(Some(window.until))),
    ];
    let seq = record(tx, context, "availability.maintenance-add", &window, planner.basis(), changes).await?;
    let service = service.map(|service| service.name);
    tell(tx, context, &window, seq, &reply::announced(&window, service.as_deref())).await?;
    Ok(Answer::Say(reply::added(&window, service.as_deref(), &beside)))
}

/// What is to come and what is under way, or what was in a period.
pub(super) async fn list(
    tx: &mut Tx,
    context: &Context,
    service: Option<String>,
    period: Option<String>,
) -> Result<Answer, Error> {
    let guild = context.guild.id;
    let service = match service {
        Some(name) => Some(service::find(tx, guild, &name).await?),
        None => None,
    };
    let period = period
        .map(|text| Period::read(&text, context.now, &context.guild.zone).map_err(|why| reply::no_period(&why)))
        .transpose()?;
    let mut windows = if let Some(period) = &period {
        store::between(tx, guild, Kind::Maintenance, period.from, period.until).await?
    } else {
        let mut windows = store::current(tx, guild, Kind::Maintenance, context.now, TimeDelta::zero()).await?;
        windows.retain(|window| matches!(window.phase(context.now), Phase::Coming | Phase::Running));
        windows
    };
    if let Some(service) = &service {
        windows.retain(|window| window.covers(service.id));
    }
    let names = service::names(tx, guild).await?;
    Ok(Answer::Say(reply::list(&windows, &names, period.as_ref(), context.now)))
}

/// The work ended at another time than was announced.
pub(super) async fn end(tx: &mut Tx, context: &Context, window: &str, at: Option<String>) -> Result<Answer, Error> {
    let planner = policy::planner(&context.member, &context.guild.roles)?;
    let before = named(tx, context, window).await?;
    let at = at.map_or(Ok(context.now), |at| context.past("at", &at))?;
    let after = before.end(&planner, at, context.now)?;
    store::finish(tx, &after).await?;
    let changes = vec![Change::new("ended", Fact::instant(after.ended_at))];
    let seq = record(tx, context, "availability.maintenance-end", &after, planner.basis(), changes).await?;
    tell(tx, context, &after, seq, &reply::has_ended(&after)).await?;
    Ok(Answer::Say(reply::ended(&after)))
}

/// It does not take place.
pub(super) async fn cancel(
    tx: &mut Tx,
    context: &Context,
    window: &str,
    reason: Option<String>,
) -> Result<Answer, Error> {
    let planner = policy::planner(&context.member, &context.guild.roles)?;
    let after = named(tx, context, window).await?.cancel(&planner, context.now)?;
    store::finish(tx, &after).await?;
    let reason = reason.map(|reason| clean(&reason)).filter(|reason| !reason.is_empty());
    let changes = vec![
        Change::new("cancelled", Fact::instant(after.cancelled_at)),
        Change::new("reason", Fact::text(reason.as_deref())),
    ];
    let seq = record(tx, context, "availability.maintenance-cancel", &after, planner.basis(), changes).await?;
    tell(tx, context, &after, seq, &reply::called_off(&after, reason.as_deref())).await?;
    Ok(Answer::Say(reply::cancelled(&after)))
}

/// Completions of a window, the next first.
pub async fn complete(tx: &mut Tx, guild: GuildId, typed: &str, now: DateTime<Utc>) -> Result<Vec<Choice>, Error> {
    let typed = typed.trim().to_lowercase();
    let windows = store::current(tx, guild, Kind::Maintenance, now, OFFERED).await?;
    Ok(windows
        .into_iter()
        .filter(|window| window.cancelled_at.is_none() && window.ended_at.is_none())
        .filter(|window| window.id.to_string() == typed || window.name.to_lowercase().contains(&typed))
        .take(limits::CHOICES)
        .map(|window| Choice {
            name: label(&format!("{} · {}", window.id, window.name), limits::CHOICE),
            value: window.id.to_string(),
        })
        .collect())
}

/// `2026-11-29 02:00`, `02:00` after the start, or a length from the start: `4h`.
fn end_of(context: &Context, from: DateTime<Utc>, text: &str) -> Result<DateTime<Utc>, Refusal> {
    if let Ok(length) = phrase::duration(text.trim().trim_start_matches('+')) {
        return Ok(from + length);
    }
    // A time of day or a weekday is the next one behind the start; `tomorrow` is said as of now.
    let word = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    if ["today", "tomorrow", "yesterday", "in"].contains(&word.as_str()) {
        return context.ahead("end", text);
    }
    phrase::instant(text, from, &context.guild.zone, Lean::Future)
        .map_err(|why| Refusal::new("phrase.unreadable", format!("`end`: {why}")))
}

/// The windows that a new one shares time and a service with.
async fn overlapping(
    tx: &mut Tx,
    guild: GuildId,
    service: Option<&ServiceRef>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Window>, Error> {
    let mut windows = store::between(tx, guild, Kind::Maintenance, from, until).await?;
    windows.retain(|window| {
        window.excused().is_some_and(|(start, end)| start < until && from < end)
            && service.is_none_or(|service| window.covers(service.id))
    });
    Ok(windows)
}

/// The window of that number, or the only one of that name that is not over for long.
async fn named(tx: &mut Tx, context: &Context, text: &str) -> Result<Window, Error> {
    let guild = context.guild.id;
    if let Ok(id) = text.trim().trim_start_matches('#').parse() {
        let window = store::find(tx, guild, id).await?.filter(|window| window.kind == Kind::Maintenance);
        return window.ok_or_else(|| reply::unknown(text, &[]).into());
    }
    let mut windows = store::current(tx, guild, Kind::Maintenance, context.now, OFFERED).await?;
    windows.retain(|window| window.cancelled_at.is_none());
    let (mut of_that_name, others): (Vec<Window>, Vec<Window>) =
        windows.into_iter().partition(|window| service::key(&window.name) == service::key(text));
    match (of_that_name.pop(), of_that_name.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            of_that_name.push(last);
            Err(reply::several(text, &of_that_name).into())
        }
        (None, _) => Err(reply::unknown(text, &others).into()),
    }
}

async fn record(
    tx: &mut Tx,
    context: &Context,
    action: &'static str,
    window: &Window,
    basis: &str,
    changes: Vec<Change>,
) -> Result<i64, Error> {
    let subject = format!("maintenance:{}", window.id);
    let draft = context.draft(action, subject, basis, changes);
    Ok(journal::append(tx, context.guild.id, context.written_at, draft).await?.seq)
}

/// Tells whoever follows changes, where there is a channel for that.
async fn tell(tx: &mut Tx, context: &Context, window: &Window, seq: i64, message: &Message) -> Result<(), Error> {
    let Some(channel) = context.guild.channel(Purpose::Changes) else { return Ok(()) };
    let key = format!("maintenance:{}:{seq}", window.guild);
    outbox::post(
        tx,
        context.written_at,
        Post { guild: window.guild, lane: Lane::State, to: To::Channel(channel), key, message, otherwise: None },
    )
    .await
}
