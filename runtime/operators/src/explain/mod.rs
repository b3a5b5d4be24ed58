//! Explanations: what each feature adds to a score.
//!
//! What lives here: trees as data, and the SHAP values of trees. What does not: learning trees (`learn`).

mod forest;
mod paths;
mod shap;
mod shapley;
#[cfg(test)]
mod tests;
