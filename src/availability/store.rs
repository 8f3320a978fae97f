//! The table of announced windows.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::window::{Kind, LONGEST, Window};
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

#[derive(FromRow)]
struct Row {
    window_id: i64,
    kind: String,
    name: String,
    reason: Option<String>,
    service_id: Option<i64>,
    from_at: i64,
    until_at: i64,
    announced_at: i64,
    announced_by: i64,
    ended_at: Option<i64>,
    cancelled_at: Option<i64>,
}

impl Row {
    fn window(self, guild: GuildId) -> Result<Window, Failure> {
        Ok(Window {
            guild,
            id: self.window_id,
            kind: Kind::named(&self.kind).ok_or_else(|| {
                Failure::inconsistent(
                    "planned_window",
                    format!("{} of guild {guild} has an unknown kind", self.window_id),
                )
            })?,
            name: self.name,
            reason: self.reason,
            service: self.service_id,
            from: instant(self.from_at),
            until: instant(self.until_at),
            announced_at: instant(self.announced_at),
            announced_by: UserId::from_i64(self.announced_by),
            ended_at: self.ended_at.map(instant),
            cancelled_at: self.cancelled_at.map(instant),
        })
    }
}

/// What [`between`] asks. No window lasts longer, and none ends later, than its index is looked through.
pub const BETWEEN: &str = "
    SELECT window_id, kind, name, reason, service_id, from_at, until_at, announced_at, announced_by, ended_at, cancelled_at
      FROM planned_window
     WHERE guild_id = $1 AND kind = $2 AND from_at >= $3 AND from_at < $5 AND (until_at > $4 OR ended_at > $4)
     ORDER BY from_at, window_id";

/// The windows of `kind` that reach into `[from, until)`, those that were called off among them, in the order in which they begin.
pub async fn between(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Window>, Error> {
    let earliest = from.checked_sub_signed(LONGEST + LONGEST).unwrap_or(from);
    let rows: Vec<Row> = tx.all(BETWEEN, args![guild, kind.name(), earliest, from, until]).await?;
    rows.into_iter().map(|row| row.window(guild).map_err(Error::from)).collect()
}

/// The windows of `kind` that are not over by `now` for longer than `ago`.
pub async fn current(
    tx: &mut Tx,
    guild: GuildId,
    kind: Kind,
    now: DateTime<Utc>,
    ago: TimeDelta,
) -> Result<Vec<Window>, Error> {
    between(tx, guild, kind, now - ago, DateTime::<Utc>::MAX_UTC).await
}

/// The window of that id, of whatever kind.
pub async fn find(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<Window>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT window_id, kind, name, reason, service_id, from_at, until_at, announced_at, announced_by, ended_at, cancelled_at
               FROM planned_window WHERE guild_id = $1 AND window_id = $2",
            args![guild, id],
        )
        .await?;
    row.map(|row| row.window(guild).map_err(Error::from)).transpose()
}

/// Stores a new window.
pub async fn insert(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO planned_window (guild_id, window_id, kind, name, reason, service_id, from_at, until_at, announced_at, announced_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            window.guild,
            window.id,
            window.kind.name(),
            window.name.as_str(),
            window.reason.as_deref(),
            window.service,
            window.from,
            window.until,
            window.announced_at,
            window.announced_by,
        ],
    )
    .await
    .map(drop)
}

/// Writes how `window` ended, unless that is written already.
pub async fn finish(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let saved = tx
        .execute(
            "UPDATE planned_window SET ended_at = $3, cancelled_at = $4
              WHERE guild_id = $1 AND window_id = $2 AND ended_at IS NULL AND cancelled_at IS NULL",
            args![window.guild, window.id, window.ended_at, window.cancelled_at],
        )
        .await?;
    if saved == 0 {
        return Err(super::reply::changed_meanwhile(window).into());
    }
    Ok(())
}
