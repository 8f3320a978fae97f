//! Message components, the first kind and "Components V2" (Discord's component reference).

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::super::message::component as kind;
use super::super::refusal::Faulty;
use super::super::snowflake::id_in;
use super::{CUSTOM_ID, address, bare, list, number, object, text};

/// Components of a V2 message, nested ones counted.
const V2_COMPONENTS: usize = 40;
/// Characters of all text displays together (discord-api-docs pull request 8562).
const V2_TEXT: usize = 4000;
/// Action rows of a message of the first kind.
const ROWS: usize = 5;
/// Buttons in an action row.
const BUTTONS: usize = 5;
/// Characters of a button's label.
const BUTTON_LABEL: usize = 80;
/// Characters of a link button's address.
const BUTTON_URL: usize = 512;
/// Options of a select.
const OPTIONS: usize = 25;
/// Characters of an option's label, value and description.
const OPTION_TEXT: usize = 100;
/// Characters of a select's placeholder.
const PLACEHOLDER: usize = 150;
/// Texts in a section.
const SECTION_TEXTS: RangeInclusive<usize> = 1..=3;
/// Pictures in a gallery.
const GALLERY: RangeInclusive<usize> = 1..=10;
/// Characters of a picture's description.
const ALT_TEXT: usize = 1024;
/// Characters of a picture's address.
const MEDIA_URL: usize = 2048;

/// What has been seen on the way through the components.
#[derive(Default)]
struct Seen<'a> {
    custom_ids: BTreeSet<&'a str>,
    ids: BTreeSet<u64>,
    components: usize,
    text: usize,
    files: &'a [String],
}

/// Checks `body.components`. `files` are the names that `attachment://` may name.
/// Answers how many top-level components there are.
pub(super) fn check(faulty: &mut Faulty, body: &Value, v2: bool, files: &[String]) -> usize {
    let most = if v2 { V2_COMPONENTS } else { ROWS };
    let components = list(faulty, body, "components", &(0..=most));
    let mut seen = Seen { files, ..Seen::default() };
    faulty.at("components", |faulty| {
        for (index, component) in components.iter().enumerate() {
            faulty.at(index, |faulty| top_level(faulty, component, v2, &mut seen));
        }
        if v2 && seen.components > V2_COMPONENTS {
            let message = format!("The total number of components cannot exceed {V2_COMPONENTS}");
            faulty.refuse("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message);
        }
        if seen.text > V2_TEXT {
            let message = format!("The total displayable text size cannot exceed {V2_TEXT} characters");
            faulty.refuse("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message);
        }
    });
    components.len()
}

fn top_level<'a>(faulty: &mut Faulty, component: &'a Value, v2: bool, seen: &mut Seen<'a>) {
    if !known(faulty, component, seen) {
        return;
    }
    match component["type"].as_u64() {
        Some(kind::ACTION_ROW) => row(faulty, component, seen),
        Some(kind::CONTAINER) if v2 => container(faulty, component, seen),
        _ if v2 => laid_out(faulty, component, "9, 10, 12, 13, 14, 17", seen),
        _ => wrong_type(faulty, "1"),
    }
}

/// Counts the component and its ids; false when it is no component at all.
fn known<'a>(faulty: &mut Faulty, component: &'a Value, seen: &mut Seen<'a>) -> bool {
    seen.components += 1;
    if !object(faulty, component) {
        return false;
    }
    if let Some(id) = component["id"].as_u64().filter(|id| *id != 0)
        && !seen.ids.insert(id)
    {
        faulty.refuse_at("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated");
    }
    if component["type"].as_u64().is_none() {
        faulty.refuse_at("type", "BASE_TYPE_REQUIRED", "This field is required");
        return false;
    }
    true
}

fn wrong_type(faulty: &mut Faulty, allowed: &str) {
    faulty.refuse_at("type", "UNION_TYPE_CHOICES", format!("Value of field \"type\" must be one of ({allowed})."));
}

fn container<'a>(faulty: &mut Faulty, container: &'a Value, seen: &mut Seen<'a>) {
    number(faulty, container, "accent_color", &(0..=0xff_ff_ff), false);
    // No count of its own: only the forty of the whole message bound a container.
    let children = list(faulty, container, "components", &(1..=V2_COMPONENTS));
    faulty.at("components", |faulty| {
        for (index, child) in children.iter().enumerate() {
            faulty.at(index, |faulty| {
                if !known(faulty, child, seen) {
                    return;
                }
                if child["type"] == kind::ACTION_ROW {
                    row(faulty, child, seen);
                } else {
                    laid_out(faulty, child, "1, 9, 10, 12, 13, 14", seen);
                }
            });
        }
    });
}

/// What may stand in a container or at the top of a V2 message, apart from rows and containers.
fn laid_out<'a>(faulty: &mut Faulty, component: &'a Value, allowed: &str, seen: &mut Seen<'a>) {
    match component["type"].as_u64() {
        Some(kind::TEXT_DISPLAY) => text_display(faulty, component, seen),
        Some(kind::SECTION) => section(faulty, component, seen),
        Some(kind::SEPARATOR) => {
            number(faulty, component, "spacing", &(1..=2), false);
        }
        Some(kind::MEDIA_GALLERY) => {
            let items = list(faulty, component, "items", &GALLERY);
            faulty.at("items", |faulty| {
                for (index, item) in items.iter().enumerate() {
                    faulty.at(index, |faulty| {
                        media(faulty, item, "media", seen);
                        text(faulty, item, "description", &(0..=ALT_TEXT), false);
                    });
                }
            });
        }
        Some(kind::FILE) => {
            media(faulty, component, "file", seen);
            let url = component["file"]["url"].as_str().unwrap_or_default();
            if !url.starts_with("attachment://") {
                faulty.at("file", |faulty| {
                    faulty.refuse_at(
                        "url",
                        "URL_TYPE_INVALID_SCHEME",
                        "A file component takes only attachment:// addresses.",
                    );
                });
            }
        }
        _ => wrong_type(faulty, allowed),
    }
}

fn text_display<'a>(faulty: &mut Faulty, component: &'a Value, seen: &mut Seen<'a>) {
    let words = text(faulty, component, "content", &(1..=V2_TEXT), true);
    seen.text += words.map_or(0, |words| words.chars().count());
}

fn section<'a>(faulty: &mut Faulty, section: &'a Value, seen: &mut Seen<'a>) {
    let children = list(faulty, section, "components", &SECTION_TEXTS);
    faulty.at("components", |faulty| {
        for (index, child) in children.iter().enumerate() {
            faulty.at(index, |faulty| {
                if !known(faulty, child, seen) {
                    return;
                }
                if child["type"] == kind::TEXT_DISPLAY {
                    text_display(faulty, child, seen);
                } else {
                    wrong_type(faulty, "10");
                }
            });
        }
    });
    let accessory = &section["accessory"];
    faulty.at("accessory", |faulty| {
        if accessory.is_null() {
            faulty.refuse("BASE_TYPE_REQUIRED", "This field is required");
        } else if known(faulty, accessory, seen) {
            match accessory["type"].as_u64() {
                Some(kind::BUTTON) => button(faulty, accessory, seen),
                Some(kind::THUMBNAIL) => {
                    media(faulty, accessory, "media", seen);
                    text(faulty, accessory, "description", &(0..=ALT_TEXT), false);
                }
                _ => wrong_type(faulty, "2, 11"),
            }
        }
    });
}

fn media(faulty: &mut Faulty, component: &Value, key: &str, seen: &Seen) {
    faulty.at(key, |faulty| {
        let media = &component[key];
        if media["url"].is_null() {
            faulty.refuse_at("url", "BASE_TYPE_REQUIRED", "This field is required");
            return;
        }
        address(faulty, media, "url", true, MEDIA_URL);
        let file = media["url"].as_str().and_then(|url| url.strip_prefix("attachment://"));
        if file.is_some_and(|file| !seen.files.iter().any(|known| known == file)) {
            faulty.refuse_at(
                "url",
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                "The referenced attachment was not found",
            );
        }
    });
}

fn row<'a>(faulty: &mut Faulty, row: &'a Value, seen: &mut Seen<'a>) {
    let children = list(faulty, row, "components", &(1..=BUTTONS));
    let mut width = 0;
    faulty.at("components", |faulty| {
        for (index, child) in children.iter().enumerate() {
            faulty.at(index, |faulty| {
                if !known(faulty, child, seen) {
                    return;
                }
                match child["type"].as_u64() {
                    Some(kind::BUTTON) => {
                        width += 1;
                        button(faulty, child, seen);
                    }
                    Some(kind::STRING_SELECT | kind::USER_SELECT..=kind::CHANNEL_SELECT) => {
                        width += BUTTONS;
                        select(faulty, child, seen);
                    }
                    _ => wrong_type(faulty, "2, 3, 5, 6, 7, 8"),
                }
                if width > BUTTONS {
                    faulty
                        .refuse("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width");
                }
            });
        }
    });
}

fn button<'a>(faulty: &mut Faulty, button: &'a Value, seen: &mut Seen<'a>) {
    /// Styles 1 to 4 send a click, 5 leads somewhere, 6 sells something.
    const LINK: i64 = 5;
    const PREMIUM: i64 = 6;
    let label = text(faulty, button, "label", &(0..=BUTTON_LABEL), false);
    let Some(style) = number(faulty, button, "style", &(1..=PREMIUM), true) else { return };
    let has = |key: &str| !button[key].is_null();
    if style == PREMIUM {
        if !has("sku_id") {
            faulty.refuse_at("sku_id", "BASE_TYPE_REQUIRED", "This field is required");
        }
        return;
    }
    if label.is_none_or(|label| label.trim().is_empty()) && !has("emoji") {
        faulty.refuse("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji");
    }
    if style == LINK {
        if has("url") {
            address(faulty, button, "url", false, BUTTON_URL);
        } else {
            faulty.refuse_at("url", "BASE_TYPE_REQUIRED", "This field is required");
        }
        if has("custom_id") {
            let message = "A custom id and url cannot both be specified";
            faulty.refuse("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message);
        }
    } else {
        if has("url") {
            let message = "A url can only be specified on a link button";
            faulty.refuse_at("url", "BUTTON_COMPONENT_INVALID_URL", message);
        }
        custom_id(faulty, button, seen);
    }
}

fn custom_id<'a>(faulty: &mut Faulty, component: &'a Value, seen: &mut Seen<'a>) {
    if let Some(id) = text(faulty, component, "custom_id", &CUSTOM_ID, true)
        && !seen.custom_ids.insert(id)
    {
        faulty.refuse_at("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

fn select<'a>(faulty: &mut Faulty, select: &'a Value, seen: &mut Seen<'a>) {
    custom_id(faulty, select, seen);
    text(faulty, select, "placeholder", &(0..=PLACEHOLDER), false);
    let most_values = i64::try_from(OPTIONS).unwrap_or(i64::MAX);
    let least = number(faulty, select, "min_values", &(0..=most_values), false).unwrap_or(1);
    let most = number(faulty, select, "max_values", &(1..=most_values), false).unwrap_or(1);
    if least > most {
        faulty.refuse_at(
            "max_values",
            "COMPONENT_SELECT_MAX_VALUES_INVALID",
            "max_values cannot be less than min_values",
        );
    }
    if select["type"] == kind::STRING_SELECT {
        let options = list(faulty, select, "options", &(1..=OPTIONS));
        faulty.at("options", |faulty| check_options(faulty, options));
        let defaults = options.iter().filter(|option| option["default"] == true).count();
        if i64::try_from(defaults).is_ok_and(|count| count > most) {
            faulty.refuse_at("options", "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More default options than max_values");
        }
        if i64::try_from(options.len()).is_ok_and(|count| count < most) && !select["max_values"].is_null() {
            let message = format!("Must be less than or equal to the number of options ({})", options.len());
            faulty.refuse_at("max_values", "SELECT_COMPONENT_MAX_VALUES_TOO_LARGE", message);
        }
    } else {
        for (index, value) in list(faulty, select, "default_values", &(0..=OPTIONS)).iter().enumerate() {
            if id_in(&value["id"]).is_none() {
                let message = format!("Value \"{}\" is not snowflake.", bare(&value["id"]));
                faulty.at("default_values", |faulty| {
                    faulty.at(index, |faulty| faulty.refuse_at("id", "NUMBER_TYPE_COERCE", message));
                });
            }
        }
    }
}

fn check_options(faulty: &mut Faulty, options: &[Value]) {
    let mut values = BTreeSet::new();
    for (index, option) in options.iter().enumerate() {
        faulty.at(index, |faulty| {
            if !object(faulty, option) {
                return;
            }
            text(faulty, option, "label", &(1..=OPTION_TEXT), true);
            text(faulty, option, "description", &(0..=OPTION_TEXT), false);
            let value = text(faulty, option, "value", &(1..=OPTION_TEXT), true);
            if value.is_some_and(|value| !values.insert(value)) {
                let message = "The specified option value is already used";
                faulty.refuse_at("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
            }
        });
    }
}
