//! The port to chat: an [`invocation::Invocation`] comes in, an [`answer::Answer`] goes back, messages and cards go out. Nothing here
//! knows how Discord is reached.

pub mod answer;
pub mod changed;
pub mod custom_id;
pub mod fetch;
pub mod file;
pub mod invocation;
pub mod limits;
pub mod message;
pub mod nearest;
pub mod phrase;
pub mod text;
pub mod typed;
