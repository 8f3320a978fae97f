//! Attainment per row against a target: horizontal bars from 0 to 100 %.

use super::canvas::{Anchor, Canvas, HEAD, Hand, MARGIN, WIDTH, Weight};
use super::font::Fonts;
use super::ink::{self, Ink};
use super::{Bar, Fault, MOST_BARS, Picture, at_most, within, words};

/// What lies between two columns.
const GAP: f32 = 14.0;
/// How wide labels and remarks may be.
const LABELS: f32 = 190.0;
const NOTES: f32 = 92.0;
/// The mark of what was missed or met, with what stays free before the number.
const MARK: f32 = 20.0;
/// The sizes of small text and of the rows.
const SMALL: f32 = 12.0;
const SIZE: f32 = 14.5;
/// How far a target's tick stands over its bar.
const OVER: f32 = 4.0;

/// Draws `bars` in the order that they are given in.
///
/// # Errors
/// More than [`MOST_BARS`]; a share or a target that does not lie from 0 to 1; a failure to draw.
pub fn bars(title: &str, bars: &[Bar]) -> Result<Picture, Fault> {
    at_most("bars", MOST_BARS, bars.len())?;
    for bar in bars {
        for share in [bar.share, bar.target].into_iter().flatten() {
            within(&bar.label, 0.0..=1.0, share)?;
        }
    }
    let fonts = Fonts::new()?;
    let canvas =
        if bars.is_empty() { Canvas::empty(&fonts, title)? } else { Plan::of(&fonts, bars).draw(&fonts, title)? };
    Ok(Picture { png: canvas.png()?, described: words::bars(title, bars) })
}

/// Whether a promise was kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    Free,
}

impl Verdict {
    fn of(share: f64, target: Option<f64>) -> Self {
        match target {
            None => Self::Free,
            Some(target) if share < target => Self::Missed,
            Some(_) => Self::Met,
        }
    }

    fn ink(self) -> Ink {
        match self {
            Self::Met => ink::MET,
            Self::Missed => ink::MISSED,
            Self::Free => ink::FREE,
        }
    }
}

/// A row, its texts cut to their columns.
struct Row {
    label: String,
    share: Option<(f32, String, Verdict)>,
    target: Option<(f32, String)>,
    note: String,
}

/// Where the columns lie: each text is set from its anchor.
struct Plan {
    rows: Vec<Row>,
    /// The left end and the length of the bars.
    bars: (f32, f32),
    /// The right ends of the numbers and the targets.
    numbers: f32,
    targets: f32,
    /// The left end of the remarks.
    notes: f32,
    /// The height of a row, and of a bar in it.
    pitch: f32,
    thickness: f32,
}

impl Plan {
    fn of(fonts: &Fonts, bars: &[Bar]) -> Self {
        let rows: Vec<Row> = bars.iter().map(|bar| Row::of(fonts, bar)).collect();
        let widest =
            |text: fn(&Row) -> &str, size: f32| rows.iter().map(|row| fonts.width(text(row), size)).fold(0.0, f32::max);
        // A column that is empty takes no room, and no gap.
        let column = |width: f32| if width > 0.0 { width + GAP } else { 0.0 };
        let headed = |name: &str, width: f32| if width > 0.0 { width.max(fonts.width(name, SMALL)) } else { 0.0 };
        let labels = widest(|row| &row.label, SIZE);
        let notes = widest(|row| &row.note, SMALL);
        let targets = headed("target", widest(|row| row.target.as_ref().map_or("", |(_, text)| text), SIZE));
        let shares = widest(|row| row.share.as_ref().map_or("", |(_, text, _)| text), SIZE);
        // The only number of a row needs no head.
        let numbers = if targets > 0.0 { headed("reached", shares) } else { shares };
        let marked = if numbers > 0.0 { MARK } else { 0.0 };

        let left = MARGIN + column(labels);
        let notes = WIDTH - MARGIN - notes;
        let targets_end = if notes < WIDTH - MARGIN { notes - GAP } else { WIDTH - MARGIN };
        let numbers_end = targets_end - column(targets);
        let right = numbers_end - column(numbers) - marked;
        let (pitch, thickness) = if rows.len() > 12 { (27.0, 13.0) } else { (34.0, 16.0) };
        Self { rows, bars: (left, right - left), numbers: numbers_end, targets: targets_end, notes, pitch, thickness }
    }

    fn draw<'a>(&self, fonts: &'a Fonts, title: &str) -> Result<Canvas<'a>, Fault> {
        let top = HEAD + 8.0;
        let bottom = self.rows.iter().fold(top, |y, _| y + self.pitch);
        let mut canvas = Canvas::new(fonts, bottom + 36.0, title)?;
        let small = Hand { size: SMALL, weight: Weight::Regular, ink: ink::MUTED };
        for (share, name) in [(0.0, "0 %"), (0.25, ""), (0.5, "50 %"), (0.75, ""), (1.0, "100 %")] {
            let x = self.bars.0 + share * self.bars.1;
            canvas.block((x - 0.25, top - 2.0), (0.5, bottom - top + 6.0), ink::GRID);
            canvas.text(name, (x, bottom + 18.0), Anchor::Middle, small);
        }
        if self.rows.iter().any(|row| row.target.is_some()) {
            canvas.text("reached", (self.numbers, HEAD), Anchor::End, small);
            canvas.text("target", (self.targets, HEAD), Anchor::End, small);
        }
        let mut y = top;
        for row in &self.rows {
            self.row(&mut canvas, row, y);
            y += self.pitch;
        }
        Ok(canvas)
    }

    fn row(&self, canvas: &mut Canvas<'_>, row: &Row, top: f32) {
        let middle = top + self.pitch / 2.0;
        let baseline = middle + SIZE * 0.35;
        let small = Hand { size: SMALL, weight: Weight::Regular, ink: ink::MUTED };
        let plain = Hand { size: SIZE, weight: Weight::Regular, ink: ink::TEXT };
        canvas.text(&row.label, (MARGIN, baseline), Anchor::Start, plain);
        canvas.text(&row.note, (self.notes, baseline), Anchor::Start, small);

        let (left, length) = self.bars;
        let upper = middle - self.thickness / 2.0;
        canvas.rounded((left, upper), (length, self.thickness), 3.0, ink::TRACK);
        match &row.share {
            Some((share, text, verdict)) => {
                canvas.rounded((left, upper), (share * length, self.thickness), 3.0, verdict.ink());
                let bold = Hand { weight: Weight::Bold, ..plain };
                canvas.text(text, (self.numbers, baseline), Anchor::End, bold);
                mark(canvas, *verdict, (left + length + GAP + 4.5, middle));
            }
            None => canvas.text(words::NO_DATA, (left + 10.0, middle + SMALL * 0.35), Anchor::Start, small),
        }
        if let Some((target, text)) = &row.target {
            canvas.text(text, (self.targets, baseline), Anchor::End, Hand { ink: ink::MUTED, ..plain });
            let (x, height) = (left + target * length, self.thickness + 2.0 * OVER);
            canvas.block((x - 3.0, upper - OVER), (6.0, height), ink::CARD);
            canvas.block((x - 1.5, upper - OVER), (3.0, height), ink::TEXT);
        }
    }
}

impl Row {
    #[expect(clippy::cast_possible_truncation, reason = "a share needs no more than its pixel")]
    fn of(fonts: &Fonts, bar: &Bar) -> Self {
        Self {
            label: fonts.fit(&bar.label, SIZE, LABELS),
            share: bar
                .share
                .map(|share| (share as f32, words::share(share, bar.target), Verdict::of(share, bar.target))),
            target: bar.target.map(|target| (target as f32, words::target(target))),
            note: fonts.fit(&bar.note, SMALL, NOTES),
        }
    }
}

/// A check or a cross around a place: the colour of a bar is not the only sign.
fn mark(canvas: &mut Canvas<'_>, verdict: Verdict, (x, y): (f32, f32)) {
    match verdict {
        Verdict::Met => canvas.line(&[(x - 4.5, y + 0.5), (x - 1.5, y + 3.5), (x + 4.5, y - 3.5)], 2.0, verdict.ink()),
        Verdict::Missed => {
            canvas.line(&[(x - 3.5, y - 3.5), (x + 3.5, y + 3.5)], 2.0, verdict.ink());
            canvas.line(&[(x - 3.5, y + 3.5), (x + 3.5, y - 3.5)], 2.0, verdict.ink());
        }
        Verdict::Free => {}
    }
}
