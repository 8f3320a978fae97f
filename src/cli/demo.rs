//! `wardroom demo`: the playground and the bot in one process, with a sample server, until Ctrl-C. Nothing is kept.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc};
use clap::Args;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{on_signal, say};
use crate::bot::{self, Ended, Parts};
use crate::clock::Clock;
use crate::error::Error;
use crate::outbox;
use crate::playground::{self, Playground, Quarter, Tour, World};
use crate::store::Store;
use crate::timer;

#[derive(Args)]
pub(super) struct Options {
    /// The port of the page; a free one if left out
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Play a whole incident: six people, four hours in about two minutes
    #[arg(long)]
    tour: bool,
    /// How fast the tour is played: 2 is twice as fast, 0 as fast as possible
    #[arg(long, default_value_t = 1.0, requires = "tour", value_parser = speed)]
    tour_speed: f64,
    /// Begin the tour at once, without the quarter of incidents and digests before it
    #[arg(long, requires = "tour")]
    no_quarter: bool,
}

/// How long the tour takes at its usual speed, beside what the bot needs.
const TOUR: Duration = Duration::from_secs(100);
/// The longest wait until everything is said.
const SETTLES_WITHIN: Duration = Duration::from_secs(15);

/// How long it takes until everything is said.
#[derive(Clone, Copy)]
struct Pace {
    /// Between two looks.
    look: Duration,
    /// How far the clock goes meanwhile, since edits of a card keep a distance.
    step: TimeDelta,
}

/// As people would watch it.
const WATCHED: Pace = Pace { look: Duration::from_millis(25), step: TimeDelta::milliseconds(200) };
/// As fast as a quarter passes.
const PASSED: Pace = Pace { look: Duration::from_millis(5), step: TimeDelta::seconds(1) };

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "it is a number such as 2 or 0.5".to_owned())?;
    if (0.0..=1000.0).contains(&speed) { Ok(speed) } else { Err("it is a number from 0 to 1000".to_owned()) }
}

/// How long the bot may take to connect to a playground on the same machine.
const CONNECTS_WITHIN: Duration = Duration::from_secs(20);

pub(super) async fn demo(options: Options) -> ExitCode {
    let clock = Clock::system();
    let program = options.tour.then(|| Program::new(clock.now(), !options.no_quarter));
    if let Some(program) = &program {
        clock.advance(program.begin - clock.now());
    }
    // A quarter in half a minute is more than any limit allows.
    let limited = program.as_ref().is_none_or(|program| program.quarter.is_none());
    let settings = playground::Options {
        port: options.port,
        clock: clock.reading(),
        rate_limits: limited,
        limit_headers: limited,
        ..playground::Options::default()
    };
    let playground = match Playground::start(settings, World::sample()).await {
        Ok(playground) => playground,
        Err(error) => return say(&format!("the playground could not be started: {error}; is the port taken?"), 1),
    };
    let folder = Folder::new();
    let store = match Store::open(&format!("sqlite://{}", folder.0.join("demo.db").display())).await {
        Ok(store) => Arc::new(store),
        Err(error) => return say(&error.to_string(), 1),
    };
    let stop = CancellationToken::new();
    tokio::spawn(on_signal(stop.clone()));
    let (connected, mut is_connected) = watch::channel(false);
    let parts = Parts {
        store: store.clone(),
        clock: clock.clone(),
        discord: playground.url(),
        token: SecretString::from(playground.token().to_owned()),
        lease: Duration::from_secs(30),
        http: None,
    };
    let bot = tokio::spawn(bot::run(parts, stop.clone(), Some(connected)));
    let up = tokio::time::timeout(CONNECTS_WITHIN, is_connected.wait_for(|up| *up)).await;
    if matches!(up, Ok(Ok(_))) {
        if program.is_some() {
            playground.wait_commands().await;
        } else {
            set_up(&playground).await;
        }
        println!("wardroom is running in a playground. Open it and be several people:\n\n    {}\n", playground.url());
        if let Some(program) = &program {
            program.announce();
        } else {
            println!(
                "Try  /incident declare title:checkout is down  or type  @wardroom p1 checkout is down on payments"
            );
        }
        println!("Ctrl-C ends it; nothing is kept.");
        if let Some(program) = &program {
            tokio::select! {
                () = program.play(&playground, &store, &clock, options.tour_speed) => {}
                () = stop.cancelled() => {}
            }
        }
    } else if !stop.is_cancelled() {
        eprintln!("wardroom: the bot did not connect to the playground; WARDROOM_LOG=debug shows why");
        stop.cancel();
    }
    let ended = bot.await.unwrap_or_else(|error| Ended::Failed(error.to_string(), 70));
    store.close().await;
    playground.stop().await;
    match ended {
        Ended::Stopped => ExitCode::SUCCESS,
        Ended::Failed(why, code) => say(&why, code),
    }
}

/// From `now` to 09:00 UTC of the last Tuesday whose tour is over by now: it ends on the morning after.
fn to_the_morning(now: DateTime<Utc>) -> TimeDelta {
    // The morning after is over when two whole days lie between.
    let latest = now.date_naive() - TimeDelta::days(2);
    let day = latest - TimeDelta::days(i64::from((latest.weekday().num_days_from_monday() + 6) % 7));
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(9) - now
}

/// What is played.
struct Program {
    /// Where the clock stands at first.
    begin: DateTime<Utc>,
    /// The quarter before the tour, and how many incidents it has.
    quarter: Option<(Tour, usize)>,
    /// When the tour begins.
    morning: DateTime<Utc>,
    tour: Tour,
}

impl Program {
    fn new(now: DateTime<Utc>, with_quarter: bool) -> Self {
        let morning = now + to_the_morning(now);
        let tour = Tour::checkout_outage();
        if !with_quarter {
            return Self { begin: morning, quarter: None, morning, tour };
        }
        let quarter = Quarter::of_a_payment_company();
        let (begin, story) = quarter.before(&tour, morning);
        let tour = Tour::checkout_outage_after(&quarter);
        Self { begin, quarter: Some((story, quarter.incidents())), morning, tour }
    }

    fn announce(&self) {
        if let Some((_, incidents)) = &self.quarter {
            println!(
                "First a quarter passes there, {incidents} incidents in about half a minute: #digests tells how service levels stood."
            );
            println!("--no-quarter leaves it out.");
        }
        println!(
            "A whole incident is played there: four hours of six people. Look into #incidents and the room below it,"
        );
        println!("and into #management. At its end the thread of the review has the report: a page, a text, and JSON.");
    }

    /// Plays it, and tells what came of it.
    async fn play(&self, playground: &Playground, store: &Store, clock: &Clock, speed: f64) {
        let mut number = 1;
        if let Some((quarter, incidents)) = &self.quarter {
            let to = async |elapsed| pass_until(store, clock, self.begin + elapsed, PASSED).await;
            if let Err(stopped) = quarter.play(playground, Duration::ZERO, to).await {
                return eprintln!("wardroom: in the quarter before, {stopped}");
            }
            pass_until(store, clock, self.morning, PASSED).await;
            number += incidents;
            println!("\nThe quarter is over; now INC-{number}.");
        }
        let acts = u32::try_from(self.tour.timed_acts()).unwrap_or(u32::MAX).max(1);
        let pause = if speed > 0.0 { (TOUR / acts).div_f64(speed) } else { Duration::ZERO };
        let to = async |elapsed| pass_until(store, clock, self.morning + elapsed, WATCHED).await;
        match self.tour.play(playground, pause, to).await {
            Ok(()) => {
                println!("\nThe tour is over. Ask for the report yourself:  /incident report incident:INC-{number}");
            }
            Err(stopped) => eprintln!("wardroom: {stopped}"),
        }
    }
}

/// Moves the clock of both, with a halt wherever something is due, so that nothing comes late.
async fn pass_until(store: &Store, clock: &Clock, until: DateTime<Utc>, pace: Pace) {
    settle(store, clock, pace).await;
    while clock.now() < until {
        let due = store.read(|tx| Box::pin(timer::next_due(tx))).await.ok().flatten();
        let halt = due.filter(|due| *due > clock.now()).map_or(until, |due| due.min(until));
        clock.advance(halt - clock.now());
        settle(store, clock, pace).await;
    }
}

/// Waits until all that was due has fired and all that is to be said is said. Edits of a card keep a distance, so the clock goes on.
async fn settle(store: &Store, clock: &Clock, pace: Pace) {
    let give_up = Instant::now() + SETTLES_WITHIN;
    while Instant::now() < give_up {
        let now = clock.now();
        let left = store.read(move |tx| {
            Box::pin(async move {
                // Timers first: what fires between the two looks is then seen by what it wants to say.
                let due = timer::due(tx, now, 1).await?.len();
                Ok::<_, Error>((due, outbox::unfinished(tx).await?))
            })
        });
        if matches!(left.await, Ok((0, 0))) {
            return;
        }
        tokio::time::sleep(pace.look).await;
        clock.advance(pace.step);
    }
}

/// The administrator of the sample server sets wardroom up, as on any server: by commands.
async fn set_up(playground: &Playground) {
    playground.wait_commands().await;
    let dev = playground.person("dev");
    let id = |id: playground::Id| Value::from(id.to_string());
    let mut steps: Vec<(&str, Value)> = ["incidents", "changes", "problems", "management", "operations"]
        .into_iter()
        .map(|purpose| ("setup channel", json!({"purpose": purpose, "channel": id(playground.channel(purpose))})))
        .collect();
    for (capability, role) in [("responder", "Responders"), ("manager", "Managers"), ("approver", "Change approvers")] {
        steps.push(("setup role", json!({"capability": capability, "role": id(playground.role(role))})));
    }
    for (name, tier, description) in [
        ("checkout", 1, "The shop's till: carts, prices, orders"),
        ("payments", 1, "Cards and invoices, through two suppliers"),
        ("reporting", 3, "Figures of yesterday for the office"),
    ] {
        steps.push((
            "service add",
            json!({"name": name, "tier": tier, "description": description, "owner": id(dev.id())}),
        ));
    }
    for (command, options) in steps {
        let answer = dev.slash("operations", command, options).await;
        if !answer.is_answered() {
            tracing::warn!(command, "the sample server could not be set up");
        }
    }
}

/// A folder of this demo alone, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wardroom-demo-{}", std::process::id()));
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tracing::warn!(%error, "a folder for the demo could not be made");
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
