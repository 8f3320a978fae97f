use serde_json::json;

use super::*;

fn at() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().expect("an instant")
}

fn member() -> Value {
    json!({
        "user": {"id": "20", "username": "alice", "global_name": "Alice", "brand_new": 1},
        "nick": "Al", "roles": ["30", "31"], "permissions": "562949953421311",
    })
}

fn interaction_of(kind: u8, data: &Value) -> Value {
    json!({
        "id": "1", "application_id": "2", "type": kind, "token": "secret", "version": 1,
        "guild_id": "10", "channel_id": "11", "channel": {"id": "11", "type": 11, "parent_id": "12"},
        "member": member(), "data": data,
    })
}

#[test]
fn a_slash_command_has_its_path_and_the_options_of_its_verb() {
    let data = json!({
        "type": 1, "name": "incident",
        "resolved": {
            "users": {"40": {"id": "40", "username": "bob"}, "41": {"id": "41", "username": "carol", "global_name": "Carol"}},
            "members": {"40": {"nick": "Bobby"}},
        },
        "options": [{"type": 2, "name": "task", "options": [{"type": 1, "name": "add", "options": [
            {"type": 3, "name": "text", "value": "call the supplier"},
            {"type": 6, "name": "owner", "value": "40"},
            {"type": 4, "name": "count", "value": 3},
            {"type": 5, "name": "urgent", "value": true},
        ]}]}],
    });
    let read = interaction(&interaction_of(2, &data), at()).expect("an invocation");
    let Call::Slash { path, options } = read.call else { panic!("{:?}", read.call) };
    assert_eq!(path, ["incident", "task", "add"]);
    assert_eq!(Value::Object(options), json!({"text": "call the supplier", "owner": "40", "count": 3, "urgent": true}));
    assert_eq!(read.source, Source::Interaction(InteractionId(1)));
    assert_eq!((read.guild, read.channel, read.parent), (Some(GuildId(10)), ChannelId(11), Some(ChannelId(12))));
    assert_eq!(read.member.name, "Al");
    assert_eq!(read.member.roles, [RoleId(30), RoleId(31)]);
    assert_eq!(read.member.permissions, Some(562_949_953_421_311));
    assert_eq!(read.names[&UserId(40)], "Bobby");
    assert_eq!(read.names[&UserId(41)], "Carol");
}

#[test]
fn a_category_is_no_parent_and_a_missing_channel_object_costs_only_the_parent() {
    let mut data = interaction_of(2, &json!({"type": 1, "name": "inbox"}));
    data["channel"] = json!({"id": "11", "type": 0, "parent_id": "99"});
    assert_eq!(interaction(&data, at()).expect("an invocation").parent, None);
    data.as_object_mut().expect("an object").remove("channel");
    assert_eq!(interaction(&data, at()).expect("an invocation").parent, None);
}

#[test]
fn in_a_direct_message_the_user_acts_without_roles() {
    let mut data = interaction_of(2, &json!({"type": 1, "name": "help"}));
    let object = data.as_object_mut().expect("an object");
    object.remove("guild_id");
    object.remove("member");
    object.insert("user".into(), json!({"id": 21, "username": "dora"}));
    let read = interaction(&data, at()).expect("an invocation");
    assert_eq!((read.guild, read.member.user, read.member.name.as_str()), (None, UserId(21), "dora"));
    assert!(read.member.roles.is_empty() && read.member.permissions.is_none());
}

#[test]
fn a_server_that_never_added_the_bot_is_none() {
    let mut data = interaction_of(2, &json!({"type": 1, "name": "help"}));
    data["authorizing_integration_owners"] = json!({"1": "20"});
    assert_eq!(interaction(&data, at()).expect("an invocation").guild, None);
    data["authorizing_integration_owners"] = json!({"0": "10"});
    assert_eq!(interaction(&data, at()).expect("an invocation").guild, Some(GuildId(10)));
}

#[test]
fn a_completion_names_the_option_under_the_cursor() {
    let data = json!({"type": 1, "name": "incident", "options": [{"type": 1, "name": "show", "options": [
        {"type": 3, "name": "incident", "value": "INC", "focused": true},
    ]}]});
    let read = interaction(&interaction_of(4, &data), at()).expect("an invocation");
    let Call::Complete { path, focused, options } = read.call else { panic!("{:?}", read.call) };
    assert_eq!(
        (path.join(" ").as_str(), focused.as_str(), &options["incident"]),
        ("incident show", "incident", &json!("INC"))
    );
}

#[test]
fn a_file_is_the_object_that_describes_it() {
    let file = json!({"id": "50", "filename": "set-up.json", "url": "https://cdn.example/f", "size": 3});
    let data = json!({
        "type": 1, "name": "setup", "resolved": {"attachments": {"50": file}},
        "options": [{"type": 1, "name": "import", "options": [{"type": 11, "name": "file", "value": "50"}]}],
    });
    let Call::Slash { options, .. } = interaction(&interaction_of(2, &data), at()).expect("an invocation").call else {
        panic!("no slash command")
    };
    assert_eq!(options["file"], file);
}

#[test]
fn a_message_command_carries_the_message() {
    let data = json!({
        "type": 3, "name": "Add to timeline", "target_id": "60",
        "resolved": {"messages": {"60": {
            "id": "60", "channel_id": "11", "content": "rolled back", "author": {"id": "40", "username": "bob"},
            "attachments": [{"id": "1", "filename": "graph.png", "size": 70, "content_type": "image/png",
                "url": "https://cdn.discordapp.com/attachments/11/1/graph.png?ex=1"}, {"id": "2", "filename": "odd"}],
            "edited_timestamp": "2026-11-22T09:59:00.123000+00:00",
        }}},
    });
    let Call::OnMessage { name, target } = interaction(&interaction_of(2, &data), at()).expect("an invocation").call
    else {
        panic!("no message command")
    };
    assert_eq!(
        (name.as_str(), target.content.as_str(), target.author_name.as_str()),
        ("Add to timeline", "rolled back", "bob")
    );
    assert_eq!((target.id, target.channel, target.author), (MessageId(60), ChannelId(11), UserId(40)));
    let [graph, odd] = target.attachments.as_slice() else { panic!("{target:?}") };
    assert_eq!((graph.name.as_str(), graph.media_type.as_str(), graph.size), ("graph.png", "image/png", 70));
    assert_eq!(graph.url, "https://cdn.discordapp.com/attachments/11/1/graph.png?ex=1");
    assert_eq!((odd.media_type.as_str(), odd.size), ("application/octet-stream", u64::MAX), "too large, to be safe");
    assert_eq!(target.edited_at.map(|at| at.timestamp_millis()), Some(1_795_341_540_123));
}

#[test]
fn clicks_choices_and_forms() {
    let mut click = interaction_of(3, &json!({"custom_id": "w1:ack:7", "component_type": 2}));
    click["message"] = json!({"id": "70"});
    let read = interaction(&click, at()).expect("an invocation");
    assert_eq!((read.call, read.on_message), (Call::Button { custom_id: "w1:ack:7".into() }, Some(MessageId(70))));

    let select = interaction_of(3, &json!({"custom_id": "w1:risk:7", "component_type": 3, "values": ["a", "b"]}));
    let read = interaction(&select, at()).expect("an invocation");
    assert_eq!(read.call, Call::Select { custom_id: "w1:risk:7".into(), values: vec!["a".into(), "b".into()] });

    let form = interaction_of(
        5,
        &json!({"custom_id": "w1:upd:7", "components": [
            {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "better"}]},
            {"type": 18, "component": {"type": 3, "custom_id": "who", "values": ["x", "y"]}},
        ]}),
    );
    let read = interaction(&form, at()).expect("an invocation");
    let fields = BTreeMap::from([("text".to_owned(), "better".to_owned()), ("who".to_owned(), "x,y".to_owned())]);
    assert_eq!(read.call, Call::Form { custom_id: "w1:upd:7".into(), fields });
    assert_eq!(callback(&form, None).expect("a callback").kind, Kind::Form { from_message: false });
    assert_eq!(callback(&click, None).expect("a callback").kind, Kind::Component);
}

#[test]
fn what_is_unknown_or_broken_is_none() {
    for data in
        [json!({}), json!(null), json!({"type": 1}), interaction_of(9, &json!({})), interaction_of(3, &json!({}))]
    {
        assert_eq!(interaction(&data, at()), None);
    }
    assert!(callback(&interaction_of(3, &json!({})), None).is_some(), "it can still be answered");
}

fn spoken(content: &str) -> Value {
    json!({
        "id": "80", "type": 0, "channel_id": "11", "guild_id": "10", "content": content,
        "author": {"id": "20", "username": "alice", "bot": false}, "member": {"roles": ["30"], "nick": null},
        "mentions": [{"id": "5", "username": "wardroom"}, {"id": "40", "username": "bob", "member": {"nick": "Bobby"}}],
    })
}

fn typed(data: &Value) -> Option<String> {
    match message(data, UserId(5), at())?.call {
        Call::Typed { text } => Some(text),
        call => panic!("{call:?}"),
    }
}

#[test]
fn a_message_that_begins_with_the_mention_is_a_command() {
    assert_eq!(typed(&spoken("<@5> p1 checkout is down")).as_deref(), Some("p1 checkout is down"));
    assert_eq!(typed(&spoken("  <@!5>INC-7 note: x\ny ")).as_deref(), Some("INC-7 note: x\ny"));
    assert_eq!(typed(&spoken("<@5>")).as_deref(), Some(""));
    for other in ["hello", "hello <@5>", "<@55> hello", "<@&5> hello", "`<@5> x`", "> <@5> x", "<@5"] {
        assert_eq!(typed(&spoken(other)), None, "{other}");
    }
    let read = message(&spoken("<@5> x"), UserId(5), at()).expect("an invocation");
    assert_eq!((read.source, read.member.permissions), (Source::Message(MessageId(80)), None));
    assert_eq!(read.names, BTreeMap::from([(UserId(40), "Bobby".to_owned())]));
}

#[test]
fn bots_webhooks_notices_and_mere_replies_are_no_commands() {
    let but = |key: &str, value: Value| {
        let mut data = spoken("<@5> x");
        data[key] = value;
        typed(&data)
    };
    assert_eq!(but("author", json!({"id": "20", "username": "b", "bot": true})), None);
    assert_eq!(but("webhook_id", json!("9")), None);
    assert_eq!(but("type", json!(6)), None);
    assert_eq!(but("guild_id", json!(null)), None);
    assert_eq!(but("type", json!(19)).as_deref(), Some("x"));
    let mut reply = spoken("<@5> ");
    reply["type"] = json!(19);
    assert_eq!(typed(&reply), None);
}

#[test]
fn an_edit_is_one_only_with_its_instant_and_its_words() {
    let update = json!({
        "id": "60", "channel_id": "11", "guild_id": "10", "content": "now", "edited_timestamp": "2026-11-22T09:59:00.123456+00:00",
        "author": {"id": "20", "username": "alice", "global_name": "Alice"}, "member": {"nick": "Al"},
    });
    let edit = edited(&update).expect("an edit");
    assert_eq!((edit.guild, edit.message, edit.content.as_str()), (GuildId(10), MessageId(60), "now"));
    assert_eq!(edit.author, Some((UserId(20), "Al".to_owned())));
    assert_eq!(edit.at.timestamp_subsec_micros(), 123_456);
    let with = |key: &str, value: Value| {
        let mut other = update.clone();
        other[key] = value;
        edited(&other)
    };
    assert_eq!(with("content", json!("")), None, "the bot may not read it");
    assert_eq!(with("edited_timestamp", Value::Null), None, "a preview, a pin, a thread");
    assert_eq!(with("guild_id", Value::Null), None, "a direct message");
    assert!(with("author", Value::Null).is_some_and(|edit| edit.author.is_none()));
}

#[test]
fn deletions_come_one_by_one_or_many_at_once() {
    let one = deleted(&json!({"id": "60", "channel_id": "11", "guild_id": "10"})).expect("a deletion");
    assert_eq!((one.guild, one.messages), (GuildId(10), vec![MessageId(60)]));
    let many = deleted(&json!({"ids": ["60", "61"], "channel_id": "11", "guild_id": "10"})).expect("deletions");
    assert_eq!(many.messages, [MessageId(60), MessageId(61)]);
    assert_eq!(deleted(&json!({"id": "60", "channel_id": "11"})), None);
}
