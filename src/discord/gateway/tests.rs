//! The gateway, serenity included, against a small Discord.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::json;

use super::*;
use crate::chat::invocation::Call;
use crate::clock::Clock;
use crate::discord::incoming;

#[derive(Clone, Default)]
struct Fake {
    /// What it names as its gateway; its own when empty.
    elsewhere: String,
    /// Sent after READY.
    events: Vec<(&'static str, Value)>,
    /// Closes with this code after IDENTIFY.
    close: Option<u16>,
    remaining: Option<u64>,
    /// Says nothing to IDENTIFY.
    silent: bool,
    /// Closes so after the events, once.
    breaks: Arc<Mutex<Option<u16>>>,
    identifies: Arc<AtomicU64>,
    identified: Arc<Mutex<Value>>,
}

async fn start(fake: Fake) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = if fake.elsewhere.is_empty() { format!("ws://{address}") } else { fake.elsewhere.clone() };
    let remaining = fake.remaining;
    let own = url.clone();
    let app = Router::new()
        .route("/api/v10/gateway", get(move || async move { Json(json!({"url": own})) }))
        .route(
            "/api/v10/gateway/bot",
            get(move || async move {
                match remaining {
                    Some(remaining) => Json(json!({"url": url, "shards": 1,
                        "session_start_limit": {"total": 1000, "remaining": remaining, "reset_after": 1000, "max_concurrency": 1}})),
                    None => Json(json!({"url": url})),
                }
            }),
        )
        .route("/", any(|upgrade: WebSocketUpgrade, State(fake): State<Fake>| async move {
            upgrade.on_upgrade(move |socket| serve(socket, fake)).into_response()
        }))
        .with_state(fake);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn send(socket: &mut WebSocket, frame: Value) {
    // The client may be gone at the end of a test.
    let _ = socket.send(Frame::Text(frame.to_string().into())).await;
}

async fn serve(mut socket: WebSocket, fake: Fake) {
    send(&mut socket, json!({"op": 10, "d": {"heartbeat_interval": 30_000}})).await;
    while let Some(Ok(frame)) = socket.recv().await {
        let Frame::Text(text) = frame else { continue };
        let frame: Value = serde_json::from_str(&text).expect("JSON");
        match frame["op"].as_u64() {
            Some(1) => send(&mut socket, json!({"op": 11})).await,
            Some(2) => {
                fake.identifies.fetch_add(1, Ordering::SeqCst);
                *fake.identified.lock().expect("identified") = frame["d"].clone();
                if let Some(code) = fake.close {
                    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "no".into() }))).await;
                    return;
                }
                if fake.silent {
                    continue;
                }
                let ready = json!({
                    "v": 10, "user": {"id": "5", "username": "wardroom", "discriminator": "0", "bot": true, "mfa_enabled": false,
                        "verified": true, "flags": 0, "avatar": null},
                    "guilds": [{"id": "10", "unavailable": true}], "session_id": "s", "resume_gateway_url": "ws://127.0.0.1:1",
                    "application": {"id": "2", "flags": 0}, "shard": [0, 1],
                });
                send(&mut socket, json!({"op": 0, "s": 1, "t": "READY", "d": ready})).await;
                for (at, (kind, d)) in fake.events.iter().enumerate() {
                    send(&mut socket, json!({"op": 0, "s": at + 2, "t": kind, "d": d})).await;
                }
                let breaks = fake.breaks.lock().expect("breaks").take();
                if let Some(code) = breaks {
                    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "again".into() }))).await;
                    return;
                }
            }
            Some(6) => send(&mut socket, json!({"op": 0, "s": 99, "t": "RESUMED", "d": {"_trace": []}})).await,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Ledger {
    spent: AtomicU64,
}

impl IdentifyLedger for Ledger {
    fn last_day(&self) -> Counted<'_, u64> {
        Box::pin(async { self.spent.load(Ordering::SeqCst) })
    }

    fn note(&self, identifies: u64) -> Counted<'_, ()> {
        Box::pin(async move {
            self.spent.fetch_add(identifies, Ordering::SeqCst);
        })
    }
}

fn connect(base: &str, spent: u64) -> (Gateway, Arc<Ledger>, mpsc::Receiver<Incoming>) {
    let token = SecretString::from("t0ken");
    let rest = Rest::new(base, &token, Clock::system().reading()).expect("a dispatcher");
    let ledger = Arc::new(Ledger { spent: AtomicU64::new(spent) });
    let (sender, events) = mpsc::channel(64);
    let gateway = Gateway::start_within(Duration::from_secs(2), rest, token, Arc::<Ledger>::clone(&ledger), sender);
    (gateway, ledger, events)
}

fn interaction(id: &str, whole: bool) -> Value {
    let mut d = json!({
        "id": id, "application_id": "2", "type": 2, "token": "secret", "version": 1, "locale": "en-GB", "guild_id": "10",
        "channel_id": "11", "entitlements": [], "attachment_size_limit": 1,
        "member": {"user": {"id": "20", "username": "alice", "discriminator": "0", "avatar": null}, "roles": ["30"], "permissions": "32",
            "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0},
        "data": {"id": "3", "type": 1, "name": "inbox"},
    });
    if !whole {
        d.as_object_mut().expect("an object").remove("attachment_size_limit");
    }
    d
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("in time")
}

#[tokio::test]
async fn events_arrive_whether_or_not_serenity_can_type_them() {
    let guild = json!({"id": "10", "name": "Ops"});
    let fake = Fake {
        events: vec![
            ("GUILD_CREATE", guild),
            ("INTERACTION_CREATE", interaction("101", true)),
            ("INTERACTION_CREATE", interaction("102", false)),
        ],
        ..Fake::default()
    };
    let identified = Arc::clone(&fake.identified);
    let base = start(fake).await;
    let (gateway, ledger, mut events) = connect(&base, 0);
    let ready = soon(events.recv()).await.expect("an event");
    assert_eq!((ready.kind, &ready.data["user"]["id"]), (EventKind::Ready, &json!("5")));
    assert_eq!(ready.bot(), Some((UserId(5), ApplicationId(2))));
    let came = soon(events.recv()).await.expect("an event");
    assert_eq!((came.kind, &came.data["name"]), (EventKind::Guild, &json!("Ops")));
    for id in [101, 102] {
        let event = soon(events.recv()).await.expect("an event");
        let read = incoming::interaction(&event.data, Clock::system().now()).expect("an invocation");
        assert_eq!(read.source.id(), id);
        assert!(matches!(read.call, Call::Slash { path, .. } if path == ["inbox"]));
        assert!(incoming::callback(&event.data, None).is_some());
    }
    let mut status = gateway.status();
    let up =
        |status: &Status| matches!(status, Status::Up { bot: UserId(5), application: ApplicationId(2), session: 1 });
    soon(status.wait_for(up)).await.expect("a session");
    assert_eq!(ledger.spent.load(Ordering::SeqCst), 1);
    assert_eq!(identified.lock().expect("identified")["intents"], 1 + 512);
    assert!(gateway.tick().age() < watchdog::STUCK_AFTER);
    soon(gateway.shutdown()).await;
}

#[tokio::test]
async fn a_broken_connection_is_resumed_without_a_new_session() {
    let fake = Fake { breaks: Arc::new(Mutex::new(Some(4000))), ..Fake::default() };
    let identifies = Arc::clone(&fake.identifies);
    let base = start(fake).await;
    let (gateway, ledger, mut events) = connect(&base, 0);
    assert_eq!(soon(events.recv()).await.expect("an event").kind, EventKind::Ready);
    assert_eq!(soon(events.recv()).await.expect("an event").kind, EventKind::Resumed);
    assert_eq!((identifies.load(Ordering::SeqCst), ledger.spent.load(Ordering::SeqCst)), (1, 1));
    assert!(matches!(*gateway.status().borrow(), Status::Up { session: 1, .. }));
    soon(gateway.shutdown()).await;
}

/// serenity spins on this close code; its thread cannot be ended, so this is run by hand: `cargo test -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "leaves a spinning thread behind"]
async fn a_stuck_client_is_noticed() {
    let base = start(Fake { close: Some(4011), ..Fake::default() }).await;
    let (gateway, _, _events) = connect(&base, 0);
    let (stuck, mut told) = mpsc::channel(1);
    let _watch = watchdog::watch(gateway.tick(), watchdog::STUCK_AFTER, move |age| {
        stuck.try_send(age).expect("room for one");
    });
    assert!(soon(told.recv()).await.expect("a report") > watchdog::STUCK_AFTER);
}

#[tokio::test]
async fn a_foreign_gateway_stops_the_start() {
    let base = start(Fake { elsewhere: "wss://gateway.example".into(), ..Fake::default() }).await;
    let (mut gateway, _, _events) = connect(&base, 0);
    let fatal = soon(gateway.ended()).await.expect_err("an end");
    assert!(matches!(&fatal, Fatal::ForeignGateway(why) if why.contains("gateway.example")), "{fatal}");
}

#[tokio::test]
async fn a_refused_token_and_refused_intents_end_with_a_sentence() {
    for (code, wanted) in [(4004, Fatal::BadToken), (4014, Fatal::Intents("GUILDS, GUILD_MESSAGES"))] {
        let base = start(Fake { close: Some(code), ..Fake::default() }).await;
        let (mut gateway, _, _events) = connect(&base, 0);
        let fatal = soon(gateway.ended()).await.expect_err("an end");
        assert_eq!(fatal, wanted);
        assert_eq!(fatal.exit_code(), crate::discord::EXIT_TOKEN);
    }
}

#[tokio::test]
async fn a_client_that_gets_nowhere_is_replaced_and_what_it_may_have_spent_is_noted() {
    let fake = Fake { silent: true, ..Fake::default() };
    let identifies = Arc::clone(&fake.identifies);
    let base = start(fake).await;
    let (gateway, ledger, _events) = connect(&base, 0);
    let again = async {
        while identifies.load(Ordering::SeqCst) < 2 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    soon(again).await;
    assert_eq!(ledger.spent.load(Ordering::SeqCst), IDENTIFIES_UNSEEN + 1);
    soon(gateway.shutdown()).await;
}

#[tokio::test]
async fn a_spent_budget_keeps_the_bot_from_identifying() {
    for (remaining, spent) in [(Some(99), 0), (None, policy::A_DAY)] {
        let fake = Fake { remaining, ..Fake::default() };
        let identifies = Arc::clone(&fake.identifies);
        let base = start(fake).await;
        let (gateway, _, _events) = connect(&base, spent);
        let mut status = gateway.status();
        let waits = |status: &Status| matches!(status, Status::Down(why) if why.contains("waits"));
        soon(status.wait_for(waits)).await.expect("a status");
        assert_eq!(identifies.load(Ordering::SeqCst), 0);
        soon(gateway.shutdown()).await;
    }
}

#[tokio::test]
async fn a_lost_api_is_waited_for_and_a_shutdown_does_not_wait() {
    let (gateway, _, _events) = connect("http://127.0.0.1:9", 0);
    let started = Instant::now();
    tokio::time::sleep(Duration::from_millis(100)).await;
    gateway.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(2));
}
