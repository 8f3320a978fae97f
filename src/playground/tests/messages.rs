use serde_json::{Value, json};

use super::super::{What, permissions};
use super::{Bench, alice, errors_at};

fn path(bench: &Bench) -> String {
    format!("/channels/{}/messages", bench.channel("incidents"))
}

#[tokio::test]
async fn a_request_without_the_token_is_unauthorized_and_an_unknown_path_is_not_found() {
    let bench = Bench::new().await;
    let url = format!("{}/api/v10/users/@me", bench.playground.url());
    let response = bench.client.get(url).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.json::<Value>().await.unwrap(), json!({"message": "401: Unauthorized", "code": 0}));
    let (status, body) = bench.call("GET", "/nothing/here", Value::Null).await;
    assert_eq!((status, body), (404, json!({"message": "404: Not Found", "code": 0})));
    assert_eq!(bench.call("POST", "/users/@me", json!({})).await.0, 405);
    assert_eq!(bench.granted("GET", "/users/@me", Value::Null).await["bot"], true);
}

#[tokio::test]
async fn content_holds_2000_characters_and_not_one_more() {
    let bench = Bench::new().await;
    let message = bench.post(json!({"content": "ä".repeat(2000)})).await;
    assert_eq!(message["content"].as_str().unwrap().chars().count(), 2000);
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"content": "ä".repeat(2001)})).await;
    assert_eq!(
        refusal,
        json!({"message": "Invalid Form Body", "code": 50035, "errors": {"content": {"_errors": [
            {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}]}}})
    );
}

#[tokio::test]
async fn an_empty_message_is_refused_and_so_is_a_foreign_flag() {
    let bench = Bench::new().await;
    bench.refused(50006, "POST", &path(&bench), json!({})).await;
    bench.refused(50006, "POST", &path(&bench), json!({"content": "  "})).await;
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"content": "a", "flags": 64})).await;
    assert_eq!(errors_at(&refusal, &["flags"]), "MESSAGE_FLAGS_INVALID");
}

#[tokio::test]
async fn embeds_keep_their_limits() {
    let bench = Bench::new().await;
    let full = json!({"title": "t".repeat(256), "description": "d".repeat(4096), "footer": {"text": "f".repeat(1648)}});
    bench.post(json!({"embeds": [full]})).await;
    for (embed, place, code) in [
        (json!({"title": "t".repeat(257)}), &["embeds", "0", "title"][..], "BASE_TYPE_MAX_LENGTH"),
        (json!({"description": "d".repeat(4097)}), &["embeds", "0", "description"], "BASE_TYPE_MAX_LENGTH"),
        (
            json!({"fields": [{"name": "n", "value": ""}]}),
            &["embeds", "0", "fields", "0", "value"],
            "BASE_TYPE_REQUIRED",
        ),
        (
            json!({"fields": vec![json!({"name": "n", "value": "v"}); 26]}),
            &["embeds", "0", "fields"],
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            json!({"title": "t", "footer": {"text": "f".repeat(2049)}}),
            &["embeds", "0", "footer", "text"],
            "BASE_TYPE_BAD_LENGTH",
        ),
        (json!({"title": "t", "url": "javascript:1"}), &["embeds", "0", "url"], "URL_TYPE_INVALID_SCHEME"),
        (json!({}), &["embeds", "0", "description"], "BASE_TYPE_REQUIRED"),
    ] {
        let refusal = bench.refused(50035, "POST", &path(&bench), json!({"embeds": [embed]})).await;
        assert_eq!(errors_at(&refusal, place), code, "{refusal}");
    }
    let half = json!({"description": "d".repeat(3001)});
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"embeds": [half, half]})).await;
    assert_eq!(errors_at(&refusal, &["embeds"]), "MAX_EMBED_SIZE_EXCEEDED");
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"embeds": vec![json!({"title": "t"}); 11]})).await;
    assert_eq!(errors_at(&refusal, &["embeds"]), "BASE_TYPE_MAX_LENGTH");
}

#[tokio::test]
async fn an_enforced_nonce_answers_with_the_message_it_made() {
    let bench = Bench::new().await;
    let body = json!({"content": "once", "nonce": "k5w", "enforce_nonce": true});
    let first = bench.post(body.clone()).await;
    let second = bench.post(body.clone()).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(bench.playground.messages("incidents").len(), 1);
    // Deleted meanwhile.
    bench.granted("DELETE", &format!("{}/{}", path(&bench), first["id"].as_str().unwrap()), Value::Null).await;
    bench.refused(10008, "POST", &path(&bench), body).await;
    // Without enforcement a nonce is only an echo.
    let loose = json!({"content": "twice", "nonce": "abc"});
    assert_ne!(bench.post(loose.clone()).await["id"], bench.post(loose).await["id"]);
    let refusal = bench.refused(50035, "POST", &path(&bench), json!({"content": "a", "nonce": "n".repeat(26)})).await;
    assert_eq!(errors_at(&refusal, &["nonce"]), "NONCE_TYPE_TOO_LONG");
}

#[tokio::test]
async fn without_allowed_mentions_everything_pings_and_with_an_empty_parse_nothing_does() {
    let bench = Bench::new().await;
    let (bob, role) = (bench.playground.person("bob"), bench.playground.role("Responders"));
    let content = format!("<@{}> <@&{role}> @everyone", bob.id());
    let loud = bench.post(json!({"content": content})).await;
    let messages = bench.playground.messages("incidents");
    assert_eq!(loud["mentions"][0]["id"], json!(bob.id()));
    assert!(messages[0].pinged.users.contains(&alice(&bench).id()), "through the role");
    assert!(messages[0].pinged.users.contains(&bob.id()));
    assert!(!messages[0].pinged.everyone, "the bot lacks MENTION_EVERYONE");
    bench.post(json!({"content": content, "allowed_mentions": {"parse": []}})).await;
    assert!(bench.playground.messages("incidents")[1].pinged.nobody());
    bench.post(json!({"content": content, "allowed_mentions": {"parse": [], "users": [bob.id()]}})).await;
    let pinged = bench.playground.messages("incidents")[2].pinged.clone();
    assert_eq!(pinged.users.into_iter().collect::<Vec<_>>(), [bob.id()]);
    let both = json!({"content": "a", "allowed_mentions": {"parse": ["users"], "users": [bob.id()]}});
    let refusal = bench.refused(50035, "POST", &path(&bench), both).await;
    assert_eq!(errors_at(&refusal, &["allowed_mentions"]), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE");
}

#[tokio::test]
async fn only_the_author_edits_and_absent_fields_stay() {
    let bench = Bench::new().await;
    let own = bench.post(json!({"content": "one", "embeds": [{"title": "t"}]})).await;
    let own = format!("{}/{}", path(&bench), own["id"].as_str().unwrap());
    let edited = bench.granted("PATCH", &own, json!({"content": "two"})).await;
    assert_eq!((&edited["content"], &edited["embeds"][0]["title"]), (&json!("two"), &json!("t")));
    assert!(!edited["edited_timestamp"].is_null());
    bench.refused(50006, "PATCH", &own, json!({"content": null, "embeds": []})).await;
    let hers = alice(&bench).says("incidents", "mine").await;
    bench.refused(50005, "PATCH", &format!("{}/{hers}", path(&bench)), json!({"content": "x"})).await;
    bench.refused(50013, "DELETE", &format!("{}/{hers}", path(&bench)), Value::Null).await;
    bench.refused(10008, "GET", &format!("{}/1", path(&bench)), Value::Null).await;
    bench.refused(10003, "GET", "/channels/1/messages", Value::Null).await;
}

#[tokio::test]
async fn a_missing_permission_is_50013_and_an_invisible_channel_is_50001() {
    let bench = Bench::new().await;
    bench.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::SEND_MESSAGES);
    bench.refused(50013, "POST", &path(&bench), json!({"content": "a"})).await;
    bench.playground.set_bot_permissions("incidents", 0);
    bench.refused(50001, "POST", &path(&bench), json!({"content": "a"})).await;
    bench.refused(50001, "GET", &format!("/channels/{}", bench.channel("incidents")), Value::Null).await;
    bench.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::PIN_MESSAGES);
    let message = bench.post(json!({"content": "a"})).await;
    let pin = format!("/channels/{}/pins/{}", bench.channel("incidents"), message["id"].as_str().unwrap());
    bench.refused(50013, "PUT", &pin, Value::Null).await;
}

#[tokio::test]
async fn history_is_paged_newest_first_and_hides_what_people_write() {
    let bench = Bench::new().await;
    for number in 0..5 {
        bench.post(json!({"content": number.to_string()})).await;
    }
    alice(&bench).says("incidents", "between us").await;
    alice(&bench).says("incidents", "@wardroom help").await;
    let contents = |page: Value| -> Vec<String> {
        page.as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    let all = bench.granted("GET", &path(&bench), Value::Null).await;
    let mention = format!("<@{}> help", bench.playground.bot_id());
    assert_eq!(contents(all.clone()), [mention.as_str(), "", "4", "3", "2", "1", "0"]);
    let third = all[4]["id"].as_str().unwrap();
    let page = |query: String| {
        bench.granted("GET", Box::leak(format!("{}?{query}", path(&bench)).into_boxed_str()), Value::Null)
    };
    assert_eq!(contents(page(format!("before={third}&limit=1")).await), ["1"]);
    assert_eq!(contents(page(format!("after={third}&limit=1")).await), ["3"]);
    assert_eq!(contents(page(format!("around={third}&limit=3")).await), ["3", "2", "1"]);
    bench.refused(50035, "GET", &format!("{}?limit=101", path(&bench)), Value::Null).await;
}

#[tokio::test]
async fn files_come_by_multipart_and_can_be_fetched() {
    let bench = Bench::new().await;
    let payload = json!({"content": "the report", "attachments": [{"id": 0, "description": "numbers"}]});
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{payload}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"files[0]\"; filename=\"report.csv\"\r\n\
         Content-Type: text/csv\r\n\r\na,b\r\n1,2\r\n\r\n--b--\r\n"
    );
    let request = bench.request("POST", &path(&bench)).header("content-type", "multipart/form-data; boundary=b");
    let response = request.body(form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let message: Value = response.json().await.unwrap();
    let attachment = &message["attachments"][0];
    assert_eq!((&attachment["filename"], &attachment["description"]), (&json!("report.csv"), &json!("numbers")));
    let fetched = bench.client.get(attachment["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap(), &b"a,b\r\n1,2\r\n"[..]);
    let seen = bench.playground.messages("incidents");
    assert_eq!(bench.playground.file(&seen[0], "report.csv").unwrap(), b"a,b\r\n1,2\r\n");
}

/// A request with files, in the form that Discord documents.
fn with_files(
    bench: &Bench,
    method: &str,
    path: &str,
    payload: &Value,
    files: &[(u64, &[u8])],
) -> reqwest::RequestBuilder {
    let mut form =
        format!("--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{payload}\r\n").into_bytes();
    for (number, bytes) in files {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"files[{number}]\"; filename=\"{number}.bin\"\r\n\r\n"
        );
        form.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    form.extend(b"--b--\r\n");
    bench.request(method, path).header("content-type", "multipart/form-data; boundary=b").body(form)
}

async fn refusal(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_file_that_is_named_must_be_there_and_none_may_be_too_large() {
    let bench = Bench::new().await;
    let listed = |id: &str| json!({"content": "x", "attachments": [{"id": id, "filename": "a.bin"}]});
    let (_, missing) = refusal(with_files(&bench, "POST", &path(&bench), &listed("1"), &[(0, b"a")])).await;
    assert_eq!(errors_at(&missing, &["attachments", "0"]), "ATTACHMENT_NOT_FOUND", "{missing}");
    let refused = bench.refused(50035, "POST", &path(&bench), listed("0")).await;
    assert_eq!(errors_at(&refused, &["attachments", "0"]), "ATTACHMENT_NOT_FOUND");
    let large = vec![0; 10 * 1024 * 1024 + 1];
    let (status, refused) = refusal(with_files(&bench, "POST", &path(&bench), &listed("0"), &[(0, &large)])).await;
    assert_eq!((status, &refused["code"]), (413, &json!(40005)));
    let many: Vec<(u64, &[u8])> = (0..11).map(|number| (number, b"a".as_slice())).collect();
    let (_, refused) = refusal(with_files(&bench, "POST", &path(&bench), &json!({"content": "x"}), &many)).await;
    assert_eq!(refused["code"], 30015);
    assert!(bench.playground.messages("incidents").is_empty());
}

#[tokio::test]
async fn an_edit_keeps_the_files_that_it_names_and_all_when_it_names_none() {
    let bench = Bench::new().await;
    let two = [(0, b"a".as_slice()), (1, b"b".as_slice())];
    let request = with_files(&bench, "POST", &path(&bench), &json!({"content": "two"}), &two);
    let message: Value = request.send().await.unwrap().json().await.unwrap();
    let own = format!("{}/{}", path(&bench), message["id"].as_str().unwrap());
    let names = |message: &Value| -> Vec<String> {
        let files = message["attachments"].as_array().unwrap();
        files.iter().map(|file| file["filename"].as_str().unwrap().to_owned()).collect()
    };
    let edited = bench.granted("PATCH", &own, json!({"content": "still two"})).await;
    assert_eq!(names(&edited), ["0.bin", "1.bin"]);
    let second = edited["attachments"][1]["id"].clone();
    let keep = json!({"attachments": [{"id": second}, {"id": "7", "filename": "new.bin"}]});
    let edited: Value =
        with_files(&bench, "PATCH", &own, &keep, &[(7, b"c")]).send().await.unwrap().json().await.unwrap();
    assert_eq!(names(&edited), ["1.bin", "new.bin"]);
}

#[tokio::test]
async fn people_attach_edit_and_delete_and_the_bot_is_told_as_much_as_it_may_know() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let quiet = person.says_with_files("incidents", "", &[("graph.png", "image/png", b"\x89PNG")]).await;
    let event = socket.event("MESSAGE_CREATE").await["d"].clone();
    assert_eq!((&event["id"], &event["attachments"]), (&json!(quiet), &json!([])), "without the privileged intent");
    let attached = bench.playground.message("incidents", quiet).unwrap().attachments;
    let url = attached[0]["url"].as_str().unwrap();
    let response = bench.client.get(url).send().await.unwrap();
    assert_eq!(response.headers()["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(response.bytes().await.unwrap(), &b"\x89PNG"[..]);
    let elsewhere = url.replace("graph.png", "other.png");
    assert_eq!(bench.client.get(elsewhere).send().await.unwrap().status(), 404);

    person.edits("incidents", quiet, "the graph").await;
    let event = socket.event("MESSAGE_UPDATE").await["d"].clone();
    assert_eq!((&event["content"], event["edited_timestamp"].is_string()), (&json!(""), true));
    let loud = person.says("incidents", "@wardroom look").await;
    person.edits("incidents", loud, "@wardroom look here").await;
    let event = socket.event("MESSAGE_UPDATE").await["d"].clone();
    assert_eq!(event["content"], format!("<@{}> look here", bench.playground.bot_id()));
    person.deletes("incidents", loud).await;
    let event = socket.event("MESSAGE_DELETE").await["d"].clone();
    assert_eq!((&event["id"], &event["channel_id"]), (&json!(loud), &json!(bench.channel("incidents"))));
    assert!(bench.playground.person("bob").try_edit(&bench.playground.messages("incidents")[0], "mine").is_err());
    bench.playground.delete_messages("incidents", &[quiet]);
    assert_eq!(socket.event("MESSAGE_DELETE_BULK").await["d"]["ids"], json!([quiet]));
    assert_eq!(bench.client.get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn reactions_and_pins_leave_effects() {
    let bench = Bench::new().await;
    let message = bench.post(json!({"content": "a"})).await;
    let message = message["id"].as_str().unwrap();
    bench.granted("PUT", &format!("{}/{message}/reactions/%E2%9C%85/@me", path(&bench)), Value::Null).await;
    bench.refused(10014, "PUT", &format!("{}/{message}/reactions/ok/@me", path(&bench)), Value::Null).await;
    bench.granted("PUT", &format!("{}/pins/{message}", path(&bench)), Value::Null).await;
    let pins = bench.granted("GET", &format!("{}/pins", path(&bench)), Value::Null).await;
    assert_eq!(pins["items"][0]["message"]["id"], message);
    let kinds = bench.playground.effects();
    assert!(kinds.iter().any(|effect| matches!(&effect.what, What::ReactionAdded { emoji, .. } if emoji == "✅")));
    assert!(kinds.iter().any(|effect| matches!(effect.what, What::MessagePinned { .. })));
}

#[tokio::test]
async fn direct_messages_reach_whoever_takes_them() {
    let bench = Bench::new().await;
    let person = alice(&bench);
    let channel = bench.granted("POST", "/users/@me/channels", json!({"recipient_id": person.id()})).await;
    let messages = format!("/channels/{}/messages", channel["id"].as_str().unwrap());
    bench.granted("POST", &messages, json!({"content": "psst"})).await;
    assert_eq!(bench.playground.direct_messages(&person)[0].text(), "psst");
    bench.playground.set_takes_direct_messages(&person, false);
    bench.refused(50007, "POST", &messages, json!({"content": "psst"})).await;
}
