//! Tree ensembles: [`Ensemble`] is the value, [`Ensemble::raw`] the interpreter, [`Scorer`] the fast way.
//!
//! | module | in → out |
//! |---|---|
//! | `lightgbm`, `xgboost`, `onnx` | a file's content → [`Ensemble`], or what is wrong with it |
//! | `interpret` | [`Ensemble`], a row → scores: the oracle |
//! | `codes` | thresholds → one byte a row and column, compared instead of floats |
//! | `direct` | thresholds of features with few of them → answers of 64 rows, without bytes (AVX-512) |
//! | `sliced` | blocks of up to 512 rows: a bit a row and node |
//! | `jump` | single rows: all nodes of a tree at once (AVX-512) |
//! | `walk` | any tree on any machine: several walks at a time |
//! | `scorer` | picks among them |

mod codes;
mod direct;
mod ensemble;
mod grow;
mod interpret;
mod jump;
mod lightgbm;
mod machine;
mod matrix;
mod onnx;
mod rank;
mod scorer;
mod sliced;
mod transform;
mod unread;
mod walk;
mod xgboost;

pub use ensemble::{Arithmetic, Child, Ensemble, Leaf, Missing, NEAR_ZERO, Node, Question, Tree};
pub use machine::Machine;
pub use matrix::{Matrix, Order};
pub use scorer::{Layout, Misfit, Scorer, Session};
pub use transform::{Objective, Transform};
pub use unread::Unread;
