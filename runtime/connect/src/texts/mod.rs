//! Texts that are there again and again.
//!
//! What lives here: numbers for texts, and tables whose texts are put into memory once. What does not: how files are read.

mod ids;
mod together;

pub use ids::Ids;
pub use together::Together;
