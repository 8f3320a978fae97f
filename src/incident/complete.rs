//! Completion of incident options: the number that was typed, then what is open, ranked by how well it fits what has been typed, then the
//! rest by the search index or by age. No step looks at more than so many rows, however many there are.

use std::collections::BTreeSet;

use super::finding;
use super::listing::store::{numbered, page};
use super::listing::{Filter, From, Listed, States};
use crate::chat::answer::Choice;
use crate::chat::limits;
use crate::chat::text::label;
use crate::error::Error;
use crate::number::{Kind, Number};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;
use crate::store::search::WHILE_TYPING;

/// Open incidents that are looked through, the most urgent first.
const LOOKED_THROUGH: i64 = 200;

/// The incidents that fit `typed`.
pub async fn incidents(tx: &mut Tx, guild: GuildId, viewer: UserId, typed: &str) -> Result<Vec<Choice>, Error> {
    let typed = typed.trim().to_lowercase();
    let mut chosen: Vec<Listed> = Vec::new();
    if let Ok(number) = Number::parse(Kind::Incident, &typed) {
        chosen = numbered(tx, guild, Some(viewer), &[number.value]).await?;
    }
    let of = |state| Filter { state, viewer: Some(viewer), ..Filter::default() };
    let most = if typed.is_empty() { i64::try_from(limits::CHOICES).unwrap_or(i64::MAX) } else { LOOKED_THROUGH };
    let open = page(tx, guild, &of(States::Open), From::Top(0), most).await?;
    let mut fitting: Vec<(u8, Listed)> =
        open.into_iter().filter_map(|listed| Some((fit(&listed, &typed)?, listed))).collect();
    // The order of the list, which goes by urgency, stays among those that fit equally well.
    fitting.sort_by_key(|(fit, _)| *fit);
    chosen.extend(fitting.into_iter().map(|(_, listed)| listed));
    // Whoever types a number means that one, and not a text in which it stands.
    let is_named = chosen.first().is_some_and(|listed| fit(listed, &typed) == Some(0));
    if chosen.len() < limits::CHOICES && (typed.is_empty() || !is_named) {
        if typed.is_empty() {
            let newest = page(tx, guild, &of(States::All), From::Top(0), most).await?;
            chosen.extend(newest);
        } else {
            let found = finding::matches(tx, guild, Some(viewer), &typed, &WHILE_TYPING, limits::CHOICES).await?;
            chosen.extend(found.into_iter().map(|(listed, _)| listed));
        }
    }
    let mut known = BTreeSet::new();
    Ok(chosen
        .into_iter()
        .filter(|listed| known.insert(listed.number.value))
        .take(limits::CHOICES)
        .map(|listed| choice(&listed))
        .collect())
}

fn choice(listed: &Listed) -> Choice {
    let (priority, state) = (listed.priority.name(), super::reply::state(listed.state));
    Choice {
        name: label(&format!("{} · {priority} · {state} · {}", listed.number, listed.title), limits::CHOICE),
        value: listed.number.to_string(),
    }
}

/// How well an incident fits; less is better, none is not at all.
fn fit(listed: &Listed, typed: &str) -> Option<u8> {
    if typed.is_empty() {
        return Some(0);
    }
    let number = listed.number.to_string().to_lowercase();
    let title = listed.title.to_lowercase();
    let service = listed.service.as_ref().map(|service| service.name.to_lowercase()).unwrap_or_default();
    if number == typed || listed.number.value.to_string() == typed {
        Some(0)
    } else if title.starts_with(typed) || number.starts_with(typed) {
        Some(1)
    } else if title.contains(typed) || service.contains(typed) {
        Some(2)
    } else {
        typed.split_whitespace().all(|word| title.contains(word) || service.contains(word)).then_some(3)
    }
}
