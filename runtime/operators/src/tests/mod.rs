//! Small tables through every operator and function.

mod aggregates;
mod determinism;
mod functions;
mod joins;
pub(crate) mod kit;
mod lists;
mod operators;
mod registry;
mod splits;
mod tables;
mod turns;
mod windows;
