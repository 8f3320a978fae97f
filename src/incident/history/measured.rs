//! What service-level clocks are computed from: how it was rated and on which service, when service was back and for how long, and what
//! was told of its targets.

use chrono::{DateTime, Utc};

use super::Milestones;
use super::reading::Reading;
use crate::incident::Priority;
use crate::level::Metric;
use crate::level::clock::Told;

/// It was rated so from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The number of the entry that says so.
    pub entry: i64,
    /// From when.
    pub at: DateTime<Utc>,
    /// How urgent.
    pub priority: Priority,
    /// On which service.
    pub service: Option<i64>,
}

/// Service was back, and then it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relapse {
    /// When service was back.
    pub restored: DateTime<Utc>,
    /// When it was opened again.
    pub reopened: DateTime<Utc>,
}

/// What clocks are computed from beside the milestones and the holds. All in the order of the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// How it stood, from the declaration on.
    pub standings: Vec<Standing>,
    /// When it was opened again.
    pub relapses: Vec<Relapse>,
    /// What was told of its targets.
    pub told: Vec<Told>,
}

impl Measured {
    /// Takes the next entry; `milestones` are those before it.
    pub(super) fn take(&mut self, milestones: &Milestones, reading: &Reading<'_>) {
        match reading.action() {
            "incident.reopen" => {
                let restored = milestones.restored.as_ref().or(milestones.resolved.as_ref());
                self.relapses.extend(
                    restored.map(|restored| Relapse { restored: restored.at, reopened: reading.at.max(restored.at) }),
                );
            }
            "incident.level" => self.told.extend(told(reading)),
            // The service of a window is not the record's.
            "incident.impact" => return,
            _ => {}
        }
        if !reading.tells("priority") && !reading.tells("service-id") {
            return;
        }
        let before = self.standings.last();
        let priority = reading.told.text("priority").and_then(Priority::named).or(before.map(|before| before.priority));
        let service = if reading.tells("service-id") {
            reading.number("service-id")
        } else {
            before.and_then(|before| before.service)
        };
        let (entry, at) = (reading.told.seq, reading.at);
        self.standings.extend(priority.map(|priority| Standing { entry, at, priority, service }));
    }
}

fn told(reading: &Reading<'_>) -> Option<Told> {
    Some(Told {
        entry: reading.told.seq,
        at: reading.at.into(),
        metric: Metric::named(reading.told.text("metric")?)?,
        generation: reading.number("generation")?,
        percent: reading.number("percent")?,
    })
}
