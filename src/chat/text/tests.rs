use std::sync::LazyLock;

use proptest::prelude::*;
use regex::{Captures, Regex};
use unicode_normalization::is_nfc;

use super::*;

/// What Discord would act on in `markdown`, by rules of its own making: it knows what Discord does, not what
/// [`escape`] does.
fn active(markdown: &str) -> Option<&'static str> {
    static RAW: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        // Looked for in the raw text, whatever stands around it.
        rules(&[
            ("everyone", r"(?i)@(everyone|here)"),
            ("mention", r"<@[!&]?\d+>"),
            ("long mention", r"@[!&]?\d{15,}"),
            ("invite", r"(?i)discord(app)?\.(gg|gift|new|com/(invite|gifts|template))"),
            ("spoiler", r"\|\|"),
            ("strike", "~~"),
            ("fence", "``"),
            ("masked link", r"\[[^\n]*\]\("),
        ])
    });
    static REST: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        rules(&[
            ("code", "`"),
            ("emphasis", r"\*"),
            ("underscore", "_([^0-9A-Za-z]|$)"),
            ("opens a link", r"\["),
            ("tag", r"<(\S|$)"),
            ("scheme", ":/"),
            ("emoji", r":[\w+~-]+:"),
            ("quote", r"(?m)^\s*>"),
            ("heading", r"(?m)^\s*#"),
            ("small print", r"(?m)^\s*-#"),
            ("list", r"(?m)^\s*([-+*]|[0-9]+[.)])(\s|$)"),
            ("open end", r"\\$"),
        ])
    });
    // Autolinks are allowed for http and https with a plain host, and nothing in them is markup.
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"<(?i:https?)://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?([/?#][^\s<>@*|`\\]*)?>").expect("a pattern")
    });
    // A backslash before anything but a letter, digit or space takes its effect away.
    static ESCAPED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\([^0-9A-Za-z\s])").expect("a pattern"));
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| Regex::new(":[0-9]{2}(:|$)").expect("a pattern"));

    let hit = |rules: &[(&'static str, Regex)], text: &str| {
        rules.iter().find(|(_, regex)| regex.is_match(text)).map(|&(name, _)| name)
    };
    let rest = LINK.replace_all(markdown, "\u{1}");
    let rest = ESCAPED.replace_all(&rest, "\u{1}");
    let rest = CLOCK.replace_all(&rest, |c: &Captures| c[0].replace(':', "\u{2}"));
    hit(&RAW, markdown).or_else(|| hit(&REST, &rest))
}

fn rules(table: &[(&'static str, &str)]) -> Vec<(&'static str, Regex)> {
    table.iter().map(|&(name, pattern)| (name, Regex::new(pattern).expect("a pattern"))).collect()
}

/// Texts made of what is dangerous, so that the dangerous neighbourhoods come up.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "*",
        "_",
        "__",
        "~",
        "~~",
        "|",
        "||",
        "`",
        "```",
        "\\",
        ">",
        ">>> ",
        "#",
        "# ",
        "-# ",
        "- ",
        "+ ",
        "1. ",
        "1",
        ".",
        "[",
        "]",
        "(",
        ")",
        "](",
        ":",
        ":fire:",
        "<",
        "<t:1:R>",
        "<@1>",
        "<@&12345678901234567>",
        "@",
        "@everyone",
        "@here",
        "<#1>",
        "</a:1>",
        "<id:guide>",
        "<:e:1>",
        "<a:e:1>",
        "https://",
        "http://",
        "HTTPS://",
        "steam://",
        "javascript:",
        "discord.gg/",
        "discord",
        "discord.com/invite/x",
        "https://discord.com/channels/1/2",
        "https://a.b/",
        "https://ünï.de/",
        "@evil.com",
        "example.com",
        "/",
        "//",
        "a",
        "b",
        "é",
        "7",
        " ",
        "  ",
        "\n",
        "\0",
        "\u{200b}",
        "\u{301}",
        "\u{1b}[31m",
        "…",
        "\t",
        ",",
        "!",
        "%2E",
        "?",
        "mailto:",
        "tel:",
    ]);
    prop_oneof![prop::collection::vec(parts, 0..14).prop_map(|parts| parts.concat()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn escaped_text_never_acts(text in hostile()) {
        let escaped = escape(&text);
        prop_assert_eq!(active(&escaped), None, "{:?}", escaped);
    }

    #[test]
    fn escaped_text_never_acts_inside_other_markdown(text in hostile()) {
        // The ends of the text meet whatever the template has there.
        let escaped = escape(&text);
        let sides = [("|", ""), ("~", ""), ("@", ""), ("]", ""), ("", "gg/x"), ("", "(x)")];
        for (before, after) in sides.into_iter().filter(|_| !escaped.is_empty()) {
            let whole = format!("{before}{escaped}{after}");
            for pair in ["||", "~~", "[a](", "discord.gg"] {
                prop_assert!(!whole.contains(pair), "{:?}", whole);
            }
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing_more(text in hostile()) {
        let once = clean(&text);
        prop_assert_eq!(clean(&once), once.clone());
        prop_assert!(is_nfc(&once));
        let line = clean_line(&text);
        prop_assert_eq!(clean_line(&line), line.clone());
        prop_assert!(!line.contains('\n'));
    }

    #[test]
    fn limits_hold(text in hostile(), limit in 0_usize..60) {
        prop_assert!(clip(&text, limit).chars().count() <= limit);
        let fitted = fit(&text, limit);
        prop_assert!(fitted.chars().count() <= limit);
        prop_assert_eq!(active(&fitted), None, "{:?}", fitted);
        prop_assert!(label(&text, limit.max(1)).chars().count() <= limit.max(1));
        prop_assert!(!label(&text, limit.max(1)).is_empty());
        let block = code_block(&text, limit);
        prop_assert!(block.chars().count() <= limit);
        if limit > 8 {
            prop_assert_eq!(block.matches("```").count(), 2, "{:?}", block);
            prop_assert!(block.starts_with("```\n") && block.ends_with("\n```"));
        }
    }
}

#[test]
fn ordinary_sentences_stay_as_they_are() {
    for text in [
        "checkout is down",
        "db_main at 10:05:30 (eu-west), ~5 min",
        "a -> b, 3 < 4 > 2; #general + me = 100%!",
        "C:\\Users is full",
        "-20m, 1.5 GB, v1.2.3.",
        "ask ann@example.com",
        "Größe: 5 µm",
    ] {
        assert_eq!(escape(text), text);
    }
}

#[test]
fn markup_shows_literally() {
    for (text, expected) in [
        ("**bold** `code`", r"\*\*bold\*\* \`code\`"),
        ("[bank](https://evil.example)", r"\[bank]\(<https://evil.example>)"),
        ("# big\n- item\n1. one\n> said\n-# small", "\\# big\n\\- item\n1\\. one\n\\> said\n\\-# small"),
        ("||secret|| ~~gone~~", r"\|\|secret\|\| \~\~gone\~\~"),
        ("@everyone <@123> <@&4> <#5>", "@\u{200b}everyone \\<@\u{200b}123> \\<@\u{200b}&4> \\<#5>"),
        ("<t:1700000000:R> <:a:1> :fire:", r"\<t\:1700000000:R> \<\:a:1> \:fire:"),
        ("see https://status.example/a_b?x=1.", "see <https://status.example/a_b?x=1>."),
        ("https://x.example/**b**/y __c__", r"<https://x.example/%2A%2Ab%2A%2A/y> \_\_c\_\_"),
        ("discord.gg/abc", r"discord\.gg/abc"),
        ("https://discord.gg/abc", r"https\://discord\.gg/abc"),
        ("https://discord.com/channels/1/2/3", "<https://discord.com/channels/1/2/3>"),
        ("https://bank.example@evil.example/", r"https\://bank.example@evil.example/"),
        ("https://bänk.example/", r"https\://bänk.example/"),
        ("javascript://x steam://run", r"javascript\://x steam\://run"),
    ] {
        assert_eq!(escape(text), expected);
    }
}

#[test]
fn a_link_that_is_cut_is_no_link() {
    let text = "see https://example.com.evil.example/";
    assert_eq!(fit(text, 25), "see https\\://example.com…");
    assert_eq!(fit(text, 39), "see <https://example.com.evil.example/>");
}

#[test]
fn what_is_not_seen_is_taken_out() {
    for (text, expected) in [
        ("  a\tb\r\nc  ", "a b\nc"),
        ("\u{1b}[1;31mred\u{1b}[0m \u{9b}2Jx \u{1b}]0;title\u{7}y", "red x y"),
        ("e\u{301}", "é"),
        ("pay\u{202e}lap\u{2069} z\u{200b}e\u{feff}r\u{ad}o", "paylap zero"),
        ("flag\u{e0067}\u{e007f}", "flag"),
        ("❤\u{fe0f}\u{fe0f}\u{fe0f} \u{fe0f}x", "❤\u{fe0f} x"),
        ("\u{301}\u{301}a", "a"),
    ] {
        assert_eq!(clean(text), expected);
    }
    assert_eq!(clean(&format!("x{}y", "\u{336}".repeat(50))), format!("x{}y", "\u{336}".repeat(4)));
    assert_eq!(clean_line(" a\n\n b \t c "), "a b c");
}

#[test]
fn cuts_fall_between_graphemes() {
    assert_eq!(clip("checkout", 8), "checkout");
    assert_eq!(clip("checkout", 5), "chec…");
    assert_eq!(clip("ab cd", 4), "ab…");
    assert_eq!(clip("🇩🇪🇫🇷x", 4), "🇩🇪…");
    assert_eq!(clip("abc", 0), "");
    assert_eq!(thread_name("\u{200b}\n"), "untitled");
    assert_eq!(thread_name(&"x".repeat(200)).chars().count(), 100);
}

#[test]
fn a_code_block_cannot_be_left() {
    assert_eq!(code_block("a ``` b", 100), "```\na `\u{200b}`\u{200b}` b\n```");
    assert_eq!(code_block("", 100), "```\n \n```");
    assert_eq!(code_block(&"`".repeat(100), 20), "```\n`\u{200b}`\u{200b}`\u{200b}`\u{200b}`\u{200b}`…\n```");
}

#[test]
fn an_escaped_text_writes_itself() {
    assert_eq!(format!("INC-7 {}", esc("a*b")), r"INC-7 a\*b");
}
