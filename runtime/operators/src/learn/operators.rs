//! `>>`, `fit`, `predict` and `apply`.

use gml_connect::Fault;

use super::arguments::{argument, estimator, fitted, items, misfit, optional, table};
use crate::data::{Call, Data, Input};
use crate::recommenders;

/// `parts[0] >> parts[1] >> ..`
pub(super) fn chain(call: Call<'_>) -> Result<Data, Fault> {
    let parts = items(&call, "parts")?
        .into_iter()
        .map(|part| match part {
            Input::Data(Data::Estimator(estimator)) => Ok(estimator),
            _ => Err(misfit(&call, "parts", "holds something that is no estimator")),
        })
        .collect::<Result<_, _>>()?;
    Ok(Data::Estimator(super::chain::chain(parts)))
}

/// Learns from the rows or sequences of `train`; those of `valid` decide when to stop.
pub(super) fn fit(call: Call<'_>) -> Result<Data, Fault> {
    if let Input::Data(Data::SequenceEstimator(estimator)) = argument(&call, "learner")? {
        return recommenders::fit(&call, estimator);
    }
    let train = table(&call, "train")?;
    let valid = optional(&call, "valid").map(|_| table(&call, "valid")).transpose()?;
    Ok(Data::Fitted(estimator(&call, "learner")?.fit(train, valid, call.context)?))
}

/// Adds what the model says to each row.
pub(super) fn predict(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::Table(fitted(&call, "model")?.apply(table(&call, "input")?, call.context)?))
}

/// Applies a fitted transform to each row.
pub(super) fn apply(call: Call<'_>) -> Result<Data, Fault> {
    Ok(Data::Table(fitted(&call, "transform")?.apply(table(&call, "input")?, call.context)?))
}
