//! What the bot remembers of itself, whatever the guild: the mark of the commands that it registered, and how often it identified.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::args;
use crate::clock::Clock;
use crate::discord::gateway::{Counted, IdentifyLedger};
use crate::error::Error;
use crate::store::{Store, Tx};

const COMMANDS: &str = "registered-commands";
const IDENTIFIES: &str = "identifies";
const SEARCH: &str = "search";
/// The shape of the search index: another one is filled anew.
const SEARCH_SHAPE: &str = "1";

/// The mark of the commands that were registered last.
pub async fn registered(store: &Store) -> Result<Option<String>, Error> {
    store.read(|tx| Box::pin(recall(tx, COMMANDS))).await
}

/// Remembers the mark of the commands that are registered now.
pub async fn remember_registered(store: &Store, mark: String) -> Result<(), Error> {
    store
        .write(move |tx| {
            let mark = mark.clone();
            Box::pin(async move { remember(tx, COMMANDS, &mark).await })
        })
        .await
}

/// Whether the search index holds all that was ever written.
pub async fn search_is_filled(store: &Store) -> Result<bool, Error> {
    let shape = store.read(|tx| Box::pin(recall(tx, SEARCH))).await?;
    Ok(shape.as_deref() == Some(SEARCH_SHAPE))
}

/// Remembers that the search index was filled.
pub async fn remember_search_filled(store: &Store) -> Result<(), Error> {
    store.write(|tx| Box::pin(remember(tx, SEARCH, SEARCH_SHAPE))).await
}

async fn recall(tx: &mut Tx, name: &str) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = tx.optional("SELECT value FROM self WHERE name = $1", args![name]).await?;
    Ok(row.map(|(value,)| value))
}

async fn remember(tx: &mut Tx, name: &str, value: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO self (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        args![name, value],
    )
    .await
    .map(drop)
}

/// Counts identifies over restarts: Discord resets the token of a bot that identifies 1,000 times a day.
pub struct Ledger {
    store: Arc<Store>,
    clock: Clock,
}

impl Ledger {
    /// A ledger in `store`.
    pub fn new(store: Arc<Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// The identifies of the last day, oldest first, in microseconds; with `more` of now.
    async fn times(&self, more: u64) -> Result<Vec<i64>, Error> {
        let now = self.clock.now();
        let day_ago = (now - TimeDelta::days(1)).timestamp_micros();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let known = recall(tx, IDENTIFIES).await?.unwrap_or_else(|| "[]".to_owned());
                    let mut times: Vec<i64> = serde_json::from_str(&known)?;
                    times.retain(|time| *time > day_ago);
                    times.extend((0..more.min(1000)).map(|_| now.timestamp_micros()));
                    if more > 0 {
                        remember(tx, IDENTIFIES, &serde_json::to_string(&times)?).await?;
                    }
                    Ok(times)
                })
            })
            .await
    }
}

impl IdentifyLedger for Ledger {
    fn last_day(&self) -> Counted<'_, u64> {
        Box::pin(async move {
            match self.times(0).await {
                Ok(times) => times.len() as u64,
                Err(error) => {
                    tracing::error!(%error, "the count of identifies cannot be read");
                    0
                }
            }
        })
    }

    fn note(&self, identifies: u64) -> Counted<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.times(identifies).await {
                tracing::error!(%error, "an identify could not be counted");
            }
        })
    }
}
