//! When the clock of wardroom's host is not Discord's: nothing is said late for it, nothing is refused for it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use wardroom::clock::{Clock, instant};
use wardroom::playground::World;

use crate::desk::{Database, Desk, morning};

/// Plays `story` with a playground whose clock is a minute and a half ahead, and with one that is as much behind.
async fn apart(story: impl AsyncFn(&Desk)) {
    for ahead in [TimeDelta::seconds(90), TimeDelta::seconds(-90)] {
        for database in Database::each().await {
            let desk = Desk::open_apart(Clock::frozen(morning()), ahead, database, World::sample()).await;
            story(&desk).await;
            desk.close().await;
        }
    }
}

/// The earliest and the latest of the instants that `sql` finds.
async fn instants(desk: &Desk, sql: &'static str) -> (DateTime<Utc>, DateTime<Utc>) {
    let found: Vec<(i64,)> = desk
        .store
        .read(move |tx| Box::pin(async move { tx.all(sql, Vec::new()).await }))
        .await
        .expect("it can be read");
    let found: Vec<DateTime<Utc>> = found.into_iter().map(|(at,)| instant(at)).collect();
    (*found.iter().min().expect("there is one"), *found.iter().max().expect("there is one"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_has_the_time_of_the_host_alone() {
    apart(async |desk| {
        desk.set_up().await;
        let declared = json!({"title": "checkout is down", "priority": "P1"});
        assert!(desk.alice.slash("general", "incident declare", declared).await.text().starts_with("**INC-1**"));
        let promise = json!({"incident": "INC-1", "message": "we look", "next-update": "30m"});
        desk.bob.slash("general", "incident update", promise).await;
        desk.typed(&desk.bob, "general", "@wardroom INC-1 note the disk is full").await;
        for sql in [
            "SELECT entry_at FROM journal_entry UNION ALL SELECT event_at + 1000000 FROM journal_entry",
            "SELECT received_at FROM inbox",
            "SELECT not_before FROM outbox WHERE kind = 'post'",
            "SELECT due_at - 1800000000 FROM timer WHERE kind = 'promised-update'",
        ] {
            let (earliest, latest) = instants(desk, sql).await;
            // What was typed has Discord's time, which is known to the second.
            let latest_that_can_be = desk.clock.now() + TimeDelta::seconds(2);
            assert!(earliest >= morning() && latest <= latest_that_can_be, "{sql}: {earliest} to {latest}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_as_old_as_discord_says() {
    apart(async |desk| {
        desk.set_up().await;
        let late = wardroom::playground::FaultPlan {
            late_interaction: 1.0,
            late_by: std::time::Duration::ZERO,
            ..Default::default()
        };
        desk.playground.faults().plan(late);
        let answer = desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(answer.text().starts_with("**INC-1**"), "{}", answer.text());
        desk.playground.faults().none();
    })
    .await;
}
