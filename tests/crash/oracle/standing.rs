//! How a command stands with the person who sent it, and what it leaves in the journal.

use crate::plan::What;
use crate::storm::Command;

/// How a command stands with the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The person was told what was done, with the incident's number.
    Acknowledged(i64),
    /// The person was told why not.
    Refused(String),
    /// wardroom failed, and said so.
    Failed(String),
    /// The person was told nothing, or only that it takes longer.
    Unanswered,
}

/// The number that a text names first.
fn number_in(text: &str) -> Option<i64> {
    let digits = text.split("INC-").nth(1)?;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// How `command` stands, by the answers to it.
pub fn standing(command: &Command, answers: &[String]) -> Standing {
    let Some(text) = answers.iter().find(|text| !text.is_empty()) else { return Standing::Unanswered };
    if text.contains("wardroom's side") || text.contains("inside wardroom") || text.contains("would not show") {
        return Standing::Failed(text.clone());
    }
    let done = match command.what {
        What::Declare { .. } => "card and room in",
        What::Note { .. } => "On the timeline of",
        What::Update { .. } | What::UpdateByForm | What::Promise { .. } => "Update on",
        What::Ack { .. } | What::AckByButton => "is yours: acknowledged",
        What::CommandByButton | What::Role { .. } => "** on **INC-",
        What::Priority { .. } | What::PriorityTakenBack { .. } => " impact × ",
        What::Resolve | What::ResolveByForm => "is resolved, fixed, restored",
        What::Reopen => "is open again",
        What::Undo => "Taken back:",
        What::OpenForm => "INC-",
    };
    // A priority that was given has another basis.
    let given =
        matches!(command.what, What::Priority { .. } | What::PriorityTakenBack { .. }) && text.contains(" as given");
    let already = text.contains(" already.");
    match number_in(text) {
        Some(number)
            if (text.contains(done) || given) && !already && command.number.is_none_or(|wanted| wanted == number) =>
        {
            Standing::Acknowledged(number)
        }
        _ => Standing::Refused(text.clone()),
    }
}

/// The action that a command leaves in the journal, and the field that holds its text.
pub fn trace(what: What) -> (&'static str, Option<&'static str>) {
    match what {
        What::Declare { .. } => ("incident.declare", Some("title")),
        What::Note { .. } => ("incident.note", Some("text")),
        What::Update { .. } | What::UpdateByForm | What::Promise { .. } => ("incident.update", Some("update")),
        What::Ack { .. } | What::AckByButton => ("incident.ack", None),
        What::CommandByButton | What::Role { .. } => ("incident.role", None),
        What::Priority { .. } | What::PriorityTakenBack { .. } => ("incident.priority", Some("reason")),
        What::Resolve | What::ResolveByForm => ("incident.resolve", Some("summary")),
        What::Reopen => ("incident.reopen", Some("reason")),
        What::Undo => ("incident.undo", None),
        What::OpenForm => ("", None),
    }
}
