//! The colours of a chart. Each was chosen for the card: text has at least 7:1 against it, muted text and hues (in which lines are named) 4.5:1,
//! as WCAG 2.2 asks of text.

/// An opaque colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub u8, pub u8, pub u8);

/// The card.
pub(super) const CARD: Ink = Ink(0x1f, 0x24, 0x2d);
/// The rim of the card, which keeps it apart from a background as dark as itself.
pub(super) const RIM: Ink = Ink(0x46, 0x4e, 0x5c);
/// Titles, labels and numbers.
pub(super) const TEXT: Ink = Ink(0xf2, 0xf4, 0xf8);
/// Remarks, names of columns and values of an axis.
pub(super) const MUTED: Ink = Ink(0xa4, 0xad, 0xbb);
/// What a bar has not filled.
pub(super) const TRACK: Ink = Ink(0x2e, 0x35, 0x41);
/// The grid.
pub(super) const GRID: Ink = Ink(0x3a, 0x42, 0x4f);

/// As promised.
pub(super) const MET: Ink = Ink(0x56, 0xb4, 0xe9);
/// Less than promised.
pub(super) const MISSED: Ink = Ink(0xe6, 0x9f, 0x00);
/// Nothing was promised.
pub(super) const FREE: Ink = Ink(0x8b, 0x96, 0xa8);

/// One for each line, after Okabe and Ito; green, vermilion and purple are lighter here than on paper.
pub(super) const LINES: [Ink; super::MOST_LINES] = [
    Ink(0x56, 0xb4, 0xe9),
    Ink(0xe6, 0x9f, 0x00),
    Ink(0x2c, 0xc3, 0x95),
    Ink(0xe0, 0x8f, 0xbf),
    Ink(0xf0, 0xe4, 0x42),
    Ink(0xd3, 0xd8, 0xe0),
];
