//! Vectors of texts from the texts alone: latent semantic analysis (Deerwester et al. 1990).

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataType, col};
use serde_json::{Value as Json, json};

use super::encoder::{Encoder, Of, fitted};
use super::svd::{self, Sparse};
use crate::data::{Call, Context, Data, Table};
use crate::frame::{collect, fault};
use crate::learn::artifact;
use crate::learn::bounds::{COUNT, FROM_ZERO, seed, whole};
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted};
use crate::prep::{Input, Kind, WordSettings, Words};

/// The kind of a saved one.
pub(crate) const KIND: &str = "encoder_of_words";

/// The file with the directions, as little-endian float32, a word after the other.
const FILE: &str = "directions.f32";

/// Words that are kept at most: the most frequent ones.
const WORDS: usize = 50_000;

pub(crate) fn text_encoder(call: Call<'_>) -> Result<Data, Fault> {
    let recall = Recall::of(&call, text_encoder);
    Ok(Data::Estimator(Arc::new(TextEncoder {
        dimension: whole(&call, "dimension", &COUNT)?,
        min_rows: whole(&call, "min_rows", &FROM_ZERO)?,
        seed: seed(&call)?,
        recall,
    })))
}

/// An encoder of texts that has not learned yet.
struct TextEncoder {
    dimension: usize,
    min_rows: usize,
    seed: u64,
    recall: Recall,
}

impl Estimator for TextEncoder {
    fn fit(&self, train: &Table, _: Option<&Table>, _: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        let of_text = |column: &&gml_ir::Column| *column.ty.non_null() == Type::Str;
        let column = train.ty.row.features().find(of_text);
        let column = column.ok_or_else(|| Fault::new("GML0723", "the rows have no feature of type str"))?;
        let rows = collect(train.frame.clone().select([col(&*column.name)]))?;
        let texts = rows.column(&column.name).map_err(fault)?.cast(&DataType::String).map_err(fault)?;
        if texts.len() == texts.null_count() {
            return Err(Fault::new("GML0922", format!("`{}` has no texts to learn from", column.name))
                .help("see which filter or which part of a split leaves none"));
        }
        let input = Input { column: column.name.clone(), kind: Kind::Text };
        let settings = WordSettings { words: WORDS, min_rows: self.min_rows };
        let words = crate::prep::learn_words(&settings, input, &texts)?;
        let weights = words.weights();
        let rows: Vec<Vec<(usize, f64)>> =
            texts.str().map_err(fault)?.iter().flatten().map(|text| weights.of(text)).collect();
        let (texts, count) = (rows.len(), words.words.len());
        if self.dimension > count.min(texts) {
            let text = format!(
                "texts cannot have {} numbers each: there are {texts} of them, and {count} words that count",
                self.dimension
            );
            return Err(Fault::new("GML0921", text).help("take a smaller `dimension`, or a smaller `min_rows`"));
        }
        let matrix = Sparse { columns: count, rows };
        let found = svd::directions(&matrix, self.dimension, self.seed);
        let directions = found.iter().map(|number| *number as f32).collect();
        let lsa = Lsa { words, directions, dimension: self.dimension };
        Ok(fitted(Of::Words(Box::new(lsa)), column.ty.non_null().clone()))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }
}

/// The words that count, and the numbers of each.
pub(super) struct Lsa {
    words: Words,
    directions: Vec<f32>,
    pub(super) dimension: usize,
}

impl Lsa {
    /// The vectors of texts, one behind the other; zeros where there is none.
    pub(super) fn vectors(&self, texts: &Column) -> Result<Vec<f32>, Fault> {
        let weights = self.words.weights();
        let mut numbers = Vec::with_capacity(texts.len() * self.dimension);
        let mut vector = vec![0.0_f64; self.dimension];
        for text in texts.str().map_err(fault)?.iter() {
            vector.fill(0.0);
            for (word, weight) in text.map(|text| weights.of(text)).into_iter().flatten() {
                let of_word = &self.directions[word * self.dimension..(word + 1) * self.dimension];
                vector.iter_mut().zip(of_word).for_each(|(into, number)| *into += weight * f64::from(*number));
            }
            numbers.extend(vector.iter().map(|number| *number as f32));
        }
        Ok(numbers)
    }

    pub(super) fn save(&self, encoder: &Encoder, folder: &Path) -> Result<(), Fault> {
        let bytes: Vec<u8> = self.directions.iter().flat_map(|number| number.to_le_bytes()).collect();
        let entry = json!({ "file": FILE, "sha256": gml_ir::hash_bytes(&bytes) });
        let parts = vec![("words", artifact::to_json(&self.words)?), ("directions", entry)];
        artifact::write_signature(folder, KIND, &encoder.ty, parts)?;
        artifact::write_bytes(folder, FILE, &bytes)
    }
}

/// Loads what was saved.
pub(crate) fn load(folder: &Path, signature: &Json) -> Result<Arc<dyn Fitted>, Fault> {
    let words: Words = artifact::parsed(folder, signature, "words")?;
    let entry = artifact::part(folder, signature, "directions")?;
    let place = folder.join(FILE);
    let bytes = fs::read(&place).map_err(|error| artifact::unreadable(&place, &error.to_string()))?;
    if entry.get("sha256").and_then(Json::as_str) != Some(&gml_ir::hash_bytes(&bytes)) {
        return Err(artifact::unreadable(&place, "its SHA-256 is not the one that signature.json gives"));
    }
    let directions: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    let dimension = directions.len().checked_div(words.words.len()).unwrap_or(0);
    if dimension == 0 || directions.len() != dimension * words.words.len() {
        return Err(artifact::unreadable(&place, "it does not have as many numbers for each word"));
    }
    Ok(fitted(Of::Words(Box::new(Lsa { words, directions, dimension })), Type::Str))
}
