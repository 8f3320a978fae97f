//! What a monthly digest costs after five years: to read, to compute and to draw, beside one of a server that has a month behind it.
//!
//! `cargo bench --bench digest`; `-- --rounds N` for fewer or more rounds, `--dense` for the same incidents within the half year that the
//! trend goes over, `--postgres URL` for the same on two new databases of a PostgreSQL server. Nothing here fails for being slow: it
//! prints.
//!
//! Nothing was published before, so that the figures of all six months are computed. The two are made in turn, round by round, so that a
//! machine that is slow for a while is slow for both. Memory is that of a process of its own, which opens the database and makes one digest.

mod count;
mod made;
#[path = "../scale/postgres.rs"]
mod postgres;
mod seed;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use made::Took;
use seed::Size;
use wardroom::store::Store;

/// Rounds unless told otherwise.
const ROUNDS: usize = 15;
/// The small past: a month with a thousand incidents.
const SMALL: Size = Size { incidents: 1_000, days: 30 };
/// The great one: five years.
const GREAT: Size = Size { incidents: 100_000, days: 1826 };
/// As many in the half year that a digest reads.
const DENSE: Size = Size { incidents: 100_000, days: 183 };
/// The aims for one digest: milliseconds, and mebibytes.
const TIME_AIM: f64 = 2000.0;
const MEMORY_AIM: u64 = 100;
/// How this program is started for the memory of one digest of a database.
const MEMORY: &str = "--memory";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    if let [MEMORY, url] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        runtime.block_on(made::tell_memory(url));
        return ExitCode::SUCCESS;
    }
    let settings = match Settings::read(&words) {
        Ok(settings) => settings,
        Err(why) => {
            eprintln!("{why}; write: cargo bench --bench digest -- [--rounds {ROUNDS}] [--dense] [--postgres URL]");
            return ExitCode::FAILURE;
        }
    };
    count::listen();
    runtime.block_on(async {
        let folder = Folder::new();
        let url = |name: &str| format!("sqlite://{}", folder.0.join(name).display());
        println!("# SQLite in {}", folder.0.display());
        compare(&url("small.db"), &url("great.db"), &settings).await;
        if let Some(server) = &settings.postgres {
            println!("\n# PostgreSQL");
            let small = postgres::new_database(server, 1).await;
            let great = postgres::new_database(server, 2).await;
            compare(&small, &great, &settings).await;
            postgres::drop_databases(server).await;
        }
    });
    ExitCode::SUCCESS
}

/// Seeds both, and makes the digest of each.
async fn compare(small: &str, great: &str, settings: &Settings) {
    let sizes = [SMALL, if settings.dense { DENSE } else { GREAT }];
    let mut peaks = Vec::new();
    for (url, size) in [small, great].into_iter().zip(sizes) {
        let began = Instant::now();
        seed::fill(url, size).await;
        println!("{} incidents in {} days, in {:.0} s", size.incidents, size.days, began.elapsed().as_secs_f64());
        peaks.push(made::memory_of(url));
    }
    let mut stores = Vec::new();
    for url in [small, great] {
        stores.push(Store::open(url).await.expect("the database opens"));
    }
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..settings.rounds + 2 {
        for (store, times) in stores.iter().zip(&mut times) {
            let took = made::measure(store).await;
            // The first rounds fill caches.
            if round >= 2 {
                times.push(took);
            }
        }
    }
    print(&times, sizes);
    let met = |is_met: bool| if is_met { "met" } else { "NOT MET" };
    for (size, peak) in sizes.iter().zip(&peaks) {
        println!(
            "memory at most, of {} incidents: {peak} MiB more than before; aim <= {MEMORY_AIM}: {}",
            size.incidents,
            met(*peak <= MEMORY_AIM)
        );
    }
    for (store, size) in stores.iter().zip(sizes) {
        println!("\nread for one digest of {} incidents:", size.incidents);
        made::tell_counts(store).await;
    }
    for store in stores {
        store.close().await;
    }
}

fn print(times: &[Vec<Took>; 2], sizes: [Size; 2]) {
    println!(
        "\n{:<28} {:>10} {:>10} {:>10} {:>7}",
        "median, ms", sizes[0].incidents, sizes[1].incidents, "p95", "ratio"
    );
    for (place, name) in made::PHASES.iter().enumerate() {
        let of = |at: f64, times: &[Took]| quantile(times.iter().map(|took| took[place]).collect(), at);
        let (small, great, late) = (of(0.5, &times[0]), of(0.5, &times[1]), of(0.95, &times[1]));
        let aim = if place > 0 {
            String::new()
        } else if great <= TIME_AIM {
            format!("  aim <= {TIME_AIM}: met")
        } else {
            format!("  aim <= {TIME_AIM}: NOT MET")
        };
        println!("{name:<28} {small:>10.2} {great:>10.2} {late:>10.2} {:>7.2}{aim}", great / small);
    }
}

fn quantile(mut times: Vec<f64>, at: f64) -> f64 {
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
    dense: bool,
    postgres: Option<String>,
}

impl Settings {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut settings = Self { rounds: ROUNDS, dense: false, postgres: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                // cargo adds it.
                "--bench" => {}
                "--dense" => settings.dense = true,
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
        let folder = std::env::temp_dir().join(format!("wardroom-digest-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the databases");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
