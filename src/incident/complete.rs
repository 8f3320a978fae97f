//! Completion of incident options: open ones first, ranked by how well they fit what has been typed.

use super::{Incident, store};
use crate::chat::answer::Choice;
use crate::chat::limits;
use crate::chat::text::label;
use crate::error::Error;
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

/// Incidents that are looked through.
const LOOKED_THROUGH: i64 = 200;

/// The incidents that fit `typed`.
pub async fn incidents(tx: &mut Tx, guild: GuildId, viewer: UserId, typed: &str) -> Result<Vec<Choice>, Error> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(u8, Incident)> = store::newest(tx, guild, viewer, LOOKED_THROUGH)
        .await?
        .into_iter()
        .filter_map(|incident| Some((fit(&incident, &typed)?, incident)))
        .collect();
    found.sort_by_key(|(fit, incident)| (!incident.state.is_open(), *fit, incident.priority, -incident.number.value));
    Ok(found
        .into_iter()
        .take(limits::CHOICES)
        .map(|(_, incident)| Choice {
            name: label(
                &format!(
                    "{} · {} · {} · {}",
                    incident.number,
                    incident.priority.name(),
                    super::reply::state(incident.state),
                    incident.title
                ),
                limits::CHOICE,
            ),
            value: incident.number.to_string(),
        })
        .collect())
}

/// How well an incident fits; less is better, none is not at all.
fn fit(incident: &Incident, typed: &str) -> Option<u8> {
    if typed.is_empty() {
        return Some(0);
    }
    let number = incident.number.to_string().to_lowercase();
    let title = incident.title.to_lowercase();
    let service = incident.service.as_ref().map(|service| service.name.to_lowercase()).unwrap_or_default();
    if number == typed || incident.number.value.to_string() == typed {
        Some(0)
    } else if title.starts_with(typed) || number.starts_with(typed) {
        Some(1)
    } else if title.contains(typed) || service.contains(typed) {
        Some(2)
    } else {
        typed.split_whitespace().all(|word| title.contains(word) || service.contains(word)).then_some(3)
    }
}
