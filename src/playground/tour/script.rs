//! The acts of a tour, as the file has them.

use chrono::TimeDelta;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Characters of what somebody says that name an act.
const EXCERPT: usize = 40;

/// One thing that one person does.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Line")]
pub(super) struct Act {
    /// How long after the act before it.
    pub(super) after: TimeDelta,
    pub(super) who: String,
    /// The channel or thread; empty for a form, which is where it was opened.
    pub(super) place: String,
    /// Words of the answer.
    pub(super) hears: String,
    pub(super) deed: Deed,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Slash { command: String, options: Value },
    Says { text: String, file: Option<Attachment> },
    Clicks(String),
    Submits(Value),
    Chooses(Vec<String>),
    OnMessage { words: String, command: String },
}

/// An act as it stands in the file. What is misspelt is no act, rather than one that lacks something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Line {
    #[serde(default, deserialize_with = "duration")]
    after: TimeDelta,
    who: String,
    #[serde(default)]
    r#in: String,
    #[serde(default)]
    hears: String,
    slash: Option<String>,
    options: Option<Value>,
    says: Option<String>,
    file: Option<Attachment>,
    clicks: Option<String>,
    submits: Option<Value>,
    chooses: Option<Vec<String>>,
    on_message: Option<String>,
    r#use: Option<String>,
}

impl TryFrom<Line> for Act {
    type Error = String;

    fn try_from(line: Line) -> Result<Self, String> {
        let (options, file, command) = (line.options, line.file, line.r#use);
        let beside = (options.is_some(), file.is_some(), command.is_some());
        let deeds = [
            line.slash.map(|command| Deed::Slash { command, options: options.unwrap_or_default() }),
            line.says.map(|text| Deed::Says { text, file }),
            line.clicks.map(Deed::Clicks),
            line.submits.map(Deed::Submits),
            line.chooses.map(Deed::Chooses),
            line.on_message.map(|words| Deed::OnMessage { words, command: command.unwrap_or_default() }),
        ];
        let mut deeds = deeds.into_iter().flatten();
        let (Some(deed), None) = (deeds.next(), deeds.next()) else {
            return Err(format!("{} does not do exactly one thing", line.who));
        };
        let fits = match &deed {
            Deed::Slash { .. } => !beside.1 && !beside.2,
            Deed::Says { .. } => !beside.0 && !beside.2,
            Deed::OnMessage { .. } => beside == (false, false, true),
            Deed::Clicks(_) | Deed::Submits(_) | Deed::Chooses(_) => beside == (false, false, false),
        };
        if !fits {
            return Err(format!(
                "options go with a slash command, a file with words, and use with on-message ({})",
                line.who
            ));
        }
        Ok(Self { after: line.after, who: line.who, place: line.r#in, hears: line.hears, deed })
    }
}

/// A file that goes with a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attachment {
    pub(super) name: String,
    /// Its media type.
    pub(super) kind: String,
    pub(super) text: String,
}

impl Act {
    /// Who does what, for whoever has to find it in the file.
    pub(super) fn named(&self) -> String {
        let what = match &self.deed {
            Deed::Slash { command, .. } => format!("/{command}"),
            Deed::Says { text, .. } => format!("says {:?}", text.chars().take(EXCERPT).collect::<String>()),
            Deed::Clicks(button) => format!("clicks {button}"),
            Deed::Submits(_) => "submits a form".to_owned(),
            Deed::Chooses(values) => format!("chooses {}", values.join(", ")),
            Deed::OnMessage { words, command } => format!("{command} on {words:?}"),
        };
        format!("{} {what}", self.who)
    }
}

/// `1h30m`, `20s`.
pub(super) fn duration<'de, D: Deserializer<'de>>(reader: D) -> Result<TimeDelta, D::Error> {
    let text = String::deserialize(reader)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no duration such as 1h30m or 20s")))
}

fn parse(text: &str) -> Option<TimeDelta> {
    let mut whole = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let count: i64 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        whole += TimeDelta::try_seconds(count.checked_mul(unit)?)?;
        rest = &rest[end + 1..];
    }
    (!text.is_empty()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_one_thing_and_nothing_is_misspelt() {
        let read = |text: &str| serde_json::from_str::<Act>(text).map(|act| act.named()).map_err(|why| why.to_string());
        assert_eq!(read(r#"{"who": "bob", "in": "x", "clicks": "Close"}"#), Ok("bob clicks Close".into()));
        for wrong in [
            r#"{"who": "bob", "in": "x"}"#,
            r#"{"who": "bob", "in": "x", "clicks": "Close", "says": "done"}"#,
            r#"{"who": "bob", "in": "x", "clicks": "Close", "options": {}}"#,
            r#"{"who": "bob", "in": "x", "on-message": "here"}"#,
            r#"{"who": "bob", "in": "x", "clicks": "Close", "heers": "done"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse("1h30m"), Some(TimeDelta::minutes(90)));
        assert_eq!(parse("20s"), Some(TimeDelta::seconds(20)));
        assert_eq!(parse("2d1h"), Some(TimeDelta::hours(49)));
        for wrong in ["", "5", "m", "5x", "5 m", "5µ", "99999999999999999999h"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
