//! What one does on the page, in the name of the chosen person.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, Form, Outcome};
use super::super::message::Message;
use super::super::people::{Person, Place};
use super::super::rest::reading;
use super::super::{Id, Playground, Shared};

/// Anything that the page sends; each act reads the fields it needs.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(rename = "as")]
    person: Id,
    /// An id, or `direct`.
    #[serde(default)]
    channel: String,
    /// What is said, the command, or the custom id.
    #[serde(default)]
    text: String,
    #[serde(default)]
    options: Value,
    #[serde(default)]
    focused: String,
    #[serde(default)]
    message: Option<Id>,
    #[serde(default)]
    values: Value,
    /// The interaction whose form is submitted.
    #[serde(default)]
    interaction: Option<Id>,
}

impl Sent {
    fn person(&self, shared: &Arc<Shared>) -> Person {
        let guild = shared.state().guilds.keys().next().copied().unwrap_or_default();
        Person { playground: Playground { shared: shared.clone() }, user: self.person, guild }
    }

    fn place(&self) -> Place {
        if self.channel == "direct" { Place::Direct } else { Place::Id(self.channel.parse().unwrap_or_default()) }
    }

    /// The message that is clicked, as the person sees it.
    fn clicked(&self, shared: &Arc<Shared>) -> Option<Message> {
        let messages = self.person(shared).reads(self.place());
        messages.into_iter().find(|message| Some(message.id) == self.message)
    }
}

type Shown = Json<Value>;

/// How an interaction went, for the page.
fn shown(answer: &Answer) -> Shown {
    let (outcome, reason) = match &answer.outcome {
        Outcome::Answered => ("answered", String::new()),
        Outcome::TimedOut => ("timed out", "The application did not respond.".to_owned()),
        Outcome::NotSent(reason) => ("not sent", reason.clone()),
    };
    let form = answer.form().map(|form| described(&form));
    Json(json!({"outcome": outcome, "reason": reason, "interaction": answer.interaction, "form": form}))
}

fn not_sent(reason: &str) -> Shown {
    Json(json!({"outcome": "not sent", "reason": reason}))
}

fn described(form: &Form) -> Value {
    let fields = form.fields.iter().map(|field| {
        json!({
            "kind": field.kind, "custom_id": field.custom_id, "label": field.label,
            "description": field.description, "paragraph": field.paragraph, "value": field.value,
            "placeholder": field.placeholder, "required": field.required,
            "min_length": field.min_length, "max_length": field.max_length, "options": field.options,
        })
    });
    json!({"title": form.title, "fields": fields.collect::<Vec<_>>()})
}

/// A header that only a script of our own page can set on a form, since a browser asks us before it lets another site do so.
const FROM_PAGE: &str = "x-from-page";

/// What is said comes as JSON, or as a form with files, in the same shape that the bot uploads in.
pub(super) async fn say(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Shown, StatusCode> {
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json && !headers.contains_key(FROM_PAGE) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = reading::body(&headers, &bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    let sent: Sent = serde_json::from_value(body.json).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    Ok(match sent.person(&shared).try_say(&sent.place(), &sent.text, sent.message, &body.files) {
        Ok(id) => Json(json!({"outcome": "answered", "message": id})),
        Err(reason) => not_sent(&reason),
    })
}

fn done(result: Result<(), String>) -> Shown {
    match result {
        Ok(()) => Json(json!({"outcome": "answered"})),
        Err(reason) => not_sent(&reason),
    }
}

pub(super) async fn edit(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let Some(message) = sent.clicked(&shared) else { return not_sent("The message is gone.") };
    done(sent.person(&shared).try_edit(&message, &sent.text))
}

pub(super) async fn delete(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let Some(message) = sent.clicked(&shared) else { return not_sent("The message is gone.") };
    done(sent.person(&shared).try_delete(&message))
}

pub(super) async fn command(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    shown(&sent.person(&shared).slash(sent.place(), &sent.text, sent.options).await)
}

pub(super) async fn complete(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let person = sent.person(&shared);
    let choices = person.complete(sent.place(), &sent.text, sent.options, &sent.focused).await;
    let choices = choices.into_iter().map(|(name, value)| json!({"name": name, "value": value}));
    Json(json!({"choices": choices.collect::<Vec<_>>()}))
}

pub(super) async fn message_command(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let Some(message) = sent.message else { return not_sent("Which message?") };
    shown(&sent.person(&shared).message_command(&sent.text, sent.place(), message).await)
}

pub(super) async fn click(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let Some(message) = sent.clicked(&shared) else { return not_sent("The message is gone.") };
    shown(&sent.person(&shared).click(&message, &sent.text).await)
}

pub(super) async fn choose(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let Some(message) = sent.clicked(&shared) else { return not_sent("The message is gone.") };
    let values: Vec<&str> = sent.values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    shown(&sent.person(&shared).choose(&message, &sent.text, &values).await)
}

pub(super) async fn submit(State(shared): State<Arc<Shared>>, Json(sent): Json<Sent>) -> Shown {
    let opener = Answer::new(Playground { shared: shared.clone() }, sent.interaction, Outcome::Answered);
    let Some(form) = opener.form() else { return not_sent("The form is gone.") };
    shown(&sent.person(&shared).submit(&form, sent.values).await)
}
