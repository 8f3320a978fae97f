//! After an incident: the review that begins by itself, the summary as files, what is to be learnt, and the close.

use chrono::TimeDelta;
use serde_json::{Value, json};
use wardroom::playground::{Message, Place};

use crate::desk::Desk;

/// The thread of the review of `number`.
fn review_room(desk: &Desk, number: &str) -> Place {
    let card = review_card(desk, number);
    Place::from(card.id)
}

fn review_card(desk: &Desk, number: &str) -> Message {
    let cards = desk.playground.messages("incidents");
    let heading = format!("Review of {number} ");
    cards
        .into_iter()
        .find(|message| message.text().contains(&heading))
        .unwrap_or_else(|| panic!("no review of {number}"))
}

async fn a_major_incident_is_over(desk: &Desk) {
    desk.set_up().await;
    let told = json!({"title": "checkout is down", "priority": "P1", "service": "checkout", "started": "-20m"});
    desk.alice.slash("general", "incident declare", told).await;
    desk.settle().await;
    let room = desk.room("INC-1");
    desk.bob.slash(room.clone(), "incident ack", json!({})).await;
    desk.bob.slash(room.clone(), "incident priority", json!({"major": true})).await;
    desk.pass(TimeDelta::minutes(40)).await;
    desk.bob.slash(room.clone(), "incident resolve", json!({"summary": "rolled back release 41"})).await;
    desk.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_major_incident_is_told_to_management_and_closed_after_its_review() {
    Desk::on_each_database(async |desk| {
        a_major_incident_is_over(desk).await;
        let management = desk.seen_in("management");
        for said in ["**Major incident**", "still open", "**Major incident restored**"] {
            assert!(management.contains(said), "{said}: {management}");
        }
        // It is not closed before somebody else has approved what was learnt.
        let refused = desk.bob.slash(desk.room("INC-1"), "incident close", json!({})).await;
        assert!(refused.text().contains("its review is not approved yet"), "{}", refused.text());
        let form = desk.bob.click(&refused.message().expect("it is there"), "Review").await.form().expect("a form");
        let written = desk
            .bob
            .submit(
                &form,
                json!({
                    "factors": "the pool was sized for half of the load",
                    "well": "found by our own alert",
                    "actions": "Alert on the pool's age by 2w\n- Rehearse the failover\n\n",
                }),
            )
            .await;
        assert!(written.text().contains("2 follow-ups are new"), "{}", written.text());
        desk.settle().await;
        let card = review_card(desk, "INC-1");
        for said in ["the pool was sized for half", "found by our own alert", "INC-1/1", "Rehearse the failover"] {
            assert!(card.text().contains(said), "{said}: {}", card.text());
        }
        assert!(desk.bob.click(&card, "Submit").await.text().contains("waits for somebody else"));
        desk.settle().await;
        let own = desk.bob.click(&review_card(desk, "INC-1"), "Approve").await;
        assert!(own.text().contains("somebody else approves it"), "{}", own.text());
        let approved = desk.alice.click(&review_card(desk, "INC-1"), "Approve").await;
        assert!(approved.text().contains("is approved"), "{}", approved.text());
        desk.settle().await;
        let closed = desk.bob.slash(desk.room("INC-1"), "incident close", json!({})).await;
        assert!(closed.text().contains("closed as done"), "{}", closed.text());
        // What was to be done afterwards outlives the close.
        desk.pass(TimeDelta::days(15)).await;
        assert!(desk.seen_in(desk.room("INC-1")).contains("Alert on the pool's age"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_stands_in_the_thread_of_the_review_as_three_files() {
    Desk::on_each_database(async |desk| {
        a_major_incident_is_over(desk).await;
        let posts = desk.playground.messages(review_room(desk, "INC-1"));
        let post = posts.iter().find(|message| !message.attachments.is_empty()).expect("the files are posted");
        let names: Vec<&str> =
            post.attachments.iter().map(|file| file["filename"].as_str().unwrap_or_default()).collect();
        assert_eq!(names, ["INC-1-summary.html", "INC-1-summary.md", "INC-1-summary.json"]);
        // In the thread of the review the incident is implied.
        let asked = desk.bob.slash(review_room(desk, "INC-1"), "incident report", json!({"format": "json"})).await;
        let asked = asked.finished().await.message().expect("an answer");
        assert_eq!(asked.attachments.len(), 1, "{}", asked.text());
        assert_eq!(asked.attachments[0]["filename"], "INC-1-summary.json");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_write_the_review_at_once_lose_nothing() {
    Desk::on_each_database(async |desk| {
        a_major_incident_is_over(desk).await;
        let card = review_card(desk, "INC-1");
        let alices = desk.alice.click(&card, "Write").await.form().expect("a form");
        let bobs = desk.bob.click(&card, "Write").await.form().expect("a form");
        desk.alice.submit(&alices, json!({"factors": "the pool was too small"})).await;
        // Another passage: both are kept, and Bob hears of it.
        let kept = desk.bob.submit(&bobs, json!({"well": "we found it ourselves"})).await;
        assert!(kept.text().contains("Written by others meanwhile, and kept: Contributing factors"), "{}", kept.text());
        desk.settle().await;
        let card = review_card(desk, "INC-1");
        assert!(card.text().contains("too small") && card.text().contains("ourselves"), "{}", card.text());
        // The same passage, otherwise: refused with what it says by now, and what was typed is there when the form opens again.
        let alices = desk.alice.click(&card, "Write").await.form().expect("a form");
        let bobs = desk.bob.click(&card, "Write").await.form().expect("a form");
        let both = |factors: &str| -> Value { json!({"factors": factors, "well": "we found it ourselves"}) };
        desk.alice.submit(&alices, both("the pool was too small, and nobody watched it")).await;
        let refused = desk.bob.submit(&bobs, both("the pool had no limit")).await;
        assert!(refused.text().contains("nobody watched it"), "{}", refused.text());
        let again = desk.bob.click(&refused.message().expect("a message"), "Open the form again").await;
        let form = again.form().expect("the form");
        assert_eq!(form.field("factors").map(|field| field.value.as_str()), Some("the pool had no limit"));
        let kept = desk.bob.submit(&form, both("the pool had no limit, and nobody watched it")).await;
        assert!(kept.text().contains("is kept"), "{}", kept.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_closes_closes_by_itself_and_opens_no_more() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports", "service": "checkout"})).await;
        desk.alice.slash("general", "incident declare", json!({"title": "no service is named"})).await;
        desk.settle().await;
        for number in ["INC-1", "INC-2"] {
            let told = json!({"incident": number, "summary": "restarted"});
            desk.bob.slash("general", "incident resolve", told).await;
        }
        desk.pass(TimeDelta::days(6)).await;
        assert!(desk.card("INC-1").text().contains("Resolved"), "{}", desk.card("INC-1").text());
        desk.pass(TimeDelta::days(1) + TimeDelta::minutes(1)).await;
        assert!(desk.card("INC-1").text().contains("by itself"), "{}", desk.card("INC-1").text());
        let late =
            desk.alice.slash("general", "incident reopen", json!({"incident": "INC-2", "reason": "again"})).await;
        assert!(late.text().contains("declare a new one"), "{}", late.text());
        // What stands against the close is said once a day, a few times, and then no more.
        for _ in 0..10 {
            desk.pass(TimeDelta::days(1)).await;
        }
        let said = desk.seen_in(desk.room("INC-2")).matches("cannot be closed yet").count();
        assert_eq!(said, 5, "{}", desk.seen_in(desk.room("INC-2")));
    })
    .await;
}
