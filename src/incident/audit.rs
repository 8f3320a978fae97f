//! Holding the records against the journal: an incident is what its entries made of it. Whoever changes a record behind wardroom's back
//! is found by this, as whoever changes an entry is found by the chain.

use std::collections::BTreeMap;

use super::{Incident, REMOVED, fields, store};
use crate::error::Error;
use crate::journal::{self, Fact, Told};
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;
use crate::store::Store;

/// The incidents of `guild` that are not what their entries say: number, and the first field that differs.
pub async fn differences(database: &Store, guild: GuildId) -> Result<Vec<(Number, &'static str)>, Error> {
    let mut found = Vec::new();
    for value in 1.. {
        let number = Number { kind: Kind::Incident, value };
        let both = database
            .read(move |tx| {
                Box::pin(async move {
                    let Some(incident) = store::find(tx, guild, number).await? else { return Ok(None) };
                    Ok(Some((incident, journal::about(tx, guild, &number.to_string()).await?)))
                })
            })
            .await?;
        // Numbers have no gaps, so the first that is missing is the end.
        let Some((incident, entries)) = both else { break };
        found.extend(difference(&incident, &entries).map(|field| (number, field)));
    }
    Ok(found)
}

/// The first field in which the incident is not what its entries made of it.
fn difference(incident: &Incident, entries: &[Told]) -> Option<&'static str> {
    let mut made: BTreeMap<&str, &Fact> = BTreeMap::new();
    for told in entries {
        for (field, fact) in &told.after {
            made.insert(field, fact);
        }
    }
    fields::of(incident).into_iter().find(|(field, is)| !agrees(made.get(field).copied(), is)).map(|(field, _)| field)
}

/// A text that was removed from the journal says nothing, and then the record must say nothing either.
fn agrees(made: Option<&Fact>, is: &Fact) -> bool {
    match (made.unwrap_or(&Fact::Nothing), is) {
        (Fact::Nothing, Fact::Text(text)) => text == REMOVED,
        (made, is) => made == is,
    }
}
