//! When the bot may identify, and with whom: pure rules.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

/// Sessions within an hour, above which this process stops.
pub const AN_HOUR: usize = 20;
/// Sessions within a day, over all processes, at which the bot waits. Discord resets the token at 1,000.
pub const A_DAY: u64 = 500;
/// With fewer starts left by Discord's own count the bot waits.
pub const WEARY_AT_REMAINING: u64 = 100;
/// The longest wait before another start.
pub const LONGEST_BACKOFF: Duration = Duration::from_mins(10);

const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// Waits that double.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff(u32);

impl Backoff {
    pub(super) fn next(&mut self) -> Duration {
        let wait = FIRST_BACKOFF.saturating_mul(1_u32 << self.0.min(12)).min(LONGEST_BACKOFF);
        self.0 += 1;
        // Chance keeps many bots from coming back at the same instant after an outage.
        wait.mul_f64(0.75 + rand::random::<f64>() / 4.0)
    }

    pub(super) fn reset(&mut self) {
        self.0 = 0;
    }
}

/// The sessions of the last hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent(VecDeque<Instant>);

impl Recent {
    /// Notes a session, and says how many there were within an hour.
    pub(super) fn note(&mut self, now: Instant) -> usize {
        self.0.push_back(now);
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
            self.0.pop_front();
        }
        self.0.len()
    }
}

/// Whether `host` is this machine.
pub(in crate::discord) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Why the bot may not connect to the gateway at `address` when its API is at `base`; `None` if it may.
///
/// With another API than Discord's own, the token of that API must not reach anybody else: its gateway is on this machine, or
/// where the API is.
pub fn foreign(base: &str, address: &str) -> Option<String> {
    let url = Url::parse(address).ok();
    let host = url.as_ref().filter(|url| matches!(url.scheme(), "ws" | "wss")).and_then(Url::host_str);
    let Some(host) = host else {
        return Some(format!("The API at {base} names `{address}` as its gateway, which is no WebSocket address."));
    };
    let home = Url::parse(base).ok();
    let home = home.as_ref().and_then(Url::host_str).unwrap_or_default();
    if home == "discord.com" || host == home || is_loopback(host) {
        return None;
    }
    Some(format!(
        "The API at {base} names a gateway at `{host}`, which is neither this machine nor that API's own host. wardroom does not give its token to a third party: check WARDROOM_DISCORD_API."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_elsewhere_is_foreign() {
        assert_eq!(foreign("https://discord.com", "wss://gateway.discord.gg"), None);
        assert_eq!(foreign("http://127.0.0.1:8081", "ws://127.0.0.1:9"), None);
        assert_eq!(foreign("http://127.0.0.1:8081", "ws://[::1]:9"), None);
        assert_eq!(foreign("http://chat.example:8081", "ws://chat.example/gateway"), None);
        for address in ["wss://gateway.discord.gg", "http://127.0.0.1:1", "127.0.0.1", ""] {
            assert!(foreign("http://127.0.0.1:8081", address).is_some(), "{address}");
        }
    }

    #[test]
    fn waits_double_up_to_ten_minutes() {
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..20).map(|_| backoff.next()).collect();
        assert!(waits[0] <= Duration::from_secs(1) && waits[3] > waits[0]);
        assert!(waits.iter().all(|wait| *wait <= LONGEST_BACKOFF));
        assert!(waits[19] >= Duration::from_secs(450));
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(1));
    }

    #[test]
    fn sessions_of_more_than_an_hour_ago_do_not_count() {
        let (mut recent, start) = (Recent::default(), Instant::now());
        assert_eq!(recent.note(start), 1);
        assert_eq!(recent.note(start + Duration::from_mins(30)), 2);
        assert_eq!(recent.note(start + Duration::from_mins(61)), 2);
    }
}
