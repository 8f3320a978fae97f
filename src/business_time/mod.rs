//! Business time: how much of a stretch of time lies in service hours. Pure.
//!
//! A second is open when the wall clock of the calendar's zone, read at that second, lies in an interval of that local weekday, and the
//! local date is no exception (`sla-semantics` 1). That is the only primitive: no policy for missing or repeated readings of the clock is
//! needed, what is counted is additive, and it is what a sign on a door means.
//!
//! | file | what is in it |
//! |---|---|
//! | `instant` | whole seconds, and spans of them |
//! | `week`, `exceptions` | what people write: `Mon-Fri 09:00-17:30`, `2026-12-25 closed` |
//! | `calendar` | zone, week and exceptions |
//! | `table`, `timetable` | the same made ready for counting |
//! | `pauses` | what does not count, and when a target is due |
//!
//! **Cost.** A timetable is cut at each change of offset, each exceptional date and each version; between two cuts the local clock is the
//! UTC clock plus a constant, and a week is like any other. Each cut knows how many open seconds lie before it. So both questions, *how much
//! until then* and *when is so much over*, are a search among the cuts and a search within a week, whatever the span.
//!
//! **Horizon.** Changes of offset are known from 1900 until 2200 (after the zone's table by the rule at its end); beyond, the offset stays.

mod calendar;
mod exceptions;
mod instant;
mod pauses;
mod table;
#[cfg(test)]
mod tests;
mod timetable;
mod week;
mod zones;

pub use calendar::{Calendar, Fault};
pub use exceptions::{DaysFault, Exceptions};
pub use instant::{Instant, Span, Spans};
pub use pauses::{Due, Pauses, due, elapsed};
pub use timetable::Timetable;
pub use week::{Intervals, Week, WeekFault};
