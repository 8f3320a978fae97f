//! Discord's ids. A snowflake is a 64-bit number that carries its time of birth; in JSON it is a string.
//! One type per kind, so that a channel is never taken for a guild.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Milliseconds between the Unix epoch and Discord's own, 2015-01-01T00:00:00Z (Discord docs, reference, "Snowflakes").
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

/// When the snowflake `id` was minted, to the millisecond.
pub fn minted_at(id: u64) -> DateTime<Utc> {
    let since_epoch = i64::try_from(id >> 22).unwrap_or(0);
    DateTime::from_timestamp_millis(DISCORD_EPOCH_MS + since_epoch).unwrap_or_default()
}

/// The smallest snowflake that can have been minted at `at`: the `after` of a search in a channel's history.
pub fn at(at: DateTime<Utc>) -> u64 {
    let since_epoch = at.signed_duration_since(DateTime::<Utc>::UNIX_EPOCH) - TimeDelta::milliseconds(DISCORD_EPOCH_MS);
    u64::try_from(since_epoch.num_milliseconds()).unwrap_or(0) << 22
}

/// Reads a snowflake from JSON, where it is a string by Discord's rule and a number in some hands.
fn deserialize_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Visitor;
    impl de::Visitor<'_> for Visitor {
        type Value = u64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a snowflake: a whole number, as a string")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            text.parse().map_err(|_| E::custom(format!("`{text}` is not a snowflake")))
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
            u64::try_from(number).map_err(|_| E::custom("a snowflake is not negative"))
        }
    }
    deserializer.deserialize_any(Visitor)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The id as the databases keep it: a signed 64-bit integer (snowflakes stay below 2^63 until 2084).
            pub fn to_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// The id that was kept as `stored`.
            pub fn from_i64(stored: i64) -> Self {
                Self(stored.cast_unsigned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_id(deserializer).map(Self)
            }
        }
    )+};
}

ids! {
    /// A server.
    GuildId,
    /// A channel or a thread: Discord gives both ids of one kind.
    ChannelId,
    /// A person, or a bot.
    UserId,
    /// A role within a guild.
    RoleId,
    /// A message.
    MessageId,
    /// One use of a command, button, select or form.
    InteractionId,
    /// The bot's application.
    ApplicationId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snowflake_tells_its_time() {
        // The example of Discord's reference page.
        assert_eq!(minted_at(175_928_847_299_117_063).to_rfc3339(), "2016-04-30T11:18:25.796+00:00");
        assert_eq!(minted_at(at(minted_at(175_928_847_299_117_063))), minted_at(175_928_847_299_117_063));
    }

    #[test]
    fn an_id_is_read_from_a_string_or_a_number_and_written_as_a_string() {
        let from_text: GuildId = serde_json::from_str("\"42\"").expect("a string");
        let from_number: GuildId = serde_json::from_str("42").expect("a number");
        assert_eq!(from_text, from_number);
        assert_eq!(serde_json::to_string(&from_text).expect("writes"), "\"42\"");
        assert!(serde_json::from_str::<GuildId>("\"x\"").is_err());
    }
}
