//! After a gap: what was missed is looked for. A card that somebody deleted is posted anew.

use std::sync::Arc;
use std::time::Duration;

use super::rest::Rest;
use crate::clock::Clock;
use crate::error::Error;
use crate::outbox;
use crate::setup;
use crate::store::Store;

/// Cards that are looked at in one guild; the most urgent and newest first.
const CARDS: i64 = 100;
/// Between two looks: five a second at most (`reliability-security` 2.7).
const PACE: Duration = Duration::from_millis(200);
/// Discord: the message is gone.
const UNKNOWN_MESSAGE: u64 = 10_008;

/// Looks at the cards of open records in every guild.
pub async fn reconcile(rest: &Rest, store: &Arc<Store>, clock: &Clock) -> Result<u64, Error> {
    let guilds = store.read(|tx| Box::pin(setup::store::all(tx))).await?;
    let mut reposted = 0;
    for guild in guilds {
        let cards = store.read(move |tx| Box::pin(async move { outbox::live_cards(tx, guild, CARDS).await })).await?;
        for (record, channel, message) in cards {
            tokio::time::sleep(PACE).await;
            match rest.message(channel, message).await {
                Err(error) if error.is_code(UNKNOWN_MESSAGE) => {
                    let now = clock.now();
                    store
                        .write(move |tx| Box::pin(async move { outbox::repost(tx, now, guild, record).await }))
                        .await?;
                    tracing::info!(%record, "a card was deleted and is posted anew");
                    reposted += 1;
                }
                // Anything else tells nothing about the card.
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(reposted)
}
