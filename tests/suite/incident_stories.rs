//! Incidents, as conversations.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_from_declaration_to_close() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "checkout is down", "service": "checkout", "impact": "high", "urgency": "high", "started": "09:50"});
        let answer = desk.alice.slash("general", "incident declare", told).await;
        assert!(answer.is_ephemeral());
        assert_snapshot!(desk.text(&answer), @"
        **INC-1** · P1 · checkout is down
        checkout · P1: high impact × high urgency · card and room in #incidents.
        Began ⟨09:50⟩.
        ");
        desk.settle().await;
        assert_snapshot!(desk.seen_in("incidents"), @"
        @&Responders **INC-1** · P1 · checkout is down · checkout
        ---
        ### INC-1 · P1 · checkout is down
        **🔴 New, nobody is on it** · checkout
        P1: high impact × high urgency · declared ⟨10:00⟩ by @alice · began ⟨09:50⟩
        🟢 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        -# It may be a major incident: it is P1. `/incident priority major:True`
        ");

        desk.pass(TimeDelta::minutes(2)).await;
        let answer = desk.bob.click(&desk.card("INC-1"), "Acknowledge").await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is yours: acknowledged. Next: tell the others with `/incident update`.");
        let answer = desk.bob.slash(desk.room("INC-1"), "incident role", json!({"role": "commander"})).await;
        assert_snapshot!(desk.text(&answer), @"@bob has **commander** on **INC-1**.");
        let update = json!({"message": "rolling back release 41", "next-update": "15m"});
        let answer = desk.bob.slash(desk.room("INC-1"), "incident update", update).await;
        assert_snapshot!(desk.text(&answer), @"Update on **INC-1** is out. Next one by ⟨10:17⟩: you will be reminded.");

        desk.pass(TimeDelta::minutes(8)).await;
        let resolution = json!({"summary": "rolled back", "restored": "-2m", "code": "rolled-back"});
        let answer = desk.alice.slash(desk.room("INC-1"), "incident resolve", resolution).await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is resolved, rolled back, restored ⟨10:08⟩. When it is confirmed: `/incident close`.");

        desk.pass(TimeDelta::minutes(30)).await;
        let answer = desk.bob.click(&desk.card("INC-1"), "Close").await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is closed as done. Well done.");
        desk.settle().await;
        assert_snapshot!(desk.seen_in("incidents"), @"
        @&Responders **INC-1** · P1 · checkout is down · checkout
        ---
        ### INC-1 · P1 · checkout is down
        **✅ Closed** · checkout
        P1: high impact × high urgency · declared ⟨10:00⟩ by @alice · began ⟨09:50⟩
        Commander @bob · Acknowledged ⟨10:02⟩ by @bob
        ✅ Response in time · ✅ Resolution in time
        Review: draft
        **Last update** ⟨10:02⟩
        > rolling back release 41
        **Restored** ⟨10:08⟩ · rolled back · said by @alice
        > rolled back
        **Closed** ⟨10:41⟩ as done by @bob
        -# Room: #room
        ---
        ### Review of INC-1 · checkout is down
        **✍️ Draft, written by @bob · due ⟨17:00⟩**
        ");
        assert_snapshot!(desk.seen_in(desk.room("INC-1")), @"
        👀 @bob acknowledged it
        ---
        🎖️ @bob took commander
        ---
        📣 @bob, update: rolling back release 41 · next ⟨10:17⟩
        ---
        🟢 @alice resolved it: rolled back · restored ⟨10:08⟩
        ---
        🔍 wardroom began the review, due ⟨17:00⟩
        ---
        📄 wardroom made the report
        ---
        ✅ @bob closed it as done
        ");
        let answer = desk.carla.slash(desk.room("INC-1"), "incident timeline", json!({})).await;
        assert_snapshot!(desk.text(&answer), @"
        **Timeline of INC-1**
        `7` ⟨10:00⟩ 🚨 @alice declared it: checkout is down
        `8` ⟨10:02⟩ 👀 @bob acknowledged it
        `9` ⟨10:02⟩ 🎖️ @bob took commander
        `10` ⟨10:02⟩ 📣 @bob, update: rolling back release 41 · next ⟨10:17⟩
        `11` ⟨10:10⟩ 🟢 @alice resolved it: rolled back · restored ⟨10:08⟩
        `12` ⟨10:10⟩ 🔍 wardroom began the review, due ⟨17:00⟩
        `13` ⟨10:10⟩ 📄 wardroom made the report
        `14` ⟨10:41⟩ ✅ @bob closed it as done
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_is_broken_is_reminded_of_once_and_a_kept_one_never() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident update", json!({"message": "looking", "next-update": "15m"})).await;
        desk.pass(TimeDelta::minutes(10)).await;
        // The promise is kept, and a new one made.
        desk.bob.slash(room.clone(), "incident update", json!({"message": "found it", "next-update": "15m"})).await;
        desk.pass(TimeDelta::minutes(10)).await;
        assert!(!desk.seen_in(room.clone()).contains("promised"));
        desk.pass(TimeDelta::minutes(10)).await;
        desk.pass(TimeDelta::hours(5)).await;
        assert_snapshot!(desk.seen_in(room.clone()), @"
        📣 @bob, update: looking · next ⟨10:15⟩
        ---
        📣 @bob, update: found it · next ⟨10:25⟩
        ---
        @bob the update on **INC-1** was promised for ⟨10:25⟩. How does it stand? `/incident update` This reminder is late: wardroom was not running.
        ---
        still nothing: the update on **INC-1** was promised for ⟨10:25⟩. How does it stand? `/incident update` This reminder is late: wardroom was not running.
        ");
        let said = desk.playground.messages(room.clone());
        let (first, again) = (&said[said.len() - 2], &said[said.len() - 1]);
        assert_eq!(first.pinged.users, [desk.bob.id()].into());
        assert!(again.pinged.nobody(), "the room reads it, and nobody is woken for a P3");
        assert!(desk.card("INC-1").pinged.nobody());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_type_under_stress_is_understood() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.typed(&desk.alice, "general", "@wardroom p1 checkout is down on payments since 09:40").await;
        assert_snapshot!(desk.seen_in("general"), @"
        @wardroom p1 checkout is down on payments since 09:40
        ---
        **INC-1** · P1 · checkout is down
        payments · P1 is fixed, as given: it does not follow impact and urgency · card and room in #incidents.
        Began ⟨09:40⟩.
        ");
        let room = desk.room("INC-1");
        desk.typed(&desk.bob, room.clone(), "@wardroom on it").await;
        desk.typed(&desk.bob, room.clone(), "@wardroom note: the database is full").await;
        desk.typed(&desk.bob, "general", "@wardroom INC-1 resolved: more disk").await;
        desk.typed(&desk.bob, "general", "@wardroom incident declare title:\"logs are late\" impact:low urgency:low")
            .await;
        assert_snapshot!(desk.seen_in(room.clone()), @"
        @wardroom on it
        ---
        **INC-1** is yours: acknowledged. Next: tell the others with `/incident update`.
        ---
        @wardroom note: the database is full
        ---
        On the timeline of **INC-1** at ⟨10:00⟩ as entry 9.
        ---
        🟢 @bob resolved it: more disk · restored ⟨10:00⟩
        ---
        🔍 wardroom began the review, due ⟨17:00⟩
        ---
        📄 wardroom made the report
        ");
        assert_snapshot!(desk.seen_in("general"), @r#"
        @wardroom p1 checkout is down on payments since 09:40
        ---
        **INC-1** · P1 · checkout is down
        payments · P1 is fixed, as given: it does not follow impact and urgency · card and room in #incidents.
        Began ⟨09:40⟩.
        ---
        @wardroom INC-1 resolved: more disk
        ---
        **INC-1** is resolved, fixed, restored ⟨10:00⟩. When it is confirmed: `/incident close`.
        ---
        @wardroom incident declare title:"logs are late" impact:low urgency:low
        ---
        **INC-2** · P5 · logs are late
        service unknown · P5: low impact × low urgency · card and room in #incidents.
        "#);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_no_command_is_left_alone() {
    Desk::on_sqlite(async |desk| {
        desk.alice.says("general", "the checkout is down, @wardroom should know").await;
        desk.alice.says("general", "`@wardroom p1 x`").await;
        desk.settle().await;
        assert_eq!(desk.playground.messages("general").len(), 2);
        desk.typed(&desk.alice, "general", "@wardroom incident resolv INC-1").await;
        desk.typed(&desk.alice, "general", "@wardroom setup show").await;
        desk.typed(&desk.alice, "general", "@wardroom").await;
        assert_snapshot!(desk.seen_in("general"), @"
        the checkout is down, @wardroom should know
        ---
        `@wardroom p1 x`
        ---
        @wardroom incident resolv INC-1
        ---
        `resolv` is not a verb of `/incident`. Did you mean `resolve`?
        ---
        @wardroom setup show
        ---
        `/setup` is a slash command only: a typed message does not show whether you may. Type `/setup` and choose it from the list.
        ---
        @wardroom
        ---
        **wardroom runs incidents here.** Something is wrong? `/incident declare`, or type `@wardroom p1 checkout is down`.
        **/incident** declare and run incidents: `declare` `show` `list` `find` `ack` `update` `note` `role` `priority` `resolve` `reopen` `close` `timeline` `handover` `hold` `resume` `escalate` `task` `link` `merge` `impact` `report` `review` `undo`
        **/service** the catalogue of services: `add` `edit` `list` `show` `retire`
        **/availability** whether service was there when it was promised: `report` `maintenance`
        **/setup** set wardroom up in this server: `show` `check` `channel` `role` `incidents` `timezone` `export` `import`
        **/sla** service levels: what is promised, and how it stands: `set` `show` `report` `why` `agreement` `calendar` `digest`
        **/help** what wardroom can do
        **/inbox** what waits for you, with the means to settle it
        On a message: **Apps → Declare incident**, **Apps → Add to timeline**.
        In the room of an incident its number is implied. More on one: `/help command:incident resolve`.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_lists_what_is_missing_and_each_button_mends_it() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let answer = desk.alice.slash(desk.room("INC-1"), "incident close", json!({})).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-1** cannot be closed yet:
        • It is not resolved: it is new.
        • Its service is unknown. Choose it below, or write `/incident close service:…`.
        ");
        let gaps = answer.message().expect("a message");
        let answer = desk.alice.click(&gaps, "Resolve").await;
        let form = answer.form().expect("a form");
        let answer = desk.alice.submit(&form, json!({"summary": "restarted", "restored": ""})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is resolved, fixed, restored ⟨10:00⟩. It counts as acknowledged by this. When it is confirmed: `/incident close`.");
        let service = gaps.selects().remove(0);
        let answer = desk.alice.choose(&gaps, &service.custom_id, &["reporting"]).await;
        assert_snapshot!(desk.text(&answer), @"Service of **INC-1**: reporting.");
        let answer = desk.alice.click(&answer.message().expect("replaced"), "Close").await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is closed as done. Well done.");
        let answer = desk.alice.slash("general", "incident reopen", json!({"reason": "again", "incident": "INC-1"})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is closed, and that is final. If the fault is back, declare a new one: `/incident declare`.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_incident_opens_again_with_a_reason() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports", "service": "reporting"})).await;
        desk.settle().await;
        let answer = desk.alice.slash(desk.room("INC-1"), "incident resolve", json!({"summary": "restarted"})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is resolved, fixed, restored ⟨10:00⟩. It counts as acknowledged by this. When it is confirmed: `/incident close`.");
        desk.settle().await;
        let form = desk.bob.click(&desk.card("INC-1"), "Reopen").await.form().expect("a form");
        let answer = desk.bob.submit(&form, json!({"reason": "slow again"})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-1** is open again, once now.");
        desk.settle().await;
        assert_snapshot!(desk.card("INC-1").text().lines().nth(1).unwrap_or_default(), @"**🟡 In progress** · reporting");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_step_can_be_taken_back_by_who_took_it_and_nobody_else() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let answer = desk.bob.click(&desk.card("INC-1"), "Acknowledge").await;
        let said = answer.message().expect("an answer");
        let room = desk.room("INC-1");
        let refused = desk.alice.slash(room.clone(), "incident undo", json!({})).await;
        assert_snapshot!(desk.text(&refused), @"That cannot be taken back on **INC-1**: the last step is not yours.");
        let undone = desk.bob.click(&said, "Undo").await;
        assert_snapshot!(desk.text(&undone), @"Taken back: 👀 @bob acknowledged it. **INC-1** is new.");
        let again = desk.bob.click(&said, "Undo").await;
        assert_snapshot!(desk.text(&again), @"That cannot be taken back on **INC-1**: something else has happened since. Do the opposite instead.");
        let role = json!({"role": "scribe", "member": desk.alice.id().to_string()});
        desk.bob.slash(room.clone(), "incident role", role).await;
        desk.pass(TimeDelta::minutes(11)).await;
        let late = desk.bob.slash(room.clone(), "incident undo", json!({})).await;
        assert_snapshot!(desk.text(&late), @"That cannot be taken back on **INC-1**: it is more than ten minutes ago. Do the opposite instead.");
        desk.typed(&desk.alice, "general", "@wardroom sev2 a slip of the finger").await;
        let slip = desk.playground.messages("general").pop().expect("the answer");
        let withdrawn = desk.alice.click(&slip, "Undo").await;
        assert_snapshot!(desk.text(&withdrawn), @"Taken back: 🚨 @alice declared it: a slip of the finger. **INC-2** is cancelled.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_fault_declared_twice_is_offered_to_be_joined() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "checkout is down", "service": "checkout"})).await;
        desk.settle().await;
        let answer = desk.bob.slash("general", "incident declare", json!({"title": "cannot pay", "service": "checkout"})).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-2** · P3 · cannot pay
        checkout · P3: medium impact × medium urgency · card and room in #incidents.
        Declared on the same service within the hour, perhaps the same:
        • **INC-1** · P3 · checkout is down · new
        ");
        let answer = desk.bob.click(&answer.message().expect("an answer"), "Join INC-1 instead").await;
        assert_snapshot!(desk.text(&answer), @"**INC-2** is cancelled as a duplicate; you are in the room of **INC-1** · P3 · checkout is down.");
        desk.settle().await;
        assert_snapshot!(desk.tidy(&desk.card("INC-2").text()), @"
        ### INC-2 · P3 · cannot pay
        **⚪ Cancelled** · checkout
        P3: medium impact × medium urgency · declared ⟨10:00⟩ by @bob
        **Cancelled** ⟨10:00⟩ as a duplicate by @bob
        > Same as INC-1.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_an_incident_and_another_part_of_its_timeline() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let cry = desk.carla.says("general", "Customers cannot pay!\nThe page turns white.").await;
        let answer = desk.alice.message_command("Declare incident", "general", cry).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-1** · P3 · Customers cannot pay!
        service unknown · P3: medium impact × medium urgency · card and room in #incidents.
        ");
        desk.settle().await;
        let clue = desk.bob.says("general", "the certificate ran out at 09:59").await;
        desk.clock.advance(TimeDelta::minutes(5));
        let asked = desk.alice.message_command("Add to timeline", "general", clue).await;
        let question = asked.message().expect("a question");
        let select = question.selects().remove(0);
        let answer = desk.alice.choose(&question, &select.custom_id, &["INC-1"]).await;
        assert_snapshot!(desk.text(&answer), @"On the timeline of **INC-1** at ⟨10:00⟩ as entry 8.");
        let again = desk.alice.message_command("Add to timeline", "general", clue).await;
        let question = again.message().expect("a question");
        let answer = desk.alice.choose(&question, &question.selects().remove(0).custom_id, &["INC-1"]).await;
        assert_snapshot!(desk.text(&answer), @"That message is on the timeline of **INC-1** already, as entry 8.");
        let timeline = desk.bob.slash("general", "incident timeline", json!({"incident": "INC-1"})).await;
        let shown = desk.text(&timeline);
        assert!(
            shown.contains("⟨10:00⟩ 📌 @alice kept a message of Bob Okafor: the certificate ran out at 09:59"),
            "{shown}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reporter_takes_part_without_being_a_responder() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.carla.slash("general", "incident declare", json!({"title": "slow reports", "service": "reporting"})).await;
        desk.settle().await;
        let mut said = Vec::new();
        for (command, options) in [
            ("incident ack", json!({"incident": "INC-1"})),
            ("incident note", json!({"incident": "INC-1", "text": "since this morning"})),
            ("incident resolve", json!({"incident": "INC-1", "summary": "x"})),
        ] {
            said.push(desk.text(&desk.carla.slash("general", command, options).await));
        }
        desk.bob.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "restarted"})).await;
        for (command, options) in [
            ("incident reopen", json!({"incident": "INC-1", "reason": "still slow"})),
            ("incident priority", json!({"incident": "INC-1", "priority": "P1"})),
        ] {
            said.push(desk.text(&desk.carla.slash("general", command, options).await));
        }
        assert_snapshot!(said.join("\n"), @"
        **INC-1** is yours: acknowledged. Next: tell the others with `/incident update`.
        On the timeline of **INC-1** at ⟨10:00⟩ as entry 9.
        This needs the `responder` capability. It is held by @&Responders. Ask one of them.
        **INC-1** is open again, once now.
        This needs the `responder` capability. It is held by @&Responders. Ask one of them.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_twice_are_told_twice() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        for _ in 0..2 {
            desk.alice
                .slash("general", "incident update", json!({"incident": "INC-1", "message": "still looking"}))
                .await;
        }
        desk.settle().await;
        let room = desk.seen_in(desk.room("INC-1"));
        assert_eq!(room.matches("update: still looking").count(), 2, "{room}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_removed_is_gone_from_everywhere_that_is_ours() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "titlesecret", "description": "descsecret", "service": "reporting"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.alice.slash("general", "incident note", json!({"incident": "INC-1", "text": "notesecret"})).await;
        for message in ["updatesecret", "updatesecret", "nothing to hide"] {
            desk.alice.slash("general", "incident update", json!({"incident": "INC-1", "message": message})).await;
        }
        desk.alice.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "sumsecret"})).await;
        desk.settle().await;
        for entry in [7, 8, 9, 12] {
            let redact = json!({"incident": "INC-1", "entry": entry, "redact": "a slip"});
            let answer = desk.alice.slash("general", "incident timeline", redact).await;
            assert!(desk.text(&answer).contains("is gone from **INC-1**"), "{}", desk.text(&answer));
        }
        desk.settle().await;
        let mut seen = vec![desk.card("INC-1").text(), desk.seen_in(desk.room("INC-1"))];
        for (command, options) in [
            ("incident show", json!({"incident": "INC-1"})),
            ("incident timeline", json!({"incident": "INC-1"})),
            ("incident find", json!({"text": "sum titlesecret"})),
            ("incident list", json!({"state": "all"})),
        ] {
            seen.push(desk.alice.slash("general", command, options).await.text());
        }
        for (place, text) in seen.iter().enumerate() {
            let leaked = text.contains("secret") && !text.starts_with("Nothing is found");
            assert!(!leaked, "{place}: {text}");
        }
        for (table, column) in [
            ("outbox", "payload"),
            ("incident", "title"),
            ("journal_text", "body"),
            ("form", "draft"),
            ("inbox", "answer"),
        ] {
            assert!(!desk.database_holds(table, column, "secret").await, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_corrected_by_another_and_its_text_can_go_while_the_chain_holds() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident note", json!({"text": "the password is hunter2", "at": "-5m"})).await;
        let timeline = desk.bob.slash(room.clone(), "incident timeline", json!({})).await;
        let shown = desk.text(&timeline);
        let entry: i64 = shown
            .lines()
            .find(|line| line.contains("hunter2"))
            .and_then(|line| line.split('`').nth(1))
            .and_then(|number| number.parse().ok())
            .expect("the note's number");
        let corrected = json!({"entry": entry, "correct": "the password was found in a log"});
        let answer = desk.bob.slash(room.clone(), "incident timeline", corrected).await;
        assert!(desk.text(&answer).starts_with("On the timeline of **INC-1**"));
        let answer =
            desk.bob.slash(room.clone(), "incident timeline", json!({"entry": entry, "redact": "a secret"})).await;
        assert!(desk.text(&answer).contains("is gone from **INC-1**"));
        let timeline = desk.bob.slash(room.clone(), "incident timeline", json!({})).await;
        let shown = desk.text(&timeline);
        assert!(
            !shown.contains("hunter2") && shown.contains("*(text removed)*") && shown.contains("a secret"),
            "{shown}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_finds_and_completions_show_what_is_there() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for (title, service, priority) in
            [("checkout is down", "checkout", "P1"), ("refunds are slow", "payments", "P3"), ("figures are late", "reporting", "P5")]
        {
            let told = json!({"title": title, "service": service, "priority": priority});
            desk.alice.slash("general", "incident declare", told).await;
        }
        desk.bob.slash("general", "incident resolve", json!({"incident": "3", "summary": "the job ran"})).await;
        let answer = desk.carla.slash("general", "incident list", json!({})).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-1** · P1 · new · checkout is down · checkout · ⟨10:00⟩
        **INC-2** · P3 · new · refunds are slow · payments · ⟨10:00⟩
        ");
        let answer = desk.carla.slash("general", "incident list", json!({"state": "resolved"})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-3** · P5 · resolved · figures are late · reporting · ⟨10:00⟩");
        let answer = desk.carla.slash("general", "incident list", json!({"mine": true, "service": "checkout"})).await;
        assert_snapshot!(desk.text(&answer), @"No incidents are open and yours.");
        let answer = desk.carla.slash("general", "incident find", json!({"text": "refund"})).await;
        assert_snapshot!(desk.text(&answer), @"**INC-2** · P3 · new · refunds are slow · payments · ⟨10:00⟩");
        let answer = desk.carla.slash("general", "incident find", json!({"text": "job ran"})).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-3** · P5 · resolved · figures are late · reporting · ⟨10:00⟩
        > `10` the **job** ran
        ");
        let answer = desk.carla.slash("general", "incident find", json!({"text": "\"; DROP TABLE incident; --"})).await;
        assert_snapshot!(desk.text(&answer), @r#"Nothing is found for `"; DROP TABLE incident; --`. Fewer or other words may help."#);
        let choices = desk.carla.complete("general", "incident show", json!({}), "incident").await;
        let names: Vec<String> = choices.into_iter().map(|(name, _)| name).collect();
        assert_snapshot!(names.join("\n"), @"
        INC-1 · P1 · new · checkout is down
        INC-2 · P3 · new · refunds are slow
        INC-3 · P5 · resolved · figures are late
        ");
        let choices = desk.carla.complete("general", "incident show", json!({"incident": "refunds"}), "incident").await;
        assert_eq!(choices.len(), 1);
        let choices = desk.carla.complete("general", "incident declare", json!({"service": "pay"}), "service").await;
        assert_eq!(choices.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["payments"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_incident_exists_only_for_those_who_are_let_in() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "leaked keys", "description": "on a public page", "service": "payments", "priority": "P1", "restricted": true});
        let answer = desk.alice.slash("general", "incident declare", told).await;
        assert_snapshot!(desk.text(&answer), @"
        **INC-1** · P1 · leaked keys
        payments · P1 is fixed, as given: it does not follow impact and urgency · only you can see it so far: its private thread is below #incidents. Let others in with `/incident role`.
        ");
        desk.settle().await;
        assert_snapshot!(desk.seen_in("incidents"), @"");
        let threads = desk.playground.threads("incidents");
        let [room] = threads.as_slice() else { panic!("one private thread: {threads:?}") };
        assert_snapshot!(desk.seen_in(room), @"
        ### 🔒 INC-1 · P1 · leaked keys
        **🔴 New, nobody is on it** · payments
        P1 as given · declared ⟨10:00⟩ by @alice
        🟢 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        > on a public page
        -# It may be a major incident: it is P1. `/incident priority major:True`
        ");

        // For Bob there is no such incident, wherever he looks.
        for (command, options) in [
            ("incident show", json!({"incident": "INC-1"})),
            ("incident note", json!({"incident": "INC-1", "text": "x"})),
            ("incident resolve", json!({"incident": "INC-1", "summary": "x"})),
            ("incident undo", json!({"incident": "INC-1"})),
        ] {
            let answer = desk.bob.slash("general", command, options).await;
            assert_eq!(desk.text(&answer), "There is no **INC-1** here. `/incident list` shows those that are open.");
        }
        for (command, options) in [
            ("incident list", json!({"state": "all"})),
            ("incident find", json!({"text": "leaked"})),
            ("service show", json!({"service": "payments"})),
            ("incident declare", json!({"title": "cards fail", "service": "payments"})),
        ] {
            let answer = desk.bob.slash("general", command, options).await.text();
            assert!(!answer.contains("INC-1") && !answer.contains("keys"), "{answer}");
        }
        let choices = desk.bob.complete("general", "incident show", json!({"incident": "keys"}), "incident").await;
        assert!(choices.is_empty(), "{choices:?}");
        // Alice does not tell it by typing where everyone reads.
        let typed = desk.typed(&desk.alice, "general", "@wardroom INC-1 note: x").await;
        assert!(typed.text().starts_with("There is no **INC-1** here."), "{}", typed.text());
        for typed in ["incident list", "incident find leaked", "service show payments"] {
            let answer = desk.typed(&desk.alice, "general", &format!("@wardroom {typed}")).await.text();
            assert!(!answer.contains("keys"), "{answer}");
        }
        let typed = desk.typed(&desk.alice, "general", "@wardroom incident declare title:secret restricted:true").await;
        assert!(typed.text().starts_with("`restricted` is for the slash command only"), "{}", typed.text());

        let role = json!({"role": "commander", "member": desk.bob.id().to_string(), "incident": "INC-1"});
        desk.alice.slash("general", "incident role", role).await;
        desk.settle().await;
        let answer = desk.bob.slash("general", "incident list", json!({})).await;
        assert!(desk.text(&answer).contains("leaked keys"), "{}", desk.text(&answer));
        let answer = desk.bob.slash(room, "incident ack", json!({})).await;
        assert!(desk.text(&answer).starts_with("**INC-1** is yours"), "{}", desk.text(&answer));
        desk.settle().await;
        assert!(!desk.seen_in("incidents").contains("keys"));
    })
    .await;
}
