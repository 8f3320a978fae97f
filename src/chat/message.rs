//! The one builder of everything that wardroom says: it keeps Discord's limits, pings only whom it is told to,
//! and always sends `allowed_mentions` (a bot's message without it pings whatever its text names).
//!
//! Texts that are given to it are markdown already: what people wrote went through [`super::text::escape`] first.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::file::{self, File};
use super::limits;
use super::text::clip;
use crate::snowflake::{MessageId, RoleId, UserId};

/// Only the person who acted sees it (message flag 1<<6).
const EPHEMERAL: u64 = 1 << 6;
/// The message is made of components alone (message flag 1<<15).
const COMPONENTS_V2: u64 = 1 << 15;

/// A message: lines of text with buttons, or a card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Markdown.
    content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<Card>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Row>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pings: Vec<Ping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<MessageId>,
    /// Not stored with the message: their bytes are many, and have a table of their own.
    #[serde(skip)]
    files: Vec<File>,
}

/// A framed message of texts, lines and buttons (Components V2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The colour of the frame, 0xRRGGBB.
    pub colour: u32,
    /// What stands in it, from the top.
    pub blocks: Vec<Block>,
}

/// A part of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// Markdown.
    Text(String),
    /// A thin line.
    Line,
    /// Buttons or a select.
    Row(Row),
}

/// A row of controls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Row {
    /// Up to five buttons.
    Buttons(Vec<Button>),
    /// One choice among up to 25.
    Select(Select),
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says: plain text.
    pub label: String,
    /// What it does, and to which record.
    pub custom_id: String,
    /// How it looks.
    pub look: Look,
}

/// How a button looks, by Discord's names for the styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// The one that is usually wanted next.
    Primary,
    /// Any other.
    Secondary,
    /// It ends something well.
    Success,
    /// It cannot be taken back.
    Danger,
}

impl Button {
    /// A plain button.
    pub fn new(label: &str, custom_id: impl Into<String>, look: Look) -> Self {
        Self { label: label.to_owned(), custom_id: custom_id.into(), look }
    }

    fn payload(&self) -> Value {
        let style = match self.look {
            Look::Primary => 1,
            Look::Secondary => 2,
            Look::Success => 3,
            Look::Danger => 4,
        };
        json!({
            "type": 2,
            "style": style,
            "label": clip(&self.label, limits::BUTTON_LABEL),
            "custom_id": self.custom_id,
        })
    }
}

/// A choice among several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// What it sets, and on which record.
    pub custom_id: String,
    /// What is asked.
    pub placeholder: String,
    /// What can be chosen; those past the 25th are left out.
    pub options: Vec<SelectOption>,
}

/// One thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectOption {
    /// What the person reads.
    pub label: String,
    /// What is sent back.
    pub value: String,
    /// A second, quieter line.
    pub description: Option<String>,
}

impl Select {
    fn payload(&self) -> Value {
        let options: Vec<Value> = self
            .options
            .iter()
            .take(limits::CHOICES)
            .map(|option| {
                let mut json = json!({"label": clip(&option.label, limits::CHOICE), "value": option.value});
                if let Some(description) = &option.description {
                    json["description"] = clip(description, limits::CHOICE).into();
                }
                json
            })
            .collect();
        json!({
            "type": 3,
            "custom_id": self.custom_id,
            "placeholder": clip(&self.placeholder, limits::PLACEHOLDER),
            "options": options,
        })
    }
}

impl Row {
    fn payload(&self) -> Value {
        let components: Vec<Value> = match self {
            Self::Buttons(buttons) => buttons.iter().take(limits::ROW_BUTTONS).map(Button::payload).collect(),
            Self::Select(select) => vec![select.payload()],
        };
        json!({"type": 1, "components": components})
    }

    /// Components it counts for: itself and what it holds.
    fn size(&self) -> usize {
        match self {
            Self::Buttons(buttons) => 1 + buttons.len().min(limits::ROW_BUTTONS),
            Self::Select(_) => 2,
        }
    }
}

/// Whom a message calls. Nothing else ever pings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ping {
    /// Everyone who holds a role.
    Role(RoleId),
    /// One person.
    User(UserId),
}

impl std::fmt::Display for Ping {
    /// The mention, as it stands in the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Role(role) => write!(f, "<@&{role}>"),
            Self::User(user) => write!(f, "<@{user}>"),
        }
    }
}

impl Message {
    /// A message that says `content`.
    pub fn say(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// A message that is a card.
    pub fn card(card: Card) -> Self {
        Self { card: Some(card), ..Self::default() }
    }

    /// The same message with a row of buttons below.
    #[must_use]
    pub fn buttons(mut self, buttons: impl AsRef<[Button]>) -> Self {
        for row in buttons.as_ref().chunks(limits::ROW_BUTTONS) {
            self.rows.push(Row::Buttons(row.to_vec()));
        }
        self
    }

    /// The same message with a select below.
    #[must_use]
    pub fn select(mut self, select: Select) -> Self {
        self.rows.push(Row::Select(select));
        self
    }

    /// The same message, calling `ping`. The mention has to stand in the text as well.
    #[must_use]
    pub fn ping(mut self, ping: Ping) -> Self {
        self.pings.push(ping);
        self
    }

    /// The same message as a reply to `message`, whose author is not pinged.
    #[must_use]
    pub fn in_reply_to(mut self, message: MessageId) -> Self {
        self.reply_to = Some(message);
        self
    }

    /// The same message with `words` before its text.
    #[must_use]
    pub fn preceded_by(mut self, words: &str) -> Self {
        self.content = format!("{words} {}", self.content);
        self
    }

    /// The same message with a file. One that Discord would not take is left out, and the message says so.
    #[must_use]
    pub fn file(mut self, file: File) -> Self {
        match file::obstacle(&self.files, &file) {
            Some(why) => self.append_text(&format!("-# {why}")),
            None => self.files.push(file::distinct(&self.files, file)),
        }
        self
    }

    /// The files that go along with it.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The same message without its files, for where they cannot go or will not be kept.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        self.files.clear();
        self
    }

    /// One more line of text; on a card it stands above the controls.
    pub fn append_text(&mut self, line: &str) {
        let Some(card) = &mut self.card else {
            self.content = format!("{}\n{line}", self.content);
            return;
        };
        let at = card.blocks.iter().rposition(|block| matches!(block, Block::Text(_))).map_or(0, |last| last + 1);
        card.blocks.insert(at, Block::Text(line.to_owned()));
    }

    /// The text, as markdown; a card's texts one after another.
    pub fn text(&self) -> String {
        match &self.card {
            None => self.content.clone(),
            Some(card) => {
                let texts: Vec<&str> = card
                    .blocks
                    .iter()
                    .filter_map(|block| match block {
                        Block::Text(text) => Some(text.as_str()),
                        Block::Line | Block::Row(_) => None,
                    })
                    .collect();
                texts.join("\n")
            }
        }
    }

    /// The body of Create Message and Edit Message. An edit takes the same body: every field that could linger is named, apart from the
    /// files of a message without any, so that an edit takes no file away.
    pub fn payload(&self) -> Value {
        Value::Object(self.body(0))
    }

    /// The body for an interaction: seen only by the person.
    pub fn private_payload(&self) -> Value {
        Value::Object(self.body(EPHEMERAL))
    }

    fn body(&self, flags: u64) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("allowed_mentions".into(), self.allowed_mentions());
        let mut flags = flags;
        if let Some(card) = &self.card {
            flags |= COMPONENTS_V2;
            body.insert("components".into(), card.payload(&self.rows, &self.files));
        } else {
            body.insert("content".into(), clip(&self.content, limits::CONTENT).into());
            body.insert("components".into(), self.rows.iter().take(limits::ROWS).map(Row::payload).collect());
        }
        if flags != 0 {
            body.insert("flags".into(), flags.into());
        }
        if !self.files.is_empty() {
            body.insert("attachments".into(), file::attachments(&self.files));
        }
        if let Some(message) = self.reply_to {
            body.insert("message_reference".into(), json!({"message_id": message, "fail_if_not_exists": false}));
        }
        body
    }

    fn allowed_mentions(&self) -> Value {
        let mut users: Vec<UserId> = Vec::new();
        let mut roles: Vec<RoleId> = Vec::new();
        for ping in &self.pings {
            match ping {
                Ping::User(user) if users.len() < limits::PINGS => users.push(*user),
                Ping::Role(role) if roles.len() < limits::PINGS => roles.push(*role),
                Ping::User(_) | Ping::Role(_) => {}
            }
        }
        json!({"parse": [], "users": users, "roles": roles, "replied_user": false})
    }
}

impl Card {
    /// The container. Texts share Discord's limit fairly from the top; controls and files are never dropped for text. A file that no
    /// component shows would not be seen at all.
    fn payload(&self, below: &[Row], files: &[File]) -> Value {
        let controls: usize = self
            .blocks
            .iter()
            .filter_map(|block| if let Block::Row(row) = block { Some(row) } else { None })
            .chain(below)
            .map(Row::size)
            .sum();
        let mut room_for_parts = limits::CARD_COMPONENTS.saturating_sub(1 + controls + files.len());
        let mut room_for_text = limits::CARD_TEXT;
        let mut components: Vec<Value> = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Row(row) => components.push(row.payload()),
                Block::Line if room_for_parts > 0 => {
                    room_for_parts -= 1;
                    components.push(json!({"type": 14, "divider": true, "spacing": 1}));
                }
                Block::Text(text) if room_for_parts > 0 && room_for_text > 1 && !text.is_empty() => {
                    room_for_parts -= 1;
                    let shown = clip(text, room_for_text);
                    room_for_text = room_for_text.saturating_sub(shown.chars().count());
                    components.push(json!({"type": 10, "content": shown}));
                }
                Block::Line | Block::Text(_) => {}
            }
        }
        let shown = |file: &File| json!({"type": 13, "file": {"url": format!("attachment://{}", file.name)}});
        components.extend(files.iter().map(shown));
        components.extend(below.iter().map(Row::payload));
        json!([{"type": 17, "accent_color": self.colour, "components": components}])
    }
}

/// A form of up to five text fields (the only kind of field that serenity 0.12.5 can read back).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What it does, and to which record.
    pub custom_id: String,
    /// Its heading.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name under which its text comes back.
    pub name: String,
    /// What it asks.
    pub label: String,
    /// An example, shown while it is empty.
    pub placeholder: String,
    /// What stands in it already.
    pub value: String,
    /// Several lines, or one.
    pub long: bool,
    /// Whether it may be left empty.
    pub required: bool,
    /// The most characters that it takes.
    pub longest: usize,
}

impl Form {
    /// The `data` of a callback of type 9.
    pub fn payload(&self) -> Value {
        let rows: Vec<Value> = self
            .fields
            .iter()
            .take(limits::FORM_FIELDS)
            .map(|field| {
                let mut input = json!({
                    "type": 4,
                    "custom_id": field.name,
                    "style": if field.long { 2 } else { 1 },
                    "label": clip(&field.label, limits::FIELD_LABEL),
                    "required": field.required,
                    "max_length": field.longest.min(limits::FIELD_VALUE),
                });
                if !field.placeholder.is_empty() {
                    input["placeholder"] = clip(&field.placeholder, limits::FIELD_PLACEHOLDER).into();
                }
                if !field.value.is_empty() {
                    input["value"] = clip(&field.value, field.longest.min(limits::FIELD_VALUE)).into();
                }
                json!({"type": 1, "components": [input]})
            })
            .collect();
        json!({"custom_id": self.custom_id, "title": clip(&self.title, limits::FORM_TITLE), "components": rows})
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
