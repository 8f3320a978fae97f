//! Reading the file: every value with the line on which it stands, and every fault with its line.

use toml::de::{DeTable, DeValue};

use crate::chat::nearest::nearest;
use crate::chat::text::{clean_line, clip, code};

/// What is wrong with a file: the line, from 1, and a sentence.
pub type Fault = (usize, String);

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From 1.
    pub line: usize,
    /// What stands there.
    pub value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several values.
    List(Vec<Node>),
    /// A table.
    Table(Part),
    /// What no file of ours holds, by its name.
    Other(&'static str),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// A table of the file. What is taken from it is gone, so that what is left at the end is what nobody knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Where it begins.
    pub line: usize,
    /// How it is called in sentences: `[channels]`.
    name: String,
    entries: Vec<(String, Node)>,
    asked: Vec<&'static str>,
}

impl Part {
    /// Takes the value of `key`.
    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Takes a text. One of another kind is a fault.
    pub fn text(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<(usize, String)> {
        let Node { line, value } = self.take(key)?;
        match value {
            Value::Text(text) => Some((line, text)),
            other => {
                faults.push((line, format!("`{key}` is a text in quotes, and here it is {}.", other.kind())));
                None
            }
        }
    }

    /// Takes a whole number. A value of another kind is a fault.
    pub fn number(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<(usize, i64)> {
        let Node { line, value } = self.take(key)?;
        match value {
            Value::Number(number) => Some((line, number)),
            other => {
                faults.push((line, format!("`{key}` is a whole number, and here it is {}.", other.kind())));
                None
            }
        }
    }

    /// Takes yes or no. A value of another kind is a fault.
    pub fn flag(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<(usize, bool)> {
        let Node { line, value } = self.take(key)?;
        match value {
            Value::Flag(flag) => Some((line, flag)),
            other => {
                faults.push((line, format!("`{key}` is `true` or `false`, and here it is {}.", other.kind())));
                None
            }
        }
    }

    /// Takes a name or an id: a text, or the number of an id that was written without quotes.
    pub fn reference(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<(usize, String)> {
        let node = self.take(key)?;
        refer(key, node, faults)
    }

    /// Takes a list of names or ids; one alone needs no brackets.
    pub fn references(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Vec<(usize, String)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        match node.value {
            Value::List(nodes) => nodes.into_iter().filter_map(|node| refer(key, node, faults)).collect(),
            value => refer(key, Node { line: node.line, value }, faults).into_iter().collect(),
        }
    }

    /// Takes the table called `key`. Anything else of that name is a fault.
    pub fn table(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<Self> {
        let Node { line, value } = self.take(key)?;
        match value {
            Value::Table(part) => Some(part),
            other => {
                faults.push((line, format!("`{key}` is a table, `[{key}]`, and here it is {}.", other.kind())));
                None
            }
        }
    }

    /// Takes the tables called `key`: `[[key]]`, each on its own.
    pub fn tables(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Vec<Self> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let wrong = |line| (line, format!("`{key}` is written as tables, each under its own `[[{key}]]`."));
        let Value::List(nodes) = node.value else {
            faults.push(wrong(node.line));
            return Vec::new();
        };
        let mut parts = Vec::new();
        for node in nodes {
            match node.value {
                Value::Table(part) => parts.push(Self { name: format!("[[{key}]]"), ..part }),
                _ => faults.push(wrong(node.line)),
            }
        }
        parts
    }

    /// Names what is left as unknown. Everything that could stand here has been asked for by then.
    pub fn finish(self, faults: &mut Vec<Fault>) {
        for (key, node) in self.entries {
            let known: Vec<String> = self.asked.iter().map(|key| format!("`{key}`")).collect();
            let hint = nearest(&key, self.asked.iter().copied())
                .map_or_else(|| format!("It takes {}.", known.join(", ")), |near| format!("Did you mean `{near}`?"));
            let place = if self.name.is_empty() { "the file".to_owned() } else { format!("`{}`", self.name) };
            faults.push((node.line, format!("{place} has no {}. {hint}", code(&key, 40))));
        }
    }
}

fn refer(key: &str, node: Node, faults: &mut Vec<Fault>) -> Option<(usize, String)> {
    match node.value {
        Value::Text(text) => Some((node.line, text)),
        Value::Number(number) => Some((node.line, number.to_string())),
        other => {
            faults.push((node.line, format!("`{key}` is an id or a name in quotes, and here it is {}.", other.kind())));
            None
        }
    }
}

/// Reads a file. What cannot be read as TOML is told whole, and then nothing of it is looked at.
pub fn read(text: &str) -> Result<Part, Vec<Fault>> {
    let lines = Lines::of(text);
    let (table, broken) = DeTable::parse_recoverable(text);
    if !broken.is_empty() {
        let fault = |error: toml::de::Error| {
            let line = error.span().map_or(1, |span| lines.at(span.start));
            let why = clip(&clean_line(error.message()), 200);
            (line, format!("this cannot be read as TOML: {why}."))
        };
        let mut faults: Vec<Fault> = broken.into_iter().map(fault).collect();
        faults.sort();
        faults.dedup();
        return Err(faults);
    }
    Ok(part("", 1, table.get_ref(), &lines))
}

fn part(name: &str, line: usize, table: &DeTable<'_>, lines: &Lines) -> Part {
    let mut entries: Vec<(String, Node)> = table
        .iter()
        .map(|(key, value)| {
            let line = lines.at(key.span().start);
            (key.get_ref().to_string(), node(key.get_ref(), line, value.get_ref(), lines))
        })
        .collect();
    entries.sort_by_key(|(_, node)| node.line);
    Part { line, name: if name.is_empty() { String::new() } else { format!("[{name}]") }, entries, asked: Vec::new() }
}

fn node(key: &str, line: usize, value: &DeValue<'_>, lines: &Lines) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number that is too large"), Value::Number),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Float(_) => Value::Other("a number with a point"),
        DeValue::Datetime(_) => Value::Other("a date without quotes"),
        DeValue::Array(array) => Value::List(
            array.iter().map(|value| node(key, lines.at(value.span().start), value.get_ref(), lines)).collect(),
        ),
        DeValue::Table(table) => Value::Table(part(key, line, table, lines)),
    };
    Node { line, value }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line, from 1, on which byte `at` stands.
    fn at(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line_and_what_is_left_is_unknown() {
        let text = "format = 1\n[channels]\nincidents = \"#a\"\nmanagment = 7\n\n[[service]]\nname = \"x\"\n[[service]]\nname = 5\n";
        let (mut file, mut faults) = (read(text).expect("it is TOML"), Vec::new());
        assert_eq!(file.number("format", &mut faults), Some((1, 1)));
        let mut channels = file.table("channels", &mut faults).expect("there is one");
        assert_eq!(channels.line, 2);
        assert_eq!(channels.reference("incidents", &mut faults), Some((3, "#a".to_owned())));
        assert_eq!(channels.reference("management", &mut faults), None);
        channels.finish(&mut faults);
        for mut service in file.tables("service", &mut faults) {
            service.text("name", &mut faults);
            service.finish(&mut faults);
        }
        file.finish(&mut faults);
        assert_eq!(
            faults,
            [
                (4, "`[channels]` has no `managment`. Did you mean `management`?".to_owned()),
                (9, "`name` is a text in quotes, and here it is a number.".to_owned()),
            ]
        );
    }

    #[test]
    fn all_that_is_no_toml_is_told_at_once() {
        let faults = read("a = 1\nb = \nc = 2\na = 3\n").expect_err("it is no TOML");
        let lines: Vec<usize> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4], "{faults:?}");
    }
}
