//! Reading and writing datasets with their declared schema.
//!
//! What lives here: file formats, stores, databases, schemas against files, contracts, writing by rename, secrets, and the [`Fault`] that everything
//! at run time answers with. What does not: what is computed from the data, and in which order.

mod afar;
mod cell;
mod claims;
mod code;
mod conform;
mod database;
pub mod decimal;
pub mod dtype;
mod fault;
mod hub;
mod infer;
mod json;
mod nearest;
mod nested;
mod paths;
mod post;
mod query;
mod records;
mod scratch;
pub mod secrets;
mod table;
mod text;
mod texts;
pub mod typed;
mod unread;

pub use afar::FOLDER as FROM;
pub use cell::vectors;
pub use claims::read_arrow_stream;
pub use database::{describes, fetch_duckdb, has_duckdb};
pub use fault::{Fault, SAVE_FIRST};
pub use hub::HubModel;
pub use infer::{Inferred, infer, infer_as, schema_name};
pub use post::post_json;
pub use query::{append, collect, fault, guarded, no_column};
pub use scratch::{put_aside, take_up};
pub use table::{
    AT, Bound, Condition, Finding, Folder, Loaded, Part, Preview, RUN, Reading, Report, Scan, Size, Summary, Tolerated,
    Verified, Version, Wanted, Writer, Written, abandon, can_save, check_headers, files, files_in, forget_versions,
    here, hold, inspect, is_elsewhere, is_versioned, newest_version, preview, read, told, version_name, versions,
    write, write_folder, write_parquet,
};
pub use text::MomentForm;
pub use texts::{Ids, Together};
pub use unread::{ArrowFault, UnreadColumn};
