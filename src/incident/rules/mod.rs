//! The transitions of an incident: each takes the proof of permission and the time, and refuses with the guard that failed and the way
//! on (`itsm-iso20000` 4). No other path changes an incident.

mod beginning;
mod ending;
mod handover;
mod merging;
mod telling;
mod waiting;

use super::{Incident, REMOVED, State, reply};
use crate::error::Refusal;
use crate::snowflake::UserId;

pub use ending::Gap;
pub use telling::Words;

impl Incident {
    /// What it holds of `texts` is gone: they were removed from the record of an entry. The step before is forgotten, for it may hold them.
    #[must_use]
    pub fn forget(mut self, texts: &[&str]) -> Self {
        let gone = |text: &str| texts.contains(&text);
        if gone(&self.title) {
            REMOVED.clone_into(&mut self.title);
        }
        if self.description.as_deref().is_some_and(gone) {
            self.description = None;
        }
        if let Some(update) = self.update.as_mut().filter(|update| gone(&update.text)) {
            REMOVED.clone_into(&mut update.text);
        }
        for words in self.update.iter_mut().flat_map(|update| [&mut update.second, &mut update.third]) {
            if words.as_deref().is_some_and(gone) {
                *words = None;
            }
        }
        if let Some(hold) = self.hold.as_mut().filter(|hold| hold.note.as_deref().is_some_and(gone)) {
            hold.note = None;
        }
        if let Some(resolution) = self.resolution.as_mut().filter(|resolution| gone(&resolution.summary)) {
            REMOVED.clone_into(&mut resolution.summary);
        }
        if let Some(closure) = self.closure.as_mut().filter(|closure| closure.reason.as_deref().is_some_and(gone)) {
            closure.reason = None;
        }
        self.version += 1;
        self.previous = None;
        self
    }

    /// How `user` takes part in it beyond being a member, if so.
    pub fn part_of(&self, user: UserId) -> Option<&'static str> {
        if self.reporter == user {
            return Some("the reporter");
        }
        let roles = [self.roles.commander, self.roles.communications, self.roles.scribe];
        roles.contains(&Some(user)).then_some("holds a role in it")
    }

    /// A change that this was not: only the journal gained an entry, and the undo of an earlier step would be wrong.
    #[must_use]
    pub fn noted(self) -> Self {
        self.step(|_| {})
    }

    /// A consequence of the step before, by wardroom itself: an undo still goes back behind both.
    #[must_use]
    pub fn followed(mut self) -> Self {
        self.version += 1;
        self
    }

    pub(super) fn must_be_open(&self, deed: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::New | State::Assigned | State::InProgress | State::OnHold => Ok(()),
            State::Resolved => Err(reply::is_resolved(self.number, deed)),
            State::Closed | State::Cancelled | State::Merged => Err(reply::is_over(self.number, self.state)),
        }
    }

    /// The next version, which remembers this one.
    pub(super) fn step(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.previous = None;
        let before = Box::new(self.clone());
        change(&mut self);
        self.version += 1;
        self.previous = Some(before);
        self
    }
}
