//! The two counts that hold over all routes: calls per second, and refused calls per ten minutes.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Calls per second. Discord allows 50 (docs, rate limits, "Global Rate Limit").
const RATE: f64 = 45.0;
/// Calls at once. With [`RATE`] it keeps any second at 50.
const BURST: f64 = 5.0;

/// Discord counts refused calls over this long.
const WINDOW: Duration = Duration::from_mins(10);
/// Discord bans the address at 10,000. From here on only what cannot wait is sent.
pub(super) const STRAINED: usize = 1_000;
/// From here on nothing is sent.
pub(super) const EXHAUSTED: usize = 5_000;

/// The calls that may start now.
#[derive(Debug)]
pub(super) struct Tokens {
    left: f64,
    at: Instant,
}

impl Tokens {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, at: now }
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * RATE).min(BURST);
        self.at = now;
    }

    /// Whether a call may start although `before` others go first; else when to ask again.
    pub(super) fn ready(&mut self, before: u32, now: Instant) -> Result<(), Instant> {
        self.refill(now);
        let needed = f64::from(before) + 1.0;
        if self.left >= needed {
            return Ok(());
        }
        // More than a burst never gathers: those before go first, and the answer comes with their going.
        let missing = needed.min(BURST) - self.left;
        Err(now + Duration::from_secs_f64((missing / RATE).max(0.001)))
    }

    pub(super) fn take(&mut self) {
        self.left -= 1.0;
    }
}

/// The refused calls (401, 403, 429) of the last ten minutes.
#[derive(Debug, Default)]
pub(super) struct Invalid(VecDeque<Instant>);

impl Invalid {
    fn forget(&mut self, now: Instant) {
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
    }

    pub(super) fn note(&mut self, now: Instant) {
        self.forget(now);
        self.0.push_back(now);
    }

    pub(super) fn count(&mut self, now: Instant) -> usize {
        self.forget(now);
        self.0.len()
    }

    /// When fewer than `limit` will be left; `None` while that is so.
    pub(super) fn over(&mut self, limit: usize, now: Instant) -> Option<Instant> {
        self.forget(now);
        let excess = self.0.len().checked_sub(limit)?;
        self.0.get(excess).map(|at| *at + WINDOW)
    }
}
