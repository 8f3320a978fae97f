//! Service levels from end to end: what is promised, people warned in time, and the arithmetic behind it.

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;
use serde_json::json;
use wardroom::playground::Message;

use crate::desk::Desk;

/// What wardroom said of targets in the room of `number`, one message a block.
fn told(desk: &Desk, number: &str) -> String {
    let messages = desk.playground.messages(desk.room(number));
    let about = |text: &String| text.contains("the time to") || text.contains("The time to");
    let texts: Vec<String> = messages.iter().map(Message::text).filter(about).collect();
    desk.tidy(&texts.join("\n---\n"))
}

/// The line of the card that tells how the clocks stand.
fn face(desk: &Desk, number: &str) -> String {
    let card = desk.card(number).text();
    let line = card.lines().find(|line| line.contains("Response ") || line.contains("Resolution "));
    desk.tidy(line.unwrap_or("no clock"))
}

async fn why(desk: &Desk, number: &str) -> String {
    desk.text(&desk.alice.slash("general", "sla why", json!({"incident": number})).await)
}

async fn administrator(desk: &Desk, command: &str, options: serde_json::Value) -> String {
    let answer = desk.dev.slash("general", command, options).await;
    let text = desk.text(&answer);
    desk.settle().await;
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_p1_that_is_left_alone_goes_up_step_by_step() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        assert_eq!(face(desk, "INC-1"), "🟢 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩");
        let mut faces = Vec::new();
        let mut passed = TimeDelta::zero();
        // Each some seconds after a step of 15 minutes, or of four hours.
        for seconds in [470, 690, 830, 920, 1370, 7220, 10_820, 12_980, 14_420, 21_620] {
            desk.pass(TimeDelta::seconds(seconds) - passed).await;
            passed = TimeDelta::seconds(seconds);
            faces.push(face(desk, "INC-1"));
        }
        assert_snapshot!(faces.join("\n"), @"
        🟡 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        🟠 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        🟠 Response due ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🟢 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🟡 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🟠 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🟠 Resolution due ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🔴 Resolution overdue since ⟨14:00⟩
        🔴 Response overdue since ⟨10:15⟩ · 🔴 Resolution overdue since ⟨14:00⟩
        ");
        assert_snapshot!(told(desk, "INC-1"), @"
        @&Responders **INC-1** · P1 · checkout is down
        🟠 75 % of the time to respond is used up (15 min in 24x7), due ⟨10:15⟩.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🟠 90 % of the time to respond is used up (15 min in 24x7), due ⟨10:15⟩.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🔴 The time to respond is over: 15 min in 24x7 is broken since ⟨10:15⟩.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🔴 150 % of the time to respond is used up: 15 min in 24x7 is broken since ⟨10:15⟩.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🟠 75 % of the time to resolve is used up (4 h in 24x7), due ⟨14:00⟩.
        -# This is late: wardroom was not running then.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🟠 90 % of the time to resolve is used up (4 h in 24x7), due ⟨14:00⟩.
        -# This is late: wardroom was not running then.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🔴 The time to resolve is over: 4 h in 24x7 is broken since ⟨14:00⟩.
        -# This is late: wardroom was not running then.
        ---
        @&Responders **INC-1** · P1 · checkout is down
        🔴 150 % of the time to resolve is used up: 4 h in 24x7 is broken since ⟨14:00⟩.
        -# This is late: wardroom was not running then.
        ");
        assert_snapshot!(desk.seen_in("management"), @"
        📉 **INC-1** · P1 · checkout is down · checkout
        🔴 150 % of the time to respond is used up: 15 min in 24x7 is broken since ⟨10:15⟩.
        Nobody is in command.
        ---
        📉 **INC-1** · P1 · checkout is down · checkout
        🔴 150 % of the time to resolve is used up: 4 h in 24x7 is broken since ⟨14:00⟩.
        Nobody is in command.
        -# This is late: wardroom was not running then.
        ");
        // The card's own button tells the same.
        let last =
            desk.playground.messages(desk.room("INC-1")).into_iter().rfind(|message| message.text().contains("150 %"));
        let shown = desk.alice.click(&last.expect("it was told"), "Why").await;
        assert!(shown.text().contains("**Resolution** · 🔴 broken since"), "{}", shown.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_crosses_a_weekend_a_holiday_and_the_end_of_summer_time() {
    // Friday, 2026-10-23, 15:00 in Berlin; the clocks go back on Sunday, and Monday is a holiday.
    let start: DateTime<Utc> = "2026-10-23T13:00:00Z".parse().expect("an instant");
    Desk::on_each_database_from(start, async |desk| {
        desk.set_up().await;
        administrator(desk, "setup timezone", json!({"timezone": "Europe/Berlin"})).await;
        let holiday = json!({"calendar": "office", "date": "2026-10-26", "name": "Founders' Day"});
        assert_snapshot!(administrator(desk, "sla calendar holiday", holiday).await, @"Calendar **office**: Monday, 2026-10-26 is closed Founders' Day. What is under way is due anew.");
        let declared = json!({"title": "invoices are late", "priority": "P3", "service": "reporting"});
        desk.alice.slash("general", "incident declare", declared).await;
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.pass(TimeDelta::days(4)).await;
        // Tuesday, 14:00 in Berlin, which is an hour later in UTC than it was on Friday.
        // The columns are as wide as their cells.
        let why = why(desk, "INC-1").await.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        for line in [
            "times in `Europe/Berlin`",
            "P3 resolution: 3 working days in office, by **Default** (the default, as the service has none of its own)",
            "Fri 23 Oct 15:00-17:00 +2 h =2 h\n",
            "Tue 27 Oct 09:00-14:00",
            "Wed 28 Oct 09:00-17:00 +8 h =18 h to come\n",
            "Thu 29 Oct 09:00-17:00 +8 h =26 h to come\n",
        ] {
            assert!(why.contains(line), "{line}: {why}");
        }
        desk.bob.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "sent by hand"})).await;
        desk.settle().await;
        assert_eq!(face(desk, "INC-1"), "✅ Response in time · ✅ Resolution in time");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_counts_unless_it_was_agreed_that_it_does_not() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for (number, reason) in [("INC-1", "customer"), ("INC-2", "supplier")] {
            let declared = json!({"title": format!("waits for the {reason}"), "priority": "P2", "service": "checkout"});
            desk.alice.slash("general", "incident declare", declared).await;
            desk.bob.slash("general", "incident ack", json!({"incident": number})).await;
            desk.bob.slash("general", "incident hold", json!({"incident": number, "reason": reason})).await;
        }
        desk.pass(TimeDelta::hours(3)).await;
        assert_eq!(face(desk, "INC-1"), "✅ Response in time · ⏸️ Resolution paused");
        assert_eq!(face(desk, "INC-2"), "✅ Response in time · 🟢 Resolution due ⟨18:00⟩");
        // From now on waiting for a supplier does not count either; what is under way keeps what it was promised.
        let terms = json!({"agreement": "Default", "pauses": "customer, supplier"});
        assert_snapshot!(administrator(desk, "sla agreement edit", terms).await, @"**Default** from now on: waiting for customer or supplier does not count · told at 50 %, 75 %, 90 %, 100 %, 150 %. Clocks that run keep what they started with.");
        desk.bob.slash("general", "incident resume", json!({"incident": "INC-2"})).await;
        desk.bob.slash("general", "incident resume", json!({"incident": "INC-1"})).await;
        desk.pass(TimeDelta::minutes(1)).await;
        assert_eq!(face(desk, "INC-1"), "✅ Response in time · 🟢 Resolution due ⟨21:00⟩");
        assert_eq!(face(desk, "INC-2"), "✅ Response in time · 🟢 Resolution due ⟨18:00⟩");
        assert!(why(desk, "INC-1").await.contains("waits for customer: 3 h"), "{}", why(desk, "INC-1").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_priority_counts_from_the_same_start() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P2").await;
        desk.bob.slash(desk.room("INC-1"), "incident ack", json!({})).await;
        // 60 % of eight hours are more than P1 has.
        desk.pass(TimeDelta::minutes(288)).await;
        let raised = json!({"priority": "P1", "reason": "the shop is closed"});
        desk.bob.slash(desk.room("INC-1"), "incident priority", raised).await;
        desk.settle().await;
        desk.settle().await;
        assert_snapshot!(told(desk, "INC-1"), @"
        @&Responders **INC-1** · P1 · checkout is down
        🔴 The time to resolve was used up before P1 was given: 4 h in 24x7 is broken since ⟨14:48⟩.
        ");
        let promise = "by **Default** (the default, as the service has none of its own); promise no. 2, given ⟨14:48⟩, counted from the same start";
        assert!(why(desk, "INC-1").await.contains(promise), "{}", why(desk, "INC-1").await);
        // Taken back, the promise of P2 holds as if nothing had been, and what was told of it stays told.
        desk.bob.slash(desk.room("INC-1"), "incident undo", json!({})).await;
        desk.settle().await;
        assert_eq!(face(desk, "INC-1"), "✅ Response in time · 🟡 Resolution due ⟨18:00⟩");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reopened_it_goes_on_where_it_was_and_merged_it_does_not_count() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident ack", json!({})).await;
        desk.pass(TimeDelta::hours(1)).await;
        desk.bob.slash(room.clone(), "incident resolve", json!({"summary": "restarted"})).await;
        desk.pass(TimeDelta::hours(20)).await;
        assert_eq!(face(desk, "INC-1"), "✅ Response in time · ✅ Resolution in time");
        desk.bob.slash(room.clone(), "incident reopen", json!({"reason": "it is down again"})).await;
        desk.settle().await;
        // An hour was used up yesterday, so three are left of the four.
        assert!(why(desk, "INC-1").await.contains("was resolved: 20 h"), "{}", why(desk, "INC-1").await);
        desk.pass(TimeDelta::minutes(170)).await;
        assert!(face(desk, "INC-1").contains("🟠 Resolution due"), "{}", face(desk, "INC-1"));
        let other = json!({"title": "the shop is down", "priority": "P1", "service": "checkout"});
        desk.alice.slash("general", "incident declare", other).await;
        desk.bob.slash(room.clone(), "incident merge", json!({"into": "INC-2"})).await;
        desk.settle().await;
        let before = told(desk, "INC-1");
        desk.pass(TimeDelta::hours(5)).await;
        assert_eq!(told(desk, "INC-1"), before, "its clocks are void");
        assert!(why(desk, "INC-1").await.contains("**Resolution** · ⚪ does not count"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_in_three_days_is_told_once_and_at_its_true_time() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        desk.restart(async { desk.clock.advance(TimeDelta::days(3)) }).await;
        desk.settle().await;
        assert_snapshot!(told(desk, "INC-1"), @"
        @&Responders **INC-1** · P1 · checkout is down
        🔴 150 % of the time to respond is used up: 15 min in 24x7 is broken since ⟨10:15⟩.
        🔴 150 % of the time to resolve is used up: 4 h in 24x7 is broken since ⟨14:00⟩.
        -# This is late: wardroom was not running then.
        ");
        let timeline = desk.text(&desk.alice.slash(desk.room("INC-1"), "incident timeline", json!({})).await);
        let lines: Vec<&str> = timeline.lines().filter(|line| line.contains("the time to")).collect();
        assert_snapshot!(lines.join("\n"), @"
        `9` ⟨10:11⟩ ⏱️ 75 % of the time to respond is used up (15 min) *(entered later)*
        `10` ⟨10:13⟩ ⏱️ 90 % of the time to respond is used up (15 min) *(entered later)*
        `11` ⟨10:15⟩ 📉 the time to respond is over (15 min) *(entered later)*
        `12` ⟨10:22⟩ ⏱️ 150 % of the time to respond is used up (15 min) *(entered later)*
        `13` ⟨12:00⟩ ⏱️ 50 % of the time to resolve is used up (4 h) *(entered later)*
        `14` ⟨13:00⟩ ⏱️ 75 % of the time to resolve is used up (4 h) *(entered later)*
        `15` ⟨13:36⟩ ⏱️ 90 % of the time to resolve is used up (4 h) *(entered later)*
        `16` ⟨14:00⟩ 📉 the time to resolve is over (4 h) *(entered later)*
        `17` ⟨16:00⟩ ⏱️ 150 % of the time to resolve is used up (4 h) *(entered later)*
        ");
        // Service was back long before, as turns out: the promise was kept, and that it had been told otherwise stays on record.
        let restored = json!({"summary": "it had healed", "restored": "2026-11-24 12:00"});
        desk.bob.slash(desk.room("INC-1"), "incident resolve", restored).await;
        desk.settle().await;
        assert!(why(desk, "INC-1").await.contains("✅ met by correction"), "{}", why(desk, "INC-1").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_target_is_for_those_to_come() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P1").await;
        let target = json!({"service": "checkout", "priority": "P1", "metric": "resolution", "target": "2h"});
        assert_snapshot!(administrator(desk, "sla set", target).await, @"From now on **P1 resolution** of **checkout** is promised **2 h in 24x7**, by the SLA **checkout**. Incidents that are under way keep what they were promised.");
        let declared = json!({"title": "checkout is down again", "priority": "P1", "service": "checkout"});
        desk.alice.slash("general", "incident declare", declared).await;
        desk.settle().await;
        assert!(face(desk, "INC-1").contains("Resolution due ⟨14:00⟩"), "{}", face(desk, "INC-1"));
        assert!(face(desk, "INC-2").contains("Resolution due ⟨12:00⟩"), "{}", face(desk, "INC-2"));
        assert_snapshot!(desk.text(&desk.alice.slash("general", "sla show", json!({"service": "checkout"})).await), @"
        **What is promised** for **checkout**
        `P1` response 15 min in 24x7 *(default)* · resolution 2 h in 24x7
        `P2` response 30 min in 24x7 *(default)* · resolution 8 h in 24x7 *(default)*
        `P3` response 4 h in office *(default)* · resolution 3 working days in office *(default)*
        `P4` response 1 working day in office *(default)* · resolution 10 working days in office *(default)*
        `P5` response — · resolution —
        -# checkout: waiting for customer does not count · told at 50 %, 75 %, 90 %, 100 %, 150 %
        -# `h` and `m` are service time; a working day ends with the hours of that day. `/sla set` changes a target, `/sla why` shows the arithmetic of an incident.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calendars_two_agreements_and_the_strictest_holds() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let tokyo = json!({"name": "Tokyo", "timezone": "Asia/Tokyo", "hours": "Mon-Fri 9-18"});
        assert_snapshot!(administrator(desk, "sla calendar add", tokyo).await, @"Calendar **Tokyo**: `Mon-Fri 09:00-18:00` in `Asia/Tokyo`. Use it with `/sla set calendar:Tokyo`.");
        for (name, target, calendar) in [("Gold", "1h", "Tokyo"), ("Silver", "3h", "24x7")] {
            let agreement = json!({"name": name, "kind": "sla", "service": "payments", "workload": "up to 50 a month"});
            administrator(desk, "sla agreement add", agreement).await;
            let target = json!({
                "service": "payments", "priority": "P2", "metric": "resolution", "target": target, "calendar": calendar,
                "agreement": name,
            });
            administrator(desk, "sla set", target).await;
        }
        let unclear = json!({"service": "payments", "priority": "P2", "metric": "response", "target": "10m"});
        assert_snapshot!(administrator(desk, "sla set", unclear).await, @"There are several: **Gold**, **Silver**. Say which with `agreement`.");
        // 19:00 in Tokyo: its hour comes tomorrow, and the three hours around the clock are over by then.
        let declared = json!({"title": "cards are declined", "priority": "P2", "service": "payments"});
        desk.alice.slash("general", "incident declare", declared).await;
        desk.settle().await;
        let promise = "P2 resolution: 3 h in 24x7, by **Silver** (the service's own); it is due before **Gold** ⟨01:00⟩ (1 h)";
        assert!(why(desk, "INC-1").await.contains(promise), "{}", why(desk, "INC-1").await);
        let house = json!({"name": "Network team", "kind": "ola", "service": "payments"});
        administrator(desk, "sla agreement add", house).await;
        let slow = json!({
            "service": "payments", "priority": "P2", "metric": "resolution", "target": "4h", "calendar": "24x7",
            "agreement": "Network team",
        });
        assert_snapshot!(administrator(desk, "sla set", slow).await, @"
        From now on **P2 resolution** of **payments** is promised **4 h in 24x7**, by the OLA **Network team**. Incidents that are under way keep what they were promised.
        ⚠️ P2 resolution of **Gold** cannot be kept: **Network team** takes longer than it allows.
        ⚠️ P2 resolution of **Silver** cannot be kept: **Network team** takes longer than it allows.
        ");
        assert_snapshot!(desk.text(&desk.alice.slash("general", "sla agreement list", json!({})).await), @"
        ⚠️ P2 resolution of **Gold** cannot be kept: **Network team** takes longer than it allows.
        ⚠️ P2 resolution of **Silver** cannot be kept: **Network team** takes longer than it allows.
        **Default** · SLA · every service
        > P1 response 15m · P1 resolution 4h · P2 response 30m · P2 resolution 8h · P3 response 4h · P3 resolution 3d · P4 response 1d · P4 resolution 10d
        -# waiting for customer does not count · told at 50 %, 75 %, 90 %, 100 %, 150 %
        **Gold** · SLA · payments
        > P2 resolution 1h
        -# waiting for customer does not count · told at 50 %, 75 %, 90 %, 100 %, 150 % · workload: up to 50 a month
        **Silver** · SLA · payments
        > P2 resolution 3h
        -# waiting for customer does not count · told at 50 %, 75 %, 90 %, 100 %, 150 % · workload: up to 50 a month
        **Network team** · OLA · payments
        > P2 resolution 4h
        -# waiting for customer does not count · told at 50 %, 75 %, 90 %, 100 %, 150 %
        ");
        assert_snapshot!(desk.text(&desk.alice.slash("general", "sla calendar list", json!({})).await), @"
        **24x7** · `24x7` · the server's zone, `UTC` · open now
        **office** · `Mon-Fri 09:00-17:00` · the server's zone, `UTC` · open now
        **Tokyo** · `Mon-Fri 09:00-18:00` · `Asia/Tokyo` · closed now
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lesser_incidents_warn_nobody_at_night_and_drills_nobody_at_all() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let night = json!({"service": "default", "priority": "P3", "metric": "resolution", "target": "14h", "calendar": "24x7"});
        administrator(desk, "sla set", night).await;
        let declared = json!({"title": "reports are slow", "priority": "P3", "service": "reporting"});
        desk.alice.slash("general", "incident declare", declared).await;
        let drill = json!({"title": "we practise", "priority": "P1", "kind": "drill"});
        desk.alice.slash("general", "incident declare", drill).await;
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        // 90 % are used up at 22:36, and all at midnight.
        for _ in 0..20 {
            desk.pass(TimeDelta::hours(1)).await;
        }
        assert!(!told(desk, "INC-1").contains("is over"), "{}", told(desk, "INC-1"));
        desk.pass(TimeDelta::hours(2)).await;
        assert_snapshot!(told(desk, "INC-1"), @"
        **INC-1** · P3 · reports are slow
        🟠 75 % of the time to resolve is used up (14 h in 24x7), due ⟨00:00⟩.
        -# This is late: wardroom was not running then.
        ---
        **INC-1** · P3 · reports are slow
        🔴 150 % of the time to resolve is used up: 14 h in 24x7 is broken since ⟨00:00⟩.
        -# This is late: wardroom was not running then.
        ");
        assert_eq!(face(desk, "INC-2"), "no clock");
        assert_snapshot!(why(desk, "INC-2").await, @"**INC-2** is no live incident: nothing is promised of a drill, a test or what is written down afterwards.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_told_anew_and_is_not_late() {
    Desk::on_each_database(async |desk| {
        desk.set_up_and_declared("P3").await;
        desk.pass(TimeDelta::minutes(20)).await;
        desk.bob.slash(desk.room("INC-1"), "incident priority", json!({"priority": "P1"})).await;
        desk.settle().await;
        desk.pass(TimeDelta::seconds(5)).await;
        assert_eq!(told(desk, "INC-1").matches("used up before P1 was given").count(), 1, "{}", told(desk, "INC-1"));
        // It was a slip. What was told of the P1 was not told of the P2 that comes next.
        desk.bob.slash(desk.room("INC-1"), "incident undo", json!({})).await;
        desk.bob.slash(desk.room("INC-1"), "incident priority", json!({"priority": "P2"})).await;
        desk.settle().await;
        desk.pass(TimeDelta::seconds(150)).await;
        assert!(
            told(desk, "INC-1").contains("75 % of the time to respond is used up (30 min"),
            "{}",
            told(desk, "INC-1")
        );
        // An acknowledgement that is taken back when the time is over is no fault of wardroom's.
        for seconds in [270, 60] {
            desk.pass(TimeDelta::seconds(seconds)).await;
        }
        desk.bob.slash(desk.room("INC-1"), "incident ack", json!({})).await;
        desk.settle().await;
        desk.pass(TimeDelta::minutes(5)).await;
        let before = told(desk, "INC-1");
        desk.bob.slash(desk.room("INC-1"), "incident undo", json!({})).await;
        desk.settle().await;
        desk.pass(TimeDelta::seconds(5)).await;
        let after = told(desk, "INC-1");
        assert!(after.contains("The time to respond is over: 30 min"), "{after}");
        assert_eq!(after.matches("This is late").count(), before.matches("This is late").count(), "{after}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_with_a_zone_of_its_own_stays_there_and_one_that_is_retired_stays_so() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let office = json!({"name": "office", "timezone": "America/New_York", "hours": "Mon-Fri 9-17"});
        administrator(desk, "sla calendar add", office).await;
        administrator(desk, "setup timezone", json!({"timezone": "Asia/Tokyo"})).await;
        assert_snapshot!(administrator(desk, "sla calendar list", json!({})).await, @"
        **24x7** · `24x7` · the server's zone, `Asia/Tokyo` · open now
        **office** · `Mon-Fri 09:00-17:00` · `America/New_York` · closed now
        ");
        let shop = json!({"name": "Shop", "timezone": "Asia/Tokyo", "hours": "daily 10-20"});
        administrator(desk, "sla calendar add", shop).await;
        let target =
            |target: &str| json!({"service": "checkout", "priority": "P2", "metric": "resolution", "target": target});
        let mut first = target("4h");
        first["calendar"] = json!("Shop");
        let mut said = Vec::new();
        for (command, options) in [
            ("sla set", first),
            ("sla set", target("none")),
            ("sla calendar retire", json!({"calendar": "Shop"})),
            ("sla set", target("4h")),
        ] {
            said.push(administrator(desk, command, options).await);
        }
        assert_snapshot!(said.join("\n"), @"
        From now on **P2 resolution** of **checkout** is promised **4 h in Shop**, by the SLA **checkout**. Incidents that are under way keep what they were promised.
        From now on **P2 resolution** of **checkout** is promised **nothing** (it was 4 h in Shop), by the SLA **checkout**. Incidents that are under way keep what they were promised.
        Calendar **Shop** is retired. What was judged by it stays as it is.
        Calendar **Shop** is retired. `/sla calendar list` shows the others.
        ");
        let sale = json!({"calendar": "office", "date": "2026-12-28", "hours": "10:00-14:00", "name": "24-hour sale"});
        assert_snapshot!(administrator(desk, "sla calendar holiday", sale).await, @"2026-12-28: `24-hour` reads like more hours. Begin the name with a word.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_are_those_of_the_zone_that_was_set() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let night = json!({"service": "default", "priority": "P3", "metric": "resolution", "target": "14h", "calendar": "24x7"});
        administrator(desk, "sla set", night).await;
        let declared = json!({"title": "reports are slow", "priority": "P3", "service": "reporting"});
        desk.alice.slash("general", "incident declare", declared).await;
        desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
        desk.pass(TimeDelta::hours(11)).await;
        // 90 % are used up at 22:36, which is night in UTC and afternoon in New York.
        administrator(desk, "setup timezone", json!({"timezone": "America/New_York"})).await;
        desk.pass(TimeDelta::minutes(97)).await;
        assert!(told(desk, "INC-1").contains("90 % of the time to resolve"), "{}", told(desk, "INC-1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_promised_is_refused_with_the_way_on() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let target = |target: &str| json!({"service": "default", "priority": "P1", "metric": "resolution", "target": target});
        let calendar = |zone: &str, hours: &str| json!({"name": "Shop", "timezone": zone, "hours": hours});
        let mut said = Vec::new();
        for (command, options) in [
            ("sla set", target("0m")),
            ("sla set", target("90000h")),
            ("sla set", target("1d 4h")),
            ("sla set", target("soon")),
            ("sla set", target("4h")),
            ("sla set", json!({"service": "chekout", "priority": "P1", "metric": "resolution", "target": "1h"})),
            ("sla set", json!({"service": "default", "priority": "P1", "metric": "resolution", "target": "1h", "calendar": "offise"})),
            ("sla calendar add", calendar("Europe/Berln", "Mon-Fri 9-17")),
            ("sla calendar add", calendar("Europe/Berlin", "Mon-Fri 9-9")),
            ("sla calendar add", calendar("Europe/Berlin", "Mon-Fri 9-12 11-17")),
            ("sla calendar add", calendar("Europe/Berlin", "Mon-Fri 9-25")),
            ("sla calendar holiday", json!({"calendar": "office", "date": "25.12.2026"})),
            ("sla calendar holiday", json!({"calendar": "office", "date": "2026-12-25", "remove": true})),
            ("sla calendar retire", json!({"calendar": "office"})),
            ("sla agreement retire", json!({"agreement": "Default"})),
            ("sla agreement retire", json!({"agreement": "Defualt"})),
            ("sla agreement add", json!({"name": "Default", "kind": "ola"})),
            ("sla agreement add", json!({"name": "Gold", "kind": "sla", "availability": "three nines"})),
            ("sla agreement add", json!({"name": "Gold", "kind": "sla", "pauses": "lunch"})),
            ("sla agreement add", json!({"name": "Gold", "kind": "sla", "warnings": "90 75 50"})),
        ] {
            said.push(administrator(desk, command, options).await);
        }
        let holiday = json!({"calendar": "office", "date": "2026-12-25", "name": "Christmas"});
        administrator(desk, "sla calendar holiday", holiday.clone()).await;
        said.push(administrator(desk, "sla calendar holiday", holiday).await);
        let stranger = desk.carla.slash("general", "sla set", target("1h")).await;
        said.push(desk.text(&stranger));
        assert_snapshot!(said.join("\n"), @"
        `0m` is no time at all: nobody can keep that. To promise nothing, write `none`.
        `90000h` is longer than a year. A target has at most 366 days of service time, or 262 working days.
        `1d 4h` mixes working days with hours. `d` is the end of a working day; write either `3d` or service time such as `24h`.
        `soon` is no target. Write service time such as `15m` or `4h`, or working days such as `3d`.
        Nothing changes: it is so already. `/sla show` tells what is promised.
        There is no service **chekout**. Did you mean **checkout**?
        There is no calendar **offise**. Did you mean **office**?
        `Europe/Berln` is not a time zone. Did you mean `Europe/Berlin`?
        `9-9` begins and ends at the same minute. For the whole day write `00:00-24:00`.
        `Mon 09:00-12:00` and `Mon 11:00-17:00` overlap. Give each minute once.
        `25` is no time of day. Hours go from `00:00` to `24:00`, and `24:00` can only be an end.
        `25.12.2026` is no date. Write it like `2026-12-25`.
        2026-12-25 is a day as the others in **office**. There is nothing to remove.
        Calendar **office** cannot be retired: targets of **Default** are in its hours. Give them others with `/sla set … calendar:`.
        Agreement 1 is what every service has that has nothing of its own; it stays. `/sla set service:default target:none` promises nothing.
        There is no agreement **Defualt**. Did you mean **Default**?
        There is an agreement **Default** already. Change it with `/sla agreement edit`.
        `three nines` is no availability. Write a percentage above 0 and up to 100 with at most four decimals, such as `99.9`, or `none`.
        `lunch` is no reason of waiting. They are `customer`, `supplier`, `change` and `problem`; `none` lets waiting always count.
        `90 75 50` are no warnings. Write five percentages that rise, for card, owner, lead, service owner and management, `-` for nobody: `50 75 90 100 150`.
        2026-12-25 is closed Christmas in **office** already. To change it, remove it first: `remove:True`.
        This needs the `service-owner` capability, and no role has it yet. Ask an administrator to map one: `/setup role capability:service-owner`.
        ");
    })
    .await;
}
