//! Why something about availability is not done.

use chrono::{DateTime, TimeDelta, Utc};

use super::{moment, stretch};
use crate::availability::window::Window;
use crate::chat::text::{code, fit};
use crate::error::Refusal;

/// It would end before it starts.
pub fn ends_before_it_starts(from: DateTime<Utc>, until: DateTime<Utc>) -> Refusal {
    let sentence = if until == from {
        format!("It would end when it starts, {}. Give a later `end`, or how long it takes: `4h`.", moment(from))
    } else {
        format!(
            "It would end {}, before it starts {}. Give a later `end`, or how long it takes: `4h`.",
            moment(until),
            moment(from)
        )
    };
    Refusal::new("maintenance.order", sentence)
}

/// It would be over by now.
pub fn over_already(until: DateTime<Utc>) -> Refusal {
    Refusal::new(
        "maintenance.over",
        format!(
            "That was over {}: maintenance is announced before it starts, and what was down counts. Was the year or the day a slip?",
            moment(until)
        ),
    )
}

/// It would last too long.
pub fn too_long(longest: TimeDelta) -> Refusal {
    Refusal::new(
        "maintenance.length",
        format!(
            "Maintenance lasts {} days at most. Announce it in parts, or retire the service: `/service retire`.",
            longest.num_days()
        ),
    )
}

/// It is years away.
pub fn too_far_ahead(from: DateTime<Utc>) -> Refusal {
    Refusal::new("maintenance.far", format!("{} is more than two years away. Was the year a slip?", moment(from)))
}

/// It has no name.
pub fn no_name() -> Refusal {
    Refusal::new("maintenance.name", "The name has no letters. What is done in that time?")
}

/// There is none of that number or name.
pub fn unknown(text: &str, others: &[Window]) -> Refusal {
    let near = crate::chat::nearest::nearest(text, others.iter().map(|window| window.name.as_str()));
    let hint = match near {
        Some(name) => format!("Did you mean **{}**?", fit(name, 80)),
        None => "`/availability maintenance list` shows what is announced.".to_owned(),
    };
    Refusal::new("maintenance.exists", format!("There is no maintenance {}. {hint}", code(text, 60)))
}

/// Several have that name.
pub fn several(text: &str, windows: &[Window]) -> Refusal {
    let which: Vec<String> = windows
        .iter()
        .take(5)
        .map(|window| format!("`{}` {}", window.id, stretch(window.from, window.until)))
        .collect();
    Refusal::new(
        "maintenance.exists",
        format!(
            "Several are called {}. Give the number of the one that you mean: {}.",
            code(text, 60),
            which.join(", ")
        ),
    )
}

/// It has begun.
pub fn has_begun(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.begun",
        format!(
            "**{}** began {} and cannot be called off any more. If the work is done, say so: `/availability maintenance end window:{}`.",
            fit(&window.name, 80),
            moment(window.from),
            window.id
        ),
    )
}

/// It is over, and reports may rest on it.
pub fn over_and_read(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.over",
        format!(
            "**{}** was over {}, and stays as it was: reports rest on it.",
            fit(&window.name, 80),
            moment(window.ended_at.unwrap_or(window.until))
        ),
    )
}

/// It was called off before.
pub fn cancelled_already(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.cancelled",
        format!(
            "**{}** was called off {}. If it takes place after all, announce it anew.",
            fit(&window.name, 80),
            window.cancelled_at.map(moment).unwrap_or_default()
        ),
    )
}

/// Its end was told before.
pub fn ended_already(window: &Window, ended: DateTime<Utc>) -> Refusal {
    Refusal::new(
        "maintenance.ended",
        format!(
            "**{}** ended {} already. What was down later is told by the incident: `/incident impact`.",
            fit(&window.name, 80),
            moment(ended)
        ),
    )
}

/// It has not begun.
pub fn not_begun(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.begun",
        format!(
            "**{}** begins {} only. To call it off: `/availability maintenance cancel window:{}`.",
            fit(&window.name, 80),
            moment(window.from),
            window.id
        ),
    )
}

/// An end that is to come.
pub fn ends_in_the_future() -> Refusal {
    Refusal::new(
        "maintenance.future",
        "`at` has not come yet. Say it once the work is done, or leave `at` out for now.",
    )
}

/// An end before the start.
pub fn ended_before_it_started(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.order",
        format!("**{}** began {} and cannot have ended before.", fit(&window.name, 80), moment(window.from)),
    )
}

/// An end months behind the announced one.
pub fn too_late(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.length",
        format!(
            "That is more than three months behind the end of **{}**. What is down since then is an incident: `/incident declare`.",
            fit(&window.name, 80)
        ),
    )
}

/// Somebody else was faster.
pub fn changed_meanwhile(window: &Window) -> Refusal {
    Refusal::new(
        "maintenance.version",
        format!("**{}** changed while you were typing. Look at it again, then retry.", fit(&window.name, 80)),
    )
}

/// It is no period.
pub fn no_period(why: &str) -> Refusal {
    Refusal::new("phrase.unreadable", format!("`period`: {why}"))
}
