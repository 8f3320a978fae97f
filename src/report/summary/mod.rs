//! The post-incident summary: what happened, when, to whom, who did what, and what is not known.
//!
//! [`compose`] makes a [`Summary`] from a [`Story`], and [`markdown::render`], [`html::render`] and [`json::render`] make a file of it.
//! The three say the same. Nothing is invented: a sentence is made from the record and carries the numbers of the journal entries that it
//! rests on, and what is not recorded says so, with who could fill it in and how.
//!
//! # The JSON file
//!
//! The fields are those of [`Summary`], in kebab-case, and `format` names the version: `wardroom.post-incident-summary/1`. Fields may be
//! added under the same version; a reader ignores those that it does not know.
//!
//! * A moment is `{"at": "2026-11-24T09:05:00Z", "local": "24 Nov 2026, 10:05 CET", "clock": "10:05:00", "day": "24 Nov 2026"}`: the
//!   instant in UTC, and the same as people of the guild read it.
//! * A length is `{"seconds": 11520, "text": "3 h 12 min"}`.
//! * What may be missing is `{"recorded": …}`, or `{"not-recorded": {"hint": "Whoever found it can say so", "command": "/incident …"}}`;
//!   `command` is null when no command helps.
//! * `entries` are numbers of journal entries of the guild: `timeline` has one row for each entry about the incident.
//! * `hash` is the SHA-256 of the file in which the value of `hash` is empty: `sed 's/"hash": "[0-9a-f]*"/"hash": ""/' file | sha256sum`.
//!   The other two files show the same hash, and so belong to that one. A document that was made at another moment has another hash.
//!
//! # Figures
//!
//! [`metrics`] computes them from the history, each with its pair of milestones, and says which kinds of incident count in statistics.

mod deed;
mod figures;
pub mod html;
mod impact;
pub mod json;
pub mod markdown;
pub mod metrics;
pub mod model;
mod overview;
mod people;
mod timeline;
mod words;
mod work;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;

use crate::incident::Incident;
use crate::incident::history::{History, Stage};
use crate::journal::Told;
use crate::snowflake::UserId;
pub use model::Summary;
use model::{FORMAT, Gap, Made, Recorded, Verdict};
use words::Words;

/// Everything that a summary is made from. Whoever asks for one gathers it in one reading of the database, so that the parts agree.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    /// The incident as it stands.
    pub incident: &'a Incident,
    /// All journal entries about it, in the order of their writing ([`crate::journal::about`]).
    pub entries: &'a [Told],
    /// The names of the people that the entries name. Who is not among them is called by number.
    pub people: &'a BTreeMap<UserId, String>,
    /// The name of the guild.
    pub guild: &'a str,
    /// The zone in which times are told.
    pub zone: &'a TimeZone,
    /// The IANA name of that zone.
    pub zone_name: &'a str,
    /// When the summary is made: what lasts, lasts until then.
    pub made_at: DateTime<Utc>,
    /// What was sent about the incident, and what became of it.
    pub deliveries: &'a [Delivery],
    /// The verdicts on the service levels; none while they are not measured.
    pub service_levels: Option<&'a [Verdict]>,
    /// Where the addresses of the guild's messages begin: `https://discord.com/channels/123/`. Only links that begin so are shown.
    pub link_base: &'a str,
}

/// Something that was sent about an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What: `card`, `management notice`, `update`.
    pub what: String,
    /// To which channel: its name, else its id.
    pub channel: String,
    /// When it arrived; when it was to be sent, for what did not.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub outcome: Delivered,
    /// The journal entry that asked for it, if one did.
    pub entry: Option<i64>,
}

/// What became of something that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It arrived.
    Yes,
    /// It will be tried again.
    Waiting,
    /// It was given up, for that reason.
    Failed(String),
}

/// Composes the summary of `story`.
pub fn compose(story: &Story<'_>) -> Summary {
    let history = History::of(story.entries);
    let words = &Words::new(story.zone, story.people);
    let review = &history.review;
    let passage = |passage| people::passage(words, &history, passage);
    let mut summary = Summary {
        format: FORMAT,
        hash: String::new(),
        made: Made {
            at: words.moment(story.made_at),
            by: concat!("wardroom ", env!("CARGO_PKG_VERSION")).to_owned(),
            guild: words.said(Some(story.guild)),
            zone: story.zone_name.to_owned(),
            entries: story.entries.len(),
            last_entry: story.entries.last().map_or(0, |told| told.seq),
        },
        header: overview::header(words, story, &history),
        overview: overview::overview(words, story, &history),
        impact: impact::impact(words, &history, story.made_at),
        milestones: figures::milestones(words, story, &history),
        metrics: figures::figures(&history),
        holds: figures::holds(words, story, &history),
        reopenings: figures::reopenings(words, &history),
        not_counted: overview::not_counted(story.incident.kind, &history),
        timeline: timeline::rows(words, story.entries, story.link_base),
        roles: people::roles(words, story, &history),
        handovers: people::handovers(words, &history),
        decisions: work::decisions(words, &history),
        contributing_factors: passage(review.factors.as_ref()),
        went_well: passage(review.well.as_ref()),
        went_badly: passage(review.badly.as_ref()),
        lessons: passage(review.lessons.as_ref()),
        response_tasks: work::tasks(words, &history, Stage::Response, story.made_at),
        follow_ups: work::tasks(words, &history, Stage::FollowUp, story.made_at),
        related: work::related(words, &history),
        updates: work::updates(words, story, &history),
        deliveries: work::deliveries(words, story),
        service_levels: Recorded::or(story.service_levels.map(<[Verdict]>::to_vec), || {
            Gap::open("Service levels are not measured yet; the owner of the service agrees on them")
        }),
        review: people::review(words, &history),
    };
    summary.hash = json::hash(&summary);
    summary
}

#[cfg(test)]
mod tests;
