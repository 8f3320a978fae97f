//! What a list reads: the few columns that it shows.

use sqlx::FromRow;

use super::texts;
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::{Priority, ServiceRef, State};
use crate::number::{self, Number};
use crate::service;
use crate::snowflake::{GuildId, UserId};
use crate::store::{Tx, Value};

pub use super::texts::COUNTED;

/// Incidents that [`numbered`] reads at once.
pub const AT_ONCE: usize = 25;

/// An incident as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub number: Number,
    /// Where it stands.
    pub state: State,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is about: plain text.
    pub title: String,
    /// The service, if it is known.
    pub service: Option<ServiceRef>,
    /// Who leads.
    pub commander: Option<UserId>,
    /// When it was declared.
    pub declared_at: chrono::DateTime<chrono::Utc>,
}

#[derive(FromRow)]
struct Row {
    number: i64,
    state: String,
    priority: i64,
    title: String,
    service_id: Option<i64>,
    commander_id: Option<i64>,
    declared_at: i64,
}

/// What a list shows, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which states.
    pub state: States,
    /// Only of this service.
    pub service: Option<i64>,
    /// Only of this priority.
    pub priority: Option<Priority>,
    /// Only those that this person reported or has a role in.
    pub of: Option<UserId>,
    /// Who looks: what is restricted shows only to those inside, and never where everyone reads the answer (none).
    pub viewer: Option<UserId>,
}

/// Which states a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum States {
    /// What is not resolved, most urgent first.
    #[default]
    Open,
    /// All that was ever recorded, newest first.
    All,
    /// One, newest first.
    One(State),
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// So many incidents from the top.
    Top(i64),
    /// Behind this number, which is the last of the page before.
    Behind(i64),
    /// Before this number, which is the first of the page after.
    Before(i64),
}

/// Up to `limit` incidents that `filter` lets through, in the order of the list. What is open knows its pages from the top alone.
pub async fn page(tx: &mut Tx, guild: GuildId, filter: &Filter, from: From, limit: i64) -> Result<Vec<Listed>, Error> {
    let texts = texts::pick(filter);
    let backwards = matches!(from, From::Before(_)) && !texts.newer.is_empty();
    let (sql, args) = match from {
        From::Before(number) if backwards => (texts.newer, arguments(guild, filter, number, limit, 0)),
        From::Behind(number) => (texts.older, arguments(guild, filter, number, limit, 0)),
        From::Top(skipped) => (texts.older, arguments(guild, filter, i64::MAX, limit, skipped)),
        From::Before(_) => (texts.older, arguments(guild, filter, i64::MAX, limit, 0)),
    };
    let rows = tx.all(sql, args).await?;
    let mut listed = listed(tx, guild, rows).await?;
    if backwards {
        listed.reverse();
    }
    Ok(listed)
}

/// How many incidents `filter` lets through; one more than [`COUNTED`] when there are more than that.
pub async fn count(tx: &mut Tx, guild: GuildId, filter: &Filter) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx.optional(texts::pick(filter).count, arguments(guild, filter, 0, 0, 0)).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// Those of `numbers` that there are and that `viewer` may know of, in the order of `numbers`. There may be up to [`AT_ONCE`].
pub async fn numbered(
    tx: &mut Tx,
    guild: GuildId,
    viewer: Option<UserId>,
    numbers: &[i64],
) -> Result<Vec<Listed>, Error> {
    let mut args: Vec<Value> = args![guild, 0, 0, 0, viewer];
    args.extend(numbers.iter().chain(std::iter::repeat(&0)).take(AT_ONCE).map(|number| Value::from(*number)));
    let rows = tx.all(texts::NUMBERED, args).await?;
    let mut found = listed(tx, guild, rows).await?;
    found.sort_by_key(|listed| numbers.iter().position(|number| *number == listed.number.value));
    Ok(found)
}

/// The arguments that `texts` tells of.
fn arguments(guild: GuildId, filter: &Filter, side: i64, limit: i64, skipped: i64) -> Vec<Value> {
    let state = match filter.state {
        States::One(state) => Some(state.name()),
        States::Open | States::All => None,
    };
    args![
        guild,
        side,
        limit,
        skipped,
        filter.viewer,
        state,
        filter.service,
        filter.priority.map(Priority::rank),
        filter.of,
    ]
}

async fn listed(tx: &mut Tx, guild: GuildId, rows: Vec<Row>) -> Result<Vec<Listed>, Error> {
    let services = if rows.iter().any(|row| row.service_id.is_some()) {
        service::names(tx, guild).await?
    } else {
        std::collections::BTreeMap::new()
    };
    rows.into_iter()
        .map(|row| {
            let number = Number { kind: number::Kind::Incident, value: row.number };
            let wrong = |what: &str| Failure::inconsistent("incident", format!("{number} of guild {guild} has {what}"));
            let service = match row.service_id {
                Some(id) => {
                    let name = services.get(&id).cloned();
                    Some(ServiceRef { id, name: name.ok_or_else(|| wrong("a service that is not in the catalogue"))? })
                }
                None => None,
            };
            Ok(Listed {
                number,
                state: State::named(&row.state).ok_or_else(|| wrong("an unknown state"))?,
                priority: Priority::ranked(row.priority).ok_or_else(|| wrong("an unknown priority"))?,
                title: row.title,
                service,
                commander: row.commander_id.map(UserId::from_i64),
                declared_at: instant(row.declared_at),
            })
        })
        .collect::<Result<_, Failure>>()
        .map_err(Error::from)
}
