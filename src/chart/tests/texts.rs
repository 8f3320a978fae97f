//! Text on a card: measured, cut, and whatever people write.

use proptest::prelude::*;
use tiny_skia::PathBuilder;

use super::super::font::Fonts;

fn fonts() -> Fonts {
    Fonts::new().expect("fonts")
}

#[test]
fn what_is_too_wide_ends_in_an_ellipsis() {
    let fonts = fonts();
    assert_eq!(fonts.fit("Webshop", 14.0, 100.0), "Webshop");
    assert_eq!(fonts.fit("Webshop of the northern region", 14.0, 100.0), "Webshop of t…");
    assert_eq!(fonts.fit("Webshop of the northern region", 14.0, 3.0), "");
    assert_eq!(fonts.fit("", 14.0, 100.0), "");
}

#[test]
fn a_narrow_letter_takes_less_room_than_a_wide_one() {
    let fonts = fonts();
    assert!(fonts.width("iiii", 14.0) < fonts.width("mmmm", 14.0));
    assert!((fonts.width("1111", 14.0) - fonts.width("0987", 14.0)).abs() < f32::EPSILON, "digits are equally wide");
}

#[test]
fn what_only_steers_is_not_drawn() {
    let fonts = fonts();
    assert_eq!(fonts.fit("\u{202e}evil\u{0}\r\n\t twin\u{200b} ", 14.0, 200.0), "evil twin");
    assert_eq!(fonts.fit("e\u{301}t\u{e9}", 14.0, 200.0), "été");
    assert_eq!(fonts.fit("Z\u{338}\u{361}a\u{357}lgo", 14.0, 200.0), "Zalgo");
    assert_eq!(fonts.fit("✔\u{fe0f}", 14.0, 200.0), "✔");
}

#[test]
fn a_character_without_a_glyph_is_a_box() {
    let fonts = fonts();
    let outline = |text: &str| {
        let mut path = PathBuilder::new();
        fonts.outline(text, 20.0, (0.0, 20.0), &mut path);
        path.finish().map(|path| path.bounds())
    };
    let one = outline("日").expect("a box");
    let two = outline("日本").expect("two boxes");
    assert!(one.width() > 10.0 && one.height() > 10.0, "{one:?}");
    assert!(two.width() > 2.0 * one.width(), "{two:?}");
    assert!(outline("📦").is_some_and(|package| package != one), "an emoji is none");
    assert_eq!(outline(" "), None);
}

proptest! {
    #[test]
    fn whatever_people_write_fits(text in any::<String>(), size in 8.0_f32..30.0, room in 0.0_f32..400.0) {
        let fonts = fonts();
        let fitting = fonts.fit(&text, size, room);
        prop_assert!(fonts.width(&fitting, size) <= room + 0.01, "{:?}", fitting);
        prop_assert!(!fitting.chars().any(char::is_control));
    }
}
