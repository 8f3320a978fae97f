//! Tables of a guild's set-up.

use chrono::{DateTime, Utc};

use super::{Guild, Habits, Purpose};
use crate::args;
use crate::error::{Error, Failure};
use crate::journal;
use crate::policy::{Capability, RoleMap};
use crate::snowflake::{ChannelId, GuildId, RoleId};
use crate::store::Tx;

const CLOSE_AFTER_DAYS: &str = "close-after-days";
const REVIEW_WITHIN_DAYS: &str = "review-within-days";
const QUIET_FROM: &str = "quiet-from";
const QUIET_UNTIL: &str = "quiet-until";
const NOTICE_EVERY_MINUTES: &str = "notice-every-minutes";

/// The guild's set-up; none when it has never spoken to wardroom.
pub async fn find(tx: &mut Tx, id: GuildId) -> Result<Option<Guild>, Error> {
    // Every command begins with this, so it is one statement and not three.
    let rows: Vec<(String, String, i64)> = tx
        .all(
            "SELECT 'zone', timezone, guild_id FROM guild WHERE guild_id = $1
             UNION ALL SELECT 'channel', purpose, channel_id FROM guild_channel WHERE guild_id = $1
             UNION ALL SELECT 'role', capability, role_id FROM guild_role WHERE guild_id = $1
             UNION ALL SELECT 'setting', name, value FROM guild_setting WHERE guild_id = $1",
            args![id],
        )
        .await?;
    let of = |wanted: &'static str| {
        rows.iter().filter(move |(what, ..)| what == wanted).map(|(_, name, value)| (name.as_str(), *value))
    };
    let Some((zone_name, _)) = of("zone").next() else { return Ok(None) };
    let zone = jiff::tz::TimeZone::get(zone_name)
        .map_err(|error| Failure::inconsistent("guild", format!("guild {id}: {error}")))?;
    let mut roles: Vec<(&str, i64)> = of("role").collect();
    roles.sort_unstable_by_key(|(_, role)| *role);
    let setting = |wanted: &str, otherwise: i64| {
        of("setting").find(|(name, _)| *name == wanted).map_or(otherwise, |(_, value)| value)
    };
    let usual = Habits::default();
    let habits = Habits {
        close_after_days: setting(CLOSE_AFTER_DAYS, usual.close_after_days),
        review_within_days: setting(REVIEW_WITHIN_DAYS, usual.review_within_days),
        quiet: (setting(QUIET_FROM, usual.quiet.0), setting(QUIET_UNTIL, usual.quiet.1)),
        notice_every_minutes: setting(NOTICE_EVERY_MINUTES, usual.notice_every_minutes),
    };
    Ok(Some(Guild {
        id,
        zone,
        zone_name: zone_name.to_owned(),
        channels: of("channel")
            .filter_map(|(purpose, channel)| Some((Purpose::named(purpose)?, ChannelId::from_i64(channel))))
            .collect(),
        roles: RoleMap::of(
            roles.into_iter().filter_map(|(name, role)| Some((Capability::named(name)?, RoleId::from_i64(role)))),
        ),
        habits,
    }))
}

/// The guild's set-up, which is made when it speaks for the first time.
pub async fn find_or_start(tx: &mut Tx, id: GuildId, now: DateTime<Utc>) -> Result<Guild, Error> {
    if let Some(guild) = find(tx, id).await? {
        return Ok(guild);
    }
    let guild = Guild::fresh(id);
    tx.execute(
        "INSERT INTO guild (guild_id, timezone, joined_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![id, guild.zone_name.as_str(), now],
    )
    .await?;
    journal::start(tx, id).await?;
    Ok(guild)
}

/// All guilds that have ever spoken to wardroom.
pub async fn all(tx: &mut Tx) -> Result<Vec<GuildId>, Error> {
    let rows: Vec<(i64,)> = tx.all("SELECT guild_id FROM guild ORDER BY guild_id", Vec::new()).await?;
    Ok(rows.into_iter().map(|(id,)| GuildId::from_i64(id)).collect())
}

/// Makes `channel` the one for `purpose`.
pub async fn set_channel(tx: &mut Tx, guild: GuildId, purpose: Purpose, channel: ChannelId) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO guild_channel (guild_id, purpose, channel_id) VALUES ($1, $2, $3)
         ON CONFLICT (guild_id, purpose) DO UPDATE SET channel_id = excluded.channel_id",
        args![guild, purpose.name(), channel],
    )
    .await
    .map(drop)
}

/// Trusts `role` with `capability`. False when it was trusted already.
pub async fn map_role(tx: &mut Tx, guild: GuildId, capability: Capability, role: RoleId) -> Result<bool, Error> {
    let added = tx
        .execute(
            "INSERT INTO guild_role (guild_id, capability, role_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            args![guild, capability.name(), role],
        )
        .await?;
    Ok(added == 1)
}

/// Trusts `role` with `capability` no longer. False when it was not trusted.
pub async fn unmap_role(tx: &mut Tx, guild: GuildId, capability: Capability, role: RoleId) -> Result<bool, Error> {
    let removed = tx
        .execute(
            "DELETE FROM guild_role WHERE guild_id = $1 AND capability = $2 AND role_id = $3",
            args![guild, capability.name(), role],
        )
        .await?;
    Ok(removed == 1)
}

/// Makes `zone` the guild's.
pub async fn set_zone(tx: &mut Tx, guild: GuildId, zone: &str) -> Result<(), Error> {
    tx.execute("UPDATE guild SET timezone = $2 WHERE guild_id = $1", args![guild, zone]).await.map(drop)
}

/// How the guild runs its incidents from now on.
pub async fn set_habits(tx: &mut Tx, guild: GuildId, habits: Habits) -> Result<(), Error> {
    for (name, value) in [
        (CLOSE_AFTER_DAYS, habits.close_after_days),
        (REVIEW_WITHIN_DAYS, habits.review_within_days),
        (QUIET_FROM, habits.quiet.0),
        (QUIET_UNTIL, habits.quiet.1),
        (NOTICE_EVERY_MINUTES, habits.notice_every_minutes),
    ] {
        tx.execute(
            "INSERT INTO guild_setting (guild_id, name, value) VALUES ($1, $2, $3)
             ON CONFLICT (guild_id, name) DO UPDATE SET value = excluded.value",
            args![guild, name, value],
        )
        .await?;
    }
    Ok(())
}
