//! The short forms: a table of regular expressions, each with examples that are its tests.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use super::masked::Masked;
use super::{Here, Short, Typed, full, split_record};

/// One short form.
struct Form {
    /// Matched, in any case, against what was said, without the record's number.
    pattern: Regex,
    /// Whether an incident's number must, may or must not stand before it.
    record: Record,
    means: Means,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Record {
    Needed,
    Optional,
    Without,
}

#[derive(Clone, Copy)]
enum Means {
    /// `p` is the priority, `text` the title.
    Declare,
    /// `text` goes with the verb; other groups are options of their name.
    Verb(&'static str),
}

/// Words that begin a short form, for guessing what was meant.
pub(super) const WORDS: [&str; 13] = [
    "resolved", "resolve", "note", "update", "ack", "reopen", "close", "priority", "declare", "task", "decided",
    "waiting", "resume",
];

/// What may stand between a verb and its text: a colon, a dash between spaces, or the end.
const MARK: &str = r"(?:\s*:\s*|\s+[-–—]\s+|\s*[.!]*\s*$)";
/// As `MARK`, or only a space: for commands, which cannot be mistaken for a remark (`fixed a typo, thanks` can).
const GAP: &str = r"(?:\s*:\s*|\s+[-–—]\s+|\s+|\s*[.!]*\s*$)";

/// Pattern (`{MARK}` and `{GAP}` as above), record, meaning, and an example with what it means.
/// The first that matches counts.
#[rustfmt::skip]
const TABLE: &[(&str, Record, Means, &str)] = &[
    (r"", Record::Needed, Means::Verb("show"), "INC-7"),
    (r"(?:prio(?:rity)?\s*:?\s*)(?:p|sev)[- ]?(?<level>[1-5]){GAP}(?<text>.*)", Record::Optional, Means::Verb("priority"), "INC-7 priority P2: payments only"),
    (r"(?:p|sev)[- ]?(?<level>[1-5]){GAP}(?<text>.*)", Record::Needed, Means::Verb("priority"), "INC-7 P2"),
    (r"(?:p|sev)[- ]?(?<level>[1-5])", Record::Without, Means::Verb("priority"), "sev2"),
    (r"(?:declare:?\s+)?(?:p|sev)[- ]?(?<p>[1-5])(?:\s*[:,]\s*|\s+[-–—]\s+|\s+)(?<text>.+)", Record::Without, Means::Declare, "p1 checkout is down on payments since 10:05"),
    (r"declare(?:\s*:\s*|\s+)(?<text>.+)", Record::Without, Means::Declare, "declare checkout is down"),
    (r"resolve{GAP}(?<text>.*)", Record::Optional, Means::Verb("resolve"), "resolve rolled back"),
    (r"(?:resolved|fixed|restored|solved){GAP}(?<text>.*)", Record::Needed, Means::Verb("resolve"), "INC-7 resolved: rolled back"),
    (r"(?:resolved|fixed|restored|solved){MARK}(?<text>.*)", Record::Without, Means::Verb("resolve"), "fixed: rolled back"),
    (r"note{GAP}(?<text>.*)", Record::Optional, Means::Verb("note"), "INC-7 note: failover started"),
    (r"update{GAP}(?<text>.*)", Record::Optional, Means::Verb("update"), "INC-7 update: half of the traffic is back"),
    (r"(?:ack(?:nowledged?)?|on it|i(?:'|’)?m on it|i am on it){MARK}(?<text>.*)", Record::Optional, Means::Verb("ack"), "INC-7 on it"),
    (r"reopen(?:ed)?{GAP}(?<text>.*)", Record::Needed, Means::Verb("reopen"), "INC-7 reopen: still failing"),
    (r"reopen{GAP}(?<text>.*)", Record::Without, Means::Verb("reopen"), "reopen still failing"),
    (r"reopened{MARK}(?<text>.*)", Record::Without, Means::Verb("reopen"), "reopened: still failing"),
    (r"closed?{MARK}(?<text>.*)", Record::Optional, Means::Verb("close"), "INC-7 close"),
    (r"(?:task|todo)(?:\s*:\s*|\s+[-–—]\s+)(?<text>.+)", Record::Optional, Means::Verb("task add"), "INC-7 task: check the backups"),
    (r"(?<decision>decided|decision)(?:\s*:\s*|\s+[-–—]\s+)(?<text>.+)", Record::Optional, Means::Verb("note"), "decided: fail over to the other site"),
    (r"(?:on hold|waiting|waits) for (?:the )?(?<reason>customer|supplier|change|problem){MARK}(?<text>.*)", Record::Optional, Means::Verb("hold"), "INC-7 waiting for the supplier: a new disk"),
    (r"resumed?{MARK}(?<text>.*)", Record::Optional, Means::Verb("resume"), "INC-7 resumed"),
    (r"(?:role\s*:?\s*|i am\s+|i(?:'|’)m\s+|taking\s+)(?<role>commander|communications|scribe)", Record::Optional, Means::Verb("role"), "INC-7 role commander"),
];

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |&(pattern, record, means, _): &(&str, Record, Means, &str)| {
        let pattern = pattern.replace("{MARK}", MARK).replace("{GAP}", GAP);
        // A pattern that does not compile would lose its form; the examples would fail.
        let pattern = Regex::new(&format!(r"(?is)^(?:{pattern})[.!]*\s*$")).ok()?;
        Some(Form { pattern, record, means })
    };
    TABLE.iter().filter_map(form).collect()
});

/// Reads `said` as a short form, if it is one. A short form that goes on with options of its verb, as in
/// `p1 checkout is down service:payments`, is the full command that it begins.
pub(super) fn parse(said: &str, masked: &Masked, here: &Here<'_>) -> Option<Typed> {
    let said = said.trim();
    let (record, said) = match split_record(said) {
        // The short forms are verbs on incidents; other records take theirs from the full grammar.
        Some((record, rest)) if record.starts_with("INC-") => (Some(record), rest),
        Some(_) => return None,
        None => (None, said),
    };
    FORMS.iter().find_map(|form| {
        let fits = match form.record {
            Record::Needed => record.is_some(),
            Record::Optional => true,
            Record::Without => record.is_none(),
        };
        let found = fits.then(|| form.pattern.captures(said)).flatten()?;
        let text = found.name("text").map_or("", |text| text.as_str());
        let verb = match form.means {
            Means::Declare => "declare",
            Means::Verb(verb) => verb,
        };
        let options = options(&found);
        let path: Vec<&str> = ["incident"].into_iter().chain(verb.split(' ')).collect();
        if full::has_option(text, &here.vocabulary.options(&path)) {
            let said = format!("incident {verb} {text}");
            return Some(full::parse_begun(&said, record.as_deref(), options, masked, here.vocabulary));
        }
        Some(Typed::Short(match form.means {
            Means::Declare => {
                declare(found.name("p").and_then(|digit| digit.as_str().parse().ok()), text, masked, here)
            }
            Means::Verb(verb) => Short::Verb { record: record.clone(), verb, text: masked.value(text), options },
        }))
    })
}

/// The options that a form says by itself.
fn options(found: &Captures<'_>) -> Map<String, Value> {
    let mut options = Map::new();
    if let Some(level) = found.name("level").or_else(|| found.name("p")) {
        options.insert("priority".to_owned(), Value::String(format!("P{}", level.as_str())));
    }
    if found.name("decision").is_some() {
        options.insert("mark".to_owned(), Value::String("decision".to_owned()));
    }
    if let Some(reason) = found.name("reason") {
        options.insert("reason".to_owned(), Value::String(reason.as_str().to_lowercase()));
    }
    if let Some(role) = found.name("role") {
        options.insert("role".to_owned(), Value::String(role.as_str().to_lowercase()));
    }
    options
}

fn declare(priority: Option<u8>, text: &str, masked: &Masked, here: &Here<'_>) -> Short {
    let mut title = text.trim();
    let (mut service, mut started) = (None, None);
    // The two tails come in either order.
    for _ in 0..2 {
        if service.is_none()
            && let Some((head, tail)) = tail_behind("on", title, |tail| (here.is_service)(&masked.value(tail)))
        {
            (title, service) = (head, Some(masked.value(tail)));
        }
        if started.is_none()
            && let Some((head, tail)) = tail_behind("since", title, |tail| (here.is_instant)(&masked.value(tail)))
        {
            (title, started) = (head, Some(masked.value(tail)));
        }
    }
    Short::Declare { priority, title: masked.value(title), service, started }
}

/// Splits `text` before the first ` word ` whose tail is good, if something remains before it.
fn tail_behind<'t>(word: &str, text: &'t str, good: impl Fn(&str) -> bool) -> Option<(&'t str, &'t str)> {
    let mut at = 0;
    for part in text.split_whitespace() {
        let begin = at + text[at..].find(part)?;
        at = begin + part.len();
        let (head, tail) = (text[..begin].trim_end(), text[at..].trim());
        if part.eq_ignore_ascii_case(word) && !head.is_empty() && !tail.is_empty() && good(tail) {
            return Some((head.trim_end_matches([',', ';']), tail));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::parse as read;
    use super::super::tests::{here, typed};
    use super::*;

    #[test]
    fn every_form_reads_its_own_example() {
        assert_eq!(FORMS.len(), TABLE.len(), "a pattern does not compile");
        for (index, (form, &(_, _, means, example))) in FORMS.iter().zip(TABLE).enumerate() {
            let Typed::Short(short) = here(|here| read(example, here)) else { panic!("{example} is not read") };
            let said = split_record(example).map_or(example, |(_, rest)| rest);
            assert!(form.pattern.is_match(said), "{example} does not match its own pattern");
            match (means, short) {
                (Means::Declare, Short::Declare { .. }) => {}
                (Means::Verb(verb), Short::Verb { verb: read, .. }) => assert_eq!(verb, read, "{index}"),
                (_, short) => panic!("{example} is read as {short:?}"),
            }
        }
    }

    fn verb(record: Option<&str>, verb: &'static str, text: &str, option: Option<(&str, &str)>) -> Typed {
        let options = option.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Typed::Short(Short::Verb { record: record.map(str::to_owned), verb, text: text.to_owned(), options })
    }

    #[test]
    fn verbs_are_read_with_and_without_a_number() {
        for (text, expected) in [
            ("INC-7 resolved: rolled back", verb(Some("INC-7"), "resolve", "rolled back", None)),
            ("inc-7 Resolved rolled back", verb(Some("INC-7"), "resolve", "rolled back", None)),
            ("INC-7: fixed - rolled back", verb(Some("INC-7"), "resolve", "rolled back", None)),
            ("INC-7 restored", verb(Some("INC-7"), "resolve", "", None)),
            ("resolved: rolled back", verb(None, "resolve", "rolled back", None)),
            ("INC-7 note: db 1: `df -h` full", verb(Some("INC-7"), "note", "db 1: `df -h` full", None)),
            ("note: \"all\" is well", verb(None, "note", "\"all\" is well", None)),
            ("update: half is back\nmore soon", verb(None, "update", "half is back\nmore soon", None)),
            ("ack", verb(None, "ack", "", None)),
            ("Acknowledged!", verb(None, "ack", "", None)),
            ("INC-7 on it", verb(Some("INC-7"), "ack", "", None)),
            ("I’m on it", verb(None, "ack", "", None)),
            ("INC-7 reopen: still failing", verb(Some("INC-7"), "reopen", "still failing", None)),
            ("INC-7 close", verb(Some("INC-7"), "close", "", None)),
            ("INC-7 P2", verb(Some("INC-7"), "priority", "", Some(("priority", "P2")))),
            ("INC-7 sev1: all of EU", verb(Some("INC-7"), "priority", "all of EU", Some(("priority", "P1")))),
            ("priority p3: workaround", verb(None, "priority", "workaround", Some(("priority", "P3")))),
            ("P2", verb(None, "priority", "", Some(("priority", "P2")))),
            ("INC-7 I'm commander", verb(Some("INC-7"), "role", "", Some(("role", "commander")))),
        ] {
            assert_eq!(typed(text), expected, "{text}");
        }
    }

    #[test]
    fn a_short_form_with_options_is_the_full_command() {
        for (text, path, options) in [
            (
                "p1 checkout is down service:payments",
                "declare",
                [("priority", "P1"), ("title", "checkout is down"), ("service", "payments")],
            ),
            (
                "INC-7 resolved: rolled back restored:10:05",
                "resolve",
                [("incident", "INC-7"), ("summary", "rolled back"), ("restored", "10:05")],
            ),
        ] {
            let options = options.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            let path = vec!["incident".to_owned(), path.to_owned()];
            assert_eq!(typed(text), Typed::Command { path, options }, "{text}");
        }
    }

    #[test]
    fn a_remark_is_not_taken_for_a_verb() {
        for text in ["fixed a typo, thanks", "closed the window", "acknowledged by nobody", "p6 x", "pp1 x"] {
            assert!(matches!(typed(text), Typed::Unclear(_)), "{text}");
        }
    }

    #[test]
    fn a_declaration_gives_up_its_service_and_time() {
        for (text, priority, title, service, started) in [
            (
                "p1 checkout is down on payments since 10:05",
                Some(1),
                "checkout is down",
                Some("payments"),
                Some("10:05"),
            ),
            (
                "SEV2: checkout is down since 10:05 on payments",
                Some(2),
                "checkout is down",
                Some("payments"),
                Some("10:05"),
            ),
            ("SEV-1 checkout is down", Some(1), "checkout is down", None, None),
            ("P1: checkout is down on fire", Some(1), "checkout is down on fire", None, None),
            ("p3 slow since the release", Some(3), "slow since the release", None, None),
            ("p3 errors on login on Payments API", Some(3), "errors on login", Some("Payments API"), None),
            ("p1 on payments", Some(1), "on payments", None, None),
            ("declare sev5 typo, since 10:05", Some(5), "typo", None, Some("10:05")),
            ("declare `checkout` is down", None, "`checkout` is down", None, None),
            ("p1 \"down on payments\"", Some(1), "down on payments", None, None),
        ] {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let expected =
                Short::Declare { priority, title: title.to_owned(), service: own(service), started: own(started) };
            assert_eq!(typed(text), Typed::Short(expected), "{text}");
        }
    }
}
