//! The dispatcher against a small server that answers from a script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::fake::{Fake, Scripted, rest_at, says};
use super::*;
use crate::clock::Clock;
use crate::outbox::effect::{Courier, Effect, Outcome, Probe};
use crate::snowflake::{ApplicationId, ChannelId, InteractionId, MessageId, UserId};

async fn scripted(script: impl IntoIterator<Item = Scripted>) -> (Fake, Rest) {
    let (fake, base) = Fake::start(script).await;
    (fake, rest_at(&base))
}

fn within(seconds: f64) -> Instant {
    Instant::now() + Duration::from_secs_f64(seconds)
}

fn post(channel: u64, seconds: f64) -> Call<'static> {
    Call::new(Method::Post, Endpoint::Messages(ChannelId(channel)), within(seconds)).body(json!({"content": "x"}))
}

fn answer() -> Call<'static> {
    Call::new(Method::Post, Endpoint::Callback(InteractionId(7), "tok"), within(3.0))
        .body(json!({"type": 5}))
        .repeatable()
}

#[tokio::test]
async fn a_call_goes_to_the_base_with_our_name_and_the_token() {
    let (fake, rest) = scripted([]).await;
    let mut call = Call::new(Method::Get, Endpoint::Messages(ChannelId(5)), within(3.0));
    call.query = vec![("after", "9".into()), ("limit", "100".into())];
    rest.call(Lane::State, call).await.expect("an answer");
    rest.call(Lane::Page, post(5, 3.0)).await.expect("an answer");
    let seen = fake.seen();
    assert_eq!(seen[0].call, "GET /api/v10/channels/5/messages?&after=9&limit=100");
    assert_eq!(seen[1].call, "POST /api/v10/channels/5/messages");
    assert_eq!(seen[1].body, json!({"content": "x"}));
    assert_eq!(seen[0].headers["authorization"], "Bot t0ken");
    assert_eq!(seen[0].headers.get_all("user-agent").iter().count(), 1);
    assert_eq!(seen[0].headers["user-agent"], wire::AGENT);
}

#[test]
fn a_base_with_a_path_or_without_a_host_is_refused() {
    let new = |base: &str| Rest::new(base, &SecretString::from("t"), Clock::system().reading());
    for base in ["", "discord.com", "http://127.0.0.1:1/api", "ftp://x"] {
        assert!(new(base).is_err(), "{base}");
    }
    for base in ["https://discord.com", "https://discord.com/", " http://127.0.0.1:80 "] {
        assert!(new(base).is_ok(), "{base}");
    }
}

#[tokio::test]
async fn an_empty_bucket_waits_for_its_reset_and_another_channel_does_not() {
    let last = says(200, &json!({}))
        .header("x-ratelimit-bucket", "abc")
        .header("x-ratelimit-limit", 5)
        .header("x-ratelimit-remaining", 0)
        .header("x-ratelimit-reset-after", "0.4");
    let (fake, rest) = scripted([last]).await;
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    rest.call(Lane::State, post(2, 3.0)).await.expect("an answer");
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    let seen = fake.seen();
    assert!(seen[1].at - seen[0].at < Duration::from_millis(200));
    assert!(seen[2].at - seen[0].at >= Duration::from_millis(390));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_for_later_at_once() {
    let last = says(200, &json!({}))
        .header("x-ratelimit-bucket", "abc")
        .header("x-ratelimit-limit", 5)
        .header("x-ratelimit-remaining", 0)
        .header("x-ratelimit-reset-after", "60");
    let (_, rest) = scripted([last]).await;
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    let started = Instant::now();
    let error = rest.call(Lane::State, post(1, 3.0)).await.expect_err("a wait");
    assert!(matches!(error, CallError::Later(wait, _) if wait > Duration::from_secs(55)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_429_waits_as_long_as_its_body_says_and_goes_again() {
    let busy =
        says(429, &json!({"message": "slow down", "retry_after": 0.35, "global": false})).header("retry-after", 1);
    let (fake, rest) = scripted([busy]).await;
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    let seen = fake.seen();
    let waited = seen[1].at - seen[0].at;
    assert!(waited >= Duration::from_millis(340) && waited < Duration::from_millis(900), "{waited:?}");
}

#[tokio::test]
async fn a_global_429_stops_everything_but_answers() {
    let busy = says(429, &json!({"retry_after": 0.5, "global": true})).header("x-ratelimit-scope", "global");
    let (fake, rest) = scripted([busy]).await;
    let first = tokio::spawn({
        let rest = rest.clone();
        async move { rest.call(Lane::State, post(1, 3.0)).await }
    });
    tokio::time::sleep(Duration::from_millis(150)).await;
    let second = tokio::spawn({
        let rest = rest.clone();
        async move { rest.call(Lane::Page, post(2, 3.0)).await }
    });
    rest.call(Lane::Answer, answer()).await.expect("an answer");
    first.await.expect("no panic").expect("an answer");
    second.await.expect("no panic").expect("an answer");
    let seen = fake.seen();
    assert_eq!(seen[1].call, "POST /api/v10/interactions/7/tok/callback");
    assert!(seen[1].at - seen[0].at < Duration::from_millis(400));
    assert!(seen[2].call.contains("/channels/2/"), "the page goes first: {}", seen[2].call);
    assert!(seen[2].at - seen[0].at >= Duration::from_millis(490));
}

#[tokio::test]
async fn cloudflares_429_is_html_and_means_everything() {
    let html = Scripted { status: 429, body: "<html>error 1015</html>".into(), ..Scripted::default() };
    let (fake, rest) = scripted([html.clone().header("retry-after", 1)]).await;
    let error = rest.call(Lane::State, post(1, 0.8)).await.expect_err("a wait");
    assert!(matches!(error, CallError::Later(wait, _) if wait == Duration::from_secs(1)), "{error}");
    let error = rest.call(Lane::State, post(2, 0.2)).await.expect_err("a wait");
    assert!(matches!(error, CallError::Later(..)), "{error}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_5xx_leaves_a_post_unknown_and_is_tried_again_where_that_is_safe() {
    let (fake, rest) = scripted([says(502, &json!({}))]).await;
    let error = rest.call(Lane::State, post(1, 3.0)).await.expect_err("nobody knows");
    assert!(matches!(error, CallError::Unknown(_)), "{error}");
    assert_eq!(fake.seen().len(), 1);
    fake.then([says(502, &json!({})), says(200, &json!({"id": "9"}))]);
    let answered = rest.call(Lane::State, post(1, 8.0).repeatable()).await.expect("an answer");
    assert_eq!(answered.body["id"], "9");
    fake.then([says(500, &json!({})), says(500, &json!({})), says(500, &json!({})), says(500, &json!({}))]);
    let error = rest.call(Lane::State, post(1, 0.4).repeatable()).await.expect_err("nobody knows");
    assert!(matches!(error, CallError::Unknown(_)), "{error}");
}

#[tokio::test]
async fn no_answer_in_time_is_unknown_and_names_no_token() {
    let (_, rest) = scripted([says(200, &json!({})).after(Duration::from_secs(5))]).await;
    let mut call = answer();
    call.deadline = within(0.3);
    let error = rest.call(Lane::Answer, call).await.expect_err("nobody knows");
    assert!(matches!(error, CallError::Unknown(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("tok/"), "{error:?}");
}

#[tokio::test]
async fn without_a_connection_it_is_for_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = rest_at(&base).call(Lane::State, post(1, 0.6)).await.expect_err("no connection");
    assert!(matches!(error, CallError::Later(..)), "{error}");
}

#[tokio::test]
async fn a_401_ends_the_token_but_not_when_it_is_about_an_interaction() {
    let (fake, rest) = scripted([says(401, &json!({"code": 50027, "message": "Invalid Webhook Token"}))]).await;
    let error = rest.call(Lane::Answer, answer()).await.expect_err("a refusal");
    assert!(error.is_code(50_027));
    assert!(!*rest.token_dead().borrow());
    fake.then([says(401, &json!({"code": 0, "message": "401: Unauthorized"}))]);
    assert_eq!(rest.me().await, Err(CallError::TokenDead));
    assert!(*rest.token_dead().borrow());
    assert_eq!(rest.call(Lane::State, post(1, 3.0)).await, Err(CallError::TokenDead));
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn refusals_carry_discords_code_and_words() {
    let errors = json!({"code": 50035, "message": "Invalid Form Body", "errors": {"content": "too long"}});
    let (_, rest) = scripted([says(400, &errors)]).await;
    let Err(CallError::Refused { status, code, message }) = rest.call(Lane::State, post(1, 3.0)).await else {
        panic!("no refusal")
    };
    assert_eq!((status, code), (400, 50_035));
    assert!(message.contains("Invalid Form Body") && message.contains("too long"));
}

#[tokio::test]
async fn the_offset_of_discords_clock_is_learnt() {
    let clock = Clock::system();
    let date = |at: DateTime<Utc>| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let (fake, rest) = scripted([says(200, &json!({})).header("date", date(clock.now()))]).await;
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    assert_eq!(rest.offset(), TimeDelta::zero());
    fake.then([says(200, &json!({})).header("date", date(clock.now() + TimeDelta::hours(5)))]);
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    assert!((rest.offset() - TimeDelta::hours(5)).abs() < TimeDelta::seconds(2), "{}", rest.offset());
    assert!(rest.offset() > TimeDelta::minutes(299));
}

#[tokio::test]
async fn a_thousand_refusals_leave_only_answers_and_pages() {
    let (fake, rest) = scripted([]).await;
    for _ in 0..budget::STRAINED {
        rest.shared.gate.note_invalid();
    }
    let error = rest.call(Lane::State, post(1, 1.0)).await.expect_err("held back");
    assert!(matches!(error, CallError::Later(wait, _) if wait > Duration::from_mins(9)), "{error}");
    rest.call(Lane::Page, post(1, 1.0)).await.expect("an answer");
    for _ in budget::STRAINED..budget::EXHAUSTED {
        rest.shared.gate.note_invalid();
    }
    assert!(rest.call(Lane::Answer, answer()).await.is_err());
    assert_eq!(fake.seen().len(), 1);
}

/// Everything that is logged while it lives, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_is_logged_at_any_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (_, rest) = scripted([says(500, &json!({})), says(404, &json!({"code": 10015, "message": "m"}))]).await;
    let call =
        Call::new(Method::Post, Endpoint::Callback(InteractionId(7), "s3cret"), within(3.0)).body(json!({"type": 5}));
    rest.call(Lane::Answer, call.repeatable()).await.expect_err("a refusal");
    tracing::info!("the end");
    let logged = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(logged.contains("the end"));
    assert!(!logged.contains("s3cret") && !logged.contains("t0ken"), "{logged}");
}

#[tokio::test]
async fn interactions_leave_nothing_behind() {
    let (_, rest) = scripted([]).await;
    for id in 1..50 {
        let call = Call::new(Method::Post, Endpoint::Callback(InteractionId(id), "t"), within(3.0));
        rest.call(Lane::Answer, call).await.expect("an answer");
    }
    assert_eq!(rest.shared.gate.buckets(), 0);
}

#[tokio::test]
async fn the_application_is_found_by_any_of_three_addresses() {
    let missing = || says(404, &json!({"code": 0, "message": "404: Not Found"}));
    let (fake, rest) = scripted([says(200, &json!({"id": "42"}))]).await;
    assert_eq!(rest.application().await, Ok(ApplicationId(42)));
    fake.then([missing(), says(200, &json!({"id": "43"})), missing(), missing(), says(200, &json!({"id": "44"}))]);
    assert_eq!(rest.application().await, Ok(ApplicationId(43)));
    assert_eq!(rest.application().await, Ok(ApplicationId(44)));
    assert_eq!(fake.calls()[0], "GET /api/v10/applications/@me");
    fake.then([missing()]);
    assert_eq!(rest.gateway_bot().await, Ok(None));
}

#[tokio::test]
async fn the_courier_tells_the_outbox_how_it_went() {
    let refusal = |status, code: u64| says(status, &json!({"code": code, "message": "m"}));
    let (fake, rest) = scripted([]).await;
    let courier = crate::discord::courier::DiscordCourier::new(rest);
    let channel = ChannelId(1);
    let post = || Effect::Post { channel, payload: json!({"content": "x"}), files: Vec::new(), nonce: "n".into() };
    let edit = || Effect::Edit { channel, message: MessageId(9), payload: json!({}) };
    let thread = || Effect::OpenThread { channel, message: MessageId(9), name: "INC-7".into() };
    for (answer, effect, outcome) in [
        (says(200, &json!({"id": "9"})), post(), Outcome::Done(Some(9))),
        (refusal(404, 10_008), post(), Outcome::Gone),
        (refusal(404, 10_003), post(), Outcome::Refused { code: 10_003, why: "m".into() }),
        (refusal(404, 10_008), edit(), Outcome::Gone),
        (refusal(400, 30_046), edit(), Outcome::Refused { code: 30_046, why: "m".into() }),
        (refusal(429, 30_046), edit(), Outcome::Refused { code: 30_046, why: "m".into() }),
        (refusal(400, 160_004), thread(), Outcome::Done(Some(9))),
        (says(201, &json!({"id": "9"})), thread(), Outcome::Done(Some(9))),
        (
            Scripted { status: 204, ..Scripted::default() },
            Effect::AddMember { thread: channel, user: UserId(3) },
            Outcome::Done(None),
        ),
    ] {
        fake.then([answer]);
        assert_eq!(courier.deliver(Lane::State, effect).await, outcome);
    }
    let seen = fake.seen();
    assert_eq!(seen[0].body, json!({"content": "x", "nonce": "n", "enforce_nonce": true}));
    assert_eq!(seen[6].body, json!({"name": "INC-7", "auto_archive_duration": 10_080}));
    assert_eq!(seen[9].call, "PUT /api/v10/channels/1/thread-members/3");
}

#[tokio::test]
async fn a_search_goes_through_pages_and_knows_an_unreadable_channel() {
    let since: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().expect("an instant");
    let first = crate::snowflake::at(since);
    let message =
        |id: u64, author: &str, text: &str| json!({"id": id.to_string(), "author": {"id": author}, "content": text});
    let full: Vec<Value> = (1..=100).map(|n| message(first + n, "3", "hello")).collect();
    let (fake, rest) = scripted([
        says(200, &json!({"id": "3"})),
        says(200, &Value::Array(full)),
        says(200, &json!([message(first + 101, "4", "hello"), message(first + 102, "3", "found")])),
    ])
    .await;
    let courier = crate::discord::courier::DiscordCourier::new(rest);
    let find = |text: &str| courier.find(ChannelId(1), since, json!({"content": text}), "n".into(), Vec::new());
    assert_eq!(find("found").await, Probe::Found(MessageId(first + 102)));
    assert!(fake.calls()[2].contains(&format!("after={}", first + 100)));
    fake.then([says(200, &json!([message(first + 1, "4", "found")]))]);
    assert_eq!(find("found").await, Probe::Absent);
    fake.then([says(200, &json!([])), says(200, &json!({"last_message_id": (first + 5).to_string()}))]);
    assert!(matches!(find("found").await, Probe::CannotTell(_)));
    fake.then([says(200, &json!([])), says(200, &json!({"last_message_id": null}))]);
    assert_eq!(find("found").await, Probe::Absent);
}

#[tokio::test]
async fn a_search_goes_by_discords_clock_and_passes_over_what_is_known() {
    let since = Clock::system().now();
    let date = (since + TimeDelta::hours(2)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let id = |offset: TimeDelta| crate::snowflake::at(since + offset);
    let (before, mine) = (id(TimeDelta::minutes(119)), id(TimeDelta::hours(2)) + 7);
    let (twin, hours) = (mine + 1, TimeDelta::hours(2));
    let message = |id: u64| json!({"id": id.to_string(), "author": {"id": "3"}, "content": "again"});
    let (fake, rest) = scripted([
        says(200, &json!({})).header("date", date.clone()),
        says(200, &json!({"id": "3"})).header("date", date),
        says(200, &json!([message(mine), message(twin)])),
    ])
    .await;
    rest.call(Lane::State, post(1, 3.0)).await.expect("an answer");
    let courier = crate::discord::courier::DiscordCourier::new(rest);
    let found = courier.find(ChannelId(1), since, json!({"content": "again"}), "n".into(), vec![MessageId(mine)]).await;
    assert_eq!(found, Probe::Found(MessageId(twin)));
    let asked = fake.calls()[2].split("after=").nth(1).and_then(|rest| rest.split('&').next()?.parse::<u64>().ok());
    let asked = asked.expect("a search after an id");
    assert!(asked > before && asked < id(hours), "{asked}");
}
