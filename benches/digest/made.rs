//! A digest, measured.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use jiff::tz::TimeZone;
use wardroom::availability;
use wardroom::chat::phrase::{Period, Unit};
use wardroom::digest::Frequency;
use wardroom::digest::made::{self, Occasion};
use wardroom::error::Error;
use wardroom::incident::lives;
use wardroom::level;
use wardroom::report::digest::figures;
use wardroom::service;
use wardroom::setup::{self, Guild};
use wardroom::store::{Store, Tx};

use crate::seed::{self, GUILD};
use crate::{MEMORY, count};

/// What is measured: first the digest as it is made and drawn, then its parts on their own.
pub const PHASES: [&str; 7] = [
    "digest, made and drawn",
    "  made",
    "  drawn",
    "of it: lives, read",
    "of it: targets, read",
    "of it: availability",
    "of it: six months, computed",
];

/// Milliseconds of each of [`PHASES`].
pub type Took = [f64; PHASES.len()];

/// An hour after the month is over.
fn now() -> DateTime<Utc> {
    seed::end() + TimeDelta::hours(1)
}

fn month() -> Period {
    Period::current(Unit::Month, seed::end() - TimeDelta::seconds(1), &TimeZone::UTC).expect("a month")
}

async fn guild(tx: &mut Tx) -> Result<Guild, Error> {
    Ok(setup::store::find(tx, GUILD).await?.expect("it was seeded"))
}

/// Makes the digest of the month; the numbers are milliseconds of making and of drawing.
async fn whole(tx: &mut Tx) -> Result<(f64, f64), Error> {
    let guild = guild(tx).await?;
    let occasion = Occasion {
        guild: &guild,
        frequency: Some(Frequency::Monthly),
        zone: (TimeZone::UTC, "UTC".to_owned()),
        only: None,
        now: now(),
        late_since: None,
    };
    let began = Instant::now();
    let digest = made::digest(tx, &occasion, month()).await?;
    let made = milliseconds(began);
    let (met, due) = digest.told.figures.met();
    assert!(digest.told.figures.opened > 500 && due > met && met > 500, "a digest about nothing says nothing");
    let began = Instant::now();
    black_box(made::message(&digest)?);
    Ok((made, milliseconds(began)))
}

/// The parts, each on its own.
async fn parts(tx: &mut Tx) -> Result<[f64; 4], Error> {
    let guild = guild(tx).await?;
    let mut months = vec![month()];
    while months.len() < 6 {
        months.extend(months[months.len() - 1].previous(&TimeZone::UTC));
    }
    let (from, until) = (months[5].from, months[0].until);
    let began = Instant::now();
    let lives = lives::between(tx, GUILD, from, until).await?;
    let read = milliseconds(began);
    let began = Instant::now();
    let targets = level::store::due_between(tx, GUILD, from, until).await?;
    let due = milliseconds(began);
    let services = service::store::all(tx, GUILD).await?;
    let began = Instant::now();
    black_box(availability::measure(tx, &guild, services, (months[0].from, until), now()).await?);
    let available = milliseconds(began);
    let began = Instant::now();
    for month in &months {
        black_box(figures((month.from, month.until), &lives, &targets, Vec::new(), now()));
    }
    Ok([read, due, available, milliseconds(began)])
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

/// Makes it once, and its parts once.
pub async fn measure(store: &Store) -> Took {
    let (made, drawn) = store.read(|tx| Box::pin(whole(tx))).await.expect("it is made");
    let [lives, targets, available, computed] = store.read(|tx| Box::pin(parts(tx))).await.expect("it is read");
    [made + drawn, made, drawn, lives, targets, available, computed]
}

/// Prints what is read for one digest: how often each text ran, its rows, and its beginning.
pub async fn tell_counts(store: &Store) {
    count::begin();
    store.read(|tx| Box::pin(whole(tx))).await.expect("it is made");
    let (mut ran, mut found) = (0, 0);
    for (sql, (times, rows)) in count::end() {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let table = words.iter().position(|word| *word == "FROM").and_then(|place| words.get(place + 1)).copied();
        let start: String = words.join(" ").chars().take(64).collect();
        println!("{times:>6} times {rows:>8} rows  {:<16} {start}", table.unwrap_or_default());
        ran += times;
        found += rows;
    }
    println!("{ran:>6} times {found:>8} rows  in all");
}

/// Mebibytes by which a process grows at most that makes one digest of the database at `url`: this program, in a process of its own.
pub fn memory_of(url: &str) -> u64 {
    let program = std::env::current_exe().expect("this program is somewhere");
    let told = Command::new(program).args([MEMORY, url]).output().expect("it starts again");
    let text = String::from_utf8_lossy(&told.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&told.stderr)))
}

/// Prints what [`memory_of`] reads.
pub async fn tell_memory(url: &str) {
    let store = Store::open(url).await.expect("the database opens");
    let before = kibibytes("VmRSS");
    store.read(|tx| Box::pin(whole(tx))).await.expect("it is made");
    println!("{}", kibibytes("VmHWM").saturating_sub(before).div_ceil(1024));
    store.close().await;
}

/// A line of what Linux says of this process.
fn kibibytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("a number of kB")
}
