//! The quarter before the tour of the demo: three months of incidents, and the digests that were posted as they passed.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use wardroom::clock::Clock;
use wardroom::playground::{Message, Options, Quarter, Tour, World};
use wardroom::{outbox, timer};

use crate::desk::{Database, Desk};
use crate::tour::nine;

/// How long the bot may take to say what is to be said.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays the quarter at a desk of its own, up to the morning on which the tour begins.
pub async fn played(database: Database) -> Desk {
    let (begin, story) = Quarter::of_a_payment_company().before(&Tour::checkout_outage(), nine());
    let clock = Clock::frozen(begin);
    let options = Options { clock: clock.reading(), rate_limits: false, limit_headers: false, ..Options::default() };
    let desk = Desk::open_as(options, clock, database, World::sample()).await;
    let to = async |elapsed: TimeDelta| pass_until(&desk, begin + elapsed).await;
    story.play(&desk.playground, Duration::ZERO, to).await.unwrap_or_else(|stopped| panic!("{stopped}"));
    pass_until(&desk, nine()).await;
    settle(&desk).await;
    desk
}

/// Moves the clock on, with a halt at each instant at which something is due. It stands at `until` exactly, so figures are the same on
/// each machine.
async fn pass_until(desk: &Desk, until: DateTime<Utc>) {
    settle(desk).await;
    while desk.clock.now() < until {
        let due = desk.store.read(|tx| Box::pin(timer::next_due(tx))).await.expect("timers can be read");
        let due = due.filter(|due| *due > desk.clock.now() && *due < until);
        desk.clock.advance(due.unwrap_or(until) - desk.clock.now());
        if due.is_some() {
            settle(desk).await;
        }
    }
}

/// Waits until nothing is due or unsaid. Edits of a card keep a distance, so the clock goes on.
async fn settle(desk: &Desk) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let now = desk.clock.now();
        let left = desk.store.read(move |tx| {
            Box::pin(async move { Ok((timer::due(tx, now, 1).await?.len(), outbox::unfinished(tx).await?)) })
        });
        if left.await.expect("the database can be read") == (0, 0) {
            return;
        }
        assert!(Instant::now() < give_up, "something is due or unsaid at {now}");
        tokio::time::sleep(Duration::from_millis(5)).await;
        desk.clock.advance(TimeDelta::milliseconds(500));
    }
}

/// The digests that were posted, oldest first.
pub fn digests(desk: &Desk) -> Vec<Message> {
    let posted = desk.playground.messages("digests");
    posted.into_iter().filter(|message| message.text().contains("Service levels ·")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_passes_and_each_week_and_month_of_it_is_told_once() {
    let desk = played(Database::sqlite()).await;
    let told = digests(&desk);
    let names: Vec<String> = told
        .iter()
        .filter_map(|message| {
            Some(message.text().lines().next()?.trim_start_matches("## 📊 Service levels · ").to_owned())
        })
        .collect();
    insta::assert_snapshot!("quarter.digests", names.join("\n"));
    let october = told.iter().find(|message| message.text().starts_with("## 📊 Service levels · October 2026"));
    let october = october.expect("the digest of October");
    let link = regex::Regex::new(r"\(https://discord\.com/channels/[0-9/]+\)").expect("a pattern");
    let text = link.replace_all(&october.text(), "(card)").into_owned();
    insta::assert_snapshot!("quarter.october", text);
    let pictures: Vec<String> = october
        .attachments
        .iter()
        .filter(|file| file["content_type"] == "image/png")
        .filter_map(|file| Some(format!("{}: {}", file["filename"].as_str()?, file["description"].as_str()?)))
        .collect();
    insta::assert_snapshot!("quarter.pictures", pictures.join("\n\n"));
    // What was told of October holds: nothing was corrected since.
    let now = desk.alice.slash("general", "sla digest now", json!({"period": "2026-10"})).await.finished().await;
    assert!(!now.text().contains("Adjusted"), "{}", now.text());
    desk.close().await;
}
