//! The three files, over an incident in which much happened and one in which hardly anything did.

mod stories;

use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::metrics::Point;
use super::*;
use crate::incident::history::made::text;
use crate::journal::Fact;
use crate::journal::format::hex;
use stories::{Made, bare, long};

fn files(made: &Made) -> (String, String, String) {
    let summary = compose(&made.story());
    (markdown::render(&summary), html::render(&summary), json::render(&summary))
}

/// Where the wardroom version stands, so that a new version leaves the pictures as they are.
fn settled(file: &str) -> String {
    let summary = compose(&long().story());
    let bare = compose(&bare().story());
    [summary, bare].iter().fold(file.to_owned(), |file, summary| {
        file.replace(&summary.made.by, "wardroom [version]").replace(&summary.hash, "[hash]")
    })
}

#[test]
fn a_long_incident_in_three_files() {
    let (markdown, html, json) = files(&long());
    insta::assert_snapshot!("long.md", settled(&markdown));
    insta::assert_snapshot!("long.html", settled(&html));
    insta::assert_snapshot!("long.json", settled(&json));
}

#[test]
fn an_incident_of_which_little_is_recorded_in_three_files() {
    let (markdown, html, json) = files(&bare());
    insta::assert_snapshot!("bare.md", settled(&markdown));
    insta::assert_snapshot!("bare.html", settled(&html));
    insta::assert_snapshot!("bare.json", settled(&json));
}

#[test]
fn the_hash_is_that_of_the_file_without_it() {
    let (markdown, html, json) = files(&long());
    let hash = compose(&long().story()).hash;
    assert!(markdown.contains(&hash) && html.contains(&hash));
    let without = json.replace(&format!("\"hash\": \"{hash}\""), "\"hash\": \"\"");
    assert_ne!(without, json);
    assert_eq!(hex(&Sha256::digest(without.as_bytes())), hash);
}

#[test]
fn texts_of_people_do_nothing_in_html() {
    let mut made = long();
    // Names stand in the picture, too.
    made.people.insert(UserId(2), "<b>Arno</b>".to_owned());
    let (_, html, _) = files(&made);
    assert!(html.contains("&#60;b&#62;Arno"));
    for acting in ["<script", "<img", "<b>", "javascript:alert(3)\"", " onerror=\""] {
        assert!(!html.contains(acting), "`{acting}` stands in the file");
    }
    assert!(html.contains("&#60;script&#62;alert(1)"));
    // Nothing is loaded and nothing runs, whatever a browser makes of the rest.
    assert!(html.contains("content=\"default-src 'none'; style-src 'sha256-"));
    assert!(!html.contains(" style="));
    let outside = html.matches("href=\"").count() - html.matches("href=\"#").count();
    assert_eq!(outside, 1, "the one message that was kept");
}

#[test]
fn a_link_that_leads_elsewhere_is_not_shown() {
    for link in
        ["javascript:alert(1)", "https://discord.com/channels/2/20/901", "https://discord.com/channels/1/20/\"x"]
    {
        let mut made = long();
        for told in &mut made.entries.list {
            if let Some(fact) = told.after.get_mut("link").filter(|fact| fact.ne(&&Fact::Plain("caused-by".to_owned())))
            {
                *fact = Fact::Plain(link.to_owned());
            }
        }
        assert!(compose(&made.story()).timeline.iter().all(|row| row.link.is_none()), "{link}");
    }
}

/// All lists of entries within `value` name entries that are `known`.
fn walk(value: &Value, known: &[i64]) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Value::Array(entries)) = (name == "entries", value) {
                    assert!(entries.iter().all(|entry| entry.as_i64().is_some_and(|entry| known.contains(&entry))));
                }
                walk(value, known);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, known)),
        _ => {}
    }
}

#[test]
fn every_sentence_names_entries_that_the_timeline_has() {
    let summary = compose(&long().story());
    let known: Vec<i64> = summary.timeline.iter().map(|row| row.entry).collect();
    assert!(summary.overview.len() > 6);
    for statement in &summary.overview {
        assert!(!statement.entries.is_empty(), "`{}` rests on nothing", statement.text);
    }
    walk(&serde_json::to_value(&summary).expect("it is JSON"), &known);
}

/// All commands that stand within `value`.
fn commands(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("command").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| commands(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| commands(value, found)),
        _ => {}
    }
}

#[test]
fn every_command_that_fills_a_gap_exists_with_its_options() {
    let catalogue: Value = serde_json::from_str(include_str!("../../../commands/incident.json")).expect("it is JSON");
    let named = |options: &Value, name: &str| -> Option<Value> {
        options["options"].as_array()?.iter().find(|option| option["name"] == name).cloned()
    };
    let mut found = Vec::new();
    for made in [long(), bare()] {
        commands(&serde_json::to_value(compose(&made.story())).expect("it is JSON"), &mut found);
    }
    assert!(found.len() > 10);
    for command in found {
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("/incident"));
        let mut at = catalogue.clone();
        for word in words {
            let name = word.split(':').next().unwrap_or_default();
            let next = named(&at, name).unwrap_or_else(|| panic!("`{command}`: there is no `{name}`"));
            // A verb leads on to its options; an option leads nowhere.
            if !word.contains(':') {
                at = next;
            }
        }
    }
}

#[test]
fn what_was_removed_is_nowhere() {
    let (markdown, html, json) = files(&long());
    for file in [markdown, html, json] {
        assert!(!file.contains("Jane Roe"));
        assert!(file.contains("(removed)"));
    }
}

#[test]
fn a_drill_says_that_it_counts_nowhere() {
    let mut made = bare();
    made.incident.kind = crate::incident::Kind::Drill;
    let summary = compose(&made.story());
    assert_eq!(summary.overview[0].text, "This was a drill. Its figures count in no statistics.");
    assert_eq!(summary.not_counted.map(|note| note.entries), Some(vec![1]));
}

#[test]
fn corrected_figures_are_the_right_ones() {
    let summary = compose(&long().story());
    let started = summary.milestones.iter().find(|row| row.point == Point::Started).expect("it is there");
    assert_eq!(started.at.value().map(|at| at.local.as_str()), Some("24 Nov 2026, 09:40 CET"));
    assert_eq!(started.entries, [6, 27]);
    let row = summary.timeline.iter().find(|row| row.entry == 6).expect("it is there");
    let before: Vec<&str> = row.history.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(before, ["Before: First failed payment in the logs", "Before: 24 Nov 2026, 09:48 CET"]);
}

proptest! {
    // Each case writes three whole files.
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_words_of_people_leave_whole_files(words in "\\PC{0,30}|[<>&\"'|`*_#@\\[\\]()!\\\\\n-]{0,30}", place in 0_usize..40) {
        let mut made = long();
        let place = place % made.entries.list.len();
        for fact in made.entries.list[place].after.values_mut().filter(|fact| matches!(fact, Fact::Text(_))) {
            *fact = text(&words);
        }
        made.people.insert(UserId(1), words.clone());
        let (markdown, html, json) = files(&made);
        // As many rows, cells and elements as with harmless words.
        let (_, usual_html, _) = files(&long());
        let tags = |file: &str| [file.matches("<tr").count(), file.matches("<td").count(), file.matches("<script").count()];
        prop_assert_eq!(tags(&html), tags(&usual_html));
        for row in markdown.lines().filter(|line| line.starts_with("| ")) {
            let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert!((3..=8).contains(&bars), "{row}");
        }
        prop_assert!(serde_json::from_str::<Value>(&json).is_ok());
    }
}
