//! User text as markdown that shows literally.
//!
//! Discord's clients parse by regular expressions, several of which ignore backslashes inside what they match (links,
//! spoilers, autolinks), and its servers look for mentions and invites in the raw text. So a construct is broken where
//! it opens, and mentions and invites are broken in the raw text too. Where Discord would not act, nothing is added:
//! `db_main at 10:05 (eu-west)` stays as it is.

use super::CUT;
use super::clean::scrub;

/// Breaks a word that Discord looks for in the raw text, where a backslash would not.
const BREAK: char = '\u{200b}';

/// `text` as Discord markdown that shows it literally; links to http and https become `<https://…>`, which has no
/// preview and shows its true host, and every other scheme is plain text.
pub fn escape(text: &str) -> String {
    let text = scrub(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    let mut line_start = true;
    while let Some(c) = text[at..].chars().next() {
        let (before, rest) = text.split_at(at);
        if let Some(link) = link_at(rest) {
            out.push('<');
            push_link(&mut out, link);
            out.push('>');
            at += link.len();
            line_start = false;
            continue;
        }
        let rest = &rest[c.len_utf8()..];
        if acts(c, before, rest, line_start) {
            out.push('\\');
        }
        out.push(c);
        if c == '@' && is_ping(before, rest) {
            out.push(BREAK);
        }
        line_start = c == '\n' || (line_start && c.is_whitespace());
        at += c.len_utf8();
    }
    out
}

/// Whether Discord could take `c` for markup between `before` and `rest`. The ends of the text count as both a line's
/// end and the middle of one, since we do not know what the text is put into.
fn acts(c: char, before: &str, rest: &str, line_start: bool) -> bool {
    let (previous, next) = (before.chars().next_back(), next_shown(rest));
    let blank_next = next.is_none_or(char::is_whitespace);
    match c {
        '*' | '`' | '[' => true,
        // Before a letter or digit a backslash is itself.
        '\\' => !next.is_some_and(|n| n.is_ascii_alphanumeric()),
        // Between letters it can neither open nor close.
        '_' => !(previous.is_some_and(char::is_alphanumeric) && next.is_some_and(|n| n.is_ascii_alphanumeric())),
        // Only doubled; the text's ends may meet another.
        '~' | '|' => [previous, next].iter().any(|side| side.is_none_or(|side| side == c)),
        // Mentions, times, emoji, commands, autolinks, mail addresses: all open so.
        '<' => next.is_none_or(|n| !n.is_whitespace()),
        '(' => previous.is_none_or(|p| p == ']'),
        '>' | '#' => line_start,
        '-' => line_start && (blank_next || next == Some('#')),
        '+' => line_start && blank_next,
        '.' | ')' if blank_next && is_item_number(before) => true,
        '.' => breaks_invite(before, next),
        ':' => next == Some('/') || opens_emoji(rest),
        _ => false,
    }
}

/// The first character that will stand for `rest`: a link opens with a bracket.
fn next_shown(rest: &str) -> Option<char> {
    if link_at(rest).is_some() { Some('<') } else { rest.chars().next() }
}

/// Whether `before` ends in a line of digits alone, as in `1. first`.
fn is_item_number(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    !line.is_empty() && line.chars().all(|c| c.is_ascii_digit())
}

/// Discord unfurls invites wherever `discord.gg/…` and its kin stand, with or without a scheme.
fn breaks_invite(before: &str, next: Option<char>) -> bool {
    next.is_none_or(|n| n.is_ascii_alphanumeric())
        && (ends_with_ignoring_case(before, "discord") || ends_with_ignoring_case(before, "discordapp"))
}

/// Whether `rest`, behind a colon, continues an emoji's name, as in `:fire:`. No emoji has a name of two digits, so
/// times such as `10:05:30` stay as they are.
fn opens_emoji(rest: &str) -> bool {
    let Some((name, _)) = rest.split_once(':') else { return false };
    let is_clock = name.len() == 2 && name.bytes().all(|b| b.is_ascii_digit());
    !name.is_empty() && !name.contains(char::is_whitespace) && !is_clock
}

/// Whether `@` between `before` and `rest` pings: everyone, or one by number.
fn is_ping(before: &str, rest: &str) -> bool {
    /// A snowflake has 17 digits or more; fewer may stand in a mail address.
    const ID_DIGITS: usize = 15;
    let number = rest.trim_start_matches(['!', '&']);
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    starts_with_ignoring_case(rest, "everyone")
        || starts_with_ignoring_case(rest, "here")
        || digits >= ID_DIGITS
        || (digits > 0 && before.ends_with('<'))
}

/// The link at the start of `text`, if it is one that we let stand: http or https, a plain host that is what it looks
/// like, and nowhere an invite.
fn link_at(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| starts_with_ignoring_case(text, scheme))?.len();
    let in_link = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%[]".contains(c);
    let end = text.find(|c| !in_link(c)).unwrap_or(text.len());
    // A link that was cut leads elsewhere than the whole one; one that goes on in another script has another host or path.
    if text[end..].starts_with(|c: char| c == CUT || c.is_alphanumeric()) {
        return None;
    }
    let mut link = text[..end].trim_end_matches(['.', ',', ':', ';', '!', '?', '\'', '*', '_', '~']);
    while let Some(shorter) = link.strip_suffix([')', ']', '[', '(']) {
        if link.ends_with(')') && link.matches('(').count() >= link.matches(')').count() {
            break;
        }
        link = shorter.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'']);
    }
    let behind = link.get(scheme..)?;
    let host_end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
    let (authority, path) = behind.split_at(host_end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let plain_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let plain_port = !port.is_empty() && port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit());
    (plain_host && plain_port && !may_invite(host, path)).then_some(link)
}

/// Whether a link leads to, or holds, something of Discord's that unfurls or acts. Links to messages do neither.
fn may_invite(host: &str, path: &str) -> bool {
    let (host, path) = (host.to_ascii_lowercase(), path.to_ascii_lowercase());
    let to_message = path
        .strip_prefix("/channels/")
        .is_some_and(|ids| ids.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '@' | 'm' | 'e')));
    match host.as_str() {
        "discord.com" | "ptb.discord.com" | "canary.discord.com" | "discordapp.com" => !to_message,
        host => [host, path.as_str()].iter().any(|part| part.contains("discord.") || part.contains("discordapp.")),
    }
}

/// Inside `<…>` nothing is markup, but what surrounds the text is matched by expressions that look through it, so the
/// characters of emphasis, links and mentions are written in their percent form, which means the same to every server.
fn push_link(out: &mut String, link: &str) {
    let mut previous = None;
    let mut chars = link.chars().peekable();
    while let Some(c) = chars.next() {
        let doubled = previous == Some(c) || chars.peek() == Some(&c);
        match c {
            '*' => out.push_str("%2A"),
            '_' if doubled => out.push_str("%5F"),
            '~' if doubled => out.push_str("%7E"),
            '@' => out.push_str("%40"),
            '[' => out.push_str("%5B"),
            ']' => out.push_str("%5D"),
            c => out.push(c),
        }
        previous = Some(c);
    }
}

/// `text` for a code block: it cannot close the fence, and invites in it do not unfurl.
pub(super) fn defuse_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        out.push(c);
        let next = chars.peek().map(|&(_, next)| next);
        if (c == '`' && next == Some('`')) || (c == '.' && breaks_invite(&text[..at], next)) {
            out.push(BREAK);
        }
    }
    out
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}
