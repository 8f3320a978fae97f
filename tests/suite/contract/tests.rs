use super::*;

fn check(method: &str, path: &str, body: &Value) -> Result<(), String> {
    Contract::shared().map_or(Ok(()), |contract| contract.check(method, path, None, body))
}

/// The refusal of a request; `None` when there is no document to refuse it.
fn refusal(method: &str, path: &str, body: &Value) -> Option<String> {
    Contract::shared().map(|contract| contract.check(method, path, None, body).expect_err("it should be refused"))
}

fn card(button: &Value) -> Value {
    json!({
        "flags": 36864, "nonce": "k5w4aaaabbbbccccddddeeee", "enforce_nonce": true, "allowed_mentions": {"parse": []},
        "components": [{"type": 17, "accent_color": 15_158_332, "components": [
            {"type": 10, "content": "## INC-42 SEV1 ..."}, {"type": 14},
            {"type": 1, "components": [button, {"type": 2, "style": 2, "label": "Update", "custom_id": "w1:upd:INC-42"}]},
        ]}],
    })
}

fn form(components: usize) -> Value {
    let field = json!({"type": 1, "components": [
        {"type": 4, "custom_id": "text", "style": 2, "label": "What changed?", "max_length": 1500, "required": true},
    ]});
    json!({"type": 9, "data": {"custom_id": "w1:upd:INC-42", "title": "Status update", "components": vec![field; components]}})
}

fn select(options: usize) -> Value {
    let options: Vec<Value> =
        (0..options).map(|n| json!({"label": format!("option {n}"), "value": n.to_string()})).collect();
    json!({"content": "Which?", "components": [
        {"type": 1, "components": [{"type": 3, "custom_id": "w1:pick", "placeholder": "Pick", "options": options}]},
    ]})
}

const MESSAGES: &str = "/channels/1234/messages";

#[test]
fn what_discord_takes_passes() {
    let button = json!({"type": 2, "style": 1, "label": "Acknowledge", "custom_id": "w1:ack:INC-42"});
    for (method, path, body) in [
        ("POST", MESSAGES, card(&button)),
        (
            "POST",
            MESSAGES,
            json!({"content": "<@&123> INC-42", "allowed_mentions": {"parse": [], "roles": ["123"]},
            "message_reference": {"message_id": "7", "fail_if_not_exists": false}}),
        ),
        ("POST", MESSAGES, select(25)),
        (
            "POST",
            MESSAGES,
            json!({"content": "x", "attachments": [{"id": "0", "filename": "a.csv", "description": "numbers"}]}),
        ),
        (
            "POST",
            "/interactions/1/token/callback",
            json!({"type": 4, "data": {"flags": 64, "content": "x", "attachments": [{"id": "0", "filename": "a.csv"}]}}),
        ),
        (
            "PATCH",
            "/webhooks/1/token/messages/@original",
            json!({"content": "x", "attachments": [{"id": "0", "filename": "a.csv"}]}),
        ),
        ("PATCH", "/channels/1234/messages/5678", json!({"content": null, "embeds": [], "flags": 32768})),
        ("POST", "/interactions/1/token/callback", form(5)),
        ("POST", "/interactions/1/token/callback", json!({"type": 5, "data": {"flags": 64}})),
        (
            "POST",
            "/interactions/1/token/callback",
            json!({"type": 8, "data": {"choices": [{"name": "a", "value": "b"}]}}),
        ),
        (
            "PATCH",
            "/webhooks/1/token/messages/@original",
            json!({"content": "done", "allowed_mentions": {"parse": []}}),
        ),
        ("PUT", "/channels/1234/permissions/5", json!({"type": 1, "allow": "1024", "deny": "0"})),
        (
            "PUT",
            "/applications/1/commands",
            json!([{
                "name": "incident", "type": 1, "description": "Declare and run incidents", "contexts": [0],
                "integration_types": [0], "default_member_permissions": null,
                "options": [{"type": 1, "name": "declare", "description": "Declare one", "options": []}],
            }]),
        ),
        ("POST", "/channels/1234/messages/5/threads", json!({"name": "INC-42", "auto_archive_duration": 1440})),
        ("PUT", "/channels/1234/messages/pins/5", Value::Null),
        ("GET", "/gateway/bot", Value::Null),
    ] {
        assert_eq!(check(method, path, &body), Ok(()), "{method} {path} {body}");
    }
}

#[test]
fn what_discord_refuses_or_ignores_is_told_with_its_place() {
    let long = json!({"type": 2, "style": 1, "label": "x".repeat(81), "custom_id": "a"});
    let stray = json!({"type": 2, "style": 1, "label": "x", "custom_id": "a", "colour": 1});
    for (method, path, body, place) in [
        ("POST", MESSAGES, card(&long), "/components/0/components/2/components/0/label: "),
        ("POST", MESSAGES, card(&stray), "/components/0/components/2/components/0/colour is not known"),
        ("POST", MESSAGES, select(26), "/components/0/components/0/options: "),
        ("POST", MESSAGES, json!({"content": "x", "tss": true}), "/tss is not known"),
        ("POST", MESSAGES, json!({"content": "x".repeat(2001)}), "/content: "),
        ("POST", MESSAGES, json!({"content": "x", "nonce": "n".repeat(26)}), "/nonce: "),
        ("POST", MESSAGES, json!({"allowed_mentions": {"parse": ["nobody"]}}), "/allowed_mentions"),
        ("POST", MESSAGES, json!({"content": "x", "attachments": [{"filename": "a.csv"}]}), "/attachments"),
        ("POST", MESSAGES, Value::Null, "its body is missing"),
        ("POST", "/interactions/1/token/callback", form(6), "/data/components: "),
        ("POST", "/interactions/1/token/callback", json!({"type": 9}), "data"),
        ("PUT", "/channels/1234/permissions/5", json!({"type": 1, "allow": "VIEW_CHANNEL"}), "/allow: "),
        ("POST", "/channels/general/messages", json!({"content": "x"}), "{channel_id} is not \"general\""),
        ("POST", "/channels/1234/massages", json!({}), "no such path"),
        ("PUT", MESSAGES, json!({}), "has no such method"),
        ("GET", MESSAGES, json!({"limit": 1}), "it takes no body"),
    ] {
        if let Some(refusal) = refusal(method, path, &body) {
            assert!(refusal.contains(place), "{refusal:?} does not name {place:?}");
        }
    }
}

#[test]
fn queries_are_checked_too() {
    let Some(contract) = Contract::shared() else { return };
    for (query, passes) in [("limit=100&before=5", true), ("limit=101", false), ("limt=1", false), ("before=x", false)]
    {
        assert_eq!(contract.check("GET", MESSAGES, Some(query), &Value::Null).is_ok(), passes, "{query}");
    }
    let callback = "/interactions/1/token/callback?with_response=true";
    assert_eq!(contract.check("POST", callback, None, &json!({"type": 5})), Ok(()));
}
