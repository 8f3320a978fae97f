//! What goes back to the person who acted.

use serde::{Deserialize, Serialize};

use super::message::{Form, Message};

/// The answer to an invocation. It is stored with the invocation's event, so that a repeated event gets the same answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A message: seen only by the person for slash commands, clicks and forms; a reply in the channel for typed messages.
    Say(Message),
    /// A new shape for the message whose button or select was used.
    Replace(Message),
    /// A form to fill in. `instead` is said when a form can no longer be opened: it carries the `Open form` button.
    Form {
        /// The form.
        form: Form,
        /// What is said when the answer was deferred, or the command typed.
        instead: Message,
    },
    /// Completions, at most 25.
    Choices(Vec<Choice>),
    /// Nothing is said: the event was not for us.
    Nothing,
}

impl Answer {
    /// The message that is said, if the answer comes to that.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Say(message) | Self::Replace(message) | Self::Form { instead: message, .. } => Some(message),
            Self::Choices(_) | Self::Nothing => None,
        }
    }

    /// The answer as it is kept for a repeat of its event: without files, and saying so. A repeat is rare, and the first answer has mostly
    /// arrived then; the text says what was done, and asking again gives the files.
    #[must_use]
    pub fn to_keep(&self) -> Self {
        let mut kept = self.clone();
        if let Self::Say(message) | Self::Replace(message) | Self::Form { instead: message, .. } = &mut kept
            && !message.files().is_empty()
        {
            *message = message.clone().without_files();
            message.append_text("-# Its files are not kept for a repeat of this answer: ask once more.");
        }
        kept
    }
}

/// One completion of an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the person reads: 1 to 100 characters.
    pub name: String,
    /// What the option becomes: at most 100 characters.
    pub value: String,
}
