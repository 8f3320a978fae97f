//! How what people ask grows with what is recorded: the same questions to a small and to a great database, in turn.
//!
//! `cargo bench --bench scale`; `-- --rounds N` for fewer or more rounds, `--long` for fifty entries about each incident instead of five
//! (five million in all; it takes some four gigabytes on disk and a quarter of an hour), `--postgres URL` for the same on two new
//! databases of a PostgreSQL server. Nothing here fails for being slow: it prints.
//!
//! Each question goes through the store as the desk asks it, on a database that no other process uses. The two are asked in turn, round
//! by round, so that a machine that is slow for a while is slow for both. What is left open is the same on both, as it is in life: it
//! follows how many people work, and not how long they have.

mod ask;
mod postgres;
mod seed;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use seed::Size;
use wardroom::store::Store;

/// Rounds unless told otherwise.
const ROUNDS: usize = 200;
/// The aim: a hundred times the past may cost this much more.
const AIM: f64 = 2.0;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let settings = match Settings::read(&words) {
        Ok(settings) => settings,
        Err(why) => {
            eprintln!("{why}; write: cargo bench --bench scale -- [--rounds {ROUNDS}] [--long] [--postgres URL]");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let folder = Folder::new();
        let url = |name: &str| format!("sqlite://{}", folder.0.join(name).display());
        println!("# SQLite in {}", folder.0.display());
        compare(&url("small.db"), &url("great.db"), &settings).await;
        if let Some(server) = &settings.postgres {
            println!("\n# PostgreSQL");
            let (small, great) = (postgres::new_database(server, 1).await, postgres::new_database(server, 2).await);
            compare(&small, &great, &settings).await;
            postgres::drop_databases(server).await;
        }
    });
    ExitCode::SUCCESS
}

/// Seeds both, and asks both.
async fn compare(small: &str, great: &str, settings: &Settings) {
    let entries = if settings.long { 50 } else { 5 };
    let sizes = [Size { incidents: 1_000, entries }, Size { incidents: 100_000, entries }];
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
    let questions = ask::questions();
    let mut times = vec![[Vec::new(), Vec::new()]; questions.len()];
    for round in 0..settings.rounds + 3 {
        for (question, times) in questions.iter().zip(&mut times) {
            for ((store, size), times) in stores.iter().zip(sizes).zip(times) {
                let began = Instant::now();
                let answers = question.ask(store, size.incidents).await;
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
        let missed = if ratio > AIM { "  over the aim" } else { "" };
        println!("{:<34} {before:>10.3} {after:>10.3} {late:>10.3} {ratio:>7.2}{missed}", question.name);
    }
    for store in stores {
        store.close().await;
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
    postgres: Option<String>,
}

impl Settings {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut settings = Self { rounds: ROUNDS, long: false, postgres: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                // cargo adds it.
                "--bench" => {}
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
