//! What is not said although it should be: the operator sees it, it ends some day, and it is tried again when something changes.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;
use wardroom::args;
use wardroom::number::{Kind, Number};
use wardroom::outbox::{self, Home};
use wardroom::playground::{Fault, permissions, refusal};
use wardroom::snowflake::{ChannelId, GuildId, UserId};
use wardroom::store::Store;

use crate::desk::{Database, Desk, morning};

const GUILD: GuildId = GuildId(1);
const RECORD: Number = Number { kind: Kind::Incident, value: 1 };

/// The first line of `/setup check` that is amiss and holds `words`.
async fn amiss(desk: &Desk, words: &str) -> String {
    let check = desk.dev.slash("general", "setup check", json!({})).await.finished().await;
    let text = desk.text(&check);
    text.lines().find(|line| line.starts_with('❌') && line.contains(words)).unwrap_or(&text).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_room_that_never_opens_is_told_and_ends_and_comes_back_with_the_next_change() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::CREATE_PRIVATE_THREADS);
        // Nothing is promised of a P5, so time alone says nothing of it.
        let leak = json!({"title": "leaked keys", "restricted": true, "priority": "P5"});
        desk.alice.slash("general", "incident declare", leak).await;
        desk.alice.slash("general", "incident note", json!({"incident": "INC-1", "text": "in a log"})).await;
        assert!(desk.eventually_refused("the room of INC-1").await);
        desk.clock.advance(TimeDelta::minutes(20));
        assert_snapshot!(amiss(desk, "wait for the room").await, @"❌ 3 things wait for the room of INC-1, for 20 min now. It opens when wardroom may post and open threads in the channel of its card; what waits for more than a day is given up.");
        desk.clock.advance(TimeDelta::days(2));
        desk.settle().await;
        // The permission comes back, and with the next step of that person everything that is still of use.
        desk.playground.set_bot_permissions("incidents", permissions::BOT);
        desk.alice.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.settle().await;
        let threads = desk.playground.threads("incidents");
        assert_eq!(threads.len(), 1);
        let seen = desk.seen_in(threads[0].id);
        assert!(seen.contains("leaked keys") && !seen.contains("in a log"), "{seen}");
        assert!(threads[0].members.contains(&desk.alice.id()), "{:?}", threads[0].members);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_was_refused_is_tried_again_at_the_next_change() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::CREATE_PUBLIC_THREADS);
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(desk.eventually_refused("the room of INC-1").await);
        desk.playground.set_bot_permissions("incidents", permissions::BOT);
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.settle().await;
        assert_eq!(desk.playground.threads("incidents").len(), 1);
        desk.bob.slash("general", "incident note", json!({"incident": "INC-1", "text": "the disk is full"})).await;
        desk.settle().await;
        assert!(desk.seen_in(desk.room("INC-1")).contains("the disk is full"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tells_what_wardroom_knows_by_itself_while_discord_does_not_answer() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let refused = Fault::refused(refusal::MISSING_PERMISSIONS);
        desk.playground.faults().next_times(2, "POST", "/channels/{channel}/messages", &refused);
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(desk.eventually_refused("the card of INC-1").await);
        desk.playground.faults().next("GET", "/guilds/{guild}", Fault::refused(refusal::MISSING_ACCESS));
        assert_snapshot!(amiss(desk, "Discord did not tell").await, @"❌ Discord did not tell how this server is set up (`Discord refused with status 403, code 50001: Missing Access`), so channels and roles were not looked at. What wardroom knows by itself follows. Try again in a minute.");
        desk.playground.faults().next("GET", "/guilds/{guild}", Fault::refused(refusal::MISSING_ACCESS));
        assert!(amiss(desk, "the card of INC-1").await.starts_with("❌ Discord refused the card of INC-1"));
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
    })
    .await;
}

async fn rows(store: &Store, sql: &'static str) -> Vec<(String, String)> {
    store.read(move |tx| Box::pin(async move { tx.all(sql, Vec::new()).await })).await.expect("it can be read")
}

async fn edit(store: &Store, sql: &'static str) {
    store.write(move |tx| Box::pin(async move { tx.execute(sql, Vec::new()).await })).await.expect("it can be edited");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_came_to_nothing_is_made_again_and_one_that_arrived_is_not() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        let invite = async || {
            let job = store.write(|tx| {
                Box::pin(
                    async move { outbox::invite(tx, morning() + TimeDelta::days(3), GUILD, RECORD, UserId(5)).await },
                )
            });
            job.await.expect("it can be made");
            rows(&store, "SELECT state, kind FROM outbox").await[0].0.clone()
        };
        assert_eq!(invite().await, "waiting");
        for ended in
            ["UPDATE outbox SET state = 'expired', expires_at = 1", "UPDATE outbox SET state = 'dead', expires_at = 1"]
        {
            edit(&store, ended).await;
            assert_eq!(invite().await, "waiting");
        }
        edit(&store, "UPDATE outbox SET state = 'sent'").await;
        assert_eq!(invite().await, "sent");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_forgotten_but_for_what_may_still_be_said() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        let written = store.write(|tx| {
            Box::pin(async move {
                for state in ["waiting", "pending", "sending", "sent", "ambiguous", "dead", "superseded", "expired"] {
                    for kind in ["post", "card", "room", "vault", "member"] {
                        tx.execute(
                            "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, payload, revision, nonce,
                                                 not_before, expires_at, state, attempt, lease_epoch)
                             VALUES (1, 2, $1, $2, 2, 'words', 1, 'n', 1, 1, $3, 0, 0)",
                            args![kind, format!("{kind}:{state}"), state],
                        )
                        .await?;
                    }
                }
                outbox::forget_words(tx, GUILD).await
            })
        });
        written.await.expect("they can be written and forgotten");
        let forgotten = rows(&store, "SELECT kind, state FROM outbox WHERE payload = '' ORDER BY kind, state").await;
        let forgotten: Vec<String> = forgotten.into_iter().map(|(kind, state)| format!("{kind} {state}")).collect();
        assert_eq!(
            forgotten,
            [
                "post ambiguous",
                "post dead",
                "post expired",
                "post sent",
                "post superseded",
                "room ambiguous",
                "room expired",
                "room sent",
                "room superseded",
                "vault ambiguous",
                "vault expired",
                "vault sent",
                "vault superseded",
            ]
        );
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_not_open_yet_learns_the_newest_name() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        for name in ["the first", "the second"] {
            let drawn = store.write(move |tx| {
                Box::pin(async move {
                    wardroom::setup::store::find_or_start(tx, GUILD, morning()).await?;
                    let message = wardroom::chat::message::Message::say("card");
                    outbox::card(tx, morning(), GUILD, RECORD, Home::Private(ChannelId(2)), &message, name).await
                })
            });
            drawn.await.expect("it can be drawn");
            edit(&store, "UPDATE outbox SET state = 'dead', attempt = 4, first_sent_at = 1 WHERE kind = 'vault' AND payload = 'the first'").await;
        }
        assert_eq!(
            rows(
                &store,
                "SELECT payload, state FROM outbox WHERE kind = 'vault' AND attempt = 0 AND first_sent_at IS NULL"
            )
            .await,
            [("the second".to_owned(), "pending".to_owned())]
        );
        store.close().await;
    }
}
