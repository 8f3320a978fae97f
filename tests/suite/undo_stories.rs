//! Taking steps back: the record, the tasks, the windows and the review are as they were, and what was said is struck out.

use chrono::TimeDelta;
use serde_json::{Value, json};
use wardroom::incident::history::History;
use wardroom::incident::{Incident, store};
use wardroom::journal;
use wardroom::number::{Kind, Number};

use crate::desk::Desk;

/// The incident, its tasks and its windows, as far as a step can change them.
async fn all_of(desk: &Desk, value: i64) -> (Incident, Value) {
    let number = Number { kind: Kind::Incident, value };
    desk.store
        .read(move |tx| {
            Box::pin(async move {
                let guild = wardroom::setup::store::all(tx).await?[0];
                let incident = store::find(tx, guild, number).await?.expect("it is there");
                let tasks: Vec<(i64, String, Option<i64>, String)> = tx
                    .all("SELECT task, text, owner_id, state FROM incident_task ORDER BY number, task", Vec::new())
                    .await?;
                let windows: Vec<(i64, String, i64, Option<i64>)> = tx
                    .all(
                        "SELECT window_no, degree, from_at, until_at FROM impact_window WHERE number = $1 ORDER BY window_no",
                        wardroom::args![value],
                    )
                    .await?;
                let links: Vec<(String, String)> =
                    tx.all("SELECT from_record, kind FROM record_link ORDER BY 1", Vec::new()).await?;
                let told = History::of(&journal::about(tx, guild, &number.to_string()).await?);
                let windows_told: Vec<_> = told
                    .windows
                    .iter()
                    .map(|one| {
                        let until = one.until.map(|at| at.timestamp_micros());
                        (one.number, one.degree.name().to_owned(), one.from.timestamp_micros(), until)
                    })
                    .collect();
                assert_eq!(windows, windows_told, "the table of windows is what the journal tells");
                // Who was told of what, and how often a row was written, is not what a step made of the record.
                let record = Incident { version: 0, previous: None, ..incident };
                Ok((record, json!([tasks, windows, links])))
            })
        })
        .await
        .expect("it is read")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_that_can_be_taken_back_leaves_no_trace_but_the_story() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice
            .slash("general", "incident declare", json!({"title": "checkout is down", "service": "checkout"}))
            .await;
        desk.alice.slash("general", "incident declare", json!({"title": "the queue grows"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident ack", json!({})).await;
        desk.bob.slash(room.clone(), "incident task add", json!({"text": "tell the bank"})).await;
        let bob = desk.bob.id().to_string();
        for (verb, options) in [
            ("update", json!({"message": "we look", "next-update": "30m"})),
            ("note", json!({"text": "the disk is full"})),
            ("note", json!({"text": "it began here", "mark": "started", "at": "-30m"})),
            ("role", json!({"role": "scribe"})),
            ("priority", json!({"impact": "high", "urgency": "high"})),
            ("priority", json!({"major": true})),
            ("handover", json!({"member": desk.alice.id().to_string()})),
            ("hold", json!({"reason": "supplier", "until": "2h"})),
            ("escalate", json!({"to": "hierarchic", "reason": "it lasts"})),
            ("task add", json!({"text": "check the pool", "owner": bob, "due": "1h"})),
            ("task take", json!({"task": "1"})),
            ("task done", json!({"task": "1"})),
            ("task drop", json!({"task": "1", "reason": "the bank knows"})),
            ("link", json!({"to": "INC-2", "kind": "causes"})),
            ("impact", json!({"degree": "degraded", "from": "-20m"})),
            ("impact", json!({"window": 1, "degree": "degraded"})),
            ("resolve", json!({"summary": "restarted"})),
        ] {
            desk.pass(TimeDelta::minutes(1)).await;
            let before = all_of(desk, 1).await;
            let answer = desk.bob.slash(room.clone(), &format!("incident {verb}"), options.clone()).await;
            let between = all_of(desk, 1).await;
            if !options.get("text").is_some_and(|text| text == "the disk is full") {
                assert_ne!(before, between, "{verb} {options}: {}", answer.text());
            }
            let undone = desk.bob.slash(room.clone(), "incident undo", json!({})).await;
            assert!(undone.text().starts_with("Taken back"), "{verb} {options}: {}", undone.text());
            assert_eq!(all_of(desk, 1).await, before, "{verb} {options}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_of_a_p1_is_taken_back_although_the_review_began() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "checkout is down", "priority": "P1", "service": "checkout"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        let resolved = desk.bob.slash(room.clone(), "incident resolve", json!({"summary": "restarted"})).await;
        desk.settle().await;
        assert!(desk.seen_in("incidents").contains("Review of INC-1"), "{}", desk.seen_in("incidents"));
        let undone = desk.bob.click(&resolved.message().expect("it is there"), "Undo").await;
        assert!(undone.text().starts_with("Taken back"), "{}", undone.text());
        desk.settle().await;
        assert!(desk.card("INC-1").text().contains("New, nobody is on it"), "{}", desk.card("INC-1").text());
        // What is open needs no review, so nobody is reminded of it.
        desk.pass(TimeDelta::days(9)).await;
        assert!(!desk.seen_in("incidents").contains("is to be written"), "{}", desk.seen_in("incidents"));
    })
    .await;
}
