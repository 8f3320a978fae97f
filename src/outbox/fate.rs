//! What became of something that was to be said.

use chrono::{DateTime, Utc};

use crate::args;
use crate::clock::instant;
use crate::error::Error;
use crate::snowflake::{ChannelId, GuildId};
use crate::store::Tx;

/// What became of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Where it went, once that is known.
    pub channel: Option<ChannelId>,
    /// When it was first tried, else when it was to be said.
    pub at: DateTime<Utc>,
    /// Whether it was said.
    pub sent: bool,
    /// Why it was given up, if it was.
    pub failed: Option<String>,
}

/// Channel, when it was first tried, when it was to be said, state, error.
type Row = (Option<i64>, Option<i64>, i64, String, Option<String>);

/// What became of the post under `key`; none when there was none, or when it was so long ago that it is forgotten.
pub async fn fate(tx: &mut Tx, guild: GuildId, key: &str) -> Result<Option<Fate>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT channel_id, first_sent_at, not_before, state, last_error FROM outbox
              WHERE dedupe_key = $1 AND guild_id = $2",
            args![key, guild],
        )
        .await?;
    Ok(row.map(|(channel, first_sent_at, not_before, state, why)| Fate {
        channel: channel.map(ChannelId::from_i64),
        at: instant(first_sent_at.unwrap_or(not_before)),
        sent: state == "sent",
        failed: matches!(state.as_str(), "dead" | "expired" | "ambiguous").then(|| why.unwrap_or(state)),
    }))
}
