//! One socket of the gateway, from HELLO to its end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::super::Shared;
use super::{KEPT_SESSIONS, Order, Outgoing, Session, intent};

/// Largest payload a bot may send, in bytes.
const LARGEST: usize = 4096;
/// Commands a bot may send per minute.
const COMMANDS: usize = 120;
const COMMAND_WINDOW: Duration = Duration::from_mins(1);
/// Heartbeats a bot may miss before it is taken for dead.
const MISSED_BEATS: u32 = 2;

/// Why a socket is closed from our side: close code and reason.
type Close = (u16, &'static str);

const UNKNOWN_OPCODE: Close = (4001, "Unknown opcode.");
const DECODE_ERROR: Close = (4002, "Error while decoding payload.");
const NOT_AUTHENTICATED: Close = (4003, "Not authenticated.");
const AUTHENTICATION_FAILED: Close = (4004, "Authentication failed.");
const ALREADY_AUTHENTICATED: Close = (4005, "Already authenticated.");
const RATE_LIMITED: Close = (4008, "You are being rate limited.");
const SESSION_TIMED_OUT: Close = (4009, "Session timed out.");
const INVALID_INTENTS: Close = (4013, "Invalid intent(s).");
const DISALLOWED_INTENTS: Close = (4014, "Disallowed intent(s).");

struct Connection {
    shared: Arc<Shared>,
    number: u64,
    out: UnboundedSender<Order>,
    /// The session's name, once identified or resumed.
    session: Option<String>,
    commands: VecDeque<Instant>,
}

/// Serves a socket until either side ends it.
pub(in super::super) async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    let (out, mut orders) = unbounded_channel();
    let number = {
        let mut inner = shared.gateway.lock();
        inner.counted += 1;
        let number = inner.counted;
        inner.connections.insert(number, out.clone());
        number
    };
    let mut connection = Connection { shared: shared.clone(), number, out, session: None, commands: VecDeque::new() };
    let ending = connection.run(&mut socket, &mut orders).await;
    connection.detach(matches!(ending, Ending::Theirs(Some(1000 | 1001))));
    if let Ending::Ours((code, reason)) = ending {
        // The other side may be gone already.
        let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }
    shared.bump();
}

enum Ending {
    Ours(Close),
    /// With the close code, if they sent one.
    Theirs(Option<u16>),
    Cut,
}

impl Connection {
    async fn run(&mut self, socket: &mut WebSocket, orders: &mut UnboundedReceiver<Order>) -> Ending {
        let interval = self.shared.options.heartbeat_interval;
        let hello =
            json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": interval.as_millis(), "_trace": []}});
        if socket.send(Frame::text(hello.to_string())).await.is_err() {
            return Ending::Theirs(None);
        }
        let patience = interval * MISSED_BEATS;
        let mut dead_at = Instant::now() + patience;
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Frame(frame)) => {
                        if socket.send(Frame::text(frame)).await.is_err() {
                            return Ending::Theirs(None);
                        }
                    }
                    Some(Order::Close(code, reason)) => return Ending::Ours((code, reason)),
                    Some(Order::Drop) | None => return Ending::Cut,
                },
                received = socket.recv() => {
                    let text = match received {
                        Some(Ok(Frame::Text(text))) => text,
                        Some(Ok(Frame::Close(frame))) => return Ending::Theirs(frame.map(|frame| frame.code)),
                        Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => continue,
                        Some(Ok(Frame::Binary(_))) => return Ending::Ours(DECODE_ERROR),
                        Some(Err(_)) | None => return Ending::Theirs(None),
                    };
                    match self.obey(text.as_str()) {
                        Ok(true) => dead_at = Instant::now() + patience,
                        Ok(false) => {}
                        Err(close) => return Ending::Ours(close),
                    }
                }
                () = sleep_until(dead_at) => return Ending::Ours(SESSION_TIMED_OUT),
            }
        }
    }

    /// Handles a payload of the bot; answers whether it was a heartbeat.
    fn obey(&mut self, text: &str) -> Result<bool, Close> {
        self.count_command()?;
        if text.len() > LARGEST {
            return Err(DECODE_ERROR);
        }
        let payload: Value = serde_json::from_str(text).map_err(|_| DECODE_ERROR)?;
        let data = &payload["d"];
        match payload["op"].as_u64() {
            Some(1) => {
                self.heartbeat();
                return Ok(true);
            }
            Some(2) if self.session.is_none() => self.identify(data)?,
            Some(6) if self.session.is_none() => self.resume(data)?,
            Some(2 | 6) => return Err(ALREADY_AUTHENTICATED),
            Some(3 | 4 | 8 | 31) if self.session.is_some() => {}
            Some(3 | 4 | 8 | 31) => return Err(NOT_AUTHENTICATED),
            Some(_) => return Err(UNKNOWN_OPCODE),
            None => return Err(DECODE_ERROR),
        }
        Ok(false)
    }

    fn count_command(&mut self) -> Result<(), Close> {
        let now = Instant::now();
        while self.commands.front().is_some_and(|at| now - *at >= COMMAND_WINDOW) {
            self.commands.pop_front();
        }
        self.commands.push_back(now);
        if self.commands.len() > COMMANDS { Err(RATE_LIMITED) } else { Ok(()) }
    }

    fn heartbeat(&self) {
        let mut inner = self.shared.gateway.lock();
        inner.heartbeats += 1;
        if !inner.silent {
            self.say(&json!({"op": 11, "d": null}));
        }
        drop(inner);
        self.shared.bump();
    }

    fn say(&self, payload: &Value) {
        // The receiver lives as long as this connection.
        let _ = self.out.send(Order::Frame(payload.to_string()));
    }

    fn check_token(&self, data: &Value) -> Result<(), Close> {
        let token = data["token"].as_str().unwrap_or_default();
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        if token == self.shared.options.token { Ok(()) } else { Err(AUTHENTICATION_FAILED) }
    }

    fn identify(&mut self, data: &Value) -> Result<(), Close> {
        self.check_token(data)?;
        let options = &self.shared.options;
        let intents = data["intents"].as_u64().filter(|bits| bits & !intent::ALL == 0).ok_or(INVALID_INTENTS)?;
        if intents & intent::PRIVILEGED & !options.privileged_intents != 0 {
            return Err(DISALLOWED_INTENTS);
        }
        if !data["properties"].is_object() {
            return Err(DECODE_ERROR);
        }
        if self.shared.gateway.budget_left(options.identify_budget).0 == 0 {
            // Discord resets the token when the budget is spent: the old one fails from then on.
            return Err(AUTHENTICATION_FAILED);
        }
        let shard = match &data["shard"] {
            Value::Null => json!([0, 1]),
            shard => shard.clone(),
        };
        // The state's lock is held so that no event slips between READY and the guilds.
        let state = self.shared.state();
        let mut inner = self.shared.gateway.lock();
        inner.identified += 1;
        inner.identifies.push_back(Instant::now());
        let name = format!("session-{}-{:x}", inner.identified, state.bot.0);
        let number = inner.identified;
        inner.sessions.retain(|_, old| old.connection.is_some() || old.number + KEPT_SESSIONS > number);
        let session = Session { number, intents, seq: 0, replay: VecDeque::new(), connection: Some(self.number) };
        inner.sessions.insert(name.clone(), session);
        let guilds: Vec<Value> = state.guilds.keys().map(|id| json!({"id": id, "unavailable": true})).collect();
        let mut user = state.user_json(state.bot);
        user["verified"] = json!(true);
        user["mfa_enabled"] = json!(true);
        user["email"] = Value::Null;
        let ready = json!({
            "v": 10, "user": user, "guilds": guilds, "session_id": name,
            "resume_gateway_url": self.shared.gateway_url(), "shard": shard,
            "application": {"id": state.application, "flags": 0}, "private_channels": [],
            "relationships": [], "user_settings": {}, "session_type": "normal",
        });
        inner.send(&name, &Outgoing { name: "READY", intent: 0, data: ready, bare: None });
        for guild in state.guilds.values() {
            let data = state.guild_create(guild);
            inner.send(&name, &Outgoing { name: "GUILD_CREATE", intent: intent::GUILDS, data, bare: None });
        }
        drop(inner);
        drop(state);
        self.session = Some(name);
        self.shared.bump();
        Ok(())
    }

    fn resume(&mut self, data: &Value) -> Result<(), Close> {
        self.check_token(data)?;
        let mut inner = self.shared.gateway.lock();
        let wanted = data["session_id"].as_str().unwrap_or_default().to_owned();
        let seen = data["seq"].as_u64().unwrap_or_default();
        let oldest_missed = |session: &Session| session.replay.front().map_or(session.seq + 1, |(seq, _)| *seq);
        let resumable =
            inner.sessions.get(&wanted).filter(|session| seen <= session.seq && seen + 1 >= oldest_missed(session));
        if resumable.is_none() {
            self.say(&json!({"op": 9, "d": false}));
            return Ok(());
        }
        if let Some(session) = inner.sessions.get_mut(&wanted) {
            let missed = session.replay.iter().filter(|(seq, _)| *seq > seen).map(|(_, frame)| frame.clone());
            for frame in missed.collect::<Vec<_>>() {
                let _ = self.out.send(Order::Frame(frame));
            }
            session.connection = Some(self.number);
        }
        inner.resumed += 1;
        inner.send(&wanted, &Outgoing { name: "RESUMED", intent: 0, data: json!({"_trace": []}), bare: None });
        drop(inner);
        self.session = Some(wanted);
        self.shared.bump();
        Ok(())
    }

    /// Leaves the gateway; a session that the bot closed with 1000 or 1001 is over.
    fn detach(&self, over: bool) {
        let mut inner = self.shared.gateway.lock();
        inner.connections.remove(&self.number);
        let Some(name) = &self.session else { return };
        if over {
            inner.sessions.remove(name);
        } else if let Some(session) = inner.sessions.get_mut(name) {
            // A resumed session may already hang on another socket.
            if session.connection == Some(self.number) {
                session.connection = None;
            }
        }
    }
}
