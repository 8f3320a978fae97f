//! Whatever is put into a message, Discord can take what comes out.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn button() -> impl Strategy<Value = Button> {
    (".{1,120}", "[a-z]{1,20}").prop_map(|(label, id)| Button::new(&label, format!("w1:{id}"), Look::Secondary))
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        ".{0,3000}".prop_map(Block::Text),
        Just(Block::Line),
        proptest::collection::vec(button(), 1..7).prop_map(|buttons| Block::Row(Row::Buttons(buttons))),
    ]
}

/// Every component, nested ones too.
fn components(value: &Value) -> Vec<&Value> {
    let mut all = Vec::new();
    for component in value["components"].as_array().into_iter().flatten() {
        all.push(component);
        all.extend(components(component));
    }
    all
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

proptest! {
    #[test]
    fn a_card_keeps_discords_limits(
        blocks in proptest::collection::vec(block(), 0..20),
        colour in 0_u32..0x100_0000,
    ) {
        let rows = blocks.iter().filter(|block| matches!(block, Block::Row(_))).count();
        prop_assume!(rows <= 5);
        let payload = Message::card(Card { colour, blocks }).payload();
        let all = components(&payload);
        prop_assert!(all.len() <= limits::CARD_COMPONENTS, "{} components", all.len());
        let text: usize = all.iter().filter(|one| one["type"] == 10).map(|one| length(&one["content"])).sum();
        prop_assert!(text <= limits::CARD_TEXT, "{text} characters");
        for one in &all {
            prop_assert!(one["type"] != 10 || length(&one["content"]) > 0);
            prop_assert!(length(&one["label"]) <= limits::BUTTON_LABEL);
        }
        prop_assert_eq!(all.iter().filter(|one| one["type"] == 1).count(), rows, "controls are never dropped for text");
        prop_assert!(payload.get("content").is_none());
        prop_assert_eq!(&payload["allowed_mentions"]["parse"], &serde_json::json!([]));
    }

    #[test]
    fn a_message_keeps_discords_limits_and_pings_only_whom_it_is_told_to(
        content in ".{0,3000}",
        buttons in proptest::collection::vec(button(), 0..40),
        pinged in proptest::collection::vec(1_u64.., 0..150),
    ) {
        let mut message = Message::say(content).buttons(buttons);
        for user in &pinged {
            message = message.ping(Ping::User(UserId(*user)));
        }
        let payload = message.private_payload();
        prop_assert!(length(&payload["content"]) <= limits::CONTENT);
        prop_assert!(payload["components"].as_array().is_some_and(|rows| rows.len() <= limits::ROWS));
        for row in payload["components"].as_array().into_iter().flatten() {
            prop_assert!(row["components"].as_array().is_some_and(|buttons| (1..=limits::ROW_BUTTONS).contains(&buttons.len())));
        }
        let users = payload["allowed_mentions"]["users"].as_array().map_or(0, Vec::len);
        prop_assert_eq!(users, pinged.len().min(limits::PINGS));
        prop_assert_eq!(&payload["allowed_mentions"]["parse"], &serde_json::json!([]));
        prop_assert_eq!(payload["flags"].as_u64(), Some(EPHEMERAL));
    }

    #[test]
    fn a_form_keeps_discords_limits(title in ".{0,80}", label in ".{1,80}", value in ".{0,5000}", fields in 1_usize..9) {
        let field = Field {
            name: "x".to_owned(),
            label,
            placeholder: value.clone(),
            value,
            long: true,
            required: true,
            longest: 9000,
        };
        let payload = Form { custom_id: "w1:x".to_owned(), title, fields: vec![field; fields] }.payload();
        prop_assert!(length(&payload["title"]) <= limits::FORM_TITLE);
        let rows = payload["components"].as_array().map_or(0, Vec::len);
        prop_assert!((1..=limits::FORM_FIELDS).contains(&rows));
        for input in components(&payload).into_iter().filter(|one| one["type"] == 4) {
            prop_assert!(length(&input["label"]) <= limits::FIELD_LABEL);
            prop_assert!(length(&input["value"]) <= limits::FIELD_VALUE);
            prop_assert!(length(&input["placeholder"]) <= limits::FIELD_PLACEHOLDER);
        }
    }
}
