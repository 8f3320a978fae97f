//! What is said of announced windows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{length, moment, stretch};
use crate::availability::window::{Phase, Window};
use crate::chat::message::Message;
use crate::chat::phrase::Period;
use crate::chat::text::{code, esc, fit};

/// Windows in one list: the longest line has some 130 characters, and a message 2,000.
const SHOWN: usize = 12;

/// It was announced, and these share time with it.
pub fn added(window: &Window, service: Option<&str>, beside: &[Window]) -> Message {
    let mut lines = vec![format!(
        "🛠️ Maintenance {} **{}** is announced: {}\n{} · {}",
        code(&format!("#{}", window.id), 20),
        fit(&window.name, 100),
        of(service),
        stretch(window.from, window.until),
        length((window.until - window.from).num_seconds()),
    )];
    lines.push(if window.is_planned() {
        "This time is taken out of what is promised. What is down past its end counts.".to_owned()
    } else {
        "⚠️ It has begun already, so it does not count as planned: whatever is down in it counts.".to_owned()
    });
    if !beside.is_empty() {
        let names: Vec<String> = beside
            .iter()
            .take(3)
            .map(|other| format!("{} **{}**", code(&format!("#{}", other.id), 20), fit(&other.name, 60)))
            .collect();
        let more = if beside.len() > 3 { format!(" and {} more", beside.len() - 3) } else { String::new() };
        lines.push(format!("It overlaps {}{more}; time that they share is taken out once.", names.join(", ")));
    }
    Message::say(lines.join("\n"))
}

/// For whoever follows changes: it was announced.
pub fn announced(window: &Window, service: Option<&str>) -> Message {
    let late = if window.is_planned() { "" } else { " · announced after it began" };
    let reason = window.reason.as_deref().map(|reason| format!("\n> {}", one_line(reason))).unwrap_or_default();
    Message::say(format!(
        "🛠️ **Maintenance: {}** · {}\n{} (<t:{}:R>) · {} · by <@{}>{late}{reason}",
        fit(&window.name, 100),
        of(service),
        stretch(window.from, window.until),
        window.from.timestamp(),
        length((window.until - window.from).num_seconds()),
        window.announced_by,
    ))
}

/// How its end was told.
pub fn ended(window: &Window) -> Message {
    Message::say(format!("{}\n{}", end_line(window), consequence(window)))
}

/// For whoever follows changes: how it ended.
pub fn has_ended(window: &Window) -> Message {
    Message::say(end_line(window))
}

fn end_line(window: &Window) -> String {
    let ended = window.ended_at.unwrap_or(window.until);
    let off = (ended - window.until).num_seconds();
    let how = match off {
        0 => "as announced".to_owned(),
        1.. => format!("**{} late**", length(off)),
        _ => format!("{} early", length(-off)),
    };
    format!("🏁 Maintenance **{}** ended {}, {how}.", fit(&window.name, 100), moment(ended))
}

fn consequence(window: &Window) -> String {
    match (window.overrun(), window.excused()) {
        (Some((from, until)), _) => {
            format!("The {} after its announced end count as downtime.", length((until - from).num_seconds()))
        }
        (None, Some((from, until))) => {
            format!("{} are taken out of what is promised.", length((until - from).num_seconds()))
        }
        (None, None) => "Nothing is taken out of what is promised.".to_owned(),
    }
}

/// It was called off.
pub fn cancelled(window: &Window) -> Message {
    Message::say(format!(
        "Maintenance **{}** of {} is called off. That time is promised again.",
        fit(&window.name, 100),
        moment(window.from)
    ))
}

/// For whoever follows changes: it was called off.
pub fn called_off(window: &Window, reason: Option<&str>) -> Message {
    let reason = reason.map(|reason| format!("\n> {}", one_line(reason))).unwrap_or_default();
    Message::say(format!(
        "✖️ Maintenance **{}** of {} is called off.{reason}",
        fit(&window.name, 100),
        moment(window.from)
    ))
}

/// What is announced, or what was in `period`.
pub fn list(
    windows: &[Window],
    services: &BTreeMap<i64, String>,
    period: Option<&Period>,
    now: DateTime<Utc>,
) -> Message {
    let head = match (period, windows.is_empty()) {
        (None, true) => {
            return Message::say("No maintenance is announced. `/availability maintenance add` announces some.");
        }
        (Some(period), true) => return Message::say(format!("No maintenance was announced for {}.", period.name())),
        (None, false) => "**Announced maintenance**".to_owned(),
        (Some(period), false) => format!("**Maintenance** · {}", period.name()),
    };
    let mut lines = vec![head];
    lines.extend(windows.iter().take(SHOWN).map(|window| {
        let service = window.service.and_then(|id| services.get(&id)).map(String::as_str);
        line(window, service, now)
    }));
    if windows.len() > SHOWN {
        lines.push(format!("{} more; a service or a shorter period shows them.", windows.len() - SHOWN));
    }
    Message::say(lines.join("\n"))
}

fn line(window: &Window, service: Option<&str>, now: DateTime<Utc>) -> String {
    let how = match window.phase(now) {
        Phase::Cancelled => " · called off".to_owned(),
        _ if !window.is_planned() => " · announced too late".to_owned(),
        Phase::Running => " · under way".to_owned(),
        Phase::Coming | Phase::Over => match window.overrun() {
            Some((from, until)) => format!(" · {} late", length((until - from).num_seconds())),
            None => String::new(),
        },
    };
    let (mark, from) = (code(&format!("#{}", window.id), 20), window.from);
    format!("{mark} {} **{}** · {}{how}", stretch(from, window.until), fit(&window.name, 40), of(service))
}

fn of(service: Option<&str>) -> String {
    service.map_or_else(|| "all services".to_owned(), |name| esc(name).to_string())
}

fn one_line(text: &str) -> String {
    fit(&text.replace('\n', " "), 300)
}
