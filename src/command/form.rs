//! Forms that were opened: their draft is in the database before the form is shown, so that a form that was closed loses nothing and can
//! be opened again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::context::Context;
use crate::args;
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look};
use crate::error::{Error, Failure, Refusal};
use crate::number::Number;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// A form that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its id, which stands in its custom id.
    pub id: i64,
    /// What it does.
    pub kind: String,
    /// To which record.
    pub record: Number,
    /// The version of the record that it was opened on.
    pub version: i64,
    /// What was known before it was opened.
    pub draft: Value,
    /// What was typed into it, if it was refused: field → text.
    pub typed: BTreeMap<String, String>,
}

/// Notes that a form is being opened, and gives its id.
pub async fn open(
    tx: &mut Tx,
    context: &Context,
    kind: &str,
    record: Number,
    version: i64,
    draft: &Value,
) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO form (guild_id, kind, record, version, opened_by, draft, opened_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING form_id",
            args![context.guild.id, kind, record, version, context.member.user, draft.to_string(), context.now],
        )
        .await?;
    row.map(|(id,)| id).ok_or_else(|| Failure::inconsistent("form", "gave no id").into())
}

/// Keeps a draft that no form shows: a button of an answer refers to it.
pub async fn draft(tx: &mut Tx, context: &Context, kind: &str, draft: &Value) -> Result<i64, Error> {
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO form (guild_id, kind, record, version, opened_by, draft, opened_at)
             VALUES ($1, $2, '', 0, $3, $4, $5) RETURNING form_id",
            args![context.guild.id, kind, context.member.user, draft.to_string(), context.now],
        )
        .await?;
    row.map(|(id,)| id).ok_or_else(|| Failure::inconsistent("form", "gave no id").into())
}

/// Forgets what this person drafted of that kind in this guild: a newer one takes its place.
pub async fn forget_drafts(tx: &mut Tx, context: &Context, kind: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM form WHERE guild_id = $1 AND opened_by = $2 AND kind = $3 AND record = ''",
        args![context.guild.id, context.member.user, kind],
    )
    .await
    .map(drop)
}

/// The draft of that kind and id, if this person made it in this guild.
pub async fn drafted(tx: &mut Tx, context: &Context, kind: &str, id: i64) -> Result<Option<Value>, Error> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT draft FROM form
              WHERE form_id = $1 AND guild_id = $2 AND opened_by = $3 AND kind = $4 AND record = ''",
            args![id, context.guild.id, context.member.user, kind],
        )
        .await?;
    row.map(|(draft,)| Ok(serde_json::from_str(&draft)?)).transpose()
}

/// The form of that id, if this person opened it in this guild.
pub async fn find(tx: &mut Tx, context: &Context, id: &str) -> Result<Opened, Error> {
    let id: i64 = id.parse().unwrap_or(0);
    let row: Option<(String, String, i64, String, Option<String>)> = tx
        .optional(
            "SELECT kind, record, version, draft, typed FROM form WHERE form_id = $1 AND guild_id = $2 AND opened_by = $3 AND record <> ''",
            args![id, context.guild.id, context.member.user],
        )
        .await?;
    let Some((kind, record, version, draft, typed)) = row else {
        return Err(Refusal::new(
            "form.known",
            "That form is not open any more, or was opened by somebody else. Use the command again.",
        )
        .into());
    };
    let typed = typed.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    Ok(Opened { id, kind, record: Number::stored(&record)?, version, draft: serde_json::from_str(&draft)?, typed })
}

/// Keeps what was typed into a form that is refused, so that nobody types it again. False when there is no such form.
pub async fn keep(tx: &mut Tx, context: &Context, id: &str, typed: &BTreeMap<String, String>) -> Result<bool, Error> {
    let id: i64 = id.parse().unwrap_or(0);
    let kept = tx
        .execute(
            "UPDATE form SET typed = $4 WHERE form_id = $1 AND guild_id = $2 AND opened_by = $3",
            args![id, context.guild.id, context.member.user, serde_json::to_string(typed)?],
        )
        .await?;
    Ok(kept == 1)
}

/// The button that opens a form of ours again, as it was left: `action` is that of the form, such as `incident.update-form`.
pub fn again(action: &str, record: &str, id: &str) -> Vec<Button> {
    let process = action.split('.').next().unwrap_or_default();
    let record = record.to_owned();
    let reopen = CustomId { action: format!("{process}.form"), record, extra: id.to_owned() };
    vec![Button::new("Open the form again", reopen, Look::Primary)]
}

/// Forgets a form that has served.
pub async fn close(tx: &mut Tx, context: &Context, id: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM form WHERE form_id = $1 AND guild_id = $2", args![id, context.guild.id]).await.map(drop)
}

/// Forgets what was drafted about `record`.
pub async fn forget(tx: &mut Tx, guild: GuildId, record: Number) -> Result<(), Error> {
    tx.execute("DELETE FROM form WHERE guild_id = $1 AND record = $2", args![guild, record]).await.map(drop)
}

/// Forgets forms that were opened before `before`.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, Error> {
    tx.execute("DELETE FROM form WHERE opened_at < $1", args![before]).await
}
