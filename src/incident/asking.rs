//! Asking for more in a form. What is known already is in the database before the form is shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Audience, Incident, reply};
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::command::form;
use crate::error::Error;
use crate::number::Number;
use crate::store::Tx;

/// What the draft of an update form holds.
#[derive(Serialize, Deserialize)]
pub(super) struct UpdateDraft {
    pub audience: Option<Audience>,
    pub next_update: Option<String>,
}

/// Asks for an update in a form; what is known already is kept for it.
pub(super) async fn ask_update(
    tx: &mut Tx,
    context: &Context,
    incident: &Incident,
    audience: Option<Audience>,
    next_update: Option<String>,
) -> Result<Answer, Error> {
    if incident.state.is_final() {
        return Err(reply::is_over(incident.number, incident.state).into());
    }
    let draft = serde_json::to_value(UpdateDraft { audience, next_update })?;
    let id = form::open(tx, context, "update", incident.number, incident.version, &draft).await?;
    form_answer("update", incident.number, id, &draft)
}

/// The form of that kind, and what is said where it cannot be opened at once.
pub(super) fn form_answer(kind: &str, number: Number, id: i64, draft: &Value) -> Result<Answer, Error> {
    let form = match kind {
        "update" => {
            let draft: UpdateDraft = serde_json::from_value(draft.clone())?;
            reply::update_form(number, id, "", draft.next_update.as_deref().unwrap_or_default())
        }
        "resolve" => reply::resolve_form(number, id),
        _ => reply::reopen_form(number, id),
    };
    Ok(Answer::Form { form, instead: reply::open_form(number, id) })
}
