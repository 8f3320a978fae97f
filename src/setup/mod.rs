//! What a guild has set up: its zone, the channels for each purpose, the roles for each capability. A guild that has set up nothing
//! works at once.

mod check;
pub mod command;
pub mod reply;
pub mod store;

use std::collections::BTreeMap;
use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::chat::answer::Choice;
use crate::chat::limits;
use crate::error::Refusal;
use crate::policy::RoleMap;
use crate::snowflake::{ChannelId, GuildId};

pub use check::{ChannelFacts, Finding, PERMISSIONS, Surroundings, Unsaid, Waiting, findings, missing_for_posts};

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Cards of incidents.
    Incidents,
    /// Cards of changes.
    Changes,
    /// Cards of problems.
    Problems,
    /// Updates for management.
    Management,
    /// Digests.
    Digests,
    /// Notices about wardroom itself.
    Operations,
    /// Heads of the journal.
    Audit,
}

impl Purpose {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 7] = [
        Self::Incidents,
        Self::Changes,
        Self::Problems,
        Self::Management,
        Self::Digests,
        Self::Operations,
        Self::Audit,
    ];

    /// Its name in commands and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Changes => "changes",
            Self::Problems => "problems",
            Self::Management => "management",
            Self::Digests => "digests",
            Self::Operations => "operations",
            Self::Audit => "audit",
        }
    }

    /// The purpose of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// How a guild runs its incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Days from restored to closed, for what nobody closes (`ServiceNow` closes after 7).
    pub close_after_days: i64,
    /// Working days from resolved to a review (`itsm-iso20000` 4: five).
    pub review_within_days: i64,
    /// Minutes of the local day between which reminders of lesser incidents wait; equal ends mean never.
    pub quiet: (i64, i64),
    /// Minutes from one notice to management to the next while a major incident lasts (`itsm-iso20000` 4: 30 or 60).
    pub notice_every_minutes: i64,
}

impl Default for Habits {
    fn default() -> Self {
        Self { close_after_days: 7, review_within_days: 5, quiet: (22 * 60, 7 * 60), notice_every_minutes: 30 }
    }
}

impl fmt::Display for Habits {
    /// As the journal keeps it: `close-after=7d review-within=5d quiet=22:00-07:00 notice-every=30m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "close-after={}d review-within={}d quiet={} notice-every={}m",
            self.close_after_days,
            self.review_within_days,
            self.quiet_hours().unwrap_or_else(|| "off".to_owned()),
            self.notice_every_minutes
        )
    }
}

impl Habits {
    /// `22:00-07:00`; none when reminders come at any hour.
    pub fn quiet_hours(&self) -> Option<String> {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        (self.quiet.0 != self.quiet.1).then(|| format!("{}-{}", clock(self.quiet.0), clock(self.quiet.1)))
    }
}

/// A guild and its set-up.
#[derive(Clone, Debug)]
pub struct Guild {
    /// Which.
    pub id: GuildId,
    /// The zone in which its people write times.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    /// The channels that are set.
    pub channels: BTreeMap<Purpose, ChannelId>,
    /// The roles that are mapped.
    pub roles: RoleMap,
    /// How incidents are run.
    pub habits: Habits,
}

impl Guild {
    /// A guild that has set up nothing.
    pub fn fresh(id: GuildId) -> Self {
        Self {
            id,
            zone: TimeZone::UTC,
            zone_name: "UTC".to_owned(),
            channels: BTreeMap::new(),
            roles: RoleMap::default(),
            habits: Habits::default(),
        }
    }

    /// The channel for `purpose`, if one is set.
    pub fn channel(&self, purpose: Purpose) -> Option<ChannelId> {
        self.channels.get(&purpose).copied()
    }
}

/// `22:00-07:00` as minutes of the day, or `off`.
pub fn quiet_hours(hours: &str) -> Result<(i64, i64), Refusal> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
    };
    if hours.trim().eq_ignore_ascii_case("off") {
        return Ok((0, 0));
    }
    hours
        .split_once(['-', '–'])
        .and_then(|(from, until)| Some((minute(from)?, minute(until)?)))
        .filter(|(from, until)| from != until)
        .ok_or_else(|| reply::no_quiet_hours(hours))
}

/// Completions of a zone's name.
pub fn complete_zone(typed: &str) -> Vec<Choice> {
    let typed = typed.trim().to_lowercase().replace(' ', "_");
    let mut found: Vec<(bool, String)> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| name.to_lowercase().contains(&typed))
        .map(|name| (!name.to_lowercase().starts_with(&typed), name))
        .collect();
    found.sort();
    found.into_iter().take(limits::CHOICES).map(|(_, name)| Choice { name: name.clone(), value: name }).collect()
}
