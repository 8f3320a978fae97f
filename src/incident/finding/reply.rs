//! The words of a search.

use super::Found;
use crate::chat::custom_id::CustomId;
use crate::chat::limits;
use crate::chat::message::{Button, Look, Message};
use crate::chat::text::{code, fit};
use crate::incident::listing::reply::service;
use crate::incident::reply::state;

/// Characters of a title in a result.
const TITLE: usize = 60;

/// One page of results, from 1. A search that is too long for a button goes on by `page`, and so does one that everyone reads.
pub(super) fn page(found: &[Found], text: &str, sought: &[String], page: usize, more: bool, everyone: bool) -> Message {
    let mut lines: Vec<String> = found.iter().map(result).collect();
    if found.is_empty() {
        let text = code(text, 80);
        lines.push(match page {
            1 => format!("Nothing is found for {text}. Fewer or other words may help."),
            _ => format!("There is no page {page} for {text}."),
        });
    }
    let mut buttons = Vec::new();
    if page > 1 {
        buttons.extend(button("Previous", page - 1, sought));
    }
    if more {
        buttons.extend(button("Next", page + 1, sought));
    }
    if everyone || (more && buttons.is_empty()) {
        if more {
            lines.push(format!("-# More with `page:{}`.", page + 1));
        }
        buttons.clear();
    }
    let message = Message::say(lines.join("\n"));
    if buttons.is_empty() { message } else { message.buttons(buttons) }
}

fn button(label: &str, page: usize, sought: &[String]) -> Option<Button> {
    let id = CustomId::new("incident.found", page, sought.join(" ")).to_string();
    (id.chars().count() <= limits::CUSTOM_ID).then(|| Button::new(label, id, Look::Secondary))
}

fn result(found: &Found) -> String {
    let listed = &found.listed;
    let line = format!(
        "**{}** · {} · {} · {} · {} · <t:{}:R>",
        listed.number,
        listed.priority.name(),
        state(listed.state),
        fit(&listed.title, TITLE),
        service(listed),
        listed.declared_at.timestamp()
    );
    match (&found.excerpt, found.entry) {
        (Some(excerpt), Some(entry)) => format!("{line}\n> `{entry}` {excerpt}"),
        (Some(excerpt), None) => format!("{line}\n> {excerpt}"),
        (None, _) => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::instant;
    use crate::incident::finding::{PAGE, excerpt};
    use crate::incident::listing::Listed;
    use crate::incident::{Priority, ServiceRef, State};
    use crate::number::{Kind, Number};

    #[test]
    fn a_full_page_of_the_longest_results_fits_into_a_message() {
        for text in ["W", "*", "🙂", "<@1>", "https://a.b/_*"] {
            let found = Found {
                listed: Listed {
                    number: Number { kind: Kind::Incident, value: 9_999_999_999_999 },
                    state: State::InProgress,
                    priority: Priority::P1,
                    title: text.repeat(60),
                    service: Some(ServiceRef { id: 1, name: text.repeat(60) }),
                    commander: None,
                    declared_at: instant(253_402_300_799_000_000),
                },
                entry: Some(9_999_999_999_999),
                excerpt: Some("*".repeat(excerpt::LONGEST)),
            };
            let content = page(&vec![found; PAGE], "x", &["x".repeat(64)], 20, true, true).text();
            assert!(content.chars().count() <= limits::CONTENT, "{}", content.chars().count());
        }
    }
}
