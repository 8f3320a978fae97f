//! How a playground is started.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::faults::FaultPlan;

/// Where wall time comes from. Deadlines do not use it: they run on tokio's monotonic time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The settings of a playground. `Options::default()` is a strict Discord without faults.
#[derive(Clone)]
pub struct Options {
    /// Wall time of ids, timestamps and the `Date` header.
    pub clock: Clock,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The bot's token, without the word `Bot`.
    pub token: String,
    /// Whether requests beyond the rate limits are refused with 429.
    pub rate_limits: bool,
    /// Whether answers tell of the rate limits in their headers, refused or not. A bot that keeps to them goes no faster than they say.
    pub limit_headers: bool,
    /// Answers of 401, 403 and 429 within ten minutes after which everything is refused
    /// (10,000 in Discord's documentation of rate limits).
    pub invalid_request_limit: usize,
    /// Time between two heartbeats of the gateway (41.25 s in Discord).
    pub heartbeat_interval: Duration,
    /// IDENTIFYs per 24 hours, told in `session_start_limit` (1000 in Discord).
    pub identify_budget: u32,
    /// Privileged intents that the developer portal allows, as bits. None by default.
    pub privileged_intents: u64,
    /// How long an interaction waits for its first answer (3 s in Discord).
    pub answer_within: Duration,
    /// How long an interaction's token is good for (15 minutes in Discord).
    pub token_lifetime: Duration,
    /// How long a nonce is remembered ("the past few minutes" in Discord).
    pub nonce_window: Duration,
    /// Requests kept in the log; the oldest leave first.
    pub request_log: usize,
    /// Effects kept in the log; the oldest leave first.
    pub effect_log: usize,
    /// What goes wrong, and how often.
    pub faults: FaultPlan,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(system_clock),
            port: 0,
            token: "playground.token.of-the-bot".into(),
            rate_limits: true,
            limit_headers: true,
            invalid_request_limit: 10_000,
            heartbeat_interval: Duration::from_millis(41_250),
            identify_budget: 1000,
            privileged_intents: 0,
            answer_within: Duration::from_secs(3),
            token_lifetime: Duration::from_mins(15),
            nonce_window: Duration::from_mins(3),
            request_log: 20_000,
            effect_log: 50_000,
            faults: FaultPlan::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("rate_limits", &self.rate_limits)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the playground stands alone; whoever embeds it gives it a clock")]
fn system_clock() -> DateTime<Utc> {
    Utc::now()
}
