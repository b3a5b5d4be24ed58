//! Reading and writing datasets with their declared schema.
//!
//! What lives here: file formats, schemas against files, contracts, writing by rename, and the [`Fault`] that everything
//! at run time answers with. What does not: what is computed from the data, and in which order.

pub mod dtype;
mod fault;

pub use fault::Fault;
