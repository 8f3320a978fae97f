//! When Discord fails: nothing is lost, nothing is said twice.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;
use wardroom::playground::{Fault, World, permissions, refusal};

use crate::desk::{Database, Desk};

const POST: (&str, &str) = ("POST", "/channels/{channel}/messages");

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_answer_was_lost_stands_there_once() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.playground.faults().next(POST.0, POST.1, Fault::ErrorAfter);
        desk.playground.faults().next(POST.0, POST.1, Fault::CutAfter);
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.alice.slash("general", "incident declare", json!({"title": "slower reports"})).await;
        desk.settle().await;
        assert_eq!(desk.playground.messages("incidents").len(), 2);
        assert_eq!(desk.playground.threads("incidents").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_after_a_lost_answer_it_looks_before_it_speaks_again() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        // All attempts within the nonce's window are lost on the way back, then Discord forgets the nonce.
        desk.playground.faults().next_times(3, POST.0, POST.1, &Fault::ErrorAfter);
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.clock.advance(TimeDelta::minutes(1));
        desk.clock.advance(TimeDelta::minutes(5));
        desk.settle().await;
        assert_eq!(desk.playground.messages("incidents").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_somebody_deletes_comes_back_with_the_next_change() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let first = desk.card("INC-1").id;
        assert!(desk.playground.delete_message("incidents", first));
        desk.pass(TimeDelta::seconds(5)).await;
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.settle().await;
        let second = desk.card("INC-1");
        assert_ne!(second.id, first);
        assert!(second.text().contains("In progress"), "{}", second.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_open_rooms_the_lines_stand_beside_the_card() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let operations = desk.playground.channel("operations").to_string();
        desk.dev.slash("general", "setup channel", json!({"purpose": "operations", "channel": operations})).await;
        desk.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::CREATE_PUBLIC_THREADS);
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.bob.slash("general", "incident note", json!({"incident": "INC-1", "text": "the disk is full"})).await;
        desk.settle().await;
        assert!(desk.seen_in("incidents").contains("the disk is full"), "{}", desk.seen_in("incidents"));
        assert_snapshot!(desk.seen_in("operations"), @"⚠️ Discord refuses what I do in #incidents (50013: `Missing Permissions`). Nothing is lost of any record; `/setup check` tells what to mend.");
        // The channel is not the room of the incident for that.
        let answer = desk.bob.slash("incidents", "incident ack", json!({})).await;
        assert!(desk.text(&answer).starts_with("Which incident?"), "{}", desk.text(&answer));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_incidents_channel_is_gone_people_are_called_where_the_command_was_given() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let operations = desk.playground.channel("operations").to_string();
        desk.dev.slash("general", "setup channel", json!({"purpose": "operations", "channel": operations})).await;
        desk.playground.set_bot_permissions("incidents", 0);
        desk.alice.slash("general", "incident declare", json!({"title": "checkout is down", "priority": "P1"})).await;
        desk.settle().await;
        let posted = desk.playground.messages("general");
        assert!(posted.iter().any(|message| message.pinged.roles.contains(&desk.playground.role("Responders"))));
        assert!(posted.iter().any(|message| message.is_v2() && message.text().contains("INC-1")));
        assert!(desk.seen_in("operations").contains("Discord refuses what I do in #incidents"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_cannot_be_written_to_blocks_no_record_and_is_told() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        // Neither the incidents channel takes it nor the one of the command.
        desk.playground.faults().next_times(2, POST.0, POST.1, &Fault::refused(refusal::MISSING_PERMISSIONS));
        let answer = desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(answer.text().starts_with("**INC-1**"));
        assert!(desk.eventually_refused("the card of INC-1").await);
        let check = desk.dev.slash("general", "setup check", json!({})).await.finished().await;
        assert_snapshot!(desk.text(&check).lines().nth(1).unwrap_or_default(), @"❌ Discord refused the card of INC-1 (50013: Missing Permissions). Mend the permissions of its channel; the next change of the record tries again.");
        // Any change tries the card again, and what waited for its room is said.
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.settle().await;
        assert!(desk.card("INC-1").text().contains("In progress"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_event_acts_once_and_is_answered_alike() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let twice = wardroom::playground::FaultPlan { duplicate_event: 1.0, ..Default::default() };
        desk.playground.faults().plan(twice);
        let answer = desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(answer.text().starts_with("**INC-1**"));
        desk.typed(&desk.alice, "general", "@wardroom p4 slower reports").await;
        desk.settle().await;
        desk.playground.faults().none();
        let list = desk.alice.slash("general", "incident list", json!({"state": "all"})).await;
        assert_eq!(desk.text(&list).lines().count(), 2, "{}", list.text());
        assert_eq!(desk.playground.messages("general").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_thread_whose_answer_was_lost_is_opened_once_and_one_that_is_refused_leaks_nothing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.playground.faults().next("POST", "/channels/{channel}/threads", Fault::ErrorAfter);
        desk.alice.slash("general", "incident declare", json!({"title": "leaked keys", "restricted": true})).await;
        desk.settle().await;
        assert_eq!(desk.playground.threads("incidents").len(), 1);
        desk.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::CREATE_PRIVATE_THREADS);
        desk.alice.slash("general", "incident declare", json!({"title": "more keys", "restricted": true})).await;
        let note = json!({"incident": "INC-2", "text": "on a public page"});
        desk.alice.slash("general", "incident note", note).await;
        assert!(desk.eventually_refused("the room of INC-2").await);
        assert!(!desk.seen_in("incidents").contains("keys") && !desk.seen_in("incidents").contains("public page"));
        // The next change tries again, and then everything that waited is said.
        desk.playground.set_bot_permissions("incidents", permissions::BOT);
        desk.alice.slash("general", "incident note", json!({"incident": "INC-2", "text": "and in a log"})).await;
        desk.alice.slash("general", "incident priority", json!({"incident": "INC-2", "priority": "P2"})).await;
        desk.settle().await;
        assert_eq!(desk.playground.threads("incidents").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_command_that_fails_for_good_is_told_in_the_channel() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.edit_database(
            "CREATE TRIGGER refuse BEFORE INSERT ON incident BEGIN SELECT RAISE(ABORT, 'no'); END",
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON incident FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
        let reply = desk.typed(&desk.alice, "general", "@wardroom p2 slow reports").await;
        assert!(reply.text().starts_with("That failed on wardroom's side; nothing was changed."), "{}", reply.text());
        desk.edit_database("DROP TRIGGER refuse", "DROP TRIGGER refuse ON incident").await;
        let reply = desk.typed(&desk.alice, "general", "@wardroom p2 slow reports").await;
        assert!(reply.text().starts_with("**INC-1**"), "{}", reply.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_command_waits_for_a_server_that_starts() {
    let Some(database) = Database::each().await.into_iter().find(|found| matches!(found, Database::Postgres(_))) else {
        return;
    };
    let desk = Desk::open(database, World::sample()).await;
    // A sequence goes on although the transaction is taken back.
    desk.edit_database(
        "",
        "CREATE SEQUENCE tries;
         CREATE FUNCTION starting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('tries') = 1 THEN RAISE 'the database system is starting up' USING ERRCODE = '57P03'; END IF;
           RETURN NEW; END $$;
         CREATE TRIGGER starting BEFORE INSERT ON incident FOR EACH ROW EXECUTE FUNCTION starting()",
    )
    .await;
    let reply = desk.typed(&desk.alice, "general", "@wardroom p2 slow reports").await;
    assert!(reply.text().starts_with("**INC-1**"), "{}", reply.text());
    desk.close().await;
}
