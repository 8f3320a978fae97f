//! Figures of durations.

use std::fmt;
use std::time::Duration;

/// Many durations, told as their middle, their end, and their longest.
#[derive(Default)]
pub struct Durations(pub Vec<Duration>);

impl Durations {
    fn share(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Durations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |percent| self.share(percent).as_secs_f64();
        write!(f, "p50 {:.2} s, p99 {:.2} s, max {:.2} s of {}", seconds(50), seconds(99), seconds(100), self.0.len())
    }
}
