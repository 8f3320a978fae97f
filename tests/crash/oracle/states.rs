//! Each record is what its journal says.

use std::collections::BTreeMap;

use wardroom::incident::Incident;
use wardroom::journal::{Fact, Told};

use super::Oracle;

impl Oracle<'_> {
    /// Each record is what its journal says.
    pub(super) fn states(&mut self) {
        let records = self.records;
        for incident in &records.incidents {
            let entries = records.by_incident.get(&incident.number.value).map_or(&[] as &[Told], Vec::as_slice);
            let mut fields: BTreeMap<&str, &Fact> = BTreeMap::new();
            for (field, fact) in entries.iter().flat_map(|told| &told.after) {
                fields.insert(field, fact);
            }
            for (field, is) in state_of(incident) {
                let told = fields.get(field).map_or(&Fact::Nothing, |fact| *fact);
                self.must(*told == is, || {
                    format!("{} has {field} {is:?}, and its journal says {told:?}", incident.number)
                });
            }
        }
    }
}

/// The fields of a record that are compared, as the journal writes them.
fn state_of(incident: &Incident) -> Vec<(&'static str, Fact)> {
    vec![
        ("state", Fact::Plain(incident.state.name())),
        ("title", Fact::Text(incident.title.clone())),
        ("priority", Fact::Plain(incident.priority.name())),
        ("commander", Fact::person(incident.roles.commander)),
        ("communications", Fact::person(incident.roles.communications)),
        ("scribe", Fact::person(incident.roles.scribe)),
        ("acknowledged-by", Fact::person(incident.acknowledged.as_ref().map(|ack| ack.by))),
        ("update", Fact::text(incident.update.as_ref().map(|update| update.text.as_str()))),
        ("promise-due", Fact::instant(incident.promise.as_ref().map(|promise| promise.due_at))),
        ("summary", Fact::text(incident.resolution.as_ref().map(|resolution| resolution.summary.as_str()))),
        ("reopened", Fact::Plain(incident.reopened.to_string())),
    ]
}
