//! At most 256 colours for a picture, so that a byte names each: a chart is made of a dozen inks and of their mixtures along edges.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use tiny_skia::PremultipliedColorU8;

/// How many colours a picture has: fewer when it is large, where each costs more bytes and is seen less.
const MOST: usize = 192;
const MOST_OF_LARGE: usize = 40;
/// From how many pixels on a picture is large: more than a dozen bars.
const LARGE: usize = 1_400_000;

/// Red, green, blue and opacity, the colours already multiplied by it.
type Colour = [u8; 4];

/// The colours of a picture, and which of them each pixel has.
pub(super) struct Palette {
    /// Red, green and blue, one after another, not multiplied.
    pub colours: Vec<u8>,
    /// Their opacities.
    pub opacities: Vec<u8>,
    /// The index of the colour of each pixel.
    pub pixels: Vec<u8>,
}

impl Palette {
    /// Keeps what shines through at the corners and the colours that occur most often, and gives each other pixel the nearest of them. What is
    /// rare is a mixture within an edge, and has neighbours that no eye tells from it.
    pub(super) fn of(picture: &[PremultipliedColorU8]) -> Self {
        let mut often: BTreeMap<Colour, usize> = BTreeMap::new();
        for run in runs(picture) {
            *often.entry(colour(run[0])).or_default() += run.len();
        }
        let mut ranked: Vec<(Colour, usize)> = often.into_iter().collect();
        ranked.sort_by_key(|(colour, count)| (colour[3] == 255, Reverse(*count), *colour));
        let most = if picture.len() > LARGE { MOST_OF_LARGE } else { MOST };
        let kept: Vec<Colour> = ranked.iter().take(most).map(|(colour, _)| *colour).collect();
        let index: BTreeMap<Colour, u8> = ranked.iter().map(|(colour, _)| (*colour, nearest(&kept, *colour))).collect();
        let straight = kept.iter().filter_map(|[red, green, blue, opacity]| {
            PremultipliedColorU8::from_rgba(*red, *green, *blue, *opacity).map(|colour| colour.demultiply())
        });
        Self {
            colours: straight.flat_map(|colour| [colour.red(), colour.green(), colour.blue()]).collect(),
            opacities: kept.iter().map(|colour| colour[3]).collect(),
            pixels: runs(picture)
                .flat_map(|run| iter::repeat_n(index.get(&colour(run[0])).copied().unwrap_or(0), run.len()))
                .collect(),
        }
    }
}

/// Neighbours of one colour; each run has at least one pixel. A chart has far fewer runs than pixels.
fn runs(picture: &[PremultipliedColorU8]) -> impl Iterator<Item = &[PremultipliedColorU8]> {
    picture.chunk_by(|one, next| one == next)
}

fn colour(pixel: PremultipliedColorU8) -> Colour {
    [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
}

/// The index of the colour that is nearest to `wanted`.
fn nearest(kept: &[Colour], wanted: Colour) -> u8 {
    let distance = |colour: &Colour| -> u32 {
        colour.iter().zip(wanted).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    (0..=u8::MAX).zip(kept).min_by_key(|(_, colour)| distance(colour)).map_or(0, |(index, _)| index)
}
