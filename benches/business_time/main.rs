//! What counting service time costs, and how that grows with the span: a year and ten years beside a week.
//!
//! `cargo bench --bench business_time`; `-- --rounds N` for fewer or more rounds. Nothing here fails for being slow: it prints. But what is
//! measured is checked first: against [`walk`], which goes from day to day as one would with a pencil.
//!
//! The calendar is Europe/Berlin (an hour is skipped each spring, and comes twice each autumn), Mon-Fri 09:00-17:30, with a hundred closed
//! days in ten years. The starts are spread over those years without order, so that no answer lies ready from the question before. All
//! jobs are done in turn, round by round, and compared within a round, so that a machine that is slow for a while is slow for all.

mod jobs;
mod walk;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use jobs::{Job, World};

/// Rounds unless told otherwise.
const ROUNDS: usize = 31;
/// The aims: a longer span may cost this much more than a week, and so many additions are done in a second.
const SPAN_AIM: f64 = 2.0;
const RATE_AIM: f64 = 3e6;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rounds = match read(&words) {
        Ok(rounds) => rounds,
        Err(why) => {
            eprintln!("{why}; write: cargo bench --bench business_time -- [--rounds {ROUNDS}]");
            return ExitCode::FAILURE;
        }
    };
    let world = World::new();
    world.check();
    let jobs = jobs::all();
    let mut times = vec![Vec::with_capacity(rounds); jobs.len()];
    for round in 0..rounds + 2 {
        for (job, times) in jobs.iter().zip(&mut times) {
            let took = nanoseconds(job, &world);
            // The first rounds fill caches.
            if round >= 2 {
                times.push(took);
            }
        }
    }
    println!("{:<44} {:>12} {:>14} {:>10}", "median of the rounds", "ns each", "a second", "p95, ns");
    for (job, times) in jobs.iter().zip(&times) {
        let (middle, late) = (quantile(times, 0.5), quantile(times, 0.95));
        println!("{:<44} {middle:>12.1} {:>14.0} {late:>10.1}", job.name, 1e9 / middle);
    }
    compare(&jobs, &times);
    ExitCode::SUCCESS
}

/// Ratios within each round, and the aims.
fn compare(jobs: &[Job], times: &[Vec<f64>]) {
    let of = |name: &str| &times[jobs.iter().position(|job| job.name == name).expect("a job of that name")];
    let ratio = |above: &str, below: &str| {
        let ratios: Vec<f64> = of(above).iter().zip(of(below)).map(|(above, below)| above / below).collect();
        (quantile(&ratios, 0.5), quantile(&ratios, 0.0), quantile(&ratios, 1.0))
    };
    let met = |is_met: bool| if is_met { "met" } else { "NOT MET" };
    println!();
    for [above, below] in [jobs::YEARS, jobs::DECADES].into_iter().flatten() {
        let (middle, least, most) = ratio(above, below);
        println!(
            "{:<64} {middle:>7.2} ({least:.2} to {most:.2})  aim <= {SPAN_AIM}: {}",
            format!("{above} / {below}"),
            met(middle <= SPAN_AIM)
        );
    }
    for [above, below] in jobs::WALKS {
        let (middle, least, most) = ratio(above, below);
        println!("{:<64} {middle:>7.1} ({least:.1} to {most:.1})", format!("{above} / {below}"));
    }
    let rate = 1e9 / quantile(of(jobs::ADD), 0.5);
    println!("{:<64} {:>7.2} million  aim >= {}: {}", jobs::ADD, rate / 1e6, RATE_AIM / 1e6, met(rate >= RATE_AIM));
}

/// Nanoseconds of one operation, the average of one turn of `job`.
fn nanoseconds(job: &Job, world: &World) -> f64 {
    let began = Instant::now();
    for turn in 0..job.times {
        black_box((job.once)(black_box(world), black_box(turn)));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of operations is small")]
    let times = job.times as f64;
    began.elapsed().as_secs_f64() * 1e9 / times
}

fn quantile(times: &[f64], at: f64) -> f64 {
    let mut times = times.to_vec();
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

fn read(words: &[String]) -> Result<usize, String> {
    let mut rounds = ROUNDS;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            // cargo adds it.
            "--bench" => {}
            "--rounds" => {
                let count = words.next().and_then(|count| count.parse().ok());
                let count = count.filter(|count| (1..=10_000).contains(count));
                rounds = count.ok_or("--rounds wants a number from 1 to 10000")?;
            }
            other => return Err(format!("`{other}` is unknown")),
        }
    }
    Ok(rounds)
}
