//! A calendar: zone, week and exceptions.

use std::sync::Arc;

use super::exceptions::Exceptions;
use super::week::Week;
use super::zones::{self, Offsets};

/// When service is promised, as from some moment on.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub(super) offsets: Arc<Offsets>,
    pub(super) week: Week,
    pub(super) exceptions: Exceptions,
}

/// Why there is no such calendar. Its words are for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The zone database does not know that name.
    #[error("There is no time zone `{0}`. Write a name such as `Europe/Berlin`.")]
    Zone(String),
    /// It would never be open.
    #[error("It has no hours: nothing would ever be due. Around the clock is `24x7`.")]
    Empty,
}

impl Calendar {
    /// The hours of `week` in the zone of that IANA name, apart from `exceptions`.
    ///
    /// # Errors
    /// When there is no such zone, or no hours.
    pub fn new(zone: &str, week: Week, exceptions: Exceptions) -> Result<Self, Fault> {
        if week.minutes().is_empty() && exceptions.0.values().all(|exception| exception.hours.is_none()) {
            return Err(Fault::Empty);
        }
        let offsets = zones::offsets(zone).ok_or_else(|| Fault::Zone(zone.to_owned()))?;
        Ok(Self { offsets, week, exceptions })
    }

    /// Around the clock, anywhere.
    pub fn always() -> Self {
        Self { offsets: zones::utc(), week: Week::always(), exceptions: Exceptions::default() }
    }
}
