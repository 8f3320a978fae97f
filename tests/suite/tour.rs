//! The tour of the demo: a whole incident in a conversation, and the report that is made of it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use wardroom::clock::Clock;
use wardroom::playground::{Message, Options, Tour, World};

use crate::desk::{Database, Desk};

/// Tuesday, 24 November 2026, 09:00 in London.
pub fn nine() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T09:00:00Z").expect("a date").to_utc()
}

/// Plays the tour of the demo at `desk`, whose clock stands at [`nine`], as fast as possible.
pub async fn play(desk: &Desk) {
    let clock = async |elapsed: TimeDelta| pass_until(desk, nine() + elapsed).await;
    let played = Tour::checkout_outage().play(&desk.playground, Duration::ZERO, clock).await;
    played.unwrap_or_else(|stopped| panic!("{stopped}"));
}

/// Moves the clock on, with a halt at each instant at which something is due, so that nothing comes late.
async fn pass_until(desk: &Desk, until: DateTime<Utc>) {
    desk.settle().await;
    while desk.clock.now() < until {
        let due = desk.store.read(|tx| Box::pin(wardroom::timer::next_due(tx))).await.expect("timers can be read");
        let halt = due.filter(|due| *due > desk.clock.now()).map_or(until, |due| due.min(until));
        desk.pass(halt - desk.clock.now()).await;
    }
}

/// The desk of a tour. The bot is not held back by limits that are told and not kept: the tour is long.
pub async fn desk(database: Database) -> Desk {
    let clock = Clock::frozen(nine());
    let options = Options { clock: clock.reading(), rate_limits: false, limit_headers: false, ..Options::default() };
    Desk::open_as(options, clock, database, World::sample()).await
}

/// A file of `message`, with what differs from run to run made the same.
fn file(desk: &Desk, message: &Message, name: &str) -> String {
    let bytes = desk.playground.file(message, name).expect("the file is there");
    let text = String::from_utf8(bytes).expect("text");
    let text = text.replace(concat!("wardroom ", env!("CARGO_PKG_VERSION")), "wardroom ⟨version⟩");
    let ids = regex::Regex::new(r"\b\d{17,20}\b").expect("a pattern");
    let hashes = regex::Regex::new(r"\b[0-9a-f]{64}\b").expect("a pattern");
    // When exactly something arrived depends on how fast this machine is.
    let seconds = regex::Regex::new(r"(\d\d:\d\d):\d\d(\.\d+)?").expect("a pattern");
    let text = ids.replace_all(&text, "⟨id⟩");
    let text = hashes.replace_all(&text, "⟨hash⟩");
    seconds.replace_all(&text, "$1").into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_is_played_to_its_end_and_its_report_is_this_one() {
    for database in Database::each().await {
        let desk = desk(database).await;
        play(&desk).await;
        let answer =
            desk.alice.slash("general", "incident report", json!({"incident": "INC-1"})).await.finished().await;
        let message = answer.message().expect("a report");
        assert!(message.text().contains("from its 8"), "{}", message.text());
        let shown: Vec<String> = ["md", "html", "json"]
            .into_iter()
            .map(|ending| file(&desk, &message, &format!("INC-1-summary.{ending}")))
            .collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!("report.md", shown[0]);
            insta::assert_snapshot!("report.html", shown[1]);
            insta::assert_snapshot!("report.json", shown[2]);
        }
        // The journal verifies, and the record is what the journal says.
        desk.close().await;
    }
}
