//! Preparation: steps that learn from the rows to learn from, and then change any rows alike.
//!
//! What lives here: the estimators of `std.prep`, the fitted recipe that they give, and its stored form. What does not:
//! models, and chains of a recipe and a model (`learn`).

mod estimator;
mod fit;
mod recipe;
mod stored;
mod values;

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::Value;

use crate::data::{Call, Data, Implementation};
use crate::learn::arguments::{argument, column_names, optional_constant, word};
use crate::learn::recall::Recall;

pub(crate) use recipe::{Affine, Coded, Fill, FittedRecipe, Recipe, Step};
pub(crate) use stored::{load, read, write};
pub(crate) use values::{Cell, Distinct, Exact, Kind};

use estimator::{Prepare, PrepareCall};

/// The operators of `std.prep`: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.prep", "impute", impute),
    ("std.prep", "one_hot", one_hot),
    ("std.prep", "ordinal", ordinal),
    ("std.prep", "scale", scale),
];

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
    let prepare = Prepare::Impute(filling, columns(&call)?);
    estimator(&call, prepare, impute)
}

fn one_hot(call: Call<'_>) -> Result<Data, Fault> {
    let prepare = Prepare::OneHot(columns(&call)?);
    estimator(&call, prepare, one_hot)
}

fn ordinal(call: Call<'_>) -> Result<Data, Fault> {
    let prepare = Prepare::Ordinal(columns(&call)?);
    estimator(&call, prepare, ordinal)
}

fn scale(call: Call<'_>) -> Result<Data, Fault> {
    let how = match word(&call, "how")? {
        "standard" => Scaling::Standard,
        "minmax" => Scaling::MinMax,
        "robust" => Scaling::Robust,
        other => return Err(unknown_word(&call, other)),
    };
    let prepare = Prepare::Scale(how, columns(&call)?);
    estimator(&call, prepare, scale)
}

fn columns(call: &Call<'_>) -> Result<Vec<Arc<str>>, Fault> {
    column_names(argument(call, "columns")?).map_err(|fault| fault.at(call.operator))
}

fn estimator(call: &Call<'_>, prepare: Prepare, implementation: Implementation) -> Result<Data, Fault> {
    Ok(Data::Estimator(Arc::new(PrepareCall { prepare, recall: Recall::of(call, implementation) })))
}

fn unknown_word(call: &Call<'_>, word: &str) -> Fault {
    Fault::new("GML0999", format!("`{}` does not know `how: {word}`", call.operator))
}

#[cfg(test)]
mod tests;
