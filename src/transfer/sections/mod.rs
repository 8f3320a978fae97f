//! The parts of the file.

pub mod agreements;
pub mod calendars;
pub mod channels;
pub mod digests;
pub mod general;
pub mod incidents;
pub mod roles;
pub mod services;

use crate::chat::text::fit;

/// That something is retired here, and the file says that it is not.
fn stays_retired(what: &str, name: &str) -> String {
    format!(
        "the {what} **{}** is retired, and no import brings it back. Write `retired = true`, or add it under another name.",
        fit(name, 60)
    )
}
