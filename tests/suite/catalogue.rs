//! `commands/*.json`: what Discord takes, what the processes understand, what the README says.

use serde_json::{Map, Value, json};
use wardroom::command::catalogue::{CATALOGUE, Definition, kind};
use wardroom::command::dispatch::Command;
use wardroom::command::help;

use crate::contract::Contract;

/// Characters of names, descriptions and values of one command with all that it nests (Discord docs, application commands).
const ALL_TEXT: usize = 8000;

fn definitions(of: &Definition) -> Vec<&Definition> {
    let mut all = vec![of];
    all.extend(of.options.iter().flat_map(definitions));
    all
}

#[test]
fn discord_takes_every_definition() {
    let Some(contract) = Contract::shared() else { return };
    let body = Value::Array(CATALOGUE.raw().to_vec());
    contract.check("PUT", "/applications/1/commands", None, &body).expect("Discord takes it");
}

#[test]
fn names_descriptions_and_orders_are_within_discords_limits() {
    let name = regex::Regex::new(r"^[-_\p{Ll}\p{N}]{1,32}$").expect("a pattern");
    for command in CATALOGUE.slash_commands() {
        let all = definitions(command);
        let text: usize = all
            .iter()
            .map(|one| {
                let choices: usize = one
                    .choices
                    .iter()
                    .map(|choice| choice.name.chars().count() + choice.value.to_string().chars().count())
                    .sum();
                one.name.chars().count() + one.description.chars().count() + choices
            })
            .sum();
        assert!(text <= ALL_TEXT, "/{} has {text} characters", command.name);
        for one in all {
            assert!(name.is_match(&one.name), "{}", one.name);
            assert!((1..=100).contains(&one.description.chars().count()), "{}: {}", one.name, one.description);
            assert!(one.options.len() <= 25 && one.choices.len() <= 25, "{}", one.name);
            assert!(!one.autocomplete || one.choices.is_empty(), "{} has choices and completion", one.name);
            let required: Vec<bool> = one.options.iter().map(|option| option.required).collect();
            assert!(
                required.is_sorted_by(|before, after| before >= after),
                "{}: required options come first",
                one.name
            );
        }
    }
}

/// A value that an option can have.
fn example(option: &Definition) -> Value {
    if let Some(choice) = option.choices.first() {
        return choice.value.clone();
    }
    match option.kind {
        kind::INTEGER => json!(option.min_value.unwrap_or(1)),
        kind::BOOLEAN => json!(true),
        kind::ATTACHMENT => {
            let url = "https://cdn.discordapp.com/ephemeral-attachments/1/2/a.toml";
            json!({"id": "2", "filename": "a.toml", "size": 7, "url": url})
        }
        kind::USER | kind::CHANNEL | kind::ROLE => json!("1234567890123456789"),
        _ => json!("text"),
    }
}

#[test]
fn every_command_is_understood_with_the_fewest_and_with_all_options() {
    for (path, leaf) in CATALOGUE.leaves() {
        let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        let options = |wanted: &dyn Fn(&Definition) -> bool| -> Map<String, Value> {
            leaf.options
                .iter()
                .filter(|option| wanted(option))
                .map(|option| (option.name.clone(), example(option)))
                .collect()
        };
        Command::parse(&path, options(&|option| option.required))
            .unwrap_or_else(|error| panic!("/{}: {error}", path.join(" ")));
        Command::parse(&path, options(&|_| true)).unwrap_or_else(|error| panic!("/{}: {error}", path.join(" ")));
        for option in &leaf.options {
            for choice in &option.choices {
                let mut all = options(&|_| true);
                all.insert(option.name.clone(), choice.value.clone());
                Command::parse(&path, all)
                    .unwrap_or_else(|error| panic!("/{} {}:{}: {error}", path.join(" "), option.name, choice.value));
            }
        }
    }
}

#[test]
fn every_verb_on_an_incident_takes_the_incident() {
    for (path, leaf) in CATALOGUE.leaves() {
        if path[0] == "incident" && !["declare", "list", "find"].contains(&path[1]) {
            let record = leaf.options.iter().find(|option| option.name == "incident");
            assert!(record.is_some_and(|option| !option.required && option.autocomplete), "/{}", path.join(" "));
        }
    }
}

#[test]
fn the_install_link_asks_for_what_the_check_asks_for() {
    let readme = std::fs::read_to_string("README.md").expect("README.md");
    assert!(readme.contains(&format!("permissions={}\n", wardroom::setup::PERMISSIONS)));
}

#[test]
fn the_readme_shows_the_commands_that_there_are() {
    let readme = std::fs::read_to_string("README.md").expect("README.md");
    let (start, end) = ("<!-- commands -->\n", "\n<!-- /commands -->");
    let from = readme.find(start).expect("README.md has the mark") + start.len();
    let to = readme[from..].find(end).expect("README.md has the end mark") + from;
    let table = help::table();
    if std::env::var_os("WARDROOM_WRITE_README").is_some() {
        std::fs::write("README.md", format!("{}{table}{}", &readme[..from], &readme[to..]))
            .expect("README.md can be written");
        return;
    }
    assert!(
        readme[from..to] == table,
        "the table of commands in README.md is stale; WARDROOM_WRITE_README=1 cargo test the_readme writes it"
    );
}
