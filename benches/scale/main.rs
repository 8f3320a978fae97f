//! How what people ask grows with what is recorded: the same questions to a small and to a great database, in turn.
//!
//! `cargo bench --bench scale`; `-- --rounds N` for fewer or more rounds, `--long` for fifty entries about each incident instead of five
//! (five million in all; it takes some four gigabytes on disk and a quarter of an hour), `--postgres URL` for the same on two new
//! databases of a PostgreSQL server, `--timers` for service levels alone. Nothing here fails for being slow: it prints.
//!
//! Each question goes through the store as the desk asks it, on a database that no other process uses. The two are asked in turn, round
//! by round, so that a machine that is slow for a while is slow for both. What is left open is the same on both, as it is in life: it
//! follows how many people work, and not how long they have. Service levels are another matter ([`timers`]): there, a thousand and a hundred
//! thousand run, and as many timers are armed, of which ten are due.

mod ask;
mod postgres;
mod seed;
mod timers;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use ask::Question;
use seed::Size;
use wardroom::store::Store;

/// Rounds unless told otherwise.
const ROUNDS: usize = 200;
/// Incidents of the two.
const SIZES: [i64; 2] = [1_000, 100_000];
/// The aim: a hundred times the past may cost this much more.
const AIM: f64 = 2.0;
/// The aim: a hundred times the timers may cost this much more.
const TIMERS_AIM: f64 = 1.5;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let settings = match Settings::read(&words) {
        Ok(settings) => settings,
        Err(why) => {
            eprintln!(
                "{why}; write: cargo bench --bench scale -- [--rounds {ROUNDS}] [--long] [--timers] [--postgres URL]"
            );
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let folder = Folder::new();
        let url = |name: &str| format!("sqlite://{}", folder.0.join(name).display());
        println!("# SQLite in {}", folder.0.display());
        if !settings.timers {
            compare(&url("small.db"), &url("great.db"), &settings).await;
        }
        compare_timers(&url("few.db"), &url("many.db"), &settings).await;
        if let Some(server) = &settings.postgres {
            println!("\n# PostgreSQL");
            let mut databases = Vec::new();
            for number in 1..=postgres::DATABASES {
                databases.push(postgres::new_database(server, number).await);
            }
            if !settings.timers {
                compare(&databases[0], &databases[1], &settings).await;
            }
            compare_timers(&databases[2], &databases[3], &settings).await;
            postgres::drop_databases(server).await;
        }
    });
    ExitCode::SUCCESS
}

/// Seeds both, and asks both.
async fn compare(small: &str, great: &str, settings: &Settings) {
    let entries = if settings.long { 50 } else { 5 };
    let sizes = SIZES.map(|incidents| Size { incidents, entries });
    let mut stores = Vec::new();
    for (url, size) in [small, great].into_iter().zip(sizes) {
        let began = Instant::now();
        seed::fill(url, size).await;
        println!(
            "{} incidents with {} entries in {:.0} s",
            size.incidents,
            size.entries,
            began.elapsed().as_secs_f64()
        );
        stores.push(Store::open(url).await.expect("the database opens"));
    }
    ask_in_turn(&stores, &ask::questions(), settings.rounds, AIM).await;
    close(stores).await;
}

/// Arms timers in both, and looks for what is due.
async fn compare_timers(few: &str, many: &str, settings: &Settings) {
    let mut stores = Vec::new();
    for (url, incidents) in [few, many].into_iter().zip(SIZES) {
        let began = Instant::now();
        timers::fill(url, incidents).await;
        println!("\n{incidents} timers and clocks in {:.0} s", began.elapsed().as_secs_f64());
        let store = Store::open(url).await.expect("the database opens");
        if !url.starts_with("sqlite") {
            timers::explain(&store, incidents).await;
        }
        stores.push(store);
    }
    ask_in_turn(&stores, &timers::questions(), settings.rounds, TIMERS_AIM).await;
    close(stores).await;
}

async fn close(stores: Vec<Store>) {
    for store in stores {
        store.close().await;
    }
}

/// Asks both stores each question in turn, and prints how long it took.
async fn ask_in_turn(stores: &[Store], questions: &[Question], rounds: usize, aim: f64) {
    let mut times = vec![[Vec::new(), Vec::new()]; questions.len()];
    for round in 0..rounds + 3 {
        for (question, times) in questions.iter().zip(&mut times) {
            for ((store, incidents), times) in stores.iter().zip(SIZES).zip(times) {
                let began = Instant::now();
                let answers = question.ask(store, incidents).await;
                let took = began.elapsed().as_secs_f64() * 1000.0;
                assert!(answers >= question.least, "{}: {answers} answers of {}", question.name, question.least);
                // The first rounds fill caches.
                if round >= 3 {
                    times.push(took);
                }
            }
        }
    }
    println!("\n{:<34} {:>10} {:>10} {:>10} {:>7}", "median, ms", "1,000", "100,000", "p95", "ratio");
    for (question, [small, great]) in questions.iter().zip(&mut times) {
        let (before, after, late) = (quantile(small, 0.5), quantile(great, 0.5), quantile(great, 0.95));
        let ratio = after / before;
        let missed = if ratio > aim { "  over the aim" } else { "" };
        println!("{:<34} {before:>10.3} {after:>10.3} {late:>10.3} {ratio:>7.2}{missed}", question.name);
    }
}

fn quantile(times: &mut [f64], at: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let place = ((times.len() - 1) as f64 * at).round() as usize;
    times[place]
}

/// How it is measured.
#[derive(Debug)]
struct Settings {
    rounds: usize,
    long: bool,
    timers: bool,
    postgres: Option<String>,
}

impl Settings {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut settings = Self { rounds: ROUNDS, long: false, timers: false, postgres: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                // cargo adds it.
                "--bench" => {}
                "--timers" => settings.timers = true,
                "--long" => settings.long = true,
                "--postgres" => settings.postgres = Some(words.next().ok_or("--postgres wants a URL")?.clone()),
                "--rounds" => {
                    let count = words.next().and_then(|count| count.parse().ok());
                    let count = count.filter(|count| (1..=10_000).contains(count));
                    settings.rounds = count.ok_or("--rounds wants a number from 1 to 10000")?;
                }
                other => return Err(format!("`{other}` is unknown")),
            }
        }
        Ok(settings)
    }
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wardroom-scale-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the databases");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
