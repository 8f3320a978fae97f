//! What wardroom weighs when it is ready, and how long that takes with a long past.

use std::path::Path;
use std::time::{Duration, Instant};

use wardroom::store::Store;

use super::bot::{Process, Which, playground};
use super::report::{Report, Spread};
use super::seed;

/// Starts of each kind.
const STARTS: usize = 5;
/// The aims.
const MEMORY: f64 = 30.0;
const MORE: f64 = 0.5;

/// Starts wardroom with an empty database and with a full one, in turn.
pub async fn measure(folder: &Path, report: &mut Report) {
    let url = |name: &str| format!("sqlite://{}", folder.join(name).display());
    Store::open(&url("empty.db")).await.expect("the database opens").close().await;
    seed::fill(&url("full.db")).await;
    let (mut empty, mut full) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        empty.push(start(folder, "empty.db").await);
        full.push(start(folder, "full.db").await);
    }
    let resident = |starts: &[Start]| Spread::of(starts.iter().map(|start| start.resident));
    let took = |starts: &[Start]| Spread::of(starts.iter().map(|start| start.took.as_secs_f64()));
    let (weight, heavy) = (resident(&empty), resident(&full));
    report.aim("resident when ready, empty", format!("{weight} MB"), "≤ 30 MB", weight.median <= MEMORY);
    report.aim("resident when ready, 100,000 incidents", format!("{heavy} MB"), "≤ 30 MB", heavy.median <= MEMORY);
    let (quick, slow) = (took(&empty), took(&full));
    report.line("start to ready, empty", format!("{quick} s"));
    report.aim(
        "start to ready, 100,000 incidents",
        format!("{slow} s"),
        "≤ 0.5 s more",
        slow.median - quick.median <= MORE,
    );
}

struct Start {
    took: Duration,
    resident: f64,
}

async fn start(folder: &Path, database: &str) -> Start {
    let playground = playground(true).await;
    let began = Instant::now();
    let process = Process::start(Which::Wardroom, &playground, folder, database);
    assert!(playground.wait_ready().await, "wardroom did not start; its log is in {}", folder.display());
    let took = began.elapsed();
    // It registers its commands and looks for what was missed.
    playground.wait_commands().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let resident = process.resident();
    drop(process);
    playground.stop().await;
    Start { took, resident }
}
