//! Modals: forms of one to five fields, in action rows (the first form) or labels.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::super::message::component as kind;
use super::super::refusal::{Faulty, Refusal};
use super::{CUSTOM_ID, list, number, object, text};

/// Characters of a title.
const TITLE: RangeInclusive<usize> = 1..=45;
/// Top-level components.
const ROWS: RangeInclusive<usize> = 1..=5;
/// Characters of a field's label.
const LABEL: RangeInclusive<usize> = 1..=45;
/// Characters of a label's description.
const DESCRIPTION: usize = 100;
/// Characters of a field's placeholder.
const PLACEHOLDER: usize = 100;
/// Longest text of a field.
const VALUE: i64 = 4000;
/// Options of a select.
const OPTIONS: RangeInclusive<usize> = 1..=25;
/// Characters of an option's label, value and description.
const OPTION_TEXT: RangeInclusive<usize> = 1..=100;

/// Checks the `data` of a modal callback.
pub(in super::super) fn check(data: &Value) -> Result<(), Refusal> {
    let mut faulty = Faulty::default();
    faulty.at("data", |faulty| {
        if !object(faulty, data) {
            return;
        }
        text(faulty, data, "title", &TITLE, true);
        text(faulty, data, "custom_id", &CUSTOM_ID, true);
        let rows = list(faulty, data, "components", &ROWS);
        let mut ids = BTreeSet::new();
        faulty.at("components", |faulty| {
            for (index, row) in rows.iter().enumerate() {
                faulty.at(index, |faulty| top_level(faulty, row, &mut ids));
            }
        });
    });
    faulty.verdict()
}

fn top_level<'a>(faulty: &mut Faulty, row: &'a Value, ids: &mut BTreeSet<&'a str>) {
    if !object(faulty, row) {
        return;
    }
    match row["type"].as_u64() {
        Some(kind::ACTION_ROW) => {
            let children = list(faulty, row, "components", &(1..=1));
            faulty.at("components", |faulty| {
                for (index, child) in children.iter().enumerate() {
                    faulty.at(index, |faulty| {
                        if child["type"] == kind::TEXT_INPUT {
                            text(faulty, child, "label", &LABEL, true);
                            text_input(faulty, child, ids);
                        } else {
                            wrong_type(faulty, "4");
                        }
                    });
                }
            });
        }
        Some(kind::LABEL) => {
            text(faulty, row, "label", &LABEL, true);
            text(faulty, row, "description", &(0..=DESCRIPTION), false);
            let child = &row["component"];
            faulty.at("component", |faulty| labelled(faulty, child, ids));
        }
        Some(kind::TEXT_DISPLAY) => {
            text(faulty, row, "content", &(1..=4000), true);
        }
        _ => wrong_type(faulty, "1, 10, 18"),
    }
}

fn wrong_type(faulty: &mut Faulty, allowed: &str) {
    faulty.refuse_at("type", "UNION_TYPE_CHOICES", format!("Value of field \"type\" must be one of ({allowed})."));
}

fn labelled<'a>(faulty: &mut Faulty, child: &'a Value, ids: &mut BTreeSet<&'a str>) {
    match child["type"].as_u64() {
        None => faulty.refuse("BASE_TYPE_REQUIRED", "This field is required"),
        Some(kind::TEXT_INPUT) => {
            if !child["label"].is_null() {
                faulty.refuse_at(
                    "label",
                    "COMPONENT_LABEL_NOT_ALLOWED",
                    "A text input in a Label has no label of its own",
                );
            }
            text_input(faulty, child, ids);
        }
        Some(kind::STRING_SELECT | kind::USER_SELECT..=kind::CHANNEL_SELECT) => {
            custom_id(faulty, child, ids);
            let least = number(faulty, child, "min_values", &(0..=25), false);
            number(faulty, child, "max_values", &(1..=25), false);
            if least == Some(0) && child["required"] != false {
                faulty.refuse_at("min_values", "NUMBER_TYPE_MIN", "A required select has at least one value");
            }
            if !child["disabled"].is_null() && child["disabled"] != false {
                faulty.refuse_at("disabled", "COMPONENT_DISABLED_NOT_ALLOWED", "Nothing can be disabled in a modal");
            }
            if child["type"] == kind::STRING_SELECT {
                let options = list(faulty, child, "options", &OPTIONS);
                faulty.at("options", |faulty| {
                    for (index, option) in options.iter().enumerate() {
                        faulty.at(index, |faulty| {
                            text(faulty, option, "label", &OPTION_TEXT, true);
                            text(faulty, option, "value", &OPTION_TEXT, true);
                            text(faulty, option, "description", &(0..=*OPTION_TEXT.end()), false);
                        });
                    }
                });
            }
        }
        _ => wrong_type(faulty, "3, 4, 5, 6, 7, 8"),
    }
}

fn custom_id<'a>(faulty: &mut Faulty, component: &'a Value, ids: &mut BTreeSet<&'a str>) {
    let id = text(faulty, component, "custom_id", &CUSTOM_ID, true);
    if id.is_some_and(|id| !ids.insert(id)) {
        faulty.refuse_at("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

fn text_input<'a>(faulty: &mut Faulty, input: &'a Value, ids: &mut BTreeSet<&'a str>) {
    custom_id(faulty, input, ids);
    number(faulty, input, "style", &(1..=2), true);
    let least = number(faulty, input, "min_length", &(0..=VALUE), false).unwrap_or(0);
    let most = number(faulty, input, "max_length", &(1..=VALUE), false).unwrap_or(VALUE);
    if least > most {
        faulty.refuse_at(
            "max_length",
            "TEXT_INPUT_COMPONENT_MAX_LENGTH_INVALID",
            "max_length cannot be less than min_length",
        );
    }
    text(faulty, input, "placeholder", &(0..=PLACEHOLDER), false);
    let longest = usize::try_from(most).unwrap_or_default();
    let value = text(faulty, input, "value", &(0..=longest), false);
    let shortest = usize::try_from(least).unwrap_or_default();
    if value.is_some_and(|value| !value.is_empty() && value.chars().count() < shortest) {
        faulty.refuse_at("value", "BASE_TYPE_MIN_LENGTH", format!("Must be {shortest} or more in length."));
    }
}
