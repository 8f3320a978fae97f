//! The picture of a summary: a lane for each service, for waiting and for each role, under one axis of time, with the milestones below.
//!
//! Here is only arithmetic: what stands where. The shapes are drawn by `picture.svg.html`.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::axis::{Axis, Tick};
use crate::chat::text::clip;
use crate::report::summary::{Summary, words};

/// Width of the picture; all lengths here are in its units, which are pixels when it is shown at its full size.
const WIDTH: f64 = 960.0;
/// Where the lanes begin: the names stand left of it.
const LEFT: f64 = 150.0;
/// Where they end: the label of a milestone at the very end has room beside it.
const RIGHT: f64 = 806.0;
/// Below the labels of the axis.
const TOP: f64 = 44.0;
const BAR: f64 = 20.0;
const GAP: f64 = 8.0;
/// A line of labels.
const LINE: f64 = 17.0;
/// Width of a character of a label, on the wide side, since fonts differ.
const CHARACTER: f64 = 6.9;
/// A bar is at least this wide, so that it is seen.
const THINNEST: f64 = 3.0;
/// Characters of the name of a lane.
const NAME: usize = 20;

/// What stands where.
#[derive(Template)]
#[template(path = "picture.svg.html", config = "src/report/askama.toml")]
pub(super) struct Picture {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    /// Where the lanes end and the labels of the milestones begin.
    bottom: f64,
    description: String,
    ticks: Vec<Tick>,
    lanes: Vec<Lane>,
    marks: Vec<Mark>,
}

/// A lane, as high as its bars need.
struct Lane {
    name: String,
    y: f64,
    height: f64,
    bars: Vec<Bar>,
}

struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    class: &'static str,
    label: String,
    title: String,
}

/// A milestone: a line through the lanes, and a label below them.
struct Mark {
    x: f64,
    label: String,
    y: f64,
}

/// A bar before it has a place.
struct Stretch {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    class: &'static str,
    label: String,
    title: String,
}

impl Picture {
    /// The picture of `summary`; none when there is nothing that has a length or a time.
    pub(super) fn of(summary: &Summary) -> Option<Self> {
        let now = summary.made.at.at;
        let groups = groups(summary, now);
        let marks = marks(summary);
        let axis = Axis::over(span(summary, &marks, now)?, LEFT, RIGHT, &summary.made.zone);
        let mut y = TOP + GAP;
        let mut lanes = Vec::new();
        for (name, stretches) in groups {
            let lane = lane(&name, stretches, &axis, y);
            y += lane.height + GAP;
            if !lane.bars.is_empty() {
                lanes.push(lane);
            }
        }
        let bottom = y;
        let marks = place(marks, &axis, bottom);
        let lowest = marks.iter().map(|mark| mark.y).fold(bottom, f64::max);
        Some(Self {
            width: WIDTH,
            height: lowest + GAP,
            left: LEFT,
            right: RIGHT,
            top: TOP,
            bottom,
            description: format!("{} over time: impact, waiting, roles and milestones", summary.header.number),
            ticks: axis.ticks(),
            lanes,
            marks,
        })
    }
}

/// The lanes, from above: services, waiting, roles. A service may be called like a role, and has a lane of its own all the same.
fn groups(summary: &Summary, now: DateTime<Utc>) -> Vec<(String, Vec<Stretch>)> {
    let mut services: Vec<(String, Vec<Stretch>)> = Vec::new();
    let mut others: Vec<(String, Vec<Stretch>)> = Vec::new();
    for window in &summary.impact.windows {
        let degree = window.degree.name();
        let label = format!("{degree}, {}", window.length.text);
        let title = format!("Window {}: {label}", window.number);
        let (from, until) = (window.from.at, window.until.as_ref().map_or(now, |until| until.at));
        put(&mut services, &window.service, Stretch { from, until, class: degree, label, title });
    }
    for hold in &summary.holds {
        let label = hold.reason.clone();
        let title = format!("On hold ({label}), {}", hold.length.text);
        let (from, until) = (hold.from.at, hold.until.as_ref().map_or(now, |until| until.at));
        put(&mut others, "on hold", Stretch { from, until, class: "hold", label, title });
    }
    for role in summary.roles.items() {
        let (from, until) = (role.from.at, role.until.as_ref().map_or(now, |until| until.at));
        let title = format!("{}: {}", role.role, role.person);
        put(&mut others, &role.role, Stretch { from, until, class: "role", label: role.person.clone(), title });
    }
    services.append(&mut others);
    services
}

/// Puts a bar into the lane of that name.
fn put(lanes: &mut Vec<(String, Vec<Stretch>)>, name: &str, stretch: Stretch) {
    match lanes.iter_mut().find(|(known, _)| known == name) {
        Some((_, stretches)) => stretches.push(stretch),
        None => lanes.push((name.to_owned(), vec![stretch])),
    }
}

/// A milestone before it has a place.
struct Moment {
    at: DateTime<Utc>,
    name: &'static str,
    hour: String,
    day: String,
}

/// The milestones, in the order in which they happened.
fn marks(summary: &Summary) -> Vec<Moment> {
    let recorded = summary.milestones.iter().filter_map(|row| Some((row.point.name(), row.at.value()?)));
    let reopened = summary.reopenings.iter().map(|said| ("reopened", &said.at));
    let moment = |(name, at): (&'static str, &words::Moment)| Moment {
        at: at.at,
        name,
        hour: at.hour().to_owned(),
        // The year is in the text.
        day: at.day.rsplit_once(' ').map_or_else(|| at.day.clone(), |(day, _)| day.to_owned()),
    };
    let mut marks: Vec<Moment> = recorded.chain(reopened).map(moment).collect();
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// From the first to the last of what matters. Roles may begin earlier and a record is often closed days later, so neither stretches it
/// by more than a quarter.
fn span(summary: &Summary, marks: &[Moment], now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let windows =
        summary.impact.windows.iter().flat_map(|row| [row.from.at, row.until.as_ref().map_or(now, |until| until.at)]);
    let holds = summary.holds.iter().flat_map(|row| [row.from.at, row.until.as_ref().map_or(now, |until| until.at)]);
    let early = marks.iter().filter(|mark| mark.name != "closed").map(|mark| mark.at);
    let core: Vec<DateTime<Utc>> = windows.chain(holds).chain(early).collect();
    let (from, until) = (*core.iter().min()?, *core.iter().max()?);
    let reach = until + (until - from) / 4;
    let closed = marks.iter().map(|mark| mark.at).filter(|at| *at <= reach).max();
    let until = closed.map_or(until, |closed| closed.max(until));
    let room = ((until - from) / 50).max(TimeDelta::minutes(1));
    Some((from - room, until + room))
}

/// Bars that overlap stand below one another.
fn lane(name: &str, mut stretches: Vec<Stretch>, axis: &Axis, y: f64) -> Lane {
    stretches.sort_by_key(|stretch| (stretch.from, stretch.until));
    let mut rows: Vec<f64> = Vec::new();
    let mut bars = Vec::new();
    for stretch in stretches {
        if stretch.until < axis.from || stretch.from > axis.until {
            continue;
        }
        let x = axis.x(stretch.from);
        let width = (axis.x(stretch.until) - x).max(THINNEST);
        let row = rows.iter().position(|end| *end <= x + 0.01).unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(0.0);
        }
        rows[row] = x + width;
        let label = fitting(&stretch.label, width - 10.0);
        let y = y + row_offset(row);
        let Stretch { class, title, .. } = stretch;
        bars.push(Bar { x, y, width, height: BAR, class, label, title });
    }
    let height = if rows.is_empty() { -GAP } else { row_offset(rows.len()) - GAP / 2.0 };
    Lane { name: clip(name, NAME), y, height, bars }
}

fn row_offset(row: usize) -> f64 {
    f64::from(u32::try_from(row).unwrap_or(u32::MAX)) * (BAR + GAP / 2.0)
}

/// As much of `label` as fits, if that is enough to be of use.
fn fitting(label: &str, width: f64) -> String {
    /// Fewer characters tell nobody anything.
    const FEWEST: usize = 3;
    let characters = (1..=label.chars().count()).rev().find(|count| text_width(*count) <= width).unwrap_or(0);
    if characters < FEWEST.min(label.chars().count()) { String::new() } else { clip(label, characters) }
}

fn text_width(characters: usize) -> f64 {
    f64::from(u32::try_from(characters).unwrap_or(u32::MAX)) * CHARACTER
}

/// Gives each label a line below the lanes. From right to left, each stands one line below those to the right that it would reach: so no
/// label touches another, and no milestone's line runs through one.
fn place(marks: Vec<Moment>, axis: &Axis, bottom: f64) -> Vec<Mark> {
    let mut placed: Vec<(f64, usize, String)> = Vec::new();
    for Moment { at, name, hour, day } in marks.into_iter().rev() {
        // What lies far behind the end is named at the end.
        let label = if at > axis.until { format!("→ {name} {day}") } else { format!("{name} {hour}") };
        let x = axis.x(at);
        let reach = x + 6.0 + text_width(label.chars().count());
        let line = placed.iter().filter(|(other, ..)| *other < reach).map(|(_, line, _)| line + 1).max().unwrap_or(0);
        placed.push((x, line, label));
    }
    let y = |line: usize| bottom + LINE * (f64::from(u32::try_from(line).unwrap_or(u32::MAX)) + 1.0);
    placed.into_iter().map(|(x, line, label)| Mark { x, y: y(line), label }).rev().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::incident::history::made::minute;

    fn at(minutes: i64) -> Moment {
        Moment { at: minute(minutes), name: "acknowledged", hour: "10:05".to_owned(), day: "24 Nov".to_owned() }
    }

    proptest! {
        #[test]
        fn no_label_touches_another_and_no_line_runs_through_one(mut minutes in proptest::collection::vec(-20_i64..320, 0..12)) {
            minutes.sort_unstable();
            let axis = Axis::over((minute(0), minute(300)), LEFT, RIGHT, "Europe/Berlin");
            let marks = place(minutes.into_iter().map(at).collect(), &axis, 100.0);
            for (place, one) in marks.iter().enumerate() {
                let reach = one.x + 5.0 + text_width(one.label.chars().count());
                prop_assert!(reach <= WIDTH, "`{}` runs out of the picture", one.label);
                for other in &marks[place + 1..] {
                    // To the right of `one`, and within its label: it must end above.
                    prop_assert!(other.x >= reach || other.y <= one.y - LINE, "{} {} {} {}", one.x, one.y, other.x, other.y);
                }
            }
        }

        #[test]
        fn an_axis_has_few_ticks_and_all_of_them_in_their_place(minutes in 1_i64..2_000_000, from in 0_i64..100_000) {
            let axis = Axis::over((minute(from), minute(from + minutes)), LEFT, RIGHT, "Europe/Berlin");
            let ticks = axis.ticks();
            prop_assert!((1..=11).contains(&ticks.len()), "{}", ticks.len());
            prop_assert!(ticks.iter().all(|tick| (LEFT..=RIGHT).contains(&tick.x)));
            prop_assert!(ticks.is_sorted_by(|one, next| next.x - one.x > 50.0));
        }
    }
}
