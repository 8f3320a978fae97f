use serde_json::json;

use super::super::{Outcome, Place};
use super::{Bench, alice, answered, commands};

#[tokio::test]
async fn a_click_opens_a_form_and_the_form_changes_the_message() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    let row =
        json!({"type": 1, "components": [{"type": 2, "style": 1, "label": "Update", "custom_id": "w1:upd:INC-1"}]});
    bench.post(json!({"content": "INC-1", "components": [row]})).await;
    let card = bench.playground.messages("incidents")[0].clone();
    let person = alice(&bench);
    let field =
        json!({"type": 1, "components": [{"type": 4, "style": 2, "custom_id": "text", "label": "What changed?"}]});
    let modal = json!({"type": 9, "data": {"custom_id": "w1:upd:INC-1", "title": "Status", "components": [field]}});
    let (interaction, status, _, answer) = answered(&bench, &mut socket, person.click(&card, "Update"), modal).await;
    assert_eq!(status, 204);
    assert_eq!(interaction["data"], json!({"component_type": 2, "custom_id": "w1:upd:INC-1"}));
    assert_eq!(interaction["message"]["id"], json!(card.id));
    let form = answer.form().unwrap();
    let refused = person.submit(&form, json!({})).await;
    assert_eq!(refused.outcome, Outcome::NotSent("What changed? must be filled in.".into()));
    let update = json!({"type": 7, "data": {"content": "INC-1: mitigated", "components": []}});
    let act = person.submit(&form, json!({"text": "mitigated"}));
    let (interaction, status, _, answer) = answered(&bench, &mut socket, act, update).await;
    assert_eq!(status, 204);
    assert_eq!(interaction["data"]["components"][0]["components"][0]["value"], "mitigated");
    assert_eq!(answer.text(), "INC-1: mitigated");
    assert!(bench.playground.messages("incidents")[0].buttons().is_empty());
    let gone = person.click(&card, "Update").await;
    assert_eq!(gone.outcome, Outcome::NotSent("The message has no button Update.".into()));
}

#[tokio::test]
async fn a_choice_sends_values_and_resolves_people() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    let own = json!({"type": 3, "custom_id": "sev", "options": [{"label": "P1", "value": "1"}, {"label": "P2", "value": "2"}]});
    let people = json!({"type": 5, "custom_id": "who"});
    let rows = json!([{"type": 1, "components": [own]}, {"type": 1, "components": [people]}]);
    bench.post(json!({"content": "choose", "components": rows})).await;
    let message = bench.playground.messages("incidents")[0].clone();
    let (person, bob) = (alice(&bench), bench.playground.person("bob").id().to_string());
    let chosen = answered(&bench, &mut socket, person.choose(&message, "sev", &["P1"]), json!({"type": 6})).await;
    assert_eq!(chosen.0["data"]["values"], json!(["1"]));
    let chosen = answered(&bench, &mut socket, person.choose(&message, "who", &[&bob]), json!({"type": 6})).await;
    assert_eq!(chosen.0["data"]["resolved"]["users"][&bob]["username"], "bob.okafor");
}

#[tokio::test]
async fn a_message_command_carries_the_message_whole() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let said = bench.playground.person("bob").says("incidents", "the queue is stuck").await;
    let person = alice(&bench);
    let act = person.message_command("Add to timeline", "incidents", said);
    let (interaction, ..) = answered(&bench, &mut socket, act, json!({"type": 4, "data": {"content": "kept"}})).await;
    assert_eq!(interaction["data"]["target_id"], json!(said));
    assert_eq!(interaction["data"]["resolved"]["messages"][said.to_string()]["content"], "the queue is stuck");
}

#[tokio::test]
async fn a_mention_reaches_the_bot_with_its_words_and_other_talk_without() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    person.says("incidents", "lunch?").await;
    person.says("incidents", "@wardroom p1 checkout is down").await;
    assert_eq!(socket.event("MESSAGE_CREATE").await["d"]["content"], "");
    let event = socket.event("MESSAGE_CREATE").await["d"].clone();
    assert_eq!(event["content"], format!("<@{}> p1 checkout is down", bench.playground.bot_id()));
    assert_eq!(event["member"]["roles"], json!([bench.playground.role("Responders")]));
    assert!(event["member"]["permissions"].is_null());
    assert_eq!(event["mentions"][0]["id"], json!(bench.playground.bot_id()));
}

#[tokio::test]
async fn a_command_in_a_direct_channel_has_a_user_and_no_member() {
    let bench = Bench::new().await;
    bench.register(json!([{"name": "inbox", "description": "Mine", "contexts": [0, 1]}])).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = person.slash(Place::Direct, "inbox", json!({}));
    let callback = json!({"type": 4, "data": {"content": "empty"}});
    let (interaction, ..) = answered(&bench, &mut socket, act, callback).await;
    assert_eq!(interaction["context"], 1);
    assert!(interaction["member"].is_null() && interaction["guild_id"].is_null());
    assert_eq!(interaction["user"]["id"], json!(person.id()));
}
