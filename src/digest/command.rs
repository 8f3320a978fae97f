//! `/sla digest` and `/sla report`: the steps of each verb.

use serde::{Deserialize, Serialize};

use super::made::{self, Occasion};
use super::{Frequency, Schedule, reply, runner, store};
use crate::chat::answer::Answer;
use crate::chat::phrase::{self, Period, Unit};
use crate::command::context::Context;
use crate::command::outside::Outside;
use crate::error::{Error, Refusal};
use crate::journal::{self, Change, Fact};
use crate::number::{self, Kind, Number};
use crate::policy;
use crate::service;
use crate::setup;
use crate::snowflake::ChannelId;
use crate::store::Tx;
use crate::timer;

/// Digests of one server: a channel a team and a frequency each are plenty.
const MOST: usize = 25;

/// The options of `digest add`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Add {
    /// Where it is posted.
    pub channel: ChannelId,
    /// How often.
    pub frequency: Frequency,
    /// At what local time.
    pub time: String,
    /// In whose time.
    pub timezone: Option<String>,
}

/// Posts a digest again and again.
pub async fn add(tx: &mut Tx, context: &Context, said: Add, outside: &Outside) -> Result<Answer, Error> {
    let proof = policy::administrator(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let minute = minute(&said.time)?;
    let (zone, zone_name) = match &said.timezone {
        Some(name) => {
            let zone = phrase::zone(name).map_err(|why| Refusal::new("digest.timezone", why))?;
            let name = zone.iana_name().unwrap_or(name).to_owned();
            (zone, name)
        }
        None => (context.guild.zone.clone(), context.guild.zone_name.clone()),
    };
    // Where Discord does not answer, nothing is held against the channel.
    if let Ok(around) = outside.around() {
        let missing = match around.channels.get(&said.channel) {
            Some(facts) => setup::missing_for_posts(facts),
            None => return Err(setup::reply::not_a_channel_of_this_server(said.channel).into()),
        };
        if !missing.is_empty() {
            return Err(reply::cannot_post(said.channel, &missing).into());
        }
    }
    let known = store::all(tx, guild).await?;
    if known.len() >= MOST {
        return Err(reply::too_many().into());
    }
    let same = |one: &&Schedule| one.channel == said.channel && one.frequency == said.frequency;
    if let Some(one) = known.iter().find(same) {
        return Err(reply::is_there(one).into());
    }
    let now = Period::current(said.frequency.unit(), context.now, &zone).ok_or_else(reply::no_period)?;
    let schedule = Schedule {
        id: number::next_in_sequence(tx, guild, Kind::Digest.prefix()).await?,
        channel: said.channel,
        frequency: said.frequency,
        minute,
        zone,
        zone_name,
        created_by: context.member.user,
        created_at: context.now,
        told_until: now.from,
    };
    store::insert(tx, guild, &schedule).await?;
    runner::arm(tx, guild, &schedule).await?;
    let changes = vec![
        Change::new("channel", Fact::Plain(schedule.channel.to_string())),
        Change::new("frequency", Fact::Plain(schedule.frequency.name().to_owned())),
        Change::new("time", Fact::Plain(reply::clock(schedule.minute))),
        Change::new("timezone", Fact::Plain(schedule.zone_name.clone())),
    ];
    record(tx, context, "sla.digest-add", schedule.id, proof.basis(), changes).await?;
    Ok(Answer::Say(reply::added(&schedule)))
}

/// All that are posted.
pub async fn list(tx: &mut Tx, context: &Context) -> Result<Answer, Error> {
    Ok(Answer::Say(reply::list(&store::all(tx, context.guild.id).await?)))
}

/// It is posted no longer.
pub async fn remove(tx: &mut Tx, context: &Context, named: &str) -> Result<Answer, Error> {
    let proof = policy::administrator(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let number = Number::parse(Kind::Digest, named)?;
    let schedule = store::find(tx, guild, number.value).await?.ok_or_else(|| reply::unknown(number))?;
    store::remove(tx, guild, schedule.id, context.now).await?;
    timer::cancel(tx, guild, timer::Kind::Digest, number).await?;
    let changes = vec![Change::new("removed", Fact::instant(Some(context.now)))];
    record(tx, context, "sla.digest-remove", schedule.id, proof.basis(), changes).await?;
    Ok(Answer::Say(reply::removed(&schedule)))
}

/// The digest of any period, for whoever asks: of all services, or of one.
pub async fn now(
    tx: &mut Tx,
    context: &Context,
    period: Option<String>,
    service: Option<String>,
) -> Result<Answer, Error> {
    let zone = &context.guild.zone;
    let period = match period.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Period::read(text, context.now, zone).map_err(|why| Refusal::new("digest.period", why))?,
        None => Period::current(Unit::Month, context.now, zone).ok_or_else(reply::no_period)?,
    };
    let service = service::maybe_named(tx, context.guild.id, service).await?;
    let matches = |frequency: &Frequency| {
        Period::current(frequency.unit(), period.from, zone).is_some_and(|whole| whole == period)
    };
    let occasion = Occasion {
        guild: &context.guild,
        frequency: Frequency::ALL.into_iter().find(matches),
        zone: (zone.clone(), context.guild.zone_name.clone()),
        only: service.map(|service| service.id),
        now: context.now,
        late_since: None,
    };
    let digest = made::digest(tx, &occasion, period).await?;
    made::message(&digest).map(Answer::Say)
}

/// `08:30` as a minute of the day.
fn minute(text: &str) -> Result<i64, Refusal> {
    let read = || {
        let (hour, minute) = text.trim().split_once(':')?;
        let plain = |digits: &str| digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute): (i64, i64) = (
            Some(hour).filter(|text| plain(text))?.parse().ok()?,
            Some(minute).filter(|text| plain(text))?.parse().ok()?,
        );
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    };
    read().ok_or_else(|| reply::no_time(text))
}

async fn record(
    tx: &mut Tx,
    context: &Context,
    action: &'static str,
    id: i64,
    basis: &str,
    changes: Vec<Change>,
) -> Result<(), Error> {
    let draft = context.draft(action, format!("digest:{id}"), basis, changes);
    journal::append(tx, context.guild.id, context.written_at, draft).await.map(drop)
}
