//! Equality with a model so slow and so simple that it can only be right: it reads the wall clock minute by minute.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::business_time::{Calendar, Due, Exceptions, Instant, Pauses, Span, Spans, Timetable, Week, due, elapsed};

const ZONES: [&str; 40] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Chisinau",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Cairo",
    "Africa/Lagos",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Gaza",
    "Asia/Beirut",
    "Asia/Pyongyang",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Yangon",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Australia/Eucla",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Norfolk",
    "Pacific/Easter",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Caracas",
    "America/Santiago",
    "America/Havana",
    "America/Nuuk",
    "America/Los_Angeles",
    "Antarctica/Troll",
];

/// A calendar as plain minutes of days.
#[derive(Clone, Debug)]
struct Model {
    zone: TimeZone,
    week: [Vec<(i64, i64)>; 7],
    days: Vec<(Date, Vec<(i64, i64)>)>,
}

impl Model {
    fn is_open(&self, minute: i64) -> bool {
        let local = self.zone.to_datetime(Timestamp::from_second(minute * 60).expect("a second"));
        let clock = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let lies =
            |intervals: &[(i64, i64)], clock: i64| intervals.iter().any(|(from, to)| (*from..*to).contains(&clock));
        if let Some((_, intervals)) = self.days.iter().find(|(date, _)| *date == local.date()) {
            return lies(intervals, clock);
        }
        let of = |day: Weekday| &self.week[usize::try_from(day.to_monday_zero_offset()).expect("a day")];
        lies(of(local.weekday()), clock) || lies(of(local.weekday().previous()), clock + 1440)
    }

    fn between(&self, from: i64, until: i64) -> i64 {
        (from.div_euclid(60)..=until.div_euclid(60))
            .filter(|minute| self.is_open(*minute))
            .map(|minute| ((minute * 60 + 60).min(until) - (minute * 60).max(from)).max(0))
            .sum()
    }
}

/// Intervals of one day that do not overlap; the last may go past midnight.
fn intervals(past_midnight: bool) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let latest = if past_midnight { 1440 + 300 } else { 1440 };
    proptest::collection::btree_set(300..1440_i64, 0..5).prop_map(move |cuts| {
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let mut found: Vec<(i64, i64)> = cuts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        if cuts.len() % 2 == 1 {
            let last = cuts[cuts.len() - 1];
            found.push((last, (last + 600).min(latest)));
        }
        found
    })
}

fn text(intervals: &[(i64, i64)]) -> String {
    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let one = |(from, to): &(i64, i64)| format!("{}-{}", clock(*from), clock(if *to > 1440 { to - 1440 } else { *to }));
    intervals.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A calendar and its model, and a second within ten years.
fn case() -> impl Strategy<Value = (Timetable, Model, i64)> {
    let week = proptest::array::uniform7(intervals(true));
    let start = 1_735_689_600..2_051_222_400_i64;
    (0..ZONES.len(), week, proptest::collection::vec((-3..20_i64, intervals(false)), 0..6), start).prop_map(
        |(zone, mut week, days, start)| {
            if week.iter().all(Vec::is_empty) {
                week[2] = vec![(540, 1020)];
            }
            let name = ZONES[zone];
            let zone = TimeZone::get(name).expect(name);
            let first = zone.to_datetime(Timestamp::from_second(start).expect("a second")).date();
            let mut dates: Vec<(Date, Vec<(i64, i64)>)> = Vec::new();
            for (after, hours) in days {
                let date = first.checked_add(jiff::Span::new().days(after)).expect("a date");
                if dates.iter().all(|(known, _)| *known != date) {
                    dates.push((date, hours));
                }
            }
            let lines: Vec<String> = dates
                .iter()
                .map(
                    |(date, hours)| {
                        if hours.is_empty() { format!("{date} closed") } else { format!("{date} {}", text(hours)) }
                    },
                )
                .collect();
            let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            let hours: Vec<String> = names
                .iter()
                .zip(&week)
                .filter(|(_, hours)| !hours.is_empty())
                .map(|(day, hours)| format!("{day} {}", text(hours)))
                .collect();
            let parsed: Week = hours.join(", ").parse().expect("hours");
            let days: Exceptions = lines.join("\n").parse().expect("days");
            let calendar = Calendar::new(name, parsed, days).expect("a calendar");
            (Timetable::of(&calendar), Model { zone, week, days: dates }, start)
        },
    )
}

/// Seconds, from the start, of up to four cuts.
fn cuts() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(0..12 * 86_400_i64, 4).prop_map(|mut cuts| {
        cuts.sort_unstable();
        cuts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn counting_agrees_with_the_wall_clock((timetable, model, start) in case(), length in 0..12 * 86_400_i64) {
        let from = Instant::of(start);
        prop_assert_eq!(timetable.between(from, from + length), model.between(start, start + length));
        prop_assert_eq!(timetable.is_open(from), model.is_open(start.div_euclid(60)));
    }

    #[test]
    fn spans_are_what_is_open((timetable, model, start) in case(), length in 0..4 * 86_400_i64) {
        let from = Instant::of(start);
        let spans: Vec<Span> = timetable.spans(from, from + length).collect();
        prop_assert_eq!(spans.iter().map(|span| span.seconds()).sum::<i64>(), model.between(start, start + length));
        prop_assert!(spans.windows(2).all(|pair| pair[0].until < pair[1].from));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_counted_is_additive((timetable, _, start) in case(), cuts in cuts()) {
        let at = |index: usize| Instant::of(start) + cuts[index];
        let parts: i64 = (0..3).map(|index| timetable.between(at(index), at(index + 1))).sum();
        prop_assert_eq!(parts, timetable.between(at(0), at(3)));
    }

    #[test]
    fn adding_is_the_inverse_of_counting((timetable, _, start) in case(), n in 1..4_000_000_i64, m in 0..400_000_i64) {
        let from = Instant::of(start);
        let end = timetable.add(from, n).expect("it opens every week");
        prop_assert_eq!(timetable.between(from, end), n);
        prop_assert_eq!(timetable.between(from, end - 1), n - 1, "it is the earliest");
        prop_assert_eq!(timetable.add(end, m), timetable.add(from, n + m));
    }

    #[test]
    fn a_pause_never_makes_it_due_earlier((timetable, _, start) in case(), target in 1..400_000_i64, cuts in cuts(), more in cuts()) {
        let from = Instant::of(start);
        let spans = |cuts: &[i64]| -> Spans {
            cuts.chunks_exact(2).map(|pair| Span { from: from + pair[0], until: from + pair[1] }).collect()
        };
        let few = Pauses { closed: spans(&cuts), open_from: None };
        let many = Pauses { closed: few.closed.or(&spans(&more)), open_from: None };
        let (Due::At(early), Due::At(late)) = (due(&timetable, from, target, &few), due(&timetable, from, target, &many)) else {
            return Err(TestCaseError::fail("it opens every week"));
        };
        prop_assert!(early <= late);
        prop_assert_eq!(elapsed(&timetable, from, late, &many), target);
        prop_assert_eq!(elapsed(&timetable, from, late - 1, &many), target - 1);
        // What is paused and what is not are the whole.
        let end = from + 12 * 86_400;
        let paused: i64 = many.closed.iter().map(|span| timetable.between(span.from, span.until.min(end))).sum();
        prop_assert_eq!(elapsed(&timetable, from, end, &many) + paused, timetable.between(from, end));
    }

    #[test]
    fn spans_are_a_set(a in cuts(), b in cuts()) {
        let spans = |cuts: &[i64]| -> Spans {
            cuts.chunks_exact(2).map(|pair| Span { from: Instant::of(pair[0]), until: Instant::of(pair[1]) }).collect()
        };
        let (a, b) = (spans(&a), spans(&b));
        prop_assert_eq!(a.or(&b), b.or(&a));
        prop_assert_eq!(a.minus(&b).or(&a.and(&b)), a.clone());
        prop_assert_eq!(a.or(&b).seconds(), a.seconds() + b.seconds() - a.and(&b).seconds());
        prop_assert!(a.minus(&b).and(&b).is_empty());
    }
}
