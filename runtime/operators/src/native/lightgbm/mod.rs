//! LightGBM through its C interface: datasets, boosters, the text of a model.
//!
//! `ffi` is the only place with unsafe code. Above it everything is plain Rust: slices with checked lengths in, values or
//! a [`Fault`](gml_connect::Fault) out.

mod booster;
mod dataset;
mod ffi;
mod locate;
mod turn;

pub use booster::{Booster, BrokenOff, Round, RowPredictor, Trained, Validation, Watched, train};
pub use dataset::{Dataset, Matrix, RowMatrix};
pub use locate::{LightGbm, VERSION, library_file, lightgbm_in, place};
