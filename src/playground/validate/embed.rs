//! Embeds (Discord's message resource, "Embed Limits"); lengths count after trimming.

use serde_json::Value;

use super::super::refusal::Faulty;
use super::{address, list, number, object, text};

/// Embeds in a message.
pub(in super::super) const EMBEDS: usize = 10;
/// Characters of a title.
const TITLE: usize = 256;
/// Characters of a description.
const DESCRIPTION: usize = 4096;
/// Fields of an embed.
const FIELDS: usize = 25;
/// Characters of a field's name.
const FIELD_NAME: usize = 256;
/// Characters of a field's value.
const FIELD_VALUE: usize = 1024;
/// Characters of a footer.
const FOOTER: usize = 2048;
/// Characters of an author's name.
const AUTHOR: usize = 256;
/// Characters of title, description, fields, footer and author of all embeds of a message together.
const TOGETHER: usize = 6000;
/// Characters of an address.
const ADDRESS: usize = 2048;
/// Greatest colour.
const COLOUR: i64 = 0xff_ff_ff;

/// Checks `body.embeds` and answers how many there are.
pub(super) fn check(faulty: &mut Faulty, body: &Value) -> usize {
    let embeds = list(faulty, body, "embeds", &(0..=EMBEDS));
    let mut together = 0;
    faulty.at("embeds", |faulty| {
        for (index, embed) in embeds.iter().enumerate() {
            faulty.at(index, |faulty| {
                if object(faulty, embed) {
                    together += check_one(faulty, embed);
                }
            });
        }
        if together > TOGETHER {
            faulty.refuse("MAX_EMBED_SIZE_EXCEEDED", format!("Embed size exceeds maximum size of {TOGETHER}"));
        }
    });
    embeds.len()
}

/// Checks one embed and answers its size in characters.
fn check_one(faulty: &mut Faulty, embed: &Value) -> usize {
    let mut size = 0;
    let mut count = |words: Option<&str>| size += words.map_or(0, |words| words.trim().chars().count());
    count(text(faulty, embed, "title", &(0..=TITLE), false));
    count(text(faulty, embed, "description", &(0..=DESCRIPTION), false));
    address(faulty, embed, "url", false, ADDRESS);
    number(faulty, embed, "color", &(0..=COLOUR), false);
    if let Some(at) = embed["timestamp"].as_str()
        && chrono::DateTime::parse_from_rfc3339(at).is_err()
    {
        faulty.refuse_at("timestamp", "DATE_TIME_TYPE_PARSE", format!("Could not parse {at}. Should be ISO8601."));
    }
    for (part, key, longest) in [("footer", "text", FOOTER), ("author", "name", AUTHOR)] {
        if embed[part].is_null() {
            continue;
        }
        faulty.at(part, |faulty| {
            if object(faulty, &embed[part]) {
                count(text(faulty, &embed[part], key, &(1..=longest), true));
                address(faulty, &embed[part], "icon_url", true, ADDRESS);
            }
        });
    }
    for part in ["image", "thumbnail"] {
        if embed[part].is_object() {
            faulty.at(part, |faulty| address(faulty, &embed[part], "url", true, ADDRESS));
        }
    }
    let fields = list(faulty, embed, "fields", &(0..=FIELDS));
    faulty.at("fields", |faulty| {
        for (index, field) in fields.iter().enumerate() {
            faulty.at(index, |faulty| {
                if object(faulty, field) {
                    count(text(faulty, field, "name", &(1..=FIELD_NAME), true));
                    count(text(faulty, field, "value", &(1..=FIELD_VALUE), true));
                }
            });
        }
    });
    let visible = ["title", "description", "image", "thumbnail", "author", "footer"];
    let shows_something = !fields.is_empty()
        || visible.iter().any(|key| match &embed[*key] {
            Value::Null => false,
            Value::String(words) => !words.trim().is_empty(),
            _ => true,
        });
    if !shows_something {
        faulty.refuse_at("description", "BASE_TYPE_REQUIRED", "This field is required");
    }
    size
}
