//! The gateway: sessions, events, replay, and what tests can do to them.

mod connection;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

pub(super) use connection::serve;

/// Intents, as bits of IDENTIFY (Discord's gateway documentation, "Gateway Intents").
#[expect(missing_docs, reason = "the names are Discord's")]
pub mod intent {
    pub const GUILDS: u64 = 1;
    pub const GUILD_MEMBERS: u64 = 1 << 1;
    pub const GUILD_PRESENCES: u64 = 1 << 8;
    pub const GUILD_MESSAGES: u64 = 1 << 9;
    pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
    pub const DIRECT_MESSAGES: u64 = 1 << 12;
    pub const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
    pub const MESSAGE_CONTENT: u64 = 1 << 15;
    /// Those that the developer portal must allow first.
    pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
    /// All that exist: 0 to 16, 20, 21, 24, 25.
    pub const ALL: u64 = 0x1_ffff | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25;
}

/// Events that a session can replay; an older RESUME gets op 9.
const REPLAY: usize = 2000;
/// Sessions without a socket that are kept for a RESUME, besides those that have one.
const KEPT_SESSIONS: u64 = 16;
/// The window of the identify budget.
const IDENTIFY_WINDOW: Duration = Duration::from_hours(24);

/// An event on its way to the bot.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) name: &'static str,
    /// The intent it needs; 0 for none.
    pub(super) intent: u64,
    pub(super) data: Value,
    /// What sessions without the `MESSAGE_CONTENT` intent get instead.
    pub(super) bare: Option<Value>,
}

/// What a connection is told to do.
#[derive(Debug)]
enum Order {
    Frame(String),
    Close(u16, &'static str),
    Drop,
}

struct Session {
    /// Counts IDENTIFYs.
    number: u64,
    intents: u64,
    seq: u64,
    replay: VecDeque<(u64, String)>,
    connection: Option<u64>,
}

#[derive(Default)]
struct Inner {
    sessions: BTreeMap<String, Session>,
    connections: BTreeMap<u64, UnboundedSender<Order>>,
    identifies: VecDeque<Instant>,
    identified: u64,
    resumed: u64,
    heartbeats: u64,
    silent: bool,
    counted: u64,
}

/// The gateway of a running playground.
#[derive(Default)]
pub struct Gateway {
    inner: Mutex<Inner>,
}

impl Gateway {
    /// Open sockets.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.lock().connections.len()
    }

    /// Sessions that are identified and attached to an open socket.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.lock().sessions.values().filter(|session| session.connection.is_some()).count()
    }

    /// Successful IDENTIFYs since the start.
    #[must_use]
    pub fn identified(&self) -> u64 {
        self.lock().identified
    }

    /// Successful RESUMEs since the start.
    #[must_use]
    pub fn resumed(&self) -> u64 {
        self.lock().resumed
    }

    /// Heartbeats received since the start.
    #[must_use]
    pub fn heartbeats(&self) -> u64 {
        self.lock().heartbeats
    }

    /// The intents of each attached session.
    #[must_use]
    pub fn intents(&self) -> Vec<u64> {
        let inner = self.lock();
        inner.sessions.values().filter(|session| session.connection.is_some()).map(|session| session.intents).collect()
    }

    /// Cuts every socket without a close frame; sessions stay resumable.
    pub fn drop_all(&self) {
        self.tell_all(|| Order::Drop);
    }

    /// Closes every socket with a code; sessions stay resumable except for 4004 and 4010 to 4014.
    pub fn close_all(&self, code: u16) {
        self.tell_all(|| Order::Close(code, "closed by the test"));
        if code == 4004 || (4010..=4014).contains(&code) {
            self.lock().sessions.clear();
        }
    }

    /// Sends op 7: reconnect and resume.
    pub fn reconnect(&self) {
        self.tell_all(|| Order::Frame(json!({"op": 7, "d": null}).to_string()));
    }

    /// Sends op 9. Unless `resumable`, the sessions are forgotten.
    pub fn invalid_session(&self, resumable: bool) {
        self.tell_all(|| Order::Frame(json!({"op": 9, "d": resumable}).to_string()));
        if !resumable {
            self.lock().sessions.clear();
        }
    }

    /// Sends op 1: heartbeat at once.
    pub fn ask_for_heartbeat(&self) {
        self.tell_all(|| Order::Frame(json!({"op": 1, "d": null}).to_string()));
    }

    /// Whether heartbeats stay without acknowledgement from now on.
    pub fn silence(&self, silent: bool) {
        self.lock().silent = silent;
    }

    /// Forgets all sessions, so that the next RESUME is refused with op 9.
    pub fn forget_sessions(&self) {
        let mut inner = self.lock();
        inner.sessions.retain(|_, session| session.connection.is_some());
    }

    /// Sends an event of any name and content to every session: what Discord may invent tomorrow.
    pub fn dispatch_raw(&self, name: &'static str, data: Value) {
        self.dispatch(&Outgoing { name, intent: 0, data, bare: None });
    }

    /// IDENTIFYs left of `budget`, and milliseconds until the window is over.
    pub(super) fn budget_left(&self, budget: u32) -> (u32, u128) {
        let mut inner = self.lock();
        let now = Instant::now();
        while inner.identifies.front().is_some_and(|at| now - *at >= IDENTIFY_WINDOW) {
            inner.identifies.pop_front();
        }
        let used = u32::try_from(inner.identifies.len()).unwrap_or(u32::MAX);
        let over = inner.identifies.front().map_or(Duration::ZERO, |at| IDENTIFY_WINDOW.saturating_sub(now - *at));
        (budget.saturating_sub(used), over.as_millis())
    }

    /// Sends an event to every session that wants it.
    pub(super) fn dispatch(&self, event: &Outgoing) {
        let mut inner = self.lock();
        let names: Vec<String> = inner.sessions.keys().cloned().collect();
        for name in names {
            inner.send(&name, event);
        }
    }

    fn tell_all(&self, order: impl Fn() -> Order) {
        for connection in self.lock().connections.values() {
            // A connection that just ended needs no orders.
            let _ = connection.send(order());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Numbers an event for one session, keeps it for replay, and sends it if a socket is attached.
    fn send(&mut self, name: &str, event: &Outgoing) {
        let Some(session) = self.sessions.get_mut(name) else { return };
        if event.intent != 0 && session.intents & event.intent == 0 {
            return;
        }
        let bare = event.bare.as_ref().filter(|_| session.intents & intent::MESSAGE_CONTENT == 0);
        session.seq += 1;
        let data = bare.unwrap_or(&event.data);
        let frame = json!({"op": 0, "t": event.name, "s": session.seq, "d": data}).to_string();
        if session.replay.len() == REPLAY {
            session.replay.pop_front();
        }
        session.replay.push_back((session.seq, frame.clone()));
        if let Some(connection) = session.connection.and_then(|number| self.connections.get(&number)) {
            let _ = connection.send(Order::Frame(frame));
        }
    }
}
