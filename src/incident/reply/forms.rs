//! The forms of incidents.

use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Field, Form, Look, Message};
use crate::number::Number;

/// The form of an update.
pub fn update_form(number: Number, form: i64, text: &str, next: &str) -> Form {
    Form {
        custom_id: CustomId::new("incident.update-form", number, form).into(),
        title: format!("Update on {number}"),
        fields: vec![
            long_field("message", "How does it stand?", "Conditions, what we do, what we need", text, 1500, true),
            Field {
                name: "next-update".to_owned(),
                label: "When comes the next one? (optional)".to_owned(),
                placeholder: "30m or 14:00".to_owned(),
                value: next.to_owned(),
                long: false,
                required: false,
                longest: 40,
            },
        ],
    }
}

/// The form of a resolution.
pub fn resolve_form(number: Number, form: i64) -> Form {
    Form {
        custom_id: CustomId::new("incident.resolve-form", number, form).into(),
        title: format!("Resolve {number}"),
        fields: vec![
            long_field("summary", "What was done?", "Rolled back release 41", "", 1500, true),
            Field {
                name: "restored".to_owned(),
                label: "When did service come back, if not now?".to_owned(),
                placeholder: "10:05 or -20m".to_owned(),
                value: String::new(),
                long: false,
                required: false,
                longest: 40,
            },
        ],
    }
}

/// The form of a reopening.
pub fn reopen_form(number: Number, form: i64) -> Form {
    Form {
        custom_id: CustomId::new("incident.reopen-form", number, form).into(),
        title: format!("Reopen {number}"),
        fields: vec![long_field(
            "reason",
            "Why is it not over?",
            "Errors are back on two of five hosts",
            "",
            500,
            true,
        )],
    }
}

fn long_field(name: &str, label: &str, placeholder: &str, value: &str, longest: usize, required: bool) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: placeholder.to_owned(),
        value: value.to_owned(),
        long: true,
        required,
        longest,
    }
}

/// What is said where a form cannot be opened at once.
pub fn open_form(number: Number, form: i64) -> Message {
    Message::say(format!("This needs a form for **{number}**.")).buttons(vec![Button::new(
        "Open form",
        CustomId::new("incident.form", number, form),
        Look::Primary,
    )])
}
