//! Notices when the gateway's thread no longer runs.
//!
//! serenity's shard loop spins on the dead socket after close codes 4003, 4010 and 4011: nothing else on its runtime runs then,
//! and nothing from outside can end the thread. Only the end of the process helps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

/// How old the sign of life may become.
pub const STUCK_AFTER: Duration = Duration::from_secs(5);

/// No thread runs, so none can be stuck.
const RESTING: u64 = u64::MAX;

/// A sign of life, renewed each second by a task on the gateway's runtime. A clone is the same sign.
#[derive(Clone, Debug)]
pub struct Tick {
    started: Instant,
    at: Arc<AtomicU64>,
}

impl Default for Tick {
    fn default() -> Self {
        Self { started: Instant::now(), at: Arc::new(AtomicU64::new(RESTING)) }
    }
}

impl Tick {
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(RESTING - 1)
    }

    pub(super) fn renew(&self) {
        self.at.store(self.now(), Ordering::Relaxed);
    }

    pub(super) fn rest(&self) {
        self.at.store(RESTING, Ordering::Relaxed);
    }

    /// How old it is; zero while no thread runs.
    pub fn age(&self) -> Duration {
        match self.at.load(Ordering::Relaxed) {
            RESTING => Duration::ZERO,
            at => Duration::from_millis(self.now().saturating_sub(at)),
        }
    }
}

/// Calls `on_stuck` once, when `tick` is older than `limit`. In production it logs and ends the process with
/// [`crate::discord::EXIT_STUCK`]; run it on the main runtime.
pub fn watch(tick: Tick, limit: Duration, on_stuck: impl FnOnce(Duration) + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let age = tick.age();
            if age > limit {
                on_stuck(age);
                return;
            }
            tokio::time::sleep(limit / 5).await;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tick_that_is_not_renewed_is_noticed_and_a_resting_one_is_not() {
        let (tick, resting) = (Tick::default(), Tick::default());
        tick.renew();
        let (told, mut stuck) = tokio::sync::mpsc::unbounded_channel();
        let second = told.clone();
        let _first = watch(tick, Duration::from_millis(50), move |age| told.send(("stuck", age)).expect("a listener"));
        let _second =
            watch(resting, Duration::from_millis(50), move |age| second.send(("resting", age)).expect("a listener"));
        let (who, age) = stuck.recv().await.expect("a report");
        assert_eq!(who, "stuck");
        assert!(age > Duration::from_millis(50));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(stuck.try_recv().is_err());
    }
}
