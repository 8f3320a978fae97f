//! The runner of the outbox: claims what is due, carries it out, writes down how it went.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::claim::{self, Claimed, Kind};
use super::effect::{Courier, Effect, Lane, Outcome, Probe};
use super::settle::settle;
use crate::chat::file::File;
use crate::clock::Clock;
use crate::document;
use crate::error::Error;
use crate::snowflake::{ChannelId, UserId};
use crate::store::Store;

/// Deliveries under way at once.
const AT_ONCE: usize = 16;
/// The longest sleep: rows of other replicas, and rows whose time came, are seen this soon.
const TICK: Duration = Duration::from_secs(1);
/// From a commit to the look at what it left to say: the answer to the person goes first, and a burst of commands is one look.
const GATHER: Duration = Duration::from_millis(5);
/// How long Discord remembers a nonce, to be safe (its documentation says "the past few minutes"; `reliability-security` 2.3).
const NONCE_WINDOW: TimeDelta = TimeDelta::seconds(120);

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
    /// Deliveries under way in each channel.
    busy: HashMap<ChannelId, usize>,
    under_way: JoinSet<ChannelId>,
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
        Self { store, clock, courier, wake, settings, busy: HashMap::new(), under_way: JoinSet::new() }
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
        let freed = self.store.write(|tx| Box::pin(claim::free(tx, false))).await;
        if let Err(error) = freed {
            tracing::error!(%error, "expired leases could not be freed");
        }
        if let Ok((waiting, oldest)) = self.store.read(|tx| Box::pin(claim::backlog(tx))).await {
            let age = oldest.map_or(0.0, |at| (self.clock.now() - at).to_std().unwrap_or_default().as_secs_f64());
            metrics::gauge!("wardroom_outbox_waiting").set(u32::try_from(waiting).unwrap_or(u32::MAX));
            metrics::gauge!("wardroom_outbox_oldest_age_seconds").set(age);
        }
    }

    fn ended(&mut self, ended: Result<ChannelId, tokio::task::JoinError>) {
        match ended {
            Ok(channel) => {
                if let Some(under_way) = self.busy.get_mut(&channel) {
                    *under_way -= 1;
                    if *under_way == 0 {
                        self.busy.remove(&channel);
                    }
                }
            }
            Err(error) => {
                // Which channel it was is lost with the task; the row's lease runs out and it is tried again.
                tracing::error!(%error, "a delivery panicked");
                metrics::counter!("wardroom_outbox_panics_total").increment(1);
                self.busy.clear();
            }
        }
    }

    /// Claims what is due and starts to deliver it.
    async fn step(&mut self) -> Result<(), Error> {
        let room = AT_ONCE.saturating_sub(self.under_way.len());
        if room == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let busy: HashSet<ChannelId> = self.busy.keys().copied().collect();
        let ids = self
            .store
            .read(move |tx| {
                let busy = busy.clone();
                Box::pin(async move { claim::candidates(tx, now, &busy, room).await })
            })
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        let lease = self.settings.lease;
        let claimed = self
            .store
            .write(move |tx| {
                let ids = ids.clone();
                Box::pin(async move {
                    let mut rows = Vec::new();
                    let database_now = tx.database_now().await?;
                    for id in ids {
                        rows.extend(claim::claim(tx, id, now, database_now, lease).await?);
                    }
                    Ok(rows)
                })
            })
            .await?;
        for row in claimed {
            let channel = row.channel;
            *self.busy.entry(channel).or_default() += 1;
            let delivery =
                Delivery { store: self.store.clone(), clock: self.clock.clone(), courier: self.courier.clone(), lease };
            self.under_way.spawn(async move {
                delivery.carry(row).await;
                channel
            });
        }
        Ok(())
    }
}

struct Delivery {
    store: Arc<Store>,
    clock: Clock,
    courier: Arc<dyn Courier>,
    lease: TimeDelta,
}

impl Delivery {
    async fn carry(self, row: Claimed) {
        let outcome = self.attempt_and_renew(&row).await;
        let lateness = (self.clock.now() - row.first_sent_at).to_std().unwrap_or_default();
        let now = self.clock.now();
        let settled = self
            .store
            .write(move |tx| {
                let (row, outcome) = (row.clone(), outcome.clone());
                Box::pin(async move { settle(tx, now, &row, &outcome).await })
            })
            .await;
        match settled {
            Ok(true) => metrics::histogram!("wardroom_outbox_delivery_seconds").record(lateness),
            Ok(false) => metrics::counter!("wardroom_outbox_lost_leases_total").increment(1),
            Err(error) => tracing::error!(%error, "a delivery could not be written down; its lease will run out"),
        }
    }

    /// One attempt, with the lease kept for as long as it takes.
    async fn attempt_and_renew(&self, row: &Claimed) -> Outcome {
        let attempt = self.attempt(row);
        tokio::pin!(attempt);
        let third = self.lease.to_std().unwrap_or(TICK) / 3;
        loop {
            tokio::select! {
                outcome = &mut attempt => return outcome,
                () = tokio::time::sleep(third) => self.renew(row).await,
            }
        }
    }

    async fn renew(&self, row: &Claimed) {
        let (id, epoch, lease) = (row.id, row.epoch, self.lease);
        let kept = self.store.write(move |tx| Box::pin(claim::renew(tx, id, epoch, lease))).await;
        if !matches!(kept, Ok(true)) {
            tracing::warn!(outbox = id, "the lease of a delivery was lost");
        }
    }

    async fn attempt(&self, row: &Claimed) -> Outcome {
        let Some(mut effect) = effect(row) else {
            return Outcome::Refused { code: 0, why: "the stored payload cannot be read".to_owned() };
        };
        // An attempt was made long ago, and how it ended is unknown: look before speaking again.
        let doubtful = row.attempt > 1 && self.clock.now() - row.first_sent_at > NONCE_WINDOW;
        if doubtful && let Effect::Post { channel, payload, nonce, .. } = &mut effect {
            let since = row.first_sent_at - TimeDelta::seconds(5);
            match self.courier.find(*channel, since, payload.clone(), nonce.clone()).await {
                Probe::Found(message) => return Outcome::Done(Some(message.0)),
                Probe::Absent => {}
                Probe::NotNow(why) => return Outcome::Unknown(why),
                // Who must come is called twice rather than not at all; anything else waits for people to look.
                Probe::CannotTell(_) if row.lane == Lane::Page => {
                    if let Some(content) = payload["content"].as_str() {
                        payload["content"] = format!("{content} (possible repeat)").into();
                    }
                }
                Probe::CannotTell(why) => return Outcome::Ambiguous(why),
            }
        }
        if let (Effect::Post { files, .. }, Some(ids)) = (&mut effect, &row.documents) {
            match self.files(row, ids).await {
                Ok(found) => *files = found,
                Err(error) => return Outcome::Later(TICK, error.to_string()),
            }
        }
        self.courier.deliver(row.lane, effect).await
    }

    /// The documents of `row`. Those whose bytes were removed meanwhile do not go along.
    async fn files(&self, row: &Claimed, ids: &str) -> Result<Vec<File>, Error> {
        let guild = row.guild;
        let ids: Vec<i64> = ids.split(' ').filter_map(|id| id.parse().ok()).collect();
        self.store
            .read(move |tx| {
                let ids = ids.clone();
                Box::pin(async move {
                    let mut files = Vec::new();
                    for id in ids {
                        files.extend(document::find(tx, guild, id).await?);
                    }
                    Ok(files)
                })
            })
            .await
    }
}

fn effect(row: &Claimed) -> Option<Effect> {
    let channel = row.channel;
    Some(match (row.kind, row.message) {
        (Kind::Card | Kind::Post, Some(message)) => {
            Effect::Edit { channel, message, payload: serde_json::from_str(&row.payload).ok()? }
        }
        (Kind::Card | Kind::Post, None) => {
            let payload: Value = serde_json::from_str(&row.payload).ok()?;
            Effect::Post { channel, payload, files: Vec::new(), nonce: row.nonce.clone() }
        }
        (Kind::Room, Some(message)) => Effect::OpenThread { channel, message, name: row.payload.clone() },
        (Kind::Room, None) => return None,
        (Kind::Vault, _) => Effect::OpenPrivateThread {
            guild: row.guild,
            channel,
            name: row.payload.clone(),
            look_first: row.attempt > 1,
        },
        (Kind::Member, _) => Effect::AddMember { thread: channel, user: UserId(row.payload.parse().ok()?) },
    })
}
