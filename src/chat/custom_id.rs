//! What a button, select or form carries: `w1:action:record:extra`. It travels through the person's client and lives as long as its
//! message, so it names things and never proves anything.

use std::fmt;

use super::limits;

/// The version of the form of our custom ids.
const VERSION: &str = "w1";

/// What a custom id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomId {
    /// What is to be done: `process.verb`.
    pub action: String,
    /// On which record; may be empty.
    pub record: String,
    /// Anything more; may be empty.
    pub extra: String,
}

impl CustomId {
    /// A custom id of these parts.
    pub fn new(action: &str, record: impl fmt::Display, extra: impl fmt::Display) -> Self {
        Self { action: action.to_owned(), record: record.to_string(), extra: extra.to_string() }
    }

    /// Reads a custom id; none when it is not one of ours, or of a version that this one does not know.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        if parts.next()? != VERSION || text.chars().count() > limits::CUSTOM_ID {
            return None;
        }
        let action = parts.next().filter(|action| !action.is_empty())?;
        Some(Self::new(action, parts.next().unwrap_or_default(), parts.next().unwrap_or_default()))
    }
}

impl fmt::Display for CustomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}:{}:{}", self.action, self.record)?;
        if self.extra.is_empty() { Ok(()) } else { write!(f, ":{}", self.extra) }
    }
}

impl From<CustomId> for String {
    fn from(id: CustomId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_id_reads_back_and_foreign_ones_are_nobodys() {
        let id = CustomId::new("incident.ack", "INC-7", "");
        assert_eq!(id.to_string(), "w1:incident.ack:INC-7");
        assert_eq!(CustomId::parse(&id.to_string()), Some(id));
        assert_eq!(CustomId::parse("w1:a:b:c:d").expect("ours").extra, "c:d");
        for foreign in ["", "w1", "w1:", "w2:incident.ack:INC-7", "hello"] {
            assert_eq!(CustomId::parse(foreign), None, "{foreign}");
        }
        assert_eq!(CustomId::parse(&format!("w1:{}", "x".repeat(100))), None);
    }
}
