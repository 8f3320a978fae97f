//! The oracle: what people were told, what is recorded, and what stands in chat must be one story.

mod rooms;
mod standing;
mod states;
mod timers;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use wardroom::journal::{Told, Verdict};
use wardroom::playground::{Id, Message, Playground};

use crate::plan::What;
use crate::records::{Records, Said};
use crate::storm::{Command, Heard};
use standing::trace;
use timers::Reminded;

pub use standing::{Standing, standing};

/// What was found.
pub struct Judged {
    pub wrong: Vec<String>,
    pub commands: String,
    pub reminders: Reminded,
    pub consequences: String,
    pub posts: String,
}

/// Looks at everything.
pub fn judge(playground: &Playground, records: &Records, commands: &[Command], settled: DateTime<Utc>) -> Judged {
    let mut oracle = Oracle { playground, records, settled, wrong: Vec::new(), chat: chat(playground) };
    let told = oracle.commands(commands);
    oracle.typed(commands);
    oracle.texts(commands);
    let posts = oracle.posts();
    oracle.cards();
    let consequences = oracle.consequences();
    oracle.states();
    let reminders = oracle.timers();
    if let Verdict::Broken { seq, why } = &records.verdict {
        oracle.wrong.push(format!("the journal does not verify: entry {seq}: {why}"));
    }
    Judged { wrong: oracle.wrong, commands: told, reminders, consequences, posts }
}

/// Everything of the bot's that everyone sees, by channel.
fn chat(playground: &Playground) -> BTreeMap<Id, Vec<Message>> {
    let channels = ["general", "incidents", "management", "operations"].map(|name| playground.channel(name));
    let threads = channels.iter().flat_map(|channel| playground.threads(*channel)).map(|thread| thread.id);
    let places: Vec<Id> = channels.iter().copied().chain(threads).collect();
    let bot = playground.bot_id();
    places
        .into_iter()
        .map(|place| (place, playground.messages(place).into_iter().filter(|said| said.author == bot).collect()))
        .collect()
}

struct Oracle<'a> {
    playground: &'a Playground,
    records: &'a Records,
    /// What was due by then has happened.
    settled: DateTime<Utc>,
    wrong: Vec<String>,
    chat: BTreeMap<Id, Vec<Message>>,
}

impl Oracle<'_> {
    fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(otherwise());
        }
    }

    /// What was acknowledged is there, once; what was refused is not.
    fn commands(&mut self, commands: &[Command]) -> String {
        let (mut acknowledged, mut refused, mut failed, mut unanswered, mut thinking, mut unheard) = (0, 0, 0, 0, 0, 0);
        for command in commands {
            let answers = command.answers(self.playground);
            let standing = standing(command, &answers);
            let (action, field) = trace(command.what);
            let of_it = self.records.by_source.get(&command.source);
            // What wardroom does because of it is by wardroom, and is looked at apart.
            let by_person = of_it.into_iter().flatten().filter(|told| told.actor.is_some());
            let entries: Vec<&Told> = by_person.filter(|told| told.action != "refusal").collect();
            let what = format!("{:?} {} ({})", command.what, command.token, command.source);
            self.must(entries.len() <= 1, || format!("{what} was done {} times", entries.len()));
            if let Some(told) = entries.first() {
                self.must(told.action == action, || format!("{what} is recorded as {}", told.action));
                if let Some(field) = field {
                    let holds = told.text(field).is_some_and(|text| text.contains(&command.token));
                    self.must(holds, || format!("{what} is recorded with another text: {told:?}"));
                }
            }
            match standing {
                Standing::Acknowledged(number) => {
                    acknowledged += 1;
                    let subject = format!("INC-{number}");
                    let lost = command.what != What::OpenForm && !entries.iter().any(|told| told.subject == subject);
                    self.must(!lost, || {
                        format!("LOST: {what} was acknowledged ({answers:?}) and is not recorded on {subject}")
                    });
                }
                Standing::Refused(why) => {
                    refused += 1;
                    self.must(entries.is_empty(), || format!("{what} was refused ({why}) and done all the same"));
                }
                Standing::Failed(why) => {
                    failed += 1;
                    self.wrong.push(format!("{what} failed inside wardroom: {why}"));
                }
                Standing::Unanswered => {
                    unanswered += 1;
                    thinking += usize::from(command.left_thinking());
                    unheard += usize::from(!entries.is_empty());
                }
            }
        }
        format!(
            "commands sent: {}; acknowledged {acknowledged}, refused {refused}, failed {failed}, unanswered {unanswered} (of them left \"thinking\" {thinking}, done and not heard {unheard})",
            commands.len()
        )
    }

    /// A typed command is answered once, and each one that acted is answered.
    fn typed(&mut self, commands: &[Command]) {
        for command in commands {
            if let Heard::Reply(..) = command.heard {
                let answers = command.answers(self.playground);
                let acted = self.records.answered.contains(&command.source);
                self.must(answers.len() == usize::from(acted), || {
                    format!(
                        "{} {} has {} answers, taken in: {acted}: {answers:?}",
                        command.source,
                        command.token,
                        answers.len()
                    )
                });
            }
        }
    }

    /// A unique text stands in a room at most once, and once if it was acknowledged there. The answer to a typed one is its trace.
    fn texts(&mut self, commands: &[Command]) {
        let records = self.records;
        let is_line = |key: &str| key.starts_with("entry:") || key.starts_with("task:");
        let lines: BTreeSet<u64> =
            records.said.iter().filter(|row| is_line(&row.key)).filter_map(|row| row.message).collect();
        for command in commands {
            let (_, Some(_)) = trace(command.what) else { continue };
            if matches!(command.what, What::Declare { .. }) {
                continue;
            }
            let said = self.chat.values().flatten().filter(|said| lines.contains(&said.id.0));
            let lines = said.filter(|said| said.text().contains(&command.token)).count();
            let recorded =
                self.records.by_source.contains_key(&command.source) && !matches!(command.heard, Heard::Reply(..));
            let acknowledged =
                matches!(standing(command, &command.answers(self.playground)), Standing::Acknowledged(_));
            let wanted = usize::from(recorded && acknowledged);
            self.must(lines <= 1 && lines >= wanted, || {
                format!("{} ({:?}) stands in chat {lines} times", command.token, command.what)
            });
        }
    }

    /// The outbox and the chat hold the same messages: each row is said, once, and nothing stands there that no row asked for.
    fn posts(&mut self) -> String {
        let mut by_message: BTreeMap<u64, &Said> = BTreeMap::new();
        let records = self.records;
        for row in &records.said {
            self.must(row.state == "sent", || {
                format!("{} is {} and not sent: {}", row.key, row.state, row.error.as_deref().unwrap_or("no error"))
            });
            if row.kind == "post" || row.kind == "card" {
                match row.message {
                    Some(message) => {
                        if let Some(other) = by_message.insert(message, row) {
                            self.wrong.push(format!("{} and {} are one message", other.key, row.key));
                        }
                    }
                    None => self.wrong.push(format!("{} was sent as no message", row.key)),
                }
            }
        }
        let mut standing = BTreeSet::new();
        let mut wrong = Vec::new();
        for message in self.chat.values().flatten() {
            standing.insert(message.id.0);
            match by_message.get(&message.id.0) {
                None => wrong.push(format!(
                    "DUPLICATE: nobody asked for {} in {}: {}",
                    message.id,
                    message.channel,
                    message.text()
                )),
                Some(row) => {
                    if row.channel != Some(message.channel.0) {
                        wrong.push(format!("{} stands in {}, and not in {:?}", row.key, message.channel, row.channel));
                    }
                    // What it says is what was last written, to the word.
                    let payload: Value = serde_json::from_str(&row.payload).expect("payloads are JSON");
                    let (said, wanted) = (message.text(), texts_of(&payload));
                    if said != wanted.trim() {
                        wrong.push(format!("{} says {said:?}, and not {wanted:?}", row.key));
                    }
                }
            }
        }
        for (message, row) in &by_message {
            if !standing.contains(message) {
                wrong.push(format!("{} was sent as {message}, which does not stand in chat", row.key));
            }
        }
        let overtaken = self.overtaken(&by_message);
        let told = format!(
            "posts: {} rows, {} messages; lines of a room overtaken by a later one: {overtaken}",
            self.records.said.len(),
            standing.len()
        );
        self.wrong.extend(wrong);
        told
    }

    /// Lines of a room that stand after a line of a later entry. A retry may be overtaken; it is told, not judged.
    fn overtaken(&self, by_message: &BTreeMap<u64, &Said>) -> usize {
        let entry_of = |message: &Message| {
            let key = &by_message.get(&message.id.0)?.key;
            key.strip_prefix("entry:")?.rsplit(':').next()?.parse::<i64>().ok()
        };
        let mut overtaken = 0;
        for said in self.chat.values() {
            let mut latest = 0;
            for entry in said.iter().filter_map(entry_of) {
                overtaken += usize::from(entry < latest);
                latest = latest.max(entry);
            }
        }
        overtaken
    }
}

/// Everything that a person reads in a payload: content, then the texts of components, as [`Message::text`] gives them.
fn texts_of(payload: &Value) -> String {
    fn within(value: &Value, texts: &mut Vec<String>) {
        for component in value.as_array().into_iter().flatten() {
            if component["type"] == 10 {
                texts.extend(component["content"].as_str().map(str::to_owned));
            }
            within(&component["components"], texts);
        }
    }
    let mut texts: Vec<String> =
        payload["content"].as_str().filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect();
    within(&payload["components"], &mut texts);
    texts.join("\n")
}
