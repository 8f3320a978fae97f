//! The words of lists.

use super::store::COUNTED;
use super::{Listed, States, View};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look, Message};
use crate::chat::text::fit;
use crate::incident::reply::state;

/// Characters of a title in a line: ten lines with all that they can hold fill a message.
const TITLE: usize = 60;
/// Characters of a service's name in a line.
const SERVICE: usize = 25;

/// One page. `more` says whether a page follows, `count` how many there are in all if that is worth saying. An answer that everyone reads
/// has no buttons: they would show everyone what only the presser may see.
pub fn page(view: &View, listed: &[Listed], more: bool, count: Option<i64>, everyone: bool) -> Message {
    if listed.is_empty() && view.page == 1 {
        return Message::say(format!("No incidents are {}.", what(view)));
    }
    let mut lines: Vec<String> = listed.iter().map(line).collect();
    if listed.is_empty() {
        lines.push(format!("There is no page {}.", view.page));
    } else if let Some(count) = count {
        let typed = if everyone && more { format!(" · more with `page:{}`", view.page + 1) } else { String::new() };
        lines.push(format!("-# {} in all · page {}{typed}", in_all(count), view.page));
    }
    let message = Message::say(lines.join("\n"));
    if everyone {
        return message;
    }
    let mut buttons = Vec::new();
    if view.page > 1 {
        buttons.push(button("Previous", &view.previous(listed.first())));
    }
    if let Some(last) = listed.last().filter(|_| more) {
        buttons.push(button("Next", &view.next(last)));
    }
    if buttons.is_empty() { message } else { message.buttons(buttons) }
}

fn button(label: &str, to: &View) -> Button {
    let (states, rest) = to.written();
    Button::new(label, CustomId::new("incident.page", states, rest), Look::Secondary)
}

fn in_all(count: i64) -> String {
    if count > COUNTED { format!("more than {COUNTED}") } else { count.to_string() }
}

/// What the incidents of a view have in common, as in "no incidents are …".
fn what(view: &View) -> String {
    let what = match view.states {
        States::All => "recorded here",
        States::Open => "open",
        States::One(one) => state(one),
    };
    if view.mine { format!("{what} and yours") } else { what.to_owned() }
}

/// `**INC-7** · P1 · new · checkout is down · checkout · an hour ago`.
fn line(listed: &Listed) -> String {
    let who = listed.commander.map(|commander| format!(" · <@{commander}>")).unwrap_or_default();
    format!(
        "**{}** · {} · {} · {} · {}{who} · <t:{}:R>",
        listed.number,
        listed.priority.name(),
        state(listed.state),
        fit(&listed.title, TITLE),
        service(listed),
        listed.declared_at.timestamp()
    )
}

/// The service in a line.
pub fn service(listed: &Listed) -> String {
    listed.service.as_ref().map_or_else(|| "service unknown".to_owned(), |service| fit(&service.name, SERVICE))
}
