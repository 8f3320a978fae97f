use proptest::prelude::*;

use super::*;

/// A few of the commands, as the catalogue has them.
const COMMANDS: &[(&[&str], &[&str], Option<&str>)] = &[
    (&["incident", "declare"], &["title", "service", "impact", "priority", "description", "started"], Some("title")),
    (&["incident", "note"], &["incident", "text", "at"], Some("text")),
    (&["incident", "ack"], &["incident"], None),
    (&["incident", "resolve"], &["incident", "summary", "restored", "code"], Some("summary")),
    (&["incident", "task", "add"], &["incident", "text", "owner", "due"], Some("text")),
    (&["incident", "task", "list"], &["incident"], None),
    (&["incident", "list"], &["state", "service"], None),
    (&["change", "submit"], &["change"], None),
    (&["problem", "cause"], &["problem", "text", "method"], Some("text")),
    (&["sla", "why"], &["record"], None),
    (&["inbox"], &[], None),
    (&["help"], &["command"], Some("command")),
];

struct Catalogue;

impl Catalogue {
    fn find(
        path: &[&str],
    ) -> Option<&'static (&'static [&'static str], &'static [&'static str], Option<&'static str>)> {
        COMMANDS.iter().find(|(known, ..)| *known == path)
    }
}

impl Vocabulary for Catalogue {
    fn is_path(&self, path: &[&str]) -> bool {
        Self::find(path).is_some()
    }

    fn names(&self, path: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = COMMANDS
            .iter()
            .filter(|(known, ..)| known.starts_with(path))
            .filter_map(|(known, ..)| known.get(path.len()).map(|&name| name.to_owned()))
            .collect();
        names.dedup();
        names
    }

    fn options(&self, path: &[&str]) -> Vec<String> {
        Self::find(path).map_or_else(Vec::new, |(_, options, _)| options.iter().map(|&name| name.to_owned()).collect())
    }

    fn lone_option(&self, path: &[&str]) -> Option<String> {
        Self::find(path).and_then(|&(_, _, lone)| lone.map(str::to_owned))
    }
}

pub(super) fn here<T>(read: impl FnOnce(&Here<'_>) -> T) -> T {
    let is_service = |name: &str| ["payments", "payments api"].contains(&name.to_lowercase().as_str());
    let is_instant = |text: &str| text == "10:05";
    read(&Here { vocabulary: &Catalogue, is_service: &is_service, is_instant: &is_instant })
}

pub(super) fn typed(text: &str) -> Typed {
    here(|here| parse(text, here))
}

fn unclear(text: &str) -> String {
    match typed(text) {
        Typed::Unclear(sentence) => sentence,
        read => panic!("{text} is read as {read:?}"),
    }
}

#[test]
fn commands_are_read_in_full() {
    for (text, path, options) in [
        (
            r#"incident declare title:"checkout is down" priority:P1"#,
            "incident declare",
            &[("title", "checkout is down"), ("priority", "P1")][..],
        ),
        (
            "/Incident DECLARE Title: checkout is down Priority:P1",
            "incident declare",
            &[("title", "checkout is down"), ("priority", "P1")],
        ),
        (
            "incident declare checkout is down priority:P1",
            "incident declare",
            &[("title", "checkout is down"), ("priority", "P1")],
        ),
        (
            "incident declare title:“down: priority:P1” priority:P2",
            "incident declare",
            &[("title", "down: priority:P1"), ("priority", "P2")],
        ),
        (
            r#"incident declare title:"say \"hi\" now", priority:P2"#,
            "incident declare",
            &[("title", r#"say "hi" now"#), ("priority", "P2")],
        ),
        ("incident note INC-7 the db is up", "incident note", &[("incident", "INC-7"), ("text", "the db is up")]),
        (
            "incident note inc-7: cause: unknown, see https://x.example",
            "incident note",
            &[("incident", "INC-7"), ("text", "cause: unknown, see https://x.example")],
        ),
        ("incident inc-7 note \"the db\"", "incident note", &[("incident", "INC-7"), ("text", "the db")]),
        (
            "incident note the db `x at:y` is up at:10:05",
            "incident note",
            &[("text", "the db `x at:y` is up"), ("at", "10:05")],
        ),
        (
            "incident task add restart it due: tomorrow 09:00 owner:<@1>",
            "incident task add",
            &[("text", "restart it"), ("due", "tomorrow 09:00"), ("owner", "<@1>")],
        ),
        ("incident declare titel:down", "incident declare", &[("titel", "down")]),
        ("incident declare title:\"\"", "incident declare", &[("title", "")]),
        ("sla why INC-7", "sla why", &[("record", "INC-7")]),
        ("inbox", "inbox", &[]),
        ("help incident declare", "help", &[("command", "incident declare")]),
        ("CHG-3 submit", "change submit", &[("change", "CHG-3")]),
        ("PRB-2 cause: a full disk", "problem cause", &[("problem", "PRB-2"), ("text", "a full disk")]),
        ("INC-7 task add call them", "incident task add", &[("incident", "INC-7"), ("text", "call them")]),
        ("> quoted\n```\nincident declare title:no\n``` incident ack", "incident ack", &[]),
    ] {
        let expected = Typed::Command {
            path: path.split(' ').map(str::to_owned).collect(),
            options: options.iter().map(|&(name, value)| (name.to_owned(), Value::from(value))).collect(),
        };
        assert_eq!(typed(text), expected, "{text}");
    }
}

#[test]
fn code_and_quotes_are_not_commands() {
    for text in ["", " ", "```\nincident ack\n```", "`ack`", "> ack\n> p1 down", ">>> ack\np1 down", "\u{200b}"] {
        assert_eq!(typed(text), Typed::Nothing, "{text}");
    }
}

#[test]
fn what_is_unclear_is_answered_with_what_to_type() {
    for (text, expected) in [
        ("incident resolv", "`resolv` is not a verb of `/incident`. Did you mean `resolve`?"),
        ("inc-7 resolv", "`resolv` is not a verb of `/incident`. Did you mean `resolve`?"),
        ("incident", "`/incident` needs a verb: `declare`, `note`, `ack`, `resolve`, `task`, `list`."),
        ("incident task", "`/incident task` needs a verb: `add`, `list`."),
        (
            "incident zzz",
            "`zzz` is not a verb of `/incident`, which has `declare`, `note`, `ack`, `resolve`, `task`, `list`.",
        ),
        ("incidnet list", "`incidnet` is not a command. Did you mean `incident`?"),
        ("rsolved: x", "`rsolved` is not a command. Did you mean `resolved`?"),
        ("incident declare title:a title:b", "`title` is given twice; say it once."),
        ("incident declare down title:b", "`title` is given twice; say it once."),
        (
            "incident declare title: priority:P1",
            "`title:` lacks its value; write it like `title:…`, with double quotes around spaces.",
        ),
        ("incident ack now", "I do not know which option of `/incident ack` `now` is. Name it: `incident:`."),
        ("inbox now", "`/inbox` has no options; leave `now` out."),
        ("XYZ-1 ack", "`XYZ-1` is not a record's number; they look like `INC-7`."),
        (
            "good morning",
            "I cannot read `good morning`. Type `p1 checkout is down`, `INC-7 resolved: rolled back`, or a command such \
             as `incident list`.",
        ),
    ] {
        assert_eq!(unclear(text), expected, "{text}");
    }
}

/// Texts near the grammar.
fn near() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "incident",
        "declare",
        "note",
        "task",
        "add",
        "title:",
        "priority:",
        "text:",
        "at:",
        "x:y",
        "\"",
        "“",
        "”",
        "„",
        "\\",
        "\\\"",
        "`",
        "```",
        "\n",
        "> ",
        ">>> ",
        " ",
        "INC-7",
        "CHG-3",
        "p1",
        "sev2",
        ":",
        "on payments",
        "since 10:05",
        "resolved",
        "ack",
        "down",
        ",",
        "/",
        "é",
        "\u{301}",
        "\u{e0000}",
        "<@1>",
    ]);
    prop_oneof![
        prop::collection::vec(parts.clone(), 0..14).prop_map(|parts| parts.concat()),
        prop::collection::vec(parts, 0..14).prop_map(|parts| parts.join(" ")),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in near()) {
        if let Typed::Unclear(sentence) = typed(&text) {
            prop_assert!(!sentence.is_empty() && sentence.chars().count() < 500, "{sentence}");
        }
    }

    #[test]
    fn the_text_of_a_quoted_value_is_never_lost(value in near(), before in "[a-z ]{0,9}") {
        let value = clean(&value).replace('\\', "/");
        let text = format!("incident declare service:{before}a title:\"{}\" priority:P1", value.replace('"', "\\\""));
        let Typed::Command { options, .. } = typed(&text) else { panic!("{text} is not a command") };
        prop_assert_eq!(options["title"].as_str(), Some(value.as_str()));
        prop_assert_eq!(options["priority"].as_str(), Some("P1"));
    }

    #[test]
    fn the_words_of_a_note_are_never_lost(words in "[a-z][a-z`\",. ]{1,30}[a-z]") {
        let words = clean(&words);
        if let Typed::Short(Short::Verb { text, .. }) = typed(&format!("note: {words}")) {
            prop_assert_eq!(text, words);
        } else {
            prop_assert!(false, "not read");
        }
    }
}
