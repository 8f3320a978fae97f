//! Typed messages: what stands behind the bot's mention, read as a command.
//!
//! Two grammars meet here. The full one is the slash form written out (`incident declare title:"checkout is down"`),
//! read against the same vocabulary; the short forms are what people type under stress.

mod full;
mod masked;
mod short;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use self::masked::Masked;
use super::nearest::nearest;
use super::text::{clean, code};

/// How much of what was typed is said back in an answer.
const SAID: usize = 40;

/// What a typed message means.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// A command in full, to be checked like its slash form.
    Command {
        /// The names from the command down to the verb.
        path: Vec<String>,
        /// Option name → what was typed for it, as strings.
        options: Map<String, Value>,
    },
    /// One of the short forms.
    Short(Short),
    /// Nothing that is meant for us to do: only the mention, or only code and quotes.
    Nothing,
    /// It cannot be read. The sentence (markdown) says what to type.
    Unclear(String),
}

/// What a short form means.
#[derive(Clone, Debug, PartialEq)]
pub enum Short {
    /// Something is wrong now.
    Declare {
        /// 1 to 5, if one was said.
        priority: Option<u8>,
        /// What is wrong.
        title: String,
        /// The service it is on, as typed, if it named a known one.
        service: Option<String>,
        /// Since when, as typed, if it read as a time.
        started: Option<String>,
    },
    /// A verb of `/incident` on one incident.
    Verb {
        /// Its number in upper case, such as `INC-7`; absent in the incident's own room.
        record: Option<String>,
        /// The verb's name in the slash form.
        verb: &'static str,
        /// The free text that came with it; may be empty.
        text: String,
        /// Further options that the form implies, by their names in the slash form.
        options: Map<String, Value>,
    },
}

/// The commands as far as reading them needs.
pub trait Vocabulary {
    /// Whether `path` is a whole command, such as `["incident", "declare"]`.
    fn is_path(&self, path: &[&str]) -> bool;
    /// The names that may stand behind `path`: commands behind nothing, verbs and groups behind a command.
    fn names(&self, path: &[&str]) -> Vec<String>;
    /// The options of the command at `path`.
    fn options(&self, path: &[&str]) -> Vec<String>;
    /// The option that words without a name belong to: the required free text.
    fn lone_option(&self, path: &[&str]) -> Option<String>;
}

/// What the place where something was typed knows.
pub struct Here<'h> {
    /// The commands.
    pub vocabulary: &'h dyn Vocabulary,
    /// Whether a service has this name.
    pub is_service: &'h dyn Fn(&str) -> bool,
    /// Whether this reads as a time (see [`super::phrase::instant`]).
    pub is_instant: &'h dyn Fn(&str) -> bool,
}

/// Reads `text`, which stood behind the bot's mention.
pub fn parse(text: &str, here: &Here<'_>) -> Typed {
    let masked = Masked::new(&clean(text));
    // People write `@wardroom, …` and `@wardroom: …`, and paste slash commands.
    let said = masked.said().trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '/'));
    if masked.without_code(said).trim().is_empty() {
        return Typed::Nothing;
    }
    let first = said.split_whitespace().next().unwrap_or_default();
    if here.vocabulary.names(&[]).iter().any(|name| name.eq_ignore_ascii_case(first)) {
        return full::parse(said, &masked, here.vocabulary);
    }
    if let Some(short) = short::parse(said, &masked, here) {
        return short;
    }
    if let Some((record, rest)) = split_record(said) {
        return full::parse_on_record(&record, rest, &masked, here.vocabulary);
    }
    // `ack INC-2`, `resolve INC-2 rolled back`: under stress the verb comes first, and it is an incident.
    if here.vocabulary.is_path(&["incident", &first.to_lowercase()]) {
        return full::parse(&format!("incident {said}"), &masked, here.vocabulary);
    }
    Typed::Unclear(not_understood(first, said, &masked, here.vocabulary))
}

fn not_understood(first: &str, said: &str, masked: &Masked, vocabulary: &dyn Vocabulary) -> String {
    let commands = vocabulary.names(&[]);
    let known = commands.iter().map(String::as_str).chain(short::WORDS);
    let first = first.trim_end_matches([':', ',']);
    match nearest(first, known) {
        Some(near) => format!("{} is not a command. Did you mean `{near}`?", code(&masked.restored(first), SAID)),
        None => format!(
            "I cannot read {}. Type `p1 checkout is down`, `INC-7 resolved: rolled back`, or a command such as \
             `incident list`.",
            code(&masked.restored(said), SAID)
        ),
    }
}

/// A record's number at the start of `text`, in upper case, and what stands behind it.
fn split_record(text: &str) -> Option<(String, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let (prefix, number) = word.trim_end_matches([':', ',']).split_once('-')?;
    let is_record = (2..=5).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_alphabetic())
        // `SEV-1` is a priority.
        && !prefix.eq_ignore_ascii_case("sev")
        && (1..=9).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit());
    is_record.then(|| (format!("{}-{number}", prefix.to_ascii_uppercase()), rest.trim_start()))
}
