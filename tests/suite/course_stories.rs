//! What time does along the course of an incident, as conversations.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_left_open_ends_when_the_incident_closes_by_itself() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports", "service": "reporting"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        let second = json!({"service": "payments", "from": "-10m", "degree": "degraded"});
        desk.alice.slash(room.clone(), "incident impact", second).await;
        desk.alice.slash(room.clone(), "incident resolve", json!({"summary": "restarted"})).await;
        desk.pass(TimeDelta::days(15)).await;
        assert!(desk.card("INC-1").text().contains("Closed"), "{}", desk.card("INC-1").text());
        let open: Option<(i64,)> = desk
            .store
            .read(|tx| {
                Box::pin(async move {
                    tx.optional("SELECT COUNT(*) FROM impact_window WHERE until_at IS NULL", Vec::new()).await
                })
            })
            .await
            .expect("the windows can be read");
        assert_eq!(open, Some((0,)), "no window outlives the incident");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_reminded_of_after_the_incident_was_open_again() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "checkout is down", "service": "checkout", "priority": "P1"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.alice.slash(room.clone(), "incident role", json!({"role": "commander"})).await;
        desk.alice.slash(room.clone(), "incident resolve", json!({"summary": "rolled back"})).await;
        desk.pass(TimeDelta::hours(1)).await;
        desk.alice.slash(room.clone(), "incident reopen", json!({"reason": "down again"})).await;
        desk.pass(TimeDelta::days(20)).await;
        desk.alice.slash(room.clone(), "incident resolve", json!({"summary": "rolled back for good"})).await;
        desk.pass(TimeDelta::days(2)).await;
        let timeline = desk.bob.slash(room, "incident timeline", json!({})).await;
        assert!(desk.text(&timeline).contains("reminded of the review"), "{}", desk.text(&timeline));
    })
    .await;
}
