//! What Discord's answers say about its rate limits.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::time::Instant;

/// What to wait after a 429 that does not say how long: Cloudflare's own.
const UNSAID_WAIT: Duration = Duration::from_secs(10);
/// The longest wait that is believed, so that a nonsensical header cannot stop a lane for ever.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// A wait of zero would be asked again at once, and counted against us.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);

/// The rate limit headers of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits {
    /// The id of the bucket that the call was counted in.
    pub(super) bucket: Option<String>,
    /// Calls per window.
    pub(super) limit: Option<u32>,
    /// Calls left in this window.
    pub(super) remaining: Option<u32>,
    /// Until the window ends.
    pub(super) reset_after: Option<Duration>,
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

impl Limits {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        Self {
            bucket: text(headers, "x-ratelimit-bucket").map(str::to_owned),
            limit: text(headers, "x-ratelimit-limit").and_then(|limit| limit.parse().ok()),
            remaining: text(headers, "x-ratelimit-remaining").and_then(|left| left.parse().ok()),
            reset_after: text(headers, "x-ratelimit-reset-after").and_then(seconds),
        }
    }
}

/// A 429.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TooMany {
    /// Until when not to ask again.
    pub(super) wait: Duration,
    /// Whether everything has to wait, not only this bucket.
    pub(super) global: bool,
    /// Whether others used the limit up; such an answer does not count as an invalid request.
    pub(super) shared: bool,
}

impl TooMany {
    /// Reads a 429. One without JSON and without Discord's headers is Cloudflare's, and meant for all of this address.
    pub(super) fn read(headers: &HeaderMap, body: &Value) -> Self {
        let scope = text(headers, "x-ratelimit-scope");
        let said = body["retry_after"].as_f64().and_then(|wait| Duration::try_from_secs_f64(wait).ok());
        let wait = said
            .or_else(|| text(headers, "retry-after").and_then(seconds))
            .or_else(|| text(headers, "x-ratelimit-reset-after").and_then(seconds))
            .unwrap_or(UNSAID_WAIT)
            .clamp(SHORTEST_WAIT, LONGEST_WAIT);
        let from_cloudflare = body.is_null() && scope.is_none() && text(headers, "x-ratelimit-bucket").is_none();
        Self {
            wait,
            global: from_cloudflare
                || body["global"] == Value::Bool(true)
                || scope == Some("global")
                || text(headers, "x-ratelimit-global") == Some("true"),
            shared: scope == Some("shared"),
        }
    }
}

/// Whether a bucket has room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Room {
    /// It has.
    Now,
    /// It will have then.
    At(Instant),
    /// It will be known with the answer to a call that is under way.
    WithTheNextAnswer,
}

/// One of Discord's buckets, as far as it is known.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: Option<u32>,
    remaining: u32,
    resets: Option<Instant>,
    in_flight: u32,
    /// Answers came without headers: there is no limit to keep.
    unlimited: bool,
    pub(super) used: Instant,
}

impl Bucket {
    pub(super) fn new(now: Instant) -> Self {
        Self { limit: None, remaining: 0, resets: None, in_flight: 0, unlimited: false, used: now }
    }

    /// The window is over: the next call opens another.
    fn roll(&mut self, now: Instant) {
        let over = self.resets.is_some_and(|at| at <= now);
        let forgotten = self.resets.is_none() && self.in_flight == 0;
        if over || forgotten {
            self.resets = None;
            self.remaining = self.limit.unwrap_or(1).saturating_sub(self.in_flight);
        }
    }

    /// Whether a call may go now. An unknown bucket takes one call at a time until its first answer tells its size.
    pub(super) fn room(&mut self, now: Instant) -> Room {
        self.roll(now);
        match self.resets {
            Some(at) if self.remaining == 0 => Room::At(at),
            _ if self.unlimited || self.remaining > 0 => Room::Now,
            _ => Room::WithTheNextAnswer,
        }
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.remaining = self.remaining.saturating_sub(1);
        self.in_flight += 1;
        self.used = now;
    }

    pub(super) fn give_back(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Learns from an answer. Calls that are still under way may not be counted in it yet, so they are taken off, but for the
    /// `own` one that was answered.
    pub(super) fn learn(&mut self, limits: &Limits, own: u32, now: Instant) {
        self.used = now;
        if let (Some(limit), Some(remaining), Some(reset_after)) = (limits.limit, limits.remaining, limits.reset_after)
        {
            self.unlimited = false;
            self.limit = Some(limit.max(1));
            self.remaining = remaining.saturating_sub(self.in_flight.saturating_sub(own));
            self.resets = Some(now + reset_after.min(LONGEST_WAIT));
        } else if self.limit.is_none() && self.resets.is_none() {
            self.unlimited = true;
        }
    }

    /// Nothing goes before `until`.
    pub(super) fn block(&mut self, until: Instant) {
        self.remaining = 0;
        self.resets = Some(self.resets.map_or(until, |at| at.max(until)));
    }

    /// Nothing is known that a new bucket would not know soon.
    pub(super) fn idle(&self, now: Instant, since: Duration) -> bool {
        self.in_flight == 0 && self.resets.is_none_or(|at| at <= now) && now.duration_since(self.used) >= since
    }
}
