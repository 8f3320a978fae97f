//! Rate limits (Discord's topic "Rate Limits"): buckets per route and resource, the global limit,
//! and the ban after too many invalid requests. Windows run on
//! monotonic time, which is an argument here.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// Requests per second over all routes, interactions apart.
const GLOBAL: usize = 50;
/// The window of the ban after too many answers of 401, 403 and 429.
const INVALID_WINDOW: Duration = Duration::from_mins(10);
/// Buckets kept before stale ones are swept out.
const SWEEP_ABOVE: usize = 4096;

/// Requests per window of one route and resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    /// Name that the bucket's hash is made from.
    pub(super) name: &'static str,
    pub(super) requests: u32,
    pub(super) window: Duration,
}

/// Message creation is known to allow about five in five seconds per channel; the other numbers
/// are of the same order as those observed of Discord, which documents none of them.
pub(super) fn of(method: &str, route: &str) -> Limit {
    let limit = |name, requests, seconds| Limit { name, requests, window: Duration::from_secs(seconds) };
    match (method, route) {
        ("POST", "/channels/{channel}/messages") => limit("message create", 5, 5),
        ("PATCH", "/channels/{channel}/messages/{message}") => limit("message edit", 5, 5),
        ("DELETE", "/channels/{channel}/messages/{message}") => limit("message delete", 5, 1),
        ("PATCH", "/channels/{channel}") => limit("channel edit", 10, 15),
        ("PUT" | "DELETE", route) if route.contains("/reactions/") => limit("reactions", 4, 1),
        ("POST", "/webhooks/{application}/{token}") => limit("followup", 5, 2),
        ("POST", route) if route.ends_with("/threads") => limit("thread create", 10, 10),
        ("PUT", route) if route.ends_with("/commands") => limit("command overwrite", 10, 20),
        ("POST", "/users/@me/channels") => limit("direct channels", 10, 10),
        _ => limit("others", 50, 1),
    }
}

/// Channel names and topics change only twice in ten minutes (discord-api-docs issue 2208).
pub(super) const RENAME: Limit = Limit { name: "channel rename", requests: 2, window: Duration::from_mins(10) };

/// How a request stands with its bucket.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset_after: Duration,
    /// The bucket's name in `X-RateLimit-Bucket`.
    pub(super) bucket: String,
    /// Whether the request is one too many.
    pub(super) exceeded: bool,
}

#[derive(Debug)]
struct Bucket {
    used: u32,
    ends: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Limits {
    buckets: HashMap<(&'static str, String, String), Bucket>,
    recent: VecDeque<Instant>,
    invalid: VecDeque<Instant>,
}

impl Limits {
    /// Counts a request towards its bucket.
    pub(super) fn take(&mut self, limit: Limit, method: &str, route: &str, resource: &str, now: Instant) -> Standing {
        if self.buckets.len() > SWEEP_ABOVE {
            self.buckets.retain(|_, bucket| bucket.ends > now);
        }
        let key = (limit.name, format!("{method} {route}"), resource.to_owned());
        let hash = bucket_hash(limit.name, &key.1);
        let bucket = self.buckets.entry(key).or_insert(Bucket { used: 0, ends: now + limit.window });
        if bucket.ends <= now {
            *bucket = Bucket { used: 0, ends: now + limit.window };
        }
        let exceeded = bucket.used >= limit.requests;
        bucket.used += u32::from(!exceeded);
        Standing {
            limit: limit.requests,
            remaining: limit.requests - bucket.used,
            reset_after: bucket.ends - now,
            bucket: hash,
            exceeded,
        }
    }

    /// Counts a request towards the global limit; answers how long to wait when it is too many.
    pub(super) fn take_global(&mut self, now: Instant) -> Option<Duration> {
        let window = Duration::from_secs(1);
        while self.recent.front().is_some_and(|at| now - *at >= window) {
            self.recent.pop_front();
        }
        if self.recent.len() >= GLOBAL {
            return self.recent.front().map(|oldest| window.saturating_sub(now - *oldest));
        }
        self.recent.push_back(now);
        None
    }

    pub(super) fn count_invalid(&mut self, now: Instant) {
        self.invalid.push_back(now);
    }

    /// Answers of 401, 403 and 429 in the last ten minutes.
    pub(super) fn invalid(&mut self, now: Instant) -> usize {
        while self.invalid.front().is_some_and(|at| now - *at >= INVALID_WINDOW) {
            self.invalid.pop_front();
        }
        self.invalid.len()
    }
}

/// A stable opaque name, like Discord's (FNV-1a, 64 bits).
fn bucket_hash(name: &str, route: &str) -> String {
    let text = if name == "others" { route } else { name };
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_messages_fit_in_five_seconds_and_the_sixth_waits() {
        let mut limits = Limits::default();
        let (route, start) = ("/channels/{channel}/messages", Instant::now());
        let mut take = |resource, seconds| {
            limits.take(of("POST", route), "POST", route, resource, start + Duration::from_secs(seconds))
        };
        for remaining in (0..5).rev() {
            let standing = take("1", 0);
            assert_eq!((standing.remaining, standing.exceeded), (remaining, false));
        }
        assert!(take("1", 4).exceeded);
        assert!(!take("2", 4).exceeded);
        assert!(!take("1", 5).exceeded);
    }

    #[test]
    fn the_fifty_first_request_of_a_second_is_too_many() {
        let (mut limits, start) = (Limits::default(), Instant::now());
        for _ in 0..50 {
            assert_eq!(limits.take_global(start), None);
        }
        assert_eq!(limits.take_global(start), Some(Duration::from_secs(1)));
        assert_eq!(limits.take_global(start + Duration::from_secs(1)), None);
    }

    #[test]
    fn invalid_requests_are_forgotten_after_ten_minutes() {
        let (mut limits, start) = (Limits::default(), Instant::now());
        limits.count_invalid(start);
        assert_eq!(limits.invalid(start), 1);
        assert_eq!(limits.invalid(start + INVALID_WINDOW), 0);
    }
}
