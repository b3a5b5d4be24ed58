//! Learning: estimators of models, chains of a recipe and a model, fitting, predicting, judging, and saved models.
//!
//! What lives here: the operators of `std.learning` and the estimators of `std.learn`. What does not: recipes (`prep`), the
//! numbers that judge (`metrics`), the library that grows trees (`native`).

pub(crate) mod arguments;
pub(crate) mod artifact;
mod blend;
pub(crate) mod bootstrap;
pub(crate) mod bounds;
mod chain;
mod cross_validate;
mod evaluate;
pub(crate) mod folds;
mod linear;
mod matrix;
pub(crate) mod members;
mod operators;
pub(crate) mod outputs;
pub(crate) mod parameters;
mod pool;
mod prepared;
pub(crate) mod presets;
pub(crate) mod recall;
mod scoring;
mod segments;
pub(crate) mod target;
mod threshold;
mod trees;
mod truth;

use crate::data::Implementation;

pub use artifact::{load, save};
pub(crate) use chain::{behind, chain, computed, with_outputs};
pub(crate) use evaluate::{metrics, partition};
pub(crate) use linear::dot;
pub(crate) use linear::to_probabilities;
pub(crate) use matrix::LARGEST_EXACT;
pub(crate) use outputs::{of_classes, with_columns};
pub(crate) use pool::in_pool;
pub(crate) use presets::linear_learner;
pub(crate) use trees::rounds_of;
pub(crate) use truth::{mean_loss, sample};

/// The operators of `std.learning` and `std.learn`: module, name, implementation. `chain` is what `a >> b` is lowered to.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.learning", "chain", operators::chain),
    ("std.learning", "fit", operators::fit),
    ("std.learning", "predict", operators::predict),
    ("std.learning", "apply", operators::apply),
    ("std.learning", "evaluate", evaluate::evaluate),
    ("std.learning", "evaluate_by", segments::evaluate_by),
    ("std.learning", "best_threshold", threshold::best_threshold),
    ("std.learning", "calibrate", crate::calibrate::calibrate),
    ("std.learn", "boosted_trees", trees::boosted_trees),
    ("std.learn", "logistic", linear::logistic),
    ("std.learn", "ridge", linear::ridge),
    ("std.learn", "elastic_net", linear::elastic_net),
    ("std.learn", "tune", crate::tune::tune),
    ("std.learn", "cross_validate", cross_validate::cross_validate),
    ("std.learn", "blend", blend::blend),
    ("std.learn", "automl", crate::automl::automl),
];

#[cfg(test)]
pub(crate) mod tests;
