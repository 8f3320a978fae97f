//! How long a person waits, beside a bare serenity handler that inserts one row; what wardroom weighs, and how it starts.
//!
//! `cargo bench --bench latency`; `-- --rounds N` for fewer or more rounds, `--told-limits` for a playground that tells of Discord's
//! rate limits, which wardroom obeys. Nothing here fails for being slow: it prints.
//!
//! Both bots are processes of their own, each with a playground in this one and its database on a disk. A latency runs from
//! just before the playground dispatches `INTERACTION_CREATE` to the moment at which it takes the callback. The two are measured
//! in turn, round by round, and compared within a round, so that a machine that is slow for a while is slow for both.

mod bare;
mod bot;
mod latency;
mod load;
mod report;
mod seed;
mod start;

use std::path::PathBuf;
use std::process::ExitCode;

use report::Report;

/// Rounds unless told otherwise.
const ROUNDS: usize = 7;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    if let [word, base, token, database] = &words[..]
        && word == bare::ARGUMENT
    {
        runtime.block_on(bare::run(base, token, database));
        return ExitCode::SUCCESS;
    }
    let settings = match Settings::read(&words) {
        Ok(settings) => settings,
        Err(why) => {
            eprintln!("{why}; write: cargo bench --bench latency -- [--rounds {ROUNDS}] [--told-limits]");
            return ExitCode::FAILURE;
        }
    };
    let folder = Folder::new();
    println!("databases in {} ({}); {settings:?}", folder.0.display(), filesystem(&folder.0));
    let mut report = Report::default();
    report.line("one fdatasync of 4 KB", format!("{:.2} ms", fdatasync(&folder.0)));
    runtime.block_on(async {
        start::measure(&folder.0, &mut report).await;
        latency::measure(&folder.0, settings.rounds, settings.told_limits, &mut report).await;
    });
    println!("\n{report}");
    ExitCode::SUCCESS
}

/// How it is measured.
#[derive(Debug)]
struct Settings {
    rounds: usize,
    /// Whether the playground tells of Discord's limits, so that deliveries go as slowly as they do at Discord.
    told_limits: bool,
}

impl Settings {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut settings = Self { rounds: ROUNDS, told_limits: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                // cargo adds it.
                "--bench" => {}
                "--told-limits" => settings.told_limits = true,
                "--rounds" => {
                    let count = words.next().and_then(|count| count.parse().ok());
                    let count = count.filter(|count| (1..=1000).contains(count));
                    settings.rounds = count.ok_or("--rounds wants a number from 1 to 1000")?;
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
        let folder = std::env::temp_dir().join(format!("wardroom-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the databases");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What kind of filesystem holds `folder`: figures from a disk in memory would flatter.
fn filesystem(folder: &std::path::Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let longest = mounts.filter(|(at, _)| folder.starts_with(at)).max_by_key(|(at, _)| at.len());
    longest.map_or_else(|| "unknown filesystem".to_owned(), |(_, kind)| kind.to_owned())
}

/// Milliseconds that the disk takes to keep a page, the middle of many: what a command that is not lost costs at least.
fn fdatasync(folder: &std::path::Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("fdatasync")).expect("a file");
    let mut times: Vec<f64> = (0..101_u8)
        .map(|byte| {
            let began = std::time::Instant::now();
            std::io::Write::write_all(&mut file, &[byte; 4096]).expect("the disk has room");
            file.sync_data().expect("the disk keeps it");
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    report::quantile(&times, 0.5)
}
