//! Who may know whom, read off the files. Each rule names the file and line that breaks it.

use std::path::{Path, PathBuf};

use regex::Regex;

/// A line of code, without its comment.
struct Line {
    file: String,
    number: usize,
    code: String,
}

fn source() -> Vec<Line> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(Path::new("src"), &mut files);
    files
        .into_iter()
        .flat_map(|path| {
            let file = path.to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).expect("a file can be read");
            // What stands behind `#[cfg(test)]` may look wherever it must.
            let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            let lines: Vec<String> =
                text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned()).collect();
            lines
                .into_iter()
                .enumerate()
                .map(move |(index, code)| Line { file: file.clone(), number: index + 1, code })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Only files that `may` says so name what `pattern` finds.
fn only(pattern: &str, may: impl Fn(&str) -> bool) {
    let pattern = Regex::new(pattern).expect("a pattern");
    let broken: Vec<String> = source()
        .into_iter()
        .filter(|line| !may(&line.file) && pattern.is_match(&line.code))
        .map(|line| format!("{}:{}: {}", line.file, line.number, line.code.trim()))
        .collect();
    assert!(broken.is_empty(), "`{pattern}` is named where it must not be:\n{}", broken.join("\n"));
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("tests.rs")
}

#[test]
fn only_the_adapter_names_serenity_and_reqwest() {
    only(r"\b(serenity|reqwest)::", |file| file.starts_with("src/discord/") || is_test(file));
}

#[test]
fn only_stores_name_sqlx() {
    only(r"\bsqlx::", |file| {
        file.starts_with("src/store/")
            || file.ends_with("/store.rs")
            || file.contains("/store/")
            || ["src/error.rs", "src/incident/lives.rs", "src/outbox/claim.rs"].contains(&file)
    });
}

#[test]
fn only_the_clock_reads_the_time_and_only_the_configuration_the_environment() {
    // The playground stands alone, and has a clock of its own until it is given one.
    only(r"Utc::now|SystemTime::now", |file| {
        ["src/clock.rs", "src/playground/options.rs"].contains(&file) || is_test(file)
    });
    only(r"env::vars?\b", |file| file == "src/config.rs");
}

#[test]
fn the_rules_know_no_database_and_no_wire() {
    let rules = [
        "src/incident/mod.rs",
        "src/incident/fields.rs",
        "src/policy.rs",
        "src/setup/check.rs",
        "src/availability/rules.rs",
        "src/availability/budget.rs",
        "src/availability/window.rs",
        "src/availability/pencil.rs",
        "src/availability/csv.rs",
    ];
    only(r"\b(sqlx|tokio|crate::store|crate::discord|crate::outbox)::|\bTx\b", |file| {
        !rules.contains(&file) && !file.starts_with("src/chat/")
    });
}

#[test]
fn documents_are_made_of_what_they_are_given() {
    only(r"\b(sqlx|tokio|crate::store|crate::discord|crate::outbox)::|\bTx\b", |file| {
        !file.starts_with("src/report/") && !file.starts_with("src/chart/") && !file.starts_with("src/incident/history")
    });
}

#[test]
fn the_playground_knows_none_of_the_other_rooms() {
    only(
        r"crate::(bot|chat|cli|clock|command|config|discord|document|error|inbox|incident|journal|memory|number|outbox|policy|service|setup|snowflake|store|timer|web)\b",
        |file| !file.starts_with("src/playground/"),
    );
}

#[test]
fn a_process_never_touches_another_processs_tables() {
    let tables = [
        ("incident", "src/incident/"),
        ("calendar|calendar_version|agreement|agreement_terms|target|clock|clock_segment", "src/level/"),
        ("service", "src/service/"),
        ("impact_window", "src/incident/"),
        ("planned_window", "src/availability/"),
        ("guild", "src/setup/"),
        ("guild_channel", "src/setup/"),
        ("guild_role", "src/setup/"),
        ("number_sequence", "src/number.rs"),
        ("journal_[a-z]+", "src/journal/"),
        ("inbox", "src/inbox/"),
        ("timer", "src/timer/"),
        ("outbox", "src/outbox/"),
        ("document", "src/document.rs"),
        ("capture|capture_file", "src/incident/"),
        ("room", "src/outbox/"),
        ("form", "src/command/"),
        ("self", "src/memory.rs"),
        ("search|search_[a-z]+", "src/store/"),
    ];
    for (table, home) in tables {
        only(&format!(r"\b(FROM|INTO|UPDATE|JOIN) ({table})\b"), |file| {
            file.starts_with(home) || file.starts_with("src/playground/")
        });
    }
}
