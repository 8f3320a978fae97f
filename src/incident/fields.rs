//! The fields of an incident as the journal knows them, and what differs between two versions.

use super::Incident;
use crate::journal::{Change, Fact};

/// Every field that the journal follows, in the order in which people read them.
pub fn of(incident: &Incident) -> Vec<(&'static str, Fact)> {
    let resolution = incident.resolution.as_ref();
    let closure = incident.closure.as_ref();
    let hold = incident.hold.as_ref();
    let acknowledged = incident.acknowledged.as_ref();
    vec![
        ("state", Fact::Plain(incident.state.name())),
        ("title", Fact::Text(incident.title.clone())),
        ("description", Fact::text(incident.description.as_deref())),
        ("service", Fact::plain(incident.service.as_ref().map(|service| &service.name))),
        ("service-id", Fact::plain(incident.service.as_ref().map(|service| service.id))),
        ("impact", Fact::Plain(incident.impact.name())),
        ("urgency", Fact::Plain(incident.urgency.name())),
        ("priority", Fact::Plain(incident.priority.name())),
        ("priority-fixed", Fact::Plain(incident.priority_fixed.to_string())),
        ("major", Fact::Plain(incident.major.to_string())),
        ("restricted", Fact::Plain(incident.restricted.to_string())),
        ("kind", Fact::Plain(incident.kind.name())),
        ("started", Fact::instant(incident.started_at)),
        ("acknowledged-by", Fact::person(acknowledged.map(|ack| ack.by))),
        ("acknowledged-at", Fact::instant(acknowledged.map(|ack| ack.at))),
        ("acknowledged-implied", Fact::plain(acknowledged.map(|ack| ack.implied))),
        ("commander", Fact::person(incident.roles.commander)),
        ("communications", Fact::person(incident.roles.communications)),
        ("scribe", Fact::person(incident.roles.scribe)),
        ("offered-to", Fact::person(incident.offer.as_ref().map(|offer| offer.to))),
        ("offered-by", Fact::person(incident.offer.as_ref().map(|offer| offer.by))),
        ("hold-reason", Fact::plain(hold.map(|hold| hold.reason.name()))),
        ("hold-note", Fact::text(hold.and_then(|hold| hold.note.as_deref()))),
        ("hold-until", Fact::instant(hold.and_then(|hold| hold.until))),
        ("team", Fact::plain(incident.team)),
        ("level", Fact::plain((incident.level > 0).then_some(incident.level))),
        ("parent", Fact::plain(incident.parent)),
        ("update", Fact::text(incident.update.as_ref().map(|update| update.text.as_str()))),
        ("promise-due", Fact::instant(incident.promise.as_ref().map(|promise| promise.due_at))),
        ("promised-by", Fact::person(incident.promise.as_ref().map(|promise| promise.by))),
        ("restored", Fact::instant(resolution.map(|resolution| resolution.restored_at))),
        ("code", Fact::plain(resolution.map(|resolution| resolution.code.name()))),
        ("summary", Fact::text(resolution.map(|resolution| resolution.summary.as_str()))),
        ("closed-as", Fact::plain(closure.map(|closure| closure.closed_as.name()))),
        ("close-reason", Fact::text(closure.and_then(|closure| closure.reason.as_deref()))),
        ("reopened", Fact::Plain(incident.reopened.to_string())),
    ]
}

/// What a new incident is made of; what it has not is left out.
pub fn of_new(incident: &Incident) -> Vec<Change> {
    of(incident)
        .into_iter()
        .filter(|(_, fact)| *fact != Fact::Nothing)
        .map(|(field, after)| Change { field, before: Fact::Nothing, after })
        .collect()
}

/// What differs.
pub fn between(before: &Incident, after: &Incident) -> Vec<Change> {
    of(before)
        .into_iter()
        .zip(of(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect()
}
