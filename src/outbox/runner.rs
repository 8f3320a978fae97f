//! The runner of the outbox: claims what is due, carries it out, writes down how it went.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::claim;
use super::delivery::Delivery;
use super::due::{self, UnderWay};
use super::effect::{Courier, Lane};
use crate::clock::Clock;
use crate::error::Error;
use crate::snowflake::ChannelId;
use crate::store::Store;

/// The longest sleep: rows of other replicas, and rows whose time came, are seen this soon.
const TICK: Duration = Duration::from_secs(1);
/// From a commit to the look at what it left to say: the answer to the person goes first, and a burst of commands is one look.
const GATHER: Duration = Duration::from_millis(5);
/// How the runner behaves.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a claim lasts without a renewal.
    pub lease: TimeDelta,
}

impl Default for Settings {
    /// A lease of 30 s (`reliability-security` 2.2).
    fn default() -> Self {
        Self { lease: TimeDelta::seconds(30) }
    }
}

/// Delivers what the outbox holds.
pub struct Runner {
    store: Arc<Store>,
    clock: Clock,
    courier: Arc<dyn Courier>,
    wake: Arc<Notify>,
    settings: Settings,
    places: UnderWay,
    under_way: JoinSet<(Lane, ChannelId)>,
}

impl Runner {
    /// A runner on `store` that delivers through `courier` and is woken by `wake`.
    pub fn new(
        store: Arc<Store>,
        clock: Clock,
        courier: Arc<dyn Courier>,
        wake: Arc<Notify>,
        settings: Settings,
    ) -> Self {
        Self { store, clock, courier, wake, settings, places: UnderWay::default(), under_way: JoinSet::new() }
    }

    /// Delivers until `stop`; then finishes what is under way.
    pub async fn run(mut self, stop: CancellationToken) {
        if let Err(error) = self.take_over().await {
            tracing::error!(%error, "leases of an earlier run could not be freed");
        }
        // Not a sleep in the loop below: that would begin anew at each event, and never end while there is always something to do.
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut woken: Option<Instant> = None;
        let mut look = true;
        while !stop.is_cancelled() {
            if std::mem::take(&mut look) {
                woken = None;
                if let Err(error) = self.step().await {
                    tracing::error!(%error, "the outbox could not be read; trying again in a second");
                }
            }
            look = tokio::select! {
                () = stop.cancelled() => false,
                () = self.wake.notified(), if woken.is_none() => {
                    woken = Some(Instant::now() + GATHER);
                    false
                }
                () = sleep_until(woken.unwrap_or_else(Instant::now)), if woken.is_some() => true,
                () = self.clock.moved() => true,
                _ = ticks.tick() => {
                    self.tick().await;
                    true
                }
                Some(ended) = self.under_way.join_next() => {
                    self.ended(ended);
                    true
                }
            };
        }
        while let Some(ended) = self.under_way.join_next().await {
            self.ended(ended);
        }
    }

    /// Delivers all that can be delivered now, and returns when nothing is under way.
    pub async fn drain(&mut self) -> Result<(), Error> {
        self.tick().await;
        loop {
            self.step().await?;
            match self.under_way.join_next().await {
                Some(ended) => self.ended(ended),
                None => return Ok(()),
            }
        }
    }

    /// On a database that only one process can hold, whatever was leased belongs to a process that is gone.
    pub async fn take_over(&self) -> Result<(), Error> {
        let all = self.store.is_exclusive();
        let freed = self.store.write(move |tx| Box::pin(claim::free(tx, all))).await?;
        if freed > 0 {
            tracing::info!(freed, "took over deliveries of an earlier run");
        }
        Ok(())
    }

    async fn tick(&self) {
        let now = self.clock.now();
        let upkeep = self.store.write(move |tx| {
            Box::pin(async move {
                claim::free(tx, false).await?;
                claim::expire(tx, now).await
            })
        });
        match upkeep.await {
            Ok(expired) => metrics::counter!("wardroom_outbox_expired_total").increment(expired),
            Err(error) => tracing::error!(%error, "expired leases and rows could not be cleared away"),
        }
        if let Ok((waiting, oldest)) = self.store.read(|tx| Box::pin(claim::backlog(tx))).await {
            let age = oldest.map_or(0.0, |at| (now - at).to_std().unwrap_or_default().as_secs_f64());
            metrics::gauge!("wardroom_outbox_waiting").set(u32::try_from(waiting).unwrap_or(u32::MAX));
            metrics::gauge!("wardroom_outbox_oldest_age_seconds").set(age);
        }
    }

    fn ended(&mut self, ended: Result<(Lane, ChannelId), tokio::task::JoinError>) {
        match ended {
            Ok((lane, channel)) => self.places.end(lane, channel),
            Err(error) => {
                // Which channel it was is lost with the task; the row's lease runs out and it is tried again.
                tracing::error!(%error, "a delivery panicked");
                metrics::counter!("wardroom_outbox_panics_total").increment(1);
                self.places = UnderWay::default();
            }
        }
    }

    /// Claims what is due and starts to deliver it.
    async fn step(&mut self) -> Result<(), Error> {
        if self.places.is_full() {
            return Ok(());
        }
        let now = self.clock.now();
        let places = self.places.clone();
        let found = self
            .store
            .read(move |tx| {
                let places = places.clone();
                Box::pin(async move { due::candidates(tx, now, &places).await })
            })
            .await?;
        if found.is_empty() {
            return Ok(());
        }
        let lease = self.settings.lease;
        let claimed = self
            .store
            .write(move |tx| {
                let found = found.clone();
                Box::pin(async move {
                    let mut rows = Vec::new();
                    let database_now = tx.database_now().await?;
                    for candidate in found {
                        rows.extend(claim::claim(tx, candidate, now, database_now, lease).await?);
                    }
                    Ok(rows)
                })
            })
            .await?;
        for row in claimed {
            let (lane, channel) = (row.lane, row.channel);
            self.places.begin(lane, channel);
            let delivery =
                Delivery { store: self.store.clone(), clock: self.clock.clone(), courier: self.courier.clone(), lease };
            self.under_way.spawn(async move {
                delivery.carry(row).await;
                (lane, channel)
            });
        }
        Ok(())
    }
}
