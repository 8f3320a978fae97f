//! Tables of digests.

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;
use sqlx::FromRow;

use super::{Frequency, Schedule};
use crate::args;
use crate::chat::phrase::Period;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::report::digest::Figures;
use crate::snowflake::{ChannelId, GuildId, UserId};
use crate::store::Tx;

#[derive(FromRow)]
struct Row {
    digest_id: i64,
    channel_id: i64,
    frequency: String,
    minute: i64,
    timezone: String,
    created_by: i64,
    created_at: i64,
    told_until: i64,
}

impl Row {
    fn schedule(self) -> Result<Schedule, Failure> {
        let odd = |what: &str| Failure::inconsistent("digest_schedule", format!("DIG-{}: {what}", self.digest_id));
        Ok(Schedule {
            id: self.digest_id,
            channel: ChannelId::from_i64(self.channel_id),
            frequency: Frequency::named(&self.frequency).ok_or_else(|| odd(&self.frequency))?,
            minute: self.minute,
            zone: TimeZone::get(&self.timezone).map_err(|error| odd(&error.to_string()))?,
            zone_name: self.timezone,
            created_by: UserId::from_i64(self.created_by),
            created_at: instant(self.created_at),
            told_until: instant(self.told_until),
        })
    }
}

macro_rules! schedules {
    ($rest:literal) => {
        concat!(
            "SELECT digest_id, channel_id, frequency, minute, timezone, created_by, created_at, told_until
               FROM digest_schedule WHERE guild_id = $1 AND removed_at IS NULL ",
            $rest
        )
    };
}

const ALL: &str = schedules!("ORDER BY digest_id");
const FIND: &str = schedules!("AND digest_id = $2");
const TOLD: &str = "UPDATE digest_schedule SET told_until = $4
                     WHERE guild_id = $1 AND digest_id = $2 AND told_until = $3 AND removed_at IS NULL";
const PUBLISHED: &str = "SELECT published_at, figures FROM digest_period
                          WHERE guild_id = $1 AND frequency = $2 AND timezone = $3 AND from_at = $4";

/// The statements that look for something by name, for whoever wants to see how they are carried out.
pub const STATEMENTS: [(&str, &str); 4] = [("all", ALL), ("find", FIND), ("told", TOLD), ("published", PUBLISHED)];

/// The digests of `guild`, in the order of their numbers.
pub async fn all(tx: &mut Tx, guild: GuildId) -> Result<Vec<Schedule>, Error> {
    let rows: Vec<Row> = tx.all(ALL, args![guild]).await?;
    rows.into_iter().map(|row| row.schedule().map_err(Error::from)).collect()
}

/// The digest of that number.
pub async fn find(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<Schedule>, Error> {
    let row: Option<Row> = tx.optional(FIND, args![guild, id]).await?;
    row.map(|row| row.schedule().map_err(Error::from)).transpose()
}

/// Writes down a new one.
pub async fn insert(tx: &mut Tx, guild: GuildId, schedule: &Schedule) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO digest_schedule (guild_id, digest_id, channel_id, frequency, minute, timezone, created_by, created_at,
                                      told_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            guild,
            schedule.id,
            schedule.channel,
            schedule.frequency.name(),
            schedule.minute,
            schedule.zone_name.as_str(),
            schedule.created_by,
            schedule.created_at,
            schedule.told_until
        ],
    )
    .await
    .map(drop)
}

/// It is posted no longer.
pub async fn remove(tx: &mut Tx, guild: GuildId, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
    tx.execute(
        "UPDATE digest_schedule SET removed_at = $3 WHERE guild_id = $1 AND digest_id = $2",
        args![guild, id, at],
    )
    .await
    .map(drop)
}

/// All before `until` is told. False when somebody else was faster.
pub async fn told(tx: &mut Tx, guild: GuildId, schedule: &Schedule, until: DateTime<Utc>) -> Result<bool, Error> {
    let moved = tx.execute(TOLD, args![guild, schedule.id, schedule.told_until, until]).await?;
    Ok(moved == 1)
}

/// Figures as they were published, and when.
pub async fn published(
    tx: &mut Tx,
    guild: GuildId,
    frequency: Frequency,
    zone: &str,
    period: &Period,
) -> Result<Option<(DateTime<Utc>, Figures)>, Error> {
    let row: Option<(i64, String)> = tx.optional(PUBLISHED, args![guild, frequency.name(), zone, period.from]).await?;
    let Some((at, figures)) = row else { return Ok(None) };
    Ok(Some((instant(at), serde_json::from_str(&figures)?)))
}

/// Publishes figures. What was published before stays.
pub async fn publish(
    tx: &mut Tx,
    guild: GuildId,
    schedule: &Schedule,
    period: &Period,
    figures: &Figures,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO digest_period (guild_id, frequency, timezone, from_at, until_at, figures, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        args![
            guild,
            schedule.frequency.name(),
            schedule.zone_name.as_str(),
            period.from,
            period.until,
            serde_json::to_string(figures)?,
            at
        ],
    )
    .await
    .map(drop)
}
