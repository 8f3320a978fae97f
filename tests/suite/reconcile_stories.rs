//! What people delete while wardroom looks away.

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::json;
use wardroom::discord::reconcile::reconcile;
use wardroom::discord::rest::Rest;

use crate::desk::Desk;

/// Looks for what was missed, as the bot does after a gap.
async fn look(desk: &Desk) -> u64 {
    let token = SecretString::from(desk.playground.token().to_owned());
    let rest = Rest::new(&desk.playground.url(), &token, desk.clock.reading()).expect("a dispatcher");
    reconcile(&rest, &desk.store, &desk.clock).await.expect("the database answers")
}

async fn check(desk: &Desk) -> String {
    let check = desk.dev.slash("general", "setup check", json!({})).await.finished().await;
    desk.text(&check)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_card_comes_back_unless_its_incident_is_over() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for title in ["slow reports", "slower reports"] {
            desk.alice.slash("general", "incident declare", json!({"title": title})).await;
        }
        desk.bob.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "restarted"})).await;
        desk.bob
            .slash(
                "general",
                "incident close",
                json!({"incident": "INC-1", "as": "not-an-incident", "reason": "a drill"}),
            )
            .await;
        desk.settle().await;
        for number in ["INC-1", "INC-2"] {
            assert!(desk.playground.delete_message("incidents", desk.card(number).id));
        }
        assert_eq!(look(desk).await, 1);
        desk.pass(TimeDelta::seconds(5)).await;
        let seen = desk.seen_in("incidents");
        assert!(seen.contains("INC-2") && !seen.contains("INC-1"), "{seen}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_room_is_told_and_what_is_said_in_it_stands_beside_the_card() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        desk.playground.delete_channel(desk.room("INC-1"));
        assert_eq!(look(desk).await, 0);
        let text = check(desk).await;
        assert!(
            text.contains("❌ Discord refused the room of INC-1 (10003: Unknown Channel; somebody deleted it)"),
            "{text}"
        );
        desk.bob.slash("general", "incident note", json!({"incident": "INC-1", "text": "the disk is full"})).await;
        desk.settle().await;
        assert!(desk.seen_in("incidents").contains("the disk is full"), "{}", desk.seen_in("incidents"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_private_room_is_opened_again_at_the_next_change_for_those_who_were_in_it() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "leaked keys", "restricted": true})).await;
        desk.settle().await;
        let first = desk.playground.threads("incidents")[0].id;
        desk.playground.delete_channel(first);
        assert_eq!(look(desk).await, 0);
        assert!(check(desk).await.contains("the room of INC-1"));
        desk.alice.slash("general", "incident priority", json!({"incident": "INC-1", "priority": "P2"})).await;
        desk.settle().await;
        let threads = desk.playground.threads("incidents");
        assert_eq!(threads.len(), 1);
        assert!(threads[0].id != first && threads[0].members.contains(&desk.alice.id()));
        assert!(desk.seen_in(threads[0].id).contains("leaked keys"));
        assert!(!desk.seen_in("incidents").contains("keys"));
    })
    .await;
}
