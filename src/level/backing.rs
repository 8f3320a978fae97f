//! Whether what stands behind a promise to customers can keep it: the agreements within the house, one after another, and each contract
//! with a supplier (ISO/IEC 20000-1, 8.3.4; `itsm-iso20000` 5.1).

use chrono::{DateTime, Utc};

use super::{Agreement, Book, Kind, Metric};
use crate::business_time::Instant;
use crate::incident::Priority;

/// Hours of a week: whether one target exceeds another can hang on when the clock starts, as their hours differ.
const STARTS: i64 = 168;

/// A promise that what stands behind it does not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The promise to customers.
    pub promised: String,
    /// What exceeds it: names of agreements.
    pub behind: Vec<String>,
    /// Of incidents of that priority.
    pub priority: Priority,
    /// For what.
    pub metric: Metric,
}

/// Where the promises that hold at `now` are longer behind than in front.
pub fn gaps(book: &Book, now: DateTime<Utc>) -> Vec<Gap> {
    let holding =
        |kind: Kind| book.agreements.iter().filter(move |agreement| agreement.kind == kind && agreement.holds(now));
    let mut gaps = Vec::new();
    for front in holding(Kind::Sla) {
        let backs = |agreement: &&Agreement| agreement.service.is_none() || agreement.service == front.service;
        for (priority, metric) in
            Priority::ALL.into_iter().flat_map(|priority| Metric::ALL.map(|metric| (priority, metric)))
        {
            let chain: Vec<&Agreement> = holding(Kind::Ola).filter(backs).collect();
            let single = holding(Kind::Supplier).filter(backs).map(|agreement| vec![agreement]);
            for behind in std::iter::once(chain).chain(single) {
                let behind: Vec<&Agreement> =
                    behind.into_iter().filter(|agreement| promises(agreement, priority, metric, now)).collect();
                if exceeds(book, front, &behind, (priority, metric), now) {
                    gaps.push(Gap {
                        promised: front.name.clone(),
                        behind: behind.into_iter().map(|agreement| agreement.name.clone()).collect(),
                        priority,
                        metric,
                    });
                }
            }
        }
    }
    gaps
}

fn promises(agreement: &Agreement, priority: Priority, metric: Metric, now: DateTime<Utc>) -> bool {
    agreement.target(priority, metric, now).is_some_and(|target| target.amount.is_some())
}

fn exceeds(
    book: &Book,
    front: &Agreement,
    behind: &[&Agreement],
    (priority, metric): (Priority, Metric),
    now: DateTime<Utc>,
) -> bool {
    let due = |agreement: &Agreement, start: Instant| {
        let target = agreement.target(priority, metric, now)?;
        let calendar = book.calendars.get(&target.calendar)?;
        calendar.timetable.add(start, target.amount?.seconds(calendar, start)?)
    };
    if behind.is_empty() || !promises(front, priority, metric, now) {
        return false;
    }
    let first = Instant::from(now);
    (0..STARTS).map(|hour| first + hour * 3600).any(|start| {
        let last = behind.iter().try_fold(start, |start, agreement| due(agreement, start));
        matches!((last, due(front, start)), (Some(last), Some(front)) if last > front)
    })
}
