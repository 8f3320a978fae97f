use serde_json::{Value, json};

use super::super::permissions;
use super::{Bench, alice};

#[tokio::test]
async fn a_thread_on_a_message_has_its_id_and_there_is_only_one() {
    let bench = Bench::new().await;
    let message = bench.post(json!({"content": "card"})).await;
    let path = format!("/channels/{}/messages/{}/threads", bench.channel("incidents"), message["id"].as_str().unwrap());
    let thread = bench.granted("POST", &path, json!({"name": "INC-1 checkout"})).await;
    assert_eq!((&thread["id"], &thread["type"]), (&message["id"], &json!(11)));
    bench.refused(160_004, "POST", &path, json!({"name": "again"})).await;
    let nameless = format!("/channels/{}/threads", bench.channel("incidents"));
    bench.refused(50035, "POST", &nameless, json!({"name": ""})).await;
    bench.refused(50035, "POST", &nameless, json!({"name": "n".repeat(101)})).await;
}

#[tokio::test]
async fn a_thread_without_a_type_is_private_and_only_members_see_it() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/threads", bench.channel("incidents"));
    let thread = bench.granted("POST", &path, json!({"name": "secret", "invitable": false})).await;
    let id = thread["id"].as_str().unwrap();
    assert_eq!(thread["type"], 12);
    bench.granted("POST", &format!("/channels/{id}/messages"), json!({"content": "hush"})).await;
    assert!(alice(&bench).reads("secret").is_empty());
    bench.granted("PUT", &format!("/channels/{id}/thread-members/{}", alice(&bench).id()), Value::Null).await;
    assert_eq!(alice(&bench).reads("secret").len(), 1);
    assert!(bench.playground.person("bob").reads("secret").is_empty());
    let members = bench.granted("GET", &format!("/channels/{id}/thread-members"), Value::Null).await;
    assert_eq!(members.as_array().unwrap().len(), 2);
    bench.refused(10013, "PUT", &format!("/channels/{id}/thread-members/1"), Value::Null).await;
}

#[tokio::test]
async fn an_archived_thread_refuses_edits_and_wakes_by_a_message_unless_locked() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/threads", bench.channel("incidents"));
    let thread = bench.granted("POST", &path, json!({"name": "room", "type": 11})).await;
    let id = thread["id"].as_str().unwrap();
    let message = bench.granted("POST", &format!("/channels/{id}/messages"), json!({"content": "a"})).await;
    let message = format!("/channels/{id}/messages/{}", message["id"].as_str().unwrap());
    bench.granted("PATCH", &format!("/channels/{id}"), json!({"archived": true})).await;
    bench.refused(50083, "PATCH", &message, json!({"content": "b"})).await;
    bench.refused(50083, "PATCH", &format!("/channels/{id}"), json!({"name": "other"})).await;
    let archived = format!("/channels/{}/threads/archived/public", bench.channel("incidents"));
    let archived = bench.granted("GET", &archived, Value::Null).await;
    assert_eq!(archived["threads"][0]["id"], id);
    bench.granted("POST", &format!("/channels/{id}/messages"), json!({"content": "b"})).await;
    assert!(!bench.playground.thread("room").unwrap().archived);
    // Locked, and without MANAGE_THREADS.
    bench.granted("PATCH", &format!("/channels/{id}"), json!({"locked": true, "archived": true})).await;
    bench.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::MANAGE_THREADS);
    bench.refused(160_005, "POST", &format!("/channels/{id}/messages"), json!({"content": "c"})).await;
    bench.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::SEND_MESSAGES_IN_THREADS);
    bench.refused(50013, "POST", &format!("/channels/{id}/messages"), json!({"content": "c"})).await;
}

#[tokio::test]
async fn active_threads_are_those_that_are_not_archived() {
    let bench = Bench::new().await;
    let path = format!("/channels/{}/threads", bench.channel("incidents"));
    let one = bench.granted("POST", &path, json!({"name": "one", "type": 11})).await;
    bench.granted("POST", &path, json!({"name": "two", "type": 11})).await;
    bench.granted("PATCH", &format!("/channels/{}", one["id"].as_str().unwrap()), json!({"archived": true})).await;
    let guild = bench.playground.guild("Harbour Payments");
    let active = bench.granted("GET", &format!("/guilds/{guild}/threads/active"), Value::Null).await;
    assert_eq!(active["threads"].as_array().unwrap().len(), 1);
    assert_eq!(active["threads"][0]["name"], "two");
    bench.refused(10004, "GET", "/guilds/1/threads/active", Value::Null).await;
    let found = bench.granted("GET", &format!("/guilds/{guild}/members/search?query=Ali&limit=5"), Value::Null).await;
    assert_eq!(found[0]["user"]["global_name"], "Alice Chen");
    bench.refused(10013, "GET", &format!("/guilds/{guild}/members/1"), Value::Null).await;
}
