//! Holding the records against the journal: an incident is what its entries made of it. Whoever changes a record behind wardroom's back
//! is found by this, as whoever changes an entry is found by the chain.

use std::collections::{BTreeMap, BTreeSet};

use super::{Incident, REMOVED, fields, levels, store};
use crate::error::Error;
use crate::journal::{self, Fact, Told};
use crate::level::{self, Book, Clock};
use crate::number::{self, Kind, Number};
use crate::snowflake::GuildId;
use crate::store::{Store, Tx};

/// What is told of a number that was handed out and whose incident is not there.
pub const MISSING: &str = "record";
/// What is told of an incident whose number was never handed out.
pub const UNNUMBERED: &str = "number";
/// What is told of an incident whose clocks are not what its entries and what was agreed make of them.
pub const CLOCKS: &str = "clocks";
/// The name of a service is its catalogue's to change, and renames every incident on it.
const NOT_ITS_OWN: &str = "service";
/// Fields that entries did not always have: where no entry has one, it says nothing.
const SINCE_LATELY: [&str; 1] = ["service-id"];

/// The incidents of `guild` that are not what their entries say: number, and the first field that differs, [`MISSING`] or [`UNNUMBERED`].
pub async fn differences(database: &Store, guild: GuildId) -> Result<Vec<(Number, &'static str)>, Error> {
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let batch = database.read(move |tx| Box::pin(batch(tx, guild, after))).await?;
        let end = after + size();
        let there: BTreeSet<i64> = batch.incidents.iter().map(|(incident, _)| incident.number.value).collect();
        for (incident, entries) in &batch.incidents {
            let number = incident.number;
            let wrong = if number.value > batch.last { Some(UNNUMBERED) } else { difference(incident, entries) };
            let clocks = batch
                .clocks
                .get(&number.value)
                .filter(|clocks| wrong.is_none() && !levels::agree(incident, entries, &batch.book, clocks));
            found.extend(wrong.or(clocks.map(|_| CLOCKS)).map(|field| (number, field)));
        }
        let handed_out = (after + 1)..=batch.last.min(end);
        found.extend(
            handed_out
                .filter(|value| !there.contains(value))
                .map(|value| (Number { kind: Kind::Incident, value }, MISSING)),
        );
        after = match batch.next {
            // Beyond the last number there are gaps, which need no walk.
            Some(next) if end >= batch.last => next - 1,
            None if end >= batch.last => break,
            _ => end,
        };
    }
    found.sort_by_key(|(number, _)| *number);
    Ok(found)
}

/// Numbers that are looked at in one view.
fn size() -> i64 {
    i64::try_from(journal::TOGETHER).unwrap_or(1)
}

struct Batch {
    /// Those with the next so many numbers, and the entries about each.
    incidents: Vec<(Incident, Vec<Told>)>,
    /// Their clocks. What was over before there were any has none.
    clocks: BTreeMap<i64, Vec<Clock>>,
    /// What was agreed.
    book: Book,
    /// The last number that was handed out.
    last: i64,
    /// The next number behind these that an incident has.
    next: Option<i64>,
}

async fn batch(tx: &mut Tx, guild: GuildId, after: i64) -> Result<Batch, Error> {
    let mut incidents = store::following(tx, guild, after, size() + 1).await?;
    let behind = incidents.partition_point(|incident| incident.number.value <= after + size());
    let next = incidents.drain(behind..).next().map(|incident| incident.number.value);
    let subjects: Vec<String> = incidents.iter().map(|incident| incident.number.to_string()).collect();
    let mut entries = journal::about_each(tx, guild, &subjects).await?;
    let book = level::store::book(tx, guild).await?;
    let clocks = level::store::clocks_between(tx, guild, &book, after + 1, after + size()).await?;
    let incidents = incidents
        .into_iter()
        .zip(subjects)
        .map(|(incident, subject)| (incident, entries.remove(&subject).unwrap_or_default()))
        .collect();
    Ok(Batch { incidents, clocks, book, last: number::last(tx, guild, Kind::Incident).await?, next })
}

/// The first field in which the incident is not what its entries made of it.
fn difference(incident: &Incident, entries: &[Told]) -> Option<&'static str> {
    let mut made: BTreeMap<&str, &Fact> = BTreeMap::new();
    // A window of impact has a service of its own.
    for told in entries.iter().filter(|told| told.action != "incident.impact") {
        for (field, fact) in &told.after {
            made.insert(field, fact);
        }
    }
    fields::of(incident)
        .into_iter()
        .filter(|(field, _)| *field != NOT_ITS_OWN)
        .filter(|(field, _)| !SINCE_LATELY.contains(field) || made.contains_key(field))
        .find(|(field, is)| !agrees(made.get(field).copied(), is))
        .map(|(field, _)| field)
}

/// A text that was removed from the journal says nothing, and then the record must say nothing either.
fn agrees(made: Option<&Fact>, is: &Fact) -> bool {
    match (made.unwrap_or(&Fact::Nothing), is) {
        (Fact::Nothing, Fact::Text(text)) => text == REMOVED,
        (made, is) => made == is,
    }
}
