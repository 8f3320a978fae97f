//! The lives of incidents, for figures over a period: read once, by the time that matters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::Priority;
use super::history::{History, Relapse};
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::journal;
use crate::report::digest::Life;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// What [`between`] asks: each population has an index of its own, and a list of numbers keeps SQLite from reading the guild's incidents
/// through and looking each up among them. `$1` is the guild, `$2` and `$3` are the period.
pub const BETWEEN: &str = "
    SELECT i.number, i.priority, i.service_id, i.declared_at, i.restored_at, i.reopened,
           CASE WHEN i.acknowledged_implied = 0 THEN i.acknowledged_at END AS acknowledged_at
      FROM incident i
     WHERE i.guild_id = $1 AND i.kind = 'live' AND i.restricted = 0 AND i.state NOT IN ('cancelled', 'merged')
       AND (i.closed_as IS NULL OR i.closed_as = 'done')
       AND i.number IN (
           SELECT number FROM incident WHERE guild_id = $1 AND declared_at >= $2 AND declared_at < $3
            UNION ALL
           SELECT number FROM incident
            WHERE guild_id = $1 AND acknowledged_at IS NOT NULL AND acknowledged_at >= $2 AND acknowledged_at < $3
            UNION ALL
           SELECT number FROM incident
            WHERE guild_id = $1 AND restored_at IS NOT NULL AND restored_at >= $2 AND declared_at < $3
            UNION ALL
           SELECT number FROM incident WHERE guild_id = $1 AND state IN ('new', 'assigned', 'in-progress', 'on-hold'))
     ORDER BY i.number";
/// What [`hidden`] asks.
pub const HIDDEN: &str = "SELECT number FROM incident WHERE guild_id = $1 AND restricted = 1";

#[derive(FromRow)]
struct Row {
    number: i64,
    priority: i64,
    service_id: Option<i64>,
    declared_at: i64,
    acknowledged_at: Option<i64>,
    restored_at: Option<i64>,
    reopened: i64,
}

/// The incidents that were declared, acknowledged, restored or open in `[from, until)`: live ones that count and are not restricted, in the
/// order of their numbers.
pub async fn between(
    tx: &mut Tx,
    guild: GuildId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Life>, Error> {
    let rows: Vec<Row> = tx.all(BETWEEN, args![guild, from, until]).await?;
    let again: Vec<String> =
        rows.iter().filter(|row| row.reopened > 0).map(|row| format!("INC-{}", row.number)).collect();
    let mut relapses = BTreeMap::new();
    for some in again.chunks(journal::TOGETHER) {
        for (subject, entries) in journal::about_each(tx, guild, some).await? {
            relapses.insert(subject, History::of(&entries).measured.relapses);
        }
    }
    rows.into_iter()
        .map(|row| {
            let relapses = relapses.get(&format!("INC-{}", row.number)).map_or(&[][..], Vec::as_slice);
            let open = open(instant(row.declared_at), relapses, row.restored_at.map(instant));
            let odd = || Failure::inconsistent("incident", format!("INC-{}: priority {}", row.number, row.priority));
            Ok(Life {
                number: row.number,
                priority: Priority::ranked(row.priority).ok_or_else(odd)?,
                service: row.service_id,
                acknowledged: row.acknowledged_at.map(instant),
                open,
            })
        })
        .collect()
}

/// When an incident was open. Service may have been back before anybody declared, or opened it again: then it was open for no time.
fn open(
    declared: DateTime<Utc>,
    relapses: &[Relapse],
    restored: Option<DateTime<Utc>>,
) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let begins = std::iter::once(declared).chain(relapses.iter().map(|relapse| relapse.reopened));
    let ends = relapses.iter().map(|relapse| Some(relapse.restored)).chain([restored]);
    begins.zip(ends).map(|(from, until)| (from, until.map(|until| until.max(from)))).collect()
}

/// The numbers of the restricted incidents: in no figure that others read.
pub async fn hidden(tx: &mut Tx, guild: GuildId) -> Result<BTreeSet<i64>, Error> {
    let rows: Vec<(i64,)> = tx.all(HIDDEN, args![guild]).await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_that_was_back_before_the_declaration_or_the_reopening_took_no_time() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).expect("an instant");
        assert_eq!(open(at(10), &[], Some(at(9))), [(at(10), Some(at(10)))]);
        assert_eq!(open(at(10), &[], None), [(at(10), None)]);
        let relapses = [Relapse { restored: at(11), reopened: at(13) }];
        assert_eq!(open(at(10), &relapses, Some(at(12))), [(at(10), Some(at(11))), (at(13), Some(at(13)))]);
        assert_eq!(open(at(10), &relapses, Some(at(14))), [(at(10), Some(at(11))), (at(13), Some(at(14)))]);
    }
}
