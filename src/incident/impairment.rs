//! The windows of impact as availability reads them: of one service, over a period, of incidents that really happened and were run when
//! they did. Drills, tests and what was written down afterwards stay out of every figure; what was cancelled has no windows; what was
//! merged into another keeps its own.

use chrono::{DateTime, Utc};

use super::history::Degree;
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;
use crate::store::Tx;

/// A time in which a service was affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impairment {
    /// The incident.
    pub number: Number,
    /// How badly.
    pub degree: Degree,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none while it lasts.
    pub until: Option<DateTime<Utc>>,
}

/// Number, window, degree, from, until.
type Row = (i64, i64, String, i64, Option<i64>);

/// What [`of_service`] asks. Each half has an index: a window begins in the period or up to a week before, or it is one of the few that
/// last longer than a week (the words of the partial index `impact_window_long`).
pub const STATEMENT: &str = "
    SELECT w.number AS number, w.window_no AS window_no, w.degree AS degree, w.from_at AS from_at, w.until_at AS until_at
      FROM impact_window w JOIN incident i ON i.guild_id = w.guild_id AND i.number = w.number
     WHERE w.guild_id = $1 AND w.service_id = $2 AND w.from_at >= $3 - 604800000000 AND w.from_at < $4
       AND (w.until_at IS NULL OR w.until_at > $3) AND i.kind = 'live'
     UNION ALL
    SELECT w.number AS number, w.window_no AS window_no, w.degree AS degree, w.from_at AS from_at, w.until_at AS until_at
      FROM impact_window w JOIN incident i ON i.guild_id = w.guild_id AND i.number = w.number
     WHERE w.guild_id = $1 AND w.service_id = $2 AND (w.until_at IS NULL OR w.until_at - w.from_at > 604800000000)
       AND w.from_at < $3 - 604800000000 AND (w.until_at IS NULL OR w.until_at > $3) AND i.kind = 'live'
     ORDER BY from_at, number, window_no";

/// The windows of `service` that reach into `[from, until)`, whole, in the order in which they began.
pub async fn of_service(
    tx: &mut Tx,
    guild: GuildId,
    service: i64,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Impairment>, Error> {
    let rows: Vec<Row> = tx.all(STATEMENT, args![guild, service, from, until]).await?;
    rows.into_iter()
        .map(|(number, _, degree, from, until)| {
            let number = Number { kind: Kind::Incident, value: number };
            let degree = Degree::named(&degree).ok_or_else(|| {
                Failure::inconsistent("impact_window", format!("{number} of guild {guild} has an unknown degree"))
            })?;
            Ok(Impairment { number, degree, from: instant(from), until: until.map(instant) })
        })
        .collect()
}
