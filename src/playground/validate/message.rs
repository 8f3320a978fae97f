//! Message bodies: of Create and Edit Message, of callbacks and of followups.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::message::flag;
use super::super::refusal::{EMPTY_MESSAGE, Faulty, Refusal, TOO_MANY_ATTACHMENTS};
use super::super::snowflake::id_in;
use super::{bare, component, embed, list, number, object, text};

/// Characters of a bot's content (message resource, "Create Message"; the `OpenAPI` document's 4000
/// is for paying users).
const CONTENT: usize = 2000;
/// Files of a message.
const ATTACHMENTS: usize = 10;
/// Characters of a nonce.
const NONCE: usize = 25;
/// Ids in `allowed_mentions.users` and `.roles`.
const ALLOWED_IDS: usize = 100;

/// Where a body is headed: this decides flags and whether it may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Form {
    /// `POST /channels/{id}/messages`.
    Create,
    /// `PATCH` of any message.
    Edit,
    /// Callback type 4 and followups.
    Answer,
    /// Callback type 7.
    Update,
}

impl Form {
    /// Flags that a body of this form may set.
    fn flags(self) -> u64 {
        match self {
            Self::Create => {
                flag::SUPPRESS_EMBEDS | flag::SUPPRESS_NOTIFICATIONS | flag::IS_COMPONENTS_V2 | flag::IS_VOICE_MESSAGE
            }
            // EPHEMERAL and SUPPRESS_NOTIFICATIONS must be repeated when they were set before.
            Self::Edit | Self::Update => {
                flag::SUPPRESS_EMBEDS | flag::IS_COMPONENTS_V2 | flag::EPHEMERAL | flag::SUPPRESS_NOTIFICATIONS
            }
            Self::Answer => {
                flag::SUPPRESS_EMBEDS
                    | flag::EPHEMERAL
                    | flag::SUPPRESS_NOTIFICATIONS
                    | flag::IS_COMPONENTS_V2
                    | flag::IS_VOICE_MESSAGE
            }
        }
    }
}

/// What the message had before, which an edit is measured against.
#[expect(clippy::struct_excessive_bools, reason = "five parts that are there or not")]
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Before {
    pub(in super::super) v2: bool,
    pub(in super::super) content: bool,
    pub(in super::super) embeds: bool,
    pub(in super::super) components: bool,
    pub(in super::super) attachments: bool,
}

/// Checks a body; `files` are the names of what was uploaded or kept, `under` is where the
/// body lies (`data` in callbacks).
pub(in super::super) fn check(
    body: &Value,
    form: Form,
    before: Before,
    files: &[String],
    under: Option<&str>,
) -> Result<(), Refusal> {
    let mut faulty = Faulty::default();
    let empty = match under {
        Some(key) => faulty.at(key, |faulty| check_at(faulty, body, form, before, files)),
        None => check_at(&mut faulty, body, form, before, files),
    };
    faulty.verdict()?;
    if files.len() > ATTACHMENTS {
        return Err(TOO_MANY_ATTACHMENTS.into());
    }
    if empty { Err(EMPTY_MESSAGE.into()) } else { Ok(()) }
}

/// Answers whether the message would have nothing in it.
fn check_at(faulty: &mut Faulty, body: &Value, form: Form, before: Before, files: &[String]) -> bool {
    if body.is_null() {
        return true;
    }
    if !object(faulty, body) {
        return false;
    }
    let flags = number(faulty, body, "flags", &(0..=i64::MAX), false).unwrap_or_default().unsigned_abs();
    let foreign = flags & !form.flags();
    if foreign != 0 {
        faulty.refuse_at("flags", "MESSAGE_FLAGS_INVALID", format!("These flags cannot be set here: {foreign}"));
    }
    let v2 = flags & flag::IS_COMPONENTS_V2 != 0 || before.v2;
    let content = text(faulty, body, "content", &(0..=CONTENT), false);
    let embeds = embed::check(faulty, body);
    let components = component::check(faulty, body, v2, files);
    let stays = |key: &str, now: bool, before: bool| if body.get(key).is_some() { now } else { before };
    let has_content = stays("content", content.is_some_and(|words| !words.trim().is_empty()), before.content);
    let has_embeds = stays("embeds", embeds > 0, before.embeds);
    let has_components = stays("components", components > 0, before.components);
    if v2 {
        for (key, present) in [("content", has_content), ("embeds", has_embeds), ("poll", !body["poll"].is_null())] {
            if present {
                let message = format!("The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
                faulty.refuse_at(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
            }
        }
    }
    allowed_mentions(faulty, body);
    nonce(faulty, body);
    attachments(faulty, body);
    let has_files = !files.is_empty() || stays("attachments", false, before.attachments);
    let has_stickers = body["sticker_ids"].as_array().is_some_and(|ids| !ids.is_empty());
    let has_something = has_content || has_embeds || has_files || has_stickers || !body["poll"].is_null();
    if v2 { !has_components } else { !has_something && !has_components }
}

fn allowed_mentions(faulty: &mut Faulty, body: &Value) {
    const WORDS: [&str; 3] = ["users", "roles", "everyone"];
    let allowed = &body["allowed_mentions"];
    if allowed.is_null() {
        return;
    }
    faulty.at("allowed_mentions", |faulty| {
        if !object(faulty, allowed) {
            return;
        }
        let parse = list(faulty, allowed, "parse", &(0..=WORDS.len()));
        faulty.at("parse", |faulty| {
            for (index, word) in parse.iter().enumerate() {
                if !WORDS.iter().any(|known| word == known) {
                    let message = format!("Value must be one of {{'{}'}}.", WORDS.join("', '"));
                    faulty.refuse_at(index, "BASE_TYPE_CHOICES", message);
                }
            }
        });
        for key in ["users", "roles"] {
            let ids = list(faulty, allowed, key, &(0..=ALLOWED_IDS));
            faulty.at(key, |faulty| {
                let mut seen = BTreeSet::new();
                for (index, id) in ids.iter().enumerate() {
                    match id_in(id) {
                        None => faulty.refuse_at(
                            index,
                            "NUMBER_TYPE_COERCE",
                            format!("Value \"{}\" is not snowflake.", bare(id)),
                        ),
                        Some(id) if !seen.insert(id) => {
                            faulty.refuse("SET_TYPE_CONTAINS_DUPLICATES", "The set contains duplicates.");
                        }
                        Some(_) => {}
                    }
                }
            });
            if !ids.is_empty() && parse.iter().any(|word| word == key) {
                let message = format!("parse:[\"{key}\"] and {key}: [ids...] are mutually exclusive.");
                faulty.refuse("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
            }
        }
    });
}

fn nonce(faulty: &mut Faulty, body: &Value) {
    match &body["nonce"] {
        Value::Null => {}
        Value::String(nonce) if nonce.chars().count() <= NONCE => {}
        Value::Number(number) if number.is_i64() || number.is_u64() => {}
        Value::String(_) => {
            faulty.refuse_at("nonce", "NONCE_TYPE_TOO_LONG", format!("Nonce must be {NONCE} or fewer in length."));
        }
        _ => faulty.refuse_at("nonce", "NONCE_TYPE_INVALID", "A nonce is a string or a whole number."),
    }
}

fn attachments(faulty: &mut Faulty, body: &Value) {
    let listed = list(faulty, body, "attachments", &(0..=ATTACHMENTS));
    faulty.at("attachments", |faulty| {
        for (index, attachment) in listed.iter().enumerate() {
            if id_in(&attachment["id"]).is_none() {
                faulty.at(index, |faulty| faulty.refuse_at("id", "BASE_TYPE_REQUIRED", "This field is required"));
            }
        }
    });
}
