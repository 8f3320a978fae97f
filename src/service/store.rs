//! Tables of services.

use sqlx::FromRow;

use super::{Service, key};
use crate::args;
use crate::clock::instant;
use crate::error::Error;
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

#[derive(FromRow)]
struct Row {
    service_id: i64,
    name: String,
    owner_id: Option<i64>,
    tier: i64,
    hours: Option<String>,
    description: Option<String>,
    retired_at: Option<i64>,
    version: i64,
}

impl Row {
    fn service(self, guild: GuildId) -> Service {
        Service {
            guild,
            id: self.service_id,
            name: self.name,
            owner: self.owner_id.map(UserId::from_i64),
            tier: self.tier,
            hours: self.hours,
            description: self.description,
            retired_at: self.retired_at.map(instant),
            version: self.version,
        }
    }
}

/// The service whose name has this key.
pub async fn find(tx: &mut Tx, guild: GuildId, key: &str) -> Result<Option<Service>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT service_id, name, owner_id, tier, hours, description, retired_at, version
               FROM service WHERE guild_id = $1 AND name_key = $2",
            args![guild, key],
        )
        .await?;
    Ok(row.map(|row| row.service(guild)))
}

/// The service of that id.
pub async fn with_id(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<Service>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT service_id, name, owner_id, tier, hours, description, retired_at, version
               FROM service WHERE guild_id = $1 AND service_id = $2",
            args![guild, id],
        )
        .await?;
    Ok(row.map(|row| row.service(guild)))
}

/// All services, by name.
pub async fn all(tx: &mut Tx, guild: GuildId) -> Result<Vec<Service>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT service_id, name, owner_id, tier, hours, description, retired_at, version
               FROM service WHERE guild_id = $1 ORDER BY name_key",
            args![guild],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.service(guild)).collect())
}

/// Stores a new service.
pub async fn insert(tx: &mut Tx, service: &Service) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO service (guild_id, service_id, name, name_key, owner_id, tier, hours, description, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            service.guild,
            service.id,
            service.name.as_str(),
            key(&service.name),
            service.owner,
            service.tier,
            service.hours.as_deref(),
            service.description.as_deref(),
            service.version,
        ],
    )
    .await
    .map(drop)
}

/// Writes `service` back, unless someone else has written it since it was read.
pub async fn save(tx: &mut Tx, service: &Service) -> Result<(), Error> {
    let saved = tx
        .execute(
            "UPDATE service SET version = $3, name = $4, name_key = $5, owner_id = $6, tier = $7, hours = $8, description = $9,
                                retired_at = $10
              WHERE guild_id = $1 AND service_id = $2 AND version = $3 - 1",
            args![
                service.guild,
                service.id,
                service.version,
                service.name.as_str(),
                key(&service.name),
                service.owner,
                service.tier,
                service.hours.as_deref(),
                service.description.as_deref(),
                service.retired_at,
            ],
        )
        .await?;
    if saved == 0 {
        return Err(super::reply::changed_meanwhile(&service.name).into());
    }
    Ok(())
}

/// Who answers for the service of that id.
pub async fn owner(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<UserId>, Error> {
    let row: Option<(Option<i64>,)> =
        tx.optional("SELECT owner_id FROM service WHERE guild_id = $1 AND service_id = $2", args![guild, id]).await?;
    Ok(row.and_then(|(owner,)| owner).map(UserId::from_i64))
}
