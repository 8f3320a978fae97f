//! Who held which role when, and how command passed from one to another.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::reading::Reading;
use crate::incident::Role;
use crate::snowflake::UserId;

/// The roles, each with its field.
const ROLES: [(Role, &str); 3] =
    [(Role::Commander, "commander"), (Role::Communications, "communications"), (Role::Scribe, "scribe")];

/// A person held a role for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub role: Role,
    /// Who; none when the name was removed.
    pub person: Option<UserId>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none to this day.
    pub until: Option<DateTime<Utc>>,
    /// The entry that gave it.
    pub entry: i64,
}

/// What became of an offer of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It stands.
    Open,
    /// It was taken.
    Accepted,
    /// It was not taken.
    Declined,
    /// Something else happened to it: another offer, or the end of the incident.
    Lapsed,
}

/// Command was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// To whom; none when the name was removed.
    pub to: Option<UserId>,
    /// By whom; none when the name was removed.
    pub by: Option<UserId>,
    /// When.
    pub offered_at: DateTime<Utc>,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was settled; none while it stands.
    pub settled_at: Option<DateTime<Utc>>,
    /// Why it was declined, if that was said.
    pub reason: Option<String>,
    /// The numbers of the journal entries that this rests on.
    pub entries: Vec<i64>,
}

/// Gathers roles and handovers, entry by entry.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) roles: Vec<Held>,
    pub(super) handovers: Vec<Handover>,
}

impl People {
    pub(super) fn take(&mut self, reading: &Reading<'_>) {
        for (role, field) in ROLES {
            if reading.tells(field) {
                self.give(role, field, reading);
            }
        }
        match reading.action() {
            "incident.offer" => {
                self.settle(Outcome::Lapsed, reading);
                self.handovers.push(Handover {
                    to: reading.person("offered-to"),
                    by: reading.person("offered-by").or(reading.told.actor),
                    offered_at: reading.at,
                    outcome: Outcome::Open,
                    settled_at: None,
                    reason: None,
                    entries: reading.entries(),
                });
            }
            "incident.accept" => self.settle(Outcome::Accepted, reading),
            "incident.decline" => self.settle(Outcome::Declined, reading),
            _ if reading.tells("offered-to") => self.settle(Outcome::Lapsed, reading),
            _ => {}
        }
    }

    fn give(&mut self, role: Role, field: &str, reading: &Reading<'_>) {
        let open = self.roles.iter_mut().rfind(|held| held.role == role && held.until.is_none());
        if let Some(held) = open {
            held.until = Some(reading.at.max(held.from));
        }
        let person = reading.person(field);
        // These give a role to somebody, so an absent name is a removed one. Elsewhere it means that nobody holds the role any more.
        let gives = matches!(reading.action(), "incident.role" | "incident.accept");
        if person.is_some() || gives {
            self.roles.push(Held { role, person, from: reading.at, until: None, entry: reading.told.seq });
        }
    }

    fn settle(&mut self, outcome: Outcome, reading: &Reading<'_>) {
        let Some(offer) = self.handovers.last_mut().filter(|offer| offer.outcome == Outcome::Open) else { return };
        offer.outcome = outcome;
        offer.settled_at = Some(reading.at);
        offer.entries.extend(reading.entries());
        if outcome == Outcome::Declined {
            offer.reason = reading.text("reason").map(str::to_owned);
        }
    }

    /// Nobody holds a role in what is over, and no offer stands.
    pub(super) fn end(&mut self, reading: &Reading<'_>) {
        for held in self.roles.iter_mut().filter(|held| held.until.is_none()) {
            held.until = Some(reading.at.max(held.from));
        }
        self.settle(Outcome::Lapsed, reading);
    }
}
