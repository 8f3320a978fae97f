//! What is done, and on what.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use wardroom::business_time::{Calendar, Exceptions, Instant, Pauses, Span, Timetable, Week, due, elapsed};

use crate::walk::Walk;

const ZONE: &str = "Europe/Berlin";
const HOURS: &str = "Mon-Fri 09:00-17:30";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// 40 service hours.
const TARGET: i64 = 40 * HOUR;
/// Open seconds of a week, as they are added for the longer spans: 42.5 hours.
const WEEK_OF_SERVICE: i64 = 5 * 17 * HOUR / 2;
/// Starts that are asked for in turn: more than a branch predictor learns by heart. A power of two.
const STARTS: usize = 4096;
/// 2026-01-01 00:00 UTC.
const FROM: i64 = 1_767_225_600;
/// Versions of the calendar that was changed often.
const VERSIONS: i64 = 50;
/// Pauses of a clock that was stopped often.
const PAUSES: i64 = 20;

/// Something that is timed.
pub struct Job {
    pub name: &'static str,
    /// How often in a round.
    pub times: usize,
    pub once: fn(&World, usize) -> i64,
}

pub const ADD: &str = "add 40 hours";
/// What a year costs beside a week.
pub const YEARS: [[&str; 2]; 2] = [["add a year", ADD], ["between, a year", "between, a week"]];
/// What ten years cost beside a week.
pub const DECADES: [[&str; 2]; 2] = [["add ten years", ADD], ["between, ten years", "between, a week"]];
/// What walking from day to day costs beside it, and what much costs beside little.
pub const WALKS: [[&str; 2]; 7] = [
    ["add 40 hours, from day to day", ADD],
    ["between, a year, from day to day", "between, a year"],
    ["add 40 hours, 50 versions", ADD],
    ["due, twenty pauses", ADD],
    ["elapsed, twenty pauses", "between, a year"],
    ["a timetable of 50 versions", "a timetable of one version"],
    ["a timetable of one version", ADD],
];

pub fn all() -> Vec<Job> {
    let job = |name, times, once| Job { name, times, once };
    vec![
        job(ADD, 100_000, |world, turn| add(&world.timetable, world.start(turn), TARGET)),
        job("add a year", 100_000, |world, turn| add(&world.timetable, world.start(turn), 52 * WEEK_OF_SERVICE)),
        job("add ten years", 100_000, |world, turn| add(&world.timetable, world.start(turn), 520 * WEEK_OF_SERVICE)),
        job("add 40 hours, 50 versions", 100_000, |world, turn| add(&world.changed, world.start(turn), TARGET)),
        job("between, a week", 100_000, |world, turn| world.between(turn, 7 * DAY)),
        job("between, a year", 100_000, |world, turn| world.between(turn, 365 * DAY)),
        job("between, ten years", 100_000, |world, turn| world.between(turn, 3_653 * DAY)),
        job("due, twenty pauses", 10_000, |world, turn| {
            let start = world.start(turn % STARTS);
            match due(&world.timetable, start, 20 * TARGET, &world.pauses[turn % STARTS]) {
                wardroom::business_time::Due::At(at) => at.seconds(),
                never => panic!("{never:?}"),
            }
        }),
        job("elapsed, twenty pauses", 10_000, |world, turn| {
            let start = world.start(turn % STARTS);
            elapsed(&world.timetable, start, start + 365 * DAY, &world.pauses[turn % STARTS])
        }),
        job("add 40 hours, from day to day", 1_000, |world, turn| world.walk.add(world.start(turn), TARGET).seconds()),
        job("between, a year, from day to day", 20, |world, turn| {
            let from = world.start(turn);
            world.walk.between(from, from + 365 * DAY)
        }),
        job("a timetable of one version", 20, |world, _| {
            i64::from(Timetable::of(&world.calendar).is_open(Instant::of(FROM)))
        }),
        job("a timetable of 50 versions", 2, |world, _| {
            i64::from(Timetable::versions(world.versions.iter().cloned()).is_open(Instant::of(FROM)))
        }),
        job("a calendar read from its texts", 20, |world, _| {
            let week: Week = HOURS.parse().expect("hours");
            let days: Exceptions = world.days.parse().expect("days");
            i64::from(Calendar::new(ZONE, week, days).is_ok())
        }),
    ]
}

fn add(timetable: &Timetable, from: Instant, seconds: i64) -> i64 {
    timetable.add(from, seconds).map_or(0, Instant::seconds)
}

/// Calendars and moments.
pub struct World {
    calendar: Calendar,
    timetable: Timetable,
    /// The exceptional days as they are stored.
    days: String,
    versions: Vec<(Instant, Calendar)>,
    changed: Timetable,
    starts: Vec<Instant>,
    pauses: Vec<Pauses>,
    walk: Walk,
}

impl World {
    pub fn new() -> Self {
        let closed = holidays();
        let lines: Vec<String> = closed.iter().map(|date| format!("{date} closed")).collect();
        let days = lines.join("\n");
        let calendar = |hours: &str| {
            let (week, days) = (hours.parse().expect("hours"), days.parse().expect("days"));
            Calendar::new(ZONE, week, days).expect("a calendar")
        };
        // A change every ten weeks, all through the ten years.
        let versions: Vec<(Instant, Calendar)> = (0..VERSIONS)
            .map(|version| {
                (
                    Instant::of(FROM + version * 70 * DAY),
                    calendar(["Mon-Fri 09-17", HOURS][usize::from(version % 2 == 0)]),
                )
            })
            .collect();
        let mut random = Random(4711);
        let starts: Vec<Instant> = (0..STARTS).map(|_| Instant::of(FROM + random.below(9 * 365 * DAY))).collect();
        let pauses = starts.iter().map(|start| pauses(*start, &mut random)).collect();
        let zone = TimeZoneDatabase::bundled().get(ZONE).unwrap_or(TimeZone::UTC);
        let calendar = calendar(HOURS);
        Self {
            timetable: Timetable::of(&calendar),
            changed: Timetable::versions(versions.iter().cloned()),
            walk: Walk { zone, closed },
            calendar,
            days,
            versions,
            starts,
            pauses,
        }
    }

    fn start(&self, turn: usize) -> Instant {
        self.starts[turn % STARTS]
    }

    fn between(&self, turn: usize, span: i64) -> i64 {
        let from = self.start(turn);
        self.timetable.between(from, from + span)
    }

    /// Panics where the two ways of counting differ: a fast wrong answer is worth nothing.
    pub fn check(&self) {
        for (turn, from) in self.starts.iter().copied().enumerate().step_by(37) {
            assert_eq!(self.timetable.add(from, TARGET), Some(self.walk.add(from, TARGET)), "40 hours after {from:?}");
            let until = from + 365 * DAY;
            assert_eq!(self.timetable.between(from, until), self.walk.between(from, until), "a year after {from:?}");
            let counted = until - from - self.pauses[turn].closed.seconds();
            assert!(counted < until - from && self.pauses[turn].closed.len() > 10, "pauses of {from:?}");
        }
    }
}

/// A hundred days in ten years: ten each year that are neither weekend nor two of one date.
fn holidays() -> BTreeSet<Date> {
    let of = |year: i16| {
        let days = date(year, 1, 1).series(34.days()).filter(|day| day.weekday().to_monday_zero_offset() < 5);
        days.take(10).collect::<Vec<_>>()
    };
    (2026..2036).flat_map(of).collect()
}

/// Twenty stretches of up to two days within the year after `start`.
fn pauses(start: Instant, random: &mut Random) -> Pauses {
    let mut pause = || {
        let from = start + random.below(350 * DAY);
        Span { from, until: from + 60 + random.below(2 * DAY) }
    };
    Pauses { closed: (0..PAUSES).map(|_| pause()).collect(), open_from: None }
}

/// Numbers that look random, and are the same in each run: xorshift (Marsaglia, 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).unwrap_or_default() % bound
    }
}
