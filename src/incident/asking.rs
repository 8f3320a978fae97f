//! Asking for more in a form. What is known already is in the database before the form is shown, and what was typed into one that was
//! refused is there when it opens again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reply::Typed;
use super::{Audience, Incident, reply, review};
use crate::chat::answer::Answer;
use crate::command::context::Context;
use crate::command::form::{self, Opened};
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
    ask(tx, context, "update", incident, serde_json::to_value(UpdateDraft { audience, next_update })?).await
}

/// Opens a form of `kind` on `incident`.
pub(super) async fn ask(
    tx: &mut Tx,
    context: &Context,
    kind: &str,
    incident: &Incident,
    draft: Value,
) -> Result<Answer, Error> {
    let id = form::open(tx, context, kind, incident.number, incident.version, &draft).await?;
    form_answer(kind, incident.number, id, &draft, &Typed::new())
}

/// Opens a form again, as it was left.
pub(super) async fn ask_again(tx: &mut Tx, context: &Context, opened: Opened) -> Result<Answer, Error> {
    if opened.kind != "review" {
        return form_answer(&opened.kind, opened.record, opened.id, &opened.draft, &opened.typed);
    }
    let incident = super::step::find(tx, context, Some(&opened.record.to_string())).await?;
    let now = review::store::find(tx, incident.guild, incident.number).await?;
    let now = now.map(|review| review.texts).unwrap_or_default();
    let typed = &opened.typed;
    // Written anew on the ground of what is there now, so that what conflicted can be settled by whoever reads both.
    let mut texts = now.clone();
    for passage in review::Passage::ALL {
        if let Some(text) = typed.get(passage.name()) {
            texts.set(passage, Some(text.clone()));
        }
    }
    let draft = serde_json::to_value(&now)?;
    let id = form::open(tx, context, "review", incident.number, incident.version, &draft).await?;
    let actions = typed.get("actions").map_or("", String::as_str);
    Ok(Answer::Form {
        form: review::form(&incident, id, &texts, actions),
        instead: reply::open_form(incident.number, id),
    })
}

/// The form of that kind, and what is said where it cannot be opened at once.
fn form_answer(kind: &str, number: Number, id: i64, draft: &Value, typed: &Typed) -> Result<Answer, Error> {
    let form = match kind {
        "update" => {
            let draft: UpdateDraft = serde_json::from_value(draft.clone())?;
            let mut typed = typed.clone();
            if let Some(next) = draft.next_update {
                typed.entry("next-update".to_owned()).or_insert(next);
            }
            reply::update_form(number, id, draft.audience.unwrap_or(Audience::Technical), &typed)
        }
        "resolve" => reply::resolve_form(number, id, typed),
        "task-drop" => {
            let title = format!("Drop {number}/{}", draft.as_str().unwrap_or_default());
            let question = ("Why is it not needed?", "Done by the supplier already");
            reply::reason_form("incident.task-drop-form", number, id, &title, question, typed)
        }
        "review-return" => {
            let question = ("What is missing?", "How it was found is not in it");
            let title = format!("Send the review of {number} back");
            reply::reason_form("incident.review-return-form", number, id, &title, question, typed)
        }
        _ => {
            let question = ("Why is it not over?", "Errors are back on two of five hosts");
            reply::reason_form("incident.reopen-form", number, id, &format!("Reopen {number}"), question, typed)
        }
    };
    Ok(Answer::Form { form, instead: reply::open_form(number, id) })
}
