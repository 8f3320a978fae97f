//! Pictures of figures, as PNG: attainment against targets, and lines over periods. Pure: the same input gives the same bytes.
//!
//! | file | what is in it |
//! |---|---|
//! | `bars`, `trend` | the two kinds of chart: what stands where |
//! | `canvas`, `palette` | a card with rounded corners to draw on, and how it becomes a PNG |
//! | `font` | text: cleaned, measured, cut to a width, turned into outlines |
//! | `ink` | the colours |
//! | `scale` | which values an axis names |
//! | `words` | numbers as text, and the description of a chart |
//!
//! **Card.** Discord shows the same picture on a light and on a dark background, so a chart brings its own: a dark card with a pale rim,
//! transparent only outside its corners. It is laid out in points and drawn with two pixels a point, since Discord shows it at about half
//! its size.
//!
//! **Colour is never the only sign.** The hues are those that Okabe and Ito chose to be told apart by people of any colour vision; what was
//! missed also bears a cross, and each line has a marker of its own shape.
//!
//! **Numbers never flatter.** A share is cut off and not rounded, so what is below a target never reads as the target ([`share_text`]).
//!
//! **Fonts.** Ubuntu Light (Ubuntu Font Licence 1.0) and Noto Emoji (SIL Open Font License 1.1) are taken unchanged from the crate
//! `epaint_default_fonts`, which permits embedding. They hold Latin, Greek and Cyrillic letters and emoji; a character of another script is
//! drawn as a box, and the description has it as it was written.

mod bars;
mod canvas;
mod font;
mod ink;
mod palette;
mod scale;
#[cfg(test)]
mod tests;
mod trend;
mod words;

pub use bars::bars;
pub use trend::trend;
pub use words::share as share_text;

/// How many bars a chart holds.
pub const MOST_BARS: usize = 30;
/// How many periods a chart holds.
pub const MOST_PERIODS: usize = 12;
/// How many lines a chart holds: there are that many colours and markers.
pub const MOST_LINES: usize = 6;
/// The largest amount of a trend: its number still fits beside the lines.
pub const MOST_AMOUNT: f64 = 1e9;

/// A picture, and what it shows in words (for screen readers).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// Plain text that names each bar or point with its number. Texts of people are in it as they were given, on one line and without
    /// escapes. It may be longer than what Discord takes as the description of a file (1,024 characters): whoever posts it clips it.
    pub described: String,
}

/// One row: how much of something was as promised.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What was measured: `P1 response`.
    pub label: String,
    /// From 0 to 1; none when there is no data.
    pub share: Option<f64>,
    /// From 0 to 1; none when nothing was promised.
    pub target: Option<f64>,
    /// A short remark at the end of the row, such as `12 of 13`; may be empty.
    pub note: String,
}

/// One line: a value for each period.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What was measured.
    pub label: String,
    /// One for each period, the oldest first; none where there is no data, which leaves a gap.
    pub points: Vec<Option<f64>>,
}

/// What the values of a trend are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1, shown in per cent.
    Share,
    /// Lengths of time in minutes.
    Minutes,
    /// How many.
    Count,
}

/// Why a chart could not be drawn. All but the last two are faults of the caller.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// More than the chart has room for.
    #[error("a chart holds at most {most} {what}, and {given} were given: split it")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many fit.
        most: usize,
        /// How many were given.
        given: usize,
    },
    /// A line with more or fewer points than there are periods.
    #[error(
        "the line \"{label}\" has {points} points for {periods} periods: give one for each, or none where there is no data"
    )]
    Uneven {
        /// The line.
        label: String,
        /// How many points it has.
        points: usize,
        /// How many periods there are.
        periods: usize,
    },
    /// A share below 0 or above 1, an amount below 0 or above [`MOST_AMOUNT`], or no number at all.
    #[error("\"{label}\" has the value {value}: a share lies from 0 to 1, an amount from 0 to a billion")]
    OutOfRange {
        /// The bar or line.
        label: String,
        /// Its value.
        value: f64,
    },
    /// An embedded font cannot be read, or there is no memory for the picture.
    #[error("a chart could not be drawn: {0}")]
    Drawing(&'static str),
    /// The picture cannot be written as PNG.
    #[error("a chart could not be written as PNG: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// At most `most`, or a fault.
fn at_most(what: &'static str, most: usize, given: usize) -> Result<(), Fault> {
    if given > most { Err(Fault::TooMany { what, most, given }) } else { Ok(()) }
}

/// `value` lies in `range`, or a fault of `label`. What is no number lies in none.
fn within(label: &str, range: std::ops::RangeInclusive<f64>, value: f64) -> Result<(), Fault> {
    if range.contains(&value) { Ok(()) } else { Err(Fault::OutOfRange { label: label.to_owned(), value }) }
}
