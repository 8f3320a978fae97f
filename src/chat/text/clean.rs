//! Takes out of a text what is not seen but acts: controls, directions, zero-widths, tags, piles of marks
//! (`reliability-security` T11).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Combining marks that one base may carry. Vietnamese and Hebrew need three; "zalgo" text uses dozens to cover lines.
const MARKS_PER_BASE: usize = 4;

/// `text` in NFC, without what acts unseen, and without space around it. Newlines stay.
pub fn clean(text: &str) -> String {
    let scrubbed = scrub(text);
    // A mark that lost its base would sit on whatever stands before the text.
    scrubbed.trim_end().trim_start_matches(|c: char| c.is_whitespace() || is_combining_mark(c)).to_owned()
}

/// As [`clean`], on one line: runs of white space become one space.
pub fn clean_line(text: &str) -> String {
    let line = scrub(text).split_whitespace().collect::<Vec<_>>().join(" ");
    clean(&line)
}

/// As [`clean`], but the space around the text stays, for code and for text that is cut later.
pub(super) fn scrub(text: &str) -> String {
    let visible: String = without_unseen(&without_escapes(text));
    let mut scrubbed = String::with_capacity(visible.len());
    // A mark at the start of a line has no base to sit on, so none is allowed there.
    let mut room = 0;
    for c in visible.nfc() {
        if is_combining_mark(c) {
            if room == 0 {
                continue;
            }
            room -= 1;
        } else {
            room = if c == '\n' { 0 } else { MARKS_PER_BASE };
        }
        scrubbed.push(c);
    }
    scrubbed
}

/// Terminal escapes go whole: without their first character the rest would stay as rubbish such as `[31m`.
fn without_escapes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\u{9b}', '\u{9d}']) {
        kept.push_str(&rest[..at]);
        let escape = &rest[at..];
        rest = &escape[escape_len(escape)..];
    }
    kept.push_str(rest);
    kept
}

/// How many bytes the escape at the start of `text` has; only its first character if it is not a whole one.
fn escape_len(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let (kind, body) = match (text.starts_with('\u{1b}'), text[first..].chars().next()) {
        (true, Some(c @ ('[' | ']'))) => (c, first + 1),
        (true, _) => return first,
        (false, _) if text.starts_with('\u{9b}') => ('[', first),
        (false, _) => (']', first),
    };
    let inside = &text[body..];
    let length = if kind == '[' {
        inside
            .find(|c: char| !matches!(c, ' '..='?'))
            .filter(|&end| inside[end..].starts_with(|c: char| matches!(c, '@'..='~')))
            .map(|end| end + 1)
    } else {
        let end = inside.find(['\u{7}', '\u{9c}', '\u{1b}', '\n']);
        end.and_then(|end| {
            let tail = &inside[end..];
            ["\u{7}", "\u{9c}", "\u{1b}\\"].iter().find(|stop| tail.starts_with(**stop)).map(|stop| end + stop.len())
        })
    };
    length.map_or(first, |length| body + length)
}

fn without_unseen(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                kept.push('\n');
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            '\t' => kept.push(' '),
            // One selector says whether a sign is drawn as text or as emoji; a run of them hides data.
            '\u{fe0e}' | '\u{fe0f}' => {
                if kept.ends_with(|c: char| !c.is_whitespace() && !matches!(c, '\u{fe0e}' | '\u{fe0f}')) {
                    kept.push(c);
                }
            }
            c if is_unseen(c) => {}
            c => kept.push(c),
        }
    }
    kept
}

/// Characters that are not drawn, or that turn the direction of others. The joiners are among them: what they cost
/// (a family emoji shows as its members) is less than what look-alike names would.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
