//! Reading and writing datasets with their declared schema.
//!
//! What lives here: file formats, schemas against files, contracts, writing by rename, and the [`Fault`] that everything
//! at run time answers with. What does not: what is computed from the data, and in which order.

mod cell;
mod code;
mod conform;
pub mod dtype;
mod fault;
mod infer;
mod json;
mod nearest;
mod nested;
mod paths;
mod query;
mod records;
mod table;
mod text;

pub use fault::Fault;
pub use infer::infer;
pub use query::{collect, fault, guarded};
pub use table::{
    Bound, Finding, Folder, Loaded, Part, Reading, Report, Scan, Summary, Tolerated, Verified, Wanted, Written,
    check_headers, hold, inspect, read, write, write_folder, write_parquet,
};
