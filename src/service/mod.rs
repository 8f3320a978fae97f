//! The catalogue of services that the processes refer to (ISO/IEC 20000-1, 8.2.4). A service is retired and never deleted: records name it.

pub mod command;
pub mod reply;
pub mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::chat::answer::Choice;
use crate::chat::limits;
use crate::chat::text::label;
use crate::error::{Error, Refusal};
use crate::incident::ServiceRef;
use crate::policy::ServiceOwner;
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The server.
    pub guild: GuildId,
    /// Its id within the guild.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<UserId>,
    /// 1 is the most critical, 3 the least.
    pub tier: i64,
    /// When it is promised, in the owner's words.
    pub hours: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// Raised by every change.
    pub version: i64,
}

/// What of a service is to be other.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// A new name.
    pub name: Option<String>,
    /// A new owner.
    pub owner: Option<UserId>,
    /// A new tier.
    pub tier: Option<i64>,
    /// Other hours.
    pub hours: Option<String>,
    /// Another description.
    pub description: Option<String>,
}

impl Service {
    /// The service with `edit` applied.
    pub fn edit(self, _by: &ServiceOwner, edit: Edit) -> Result<Self, Refusal> {
        if self.retired_at.is_some() {
            return Err(reply::is_retired(&self.name));
        }
        let next = Self {
            name: edit.name.unwrap_or_else(|| self.name.clone()),
            owner: edit.owner.or(self.owner),
            tier: edit.tier.unwrap_or(self.tier),
            hours: edit.hours.or_else(|| self.hours.clone()),
            description: edit.description.or_else(|| self.description.clone()),
            ..self.clone()
        };
        if next == self {
            Err(reply::nothing_changes(&self.name))
        } else {
            Ok(Self { version: self.version + 1, ..next })
        }
    }

    /// It is offered no longer.
    pub fn retire(self, _by: &ServiceOwner, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.retired_at.is_some() {
            return Err(reply::is_retired(&self.name));
        }
        Ok(Self { retired_at: Some(now), version: self.version + 1, ..self })
    }
}

/// What makes two names the same: case and spaces do not.
pub fn key(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The service of that name, in use. Another name is refused with the nearest ones.
pub async fn named(tx: &mut Tx, guild: GuildId, name: &str) -> Result<ServiceRef, Error> {
    let service = find(tx, guild, name).await?;
    if service.retired_at.is_some() {
        return Err(reply::is_retired(&service.name).into());
    }
    Ok(ServiceRef { id: service.id, name: service.name })
}

/// The service of that name, in use, if a name is given.
pub async fn maybe_named(tx: &mut Tx, guild: GuildId, name: Option<String>) -> Result<Option<ServiceRef>, Error> {
    match name {
        Some(name) => named(tx, guild, &name).await.map(Some),
        None => Ok(None),
    }
}

/// The service of that name, in use or retired.
pub async fn find(tx: &mut Tx, guild: GuildId, name: &str) -> Result<Service, Error> {
    if let Some(service) = store::find(tx, guild, &key(name)).await? {
        return Ok(service);
    }
    let all = store::all(tx, guild).await?;
    let names: Vec<&str> =
        all.iter().filter(|service| service.retired_at.is_none()).map(|service| service.name.as_str()).collect();
    Err(reply::unknown(name, &nearest(name, &names)).into())
}

/// Up to three names that may have been meant.
fn nearest<'n>(name: &str, names: &[&'n str]) -> Vec<&'n str> {
    let wanted = key(name);
    let mut ranked: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|candidate| {
            let candidate_key = key(candidate);
            let distance = crate::chat::nearest::distance(&wanted, &candidate_key);
            let near = distance <= 1 + wanted.chars().count() / 3;
            let part = !wanted.is_empty() && (candidate_key.contains(&wanted) || wanted.contains(&candidate_key));
            (near || part).then_some((if part { 0 } else { distance }, *candidate))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The service of an id that a select sent back.
pub async fn by_id(tx: &mut Tx, guild: GuildId, id: &str) -> Result<ServiceRef, Error> {
    let id: i64 = id.parse().unwrap_or(0);
    let all = store::all(tx, guild).await?;
    let service =
        all.into_iter().find(|service| service.id == id).ok_or_else(|| reply::unknown("that service", &[]))?;
    Ok(ServiceRef { id: service.id, name: service.name })
}

/// The service of that id, in use or retired.
pub async fn with_id(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<Service>, Error> {
    store::with_id(tx, guild, id).await
}

/// The services in use, for a select: id and name, by name.
pub async fn choices(tx: &mut Tx, guild: GuildId) -> Result<Vec<(i64, String)>, Error> {
    let all = store::all(tx, guild).await?;
    Ok(all
        .into_iter()
        .filter(|service| service.retired_at.is_none())
        .map(|service| (service.id, service.name))
        .collect())
}

/// The names of all services, in use or retired, by id.
pub async fn names(tx: &mut Tx, guild: GuildId) -> Result<BTreeMap<i64, String>, Error> {
    Ok(store::all(tx, guild).await?.into_iter().map(|service| (service.id, service.name)).collect())
}

/// Completions of a service's name.
pub async fn complete(tx: &mut Tx, guild: GuildId, typed: &str) -> Result<Vec<Choice>, Error> {
    let typed = key(typed);
    let mut found: Vec<(bool, String)> = choices(tx, guild)
        .await?
        .into_iter()
        .map(|(_, name)| name)
        .filter(|name| key(name).contains(&typed))
        .map(|name| (!key(&name).starts_with(&typed), name))
        .collect();
    found.sort();
    Ok(found
        .into_iter()
        .take(limits::CHOICES)
        .map(|(_, name)| Choice { name: label(&name, limits::CHOICE), value: label(&name, limits::CHOICE) })
        .collect())
}

/// Who answers for the service of that id, if anybody does.
pub async fn owner(tx: &mut Tx, guild: GuildId, id: i64) -> Result<Option<UserId>, Error> {
    store::owner(tx, guild, id).await
}
