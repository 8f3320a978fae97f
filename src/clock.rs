//! Wall time: the one place that reads it. Rules are given an instant; tests and the playground move the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

/// A reading of the clock, for parts that need nothing else of it.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Wall time in whole microseconds, since PostgreSQL keeps no more and a round trip must not change an instant.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    /// Where a frozen clock stands, in microseconds of the Unix epoch; none when the system's clock is followed.
    frozen: Option<AtomicI64>,
    /// Microseconds by which the clock has been moved.
    shift: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Inner { frozen: None, shift: AtomicI64::new(0), moved: Notify::new() }))
    }

    /// A clock that stands at `at` until it is moved.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        let frozen = Some(AtomicI64::new(at.timestamp_micros()));
        Self(Arc::new(Inner { frozen, shift: AtomicI64::new(0), moved: Notify::new() }))
    }

    /// Whether it stands until it is moved.
    pub fn is_frozen(&self) -> bool {
        self.0.frozen.is_some()
    }

    /// The present instant, truncated to microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let base = match &self.0.frozen {
            Some(at) => at.load(Ordering::SeqCst),
            None => system_now().timestamp_micros(),
        };
        instant(base + self.0.shift.load(Ordering::SeqCst))
    }

    /// Moves the clock and wakes whoever waits for a time.
    pub fn advance(&self, by: TimeDelta) {
        self.0.shift.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        self.0.moved.notify_waiters();
    }

    /// Returns when the clock is moved.
    pub async fn moved(&self) {
        self.0.moved.notified().await;
    }

    /// This clock as a plain reading.
    pub fn reading(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// The instant `micros` microseconds after the Unix epoch; instants are stored so.
pub fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the system's clock")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_until_it_is_moved() {
        let clock = Clock::frozen(instant(1_700_000_000_000_000));
        assert_eq!(clock.now(), clock.now());
        clock.advance(TimeDelta::minutes(15));
        assert_eq!(clock.now(), instant(1_700_000_900_000_000));
    }

    #[test]
    fn the_system_clock_keeps_whole_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1000, 0);
    }
}
