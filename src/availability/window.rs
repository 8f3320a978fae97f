//! Times that were announced beforehand, and what they take out of the time for which availability is promised.
//!
//! A window counts as planned only when it was announced before it began (`sla-semantics` 5). What goes on past its announced end is
//! downtime: as the impact of an incident, or because whoever ended the work said that it ended late. A window that has begun cannot be
//! cancelled, and one that is over cannot be changed, for reports have been read that rest on it.

use chrono::{DateTime, TimeDelta, Utc};

use super::reply;
use crate::error::Refusal;
use crate::policy::Planner;
use crate::snowflake::{GuildId, UserId};

/// A window lasts this long at most, and its work ends this late at most: so a report knows how far back it has to look.
pub const LONGEST: TimeDelta = TimeDelta::days(92);
/// Further ahead is a slip of the finger.
const FURTHEST: TimeDelta = TimeDelta::days(732);

/// A stretch of time, from its first instant until the one behind its last.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// What an announced window means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Service may be away.
    Maintenance,
    /// No change is made.
    Hard,
    /// Changes are made with care.
    Soft,
}

impl Kind {
    /// The name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Maintenance, Self::Hard, Self::Soft].into_iter().find(|kind| kind.name() == name)
    }
}

/// A window that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The server.
    pub guild: GuildId,
    /// Its id within the guild, from 1.
    pub id: i64,
    /// What it means.
    pub kind: Kind,
    /// What is done in it.
    pub name: String,
    /// Why.
    pub reason: Option<String>,
    /// The service that it is about; none when it is about all.
    pub service: Option<i64>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, as announced.
    pub until: DateTime<Utc>,
    /// When it was put on record.
    pub announced_at: DateTime<Utc>,
    /// Who announced it.
    pub announced_by: UserId,
    /// When the work ended, where that was told.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// Where a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is to come.
    Coming,
    /// It has begun.
    Running,
    /// It has ended.
    Over,
    /// It was called off.
    Cancelled,
}

impl Window {
    /// Refuses what can be no window at `now`.
    pub fn check(from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Refusal> {
        if until <= from {
            Err(reply::ends_before_it_starts(from, until))
        } else if until <= now {
            Err(reply::over_already(until))
        } else if until - from > LONGEST {
            Err(reply::too_long(LONGEST))
        } else if from - now > FURTHEST {
            Err(reply::too_far_ahead(from))
        } else {
            Ok(())
        }
    }

    /// Where it stands at `now`.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if self.cancelled_at.is_some() {
            Phase::Cancelled
        } else if self.ended_at.is_some() || self.until <= now {
            Phase::Over
        } else if self.from <= now {
            Phase::Running
        } else {
            Phase::Coming
        }
    }

    /// Whether it was announced before it began.
    pub fn is_planned(&self) -> bool {
        self.announced_at < self.from
    }

    /// Whether it is about `service`.
    pub fn covers(&self, service: i64) -> bool {
        self.service.is_none_or(|own| own == service)
    }

    /// The time for which nothing is promised because of it: none when it was announced too late, or called off.
    pub fn excused(&self) -> Option<Stretch> {
        let until = self.ended_at.map_or(self.until, |ended| ended.min(self.until));
        (self.is_planned() && self.cancelled_at.is_none() && self.from < until).then_some((self.from, until))
    }

    /// The time by which the work went on too long.
    pub fn overrun(&self) -> Option<Stretch> {
        let ended = self.ended_at.filter(|ended| self.cancelled_at.is_none() && *ended > self.until)?;
        Some((self.until, ended))
    }

    /// Called off, before it begins. What was announced too late excuses nothing, and can be called off at any time.
    pub fn cancel(self, _by: &Planner, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.phase(now) {
            Phase::Cancelled => Err(reply::cancelled_already(&self)),
            Phase::Over if self.is_planned() => Err(reply::over_and_read(&self)),
            Phase::Running if self.is_planned() => Err(reply::has_begun(&self)),
            Phase::Coming | Phase::Running | Phase::Over => Ok(Self { cancelled_at: Some(now), ..self }),
        }
    }

    /// The work ended at `at`, before or behind the announced end. It can be said until [`LONGEST`] after that end, and once.
    pub fn end(self, _by: &Planner, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.cancelled_at.is_some() {
            return Err(reply::cancelled_already(&self));
        }
        if let Some(ended) = self.ended_at {
            return Err(reply::ended_already(&self, ended));
        }
        if self.from > now {
            return Err(reply::not_begun(&self));
        }
        if at > now {
            return Err(reply::ends_in_the_future());
        }
        if at < self.from {
            return Err(reply::ended_before_it_started(&self));
        }
        if at - self.until > LONGEST {
            return Err(reply::too_late(&self));
        }
        Ok(Self { ended_at: Some(at), ..self })
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
