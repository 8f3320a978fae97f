//! Snowflakes: the 64-bit ids of everything in Discord, which carry the time of their making.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::options::Clock;

/// Milliseconds of the Unix epoch at which Discord's own epoch begins, 2015-01-01T00:00:00Z
/// (Discord's reference, "Snowflakes").
pub const EPOCH_MILLISECONDS: i64 = 1_420_070_400_000;

/// Bits below the time: worker, process and increment in Discord, one sequence here.
const SEQUENCE_BITS: u32 = 22;

/// An id. In JSON it is a string, because numbers of this size do not survive `JavaScript`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u64);

impl Id {
    /// The moment at which this id was minted.
    #[must_use]
    pub fn time(self) -> DateTime<Utc> {
        let milliseconds = i64::try_from(self.0 >> SEQUENCE_BITS).unwrap_or(i64::MAX);
        DateTime::from_timestamp_millis(milliseconds.saturating_add(EPOCH_MILLISECONDS))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        id_in(&value).ok_or_else(|| D::Error::custom("a snowflake is a string of digits"))
    }
}

/// The id in a JSON value: Discord reads both strings and numbers.
#[must_use]
pub fn id_in(value: &serde_json::Value) -> Option<Id> {
    match value {
        serde_json::Value::String(text) => text.parse().ok(),
        serde_json::Value::Number(number) => number.as_u64().map(Id),
        _ => None,
    }
}

/// Makes ids from the clock. They increase strictly, also when the clock stands still or goes back.
pub(super) struct Mint {
    clock: Clock,
    last: u64,
}

impl Mint {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, last: 0 }
    }

    pub(super) fn next(&mut self) -> Id {
        let since_epoch = ((self.clock)().timestamp_millis() - EPOCH_MILLISECONDS).max(0);
        let earliest = since_epoch.unsigned_abs() << SEQUENCE_BITS;
        self.last = earliest.max(self.last + 1);
        Id(self.last)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn ids_carry_the_time_and_increase_while_the_clock_stands_still() {
        let noon = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut mint = Mint::new(Arc::new(move || noon));
        let first = mint.next();
        let second = mint.next();
        assert!(first < second);
        assert_eq!(first.time(), noon);
        assert_eq!(second.time(), noon);
    }

    #[test]
    fn an_id_is_a_string_in_json_and_is_read_from_both() {
        assert_eq!(serde_json::to_value(Id(7)).unwrap(), serde_json::json!("7"));
        assert_eq!(serde_json::from_str::<Id>("\"7\"").unwrap(), Id(7));
        assert_eq!(serde_json::from_str::<Id>("7").unwrap(), Id(7));
    }
}
