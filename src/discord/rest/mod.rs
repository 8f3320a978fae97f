//! The dispatcher: everything that wardroom says to Discord by REST passes here, in the order of its urgency.
//!
//! Requests are built with serenity's routes and sent by our own client, so that status, headers and body of every answer
//! reach us, a 429 included. A call ends before its deadline with an answer, a refusal, a "not now", or a "nobody knows";
//! which of the last two it is decides whether something may be posted twice, so it is told apart with care.

mod budget;
#[cfg(test)]
pub(super) mod fake;
mod form;
mod gate;
mod limits;
mod skew;
#[cfg(test)]
mod tests;
mod verbs;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use serenity::http::LightMethod;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::{error, warn};

use self::gate::{Admitted, Ask, Gate};
use self::limits::{Limits, TooMany};
use self::skew::Skew;
pub(super) use self::wire::AGENT;
use self::wire::Attempt;
use super::endpoint::Endpoint;
use crate::chat::file::File;
use crate::clock::Now;
use crate::outbox::effect::Lane;

/// Discord's own address.
pub const DISCORD: &str = "https://discord.com";
/// The longest that one attempt takes.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// What an attempt may take longer for each begun mebibyte that is sent along.
const FOR_A_MEBIBYTE: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(3);
/// The first wait between attempts; it doubles, and chance takes a part of it ("full jitter").
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The same for an answer to a person, for whom three seconds are all there is.
const FIRST_PAUSE_OF_ANSWERS: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes.
    Patch,
    /// Sets.
    Put,
    /// Takes away.
    Delete,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    fn light(self) -> LightMethod {
        match self {
            Self::Get => LightMethod::Get,
            Self::Post => LightMethod::Post,
            Self::Patch => LightMethod::Patch,
            Self::Put => LightMethod::Put,
            Self::Delete => LightMethod::Delete,
        }
    }
}

/// One call.
#[derive(Clone)]
pub struct Call<'a> {
    /// Where to.
    pub endpoint: Endpoint<'a>,
    /// How.
    pub method: Method,
    /// The query, whose values need no escaping: numbers and words of ours.
    pub query: Vec<(&'static str, String)>,
    /// The JSON that goes with it.
    pub body: Option<Value>,
    /// The files that go with it, in the order of the JSON's `attachments`.
    pub files: Vec<File>,
    /// When the caller no longer waits.
    pub deadline: Instant,
    /// How long one attempt may take.
    pub patience: Duration,
    /// Whether doing it twice is the same as doing it once: so with all methods but POST, and with a POST that carries a nonce.
    pub repeatable: bool,
}

impl<'a> Call<'a> {
    /// A call of `method` to `endpoint` that ends at `deadline`.
    pub fn new(method: Method, endpoint: Endpoint<'a>, deadline: Instant) -> Self {
        let repeatable = method != Method::Post;
        Self {
            endpoint,
            method,
            query: Vec::new(),
            body: None,
            files: Vec::new(),
            deadline,
            patience: PATIENCE,
            repeatable,
        }
    }

    /// The same call with a body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The same call with files, for which an attempt may take longer. They are named by the body's `attachments`.
    #[must_use]
    pub fn files(mut self, files: Vec<File>) -> Self {
        self.patience += time_for(&files);
        self.files = files;
        self
    }

    /// The same call, that may be made more than once.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    fn name(&self) -> String {
        format!("{} {}", self.method.name(), self.endpoint.template())
    }
}

/// How much longer a call may take for its files.
pub fn time_for(files: &[File]) -> Duration {
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    FOR_A_MEBIBYTE * u32::try_from(bytes.div_ceil(1024 * 1024)).unwrap_or(u32::MAX)
}

/// What Discord answered to a call that it accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The status, 200 to 299.
    pub status: u16,
    /// The JSON; null where there was none.
    pub body: Value,
}

/// Why there is no answer. No word of it comes from a request, so no token is in it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CallError {
    /// Discord refused.
    #[error("Discord refused with status {status}, code {code}: {message}")]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// Discord's own code, or 0.
        code: u64,
        /// Discord's words.
        message: String,
    },
    /// The call may or may not have been carried out.
    #[error("nobody knows whether it was done: {0}")]
    Unknown(String),
    /// The call was not carried out; it can be made again after this long.
    #[error("not done, and to be tried again in {wait} s: {1}", wait = .0.as_secs_f32())]
    Later(Duration, String),
    /// Discord refuses the bot's token.
    #[error(
        "Discord refuses the bot's token. Set DISCORD_TOKEN to the token that the developer portal shows, and start again."
    )]
    TokenDead,
}

impl CallError {
    /// Whether Discord refused with this code.
    pub fn is_code(&self, wanted: u64) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == wanted)
    }
}

/// The dispatcher. A clone shares everything with the original.
#[derive(Clone)]
pub struct Rest {
    shared: Arc<Shared>,
}

struct Shared {
    base: String,
    /// With its `Bot ` before it, as the header wants it.
    token: SecretString,
    client: reqwest::Client,
    now: Now,
    gate: Arc<Gate>,
    skew: Mutex<Skew>,
    token_dead: watch::Sender<bool>,
}

/// Why the dispatcher could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BadRest {
    /// The base is no address.
    #[error(
        "`{0}` is not the address of a Discord API: give one such as {DISCORD} or http://127.0.0.1:8081, without a path."
    )]
    Base(String),
    /// TLS could not be set up.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

impl Rest {
    /// A dispatcher for the API at `base`, such as `https://discord.com`.
    pub fn new(base: &str, token: &SecretString, now: Now) -> Result<Self, BadRest> {
        let base = base.trim().trim_end_matches('/');
        let address = reqwest::Url::parse(base).map_err(|_| BadRest::Base(base.to_owned()))?;
        if !matches!(address.scheme(), "http" | "https") || address.host().is_none() || address.path() != "/" {
            return Err(BadRest::Base(base.to_owned()));
        }
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(BadRest::Client)?;
        let token = token.expose_secret().trim();
        let token = SecretString::from(format!("Bot {}", token.strip_prefix("Bot ").unwrap_or(token)));
        Ok(Self {
            shared: Arc::new(Shared {
                base: base.to_owned(),
                token,
                client,
                now,
                gate: Gate::new(),
                skew: Mutex::new(Skew::default()),
                token_dead: watch::Sender::new(false),
            }),
        })
    }

    /// The base address, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// Discord's clock less ours, as far as the answers so far tell.
    pub fn offset(&self) -> TimeDelta {
        self.shared.skew.lock().unwrap_or_else(PoisonError::into_inner).offset()
    }

    /// Turns true when Discord refuses the token; the process then has to end with [`super::EXIT_TOKEN`].
    pub fn token_dead(&self) -> watch::Receiver<bool> {
        self.shared.token_dead.subscribe()
    }

    /// Makes `call` when its turn comes, again where that is safe, and not past its deadline.
    pub async fn call(&self, lane: Lane, call: Call<'_>) -> Result<Answered, CallError> {
        let exempt = call.endpoint.answers_an_interaction();
        let ask = Ask {
            lane,
            method: call.method.name(),
            template: call.endpoint.template(),
            major: call.endpoint.major(),
            exempt,
        };
        // An earlier attempt may have been carried out: then "not done" can no longer be said.
        let mut doubt: Option<String> = None;
        for attempt in 0_u32.. {
            if !exempt && *self.shared.token_dead.borrow() {
                return Err(CallError::TokenDead);
            }
            let admitted = match self.shared.gate.admit(ask, call.deadline).await {
                Ok(admitted) => admitted,
                Err(held) => return Err(later(doubt, held.wait, held.why.to_owned())),
            };
            let (why, certain) = match self.attempt(&call).await {
                Attempt::Answer { status, headers, body, said } => {
                    admitted.learn(&Limits::read(&headers));
                    if status.is_success() {
                        return Ok(Answered { status: status.as_u16(), body });
                    }
                    if status == StatusCode::TOO_MANY_REQUESTS && body["code"] != 30046 {
                        let wait = self.too_many(&call, &admitted, &headers, &body, exempt);
                        drop(admitted);
                        if Instant::now() + wait > call.deadline {
                            return Err(later(doubt, wait, format!("{}: rate limit", call.name())));
                        }
                        if exempt {
                            sleep(wait).await; // No bucket makes it wait.
                        }
                        continue;
                    }
                    if !status.is_server_error() {
                        return Err(self.refused(&call, status, &body, said, exempt));
                    }
                    (format!("{}: Discord answered {}", call.name(), status.as_u16()), false)
                }
                Attempt::NotSent(why) => (why, true),
                Attempt::Lost(why) => (why, false),
            };
            drop(admitted);
            if !certain {
                doubt = Some(why.clone());
                if !call.repeatable {
                    return Err(CallError::Unknown(why));
                }
            }
            let pause = pause_before_another(lane, attempt);
            if Instant::now() + pause >= call.deadline {
                return Err(later(doubt, pause.max(FIRST_PAUSE), why));
            }
            sleep(pause).await;
        }
        Err(CallError::Unknown(format!("{}: too many attempts", call.name())))
    }

    /// Obeys a 429, and tells how long it makes this call wait.
    fn too_many(
        &self,
        call: &Call<'_>,
        admitted: &Admitted,
        headers: &HeaderMap,
        body: &Value,
        exempt: bool,
    ) -> Duration {
        let too_many = TooMany::read(headers, body);
        if !too_many.shared {
            self.note_invalid();
        }
        let until = Instant::now() + too_many.wait;
        if too_many.global {
            warn!(
                call = call.name(),
                wait_s = too_many.wait.as_secs_f64(),
                "Discord's global rate limit is reached: everything but answers waits"
            );
            self.shared.gate.pause(until);
        } else if !exempt {
            admitted.block(until);
        }
        too_many.wait
    }

    fn note_invalid(&self) {
        let count = self.shared.gate.note_invalid();
        if count == budget::STRAINED || count == budget::EXHAUSTED {
            error!(
                count,
                "Discord refused this many calls in ten minutes; at 10,000 it bans the address, so less is sent"
            );
        }
    }

    fn refused(&self, call: &Call<'_>, status: StatusCode, body: &Value, said: bool, exempt: bool) -> CallError {
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            self.note_invalid();
        }
        // A 401 to an answer is about the interaction's own token.
        if status == StatusCode::UNAUTHORIZED && !exempt {
            if !self.shared.token_dead.send_replace(true) {
                error!(call = call.name(), "Discord refuses the bot's token");
            }
            return CallError::TokenDead;
        }
        let mut message = match (body["message"].as_str(), said) {
            (Some(message), _) => message.to_owned(),
            (None, true) => "the answer is not Discord's".to_owned(),
            (None, false) => "without words".to_owned(),
        };
        if let Some(errors) = body.get("errors") {
            let errors: String = errors.to_string().chars().take(500).collect();
            message = format!("{message} {errors}");
        }
        CallError::Refused { status: status.as_u16(), code: body["code"].as_u64().unwrap_or(0), message }
    }
}

fn later(doubt: Option<String>, wait: Duration, why: String) -> CallError {
    match doubt {
        Some(doubt) => CallError::Unknown(doubt),
        None => CallError::Later(wait, why),
    }
}

fn pause_before_another(lane: Lane, attempt: u32) -> Duration {
    let first = if lane == Lane::Answer { FIRST_PAUSE_OF_ANSWERS } else { FIRST_PAUSE };
    let longest = first.saturating_mul(1_u32 << attempt.min(10)).min(LONGEST_PAUSE);
    longest.mul_f64(rand::random::<f64>())
}
