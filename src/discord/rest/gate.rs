//! Who may call next. Calls wait here for their bucket, for the global limit, and for those more urgent than themselves.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::budget::{EXHAUSTED, Invalid, STRAINED, Tokens};
use super::limits::{Bucket, Limits, Room};
use crate::outbox::effect::Lane;

/// Buckets that are unused for this long are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);
/// Each such wait moves a call one lane up, so that the last lane is not starved for longer than a minute.
const PROMOTION: Duration = Duration::from_secs(15);
/// By so much a lane looks later than the one above it.
const STAGGER: Duration = Duration::from_millis(1);
const CROWD: &str = "too many calls wait for Discord";
/// What a caller is told to wait who could not go for want of his turn.
const CROWDED: Duration = Duration::from_secs(1);

/// A call that wants to go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) lane: Lane,
    pub(super) method: &'static str,
    pub(super) template: &'static str,
    pub(super) major: u64,
    /// An answer to an interaction: without bucket, outside the global limit and its pauses.
    pub(super) exempt: bool,
}

/// Why a call could not go before its deadline.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) wait: Duration,
    pub(super) why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    bucket: Arc<str>,
    major: u64,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    ask: Ask,
    since: Instant,
}

impl Waiting {
    /// Smaller goes first: the lane, bettered by waiting, but never above pages; then who came first.
    fn rank(&self, now: Instant) -> (u64, u64) {
        let lane = self.ask.lane as u64;
        let page = Lane::Page as u64;
        let promoted = now.saturating_duration_since(self.since).as_secs() / PROMOTION.as_secs();
        (if lane > page { lane.saturating_sub(promoted).max(page + 1) } else { lane }, self.ticket)
    }
}

#[derive(Debug)]
struct State {
    /// Discord's bucket of a method and place, once an answer named it.
    learnt: HashMap<(&'static str, &'static str), Arc<str>>,
    buckets: HashMap<Key, Bucket>,
    waiting: Vec<Waiting>,
    tickets: u64,
    tokens: Tokens,
    paused: Option<Instant>,
    invalid: Invalid,
    pruned: Instant,
}

enum Verdict {
    Go(Option<Key>),
    /// Not before then.
    Until(Instant, &'static str),
    /// Not before something changes.
    Changed,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Notify,
}

/// The right to make one call; given back when dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    gate: Arc<Gate>,
    ask: Ask,
    key: Option<Key>,
}

/// A place in the queue; left when dropped.
struct Place<'a> {
    gate: &'a Gate,
    ticket: u64,
}

impl State {
    fn key(&self, ask: &Ask) -> Option<Key> {
        if ask.exempt {
            return None;
        }
        let bucket = match self.learnt.get(&(ask.method, ask.template)) {
            Some(bucket) => Arc::clone(bucket),
            None => format!("{} {}", ask.method, ask.template).into(),
        };
        Some(Key { bucket, major: ask.major })
    }

    fn bucket(&mut self, key: &Key, now: Instant) -> &mut Bucket {
        self.buckets.entry(key.clone()).or_insert_with(|| Bucket::new(now))
    }

    fn verdict(&mut self, ticket: u64, now: Instant) -> Verdict {
        let Some(mine) = self.waiting.iter().find(|waiting| waiting.ticket == ticket) else { return Verdict::Changed };
        let (ask, rank) = (mine.ask, mine.rank(now));
        if let Some(at) = self.invalid.over(EXHAUSTED, now) {
            return Verdict::Until(at, "Discord refused too many calls of late; nothing is sent for a while");
        }
        if ask.lane > Lane::Page
            && let Some(at) = self.invalid.over(STRAINED, now)
        {
            return Verdict::Until(
                at,
                "Discord refused many calls of late; only answers and pages are sent for a while",
            );
        }
        let Some(key) = self.key(&ask) else { return Verdict::Go(None) };
        if let Some(at) = self.paused.filter(|at| *at > now) {
            return Verdict::Until(at, "Discord's global rate limit is reached");
        }
        match self.bucket(&key, now).room(now) {
            Room::Now => {}
            Room::At(at) => return Verdict::Until(at, "Discord's rate limit of this place is reached"),
            Room::WithTheNextAnswer => return Verdict::Changed,
        }
        // Most who wait, wait for this; they need not be compared.
        if let Err(at) = self.tokens.ready(0, now) {
            return Verdict::Until(at, CROWD);
        }
        let mut before = 0;
        let better: Vec<Ask> = self
            .waiting
            .iter()
            .filter(|other| !other.ask.exempt && other.rank(now) < rank)
            .map(|other| other.ask)
            .collect();
        for other in better {
            let theirs = self.key(&other);
            if theirs.as_ref() == Some(&key) {
                return Verdict::Changed;
            }
            if let Some(theirs) = theirs
                && self.bucket(&theirs, now).room(now) == Room::Now
            {
                before += 1;
            }
        }
        match self.tokens.ready(before, now) {
            Ok(()) => Verdict::Go(Some(key)),
            Err(at) => Verdict::Until(at, CROWD),
        }
    }

    fn prune(&mut self, now: Instant) {
        if now.duration_since(self.pruned) >= FORGOTTEN_AFTER {
            self.pruned = now;
            self.buckets.retain(|_, bucket| !bucket.idle(now, FORGOTTEN_AFTER));
        }
    }
}

impl Gate {
    pub(super) fn new() -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            state: Mutex::new(State {
                learnt: HashMap::new(),
                buckets: HashMap::new(),
                waiting: Vec::new(),
                tickets: 0,
                tokens: Tokens::new(now),
                paused: None,
                invalid: Invalid::default(),
                pruned: now,
            }),
            changed: Notify::new(),
        })
    }

    /// No code can panic while it holds the lock and leave the state half changed, so a poisoned lock is taken all the same.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, ask: Ask) -> Place<'_> {
        let mut state = self.state();
        state.tickets += 1;
        let ticket = state.tickets;
        state.waiting.push(Waiting { ticket, ask, since: Instant::now() });
        Place { gate: self, ticket }
    }

    /// Waits for the turn of `ask`. It does not wait for what cannot come before `deadline`.
    pub(super) async fn admit(self: &Arc<Self>, ask: Ask, deadline: Instant) -> Result<Admitted, Held> {
        // An answer passes the queue by, and wakes nobody in it: with much to deliver that was most of what an answer cost.
        if ask.exempt && self.state().invalid.over(EXHAUSTED, Instant::now()).is_none() {
            return Ok(Admitted { gate: Arc::clone(self), ask, key: None });
        }
        let place = self.queue(ask);
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            let verdict = {
                let mut state = self.state();
                let verdict = state.verdict(place.ticket, now);
                if let Verdict::Go(key) = &verdict
                    && let Some(key) = key
                {
                    state.tokens.take();
                    state.bucket(key, now).take(now);
                    state.prune(now);
                }
                verdict
            };
            match verdict {
                Verdict::Go(key) => return Ok(Admitted { gate: Arc::clone(self), ask, key }),
                Verdict::Until(at, why) if at > deadline => return Err(Held { wait: at - now, why }),
                Verdict::Until(at, _) => tokio::select! {
                    () = changed => {}
                    // Those who wait for the same instant look again in the order of their lanes.
                    () = sleep_until(at + STAGGER * ask.lane as u32) => {}
                },
                Verdict::Changed => tokio::select! {
                    () = changed => {}
                    () = sleep_until(deadline) => {
                        return Err(Held { wait: CROWDED, why: "other calls to the same place go first" });
                    }
                },
            }
        }
    }

    /// Nothing but answers to interactions goes before `until`.
    pub(super) fn pause(&self, until: Instant) {
        {
            let mut state = self.state();
            state.paused = Some(state.paused.map_or(until, |at| at.max(until)));
        }
        self.changed.notify_waiters();
    }

    /// Counts a refused call, and says how many there were in ten minutes.
    pub(super) fn note_invalid(&self) -> usize {
        let now = Instant::now();
        let mut state = self.state();
        state.invalid.note(now);
        state.invalid.count(now)
    }

    /// Refused calls in ten minutes, and calls that wait: for the metrics.
    pub(super) fn load(&self) -> (usize, usize) {
        let mut state = self.state();
        (state.invalid.count(Instant::now()), state.waiting.len())
    }

    #[cfg(test)]
    pub(super) fn buckets(&self) -> usize {
        self.state().buckets.len()
    }
}

impl Admitted {
    /// Learns from the answer's headers.
    pub(super) fn learn(&self, limits: &Limits) {
        let Some(key) = &self.key else { return };
        let now = Instant::now();
        let mut state = self.gate.state();
        let known = match &limits.bucket {
            None => key.clone(),
            Some(bucket) => {
                let bucket: Arc<str> = bucket.as_str().into();
                state.learnt.insert((self.ask.method, self.ask.template), Arc::clone(&bucket));
                Key { bucket, major: self.ask.major }
            }
        };
        // The answer counts this call, so only the others under way are taken off.
        let own = u32::from(known == *key);
        state.bucket(&known, now).learn(limits, own, now);
    }

    /// Nothing goes to this place before `until`.
    pub(super) fn block(&self, until: Instant) {
        let now = Instant::now();
        let mut state = self.gate.state();
        // The key as it is now: the 429 itself may have named the bucket.
        if let Some(key) = state.key(&self.ask) {
            state.bucket(&key, now).block(until);
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        // Without a bucket nothing was taken, so nothing has changed for those who wait.
        let Some(key) = &self.key else { return };
        if let Some(bucket) = self.gate.state().buckets.get_mut(key) {
            bucket.give_back();
        }
        self.gate.changed.notify_waiters();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state().waiting.retain(|waiting| waiting.ticket != self.ticket);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
