//! The table of `sla-semantics` 5, and what must hold of any figures.

use proptest::prelude::*;

use super::super::budget::{STEPS, after, step_to_tell};
use super::*;

/// A span between two seconds.
fn span((from, until): (i64, i64)) -> Span {
    Span { from: Instant::of(from), until: Instant::of(until) }
}

fn spans(of: &[(i64, i64)]) -> Spans {
    of.iter().copied().map(span).collect()
}

fn windows(of: &[(i64, i64)]) -> Vec<(Instant, Option<Instant>)> {
    of.iter().map(|(from, until)| (Instant::of(*from), Some(Instant::of(*until)))).collect()
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// November: 30 days.
const MONTH: i64 = 30 * DAY;

fn around_the_clock(outages: &[(i64, i64)], excused: &[(i64, i64)]) -> Given {
    Given {
        period: span((0, MONTH)),
        now: Instant::of(MONTH),
        hours: spans(&[(-MONTH, 2 * MONTH)]),
        excused: spans(excused),
        outages: windows(outages),
        degraded: Vec::new(),
        degraded_percent: 0,
        objective: Some(999_000),
    }
}

fn percent(figures: &Figures, decimals: u32) -> String {
    figures.availability.map_or_else(|| "n/a".to_owned(), |share| share.percent(decimals))
}

#[test]
fn the_worked_examples_come_out() {
    let h = |hours: i64| hours * HOUR;
    for (outages, excused, agreed, down, available) in [
        (vec![(0, 2592)], vec![], 2_592_000, 2592, "99.90000"),
        (vec![(h(10), h(12)), (h(11), h(13))], vec![], 2_592_000, 10_800, "99.58333"),
        (vec![(h(3), h(5))], vec![(0, h(4))], 2_577_600, 3600, "99.86033"),
        (vec![(h(3), h(5))], vec![(0, MONTH)], 0, 0, "n/a"),
        (vec![], vec![], 2_592_000, 0, "100.00000"),
    ] {
        let figures = Figures::of(&around_the_clock(&outages, &excused));
        assert_eq!((figures.service_time, figures.agreed, figures.down), (2_592_000, agreed, down), "{outages:?}");
        assert_eq!(percent(&figures, 5), available, "{outages:?}");
    }
    // What is not adopted: maintenance as time that is up, or as time that is down.
    assert_eq!(Share { part: 2_592_000 - 3600, whole: 2_592_000 }.percent(5), "99.86111");
    assert_eq!(Share { part: 2_592_000 - 18_000, whole: 2_592_000 }.percent(5), "99.30555");
}

#[test]
fn a_promise_is_kept_to_the_second_and_shown_no_better_than_it_is() {
    let kept = Figures::of(&around_the_clock(&[(0, 2592)], &[]));
    assert_eq!((kept.standing(), percent(&kept, 2).as_str()), (Some(Standing::Met), "99.90"));
    let missed = Figures::of(&around_the_clock(&[(0, 2593)], &[]));
    assert_eq!((missed.standing(), percent(&missed, 2).as_str()), (Some(Standing::Missed), "99.89"));
    assert_eq!(Share { part: 998_999, whole: 1_000_000 }.percent(2), "99.89");
    assert_eq!(Share { part: 1, whole: 3 }.percent(0), "33");
    let nothing_agreed = Figures::of(&around_the_clock(&[], &[(0, MONTH)]));
    assert_eq!((nothing_agreed.standing(), nothing_agreed.budget), (None, None));
    let no_promise = Figures::of(&Given { objective: None, ..around_the_clock(&[(0, 9)], &[]) });
    assert_eq!((no_promise.standing(), no_promise.budget), (None, None));
}

#[test]
fn mean_times_are_of_united_outages_and_apply_only_where_there_was_one() {
    let twice =
        Figures::of(&around_the_clock(&[(10 * HOUR, 12 * HOUR), (11 * HOUR, 13 * HOUR), (20 * HOUR, 21 * HOUR)], &[]));
    assert_eq!((twice.outages, twice.mtrs, twice.mtbf), (2, Some(2 * HOUR), Some((MONTH - 4 * HOUR) / 2)));
    let never = Figures::of(&around_the_clock(&[], &[]));
    assert_eq!((never.outages, never.mtrs, never.mtbf), (0, None, None));
    // Nothing was down in maintenance, so nothing is counted there.
    let excused = Figures::of(&around_the_clock(&[(HOUR, 2 * HOUR)], &[(0, 4 * HOUR)]));
    assert_eq!((excused.outages, excused.down, excused.mtbf), (0, 0, None));
}

#[test]
fn an_outage_is_counted_where_its_first_agreed_second_lies() {
    let across = |period: (i64, i64)| {
        let (period, now) = (span(period), Instant::of(2 * MONTH));
        Figures::of(&Given { period, now, ..around_the_clock(&[(MONTH - HOUR, MONTH + HOUR)], &[]) })
    };
    let (first, second) = (across((0, MONTH)), across((MONTH, 2 * MONTH)));
    assert_eq!((first.outages, first.down, first.list[0].carried), (1, HOUR, false));
    assert_eq!((second.outages, second.down, second.list[0].carried), (0, HOUR, true));
    assert_eq!(second.mtrs, None);
    // It began before the period, but out of hours: its first agreed second is in the period.
    let office = Given { hours: spans(&[(9 * HOUR, 17 * HOUR)]), ..around_the_clock(&[(-DAY, 10 * HOUR)], &[]) };
    let figures = Figures::of(&office);
    assert_eq!((figures.outages, figures.down), (1, HOUR));
    // A night between does not make two of one.
    let nights = Given {
        hours: spans(&[(9 * HOUR, 17 * HOUR), (33 * HOUR, 41 * HOUR)]),
        ..around_the_clock(&[(16 * HOUR, 34 * HOUR)], &[])
    };
    let figures = Figures::of(&nights);
    assert_eq!((figures.outages, figures.down, figures.mtrs), (1, 2 * HOUR, Some(2 * HOUR)));
    assert_eq!(figures.list[0].span, span((16 * HOUR, 34 * HOUR)));
}

#[test]
fn what_lasts_is_counted_until_now_and_the_budget_is_of_the_whole_period() {
    let open = Given {
        now: Instant::of(10 * DAY),
        outages: vec![(Instant::of(10 * DAY - 100), None)],
        ..around_the_clock(&[], &[(20 * DAY, 21 * DAY)])
    };
    let figures = Figures::of(&open);
    assert_eq!((figures.span, figures.agreed, figures.down), (span((0, 10 * DAY)), 10 * DAY, 100));
    let budget = figures.budget.as_ref().expect("a promise");
    assert_eq!((budget.budget, budget.spent, budget.left()), (29 * DAY / 1000, 100, 29 * DAY / 1000 - 100));
    assert_eq!(figures.standing(), Some(Standing::Met));
    let later = Figures::of(&Given { now: Instant::of(40 * DAY), ..open.clone() });
    assert_eq!(later.down, 20 * DAY + 100 - DAY, "it ends with the period, and nothing is down in maintenance");
    // Ten minutes of the first day are more than a thousandth of it, and less than one of the month.
    let early = Figures::of(&Given { now: Instant::of(DAY), ..around_the_clock(&[(0, 600)], &[]) });
    assert_eq!((early.standing(), percent(&early, 2).as_str()), (Some(Standing::Behind), "99.30"));
    let before = Figures::of(&Given { now: Instant::of(-5), ..open });
    assert_eq!((before.agreed, before.availability), (0, None));
}

#[test]
fn what_is_degraded_is_told_apart_and_counts_as_much_as_agreed() {
    let both = Given {
        degraded: windows(&[(9 * HOUR, 12 * HOUR), (8 * HOUR, 10 * HOUR)]),
        ..around_the_clock(&[(11 * HOUR, 13 * HOUR)], &[])
    };
    let apart = Figures::of(&both);
    assert_eq!((apart.down, apart.degraded, apart.lost, apart.outages), (2 * HOUR, 3 * HOUR, 2 * HOUR, 1));
    let half = Figures::of(&Given { degraded_percent: 50, ..both });
    assert_eq!((half.down, half.lost, half.mtrs), (2 * HOUR, 2 * HOUR + HOUR * 3 / 2, Some(2 * HOUR)));
    assert_eq!(half.availability, Some(Share { part: MONTH - half.lost, whole: MONTH }));
}

#[test]
fn the_pace_of_a_budget_is_that_of_the_table() {
    // 99.9 % of 30 days are 43.2 minutes; 36 s of the last hour are ten times as fast as that allows.
    let outage = Figures::of(&around_the_clock(&[(MONTH - 36, MONTH)], &[]));
    let budget = outage.budget.expect("a promise");
    assert_eq!((budget.budget, budget.spent, budget.spent_percent()), (2592, 36, 1));
    let rates: Vec<Option<i64>> = budget.burns.iter().map(|burn| burn.rate).collect();
    assert_eq!(rates, [Some(10_000), Some(1666), Some(416), Some(138)]);
    assert_eq!(budget.burns[0].exhausts_in, Some((2592 - 36) * 100));
    // 14.4 spends 2 % in an hour, and all in 50 hours.
    let page = Given { objective: Some(990_000), ..around_the_clock(&[(MONTH - 518, MONTH)], &[]) };
    let budget = Figures::of(&page).budget.expect("a promise");
    assert_eq!(budget.burns[0].rate, Some(14_388));
    let gone = Figures::of(&around_the_clock(&[(MONTH - HOUR, MONTH)], &[])).budget.expect("a promise");
    assert_eq!((gone.left(), gone.burns[0].exhausts_in, gone.burns[0].rate), (2592 - 3600, None, Some(1_000_000)));
    // Nothing may be lost of a promise of all: there is no pace, and the first second breaks it.
    let all = Figures::of(&Given { objective: Some(WHOLE), ..around_the_clock(&[(0, 1)], &[]) });
    let budget = all.budget.as_ref().expect("a promise");
    assert_eq!((budget.budget, budget.spent_percent(), budget.burns[3].rate), (0, 100, None));
    assert_eq!(all.standing(), Some(Standing::Missed));
}

#[test]
fn each_step_of_spending_is_told_once_and_the_highest_alone() {
    for (spent, told, say) in
        [(0, 0, None), (49, 0, None), (50, 0, Some(50)), (60, 50, None), (130, 50, Some(100)), (130, 100, None)]
    {
        assert_eq!(step_to_tell(spent, told), say, "{spent} % after {told} %");
    }
}

prop_compose! {
    fn some_spans(most: usize)(spans in prop::collection::vec((-500_i64..1500, 0_i64..200), 0..most)) -> Vec<(i64, i64)> {
        spans.into_iter().map(|(from, length)| (from, from + length)).collect()
    }
}

prop_compose! {
    fn anything()(
        hours in some_spans(12), excused in some_spans(5), outages in some_spans(8), degraded in some_spans(5),
        open in prop::option::of(0_i64..1500), now in 0_i64..1500, percent in 0_i64..=100, objective in prop::option::of(1..=WHOLE),
    ) -> Given {
        Given {
            period: span((0, 1000)),
            now: Instant::of(now),
            hours: spans(&hours),
            excused: spans(&excused),
            outages: windows(&outages).into_iter().chain(open.map(|from| (Instant::of(from), None))).collect(),
            degraded: windows(&degraded),
            degraded_percent: percent,
            objective,
        }
    }
}

/// The same, second by second.
fn by_counting(given: &Given) -> (i64, i64, i64, i64) {
    let end = given.period.until.min(given.now);
    let in_any = |spans: &[(Instant, Option<Instant>)], at: Instant| {
        spans.iter().any(|(from, until)| *from <= at && at < until.unwrap_or(end))
    };
    let within = |spans: &Spans, at: Instant| spans.iter().any(|span| span.from <= at && at < span.until);
    let mut counts = (0, 0, 0, 0);
    for at in (given.period.from.seconds()..end.seconds()).map(Instant::of) {
        if within(&given.hours, at) {
            counts.0 += 1;
            if !within(&given.excused, at) {
                counts.1 += 1;
                if in_any(&given.outages, at) {
                    counts.2 += 1;
                } else if in_any(&given.degraded, at) {
                    counts.3 += 1;
                }
            }
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seconds_counted_one_by_one_give_the_same(given in anything()) {
        let figures = Figures::of(&given);
        let counted = by_counting(&given);
        prop_assert_eq!((figures.service_time, figures.agreed, figures.down, figures.degraded), counted);
        prop_assert!(figures.down <= figures.agreed && figures.agreed <= figures.service_time);
        prop_assert!(figures.lost >= figures.down && figures.lost <= figures.down + figures.degraded);
        prop_assert_eq!(figures.list.iter().map(|outage| outage.down).sum::<i64>(), figures.down);
        prop_assert!(given.now < given.period.until || figures.standing() != Some(Standing::Behind));
    }

    #[test]
    fn order_and_repetition_do_not_matter(given in anything(), turn in 0_usize..8) {
        let mut other = given.clone();
        let places = other.outages.len().max(1);
        other.outages.rotate_left(turn % places);
        other.outages.extend(given.outages.iter().take(3).copied());
        prop_assert_eq!(Figures::of(&given), Figures::of(&other));
    }

    #[test]
    fn the_parts_of_a_period_add_up_to_it(given in anything(), cut in 0_i64..=1000) {
        let part = |period: (i64, i64)| Figures::of(&Given { period: span(period), ..given.clone() });
        let (whole, first, second) = (part((0, 1000)), part((0, cut)), part((cut, 1000)));
        prop_assert_eq!(whole.service_time, first.service_time + second.service_time);
        prop_assert_eq!(whole.agreed, first.agreed + second.agreed);
        prop_assert_eq!(whole.down, first.down + second.down);
        prop_assert_eq!(whole.degraded, first.degraded + second.degraded);
        prop_assert_eq!(whole.outages, first.outages + second.outages);
    }

    #[test]
    fn one_more_outage_never_makes_it_better(given in anything(), from in 0_i64..1000, length in 0_i64..300) {
        let mut worse = given.clone();
        worse.outages.extend(windows(&[(from, from + length)]));
        let (before, after) = (Figures::of(&given), Figures::of(&worse));
        prop_assert!(after.down >= before.down && after.agreed == before.agreed && after.lost >= before.lost);
    }

    #[test]
    fn a_step_is_reached_at_the_second_that_was_foreseen(given in anything(), step in prop::sample::select(&STEPS)) {
        // It is down from now on, for as long as it takes.
        let lasting = |now: Instant| {
            let mut given = Given { now, degraded_percent: 0, objective: Some(900_000), ..given.clone() };
            given.outages.push((given.period.from, None));
            given
        };
        let now = given.now;
        let Some(budget) = Figures::of(&lasting(now)).budget else { return Ok(()) };
        let ahead = Span { from: now, ..given.period };
        let ahead = given.hours.minus(&given.excused).and(&ahead.into());
        let seconds = budget.until_step(step);
        if let Some(at) = after(&ahead, seconds).filter(|_| seconds > 0) {
            let spent = |at: Instant| Figures::of(&lasting(at)).budget.map(|budget| budget.spent_percent());
            prop_assert!(spent(at) >= Some(step), "{:?} at {at:?}", spent(at));
            prop_assert!(spent(at - 1) < Some(step), "{:?} before {at:?}", spent(at - 1));
        } else {
            prop_assert!(seconds > 0 || budget.spent_percent() >= step);
        }
    }

    #[test]
    fn what_is_shown_never_rounds_up(part in 0_i64..1_000_000, more in 0_i64..1000, decimals in 0_u32..5) {
        let share = Share { part, whole: part + more + 1 };
        let shown: i64 = share.percent(decimals).replace('.', "").parse().unwrap();
        let all = share.part * 100 * 10_i64.pow(decimals);
        prop_assert!(shown * share.whole <= all && all < (shown + 1) * share.whole);
        prop_assert!(share.part == share.whole || share.percent(decimals) != "100");
    }
}
