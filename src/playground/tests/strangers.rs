use std::sync::Arc;

use chrono::DateTime;
use serde_json::Value;

use super::super::{Options, World};
use super::Bench;

#[tokio::test]
async fn foreign_hosts_and_origins_are_turned_away() {
    let bench = Bench::new().await;
    let url = bench.playground.url();
    assert_eq!(bench.client.get(&url).send().await.unwrap().status(), 200);
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example"), ("origin", "null")] {
        let response = bench.client.get(&url).header(name, value).send().await.unwrap();
        assert_eq!(response.status(), 403, "{name}: {value}");
    }
    let rest = bench.request("GET", "/users/@me").header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(rest.status(), 403);
    // A client that resolves discord.com to this machine is the bot.
    let rest = bench.request("GET", "/users/@me").header("host", "discord.com").send().await.unwrap();
    assert_eq!(rest.status(), 200);
}

#[tokio::test]
async fn every_answer_bears_the_date_of_the_given_clock() {
    let then = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let bench = Bench::with(Options { clock: Arc::new(move || then), ..Options::default() }, World::sample()).await;
    for path in ["/users/@me", "/nothing"] {
        let response = bench.send("GET", path, &Value::Null).await;
        assert_eq!(response.headers()["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
    }
    assert_eq!(bench.playground.application_id().time(), then);
}

#[tokio::test]
async fn a_stopped_playground_gives_its_port_back() {
    let bench = Bench::new().await;
    let port = bench.playground.url().rsplit(':').next().unwrap().parse().unwrap();
    bench.playground.stop().await;
    let again = Bench::with(Options { port, ..Options::default() }, World::sample()).await;
    again.granted("GET", "/users/@me", Value::Null).await;
}
