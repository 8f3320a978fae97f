//! Text that people wrote, made safe to keep and to show.
//!
//! The order is: [`clean`] when it comes in, then, when it goes out, [`clip`] and [`escape`] (or [`fit`], which does
//! both). Names of threads, labels of buttons and options of selects are plain text to Discord and are never escaped.

mod clean;
mod escape;

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;

pub use self::clean::{clean, clean_line};
pub use self::escape::escape;
use super::limits;

/// The mark at the end of a text that was cut.
const CUT: char = '…';
/// What a name that has nothing to show becomes: Discord refuses empty names and labels.
const UNNAMED: &str = "untitled";

/// At most `limit` code points of `text`, cut between graphemes and then ending in `…`.
pub fn clip(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    if limit == 0 {
        return String::new();
    }
    let mut room = limit - 1;
    let mut kept = 0;
    for grapheme in text.graphemes(true) {
        let length = grapheme.chars().count();
        if length > room {
            break;
        }
        room -= length;
        kept += grapheme.len();
    }
    let mut clipped = text[..kept].trim_end().to_owned();
    clipped.push(CUT);
    clipped
}

/// `text` as markdown that shows it literally, cut so that the markdown has at most `limit` code points.
pub fn fit(text: &str, limit: usize) -> String {
    let whole = escape(&clip(text, limit));
    if whole.chars().nth(limit).is_none() {
        return whole;
    }
    // Escaping only adds, so the longest cut that fits lies below `limit`; it is nearly monotone in the cut, and where
    // it is not (a link that is cut loses its brackets) a slightly shorter text is no harm.
    let (mut fits, mut too_long) = (0, limit);
    let mut best = String::new();
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        let candidate = escape(&clip(text, middle));
        if candidate.chars().nth(limit).is_none() {
            (fits, best) = (middle, candidate);
        } else {
            too_long = middle;
        }
    }
    best
}

/// `text` shown literally: writes what [`escape`] returns.
pub fn esc<T: AsRef<str>>(text: T) -> Escaped<T> {
    Escaped(text)
}

/// User text inside a format string, shown literally; made by [`esc`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T>(T);

impl<T: AsRef<str>> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(self.0.as_ref()))
    }
}

/// The name of a thread: one line of plain text, never empty.
pub fn thread_name(text: &str) -> String {
    label(text, limits::THREAD_NAME)
}

/// The label of a button or a select option: one line of plain text of at most `limit` code points, never empty.
pub fn label(text: &str, limit: usize) -> String {
    let line = clean_line(text);
    clip(if line.is_empty() { UNNAMED } else { &line }, limit)
}

/// `text` on one line between backticks, cut to `limit` code points without them, to say back what somebody typed.
pub fn code(text: &str, limit: usize) -> String {
    let line = clip(&clean_line(text).replace('`', "'"), limit);
    format!("`{}`", if line.is_empty() { " " } else { &line }).replace("discord.", "discord.\u{200b}")
}

/// `text` in a code block of at most `limit` code points, fences counted; empty if not even the fences fit.
pub fn code_block(text: &str, limit: usize) -> String {
    const OPEN: &str = "```\n";
    const CLOSE: &str = "\n```";
    let room = limit.saturating_sub(OPEN.len() + CLOSE.len());
    if room == 0 {
        return String::new();
    }
    let text = clean::scrub(text);
    let mut cut = room;
    let mut inside = escape::defuse_code(&clip(&text, cut));
    while let excess @ 1.. = inside.chars().count().saturating_sub(room) {
        // What is defused at most doubles, so half the excess can go at once.
        cut = cut.saturating_sub(excess.div_ceil(2));
        inside = escape::defuse_code(&clip(&text, cut));
    }
    if inside.trim().is_empty() {
        // An empty block shows its fences.
        inside = String::from(" ");
    }
    format!("{OPEN}{inside}{CLOSE}")
}

#[cfg(test)]
mod tests;
