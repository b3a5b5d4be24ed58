//! Names, types, rows, nulls and partitions of a program, and its lowering to the typed graph.
//!
//! What lives here: `resolve` (files to names), `check` (names to types) and `lower` (types to the graph). What does not:
//! reading files (a [`World`] hands them in), printing, executing. All it knows of operators comes from the signatures of
//! the standard library.

mod analysis;
mod check;
mod configuration;
mod declare;
pub mod foreign;
pub mod hash;
pub mod inspect;
mod leakage;
pub mod lineage;
mod lint;
mod lower;
mod mend;
mod message;
mod metrics;
pub mod package;
mod parts;
mod places;
mod removal;
pub mod resolve;
pub mod rows;
pub mod settable;
pub mod suggest;
#[cfg(test)]
mod testing;
mod threads;
mod tree;
pub mod typed;
pub mod types;
mod world;

pub use analysis::{Analysis, Session, check};
pub use lower::{Settings, lower, source_hash};
pub use mend::{Changed, Done, Fixes, Mended, mend, mend_file};
pub use world::{MemoryWorld, ReadError, SOURCE_LIMIT, World};
