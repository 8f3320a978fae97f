//! Incidents, as conversations.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_from_declaration_to_close() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let answer = desk.alice.slash("general", "incident declare", json!({"title": "checkout is down", "service": "checkout", "impact": "high", "urgency": "high", "started": "09:50"})).await;
        assert!(answer.is_ephemeral());
        assert_snapshot!(desk.text(&answer), @"");
        desk.settle().await;
        assert_snapshot!(desk.seen_in("incidents"), @"");

        desk.pass(TimeDelta::minutes(2)).await;
        let answer = desk.bob.click(&desk.card("INC-1"), "Acknowledge").await;
        assert_snapshot!(desk.text(&answer), @"");
        let answer = desk.bob.slash(desk.room("INC-1"), "incident role", json!({"role": "commander"})).await;
        assert_snapshot!(desk.text(&answer), @"");
        let answer = desk.bob.slash(desk.room("INC-1"), "incident update", json!({"message": "rolling back release 41", "next-update": "15m"})).await;
        assert_snapshot!(desk.text(&answer), @"");
        desk.pass(TimeDelta::minutes(8)).await;
        let answer = desk.alice.slash(desk.room("INC-1"), "incident resolve", json!({"summary": "rolled back", "restored": "-2m", "code": "rolled-back"})).await;
        assert_snapshot!(desk.text(&answer), @"");
        desk.pass(TimeDelta::minutes(30)).await;
        let answer = desk.bob.click(&desk.card("INC-1"), "Close").await;
        assert_snapshot!(desk.text(&answer), @"");
        desk.settle().await;
        assert_snapshot!(desk.seen_in("incidents"), @"");
        assert_snapshot!(desk.seen_in(desk.room("INC-1")), @"");
    })
    .await;
}
