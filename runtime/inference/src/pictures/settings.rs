//! What `preprocessor_config.json` says of how pictures become numbers.

use std::path::Path;

use image::imageops::FilterType;
use serde_json::Value as Json;

use crate::error::{Fault, Kind};
use crate::folder::{json_of, read_text};

/// How a picture is brought to size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resize {
    /// To this width and height, whatever its shape.
    To(u32, u32),
    /// So that its shorter side has so many pixels.
    Shortest(u32),
}

/// What happens to a picture before the model sees it, in this order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Preparation {
    pub resize: Option<(Resize, FilterType)>,
    /// Width and height of the middle that is kept.
    pub crop: Option<(u32, u32)>,
    /// What a byte is multiplied by.
    pub factor: f32,
    /// What is taken off then.
    pub offset: f32,
    pub mean: [f32; 3],
    pub std: [f32; 3],
    /// Blue first.
    pub blue_first: bool,
}

/// The file that says how pictures are prepared.
pub(super) const CONFIG: &str = "preprocessor_config.json";

/// What the configuration of an image processor says, as the Hugging Face libraries write it.
pub(super) fn text_of(folder: &Path) -> Result<String, Fault> {
    let place = folder.join(CONFIG);
    if !place.is_file() {
        return Err(Fault::new(Kind::Missing, "an encoder of pictures lacks its `preprocessor_config.json`").at(folder).help(
            "save the image processor of the model there (`AutoImageProcessor.from_pretrained(..).save_pretrained(..)`)",
        ));
    }
    read_text(&place)
}

/// How pictures are prepared, as such a text says; `folder` stands in messages.
pub(super) fn parsed(text: &str, folder: &Path) -> Result<Preparation, Fault> {
    let place = folder.join(CONFIG);
    parse(&json_of(text, &place)?).map_err(|why| {
        Fault::new(Kind::Model, format!("pictures cannot be prepared as the configuration says: {why}")).at(&place)
    })
}

/// Steps that are understood. Any other that is asked for would be left out silently, so it is an error.
const STEPS: [&str; 7] = [
    "do_resize",
    "do_center_crop",
    "do_rescale",
    "do_normalize",
    "do_convert_rgb",
    "do_flip_channel_order",
    "do_reduce_labels",
];

pub(super) fn parse(config: &Json) -> Result<Preparation, String> {
    let fields = config.as_object().ok_or("it is no record")?;
    let on = |name: &str, default: bool| fields.get(name).and_then(Json::as_bool).unwrap_or(default);
    let asked = fields.iter().find(|(name, value)| {
        name.starts_with("do_") && value.as_bool() == Some(true) && !STEPS.contains(&name.as_str())
    });
    if let Some((name, _)) = asked {
        return Err(format!("it asks for `{name}`, which there is not"));
    }
    let kind = fields.get("image_processor_type").or_else(|| fields.get("feature_extractor_type"));
    let kind = kind.and_then(Json::as_str).unwrap_or_default();
    let crop = if on("do_center_crop", false) {
        let size = fields.get("crop_size").or_else(|| fields.get("size")).ok_or("it crops, and lacks `crop_size`")?;
        Some(square(size)?)
    } else {
        None
    };
    let mut prepared =
        Preparation { resize: None, crop, factor: 1.0, offset: 0.0, mean: [0.0; 3], std: [1.0; 3], blue_first: false };
    if on("do_resize", fields.contains_key("size")) {
        let size = fields.get("size").ok_or("it resizes, and lacks `size`")?;
        let filter = filter(fields.get("resample"))?;
        let mut to = resize(size, kind)?;
        if let (Some(part), Resize::Shortest(side)) = (fields.get("crop_pct").and_then(Json::as_f64), to) {
            // ConvNeXT: small pictures are resized beyond what is kept and cropped, large ones are not cropped at all.
            to = if side < 384 {
                prepared.crop = Some((side, side));
                Resize::Shortest((f64::from(side) / part) as u32)
            } else {
                Resize::To(side, side)
            };
        }
        prepared.resize = Some((to, filter));
    }
    if on("do_rescale", true) {
        prepared.factor = number(fields.get("rescale_factor"), 1.0 / 255.0, "rescale_factor")?;
        if on("rescale_offset", false) {
            prepared.offset = 1.0;
        }
    }
    if on("do_normalize", fields.contains_key("image_mean")) {
        prepared.mean = three(fields.get("image_mean"), "image_mean")?;
        prepared.std = three(fields.get("image_std"), "image_std")?;
        if prepared.std.contains(&0.0) {
            return Err("`image_std` holds a zero".into());
        }
    }
    prepared.blue_first = on("do_flip_channel_order", false);
    Ok(prepared)
}

fn pixels(value: &Json) -> Result<u32, String> {
    let fits = value.as_u64().and_then(|side| u32::try_from(side).ok()).filter(|side| (1..=8192).contains(side));
    fits.ok_or_else(|| format!("a size of {value} pixels is none from 1 to 8192"))
}

fn resize(size: &Json, kind: &str) -> Result<Resize, String> {
    match size {
        Json::Object(fields) if fields.contains_key("shortest_edge") => {
            if fields.contains_key("longest_edge") {
                return Err("a size with both `shortest_edge` and `longest_edge` is not known".into());
            }
            pixels(&fields["shortest_edge"]).map(Resize::Shortest)
        }
        // Before sizes were records, one number meant the shorter side for these and both sides for the others.
        Json::Number(_) if kind.starts_with("CLIP") || kind.starts_with("ConvNext") => {
            pixels(size).map(Resize::Shortest)
        }
        other => square(other).map(|(width, height)| Resize::To(width, height)),
    }
}

/// Width and height, of a record or of one number for both.
fn square(size: &Json) -> Result<(u32, u32), String> {
    match size {
        Json::Number(_) => pixels(size).map(|side| (side, side)),
        Json::Object(fields) => match (fields.get("width"), fields.get("height"), fields.get("shortest_edge")) {
            (Some(width), Some(height), _) => Ok((pixels(width)?, pixels(height)?)),
            (None, None, Some(side)) => pixels(side).map(|side| (side, side)),
            _ => Err(format!("a size {size} is not known")),
        },
        other => Err(format!("a size {other} is not known")),
    }
}

/// By the numbers of Pillow.
fn filter(resample: Option<&Json>) -> Result<FilterType, String> {
    match resample.map_or(Some(2), Json::as_u64) {
        Some(0) => Ok(FilterType::Nearest),
        Some(1) => Ok(FilterType::Lanczos3),
        Some(2) => Ok(FilterType::Triangle),
        Some(3) => Ok(FilterType::CatmullRom),
        _ => Err(format!(
            "`resample` is {}; known are 0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic)",
            resample.unwrap_or(&Json::Null)
        )),
    }
}

fn number(value: Option<&Json>, default: f64, name: &str) -> Result<f32, String> {
    value.map_or(Some(default), Json::as_f64).map(|value| value as f32).ok_or_else(|| format!("`{name}` is no number"))
}

fn three(value: Option<&Json>, name: &str) -> Result<[f32; 3], String> {
    let values: Option<Vec<f32>> = match value {
        Some(Json::Array(items)) => items.iter().map(|item| item.as_f64().map(|value| value as f32)).collect(),
        Some(Json::Number(one)) => one.as_f64().map(|value| vec![value as f32; 3]),
        _ => None,
    };
    values.and_then(|values| values.try_into().ok()).ok_or_else(|| format!("`{name}` is not three numbers"))
}
