//! Events from Discord, through serenity, without letting serenity decide anything.
//!
//! serenity 0.12.5 can spin for ever on three close codes, re-identify without limit, and fall back to Discord's own gateway
//! when the configured one does not answer. So its client runs on a thread and runtime of its own, behind a [`watchdog`]; each
//! start is checked first ([`policy`]); and a client that does not become ready within a minute is replaced by a new one.
//!
//! Discord resets the token of a bot that identifies 1,000 times a day. Three brakes keep away from that: what Discord says is
//! left, 20 sessions an hour in this process, and 500 a day in the caller's ledger, which outlives the process.

mod connection;
mod events;
pub mod policy;
#[cfg(test)]
mod tests;
pub mod watchdog;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::connection::{Connection, Ending, Report};
use self::policy::{Backoff, Recent, WEARY_AT_REMAINING};
use self::watchdog::Tick;
use super::rest::{CallError, Rest};
use crate::snowflake::{ApplicationId, UserId};

/// A client that is not ready by then is replaced.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// serenity identifies every five seconds at most, so one that got nowhere for [`READY_WITHIN`] did it no more often than this.
const IDENTIFIES_UNSEEN: u64 = 12;
/// How long a shutdown may take; serenity's own takes three seconds while it reconnects.
const SHUTDOWN: Duration = Duration::from_millis(3_500);

/// What kind of event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A new session: `user.id`, `application.id`, `guilds[].id`. What happened before it was missed: reconcile.
    Ready,
    /// The old session goes on; nothing was missed.
    Resumed,
    /// The bot is in a server: `id`, `name`.
    Guild,
    /// The bot is no longer in a server, or (`unavailable`) the server has an outage: `id`.
    GuildGone,
    /// Read by [`super::incoming::interaction`].
    Interaction,
    /// Read by [`super::incoming::message`].
    Message,
    /// Read by [`super::incoming::edited`].
    Edited,
    /// Read by [`super::incoming::deleted`].
    Deleted,
}

/// One event.
#[derive(Clone)]
pub struct Incoming {
    /// What it is.
    pub kind: EventKind,
    /// Its `d`, as far as it is needed. It may hold an interaction's token: it does not go into a log.
    pub data: Value,
    /// When it was received, for the three seconds.
    pub received: Instant,
}

impl Incoming {
    /// Who the bot is, which READY says: its account and its application. Later events of the same queue can rely on it, while
    /// [`Status`] may still be behind.
    pub fn bot(&self) -> Option<(UserId, ApplicationId)> {
        if self.kind == EventKind::Ready { bot_of(&self.data) } else { None }
    }
}

fn bot_of(ready: &Value) -> Option<(UserId, ApplicationId)> {
    let id = |of: &Value| of["id"].as_str().and_then(|id| id.parse::<u64>().ok());
    let user = id(&ready["user"])?;
    Some((UserId(user), ApplicationId(id(&ready["application"]).unwrap_or(user))))
}

impl std::fmt::Debug for Incoming {
    /// Without the data, for the token in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// How the gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// No session; why, as a sentence.
    Down(String),
    /// There is a session, the `session`-th of this process: a new number means that events may have been missed.
    Up {
        /// The bot's account.
        bot: UserId,
        /// Its application.
        application: ApplicationId,
        /// Counts the sessions.
        session: u64,
    },
}

/// What the ledger gives back.
pub type Counted<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Remembers, beyond this process, how often the bot identified.
pub trait IdentifyLedger: Send + Sync + 'static {
    /// Identifies within the last 24 hours.
    fn last_day(&self) -> Counted<'_, u64>;
    /// Notes `identifies` more, now.
    fn note(&self, identifies: u64) -> Counted<'_, ()>;
}

/// Why the gateway cannot go on. The process ends with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    /// Discord refuses the token.
    #[error(
        "Discord refuses the bot's token. Set DISCORD_TOKEN to the token that the developer portal shows, and start again."
    )]
    BadToken,
    /// Discord refuses the intents.
    #[error(
        "Discord refuses the intents that wardroom asks for ({0}), although none of them is privileged: is this token a bot's?"
    )]
    Intents(&'static str),
    /// The API names a gateway elsewhere.
    #[error("{0}")]
    ForeignGateway(String),
    /// The bot identifies too often.
    #[error(
        "The bot had to start {0} sessions within an hour. Something ends them; Discord resets the token of a bot that goes on so. See the log, then start again."
    )]
    TooManySessions(usize),
    /// No thread could be started.
    #[error("No thread could be started for the gateway: {0}.")]
    Thread(String),
}

impl Fatal {
    /// The code that the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::BadToken | Self::Intents(_) | Self::ForeignGateway(_) => super::EXIT_TOKEN,
            Self::TooManySessions(_) | Self::Thread(_) => super::EXIT_STUCK,
        }
    }
}

/// The running gateway.
pub struct Gateway {
    status: watch::Receiver<Status>,
    tick: Tick,
    stop: CancellationToken,
    /// Gone once its end was told.
    task: Option<JoinHandle<Result<(), Fatal>>>,
}

impl Gateway {
    /// Connects, and keeps connected until [`Gateway::shutdown`]. Events go to `events`; those that find it full are dropped,
    /// for an interaction that waits behind a full queue is too late in any case.
    pub fn start(
        rest: Rest,
        token: SecretString,
        ledger: Arc<dyn IdentifyLedger>,
        events: mpsc::Sender<Incoming>,
    ) -> Self {
        Self::start_within(READY_WITHIN, rest, token, ledger, events)
    }

    fn start_within(
        ready_within: Duration,
        rest: Rest,
        token: SecretString,
        ledger: Arc<dyn IdentifyLedger>,
        events: mpsc::Sender<Incoming>,
    ) -> Self {
        let (told, status) = watch::channel(Status::Down("The gateway is starting.".to_owned()));
        let (tick, stop) = (Tick::default(), CancellationToken::new());
        let supervisor = Supervisor {
            rest,
            token,
            ledger,
            events,
            status: told,
            tick: tick.clone(),
            stop: stop.clone(),
            sessions: Recent::default(),
            count: 0,
            remaining: None,
            ready_within,
        };
        let task = Some(tokio::spawn(supervisor.run()));
        Self { status, tick, stop, task }
    }

    /// How the gateway is, now and later.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// The sign of life of its thread, for [`watchdog::watch`].
    pub fn tick(&self) -> Tick {
        self.tick.clone()
    }

    /// Waits until it ended, which it does by itself only for a reason that ends the process too. Its end is told once. Cancel-safe.
    pub async fn ended(&mut self) -> Result<(), Fatal> {
        let Some(task) = &mut self.task else { return std::future::pending().await };
        let ended = task.await;
        self.task = None;
        ended.unwrap_or_else(|failure| Err(Fatal::Thread(failure.to_string())))
    }

    /// Says good-bye to Discord. Ends within four seconds, come what may.
    pub async fn shutdown(self) {
        self.stop.cancel();
        let Some(mut task) = self.task else { return };
        if tokio::time::timeout(SHUTDOWN + Duration::from_millis(500), &mut task).await.is_err() {
            task.abort();
        }
    }
}

struct Supervisor {
    rest: Rest,
    token: SecretString,
    ledger: Arc<dyn IdentifyLedger>,
    events: mpsc::Sender<Incoming>,
    status: watch::Sender<Status>,
    tick: Tick,
    stop: CancellationToken,
    sessions: Recent,
    count: u64,
    remaining: Option<u64>,
    ready_within: Duration,
}

/// What is to be done after a connection, or instead of one.
enum Next {
    Stop,
    Fatal(Fatal),
    Again(Duration, String),
}

impl Supervisor {
    async fn run(mut self) -> Result<(), Fatal> {
        let stop = self.stop.clone();
        let mut backoff = Backoff::default();
        loop {
            let prepared = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                prepared = self.prepare(&mut backoff) => prepared,
            };
            let next = match prepared {
                Ok(address) => {
                    // Before it, so that a process that dies on the way is counted too.
                    self.ledger.note(1).await;
                    let opened = Connection::open(
                        self.rest.base(),
                        &self.token,
                        address,
                        self.events.clone(),
                        self.tick.clone(),
                    );
                    match opened {
                        Ok(connection) => self.attend(connection, &mut backoff).await,
                        Err(error) => Next::Fatal(Fatal::Thread(error.to_string())),
                    }
                }
                Err(next) => next,
            };
            match next {
                Next::Stop => return Ok(()),
                Next::Fatal(fatal) => {
                    self.status.send_replace(Status::Down(fatal.to_string()));
                    return Err(fatal);
                }
                Next::Again(wait, why) => {
                    warn!(wait_s = wait.as_secs(), why, "the gateway is down");
                    self.status.send_replace(Status::Down(why));
                    tokio::select! {
                        () = stop.cancelled() => return Ok(()),
                        () = sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Everything that must be so before the bot may identify. Gives back the gateway's address.
    async fn prepare(&mut self, backoff: &mut Backoff) -> Result<String, Next> {
        let spent = self.ledger.last_day().await;
        if spent >= policy::A_DAY {
            return Err(Next::Again(
                policy::LONGEST_BACKOFF,
                format!(
                    "The bot started {spent} sessions within a day. It waits, because Discord resets the token at 1,000."
                ),
            ));
        }
        match self.rest.gateway_bot().await {
            Ok(starts) => {
                self.remaining = starts.map(|starts| starts.remaining);
                if let Some(starts) = starts.filter(|starts| starts.remaining < WEARY_AT_REMAINING) {
                    let wait = Duration::from_millis(starts.reset_after_ms)
                        .clamp(Duration::from_secs(1), policy::LONGEST_BACKOFF);
                    let left = starts.remaining;
                    return Err(Next::Again(
                        wait,
                        format!("Discord allows the bot only {left} more sessions today, so it waits."),
                    ));
                }
            }
            Err(CallError::TokenDead) => return Err(Next::Fatal(Fatal::BadToken)),
            // The API does not have to tell; whether it answers at all is seen next.
            Err(_) => self.remaining = None,
        }
        match self.rest.gateway().await {
            Ok(address) => match policy::foreign(self.rest.base(), &address) {
                None => Ok(address),
                Some(why) => Err(Next::Fatal(Fatal::ForeignGateway(why))),
            },
            Err(CallError::TokenDead) => Err(Next::Fatal(Fatal::BadToken)),
            Err(error) => {
                Err(Next::Again(backoff.next(), format!("Discord does not say where its gateway is: {error}.")))
            }
        }
    }

    async fn attend(&mut self, mut connection: Connection, backoff: &mut Backoff) -> Next {
        let stop = self.stop.clone();
        let mut ready_by = Some(Instant::now() + self.ready_within);
        let mut noted = true;
        loop {
            let report = tokio::select! {
                () = stop.cancelled() => {
                    connection.close(SHUTDOWN).await;
                    return Next::Stop;
                }
                report = connection.report() => report,
                () = sleep_until(ready_by.unwrap_or_else(Instant::now)), if ready_by.is_some() => {
                    connection.close(SHUTDOWN).await;
                    self.note_unseen().await;
                    return Next::Again(backoff.next(), "Discord's gateway did not take the bot in within a minute.".to_owned());
                }
            };
            match report {
                Report::Ready { bot, application } => {
                    ready_by = None;
                    backoff.reset();
                    self.count += 1;
                    if !std::mem::take(&mut noted) {
                        self.ledger.note(1).await;
                    }
                    metrics::counter!("wardroom_gateway_sessions_total").increment(1);
                    info!(session = self.count, %bot, "the gateway is ready");
                    self.status.send_replace(Status::Up { bot, application, session: self.count });
                    let sessions = self.sessions.note(Instant::now());
                    if sessions > policy::AN_HOUR {
                        connection.close(SHUTDOWN).await;
                        return Next::Fatal(Fatal::TooManySessions(sessions));
                    }
                    if self.ledger.last_day().await >= policy::A_DAY {
                        connection.close(SHUTDOWN).await;
                        return Next::Again(
                            backoff.next(),
                            "The bot started too many sessions within a day.".to_owned(),
                        );
                    }
                }
                Report::Resumed { bot, application } => {
                    ready_by = None;
                    self.status.send_replace(Status::Up { bot, application, session: self.count });
                }
                Report::Lost => {
                    ready_by = ready_by.or_else(|| Some(Instant::now() + self.ready_within));
                    self.status.send_replace(Status::Down(
                        "The connection to Discord's gateway is lost; it is made again.".to_owned(),
                    ));
                }
                Report::Ended(Ending::Fatal(fatal)) => return Next::Fatal(fatal),
                Report::Ended(Ending::Other(why)) => return Next::Again(backoff.next(), why),
            }
        }
    }

    /// Counts the identifies of a client that never became ready: those that Discord counted, or else the most there can be.
    async fn note_unseen(&mut self) {
        let now = match self.rest.gateway_bot().await {
            Ok(Some(starts)) => Some(starts.remaining),
            _ => None,
        };
        let counted = self.remaining.zip(now).map(|(before, after)| before.saturating_sub(after));
        // One was noted when it started.
        self.ledger.note(counted.unwrap_or(IDENTIFIES_UNSEEN).saturating_sub(1)).await;
    }
}
