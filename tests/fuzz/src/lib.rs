//! What the fuzz target holds its inputs to, and how it makes new ones.

mod holds;
mod mutate;

pub use holds::holds;
pub use mutate::mutate;
