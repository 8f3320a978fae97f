//! From an invocation to an answer: the catalogue checks, one match dispatches, one unit of work does it.

pub mod catalogue;
pub mod context;
mod desk;
pub mod dispatch;
pub mod form;
pub mod help;
pub mod outside;
pub mod waiting;

pub use desk::{Desk, Look};

use crate::error::{Error, Refusal};

/// A button, select or form that this version does not know: it is years old, or forged.
pub fn unknown_press() -> Error {
    Refusal::new(
        "command.press",
        "That button is from another time: this version of wardroom does not know it. Use the command instead; `/help` shows them.",
    )
    .into()
}
