//! What the outbox owes to each channel when another is crowded, limited or broken; and what two replicas owe to each other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{ConnectOptions, Executor};
use tokio::sync::Notify;
use wardroom::args;
use wardroom::chat::message::Message;
use wardroom::clock::Clock;
use wardroom::number::{Kind, Number};
use wardroom::outbox::effect::{Courier, Delivery, Effect, Lane, Outcome, Probe};
use wardroom::outbox::{self, Post, Runner, Settings, To};
use wardroom::setup;
use wardroom::snowflake::{ChannelId, GuildId, MessageId};
use wardroom::store::Store;

use crate::desk::{Database, morning};

const GUILD: GuildId = GuildId(1);
/// How long anything may take before a trial is given up.
const PATIENCE: Duration = Duration::from_secs(10);

async fn open(database: &Database) -> Arc<Store> {
    let store = Arc::new(Store::open(&database.url()).await.expect("the database opens"));
    store
        .write(|tx| Box::pin(async move { setup::store::find_or_start(tx, GUILD, morning()).await.map(drop) }))
        .await
        .expect("a server can be begun");
    store
}

/// Writes a line for `channel`, that many seconds after the morning began.
async fn line(store: &Store, channel: u64, lane: Lane, text: &str, second: i64) {
    let text = text.to_owned();
    let written = store.write(move |tx| {
        let text = text.clone();
        Box::pin(async move {
            let message = Message::say(text.clone());
            let (to, key) = (To::Channel(ChannelId(channel)), format!("{channel}:{text}"));
            let post = Post { guild: GUILD, lane, to, key, message: &message, otherwise: None };
            outbox::post(tx, morning() + TimeDelta::seconds(second), post).await
        })
    });
    written.await.expect("it can be written");
}

/// Draws the card of an incident for `channel`.
async fn card(store: &Store, channel: u64, value: i64, second: i64) {
    let drawn = store.write(move |tx| {
        Box::pin(async move {
            let home = outbox::Home::Open { channel: ChannelId(channel), otherwise: ChannelId(channel) };
            let record = Number { kind: Kind::Incident, value };
            let message = Message::say(format!("card {value}"));
            outbox::card(tx, morning() + TimeDelta::seconds(second), GUILD, record, home, &message, "room").await
        })
    });
    drawn.await.expect("it can be drawn");
}

async fn state_of(store: &Store, key: &'static str) -> (String, i64, Option<String>) {
    let row: Option<(String, i64, Option<String>)> = store
        .read(move |tx| {
            Box::pin(async move {
                tx.optional("SELECT state, attempt, last_error FROM outbox WHERE dedupe_key = $1", args![key]).await
            })
        })
        .await
        .expect("it can be read");
    row.expect("the row is there")
}

/// A Discord that does with each text what the trial says: the first of the outcomes that are planned for it, else it is done.
#[derive(Default)]
struct Scripted {
    planned: Mutex<HashMap<String, Vec<Outcome>>>,
    /// Texts that hang until they are let go.
    hanging: Mutex<Vec<String>>,
    released: Notify,
    said: Mutex<Vec<String>>,
    /// What was begun, whether it hangs or not.
    begun: Mutex<Vec<String>>,
    changed: Notify,
    searched: Mutex<Vec<(String, Vec<MessageId>)>>,
    finds: Mutex<Option<Probe>>,
}

impl Scripted {
    fn plan(&self, text: &str, outcomes: impl IntoIterator<Item = Outcome>) {
        self.planned.lock().expect("nobody panicked").insert(text.to_owned(), outcomes.into_iter().collect());
    }

    fn hang(&self, text: &str) {
        self.hanging.lock().expect("nobody panicked").push(text.to_owned());
    }

    fn let_go(&self) {
        self.hanging.lock().expect("nobody panicked").clear();
        self.released.notify_waiters();
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().expect("nobody panicked").clone()
    }

    fn begun(&self) -> Vec<String> {
        self.begun.lock().expect("nobody panicked").clone()
    }

    /// Waits until `so`; false when it does not come to that.
    async fn until(&self, so: impl Fn(&Self) -> bool) -> bool {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if so(self) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.is_ok()
    }
}

impl Courier for Scripted {
    fn deliver(&self, _: Lane, effect: Effect) -> Delivery<'_, Outcome> {
        Box::pin(async move {
            let (Effect::Post { payload, .. } | Effect::Edit { payload, .. }) = effect else {
                return Outcome::Done(Some(7));
            };
            let text = payload["content"].as_str().unwrap_or_default().to_owned();
            self.begun.lock().expect("nobody panicked").push(text.clone());
            self.changed.notify_waiters();
            loop {
                let released = self.released.notified();
                if !self.hanging.lock().expect("nobody panicked").contains(&text) {
                    break;
                }
                released.await;
            }
            let planned = self.planned.lock().expect("nobody panicked").get_mut(&text).and_then(|outcomes| {
                let next = !outcomes.is_empty();
                next.then(|| outcomes.remove(0))
            });
            let outcome = planned.unwrap_or_else(|| {
                let mut said = self.said.lock().expect("nobody panicked");
                said.push(text);
                Outcome::Done(Some(1000 + said.len() as u64))
            });
            self.changed.notify_waiters();
            outcome
        })
    }

    fn find(
        &self,
        _: ChannelId,
        _: DateTime<Utc>,
        payload: Value,
        _: String,
        known: Vec<MessageId>,
    ) -> Delivery<'_, Probe> {
        let text = payload["content"].as_str().unwrap_or_default().to_owned();
        self.searched.lock().expect("nobody panicked").push((text, known));
        let found = self.finds.lock().expect("nobody panicked").clone().unwrap_or(Probe::Absent);
        Box::pin(async move { found })
    }
}

fn runner(store: &Arc<Store>, clock: &Clock, courier: &Arc<Scripted>) -> Runner {
    Runner::new(store.clone(), clock.clone(), courier.clone(), Arc::default(), Settings::default())
}

fn clock_at(second: i64) -> Clock {
    Clock::frozen(morning() + TimeDelta::seconds(second))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_in_one_channel_hides_nothing_in_another() {
    for database in Database::each().await {
        let store = open(&database).await;
        for index in 0..150 {
            line(&store, 2, Lane::State, &format!("crowd {index}"), 0).await;
        }
        line(&store, 3, Lane::State, "elsewhere", 10).await;
        let courier = Arc::new(Scripted::default());
        courier.hang("crowd 0");
        let mut one = runner(&store, &clock_at(20), &courier);
        let draining = tokio::spawn(async move { one.drain().await });
        assert!(
            courier.until(|courier| courier.said().contains(&"elsewhere".to_owned())).await,
            "{:?}",
            courier.begun()
        );
        courier.let_go();
        draining.await.expect("it ends").expect("it can be delivered");
        let crowd: Vec<String> = (0..150).map(|index| format!("crowd {index}")).collect();
        assert_eq!(courier.said()[1..], crowd, "a crowd keeps its order");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_hang_hold_up_no_page_and_pages_no_answer() {
    for database in Database::each().await {
        let store = open(&database).await;
        let courier = Arc::new(Scripted::default());
        for channel in 10..40 {
            line(&store, channel, Lane::State, "hangs", 0).await;
            line(&store, channel, Lane::Page, "rings for long", 0).await;
        }
        courier.hang("hangs");
        courier.hang("rings for long");
        line(&store, 10, Lane::Answer, "the answer", 1).await;
        let mut one = runner(&store, &clock_at(5), &courier);
        let draining = tokio::spawn(async move { one.drain().await });
        assert!(courier.until(|courier| courier.said() == ["the answer"]).await, "{:?}", courier.begun());
        let count = |text: &str| courier.begun().iter().filter(|begun| *begun == text).count();
        assert!(count("rings for long") < 30 && count("hangs") < 30, "there are places for both");
        courier.let_go();
        draining.await.expect("it ends").expect("it can be delivered");
        assert_eq!(courier.said().len(), 61);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_set_aside_and_holds_nobody_up() {
    for database in Database::each().await {
        let store = open(&database).await;
        line(&store, 2, Lane::State, "bad", 0).await;
        line(&store, 2, Lane::State, "good", 1).await;
        line(&store, 3, Lane::State, "also good", 2).await;
        let broken = store.write(|tx| {
            Box::pin(async move {
                tx.execute("UPDATE outbox SET room = 'nonsense', lane = 3 WHERE dedupe_key = '2:bad'", Vec::new()).await
            })
        });
        broken.await.expect("a database can be edited");
        let courier = Arc::new(Scripted::default());
        let clock = clock_at(5);
        runner(&store, &clock, &courier).drain().await.expect("the others can be delivered");
        let mut said = courier.said();
        said.sort();
        assert_eq!(said, ["also good", "good"]);
        let (state, _, why) = state_of(&store, "2:bad").await;
        assert!(state == "dead" && why.as_deref().is_some_and(|why| why.contains("nonsense")), "{state} {why:?}");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_said_is_not_searched_for_and_what_may_have_been_is() {
    for database in Database::each().await {
        let store = open(&database).await;
        let clock = clock_at(1);
        let courier = Arc::new(Scripted::default());
        line(&store, 2, Lane::State, "limited", 0).await;
        line(&store, 3, Lane::State, "doubtful", 0).await;
        line(&store, 3, Lane::State, "said before", -60).await;
        let later = || Outcome::Later(Duration::from_secs(150), "rate limit".to_owned());
        courier.plan("limited", [later(), later()]);
        courier.plan("doubtful", [Outcome::Unknown("time-out".to_owned())]);
        let mut one = runner(&store, &clock, &courier);
        one.drain().await.expect("it can be tried");
        assert_eq!(state_of(&store, "2:limited").await, ("pending".to_owned(), 0, Some("rate limit".to_owned())));
        for _ in 0..2 {
            clock.advance(TimeDelta::seconds(200));
            one.drain().await.expect("it can be delivered");
        }
        let mut said = courier.said();
        said.sort();
        assert_eq!(said, ["doubtful", "limited", "said before"]);
        let searched = courier.searched.lock().expect("nobody panicked").clone();
        assert_eq!(
            searched,
            [("doubtful".to_owned(), Vec::new())],
            "the ids of this Discord are older than any search"
        );
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_keep_their_order_through_a_rate_limit_and_a_lost_answer_but_a_page_goes_on() {
    for database in Database::each().await {
        let store = open(&database).await;
        let clock = clock_at(10);
        let courier = Arc::new(Scripted::default());
        courier.plan(
            "one",
            [Outcome::Later(Duration::from_secs(30), "rate limit".to_owned()), Outcome::Unknown("?".to_owned())],
        );
        line(&store, 2, Lane::Reminder, "one", 0).await;
        for (lane, text, second) in [(Lane::State, "two", 1), (Lane::Page, "page", 2), (Lane::State, "three", 3)] {
            line(&store, 2, lane, text, second).await;
        }
        let mut one = runner(&store, &clock, &courier);
        one.drain().await.expect("it can be tried");
        assert_eq!(courier.said(), ["page"], "what was written later waits");
        for _ in 0..3 {
            clock.advance(TimeDelta::seconds(31));
            one.drain().await.expect("it can be delivered");
        }
        assert_eq!(courier.said(), ["page", "one", "two", "three"]);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_fails_again_and_again_is_passed_by_at_last() {
    for database in Database::each().await {
        let store = open(&database).await;
        let clock = clock_at(10);
        let courier = Arc::new(Scripted::default());
        courier.plan("poison", std::iter::repeat_n(Outcome::Unknown("Discord answered 500".to_owned()), 100));
        line(&store, 2, Lane::State, "poison", 0).await;
        line(&store, 2, Lane::State, "fine", 1).await;
        let mut one = runner(&store, &clock, &courier);
        for _ in 0..22 {
            clock.advance(TimeDelta::seconds(31));
            one.drain().await.expect("it can be tried");
        }
        assert_eq!(courier.said(), ["fine"]);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_never_speak_in_one_channel_at_once() {
    let database = Database::each().await.into_iter().find(|database| matches!(database, Database::Postgres(_)));
    let Some(database) = database else { return };
    let (store, second) = (open(&database).await, open(&database).await);
    // Each claim takes its time, so that the two are made at the same moment for certain.
    let options: sqlx::postgres::PgConnectOptions = database.url().parse().expect("a URL");
    let mut raw = options.connect().await.expect("it connects");
    raw.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN IF NEW.state = 'sending' THEN PERFORM pg_sleep(0.3); END IF; RETURN NEW; END $$;
         CREATE TRIGGER dawdle BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION dawdle();",
    )
    .await
    .expect("a trigger can be made");
    // The first replica sees only the line, the second, whose clock is ahead, the card too, which goes first.
    line(&store, 2, Lane::Reminder, "line", 0).await;
    card(&store, 2, 1, 10).await;
    let courier = Arc::new(Scripted::default());
    courier.hang("line");
    courier.hang("card 1");
    let (mut one, mut two) = (runner(&store, &clock_at(5), &courier), runner(&second, &clock_at(20), &courier));
    let one = tokio::spawn(async move { one.drain().await });
    let two = tokio::spawn(async move { two.drain().await });
    let (mut first, mut last) = (one, two);
    let idle = tokio::select! {
        ended = &mut first => Some(ended),
        ended = &mut last => Some(ended),
        _ = courier.until(|courier| courier.begun().len() == 2) => None,
    };
    assert!(idle.is_some(), "both spoke at once: {:?}", courier.begun());
    assert!(courier.until(|courier| courier.begun().len() == 1).await, "{:?}", courier.begun());
    courier.let_go();
    for task in [first, last] {
        if !task.is_finished() {
            task.await.expect("it ends").expect("it can be delivered");
        }
    }
    store.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_delivery_is_written_down_although_the_database_is_busy_for_a_while() {
    let database = Database::each().await.into_iter().find(|database| matches!(database, Database::Postgres(_)));
    let Some(database) = database else { return };
    let store = open(&database).await;
    let options: sqlx::postgres::PgConnectOptions = database.url().parse().expect("a URL");
    let mut raw = options.connect().await.expect("it connects");
    // A sequence goes on although the transaction is taken back: the first three tries meet a lock that is not given.
    raw.execute(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN
                  IF NEW.state = 'sent' AND nextval('tries') <= 3 THEN RAISE EXCEPTION 'lock' USING ERRCODE = '55P03'; END IF;
                  RETURN NEW;
                END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION refuse();",
    )
    .await
    .expect("a trigger can be made");
    line(&store, 2, Lane::State, "once", 0).await;
    let courier = Arc::new(Scripted::default());
    runner(&store, &clock_at(1), &courier).drain().await.expect("it can be delivered");
    assert_eq!(courier.said(), ["once"]);
    assert_eq!(state_of(&store, "2:once").await.0, "sent");
    store.close().await;
}
