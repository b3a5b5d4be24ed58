//! Calibration: probabilities that come true as often as they say.
//!
//! What lives here: the operator `calibrate`, its two curves, and models with a curve behind them. What does not: how well
//! probabilities are calibrated (`metrics`).

mod curve;
mod isotonic;
mod model;
mod operator;
mod sigmoid;
#[cfg(test)]
mod tests;

pub(crate) use model::load;
pub(crate) use operator::calibrate;
