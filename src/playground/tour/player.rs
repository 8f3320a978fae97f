//! Plays a tour.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::answer::{Answer, Form, Outcome};
use super::super::message::Message;
use super::super::people::Person;
use super::super::posting::Upload;
use super::super::{Id, Playground};
use super::script::{Act, Attachment, Deed};
use super::{Stopped, Tour};

/// How long something may take to appear: a thread, a button, a reply.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks for it.
const LOOK: Duration = Duration::from_millis(20);

impl Tour {
    /// Plays the tour, with a real pause of `pause` before each act that takes time.
    ///
    /// `clock` is told before each act how far into the story it happens. It moves the clock of the playground and that of the bot
    /// there, and returns when all that was due on the way has happened.
    ///
    /// # Errors
    /// When an act is not answered as the file says.
    pub async fn play(
        &self,
        playground: &Playground,
        pause: Duration,
        clock: impl AsyncFn(TimeDelta),
    ) -> Result<(), Stopped> {
        let mut stage = Stage { playground, forms: BTreeMap::new(), entries: Vec::new() };
        let mut elapsed = TimeDelta::zero();
        for (number, act) in (1..).zip(&self.acts) {
            elapsed += act.after;
            if !act.after.is_zero() {
                sleep(pause).await;
            }
            clock(elapsed).await;
            let stopped = |why| Stopped { act: number, what: act.named(), why };
            stage.perform(act).await.map_err(stopped)?;
        }
        clock(elapsed).await;
        Ok(())
    }
}

struct Stage<'a> {
    playground: &'a Playground,
    /// The form that is open in front of each person.
    forms: BTreeMap<Id, Form>,
    /// What was said and became an entry of a timeline, with the number that the bot gave it.
    entries: Vec<(String, u64)>,
}

impl Stage<'_> {
    async fn perform(&mut self, act: &Act) -> Result<(), String> {
        let person = self.person(&act.who)?;
        let answer = match &act.deed {
            Deed::Submits(values) => {
                let form = self.forms.remove(&person.id()).ok_or("no form is open")?;
                person.submit(&form, values.clone()).await
            }
            deed => {
                let place = self.place(&act.place).await?;
                match deed {
                    Deed::Says { text, file } => {
                        return self.says(&person, place, text, file.as_ref(), &act.hears).await;
                    }
                    Deed::Slash { command, options } => {
                        person.slash(place, command, self.with_entry(options.clone())?).await
                    }
                    Deed::Clicks(button) => {
                        let has = |message: &Message| message.button(button).is_some_and(|button| !button.disabled);
                        let message = newest(&person, place, has, &format!("no button {button} is there")).await?;
                        person.click(&message, button).await
                    }
                    Deed::Chooses(values) => {
                        let has = |message: &Message| message.selects().iter().any(|select| !select.disabled);
                        let message = newest(&person, place, has, "nothing is there to choose from").await?;
                        let selects = message.selects();
                        let select = selects.iter().find(|select| !select.disabled).ok_or("nothing to choose from")?;
                        let values: Vec<&str> = values.iter().map(String::as_str).collect();
                        person.choose(&message, &select.custom_id, &values).await
                    }
                    Deed::OnMessage { words, command } => {
                        let has = |message: &Message| message.text().contains(words.as_str());
                        let message = newest(&person, place, has, &format!("no message says {words:?}")).await?;
                        person.message_command(command, place, message.id).await
                    }
                    Deed::Submits(_) => unreachable!("forms are submitted above"),
                }
            }
        };
        let answer = answer.finished().await;
        as_written(&answer, &act.hears)?;
        if let Some(form) = answer.form() {
            self.forms.insert(person.id(), form);
        }
        Ok(())
    }

    /// `options`, with the number of the entry that they name by its words.
    fn with_entry(&self, mut options: Value) -> Result<Value, String> {
        let named = options["entry"].as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        if let Some(words) = named {
            let entry = self.entries.iter().rev().find(|(said, _)| said.contains(words));
            let (_, number) = entry.ok_or_else(|| format!("no entry says {words:?}"))?;
            options["entry"] = Value::from(*number);
        }
        Ok(options)
    }

    fn person(&self, name: &str) -> Result<Person, String> {
        let state = self.playground.shared.state();
        let found = state.guilds.keys().find_map(|guild| Some((*guild, state.member_called(*guild, name)?)));
        drop(state);
        let (guild, user) = found.ok_or_else(|| format!("nobody is called {name}"))?;
        Ok(Person { playground: self.playground.clone(), user, guild })
    }

    /// The channel or thread that is called so, once it is there.
    async fn place(&self, name: &str) -> Result<Id, String> {
        let find = || {
            let state = self.playground.shared.state();
            let mut channels = state.channels.values();
            match name.strip_suffix('…') {
                Some(beginning) => {
                    let begins = |name: &str| name.starts_with(beginning);
                    channels.filter(|channel| channel.thread.is_some() && begins(&channel.name)).map(|it| it.id).max()
                }
                None => channels.find(|channel| channel.name == name).map(|channel| channel.id),
            }
        };
        in_time(find).await.ok_or_else(|| format!("there is no channel or thread {name:?}"))
    }

    async fn says(
        &mut self,
        person: &Person,
        place: Id,
        text: &str,
        file: Option<&Attachment>,
        hears: &str,
    ) -> Result<(), String> {
        let files: Vec<Upload> = file
            .map(|file| Upload {
                number: 0,
                name: file.name.clone(),
                kind: file.kind.clone(),
                bytes: file.text.clone().into_bytes(),
            })
            .into_iter()
            .collect();
        let id = person.try_say(&place.into(), text, None, &files)?;
        if hears.is_empty() {
            return Ok(());
        }
        let is_reply = |message: &Message| message.reply_to.is_some_and(|(_, to)| to == id);
        let reply = newest(person, place, is_reply, "nobody replied").await?;
        let answer = reply.text();
        self.entries.extend(entry_in(&answer).map(|number| (text.to_owned(), number)));
        if answer.contains(hears) { Ok(()) } else { Err(format!("the reply is: {answer}")) }
    }
}

/// The number in `… as entry 25.`
fn entry_in(answer: &str) -> Option<u64> {
    let (_, behind) = answer.rsplit_once(" as entry ")?;
    behind.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Whether the answer is the one of the story.
fn as_written(answer: &Answer, hears: &str) -> Result<(), String> {
    match &answer.outcome {
        Outcome::Answered => {}
        Outcome::TimedOut => return Err("there was no answer".into()),
        Outcome::NotSent(reason) => return Err(reason.clone()),
    }
    let text = answer.text();
    if text.contains(hears) { Ok(()) } else { Err(format!("the answer is: {text}")) }
}

/// The newest message that `person` sees in `place` and that is `wanted`, once there is one.
async fn newest(
    person: &Person,
    place: Id,
    wanted: impl Fn(&Message) -> bool,
    otherwise: &str,
) -> Result<Message, String> {
    in_time(|| person.reads(place).into_iter().rev().find(&wanted)).await.ok_or_else(|| otherwise.to_owned())
}

async fn in_time<T>(look: impl Fn() -> Option<T>) -> Option<T> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() > give_up {
            return None;
        }
        sleep(LOOK).await;
    }
}
