//! What is promised of a service: in which hours, and how much of them.

use super::spans::{Span, Spans};
use crate::error::Error;
use crate::service::Service;
use crate::setup::Guild;
use crate::store::Tx;

/// What is promised of a service.
#[derive(Clone, Debug)]
pub struct Promise {
    /// The hours, as people read them.
    pub hours: String,
    /// How much of them, in millionths; none when nobody has agreed on it.
    pub objective: Option<i64>,
    /// How much of degraded time counts as down, in percent. Nothing in today's agreements says otherwise than that it does not.
    pub degraded_percent: i64,
}

impl Promise {
    /// The promised seconds in `span`.
    pub fn open(&self, span: Span) -> Spans {
        Spans::from_iter([span])
    }
}

/// What is promised of `service`.
pub async fn of(_tx: &mut Tx, _guild: &Guild, _service: &Service) -> Result<Promise, Error> {
    Ok(Promise { hours: "24x7".to_owned(), objective: None, degraded_percent: 0 })
}
