//! `/incident find`: the incident of that number first, then those that hold the words, best first, each with the words around the match.
//!
//! Better is what stands in the title, then what stands anywhere in the record or in what was written to its timeline, then what only
//! begins so; among equals the newer. Whoever may not know of a restricted incident is not told that it would have matched.

mod excerpt;
pub mod index;
mod reply;
mod store;

use std::collections::BTreeMap;

use super::listing::{self, Listed};
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::journal::{self, Fact, Told};
use crate::number::{Kind, Number};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;
use crate::store::search::{self, Tier, words};

/// Results on one page: so many with their excerpts fit into a message (a test holds the longest against it).
pub const PAGE: usize = 7;
/// The last page. What is not found by then is found by another word.
const LAST: usize = 20;
/// Rows of the search that are looked at in all, when most of what is found is not the viewer's to know.
const MOST: usize = 1000;

/// An incident that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The incident.
    pub listed: Listed,
    /// The entry in which the words stand; none when it was found by its number, or by its title and description.
    pub entry: Option<i64>,
    /// Markdown: the words around the match, unless the title says enough.
    pub excerpt: Option<String>,
}

/// One page of what fits `text`, from 1.
pub async fn find(tx: &mut Tx, context: &Context, text: &str, page: Option<i64>) -> Result<Answer, Error> {
    let page = usize::try_from(page.unwrap_or(1)).unwrap_or(1);
    Ok(Answer::Say(show(tx, context, text, page).await?))
}

/// The page that a button leads to, in place of the one that it stands on.
pub async fn turn(tx: &mut Tx, context: &Context, page: &str, text: &str) -> Result<Answer, Error> {
    let page = page.parse().map_err(|_| crate::command::unknown_press())?;
    Ok(Answer::Replace(show(tx, context, text, page).await?))
}

async fn show(tx: &mut Tx, context: &Context, text: &str, page: usize) -> Result<crate::chat::message::Message, Error> {
    let page = page.clamp(1, LAST);
    let sought = words::searched(text);
    if sought.is_empty() {
        return Err(Refusal::new(
            "find.words",
            "`text` has no word to look for. Write a few words, or a number like `INC-42`.",
        )
        .into());
    }
    let (shown, more) = self::page(tx, context.guild.id, context.viewer(), text, page).await?;
    Ok(reply::page(&shown, text, &sought, page, more, context.typed))
}

/// One page of what fits `text` and `viewer` may know of, from 1, and whether there is another.
pub async fn page(
    tx: &mut Tx,
    guild: GuildId,
    viewer: Option<UserId>,
    text: &str,
    page: usize,
) -> Result<(Vec<Found>, bool), Error> {
    let page = page.clamp(1, LAST);
    let sought = words::searched(text);
    let mut found = matches(tx, guild, viewer, text, &search::TIERS, page * PAGE + 1).await?;
    let more = found.len() > page * PAGE && page < LAST;
    found.truncate(page * PAGE);
    let mut shown = Vec::new();
    for (listed, part) in found.split_off(((page - 1) * PAGE).min(found.len())) {
        shown.push(excerpt_of(tx, guild, &sought, listed, part).await?);
    }
    Ok((shown, more))
}

/// The incidents that fit `text` and that `viewer` may know of, best first, each with the part of it that fits: up to `wanted` of them.
/// None is found twice.
pub(super) async fn matches(
    tx: &mut Tx,
    guild: GuildId,
    viewer: Option<UserId>,
    text: &str,
    tiers: &[Tier],
    wanted: usize,
) -> Result<Vec<(Listed, Option<i64>)>, Error> {
    let mut known: BTreeMap<i64, Option<i64>> = BTreeMap::new();
    let mut found = Vec::new();
    if let Ok(number) = Number::parse(Kind::Incident, text) {
        let exact = listing::store::numbered(tx, guild, viewer, &[number.value]).await?;
        known.insert(number.value, None);
        found.extend(exact.into_iter().map(|listed| (listed, None)));
    }
    // A few more, since some may be restricted.
    let mut asked = wanted + listing::store::AT_ONCE;
    loop {
        let hits = search::find(tx, guild, Kind::Incident, text, tiers, asked).await?;
        let exhausted = hits.len() < asked || asked >= MOST;
        let mut new = Vec::new();
        for hit in hits {
            let number = Number::stored(&hit.record)?.value;
            if known.insert(number, Some(hit.part)).is_none() {
                new.push(number);
            }
        }
        for numbers in new.chunks(listing::store::AT_ONCE) {
            if found.len() >= wanted {
                break;
            }
            for listed in listing::store::numbered(tx, guild, viewer, numbers).await? {
                let part = known.get(&listed.number.value).copied().flatten();
                found.push((listed, part));
            }
        }
        if found.len() >= wanted || exhausted {
            found.truncate(wanted);
            return Ok(found);
        }
        asked *= 4;
    }
}

/// What is found, with the words around the match.
async fn excerpt_of(
    tx: &mut Tx,
    guild: GuildId,
    sought: &[String],
    listed: Listed,
    part: Option<i64>,
) -> Result<Found, Error> {
    let text = match part {
        Some(0) if !excerpt::says_all(&listed.title, sought) => store::description(tx, guild, listed.number).await?,
        None | Some(0) => None,
        Some(entry) => {
            let told = journal::entry(tx, guild, &listed.number.to_string(), entry).await?;
            told.and_then(|told| fitting(&told, sought))
        }
    };
    let excerpt = text.and_then(|text| excerpt::around(&text, sought));
    Ok(Found { listed, entry: part.filter(|part| *part > 0), excerpt })
}

/// The text of an entry in which one of the words stands.
fn fitting(told: &Told, sought: &[String]) -> Option<String> {
    let texts = told.after.values().filter_map(|fact| match fact {
        Fact::Text(text) => Some(text),
        _ => None,
    });
    let mut texts: Vec<&String> = texts.collect();
    texts.sort_by_key(|text| !excerpt::holds_any(text, sought));
    texts.first().map(|text| (*text).clone())
}
