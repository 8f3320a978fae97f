//! The full grammar: `incident declare title:"checkout is down" priority:P1`.

use serde_json::{Map, Value};

use super::masked::Masked;
use super::{SAID, Typed, Vocabulary, split_record};
use crate::chat::nearest::nearest;
use crate::chat::text::code;

/// Which command a record's number belongs to.
const PROCESSES: [(&str, &str); 3] = [("INC-", "incident"), ("CHG-", "change"), ("PRB-", "problem")];

/// Reads `said`, which begins with a command's name.
pub(super) fn parse(said: &str, masked: &Masked, vocabulary: &dyn Vocabulary) -> Typed {
    command(said, None, Map::new(), masked, vocabulary).unwrap_or_else(Typed::Unclear)
}

/// Reads `said` as a verb on `record`: `CHG-3 submit` is `change submit CHG-3`.
pub(super) fn parse_on_record(record: &str, said: &str, masked: &Masked, vocabulary: &dyn Vocabulary) -> Typed {
    let process = PROCESSES.iter().find(|(prefix, _)| record.starts_with(prefix)).map(|&(_, process)| process);
    let Some(process) = process.filter(|process| vocabulary.names(&[]).iter().any(|name| name == process)) else {
        return Typed::Unclear(format!("{} is not a record's number; they look like `INC-7`.", code(record, SAID)));
    };
    // `PRB-2 cause: …` has a colon that the slash form does not.
    let end = said.find(char::is_whitespace).unwrap_or(said.len());
    let (verb, rest) = said.split_at(end);
    let said = format!("{process} {}{rest}", verb.trim_end_matches(':'));
    command(&said, Some(record), Map::new(), masked, vocabulary).unwrap_or_else(Typed::Unclear)
}

/// Reads `said` as a command of which a record and some options have been read already.
pub(super) fn parse_begun(
    said: &str,
    record: Option<&str>,
    options: Map<String, Value>,
    masked: &Masked,
    vocabulary: &dyn Vocabulary,
) -> Typed {
    command(said, record, options, masked, vocabulary).unwrap_or_else(Typed::Unclear)
}

/// Whether one of the `known` options stands in `text`.
pub(super) fn has_option(text: &str, known: &[String]) -> bool {
    option_name(text.trim_start(), known, false).is_some() || next_option(text, known) < text.len()
}

fn command(
    said: &str,
    record: Option<&str>,
    mut options: Map<String, Value>,
    masked: &Masked,
    vocabulary: &dyn Vocabulary,
) -> Result<Typed, String> {
    let mut record = record.map(str::to_owned);
    let mut path: Vec<String> = Vec::new();
    let mut rest = said;
    loop {
        let names = vocabulary.names(&borrowed(&path));
        let (word, behind) = split_word(rest);
        if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(word)) {
            path.push(name.clone());
            rest = behind;
        } else if vocabulary.is_path(&borrowed(&path)) {
            break;
        } else if record.is_none()
            && let Some((number, behind)) = split_record(rest)
        {
            // `incident INC-7 resolve …` is as clear as the other order.
            (record, rest) = (Some(number), behind);
        } else {
            return Err(no_such_verb(word, &path, &names, masked));
        }
    }
    let known = vocabulary.options(&borrowed(&path));
    let record_option = path.first().filter(|name| known.contains(name)).cloned();
    let record_option = record_option.or_else(|| known.iter().find(|name| *name == "record").cloned());
    if record.is_none()
        && record_option.is_some()
        && let Some((number, behind)) = split_record(rest)
    {
        (record, rest) = (Some(number), behind);
    }

    if let Some(record) = record {
        let Some(option) = record_option else {
            return Err(format!("`/{}` is not about one record; leave {} out.", path.join(" "), code(&record, SAID)));
        };
        options.insert(option, Value::String(record));
    }
    let words = read_options(rest, &known, masked, &mut options)?;
    if !words.is_empty() {
        let Some(option) = vocabulary.lone_option(&borrowed(&path)) else {
            return Err(no_place_for(&words, &path, &known));
        };
        insert(&mut options, &option, words)?;
    }
    Ok(Typed::Command { path, options })
}

/// Reads `name:value` pairs into `options` and returns the words that have no name.
fn read_options(
    text: &str,
    known: &[String],
    masked: &Masked,
    options: &mut Map<String, Value>,
) -> Result<String, String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    // An unknown name counts only where an option may stand: not in the midst of free text.
    let mut at_option = true;
    while !rest.is_empty() {
        let Some((name, behind)) = option_name(rest, known, at_option) else {
            let end = next_option(rest, known);
            let (free, behind) = rest.split_at(end);
            // What is left between quoted values may be mere commas.
            if free.chars().any(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '.')) {
                words.push(masked.value(free));
                at_option = false;
            }
            rest = behind;
            continue;
        };
        let lacks = behind.starts_with(char::is_whitespace) && option_name(behind.trim_start(), known, false).is_some();
        let behind = behind.trim_start();
        let quoted = behind.chars().next().filter(|&c| masked.is_quoted(c)).map(char::len_utf8);
        let end = quoted.unwrap_or_else(|| next_option(behind, known));
        let (value, behind) = behind.split_at(end);
        let value = masked.value(value);
        if lacks || (value.is_empty() && quoted.is_none()) {
            return Err(format!(
                "`{name}:` lacks its value; write it like `{name}:…`, with double quotes around spaces."
            ));
        }
        insert(options, &name, value)?;
        at_option = quoted.is_some();
        rest = behind.trim_start();
    }
    Ok(words.join(" "))
}

fn insert(options: &mut Map<String, Value>, name: &str, value: String) -> Result<(), String> {
    if options.contains_key(name) {
        return Err(format!("`{name}` is given twice; say it once."));
    }
    options.insert(name.to_owned(), Value::String(value));
    Ok(())
}

/// The option's name at the start of `text`, and what stands behind its colon.
fn option_name<'t>(text: &'t str, known: &[String], unknown_too: bool) -> Option<(String, &'t str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')?;
    let (name, behind) = (&text[..end], text[end..].strip_prefix(':')?);
    if let Some(known) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some((known.clone(), behind));
    }
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    // A space behind it makes it prose (`cause: unknown`), two slashes an address.
    let has_value = behind.starts_with(|c: char| !c.is_whitespace()) && !behind.starts_with("//");
    (unknown_too && is_name && has_value).then(|| (name.to_ascii_lowercase(), behind))
}

/// Where in `text` the next known option begins; its end if there is none.
fn next_option(text: &str, known: &[String]) -> usize {
    text.char_indices()
        .filter(|&(at, _)| at > 0 && text[..at].ends_with(char::is_whitespace))
        .map(|(at, _)| at)
        .find(|&at| option_name(&text[at..], known, false).is_some())
        .unwrap_or(text.len())
}

fn no_such_verb(word: &str, path: &[String], names: &[String], masked: &Masked) -> String {
    let command = path.join(" ");
    let all = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if word.is_empty() {
        return format!("`/{command}` needs a verb: {}.", all());
    }
    let said = code(&masked.restored(word), SAID);
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => format!("{said} is not a verb of `/{command}`. Did you mean `{near}`?"),
        None => format!("{said} is not a verb of `/{command}`, which has {}.", all()),
    }
}

fn no_place_for(words: &str, path: &[String], known: &[String]) -> String {
    let said = code(words, SAID);
    let command = path.join(" ");
    if known.is_empty() {
        return format!("`/{command}` has no options; leave {said} out.");
    }
    let options = known.iter().map(|name| format!("`{name}:`")).collect::<Vec<_>>().join(", ");
    format!("I do not know which option of `/{command}` {said} is. Name it: {options}.")
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word, rest.trim_start())
}

fn borrowed(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
