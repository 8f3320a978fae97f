//! Major incidents: what makes one, and the notices that keep those above informed (ISO/IEC 20000-1 8.6.1: criteria, a responsible
//! person, top management kept informed, a review).

use super::step::post;
use super::{Incident, Kind, Level, Priority, reply};
use crate::command::context::Scene;
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::outbox::To;
use crate::setup::Purpose;
use crate::store::Tx;

/// Why management is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was declared a major incident.
    Declare,
    /// It still is one.
    Cadence,
    /// It is restored.
    Resolve,
    /// It is not restored after all.
    Reopen,
    /// It is none after all.
    Demote,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Declare => "declare",
            Self::Cadence | Self::Reopen => "cadence",
            Self::Resolve => "resolve",
            Self::Demote => "major",
        }
    }
}

/// Children after which an incident is worth being called major (`itsm-iso20000` 4 names more than 20 in a suite; a chat holds fewer).
const MANY_CHILDREN: usize = 5;

/// What speaks for calling it major, in words; none when nothing does or it is one.
pub fn criterion(incident: &Incident, children: usize) -> Option<String> {
    if incident.major || incident.kind != Kind::Live || !incident.state.is_open() {
        return None;
    }
    if incident.priority == Priority::P1 {
        return Some("it is P1".to_owned());
    }
    if children >= MANY_CHILDREN {
        return Some(format!("{children} others were merged into it"));
    }
    (incident.impact == Level::High && incident.priority == Priority::P2 && incident.level > 1)
        .then(|| "it has high impact and was escalated".to_owned())
}

/// Whether notices are sent at all: not for what is no real incident, and not for what only its people may know of.
pub fn are_due(incident: &Incident) -> bool {
    incident.kind == Kind::Live && !incident.restricted
}

/// Tells management how it stands, and puts on record that it was told. Without a channel for management that is on record too.
pub async fn send(tx: &mut Tx, scene: &Scene, incident: &Incident, phase: Phase) -> Result<(), Error> {
    if !are_due(incident) {
        return Ok(());
    }
    let channel = scene.guild.channel(Purpose::Management);
    let changes =
        vec![Change::new("phase", Fact::Plain(phase.name().to_owned())), Change::new("channel", Fact::plain(channel))];
    let draft = scene.by_itself().draft("incident.notice", incident.number, "major incident process", changes);
    let told = journal::append(tx, incident.guild, scene.written_at, draft).await?;
    let every = scene.guild.habits.notice_every_minutes;
    let (to, message) = match channel {
        Some(channel) => (To::Channel(channel), reply::notice(incident, phase, every, scene.written_at)),
        None if phase == Phase::Declare => (To::Room(incident.number), reply::nobody_to_notify()),
        None => return Ok(()),
    };
    let key = format!("management:{}:{}", incident.guild, told.seq);
    post(tx, scene, incident, to, key, &message).await
}
