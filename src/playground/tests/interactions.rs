use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Options, Outcome, What, World};
use super::{Bench, alice, answered, commands, errors_at};

#[tokio::test]
async fn a_command_carries_its_options_by_type_and_is_answered() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let options = json!({"title": "checkout is down", "impact": "High", "commander": "bob", "count": 3});
    let callback = json!({"type": 4, "data": {"content": "INC-1", "flags": 64}});
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", options);
    let (interaction, status, _, answer) = answered(&bench, &mut socket, act, callback).await;
    assert_eq!(status, 204);
    assert_eq!(answer.text(), "INC-1");
    assert!(answer.is_ephemeral() && !answer.was_deferred());
    let bob = bench.playground.person("bob").id();
    assert_eq!(
        interaction["data"]["options"],
        json!([{"name": "declare", "type": 1, "options": [
            {"name": "title", "type": 3, "value": "checkout is down"},
            {"name": "impact", "type": 3, "value": "high"},
            {"name": "commander", "type": 6, "value": bob.to_string()},
            {"name": "count", "type": 4, "value": 3}]}])
    );
    assert_eq!(interaction["data"]["resolved"]["users"][bob.to_string()]["global_name"], "Bob Okafor");
    for key in ["application_id", "token", "version", "locale", "app_permissions", "attachment_size_limit"] {
        assert!(!interaction[key].is_null(), "{key} is missing");
    }
    assert_eq!(interaction["context"], 0);
    assert!(bench.playground.messages("incidents").is_empty(), "an ephemeral answer is nobody else's");
    assert_eq!(alice(&bench).reads("incidents").len(), 1);
    assert!(bench.playground.person("bob").reads("incidents").is_empty());
}

#[tokio::test]
async fn the_client_does_not_send_what_the_definition_forbids() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let person = alice(&bench);
    for (command, options, reason) in [
        ("incident declare", json!({}), "The option title is required."),
        (
            "incident declare",
            json!({"title": "t", "impact": "huge"}),
            "impact: This is none of the choices: High, Low.",
        ),
        ("incident declare", json!({"title": "t", "count": 0}), "count: This is less than 1."),
        ("incident declare", json!({"title": "t", "nothing": 0}), "/incident declare has no option named nothing."),
        ("incident", json!({}), "/incident needs one of: declare."),
        ("nothing", json!({}), "No command /nothing is registered here."),
    ] {
        let answer = person.slash("incidents", command, options).await;
        assert_eq!(answer.outcome, Outcome::NotSent(reason.into()));
    }
}

#[tokio::test]
async fn a_second_answer_is_40060_and_an_unknown_interaction_10062() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", json!({"title": "t"}));
    let callback = json!({"type": 4, "data": {"content": "a"}});
    let (interaction, ..) = answered(&bench, &mut socket, act, callback.clone()).await;
    let (id, token) = (interaction["id"].as_str().unwrap(), interaction["token"].as_str().unwrap());
    bench.refused(40060, "POST", &format!("/interactions/{id}/{token}/callback"), callback.clone()).await;
    bench.refused(10062, "POST", &format!("/interactions/{id}/wrong/callback"), callback.clone()).await;
    bench.refused(10062, "POST", &format!("/interactions/1/{token}/callback"), callback).await;
    bench
        .refused(
            10015,
            "PATCH",
            &format!("/webhooks/{}/wrong/messages/@original", bench.playground.application_id()),
            json!({}),
        )
        .await;
}

#[tokio::test]
async fn an_answer_after_the_time_limit_is_10062_and_the_person_sees_that_nothing_came() {
    let options = Options { answer_within: Duration::from_millis(50), rate_limits: false, ..Options::default() };
    let bench = Bench::with(options, World::sample()).await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let answer = alice(&bench).slash("incidents", "incident declare", json!({"title": "t"})).await;
    assert_eq!(answer.outcome, Outcome::TimedOut);
    let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
    let (id, token) = (interaction["id"].as_str().unwrap(), interaction["token"].as_str().unwrap());
    bench.refused(10062, "POST", &format!("/interactions/{id}/{token}/callback"), json!({"type": 5})).await;
}

#[tokio::test]
async fn a_token_is_good_for_its_lifetime_only() {
    let options = Options { token_lifetime: Duration::ZERO, rate_limits: false, ..Options::default() };
    let bench = Bench::with(options, World::sample()).await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", json!({"title": "t"}));
    let (interaction, ..) = answered(&bench, &mut socket, act, json!({"type": 5})).await;
    let path = format!(
        "/webhooks/{}/{}/messages/@original",
        bench.playground.application_id(),
        interaction["token"].as_str().unwrap()
    );
    bench.refused(50027, "PATCH", &path, json!({"content": "late"})).await;
}

#[tokio::test]
async fn a_deferral_is_filled_in_by_an_edit_and_followups_come_after() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", json!({"title": "t"}));
    let callback = json!({"type": 5, "data": {"flags": 64}});
    let (interaction, _, _, answer) = answered(&bench, &mut socket, act, callback).await;
    assert!(answer.was_deferred() && answer.is_ephemeral());
    let webhook = format!("/webhooks/{}/{}", bench.playground.application_id(), interaction["token"].as_str().unwrap());
    let fill = bench.granted(
        "PATCH",
        Box::leak(format!("{webhook}/messages/@original").into_boxed_str()),
        json!({"content": "done"}),
    );
    let (edited, answer) = tokio::join!(fill, answer.finished());
    assert_eq!(answer.text(), "done");
    assert!(edited["edited_timestamp"].is_null(), "the first words are no edit");
    let followup = bench.granted("POST", &webhook, json!({"content": "and", "flags": 64})).await;
    assert_eq!(answer.followups()[0].text(), "and");
    let followup = followup["id"].as_str().unwrap();
    bench.granted("DELETE", &format!("{webhook}/messages/{followup}"), Value::Null).await;
    assert!(answer.followups().is_empty());
    bench.refused(10008, "PATCH", &format!("{webhook}/messages/1"), json!({"content": "x"})).await;
}

#[tokio::test]
async fn a_deferral_carries_no_flag_but_ephemeral_and_wrong_types_are_refused() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", json!({"title": "t"}));
    let bot = async {
        let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
        let path = format!(
            "/interactions/{}/{}/callback",
            interaction["id"].as_str().unwrap(),
            interaction["token"].as_str().unwrap()
        );
        let refusal = bench.refused(50035, "POST", &path, json!({"type": 5, "data": {"flags": 32768}})).await;
        assert_eq!(errors_at(&refusal, &["data", "flags"]), "MESSAGE_FLAGS_INVALID");
        let refusal = bench.refused(50035, "POST", &path, json!({"type": 7, "data": {"content": "a"}})).await;
        assert_eq!(errors_at(&refusal, &["type"]), "BASE_TYPE_CHOICES");
        bench.refused(50035, "POST", &path, json!({"type": 4, "data": {"content": "a".repeat(2001)}})).await;
        let response = bench
            .granted("POST", &format!("{path}?with_response=true"), json!({"type": 4, "data": {"content": "a"}}))
            .await;
        assert_eq!(response["resource"]["message"]["content"], "a");
    };
    let ((), answer) = tokio::join!(bot, act);
    assert_eq!(answer.text(), "a");
}

#[tokio::test]
async fn completions_offer_25_choices_at_most() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let choices = |count: usize| -> Vec<Value> {
        (0..count).map(|n| json!({"name": format!("service {n}"), "value": n.to_string()})).collect()
    };
    let person = alice(&bench);
    let act = person.completion("incidents", "incident declare", json!({"service": "pay"}), "service");
    let callback = json!({"type": 8, "data": {"choices": choices(25)}});
    let (interaction, status, _, answer) = answered(&bench, &mut socket, act, callback).await;
    assert_eq!((status, answer.choices().len()), (204, 25));
    assert_eq!(interaction["type"], 4);
    let focused = &interaction["data"]["options"][0]["options"][0];
    assert_eq!(*focused, json!({"name": "service", "type": 3, "value": "pay", "focused": true}));
    let act = person.completion("incidents", "incident declare", json!({}), "service");
    let bot = async {
        let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
        let path = format!(
            "/interactions/{}/{}/callback",
            interaction["id"].as_str().unwrap(),
            interaction["token"].as_str().unwrap()
        );
        bench.refused(50035, "POST", &path, json!({"type": 8, "data": {"choices": choices(26)}})).await;
        let long = json!({"type": 8, "data": {"choices": [{"name": "n".repeat(101), "value": "v"}]}});
        bench.refused(50035, "POST", &path, long).await;
        bench.granted("POST", &path, json!({"type": 8, "data": {"choices": []}})).await;
    };
    tokio::join!(bot, act);
}

#[tokio::test]
async fn modals_keep_their_limits() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let field =
        |id: &str| json!({"type": 1, "components": [{"type": 4, "style": 2, "custom_id": id, "label": "What?"}]});
    let form = |title: String, rows: Vec<Value>| json!({"type": 9, "data": {"custom_id": "f", "title": title, "components": rows}});
    let person = alice(&bench);
    let act = person.slash("incidents", "incident declare", json!({"title": "t"}));
    let bot = async {
        let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
        let path = format!(
            "/interactions/{}/{}/callback",
            interaction["id"].as_str().unwrap(),
            interaction["token"].as_str().unwrap()
        );
        let long =
            json!({"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "a", "label": "l".repeat(46)}]});
        for (body, place, code) in [
            (form("t".repeat(46), vec![field("a")]), &["data", "title"][..], "BASE_TYPE_BAD_LENGTH"),
            (form("t".into(), vec![]), &["data", "components"], "BASE_TYPE_BAD_LENGTH"),
            (
                form("t".into(), (0..6).map(|n| field(&n.to_string())).collect()),
                &["data", "components"],
                "BASE_TYPE_BAD_LENGTH",
            ),
            (
                form("t".into(), vec![field("a"), field("a")]),
                &["data", "components", "1", "components", "0", "custom_id"],
                "COMPONENT_CUSTOM_ID_DUPLICATED",
            ),
            (
                form("t".into(), vec![long]),
                &["data", "components", "0", "components", "0", "label"],
                "BASE_TYPE_BAD_LENGTH",
            ),
        ] {
            let refusal = bench.refused(50035, "POST", &path, body).await;
            assert_eq!(errors_at(&refusal, place), code, "{refusal}");
        }
        let labelled = json!({"type": 18, "label": "Why?", "component": {"type": 4, "style": 1, "custom_id": "why"}});
        bench.granted("POST", &path, form("t".into(), vec![field("a"), labelled])).await;
    };
    let ((), answer) = tokio::join!(bot, act);
    let form = answer.form().unwrap();
    assert_eq!(form.fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>(), ["What?", "Why?"]);
    assert!(bench.playground.effects().iter().any(|effect| matches!(effect.what, What::FormOpened { .. })));
}
