//! `/inbox`: what waits for a person, whatever the process, the most pressing first, each with the button that settles it.

use chrono::{DateTime, Utc};

use super::context::Context;
use crate::chat::answer::Answer;
use crate::chat::message::{Button, Message};
use crate::error::Error;
use crate::incident;
use crate::store::Tx;

/// Things that one answer shows: each has a button, and a message holds 25.
const SHOWN: usize = 12;

/// Something that waits for a person.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// In one line, with what it is about.
    pub line: String,
    /// What comes first: less is more pressing.
    pub urgency: u8,
    /// When it is due, or since when it waits.
    pub at: DateTime<Utc>,
    /// What settles it.
    pub button: Option<Button>,
}

/// What waits for whoever asks.
pub async fn inbox(tx: &mut Tx, context: &Context) -> Result<Answer, Error> {
    let mut found = incident::waiting_for(tx, context).await?;
    found.sort_by_key(|waiting| (waiting.urgency, waiting.at));
    if found.is_empty() {
        return Ok(Answer::Say(Message::say("Nothing waits for you. `/incident list` shows what is open.")));
    }
    let count = found.len();
    let mut lines = vec![match count {
        1 => "**One thing waits for you**".to_owned(),
        count => format!("**{count} things wait for you**"),
    }];
    lines.extend(found.iter().take(SHOWN).map(|waiting| waiting.line.clone()));
    if count > SHOWN {
        lines.push(format!("-# … and {} more, once these are settled.", count - SHOWN));
    }
    let buttons: Vec<Button> = found.into_iter().take(SHOWN).filter_map(|waiting| waiting.button).collect();
    Ok(Answer::Say(Message::say(lines.join("\n")).buttons(buttons)))
}
