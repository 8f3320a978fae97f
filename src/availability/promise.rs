//! What is promised of a service: in which hours, and how much of them.
//!
//! The hours are the service's own words. Where they name a calendar, each second is judged by the version of it that was in force then;
//! where they are hours such as `Mon-Fri 09:00-17:30`, they are read in the zone of the server. Without any, or with words from before
//! they had to be hours, it is around the clock, and the report says so.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::business_time::{Calendar, Exceptions, Instant, Span, Spans, Timetable, Week};
use crate::error::Error;
use crate::level::{self, Book, Kind};
use crate::service::{self, Service};
use crate::setup::Guild;
use crate::store::Tx;

/// What is promised of a service.
#[derive(Clone, Debug)]
pub struct Promise {
    /// The hours, as people read them.
    pub hours: String,
    /// The same for counting.
    timetable: Arc<Timetable>,
    /// Whether the service has words for its hours that are none.
    pub unreadable: bool,
    /// How much of the hours.
    pub objective: Option<Objective>,
    /// How much of degraded time counts as down, in percent. No agreement says yet that it does.
    pub degraded_percent: i64,
}

/// How much of the agreed time a service is to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// In millionths.
    pub millionths: i64,
    /// The name of the agreement that says so.
    pub agreement: String,
}

/// All that is promised in a guild.
pub struct Promises<'g> {
    guild: &'g Guild,
    book: Book,
}

impl<'g> Promises<'g> {
    /// Reads what is promised in `guild`.
    pub async fn read(tx: &mut Tx, guild: &'g Guild) -> Result<Self, Error> {
        Ok(Self { guild, book: level::store::book(tx, guild.id).await? })
    }

    /// What was promised of `service` at `at`.
    pub fn of(&self, service: &Service, at: DateTime<Utc>) -> Promise {
        let words = service.hours.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let read = words.map(|words| hours(&self.book, self.guild, words));
        let unreadable = matches!(read, Some(Err(_)));
        let (hours, timetable) = match read {
            Some(Ok(found)) => found,
            Some(Err(_)) | None => ("24x7".to_owned(), Arc::new(Timetable::always())),
        };
        Promise { hours, timetable, unreadable, objective: objective(&self.book, service.id, at), degraded_percent: 0 }
    }
}

impl Promise {
    /// The promised seconds in `span`.
    pub fn open(&self, span: Span) -> Spans {
        self.timetable.spans(span.from, span.until).collect()
    }

    /// The same, as a number: it costs as much for years as for a week.
    pub fn seconds(&self, from: Instant, until: Instant) -> i64 {
        self.timetable.between(from, until)
    }
}

/// Reads the hours of a service: the name of a calendar, or hours in the zone of `guild`.
///
/// # Errors
/// A sentence that says what is wrong with them, taken as hours.
pub fn hours(book: &Book, guild: &Guild, words: &str) -> Result<(String, Arc<Timetable>), String> {
    let wanted = service::key(words);
    // What a service was promised in goes on to hold when its calendar is offered to others no longer.
    if let Some(calendar) = book.calendars.values().find(|calendar| service::key(&calendar.name) == wanted) {
        return Ok((calendar.name.clone(), calendar.timetable.clone()));
    }
    let week: Week = words.parse().map_err(|why: crate::business_time::WeekFault| why.to_string())?;
    let shown = if week == Week::always() { week.to_string() } else { format!("{week} {}", guild.zone_name) };
    let calendar = Calendar::new(&guild.zone_name, week, Exceptions::default()).map_err(|why| why.to_string())?;
    Ok((shown, Arc::new(Timetable::of(&calendar))))
}

/// What the service itself has goes before what every service has; among several, the strictest, since each was promised to somebody; of
/// two that are equal, the one that was agreed first. So it is with targets ([`Book::promise`]).
fn objective(book: &Book, service: i64, at: DateTime<Utc>) -> Option<Objective> {
    let strictest = |of: Option<i64>| {
        book.agreements
            .iter()
            .filter(|agreement| agreement.kind == Kind::Sla && agreement.service == of && agreement.holds(at))
            .filter_map(|agreement| Some((agreement.terms(at)?.availability?, agreement)))
            .max_by_key(|(millionths, agreement)| (*millionths, std::cmp::Reverse(agreement.id)))
            .map(|(millionths, agreement)| Objective { millionths, agreement: agreement.name.clone() })
    };
    strictest(Some(service)).or_else(|| strictest(None))
}
