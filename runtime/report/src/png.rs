//! Figures as PNG, for places that show no SVG: slides, letters, the pages of trackers.

use std::fmt;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::figure::Figure;
use crate::svg;

/// Latin, Greek and Cyrillic letters and signs of DejaVu Sans, so that a figure is the same bytes on every machine, whatever fonts it has.
/// Other letters are boxes here; browsers show them in the SVG.
const FONTS: [&[u8]; 2] = [include_bytes!("../fonts/DejaVuSans.ttf"), include_bytes!("../fonts/DejaVuSans-Bold.ttf")];

const FAMILY: &str = "DejaVu Sans";

/// Pixels of the picture for one of the figure, as screens have that show two for one.
const SCALE: f64 = 2.0;

/// More pixels than these are not drawn: figures of very many panels become coarser.
const MOST: f64 = 64e6;

/// Why a figure has no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPicture(String);

impl fmt::Display for NoPicture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the figure cannot be drawn as pixels: {}", self.0)
    }
}

impl std::error::Error for NoPicture {}

/// A figure as pixels, in the light theme.
///
/// # Errors
/// Where it has no size, or is not the SVG that is drawn here.
pub fn png(figure: &Figure) -> Result<Vec<u8>, NoPicture> {
    let options = Options { font_family: FAMILY.into(), fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(&svg::document(figure), &options).map_err(|error| NoPicture(error.to_string()))?;
    let (width, height) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let scale = SCALE.min((MOST / (width * height)).sqrt());
    let pixels = |length: f64| (length * scale).round().max(1.0) as u32;
    let mut picture = Pixmap::new(pixels(width), pixels(height))
        .ok_or_else(|| NoPicture(format!("{width} x {height} is no size of a picture")))?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut picture.as_mut());
    encoded(picture).map_err(|error| NoPicture(error.to_string()))
}

/// Lines and letters on white become small whatever is done; what makes them smallest takes longer than to draw them.
fn encoded(picture: Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.take_demultiplied())?;
    writer.finish()?;
    Ok(bytes)
}

fn fonts() -> Arc<fontdb::Database> {
    static FOUND: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        FONTS.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
        fonts.set_sans_serif_family(FAMILY);
        fonts.into()
    };
    Arc::clone(FOUND.get_or_init(load))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Axis, Colour, Mark, Panel};

    fn diagonal() -> Figure {
        let line = Mark::Line {
            name: "chance".into(),
            points: vec![(0.0, 0.0), (1.0, 1.0)],
            colour: Colour::Series(1),
            dashed: false,
        };
        Figure {
            title: "Diagonal".into(),
            description: "What is said against what comes true.".into(),
            panels: vec![Panel::new(Axis::numbers("said"), Axis::numbers("came true"), vec![line])],
        }
    }

    /// The colours that stand in the style sheet, and the ink of letters, are there.
    #[test]
    fn lines_and_letters_are_drawn_on_white() {
        let bytes = png(&diagonal()).unwrap();
        let picture = Pixmap::decode_png(&bytes).unwrap();
        let tree_width = svg::WIDTH + 2.0 * 16.0;
        assert_eq!(f64::from(picture.width()), tree_width * SCALE);
        let colours: Vec<[u8; 3]> =
            picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
        let count = |wanted: [u8; 3]| colours.iter().filter(|colour| **colour == wanted).count();
        assert!(count([0xff, 0xff, 0xff]) > colours.len() / 2, "the page is white");
        assert!(count([0xd5, 0x5e, 0x00]) > 500, "the line has the colour of its series");
        // The heading is at the top, from the margin on.
        let heading = (0..40 * SCALE as u32).flat_map(|y| (32..300).map(move |x| (x, y)));
        let ink = heading.filter(|(x, y)| picture.pixel(*x, *y).is_some_and(|pixel| pixel.red() < 0x60)).count();
        assert!(ink > 300, "the heading has letters: {ink}");
    }

    #[test]
    fn the_same_figure_is_the_same_bytes() {
        assert_eq!(png(&diagonal()).unwrap(), png(&diagonal()).unwrap());
    }
}
