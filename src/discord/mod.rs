//! The adapter to Discord: the only module that names serenity and reqwest.
//!
//! Events come in through [`gateway`], become an [`crate::chat::invocation::Invocation`] in [`incoming`], and are answered by
//! [`answering`]. Everything that goes out passes the one dispatcher in [`rest`]: answers, what the [`courier`] carries for the
//! outbox, the commands of [`registration`], and look-ups. serenity types end in `gateway` and `endpoint`; payloads are our own JSON.
//!
//! Why the rate limits are kept here and not by serenity or by twilight-http-ratelimiting: serenity's limiter ignores Discord's
//! bucket ids, lets a global 429 stop only the task that met it, and keeps an entry per interaction for ever; twilight's serves
//! callers of a bucket in the order they came, and a page must overtake a digest that waits for the same bucket.

pub mod answering;
pub mod cdn;
pub mod courier;
pub mod endpoint;
pub mod gateway;
pub mod incoming;
mod look;
pub mod reconcile;
pub mod registration;
pub mod rest;

/// Directives for the log's filter that go after the person's own: below these levels serenity prints events and routes, and with
/// them tokens, and its `WebSocket` library prints the bot's own token.
pub const LOG_PINS: [&str; 7] = [
    "serenity=error",
    "tungstenite=warn",
    "tokio_tungstenite=warn",
    "reqwest=warn",
    "hyper=warn",
    "hyper_util=warn",
    "h2=warn",
];

/// The exit code of a process whose token Discord refuses: the configuration has to be mended (`EX_CONFIG` of sysexits.h).
pub const EXIT_TOKEN: u8 = 78;
/// The exit code of a process whose gateway thread no longer runs: a restart helps (`EX_SOFTWARE` of sysexits.h).
pub const EXIT_STUCK: u8 = 70;
