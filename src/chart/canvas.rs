//! A card with rounded corners to draw on, in points from its top left corner, and how it becomes a PNG.

use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::Fault;
use super::font::Fonts;
use super::ink::{self, Ink};
use super::palette::Palette;

/// Pixels a point.
const DENSITY: f32 = 2.0;
/// How wide a card is.
pub(super) const WIDTH: f32 = 640.0;
/// What stays free at the edges of a card.
pub(super) const MARGIN: f32 = 24.0;
/// The radius of the corners.
const CORNER: f32 = 14.0;
/// How far a cubic Bézier curve's handles reach for a quarter of a circle, in radii.
const QUARTER: f32 = 0.552_285;

/// The size of titles.
const TITLE: f32 = 18.0;
/// How high the title is with what stays free under it, margin included.
pub(super) const HEAD: f32 = 62.0;

/// How heavy letters are. The font is a light one; the rest is a line along its outlines, as wide as this says, in ems.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    fn line(self) -> f32 {
        match self {
            Self::Regular => 0.022,
            Self::Bold => 0.062,
        }
    }
}

/// How a text is written.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    pub size: f32,
    pub weight: Weight,
    pub ink: Ink,
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A card.
pub(super) struct Canvas<'a> {
    pixels: Pixmap,
    fonts: &'a Fonts,
}

/// A number of points as a number of pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "heights are small and positive, and Rust's casts saturate"
)]
fn pixels(points: f32) -> u32 {
    (points * DENSITY).round() as u32
}

/// The nearest place at which a pixel begins.
pub(super) fn whole_pixels(points: f32) -> f32 {
    (points * DENSITY).round() / DENSITY
}

fn paint(Ink(red, green, blue): Ink) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, 255);
    paint.anti_alias = true;
    paint
}

impl<'a> Canvas<'a> {
    /// An empty card with a title.
    pub(super) fn new(fonts: &'a Fonts, height: f32, title: &str) -> Result<Self, Fault> {
        let pixels =
            Pixmap::new(pixels(WIDTH), pixels(height)).ok_or(Fault::Drawing("there is no memory for the picture"))?;
        let mut canvas = Self { pixels, fonts };
        canvas.rounded((0.0, 0.0), (WIDTH, height), CORNER, ink::RIM);
        canvas.rounded((1.0, 1.0), (WIDTH - 2.0, height - 2.0), CORNER - 1.0, ink::CARD);
        let title = fonts.fit(title, TITLE, WIDTH - 2.0 * MARGIN);
        let hand = Hand { size: TITLE, weight: Weight::Bold, ink: ink::TEXT };
        canvas.text(&title, (MARGIN, 38.0), Anchor::Start, hand);
        Ok(canvas)
    }

    /// A card that says that there is nothing to show.
    pub(super) fn empty(fonts: &'a Fonts, title: &str) -> Result<Self, Fault> {
        let mut canvas = Self::new(fonts, HEAD + 34.0, title)?;
        let hand = Hand { size: 15.0, weight: Weight::Regular, ink: ink::MUTED };
        canvas.text(super::words::NO_DATA, (MARGIN, HEAD + 8.0), Anchor::Start, hand);
        Ok(canvas)
    }

    /// Writes a text that [`Fonts::fit`] gave, or that wardroom made, on the baseline `y`.
    pub(super) fn text(&mut self, text: &str, (x, y): (f32, f32), anchor: Anchor, hand: Hand) {
        let width = self.fonts.width(text, hand.size);
        let start = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let mut path = PathBuilder::new();
        self.fonts.outline(text, hand.size, (whole_pixels(start), whole_pixels(y)), &mut path);
        if let Some(path) = path.finish() {
            self.fill(&path, hand.ink);
            self.stroke(&path, hand.size * hand.weight.line(), hand.ink);
        }
    }

    /// A box with round corners.
    pub(super) fn rounded(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), radius: f32, ink: Ink) {
        let radius = radius.min(width / 2.0).min(height / 2.0);
        let (right, bottom, handle) = (x + width, y + height, radius * (1.0 - QUARTER));
        let mut path = PathBuilder::new();
        path.move_to(x + radius, y);
        path.line_to(right - radius, y);
        path.cubic_to(right - handle, y, right, y + handle, right, y + radius);
        path.line_to(right, bottom - radius);
        path.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
        path.line_to(x + radius, bottom);
        path.cubic_to(x + handle, bottom, x, bottom - handle, x, bottom - radius);
        path.line_to(x, y + radius);
        path.cubic_to(x, y + handle, x + handle, y, x + radius, y);
        path.close();
        if let Some(path) = path.finish() {
            self.fill(&path, ink);
        }
    }

    /// A box with sharp edges: a rule, a tick.
    pub(super) fn block(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        if let Some(rect) = Rect::from_xywh(whole_pixels(x), whole_pixels(y), width, height) {
            self.fill(&PathBuilder::from_rect(rect), ink);
        }
    }

    /// A line through points; one that has fewer than two is not drawn.
    pub(super) fn line(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        let Some((first, rest)) = points.split_first() else { return };
        let mut path = PathBuilder::new();
        path.move_to(first.0, first.1);
        for point in rest {
            path.line_to(point.0, point.1);
        }
        if let Some(path) = path.finish() {
            self.stroke(&path, width, ink);
        }
    }

    /// A closed shape with a seam of the card's colour, so that it stands out from what it lies on.
    pub(super) fn shape(&mut self, path: &Path, ink: Ink) {
        self.stroke(path, 3.0, ink::CARD);
        self.fill(path, ink);
    }

    fn fill(&mut self, path: &Path, ink: Ink) {
        self.pixels.fill_path(path, &paint(ink), FillRule::Winding, Transform::from_scale(DENSITY, DENSITY), None);
    }

    fn stroke(&mut self, path: &Path, width: f32, ink: Ink) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixels.stroke_path(path, &paint(ink), &stroke, Transform::from_scale(DENSITY, DENSITY), None);
    }

    /// The card as a PNG with a palette. Areas of one colour compress best as they are, without a filter.
    pub(super) fn png(&self) -> Result<Vec<u8>, Fault> {
        let Palette { colours, opacities, pixels } = Palette::of(self.pixels.pixels());
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.pixels.width(), self.pixels.height());
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(colours);
        encoder.set_trns(opacities);
        encoder.set_compression(png::Compression::Balanced);
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        writer.finish()?;
        Ok(file)
    }
}
