use serde_json::{Value, json};

use super::super::page::FILES;
use super::{Bench, alice, commands};

async fn ask(bench: &Bench, path: &str) -> Value {
    let response = bench.client.get(format!("{}{path}", bench.playground.url())).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

async fn send(bench: &Bench, path: &str, body: Value) -> Value {
    let url = format!("{}{path}", bench.playground.url());
    bench.client.post(url).json(&body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let bench = Bench::new().await;
    for (path, kind, text) in FILES {
        let response = bench.client.get(format!("{}{path}", bench.playground.url())).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], kind);
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"));
        assert_eq!(response.text().await.unwrap(), text);
        for danger in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write", "src=\"http", "href=\"http"]
        {
            assert!(!text.contains(danger), "{path} contains {danger}");
        }
    }
}

#[tokio::test]
async fn each_person_sees_their_own_world() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let (person, bob) = (alice(&bench), bench.playground.person("bob"));
    let world = ask(&bench, &format!("/page/world?as={}", bob.id())).await;
    assert_eq!((&world["me"], &world["guild"]["name"]), (&json!(bob.id()), &json!("Harbour Payments")));
    assert_eq!(world["people"].as_array().unwrap().len(), 6);
    assert_eq!(world["commands"].as_array().unwrap().len(), 2);
    assert_eq!(world["bot"]["connected"], false);
    let channel = bench.channel("incidents");
    let said =
        send(&bench, "/page/say", json!({"as": person.id(), "channel": channel, "text": "hello @Bob Okafor"})).await;
    assert_eq!(said["outcome"], "answered");
    let seen = ask(&bench, &format!("/page/messages?as={}&channel={channel}", bob.id())).await;
    assert_eq!((&seen[0]["content"], &seen[0]["pinged"]), (&json!(format!("hello {}", bob.mention())), &json!(true)));
    let private = format!("/channels/{channel}/threads");
    let thread = bench.granted("POST", &private, json!({"name": "secret", "type": 12})).await;
    let path =
        format!("{}/page/messages?as={}&channel={}", bench.playground.url(), bob.id(), thread["id"].as_str().unwrap());
    assert_eq!(bench.client.get(path).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_page_uploads_edits_and_deletes() {
    let bench = Bench::new().await;
    let (person, channel) = (alice(&bench), bench.channel("incidents"));
    let said = json!({"as": person.id(), "channel": channel, "text": "see"});
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{said}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"files[0]\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n"
    );
    let request = bench.client.post(format!("{}/page/say", bench.playground.url()));
    let request = request.header("content-type", "multipart/form-data; boundary=b").body(form);
    let strange = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(strange.status(), 415, "a form of another site");
    let answer: Value = request.header("x-from-page", "1").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["outcome"], "answered");
    let seen = bench.playground.messages("incidents");
    assert_eq!(bench.playground.file(&seen[0], "a.txt").unwrap(), b"hi");
    let act = |text: &str| json!({"as": person.id(), "channel": channel, "message": answer["message"], "text": text});
    assert_eq!(send(&bench, "/page/edit", act("seen")).await["outcome"], "answered");
    assert_eq!(bench.playground.messages("incidents")[0].text(), "seen");
    let mut other = act("mine");
    other["as"] = json!(bench.playground.person("bob").id());
    assert_eq!(send(&bench, "/page/edit", other).await["outcome"], "not sent");
    assert_eq!(send(&bench, "/page/delete", act("")).await["outcome"], "answered");
    assert!(bench.playground.messages("incidents").is_empty());
}

#[tokio::test]
async fn a_command_on_the_page_is_completed_sent_and_answered_with_a_form() {
    let bench = Bench::new().await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let (person, channel) = (alice(&bench), bench.channel("incidents"));
    let body =
        |options: Value| json!({"as": person.id(), "channel": channel, "text": "incident declare", "options": options});
    let refused = send(&bench, "/page/command", body(json!({}))).await;
    assert_eq!(
        (&refused["outcome"], &refused["reason"]),
        (&json!("not sent"), &json!("The option title is required."))
    );
    let bot = async |socket: &mut super::Socket, callback: Value| {
        let interaction = socket.event("INTERACTION_CREATE").await["d"].clone();
        let path = format!(
            "/interactions/{}/{}/callback",
            interaction["id"].as_str().unwrap(),
            interaction["token"].as_str().unwrap()
        );
        bench.granted("POST", &path, callback).await;
        interaction
    };
    let mut asked = body(json!({"service": "pay"}));
    asked["focused"] = json!("service");
    let choices = json!({"type": 8, "data": {"choices": [{"name": "Payments", "value": "payments"}]}});
    let (_, completed) = tokio::join!(bot(&mut socket, choices), send(&bench, "/page/complete", asked));
    assert_eq!(completed["choices"], json!([{"name": "Payments", "value": "payments"}]));
    let field = json!({"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "text", "label": "What?"}]});
    let form = json!({"type": 9, "data": {"custom_id": "f", "title": "Declare", "components": [field]}});
    let (_, opened) = tokio::join!(bot(&mut socket, form), send(&bench, "/page/command", body(json!({"title": "t"}))));
    assert_eq!(opened["form"]["fields"][0]["label"], "What?");
    let submitted = json!({"as": person.id(), "interaction": opened["interaction"], "values": {"text": "down"}});
    let private = json!({"type": 4, "data": {"content": "done", "flags": 64}});
    let (interaction, done) = tokio::join!(bot(&mut socket, private), send(&bench, "/page/submit", submitted));
    assert_eq!(interaction["data"]["components"][0]["components"][0]["value"], "down");
    assert_eq!(done["outcome"], "answered");
    let of = |id| format!("/page/messages?as={id}&channel={channel}");
    assert_eq!(ask(&bench, &of(person.id())).await[0]["ephemeral"], true);
    assert_eq!(ask(&bench, &of(bench.playground.person("bob").id())).await, json!([]));
}

#[tokio::test]
async fn a_form_of_another_site_cannot_speak_here() {
    let bench = Bench::new().await;
    let url = format!("{}/page/say", bench.playground.url());
    let body = json!({"as": alice(&bench).id(), "channel": bench.channel("incidents"), "text": "hi"}).to_string();
    let response =
        bench.client.post(&url).header("content-type", "text/plain").body(body.clone()).send().await.unwrap();
    assert_eq!(response.status(), 415);
    let foreign =
        bench.client.post(&url).header("content-type", "application/json").header("origin", "http://evil.example");
    assert_eq!(foreign.body(body).send().await.unwrap().status(), 403);
    assert!(bench.playground.messages("incidents").is_empty());
}
