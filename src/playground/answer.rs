//! What came back from an interaction, as a person sees it.

use std::time::Duration;

use serde_json::{Value, json};

use super::interaction::callback;
use super::message::{Button, Message, Select, component, walk};
use super::{Id, Playground};

/// How long [`Answer::finished`] waits for the edit of a deferred answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How an interaction went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The bot answered in time.
    Answered,
    /// The bot did not answer in time: "The application did not respond".
    TimedOut,
    /// The client did not even send it, and told the person why.
    NotSent(String),
}

/// The answer to an interaction. What it shows is read when asked for, so that later edits of the
/// bot's are seen.
#[derive(Clone)]
pub struct Answer {
    playground: Playground,
    /// The interaction; `None` when nothing was sent.
    pub interaction: Option<Id>,
    /// How it went.
    pub outcome: Outcome,
}

impl Answer {
    pub(super) fn new(playground: Playground, interaction: Option<Id>, outcome: Outcome) -> Self {
        Self { playground, interaction, outcome }
    }

    /// The callback type of the first answer.
    #[must_use]
    pub fn kind(&self) -> Option<u64> {
        let state = self.playground.shared.state();
        self.interaction.and_then(|id| state.interactions.get(&id)?.answered)
    }

    /// Whether the bot answered in time.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.outcome == Outcome::Answered
    }

    /// Whether the first answer only said that it would take longer.
    #[must_use]
    pub fn was_deferred(&self) -> bool {
        matches!(self.kind(), Some(callback::DEFERRED_MESSAGE | callback::DEFERRED_UPDATE))
    }

    /// The message of the answer as it stands now; for updates, the message that was clicked.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        let state = self.playground.shared.state();
        let live = state.interactions.get(&self.interaction?)?;
        state.message(live.channel, live.original?).cloned()
    }

    /// Messages that followed the answer.
    #[must_use]
    pub fn followups(&self) -> Vec<Message> {
        let state = self.playground.shared.state();
        let live = self.interaction.and_then(|id| state.interactions.get(&id));
        let ids = live.into_iter().flat_map(|live| live.followups.iter().map(|id| (live.channel, *id)));
        ids.filter_map(|(channel, id)| state.message(channel, id).cloned()).collect()
    }

    /// Everything a person reads in the answer; of a form its title; of a refusal by the client
    /// its reason; empty when there is nothing to read.
    #[must_use]
    pub fn text(&self) -> String {
        if let Outcome::NotSent(reason) = &self.outcome {
            return reason.clone();
        }
        if let Some(form) = self.form() {
            return form.title;
        }
        self.message().map(|message| message.text()).unwrap_or_default()
    }

    /// Whether only the person sees the answer.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.message().is_some_and(|message| message.is_ephemeral())
    }

    /// The buttons of the answer.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        self.message().map(|message| message.buttons()).unwrap_or_default()
    }

    /// The selects of the answer.
    #[must_use]
    pub fn selects(&self) -> Vec<Select> {
        self.message().map(|message| message.selects()).unwrap_or_default()
    }

    /// The form that the answer opened.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        let state = self.playground.shared.state();
        let live = state.interactions.get(&self.interaction?)?;
        let form = live.form.as_ref()?;
        Some(Form::read(form, live.channel, live.source))
    }

    /// The choices that the answer offered: name and value.
    #[must_use]
    pub fn choices(&self) -> Vec<(String, Value)> {
        let state = self.playground.shared.state();
        let live = self.interaction.and_then(|id| state.interactions.get(&id));
        let choices = live.and_then(|live| live.choices.as_ref()).into_iter().flatten();
        choices
            .map(|choice| (choice["name"].as_str().unwrap_or_default().to_owned(), choice["value"].clone()))
            .collect()
    }

    /// Waits until a deferred answer has been filled in (or deleted), at most 15 s. Other answers
    /// come back at once.
    pub async fn finished(self) -> Self {
        let still_thinking = |answer: &Self| answer.message().is_some_and(|message| message.is_loading());
        let playground = self.playground.clone();
        playground.wait_until(PATIENCE, |_| !still_thinking(&self)).await;
        self
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("outcome", &self.outcome)
            .field("kind", &self.kind())
            .field("text", &self.text())
            .finish_non_exhaustive()
    }
}

/// A form that is open in front of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What submitting sends.
    pub custom_id: String,
    /// Its title.
    pub title: String,
    /// Its fields, top to bottom.
    pub fields: Vec<Field>,
    /// Where it was opened.
    pub(super) channel: Id,
    /// The message from which it was opened.
    pub(super) source: Option<Id>,
    /// The components as sent.
    pub(super) components: Vec<Value>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Component type: 4 is a text, 3 and 5 to 8 are selects.
    pub kind: u64,
    /// What it is called when submitted.
    pub custom_id: String,
    /// What it is called on the form.
    pub label: String,
    /// Words under the label.
    pub description: String,
    /// Whether the text has several lines.
    pub paragraph: bool,
    /// The text that stands in it at first.
    pub value: String,
    /// The grey words of an empty field.
    pub placeholder: String,
    /// Whether it must be filled.
    pub required: bool,
    /// Fewest characters.
    pub min_length: u64,
    /// Most characters.
    pub max_length: u64,
    /// Label and value of a select's options.
    pub options: Vec<(String, String)>,
}

impl Form {
    pub(super) fn read(data: &Value, channel: Id, source: Option<Id>) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let components = data["components"].as_array().cloned().unwrap_or_default();
        let mut fields = Vec::new();
        for row in &components {
            let mut inner = Vec::new();
            walk(std::slice::from_ref(row), &mut |part| inner.push(part));
            let field = inner.into_iter().find(|part| !part["custom_id"].is_null());
            let Some(field) = field else { continue };
            let label = if row["type"] == component::LABEL { &row["label"] } else { &field["label"] };
            fields.push(Field {
                kind: field["type"].as_u64().unwrap_or_default(),
                custom_id: text(&field["custom_id"]),
                label: text(label),
                description: text(&row["description"]),
                paragraph: field["style"] == 2,
                value: text(&field["value"]),
                placeholder: text(&field["placeholder"]),
                required: field["required"] != false,
                min_length: field["min_length"].as_u64().unwrap_or(0),
                max_length: field["max_length"].as_u64().unwrap_or(4000),
                options: field["options"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|option| (text(&option["label"]), text(&option["value"])))
                    .collect(),
            });
        }
        Self { custom_id: text(&data["custom_id"]), title: text(&data["title"]), fields, channel, source, components }
    }

    /// The field with this custom id or label.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.custom_id == name || field.label == name)
    }

    /// The `data` of the submission; the error is what the client would tell the person.
    pub(super) fn filled(&self, values: &Value) -> Result<Value, String> {
        let given = values.as_object().cloned().unwrap_or_default();
        if let Some(unknown) = given.keys().find(|name| self.field(name).is_none()) {
            return Err(format!("The form has no field named {unknown}."));
        }
        let mut components = Vec::new();
        for (row, field) in
            self.components.iter().filter(|row| row["type"] != component::TEXT_DISPLAY).zip(&self.fields)
        {
            let value = given.get(&field.custom_id).or_else(|| given.get(&field.label));
            let filled = field.filled(value)?;
            components.push(if row["type"] == component::LABEL {
                json!({"type": component::LABEL, "id": row["id"], "component": filled})
            } else {
                json!({"type": component::ACTION_ROW, "id": row["id"], "components": [filled]})
            });
        }
        super::message::number_components(&mut components);
        Ok(json!({"custom_id": self.custom_id, "components": components}))
    }
}

impl Field {
    fn filled(&self, value: Option<&Value>) -> Result<Value, String> {
        if self.kind != component::TEXT_INPUT {
            let values: Vec<String> = match value {
                Some(Value::Array(values)) => values.iter().map(super::validate::bare).collect(),
                Some(value) => vec![super::validate::bare(value)],
                None => Vec::new(),
            };
            if values.is_empty() && self.required {
                return Err(format!("{} needs a choice.", self.label));
            }
            return Ok(json!({"type": self.kind, "custom_id": self.custom_id, "values": values}));
        }
        let text = value.map_or_else(|| self.value.clone(), super::validate::bare);
        let count = text.chars().count() as u64;
        if count == 0 && self.required {
            return Err(format!("{} must be filled in.", self.label));
        }
        if count > self.max_length || (count > 0 && count < self.min_length) {
            let (least, most) = (self.min_length, self.max_length);
            return Err(format!("{} has {count} characters; {least} to {most} are allowed.", self.label));
        }
        Ok(json!({"type": self.kind, "custom_id": self.custom_id, "value": text}))
    }
}
