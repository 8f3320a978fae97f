//! The targets that were due in a period.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::Priority;
use crate::level::Metric;
use crate::report::digest::Target;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// What [`due_between`] asks: `$1` is the guild, `$2` and `$3` are the period.
pub const DUE_BETWEEN: &str = "
    SELECT number, metric, priority, service_id, due_at, stopped_at, at_risk_at, corrected FROM clock
      WHERE guild_id = $1 AND due_at >= $2 AND due_at < $3 AND state <> 'void' ORDER BY due_at, number";

#[derive(FromRow)]
struct Row {
    number: i64,
    metric: String,
    priority: i64,
    service_id: Option<i64>,
    due_at: i64,
    stopped_at: Option<i64>,
    at_risk_at: Option<i64>,
    corrected: i64,
}

/// The targets that were due in `[from, until)` and count, in the order of their moments.
pub async fn due_between(
    tx: &mut Tx,
    guild: GuildId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Target>, Error> {
    let rows: Vec<Row> = tx.all(DUE_BETWEEN, args![guild, from, until]).await?;
    rows.into_iter()
        .map(|row| {
            let odd = |what: &str| Failure::inconsistent("clock", format!("INC-{}: {what}", row.number));
            Ok(Target {
                number: row.number,
                metric: Metric::named(&row.metric).ok_or_else(|| odd(&row.metric))?,
                priority: Priority::ranked(row.priority).ok_or_else(|| odd("its priority"))?,
                service: row.service_id,
                due: instant(row.due_at),
                stopped: row.stopped_at.map(instant),
                at_risk: row.at_risk_at.map(instant),
                corrected: row.corrected != 0,
            })
        })
        .collect()
}
