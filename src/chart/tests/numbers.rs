//! Numbers as text, axes, and the descriptions.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::super::scale::Scale;
use super::super::{Unit, bars, share_text, trend, words};
use super::{bar, line, periods};

#[test]
fn a_share_is_cut_off_and_not_rounded() {
    let cases = [
        (0.0, "0 %"),
        (0.000_001, "0.0 %"),
        (0.29, "29.0 %"),
        (0.57, "57.0 %"),
        (12.0 / 13.0, "92.3 %"),
        (0.989_999, "98.9 %"),
        (0.99, "99.00 %"),
        (0.999_499_9, "99.94 %"),
        (0.999_999_999, "99.99 %"),
        (1.0, "100 %"),
        (1.1, "no data"),
        (f64::NAN, "no data"),
    ];
    for (share, text) in cases {
        assert_eq!(share_text(share, None), text, "{share}");
    }
    assert_eq!(share_text(0.999_949, Some(0.9999)), "99.99 %");
    assert_eq!(share_text(0.999_889, Some(0.999_89)), "99.988 %");
    assert_eq!(share_text(0.5, Some(0.999_999)), "50.0000 %");
    assert_eq!(words::target(0.999_999), "99.9999 %");
    assert_eq!(words::target(0.9), "90 %");
    assert_eq!(words::target(0.07), "7 %");
}

/// What a share text says, in millionths.
fn millionths(text: &str) -> u64 {
    let number = text.strip_suffix(" %").expect("per cent");
    let (whole, digits) = number.split_once('.').unwrap_or((number, ""));
    format!("{whole}{digits:0<4}").parse().expect("a number")
}

proptest! {
    #[test]
    fn what_misses_a_target_never_reads_as_the_target(done in 0_u32..100_000, more in 0_u32..100_000, target in 1_u32..=1_000_000) {
        let share = f64::from(done) / f64::from((done + more).max(1));
        let promised = f64::from(target) / 1e6;
        let said = millionths(&share_text(share, Some(promised)));
        prop_assert_eq!(said < u64::from(target), share < promised);
        prop_assert_eq!(millionths(&words::target(promised)), u64::from(target));
    }

    #[test]
    fn an_axis_holds_what_is_drawn(values in proptest::collection::vec(0.0_f64..=1.0, 0..20), power in 0_i32..=9) {
        for (unit, factor) in [(Unit::Share, 1.0), (Unit::Minutes, 10_f64.powi(power)), (Unit::Count, 10_f64.powi(power))] {
            let values = values.iter().map(|value| value * factor);
            let Scale { ticks } = Scale::of(unit, values.clone());
            prop_assert!((2..=5).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks.is_sorted_by(|one, next| one < next), "{:?}", ticks);
            for value in values {
                prop_assert!(ticks[0] <= value + 1e-8 && value <= ticks[ticks.len() - 1] + 1e-8, "{} in {:?}", value, ticks);
            }
        }
    }
}

#[test]
fn an_axis_names_round_values() {
    let ticks = |unit, values: &[f64]| Scale::of(unit, values.iter().copied()).ticks;
    assert_eq!(ticks(Unit::Share, &[0.88, 0.99]), [0.85, 0.9, 0.95, 1.0]);
    assert_eq!(ticks(Unit::Share, &[0.9996]), [0.9996, 0.9997, 0.9998, 0.9999, 1.0]);
    assert_eq!(ticks(Unit::Share, &[0.0]), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(ticks(Unit::Share, &[1.0]), [0.9, 0.95, 1.0]);
    assert_eq!(ticks(Unit::Minutes, &[310.0]), [0.0, 120.0, 240.0, 360.0]);
    assert_eq!(ticks(Unit::Minutes, &[20_000.0]), [0.0, 7200.0, 14400.0, 21600.0]);
    assert_eq!(ticks(Unit::Count, &[]), [0.0, 1.0]);
    assert_eq!(ticks(Unit::Count, &[8.0]), [0.0, 2.0, 4.0, 6.0, 8.0]);
    assert_eq!(ticks(Unit::Count, &[9.0]), [0.0, 5.0, 10.0]);
}

#[test]
fn amounts_are_told_as_people_tell_them() {
    let lengths = [0.0, 4.5, 9.96, 59.4, 59.6, 65.0, 120.0, 1439.7, 1440.0, 4545.0];
    let told: Vec<String> = lengths.into_iter().map(words::minutes).collect();
    assert_eq!(
        told,
        ["0 min", "4.5 min", "10 min", "59 min", "1 h", "1 h 5 min", "2 h", "1 d", "1 d", "3 d 4 h"].map(str::to_owned)
    );
    let counts: Vec<String> = [0.0, 2.5, 12.0, 999.0, 1204.0, 1e9].into_iter().map(words::count).collect();
    assert_eq!(counts, ["0", "2.5", "12", "999", "1,204", "1,000,000,000"].map(str::to_owned));
}

#[test]
fn bars_are_described_with_their_numbers() {
    let picture = bars(
        "Service levels, October",
        &[
            bar("P1 response", Some(12.0 / 13.0), Some(0.95), "12 of 13"),
            bar("P1 resolution", Some(1.0), Some(0.9), "13 of 13"),
            bar("P2\nresponse", None, Some(0.999_5), ""),
            bar("P3 response", Some(0.8), None, " "),
        ],
    )
    .expect("a picture");
    assert_snapshot!(picture.described, @"Service levels, October. P1 response: 92.3 % (12 of 13), target 95 %, missed; P1 resolution: 100 % (13 of 13), target 90 %, met; P2 response: no data, target 99.95 %; P3 response: 80.0 %.");
}

#[test]
fn lines_are_described_with_their_points() {
    let lines = [line("P1", &[Some(0.92), None, Some(0.989_9)]), line("P2", &[None, None, Some(1.0)])];
    let picture = trend("Response in time", &periods(3), &lines, Unit::Share).expect("a picture");
    assert_snapshot!(picture.described, @"Response in time. P1: 2026-01 92.0 %, 2026-02 no data, 2026-03 98.9 %; P2: 2026-01 no data, 2026-02 no data, 2026-03 100 %.");
    let lines = [line("P1", &[Some(35.0), Some(95.0)])];
    let picture = trend("", &periods(2), &lines, Unit::Minutes).expect("a picture");
    assert_snapshot!(picture.described, @"P1: 2026-01 35 min, 2026-02 1 h 35 min.");
}

#[test]
fn nothing_is_described_as_nothing() {
    assert_snapshot!(bars("Service levels", &[]).expect("a picture").described, @"Service levels. no data.");
    assert_snapshot!(trend("", &[], &[], Unit::Count).expect("a picture").described, @"no data.");
    assert_snapshot!(trend("Opened", &[], &[line("P1", &[])], Unit::Count).expect("a picture").described, @"Opened. no data.");
}
