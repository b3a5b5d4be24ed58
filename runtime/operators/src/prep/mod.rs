//! Preparation: steps that learn from the rows to learn from, and then change any rows alike.
//!
//! What lives here: the estimators of `std.prep`, the fitted recipe that they give, and its stored form. What does not:
//! models, and chains of a recipe and a model (`learn`).

mod coded;
mod encode;
mod estimator;
mod fit;
mod hashed;
mod lanes;
mod numbers;
mod recipe;
mod select;
mod step;
mod stored;
mod values;
mod words;

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;

use crate::data::{Call, Data, Implementation};
use crate::learn::arguments::{argument, column_names, constant, misfit, optional_constant, word};
use crate::learn::bounds::{AMOUNT, Bounds, COUNT, SHARE_FROM_ZERO, float, seed, whole};
use crate::learn::recall::Recall;

pub(crate) use coded::{Coded, Encoded};
pub(crate) use hashed::{Hashed, bucket as hash_bucket};
pub(crate) use lanes::LaneRecipe;
pub(crate) use numbers::{Bounded, Clipped};
pub(crate) use recipe::{FittedRecipe, Recipe};
pub(crate) use select::leave_out;
pub(crate) use step::{Affine, DATE_PARTS, Fill, Input, Step};
pub(crate) use stored::{load, read, write};
pub(crate) use values::{Cell, Distinct, Exact, Kind};
pub(crate) use words::{Settings as WordSettings, Words, learn as learn_words};

use estimator::{Prepare, PrepareCall};

/// The operators of `std.prep`, and the selection of features: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.prep", "impute", impute),
    ("std.prep", "one_hot", one_hot),
    ("std.prep", "ordinal", ordinal),
    ("std.prep", "binary", binary),
    ("std.prep", "target_encode", target_encode),
    ("std.prep", "hash", hash),
    ("std.prep", "scale", scale),
    ("std.prep", "bucketize", bucketize),
    ("std.prep", "quantile_bin", quantile_bin),
    ("std.prep", "log", log),
    ("std.prep", "clip", clip),
    ("std.prep", "date_parts", date_parts),
    ("std.prep", "text_counts", text_counts),
    ("std.features", "select_features", select::select_features),
];

/// Columns that a single one may be put into.
const WIDTH: Bounds = Bounds { least: 1.0, most: 1_048_576.0, words: "in 1..1048576" };
/// Folds, and buckets of equal size.
const SEVERAL: Bounds = Bounds { least: 2.0, most: 1_048_576.0, words: "in 2..1048576" };

/// What goes where there is null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filling {
    /// A statistic of the column.
    Learned(Statistic),
    /// A value that the program gives.
    Given(Value),
}

/// A statistic of the values that are not null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// The mean.
    Mean,
    /// The value in the middle, or the mean of the two in the middle.
    Median,
    /// The first of the most frequent values.
    MostFrequent,
    /// Zero.
    Zero,
}

/// How numbers are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scaling {
    /// Mean 0, standard deviation 1 (of the population: divided by n).
    Standard,
    /// The smallest value becomes 0, the largest 1.
    MinMax,
    /// Median 0, distance of the quartiles 1.
    Robust,
}

fn impute(call: Call<'_>) -> Result<Data, Fault> {
    let filling = match optional_constant(&call, "value")? {
        Some(value) => Filling::Given(value.clone()),
        None => Filling::Learned(match word(&call, "how")? {
            "mean" => Statistic::Mean,
            "median" => Statistic::Median,
            "most_frequent" => Statistic::MostFrequent,
            "zero" => Statistic::Zero,
            other => return Err(unknown_word(&call, other)),
        }),
    };
    estimator(&call, Prepare::Impute(filling), impute)
}

fn one_hot(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::OneHot, one_hot)
}

fn ordinal(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::Ordinal, ordinal)
}

fn binary(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::Binary, binary)
}

fn target_encode(call: Call<'_>) -> Result<Data, Fault> {
    let settings = encode::Settings {
        smoothing: float(&call, "smoothing", &AMOUNT)?,
        folds: whole(&call, "folds", &SEVERAL)?,
        seed: seed(&call)?,
    };
    estimator(&call, Prepare::TargetEncode(settings), target_encode)
}

fn hash(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::Hash(whole(&call, "buckets", &WIDTH)?), hash)
}

fn scale(call: Call<'_>) -> Result<Data, Fault> {
    let how = match word(&call, "how")? {
        "standard" => Scaling::Standard,
        "minmax" => Scaling::MinMax,
        "robust" => Scaling::Robust,
        other => return Err(unknown_word(&call, other)),
    };
    estimator(&call, Prepare::Scale(how), scale)
}

fn bucketize(call: Call<'_>) -> Result<Data, Fault> {
    let given = constant(&call, "bounds")?;
    let Value::List(items) = given else { return Err(misfit(&call, "bounds", "is no list")) };
    let bounds: Vec<f64> = items.iter().filter_map(Value::as_float).collect();
    let rising = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    if bounds.is_empty() || bounds.len() != items.len() || !rising || !bounds.iter().all(|bound| bound.is_finite()) {
        return Err(Fault::new("GML0229", format!("`bounds` of bucketize is {given}, and must be numbers that rise"))
            .help("write the bounds from the smallest to the largest: [18.0, 30.0, 50.0]"));
    }
    estimator(&call, Prepare::Bucketize(bounds), bucketize)
}

fn quantile_bin(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::QuantileBin(whole(&call, "n", &SEVERAL)?), quantile_bin)
}

fn log(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::Log, log)
}

fn clip(call: Call<'_>) -> Result<Data, Fault> {
    let (low, high) = (float(&call, "low", &SHARE_FROM_ZERO)?, float(&call, "high", &SHARE_FROM_ZERO)?);
    if low > high {
        return Err(Fault::new("GML0229", format!("`low` of clip is {low}, which is above `high`, {high}"))
            .help("give `low` the smaller share: low: 1%, high: 99%"));
    }
    estimator(&call, Prepare::Clip(low, high), clip)
}

fn date_parts(call: Call<'_>) -> Result<Data, Fault> {
    estimator(&call, Prepare::DateParts, date_parts)
}

fn text_counts(call: Call<'_>) -> Result<Data, Fault> {
    let settings =
        words::Settings { words: whole(&call, "words", &WIDTH)?, min_rows: whole(&call, "min_rows", &COUNT)? };
    estimator(&call, Prepare::TextCounts(settings), text_counts)
}

fn columns(call: &Call<'_>) -> Result<Vec<Arc<str>>, Fault> {
    column_names(argument(call, "columns")?).map_err(|fault| fault.at(call.operator))
}

fn estimator(call: &Call<'_>, prepare: Prepare, implementation: Implementation) -> Result<Data, Fault> {
    let columns = columns(call)?;
    Ok(Data::Estimator(Arc::new(PrepareCall { prepare, columns, recall: Recall::of(call, implementation) })))
}

fn unknown_word(call: &Call<'_>, word: &str) -> Fault {
    Fault::new("GML0999", format!("`{}` does not know `how: {word}`", call.operator))
}

#[cfg(test)]
mod tests;
