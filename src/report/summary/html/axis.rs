//! An axis of time: where an instant stands, and the ticks that are labelled.

use chrono::{DateTime, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::chat::phrase;

/// How far apart ticks may be, in minutes: what people count time in.
const STEPS: [i64; 19] =
    [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200, 129_600, 525_600, 5_256_000];
/// More ticks than this crowd the axis.
const MOST: i64 = 9;

/// An axis from one instant to another.
pub(super) struct Axis {
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    left: f64,
    right: f64,
    zone: TimeZone,
}

/// A label on the axis.
pub(super) struct Tick {
    pub(super) x: f64,
    /// The time of day.
    pub(super) time: String,
    /// The day, where it is another than at the tick before.
    pub(super) day: Option<String>,
}

impl Axis {
    /// An axis over `span`, between two places, whose labels tell the time in the zone of that name.
    pub(super) fn over(span: (DateTime<Utc>, DateTime<Utc>), left: f64, right: f64, zone: &str) -> Self {
        let zone = phrase::zone(zone).unwrap_or(TimeZone::UTC);
        Self { from: span.0, until: span.1, left, right, zone }
    }

    /// Where `at` stands; what lies outside stands at the end.
    pub(super) fn x(&self, at: DateTime<Utc>) -> f64 {
        let whole = seconds(self.until - self.from).max(1.0);
        let part = (seconds(at - self.from) / whole).clamp(0.0, 1.0);
        // A tenth of a pixel is enough, and keeps the file short.
        ((self.left + part * (self.right - self.left)) * 10.0).round() / 10.0
    }

    /// The ticks: whole steps of the time of day in the zone.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let minutes = (self.until - self.from).num_minutes();
        let step = STEPS.into_iter().find(|step| minutes / step <= MOST).unwrap_or(STEPS[STEPS.len() - 1]);
        let step = TimeDelta::minutes(step);
        let offset = self.zone.to_offset(timestamp(self.from)).seconds();
        let local = self.from.timestamp() + i64::from(offset);
        let ahead = (-local).rem_euclid(step.num_seconds());
        let first = self.from + TimeDelta::seconds(ahead);
        let mut day_before = None;
        std::iter::successors(Some(first), |at| at.checked_add_signed(step))
            .take_while(|at| *at <= self.until)
            .take(usize::try_from(MOST).unwrap_or(0) + 2)
            .map(|at| {
                let zoned = timestamp(at).to_zoned_datetime(self.zone.clone());
                let day = zoned.strftime("%-d %b").to_string();
                let changed = day_before.replace(day.clone()).is_none_or(|before| before != day);
                let time = zoned.strftime("%H:%M").to_string();
                Tick { x: self.x(at), time, day: changed.then_some(day) }
            })
            .collect()
    }
}

fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_microsecond(at.timestamp_micros()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs no more than 52 bits of seconds")]
fn seconds(delta: TimeDelta) -> f64 {
    delta.num_seconds() as f64
}
