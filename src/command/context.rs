//! What every handler is given: who acts, where, when, and with what set-up of the guild.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::chat::invocation::{Member, Source};
use crate::chat::phrase::{self, Lean};
use crate::error::Refusal;
use crate::journal::{Actor, Change, Draft};
use crate::number::{Kind, Number};
use crate::setup::Guild;
use crate::snowflake::{ChannelId, UserId, minted_at};

/// Who acts, where and when. The clock was read once, for all of the command.
#[derive(Clone, Debug)]
pub struct Context {
    /// The guild, with its set-up.
    pub guild: Guild,
    /// Who acts.
    pub member: Member,
    /// Where.
    pub channel: ChannelId,
    /// The channel that can hold a card: `channel`, or its parent when that is a thread.
    pub card_channel: ChannelId,
    /// The record whose room `channel` is.
    pub room: Option<Number>,
    /// Those named in the options that are programs and no people.
    pub bots: BTreeSet<UserId>,
    /// When it happened; for a typed message that came late, when it was written in chat.
    pub now: DateTime<Utc>,
    /// When it reached wardroom: what is written down and said carries this time.
    pub written_at: DateTime<Utc>,
    /// How far Discord's clock was ahead of wardroom's then: see [`Context::minted_at`].
    pub discord_ahead: TimeDelta,
    /// The event.
    pub source: Source,
    /// Whether it was typed, so that the answer is public and a form cannot be opened at once.
    pub typed: bool,
}

impl Context {
    /// Who acts, for the journal.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.member.user, self.member.name.clone())
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
            actor: self.actor(),
            authority: authority.to_owned(),
            source: format!("{}:{}", self.source.kind(), self.source.id()),
            action,
            subject: subject.into(),
            event_at: self.now,
            changes,
        }
    }

    /// Whose eyes the answer is for; none when it was typed, for then everyone in the channel reads it.
    pub fn viewer(&self) -> Option<UserId> {
        (!self.typed).then_some(self.member.user)
    }

    /// When the snowflake `id` was minted, by wardroom's clock.
    pub fn minted_at(&self, id: u64) -> DateTime<Utc> {
        minted_at(id) - self.discord_ahead
    }

    /// The number of `kind` that was named, or that the room implies.
    pub fn record(&self, kind: Kind, named: Option<&str>) -> Result<Option<Number>, Refusal> {
        match named.map(str::trim).filter(|named| !named.is_empty()) {
            Some(named) => Number::parse(kind, named).map(Some),
            None => Ok(self.room.filter(|number| number.kind == kind)),
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
}

fn unreadable(option: &'static str, why: &str) -> Refusal {
    Refusal::new("phrase.unreadable", format!("`{option}`: {why}"))
}
