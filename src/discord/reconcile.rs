//! After a gap: what was missed is looked for. A card that somebody deleted is posted anew; a room that somebody deleted is told in
//! `/setup check`, and opened again at the next change of its record; roles and channels that are gone are told in the log.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::rest::{CallError, Rest};
use crate::clock::Clock;
use crate::command::dispatch;
use crate::error::Error;
use crate::number::Number;
use crate::outbox;
use crate::policy::Capability;
use crate::setup::{self, Guild, Purpose};
use crate::snowflake::{ChannelId, GuildId, MessageId};
use crate::store::{Store, Tx};

/// Cards and rooms that are looked at in one guild; the newest first.
const LOOKED_AT: usize = 100;
/// Cards and rooms among which those of records that are not over are chosen.
const STANDING: i64 = 1000;
/// Between two looks: five a second at most (`reliability-security` 2.7).
const PACE: Duration = Duration::from_millis(200);
/// Discord: the channel or thread is gone.
const UNKNOWN_CHANNEL: u64 = 10_003;
/// Discord: the message is gone.
const UNKNOWN_MESSAGE: u64 = 10_008;

/// Keeps looks apart: a gateway that comes and goes asks for many, and two at once would post a card twice.
#[derive(Debug, Default)]
pub struct Looks {
    under_way: tokio::sync::Mutex<()>,
    wanted: AtomicBool,
}

impl Looks {
    /// Makes `look` now, unless one is under way: that one is made once more when it ends, since it may have missed what is asked for.
    pub async fn one_at_a_time<F: Future<Output = ()> + Send>(&self, look: impl Fn() -> F + Send) {
        self.wanted.store(true, Ordering::SeqCst);
        while self.wanted.load(Ordering::SeqCst)
            && let Ok(_alone) = self.under_way.try_lock()
        {
            self.wanted.store(false, Ordering::SeqCst);
            look().await;
        }
    }
}

/// Looks at the cards and rooms of records that are not over, and at what is set up, in every guild. Gives back how many cards are
/// posted anew.
///
/// # Errors
/// When the database fails. What Discord does not answer is left for the next look.
pub async fn reconcile(rest: &Rest, store: &Arc<Store>, clock: &Clock) -> Result<u64, Error> {
    let guilds = store.read(|tx| Box::pin(setup::store::all(tx))).await?;
    let mut reposted = 0;
    for guild in guilds {
        let standing = store.read(move |tx| Box::pin(standing(tx, guild))).await?;
        for (record, channel, message) in standing.cards {
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
        rooms(rest, store, guild, standing.rooms).await?;
        if let Some(set_up) = standing.set_up {
            tell_what_is_gone(rest, &set_up).await;
        }
    }
    Ok(reposted)
}

/// What should be there.
struct Standing {
    cards: Vec<(Number, ChannelId, MessageId)>,
    rooms: Vec<(Number, ChannelId)>,
    set_up: Option<Guild>,
}

async fn standing(tx: &mut Tx, guild: GuildId) -> Result<Standing, Error> {
    let (mut cards, mut rooms) = (Vec::new(), Vec::new());
    for card in outbox::live_cards(tx, guild, STANDING).await? {
        if cards.len() < LOOKED_AT && !dispatch::is_over(tx, guild, card.0).await? {
            cards.push(card);
        }
    }
    for room in outbox::live_rooms(tx, guild, STANDING).await? {
        if rooms.len() < LOOKED_AT && !dispatch::is_over(tx, guild, room.0).await? {
            rooms.push(room);
        }
    }
    Ok(Standing { cards, rooms, set_up: setup::store::find(tx, guild).await? })
}

/// Threads that are not archived are listed in one call; the others are asked for one by one.
async fn rooms(rest: &Rest, store: &Arc<Store>, guild: GuildId, rooms: Vec<(Number, ChannelId)>) -> Result<(), Error> {
    if rooms.is_empty() {
        return Ok(());
    }
    let active = rest.active_threads(guild).await.map(|listed| ids(&listed["threads"])).unwrap_or_default();
    for (record, thread) in rooms {
        if active.contains(&thread.0) {
            continue;
        }
        tokio::time::sleep(PACE).await;
        if let Err(CallError::Refused { code: UNKNOWN_CHANNEL, message, .. }) = rest.channel(thread).await {
            let why = format!("{UNKNOWN_CHANNEL}: {message}; somebody deleted it");
            store
                .write(move |tx| {
                    let why = why.clone();
                    Box::pin(async move { outbox::lose_room(tx, guild, record, &why).await })
                })
                .await?;
            tracing::warn!(%record, "the room was deleted; the next change of the record opens another");
        }
    }
    Ok(())
}

/// Roles and channels that are set up and gone. `/setup check` tells of them too, but somebody has to ask for that.
async fn tell_what_is_gone(rest: &Rest, guild: &Guild) {
    if let Ok(roles) = rest.roles(guild.id).await {
        let there = ids(&roles);
        for capability in Capability::ALL {
            for role in guild.roles.roles(capability).iter().filter(|role| !there.contains(&role.0)) {
                tracing::warn!(guild = %guild.id, capability = capability.name(), %role, "a role that is mapped is gone; see /setup check");
            }
        }
    }
    if let Ok(channels) = rest.channels(guild.id).await {
        let there = ids(&channels);
        for purpose in Purpose::ALL {
            if let Some(channel) = guild.channel(purpose).filter(|channel| !there.contains(&channel.0)) {
                tracing::warn!(guild = %guild.id, purpose = purpose.name(), %channel, "a channel that is set up is gone; see /setup check");
            }
        }
    }
}

fn ids(listed: &Value) -> BTreeSet<u64> {
    listed.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn looks_go_one_after_another_and_many_that_are_asked_for_meanwhile_are_one_more() {
        let (looks, made, go_on) = (Arc::new(Looks::default()), Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let begun = Arc::new(Notify::new());
        let look = {
            let (looks, made, go_on, begun) = (looks.clone(), made.clone(), go_on.clone(), begun.clone());
            tokio::spawn(async move {
                let one = || {
                    let (made, go_on, begun) = (made.clone(), go_on.clone(), begun.clone());
                    async move {
                        made.fetch_add(1, Ordering::SeqCst);
                        begun.notify_one();
                        go_on.notified().await;
                    }
                };
                looks.one_at_a_time(one).await;
            })
        };
        begun.notified().await;
        for _ in 0..3 {
            looks.one_at_a_time(|| async { panic!("two at once") }).await;
        }
        go_on.notify_one();
        begun.notified().await;
        go_on.notify_one();
        look.await.expect("it ends");
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }
}
