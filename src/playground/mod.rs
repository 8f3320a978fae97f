//! The playground: a small, strict Discord on the loopback interface.
//!
//! It serves what wardroom uses of Discord's REST interface v10 and its gateway, and a page in the
//! browser on which one can be several people. It is `wardroom demo`, and it is the other end of
//! the end-to-end tests, which act as people through [`Person`] and look into [`Effect`]s.
//! It refuses what Discord refuses, with Discord's codes, and can let things go wrong on purpose
//! ([`faults`]). It forgets everything when it stops.
//!
//! One lock guards the state. Whoever changes something holds it, queues the events this causes,
//! and releases them in order when done; nothing is awaited meanwhile.
//!
//! Rules come from Discord's documentation and `OpenAPI` document; where the two differ, the
//! documentation wins. What Discord leaves undocumented is marked as such beside its number.

mod acts;
mod answer;
mod door;
pub mod effects;
mod events;
pub mod faults;
mod founding;
pub mod gateway;
mod interaction;
mod limits;
mod mentions;
pub mod message;
mod options;
mod page;
mod people;
pub mod permissions;
mod posting;
mod query;
pub mod refusal;
mod render;
mod rest;
mod sample;
mod snowflake;
mod state;
#[cfg(test)]
mod tests;
mod tour;
mod typing;
mod validate;
mod watch;
mod world;
mod writing;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch as channel;
use tokio::task::JoinHandle;

pub use answer::{Answer, Field, Form, Outcome};
pub use effects::{Effect, Request, What};
pub use faults::{Befallen, Fault, FaultPlan, Faults, Scope};
pub use gateway::Gateway;
pub use message::{Button, Message, Pinged, Select};
pub use options::{Clock, Options};
pub use people::{Person, Place};
pub use snowflake::Id;
pub use tour::{Quarter, Stopped, Tour};
pub use watch::Thread;
pub use world::World;
pub use writing::Attached;

use state::State;

/// A running playground. Clones are handles to the same one.
#[derive(Clone)]
pub struct Playground {
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    address: SocketAddr,
    state: Mutex<State>,
    gateway: Gateway,
    faults: Faults,
    limits: Mutex<limits::Limits>,
    /// Counts changes, so that waiting needs no polling.
    changes: channel::Sender<u64>,
    stopping: channel::Sender<bool>,
    server: Mutex<Option<JoinHandle<()>>>,
}

impl Playground {
    /// Starts a playground with `world` on 127.0.0.1.
    ///
    /// # Errors
    /// When the port cannot be taken.
    pub async fn start(options: Options, world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let mut state = State::found(options.clone(), &world);
        state.url = format!("http://{address}");
        let shared = Arc::new(Shared {
            address,
            state: Mutex::new(state),
            gateway: Gateway::default(),
            faults: Faults::new(options.faults.clone()),
            limits: Mutex::default(),
            changes: channel::Sender::new(0),
            stopping: channel::Sender::new(false),
            server: Mutex::new(None),
            options,
        });
        let server = tokio::spawn(door::open(shared.clone(), listener));
        *shared.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(Self { shared })
    }

    /// The base of the REST interface and the address of the page, such as `http://127.0.0.1:4321`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// The bot's token, without the word `Bot`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.shared.options.token
    }

    /// The application's id.
    #[must_use]
    pub fn application_id(&self) -> Id {
        self.shared.state().application
    }

    /// The id of the bot's user.
    #[must_use]
    pub fn bot_id(&self) -> Id {
        self.shared.state().bot
    }

    /// The gateway: who is connected, and what to do to them.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.shared.gateway
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every effect so far, oldest first.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.shared.state().effects.all()
    }

    /// Every REST request so far, in the order in which they were finished.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.all()
    }

    /// Stops: sockets are closed with code 1001 and the port is free again.
    pub async fn stop(self) {
        self.shared.gateway.close_all(1001);
        self.shared.stopping.send_replace(true);
        let server = self.shared.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            // A server that panicked has stopped as well.
            let _ = server.await;
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic of one test's thread must not hide what another one finds.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gateway_url(&self) -> String {
        format!("ws://{}/gateway", self.address)
    }

    /// Runs a change under the lock and lets its events go.
    fn change<T>(self: &Arc<Self>, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = act(&mut state);
        self.release(&mut state);
        drop(state);
        self.bump();
        result
    }

    /// Sends queued events, each with its fate. Called with the lock held, to keep their order.
    fn release(self: &Arc<Self>, state: &mut State) {
        while let Some(event) = state.outgoing.pop_front() {
            let fate = self.faults.of_event(event.name == "INTERACTION_CREATE");
            if fate.late {
                let (shared, late_by) = (self.clone(), self.faults.late_by());
                tokio::spawn(async move {
                    tokio::time::sleep(late_by).await;
                    shared.gateway.dispatch(&event);
                });
                continue;
            }
            self.gateway.dispatch(&event);
            if fate.twice {
                self.gateway.dispatch(&event);
            }
            if fate.then_drop {
                self.gateway.drop_all();
            }
        }
    }

    /// Wakes everyone who waits for a change.
    fn bump(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}
