//! Timers and deliveries that outlive what planned them, on both databases.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use wardroom::chat::message::Message;
use wardroom::clock::Clock;
use wardroom::number::{Kind, Number};
use wardroom::outbox::effect::{Courier, Delivery, Effect, Lane, Outcome, Probe};
use wardroom::outbox::{self, Post, Runner, Settings, To};
use wardroom::setup;
use wardroom::snowflake::{ChannelId, GuildId, MessageId};
use wardroom::store::Store;
use wardroom::timer;

use crate::desk::{Database, morning};

const GUILD: GuildId = GuildId(1);

async fn store_on(database: &Database) -> Arc<Store> {
    let store = Arc::new(Store::open(&database.url()).await.expect("the database opens"));
    store
        .write(|tx| Box::pin(async move { setup::store::find_or_start(tx, GUILD, morning()).await.map(drop) }))
        .await
        .expect("a server can be begun");
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_fired_does_not_fire_again_when_it_is_made_again() {
    for database in Database::each().await {
        let store = store_on(&database).await;
        let record = Number { kind: Kind::Incident, value: 7 };
        let arm = async |at: DateTime<Utc>| {
            let job = store.write(move |tx| {
                Box::pin(async move { timer::arm(tx, GUILD, timer::Kind::PromisedUpdate, record, at).await })
            });
            job.await.expect("it can be planned");
        };
        let cancel = async || {
            let job = store.write(move |tx| {
                Box::pin(async move { timer::cancel(tx, GUILD, timer::Kind::PromisedUpdate, record).await })
            });
            job.await.expect("it can be dropped");
        };
        // How many fire an hour later.
        let fire = async || {
            let job = store.write(|tx| {
                Box::pin(async move {
                    let mut fired = 0;
                    for due in timer::due(tx, morning() + TimeDelta::hours(1), 10).await? {
                        fired += usize::from(timer::take(tx, &due).await?);
                    }
                    Ok(fired)
                })
            });
            job.await.expect("it can fire")
        };
        let (ten_past, quarter_past) = (morning() + TimeDelta::minutes(10), morning() + TimeDelta::minutes(15));
        arm(ten_past).await;
        arm(ten_past).await;
        assert_eq!(fire().await, 1);
        arm(ten_past).await;
        assert_eq!(fire().await, 0, "it fired already");
        arm(quarter_past).await;
        assert_eq!(fire().await, 1, "another instant is another plan");
        arm(ten_past).await;
        cancel().await;
        assert_eq!(fire().await, 0, "it was dropped");
        arm(ten_past).await;
        assert_eq!(fire().await, 1, "what was dropped before it fired can be planned again");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_of_another_version_waits_and_one_that_cannot_be_read_is_set_aside_and_neither_blocks() {
    for database in Database::each().await {
        let store = store_on(&database).await;
        let armed = store.write(|tx| {
            Box::pin(async move {
                for value in 1..=120 {
                    let record = Number { kind: Kind::Incident, value };
                    timer::arm(tx, GUILD, timer::Kind::PromisedUpdate, record, morning()).await?;
                }
                tx.execute("UPDATE timer SET kind = 'of-tomorrow' WHERE timer_id <= 60", Vec::new()).await?;
                tx.execute("UPDATE timer SET subject = 'nonsense' WHERE timer_id = 61", Vec::new()).await
            })
        });
        armed.await.expect("they can be planned");
        let runner = timer::Runner::new(store.clone(), Clock::frozen(morning()), Arc::default(), Arc::default());
        runner.fire_due().await.expect("timers can be read");
        let states: Vec<(String, String, i64)> = store
            .read(|tx| {
                Box::pin(async move {
                    let sql = "SELECT kind, state, COUNT(*) FROM timer GROUP BY kind, state ORDER BY kind, state";
                    tx.all(sql, Vec::new()).await
                })
            })
            .await
            .expect("timers can be read");
        let states: Vec<String> =
            states.into_iter().map(|(kind, state, count)| format!("{kind} {state} {count}")).collect();
        assert_eq!(states, ["of-tomorrow armed 60", "promised-update cancelled 1", "promised-update fired 59"]);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_timers_that_cannot_fire_keeps_no_other_waiting() {
    let database = Database::sqlite();
    let store = store_on(&database).await;
    let armed = store.write(|tx| {
        Box::pin(async move {
            for value in 1..=61 {
                let record = Number { kind: Kind::Incident, value };
                timer::arm(tx, GUILD, timer::Kind::PromisedUpdate, record, morning()).await?;
            }
            let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON timer WHEN old.timer_id <= 60
                          BEGIN SELECT RAISE(ABORT, 'no'); END";
            tx.execute(refuse, Vec::new()).await
        })
    });
    armed.await.expect("they can be planned");
    let runner = timer::Runner::new(store.clone(), Clock::frozen(morning()), Arc::default(), Arc::default());
    runner.fire_due().await.expect("timers can be read");
    let fired: Option<(i64,)> = store
        .read(|tx| {
            Box::pin(async move { tx.optional("SELECT COUNT(*) FROM timer WHERE state = 'fired'", Vec::new()).await })
        })
        .await
        .expect("timers can be read");
    assert_eq!(fired, Some((1,)));
    store.close().await;
}

/// Delivers everything at once, and keeps what it said.
#[derive(Default)]
struct Recording(Mutex<Vec<String>>);

impl Recording {
    fn said(&self) -> Vec<String> {
        self.0.lock().expect("nobody panicked").clone()
    }
}

impl Courier for Recording {
    fn deliver(&self, _: Lane, effect: Effect) -> Delivery<'_, Outcome> {
        let mut said = self.0.lock().expect("nobody panicked");
        if let Effect::Post { payload, .. } = effect {
            said.push(payload["content"].as_str().unwrap_or_default().to_owned());
        }
        let id = 1000 + said.len() as u64;
        Box::pin(async move { Outcome::Done(Some(id)) })
    }

    fn find(&self, _: ChannelId, _: DateTime<Utc>, _: Value, _: String, _: Vec<MessageId>) -> Delivery<'_, Probe> {
        Box::pin(async { Probe::Absent })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_waits_keeps_its_place_when_its_record_changes() {
    for database in Database::each().await {
        let store = store_on(&database).await;
        for (value, text, second) in [(1, "the first", 0), (2, "the second", 1), (1, "the first, changed", 2)] {
            let drawn = store.write(move |tx| {
                Box::pin(async move {
                    let (record, now) =
                        (Number { kind: Kind::Incident, value }, morning() + TimeDelta::seconds(second));
                    outbox::card(
                        tx,
                        now,
                        GUILD,
                        record,
                        outbox::Home::Open { channel: ChannelId(2), otherwise: ChannelId(2) },
                        &Message::say(text.to_owned()),
                        "room",
                    )
                    .await
                })
            });
            drawn.await.expect("it can be drawn");
        }
        let courier = Arc::new(Recording::default());
        let clock = Clock::frozen(morning() + TimeDelta::seconds(3));
        let mut runner = Runner::new(store.clone(), clock, courier.clone(), Arc::default(), Settings::default());
        runner.drain().await.expect("it can be delivered");
        assert_eq!(courier.said(), ["the first, changed", "the second"]);
        store.close().await;
    }
}

/// A runner at work on an outbox to which the test adds what others left behind.
struct Running {
    store: Arc<Store>,
    courier: Arc<Recording>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(database: &Database) -> Self {
        let store = store_on(database).await;
        let (wake, stop, courier) = (Arc::new(Notify::new()), CancellationToken::new(), Arc::new(Recording::default()));
        let runner = Runner::new(store.clone(), Clock::system(), courier.clone(), wake.clone(), Settings::default());
        let task = tokio::spawn(runner.run(stop.clone()));
        // Taken over at the start is only what was there before.
        tokio::time::sleep(Duration::from_millis(200)).await;
        Self { store, courier, wake, stop, task }
    }

    /// In one channel: something that a process took before it died, and something that came later.
    async fn leave_behind(&self) {
        let left = self.store.write(|tx| {
            Box::pin(async move {
                for (key, text, seconds_ago) in [("taken", "the first", 2), ("later", "the second", 1)] {
                    let message = Message::say(text.to_owned());
                    let (to, key) = (To::Channel(ChannelId(2)), key.to_owned());
                    let now = Clock::system().now() - TimeDelta::seconds(seconds_ago);
                    outbox::post(
                        tx,
                        now,
                        Post { guild: GUILD, lane: Lane::State, to, key, message: &message, otherwise: None },
                    )
                    .await?;
                }
                let taken =
                    "UPDATE outbox SET state = 'sending', lease_until = 1, lease_epoch = 1 WHERE dedupe_key = 'taken'";
                tx.execute(taken, Vec::new()).await
            })
        });
        left.await.expect("it can be written");
    }

    /// What was said after at most five seconds in which there is always something to do.
    async fn hears(&self, messages: usize) -> Vec<String> {
        for _ in 0..100 {
            if self.courier.said().len() >= messages {
                break;
            }
            self.wake.notify_one();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.courier.said()
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("the runner ends");
        self.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_taken_is_said_soon_and_before_what_came_later() {
    for database in Database::each().await {
        let running = Running::start(&database).await;
        running.leave_behind().await;
        assert_eq!(running.hears(2).await, ["the first", "the second"]);
        running.end().await;
    }
}
