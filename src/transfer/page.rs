//! Writing the file: TOML with a comment wherever an id alone would tell nobody anything.

use crate::chat::text::clean_line;

/// A file that is being written.
#[derive(Clone, Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// A line of comment.
    pub fn comment(&mut self, words: &str) {
        self.push("# ");
        self.push(&clean_line(words));
        self.push("\n");
    }

    /// A table, explained by `comments`.
    pub fn table(&mut self, key: &str, comments: &[&str]) {
        self.gap();
        for words in comments {
            self.comment(words);
        }
        self.push(&format!("[{key}]\n"));
    }

    /// One of several tables of the same key.
    pub fn entry(&mut self, key: &str) {
        self.gap();
        self.push(&format!("[[{key}]]\n"));
    }

    /// An empty line, and what is said about the tables to come.
    pub fn chapter(&mut self, comments: &[&str]) {
        self.gap();
        for words in comments {
            self.comment(words);
        }
    }

    /// A text.
    pub fn text(&mut self, key: &str, value: &str, note: Option<&str>) {
        self.line(key, &quoted(value), note);
    }

    /// A whole number.
    pub fn number(&mut self, key: &str, value: i64, note: Option<&str>) {
        self.line(key, &value.to_string(), note);
    }

    /// Yes or no.
    pub fn flag(&mut self, key: &str, value: bool) {
        self.line(key, if value { "true" } else { "false" }, None);
    }

    /// A list of texts, each on a line of its own with its note.
    pub fn list(&mut self, key: &str, values: &[(String, Option<String>)]) {
        self.push(&format!("{key} = [\n"));
        for (value, note) in values {
            self.push(&format!("    {},{}\n", quoted(value), noted(note.as_deref())));
        }
        self.push("]\n");
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, key: &str, value: &str, note: Option<&str>) {
        self.push(&format!("{key} = {value}{}\n", noted(note)));
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.push("\n");
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

/// A text as TOML writes it, escaped where it must be.
fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

fn noted(note: Option<&str>) -> String {
    note.map(clean_line).filter(|note| !note.is_empty()).map(|note| format!("  # {note}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_toml_whatever_it_says() {
        let mut page = Page::default();
        let nasty = "a \"b\" \\ 'c' '''d''' \"\"\"e\"\"\" # f\n[g]\t\u{7f}\u{1}";
        page.text("first", nasty, Some("a note\n[that] ends = nothing"));
        page.list("second", &[(nasty.to_owned(), Some("]".to_owned()))]);
        let text = page.into_text();
        let read: toml::de::DeTable<'_> = toml::de::DeTable::parse(&text).expect("it is TOML").into_inner();
        let first = read.iter().find(|(key, _)| key.get_ref() == "first").expect("it is there").1;
        assert_eq!(first.get_ref().as_str(), Some(nasty));
        let second = read.iter().find(|(key, _)| key.get_ref() == "second").expect("it is there").1;
        assert_eq!(second.get_ref().as_array().and_then(|list| list[0].get_ref().as_str()), Some(nasty));
        assert_eq!(read.len(), 2);
    }
}
