//! Texts of people in Markdown files: shown literally on `GitHub`, and still readable as a plain file.
//!
//! Its Markdown differs from Discord's (tables, HTML, entities, references such as `#7`), so [`crate::chat::text::escape`] would not do.

use crate::chat::text::clean;

/// Breaks what is looked for in the raw text, where a backslash would not: mentions and references.
const BREAK: char = '\u{200b}';

/// `text` on one line: for headings, cells of tables and the middle of sentences. New lines become ` / `.
pub fn line(text: &str) -> String {
    let lines: Vec<String> = lines(text).collect();
    lines.join(" / ")
}

/// `text` as a block that begins with `prefix` on every line: `> ` for a quotation.
pub fn block(text: &str, prefix: &str) -> String {
    let lines: Vec<String> = lines(text).map(|line| format!("{prefix}{line}")).collect();
    // Two spaces at the end keep the line's end.
    lines.join("  \n")
}

/// The lines of `text` that show something, escaped.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let cleaned = clean(text);
    let lines: Vec<String> = cleaned.lines().map(str::trim).filter(|line| !line.is_empty()).map(escape_line).collect();
    lines.into_iter()
}

fn escape_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 8);
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let (before, rest) = (&line[..at], &line[at + c.len_utf8()..]);
        if let Some(link) = link_at(&line[at..]).filter(|_| !before.ends_with(char::is_alphanumeric)) {
            out.push('<');
            out.push_str(link);
            out.push('>');
            at += link.len();
            continue;
        }
        if acts(c, before, rest) {
            out.push('\\');
        }
        out.push(c);
        let next = rest.chars().next();
        let refers = match c {
            '@' => next.is_some_and(char::is_alphanumeric),
            '#' => next.is_some_and(|next| next.is_ascii_digit()),
            _ => false,
        };
        if refers {
            out.push(BREAK);
        }
        at += c.len_utf8();
    }
    out
}

/// Whether `c` could be taken for markup between `before` and `rest` of its line.
fn acts(c: char, before: &str, rest: &str) -> bool {
    let (previous, next) = (before.chars().next_back(), rest.chars().next());
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' => true,
        // Between letters it can neither open nor close.
        '_' => !(previous.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
        // An entity.
        '&' => next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#'),
        // The start of a quotation, a heading, an item of a list, a rule.
        '>' | '#' | '-' | '+' | '=' => before.is_empty(),
        '.' | ')' => {
            let number = !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit());
            number && next.is_none_or(char::is_whitespace)
        }
        // The name of an emoji. None has two digits, so times such as `10:05:30` stay as they are.
        ':' => rest.split_once(':').is_some_and(|(name, _)| {
            let is_clock = name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_digit());
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte));
            name.len() > 1 && is_name && !is_clock
        }),
        _ => false,
    }
}

/// The address at the start of `text`, if it is one that can stand between angle brackets as it is.
fn link_at(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?.len();
    let in_link = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!&'()*+,;=%".contains(c);
    let end = text.find(|c| !in_link(c)).unwrap_or(text.len());
    let link = text[..end].trim_end_matches(['.', ',', ':', ';', '!', '?', '\'', ')', '*']);
    // What goes on in another script has another host or path.
    let is_whole = !text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '\\');
    (is_whole && link.len() > scheme).then_some(link)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_act_is_escaped_and_what_would_not_is_left() {
        for (text, expected) in [
            ("db_main at 10:05:30 (eu-west)", "db_main at 10:05:30 (eu-west)"),
            ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>"),
            ("a|b ~~c~~ **d** `e` [f](g)", "a\\|b \\~\\~c\\~\\~ \\*\\*d\\*\\* \\`e\\` \\[f\\](g)"),
            ("@everyone and @octocat, see #12", "@\u{200b}everyone and @\u{200b}octocat, see #\u{200b}12"),
            ("# heading", "\\# heading"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("AT&amp;T &#60;", "AT\\&amp;T \\&#\u{200b}60;"),
            ("see https://example.org/a_b|c.", "see <https://example.org/a_b>\\|c."),
            ("javascript:alert(1)", "javascript:alert(1)"),
            (":fire: :)", "\\:fire: :)"),
            ("one\n\n two", "one / two"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(block("one\n# two", "> "), "> one  \n> \\# two");
    }

    proptest! {
        #[test]
        fn a_line_has_no_bare_pipe_bracket_or_end(text in "\\PC{0,40}|[|<>`*\\[\\]\\\\\n@#&a1 ]{0,40}") {
            let line = line(&text);
            prop_assert!(!line.contains('\n'));
            let mut escaped = false;
            let mut link = false;
            for c in line.chars() {
                if escaped {
                    escaped = false;
                    continue;
                }
                match c {
                    '\\' => escaped = true,
                    '<' if !link => link = true,
                    '>' => link = false,
                    '|' | '`' | '[' | '*' if !link => prop_assert!(false, "`{c}` stands bare in {line}"),
                    _ => {}
                }
            }
            prop_assert!(!escaped, "an escape at the end would take what follows: {line}");
        }
    }
}
