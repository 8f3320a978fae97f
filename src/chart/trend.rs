//! Lines over periods, each named at its end.

use tiny_skia::{Path, PathBuilder};

use super::canvas::{Anchor, Canvas, HEAD, Hand, MARGIN, WIDTH, Weight};
use super::font::Fonts;
use super::ink::{self, Ink};
use super::scale::Scale;
use super::{Fault, Line, MOST_AMOUNT, MOST_LINES, MOST_PERIODS, Picture, Unit, at_most, within, words};

/// The height of the plot.
const HEIGHT: f32 = 220.0;
/// The size of axes and of names.
const SMALL: f32 = 12.0;
const SIZE: f32 = 14.0;
/// How much room names of lines and of periods may take.
const NAMES: f32 = 130.0;
const PERIODS: f32 = 84.0;
/// The least distance of two names.
const PITCH: f32 = 20.0;
/// From the plot to the marker of a name, and on to its text.
const LEADER: f32 = 22.0;
const MARKER: f32 = 12.0;
/// What lies between a name and its number.
const GAP: f32 = 14.0;
/// How far the first and the last period stand from the edges of the plot, at most.
const INSET: f32 = 28.0;

/// Draws `lines` over `periods`, the oldest first.
///
/// # Errors
/// More than [`MOST_LINES`] or [`MOST_PERIODS`]; a line that has not one point for each period; a share that does not lie from 0 to 1, or an
/// amount below 0 or above [`MOST_AMOUNT`]; a failure to draw.
pub fn trend(title: &str, periods: &[String], lines: &[Line], unit: Unit) -> Result<Picture, Fault> {
    at_most("lines", MOST_LINES, lines.len())?;
    at_most("periods", MOST_PERIODS, periods.len())?;
    for line in lines {
        if line.points.len() != periods.len() {
            let (label, points) = (line.label.clone(), line.points.len());
            return Err(Fault::Uneven { label, points, periods: periods.len() });
        }
        for point in line.points.iter().flatten() {
            within(&line.label, 0.0..=if unit == Unit::Share { 1.0 } else { MOST_AMOUNT }, *point)?;
        }
    }
    let fonts = Fonts::new()?;
    let canvas = if periods.is_empty() || lines.is_empty() {
        Canvas::empty(&fonts, title)?
    } else {
        draw(&fonts, title, periods, lines, unit)?
    };
    Ok(Picture { png: canvas.png()?, described: words::trend(title, periods, lines, unit) })
}

/// A name at the end of a line.
struct Name {
    value: String,
    label: String,
    /// The middle of the text.
    y: f32,
    /// Where the line ends, if it lasts until the last period.
    end: Option<f32>,
    index: usize,
}

/// Where the plot lies.
struct Frame {
    left: f32,
    right: f32,
    top: f32,
    scale: Scale,
    periods: usize,
}

impl Frame {
    /// The place of the period with this index. The last one is close to the names; so is the only one.
    #[expect(clippy::cast_precision_loss, reason = "there are at most twelve")]
    fn x(&self, index: usize) -> f32 {
        self.right - self.inset() - self.step() * (self.periods - 1 - index) as f32
    }

    /// How far two periods lie apart.
    #[expect(clippy::cast_precision_loss, reason = "there are at most twelve")]
    fn step(&self) -> f32 {
        (self.right - self.left - 2.0 * self.inset()) / (self.periods.max(2) - 1) as f32
    }

    #[expect(clippy::cast_precision_loss, reason = "there are at most twelve")]
    fn inset(&self) -> f32 {
        ((self.right - self.left) / 2.0 / self.periods as f32).min(INSET)
    }

    fn y(&self, value: f64) -> f32 {
        self.top + HEIGHT * (1.0 - self.scale.place(value))
    }
}

fn draw<'a>(
    fonts: &'a Fonts,
    title: &str,
    periods: &[String],
    lines: &[Line],
    unit: Unit,
) -> Result<Canvas<'a>, Fault> {
    let scale = Scale::of(unit, lines.iter().flat_map(|line| line.points.iter().flatten().copied()));
    let ticks: Vec<String> = scale.ticks.iter().map(|tick| tick_text(*tick, unit)).collect();
    let axis = ticks.iter().map(|tick| fonts.width(tick, SMALL)).fold(0.0, f32::max);
    let values: Vec<String> = lines
        .iter()
        .map(|line| match line.points.last().copied().flatten() {
            Some(point) => words::value(point, unit),
            None => words::NO_DATA.to_owned(),
        })
        .collect();
    let numbers = values.iter().map(|value| fonts.width(value, SIZE)).fold(0.0, f32::max);
    let labels: Vec<String> = lines.iter().map(|line| fonts.fit(&line.label, SIZE, NAMES)).collect();
    let longest = labels.iter().map(|label| fonts.width(label, SIZE)).fold(0.0, f32::max);
    let frame = Frame {
        left: MARGIN + axis + 10.0,
        right: WIDTH - MARGIN - longest - GAP - numbers - MARKER - LEADER,
        top: HEAD + 4.0,
        scale,
        periods: periods.len(),
    };

    let mut canvas = Canvas::new(fonts, frame.top + HEIGHT + 46.0, title)?;
    axes(&mut canvas, fonts, &frame, &ticks, periods);
    for (index, line) in lines.iter().enumerate() {
        course(&mut canvas, &frame, line, index);
    }
    let mut named: Vec<Name> = values
        .into_iter()
        .zip(labels)
        .zip(lines)
        .enumerate()
        .map(|(index, ((value, label), line))| {
            let end = line.points.last().copied().flatten().map(|point| frame.y(point));
            let known = line.points.iter().rev().flatten().next().map(|point| frame.y(*point));
            Name { value, label, y: known.unwrap_or(frame.top + HEIGHT), end, index }
        })
        .collect();
    spread(&mut named, frame.top, frame.top + HEIGHT);
    for name in &named {
        write(&mut canvas, &frame, name);
    }
    Ok(canvas)
}

/// A value that an axis names, without decimals that are all zero.
fn tick_text(tick: f64, unit: Unit) -> String {
    if unit == Unit::Share { words::target(tick) } else { words::value(tick, unit) }
}

/// The grid with its values, and the periods: all of them, or each second, third, … so that they stay apart, the last always among them.
fn axes(canvas: &mut Canvas<'_>, fonts: &Fonts, frame: &Frame, ticks: &[String], periods: &[String]) {
    let small = Hand { size: SMALL, weight: Weight::Regular, ink: ink::MUTED };
    for (tick, text) in frame.scale.ticks.iter().zip(ticks) {
        let y = frame.y(*tick);
        canvas.block((frame.left, y - 0.25), (frame.right - frame.left, 0.5), ink::GRID);
        canvas.text(text, (frame.left - 10.0, y + SMALL * 0.35), Anchor::End, small);
    }
    let names: Vec<String> = periods.iter().map(|period| fonts.fit(period, SMALL, PERIODS)).collect();
    let widest = names.iter().map(|name| fonts.width(name, SMALL)).fold(0.0, f32::max);
    let every = (1..=periods.len())
        .zip(std::iter::successors(Some(frame.step()), |room| Some(room + frame.step())))
        .find(|(_, room)| widest + 8.0 <= *room)
        .map_or(periods.len(), |(every, _)| every);
    for (index, name) in names.iter().enumerate() {
        if (periods.len() - 1 - index).is_multiple_of(every) {
            canvas.text(name, (frame.x(index), frame.top + HEIGHT + 24.0), Anchor::Middle, small);
        }
    }
}

/// A line: what follows on each other is joined, and each point is marked.
fn course(canvas: &mut Canvas<'_>, frame: &Frame, line: &Line, index: usize) {
    let places: Vec<Option<(f32, f32)>> = line
        .points
        .iter()
        .enumerate()
        .map(|(period, point)| point.map(|point| (frame.x(period), frame.y(point))))
        .collect();
    for run in places.split(Option::is_none) {
        let run: Vec<(f32, f32)> = run.iter().copied().flatten().collect();
        canvas.line(&run, 2.5, ink(index));
    }
    for place in places.into_iter().flatten() {
        if let Some(marker) = marker(index, place) {
            canvas.shape(&marker, ink(index));
        }
    }
}

/// Moves names apart until none lies on another; the room holds [`MOST_LINES`] of them.
fn spread(names: &mut [Name], top: f32, bottom: f32) {
    names.sort_by(|one, other| one.y.total_cmp(&other.y).then(one.index.cmp(&other.index)));
    let mut free = top;
    for name in names.iter_mut() {
        name.y = name.y.max(free);
        free = name.y + PITCH;
    }
    let mut free = bottom;
    for name in names.iter_mut().rev() {
        name.y = name.y.min(free);
        free = name.y - PITCH;
    }
}

/// A name with its marker and its last value; a thin line leads there when the line lasts until the last period.
fn write(canvas: &mut Canvas<'_>, frame: &Frame, name: &Name) {
    let ink = ink(name.index);
    let at = frame.right + LEADER - 4.0;
    if let Some(end) = name.end {
        let from = frame.x(frame.periods - 1) + 8.0;
        canvas.line(&[(from.min(frame.right), end), (frame.right, end), (at - 8.0, name.y)], 0.75, ink);
    }
    if let Some(marker) = marker(name.index, (at, name.y)) {
        canvas.shape(&marker, ink);
    }
    let baseline = name.y + SIZE * 0.35;
    let label = Hand { size: SIZE, weight: Weight::Regular, ink };
    canvas.text(&name.label, (frame.right + LEADER + MARKER, baseline), Anchor::Start, label);
    let value = match name.end {
        Some(_) => Hand { size: SIZE, weight: Weight::Bold, ink: ink::TEXT },
        None => Hand { size: SIZE, weight: Weight::Regular, ink: ink::MUTED },
    };
    canvas.text(&name.value, (WIDTH - MARGIN, baseline), Anchor::End, value);
}

/// The colour of the line with this index.
fn ink(index: usize) -> Ink {
    ink::LINES[index % MOST_LINES]
}

/// The shape of the line with this index around a place: disc, square, triangle, diamond, triangle on its tip, cross.
fn marker(index: usize, (x, y): (f32, f32)) -> Option<Path> {
    let corners: &[(f32, f32)] = match index % MOST_LINES {
        0 => return PathBuilder::from_circle(x, y, 4.2),
        1 => &[(-3.7, -3.7), (3.7, -3.7), (3.7, 3.7), (-3.7, 3.7)],
        2 => &[(0.0, -5.0), (4.8, 3.6), (-4.8, 3.6)],
        3 => &[(0.0, -5.2), (5.2, 0.0), (0.0, 5.2), (-5.2, 0.0)],
        4 => &[(0.0, 5.0), (4.8, -3.6), (-4.8, -3.6)],
        _ => &[
            (-1.6, -4.8),
            (1.6, -4.8),
            (1.6, -1.6),
            (4.8, -1.6),
            (4.8, 1.6),
            (1.6, 1.6),
            (1.6, 4.8),
            (-1.6, 4.8),
            (-1.6, 1.6),
            (-4.8, 1.6),
            (-4.8, -1.6),
            (-1.6, -1.6),
        ],
    };
    let mut path = PathBuilder::new();
    for (index, (right, down)) in corners.iter().enumerate() {
        if index == 0 {
            path.move_to(x + right, y + down);
        } else {
            path.line_to(x + right, y + down);
        }
    }
    path.close();
    path.finish()
}
