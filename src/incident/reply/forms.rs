//! The forms of incidents.

use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Field, Form, Look, Message};
use crate::incident::Audience;
use crate::number::Number;

/// What was typed into a form before, by the names of its fields.
pub type Typed = std::collections::BTreeMap<String, String>;

fn before<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.get(name).map_or("", String::as_str)
}

/// The form of an update: what those who work on it need differs from what those who answer for it need.
pub fn update_form(number: Number, form: i64, audience: Audience, typed: &Typed) -> Form {
    let long = |name: &str, label: &str, placeholder: &str, longest, required| {
        long_field(name, label, placeholder, before(typed, name), longest, required)
    };
    let mut fields = match audience {
        Audience::Technical => vec![
            long("message", "How does it stand?", "Half of the hosts answer; the queue grows", 1500, true),
            long("second", "What is being done? (optional)", "Rolling back release 41", 500, false),
            long("third", "What is needed? (optional)", "Somebody who knows the load balancer", 500, false),
        ],
        Audience::Management => vec![
            long("message", "Status, in words for everyone", "Card payments fail for some customers", 1500, true),
            long("second", "Impact: who, and how (optional)", "About one order in five, web shop only", 500, false),
            long("third", "What comes next? (optional)", "A fix is tested; decision at 14:00", 500, false),
        ],
    };
    fields.push(Field {
        name: "next-update".to_owned(),
        label: "When comes the next one? (optional)".to_owned(),
        placeholder: "30m or 14:00".to_owned(),
        value: before(typed, "next-update").to_owned(),
        long: false,
        required: false,
        longest: 40,
    });
    let whom = if audience == Audience::Management { "Management update on" } else { "Update on" };
    Form {
        custom_id: CustomId::new("incident.update-form", number, form).into(),
        title: format!("{whom} {number}"),
        fields,
    }
}

/// The form of a resolution.
pub fn resolve_form(number: Number, form: i64, typed: &Typed) -> Form {
    Form {
        custom_id: CustomId::new("incident.resolve-form", number, form).into(),
        title: format!("Resolve {number}"),
        fields: vec![
            long_field("summary", "What was done?", "Rolled back release 41", before(typed, "summary"), 1500, true),
            Field {
                name: "restored".to_owned(),
                label: "When did service come back, if not now?".to_owned(),
                placeholder: "10:05 or -20m".to_owned(),
                value: before(typed, "restored").to_owned(),
                long: false,
                required: false,
                longest: 40,
            },
        ],
    }
}

/// A form that asks for a reason: of a reopening, of dropping a task, of sending a review back.
pub fn reason_form(
    action: &str,
    number: Number,
    form: i64,
    title: &str,
    question: (&str, &str),
    typed: &Typed,
) -> Form {
    let (label, placeholder) = question;
    Form {
        custom_id: CustomId::new(action, number, form).into(),
        title: title.to_owned(),
        fields: vec![long_field("reason", label, placeholder, before(typed, "reason"), 500, true)],
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
