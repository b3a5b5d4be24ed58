//! What lies elsewhere: object stores and web servers. Objects are read from copies on this machine, which are fetched
//! again when the store says that the object is another one; what is written is sent when all of it is there.

mod copies;
mod faults;
pub(crate) mod folders;
mod http;
mod secret;
mod store;
mod wait;

pub(crate) use copies::{Copied, Which, copies, send};
pub(crate) use faults::{cleaned, patience};
pub(crate) use http::{client, jittered};
pub(crate) use secret::optional;
pub(crate) use wait::{next, wait};

/// Whether a path is one of a store, not of this machine.
pub(crate) fn is_afar(path: &str) -> bool {
    path.contains("://")
}

/// Where copies of objects and answers of databases are kept, within the project.
pub const FOLDER: &str = ".gml/from";
