//! Tells Discord the commands, when they are not those it was told last.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::info;

use super::rest::{CallError, Rest};
use crate::snowflake::ApplicationId;

/// The mark of a set of definitions: SHA-256 in hex. The application is part of it, for another bot knows none of them yet.
pub fn mark(application: ApplicationId, definitions: &[Value]) -> String {
    let mut hash = Sha256::new();
    hash.update(application.to_string());
    for definition in definitions {
        hash.update(b"\n");
        hash.update(definition.to_string());
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Replaces the application's commands by `definitions`, unless `remembered` is their mark and Discord still has them.
/// Gives back the mark to remember.
///
/// Discord allows 200 new commands a day; names that stay keep their ids and do not count, so a repeat does no harm.
pub async fn register(
    rest: &Rest,
    application: ApplicationId,
    definitions: &[Value],
    remembered: Option<&str>,
) -> Result<String, CallError> {
    let mark = mark(application, definitions);
    if remembered != Some(mark.as_str()) || some_are_missing(rest, application, definitions).await {
        rest.overwrite_commands(application, definitions.to_vec()).await?;
        info!(commands = definitions.len(), "Discord was told the commands");
    }
    Ok(mark)
}

/// Whether Discord lacks a command: somebody removed it, or the bot was moved to another API. Without an answer nothing is missing.
async fn some_are_missing(rest: &Rest, application: ApplicationId, definitions: &[Value]) -> bool {
    let Ok(Value::Array(known)) = rest.commands(application).await else { return false };
    definitions.iter().any(|wanted| {
        let same =
            |known: &Value| known["name"] == wanted["name"] && known["type"].as_u64().unwrap_or(1) == wanted["type"];
        !known.iter().any(same)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn another_definition_or_another_bot_has_another_mark() {
        let (incident, change) = (json!({"name": "incident"}), json!({"name": "change"}));
        let one = mark(ApplicationId(1), std::slice::from_ref(&incident));
        assert_eq!(one.len(), 64);
        assert_eq!(one, mark(ApplicationId(1), std::slice::from_ref(&incident)));
        assert_ne!(one, mark(ApplicationId(2), std::slice::from_ref(&incident)));
        assert_ne!(one, mark(ApplicationId(1), &[incident, change]));
    }
}
