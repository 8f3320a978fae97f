use serde_json::json;

use super::*;
use crate::chat::message::Form;
use crate::discord::rest::fake::{Fake, Scripted, rest_at, says};
use crate::snowflake::{ApplicationId, InteractionId};

fn callback(kind: Kind) -> Callback {
    Callback { id: InteractionId(7), application: ApplicationId(2), token: "tok".into(), kind }
}

fn form() -> Answer {
    let form = Form { custom_id: "w1:upd:7".into(), title: "Update".into(), fields: Vec::new() };
    Answer::Form { form, instead: Message::say("Open the form.") }
}

fn say() -> Answer {
    Answer::Say(Message::say("done"))
}

fn no_content() -> Scripted {
    Scripted { status: 204, ..Scripted::default() }
}

const CALLBACK: &str = "POST /api/v10/interactions/7/tok/callback";
const ORIGINAL: &str = "/api/v10/webhooks/2/tok/messages/@original";

/// Answers an interaction of `kind` with `answer`, which takes `work`, after `age` had passed already.
async fn talk(script: Vec<Scripted>, kind: Kind, defer: bool, age: u64, work: u64, answer: Answer) -> (Given, Fake) {
    let (fake, base) = Fake::start(script).await;
    let received = Instant::now().checked_sub(Duration::from_millis(age)).expect("an instant");
    let handle = async move {
        tokio::time::sleep(Duration::from_millis(work)).await;
        answer
    };
    let given = super::answer(&rest_at(&base), &callback(kind), received, defer, handle).await;
    (given, fake)
}

async fn first_type(kind: Kind, age: u64, answer: Answer) -> serde_json::Value {
    let (given, fake) = talk(vec![no_content()], kind, age == 0, age, 0, answer).await;
    assert_eq!(given, Given::AtOnce);
    assert_eq!(fake.calls(), [CALLBACK]);
    fake.seen()[0].body["type"].clone()
}

#[tokio::test]
async fn what_is_ready_is_the_first_answer() {
    let (_, fake) = talk(vec![no_content()], Kind::Command, true, 0, 0, say()).await;
    let body = &fake.seen()[0].body;
    assert_eq!(
        (&body["type"], &body["data"]["flags"], &body["data"]["content"]),
        (&json!(4), &json!(64), &json!("done"))
    );
    let replace = || Answer::Replace(Message::say("new"));
    assert_eq!(first_type(Kind::Component, 0, replace()).await, 7);
    assert_eq!(first_type(Kind::Form { from_message: true }, 0, replace()).await, 7);
    assert_eq!(first_type(Kind::Form { from_message: false }, 0, replace()).await, 4);
    assert_eq!(first_type(Kind::Component, 0, Answer::Nothing).await, 6);
    assert_eq!(first_type(Kind::Component, 0, form()).await, 9);
    assert_eq!(first_type(Kind::Command, 0, form()).await, 9);
    assert_eq!(first_type(Kind::Command, 2_100, form()).await, 4);
    assert_eq!(first_type(Kind::Form { from_message: true }, 0, form()).await, 4);
}

#[tokio::test]
async fn what_takes_long_is_deferred_and_then_edited_in() {
    let (given, fake) =
        talk(vec![no_content()], Kind::Component, true, 1_400, 300, Answer::Replace(Message::say("new"))).await;
    assert_eq!(given, Given::Later);
    let seen = fake.seen();
    assert_eq!(seen[0].body, json!({"type": 5, "data": {"flags": 64}}));
    assert_eq!(seen[1].call, format!("PATCH {ORIGINAL}"));
    assert_eq!(seen[1].body["content"], "new");
    assert!(seen[1].body.get("flags").is_none());
}

#[tokio::test]
async fn a_verb_that_opens_a_form_is_not_deferred_before_it_must_be() {
    let (given, fake) = talk(vec![no_content()], Kind::Command, false, 1_700, 300, form()).await;
    assert_eq!(given, Given::AtOnce);
    assert_eq!(fake.seen()[0].body["data"]["content"], "Open the form.");
    let (given, fake) = talk(vec![no_content()], Kind::Command, false, 2_500, 300, form()).await;
    assert_eq!(given, Given::Later);
    assert_eq!(fake.seen()[0].body["type"], 5);
    assert_eq!(fake.seen()[1].body["content"], "Open the form.");
}

#[tokio::test]
async fn nothing_after_a_deferral_takes_the_thinking_away() {
    let (given, fake) = talk(vec![no_content()], Kind::Component, true, 1_450, 100, Answer::Nothing).await;
    assert_eq!(given, Given::Nothing);
    assert_eq!(fake.calls()[1], format!("DELETE {ORIGINAL}"));
    let (given, fake) = talk(vec![], Kind::Command, true, 0, 0, Answer::Nothing).await;
    assert_eq!((given, fake.calls().len()), (Given::Nothing, 0));
}

#[tokio::test]
async fn completions_are_in_time_or_empty() {
    let choices = Answer::Choices(vec![Choice { name: "INC-7".into(), value: "7".into() }]);
    let (_, fake) = talk(vec![no_content()], Kind::Complete, true, 0, 0, choices.clone()).await;
    assert_eq!(fake.seen()[0].body, json!({"type": 8, "data": {"choices": [{"name": "INC-7", "value": "7"}]}}));
    let (_, fake) = talk(vec![no_content()], Kind::Complete, true, 2_450, 300, choices).await;
    assert_eq!(fake.seen()[0].body, json!({"type": 8, "data": {"choices": []}}));
}

#[tokio::test]
async fn an_answer_that_may_have_arrived_is_repeated_and_40060_says_it_did() {
    let twice = vec![says(500, &json!({})), says(400, &json!({"code": 40060, "message": "already acknowledged"}))];
    let (given, fake) = talk(twice, Kind::Command, true, 0, 0, say()).await;
    assert_eq!((given, fake.calls().len()), (Given::AtOnce, 2));
    // Nobody knows, and no time is left: the edit settles it.
    let lost = vec![no_content().after(Duration::from_secs(5))];
    let (given, fake) = talk(lost, Kind::Command, false, 2_500, 0, say()).await;
    assert_eq!(given, Given::AtOnce);
    assert_eq!(fake.calls(), [CALLBACK.to_owned(), format!("PATCH {ORIGINAL}")]);
}

#[tokio::test]
async fn too_late_is_said_without_the_token_and_the_work_goes_on() {
    let (worked, mut works) = tokio::sync::mpsc::channel(1);
    let (_fake, base) = Fake::start([says(404, &json!({"code": 10062, "message": "Unknown interaction"}))]).await;
    let received = Instant::now().checked_sub(Duration::from_millis(1_450)).expect("an instant");
    let handle = async move {
        tokio::time::sleep(Duration::from_millis(400)).await;
        worked.send(()).await.expect("a listener");
        say()
    };
    let given = super::answer(&rest_at(&base), &callback(Kind::Command), received, true, handle).await;
    assert_eq!(given, Given::TooLate);
    assert!(works.recv().await.is_some(), "the handler was not cancelled");
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_for() {
    let (fake, base) = Fake::start([no_content()]).await;
    let given =
        super::answer(&rest_at(&base), &callback(Kind::Command), Instant::now(), true, async { panic!("a test") })
            .await;
    assert_eq!(given, Given::AtOnce);
    assert!(fake.seen()[0].body["data"]["content"].as_str().expect("words").contains("went wrong"));
    let given = answer_unreadable(&rest_at(&base), &callback(Kind::Component), Instant::now()).await;
    assert_eq!(given, Given::AtOnce);
}

#[tokio::test]
async fn an_answer_that_discord_refuses_is_replaced_by_a_plain_one() {
    let refused = || says(400, &json!({"code": 50035, "message": "Invalid Form Body"}));
    let (given, fake) = talk(vec![refused(), no_content()], Kind::Command, true, 0, 0, say()).await;
    assert!(matches!(given, Given::Failed(_)));
    assert!(fake.seen()[1].body["data"]["content"].as_str().expect("words").contains("would not show"));
    let (given, fake) = talk(vec![no_content(), refused()], Kind::Command, true, 1_450, 100, say()).await;
    assert!(matches!(given, Given::Failed(_)));
    assert!(fake.seen()[2].body["content"].as_str().expect("words").contains("would not show"));
}

fn with_file(size: usize) -> Answer {
    let file = crate::chat::file::File::new("report.html", "text/html", vec![b'x'; size]);
    Answer::Say(Message::say("the report").file(file))
}

/// The JSON of a request with files, and how many bytes its first file has.
fn upload(seen: &crate::discord::rest::fake::Seen) -> (serde_json::Value, usize) {
    let kind = seen.headers["content-type"].to_str().expect("a media type");
    let (_, boundary) = kind.split_once("multipart/form-data; boundary=").expect("a form");
    let text = String::from_utf8_lossy(&seen.raw).into_owned();
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    let content = |part: &str| part.split_once("\r\n\r\n").expect("a part").1.trim_end().to_owned();
    assert!(parts[2].contains("name=\"files[0]\"; filename=\"report.html\"") && parts[2].contains("text/html"));
    (serde_json::from_str(&content(parts[1])).expect("payload_json"), content(parts[2]).len())
}

#[tokio::test]
async fn a_small_file_goes_with_the_first_answer_and_a_large_one_after_a_deferral() {
    let (given, fake) = talk(vec![no_content()], Kind::Command, true, 0, 0, with_file(10)).await;
    assert_eq!(given, Given::AtOnce);
    let (json, size) = upload(&fake.seen()[0]);
    assert_eq!((&json["type"], size), (&json!(4), 10));
    assert_eq!(json["data"]["attachments"], json!([{"id": "0", "filename": "report.html"}]));
    assert_eq!(json["data"]["flags"], 64);

    let (given, fake) = talk(vec![no_content()], Kind::Command, true, 0, 0, with_file(FILES_AT_ONCE + 1)).await;
    assert_eq!(given, Given::Later);
    assert_eq!(fake.calls(), [CALLBACK.to_owned(), format!("PATCH {ORIGINAL}")]);
    assert_eq!(fake.seen()[0].body, json!({"type": 5, "data": {"flags": 64}}));
    let (json, size) = upload(&fake.seen()[1]);
    assert_eq!((&json["content"], size), (&json!("the report"), FILES_AT_ONCE + 1));
    assert_eq!(json["attachments"], json!([{"id": "0", "filename": "report.html"}]));
}
