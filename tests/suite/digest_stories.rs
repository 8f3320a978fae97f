//! Digests: each period once, in order, however late, with pictures and tables; frozen once it was published.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::playground::{Message, permissions};

use crate::desk::Desk;

fn channel(desk: &Desk, name: &str) -> Value {
    Value::from(desk.playground.channel(name).to_string())
}

async fn administrator(desk: &Desk, command: &str, options: Value) -> String {
    let answer = desk.dev.slash("general", command, options).await;
    desk.text(&answer.finished().await)
}

/// The digests that were posted in #management.
fn posted(desk: &Desk) -> Vec<Message> {
    let messages = desk.playground.messages("management");
    messages.into_iter().filter(|message| message.text().contains("📊")).collect()
}

/// Its text, without what depends on how long the story takes.
fn tidy(desk: &Desk, message: &Message) -> String {
    [
        (r"\(https://discord\.com/channels/[0-9/]+\)", "(card)"),
        (r"\b\d+ (s|min)\b", "⟨short⟩"),
        (r"\b(\d+ h) \d\d\b", "$1 ⟨short⟩"),
        (r"\b\d\d\.\d{3} %", "⟨part⟩ %"),
        (r"spent to \d{4} %", "spent to ⟨part⟩ %"),
    ]
    .into_iter()
    .fold(desk.tidy(&message.text()), |text, (pattern, instead)| {
        regex::Regex::new(pattern).expect("a pattern").replace_all(&text, instead).into_owned()
    })
}

async fn a_day(desk: &Desk) {
    desk.set_up().await;
    let agreement = json!({"name": "Shop", "kind": "sla", "service": "checkout", "availability": "99.5"});
    administrator(desk, "sla agreement add", agreement).await;
    for title in ["checkout is down", "checkout is slow"] {
        let told = json!({"title": title, "priority": "P1", "service": "checkout"});
        desk.alice.slash("general", "incident declare", told).await;
    }
    desk.settle().await;
    desk.bob.slash("general", "incident ack", json!({"incident": "INC-1"})).await;
    desk.pass(TimeDelta::minutes(10)).await;
    desk.bob.slash("general", "incident ack", json!({"incident": "INC-2"})).await;
    desk.bob.slash("general", "incident resolve", json!({"incident": "INC-2", "summary": "restarted"})).await;
    desk.pass(TimeDelta::hours(5)).await;
    desk.bob.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "rolled back"})).await;
    desk.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_told_the_next_morning_once() {
    Desk::on_each_database(async |desk| {
        a_day(desk).await;
        let daily = json!({"channel": channel(desk, "management"), "frequency": "daily", "time": "08:30"});
        assert_snapshot!(administrator(desk, "sla digest add", daily).await, @"**DIG-1** goes to #management, daily at 08:30 in `UTC`: next ⟨08:30⟩, of 24 November 2026. `/sla digest now` shows what it will look like.");
        assert_snapshot!(administrator(desk, "sla digest list", json!({})).await, @"**DIG-1** #management · daily at 08:30 in `UTC` · next ⟨08:30⟩, of 24 November 2026");
        // To the next morning, 08:30.
        desk.pass(TimeDelta::hours(17) + TimeDelta::minutes(21)).await;
        let found = posted(desk);
        assert_eq!(found.len(), 1);
        assert_snapshot!(tidy(desk, &found[0]), @"
        ## 📊 Service levels · 24 November 2026
        🔴 **1 of 4 targets broken**, 75.0 % met
        `P1` 🟢 response 2 of 2 · 🔴 resolution **50.0 %** (1 of 2)
        > [INC-1](card) · P1 resolution · checkout · 1 h ⟨short⟩ late
        **Incidents** 2 opened · 2 resolved · 0 open · 0 of 1 at risk rescued
        **Acknowledge** median ⟨short⟩ (max ⟨short⟩, mean ⟨short⟩, n 2) · **Resolve** median ⟨short⟩ (max 5 h ⟨short⟩, mean 2 h ⟨short⟩, n 2)
        🔴 **checkout** ⟨part⟩ % · budget spent to ⟨part⟩ % · 1 outage
        -# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.
        ");
        let files: Vec<String> =
            found[0].attachments.iter().filter_map(|file| Some(file["filename"].as_str()?.to_owned())).collect();
        assert_snapshot!(files.join(" "), @"targets.png trend.png durations.png availability.png digest.html digest.csv breaches.csv");
        desk.restart(async {}).await;
        desk.pass(TimeDelta::hours(2)).await;
        assert_eq!(posted(desk).len(), 1, "it is told once");
        // A day without anything posts its zeros.
        desk.pass(TimeDelta::hours(24)).await;
        assert_eq!(posted(desk).len(), 2);
        assert_snapshot!(tidy(desk, &posted(desk)[1]), @"
        ## 📊 Service levels · 25 November 2026
        ⚪ No target was due.
        ⏰ It is late: it was due ⟨08:30⟩.
        **Incidents** 0 opened · 0 resolved · 0 open
        **Acknowledge** no data · **Resolve** no data
        🟢 **checkout** 100.000 % · budget 100 % left · 0 outages
        -# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.
        ");
        assert_snapshot!(administrator(desk, "sla digest remove", json!({"digest": "DIG-1"})).await, @"**DIG-1** to #management is posted no longer. What was published stays.");
        desk.pass(TimeDelta::days(3)).await;
        assert_eq!(posted(desk).len(), 2, "it was removed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_told_in_order_and_none_is_skipped() {
    Desk::on_each_database(async |desk| {
        a_day(desk).await;
        let daily = json!({"channel": channel(desk, "management"), "frequency": "daily", "time": "08:30"});
        administrator(desk, "sla digest add", daily).await;
        desk.restart(async { desk.clock.advance(TimeDelta::days(5)) }).await;
        desk.settle().await;
        let found = posted(desk);
        let heads: Vec<String> =
            found.iter().map(|message| tidy(desk, message).lines().take(4).collect::<Vec<_>>().join("\n")).collect();
        assert_snapshot!(heads.join("\n---\n"), @"
        ## 📊 Digests that were missed
        🔴 **24 November 2026** 3 of 4 targets met · 2 opened · 2 resolved
        ⚪ **25 November 2026** 0 of 0 targets met · 0 opened · 0 resolved
        -# wardroom was not running then. `/sla digest now period:` shows any of them in full.
        ---
        ## 📊 Service levels · 26 November 2026
        ⚪ No target was due.
        ⏰ It is late: it was due ⟨08:30⟩.
        **Incidents** 0 opened · 0 resolved · 0 open
        ---
        ## 📊 Service levels · 27 November 2026
        ⚪ No target was due.
        ⏰ It is late: it was due ⟨08:30⟩.
        **Incidents** 0 opened · 0 resolved · 0 open
        ---
        ## 📊 Service levels · 28 November 2026
        ⚪ No target was due.
        ⏰ It is late: it was due ⟨08:30⟩.
        **Incidents** 0 opened · 0 resolved · 0 open
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_frozen_and_what_is_corrected_shows_as_an_adjustment() {
    Desk::on_each_database(async |desk| {
        a_day(desk).await;
        let monthly = json!({"channel": channel(desk, "management"), "frequency": "monthly", "time": "07:00"});
        administrator(desk, "sla digest add", monthly).await;
        desk.pass(TimeDelta::days(7)).await;
        assert!(posted(desk)[0].text().contains("November 2026"), "{}", posted(desk)[0].text());
        let same = administrator(desk, "sla digest now", json!({"period": "2026-11"})).await;
        assert!(!same.contains("Adjusted"), "{same}");
        // Service was back long before, as turns out in December: the month would have been better.
        let mark = json!({"incident": "INC-1", "text": "it had healed", "mark": "restored", "at": "2026-11-24 11:00"});
        let marked = desk.bob.slash("general", "incident note", mark).await;
        assert!(marked.text().contains("INC-1"), "{}", marked.text());
        desk.settle().await;
        let adjusted = administrator(desk, "sla digest now", json!({"period": "last month"})).await;
        assert!(adjusted.contains("**Adjusted** since it was published"), "{adjusted}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_one_service_is_for_whoever_asks() {
    Desk::on_each_database(async |desk| {
        a_day(desk).await;
        let told = json!({"title": "cards are declined", "priority": "P2", "service": "payments"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let answer = desk.alice.slash("general", "sla report", json!({"service": "payments"})).await.finished().await;
        assert!(desk.text(&answer).contains("**Incidents** 1 opened"), "{}", desk.text(&answer));
        let wrong = administrator(desk, "sla report", json!({"period": "2027-13"})).await;
        assert_snapshot!(wrong, @"`2027-13` is not a period I can read; write it like `2026-10`, `2026-W45`, `last month` or `last 7 days`.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_could_not_be_posted_is_refused() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let add = |channel: Value, time: &str, zone: &str| json!({"channel": channel, "frequency": "weekly", "time": time, "timezone": zone});
        let mut said = Vec::new();
        for (time, zone) in [("8 o'clo", "UTC"), ("24:00", "UTC"), ("08:30", "Europe/Berln")] {
            let time = &time[..time.len().min(5)];
            said.push(administrator(desk, "sla digest add", add(channel(desk, "management"), time, zone)).await);
        }
        desk.playground.set_bot_permissions("management", permissions::BOT & !permissions::SEND_MESSAGES);
        said.push(administrator(desk, "sla digest add", add(channel(desk, "management"), "08:30", "UTC")).await);
        desk.playground.set_bot_permissions("management", permissions::BOT);
        administrator(desk, "sla digest add", add(channel(desk, "management"), "08:30", "UTC")).await;
        said.push(administrator(desk, "sla digest add", add(channel(desk, "management"), "09:30", "UTC")).await);
        said.push(administrator(desk, "sla digest remove", json!({"digest": "DIG-7"})).await);
        said.push(administrator(desk, "sla digest remove", json!({"digest": "the weekly one"})).await);
        assert_snapshot!(said.join("\n"), @"
        `8 o'c` is no time of day. Write it like `08:30`.
        `24:00` is no time of day. Write it like `08:30`.
        `Europe/Berln` is not a time zone. Did you mean `Europe/Berlin`?
        I cannot post a digest in #management: Send Messages is missing there. Give it to me, or choose another channel.
        #management gets a weekly digest already: **DIG-1**, weekly at 08:30 in `UTC`. Remove it first: `/sla digest remove`.
        There is no digest DIG-7. `/sla digest list` shows those that are posted.
        `the weekly one` is not a digest number. Write it like `DIG-42`.
        ");
    })
    .await;
}
