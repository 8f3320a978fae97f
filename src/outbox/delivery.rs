//! One delivery: the attempt, the lease that is kept meanwhile, and the writing down of how it went.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::claim::{self, Claimed, Kind};
use super::effect::{Courier, Effect, Lane, Outcome, Probe};
use super::settle::settle;
use crate::chat::file::File;
use crate::clock::Clock;
use crate::document;
use crate::error::Error;
use crate::snowflake::{self, ChannelId, MessageId, UserId};
use crate::store::Store;

/// How long Discord remembers a nonce, to be safe (its documentation says "the past few minutes"; `reliability-security` 2.3).
const NONCE_WINDOW: TimeDelta = TimeDelta::seconds(120);
/// The default lease, for one that is no duration.
const THIRTY_SECONDS: Duration = Duration::from_secs(30);
/// Between two tries to write down how a delivery went; it doubles up to [`LAST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LAST_RETRY: Duration = Duration::from_secs(2);
/// What was said so much before the first attempt is still excluded by its id from what is searched: clocks differ.
const KNOWN_MARGIN: TimeDelta = TimeDelta::minutes(1);

/// One delivery, from its claim to its end.
pub(super) struct Delivery {
    pub store: Arc<Store>,
    pub clock: Clock,
    pub courier: Arc<dyn Courier>,
    /// How long the claim lasts without a renewal.
    pub lease: TimeDelta,
}

impl Delivery {
    /// Carries `row` out and writes down how it went.
    pub(super) async fn carry(self, row: Claimed) {
        let outcome = self.attempt_and_renew(&row).await;
        let lateness = (self.clock.now() - row.first_sent_at).to_std().unwrap_or_default();
        match self.settle(&row, outcome).await {
            Ok(true) => metrics::histogram!("wardroom_outbox_delivery_seconds").record(lateness),
            Ok(false) => metrics::counter!("wardroom_outbox_lost_leases_total").increment(1),
            Err(error) => tracing::error!(%error, "a delivery could not be written down; its lease will run out"),
        }
    }

    /// Writes the outcome down, again and again for as long as the lease lasts while the database is away or busy: what was said and is
    /// not known to be said costs a search in the channel, or people's time.
    async fn settle(&self, row: &Claimed, outcome: Outcome) -> Result<bool, Error> {
        let give_up = Instant::now() + self.lease.to_std().unwrap_or_default();
        let mut wait = FIRST_RETRY;
        loop {
            let (now, discord_ahead) = (self.clock.now(), self.courier.discord_ahead());
            let (row, outcome) = (row.clone(), outcome.clone());
            let settled = self.store.write(move |tx| {
                let (row, outcome) = (row.clone(), outcome.clone());
                Box::pin(async move { settle(tx, now, discord_ahead, &row, &outcome).await })
            });
            match settled.await {
                Err(Error::Failed(failure)) if failure.may_pass() && Instant::now() + wait < give_up => {
                    tracing::warn!(%failure, "the end of a delivery waits for the database");
                    sleep(wait.mul_f64(rand::random_range(0.5..=1.0))).await;
                    wait = (wait * 2).min(LAST_RETRY);
                }
                settled => return settled,
            }
        }
    }

    /// One attempt, with the lease kept for as long as it takes.
    async fn attempt_and_renew(&self, row: &Claimed) -> Outcome {
        let attempt = self.attempt(row);
        tokio::pin!(attempt);
        let third = self.lease.to_std().unwrap_or(THIRTY_SECONDS) / 3;
        loop {
            tokio::select! {
                outcome = &mut attempt => return outcome,
                () = sleep(third) => self.renew(row).await,
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
            match self.look(row, *channel, payload.clone(), nonce.clone()).await {
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
                Err(error) => return Outcome::Later(FIRST_RETRY, error.to_string()),
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

    /// Looks whether an earlier attempt has said it. What other rows have said is none of it, whatever the words.
    async fn look(&self, row: &Claimed, channel: ChannelId, payload: Value, nonce: String) -> Probe {
        let after = MessageId(snowflake::at(row.first_sent_at + self.courier.discord_ahead() - KNOWN_MARGIN));
        let known = self.store.read(move |tx| Box::pin(claim::said(tx, channel, after))).await;
        match known {
            Ok(known) => self.courier.find(channel, row.first_sent_at, payload, nonce, known).await,
            Err(error) => Probe::NotNow(error.to_string()),
        }
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
