//! `automl`: a model without being told how.
//!
//! What lives here: recipes that follow from the columns, the search over learners, and ensembles. What does not: the learners
//! (`learn`), the steps of recipes (`prep`), the search for arguments (`tune`).

mod columns;
mod ensemble;
mod family;
mod folds;
mod operator;
mod prepared;
mod search;
mod selection;
#[cfg(test)]
mod tests;

pub(crate) use ensemble::load;
pub(crate) use operator::automl;
