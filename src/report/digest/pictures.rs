//! The digest for the eye: what was attained, and how it went over the last periods.

use super::words::percent;
use super::{Digest, Told};
use crate::availability::rules::{Share, WHOLE};
use crate::chart::{self, Bar, Fault, Line, Picture, Unit};
use crate::level::Metric;

/// What was attained, by priority and metric, and how the services were.
pub fn attained(digest: &Digest) -> Result<Picture, Fault> {
    let figures = &digest.told.figures;
    let bars: Vec<Bar> = figures
        .attained
        .iter()
        .map(|one| Bar {
            label: super::words::cell(one),
            share: ratio(one.met, one.n()),
            // Each of them was promised.
            target: Some(1.0),
            note: format!("{} of {}", one.met, one.n()),
        })
        .collect();
    chart::bars(&format!("Targets met · {}", digest.told.period.name()), &bars)
}

/// How available the services were, against their promise; none when nothing is promised of any.
pub fn availability(digest: &Digest) -> Result<Option<Picture>, Fault> {
    let bars: Vec<Bar> = digest
        .told
        .figures
        .availability
        .iter()
        .filter(|one| one.objective.is_some())
        .take(chart::MOST_BARS)
        .map(|one| Bar {
            label: digest.service(one.service).to_owned(),
            share: one.share().map(|share| quotient(share.part, share.whole)),
            target: one.objective.map(|millionths| quotient(millionths, WHOLE)),
            // Below zero more is lost than may be.
            note: one.budget_left().map_or_else(|| "n/a".to_owned(), |left| format!("budget {left} %")),
        })
        .collect();
    if bars.is_empty() {
        return Ok(None);
    }
    chart::bars(&format!("Availability · {}", digest.told.period.name()), &bars).map(Some)
}

/// How much was attained over the periods.
pub fn trend(digest: &Digest) -> Result<Picture, Fault> {
    let names: Vec<String> = digest.periods().map(|told| told.period.key()).collect();
    let of = |metric: Metric| -> Vec<Option<f64>> {
        digest
            .periods()
            .map(|told| {
                let mine = told.figures.attained.iter().filter(|one| one.metric == metric);
                let (met, n) = mine.fold((0, 0), |(met, n), one| (met + one.met, n + one.n()));
                ratio(met, n)
            })
            .collect()
    };
    let lines = Metric::ALL.map(|metric| Line { label: metric.name().to_owned(), points: of(metric) });
    chart::trend("Targets met over time", &names, &lines, Unit::Share)
}

/// How long it took over the periods.
pub fn durations(digest: &Digest) -> Result<Picture, Fault> {
    let names: Vec<String> = digest.periods().map(|told| told.period.key()).collect();
    let of = |pick: fn(&Told) -> Option<i64>| -> Vec<Option<f64>> {
        digest.periods().map(|told| pick(told).map(|seconds| quotient(seconds, 60))).collect()
    };
    let lines = [
        Line { label: "to resolve".to_owned(), points: of(|told| told.figures.resolve.median) },
        Line { label: "to acknowledge".to_owned(), points: of(|told| told.figures.acknowledge.median) },
    ];
    chart::trend("Median times", &names, &lines, Unit::Minutes)
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    super::words::share(part, whole).map(|Share { part, whole }| quotient(part, whole))
}

/// A quotient for a picture, where a rounding error is less than a pixel.
#[expect(clippy::cast_precision_loss, reason = "a picture has fewer pixels than the numbers have digits")]
fn quotient(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// All that was attained in one number, for the alternative text.
pub fn in_words(told: &Told) -> String {
    let (met, n) = told.figures.met();
    format!("{}: {} of {n} targets met, {}", told.period.name(), met, percent(met, n))
}
