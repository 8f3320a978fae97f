//! The catalogue: `commands/*.json`, exactly as Discord takes them, are the one source of what can be called and with what. The same
//! checks, in the same words, serve the slash command and the typed message.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::chat::file::UNKNOWN_MEDIA;
use crate::chat::invocation::TargetFile;
use crate::chat::nearest::nearest;
use crate::chat::text::code;
use crate::chat::typed::Vocabulary;
use crate::error::Refusal;

/// The files, in the order in which people read the commands.
const FILES: [&str; 10] = [
    include_str!("../../commands/incident.json"),
    include_str!("../../commands/service.json"),
    include_str!("../../commands/availability.json"),
    include_str!("../../commands/setup.json"),
    include_str!("../../commands/sla.json"),
    include_str!("../../commands/help.json"),
    include_str!("../../commands/declare-incident.json"),
    include_str!("../../commands/add-to-timeline.json"),
    include_str!("../../commands/make-a-task.json"),
    include_str!("../../commands/inbox.json"),
];

/// The one catalogue.
pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let raw: Vec<Value> = FILES
        .iter()
        .map(|file| serde_json::from_str(file).expect("commands/*.json are JSON: a test reads them"))
        .collect();
    let commands = raw
        .iter()
        .map(|json| serde_json::from_value(json.clone()).expect("commands/*.json are definitions: a test reads them"))
        .collect();
    Catalogue { raw, commands }
});

/// What can be called.
pub struct Catalogue {
    raw: Vec<Value>,
    commands: Vec<Definition>,
}

/// A command, a group, a verb, or an option: Discord nests them in one shape.
#[derive(Clone, Debug, Deserialize)]
pub struct Definition {
    /// Discord's number for the kind: of a command at the top, of an option below.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Its name.
    pub name: String,
    /// What it is for; empty for message commands.
    #[serde(default)]
    pub description: String,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether wardroom completes it.
    #[serde(default)]
    pub autocomplete: bool,
    /// The values that it can have, if they are few.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// The fewest characters.
    pub min_length: Option<usize>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// The smallest number.
    pub min_value: Option<i64>,
    /// The greatest number.
    pub max_value: Option<i64>,
    /// What it nests.
    #[serde(default)]
    pub options: Vec<Definition>,
}

/// A value that an option can have.
#[derive(Clone, Debug, Deserialize)]
pub struct Choice {
    /// What people read.
    pub name: String,
    /// What is sent.
    pub value: Value,
}

/// Discord's kinds of options (Discord docs, application command option type).
pub mod kind {
    /// A verb.
    pub const SUBCOMMAND: u8 = 1;
    /// A group of verbs.
    pub const GROUP: u8 = 2;
    /// Text.
    pub const STRING: u8 = 3;
    /// A whole number.
    pub const INTEGER: u8 = 4;
    /// Yes or no.
    pub const BOOLEAN: u8 = 5;
    /// A person.
    pub const USER: u8 = 6;
    /// A channel.
    pub const CHANNEL: u8 = 7;
    /// A role.
    pub const ROLE: u8 = 8;
    /// A number.
    pub const NUMBER: u8 = 10;
    /// A file.
    pub const ATTACHMENT: u8 = 11;
}

impl Catalogue {
    /// The definitions as Discord takes them.
    pub fn raw(&self) -> &[Value] {
        &self.raw
    }

    /// The slash commands.
    pub fn slash_commands(&self) -> impl Iterator<Item = &Definition> {
        self.commands.iter().filter(|command| command.kind == 1)
    }

    /// Every callable command: its path and its definition.
    pub fn leaves(&self) -> Vec<(Vec<&str>, &Definition)> {
        fn walk<'d>(
            definition: &'d Definition,
            mut path: Vec<&'d str>,
            leaves: &mut Vec<(Vec<&'d str>, &'d Definition)>,
        ) {
            path.push(&definition.name);
            let nested = || definition.options.iter().filter(|option| option.kind <= kind::GROUP);
            if nested().next().is_none() {
                leaves.push((path, definition));
            } else {
                nested().for_each(|option| walk(option, path.clone(), leaves));
            }
        }
        let mut leaves = Vec::new();
        self.slash_commands().for_each(|command| walk(command, Vec::new(), &mut leaves));
        leaves
    }

    /// The callable command at `path`.
    pub fn leaf(&self, path: &[impl AsRef<str>]) -> Option<&Definition> {
        let found = self.at(path)?;
        let callable = found.options.iter().all(|option| option.kind > kind::GROUP);
        callable.then_some(found)
    }

    /// Whatever stands at `path`.
    fn at(&self, path: &[impl AsRef<str>]) -> Option<&Definition> {
        let (first, rest) = path.split_first()?;
        let mut found = self.slash_commands().find(|command| command.name == first.as_ref())?;
        for name in rest {
            found = found.options.iter().find(|option| option.kind <= kind::GROUP && option.name == name.as_ref())?;
        }
        Some(found)
    }

    /// Checks the value of one option of the command at `path`; what it does not know is no matter of this check.
    ///
    /// # Errors
    /// The sentence that [`Catalogue::check`] would say.
    pub fn check_one(&self, path: &[&str], option: &str, value: Value) -> Result<(), Refusal> {
        let found = self.leaf(path).and_then(|leaf| leaf.options.iter().find(|known| known.name == option));
        found.map_or(Ok(()), |option| option.read(value).map(drop))
    }

    /// Checks `options` against the command at `path`, and gives them in the types that the definition asks for.
    ///
    /// # Errors
    /// A sentence for the first thing that is wrong.
    pub fn check(&self, path: &[String], options: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
        let shown = path.join(" ");
        let command = self.leaf(path).ok_or_else(|| {
            refusal(format!("There is no command {}. `/help` shows those that exist.", code(&format!("/{shown}"), 60)))
        })?;
        let mut checked = Map::new();
        for (name, value) in options {
            let Some(option) = command.options.iter().find(|option| option.name == name) else {
                return Err(unknown_option(command, &shown, &name));
            };
            checked.insert(name, option.read(value)?);
        }
        match command.options.iter().find(|option| option.required && !checked.contains_key(&option.name)) {
            Some(missing) => Err(refusal(format!(
                "`/{shown}` needs `{}`: {}. Write {}.",
                missing.name,
                missing.description.to_lowercase(),
                code(&command.usage(path), 200)
            ))),
            None => Ok(checked),
        }
    }
}

fn refusal(sentence: String) -> Refusal {
    Refusal::new("command.options", sentence)
}

fn unknown_option(command: &Definition, shown: &str, name: &str) -> Refusal {
    let names: Vec<&str> = command.options.iter().map(|option| option.name.as_str()).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if names.is_empty() => "It takes none.".to_owned(),
        None => format!("It takes {}.", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    refusal(format!("`/{shown}` has no option {}. {hint}", code(name, 40)))
}

impl Definition {
    /// How it is written: `/incident note text:… [at] [incident]`.
    pub fn usage(&self, path: &[impl AsRef<str>]) -> String {
        let mut usage = format!("/{}", path.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" "));
        for option in &self.options {
            let (before, after) = if option.required { ("", ":…") } else { ("[", "]") };
            usage.extend([" ", before, &option.name, after]);
        }
        usage
    }

    /// A value for this option: as Discord sends it, or as text from a typed message.
    fn read(&self, value: Value) -> Result<Value, Refusal> {
        let value = match (&value, self.kind) {
            (Value::String(text), kind::INTEGER) => {
                text.trim().parse::<i64>().map(Value::from).map_err(|_| self.unreadable(text))?
            }
            (Value::String(text), kind::BOOLEAN) => match text.trim().to_lowercase().as_str() {
                "true" | "yes" | "on" | "y" => true.into(),
                "false" | "no" | "off" | "n" => false.into(),
                _ => return Err(self.unreadable(text)),
            },
            (Value::String(text), kind::USER) => {
                snowflake(text, &["<@!", "<@"]).ok_or_else(|| self.unreadable(text))?
            }
            (Value::String(text), kind::CHANNEL) => snowflake(text, &["<#"]).ok_or_else(|| self.unreadable(text))?,
            (Value::String(text), kind::ROLE) => snowflake(text, &["<@&"]).ok_or_else(|| self.unreadable(text))?,
            (Value::String(_), kind::STRING) | (Value::Bool(_), kind::BOOLEAN) => value,
            (Value::Number(number), kind::INTEGER) if number.is_i64() => value,
            // Some senders write whole numbers as 1.0.
            (Value::Number(number), kind::INTEGER) => {
                whole(number).ok_or_else(|| self.unreadable(&number.to_string()))?
            }
            (Value::Number(number), kind::USER | kind::CHANNEL | kind::ROLE) => number.to_string().into(),
            (file, kind::ATTACHMENT) => attached(file).ok_or_else(|| self.unreadable("That"))?,
            (other, _) => return Err(self.unreadable(&other.to_string())),
        };
        self.keep_choices(self.keep_bounds(value)?)
    }

    fn keep_bounds(&self, value: Value) -> Result<Value, Refusal> {
        if let Some(text) = value.as_str() {
            let length = text.chars().count();
            if let Some(most) = self.max_length.filter(|most| length > *most) {
                return Err(refusal(format!(
                    "`{}` takes at most {most} characters; yours has {length}. Say it shorter, the rest fits into `/incident note`.",
                    self.name
                )));
            }
            if self.min_length.is_some_and(|fewest| length < fewest) || (self.required && text.trim().is_empty()) {
                return Err(refusal(format!("`{}` is empty: {}.", self.name, self.description.to_lowercase())));
            }
        }
        if let Some(number) = value.as_i64()
            && (self.min_value.is_some_and(|least| number < least) || self.max_value.is_some_and(|most| number > most))
        {
            let least = self.min_value.map(|least| format!(" from {least}")).unwrap_or_default();
            let most = self.max_value.map(|most| format!(" to {most}")).unwrap_or_default();
            return Err(refusal(format!("`{}` is a whole number{least}{most}.", self.name)));
        }
        Ok(value)
    }

    fn keep_choices(&self, value: Value) -> Result<Value, Refusal> {
        if self.choices.is_empty() || self.choices.iter().any(|choice| choice.value == value) {
            return Ok(value);
        }
        let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.choices
            .iter()
            .find(|choice| choice.name.eq_ignore_ascii_case(said.trim()))
            .map(|choice| choice.value.clone())
            .ok_or_else(|| {
                let names: Vec<String> = self.choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
                refusal(format!("{} is no `{}`. It is one of {}.", code(&said, 40), self.name, names.join(", ")))
            })
    }

    fn unreadable(&self, said: &str) -> Refusal {
        let wanted = match self.kind {
            kind::INTEGER => "a whole number",
            kind::BOOLEAN => "`true` or `false`",
            kind::USER => "a person: mention them with @",
            kind::CHANNEL => "a channel: name it with #",
            kind::ROLE => "a role: mention it with @",
            kind::ATTACHMENT => "a file: attach it to the command",
            _ => "text",
        };
        refusal(format!("{} cannot be `{}`, which is {wanted}.", code(said, 40), self.name))
    }
}

/// The id in a mention, or a bare one.
fn snowflake(text: &str, marks: &[&str]) -> Option<Value> {
    let text = text.trim();
    let id =
        marks.iter().find_map(|mark| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix('>'))).unwrap_or(text);
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && id.parse::<u64>().is_ok()).then(|| id.into())
}

/// A file as [`TargetFile`] holds it, of what Discord says about it. One whose size nobody knows counts as too large.
fn attached(file: &Value) -> Option<Value> {
    let text = |key: &str| file[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    serde_json::to_value(TargetFile {
        name: text("filename")?,
        media_type: text("content_type").unwrap_or_else(|| UNKNOWN_MEDIA.to_owned()),
        size: file["size"].as_u64().unwrap_or(u64::MAX),
        url: text("url")?,
    })
    .ok()
}

fn whole(number: &serde_json::Number) -> Option<Value> {
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15)?;
    format!("{float:.0}").parse::<i64>().ok().map(Value::from)
}

impl Vocabulary for Catalogue {
    fn is_path(&self, path: &[&str]) -> bool {
        self.leaf(path).is_some()
    }

    fn names(&self, path: &[&str]) -> Vec<String> {
        if path.is_empty() {
            return self.slash_commands().map(|command| command.name.clone()).collect();
        }
        self.at(path).map_or_else(Vec::new, |found| {
            found.options.iter().filter(|option| option.kind <= kind::GROUP).map(|option| option.name.clone()).collect()
        })
    }

    fn options(&self, path: &[&str]) -> Vec<String> {
        self.leaf(path).map_or_else(Vec::new, |leaf| leaf.options.iter().map(|option| option.name.clone()).collect())
    }

    fn lone_option(&self, path: &[&str]) -> Option<String> {
        let leaf = self.leaf(path)?;
        let text = |option: &&Definition| option.kind == kind::STRING && option.choices.is_empty();
        let required = leaf.options.iter().find(|option| option.required).filter(text);
        // `/incident update` asks in a form when its message is left out, and `/help` lists all: typed words are meant for those.
        let first = || leaf.options.first().filter(text).filter(|option| option.name != path[0]);
        required.or_else(first).map(|option| option.name.clone())
    }
}
