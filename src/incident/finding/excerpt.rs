//! The words around a match.

use crate::chat::text::{clean_line, escape, fit};
use crate::store::search::words::{apart, fold};

/// Characters of markdown before the match, of the match, and after it.
const BEFORE: usize = 30;
const MATCH: usize = 25;
const AFTER: usize = 35;
/// Characters of an excerpt at most: those above, the marks around the match and those of what is left out.
#[cfg(test)]
pub(super) const LONGEST: usize = BEFORE + MATCH + AFTER + 6;

/// One line of `text` around the first of `words` that stands in it, as markdown with the match in bold. None if there is none.
pub(super) fn around(text: &str, words: &[String]) -> Option<String> {
    let line = clean_line(text);
    let found = apart(&line).find(|piece| fits(piece, words))?;
    // The pieces are parts of the line, so their place in it is the distance between the two.
    let start = found.as_ptr() as usize - line.as_ptr() as usize;
    let (before, after) = (&line[..start], &line[start + found.len()..]);
    let whole = escape(before);
    let before = if whole.chars().count() <= BEFORE { whole } else { format!("…{}", tail(before)) };
    Some(format!("{before}**{}**{}", fit(found, MATCH), fit(after, AFTER)))
}

/// Whether one of `words` stands in `text`.
pub(super) fn holds_any(text: &str, words: &[String]) -> bool {
    apart(text).any(|piece| fits(piece, words))
}

/// Whether all of `words` stand in `title`, so that it says enough.
pub(super) fn says_all(title: &str, words: &[String]) -> bool {
    words.iter().all(|word| apart(title).any(|piece| fold(piece).starts_with(word.as_str())))
}

fn fits(piece: &str, words: &[String]) -> bool {
    let piece = fold(piece);
    words.iter().any(|word| piece.starts_with(word.as_str()))
}

/// The last words of `text` that fit before a match.
fn tail(text: &str) -> String {
    let starts = text.char_indices().filter(|(at, _)| text[..*at].ends_with(' ')).map(|(at, _)| at);
    starts.map(|at| escape(&text[at..])).find(|tail| tail.chars().count() < BEFORE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        crate::store::search::words::searched(text)
    }

    #[test]
    fn an_excerpt_shows_the_match_and_what_stands_around_it() {
        let text = "The disk of node 7 is full.\nLogs were not rotated since the release, so the database stopped.";
        assert_eq!(
            around(text, &words("rotat")).expect("it is there"),
            "…7 is full. Logs were not **rotated** since the release, so the databas…"
        );
        assert_eq!(around("Café closed", &words("cafe")).expect("it is there"), "**Café** closed");
        assert_eq!(around(text, &words("elsewhere")), None);
    }

    #[test]
    fn an_excerpt_never_grows_too_long_whatever_stands_in_it() {
        for text in ["*", "\\", "W", "🙂", "`a` ", "[x](y) ", "https://a.b/_*_ "] {
            let text = format!("{}needle{}", text.repeat(300), text.repeat(300));
            for text in [text.clone(), text.replace("needle", " needle ")] {
                if let Some(excerpt) = around(&text, &words("needle")) {
                    assert!(excerpt.chars().count() <= LONGEST, "{excerpt}");
                }
            }
        }
    }
}
