//! Fetches the files of kept messages: each once, after the commit that kept its message, and again after whatever went wrong on the way.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use rand::RngExt;
use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::store::{self, Claimed};
use super::{FILE, too_large};
use crate::chat::fetch::{Fetch, Fetched};
use crate::clock::{Clock, instant};
use crate::error::Error;
use crate::store::Store;

/// Files fetched at once: together at most 32 `MiB` in memory.
const AT_ONCE: i64 = 4;
/// The longest sleep: a commit's files are seen this soon. Nobody waits for them.
const TICK: Duration = Duration::from_secs(1);
/// How long a claim lasts: twice as long as a fetch may take, so that it needs no renewal.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The shortest and the longest wait after something went wrong.
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 600_000;

/// Fetches what is due.
pub struct Runner {
    store: Arc<Store>,
    clock: Clock,
    fetch: Arc<dyn Fetch>,
}

impl Runner {
    /// A runner on `store` that fetches by `fetch`.
    pub fn new(store: Arc<Store>, clock: Clock, fetch: Arc<dyn Fetch>) -> Self {
        Self { store, clock, fetch }
    }

    /// Fetches until `stop`; then finishes what is under way.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = self.take_over().await {
            tracing::error!(%error, "files that an earlier run was fetching could not be freed");
        }
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.clock.moved() => {}
                _ = ticks.tick() => {}
            }
            if let Err(error) = self.drain().await {
                tracing::error!(%error, "files of kept messages could not be fetched; trying again in a second");
            }
        }
    }

    /// Frees what a process that is gone was fetching: everything on a database that only one process can hold, else what it held too long.
    pub async fn take_over(&self) -> Result<(), Error> {
        let all = self.store.is_exclusive();
        self.store.write(move |tx| Box::pin(store::free(tx, all))).await.map(drop)
    }

    /// Fetches all that is due now.
    pub async fn drain(&self) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            // Read first: mostly nothing is due, and the writer is left alone.
            let ids = self.store.read(move |tx| Box::pin(store::due(tx, now, AT_ONCE))).await?;
            if ids.is_empty() {
                return self.free_expired().await;
            }
            let claimed = self
                .store
                .write(move |tx| {
                    let ids = ids.clone();
                    Box::pin(async move {
                        let mut rows = Vec::new();
                        for id in ids {
                            rows.extend(store::claim(tx, id, now, LEASE).await?);
                        }
                        Ok(rows)
                    })
                })
                .await?;
            for settled in join_all(claimed.into_iter().map(|row| self.carry(row))).await {
                settled?;
            }
        }
    }

    /// Another replica may have died while it fetched. On a database of our own nobody else can.
    async fn free_expired(&self) -> Result<(), Error> {
        if self.store.is_exclusive() {
            return Ok(());
        }
        self.store.write(|tx| Box::pin(store::free(tx, false))).await.map(drop)
    }

    async fn carry(&self, row: Claimed) -> Result<(), Error> {
        let most = u64::try_from(row.size).unwrap_or(0).min(FILE);
        let fetched = if self.clock.now() > instant(row.give_up_at) {
            Fetched::Gone("Discord did not give it within a day".to_owned())
        } else {
            self.fetch.fetch(&row.url, most).await
        };
        let not_before = self.clock.now() + wait(row.attempt);
        let settled = self
            .store
            .write(move |tx| {
                let (row, fetched) = (row.clone(), fetched.clone());
                Box::pin(async move {
                    match &fetched {
                        Fetched::Whole(bytes) if bytes.len() as u64 > FILE => {
                            store::settle_other(tx, &row, "refused", &too_large(), not_before).await
                        }
                        Fetched::Whole(bytes) => {
                            let hash = Sha256::digest(bytes).into();
                            store::settle_kept(tx, &row, bytes, hash).await
                        }
                        Fetched::Refused(why) => store::settle_other(tx, &row, "refused", why, not_before).await,
                        Fetched::Gone(why) => store::settle_other(tx, &row, "failed", why, not_before).await,
                        Fetched::Later(why) => store::settle_other(tx, &row, "pending", why, not_before).await,
                    }
                })
            })
            .await?;
        if !settled {
            tracing::info!("a file of a kept message was taken over or removed while it was fetched");
        }
        Ok(())
    }
}

/// Full jitter between a second and, in the end, ten minutes (`reliability-security` 2.5).
fn wait(attempt: i64) -> TimeDelta {
    let ceiling = (FIRST_WAIT_MS << attempt.clamp(0, 20)).min(LONGEST_WAIT_MS);
    TimeDelta::milliseconds(rand::rng().random_range(FIRST_WAIT_MS / 2..=ceiling))
}
