use serde_json::{Value, json};

use super::super::faults::{Fault, Scope};
use super::super::{Options, World};
use super::Bench;

#[tokio::test]
async fn the_sixth_message_in_five_seconds_is_429_with_discords_headers() {
    let bench = Bench::with(Options::default(), World::sample()).await;
    let path = format!("/channels/{}/messages", bench.channel("incidents"));
    for remaining in (0..5).rev() {
        let response = bench.send("POST", &path, &json!({"content": "a"})).await;
        assert_eq!(response.headers()["x-ratelimit-remaining"], remaining.to_string().as_str());
        assert_eq!(response.headers()["x-ratelimit-limit"], "5");
    }
    let response = bench.send("POST", &path, &json!({"content": "a"})).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-scope"], "user");
    assert_eq!(response.headers()["retry-after"], "5");
    let body: Value = response.json().await.unwrap();
    assert!(body["retry_after"].as_f64().unwrap() > 4.0);
    assert_eq!(body["global"], false);
    assert_eq!(bench.playground.messages("incidents").len(), 5);
    let other = format!("/channels/{}/messages", bench.channel("general"));
    bench.granted("POST", &other, json!({"content": "a"})).await;
}

#[tokio::test]
async fn ordered_refusals_have_their_scope_and_cloudflare_speaks_html() {
    let bench = Bench::new().await;
    let route = "/channels/{channel}/messages";
    let path = format!("/channels/{}/messages", bench.channel("incidents"));
    let faults = bench.playground.faults();
    let retry_after = std::time::Duration::from_millis(1500);
    faults.next("POST", route, Fault::RateLimited { retry_after, scope: Scope::Shared });
    faults.next("POST", route, Fault::RateLimited { retry_after, scope: Scope::Global });
    faults.next("POST", route, Fault::CloudflareBan);
    let response = bench.send("POST", &path, &json!({"content": "a"})).await;
    assert_eq!(
        (&response.headers()["x-ratelimit-scope"], &response.headers()["retry-after"]),
        (&"shared".parse().unwrap(), &"2".parse().unwrap())
    );
    let response = bench.send("POST", &path, &json!({"content": "a"})).await;
    assert_eq!(response.headers()["x-ratelimit-global"], "true");
    let response = bench.send("POST", &path, &json!({"content": "a"})).await;
    assert_eq!(response.status(), 429);
    assert!(response.headers().get("retry-after").is_none());
    assert!(response.text().await.unwrap().starts_with("<!doctype html>"));
    bench.post(json!({"content": "a"})).await;
    assert_eq!(faults.pending(), 0);
}

#[tokio::test]
async fn too_many_invalid_requests_close_the_door() {
    let bench = Bench::with(Options { invalid_request_limit: 3, ..Options::default() }, World::sample()).await;
    for _ in 0..3 {
        let url = format!("{}/api/v10/users/@me", bench.playground.url());
        assert_eq!(bench.client.get(url).send().await.unwrap().status(), 401);
    }
    let response = bench.send("GET", "/users/@me", &Value::Null).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["content-type"], "text/html; charset=UTF-8");
}
