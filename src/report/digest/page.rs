//! The digest as one HTML file: every figure with its population and its definition. Nothing is loaded, nothing runs, and it prints on A4.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::words::{NO_DATA, adjusted_availability, adjustments, cell, moment, name, percent, short};
use super::{Digest, Times};
use crate::chart::Picture;

/// The style, which the policy names by its hash; it is that of the post-incident summary.
const STYLE: &str = include_str!("../summary/html/summary.css");

#[derive(Template)]
#[template(path = "digest.html", config = "src/report/askama.toml")]
struct Page<'a> {
    style: &'static str,
    style_hash: String,
    title: String,
    zone: &'a str,
    made: String,
    late: Option<String>,
    verdict: String,
    first: Vec<(&'static str, String, String)>,
    attained: Vec<[String; 5]>,
    breaches: Vec<[String; 6]>,
    ages: Vec<(&'static str, usize)>,
    times: [[String; 6]; 2],
    availability: Vec<[String; 6]>,
    recurring: Vec<(&'a str, usize)>,
    periods: Vec<[String; 6]>,
    adjusted: Vec<(String, String, String)>,
    published: Option<String>,
    pictures: Vec<(String, String)>,
}

/// A length of time, or that there is none.
fn length(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| NO_DATA.to_owned(), short)
}

/// A row of the table of times.
fn row(what: &str, times: &Times) -> [String; 6] {
    let p90 = times.p90.map_or_else(|| "fewer than 10".to_owned(), short);
    [what.to_owned(), times.n.to_string(), length(times.median), p90, length(times.mean), length(times.longest)]
}

/// The file, with `pictures` in it.
pub fn render(digest: &Digest, pictures: &[Picture]) -> String {
    let (figures, zone) = (&digest.told.figures, &digest.zone.0);
    let (met, n) = figures.met();
    let service = |id: Option<i64>| id.map_or_else(|| "unknown".to_owned(), |id| digest.service(id).to_owned());
    let adjusted = digest.published.as_ref().map_or_else(Vec::new, |(_, published)| {
        let mut all = adjustments(published, figures);
        all.extend(adjusted_availability(published, figures, |id| digest.service(id).to_owned()));
        all
    });
    let page = Page {
        style: STYLE,
        style_hash: STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        title: digest.told.period.name(),
        zone: &digest.zone.1,
        made: moment(digest.made_at, zone),
        late: digest.late_since.map(|at| moment(at, zone)),
        verdict: match n {
            0 => "No target was due in this period.".to_owned(),
            _ if met == n => format!("All {n} targets that were due were met."),
            _ => format!("{} of {n} targets that were due were broken; {} were met.", n - met, percent(met, n)),
        },
        first: vec![
            ("Targets met", percent(met, n), format!("{met} of {n}")),
            ("Incidents", figures.opened.to_string(), format!("{} resolved", figures.resolved)),
            ("Median to resolve", length(figures.resolve.median), format!("n {}", figures.resolve.n)),
            (
                "Open at the end",
                figures.open().to_string(),
                figures.oldest.map(|age| format!("oldest {}", short(age))).unwrap_or_default(),
            ),
        ],
        attained: figures
            .attained
            .iter()
            .map(|one| {
                [
                    cell(one),
                    one.met.to_string(),
                    one.breached.to_string(),
                    percent(one.met, one.n()),
                    one.corrected.to_string(),
                ]
            })
            .collect(),
        breaches: figures
            .breaches
            .iter()
            .map(|breach| {
                [
                    format!("INC-{}", breach.number),
                    format!("{} {}", breach.priority.name(), name(breach.metric)),
                    service(breach.service),
                    moment(breach.due, zone),
                    breach.done.map_or_else(|| "not yet".to_owned(), |done| moment(done, zone)),
                    breach.done.map_or_else(String::new, |done| short((done - breach.due).num_seconds())),
                ]
            })
            .collect(),
        ages: ["up to 1 day", "2 to 7 days", "8 to 30 days", "over 30 days"].into_iter().zip(figures.backlog).collect(),
        times: [row("Acknowledge", &figures.acknowledge), row("Resolve", &figures.resolve)],
        availability: figures
            .availability
            .iter()
            .map(|one| {
                [
                    digest.service(one.service).to_owned(),
                    one.share().map_or_else(|| "n/a".to_owned(), |share| format!("{} %", share.percent(4))),
                    one.objective.map_or_else(|| "none".to_owned(), crate::level::reply::percent),
                    one.budget_left().map_or_else(|| "n/a".to_owned(), |left| format!("{left} %")),
                    short(one.down),
                    one.outages.to_string(),
                ]
            })
            .collect(),
        recurring: figures.recurring.iter().map(|(id, count)| (digest.service(*id), *count)).collect(),
        periods: digest
            .periods()
            .map(|told| {
                let (met, n) = told.figures.met();
                [
                    told.period.name(),
                    percent(met, n),
                    format!("{met} of {n}"),
                    told.figures.opened.to_string(),
                    length(told.figures.acknowledge.median),
                    length(told.figures.resolve.median),
                ]
            })
            .collect(),
        adjusted,
        published: digest.published.as_ref().map(|(at, _)| moment(*at, zone)),
        pictures: pictures.iter().map(|picture| (STANDARD.encode(&picture.png), picture.described.clone())).collect(),
    };
    page.render().expect("writing to a string does not fail")
}
