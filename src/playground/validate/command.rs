//! Command definitions and completion choices (Discord's application commands, "Application
//! Command Structure").

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::super::refusal::{Faulty, Refusal};
use super::{boolean, list, number, object, text};

/// Chat commands in one scope.
const CHAT_COMMANDS: usize = 100;
/// User commands in one scope, and message commands (5 until 2026-03-03).
const CONTEXT_COMMANDS: usize = 15;
/// Options of a command or subcommand, subcommands of a group, groups of a command.
const OPTIONS: usize = 25;
/// Choices of an option and of a completion.
const CHOICES: usize = 25;
/// Characters of a description.
const DESCRIPTION: RangeInclusive<usize> = 1..=100;
/// Characters of a choice's name and of its value.
const CHOICE: RangeInclusive<usize> = 1..=100;
/// Characters of names, descriptions and values of a whole command.
const TOGETHER: usize = 8000;
/// Bounds of `min_length` and `max_length`.
const LENGTH: i64 = 6000;
/// Whole numbers that survive `JavaScript`.
const SAFE_INTEGER: RangeInclusive<i64> = -(1 << 53)..=1 << 53;

/// Option types.
pub(in super::super) mod option {
    pub const SUBCOMMAND: u64 = 1;
    pub const GROUP: u64 = 2;
    pub const STRING: u64 = 3;
    pub const INTEGER: u64 = 4;
    pub const BOOLEAN: u64 = 5;
    pub const USER: u64 = 6;
    pub const CHANNEL: u64 = 7;
    pub const ROLE: u64 = 8;
    pub const MENTIONABLE: u64 = 9;
    pub const NUMBER: u64 = 10;
    pub const ATTACHMENT: u64 = 11;
}

/// Command types.
pub(in super::super) mod kind {
    pub const CHAT: u64 = 1;
    pub const USER: u64 = 2;
    pub const MESSAGE: u64 = 3;
}

/// Names of chat commands and options; the documentation's expression.
static CHAT_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$").expect("the expression is well formed")
});

/// Checks a bulk overwrite: a list of definitions.
pub(in super::super) fn check_all(body: &Value) -> Result<&[Value], Refusal> {
    let mut faulty = Faulty::default();
    let Some(commands) = body.as_array() else {
        faulty.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        return faulty.verdict().map(|()| &[][..]);
    };
    let mut names = BTreeSet::new();
    for (index, command) in commands.iter().enumerate() {
        faulty.at(index, |faulty| {
            if check_at(faulty, command) && !names.insert((type_of(command), command["name"].as_str())) {
                let message = "Application command names must be unique";
                faulty.refuse_at("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
            }
        });
    }
    for (kind, most) in [(kind::CHAT, CHAT_COMMANDS), (kind::USER, CONTEXT_COMMANDS), (kind::MESSAGE, CONTEXT_COMMANDS)]
    {
        let count = commands.iter().filter(|command| type_of(command) == kind).count();
        if count > most {
            let message = format!("Maximum number of commands of type {kind} reached ({most})");
            faulty.refuse("APPLICATION_COMMANDS_TOO_MANY", message);
        }
    }
    faulty.verdict()?;
    Ok(commands)
}

/// Checks one definition.
pub(in super::super) fn check(command: &Value) -> Result<(), Refusal> {
    let mut faulty = Faulty::default();
    check_at(&mut faulty, command);
    faulty.verdict()
}

/// The type of a definition, 1 when it is not said.
pub(in super::super) fn type_of(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(kind::CHAT)
}

fn check_at(faulty: &mut Faulty, command: &Value) -> bool {
    if !object(faulty, command) {
        return false;
    }
    match type_of(command) {
        kind::CHAT => {
            name(faulty, command);
            text(faulty, command, "description", &DESCRIPTION, true);
            options(faulty, command, 0);
        }
        kind::USER | kind::MESSAGE => {
            // Mixed case and spaces are allowed here.
            text(faulty, command, "name", &(1..=32), true);
            if command["description"].as_str().is_some_and(|words| !words.is_empty()) {
                let message = "Context menu commands cannot have description";
                faulty.refuse_at("description", "APPLICATION_COMMAND_INVALID_DESCRIPTION", message);
            }
            if command["options"].as_array().is_some_and(|options| !options.is_empty()) {
                let message = "Context menu commands cannot have options";
                faulty.refuse_at("options", "APPLICATION_COMMAND_INVALID_OPTIONS", message);
            }
        }
        _ => faulty.refuse_at("type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}."),
    }
    integers_within(faulty, command, "contexts", 2);
    integers_within(faulty, command, "integration_types", 1);
    match &command["default_member_permissions"] {
        Value::Null => {}
        Value::String(bits) if bits.parse::<u64>().is_ok() => {}
        Value::Number(bits) if bits.is_u64() => {}
        _ => faulty.refuse_at("default_member_permissions", "NUMBER_TYPE_COERCE", "The bits are not a whole number."),
    }
    let size = size_of(command);
    if size > TOGETHER {
        let message = format!("Command exceeds maximum size ({TOGETHER})");
        faulty.refuse("APPLICATION_COMMAND_TOO_LARGE", message);
    }
    true
}

fn integers_within(faulty: &mut Faulty, command: &Value, key: &str, greatest: u64) {
    for (index, value) in list(faulty, command, key, &(0..=3)).iter().enumerate() {
        if value.as_u64().is_none_or(|value| value > greatest) {
            let message = format!("Value must be a whole number from 0 to {greatest}.");
            faulty.at(key, |faulty| faulty.refuse_at(index, "BASE_TYPE_CHOICES", message));
        }
    }
}

fn name(faulty: &mut Faulty, command: &Value) {
    let Some(name) = text(faulty, command, "name", &(1..=32), true) else { return };
    if !CHAT_NAME.is_match(name) || name.to_lowercase() != name {
        faulty.refuse_at("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
}

/// Checks the options at `depth` (0 command, 1 group or subcommand, 2 subcommand in a group).
fn options(faulty: &mut Faulty, holder: &Value, depth: usize) {
    let options = list(faulty, holder, "options", &(0..=OPTIONS));
    let subcommands = options.iter().filter(|option| is_sub(option)).count();
    faulty.at("options", |faulty| {
        if subcommands != 0 && subcommands != options.len() {
            let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
            faulty.refuse("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
        }
        let mut names = BTreeSet::new();
        let mut optional_seen = false;
        for (index, option) in options.iter().enumerate() {
            faulty.at(index, |faulty| {
                if !object(faulty, option) {
                    return;
                }
                name(faulty, option);
                if !names.insert(option["name"].as_str()) {
                    let message = "Option names must be unique within a command";
                    faulty.refuse_at("name", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", message);
                }
                text(faulty, option, "description", &DESCRIPTION, true);
                let required = boolean(faulty, option, "required").unwrap_or(false);
                if required && optional_seen {
                    let message = "Required options must be placed before non-required options";
                    faulty.refuse("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
                }
                optional_seen |= !required;
                one_option(faulty, option, depth);
            });
        }
    });
}

fn is_sub(option: &Value) -> bool {
    matches!(option["type"].as_u64(), Some(option::SUBCOMMAND | option::GROUP))
}

fn one_option(faulty: &mut Faulty, option: &Value, depth: usize) {
    match option["type"].as_u64() {
        None => faulty.refuse_at("type", "BASE_TYPE_REQUIRED", "This field is required"),
        Some(option::SUBCOMMAND) if depth < 2 => {
            if option["options"].as_array().is_some_and(|options| options.iter().any(is_sub)) {
                let message = "A subcommand holds no subcommands";
                faulty.refuse_at("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
            }
            options(faulty, option, 2);
        }
        Some(option::GROUP) if depth == 0 => {
            let children = list(faulty, option, "options", &(1..=OPTIONS));
            if !children.iter().all(|child| child["type"] == option::SUBCOMMAND) {
                let message = "A group holds subcommands only";
                faulty.refuse_at("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
            }
            options(faulty, option, 1);
        }
        Some(option::SUBCOMMAND | option::GROUP) => {
            let message = "Sub-commands nest as command, group, sub-command only";
            faulty.refuse_at("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
        }
        Some(option::STRING..=option::ATTACHMENT) => value_option(faulty, option),
        Some(_) => faulty.refuse_at("type", "BASE_TYPE_CHOICES", "Value must be from 1 to 11."),
    }
}

fn value_option(faulty: &mut Faulty, option: &Value) {
    let kind = option["type"].as_u64().unwrap_or_default();
    let completes = boolean(faulty, option, "autocomplete").unwrap_or(false);
    let takes_choices = matches!(kind, option::STRING | option::INTEGER | option::NUMBER);
    let choices = option["choices"].as_array().map_or(0, Vec::len);
    if (completes || choices > 0) && !takes_choices {
        let message = "Only string, integer and number options have choices or completion";
        faulty.refuse("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID_TYPE", message);
    }
    if completes && choices > 0 {
        let message = "Options cannot have both choices and autocomplete";
        faulty.refuse_at("autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message);
    }
    check_choices(faulty, option, kind);
    let has = |key: &str| !option[key].is_null();
    if kind == option::STRING {
        let least = number(faulty, option, "min_length", &(0..=LENGTH), false);
        let most = number(faulty, option, "max_length", &(1..=LENGTH), false);
        if least > most.or(Some(LENGTH)) {
            faulty.refuse_at(
                "max_length",
                "APPLICATION_COMMAND_OPTIONS_MAX_LENGTH_INVALID",
                "max_length is below min_length",
            );
        }
    } else if has("min_length") || has("max_length") {
        faulty.refuse("APPLICATION_COMMAND_OPTIONS_LENGTH_INVALID_TYPE", "Only string options have lengths");
    }
    if !matches!(kind, option::INTEGER | option::NUMBER) && (has("min_value") || has("max_value")) {
        faulty.refuse("APPLICATION_COMMAND_OPTIONS_VALUE_INVALID_TYPE", "Only number options have bounds");
    }
    if has("channel_types") && kind != option::CHANNEL {
        faulty.refuse_at(
            "channel_types",
            "APPLICATION_COMMAND_OPTIONS_CHANNEL_TYPES_INVALID",
            "Only channel options have channel types",
        );
    }
}

fn check_choices(faulty: &mut Faulty, holder: &Value, kind: u64) {
    let choices = list(faulty, holder, "choices", &(0..=CHOICES));
    faulty.at("choices", |faulty| {
        let mut names = BTreeSet::new();
        for (index, choice) in choices.iter().enumerate() {
            faulty.at(index, |faulty| {
                let name = text(faulty, choice, "name", &CHOICE, true);
                if name.is_some_and(|name| !names.insert(name)) {
                    let message = "Option choice names must be unique";
                    faulty.refuse_at("name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", message);
                }
                choice_value(faulty, choice, kind);
            });
        }
    });
}

fn choice_value(faulty: &mut Faulty, choice: &Value, kind: u64) {
    match kind {
        option::INTEGER => {
            number(faulty, choice, "value", &SAFE_INTEGER, true);
        }
        option::NUMBER if choice["value"].is_number() => {}
        option::NUMBER => faulty.refuse_at("value", "NUMBER_TYPE_COERCE", "The value is not a number."),
        _ => {
            text(faulty, choice, "value", &CHOICE, true);
        }
    }
}

/// Checks the `data` of a completion callback for an option of type `kind`.
pub(in super::super) fn check_completion(data: &Value, kind: u64) -> Result<(), Refusal> {
    let mut faulty = Faulty::default();
    faulty.at("data", |faulty| {
        if object(faulty, data) {
            if data["choices"].is_null() {
                faulty.refuse_at("choices", "BASE_TYPE_REQUIRED", "This field is required");
            }
            check_choices(faulty, data, kind);
        }
    });
    faulty.verdict()
}

/// Characters that count towards [`TOGETHER`]: of each localised text the longest version counts.
fn size_of(node: &Value) -> usize {
    let words = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let longest = |key: &str, localised: &str| {
        let others = node[localised].as_object().into_iter().flat_map(serde_json::Map::values).map(words);
        others.chain([words(&node[key])]).max().unwrap_or_default()
    };
    let own = longest("name", "name_localizations") + longest("description", "description_localizations");
    let below = |key: &str| node[key].as_array().into_iter().flatten().map(size_of).sum::<usize>();
    own + words(&node["value"]) + below("options") + below("choices")
}
