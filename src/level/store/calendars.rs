//! Tables of calendars and their versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::args;
use crate::business_time::{Calendar, Exceptions, Timetable, Week};
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::level::Named;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// A calendar from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// From when.
    pub from: DateTime<Utc>,
    /// Its zone's IANA name.
    pub timezone: String,
    /// Its week.
    pub hours: Week,
    /// The days that are not as the others.
    pub days: Exceptions,
}

impl Version {
    /// The calendar that it is.
    pub fn calendar(&self) -> Result<Calendar, Error> {
        Calendar::new(&self.timezone, self.hours.clone(), self.days.clone())
            .map_err(|why| Failure::inconsistent("calendar_version", why.to_string()).into())
    }
}

/// A calendar with one of its versions, if it has any.
#[derive(FromRow)]
struct Row {
    calendar_id: i64,
    name: String,
    follows_guild: i64,
    retired_at: Option<i64>,
    from_at: Option<i64>,
    timezone: Option<String>,
    hours: Option<String>,
    days: Option<String>,
}

/// The calendars of `guild` by id.
pub async fn calendars(tx: &mut Tx, guild: GuildId) -> Result<BTreeMap<i64, Named>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT c.calendar_id, c.name, c.follows_guild, c.retired_at, v.from_at, v.timezone, v.hours, v.days
               FROM calendar c
               LEFT JOIN calendar_version v ON v.guild_id = c.guild_id AND v.calendar_id = c.calendar_id
              WHERE c.guild_id = $1 ORDER BY c.calendar_id, v.from_at",
            args![guild],
        )
        .await?;
    rows.chunk_by(|one, next| one.calendar_id == next.calendar_id)
        .filter_map(|rows| rows.first().map(|first| (first, rows)))
        .map(|(Row { calendar_id: id, name, follows_guild, retired_at, .. }, rows)| {
            let versions = rows
                .iter()
                .map(|row| {
                    let (Some(from), Some(zone), Some(hours), Some(days)) =
                        (row.from_at, &row.timezone, &row.hours, &row.days)
                    else {
                        return Err(Failure::inconsistent("calendar", format!("calendar {id} has no hours")).into());
                    };
                    let version = version(from, zone.clone(), hours, days)?;
                    Ok((version.from.into(), version.calendar()?))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let named = Named {
                id: *id,
                name: name.clone(),
                follows_guild: *follows_guild != 0,
                retired_at: retired_at.map(instant),
                timetable: Arc::new(Timetable::versions(versions)),
            };
            Ok((*id, named))
        })
        .collect()
}

fn version(from: i64, timezone: String, hours: &str, days: &str) -> Result<Version, Error> {
    let wrong = |what: &str, why: String| Failure::inconsistent("calendar_version", format!("{what}: {why}"));
    Ok(Version {
        from: instant(from),
        timezone,
        hours: hours.parse().map_err(|why: crate::business_time::WeekFault| wrong("hours", why.to_string()))?,
        days: days.parse().map_err(|why: crate::business_time::DaysFault| wrong("days", why.to_string()))?,
    })
}

/// The versions of a calendar, the oldest first.
pub async fn versions(tx: &mut Tx, guild: GuildId, calendar: i64) -> Result<Vec<Version>, Error> {
    let rows: Vec<(i64, String, String, String)> = tx
        .all(
            "SELECT from_at, timezone, hours, days FROM calendar_version WHERE guild_id = $1 AND calendar_id = $2
              ORDER BY from_at",
            args![guild, calendar],
        )
        .await?;
    rows.into_iter().map(|(from, timezone, hours, days)| version(from, timezone, &hours, &days)).collect()
}

/// The newest version of a calendar.
pub async fn latest_version(tx: &mut Tx, guild: GuildId, calendar: i64) -> Result<Version, Error> {
    versions(tx, guild, calendar)
        .await?
        .pop()
        .ok_or_else(|| Failure::inconsistent("calendar", format!("calendar {calendar} has no hours")).into())
}

/// Writes down a new calendar with its first version.
pub async fn insert_calendar(
    tx: &mut Tx,
    guild: GuildId,
    id: i64,
    name: &str,
    follows_guild: bool,
    version: &Version,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar (guild_id, calendar_id, name, name_key, follows_guild) VALUES ($1, $2, $3, $4, $5)",
        args![guild, id, name, crate::service::key(name), follows_guild],
    )
    .await?;
    put_version(tx, guild, id, version).await
}

/// Writes down how a calendar is from some moment on. Two changes in the same microsecond are one.
pub async fn put_version(tx: &mut Tx, guild: GuildId, id: i64, version: &Version) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_version (guild_id, calendar_id, from_at, timezone, hours, days) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (guild_id, calendar_id, from_at)
         DO UPDATE SET timezone = excluded.timezone, hours = excluded.hours, days = excluded.days",
        args![guild, id, version.from, version.timezone.as_str(), version.hours.to_string(), version.days.to_string()],
    )
    .await
    .map(drop)
}

/// A calendar is offered no longer.
pub async fn retire_calendar(tx: &mut Tx, guild: GuildId, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
    tx.execute("UPDATE calendar SET retired_at = $3 WHERE guild_id = $1 AND calendar_id = $2", args![guild, id, at])
        .await
        .map(drop)
}

/// The guild has another zone from `at` on, and so have the calendars that follow it. Returns which.
pub async fn follow_guild(tx: &mut Tx, guild: GuildId, zone: &str, at: DateTime<Utc>) -> Result<Vec<i64>, Error> {
    let rows: Vec<(i64,)> =
        tx.all("SELECT calendar_id FROM calendar WHERE guild_id = $1 AND follows_guild = 1", args![guild]).await?;
    let mut moved = Vec::new();
    for (id,) in rows {
        let latest = latest_version(tx, guild, id).await?;
        if latest.timezone != zone {
            put_version(tx, guild, id, &Version { from: at, timezone: zone.to_owned(), ..latest }).await?;
            moved.push(id);
        }
    }
    Ok(moved)
}

/// How many clocks of a guild go on in the hours of a calendar.
pub(super) const RUNNING: &str =
    "SELECT count(*) FROM clock WHERE guild_id = $1 AND calendar_id = $2 AND state IN ('running', 'paused')";

/// The names of the agreements that use a calendar at `at` in a target, and how many open clocks run in its hours.
pub async fn uses(tx: &mut Tx, guild: GuildId, calendar: i64) -> Result<(Vec<String>, i64), Error> {
    let names: Vec<(String,)> = tx
        .all(
            "SELECT DISTINCT a.name FROM agreement a JOIN target t ON t.guild_id = a.guild_id AND t.agreement_id = a.agreement_id
              WHERE a.guild_id = $1 AND a.retired_at IS NULL AND t.calendar_id = $2 AND t.amount IS NOT NULL
                AND t.from_at = (SELECT max(n.from_at) FROM target n
                                  WHERE n.guild_id = t.guild_id AND n.agreement_id = t.agreement_id
                                    AND n.priority = t.priority AND n.metric = t.metric)
              ORDER BY a.name",
            args![guild, calendar],
        )
        .await?;
    let clocks: Option<(i64,)> = tx.optional(RUNNING, args![guild, calendar]).await?;
    Ok((names.into_iter().map(|(name,)| name).collect(), clocks.map_or(0, |(count,)| count)))
}
