//! The rules for payloads. Each check notes everything that is wrong, under Discord's own paths.

pub(super) mod command;
pub(super) mod component;
pub(super) mod embed;
pub(super) mod files;
pub(super) mod message;
pub(super) mod modal;

use std::ops::RangeInclusive;

use serde_json::Value;

use super::refusal::Faulty;

/// Longest custom id (component reference, "Custom ID").
pub(super) const CUSTOM_ID: RangeInclusive<usize> = 1..=100;

/// A text field, absent or null when it is optional, measured in characters.
pub(super) fn text<'a>(
    faulty: &mut Faulty,
    body: &'a Value,
    key: &str,
    length: &RangeInclusive<usize>,
    required: bool,
) -> Option<&'a str> {
    faulty.at(key, |faulty| match &body[key] {
        Value::Null if required => {
            faulty.refuse("BASE_TYPE_REQUIRED", "This field is required");
            None
        }
        Value::Null => None,
        Value::String(text) => {
            measure(faulty, text.trim(), length);
            Some(text.as_str())
        }
        _ => {
            faulty.refuse("STRING_TYPE_CONVERT", "Could not interpret the value as string.");
            None
        }
    })
}

/// Notes a text outside `length`.
pub(super) fn measure(faulty: &mut Faulty, text: &str, length: &RangeInclusive<usize>) {
    let count = text.chars().count();
    if length.contains(&count) {
        return;
    }
    let (least, most) = (length.start(), length.end());
    if count == 0 {
        faulty.refuse("BASE_TYPE_REQUIRED", "This field is required");
    } else if *least <= 1 && count > *most && *least == 0 {
        faulty.refuse("BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
    } else {
        faulty.refuse("BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."));
    }
}

/// A whole number, absent or null when it is optional.
pub(super) fn number(
    faulty: &mut Faulty,
    body: &Value,
    key: &str,
    range: &RangeInclusive<i64>,
    required: bool,
) -> Option<i64> {
    faulty.at(key, |faulty| match &body[key] {
        Value::Null if required => {
            faulty.refuse("BASE_TYPE_REQUIRED", "This field is required");
            None
        }
        Value::Null => None,
        value => {
            let read = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            match read {
                None => {
                    faulty.refuse("NUMBER_TYPE_COERCE", format!("Value \"{}\" is not int.", bare(value)));
                    None
                }
                Some(number) if number < *range.start() => {
                    let least = range.start();
                    faulty.refuse("NUMBER_TYPE_MIN", format!("int value should be greater than or equal to {least}."));
                    None
                }
                Some(number) if number > *range.end() => {
                    let most = range.end();
                    faulty.refuse("NUMBER_TYPE_MAX", format!("int value should be less than or equal to {most}."));
                    None
                }
                Some(number) => Some(number),
            }
        }
    })
}

/// A boolean, absent or null when it is optional.
pub(super) fn boolean(faulty: &mut Faulty, body: &Value, key: &str) -> Option<bool> {
    match &body[key] {
        Value::Null => None,
        Value::Bool(value) => Some(*value),
        _ => {
            faulty.refuse_at(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.");
            None
        }
    }
}

/// A list of bounded length; empty when absent.
pub(super) fn list<'a>(faulty: &mut Faulty, body: &'a Value, key: &str, length: &RangeInclusive<usize>) -> &'a [Value] {
    faulty.at(key, |faulty| match &body[key] {
        Value::Null if *length.start() == 0 => &[][..],
        Value::Null => {
            faulty.refuse("BASE_TYPE_REQUIRED", "This field is required");
            &[]
        }
        Value::Array(items) => {
            let (least, most) = (length.start(), length.end());
            if items.len() > *most && *least == 0 {
                faulty.refuse("BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
            } else if !length.contains(&items.len()) {
                faulty.refuse("BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."));
            }
            items
        }
        _ => {
            faulty.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
            &[]
        }
    })
}

/// Whether the value is an object; notes it otherwise.
pub(super) fn object(faulty: &mut Faulty, value: &Value) -> bool {
    if !value.is_object() {
        faulty.refuse("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
    }
    value.is_object()
}

/// An absolute address of a page, or with `attachment` of an uploaded file.
pub(super) fn address(faulty: &mut Faulty, body: &Value, key: &str, attachment: bool, longest: usize) {
    let Some(url) = text(faulty, body, key, &(0..=longest), false) else { return };
    let schemes: &[&str] =
        if attachment { &["http://", "https://", "attachment://"] } else { &["http://", "https://"] };
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    if rest.is_none() {
        let names = schemes.iter().map(|scheme| format!("'{}'", scheme.trim_end_matches("://")));
        let names = names.collect::<Vec<_>>().join(", ");
        let message = format!("Scheme \"{}\" must be one of ({names}).", url.split(':').next().unwrap_or_default());
        faulty.refuse_at(key, "URL_TYPE_INVALID_SCHEME", message);
    } else if rest.is_none_or(str::is_empty) || url.contains(char::is_whitespace) {
        faulty.refuse_at(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
    }
}

/// The value as it would be read aloud: strings without quotes.
pub(super) fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}
