//! The runner of timers: waits for the earliest of the next due instant, a second, or a notice that the clock was moved.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Due, Kind, Unreadable, look, next_due, set_aside, take};
use crate::clock::Clock;
use crate::digest;
use crate::error::Error;
use crate::incident;
use crate::journal;
use crate::store::Store;

/// How many timers fire in a row before the clock is read again.
const BATCH: i64 = 50;
/// The longest sleep: timers armed by other replicas are seen this soon.
const TICK: Duration = Duration::from_secs(1);
/// From a commit to the look at the timers: nothing is due that soon, and a burst of commands is one look.
const GATHER: Duration = Duration::from_millis(50);

/// Fires what is due.
#[derive(Clone)]
pub struct Runner {
    store: Arc<Store>,
    clock: Clock,
    /// Told when a timer may have been armed.
    armed: Arc<Notify>,
    /// Told when there may be something to say.
    said: Arc<Notify>,
    /// Kinds of timers that were told of already.
    told: Arc<Mutex<HashSet<String>>>,
}

impl Runner {
    /// A runner on `store`. It is woken by `armed` and wakes `said`.
    pub fn new(store: Arc<Store>, clock: Clock, armed: Arc<Notify>, said: Arc<Notify>) -> Self {
        Self { store, clock, armed, said, told: Arc::default() }
    }

    /// Fires what is due, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let nap = match self.fire_due().await {
                Ok(()) => self.nap().await,
                Err(error) => {
                    tracing::error!(%error, "timers could not be read; trying again in a second");
                    TICK
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock.moved() => {}
                () = self.armed.notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(nap) => {}
            }
        }
    }

    /// Fires all timers that are due now. One that cannot fire keeps no other waiting; it stays armed and is tried at the next tick.
    pub async fn fire_due(&self) -> Result<(), Error> {
        let mut failed = HashSet::new();
        loop {
            let now = self.clock.now();
            let limit = BATCH.saturating_add(i64::try_from(failed.len()).unwrap_or(i64::MAX));
            let (batch, unreadable) = self.store.read(move |tx| Box::pin(look(tx, now, limit))).await?;
            self.set_aside(unreadable).await?;
            let batch: Vec<Due> = batch.into_iter().filter(|one| !failed.contains(&one.id)).collect();
            if batch.is_empty() {
                return Ok(());
            }
            for one in batch {
                if let Err(error) = self.fire(one.clone()).await {
                    tracing::error!(%error, subject = %one.subject, "a timer could not fire");
                    metrics::counter!("wardroom_timer_failures_total").increment(1);
                    failed.insert(one.id);
                }
            }
            self.said.notify_one();
        }
    }

    /// Puts out of the way what no version can read, and tells once of what another version may.
    async fn set_aside(&self, unreadable: Vec<Unreadable>) -> Result<(), Error> {
        for timer in unreadable {
            if timer.foreign {
                let is_new = self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(timer.why.clone());
                if is_new {
                    tracing::warn!(why = timer.why, "timers wait for a version of wardroom that knows them");
                }
                continue;
            }
            tracing::error!(why = timer.why, "a timer cannot be read, and is set aside");
            metrics::counter!("wardroom_timer_failures_total").increment(1);
            self.store
                .write(move |tx| {
                    let timer = timer.clone();
                    Box::pin(async move { set_aside(tx, &timer).await })
                })
                .await?;
        }
        Ok(())
    }

    async fn fire(&self, due: Due) -> Result<(), Error> {
        let now = self.clock.now();
        let lateness = (now - due.due_at).to_std().unwrap_or_default();
        if due.kind == Kind::Digest {
            digest::runner::fire(&self.store, &due, now).await?;
        } else {
            self.store
                .write(move |tx| {
                    let due = due.clone();
                    Box::pin(async move {
                        journal::lock(tx, due.guild).await?;
                        if take(tx, &due).await? { incident::jobs::fire(tx, &due, now).await } else { Ok(()) }
                    })
                })
                .await?;
        }
        metrics::histogram!("wardroom_timer_lateness_seconds").record(lateness);
        Ok(())
    }

    async fn nap(&self) -> Duration {
        let next = self.store.read(|tx| Box::pin(next_due(tx))).await.ok().flatten();
        next.and_then(|at| (at - self.clock.now()).to_std().ok()).map_or(TICK, |wait| wait.min(TICK))
    }
}
