//! Two incidents that turn out to be one.

use chrono::{DateTime, Utc};

use crate::error::Refusal;
use crate::incident::{Incident, State, reply};
use crate::policy::Responder;

impl Incident {
    /// It goes on as `parent`: its own clocks stop here.
    pub fn merge_into(self, _by: &Responder, parent: &Self) -> Result<Self, Refusal> {
        self.must_be_open("merged")?;
        if self.number == parent.number {
            return Err(reply::merged_with_itself(self.number));
        }
        if !parent.state.is_open() {
            return Err(reply::parent_is_not_open(parent));
        }
        // Either way the merge would tell of a restricted incident to those outside, or hide an open one from its people.
        if self.restricted || parent.restricted {
            return Err(reply::restricted_is_not_merged());
        }
        if self.kind != parent.kind {
            return Err(reply::kinds_differ(&self, parent));
        }
        let into = parent.number;
        Ok(self.step(|next| {
            next.end(State::Merged);
            next.parent = Some(into);
        }))
    }

    /// `child` goes on as this one, which begins with whichever began first (Zammad #904: a merged start must not be lost).
    #[must_use]
    pub fn absorb(self, child: &Self) -> Self {
        let earliest = [self.began_at(), child.began_at()].into_iter().min();
        let known = self.started_at.is_some() || child.started_at.is_some() || child.declared_at < self.declared_at;
        self.step(|next| {
            if known {
                next.started_at = earliest;
            }
        })
    }

    /// When it began, as far as is known.
    pub fn began_at(&self) -> DateTime<Utc> {
        self.started_at.unwrap_or(self.declared_at)
    }
}
