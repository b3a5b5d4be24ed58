//! `image_encoder(architecture: pretrained)`: the vectors of another model of pictures, brought to fewer numbers.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::Fault;
use gml_inference::{ImageEncoder, ImageOptions, Pooling};
use gml_ir::{Type, Value};
use ndarray::{Array1, Array2, Axis};
use polars::prelude::Column;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::encoder::{Encoder, Of, fitted};
use super::gallery;
use super::{Points, svd, vectors};
use crate::data::{Call, Context, Data, Table};
use crate::learn::arguments::fitted as learned_argument;
use crate::learn::artifact;
use crate::learn::bounds::{COUNT, whole};
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted};
use crate::native::onnxruntime;

/// The kind of a saved one.
pub(crate) const KIND: &str = "projected_encoder";

/// The folder of the model that it brings to fewer numbers.
const BASE: &str = "base";

/// The file with the mean and the directions, as little-endian float64, a direction after the other.
const FILE: &str = "directions.f64";

/// What the search for directions starts from: what is found in the end does not depend on it but for rounding.
const SEED: u64 = 0;

pub(super) fn pretrained(call: Call<'_>) -> Result<Data, Fault> {
    let recall = Recall::of(&call, pretrained);
    let base = Arc::clone(learned_argument(&call, "base")?);
    if !Encoder::of(&*base)?.reads_pictures() {
        return Err(Fault::new("GML0999", format!("`base` of {} reads no pictures", call.operator)));
    }
    Ok(Data::Estimator(Arc::new(Learner { base, dimension: whole(&call, "dimension", &COUNT)?, recall })))
}

/// Knows how to find the directions.
struct Learner {
    base: Arc<dyn Fitted>,
    dimension: usize,
    recall: Recall,
}

impl Estimator for Learner {
    fn fit(&self, train: &Table, _: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        let (pictures, ids) = gallery::rows(train)?;
        let found =
            Encoder::of(&*self.base)?.column_of(&pictures, context, |wrong, row| gallery::of_row(wrong, row, &ids))?;
        let points = Points::of(&found)?;
        let (count, width) = (points.rows.len(), points.width);
        if count == 0 {
            return Err(Fault::new("GML0922", format!("`{}` has no pictures to learn from", pictures.name())));
        }
        if self.dimension > width.min(count) {
            let text = format!(
                "pictures cannot have {} numbers each: there are {count} of them, and `base` gives {width} numbers",
                self.dimension
            );
            return Err(Fault::new("GML0921", text).help("take a smaller `dimension`"));
        }
        let numbers = points.numbers.iter().map(|number| f64::from(*number)).collect();
        let mut rows = Array2::from_shape_vec((count, width), numbers)
            .map_err(|error| Fault::new("GML0999", format!("vectors of different lengths: {error}")))?;
        let mean = rows.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(width));
        rows -= &mean;
        let directions = svd::directions(&rows, self.dimension, SEED);
        let squares = |of: &Array2<f64>| of.iter().map(|number| number * number).sum::<f64>();
        let kept = squares(&rows.dot(&directions)) / squares(&rows).max(f64::MIN_POSITIVE);
        let projected = Projected { base: Arc::clone(&self.base), mean, directions, kept };
        Ok(fitted(Of::Projected(Box::new(projected)), Type::Image))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }
}

/// An encoder of pictures, and the directions that its vectors are brought to.
pub(super) struct Projected {
    base: Arc<dyn Fitted>,
    mean: Array1<f64>,
    /// A direction a column.
    directions: Array2<f64>,
    /// Which share of the variance of the vectors that were learned from is kept.
    kept: f64,
}

impl Projected {
    pub(super) fn dimension(&self) -> usize {
        self.directions.ncols()
    }

    /// The vectors of a column of pictures; null where it is.
    pub(super) fn column(
        &self,
        of: &Column,
        context: &Context,
        told: &dyn Fn(Fault, usize) -> Fault,
    ) -> Result<Column, Fault> {
        let points = Points::of(&Encoder::of(&*self.base)?.column_of(of, context, told)?)?;
        let mut valid = vec![false; of.len()];
        let mut numbers = vec![0.0; of.len() * self.dimension()];
        for (row, point) in points.rows.iter().zip(points.numbers.chunks_exact(points.width)) {
            valid[*row] = true;
            let centred: Array1<f64> = point.iter().zip(&self.mean).map(|(of, mean)| f64::from(*of) - mean).collect();
            let into = &mut numbers[row * self.dimension()..(row + 1) * self.dimension()];
            into.iter_mut().zip(self.directions.t().dot(&centred)).for_each(|(into, number)| *into = number as f32);
        }
        vectors::column(of.name(), self.dimension(), numbers, valid)
    }

    pub(super) fn facts(&self) -> Vec<(String, String)> {
        vec![
            ("learned by".to_owned(), "principal components of the vectors of another model".to_owned()),
            ("share of the variance kept".to_owned(), format!("{:.4}", self.kept)),
        ]
    }

    pub(super) fn save(&self, encoder: &Encoder, folder: &Path) -> Result<(), Fault> {
        let base = folder.join(BASE);
        fs::create_dir(&base)
            .map_err(|error| Fault::new("GML0910", format!("the model cannot be saved: {error}")).at(base.display()))?;
        let stored = match &Encoder::of(&*self.base)?.of {
            Of::Image(model) => {
                model.copy_to(&base).map_err(onnxruntime::fault)?;
                Stored::of(&base, model.options())?
            }
            Of::Copied(copied) => {
                copied.copy_to(&base)?;
                Stored { pooling: copied.stored.pooling.clone(), ..Stored::of(&base, copied.options())? }
            }
            _ => {
                self.base.save(&base)?;
                Stored { files: Vec::new(), pooling: None, normalize: false, dimension: 0 }
            }
        };
        let stored = Stored { dimension: Encoder::of(&*self.base)?.dimension(), ..stored };
        let directions = self.directions.t();
        let numbers = self.mean.iter().chain(directions.iter()).copied();
        let bytes: Vec<u8> = numbers.flat_map(f64::to_le_bytes).collect();
        let entry = json!({ "file": FILE, "sha256": gml_ir::hash_bytes(&bytes), "kept": self.kept });
        let parts = vec![("base", artifact::to_json(&stored)?), ("directions", entry)];
        artifact::write_signature(folder, KIND, &encoder.ty, parts)?;
        artifact::write_bytes(folder, FILE, &bytes)
    }
}

/// How a model of pictures lies in the folder of what was learned with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    /// Its files and their SHA-256; none where it was learned here and has a signature of its own.
    files: Vec<(String, String)>,
    pooling: Option<String>,
    normalize: bool,
    dimension: usize,
}

impl Stored {
    fn of(folder: &Path, options: ImageOptions) -> Result<Self, Fault> {
        let unreadable = |error: std::io::Error| artifact::unreadable(folder, &error.to_string());
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let bytes = fs::read(&path).map_err(unreadable)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, gml_ir::hash_bytes(&bytes)));
        }
        files.sort();
        let pooling = options.pooling.map(|pooling| {
            match pooling {
                Pooling::Mean => "mean",
                Pooling::Cls => "cls",
                Pooling::Max => "max",
            }
            .to_owned()
        });
        Ok(Self { files, pooling, normalize: options.normalize, dimension: 0 })
    }
}

/// A model of pictures in the folder of what was learned with it; opened when it is first used.
pub(super) struct Copied {
    folder: PathBuf,
    stored: Stored,
    opened: Mutex<Option<Arc<ImageEncoder>>>,
}

impl Copied {
    pub(super) fn dimension(&self) -> usize {
        self.stored.dimension
    }

    fn options(&self) -> ImageOptions {
        let pooling = match self.stored.pooling.as_deref() {
            Some("mean") => Some(Pooling::Mean),
            Some("cls") => Some(Pooling::Cls),
            Some("max") => Some(Pooling::Max),
            _ => None,
        };
        ImageOptions { pooling, normalize: self.stored.normalize, ..ImageOptions::default() }
    }

    /// The model.
    ///
    /// # Errors
    /// GML0911 where the library is missing, GML0940 where the model cannot be used.
    pub(super) fn encoder(&self, context: &Context) -> Result<Arc<ImageEncoder>, Fault> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = &*opened {
            return Ok(Arc::clone(encoder));
        }
        let runtime = onnxruntime::open(&context.libraries)?;
        let encoder = ImageEncoder::open(&runtime, &self.folder, self.options()).map_err(onnxruntime::fault)?;
        let encoder = Arc::new(encoder);
        *opened = Some(Arc::clone(&encoder));
        Ok(encoder)
    }

    fn copy_to(&self, folder: &Path) -> Result<(), Fault> {
        for (file, sha256) in &self.stored.files {
            let bytes = artifact::read_bytes(&self.folder, file, &json!({ "sha256": sha256 }))?;
            artifact::write_bytes(folder, file, &bytes)?;
        }
        Ok(())
    }
}

/// Loads what was saved.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let stored: Stored = artifact::parsed(folder, signature, "base")?;
    let place = folder.join(BASE);
    let base = if stored.files.is_empty() {
        artifact::load(&place)?
    } else {
        for (file, sha256) in &stored.files {
            artifact::read_bytes(&place, file, &json!({ "sha256": sha256 }))?;
        }
        fitted(Of::Copied(Box::new(Copied { folder: place, stored, opened: Mutex::new(None) })), Type::Image)
    };
    let entry = artifact::part(folder, signature, "directions")?;
    let bytes = artifact::read_bytes(folder, FILE, entry)?;
    let numbers: Vec<f64> = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let width = Encoder::of(&*base)?.dimension();
    let wrong = || artifact::unreadable(&folder.join(FILE), "it does not have as many numbers for each direction");
    if width == 0 || numbers.len() <= width || !numbers.len().is_multiple_of(width) {
        return Err(wrong());
    }
    let (mean, directions) = numbers.split_at(width);
    let directions = Array2::from_shape_vec((directions.len() / width, width), directions.to_vec());
    let directions = directions.map_err(|_| wrong())?.reversed_axes();
    let kept = entry.get("kept").and_then(Json::as_f64).unwrap_or_default();
    let projected = Projected { base, mean: Array1::from(mean.to_vec()), directions, kept };
    Ok(fitted(Of::Projected(Box::new(projected)), Type::Image))
}
