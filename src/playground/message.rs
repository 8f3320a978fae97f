//! Messages, and what can be read from them and clicked in them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Id;

/// Message flags (Discord's message resource, "Message Flags").
pub mod flag {
    /// No embeds for links.
    pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
    /// The message has a thread.
    pub const HAS_THREAD: u64 = 1 << 5;
    /// Only the invoker of the interaction sees it.
    pub const EPHEMERAL: u64 = 1 << 6;
    /// The answer is still being thought about.
    pub const LOADING: u64 = 1 << 7;
    /// A badge but no sound.
    pub const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
    /// A voice message, which the playground does not take.
    pub const IS_VOICE_MESSAGE: u64 = 1 << 13;
    /// Content is made of components only.
    pub const IS_COMPONENTS_V2: u64 = 1 << 15;
}

/// Component types (Discord's component reference).
pub mod component {
    /// Holds buttons or one select.
    pub const ACTION_ROW: u64 = 1;
    /// A button.
    pub const BUTTON: u64 = 2;
    /// A select with own options.
    pub const STRING_SELECT: u64 = 3;
    /// A field of a modal.
    pub const TEXT_INPUT: u64 = 4;
    /// A select of members.
    pub const USER_SELECT: u64 = 5;
    /// A select of roles.
    pub const ROLE_SELECT: u64 = 6;
    /// A select of members and roles.
    pub const MENTIONABLE_SELECT: u64 = 7;
    /// A select of channels.
    pub const CHANNEL_SELECT: u64 = 8;
    /// One to three texts beside an accessory.
    pub const SECTION: u64 = 9;
    /// Markdown.
    pub const TEXT_DISPLAY: u64 = 10;
    /// A small picture beside a section.
    pub const THUMBNAIL: u64 = 11;
    /// Pictures.
    pub const MEDIA_GALLERY: u64 = 12;
    /// An uploaded file.
    pub const FILE: u64 = 13;
    /// A line or a gap.
    pub const SEPARATOR: u64 = 14;
    /// A card around other components.
    pub const CONTAINER: u64 = 17;
    /// A label around one field of a modal.
    pub const LABEL: u64 = 18;
}

/// Who was really notified by a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pinged {
    /// The people, one by one: mentioned themselves, through a role, or through everyone.
    pub users: BTreeSet<Id>,
    /// The roles that were pinged.
    pub roles: BTreeSet<Id>,
    /// Whether `@everyone` or `@here` was pinged.
    pub everyone: bool,
}

impl Pinged {
    /// Whether no one was notified.
    #[must_use]
    pub fn nobody(&self) -> bool {
        self.users.is_empty() && self.roles.is_empty() && !self.everyone
    }
}

/// What the message answers, if it came from an interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The interaction.
    pub interaction: Id,
    /// Its type: 2 command, 3 component, 5 modal.
    pub kind: u8,
    /// Who invoked it.
    pub user: Id,
    /// The command with its subcommands, for type 2.
    pub name: Option<String>,
}

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: Id,
    /// Where it is.
    pub channel: Id,
    /// The server, unless it is a direct message.
    pub guild: Option<Id>,
    /// Who wrote it.
    pub author: Id,
    /// Discord's message type: 0 ordinary, 19 reply, 20 answer to a command, 23 to a message command,
    /// 18 and 21 about threads, 6 about pins.
    pub kind: u8,
    /// Plain content.
    pub content: String,
    /// Embeds as sent.
    pub embeds: Vec<Value>,
    /// Components as sent, with ids filled in.
    pub components: Vec<Value>,
    /// Attachments as Discord describes them.
    pub attachments: Vec<Value>,
    /// Bits of [`flag`].
    pub flags: u64,
    /// When it was made.
    pub timestamp: DateTime<Utc>,
    /// When it was last edited.
    pub edited: Option<DateTime<Utc>>,
    /// The nonce it was made with.
    pub nonce: Option<Value>,
    /// Users whose mention is one (and not only looks like one).
    pub mentions: Vec<Id>,
    /// Roles, likewise.
    pub mention_roles: Vec<Id>,
    /// Everyone, likewise.
    pub mention_everyone: bool,
    /// Who was really notified when it was made.
    pub pinged: Pinged,
    /// The message it replies to: channel and message.
    pub reply_to: Option<(Id, Id)>,
    /// The interaction it answers.
    pub origin: Option<Origin>,
    /// For ephemeral messages: the only one who sees it.
    pub only_for: Option<Id>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Emoji, with who used them.
    pub reactions: Vec<(String, Vec<Id>)>,
}

/// A button as it appears.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// Its words.
    pub label: String,
    /// What a click sends; links have none.
    pub custom_id: Option<String>,
    /// 1 primary, 2 secondary, 3 success, 4 danger, 5 link.
    pub style: u64,
    /// Where a link leads.
    pub url: Option<String>,
    /// Whether it cannot be clicked.
    pub disabled: bool,
}

/// A select as it appears.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// 3 own options, 5 users, 6 roles, 7 both, 8 channels.
    pub kind: u64,
    /// What a choice sends.
    pub custom_id: String,
    /// The grey words before a choice.
    pub placeholder: String,
    /// Label and value of each option, for type 3.
    pub options: Vec<(String, String)>,
    /// Least number of values.
    pub min_values: u64,
    /// Greatest number of values.
    pub max_values: u64,
    /// Whether it cannot be used.
    pub disabled: bool,
}

impl Message {
    /// Whether only one person sees it.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.only_for.is_some()
    }

    /// Whether it is made of components only.
    #[must_use]
    pub fn is_v2(&self) -> bool {
        self.flags & flag::IS_COMPONENTS_V2 != 0
    }

    /// Whether it makes no sound.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.flags & flag::SUPPRESS_NOTIFICATIONS != 0
    }

    /// Whether it is the "thinking" of a deferred answer.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.flags & flag::LOADING != 0
    }

    /// Everything a person reads in it, top to bottom, a line for each piece: content, then embeds
    /// (author, title, description, fields, footer), then the texts of components. Not the words on buttons.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        let mut line = |value: &Value| {
            if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                lines.push(text.to_owned());
            }
        };
        line(&Value::from(self.content.as_str()));
        for embed in &self.embeds {
            line(&embed["author"]["name"]);
            line(&embed["title"]);
            line(&embed["description"]);
            for field in embed["fields"].as_array().into_iter().flatten() {
                line(&field["name"]);
                line(&field["value"]);
            }
            line(&embed["footer"]["text"]);
        }
        walk(&self.components, &mut |component| {
            if component["type"] == component::TEXT_DISPLAY {
                line(&component["content"]);
            }
        });
        lines.join("\n")
    }

    /// All buttons, in order.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        let mut buttons = Vec::new();
        walk(&self.components, &mut |component| {
            if component["type"] == component::BUTTON {
                let words = component["label"].as_str().or_else(|| component["emoji"]["name"].as_str());
                buttons.push(Button {
                    label: words.unwrap_or_default().to_owned(),
                    custom_id: component["custom_id"].as_str().map(Into::into),
                    style: component["style"].as_u64().unwrap_or_default(),
                    url: component["url"].as_str().map(Into::into),
                    disabled: component["disabled"] == true,
                });
            }
        });
        buttons
    }

    /// The button with this label or custom id.
    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button> {
        let buttons = self.buttons();
        let by_label = buttons.iter().find(|button| button.label == name);
        by_label.or_else(|| buttons.iter().find(|button| button.custom_id.as_deref() == Some(name))).cloned()
    }

    /// All selects, in order.
    #[must_use]
    pub fn selects(&self) -> Vec<Select> {
        let mut selects = Vec::new();
        walk(&self.components, &mut |component| {
            let kind = component["type"].as_u64().unwrap_or_default();
            if kind == component::STRING_SELECT || (component::USER_SELECT..=component::CHANNEL_SELECT).contains(&kind)
            {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                selects.push(Select {
                    kind,
                    custom_id: text(&component["custom_id"]),
                    placeholder: text(&component["placeholder"]),
                    options: component["options"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(|option| (text(&option["label"]), text(&option["value"])))
                        .collect(),
                    min_values: component["min_values"].as_u64().unwrap_or(1),
                    max_values: component["max_values"].as_u64().unwrap_or(1),
                    disabled: component["disabled"] == true,
                });
            }
        });
        selects
    }

    /// The select with this custom id or placeholder.
    #[must_use]
    pub fn select(&self, name: &str) -> Option<Select> {
        self.selects().into_iter().find(|select| select.custom_id == name || select.placeholder == name)
    }
}

/// Visits every component, parents first, accessories after their section's texts.
pub(super) fn walk<'a>(components: &'a [Value], visit: &mut dyn FnMut(&'a Value)) {
    for component in components {
        visit(component);
        if let Some(children) = component["components"].as_array() {
            walk(children, visit);
        }
        for key in ["accessory", "component"] {
            if component[key].is_object() {
                walk(std::slice::from_ref(&component[key]), visit);
            }
        }
    }
}

/// Gives each component without an `id` the next free number, as Discord does.
pub(super) fn number_components(components: &mut [Value]) {
    let mut taken = BTreeSet::new();
    walk(components, &mut |component| {
        taken.extend(component["id"].as_u64());
    });
    let mut next = 1;
    number_below(components, &taken, &mut next);
}

fn number_below(components: &mut [Value], taken: &BTreeSet<u64>, next: &mut u64) {
    for component in components {
        if component["id"].as_u64().unwrap_or_default() == 0 {
            while taken.contains(next) {
                *next += 1;
            }
            component["id"] = (*next).into();
            *next += 1;
        }
        if let Some(children) = component.get_mut("components").and_then(Value::as_array_mut) {
            number_below(children, taken, next);
        }
        for key in ["accessory", "component"] {
            if let Some(child) = component.get_mut(key).filter(|child| child.is_object()) {
                number_below(std::slice::from_mut(child), taken, next);
            }
        }
    }
}
