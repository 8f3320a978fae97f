//! The summary as one HTML file: nothing is loaded, nothing runs, and it prints on A4. Texts are escaped by the template; the policy in
//! the head lets the style of this very file act, and nothing else.

mod axis;
mod picture;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Summary;
use super::model::{MetricRow, Passage, Recorded};
use picture::Picture;

/// The style, which the policy names by its hash.
const STYLE: &str = include_str!("html/summary.css");
/// The figures that stand in the head of the page: those that people ask for first.
const FIRST: [&str; 4] = ["time-to-detect", "time-to-acknowledge", "time-to-mitigate", "time-to-restore"];

#[derive(Template)]
#[template(path = "summary.html", config = "src/report/askama.toml")]
struct Page<'a> {
    summary: &'a Summary,
    style: &'static str,
    style_hash: String,
    picture: String,
    first: Vec<&'a MetricRow>,
    passages: [(&'static str, &'static str, &'a Recorded<Passage>); 4],
}

/// The file.
pub fn render(summary: &Summary) -> String {
    let page = Page {
        summary,
        style: STYLE,
        style_hash: STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        picture: Picture::of(summary).and_then(|picture| picture.render().ok()).unwrap_or_default(),
        first: summary.metrics.iter().filter(|metric| FIRST.contains(&metric.id)).collect(),
        passages: [
            ("factors", "Contributing factors", &summary.contributing_factors),
            ("well", "What went well", &summary.went_well),
            ("badly", "What went badly", &summary.went_badly),
            ("lessons", "Lessons, and where there was luck", &summary.lessons),
        ],
    };
    page.render().expect("writing to a string does not fail")
}
