//! The table at the end.

use std::fmt;

/// Lines of what, figure, aim, and whether it is met.
#[derive(Default)]
pub struct Report(Vec<[String; 4]>);

impl Report {
    /// A figure without an aim.
    pub fn line(&mut self, what: impl Into<String>, figure: String) {
        self.0.push([what.into(), figure, String::new(), String::new()]);
    }

    /// A figure with one.
    pub fn aim(&mut self, what: impl Into<String>, figure: String, aim: &str, met: bool) {
        self.0.push([what.into(), figure, aim.to_owned(), if met { "met" } else { "NOT MET" }.to_owned()]);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["what", "figure", "aim", ""].map(str::to_owned);
        let lines: Vec<&[String; 4]> = std::iter::once(&head).chain(&self.0).collect();
        let widths: [usize; 4] =
            std::array::from_fn(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0));
        for line in lines {
            let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// One figure over the rounds.
pub struct Spread {
    /// The middle one.
    pub median: f64,
    lowest: f64,
    highest: f64,
}

impl Spread {
    /// Of `values`, one a round.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        let [median, lowest, highest] = [0.5, 0.0, 1.0].map(|part| quantile(&values, part));
        Self { median, lowest, highest }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.median.is_nan() {
            return f.write_str("none in time,");
        }
        write!(f, "{:.2} ({:.2} to {:.2})", self.median, self.lowest, self.highest)
    }
}

/// The value below which `part` of the `sorted` ones lie.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a part of a small count is a small count"
)]
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
