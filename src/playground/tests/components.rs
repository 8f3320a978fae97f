use serde_json::{Value, json};

use super::{Bench, errors_at};

const V2: u64 = 1 << 15;

fn path(bench: &Bench) -> String {
    format!("/channels/{}/messages", bench.channel("incidents"))
}

fn button(id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": "Go", "custom_id": id})
}

fn row(components: &[Value]) -> Value {
    json!({"type": 1, "components": components})
}

fn text(words: &str) -> Value {
    json!({"type": 10, "content": words})
}

#[tokio::test]
async fn a_card_of_the_second_kind_is_taken_and_read_and_numbered() {
    let bench = Bench::new().await;
    let section = json!({"type": 9, "components": [text("Since")], "accessory": button("w1:more")});
    let card = json!({"type": 17, "accent_color": 0xe7_4c_3c, "components":
        [text("## INC-1"), {"type": 14}, section, row(&[button("w1:ack"), button("w1:up")])]});
    let message = bench.post(json!({"flags": V2, "components": [card]})).await;
    assert_eq!(message["components"][0]["id"], 1);
    let seen = &bench.playground.messages("incidents")[0];
    assert_eq!(seen.text(), "## INC-1\nSince");
    assert_eq!(seen.buttons().len(), 3);
    assert!(seen.is_v2());
}

#[tokio::test]
async fn the_second_kind_excludes_content_and_embeds() {
    let bench = Bench::new().await;
    for (key, value) in [("content", json!("a")), ("embeds", json!([{"title": "t"}]))] {
        let mut body = json!({"flags": V2, "components": [text("a")]});
        body[key] = value;
        let refusal = bench.refused(50035, "POST", &path(&bench), body).await;
        assert_eq!(errors_at(&refusal, &[key]), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2");
    }
    bench.refused(50006, "POST", &path(&bench), json!({"flags": V2, "components": []})).await;
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"components": [text("a")]})).await;
    assert_eq!(errors_at(&refusal, &["components", "0", "type"]), "UNION_TYPE_CHOICES");
    // Turning an old message into a new one needs both to be emptied.
    let old = bench.post(json!({"content": "a"})).await;
    let old = format!("{}/{}", path(&bench), old["id"].as_str().unwrap());
    bench.refused(50035, "PATCH", &old, json!({"flags": V2, "components": [text("a")]})).await;
    bench.granted("PATCH", &old, json!({"flags": V2, "content": null, "embeds": [], "components": [text("a")]})).await;
}

#[tokio::test]
async fn forty_components_and_four_thousand_characters_are_all_there_is() {
    let bench = Bench::new().await;
    let of = |count: usize| json!({"flags": V2, "components": [{"type": 17, "components": vec![text("a"); count]}]});
    bench.post(of(39)).await;
    let refusal = bench.refused(50035, "POST", &path(&bench), of(40)).await;
    assert_eq!(errors_at(&refusal, &["components"]), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED");
    bench.post(json!({"flags": V2, "components": [text(&"a".repeat(2000)), text(&"a".repeat(2000))]})).await;
    let long = json!({"flags": V2, "components": [text(&"a".repeat(2000)), text(&"a".repeat(2001))]});
    let refusal = bench.refused(50035, "POST", &path(&bench), long).await;
    assert_eq!(errors_at(&refusal, &["components"]), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED");
}

#[tokio::test]
async fn rows_buttons_and_selects_keep_their_limits() {
    let bench = Bench::new().await;
    let options = |count: usize| (0..count).map(|n| json!({"label": "l", "value": n.to_string()})).collect::<Vec<_>>();
    let select = |count| json!({"type": 3, "custom_id": "s", "options": options(count)});
    let five: Vec<Value> = (0..5).map(|n| button(&n.to_string())).collect();
    bench.post(json!({"content": "a", "components": [row(&five), row(&[select(25)])]})).await;
    let link = json!({"type": 2, "style": 5, "label": "Runbook", "url": "https://example.org"});
    bench.post(json!({"components": [row(&[link])]})).await;
    let six: Vec<Value> = (0..6).map(|n| button(&n.to_string())).collect();
    for (child, place, code) in [
        (six, &["components", "0", "components"][..], "BASE_TYPE_BAD_LENGTH"),
        (vec![select(26)], &["components", "0", "components", "0", "options"], "BASE_TYPE_BAD_LENGTH"),
        (
            vec![button("a"), button("a")],
            &["components", "0", "components", "1", "custom_id"],
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (vec![button("a"), select(2)], &["components", "0", "components", "1"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (vec![button(&"i".repeat(101))], &["components", "0", "components", "0", "custom_id"], "BASE_TYPE_BAD_LENGTH"),
        (
            vec![json!({"type": 2, "style": 1, "custom_id": "a", "label": "l".repeat(81)})],
            &["components", "0", "components", "0", "label"],
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            vec![json!({"type": 2, "style": 1, "label": "l"})],
            &["components", "0", "components", "0", "custom_id"],
            "BASE_TYPE_REQUIRED",
        ),
        (
            vec![json!({"type": 2, "style": 5, "label": "l"})],
            &["components", "0", "components", "0", "url"],
            "BASE_TYPE_REQUIRED",
        ),
        (
            vec![json!({"type": 2, "style": 1, "custom_id": "a"})],
            &["components", "0", "components", "0"],
            "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
        ),
        (
            vec![json!({"type": 4, "style": 1, "custom_id": "a", "label": "l"})],
            &["components", "0", "components", "0", "type"],
            "UNION_TYPE_CHOICES",
        ),
    ] {
        let refusal =
            bench.refused(50035, "POST", &path(&bench), json!({"content": "a", "components": [row(&child)]})).await;
        assert_eq!(errors_at(&refusal, place), code, "{refusal}");
    }
    let six_rows: Vec<Value> = (0..6).map(|n| row(&[button(&n.to_string())])).collect();
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"content": "a", "components": six_rows})).await;
    assert_eq!(errors_at(&refusal, &["components"]), "BASE_TYPE_MAX_LENGTH");
}

#[tokio::test]
async fn sections_galleries_and_files_need_what_they_show() {
    let bench = Bench::new().await;
    let v2 = |component: Value| json!({"flags": V2, "components": [component]});
    let thumbnail = json!({"type": 11, "media": {"url": "https://example.org/a.png"}});
    bench.post(v2(json!({"type": 9, "components": [text("a")], "accessory": thumbnail}))).await;
    bench.post(v2(json!({"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}]}))).await;
    for (component, place, code) in [
        (json!({"type": 9, "components": [text("a")]}), &["components", "0", "accessory"][..], "BASE_TYPE_REQUIRED"),
        (
            json!({"type": 9, "components": vec![text("a"); 4], "accessory": thumbnail}),
            &["components", "0", "components"],
            "BASE_TYPE_BAD_LENGTH",
        ),
        (json!({"type": 12, "items": []}), &["components", "0", "items"], "BASE_TYPE_BAD_LENGTH"),
        (
            json!({"type": 13, "file": {"url": "attachment://a.csv"}}),
            &["components", "0", "file", "url"],
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        (
            json!({"type": 17, "components": [{"type": 17, "components": [text("a")]}]}),
            &["components", "0", "components", "0", "type"],
            "UNION_TYPE_CHOICES",
        ),
        (json!({"type": 17, "components": []}), &["components", "0", "components"], "BASE_TYPE_BAD_LENGTH"),
        (text(""), &["components", "0", "content"], "BASE_TYPE_REQUIRED"),
    ] {
        let refusal = bench.refused(50035, "POST", &path(&bench), v2(component)).await;
        assert_eq!(errors_at(&refusal, place), code, "{refusal}");
    }
}
