//! Explanations: what each feature adds to a score.
//!
//! What lives here: the SHAP values of trees, and the operators of `std.explain`. What does not: learning trees (`learn`), trees as
//! data (gml-codegen).

mod dependence;
mod explained;
mod operators;
mod pairs;
mod paths;
mod report;
mod shap;
mod shapley;
mod swarm;
#[cfg(test)]
mod tests;

use crate::data::Implementation;

pub use explained::Explained;
pub(crate) use explained::merged;
pub(crate) use operators::permuted;
pub(crate) use pairs::pairs;
pub(crate) use shap::contributions;

/// The operators of `std.explain`: module, name, implementation.
pub(crate) const OPERATORS: &[(&str, &str, Implementation)] = &[
    ("std.explain", "explain", report::explain),
    ("std.explain", "contributions", operators::contributions),
    ("std.explain", "importance", operators::importance),
    ("std.explain", "interactions", operators::interactions),
    ("std.explain", "partial_dependence", dependence::partial_dependence),
];
