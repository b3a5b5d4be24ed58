//! `calibrate`

use std::sync::Arc;

use gml_connect::Fault;

use super::curve::{Curve, Method};
use super::model::Calibrated;
use crate::data::{Call, Data};
use crate::learn::arguments::{fitted, misfit, table, word};
use crate::learn::sample;
use crate::metrics::{Outcome, Sample};

/// Puts a curve behind a model, learned from rows that the model has not seen.
pub(crate) fn calibrate(call: Call<'_>) -> Result<Data, Fault> {
    let model = Arc::clone(fitted(&call, "model")?);
    let method = match word(&call, "method")? {
        "isotonic" => Method::Isotonic,
        "sigmoid" => Method::Sigmoid,
        other => return Err(misfit(&call, "method", &format!("is `{other}`, which is no method"))),
    };
    let curves = curves(method, &sample(&*model, table(&call, "on")?, call.context)?)?;
    Ok(Data::Fitted(Arc::new(Calibrated::new(model, curves)?)))
}

/// One curve for the probability of true, or one for each class against the rest.
fn curves(method: Method, sample: &Sample) -> Result<Vec<Curve>, Fault> {
    let weights = sample.weights.as_deref();
    let fit = |scores: &[f64], truth: &[f64]| {
        Curve::fit(method, scores, truth, weights).ok_or_else(|| {
            Fault::new("GML0922", "there are no rows to calibrate on")
                .help("see which filter or which part of the split leaves no rows")
        })
    };
    match &sample.outcome {
        Outcome::Binary { truth, probability } => {
            Ok(vec![fit(probability, &truth.iter().map(|truth| f64::from(u8::from(*truth))).collect::<Vec<_>>())?])
        }
        Outcome::Classes { truth, probabilities, classes } => {
            let of_class = |class: usize| {
                let scores: Vec<f64> = probabilities.iter().skip(class).step_by(*classes).copied().collect();
                let is_it = |truth: &Option<usize>| f64::from(u8::from(*truth == Some(class)));
                fit(&scores, &truth.iter().map(is_it).collect::<Vec<_>>())
            };
            (0..*classes).map(of_class).collect()
        }
        Outcome::Value { .. } | Outcome::Rank { .. } => {
            Err(Fault::new("GML0713", "a model that predicts no probabilities cannot be calibrated")
                .help("calibrate a model of `objective: binary` or `objective: multiclass`"))
        }
    }
}
