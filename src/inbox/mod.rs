//! The inbox: each event acts once. Its row is written in the transaction of what it caused, with the answer; when the same event comes
//! again (Discord may deliver it several times), the stored answer is given and nothing happens.

use chrono::{DateTime, Utc};

use crate::args;
use crate::chat::answer::Answer;
use crate::chat::invocation::Source;
use crate::error::Error;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// The answer that was given to this event, if it acted already.
pub async fn answered(tx: &mut Tx, source: Source) -> Result<Option<Answer>, Error> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT answer FROM inbox WHERE source = $1 AND external_id = $2",
            args![source.kind(), source.id().cast_signed()],
        )
        .await?;
    row.map(|(answer,)| serde_json::from_str(&answer).map_err(Error::from)).transpose()
}

/// Notes that this event has acted, and its answer as far as that is kept ([`Answer::to_keep`]).
pub async fn keep(
    tx: &mut Tx,
    source: Source,
    guild: GuildId,
    now: DateTime<Utc>,
    answer: &Answer,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO inbox (source, external_id, guild_id, received_at, answer) VALUES ($1, $2, $3, $4, $5)",
        args![source.kind(), source.id().cast_signed(), guild, now, serde_json::to_string(&answer.to_keep())?],
    )
    .await
    .map(drop)
}

/// Forgets what this guild's events were answered, though not that they acted: a text was removed, and an answer may quote it.
pub async fn forget_answers(tx: &mut Tx, guild: GuildId) -> Result<(), Error> {
    let nothing = serde_json::to_string(&Answer::Nothing)?;
    tx.execute("UPDATE inbox SET answer = $2 WHERE guild_id = $1 AND answer <> $2", args![guild, nothing])
        .await
        .map(drop)
}

/// Forgets events received before `before`. A repeat that late is refused by its age.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, Error> {
    tx.execute("DELETE FROM inbox WHERE received_at < $1", args![before]).await
}
