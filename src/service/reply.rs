//! The words of services.

use super::Service;
use crate::chat::message::Message;
use crate::chat::text::{code, esc, fit};
use crate::error::Refusal;
use crate::incident::listing::Listed;
use crate::incident::reply as incident;

/// Services on one page: the longest line has some 130 characters, and a message 2,000.
const PAGE: usize = 12;
/// Open incidents shown with a service.
pub(super) const OPEN_SHOWN: usize = 5;

/// One service, and its open incidents.
pub fn show(service: &Service, open: &[Listed]) -> Message {
    let mut lines = vec![line(service)];
    if let Some(description) = &service.description {
        lines.push(format!("> {}", fit(&description.replace('\n', " "), 500)));
    }
    if open.is_empty() {
        lines.push("No incident is open on it.".to_owned());
    } else {
        lines.push("Open:".to_owned());
        let shown = open.iter().take(OPEN_SHOWN);
        lines.extend(shown.map(|one| {
            format!(
                "• **{}** · {} · {} · {}",
                one.number,
                one.priority.name(),
                esc(&one.title),
                incident::state(one.state)
            )
        }));
        if open.len() > OPEN_SHOWN {
            lines.push(format!("More with {}.", code(&format!("/incident list service:{}", service.name), 110)));
        }
    }
    Message::say(lines.join("\n"))
}

fn line(service: &Service) -> String {
    let owner = service.owner.map(|owner| format!(" · owner <@{owner}>")).unwrap_or_default();
    let hours = service.hours.as_deref().map(|hours| format!(" · {}", fit(hours, 40))).unwrap_or_default();
    let retired = service.retired_at.map(|at| format!(" · retired <t:{}:d>", at.timestamp())).unwrap_or_default();
    format!("**{}** · tier {}{owner}{hours}{retired}", fit(&service.name, 60), service.tier)
}

/// One page of them, from 1.
pub fn list(services: &[Service], page: i64) -> Message {
    if services.is_empty() {
        return Message::say("There are no services yet. Add the first: `/service add`.");
    }
    let skipped = usize::try_from(page.max(1) - 1).unwrap_or(usize::MAX).saturating_mul(PAGE);
    let mut lines: Vec<String> = services.iter().skip(skipped).take(PAGE).map(line).collect();
    if lines.is_empty() {
        return Message::say(format!("There is no page {page}."));
    }
    let more = services.len().saturating_sub(skipped + PAGE);
    if more > 0 {
        lines.push(format!("{more} more with `page:{}`.", page.max(1) + 1));
    }
    Message::say(lines.join("\n"))
}

/// It was added.
pub fn added(service: &Service) -> Message {
    Message::say(format!("Added: {}", line(service)))
}

/// It was changed.
pub fn edited(service: &Service) -> Message {
    Message::say(format!("Changed: {}", line(service)))
}

/// It was retired.
pub fn retired(service: &Service) -> Message {
    Message::say(format!("**{}** is retired. Records that name it stay as they are.", esc(&service.name)))
}

/// There is no service of that name; these are near.
pub fn unknown(name: &str, near: &[&str]) -> Refusal {
    let hint = if near.is_empty() {
        "`/service list` shows those that exist.".to_owned()
    } else {
        let names: Vec<String> = near.iter().map(|name| format!("**{}**", esc(name))).collect();
        format!("Did you mean {}?", names.join(" or "))
    };
    Refusal::new("service.exists", format!("There is no service **{}**. {hint}", fit(name, 80)))
}

/// The name is taken.
pub fn exists_already(name: &str) -> Refusal {
    Refusal::new(
        "service.name",
        format!("There is a service **{}** already. Change it with `/service edit`.", esc(name)),
    )
}

/// The name is no name.
pub fn no_name() -> Refusal {
    Refusal::new("service.name", "The name has no letters. What do people call the service?")
}

/// Neither a calendar nor hours.
pub fn no_hours(text: &str, why: &str) -> Refusal {
    Refusal::new(
        "service.hours",
        format!(
            "{} is no calendar of yours, and cannot be read as hours. {why} `/sla calendar list` shows the calendars.",
            code(text, 40)
        ),
    )
}

/// It is retired.
pub fn is_retired(name: &str) -> Refusal {
    Refusal::new(
        "service.in-use",
        format!("**{}** is retired. Choose another, or add it anew under another name.", esc(name)),
    )
}

/// Nothing would change.
pub fn nothing_changes(name: &str) -> Refusal {
    Refusal::new(
        "service.changes",
        format!("Nothing changes on **{}**: give a name, owner, tier, hours or description that differs.", esc(name)),
    )
}

/// Somebody else was faster.
pub fn changed_meanwhile(name: &str) -> Refusal {
    Refusal::new(
        "service.version",
        format!("**{}** changed while you were typing. Look at it again, then retry.", esc(name)),
    )
}
