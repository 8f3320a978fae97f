//! The pictures themselves.

use proptest::option;
use proptest::prelude::*;

use super::super::ink::{self, Ink};
use super::super::{Bar, Fault, Line, MOST_AMOUNT, MOST_BARS, MOST_LINES, MOST_PERIODS, Picture, Unit, bars, trend};
use super::{bar, line, periods};

/// What a chart may weigh, in bytes.
const HEAVIEST: usize = 150_000;

/// A decoded picture: red, green, blue and opacity.
struct Decoded {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Decoded {
    fn of(picture: &Picture) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&picture.png));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("a header");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("a frame");
        let pixels = bytes.chunks_exact(4).map(|four| [four[0], four[1], four[2], four[3]]).collect();
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }

    fn row(&self, y: usize) -> &[[u8; 4]] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// How many pixels have exactly this ink.
    fn count(&self, Ink(red, green, blue): Ink) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == [red, green, blue, 255]).count()
    }

    /// How many pixels have this ink in the row where it occurs most.
    fn longest(&self, Ink(red, green, blue): Ink) -> usize {
        (0..self.height)
            .map(|y| self.row(y).iter().filter(|pixel| **pixel == [red, green, blue, 255]).count())
            .max()
            .unwrap_or(0)
    }
}

fn decoded(picture: Result<Picture, Fault>) -> Decoded {
    Decoded::of(&picture.expect("a picture"))
}

#[test]
fn a_card_is_as_high_as_its_rows_and_transparent_only_at_its_corners() {
    let rows = |count: usize| vec![bar("P1", Some(0.5), Some(0.9), "1 of 2"); count];
    let sizes = [0, 1, 12, 13].map(|count| decoded(bars("Title", &rows(count)))).map(|card| {
        let (right, bottom) = (card.width - 1, card.height - 1);
        for (x, y) in [(0, 0), (right, 0), (0, bottom), (right, bottom)] {
            assert_eq!(card.row(y)[x][3], 0, "{x}, {y}");
        }
        assert!((30..card.height - 30).all(|y| card.row(y).iter().all(|pixel| pixel[3] == 255)));
        (card.width, card.height)
    });
    assert_eq!(sizes, [(1280, 192), (1280, 280), (1280, 1028), (1280, 914)]);
    let card = decoded(trend("Title", &periods(3), &[line("P1", &[Some(1.0), None, Some(2.0)])], Unit::Count));
    assert_eq!((card.width, card.height), (1280, 664));
}

#[test]
fn a_bar_is_as_long_as_its_share_and_as_blue_as_its_promise() {
    let full = decoded(bars("", &[bar("P1", Some(1.0), None, "")])).longest(ink::FREE);
    let half = decoded(bars("", &[bar("P1", Some(0.5), None, "")]));
    // The numbers beside the bars are not equally wide, which moves its end a little.
    assert!(half.longest(ink::FREE).abs_diff(full / 2) < 12, "{} of {full}", half.longest(ink::FREE));
    assert_eq!((half.count(ink::MET), half.count(ink::MISSED)), (0, 0));

    let met = decoded(bars("", &[bar("P1", Some(0.9), Some(0.9), "")]));
    assert!(met.longest(ink::MET) > 100 && met.count(ink::MISSED) == 0);
    let missed = decoded(bars("", &[bar("P1", Some(0.899_999), Some(0.9), "")]));
    assert!(missed.longest(ink::MISSED) > 100 && missed.count(ink::MET) == 0);
}

#[test]
fn a_target_is_ticked_and_no_data_has_no_bar() {
    let card = decoded(bars("", &[bar("", None, Some(0.75), "")]));
    for ink in [ink::MET, ink::MISSED, ink::FREE] {
        assert_eq!(card.count(ink), 0, "{ink:?}");
    }
    // The tick is the only upright block of six white pixels, and stands over the track by eight.
    let white = [ink::TEXT.0, ink::TEXT.1, ink::TEXT.2, 255];
    let ticked: Vec<usize> =
        (0..card.height).filter(|y| card.row(*y).windows(6).any(|six| six == [white; 6])).collect();
    assert_eq!(ticked.len(), 48);
}

#[test]
fn a_line_has_a_gap_where_there_is_no_data() {
    let drawn = |points: &[Option<f64>]| {
        decoded(trend("", &periods(points.len()), &[line("", points)], Unit::Count)).count(ink::LINES[0])
    };
    let whole = drawn(&[Some(1.0), Some(1.0), Some(1.0), Some(1.0)]);
    let gap = drawn(&[Some(1.0), None, Some(1.0), Some(1.0)]);
    assert!(gap < whole * 2 / 3, "{gap} of {whole}");
    assert!(drawn(&[None, Some(1.0), None]) > 50, "a point alone is still marked");
    assert!(drawn(&[None]) > 30, "a line without points is still named");
}

#[test]
fn the_same_figures_give_the_same_bytes() {
    let rows = [bar("P1", Some(0.5), Some(0.9), "1 of 2"), bar("P2", None, None, "")];
    assert_eq!(bars("Title", &rows).expect("a picture"), bars("Title", &rows).expect("a picture"));
    let lines = [line("P1", &[Some(0.5), None]), line("P2", &[Some(0.5), Some(1.0)])];
    let draw = || trend("Title", &periods(2), &lines, Unit::Share).expect("a picture");
    assert_eq!(draw(), draw());
}

#[test]
fn the_fullest_charts_stay_light() {
    let label = "Überweisungen und Zahlungsverkehr für Großkunden 📦 日本語";
    let rows: Vec<Bar> = (1..=30)
        .map(|row| bar(&format!("{row} {label}"), Some(f64::from(row) / 31.0), Some(0.999_999), "12345 of 67890"))
        .collect();
    let weight = bars(&label.repeat(9), &rows).expect("a picture").png.len();
    assert!(weight < HEAVIEST, "{weight}");
    let lines: Vec<_> = (0..6)
        .map(|row| line(label, &(0..12).map(|at| Some(f64::from((at * 7 + row * 3) % 11) * 9e7)).collect::<Vec<_>>()))
        .collect();
    let weight =
        trend(&label.repeat(9), &vec![label.to_owned(); 12], &lines, Unit::Count).expect("a picture").png.len();
    assert!(weight < HEAVIEST, "{weight}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |result: Result<Picture, Fault>| result.map(|_| ()).expect_err("a fault").to_string();
    insta::assert_snapshot!(refused(bars("", &vec![bar("", None, None, ""); MOST_BARS + 1])), @"a chart holds at most 30 bars, and 31 were given: split it");
    insta::assert_snapshot!(refused(bars("", &[bar("P1", Some(f64::NAN), None, "")])), @r#""P1" has the value NaN: a share lies from 0 to 1, an amount from 0 to a billion"#);
    insta::assert_snapshot!(refused(bars("", &[bar("P1", None, Some(-0.1), "")])), @r#""P1" has the value -0.1: a share lies from 0 to 1, an amount from 0 to a billion"#);
    insta::assert_snapshot!(refused(trend("", &periods(2), &[line("P1", &[None])], Unit::Count)), @r#"the line "P1" has 1 points for 2 periods: give one for each, or none where there is no data"#);
    insta::assert_snapshot!(refused(trend("", &periods(MOST_PERIODS + 1), &[], Unit::Count)), @"a chart holds at most 12 periods, and 13 were given: split it");
    insta::assert_snapshot!(refused(trend("", &[], &vec![line("", &[]); MOST_LINES + 1], Unit::Count)), @"a chart holds at most 6 lines, and 7 were given: split it");
    for (value, unit) in [(1.01, Unit::Share), (-1.0, Unit::Minutes), (f64::INFINITY, Unit::Count)] {
        let result = trend("", &periods(1), &[line("P1", &[Some(value)])], unit);
        assert!(matches!(result, Err(Fault::OutOfRange { .. })), "{value}");
    }
    trend("", &periods(1), &[line("P1", &[Some(MOST_AMOUNT)])], Unit::Minutes).expect("the largest amount is drawn");
}

#[test]
fn inks_stand_out_from_the_card() {
    let light = |Ink(red, green, blue): Ink| {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let contrast = |ink: Ink| (light(ink) + 0.05) / (light(ink::CARD) + 0.05);
    assert!(contrast(ink::TEXT) >= 7.0);
    for ink in [ink::MUTED, ink::MET, ink::MISSED, ink::FREE].into_iter().chain(ink::LINES) {
        assert!(contrast(ink) >= 4.5, "{ink:?}: {}", contrast(ink));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn whatever_is_given_is_drawn(
        title in any::<String>(),
        rows in proptest::collection::vec(
            (any::<String>(), option::of(0.0_f64..=1.0), option::of(0.0_f64..=1.0), any::<String>()),
            0..4,
        ),
    ) {
        let rows: Vec<Bar> =
            rows.into_iter().map(|(label, share, target, note)| Bar { label, share, target, note }).collect();
        prop_assert!(bars(&title, &rows).is_ok_and(|picture| picture.png.len() < HEAVIEST));
    }

    #[test]
    fn whatever_course_is_given_is_drawn(
        names in proptest::collection::vec(any::<String>(), 1..=MOST_PERIODS),
        values in proptest::collection::vec(option::of(0.0_f64..=1.0), MOST_PERIODS * MOST_LINES),
        count in 1..=MOST_LINES,
        (unit, most) in prop_oneof![
            Just((Unit::Share, 1.0)),
            (0_i32..=9).prop_map(|power| (Unit::Minutes, 10_f64.powi(power))),
            (0_i32..=9).prop_map(|power| (Unit::Count, 10_f64.powi(power))),
        ],
    ) {
        let values: Vec<Option<f64>> = values.into_iter().map(|value| value.map(|value| value * most)).collect();
        let lines: Vec<Line> =
            values.chunks(MOST_PERIODS).take(count).map(|points| line(&names[0], &points[..names.len()])).collect();
        prop_assert!(trend(&names[0], &names, &lines, unit).is_ok_and(|picture| picture.png.len() < HEAVIEST));
    }
}
