//! The oracle: what people were told, what is recorded, and what stands in chat must be one story.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use wardroom::incident::Incident;
use wardroom::journal::{Fact, Told, Verdict};
use wardroom::playground::{Id, Message, Playground, What as Happened};

use crate::figures::Durations;
use crate::plan::What;
use crate::records::{Records, Said};
use crate::storm::{Command, Heard};

/// How a command stands with the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The person was told what was done, with the incident's number.
    Acknowledged(i64),
    /// The person was told why not.
    Refused(String),
    /// wardroom failed, and said so.
    Failed(String),
    /// The person was told nothing, or only that it takes longer.
    Unanswered,
}

/// What was found.
pub struct Judged {
    pub wrong: Vec<String>,
    pub commands: String,
    pub reminders: String,
    /// From the promised instant to the reminder's row.
    pub fired: Durations,
    /// From the promised instant to the message, where the room was open at that instant.
    pub posted: Durations,
    /// The same where the room was still to be opened: the limit of the channel of cards decides.
    pub waited: Durations,
    pub posts: String,
}

/// The number that a text names first.
fn number_in(text: &str) -> Option<i64> {
    let digits = text.split("INC-").nth(1)?;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// How `command` stands, by the answers to it.
pub fn standing(command: &Command, answers: &[String]) -> Standing {
    let Some(text) = answers.iter().find(|text| !text.is_empty()) else { return Standing::Unanswered };
    if text.contains("wardroom's side") || text.contains("inside wardroom") || text.contains("would not show") {
        return Standing::Failed(text.clone());
    }
    let done = match command.what {
        What::Declare { .. } => "card and room in",
        What::Note { .. } => "On the timeline of",
        What::Update { .. } | What::UpdateByForm | What::Promise { .. } => "Update on",
        What::Ack { .. } | What::AckByButton => "is yours: acknowledged",
        What::CommandByButton | What::Role { .. } => "** on **INC-",
        What::Priority { .. } | What::PriorityTakenBack { .. } => " impact × ",
        What::Resolve | What::ResolveByForm => "is resolved, fixed, restored",
        What::Reopen => "is open again",
        What::Undo => "Taken back:",
        What::OpenForm => "INC-",
    };
    // A priority that was given has another basis.
    let given =
        matches!(command.what, What::Priority { .. } | What::PriorityTakenBack { .. }) && text.contains(" as given");
    let already = text.contains(" already.");
    match number_in(text) {
        Some(number)
            if (text.contains(done) || given) && !already && command.number.is_none_or(|wanted| wanted == number) =>
        {
            Standing::Acknowledged(number)
        }
        _ => Standing::Refused(text.clone()),
    }
}

/// The action that a command leaves in the journal, and the field that holds its text.
fn trace(what: What) -> (&'static str, Option<&'static str>) {
    match what {
        What::Declare { .. } => ("incident.declare", Some("title")),
        What::Note { .. } => ("incident.note", Some("text")),
        What::Update { .. } | What::UpdateByForm | What::Promise { .. } => ("incident.update", Some("update")),
        What::Ack { .. } | What::AckByButton => ("incident.ack", None),
        What::CommandByButton | What::Role { .. } => ("incident.role", None),
        What::Priority { .. } | What::PriorityTakenBack { .. } => ("incident.priority", Some("reason")),
        What::Resolve | What::ResolveByForm => ("incident.resolve", Some("summary")),
        What::Reopen => ("incident.reopen", Some("reason")),
        What::Undo => ("incident.undo", None),
        What::OpenForm => ("", None),
    }
}

/// Looks at everything.
pub fn judge(playground: &Playground, records: &Records, commands: &[Command]) -> Judged {
    let mut oracle = Oracle { playground, records, wrong: Vec::new(), chat: chat(playground) };
    let told = oracle.commands(commands);
    oracle.typed(commands);
    oracle.texts(commands);
    let posts = oracle.posts();
    oracle.cards();
    oracle.states();
    let (reminders, [fired, posted, waited]) = oracle.reminders();
    if let Verdict::Broken { seq, why } = &records.verdict {
        oracle.wrong.push(format!("the journal does not verify: entry {seq}: {why}"));
    }
    Judged { wrong: oracle.wrong, commands: told, reminders, fired, posted, waited, posts }
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
            let entries: Vec<&Told> = of_it.into_iter().flatten().filter(|told| told.action != "refusal").collect();
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
        for command in commands {
            let (_, Some(_)) = trace(command.what) else { continue };
            if matches!(command.what, What::Declare { .. }) {
                continue;
            }
            let places = self.chat.iter().filter(|(place, _)| **place != self.playground.channel("management"));
            let lines = places
                .flat_map(|(_, said)| said)
                .filter(|said| !said.is_v2() && said.text().contains(&command.token))
                .count();
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

    /// One card and one room for each incident, and numbers without gaps.
    fn cards(&mut self) {
        let numbers: Vec<i64> = self.records.incidents.iter().map(|incident| incident.number.value).collect();
        let gapless: Vec<i64> = (1..).take(numbers.len()).collect();
        self.must(numbers == gapless, || format!("the numbers have gaps: {numbers:?}"));
        let threads = self.playground.threads("incidents");
        self.must(threads.len() == numbers.len(), || {
            format!("there are {} rooms of {} incidents", threads.len(), numbers.len())
        });
        let incidents = self.playground.channel("incidents");
        for number in numbers {
            let names = format!("INC-{number} · ");
            let cards: Vec<Id> = self.chat[&incidents]
                .iter()
                .filter(|said| said.is_v2() && said.text().contains(&names))
                .map(|card| card.id)
                .collect();
            let rooms: Vec<Id> = threads
                .iter()
                .filter(|thread| thread.name.starts_with(&format!("INC-{number} ")))
                .map(|thread| thread.id)
                .collect();
            self.must(cards.len() == 1 && rooms == cards, || {
                format!("INC-{number} has {} cards and {} rooms", cards.len(), rooms.len())
            });
            let known = self.records.rooms.get(&number).copied().unwrap_or_default();
            let there = (cards.first().map(|id| id.0), rooms.first().map(|id| id.0));
            self.must(known == there, || {
                format!("INC-{number} looks for its card and room at {known:?}, they are {there:?}")
            });
        }
    }

    /// Each record is what its journal says.
    fn states(&mut self) {
        let records = self.records;
        for incident in &records.incidents {
            let entries = records.by_incident.get(&incident.number.value).map_or(&[] as &[Told], Vec::as_slice);
            let mut fields: BTreeMap<&str, &Fact> = BTreeMap::new();
            for (field, fact) in entries.iter().flat_map(|told| &told.after) {
                fields.insert(field, fact);
            }
            for (field, is) in state_of(incident) {
                let told = fields.get(field).map_or(&Fact::Nothing, |fact| *fact);
                self.must(*told == is, || {
                    format!("{} has {field} {is:?}, and its journal says {told:?}", incident.number)
                });
            }
        }
    }

    /// A promise that stayed due is reminded of once; one that was kept, or made anew, in time is not.
    fn reminders(&mut self) -> (String, [Durations; 3]) {
        let (mut promised, mut due, mut superseded) = (0, 0, 0);
        let [mut fired, mut posted, mut waited] = [const { Durations(Vec::new()) }; 3];
        let opened: BTreeMap<Id, DateTime<Utc>> = self
            .playground
            .effects()
            .into_iter()
            .filter_map(|effect| match effect.what {
                Happened::ThreadCreated { thread, .. } => Some((thread, effect.at)),
                _ => None,
            })
            .collect();
        let records = self.records;
        for (number, entries) in &records.by_incident {
            // The promise that stands, and how often it was reminded of.
            let mut standing: Option<(DateTime<Utc>, usize)> = None;
            let mut of_instant: BTreeMap<i64, usize> = BTreeMap::new();
            for told in entries {
                if told.action == "incident.reminder" {
                    due += 1;
                    fired.0.push((told.entry_at - told.event_at).to_std().unwrap_or(Duration::ZERO));
                    *of_instant.entry(told.event_at.timestamp()).or_default() += 1;
                    match &mut standing {
                        Some((at, times)) if *at == told.event_at => *times += 1,
                        _ => self
                            .wrong
                            .push(format!("INC-{number}: entry {} reminds of a promise that does not stand", told.seq)),
                    }
                } else if told.after.contains_key("promise-due") {
                    superseded += self.closed(*number, standing.take());
                    standing = instant_of(told);
                    promised += usize::from(standing.is_some());
                }
            }
            if let Some((at, times)) = standing {
                self.must(times == 1, || {
                    format!("INC-{number}: the promise of {at} stayed due and was reminded of {times} times")
                });
            }
            let room = records.rooms.get(number).and_then(|(_, thread)| *thread).map(Id).unwrap_or_default();
            let said: Vec<Message> = self.chat.get(&room).cloned().unwrap_or_default();
            let reminders: Vec<&Message> =
                said.iter().filter(|said| said.content.contains(" was promised for <t:")).collect();
            self.must(reminders.len() == of_instant.values().sum::<usize>(), || {
                format!(
                    "INC-{number}: {} reminders stand in the room, {} are recorded",
                    reminders.len(),
                    of_instant.values().sum::<usize>()
                )
            });
            for (seconds, count) in of_instant {
                let of_it = format!(" was promised for <t:{seconds}:");
                let of_second: Vec<&&Message> = reminders.iter().filter(|said| said.content.contains(&of_it)).collect();
                self.must(of_second.len() == count, || {
                    format!(
                        "INC-{number}: the reminder of second {seconds} was posted {} times, and not {count}",
                        of_second.len()
                    )
                });
                let exact = entries
                    .iter()
                    .find(|told| told.action == "incident.reminder" && told.event_at.timestamp() == seconds)
                    .map(|told| told.event_at);
                for message in of_second {
                    let Some(due) = exact else { continue };
                    let late = (message.timestamp - due).to_std().unwrap_or(Duration::ZERO);
                    let was_open = opened.get(&room).is_some_and(|opened| *opened <= due);
                    if was_open { posted.0.push(late) } else { waited.0.push(late) }
                }
            }
        }
        (
            format!(
                "promises recorded: {promised}; stayed due and reminded of: {due}; kept or replaced before: {superseded}"
            ),
            [fired, posted, waited],
        )
    }

    /// A promise that no longer stands; 1 when it was kept or replaced before it was reminded of.
    fn closed(&mut self, number: i64, promise: Option<(DateTime<Utc>, usize)>) -> usize {
        let Some((at, times)) = promise else { return 0 };
        self.must(times <= 1, || format!("INC-{number}: the promise of {at} was reminded of {times} times"));
        usize::from(times == 0)
    }
}

fn instant_of(told: &Told) -> Option<(DateTime<Utc>, usize)> {
    let micros = told.text("promise-due")?.parse().expect("an instant");
    Some((DateTime::from_timestamp_micros(micros).expect("an instant"), 0))
}

/// The fields of a record that are compared, as the journal writes them.
fn state_of(incident: &Incident) -> Vec<(&'static str, Fact)> {
    vec![
        ("state", Fact::Plain(incident.state.name())),
        ("title", Fact::Text(incident.title.clone())),
        ("priority", Fact::Plain(incident.priority.name())),
        ("commander", Fact::person(incident.roles.commander)),
        ("communications", Fact::person(incident.roles.communications)),
        ("scribe", Fact::person(incident.roles.scribe)),
        ("acknowledged-by", Fact::person(incident.acknowledged.as_ref().map(|ack| ack.by))),
        ("update", Fact::text(incident.update.as_ref().map(|update| update.text.as_str()))),
        ("promise-due", Fact::instant(incident.promise.as_ref().map(|promise| promise.due_at))),
        ("summary", Fact::text(incident.resolution.as_ref().map(|resolution| resolution.summary.as_str()))),
        ("reopened", Fact::Plain(incident.reopened.to_string())),
    ]
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
