//! Texts to vectors by several sessions.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, Axis, Ix2, Ix3};

use crate::error::{Fault, Kind};
use crate::library::Runtime;
use crate::pool::{Sessions, Source, split};
use crate::session::{Options, Session};
use crate::tensor::{Element, Tensor};
use crate::vectors::{Vectors, normalize};

use super::pooling::Pooling;
use super::settings::{Settings, TextOptions, not_understood};
use super::tokens::Tokens;

/// Tokens that go through the model at once: more do not make it faster, and the memory that a call needs grows with them.
const TOKENS_AT_ONCE: usize = 1024;

/// A sentence transformer: gives each text a vector.
#[derive(Debug)]
pub struct TextEncoder {
    tokens: Tokens,
    sessions: Sessions,
    /// The inputs that the model has beside the numbers of the tokens.
    mask: bool,
    types: bool,
    output: String,
    /// `None` where the model gives one vector a text by itself.
    pooling: Option<Pooling>,
    normalize: bool,
    dimension: usize,
}

impl TextEncoder {
    /// Opens the encoder in a folder: `model.onnx`, `tokenizer.json`, and what `modules.json`, the configuration of the pooling
    /// and `sentence_bert_config.json` say, as sentence-transformers writes them.
    ///
    /// # Errors
    /// Where a file is missing or not understood, neither the folder nor the options say how tokens are pooled, the library is
    /// missing or the device cannot be used.
    pub fn open(runtime: &Runtime, folder: &Path, options: &TextOptions) -> Result<Self, Fault> {
        let settings = Settings::read(folder, options)?;
        let tokens = Tokens::open(&settings)?;
        let session_options = Options { threads: 1, device: options.device };
        let session = Session::open(runtime, &settings.model, session_options)?;
        let (mask, types) = inputs(&session)?;
        let (output, one_a_text) = output(&session)?;
        let undecided = |name: &str, what: &str| {
            not_understood(folder, &format!("neither its files nor an argument say {what}"))
                .help(format!("say `{name}`"))
        };
        let pooling = match (one_a_text, settings.pooling) {
            (true, _) => None,
            (false, Some(pooling)) => Some(pooling),
            (false, None) => {
                return Err(undecided("pooling: mean", "how the vectors of the tokens become one (mean, cls, max)"));
            }
        };
        let normalize = settings
            .normalize
            .or(one_a_text.then_some(false))
            .ok_or_else(|| undecided("normalize: true", "whether vectors are brought to length one"))?;
        let sessions = Sessions::new(runtime, Source::File(settings.model.clone()), session_options, session);
        let mut encoder = Self { tokens, sessions, mask, types, output, pooling, normalize, dimension: 0 };
        // What a folder promises is tried once, before anything is computed with it.
        encoder.dimension = encoder.encode(&["a"], 1)?.dimension();
        Ok(encoder)
    }

    /// How many numbers a vector has.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The vectors of texts, in their order. A text's vector does not depend on the texts beside it nor on `threads`.
    ///
    /// # Errors
    /// Where a text cannot be taken apart or the model fails.
    pub fn encode(&self, texts: &[&str], threads: usize) -> Result<Vectors, Fault> {
        // The same text again costs nothing.
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(texts.len());
        let mut distinct: Vec<&str> = Vec::with_capacity(texts.len());
        let place_of: Vec<usize> = texts
            .iter()
            .map(|text| {
                *places.entry(text).or_insert_with(|| {
                    distinct.push(text);
                    distinct.len() - 1
                })
            })
            .collect();
        let tokens = split(threads, distinct.len(), 256, |range| {
            range.map(|place| self.tokens.of(distinct[place])).collect::<Result<Vec<_>, _>>()
        })?;
        let tokens: Vec<Vec<u32>> = tokens.into_iter().flatten().collect();
        let mut order: Vec<usize> = (0..tokens.len()).collect();
        // The longest first, so that no thread is left with one of them at the end.
        order.sort_by_key(|place| (std::cmp::Reverse(tokens[*place].len()), *place));
        let batches = batches(&order, &tokens);
        let found = self.sessions.run(threads, &batches, |session, batch| {
            let rows: Vec<&[u32]> = order[batch.clone()].iter().map(|place| &*tokens[*place]).collect();
            self.batch(session, &rows)
        })?;
        let dimension = found.first().map_or(self.dimension, |vectors| vectors.dimension());
        let mut row_of = vec![0; tokens.len()];
        order.iter().enumerate().for_each(|(row, place)| row_of[*place] = row);
        let sorted = Vectors::joined(dimension, found);
        Ok(sorted.picked(place_of.iter().map(|place| row_of[*place])))
    }

    /// The vectors of texts that have equally many tokens.
    fn batch(&self, session: &mut Session, rows: &[&[u32]]) -> Result<Vectors, Fault> {
        // A matrix of one row is multiplied in another order than one of several, and the last bits would tell a text that
        // stands alone from one among others: it goes in twice.
        if let [alone] = rows {
            return Ok(self.batch(session, &[alone, alone])?.picked(std::iter::once(0)));
        }
        let shape = (rows.len(), rows[0].len());
        let ids: Vec<i64> = rows.iter().flat_map(|row| row.iter().map(|id| i64::from(*id))).collect();
        let ids = Array2::from_shape_vec(shape, ids).map_err(|error| internal(&error))?;
        let (ids, ones, zeros) =
            (Tensor::from(ids), Tensor::from(Array2::<i64>::ones(shape)), Tensor::from(Array2::<i64>::zeros(shape)));
        let mut given = vec![("input_ids", &ids)];
        if self.mask {
            given.push(("attention_mask", &ones));
        }
        if self.types {
            given.push(("token_type_ids", &zeros));
        }
        let found = session.run(&given, &[&self.output])?.pop().and_then(Tensor::into_float32);
        let found = found.ok_or_else(|| internal(&"the output is no tensor of float32"))?;
        let mut vectors = match self.pooling {
            None => {
                let found = found.into_dimensionality::<Ix2>().map_err(|error| internal(&error))?;
                Vectors::new(found.ncols(), found.into_iter().collect())
            }
            Some(pooling) => {
                let found = found.into_dimensionality::<Ix3>().map_err(|error| internal(&error))?;
                let dimension = found.len_of(Axis(2));
                let mut values = vec![0.0; rows.len() * dimension];
                for (tokens, into) in found.outer_iter().zip(values.chunks_exact_mut(dimension)) {
                    pooling.pool(tokens, into);
                }
                Vectors::new(dimension, values)
            }
        };
        if self.normalize {
            vectors.rows_mut().for_each(normalize);
        }
        Ok(vectors)
    }
}

/// Parts of `order` whose texts have equally many tokens, and not too many of them.
fn batches(order: &[usize], tokens: &[Vec<u32>]) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let length = tokens[order[start]].len();
        let most = (TOKENS_AT_ONCE / length).max(1);
        let same = order[start..].iter().take(most).take_while(|place| tokens[**place].len() == length).count();
        batches.push(start..start + same);
        start += same;
    }
    batches
}

/// Whether the model takes a mask and types of tokens.
fn inputs(session: &Session) -> Result<(bool, bool), Fault> {
    let has = |name: &str| session.inputs().iter().any(|port| port.name == name);
    let place = Path::new(session.name());
    if !has("input_ids") {
        return Err(not_understood(place, "the model has no input `input_ids`, so it is no encoder of texts"));
    }
    let known = ["input_ids", "attention_mask", "token_type_ids"];
    match session.inputs().iter().find(|port| !known.contains(&port.name.as_str()) || port.element != Element::Int64) {
        None => Ok((has("attention_mask"), has("token_type_ids"))),
        Some(port) => {
            let why = format!(
                "the model has an input `{}` of {}, which no encoder of texts is given",
                port.name, port.element
            );
            Err(not_understood(place, &why))
        }
    }
}

/// The output to take, and whether it holds one vector a text instead of one a token.
fn output(session: &Session) -> Result<(String, bool), Fault> {
    let of_rank = |rank: usize| {
        let fits = move |port: &&crate::session::Port| port.element == Element::Float32 && port.shape.len() == rank;
        session.outputs().iter().filter(fits)
    };
    let named = |rank: usize, names: &[&str]| of_rank(rank).find(|port| names.contains(&port.name.as_str()));
    let tokens = named(3, &["last_hidden_state", "token_embeddings"]);
    if let Some(port) = named(2, &["sentence_embedding", "sentence_embeddings"]) {
        return Ok((port.name.clone(), true));
    }
    if let Some(port) = tokens.or_else(|| of_rank(3).next()) {
        return Ok((port.name.clone(), false));
    }
    let mut single = of_rank(2);
    match (single.next(), single.next()) {
        (Some(port), None) => Ok((port.name.clone(), true)),
        _ => {
            Err(not_understood(Path::new(session.name()), "no output of the model holds vectors of tokens or of texts")
                .detail(format!(
                    "its outputs are {}",
                    session.outputs().iter().map(|port| port.name.as_str()).collect::<Vec<_>>().join(", ")
                )))
        }
    }
}

fn internal(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Kind::Run, "the model gave something of another shape than it said").detail(error)
}
