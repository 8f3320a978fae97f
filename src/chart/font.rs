//! Text as outlines: cleaned, measured, cut to a width.

use tiny_skia::PathBuilder;
use ttf_parser::{Face, GlyphId, OutlineBuilder};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::Fault;
use super::canvas::whole_pixels;

/// The mark at the end of a text that was cut.
const CUT: &str = "…";
/// No chart has room for more characters of one text; what lies behind is not even looked at.
const MOST_CHARACTERS: usize = 200;
/// The box for a character that no font has: its width, its height and its stroke, in ems.
const BOX: (f32, f32, f32) = (0.6, 0.68, 0.06);

/// The fonts, the first that has a character draws it.
pub(super) struct Fonts([Face<'static>; 2]);

/// A character as it is drawn.
enum Glyph<'a> {
    Known(&'a Face<'static>, GlyphId),
    Unknown,
}

impl Fonts {
    /// The embedded fonts.
    pub(super) fn new() -> Result<Self, Fault> {
        let face =
            |bytes: &'static [u8]| Face::parse(bytes, 0).map_err(|_| Fault::Drawing("an embedded font cannot be read"));
        Ok(Self([face(epaint_default_fonts::UBUNTU_LIGHT)?, face(epaint_default_fonts::NOTO_EMOJI_REGULAR)?]))
    }

    fn glyph(&self, character: char) -> Glyph<'_> {
        self.0
            .iter()
            .find_map(|face| face.glyph_index(character).map(|id| Glyph::Known(face, id)))
            .unwrap_or(Glyph::Unknown)
    }

    /// How wide a cleaned text is at `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.glyph(character).advance(size)).sum()
    }

    /// As much of `text`, cleaned, as `room` holds at `size`; what was cut ends in an ellipsis. A room that does not even hold that holds
    /// nothing.
    pub(super) fn fit(&self, text: &str, size: f32, room: f32) -> String {
        let (text, mut cut) = clean(text);
        if !cut && self.width(&text, size) <= room {
            return text;
        }
        let room = room - self.width(CUT, size);
        let mut fitting = String::new();
        let mut used = 0.0;
        for grapheme in text.graphemes(true) {
            used += self.width(grapheme, size);
            if used > room {
                cut = true;
                break;
            }
            fitting.push_str(grapheme);
        }
        match (cut, room < 0.0) {
            (_, true) => String::new(),
            (true, false) => format!("{}{CUT}", fitting.trim_end()),
            (false, false) => fitting,
        }
    }

    /// Adds the outlines of a cleaned text to `path`, from `x` along the baseline `y`.
    pub(super) fn outline(&self, text: &str, size: f32, (x, y): (f32, f32), path: &mut PathBuilder) {
        let mut at = x;
        for character in text.chars() {
            let glyph = self.glyph(character);
            match &glyph {
                Glyph::Known(face, id) => {
                    let mut pen = Pen { path, x: at, y, scale: scale(face, size) };
                    face.outline_glyph(*id, &mut pen);
                }
                Glyph::Unknown => hollow_box(path, at, y, size),
            }
            at += glyph.advance(size);
        }
    }
}

impl Glyph<'_> {
    /// How far the next character stands, in whole pixels: the same letter then has the same pixels wherever it stands, which is crisp and
    /// compresses well.
    fn advance(&self, size: f32) -> f32 {
        whole_pixels(match self {
            Self::Known(face, id) => f32::from(face.glyph_hor_advance(*id).unwrap_or(0)) * scale(face, size),
            Self::Unknown => (BOX.0 + 0.1) * size,
        })
    }
}

/// Points per unit of a font.
fn scale(face: &Face<'_>, size: f32) -> f32 {
    size / f32::from(face.units_per_em())
}

/// A box with a hole, which runs the other way round so that it stays one when a path is filled by winding.
fn hollow_box(path: &mut PathBuilder, x: f32, y: f32, size: f32) {
    let (width, height, stroke) = (BOX.0 * size, BOX.1 * size, BOX.2 * size);
    let (left, top, right) = (x + 0.05 * size, y - height, x + 0.05 * size + width);
    path.move_to(left, top);
    path.line_to(right, top);
    path.line_to(right, y);
    path.line_to(left, y);
    path.close();
    path.move_to(left + stroke, top + stroke);
    path.line_to(left + stroke, y - stroke);
    path.line_to(right - stroke, y - stroke);
    path.line_to(right - stroke, top + stroke);
    path.close();
}

/// One line of text as it can be drawn, and whether something was left off at the end. Accents are joined with their letters; marks that stay
/// over and what only steers (controls, joiners, selectors, directions) would stand beside the letters, and are left out.
fn clean(text: &str) -> (String, bool) {
    let mut rest = text.chars();
    let start: String = rest.by_ref().take(MOST_CHARACTERS).collect();
    let mut cleaned = String::with_capacity(start.len());
    for character in start.nfc() {
        if character.is_whitespace() || character.is_control() {
            if !cleaned.is_empty() && !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else if !is_combining_mark(character) && !only_steers(character) {
            cleaned.push(character);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    (cleaned, rest.next().is_some())
}

/// Characters that Unicode says are shown as nothing (`Default_Ignorable_Code_Point`) and that are no combining marks.
fn only_steers(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Takes an outline in a font's units, with its y axis upwards, to the canvas.
struct Pen<'a> {
    path: &'a mut PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
