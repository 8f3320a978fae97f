//! Tables of agreements, their terms and their targets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::{HoldReason, Priority};
use crate::level::{Agreement, Amount, Kind, Metric, Target, Terms};
use crate::snowflake::GuildId;
use crate::store::Tx;

/// An agreement with its terms from some moment on, if it has any.
#[derive(FromRow)]
struct Row {
    agreement_id: i64,
    kind: String,
    name: String,
    service_id: Option<i64>,
    agreed_at: i64,
    retired_at: Option<i64>,
    from_at: Option<i64>,
    workload: Option<String>,
    exceptions: Option<String>,
    availability: Option<i64>,
    pauses: Option<String>,
    pauses_response: Option<i64>,
    warnings: Option<String>,
}

impl Row {
    fn terms(&self) -> Result<Terms, Failure> {
        let odd =
            |what: &str| Failure::inconsistent("agreement_terms", format!("agreement {}: {what}", self.agreement_id));
        let (Some(from), Some(pauses), Some(pauses_response), Some(warnings)) =
            (self.from_at, &self.pauses, self.pauses_response, &self.warnings)
        else {
            return Err(odd("there are none"));
        };
        let unreadable = |text: &str| odd(&format!("`{text}` cannot be read"));
        Ok(Terms {
            from: instant(from),
            workload: self.workload.clone(),
            exceptions: self.exceptions.clone(),
            availability: self.availability,
            pauses: pauses
                .split_whitespace()
                .map(|name| HoldReason::named(name).ok_or_else(|| unreadable(name)))
                .collect::<Result<_, _>>()?,
            pauses_response: pauses_response != 0,
            warnings: warnings.parse().map_err(|_| unreadable(warnings))?,
        })
    }
}

/// Whether any agreement of `guild` ever promised how available something is.
pub async fn promises_availability(tx: &mut Tx, guild: GuildId) -> Result<bool, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT agreement_id FROM agreement_terms WHERE guild_id = $1 AND availability IS NOT NULL LIMIT 1",
            args![guild],
        )
        .await?;
    Ok(row.is_some())
}

/// The agreements of `guild`, in force or retired, in the order of their ids.
pub async fn all(tx: &mut Tx, guild: GuildId) -> Result<Vec<Agreement>, Error> {
    let mut targets = targets(tx, guild).await?;
    let rows: Vec<Row> = tx
        .all(
            "SELECT a.agreement_id, a.kind, a.name, a.service_id, a.from_at AS agreed_at, a.retired_at, t.from_at, t.workload,
                    t.exceptions, t.availability, t.pauses, t.pauses_response, t.warnings
               FROM agreement a
               LEFT JOIN agreement_terms t ON t.guild_id = a.guild_id AND t.agreement_id = a.agreement_id
              WHERE a.guild_id = $1 ORDER BY a.agreement_id, t.from_at",
            args![guild],
        )
        .await?;
    rows.chunk_by(|one, next| one.agreement_id == next.agreement_id)
        .filter_map(|rows| rows.first().map(|first| (first, rows)))
        .map(|(row, rows)| {
            let kind = &row.kind;
            Ok(Agreement {
                id: row.agreement_id,
                kind: Kind::named(kind)
                    .ok_or_else(|| Failure::inconsistent("agreement", format!("kind `{kind}` is unknown")))?,
                name: row.name.clone(),
                service: row.service_id,
                from: instant(row.agreed_at),
                retired_at: row.retired_at.map(instant),
                terms: rows.iter().map(Row::terms).collect::<Result<_, _>>()?,
                targets: targets.remove(&row.agreement_id).unwrap_or_default(),
            })
        })
        .collect()
}

/// The targets of each agreement, the oldest first.
async fn targets(tx: &mut Tx, guild: GuildId) -> Result<BTreeMap<i64, Vec<Target>>, Error> {
    let mut targets: BTreeMap<i64, Vec<Target>> = BTreeMap::new();
    let rows: Vec<(i64, i64, String, i64, Option<String>, i64)> = tx
        .all(
            "SELECT agreement_id, priority, metric, from_at, amount, calendar_id FROM target WHERE guild_id = $1
              ORDER BY agreement_id, from_at, priority, metric",
            args![guild],
        )
        .await?;
    for (agreement, priority, metric, from, amount, calendar) in rows {
        let odd = |what: String| Failure::inconsistent("target", what);
        targets.entry(agreement).or_default().push(Target {
            priority: Priority::ranked(priority).ok_or_else(|| odd(format!("priority {priority}")))?,
            metric: Metric::named(&metric).ok_or_else(|| odd(format!("metric {metric}")))?,
            from: instant(from),
            amount: amount.map(|amount| Amount::parse(&amount).map_err(odd)).transpose()?,
            calendar,
        });
    }
    Ok(targets)
}

/// Writes down a new agreement with its terms and targets.
pub async fn agree(tx: &mut Tx, guild: GuildId, agreement: &Agreement) -> Result<(), Error> {
    insert_agreement(tx, guild, agreement).await?;
    for terms in &agreement.terms {
        put_terms(tx, guild, agreement.id, terms).await?;
    }
    for target in &agreement.targets {
        put_target(tx, guild, agreement.id, target).await?;
    }
    Ok(())
}

/// Writes down a new agreement, without terms and targets.
pub async fn insert_agreement(tx: &mut Tx, guild: GuildId, agreement: &Agreement) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO agreement (guild_id, agreement_id, kind, name, name_key, service_id, from_at, retired_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            guild,
            agreement.id,
            agreement.kind.name(),
            agreement.name.as_str(),
            crate::service::key(&agreement.name),
            agreement.service,
            agreement.from,
            agreement.retired_at
        ],
    )
    .await
    .map(drop)
}

/// The terms of an agreement from some moment on. Two changes in the same microsecond are one.
pub async fn put_terms(tx: &mut Tx, guild: GuildId, agreement: i64, terms: &Terms) -> Result<(), Error> {
    let pauses: Vec<String> = terms.pauses.iter().map(|reason| reason.name()).collect();
    tx.execute(
        "INSERT INTO agreement_terms (guild_id, agreement_id, from_at, workload, exceptions, availability, pauses,
                                      pauses_response, warnings)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (guild_id, agreement_id, from_at)
         DO UPDATE SET workload = excluded.workload, exceptions = excluded.exceptions, availability = excluded.availability,
                       pauses = excluded.pauses, pauses_response = excluded.pauses_response, warnings = excluded.warnings",
        args![
            guild,
            agreement,
            terms.from,
            terms.workload.as_deref(),
            terms.exceptions.as_deref(),
            terms.availability,
            pauses.join(" "),
            terms.pauses_response,
            terms.warnings.to_string()
        ],
    )
    .await
    .map(drop)
}

/// A target of an agreement from some moment on. Two changes in the same microsecond are one.
pub async fn put_target(tx: &mut Tx, guild: GuildId, agreement: i64, target: &Target) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO target (guild_id, agreement_id, priority, metric, from_at, amount, calendar_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (guild_id, agreement_id, priority, metric, from_at)
         DO UPDATE SET amount = excluded.amount, calendar_id = excluded.calendar_id",
        args![
            guild,
            agreement,
            target.priority.rank(),
            target.metric.name(),
            target.from,
            target.amount.map(|amount| amount.to_string()),
            target.calendar
        ],
    )
    .await
    .map(drop)
}

/// An agreement holds no longer.
pub async fn retire_agreement(tx: &mut Tx, guild: GuildId, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
    tx.execute("UPDATE agreement SET retired_at = $3 WHERE guild_id = $1 AND agreement_id = $2", args![guild, id, at])
        .await
        .map(drop)
}
