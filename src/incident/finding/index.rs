//! What incidents are found by: their title and description, and each text that was written to their timeline.

use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::incident::{Incident, store};
use crate::journal::{self, Fact, Told};
use crate::memory;
use crate::setup;
use crate::snowflake::GuildId;
use crate::store::search::{self, Texts};
use crate::store::{Store, Tx};

/// Texts of an entry that the record itself is found by.
const OF_THE_RECORD: [&str; 2] = ["title", "description"];
/// What says again what other entries said.
const SAID_BEFORE: [&str; 2] = ["incident.declare", "incident.undo"];

/// Makes the incident itself findable.
pub async fn record(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    let body = incident.description.as_deref().unwrap_or_default();
    search::put(tx, incident.guild, incident.number, 0, Texts { title: &incident.title, body, around: "" }).await
}

/// Makes what an entry about the incident says findable, together with its title.
pub async fn entry(tx: &mut Tx, incident: &Incident, told: &Told) -> Result<(), Error> {
    if SAID_BEFORE.contains(&told.action.as_str()) {
        return Ok(());
    }
    let said: Vec<&str> = told
        .after
        .iter()
        .filter(|(field, _)| !OF_THE_RECORD.contains(&field.as_str()))
        .filter_map(|(_, fact)| match fact {
            Fact::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    if said.is_empty() {
        return Ok(());
    }
    let texts = Texts { title: "", body: &said.join("\n"), around: &incident.title };
    search::put(tx, incident.guild, incident.number, told.seq, texts).await
}

/// Makes the incident findable by what it and the journal hold now, and by nothing else: words were changed or removed.
pub async fn rebuild(tx: &mut Tx, incident: &Incident) -> Result<(), Error> {
    let entries = journal::about(tx, incident.guild, &incident.number.to_string()).await?;
    anew(tx, incident, &entries).await
}

async fn anew(tx: &mut Tx, incident: &Incident, entries: &[Told]) -> Result<(), Error> {
    search::forget(tx, incident.guild, incident.number).await?;
    record(tx, incident).await?;
    for told in entries {
        entry(tx, incident, told).await?;
    }
    Ok(())
}

/// Fills the index from the records and the journal, unless that was done: a migration that changes the index leaves it empty. What is
/// declared or written meanwhile is in it already, and is written once more.
///
/// # Errors
/// When the database fails; the next start begins again.
pub async fn catch_up(database: &Store, stop: &CancellationToken) -> Result<(), Error> {
    if memory::search_is_filled(database).await? {
        return Ok(());
    }
    for guild in database.read(|tx| Box::pin(setup::store::all(tx))).await? {
        let mut after = 0;
        while let Some(last) = database.write(move |tx| Box::pin(some(tx, guild, after))).await? {
            after = last;
            if stop.is_cancelled() {
                return Ok(());
            }
        }
    }
    memory::remember_search_filled(database).await
}

/// Indexes the incidents that follow `after`, and gives the last of them.
async fn some(tx: &mut Tx, guild: GuildId, after: i64) -> Result<Option<i64>, Error> {
    let incidents = store::following(tx, guild, after, i64::try_from(journal::TOGETHER).unwrap_or(1)).await?;
    let subjects: Vec<String> = incidents.iter().map(|incident| incident.number.to_string()).collect();
    let entries = journal::about_each(tx, guild, &subjects).await?;
    for incident in &incidents {
        let told = entries.get(&incident.number.to_string()).map_or(&[][..], Vec::as_slice);
        anew(tx, incident, told).await?;
    }
    Ok(incidents.last().map(|incident| incident.number.value))
}
