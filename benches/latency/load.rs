//! Commands, one after another or many at a time, and how long each took.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use wardroom::clock::Clock;
use wardroom::playground::{Answer, Effect, Id, Playground, What};

use super::bot::Bot;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    Declare,
    Show,
    Note,
}

impl Deed {
    fn line(self, person: usize, turn: usize) -> (&'static str, Value) {
        // Ten incidents are worked on at a time.
        let incident = format!("INC-{}", person % 10 + 1);
        match self {
            Self::Declare => {
                ("incident declare", json!({"title": format!("Payments time out at terminal {person}.{turn}")}))
            }
            Self::Show => ("incident show", json!({"incident": incident})),
            Self::Note => {
                ("incident note", json!({"text": format!("Restarted node {person}.{turn}"), "incident": incident}))
            }
        }
    }
}

/// How a burst went.
pub struct Burst {
    /// Milliseconds of each command that was answered, the shortest first.
    pub latencies: Vec<f64>,
    /// Commands sent.
    pub sent: usize,
    /// From the first command to the last answer.
    pub took: Duration,
    /// Milliseconds from the answer to the card in the channel, the shortest first; of declarations alone.
    pub cards: Vec<f64>,
}

impl Burst {
    /// Commands answered in a second.
    #[expect(clippy::cast_precision_loss, reason = "a count of commands is small")]
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }
}

/// Lets `people` send `each` commands, all at the same time, and each person one after another with a `pause` between.
pub async fn burst(bot: &Bot, deed: Deed, people: usize, each: usize, pause: Duration) -> Burst {
    let before = last_effect(&bot.playground);
    let began = Instant::now();
    let workers: Vec<_> = (0..people)
        .map(|person| {
            let (alice, channel) = (bot.alice.clone(), bot.playground.channel("incidents"));
            tokio::spawn(async move {
                let clock = Clock::system();
                let mut sent = Vec::with_capacity(each);
                for turn in 0..each {
                    let (command, options) = deed.line(person, turn);
                    let at = clock.now();
                    let answer = alice.slash(channel, command, options).await;
                    sent.push((at, answer));
                    tokio::time::sleep(pause).await;
                }
                sent
            })
        })
        .collect();
    let mut sent: Vec<(DateTime<Utc>, Answer)> = Vec::new();
    for worker in workers {
        sent.extend(worker.await.expect("a person does not panic"));
    }
    let took = began.elapsed();
    settle(&bot.playground).await;
    let effects: Vec<Effect> = bot.playground.effects().into_iter().filter(|effect| effect.number > before).collect();
    let answers = answered(sent, &effects);
    let latencies = answers.iter().map(|(sent, at, _)| milliseconds(*sent, *at)).collect();
    let cards = if deed == Deed::Declare { cards(bot, &answers, &effects) } else { Vec::new() };
    Burst { latencies: sorted(latencies), sent: people * each, took, cards }
}

/// When each command was sent, when its answer came, and the answer.
type Answered = Vec<(DateTime<Utc>, DateTime<Utc>, Answer)>;

fn answered(sent: Vec<(DateTime<Utc>, Answer)>, effects: &[Effect]) -> Answered {
    let came: HashMap<Id, DateTime<Utc>> = effects
        .iter()
        .filter_map(|effect| match effect.what {
            What::InteractionAnswered { interaction, .. } => Some((interaction, effect.at)),
            _ => None,
        })
        .collect();
    let answered = sent.into_iter().filter(|(_, answer)| answer.is_answered());
    answered.filter_map(|(at, answer)| Some((at, *came.get(&answer.interaction?)?, answer))).collect()
}

/// How long after its answer the card of each declaration stood in the channel.
fn cards(bot: &Bot, answers: &Answered, effects: &[Effect]) -> Vec<f64> {
    let channel = bot.playground.channel("incidents");
    let posted: HashMap<String, DateTime<Utc>> = effects
        .iter()
        .filter_map(|effect| match &effect.what {
            What::MessageCreated { channel: at, message, .. } if *at == channel => {
                let message = bot.playground.message(channel, *message).filter(|message| !message.is_ephemeral())?;
                Some((number_in(&message.text())?, effect.at))
            }
            _ => None,
        })
        .collect();
    let lag = |(_, at, answer): &(_, DateTime<Utc>, Answer)| {
        Some(milliseconds(*at, *posted.get(&number_in(&answer.text())?)?))
    };
    sorted(answers.iter().filter_map(lag).collect())
}

fn number_in(text: &str) -> Option<String> {
    let digits: String = text.split_once("INC-")?.1.chars().take_while(char::is_ascii_digit).collect();
    Some(digits)
}

fn last_effect(playground: &Playground) -> u64 {
    playground.effects().last().map_or(0, |effect| effect.number)
}

/// Waits until nothing has happened for a while: what had to be said is said.
async fn settle(playground: &Playground) {
    let (mut seen, mut quiet) = (last_effect(playground), Instant::now());
    let give_up = Instant::now() + Duration::from_secs(20);
    while quiet.elapsed() < Duration::from_millis(150) && Instant::now() < give_up {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let now = last_effect(playground);
        if now != seen {
            (seen, quiet) = (now, Instant::now());
        }
    }
}

fn milliseconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).as_seconds_f64() * 1000.0
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}
