//! What every handler is given: who acts, where, when, and with what set-up of the guild.

use std::collections::BTreeSet;
use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};

use crate::chat::invocation::{Member, Source};
use crate::chat::phrase::{self, Lean};
use crate::error::Refusal;
use crate::journal::{Actor, Change, Draft};
use crate::number::{Kind, Number};
use crate::setup::Guild;
use crate::snowflake::{ChannelId, UserId, minted_at};

/// What every step needs to be written down and told, whether a person acts or time does.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The guild, with its set-up.
    pub guild: Guild,
    /// Who acts, for the journal.
    pub actor: Actor,
    /// The event behind it, for the journal.
    pub origin: String,
    /// The channel that can hold a card: where the command was given, or the parent of that when it is a thread.
    pub card_channel: ChannelId,
    /// The record in whose room it happens.
    pub room: Option<Number>,
    /// When it happened; for a typed message that came late, when it was written in chat.
    pub now: DateTime<Utc>,
    /// When it reached wardroom: what is written down and said carries this time.
    pub written_at: DateTime<Utc>,
    /// How far Discord's clock was ahead of wardroom's then: see [`Context::minted_at`].
    pub discord_ahead: TimeDelta,
    /// Whether it was typed, so that the answer is public and a form cannot be opened at once.
    pub typed: bool,
}

/// Who acts, where and when. The clock was read once, for all of the command.
#[derive(Clone, Debug)]
pub struct Context {
    /// What is needed to write it down.
    pub scene: Scene,
    /// Who acts.
    pub member: Member,
    /// Where.
    pub channel: ChannelId,
    /// Those named in the options that are programs and no people.
    pub bots: BTreeSet<UserId>,
    /// The event.
    pub source: Source,
}

impl Deref for Context {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl Scene {
    /// The scene of a timer of `guild` that fires at `now`; a card that has no home yet would go to `card_channel`.
    pub fn of_time(guild: Guild, kind: &str, generation: i64, card_channel: ChannelId, now: DateTime<Utc>) -> Self {
        Self {
            guild,
            actor: Actor::Wardroom,
            origin: format!("timer:{kind}:{generation}"),
            card_channel,
            room: None,
            now,
            written_at: now,
            discord_ahead: TimeDelta::zero(),
            typed: false,
        }
    }

    /// The same scene, where wardroom does what follows from what a person did.
    #[must_use]
    pub fn by_itself(&self) -> Self {
        Self { actor: Actor::Wardroom, ..self.clone() }
    }

    /// An entry for the journal about something that happens now.
    pub fn draft(
        &self,
        action: &'static str,
        subject: impl Into<String>,
        authority: &str,
        changes: Vec<Change>,
    ) -> Draft {
        Draft {
            actor: self.actor.clone(),
            authority: authority.to_owned(),
            source: self.origin.clone(),
            action,
            subject: subject.into(),
            event_at: self.now,
            changes,
        }
    }
}

impl Context {
    /// Whose eyes the answer is for; none when it was typed, for then everyone in the channel reads it.
    pub fn viewer(&self) -> Option<UserId> {
        (!self.typed).then_some(self.member.user)
    }

    /// The record whose own room this is; the thread of a review is a room of its incident.
    pub fn room_of(&self) -> Option<Number> {
        self.room.map(of_which)
    }

    /// When the snowflake `id` was minted, by wardroom's clock.
    pub fn minted_at(&self, id: u64) -> DateTime<Utc> {
        minted_at(id) - self.discord_ahead
    }

    /// The number of `kind` that was named, or that the room implies.
    pub fn record(&self, kind: Kind, named: Option<&str>) -> Result<Option<Number>, Refusal> {
        match named.map(str::trim).filter(|named| !named.is_empty()) {
            Some(named) => Number::parse(kind, named).map(Some),
            None => Ok(self.room.map(of_which).filter(|number| number.kind == kind)),
        }
    }

    /// An instant that has passed, as the person wrote it in the guild's zone.
    pub fn past(&self, option: &'static str, text: &str) -> Result<DateTime<Utc>, Refusal> {
        phrase::instant(text, self.now, &self.guild.zone, Lean::Past).map_err(|why| unreadable(option, &why))
    }

    /// An instant to come: `14:00`, or a duration from now: `30m`.
    pub fn ahead(&self, option: &'static str, text: &str) -> Result<DateTime<Utc>, Refusal> {
        if let Ok(duration) = phrase::duration(text) {
            return Ok(self.now + duration);
        }
        phrase::instant(text, self.now, &self.guild.zone, Lean::Future).map_err(|why| unreadable(option, &why))
    }

    /// An instant to come by which something is to be done: a day without a time means its end.
    pub fn deadline(&self, option: &'static str, text: &str) -> Result<DateTime<Utc>, Refusal> {
        let is_a_day = text.trim().len() == 10 && text.trim().split('-').count() == 3;
        if is_a_day { self.ahead(option, &format!("{} 23:59", text.trim())) } else { self.ahead(option, text) }
    }
}

/// In the thread of a review, the incident is the one that is reviewed.
fn of_which(room: Number) -> Number {
    match room.kind {
        Kind::Review => Number { kind: Kind::Incident, ..room },
        Kind::Incident | Kind::Problem | Kind::Change | Kind::Digest => room,
    }
}

fn unreadable(option: &'static str, why: &str) -> Refusal {
    Refusal::new("phrase.unreadable", format!("`{option}`: {why}"))
}
