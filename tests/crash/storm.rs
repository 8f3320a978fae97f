//! The storm: people act, the bot is killed and started again, requests fail, sockets drop, events come twice.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use wardroom::playground::{
    Answer, FaultPlan, Id, Message, Options, Outcome, Person, Place, Playground, World, permissions,
};

use crate::bot::{Bot, Yard};
use crate::figures::Durations;
use crate::oracle::{self, Standing};
use crate::plan::{Act, Kill, PROMISE, Plan, Scale, What};
use crate::records::{Database, Records};

/// Incidents that there are before the storm.
const BEFORE: usize = 10;
/// How long a person waits for the answer to a typed command.
const TYPED_PATIENCE: Duration = Duration::from_secs(6);
/// How often a declaration or a promise that got no answer is made anew, as another command.
const TRIES: usize = 3;
/// How long a start may take.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How long a stop may take (`reliability-security`, E33).
const STOPPED_WITHIN: Duration = Duration::from_secs(20);
/// How long people may need for what the storm left over.
const OVERTIME: Duration = Duration::from_secs(90);

/// How far ahead the last plan of a person may be when they fall silent: a little more than the longest promise.
const AHEAD: TimeDelta = TimeDelta::seconds(PROMISE.cast_signed() + 2);
/// How long nothing falls due when it is quiet, so that nothing does while the bot stops.
const STILL: TimeDelta = TimeDelta::seconds(5);

/// How a storm went.
pub struct Told {
    pub database: &'static str,
    pub figures: String,
    pub wrong: Vec<String>,
}

/// What a person sent, and where the answer is to be seen.
#[derive(Clone)]
pub struct Command {
    pub what: What,
    /// The unique word of its text, if it has a text.
    pub token: String,
    /// The incident that it is about; none for declarations.
    pub number: Option<i64>,
    /// The event, as the journal names it.
    pub source: String,
    pub heard: Heard,
}

/// Where the answer is to be seen.
#[derive(Clone)]
pub enum Heard {
    Answer(Answer),
    /// A typed command: the channel and the message.
    Reply(Id, Id),
}

impl Command {
    /// Everything that was said in answer so far; each answer apart.
    pub fn answers(&self, playground: &Playground) -> Vec<String> {
        match &self.heard {
            Heard::Answer(answer) => {
                let waits = answer.message().is_some_and(|message| message.is_loading());
                if answer.kind().is_none() || waits { Vec::new() } else { vec![answer.text()] }
            }
            Heard::Reply(channel, message) => replies(playground, *channel, *message),
        }
    }

    /// Whether it was deferred and the answer never came.
    pub fn left_thinking(&self) -> bool {
        matches!(&self.heard, Heard::Answer(answer) if answer.message().is_some_and(|message| message.is_loading()))
    }

    fn standing(&self, playground: &Playground) -> Standing {
        oracle::standing(self, &self.answers(playground))
    }
}

fn replies(playground: &Playground, channel: Id, message: Id) -> Vec<String> {
    let said = playground.messages(channel);
    said.iter().filter(|said| said.reply_to == Some((channel, message))).map(Message::text).collect()
}

/// What all people share.
struct Scene {
    playground: Playground,
    people: Vec<Person>,
    /// The numbers that were heard, in that order.
    known: Mutex<Vec<i64>>,
    /// Until when a promise may stand, by incident.
    promised: Mutex<BTreeMap<i64, Instant>>,
    commands: Mutex<Vec<Command>>,
    not_sent: Mutex<BTreeMap<String, usize>>,
}

/// A storm on `database`, and what came of it.
pub async fn weather(mut database: Database, scale: Scale, seed: u64) -> Told {
    let plan = Plan::draw(scale, seed);
    let options = Options {
        // Answers are looked at when all is over.
        token_lifetime: Duration::from_hours(2),
        request_log: 1_000_000,
        effect_log: 1_000_000,
        ..Options::default()
    };
    let playground = Playground::start(options, world(scale.people)).await.expect("the playground starts");
    let yard = Yard::new(&database, &playground);
    let mut bot = yard.start(&playground);
    bot.ready(&playground, READY_WITHIN).await.unwrap_or_else(|why| panic!("{}: {why}", database.name));
    assert!(playground.wait_commands().await, "{}: the commands are not registered", database.name);
    let people = (0..scale.people).map(|index| playground.person(&name(index))).collect();
    let scene = Arc::new(Scene {
        playground: playground.clone(),
        people,
        known: Mutex::default(),
        promised: Mutex::default(),
        commands: Mutex::default(),
        not_sent: Mutex::default(),
    });
    scene.set_up().await;
    if let Some(why) = settle(&database, scale.calm, now()).await {
        panic!("{}: in fine weather: {why}", database.name);
    }

    playground.faults().plan(FaultPlan {
        seed,
        rate_limited: 0.05,
        error_before: 0.025,
        error_after: 0.025,
        cut_before: 0.01,
        cut_after: 0.02,
        duplicate_event: 0.05,
        dropped_socket: 0.01,
        ..FaultPlan::default()
    });
    let began = Instant::now();
    let acting = act_all(&scene, plan.acts, began, scale.storm + OVERTIME);
    let dying = kill_all(&yard, bot, &playground, &plan.kills, began);
    let (late, (mut bot, mut life)) = tokio::join!(acting, dying);
    let mut wrong = std::mem::take(&mut life.wrong);
    wrong.extend(late);

    // Left alone, faults and all, until everything is said.
    match bot.ready(&playground, READY_WITHIN).await {
        Ok(took) => life.restarts.0.push(took),
        Err(why) => wrong.push(why),
    }
    let calm = Instant::now();
    // What people planned is due by then; whatever is planned by rule is hours or days ahead, or is waited for as it comes.
    wrong.extend(settle(&database, scale.calm, now() + AHEAD).await);
    let settled = now();
    let calm = calm.elapsed();
    let stopped = bot.stop(STOPPED_WITHIN).await;
    if let Err(why) = &stopped {
        wrong.push(why.clone());
    }
    drop(bot);
    let (status, words) = yard.verify();
    if !status.success() {
        wrong.push(format!("`wardroom verify` ended with {status}: {words}"));
    }
    let records = Records::read(database.url()).await;
    let commands = scene.commands.lock().expect("nobody panicked").clone();
    let judged = oracle::judge(&playground, &records, &commands, settled);
    wrong.extend(judged.wrong.iter().cloned());

    let mut figures = format!("{} (seed {seed})\n", database.name);
    let mut add = |text: String| writeln!(figures, "  {text}").expect("a string can be written to");
    add(judged.commands);
    let not_sent: usize = scene.not_sent.lock().expect("nobody panicked").values().sum();
    add(format!("not sent, since there was nothing to click: {not_sent}"));
    add(format!("kills: {}, of which {} before READY", plan.kills.len(), life.before_ready));
    add(format!("start to READY: {}", life.restarts));
    add(faults(&playground));
    for told in judged.reminders.told {
        add(told);
    }
    add(format!("reminders fired late by: {}", judged.reminders.fired));
    add(format!(
        "reminders posted late by: {}; where the room was still to be opened: {}",
        judged.reminders.posted, judged.reminders.waited
    ));
    add(judged.consequences);
    add(judged.posts);
    let stopped = stopped.map_or_else(|_| "not in order".to_owned(), |took| format!("in {:.2} s", took.as_secs_f64()));
    add(format!("everything said {:.1} s after the last command; stopped {stopped}", calm.as_secs_f64()));
    for (count, complaint) in yard.complaints() {
        add(format!("log, {count} times: {complaint}"));
    }
    if !wrong.is_empty() {
        database.keep = true;
        add(format!("kept for a look: {} and {}", database.url(), yard.log().display()));
    }
    playground.stop().await;
    Told { database: database.name, figures, wrong }
}

fn name(index: usize) -> String {
    format!("P{index:02}")
}

/// A server with enough people; the last two are no responders, so that some commands are refused.
fn world(people: usize) -> World {
    let mut world = World::guild("Storm Harbour")
        .role("Responders", 0)
        .role("Leads", permissions::MANAGE_GUILD)
        .person("Lead", &["Leads"])
        .channel("general")
        .channel("incidents")
        .channel("management")
        .channel("operations");
    for index in 0..people {
        let roles: &[&str] = if index + 2 < people { &["Responders"] } else { &[] };
        world = world.person(&name(index), roles);
    }
    world
}

/// What a bot's many lives were like.
struct Life {
    restarts: Durations,
    before_ready: usize,
    wrong: Vec<String>,
}

async fn kill_all(yard: &Yard, first: Bot, playground: &Playground, kills: &[Kill], began: Instant) -> (Bot, Life) {
    let mut life = Life { restarts: Durations::default(), before_ready: 0, wrong: Vec::new() };
    let mut bot = first;
    for kill in kills {
        let at = began + kill.at;
        match timeout_at(at, bot.ready(playground, READY_WITHIN)).await {
            // The first start was before the storm.
            Ok(Ok(took)) if bot.before > 0 => life.restarts.0.push(took),
            Ok(Ok(_)) => {}
            Ok(Err(why)) => life.wrong.push(why),
            Err(_) => life.before_ready += 1,
        }
        sleep_until(at).await;
        if let Some(behind) = kill.behind_effect {
            let so_far = playground.effects().len();
            playground.wait_until(Duration::from_secs(1), |playground| playground.effects().len() > so_far).await;
            sleep(behind).await;
        }
        if let Some(status) = bot.ended() {
            life.wrong.push(format!("the bot ended by itself: {status}"));
        }
        bot.kill();
        bot = yard.start(playground);
    }
    (bot, life)
}

/// By the clock that the bot goes by, too: it runs on this machine.
#[expect(clippy::disallowed_methods, reason = "nobody moves the clock of a bot that is a process of its own")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Waits until nothing is left to be said and nothing to fall due, be it `at_least` by then or in the time of a stop; what is wrong when it takes too long.
async fn settle(database: &Database, within: Duration, at_least: DateTime<Utc>) -> Option<String> {
    let deadline = Instant::now() + within;
    let mut quiet = 0;
    loop {
        let found = database.unsettled(at_least.max(now() + STILL)).await;
        match &found {
            // Twice in a row: the first look may fall between two deeds.
            Ok((0, 0)) if quiet == 1 => return None,
            Ok((0, 0)) => quiet += 1,
            _ => quiet = 0,
        }
        if Instant::now() > deadline {
            return Some(match found {
                Ok((unsaid, due)) => {
                    format!(
                        "left alone for {within:?}, the bot still has {unsaid} things to say and {due} timers to come"
                    )
                }
                Err(error) => format!("the database cannot be looked at: {error}"),
            });
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn act_all(scene: &Arc<Scene>, acts: Vec<Act>, began: Instant, within: Duration) -> Vec<String> {
    let mut by_person: BTreeMap<usize, Vec<Act>> = BTreeMap::new();
    for act in acts {
        by_person.entry(act.person).or_default().push(act);
    }
    let people = by_person.into_iter().map(|(person, acts)| {
        let scene = scene.clone();
        (
            person,
            tokio::spawn(async move {
                for act in acts {
                    sleep_until(began + act.at).await;
                    scene.act(&act).await;
                }
            }),
        )
    });
    let mut late = Vec::new();
    for (person, acting) in people.collect::<Vec<_>>() {
        let mut acting = acting;
        if let Ok(ended) = timeout_at(began + within, &mut acting).await {
            ended.expect("a person does not panic");
        } else {
            acting.abort();
            late.push(format!("{} was still busy {within:?} after the storm began", name(person)));
        }
    }
    late
}

impl Scene {
    /// What an administrator does on the first day, and incidents to begin with. The weather is still fine.
    async fn set_up(&self) {
        let id = |id: Id| Value::from(id.to_string());
        let lead = self.playground.person("Lead");
        for purpose in ["incidents", "management", "operations"] {
            let options = json!({"purpose": purpose, "channel": id(self.playground.channel(purpose))});
            fine(&lead.slash("general", "setup channel", options).await);
        }
        // A reminder that waits for the morning would be no reminder of this storm.
        fine(&lead.slash("general", "setup incidents", json!({"quiet-hours": "off"})).await);
        let role = json!({"capability": "responder", "role": id(self.playground.role("Responders"))});
        fine(&lead.slash("general", "setup role", role).await);
        for service in ["checkout", "payments", "reporting"] {
            fine(&lead.slash("general", "service add", json!({"name": service})).await);
        }
        for index in 0..BEFORE {
            let what = What::Declare { typed: false, priority: "P3" };
            let act = Act { at: Duration::ZERO, person: index, what, target: 0, number: 9000 + index };
            self.act(&act).await;
        }
        assert_eq!(
            self.known.lock().expect("nobody panicked").len(),
            BEFORE,
            "incidents can be declared in fine weather"
        );
    }

    /// The incident that an act is about. A third of them are resolved, reopened and updated; the others are given time to break
    /// their promises, but for one act in four, which may go anywhere.
    fn target(&self, act: &Act) -> i64 {
        let known = self.known.lock().expect("nobody panicked");
        let anywhere = act.target.is_multiple_of(4);
        let chosen = usize::try_from(act.target >> 8).expect("64 bits");
        let of = |fits: &dyn Fn(i64) -> bool| {
            let fit: Vec<i64> = known.iter().copied().filter(|number| anywhere || fits(*number)).collect();
            fit[chosen % fit.len()]
        };
        match act.what {
            What::Resolve | What::ResolveByForm | What::Reopen | What::Update { .. } | What::UpdateByForm => {
                of(&|number| number % 3 == 0)
            }
            What::Promise { seconds } => {
                let now = Instant::now();
                let mut promised = self.promised.lock().expect("nobody panicked");
                let stands = |number: i64| promised.get(&number).is_some_and(|until| *until > now);
                let free = known.iter().any(|number| number % 3 != 0 && !stands(*number));
                let number = of(&|number| number % 3 != 0 && !(free && stands(number)));
                promised.insert(number, now + Duration::from_secs(seconds + 1));
                number
            }
            _ => of(&|_| true),
        }
    }

    fn room(&self, number: i64) -> Option<Place> {
        let begins = format!("INC-{number} ");
        let threads = self.playground.threads("incidents");
        threads.iter().find(|thread| thread.name.starts_with(&begins)).map(Place::from)
    }

    fn card(&self, number: i64) -> Option<Message> {
        let names = format!("INC-{number} · ");
        self.playground
            .messages("incidents")
            .into_iter()
            .find(|message| message.is_v2() && message.text().starts_with("###") && message.text().contains(&names))
    }

    /// Does it; what must be heard is done anew when there was no answer, as another command.
    async fn act(&self, act: &Act) {
        let tries = if matches!(act.what, What::Declare { .. } | What::Promise { .. }) { TRIES } else { 1 };
        for attempt in 0..tries {
            let token = format!("t{:06}", act.number * 10 + attempt);
            let Some(command) = self.perform(act, &token).await else { return };
            let standing = command.standing(&self.playground);
            if let (What::Declare { .. }, Standing::Acknowledged(number)) = (act.what, &standing) {
                self.known.lock().expect("nobody panicked").push(*number);
            }
            if !matches!(standing, Standing::Unanswered) {
                return;
            }
        }
    }

    async fn perform(&self, act: &Act, token: &str) -> Option<Command> {
        let person = &self.people[act.person];
        let words = format!("{token} the disk of host {} is full", act.number);
        let number = if matches!(act.what, What::Declare { .. }) { None } else { Some(self.target(act)) };
        let named = number.map(|number| format!("INC-{number}")).unwrap_or_default();
        let room = number.and_then(|number| self.room(number));
        let in_room = room.clone().filter(|_| act.target.is_multiple_of(2));
        let done = |heard| Done { what: act.what, token, number, heard };
        let slash = async |verb: &str, mut options: Value| {
            let place = in_room.clone().unwrap_or_else(|| {
                if number.is_some() {
                    options["incident"] = named.clone().into();
                }
                Place::from("general")
            });
            let answer = person.slash(place, &format!("incident {verb}"), options).await.finished().await;
            self.note(done(Heard::Answer(answer)))
        };
        let typed = async |said: String| {
            let (place, said) = match &room {
                Some(room) => (room.clone(), format!("@wardroom {said}")),
                None => (Place::from("general"), format!("@wardroom {named} {said}")),
            };
            self.note(done(self.says(person, place, &said).await))
        };
        match act.what {
            What::Declare { typed: true, priority } => {
                let said = format!("@wardroom {} {words}", priority.to_lowercase());
                self.note(done(self.says(person, Place::from("general"), &said).await))
            }
            What::Declare { priority, .. } => slash("declare", json!({"title": words, "priority": priority})).await,
            What::Note { typed: true } => typed(format!("note: {words}")).await,
            What::Note { .. } => slash("note", json!({"text": words})).await,
            What::Update { typed: true, .. } => typed(format!("update: {words}")).await,
            What::Update { management, .. } => {
                let audience = if management { "management" } else { "technical" };
                slash("update", json!({"message": words, "audience": audience})).await
            }
            What::Promise { seconds } => {
                slash("update", json!({"message": words, "next-update": format!("{seconds}s")})).await
            }
            What::Ack { typed: true } => typed("ack".to_owned()).await,
            What::Ack { .. } => slash("ack", json!({})).await,
            What::Role { role } => slash("role", json!({"role": role})).await,
            What::Priority { level } => slash("priority", json!({"priority": level, "reason": words})).await,
            What::PriorityTakenBack { level } => {
                let command = slash("priority", json!({"priority": level, "reason": words})).await?;
                let Heard::Answer(answer) = &command.heard else { return Some(command) };
                if let (Standing::Acknowledged(_), Some(message)) =
                    (command.standing(&self.playground), answer.message())
                {
                    let answer = person.click(&message, "Undo").await.finished().await;
                    self.note(Done { what: What::Undo, ..done(Heard::Answer(answer)) });
                }
                Some(command)
            }
            What::Resolve => slash("resolve", json!({"summary": words})).await,
            What::Reopen => slash("reopen", json!({"reason": words})).await,
            What::AckByButton => self.note(done(self.clicks(person, number?, "Acknowledge").await?)),
            What::CommandByButton => self.note(done(self.clicks(person, number?, "Take command").await?)),
            What::UpdateByForm => self.fills(person, done, number?, "Update", json!({"message": words})).await,
            What::ResolveByForm => self.fills(person, done, number?, "Resolve", json!({"summary": words})).await,
            What::OpenForm | What::Undo => None,
        }
    }

    async fn says(&self, person: &Person, place: Place, text: &str) -> Heard {
        let message = person.says(place.clone(), text).await;
        let channel = match place {
            Place::Id(id) => id,
            _ => self.playground.channel("general"),
        };
        self.playground
            .wait_until(TYPED_PATIENCE, |playground| !replies(playground, channel, message).is_empty())
            .await;
        Heard::Reply(channel, message)
    }

    async fn clicks(&self, person: &Person, number: i64, button: &str) -> Option<Heard> {
        let Some(card) = self.card(number) else {
            self.not_sent(format!("no card to {button}"));
            return None;
        };
        Some(Heard::Answer(person.click(&card, button).await.finished().await))
    }

    /// Opens a form and sends it.
    async fn fills<'t>(
        &self,
        person: &Person,
        done: impl Fn(Heard) -> Done<'t>,
        number: i64,
        button: &str,
        values: Value,
    ) -> Option<Command> {
        let Heard::Answer(opened) = self.clicks(person, number, button).await? else { return None };
        let form = opened.form();
        self.note(Done { what: What::OpenForm, ..done(Heard::Answer(opened)) });
        let answer = person.submit(&form?, values).await.finished().await;
        self.note(done(Heard::Answer(answer)))
    }

    fn not_sent(&self, why: String) {
        *self.not_sent.lock().expect("nobody panicked").entry(why).or_default() += 1;
    }

    /// Writes a command down, if it was sent at all.
    fn note(&self, done: Done) -> Option<Command> {
        let source = match &done.heard {
            Heard::Answer(answer) => {
                if let Outcome::NotSent(why) = &answer.outcome {
                    self.not_sent(why.clone());
                    return None;
                }
                format!("interaction:{}", answer.interaction?)
            }
            Heard::Reply(_, message) => format!("message:{message}"),
        };
        let command =
            Command { what: done.what, token: done.token.to_owned(), number: done.number, source, heard: done.heard };
        self.commands.lock().expect("nobody panicked").push(command.clone());
        Some(command)
    }
}

fn fine(answer: &Answer) {
    assert!(answer.is_answered(), "there was no answer in fine weather: {answer:?}");
}

/// Something that a person did.
struct Done<'t> {
    what: What,
    token: &'t str,
    number: Option<i64>,
    heard: Heard,
}

fn faults(playground: &Playground) -> String {
    let requests = playground.requests();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for request in &requests {
        if let Some(fault) = request.fault {
            *counts.entry(fault).or_default() += 1;
        } else if request.status == 429 {
            *counts.entry("beyond a limit").or_default() += 1;
        }
    }
    let told: Vec<String> = counts.iter().map(|(fault, count)| format!("{fault} {count}")).collect();
    let events = playground.faults().befallen();
    format!(
        "faults: of {} requests: {}; events twice {}, sockets dropped {}, sessions resumed {}, identified {}",
        requests.len(),
        told.join(", "),
        events.twice,
        events.dropped,
        playground.gateway().resumed(),
        playground.gateway().identified()
    )
}
