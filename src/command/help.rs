//! `/help`, from the catalogue, so that it cannot be stale.

use serde::{Deserialize, Serialize};

use super::catalogue::{CATALOGUE, Definition};
use crate::chat::answer::{Answer, Choice};
use crate::chat::limits;
use crate::chat::message::Message;
use crate::chat::nearest::nearest;
use crate::chat::text::code;

/// The options of `/help`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// `incident resolve`.
    pub command: Option<String>,
}

/// Answers `/help`.
pub fn handle(command: &Command) -> Answer {
    let wanted = command.command.as_deref().unwrap_or_default().trim().trim_start_matches('/').to_lowercase();
    let path: Vec<&str> = wanted.split_whitespace().collect();
    Answer::Say(Message::say(match path.as_slice() {
        [] => overview(),
        path => match CATALOGUE.leaf(path) {
            Some(leaf) => one(path, leaf),
            None => group(path).unwrap_or_else(|| unknown(&wanted)),
        },
    }))
}

/// What is said at the first meeting.
fn overview() -> String {
    let mut lines = vec![
        "**wardroom runs incidents here.** Something is wrong? `/incident declare`, or type `@wardroom p1 checkout is down`.".to_owned(),
    ];
    for command in CATALOGUE.slash_commands() {
        let verbs: Vec<String> =
            command.options.iter().filter(|option| option.kind <= 2).map(|verb| format!("`{}`", verb.name)).collect();
        let verbs = if verbs.is_empty() { String::new() } else { format!(": {}", verbs.join(" ")) };
        lines.push(format!("**/{}** {}{verbs}", command.name, lower(&command.description)));
    }
    lines.push("On a message: **Apps → Declare incident**, **Apps → Add to timeline**.".to_owned());
    lines.push(
        "In the room of an incident its number is implied. More on one: `/help command:incident resolve`.".to_owned(),
    );
    lines.join("\n")
}

fn group(path: &[&str]) -> Option<String> {
    let prefix: Vec<(Vec<&str>, &Definition)> =
        CATALOGUE.leaves().into_iter().filter(|(leaf, _)| leaf.starts_with(path)).collect();
    if prefix.is_empty() {
        return None;
    }
    Some(
        prefix
            .iter()
            .map(|(leaf, definition)| format!("`/{}` {}", leaf.join(" "), lower(&definition.description)))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn one(path: &[&str], leaf: &Definition) -> String {
    let mut lines = vec![format!("`{}`\n{}.", leaf.usage(path), leaf.description)];
    for option in &leaf.options {
        let choices: Vec<String> = option.choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
        let choices = if choices.is_empty() { String::new() } else { format!(": {}", choices.join(" ")) };
        let name = if option.required { format!("**{}**", option.name) } else { option.name.clone() };
        lines.push(format!("• {name}: {}{choices}", lower(&option.description)));
    }
    lines.join("\n")
}

fn unknown(wanted: &str) -> String {
    let paths: Vec<String> = CATALOGUE.leaves().into_iter().map(|(path, _)| path.join(" ")).collect();
    let hint = nearest(wanted, paths.iter().map(String::as_str))
        .map_or_else(|| "`/help` shows all commands.".to_owned(), |near| format!("Did you mean `/{near}`?"));
    format!("There is no command {}. {hint}", code(wanted, 60))
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Completions of a command's name.
pub fn complete(typed: &str) -> Vec<Choice> {
    let typed = typed.trim().trim_start_matches('/').to_lowercase();
    CATALOGUE
        .leaves()
        .into_iter()
        .map(|(path, _)| path.join(" "))
        .filter(|path| path.contains(&typed))
        .take(limits::CHOICES)
        .map(|path| Choice { name: format!("/{path}"), value: path })
        .collect()
}

/// The table of commands for the README, in Markdown.
pub fn table() -> String {
    let mut lines = vec!["| command | what it does | options |".to_owned(), "|---|---|---|".to_owned()];
    for (path, leaf) in CATALOGUE.leaves() {
        let options: Vec<String> = leaf
            .options
            .iter()
            .map(|option| if option.required { format!("**{}**", option.name) } else { option.name.clone() })
            .collect();
        lines.push(format!("| `/{}` | {} | {} |", path.join(" "), leaf.description, options.join(", ")));
    }
    lines.join("\n")
}
