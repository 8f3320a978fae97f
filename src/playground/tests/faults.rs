use serde_json::json;

use super::super::faults::Fault;
use super::super::refusal::MISSING_PERMISSIONS;
use super::super::{FaultPlan, Options, World};
use super::Bench;

const CREATE: &str = "/channels/{channel}/messages";

#[tokio::test]
async fn an_error_before_the_effect_leaves_nothing_and_one_after_leaves_the_message() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/messages", bench.channel("incidents"));
    bench.playground.faults().next("POST", CREATE, Fault::ErrorBefore);
    assert_eq!(bench.call("POST", &path, json!({"content": "one"})).await.0, 500);
    assert!(bench.playground.messages("incidents").is_empty());
    bench.playground.faults().next("POST", CREATE, Fault::ErrorAfter);
    let body = json!({"content": "two", "nonce": "n", "enforce_nonce": true});
    assert_eq!(bench.call("POST", &path, body.clone()).await.0, 500);
    // The retry with the same nonce finds it.
    let found = bench.post(body).await;
    let messages = bench.playground.messages("incidents");
    assert_eq!((messages.len(), json!(messages[0].id)), (1, found["id"].clone()));
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer_at_all() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/messages", bench.channel("incidents"));
    bench.playground.faults().next("POST", CREATE, Fault::CutAfter);
    let sent = bench.request("POST", &path).json(&json!({"content": "a"})).send().await;
    assert!(sent.is_err());
    assert_eq!(bench.playground.messages("incidents").len(), 1);
    bench.playground.faults().next("POST", CREATE, Fault::CutBefore);
    assert!(bench.request("POST", &path).json(&json!({"content": "b"})).send().await.is_err());
    assert_eq!(bench.playground.messages("incidents").len(), 1);
    let log = bench.playground.requests();
    assert_eq!(
        log.iter().map(|request| (request.status, request.fault)).collect::<Vec<_>>(),
        [(0, Some("cut after")), (0, Some("cut before"))]
    );
}

#[tokio::test]
async fn an_ordered_refusal_names_its_code() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/messages", bench.channel("incidents"));
    bench.playground.faults().next("POST", CREATE, Fault::refused(MISSING_PERMISSIONS));
    bench.refused(50013, "POST", &path, json!({"content": "a"})).await;
    bench.post(json!({"content": "a"})).await;
}

#[tokio::test]
async fn the_same_seed_fails_the_same_requests() {
    let mut runs = Vec::new();
    for seed in [3, 3, 4] {
        let faults = FaultPlan { seed, error_before: 0.3, rate_limited: 0.2, ..FaultPlan::default() };
        let bench = Bench::with(Options { faults, rate_limits: false, ..Options::default() }, World::sample()).await;
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(bench.call("GET", "/users/@me", json!(null)).await.0);
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn the_request_log_is_bounded_and_keeps_bodies() {
    let options = Options { request_log: 3, rate_limits: false, ..Options::default() };
    let bench = Bench::with(options, World::sample()).await;
    for number in 0..5 {
        bench.post(json!({"content": number.to_string()})).await;
    }
    let log = bench.playground.requests();
    assert_eq!(log.iter().map(|request| request.number).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!((log[2].body["content"].as_str(), log[2].route, log[2].status), (Some("4"), Some(CREATE), 200));
}
