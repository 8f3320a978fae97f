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

fn file(name: &str, size: usize) -> File {
    File::new(name, "text/plain", vec![b'x'; size])
}

#[test]
fn files_are_numbered_described_and_told_apart() {
    let message = Message::say("two").file(file("a.txt", 1).described("the first")).file(file("a.txt", 2));
    let attachments = &message.payload()["attachments"];
    assert_eq!(
        *attachments,
        serde_json::json!([
            {"id": "0", "filename": "a.txt", "description": "the first"},
            {"id": "1", "filename": "2-a.txt"},
        ])
    );
    assert!(Message::say("none").payload().get("attachments").is_none(), "an edit would take files away");
}

#[test]
fn a_card_shows_its_files_or_nobody_would_see_them() {
    let card = Card { colour: 0, blocks: vec![Block::Text("## INC-7".to_owned())] };
    let payload = Message::card(card).file(file("report.html", 1)).payload();
    let shown = &payload["components"][0]["components"][1];
    assert_eq!(*shown, serde_json::json!({"type": 13, "file": {"url": "attachment://report.html"}}));
}

#[test]
fn what_discord_would_not_take_is_left_out_and_told() {
    let mib = 1024 * 1024;
    let large = Message::say("here").file(file("large.bin", 10 * mib + 1));
    assert!(large.files().is_empty());
    assert!(
        large.text().ends_with("large.bin is left out: it has 10.1 MiB, and Discord takes files of 10 MiB at most.")
    );
    let many = (0..11).fold(Message::say("here"), |message, number| message.file(file(&number.to_string(), 1)));
    assert_eq!(many.files().len(), 10);
    assert!(many.text().contains("10 is left out: Discord takes 10 files"));
    let heavy = (0..3).fold(Message::say("here"), |message, number| message.file(file(&number.to_string(), 9 * mib)));
    assert_eq!(heavy.files().len(), 2);
    assert!(heavy.text().contains("too large together"));
}

#[test]
fn what_is_kept_for_a_repeat_has_no_bytes_and_says_so() {
    use crate::chat::answer::Answer;
    let answer = Answer::Say(Message::say("the report").file(file("report.html", 1)));
    let kept: Answer = serde_json::from_str(&serde_json::to_string(&answer.to_keep()).unwrap()).unwrap();
    let message = kept.message().unwrap();
    assert!(message.files().is_empty());
    assert_eq!(message.text(), "the report\n-# Its files are not kept for a repeat of this answer: ask once more.");
    let plain = Answer::Say(Message::say("done"));
    assert_eq!(plain.to_keep(), plain);
}
