//! Milestones and figures as rows, and who could fill in what is missing.

use chrono::TimeDelta;

use super::Story;
use super::impact::length;
use super::metrics::{Note, Point, metrics};
use super::model::{Gap, HoldRow, MetricRow, MilestoneRow, Recorded, Said};
use super::words::Words;
use crate::incident::State;
use crate::incident::history::{History, Hold, Word};

/// What a milestone means.
fn meaning(point: Point) -> &'static str {
    match point {
        Point::Started => "the impact began",
        Point::Detected => "it was noticed",
        Point::Declared => "it was declared",
        Point::Acknowledged => "a human took it",
        Point::Identified => "the cause was found",
        Point::Mitigated => "its effect was made less",
        Point::Restored => "service came back",
        Point::Resolved => "it was said that service is back",
        Point::Closed => "it came to an end",
    }
}

/// Who could say when that was. Marks can be set on what is over, too; what moves the record cannot.
fn missing(point: Point, state: State) -> Gap {
    match point {
        Point::Started => {
            Gap::filled_by("Whoever knows when it began can say so", "/incident note text:… mark:started at:…")
        }
        Point::Detected => Gap::filled_by("Whoever found it can say so", "/incident note text:… mark:detected at:…"),
        Point::Identified => {
            Gap::filled_by("Whoever found the cause can say so", "/incident note text:… mark:identified at:…")
        }
        Point::Mitigated => {
            Gap::filled_by("Whoever made it bearable can say so", "/incident note text:… mark:mitigated at:…")
        }
        Point::Acknowledged if state.is_open() => Gap::filled_by("Whoever takes it can say so", "/incident ack"),
        Point::Restored | Point::Resolved if state.is_open() => {
            Gap::filled_by("Whoever restores service can say so", "/incident resolve")
        }
        Point::Closed if !state.is_final() => Gap::filled_by("Whoever runs it can end it", "/incident close"),
        Point::Acknowledged | Point::Restored | Point::Resolved => Gap::open("It ended without it"),
        Point::Declared | Point::Closed => Gap::open("No entry tells of it"),
    }
}

/// The milestones, in the order in which they are read.
pub fn milestones(words: &Words<'_>, story: &Story<'_>, history: &History) -> Vec<MilestoneRow> {
    Point::ALL
        .into_iter()
        .map(|point| {
            let milestone = point.of(history);
            let note = match point {
                Point::Acknowledged => history.milestones.acknowledged.as_ref().map(|acknowledged| {
                    if acknowledged.implied {
                        "implied by the resolution".to_owned()
                    } else {
                        format!("by {}", words.name(acknowledged.by))
                    }
                }),
                Point::Closed => {
                    let end = history.milestones.closed.as_ref().filter(|end| end.state != State::Closed);
                    end.map(|end| end.state.name())
                }
                Point::Restored if !history.reopenings.is_empty() && milestone.is_some() => {
                    Some("the last time".to_owned())
                }
                _ => None,
            };
            MilestoneRow {
                point,
                meaning: meaning(point),
                at: Recorded::or(milestone.map(|milestone| words.moment(milestone.at)), || {
                    missing(point, story.incident.state)
                }),
                note,
                entries: milestone.map(|milestone| milestone.entries.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

/// The figures, in the order in which they are read.
pub fn figures(history: &History) -> Vec<MetricRow> {
    metrics(history)
        .into_iter()
        .map(|metric| MetricRow {
            id: metric.id,
            name: metric.name,
            from: metric.from,
            to: metric.to,
            value: metric.value.map(length),
            note: metric.note,
            remark: metric.note.map(|note| match note {
                Note::Missing(point) => format!("Not recorded: “{}” is missing", point.name()),
                Note::Backwards => {
                    format!("Not measured: “{}” lies before “{}”", metric.to.name(), metric.from.name())
                }
                Note::Implied => "nobody acknowledged it before it was resolved".to_owned(),
            }),
            entries: metric.entries,
        })
        .collect()
}

/// When it waited for something.
pub fn holds(words: &Words<'_>, story: &Story<'_>, history: &History) -> Vec<HoldRow> {
    let row = |hold: &Hold| HoldRow {
        reason: hold.reason.clone().unwrap_or_else(|| "a reason that is not recorded".to_owned()),
        note: hold.note.as_deref().map(|note| words.said(Some(note))),
        from: words.moment(hold.from),
        until: hold.until.map(|until| words.moment(until)),
        length: length((hold.until.unwrap_or(story.made_at) - hold.from).max(TimeDelta::zero())),
        entries: hold.entries.clone(),
    };
    history.holds.iter().map(row).collect()
}

/// When and why it was opened again.
pub fn reopenings(words: &Words<'_>, history: &History) -> Vec<Said> {
    let said = |word: &Word| Said {
        at: words.moment(word.at),
        who: words.name(word.by),
        text: words.said(word.text.as_deref()),
        entries: word.entries.clone(),
    };
    history.reopenings.iter().map(said).collect()
}
