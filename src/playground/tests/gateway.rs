use std::time::Duration;

use serde_json::{Value, json};

use super::super::gateway::intent;
use super::super::{FaultPlan, Options, World};
use super::{Bench, alice, commands};

#[tokio::test]
async fn ready_comes_first_then_the_guilds_and_heartbeats_are_acknowledged() {
    let bench = Bench::new().await;
    let mut socket = bench.socket().await;
    assert_eq!(socket.hello["op"], 10);
    socket.identify(bench.playground.token(), 1).await;
    let ready = socket.receive().await.unwrap();
    assert_eq!((&ready["t"], &ready["s"]), (&json!("READY"), &json!(1)));
    assert_eq!(ready["d"]["guilds"][0]["unavailable"], true);
    let guild = socket.receive().await.unwrap();
    assert_eq!((&guild["t"], &guild["d"]["name"]), (&json!("GUILD_CREATE"), &json!("Harbour Payments")));
    socket.say(json!({"op": 1, "d": 2})).await;
    assert_eq!(socket.op(11).await["op"], 11);
    assert!(bench.playground.wait_ready().await);
    let budget = bench.granted("GET", "/gateway/bot", Value::Null).await;
    assert_eq!(budget["session_start_limit"]["remaining"], 999);
}

#[tokio::test]
async fn a_resume_replays_what_was_missed() {
    let bench = Bench::new().await;
    let mut socket = bench.socket().await;
    socket.identify(bench.playground.token(), 1 | 1 << 9).await;
    let ready = socket.event("READY").await;
    let guild = socket.event("GUILD_CREATE").await;
    bench.playground.gateway().drop_all();
    assert_eq!(socket.closed().await, None);
    alice(&bench).says("incidents", "@wardroom are you there?").await;
    let mut socket = bench.socket().await;
    let resume = json!({"op": 6, "d": {"token": bench.playground.token(), "session_id": ready["d"]["session_id"], "seq": guild["s"]}});
    socket.say(resume.clone()).await;
    assert_eq!(socket.receive().await.unwrap()["t"], "MESSAGE_CREATE");
    assert_eq!(socket.receive().await.unwrap()["t"], "RESUMED");
    bench.playground.gateway().invalid_session(false);
    assert_eq!(socket.op(9).await["d"], false);
    let mut socket = bench.socket().await;
    socket.say(resume).await;
    assert_eq!(socket.op(9).await["d"], false);
}

#[tokio::test]
async fn mistakes_close_the_socket_with_discords_codes() {
    let bench = Bench::new().await;
    let token = bench.playground.token().to_owned();
    let properties = json!({});
    let identify = |token: &str, intents: u64| json!({"op": 2, "d": {"token": token, "intents": intents, "properties": properties}});
    for (payload, code) in [
        (identify("wrong", 1), 4004),
        (identify(&token, 1 << 30), 4013),
        (identify(&token, intent::MESSAGE_CONTENT), 4014),
        (json!({"op": 3, "d": {}}), 4003),
        (json!({"op": 99}), 4001),
        (json!({"d": 1}), 4002),
        (json!({"op": 1, "d": "x".repeat(5000)}), 4002),
    ] {
        let mut socket = bench.socket().await;
        socket.say(payload.clone()).await;
        assert_eq!(socket.closed().await, Some(code), "{payload}");
    }
    let mut socket = bench.identified().await;
    socket.identify(&token, 1).await;
    assert_eq!(socket.closed().await, Some(4005));
}

#[tokio::test]
async fn the_bot_is_told_to_reconnect_and_may_be_met_with_silence() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    bench.playground.gateway().reconnect();
    socket.op(7).await;
    bench.playground.gateway().silence(true);
    socket.say(json!({"op": 1, "d": 2})).await;
    bench.playground.gateway().ask_for_heartbeat();
    assert_eq!(socket.receive().await.unwrap()["op"], 1, "no acknowledgement came before");
    bench.playground.gateway().close_all(4000);
    assert_eq!(socket.closed().await, Some(4000));
}

#[tokio::test]
async fn a_spent_identify_budget_costs_the_token() {
    let bench = Bench::with(Options { identify_budget: 1, ..Options::default() }, World::sample()).await;
    let _first = bench.identified().await;
    let mut second = bench.socket().await;
    second.identify(bench.playground.token(), 1).await;
    assert_eq!(second.closed().await, Some(4004));
    let budget = bench.granted("GET", "/gateway/bot", Value::Null).await;
    assert_eq!(budget["session_start_limit"]["remaining"], 0);
}

#[tokio::test]
async fn a_bot_that_never_beats_is_taken_for_dead() {
    let options = Options { heartbeat_interval: Duration::from_millis(20), ..Options::default() };
    let bench = Bench::with(options, World::sample()).await;
    let mut socket = bench.socket().await;
    assert_eq!(socket.closed().await, Some(4009));
}

#[tokio::test]
async fn events_can_come_twice_and_late() {
    let faults = FaultPlan { duplicate_event: 1.0, ..FaultPlan::default() };
    let bench = Bench::with(Options { faults, rate_limits: false, ..Options::default() }, World::sample()).await;
    bench.register(commands()).await;
    let mut socket = bench.identified().await;
    let person = alice(&bench);
    let act = tokio::spawn(async move { person.slash("incidents", "incident declare", json!({"title": "t"})).await });
    let first = socket.event("INTERACTION_CREATE").await;
    let second = socket.event("INTERACTION_CREATE").await;
    assert_eq!(first["d"]["id"], second["d"]["id"]);
    assert_ne!(first["s"], second["s"]);
    act.abort();
    let late_by = Duration::from_millis(30);
    bench.playground.faults().plan(FaultPlan { late_interaction: 1.0, late_by, ..FaultPlan::default() });
    let person = alice(&bench);
    let act = tokio::spawn(async move { person.slash("incidents", "incident declare", json!({"title": "t"})).await });
    person_says_then(&bench, &mut socket).await;
    act.abort();
}

/// A message sent after a late interaction overtakes it.
async fn person_says_then(bench: &Bench, socket: &mut super::Socket) {
    assert!(
        bench.playground.wait_until(super::SOON, |playground| playground.shared.state().interactions.len() == 2).await
    );
    alice(bench).says("incidents", "@wardroom hello").await;
    let mut names = Vec::new();
    while names.len() < 2 {
        let event = socket.receive().await.unwrap();
        names.push(event["t"].as_str().unwrap().to_owned());
    }
    assert_eq!(names, ["MESSAGE_CREATE", "INTERACTION_CREATE"]);
}

#[tokio::test]
async fn a_new_guild_is_announced_and_a_lost_one_too() {
    let bench = Bench::new().await;
    let mut socket = bench.identified().await;
    let ids = bench.playground.add_guilds(&World::guild("Second").person("Alice Chen", &[]).channel("incidents"));
    assert_eq!(socket.event("GUILD_CREATE").await["d"]["id"], json!(ids[0]));
    let person = alice(&bench).in_guild("Second");
    assert_eq!(person.id(), alice(&bench).id());
    person.says("incidents", "@wardroom hello").await;
    assert_eq!(socket.event("MESSAGE_CREATE").await["d"]["guild_id"], json!(ids[0]));
    bench.playground.remove_guild(ids[0]);
    assert_eq!(socket.event("GUILD_DELETE").await["d"], json!({"id": ids[0]}));
}
