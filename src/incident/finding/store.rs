//! What an excerpt is cut from.

use crate::args;
use crate::error::Error;
use crate::number::Number;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// The description of an incident, if it has one.
pub async fn description(tx: &mut Tx, guild: GuildId, number: Number) -> Result<Option<String>, Error> {
    let row: Option<(Option<String>,)> = tx
        .optional("SELECT description FROM incident WHERE guild_id = $1 AND number = $2", args![guild, number.value])
        .await?;
    Ok(row.and_then(|(description,)| description))
}
