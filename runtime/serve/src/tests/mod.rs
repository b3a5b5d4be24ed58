//! Requests to a small model: a recipe and a logistic regression.

mod batches;
mod forms;
mod fuzz;
mod kit;
mod reloads;
