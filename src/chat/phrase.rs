//! Durations, instants and time zones as people type them. What cannot be read is refused with a sentence that shows
//! how to write it.

mod duration;
mod instant;
pub mod period;
mod zone;

pub use self::duration::{duration, show_duration};
pub use self::instant::{Lean, instant};
pub use self::period::{Period, Unit};
pub use self::zone::zone;

/// How much of what was typed is said back in a refusal.
const SAID: usize = 40;
