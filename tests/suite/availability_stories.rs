//! Availability as conversations: maintenance that is announced, ends late or never takes place, and what a month looks like then.

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::playground::Answer;

use crate::desk::Desk;

/// Moves the clock to a time of this November, to the second. What is due by then is said before, which takes a while by the clock.
async fn until(desk: &Desk, time: &str) {
    let at: DateTime<Utc> = format!("2026-11-{time}:00Z").parse().expect("a time");
    let left = || (at - desk.clock.now()).max(TimeDelta::zero());
    desk.pass((left() - TimeDelta::minutes(5)).max(TimeDelta::zero())).await;
    desk.clock.advance(left());
}

async fn declare(desk: &Desk, title: &str, more: Value) {
    let mut told = json!({"title": title, "service": "checkout"});
    told.as_object_mut().expect("options").extend(more.as_object().expect("options").clone());
    let answer = desk.alice.slash("general", "incident declare", told).await;
    assert!(desk.text(&answer).starts_with("**INC-"), "{}", desk.text(&answer));
}

async fn restore(desk: &Desk, number: &str, at: &str) {
    let told = json!({"incident": number, "summary": "restarted", "restored": at});
    let answer = desk.bob.slash("general", "incident resolve", told).await;
    assert!(desk.text(&answer).contains("restored"), "{}", desk.text(&answer));
}

async fn asked(desk: &Desk, options: Value) -> Answer {
    desk.carla.slash("general", "availability report", options).await
}

/// What was asked for, with the tokens of links left out.
async fn report(desk: &Desk, options: Value) -> String {
    let text = desk.text(&asked(desk, options).await);
    let link = regex::Regex::new(r"\(<https://discord\.com/channels/\d+/\d+>\)").expect("a pattern");
    link.replace_all(&text, "(room)").into_owned()
}

/// The file of an answer.
fn file(desk: &Desk, answer: &Answer) -> String {
    let message = answer.message().expect("a message");
    let name = message.attachments[0]["filename"].as_str().expect("a name").to_owned();
    let bytes = desk.playground.file(&message, &name).expect("the file");
    format!("{name}\n{}", String::from_utf8(bytes).expect("text"))
}

async fn maintenance(desk: &Desk, verb: &str, options: Value) -> String {
    desk.text(&desk.dev.slash("general", &format!("availability maintenance {verb}"), options).await)
}

async fn promise(desk: &Desk, availability: &str) {
    let told = json!({"name": "Shop", "kind": "sla", "service": "checkout", "availability": availability});
    let answer = desk.dev.slash("general", "sla agreement add", told).await;
    assert!(answer.is_answered(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_reported_with_its_arithmetic() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        promise(desk, "99.5 %").await;
        let mut said = vec![report(desk, json!({"service": "checkout"})).await];

        let told = json!({"name": "database upgrade", "service": "checkout", "start": "12:00", "end": "16:00"});
        maintenance(desk, "add", told).await;
        until(desk, "24T15:00").await;
        declare(desk, "checkout is down", json!({"started": "15:00"})).await;
        until(desk, "24T17:01").await;
        restore(desk, "INC-1", "17:00").await;

        // Two at once are one outage, also once the one is merged into the other.
        until(desk, "24T18:00").await;
        declare(desk, "nobody can pay", json!({"started": "18:00"})).await;
        until(desk, "24T19:00").await;
        declare(desk, "cards are refused", json!({"started": "19:00"})).await;
        until(desk, "24T19:30").await;
        desk.bob.slash("general", "incident merge", json!({"incident": "INC-3", "into": "INC-2"})).await;
        until(desk, "24T20:01").await;
        restore(desk, "INC-2", "20:00").await;

        // What is degraded is told apart; what is rehearsed or was written down afterwards counts nowhere; what was none is none.
        let slow = json!({"incident": "INC-2", "degree": "degraded", "from": "17:30", "until": "18:30"});
        desk.bob.slash("general", "incident impact", slow).await;
        for kind in ["drill", "test", "backfilled"] {
            declare(desk, "it rings", json!({"kind": kind, "started": "10:00"})).await;
        }
        declare(desk, "a false alarm", json!({"started": "-3h"})).await;
        let none = json!({"incident": "INC-7", "as": "not-an-incident", "reason": "the monitor was wrong"});
        desk.bob.slash("general", "incident close", none).await;
        // Another service is another matter.
        declare(desk, "reports are late", json!({"service": "reporting", "started": "20:00"})).await;

        until(desk, "24T21:00").await;
        declare(desk, "checkout is down again", json!({"started": "21:00"})).await;
        until(desk, "24T22:00").await;
        let answer = asked(desk, json!({"service": "checkout"})).await;
        said.push(report(desk, json!({"service": "checkout"})).await);
        said.push(file(desk, &answer));
        said.push(report(desk, json!({})).await);
        said.push(file(desk, &asked(desk, json!({"period": "2026-11"})).await).replace('\r', ""));
        said.push(report(desk, json!({"service": "checkout", "period": "last month"})).await);
        assert_snapshot!(said.join("\n---\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_that_ends_late_is_downtime_from_its_announced_end_on() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let channel = desk.playground.channel("operations").to_string();
        desk.dev.slash("general", "setup channel", json!({"purpose": "changes", "channel": channel})).await;
        let mut said = Vec::new();
        let told = json!({"name": "move to the new hall", "start": "22:00", "end": "02:00", "reason": "more room"});
        said.push(maintenance(desk, "add", told).await);
        said.push(maintenance(desk, "list", json!({})).await);
        // An incident in it is excused until its end, and counts from there on.
        until(desk, "25T01:00").await;
        declare(desk, "no route to the till", json!({"started": "01:00"})).await;
        said.push(maintenance(desk, "cancel", json!({"window": "1"})).await);
        said.push(maintenance(desk, "list", json!({})).await);
        until(desk, "25T03:01").await;
        restore(desk, "INC-1", "03:00").await;
        until(desk, "25T03:30").await;
        said.push(maintenance(desk, "end", json!({"window": "move to the new hall", "at": "03:15"})).await);
        said.push(maintenance(desk, "end", json!({"window": "1"})).await);
        said.push(maintenance(desk, "cancel", json!({"window": "#1"})).await);
        said.push(maintenance(desk, "list", json!({})).await);
        said.push(maintenance(desk, "list", json!({"period": "today", "service": "checkout"})).await);
        said.push(report(desk, json!({"service": "checkout", "period": "today"})).await);
        // Whoever had no incident was away all the same while the work went on.
        said.push(report(desk, json!({"service": "payments", "period": "today"})).await);
        desk.settle().await;
        said.push(desk.seen_in("operations"));
        assert_snapshot!(said.join("\n---\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_too_late_or_called_off_excuses_nothing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let mut said = Vec::new();
        declare(desk, "checkout is down", json!({"started": "09:00"})).await;
        let late = json!({"name": "restart", "service": "checkout", "start": "2026-11-24 09:00", "end": "11:00"});
        said.push(maintenance(desk, "add", late).await);
        let off = json!({"name": "patches", "service": "checkout", "start": "12:00", "end": "2h"});
        said.push(maintenance(desk, "add", off).await);
        let beside = json!({"name": "more patches", "start": "13:00", "end": "+3h"});
        said.push(maintenance(desk, "add", beside).await);
        said.push(
            maintenance(desk, "cancel", json!({"window": "more patches", "reason": "the patches are not there"})).await,
        );
        until(desk, "24T11:00").await;
        restore(desk, "INC-1", "11:00").await;
        said.push(report(desk, json!({"service": "checkout", "period": "today"})).await);
        said.push(maintenance(desk, "cancel", json!({"window": "1"})).await);
        until(desk, "24T14:00").await;
        said.push(report(desk, json!({"service": "checkout", "period": "today"})).await);
        said.push(maintenance(desk, "list", json!({"period": "this week"})).await);
        assert_snapshot!(said.join("\n---\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_a_way_on() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let base = json!({"name": "patches", "start": "12:00", "end": "14:00"});
        maintenance(desk, "add", base.clone()).await;
        maintenance(desk, "add", base.clone()).await;
        let with = |more: Value| {
            let mut told = base.clone();
            told.as_object_mut().expect("options").extend(more.as_object().expect("options").clone());
            told
        };
        let mut said = Vec::new();
        for (verb, options) in [
            ("add", with(json!({"name": "  "}))),
            ("add", with(json!({"service": "chekout"}))),
            ("add", with(json!({"start": "noon"}))),
            ("add", with(json!({"end": "later"}))),
            ("add", with(json!({"start": "2026-11-28 22:00", "end": "2026-11-28 21:00"}))),
            ("add", with(json!({"start": "2026-11-28 22:00", "end": "2026-11-28 22:00"}))),
            ("add", with(json!({"start": "2025-11-28 22:00", "end": "4h"}))),
            ("add", with(json!({"start": "2026-11-28 22:00", "end": "93d"}))),
            ("add", with(json!({"start": "2036-11-28 22:00"}))),
            ("cancel", json!({"window": "9"})),
            ("cancel", json!({"window": "patches"})),
            ("cancel", json!({"window": "patchs"})),
            ("end", json!({"window": "1"})),
            ("list", json!({"period": "2026-13"})),
            ("list", json!({"service": "nothing"})),
        ] {
            said.push(format!("{verb}: {}", maintenance(desk, verb, options).await));
        }
        until(desk, "24T12:30").await;
        for options in [json!({"window": "1", "at": "11:00"}), json!({"window": "1", "at": "2026-11-24 13:00"})] {
            said.push(format!("end: {}", maintenance(desk, "end", options).await));
        }
        for options in [json!({"period": "2026-12"}), json!({"period": "soon"}), json!({"service": "chekout"})] {
            said.push(format!("report: {}", report(desk, options).await));
        }
        for (verb, options) in
            [("add", base.clone()), ("cancel", json!({"window": "1"})), ("end", json!({"window": "1"}))]
        {
            let answer = desk.alice.slash("general", &format!("availability maintenance {verb}"), options).await;
            said.push(format!("alice, {verb}: {}", desk.text(&answer)));
        }
        assert_snapshot!(said.join("\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_and_owners_of_services_announce_and_choose_from_what_there_is() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let role = desk.playground.role("Responders").to_string();
        desk.dev.slash("general", "setup role", json!({"capability": "manager", "role": role})).await;
        let told = json!({"name": "patches", "service": "checkout", "start": "12:00", "end": "1h"});
        let typed = "@wardroom availability maintenance add name:\"more patches\" start:\"tomorrow 22:00\" end:02:00";
        let answer = desk.alice.slash("general", "availability maintenance add", told).await;
        assert!(desk.text(&answer).contains("is announced"), "{}", desk.text(&answer));
        let reply = desk.typed(&desk.alice, "general", typed).await;
        assert!(desk.tidy(&reply.text()).contains("⟨22:00⟩ – ⟨02:00⟩ · 4 h"), "{}", desk.tidy(&reply.text()));
        let offered = async |typed: &str| {
            let options = json!({"window": typed});
            let choices = desk.dev.complete("general", "availability maintenance cancel", options, "window").await;
            choices.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(offered("").await, ["1 · patches", "2 · more patches"]);
        assert_eq!(offered("more").await, ["2 · more patches"]);
        desk.dev.slash("general", "availability maintenance cancel", json!({"window": "2"})).await;
        assert_eq!(offered("").await, ["1 · patches"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_of_a_service_are_a_calendar_or_hours_and_bound_what_is_promised() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.dev.slash("general", "setup timezone", json!({"timezone": "Europe/London"})).await;
        let edit = async |hours: &str| {
            let told = json!({"service": "checkout", "hours": hours});
            desk.text(&desk.dev.slash("general", "service edit", told).await)
        };
        assert_eq!(
            edit("when we are in").await,
            "`when we are in` is no calendar of yours, and cannot be read as hours. `when` is neither a day (`Mon Tue Wed Thu Fri \
             Sat Sun`, `Mon-Fri`, `daily`) nor a time such as `09:00-17:30`. `/sla calendar list` shows the calendars."
        );
        assert!(edit("Mon-Fri 09:00-17:00").await.starts_with("Changed"));
        // From Monday evening to Tuesday morning: an hour before closing, and an hour after opening.
        declare(desk, "checkout is down", json!({"started": "2026-11-23 16:00"})).await;
        restore(desk, "INC-1", "10:00").await;
        let week = report(desk, json!({"service": "checkout", "period": "this week"})).await;
        assert!(week.contains("Agreed 9 h · down 2 h\n1 outage · MTBF 7 h · MTRS 2 h"), "{week}");
        assert!(week.contains("Promised `Mon-Fri 09:00-17:00 Europe/London`"), "{week}");
        // A calendar's holidays count.
        let told = json!({"name": "shop", "timezone": "Europe/London", "hours": "Mon-Sat 08:00-20:00"});
        desk.dev.slash("general", "sla calendar add", told).await;
        assert!(edit("Shop").await.starts_with("Changed"));
        let shop = report(desk, json!({"service": "checkout", "period": "yesterday"})).await;
        assert!(shop.contains("Agreed 12 h · down 4 h"), "{shop}");
        assert!(shop.contains("Promised `shop`"), "{shop}");
        // A month in which nothing is promised has no availability; October has an hour more at the end of summer time.
        let sunday = report(desk, json!({"service": "checkout", "period": "2026-11-22"})).await;
        assert!(sunday.contains("**n/a**: nothing was agreed"), "{sunday}");
        edit("24x7").await;
        let october = report(desk, json!({"service": "checkout", "period": "October"})).await;
        assert!(october.contains("Agreed 745 h"), "{october}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_counts_and_is_named_to_those_inside_alone() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, "the vault is open", json!({"restricted": true, "started": "09:00"})).await;
        desk.settle().await;
        let told = json!({"incident": "INC-1", "summary": "locked", "restored": "10:00"});
        desk.alice.slash("general", "incident resolve", told).await;
        let asked = json!({"service": "checkout", "period": "today"});
        let outside = report(desk, asked.clone()).await;
        assert!(outside.contains("down 1 h") && outside.contains("what is not shown to you"), "{outside}");
        assert!(!outside.contains("INC-1") && !outside.contains("vault"), "{outside}");
        let answer = desk.carla.slash("general", "availability report", asked.clone()).await;
        let text = file(desk, &answer);
        assert!(text.contains("an incident that is not shown to you") && !text.contains("vault"), "{text}");
        let inside = desk.alice.slash("general", "availability report", asked).await;
        assert!(desk.text(&inside).contains("the vault is open"), "{}", desk.text(&inside));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_many_weeks_is_found_in_each_of_its_months() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, "the archive is away", json!({"started": "2026-09-20 00:00"})).await;
        let asked = async |period: &str| report(desk, json!({"service": "checkout", "period": period})).await;
        let september = asked("2026-09").await;
        assert!(september.contains("down 11 d\n1 outage · MTBF 456 h · MTRS 264 h"), "{september}");
        let october = asked("2026-10").await;
        assert!(october.contains("**0.00 %**") && october.contains("No outage · MTBF n/a · MTRS n/a"), "{october}");
        assert!(october.contains("(began before)"), "{october}");
        desk.pass(TimeDelta::days(1)).await;
        restore(desk, "INC-1", "10:00").await;
        assert_eq!(asked("2026-10").await.lines().nth(1), october.lines().nth(1));
        assert!(asked("today").await.contains("(began before)"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_lasts_says_when_half_and_all_of_the_budget_is_spent() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let owner = json!({"service": "checkout", "owner": desk.carla.id().to_string()});
        desk.dev.slash("general", "service edit", owner).await;
        // 99.9 % of November are 43 minutes and 12 seconds.
        promise(desk, "99.9 %").await;
        declare(desk, "checkout is down", json!({"started": "10:00"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        let said = || {
            let seen = desk.seen_in(room.clone());
            seen.lines().filter(|line| line.contains("error budget")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(said().is_empty(), "{:?}", said());
        desk.clock.advance("2026-11-24T10:21:30Z".parse::<DateTime<Utc>>().expect("a time") - desk.clock.now());
        desk.settle().await;
        assert!(said().is_empty(), "{:?}", said());
        // Half of it, to the second; a second incident on the same service does not say it again.
        desk.clock.advance("2026-11-24T10:21:36Z".parse::<DateTime<Utc>>().expect("a time") - desk.clock.now());
        desk.settle().await;
        assert_eq!(said().len(), 1, "{:?}", said());
        declare(desk, "nobody can pay", json!({"started": "10:20"})).await;
        desk.settle().await;
        until(desk, "24T10:31").await;
        desk.settle().await;
        until(desk, "24T10:35").await;
        desk.settle().await;
        until(desk, "24T11:30").await;
        desk.settle().await;
        let all: Vec<String> = ["INC-1", "INC-2"]
            .into_iter()
            .flat_map(|number| {
                let seen = desk.seen_in(desk.room(number));
                seen.lines().filter(|line| line.contains("error budget")).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        let of = |start: &str| all.iter().filter(|line| line.contains(start)).count();
        assert_eq!((of(" 50 %"), of(" 75 %"), of("is spent"), all.len()), (1, 1, 1, 3), "{all:?}");
        assert!(
            all[0].starts_with(
                "@carla 🔥 50 % of the error budget of **checkout** for November 2026 are spent: 21 min 36 s"
            ),
            "{all:?}"
        );
        // The next month has a budget of its own, and the outage lasts.
        desk.pass(TimeDelta::days(7)).await;
        desk.settle().await;
        let seen = format!("{}{}", desk.seen_in(desk.room("INC-1")), desk.seen_in(desk.room("INC-2")));
        assert!(seen.contains("for December 2026"), "{seen}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_afterwards_is_said_at_once_and_rehearsals_spend_nothing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        promise(desk, "99.9 %").await;
        declare(desk, "it rings", json!({"kind": "drill", "started": "09:00"})).await;
        desk.settle().await;
        assert!(!desk.seen_in(desk.room("INC-1")).contains("error budget"));
        // An hour that is over already is more than all of the budget: the highest step alone is said.
        declare(desk, "checkout was down", json!({"started": "08:00"})).await;
        desk.settle().await;
        let seen = desk.seen_in(desk.room("INC-2"));
        assert_eq!(seen.matches("error budget").count(), 1, "{seen}");
        assert!(
            seen.contains("is spent: 2 h down of 43 min 12 s that 99.90 % allow. The promise cannot be kept any more."),
            "{seen}"
        );
        restore(desk, "INC-2", "08:10").await;
        desk.settle().await;
        declare(desk, "again", json!({"started": "09:00"})).await;
        desk.settle().await;
        assert!(!desk.seen_in(desk.room("INC-3")).contains("error budget"), "what was said stays said");
    })
    .await;
}
