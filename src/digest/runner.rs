//! What time does to digests: each period is published once and posted once, in order, however late.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Schedule, made, reply, store};
use crate::chat::message::Message;
use crate::chat::phrase::Period;
use crate::error::Error;
use crate::journal::{self, Actor, Change, Draft, Fact};
use crate::number::{Kind, Number};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::report::digest::Figures;
use crate::setup;
use crate::snowflake::GuildId;
use crate::store::{Store, Tx};
use crate::timer::{self, Due};

/// A digest that comes later than this says so.
const LATE: TimeDelta = TimeDelta::minutes(5);
/// Of what was missed, so many are posted in full; those before them are told in a line each.
const IN_FULL: usize = 3;
/// The most periods that are caught up on at once; what is left follows at the next look.
const AT_ONCE: usize = 60;

/// What is to be said of one look.
struct Made {
    schedule: Schedule,
    /// Each period with its figures, the oldest first.
    periods: Vec<(Period, Figures)>,
    /// What is posted, with the key that makes it one thing.
    posts: Vec<(String, Message)>,
}

/// A digest fell due. It is computed and drawn beside the writers; what is written then holds only if nobody was faster.
pub async fn fire(store: &Store, due: &Due, now: DateTime<Utc>) -> Result<(), Error> {
    let (guild, id) = (due.guild, due.subject.record.value);
    let found = store.read(move |tx| Box::pin(make(tx, guild, id, now))).await?;
    let due = due.clone();
    let found = std::sync::Arc::new(found);
    store
        .write(move |tx| {
            let (due, found) = (due.clone(), found.clone());
            Box::pin(async move {
                journal::lock(tx, due.guild).await?;
                if !timer::take(tx, &due).await? {
                    return Ok(());
                }
                match found.as_ref() {
                    Some(made) => tell(tx, due.guild, made, now).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

async fn make(tx: &mut Tx, guild: GuildId, id: i64, now: DateTime<Utc>) -> Result<Option<Made>, Error> {
    let Some(schedule) = store::find(tx, guild, id).await? else { return Ok(None) };
    let Some(guild) = setup::store::find(tx, guild).await? else { return Ok(None) };
    let untold = schedule.untold(now, AT_ONCE);
    let mut made = Made { schedule: schedule.clone(), periods: Vec::new(), posts: Vec::new() };
    let brief = untold.len().saturating_sub(IN_FULL);
    let mut lines = Vec::new();
    for (index, period) in untold.into_iter().enumerate() {
        let due = schedule.due(&period);
        let occasion = made::Occasion {
            guild: &guild,
            frequency: Some(schedule.frequency),
            zone: (schedule.zone.clone(), schedule.zone_name.clone()),
            only: None,
            now,
            late_since: due.filter(|due| now - *due > LATE),
        };
        let digest = made::digest(tx, &occasion, period.clone()).await?;
        let key = |what: &str| format!("digest:{}:{id}:{what}:{}", guild.id, period.from.timestamp());
        if index < brief {
            lines.push(reply::line(&digest.told));
            if index + 1 == brief {
                made.posts.push((key("missed"), reply::missed(&lines)));
            }
        } else {
            made.posts.push((key("period"), made::message(&digest)?));
        }
        made.periods.push((period, digest.told.figures));
    }
    Ok(Some(made))
}

async fn tell(tx: &mut Tx, guild: GuildId, made: &Made, now: DateTime<Utc>) -> Result<(), Error> {
    let mut schedule = made.schedule.clone();
    let Some((last, _)) = made.periods.last() else { return arm(tx, guild, &schedule).await };
    if !store::told(tx, guild, &schedule, last.until).await? {
        return Ok(());
    }
    for (period, figures) in &made.periods {
        store::publish(tx, guild, &schedule, period, figures, now).await?;
        let changes = vec![
            Change::new("period", Fact::Plain(period.key())),
            Change::new("frequency", Fact::Plain(schedule.frequency.name().to_owned())),
            Change::new("channel", Fact::Plain(schedule.channel.to_string())),
            Change::new("targets-met", Fact::Plain(format!("{} of {}", figures.met().0, figures.met().1))),
        ];
        let draft = Draft {
            actor: Actor::Wardroom,
            authority: "timer".to_owned(),
            source: format!("timer:digest:{}", schedule.id),
            action: "sla.digest",
            subject: format!("digest:{}", schedule.id),
            event_at: schedule.due(period).unwrap_or(now),
            changes,
        };
        journal::append(tx, guild, now, draft).await?;
    }
    for (key, message) in &made.posts {
        let to = To::Channel(schedule.channel);
        outbox::post(tx, now, Post { guild, lane: Lane::Digest, to, key: key.clone(), message, otherwise: None })
            .await?;
    }
    schedule.told_until = last.until;
    arm(tx, guild, &schedule).await
}

/// Plans the next one.
pub async fn arm(tx: &mut Tx, guild: GuildId, schedule: &Schedule) -> Result<(), Error> {
    let number = Number { kind: Kind::Digest, value: schedule.id };
    timer::set(tx, guild, timer::Kind::Digest, number, schedule.next_due()).await
}
