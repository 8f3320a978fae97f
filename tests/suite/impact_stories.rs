//! Impact and milestones: windows apart from the incident's own life, marks that correct them, and kinds that do not count.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn windows_of_impact_follow_the_record_until_somebody_knows_better() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "checkout is down", "service": "checkout", "started": "09:40"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        let say = async |options: serde_json::Value| {
            desk.text(&desk.bob.slash(room.clone(), "incident impact", options).await)
        };
        let first = say(json!({})).await;
        assert!(first.contains("`1` 🔴 outage of checkout from ⟨09:40⟩ still going on"), "{first}");
        let added = say(json!({"service": "payments", "degree": "degraded", "from": "09:50"})).await;
        assert!(added.contains("`2` 🟠 degradation of payments from ⟨09:50⟩"), "{added}");
        for (odd, sentence) in [
            (json!({"from": "09:50", "until": "09:30"}), "cannot end before it began"),
            (json!({"from": "09:50", "until": "23:59"}), "cannot end before it began"),
            (json!({"window": 9, "degree": "outage"}), "no impact window 9"),
            (json!({"degree": "outage"}), "When did it begin?"),
            (json!({"service": "chekout", "from": "09:50"}), "checkout"),
        ] {
            let answer = say(odd.clone()).await;
            assert!(answer.contains(sentence), "{odd}: {answer}");
        }
        desk.pass(TimeDelta::minutes(10)).await;
        desk.bob.slash(room.clone(), "incident resolve", json!({"summary": "restarted", "restored": "10:05"})).await;
        desk.pass(TimeDelta::minutes(10)).await;
        desk.bob.slash(room.clone(), "incident reopen", json!({"reason": "it is back"})).await;
        let both = say(json!({})).await;
        assert!(both.contains("from ⟨09:40⟩ until ⟨10:05⟩ · 25 min"), "{both}");
        assert!(both.contains("`3` 🔴 outage of checkout"), "a new window begins: {both}");
        // Whoever finds the true beginning says so, and the window moves.
        let note = json!({"text": "the first error in the log", "mark": "started", "at": "09:35"});
        desk.bob.slash(room.clone(), "incident note", note).await;
        let moved = say(json!({})).await;
        assert!(moved.contains("from ⟨09:35⟩ until ⟨10:05⟩ · 30 min"), "{moved}");
        let removed = say(json!({"window": 2, "remove": true})).await;
        assert!(!removed.contains("payments"), "{removed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_count_is_marked_and_calls_nobody_above() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for kind in ["drill", "test", "backfilled"] {
            let told = json!({"title": format!("a {kind}"), "priority": "P1", "kind": kind});
            desk.alice.slash("general", "incident declare", told).await;
        }
        desk.settle().await;
        for (number, mark) in [("INC-1", "DRILL"), ("INC-2", "TEST"), ("INC-3", "BACKFILLED")] {
            assert!(desk.card(number).text().contains(mark), "{}", desk.card(number).text());
            let told = json!({"incident": number, "major": true});
            desk.bob.slash("general", "incident priority", told).await;
        }
        desk.pass(TimeDelta::hours(1)).await;
        assert_eq!(desk.seen_in("management"), "");
        assert!(!desk.seen_in("incidents").contains("BACKFILLED: **INC-3**"), "nobody is called for what is over");
        // A real one and a drill stay apart.
        desk.alice.slash("general", "incident declare", json!({"title": "a real one"})).await;
        let merged = desk.bob.slash("general", "incident merge", json!({"incident": "INC-4", "into": "INC-1"})).await;
        assert!(merged.text().contains("stay apart"), "{}", merged.text());
        let report = desk.bob.slash("general", "incident report", json!({"incident": "INC-1", "format": "json"})).await;
        assert!(report.finished().await.message().is_some());
    })
    .await;
}
