//! Passing it on: command that is offered and accepted, waiting, escalating, merging, and what shows to whom.

use chrono::TimeDelta;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_holds_when_it_is_accepted() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident ack", json!({})).await;
        desk.bob.slash(room.clone(), "incident role", json!({"role": "commander"})).await;
        desk.bob.slash(room.clone(), "incident task add", json!({"text": "tell the bank", "due": "2h"})).await;
        desk.bob.slash(room.clone(), "incident update", json!({"message": "we look", "next-update": "30m"})).await;
        let alice = desk.alice.id().to_string();
        let offered = desk.bob.slash(room.clone(), "incident handover", json!({"member": alice})).await;
        assert!(offered.text().contains("stays in command"), "{}", offered.text());
        desk.settle().await;
        assert!(desk.card("INC-1").text().contains("**Handover pending**"), "{}", desk.card("INC-1").text());
        let said = desk.playground.messages(room.clone());
        let packet = said.into_iter().find(|message| message.text().contains("offers you")).expect("the packet");
        assert_eq!(packet.pinged.users, [desk.alice.id()].into());
        for said in ["**State** in progress", "tell the bank", "**Promised** an update", "acknowledged it"] {
            assert!(packet.text().contains(said), "{said}: {}", packet.text());
        }
        let stranger = desk.carla.click(&packet, "Accept command").await;
        assert!(stranger.text().contains("waits for their own answer"), "{}", stranger.text());
        let accepted = desk.alice.click(&packet, "Accept command").await;
        assert!(accepted.text().contains("has **commander**"), "{}", accepted.text());
        desk.settle().await;
        let card = desk.card("INC-1");
        assert!(card.text().contains(&format!("Commander <@{}>", desk.alice.id())), "{}", card.text());
        assert!(!card.text().contains("Handover pending"));
        // The packet says how it went, and can be answered no more.
        let packet =
            desk.playground.messages(room).into_iter().find(|message| message.id == packet.id).expect("it stands");
        assert!(packet.text().contains("accepted command"), "{}", packet.text());
        assert!(packet.buttons().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_looked_at_again() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        let room = desk.room("INC-1");
        let early = desk.bob.slash(room.clone(), "incident hold", json!({"reason": "supplier"})).await;
        assert!(early.text().contains("Acknowledge it first"), "{}", early.text());
        desk.bob.slash(room.clone(), "incident ack", json!({})).await;
        desk.bob.slash(room.clone(), "incident role", json!({"role": "commander"})).await;
        let told = json!({"reason": "supplier", "note": "a new disk", "until": "2h"});
        desk.bob.slash(room.clone(), "incident hold", told).await;
        desk.settle().await;
        assert!(desk.card("INC-1").text().contains("**Waits for the supplier**"), "{}", desk.card("INC-1").text());
        desk.pass(TimeDelta::hours(2)).await;
        let reminder = desk.playground.messages(room.clone()).pop().expect("the reminder");
        assert!(
            reminder.text().contains("a new disk") && reminder.text().contains("Does it go on?"),
            "{}",
            reminder.text()
        );
        desk.bob.click(&reminder, "Wait 1 h").await;
        desk.pass(TimeDelta::hours(1)).await;
        let reminder = desk.playground.messages(room.clone()).pop().expect("the second reminder");
        let resumed = desk.bob.click(&reminder, "Resume").await;
        assert!(resumed.text().contains("goes on"), "{}", resumed.text());
        desk.pass(TimeDelta::hours(5)).await;
        let asked = desk.seen_in(room).matches("Does it go on?").count();
        assert_eq!(asked, 2, "nobody is reminded of what does not wait");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_command_is_asked_for_once() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        desk.pass(TimeDelta::minutes(10)).await;
        let room = desk.room("INC-1");
        let nudge = desk.playground.messages(room.clone()).pop().expect("the nudge");
        assert!(nudge.text().contains("nobody is in command"), "{}", nudge.text());
        assert!(!nudge.pinged.roles.is_empty(), "the responders are called");
        // A slip that is taken back meanwhile is no reason to ask again.
        desk.bob.slash(room.clone(), "incident note", json!({"text": "wrong room"})).await;
        desk.bob.slash(room.clone(), "incident undo", json!({})).await;
        desk.pass(TimeDelta::minutes(15)).await;
        desk.bob.click(&nudge, "Take command").await;
        desk.pass(TimeDelta::hours(1)).await;
        assert_eq!(desk.seen_in(room).matches("nobody is in command").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_incident_goes_on_as_another() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        desk.alice.slash("general", "incident declare", json!({"title": "payments fail", "started": "-2h"})).await;
        desk.settle().await;
        let room = desk.room("INC-2");
        desk.bob.slash(room.clone(), "incident update", json!({"message": "we look", "next-update": "15m"})).await;
        let itself = desk.bob.slash(room.clone(), "incident merge", json!({"into": "INC-2"})).await;
        assert!(itself.text().contains("cannot be merged into itself"), "{}", itself.text());
        let merged = desk.bob.slash(room.clone(), "incident merge", json!({"into": "INC-1"})).await;
        assert!(merged.text().contains("goes on as **INC-1**"), "{}", merged.text());
        desk.settle().await;
        assert!(desk.card("INC-2").text().contains("goes on as **INC-1**"), "{}", desk.card("INC-2").text());
        assert!(desk.card("INC-1").text().contains("Merged in: INC-2"), "{}", desk.card("INC-1").text());
        assert!(desk.card("INC-1").text().contains("began"), "the earlier start counts: {}", desk.card("INC-1").text());
        // Nobody is reminded of what was promised on the one that is over.
        desk.pass(TimeDelta::hours(1)).await;
        assert!(!desk.seen_in(room.clone()).contains("promised for"));
        let over = desk.bob.slash(room, "incident hold", json!({"reason": "change"})).await;
        assert!(over.text().contains("is merged, and that is final"), "{}", over.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_done_reminded_of_and_dropped() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P3").await;
        let room = desk.room("INC-1");
        let told = json!({"text": "tell the bank", "owner": desk.bob.id().to_string(), "due": "2h"});
        desk.alice.slash(room.clone(), "incident task add", told).await;
        desk.alice.slash(room.clone(), "incident task add", json!({"text": "look at the pool"})).await;
        desk.settle().await;
        assert!(desk.card("INC-1").text().contains("Tasks: 2 of 2 to do"), "{}", desk.card("INC-1").text());
        let line = |text: &str| {
            let said = desk.playground.messages(room.clone());
            said.into_iter().find(|message| message.text().contains(text)).unwrap_or_else(|| panic!("{text}"))
        };
        desk.bob.click(&line("look at the pool"), "Take it").await;
        let done = desk.bob.click(&line("look at the pool"), "Done").await;
        assert!(done.text().contains("**INC-1/2** is done"), "{}", done.text());
        desk.settle().await;
        assert!(line("look at the pool").buttons().is_empty());
        // The owner is reminded when it is due, once a day, five times, and no more.
        for _ in 0..8 {
            desk.pass(TimeDelta::days(1)).await;
        }
        let reminders: Vec<_> = desk
            .playground
            .messages(room.clone())
            .into_iter()
            .filter(|message| message.text().contains("was due") && message.text().contains("tell the bank"))
            .collect();
        assert_eq!(reminders.len(), 5);
        assert!(reminders.iter().all(|message| message.pinged.users == [desk.bob.id()].into()));
        let form = desk.bob.click(&line("Task **INC-1/1**"), "Not needed").await.form().expect("a form");
        let dropped = desk.bob.submit(&form, json!({"reason": "the bank knows"})).await;
        assert!(dropped.text().contains("off the list"), "{}", dropped.text());
        let again = desk.bob.slash("general", "incident task done", json!({"task": "INC-1/1"})).await;
        assert!(again.text().contains("not needed any more already"), "{}", again.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_incident_shows_through_no_verb() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        let told = json!({"title": "the vault is open", "restricted": true, "priority": "P1"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        for (verb, options) in [
            ("show", json!({"incident": "INC-2"})),
            ("report", json!({"incident": "INC-2"})),
            ("review", json!({"incident": "INC-2"})),
            ("impact", json!({"incident": "INC-2"})),
            ("hold", json!({"incident": "INC-2", "reason": "change"})),
            ("handover", json!({"incident": "INC-2", "member": desk.bob.id().to_string()})),
            ("escalate", json!({"incident": "INC-2", "to": "hierarchic"})),
            ("task add", json!({"incident": "INC-2", "text": "look"})),
            ("task list", json!({"incident": "INC-2"})),
            ("task done", json!({"task": "INC-2/1"})),
            ("merge", json!({"incident": "INC-1", "into": "INC-2"})),
            ("link", json!({"incident": "INC-2", "to": "INC-1", "kind": "causes"})),
        ] {
            let answer = desk.bob.slash("general", &format!("incident {verb}"), options).await;
            assert!(answer.text().contains("There is no **INC-2** here"), "{verb}: {}", answer.text());
        }
        let linked =
            desk.bob.slash("general", "incident link", json!({"incident": "INC-1", "to": "INC-2", "kind": "causes"}));
        assert!(linked.await.text().contains("There is no `INC-2` here"));
        let inbox = desk.bob.slash("general", "inbox", json!({})).await;
        assert!(inbox.text().contains("INC-1") && !inbox.text().contains("vault"), "{}", inbox.text());
        // Management hears nothing of it, whatever it is.
        let private =
            desk.alice.slash("general", "incident priority", json!({"incident": "INC-2", "major": true})).await;
        assert!(private.text().contains("major incident"), "{}", private.text());
        desk.pass(TimeDelta::hours(2)).await;
        for place in ["management", "incidents", "general"] {
            assert!(!desk.seen_in(place).contains("vault"), "{place}: {}", desk.seen_in(place));
        }
    })
    .await;
}
