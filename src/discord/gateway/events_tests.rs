use chrono::{DateTime, Utc};
use serenity::model::event::GatewayEvent;

use super::*;
use crate::discord::incoming;

fn at() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().expect("an instant")
}

/// What serenity makes of the event `kind` with data `d`.
fn dispatched(kind: &str, d: &Value) -> Event {
    let frame = json!({"op": 0, "s": 1, "t": kind, "d": d});
    match serde_json::from_value(frame).expect("serenity reads every frame") {
        GatewayEvent::Dispatch(_, event) => event,
        other => panic!("{other:?}"),
    }
}

fn user(id: &str, name: &str) -> Value {
    json!({
        "id": id, "username": name, "discriminator": "0", "global_name": format!("Global {name}"), "avatar": null,
        "public_flags": 0, "bot": false,
    })
}

fn interaction(kind: u8, data: &Value) -> Value {
    json!({
        "id": "1001", "application_id": "2", "type": kind, "token": "secret", "version": 1, "locale": "en-GB",
        "guild_locale": "en-US", "guild_id": "10", "channel_id": "11", "context": 0, "attachment_size_limit": 10_485_760,
        "entitlements": [], "app_permissions": "562949953421311", "authorizing_integration_owners": {"0": "10"},
        "channel": {"id": "11", "type": 11, "name": "room", "parent_id": "12", "permissions": "1", "last_message_id": null,
            "thread_metadata": {"archived": false, "auto_archive_duration": 10080, "locked": false,
                "archive_timestamp": "2026-11-22T10:00:00+00:00"}},
        "guild": {"id": "10", "locale": "en-US", "features": []},
        "member": {
            "user": user("20", "alice"), "nick": "Al", "roles": ["30", "31"], "permissions": "3112",
            "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0, "avatar": null,
            "premium_since": null, "pending": false, "communication_disabled_until": null,
        },
        "data": data,
    })
}

fn spoken(content: &str) -> Value {
    json!({
        "id": "80", "type": 0, "channel_id": "11", "guild_id": "10", "content": content, "tts": false, "pinned": false,
        "mention_everyone": false, "mention_roles": [], "attachments": [], "embeds": [], "flags": 0, "components": [],
        "timestamp": "2026-11-22T10:00:00+00:00", "edited_timestamp": null, "author": user("20", "alice"),
        "member": {"roles": ["30"], "nick": "Al", "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0},
        "mentions": [user("5", "wardroom")],
    })
}

/// Typed by serenity and turned back, the event reads the same as it came. (One thing is lost on the way: serenity drops the
/// permission bits that are younger than itself, such as 51, Pin Messages. Administrator and Manage Server, which authority
/// rests on, are in 3112.)
fn reads_the_same(d: &Value) {
    let event = dispatched("INTERACTION_CREATE", d);
    assert!(!matches!(event, Event::Unknown(_)), "serenity could type it: {d}");
    let (kind, data) = passed_on(event).expect("it is passed on");
    assert_eq!(kind, EventKind::Interaction);
    let read = incoming::interaction(d, at());
    assert!(read.is_some());
    assert_eq!(incoming::interaction(&data, at()), read);
    let (left, right) =
        (incoming::callback(&data, None).expect("a callback"), incoming::callback(d, None).expect("a callback"));
    assert_eq!((left.id, left.application, left.kind), (right.id, right.application, right.kind));
}

#[test]
fn nothing_is_lost_when_serenity_types_an_interaction() {
    let resolved = json!({
        "users": {"40": user("40", "bob")},
        "members": {"40": {"nick": "Bobby", "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "permissions": "0", "flags": 0}},
        "channels": {"13": {"id": "13", "type": 0, "name": "ops", "permissions": "0", "parent_id": "9"}},
        "attachments": {"50": {"id": "50", "filename": "f.json", "size": 3, "url": "https://cdn.example/f",
            "proxy_url": "https://media.example/f", "content_type": "application/json"}},
    });
    // A file's object is what serenity knows of it, so it is compared by itself below.
    reads_the_same(&interaction(
        2,
        &json!({
            "id": "3", "type": 1, "name": "incident", "resolved": resolved,
            "options": [{"type": 2, "name": "task", "options": [{"type": 1, "name": "add", "options": [
                {"type": 3, "name": "text", "value": "call"}, {"type": 6, "name": "owner", "value": "40"},
                {"type": 4, "name": "count", "value": 3}, {"type": 5, "name": "urgent", "value": true},
                {"type": 10, "name": "share", "value": 0.5}, {"type": 7, "name": "channel", "value": "13"},
                {"type": 8, "name": "role", "value": "30"}, {"type": 9, "name": "whom", "value": "40"},
            ]}]}],
        }),
    ));
    reads_the_same(&interaction(
        4,
        &json!({
            "id": "3", "type": 1, "name": "incident", "options": [{"type": 1, "name": "show", "options": [
                {"type": 3, "name": "state", "value": "open"}, {"type": 3, "name": "incident", "value": "INC-", "focused": true},
            ]}],
        }),
    ));
    reads_the_same(&interaction(
        2,
        &json!({
            "id": "4", "type": 3, "name": "Add to timeline", "target_id": "80", "options": [],
            "resolved": {"messages": {"80": spoken("rolled back")}},
        }),
    ));
    reads_the_same(&interaction(
        5,
        &json!({"custom_id": "w1:upd:7", "components": [
            {"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": "text", "value": "better"}]},
            {"type": 1, "id": 3, "components": [{"type": 4, "id": 4, "custom_id": "more", "value": ""}]},
        ]}),
    ));
    for data in [
        json!({"custom_id": "w1:ack:7", "component_type": 2, "id": 5}),
        json!({"custom_id": "w1:risk:7", "component_type": 3, "values": ["a", "b"]}),
        json!({"custom_id": "w1:own:7", "component_type": 5, "values": ["40"], "resolved": resolved}),
    ] {
        let mut click = interaction(3, &data);
        let mut card = spoken("");
        card["components"] = json!([{"type": 17, "components": [{"type": 10, "content": "## INC-7"}]}]);
        card["flags"] = json!(32768);
        click["message"] = card;
        reads_the_same(&click);
    }
}

#[test]
fn a_file_keeps_its_address_and_name() {
    let d = interaction(
        2,
        &json!({
            "id": "3", "type": 1, "name": "setup",
            "resolved": {"attachments": {"50": {"id": "50", "filename": "f.json", "size": 3, "url": "https://cdn.example/f",
                "proxy_url": "https://media.example/f", "content_type": "application/json"}}},
            "options": [{"type": 1, "name": "import", "options": [{"type": 11, "name": "file", "value": "50"}]}],
        }),
    );
    let (_, data) = passed_on(dispatched("INTERACTION_CREATE", &d)).expect("it is passed on");
    let crate::chat::invocation::Call::Slash { options, .. } =
        incoming::interaction(&data, at()).expect("an invocation").call
    else {
        panic!("no slash command")
    };
    assert_eq!(options["file"]["url"], "https://cdn.example/f");
    assert_eq!(options["file"]["filename"], "f.json");
    assert_eq!(options["file"]["size"], 3);
}

#[test]
fn an_interaction_that_serenity_cannot_type_arrives_as_it_came() {
    let mut d = interaction(2, &json!({"id": "3", "type": 1, "name": "inbox"}));
    d.as_object_mut().expect("an object").remove("attachment_size_limit");
    let event = dispatched("INTERACTION_CREATE", &d);
    assert!(matches!(event, Event::Unknown(_)));
    assert_eq!(passed_on(event), Some((EventKind::Interaction, d)));
}

#[test]
fn typed_messages_read_the_same_and_other_talk_is_left_out() {
    let d = spoken("<@5> p1 checkout is down");
    let event = dispatched("MESSAGE_CREATE", &d);
    assert!(!matches!(event, Event::Unknown(_)));
    let (kind, data) = passed_on(event).expect("it is passed on");
    assert_eq!(kind, EventKind::Message);
    let read = incoming::message(&d, UserId(5), at());
    assert!(read.is_some());
    assert_eq!(incoming::message(&data, UserId(5), at()), read);
    assert_eq!(passed_on(dispatched("MESSAGE_CREATE", &spoken("lunch?"))), None);

    let mut webhook = spoken("<@5> p1");
    webhook["webhook_id"] = json!("9");
    let (_, data) = passed_on(dispatched("MESSAGE_CREATE", &webhook)).expect("it is passed on");
    assert_eq!(incoming::message(&data, UserId(5), at()), None);
}

#[test]
fn servers_come_and_go() {
    let gone = passed_on(dispatched("GUILD_DELETE", &json!({"id": "10", "unavailable": true})));
    assert_eq!(gone, Some((EventKind::GuildGone, json!({"id": "10", "unavailable": true}))));
    // A GUILD_CREATE with almost nothing in it cannot be typed, and tells its name all the same.
    let came = passed_on(dispatched("GUILD_CREATE", &json!({"id": "10", "name": "Ops"})));
    assert_eq!(came, Some((EventKind::Guild, json!({"id": "10", "name": "Ops"}))));
    assert_eq!(passed_on(dispatched("NOVELTY", &json!({}))), None);
}

#[test]
fn edits_that_show_words_and_all_deletions_are_passed_on() {
    let update = |content: &str, edited: Value| {
        let mut d = spoken(content);
        d["edited_timestamp"] = edited;
        d
    };
    let at = json!("2026-11-22T10:01:00.250000+00:00");
    let event = dispatched("MESSAGE_UPDATE", &update("<@5> now", at.clone()));
    assert!(matches!(event, Event::MessageUpdate(_)), "serenity could type it");
    let (kind, data) = passed_on(event).expect("it is passed on");
    assert_eq!(kind, EventKind::Edited);
    let edit = incoming::edited(&data).expect("an edit");
    assert_eq!(Some(edit.clone()), incoming::edited(&update("<@5> now", at.clone())), "it reads as it came");
    assert_eq!((edit.content.as_str(), edit.author.map(|(_, name)| name)), ("<@5> now", Some("Al".to_owned())));
    for d in [update("", at), update("words", Value::Null)] {
        assert!(passed_on(dispatched("MESSAGE_UPDATE", &d)).is_none(), "{d}");
    }
    for (name, d, count) in [
        ("MESSAGE_DELETE", json!({"id": "80", "channel_id": "11", "guild_id": "10"}), 1),
        ("MESSAGE_DELETE_BULK", json!({"ids": ["80", "81"], "channel_id": "11", "guild_id": "10"}), 2),
    ] {
        let (kind, data) = passed_on(dispatched(name, &d)).expect("it is passed on");
        assert_eq!(kind, EventKind::Deleted);
        assert_eq!(incoming::deleted(&data).map(|deleted| deleted.messages.len()), Some(count));
    }
}
