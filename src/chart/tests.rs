//! Pictures are decoded again, and looked at where it matters.

mod numbers;
mod pictures;
mod texts;

use super::{Bar, Line};

fn bar(label: &str, share: Option<f64>, target: Option<f64>, note: &str) -> Bar {
    Bar { label: label.to_owned(), share, target, note: note.to_owned() }
}

fn line(label: &str, points: &[Option<f64>]) -> Line {
    Line { label: label.to_owned(), points: points.to_vec() }
}

fn periods(count: usize) -> Vec<String> {
    (1..=count).map(|month| format!("2026-{month:02}")).collect()
}
