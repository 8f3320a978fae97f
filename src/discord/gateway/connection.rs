//! One serenity client on a thread and runtime of its own.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serenity::Error;
use serenity::all::{ConnectionStage, GatewayIntents, HttpBuilder, ShardManager};
use serenity::client::ClientBuilder;
use serenity::gateway::GatewayError;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

use super::events::Handler;
use super::watchdog::Tick;
use super::{Fatal, Incoming};
use crate::snowflake::{ApplicationId, UserId};

/// None of them is privileged: servers, channels, threads and roles; and messages, of which only those that mention the bot
/// carry their text. Interactions need no intent.
const INTENTS: GatewayIntents = GatewayIntents::GUILDS.union(GatewayIntents::GUILD_MESSAGES);
const INTENT_NAMES: &str = "GUILDS, GUILD_MESSAGES";
/// serenity's own farewell takes milliseconds, or three seconds while it reconnects.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the thread tells.
#[derive(Debug)]
pub(super) enum Report {
    /// A new session.
    Ready { bot: UserId, application: ApplicationId },
    /// The old session goes on.
    Resumed { bot: UserId, application: ApplicationId },
    /// There is no session; serenity is making one.
    Lost,
    /// The client has ended.
    Ended(Ending),
}

/// How a client ended.
#[derive(Debug)]
pub(super) enum Ending {
    Fatal(Fatal),
    Other(String),
}

/// A running client.
pub(super) struct Connection {
    reports: mpsc::UnboundedReceiver<Report>,
    stop: CancellationToken,
}

impl Connection {
    pub(super) fn open(
        base: &str,
        token: &SecretString,
        address: String,
        events: mpsc::Sender<Incoming>,
        tick: Tick,
    ) -> io::Result<Self> {
        let (reporter, reports) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let client = Client { base: base.to_owned(), token: token.clone(), address, events, stop: stop.clone() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("gateway".to_owned()).spawn(move || {
            let ending = runtime.block_on(client.run(&tick, &reporter));
            tick.rest();
            // Nobody listens any more when the process ends.
            let _ = reporter.send(Report::Ended(ending));
            runtime.shutdown_background();
        })?;
        Ok(Self { reports, stop })
    }

    pub(super) async fn report(&mut self) -> Report {
        let panicked = || Report::Ended(Ending::Other("The gateway's thread ended without a word.".to_owned()));
        self.reports.recv().await.unwrap_or_else(panicked)
    }

    /// Says good-bye, and waits at most `patience` for the thread to end. One that is stuck is left to the watchdog.
    pub(super) async fn close(mut self, patience: Duration) {
        self.stop.cancel();
        let ended = async { while !matches!(self.report().await, Report::Ended(_)) {} };
        let _ = timeout(patience, ended).await;
    }
}

struct Client {
    base: String,
    token: SecretString,
    address: String,
    events: mpsc::Sender<Incoming>,
    stop: CancellationToken,
}

impl Client {
    async fn run(self, tick: &Tick, reporter: &mpsc::UnboundedSender<Report>) -> Ending {
        tick.renew();
        let Ok(http) = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
        else {
            return Ending::Other("The HTTP client of the gateway could not be made.".to_owned());
        };
        // serenity ignores the base while its rate limiter is on. It makes one call with this, for the gateway's address.
        let http = HttpBuilder::new(self.token.expose_secret())
            .proxy(&self.base)
            .ratelimiter_disabled(true)
            .client(http)
            .build();
        let handler = Handler { events: self.events, reports: reporter.clone(), bot: Mutex::new(None) };
        let renewal = tokio::spawn(renew(tick.clone()));
        let ending = match ClientBuilder::new_with_http(http, INTENTS).raw_event_handler(handler).await {
            Err(error) => ending_of(&error),
            Ok(mut client) => {
                // When its call fails, serenity goes to Discord's own gateway whatever the base is. Here the address that was
                // checked takes the place of whatever it found.
                self.address.clone_into(&mut *client.ws_url.lock().await);
                let shards = Arc::clone(&client.shard_manager);
                let watching = tokio::spawn(watch_stage(Arc::clone(&shards), reporter.clone()));
                let ending = tokio::select! {
                    ended = client.start() => match ended {
                        Ok(()) => Ending::Other("The gateway's client ended by itself.".to_owned()),
                        Err(error) => ending_of(&error),
                    },
                    () = self.stop.cancelled() => {
                        let _ = timeout(FAREWELL, shards.shutdown_all()).await;
                        Ending::Other("The gateway was told to stop.".to_owned())
                    }
                };
                watching.abort();
                ending
            }
        };
        renewal.abort();
        ending
    }
}

async fn renew(tick: Tick) {
    let mut seconds = interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        tick.renew();
    }
}

/// serenity has no event for a lost connection; its list of shards shows it.
async fn watch_stage(shards: Arc<ShardManager>, reporter: mpsc::UnboundedSender<Report>) {
    let mut was_up = false;
    let mut seconds = interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        let is_up = shards.runners.lock().await.values().any(|shard| shard.stage == ConnectionStage::Connected);
        if was_up && !is_up && reporter.send(Report::Lost).is_err() {
            return;
        }
        was_up = is_up;
    }
}

fn ending_of(error: &Error) -> Ending {
    match error {
        Error::Gateway(GatewayError::InvalidAuthentication | GatewayError::NoAuthentication) => {
            Ending::Fatal(Fatal::BadToken)
        }
        Error::Gateway(GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents) => {
            Ending::Fatal(Fatal::Intents(INTENT_NAMES))
        }
        // Gateway errors are fixed words; others could quote an address.
        Error::Gateway(error) => Ending::Other(format!("The gateway's client ended: {error}.")),
        _ => Ending::Other("The gateway's client ended with an error.".to_owned()),
    }
}
