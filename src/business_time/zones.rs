//! The changes of a zone's offset, from the bundled database.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// 1900-01-01 and 2200-01-01 UTC: outside, the offset stays as it is there.
const FROM: i64 = -2_208_988_800;
const UNTIL: i64 = 7_258_118_400;

/// From which second on (the first from ever) the local clock is how many seconds ahead of UTC.
#[derive(Debug)]
pub(super) struct Offsets(pub Vec<(i64, i64)>);

impl Offsets {
    /// Which entry holds at `second`.
    pub fn at(&self, second: i64) -> usize {
        self.0.partition_point(|(from, _)| *from <= second).saturating_sub(1)
    }
}

/// The bundled database and no other: a system's can be years old (Morocco stays at UTC+0 since 2026-09-20, tzdata 2026f).
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// A zone is read once: several hundred changes each, and a server uses a handful of zones.
static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Offsets>>>> = LazyLock::new(Mutex::default);

/// The offsets of the zone of that IANA name.
pub(super) fn offsets(name: &str) -> Option<Arc<Offsets>> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(offsets) = known.get(name) {
        return Some(offsets.clone());
    }
    let zone = BUNDLED.get(name).ok()?;
    let offsets = Arc::new(read(&zone)?);
    known.insert(name.to_owned(), offsets.clone());
    Some(offsets)
}

/// UTC has one.
pub(super) fn utc() -> Arc<Offsets> {
    static UTC: LazyLock<Arc<Offsets>> = LazyLock::new(|| Arc::new(Offsets(vec![(i64::MIN, 0)])));
    UTC.clone()
}

fn read(zone: &TimeZone) -> Option<Offsets> {
    let first = Timestamp::from_second(FROM).ok()?;
    let mut offsets = vec![(i64::MIN, i64::from(zone.to_offset(first).seconds()))];
    for transition in zone.following(first) {
        let (at, offset) = (transition.timestamp().as_second(), i64::from(transition.offset().seconds()));
        if at >= UNTIL {
            break;
        }
        // A change of the zone's name or of its summer time alone moves no clock.
        if offsets.last().is_none_or(|(_, last)| *last != offset) {
            offsets.push((at, offset));
        }
    }
    Some(Offsets(offsets))
}
