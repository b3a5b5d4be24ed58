//! Pictures from the bytes of their files.

use std::borrow::Cow;
use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbImage};

use crate::error::{Fault, Kind};

/// A picture in red, green and blue, a byte each.
pub type Picture = RgbImage;

/// The most pixels on a side: what is larger is no photograph but an attack or a mistake.
const MOST_PIXELS: u32 = 30_000;

/// The most memory that taking one picture apart may need.
const MOST_BYTES: u64 = 1 << 30;

/// The picture that a file of JPEG, PNG, WebP, GIF (its first frame), BMP or TIFF holds, by what it begins with. Transparency
/// is dropped; the rotation that a camera notes is not followed, as the tools that models are trained with do not either.
///
/// # Errors
/// Where the bytes are none of these, damaged, cut off, or of a size that no photograph has.
pub fn decode(bytes: &[u8]) -> Result<Picture, Fault> {
    let (mut reader, format) = reader(bytes)?;
    if format == ImageFormat::Jpeg && !ends(bytes) {
        return Err(Fault::new(Kind::Picture, "a picture in JPEG is damaged or cut off").detail("its end is missing"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(error) => {
            Fault::new(Kind::Picture, format!("a picture is larger than {MOST_PIXELS} pixels a side or 1 GiB"))
                .detail(error)
        }
        error => {
            Fault::new(Kind::Picture, format!("a picture in {} is damaged or cut off", name(format))).detail(error)
        }
    })?;
    Ok(to_rgb(picture))
}

/// Whether a JPEG file has its end: the decoder would fill up what is missing with grey. Within the lines of a picture the byte
/// that markers begin with stands for itself only with a zero behind it, so an end behind the last start of lines is the end.
fn ends(bytes: &[u8]) -> bool {
    let last = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]);
    last.is_some_and(|start| bytes[start..].windows(2).any(|pair| pair == [0xff, 0xd9]))
}

/// The width and height that the first bytes of a picture's file tell; what comes behind them is not looked at.
///
/// # Errors
/// Where they are no picture's, damaged, or tell of a size that no photograph has.
pub fn size_of(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let (reader, format) = reader(bytes)?;
    let damaged = || Fault::new(Kind::Picture, format!("a picture in {} is damaged or cut off", name(format)));
    let (width, height) = reader.into_dimensions().map_err(|error| damaged().detail(error))?;
    if width == 0 || height == 0 {
        return Err(damaged().detail("it has no pixels"));
    }
    if width > MOST_PIXELS || height > MOST_PIXELS {
        let message = format!("a picture is larger than {MOST_PIXELS} pixels a side or 1 GiB");
        return Err(Fault::new(Kind::Picture, message).detail(format!("it has {width} x {height}")));
    }
    Ok((width, height))
}

/// The picture brought to this width and height, as bytes that [`decode`] reads without loss.
///
/// # Errors
/// Where it is too large for the form.
pub fn resized(picture: &Picture, width: u32, height: u32) -> Result<Vec<u8>, Fault> {
    to_bytes(&to_size(picture, width, height))
}

/// The picture brought to this width and height.
pub fn to_size(picture: &Picture, width: u32, height: u32) -> Cow<'_, Picture> {
    if picture.dimensions() == (width, height) {
        return Cow::Borrowed(picture);
    }
    Cow::Owned(image::imageops::resize(picture, width, height, image::imageops::FilterType::Triangle))
}

/// What reads a file, and the form that it is in.
type Opened<'a> = (ImageReader<Cursor<&'a [u8]>>, ImageFormat);

fn reader(bytes: &[u8]) -> Result<Opened<'_>, Fault> {
    if bytes.is_empty() {
        return Err(Fault::new(Kind::Picture, "the file of a picture is empty"));
    }
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| Fault::new(Kind::Picture, "a picture cannot be read").detail(error))?;
    match reader.format() {
        Some(format) => Ok((reader, format)),
        None => Err(Fault::new(Kind::Picture, "this is no picture in JPEG, PNG, WebP, GIF, BMP or TIFF")),
    }
}

fn to_rgb(picture: DynamicImage) -> Picture {
    picture.into_rgb8()
}

/// The picture as bytes that [`decode`] reads without loss: uncompressed, since it is read again soon.
///
/// # Errors
/// Where the picture is too large for the form.
pub fn to_bytes(picture: &Picture) -> Result<Vec<u8>, Fault> {
    let mut bytes = Cursor::new(Vec::with_capacity(picture.len() + 64));
    picture
        .write_to(&mut bytes, ImageFormat::Bmp)
        .map_err(|error| Fault::new(Kind::Picture, "a picture cannot be kept").detail(error))?;
    Ok(bytes.into_inner())
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        _ => "a form that is not read",
    }
}
