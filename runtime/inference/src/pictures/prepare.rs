//! Pictures as the numbers that a model takes.

use std::borrow::Cow;

use image::imageops;

use crate::error::{Fault, Kind};

use super::decode::Picture;
use super::settings::{Preparation, Resize};

/// The most pixels that a picture may have once its shorter side is as asked: a strip of one pixel would have millions.
const MOST_PIXELS: u64 = 100_000_000;

impl Preparation {
    /// The width and height that pictures have in the end, where all have the same.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        self.crop.or(match self.resize {
            Some((Resize::To(width, height), _)) => Some((width, height)),
            _ => None,
        })
    }

    /// Resizes and crops.
    pub(super) fn bring_to_size<'p>(&self, picture: &'p Picture) -> Result<Cow<'p, Picture>, Fault> {
        let (width, height) = picture.dimensions();
        let mut picture = Cow::Borrowed(picture);
        if let Some((resize, filter)) = self.resize {
            let (to_width, to_height) = match resize {
                Resize::To(width, height) => (width, height),
                Resize::Shortest(side) => shortest(width, height, side)?,
            };
            if (to_width, to_height) != (width, height) {
                picture = Cow::Owned(imageops::resize(&*picture, to_width, to_height, filter));
            }
        }
        if let Some((width, height)) = self.crop {
            picture = Cow::Owned(middle(&picture, width, height));
        }
        Ok(picture)
    }

    /// Writes the numbers of a picture into `into`: one colour after the other, or pixel by pixel where colours come last.
    pub(super) fn numbers(&self, picture: &Picture, colours_last: bool, into: &mut [f32]) {
        let pixels = picture.width() as usize * picture.height() as usize;
        for colour in 0..3 {
            let source = if self.blue_first { 2 - colour } else { colour };
            let (mean, std) = (self.mean[colour], self.std[colour]);
            // 256 values there are; dividing once for each of them is all that is needed.
            let table: Vec<f32> =
                (0..=255_u8).map(|byte| (f32::from(byte) * self.factor - self.offset - mean) / std).collect();
            let bytes = picture.as_raw().chunks_exact(3).map(|pixel| table[usize::from(pixel[source])]);
            if colours_last {
                into.iter_mut().skip(colour).step_by(3).zip(bytes).for_each(|(into, value)| *into = value);
            } else {
                into[colour * pixels..(colour + 1) * pixels]
                    .iter_mut()
                    .zip(bytes)
                    .for_each(|(into, value)| *into = value);
            }
        }
    }
}

/// Both sides, so that the shorter one has `side` pixels; the longer one is rounded down.
fn shortest(width: u32, height: u32, side: u32) -> Result<(u32, u32), Fault> {
    let (short, long) = (u64::from(width.min(height)), u64::from(width.max(height)));
    let longer = u64::from(side) * long / short;
    if longer * u64::from(side) > MOST_PIXELS {
        let message = format!(
            "a picture of {width} x {height} pixels would have {side} x {longer} where its shorter side has {side}"
        );
        return Err(Fault::new(Kind::Picture, message).help("crop such strips, or leave them out"));
    }
    let longer = longer as u32;
    Ok(if width <= height { (side, longer) } else { (longer, side) })
}

/// The middle of a picture; black where the picture is smaller.
fn middle(picture: &Picture, width: u32, height: u32) -> Picture {
    let (from_width, from_height) = picture.dimensions();
    let left = (i64::from(from_width) - i64::from(width)).div_euclid(2);
    let top = (i64::from(from_height) - i64::from(height)).div_euclid(2);
    if left >= 0 && top >= 0 {
        return imageops::crop_imm(picture, left as u32, top as u32, width, height).to_image();
    }
    let mut whole = Picture::new(width, height);
    imageops::replace(&mut whole, picture, -left, -top);
    whole
}
