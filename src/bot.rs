//! The bot, put together: the desk behind the gateway, the runners beside it, and how they stop.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::invocation::Invocation;
use crate::clock::Clock;
use crate::command::Desk;
use crate::command::catalogue::CATALOGUE;
use crate::command::form;
use crate::discord::cdn::Cdn;
use crate::discord::courier::DiscordCourier;
use crate::discord::gateway::{EventKind, Gateway, Incoming, Status, watchdog};
use crate::discord::incoming::{self, Callback};
use crate::discord::rest::Rest;
use crate::discord::{EXIT_STUCK, EXIT_TOKEN, answering, reconcile, registration};
use crate::error::Error;
use crate::incident::capture::{self, follow};
use crate::memory::{self, Ledger};
use crate::snowflake::{ApplicationId, UserId};
use crate::store::Store;
use crate::web::{self, Health};
use crate::{inbox, incident, outbox, timer};

/// Events that may wait for the desk; more are dropped, since an interaction that waits so long is too late.
const EVENTS: usize = 1024;
/// How long what is under way may take at a stop.
const DRAIN: Duration = Duration::from_secs(20);
/// Between two looks for what was missed.
const RECONCILE: Duration = Duration::from_hours(1);
/// Events are remembered this long; a repeat that comes later is refused by its age.
const REMEMBER_EVENTS: TimeDelta = TimeDelta::days(1);
/// What was said is remembered this long after it was worth saying, for whoever looks into a failure.
const REMEMBER_POSTS: TimeDelta = TimeDelta::days(7);
/// A form's button works this long.
const REMEMBER_FORMS: TimeDelta = TimeDelta::days(30);

/// What a bot is made of.
pub struct Parts {
    /// Where the records are.
    pub store: Arc<Store>,
    /// What time it is.
    pub clock: Clock,
    /// Where Discord's API is.
    pub discord: String,
    /// The token.
    pub token: SecretString,
    /// How long a delivery is leased.
    pub lease: Duration,
    /// Where health and metrics are served, and the figures.
    pub http: Option<(TcpListener, metrics_exporter_prometheus::PrometheusHandle)>,
}

/// Why a bot ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// It cannot go on; a sentence, and the exit code.
    Failed(String, u8),
}

/// Runs a bot until `stop`, or until it cannot go on. `status` hears how the gateway is.
pub async fn run(parts: Parts, stop: CancellationToken, status: Option<watch::Sender<bool>>) -> Ended {
    let rest = match Rest::new(&parts.discord, &parts.token, parts.clock.reading()) {
        Ok(rest) => rest,
        Err(error) => return Ended::Failed(error.to_string(), EXIT_TOKEN),
    };
    let cdn = match Cdn::new(&parts.discord) {
        Ok(cdn) => Arc::new(cdn),
        Err(error) => return Ended::Failed(error.to_string(), EXIT_TOKEN),
    };
    let (armed, said) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let desk = Desk::new(parts.store.clone(), Arc::new(rest.clone()), cdn.clone(), armed.clone(), said.clone());
    let runners = TaskTracker::new();
    let quiet = CancellationToken::new();
    let settings = outbox::Settings { lease: TimeDelta::from_std(parts.lease).unwrap_or(TimeDelta::seconds(30)) };
    let courier = Arc::new(DiscordCourier::new(rest.clone()));
    let deliveries = outbox::Runner::new(parts.store.clone(), parts.clock.clone(), courier, said.clone(), settings);
    runners.spawn(deliveries.run(quiet.clone()));
    let timers = timer::Runner::new(parts.store.clone(), parts.clock.clone(), armed, said.clone());
    runners.spawn(timers.run(quiet.clone()));
    runners.spawn(fill_search(parts.store.clone(), quiet.clone()));
    runners.spawn(start_clocks(parts.store.clone(), parts.clock.clone(), quiet.clone()));
    let files = capture::Runner::new(parts.store.clone(), parts.clock.clone(), cdn);
    runners.spawn(files.run(quiet.clone()));

    let (sender, events) = mpsc::channel(EVENTS);
    let ledger = Arc::new(Ledger::new(parts.store.clone(), parts.clock.clone()));
    let gateway = Gateway::start(rest.clone(), parts.token, ledger, sender);
    watchdog::watch(gateway.tick(), watchdog::STUCK_AFTER, |age| {
        tracing::error!(age_s = age.as_secs(), "the gateway's thread is stuck; the process ends, to be started again");
        std::process::exit(EXIT_STUCK.into());
    });
    if let Some((listener, metrics)) = parts.http {
        let health = Health { store: parts.store.clone(), gateway: gateway.status(), metrics };
        runners.spawn(web::serve(listener, health, quiet.clone()));
    }
    let handlers = TaskTracker::new();
    let mut intake = Intake {
        rest,
        desk,
        store: parts.store,
        clock: parts.clock,
        said,
        looks: Arc::default(),
        handlers: handlers.clone(),
        bot: None,
        status,
    };
    let ended = intake.serve(gateway, events, &stop).await;

    // Stop in the order in which work flows: nothing comes in any more, what is under way ends, what is said is finished.
    handlers.close();
    if tokio::time::timeout(DRAIN, handlers.wait()).await.is_err() {
        tracing::warn!("some commands did not end in time; what they had not committed is taken back");
    }
    quiet.cancel();
    runners.close();
    if tokio::time::timeout(DRAIN, runners.wait()).await.is_err() {
        tracing::warn!("some deliveries did not end in time; they will be finished at the next start");
    }
    ended
}

/// Makes old records findable after a migration that changed the search index.
async fn fill_search(store: Arc<Store>, stop: CancellationToken) {
    if let Err(error) = incident::finding::index::catch_up(&store, &stop).await {
        tracing::error!(%error, "the search index could not be filled; the next start tries again, until then searches miss what is old");
    }
}

/// Gives clocks to what was declared before there were any.
async fn start_clocks(store: Arc<Store>, clock: Clock, stop: CancellationToken) {
    if let Err(error) = incident::levels::catch_up(&store, clock.now(), &stop).await {
        tracing::error!(%error, "some open incidents have no service-level clock; the next start tries again, as does their next step");
    }
}

/// Takes events in.
struct Intake {
    rest: Rest,
    desk: Desk,
    store: Arc<Store>,
    clock: Clock,
    said: Arc<Notify>,
    looks: Arc<reconcile::Looks>,
    handlers: TaskTracker,
    bot: Option<(UserId, ApplicationId)>,
    status: Option<watch::Sender<bool>>,
}

impl Intake {
    async fn serve(
        &mut self,
        mut gateway: Gateway,
        mut events: mpsc::Receiver<Incoming>,
        stop: &CancellationToken,
    ) -> Ended {
        let mut token_dead = self.rest.token_dead();
        let mut gateway_status = gateway.status();
        let mut hourly = tokio::time::interval(RECONCILE);
        hourly.tick().await;
        let ended = loop {
            tokio::select! {
                // A gateway that is gone sends no more; why it went is told by its end.
                Some(event) = events.recv() => self.take(event),
                ended = gateway.ended() => match ended {
                    Ok(()) => break Ended::Stopped,
                    Err(fatal) => break Ended::Failed(fatal.to_string(), fatal.exit_code()),
                },
                _ = token_dead.wait_for(|dead| *dead) => break Ended::Failed(
                    "Discord refuses the bot's token. Set DISCORD_TOKEN to the token that the developer portal shows, and start again.".to_owned(),
                    EXIT_TOKEN,
                ),
                changed = gateway_status.changed() => if changed.is_ok() { self.tell(&gateway_status.borrow_and_update()); },
                _ = hourly.tick() => self.look_for_what_was_missed(),
                () = stop.cancelled() => break Ended::Stopped,
            }
        };
        self.finish(gateway, events).await;
        ended
    }

    /// What was received before the end is handled like all else: done where there is time for it, refused where it is too old. The
    /// farewell to Discord takes seconds, and nobody waits for it.
    async fn finish(&mut self, gateway: Gateway, mut events: mpsc::Receiver<Incoming>) {
        let farewell = gateway.shutdown();
        tokio::pin!(farewell);
        loop {
            tokio::select! {
                Some(event) = events.recv() => self.take_last(event),
                () = &mut farewell => break,
            }
        }
        while let Ok(event) = events.try_recv() {
            self.take_last(event);
        }
    }

    /// Takes an event in while the bot stops: only what somebody waits for.
    fn take_last(&mut self, event: Incoming) {
        if matches!(event.kind, EventKind::Interaction | EventKind::Message) {
            self.take(event);
        }
    }

    fn tell(&self, now: &Status) {
        let up = matches!(now, Status::Up { .. });
        metrics::gauge!("wardroom_gateway_up").set(if up { 1.0 } else { 0.0 });
        if let Status::Down(why) = now {
            tracing::warn!(why, "not connected");
        }
        if let Some(status) = &self.status {
            status.send_replace(up);
        }
    }

    fn take(&mut self, event: Incoming) {
        self.bot = event.bot().or(self.bot);
        let Incoming { kind, data, received } = event;
        let (now, discord_ahead) = (self.clock.now(), self.rest.offset());
        match kind {
            EventKind::Interaction => {
                let Some(callback) = incoming::callback(&data, self.bot.map(|(_, application)| application)) else {
                    tracing::warn!("an interaction without id, type or token cannot be answered");
                    return;
                };
                let invocation = incoming::interaction(&data, now).map(|read| Invocation { discord_ahead, ..read });
                self.handlers.spawn(answer(self.rest.clone(), self.desk.clone(), callback, received, invocation));
            }
            EventKind::Message => {
                let Some((bot, _)) = self.bot else { return };
                if let Some(read) = incoming::message(&data, bot, now) {
                    let (desk, invocation) = (self.desk.clone(), Invocation { discord_ahead, ..read });
                    // The answer is a message, and leaves through the outbox.
                    self.handlers.spawn(async move { drop(desk.answer(invocation).await) });
                }
            }
            EventKind::Edited => {
                let Some(mut edited) = incoming::edited(&data) else { return };
                // wardroom's own messages are wardroom's, and no person's.
                let own = self.bot.map(|(bot, _)| bot);
                edited.author = edited.author.filter(|(user, _)| Some(*user) != own);
                let (store, said) = (self.store.clone(), self.said.clone());
                self.handlers.spawn(async move {
                    followed(follow::edited(&store, edited, now, discord_ahead).await, &said);
                });
            }
            EventKind::Deleted => {
                let Some(deleted) = incoming::deleted(&data) else { return };
                let (store, said) = (self.store.clone(), self.said.clone());
                self.handlers.spawn(async move { followed(follow::deleted(&store, deleted, now).await, &said) });
            }
            EventKind::Ready => {
                let Some((_, application)) = self.bot else { return };
                tracing::info!(%application, "connected");
                let (rest, store) = (self.rest.clone(), self.store.clone());
                // Like the look for what was missed it is repeated at the next start: a stop does not wait for it.
                tokio::spawn(async move { register(&rest, &store, application).await });
                self.look_for_what_was_missed();
                self.said.notify_one();
            }
            EventKind::Resumed | EventKind::Guild | EventKind::GuildGone => {}
        }
    }

    fn look_for_what_was_missed(&self) {
        let (rest, store, clock, said) = (self.rest.clone(), self.store.clone(), self.clock.clone(), self.said.clone());
        let looks = self.looks.clone();
        // Not one of the handlers: a stop does not wait for it.
        tokio::spawn(async move {
            let look = || look_around(rest.clone(), store.clone(), clock.clone(), said.clone());
            looks.one_at_a_time(look).await;
        });
    }
}

/// Looks for what was missed, and forgets what is old.
async fn look_around(rest: Rest, store: Arc<Store>, clock: Clock, said: Arc<Notify>) {
    match reconcile::reconcile(&rest, &store, &clock).await {
        Ok(0) => {}
        Ok(_) => said.notify_one(),
        Err(error) => tracing::warn!(%error, "what was missed could not be looked for"),
    }
    if let Err(error) = forget(&store, clock.now()).await {
        tracing::warn!(%error, "what is old could not be forgotten");
    }
}

/// What became of a message that was kept is told in the room.
fn followed(result: Result<bool, Error>, said: &Notify) {
    match result {
        Ok(true) => said.notify_one(),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "what became of a kept message could not be written down"),
    }
}

/// Keeps the tables of passage small.
async fn forget(store: &Store, now: DateTime<Utc>) -> Result<(), Error> {
    store
        .write(move |tx| {
            Box::pin(async move {
                inbox::prune(tx, now - REMEMBER_EVENTS).await?;
                outbox::prune(tx, now - REMEMBER_POSTS).await?;
                form::prune(tx, now - REMEMBER_FORMS).await.map(drop)
            })
        })
        .await
}

async fn answer(
    rest: Rest,
    desk: Desk,
    callback: Callback,
    received: tokio::time::Instant,
    invocation: Option<Invocation>,
) {
    let Some(invocation) = invocation else {
        answering::answer_unreadable(&rest, &callback, received).await;
        return;
    };
    let may_defer = !Desk::may_open_form(&invocation.call);
    let work = async move { desk.answer(invocation).await };
    let given = answering::answer(&rest, &callback, received, may_defer, work).await;
    tracing::debug!(?given, "answered");
}

/// Registers the commands when they differ from those that were registered last.
async fn register(rest: &Rest, store: &Store, application: ApplicationId) {
    let known = memory::registered(store).await.unwrap_or_default();
    match registration::register(rest, application, CATALOGUE.raw(), known.as_deref()).await {
        Ok(mark) if Some(&mark) != known.as_ref() => {
            if let Err(error) = remember(store, mark).await {
                tracing::warn!(%error, "the registration could not be remembered; it will be repeated");
            }
        }
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "the commands could not be registered"),
    }
}

async fn remember(store: &Store, mark: String) -> Result<(), Error> {
    memory::remember_registered(store, mark).await
}

#[cfg(test)]
#[path = "bot_tests.rs"]
mod tests;
