//! Telling others: two audiences, and the promises that reminders hang on.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn each_audience_is_asked_for_what_it_needs() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        let room = desk.room("INC-1");
        let technical = desk.bob.slash(room.clone(), "incident update", json!({})).await.form().expect("a form");
        assert!(technical.field("second").is_some_and(|field| field.label.starts_with("What is being done?")));
        let told =
            json!({"message": "half of the hosts answer", "second": "rolling back", "third": "a load balancer person"});
        desk.bob.submit(&technical, told).await;
        desk.settle().await;
        let card = desk.card("INC-1").text();
        for said in ["half of the hosts answer", "**Doing** rolling back", "**Needs** a load balancer person"] {
            assert!(card.contains(said), "{said}: {card}");
        }
        assert!(!desk.seen_in("management").contains("half of the hosts"));
        let asked = desk.bob.slash(room.clone(), "incident update", json!({"audience": "management"})).await;
        let form = asked.form().expect("a form");
        assert!(form.title.starts_with("Management update"), "{}", form.title);
        // A time that cannot be read: the words are not lost.
        let told = json!({"message": "some payments fail", "second": "one order in five", "next-update": "soonish"});
        let refused = desk.bob.submit(&form, told).await;
        assert!(refused.text().contains("`next-update`"), "{}", refused.text());
        let again = desk.bob.click(&refused.message().expect("a message"), "Open the form again").await;
        let form = again.form().expect("the form");
        assert_eq!(form.field("message").map(|field| field.value.as_str()), Some("some payments fail"));
        let told = json!({"message": "some payments fail", "second": "one order in five", "next-update": "45m"});
        let sent = desk.bob.submit(&form, told).await;
        assert!(sent.text().contains("is out"), "{}", sent.text());
        desk.settle().await;
        let management = desk.seen_in("management");
        assert!(
            management.contains("some payments fail") && management.contains("**Impact** one order in five"),
            "{management}"
        );
        // A slip is struck out where it was read.
        desk.bob.click(&sent.message().expect("a message"), "Undo").await;
        desk.settle().await;
        assert!(desk.seen_in("management").contains("~~"), "{}", desk.seen_in("management"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_goes_from_communications_to_the_commander_to_the_room() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident role", json!({"role": "commander"})).await;
        let alice = desk.alice.id().to_string();
        desk.bob.slash(room.clone(), "incident role", json!({"role": "communications", "member": alice})).await;
        desk.bob.slash(room.clone(), "incident update", json!({"message": "we look", "next-update": "15m"})).await;
        desk.settle().await;
        let last = || desk.playground.messages(room.clone()).pop().expect("a reminder");
        desk.pass(TimeDelta::minutes(16)).await;
        assert_eq!(last().pinged.users, [desk.alice.id()].into(), "{}", last().text());
        desk.pass(TimeDelta::minutes(10)).await;
        assert_eq!(last().pinged.users, [desk.bob.id()].into(), "{}", last().text());
        // Put off by a button, which is on record.
        let snoozed = desk.bob.click(&last(), "In 1 h").await;
        assert!(snoozed.text().contains("are quiet until"), "{}", snoozed.text());
        desk.pass(TimeDelta::minutes(50)).await;
        assert!(last().text().contains("put the reminders off"), "{}", last().text());
        desk.pass(TimeDelta::minutes(11)).await;
        assert!(!last().pinged.roles.is_empty(), "the third calls whoever responds: {}", last().text());
        desk.pass(TimeDelta::days(1)).await;
        let count = desk.seen_in(room.clone()).matches("was promised for").count();
        desk.pass(TimeDelta::days(2)).await;
        assert_eq!(desk.seen_in(room.clone()).matches("was promised for").count(), count, "it ends");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lesser_reminders_rest_at_night() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P3").await;
        // The desk's morning is 10:00 in a server whose zone is UTC; promised is 23:00.
        desk.bob
            .slash(desk.room("INC-1"), "incident update", json!({"message": "we look", "next-update": "13h"}))
            .await;
        desk.pass(TimeDelta::hours(14)).await;
        assert!(!desk.seen_in(desk.room("INC-1")).contains("was promised for"));
        desk.pass(TimeDelta::hours(7) + TimeDelta::minutes(1)).await;
        assert!(desk.seen_in(desk.room("INC-1")).contains("was promised for"));
        let changed =
            desk.dev.slash("general", "setup incidents", json!({"quiet-hours": "off", "close-after": 3})).await;
        assert!(changed.text().contains("reminders come at any hour"), "{}", changed.text());
        let odd = desk.dev.slash("general", "setup incidents", json!({"quiet-hours": "at night"})).await;
        assert!(odd.text().contains("are no quiet hours"), "{}", odd.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_holds_what_waits_and_settles_it() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let empty = desk.bob.slash("general", "inbox", json!({})).await;
        assert!(empty.text().contains("Nothing waits for you"), "{}", empty.text());
        let told = json!({"title": "checkout is down", "priority": "P1", "service": "checkout"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        let bob = desk.bob.id().to_string();
        desk.alice.slash(room.clone(), "incident task add", json!({"text": "tell the bank", "owner": bob})).await;
        desk.alice.slash(room.clone(), "incident handover", json!({"member": bob})).await;
        let inbox = desk.bob.slash("general", "inbox", json!({})).await;
        let message = inbox.message().expect("a message");
        assert!(inbox.text().starts_with("**3 things wait for you**"), "{}", inbox.text());
        desk.bob.click(&message, "Accept INC-1").await;
        desk.bob.click(&message, "Acknowledge INC-1").await;
        desk.bob.click(&message, "Done INC-1/1").await;
        let empty = desk.bob.slash("general", "inbox", json!({})).await;
        assert!(empty.text().contains("Nothing waits for you"), "{}", empty.text());
    })
    .await;
}
