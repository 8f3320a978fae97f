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

#[derive(sqlx::FromRow)]
struct Row {
    channel_id: Option<i64>,
    first_sent_at: Option<i64>,
    not_before: i64,
    state: String,
    last_error: Option<String>,
}

/// What became of the post under `key`; none when there was none, or when it was so long ago that it is forgotten.
pub async fn fate(tx: &mut Tx, guild: GuildId, key: &str) -> Result<Option<Fate>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT channel_id, first_sent_at, not_before, state, last_error FROM outbox
              WHERE dedupe_key = $1 AND guild_id = $2",
            args![key, guild],
        )
        .await?;
    Ok(row.map(|row| Fate {
        channel: row.channel_id.map(ChannelId::from_i64),
        at: instant(row.first_sent_at.unwrap_or(row.not_before)),
        sent: row.state == "sent",
        failed: matches!(row.state.as_str(), "dead" | "expired" | "ambiguous")
            .then(|| row.last_error.unwrap_or(row.state)),
    }))
}
