//! What a command needs from outside wardroom, asked for before its unit of work begins: a transaction waits for nobody.

use crate::chat::fetch::Fetched;
use crate::setup::Surroundings;

/// What was asked, and what was answered. What a command does not need is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The guild as Discord shows it, or why it does not.
    pub around: Option<Result<Surroundings, String>>,
    /// The file that was given.
    pub file: Option<Fetched>,
}

impl Outside {
    /// The guild as Discord shows it, or why that is not known.
    pub fn around(&self) -> Result<&Surroundings, &str> {
        match &self.around {
            Some(around) => around.as_ref().map_err(String::as_str),
            None => Err("it was not asked"),
        }
    }
}
