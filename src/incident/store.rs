//! Tables of incidents.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::finding::index;
use super::{
    Acknowledgement, Audience, CloseAs, Closure, Code, Hold, HoldReason, Incident, Kind, Level, Offer, Priority,
    Promise, Resolution, Roles, ServiceRef, State, Update,
};
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::number::{self, Number};
use crate::service;
use crate::snowflake::{GuildId, RoleId, UserId};
use crate::store::Tx;

/// The numbers of a guild's (`$1`) restricted incidents, for whoever has to pass by what belongs to them.
pub const RESTRICTED: &str = "SELECT number FROM incident WHERE guild_id = $1 AND restricted = 1";

/// The numbers of the restricted incidents, in their order.
pub async fn restricted(tx: &mut Tx, guild: GuildId) -> Result<Vec<i64>, Error> {
    let sql = "SELECT number FROM incident WHERE guild_id = $1 AND restricted = 1 ORDER BY number";
    let rows: Vec<(i64,)> = tx.all(sql, args![guild]).await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.number, i.version, i.state, i.kind, i.title, i.description, i.service_id,
                    i.impact, i.urgency, i.priority, i.priority_fixed, i.major, i.restricted, i.reporter_id, i.declared_at, i.started_at,
                    i.acknowledged_at, i.acknowledged_by, i.acknowledged_implied, i.commander_id, i.communications_id,
                    i.scribe_id, i.promised_by, i.promise_due_at, i.last_update, i.last_update_at, i.resolved_at, i.resolved_by,
                    i.restored_at, i.resolution_code, i.resolution_summary, i.closed_at, i.closed_by, i.closed_as,
                    i.closed_reason, i.reopened, i.previous,
                    i.hold_reason, i.hold_note, i.hold_by, i.hold_at, i.hold_until, i.offered_to, i.offered_by, i.offered_at,
                    i.team_role_id, i.escalation_level, i.parent, i.last_update_audience, i.last_update_second,
                    i.last_update_third, i.promise_reminded, i.promise_snoozed_until
               FROM incident i ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    number: i64,
    version: i64,
    state: String,
    kind: String,
    title: String,
    description: Option<String>,
    service_id: Option<i64>,
    impact: String,
    urgency: String,
    priority: i64,
    priority_fixed: i64,
    major: i64,
    restricted: i64,
    reporter_id: i64,
    declared_at: i64,
    started_at: Option<i64>,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<i64>,
    acknowledged_implied: i64,
    commander_id: Option<i64>,
    communications_id: Option<i64>,
    scribe_id: Option<i64>,
    promised_by: Option<i64>,
    promise_due_at: Option<i64>,
    last_update: Option<String>,
    last_update_at: Option<i64>,
    resolved_at: Option<i64>,
    resolved_by: Option<i64>,
    restored_at: Option<i64>,
    resolution_code: Option<String>,
    resolution_summary: Option<String>,
    closed_at: Option<i64>,
    closed_by: Option<i64>,
    closed_as: Option<String>,
    closed_reason: Option<String>,
    reopened: i64,
    previous: Option<String>,
    hold_reason: Option<String>,
    hold_note: Option<String>,
    hold_by: Option<i64>,
    hold_at: Option<i64>,
    hold_until: Option<i64>,
    offered_to: Option<i64>,
    offered_by: Option<i64>,
    offered_at: Option<i64>,
    team_role_id: Option<i64>,
    escalation_level: i64,
    parent: Option<i64>,
    last_update_audience: Option<String>,
    last_update_second: Option<String>,
    last_update_third: Option<String>,
    promise_reminded: i64,
    promise_snoozed_until: Option<i64>,
}

impl Row {
    fn hold(&mut self, wrong: &impl Fn(&str) -> Failure) -> Result<Option<Hold>, Failure> {
        Ok(match (self.hold_reason.take(), self.hold_by, self.hold_at) {
            (Some(reason), Some(by), Some(at)) => Some(Hold {
                reason: HoldReason::named(&reason).ok_or_else(|| wrong("an unknown reason to wait"))?,
                note: self.hold_note.take(),
                by: UserId::from_i64(by),
                at: instant(at),
                until: self.hold_until.map(instant),
            }),
            (None, None, None) => None,
            _ => return Err(wrong("half a hold")),
        })
    }

    fn update(&mut self, wrong: &impl Fn(&str) -> Failure) -> Result<Option<Update>, Failure> {
        Ok(match (self.last_update.take(), self.last_update_at, self.last_update_audience.take()) {
            (Some(text), Some(at), Some(audience)) => Some(Update {
                audience: Audience::named(&audience).ok_or_else(|| wrong("an unknown audience"))?,
                text,
                second: self.last_update_second.take(),
                third: self.last_update_third.take(),
                at: instant(at),
            }),
            (None, None, None) => None,
            _ => return Err(wrong("half an update")),
        })
    }

    fn offer(&self, wrong: &impl Fn(&str) -> Failure) -> Result<Option<Offer>, Failure> {
        Ok(match (self.offered_to, self.offered_by, self.offered_at) {
            (Some(to), Some(by), Some(at)) => {
                Some(Offer { to: UserId::from_i64(to), by: UserId::from_i64(by), at: instant(at) })
            }
            (None, None, None) => None,
            _ => return Err(wrong("half an offer")),
        })
    }

    /// The incident, or what is impossible about the row. `services` are the guild's names by id.
    fn incident(mut self, guild: GuildId, services: &BTreeMap<i64, String>) -> Result<Incident, Failure> {
        let number = Number { kind: number::Kind::Incident, value: self.number };
        let wrong = |what: &str| Failure::inconsistent("incident", format!("{number} in guild {guild}: {what}"));
        let person = |id: Option<i64>| id.map(UserId::from_i64);
        let hold = self.hold(&wrong)?;
        let offer = self.offer(&wrong)?;
        let update = self.update(&wrong)?;
        let acknowledged = match (self.acknowledged_by, self.acknowledged_at) {
            (Some(by), Some(at)) => Some(Acknowledgement {
                by: UserId::from_i64(by),
                at: instant(at),
                implied: self.acknowledged_implied != 0,
            }),
            (None, None) => None,
            _ => return Err(wrong("half an acknowledgement")),
        };
        let promise = match (self.promised_by, self.promise_due_at) {
            (Some(by), Some(due)) => Some(Promise {
                by: UserId::from_i64(by),
                due_at: instant(due),
                reminded: self.promise_reminded,
                snoozed_until: self.promise_snoozed_until.map(instant),
            }),
            (None, None) => None,
            _ => return Err(wrong("half a promise")),
        };
        let resolution =
            match (self.resolved_by, self.resolved_at, self.restored_at, self.resolution_code, self.resolution_summary)
            {
                (Some(by), Some(at), Some(restored), Some(code), Some(summary)) => Some(Resolution {
                    by: UserId::from_i64(by),
                    at: instant(at),
                    restored_at: instant(restored),
                    code: Code::named(&code).ok_or_else(|| wrong("an unknown code"))?,
                    summary,
                }),
                (None, None, None, None, None) => None,
                _ => return Err(wrong("half a resolution")),
            };
        let closure = match (self.closed_at, self.closed_as) {
            (Some(at), Some(closed_as)) => Some(Closure {
                by: person(self.closed_by),
                at: instant(at),
                closed_as: CloseAs::named(&closed_as).ok_or_else(|| wrong("an unknown kind of close"))?,
                reason: self.closed_reason,
            }),
            (None, None) => None,
            _ => return Err(wrong("half a close")),
        };
        let service = match self.service_id {
            Some(id) => {
                let name = services.get(&id).cloned().ok_or_else(|| wrong("a service that is not in the catalogue"))?;
                Some(ServiceRef { id, name })
            }
            None => None,
        };
        Ok(Incident {
            guild,
            number,
            version: self.version,
            state: State::named(&self.state).ok_or_else(|| wrong("an unknown state"))?,
            kind: Kind::named(&self.kind).ok_or_else(|| wrong("an unknown kind"))?,
            title: self.title,
            description: self.description,
            service,
            impact: Level::named(&self.impact).ok_or_else(|| wrong("an unknown impact"))?,
            urgency: Level::named(&self.urgency).ok_or_else(|| wrong("an unknown urgency"))?,
            priority: Priority::ranked(self.priority).ok_or_else(|| wrong("an unknown priority"))?,
            priority_fixed: self.priority_fixed != 0,
            major: self.major != 0,
            restricted: self.restricted != 0,
            reporter: UserId::from_i64(self.reporter_id),
            declared_at: instant(self.declared_at),
            started_at: self.started_at.map(instant),
            acknowledged,
            roles: Roles {
                commander: person(self.commander_id),
                communications: person(self.communications_id),
                scribe: person(self.scribe_id),
            },
            offer,
            hold,
            team: self.team_role_id.map(RoleId::from_i64),
            level: self.escalation_level,
            parent: self.parent.map(|value| Number { kind: number::Kind::Incident, value }),
            promise,
            update,
            resolution,
            closure,
            reopened: self.reopened,
            previous: self.previous.as_deref().map(serde_json::from_str).transpose()?.map(Box::new),
        })
    }
}

async fn incidents(tx: &mut Tx, guild: GuildId, rows: Vec<Row>) -> Result<Vec<Incident>, Error> {
    let services = if rows.iter().any(|row| row.service_id.is_some()) {
        service::names(tx, guild).await?
    } else {
        BTreeMap::new()
    };
    Ok(rows.into_iter().map(|row| row.incident(guild, &services)).collect::<Result<_, Failure>>()?)
}

/// The incident of that number in that guild.
pub async fn find(tx: &mut Tx, guild: GuildId, number: Number) -> Result<Option<Incident>, Error> {
    let rows = tx.all(select!("WHERE i.guild_id = $1 AND i.number = $2"), args![guild, number.value]).await?;
    Ok(incidents(tx, guild, rows).await?.pop())
}

/// Stores a new incident.
pub async fn insert(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    let (commander, communications, scribe) =
        (incident.roles.commander, incident.roles.communications, incident.roles.scribe);
    tx.execute(
        "INSERT INTO incident (guild_id, number, version, state, kind, title, description, service_id, impact, urgency, priority,
                               priority_fixed, major, restricted, reporter_id, declared_at, started_at,
                               acknowledged_implied,
                               commander_id, communications_id, scribe_id, reopened)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, $18, $19, $20, $21)",
        args![
            incident.guild,
            incident.number.value,
            incident.version,
            incident.state.name(),
            incident.kind.name(),
            incident.title.as_str(),
            incident.description.as_deref(),
            incident.service.as_ref().map(|service| service.id),
            incident.impact.name(),
            incident.urgency.name(),
            incident.priority.rank(),
            incident.priority_fixed,
            incident.major,
            incident.restricted,
            incident.reporter,
            incident.declared_at,
            incident.started_at,
            commander,
            communications,
            scribe,
            incident.reopened,
        ],
    )
    .await?;
    index::record(tx, incident).await
}

/// Writes `incident` back, unless someone else has written it since it was read.
pub async fn save(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    let acknowledged = incident.acknowledged.as_ref();
    let promise = incident.promise.as_ref();
    let update = incident.update.as_ref();
    let resolution = incident.resolution.as_ref();
    let closure = incident.closure.as_ref();
    let (hold, offer) = (incident.hold.as_ref(), incident.offer.as_ref());
    let previous = incident.previous.as_ref().map(serde_json::to_string).transpose()?;
    let saved = tx
        .execute(
            "UPDATE incident SET
                version = $3, state = $4, service_id = $5, impact = $6, urgency = $7, priority = $8, priority_fixed = $9, major = $10,
                acknowledged_at = $11, acknowledged_by = $12, acknowledged_implied = $13,
                commander_id = $14, communications_id = $15, scribe_id = $16,
                promised_by = $17, promise_due_at = $18, last_update = $19, last_update_at = $20,
                resolved_at = $21, resolved_by = $22, restored_at = $23, resolution_code = $24, resolution_summary = $25,
                closed_at = $26, closed_by = $27, closed_as = $28, closed_reason = $29, reopened = $30, previous = $31,
                title = $32, description = $33, started_at = $34,
                hold_reason = $35, hold_note = $36, hold_by = $37, hold_at = $38, hold_until = $39,
                offered_to = $40, offered_by = $41, offered_at = $42, team_role_id = $43, escalation_level = $44, parent = $45,
                last_update_audience = $46, last_update_second = $47, last_update_third = $48,
                promise_reminded = $49, promise_snoozed_until = $50
              WHERE guild_id = $1 AND number = $2 AND version = $3 - 1",
            args![
                incident.guild,
                incident.number.value,
                incident.version,
                incident.state.name(),
                incident.service.as_ref().map(|service| service.id),
                incident.impact.name(),
                incident.urgency.name(),
                incident.priority.rank(),
                incident.priority_fixed,
                incident.major,
                acknowledged.map(|ack| ack.at),
                acknowledged.map(|ack| ack.by),
                acknowledged.is_some_and(|ack| ack.implied),
                incident.roles.commander,
                incident.roles.communications,
                incident.roles.scribe,
                promise.map(|promise| promise.by),
                promise.map(|promise| promise.due_at),
                update.map(|update| update.text.as_str()),
                update.map(|update| update.at),
                resolution.map(|resolution| resolution.at),
                resolution.map(|resolution| resolution.by),
                resolution.map(|resolution| resolution.restored_at),
                resolution.map(|resolution| resolution.code.name()),
                resolution.map(|resolution| resolution.summary.as_str()),
                closure.map(|closure| closure.at),
                closure.and_then(|closure| closure.by),
                closure.map(|closure| closure.closed_as.name()),
                closure.and_then(|closure| closure.reason.as_deref()),
                incident.reopened,
                previous,
                incident.title.as_str(),
                incident.description.as_deref(),
                incident.started_at,
                hold.map(|hold| hold.reason.name()),
                hold.and_then(|hold| hold.note.as_deref()),
                hold.map(|hold| hold.by),
                hold.map(|hold| hold.at),
                hold.and_then(|hold| hold.until),
                offer.map(|offer| offer.to),
                offer.map(|offer| offer.by),
                offer.map(|offer| offer.at),
                incident.team,
                incident.level,
                incident.parent.map(|parent| parent.value),
                update.map(|update| update.audience.name()),
                update.and_then(|update| update.second.as_deref()),
                update.and_then(|update| update.third.as_deref()),
                promise.map_or(0, |promise| promise.reminded),
                promise.and_then(|promise| promise.snoozed_until),
            ],
        )
        .await?;
    if saved == 0 {
        return Err(super::reply::changed_meanwhile(incident.number).into());
    }
    match &incident.previous {
        Some(before) if before.title == incident.title && before.description == incident.description => Ok(()),
        // What was written about it is found together with its title.
        _ => index::rebuild(tx, incident).await,
    }
}

/// Up to `limit` incidents with a number above `after`, in the order of their numbers: for whoever walks through all of them.
pub async fn following(tx: &mut Tx, guild: GuildId, after: i64, limit: i64) -> Result<Vec<Incident>, Error> {
    let rows = tx
        .all(select!("WHERE i.guild_id = $1 AND i.number > $2 ORDER BY i.number LIMIT $3"), args![guild, after, limit])
        .await?;
    incidents(tx, guild, rows).await
}

/// The numbers of the open incidents of `guild`.
pub async fn open(tx: &mut Tx, guild: GuildId) -> Result<Vec<Number>, Error> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT number FROM incident WHERE guild_id = $1 AND state IN ('new', 'assigned', 'in-progress', 'on-hold')",
            args![guild],
        )
        .await?;
    Ok(rows.into_iter().map(|(value,)| Number { kind: number::Kind::Incident, value }).collect())
}

/// Whether `user` is inside a restricted incident.
pub async fn is_inside(tx: &mut Tx, incident: &Incident, user: UserId) -> Result<bool, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT user_id FROM incident_insider WHERE guild_id = $1 AND number = $2 AND user_id = $3",
            args![incident.guild, incident.number.value, user],
        )
        .await?;
    Ok(row.is_some())
}

/// Who is inside a restricted incident.
pub async fn insiders(tx: &mut Tx, incident: &Incident) -> Result<Vec<UserId>, Error> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT user_id FROM incident_insider WHERE guild_id = $1 AND number = $2 ORDER BY user_id",
            args![incident.guild, incident.number.value],
        )
        .await?;
    Ok(rows.into_iter().map(|(user,)| UserId::from_i64(user)).collect())
}

/// Lets `user` into a restricted incident.
pub async fn let_in(tx: &mut Tx, incident: &Incident, user: UserId) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO incident_insider (guild_id, number, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        args![incident.guild, incident.number.value, user],
    )
    .await
    .map(drop)
}

/// Incidents of this service declared since `since` and still open: they may be the same. Restricted ones are nobody's to join.
pub async fn lately(tx: &mut Tx, guild: GuildId, service: i64, since: DateTime<Utc>) -> Result<Vec<Incident>, Error> {
    let rows: Vec<Row> = tx
        .all(
            select!(
                "WHERE i.guild_id = $1 AND i.service_id = $2 AND i.declared_at >= $3 AND i.restricted = 0
                   AND i.state IN ('new', 'assigned', 'in-progress', 'on-hold')
                 ORDER BY i.declared_at DESC LIMIT 3"
            ),
            args![guild, service, since],
        )
        .await?;
    incidents(tx, guild, rows).await
}

/// The incidents that were merged into `parent`.
pub async fn children(tx: &mut Tx, guild: GuildId, parent: Number) -> Result<Vec<Number>, Error> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT number FROM incident WHERE guild_id = $1 AND parent = $2 ORDER BY number",
            args![guild, parent.value],
        )
        .await?;
    Ok(rows.into_iter().map(|(value,)| Number { kind: number::Kind::Incident, value }).collect())
}

/// Open incidents that may wait for `user`: command is offered, an update is promised, a role is held, or nobody has taken it. The most
/// urgent first. What is restricted shows only to those inside, and never where everyone reads the answer (`viewer` none).
pub async fn concerning(
    tx: &mut Tx,
    guild: GuildId,
    user: UserId,
    viewer: Option<UserId>,
    limit: i64,
) -> Result<Vec<Incident>, Error> {
    let rows: Vec<Row> = tx
        .all(
            select!(
                "WHERE i.guild_id = $1 AND i.state IN ('new', 'assigned', 'in-progress', 'on-hold')
                   AND (i.offered_to = $2 OR i.promised_by = $2 OR i.communications_id = $2 OR i.commander_id = $2
                        OR i.hold_by = $2 OR (i.acknowledged_at IS NULL AND i.priority <= 2))
                   AND (i.restricted = 0 OR EXISTS (SELECT 1 FROM incident_insider n
                          WHERE n.guild_id = i.guild_id AND n.number = i.number AND n.user_id = $3))
                 ORDER BY i.priority, i.number LIMIT $4"
            ),
            args![guild, user, viewer, limit],
        )
        .await?;
    incidents(tx, guild, rows).await
}
