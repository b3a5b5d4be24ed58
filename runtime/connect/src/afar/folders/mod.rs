//! Folders of stores that appear at once, although a store puts one object there at a time.
//!
//! ```text
//! s3://bucket/models/buyer/
//!   gml-20261129T031200Z-1f0c…/   the files of one save, under a name that no other save has
//!   _current.json                 which of these folders is the newest, and which files it has
//!   _versions/000001.json         the same of each version, where versions are kept
//! ```
//!
//! The object that names a folder is written when all of its files are there. So who reads sees the folder before or the one
//! after, and a folder whose writer was killed is named by nobody. Versions at the same time get a number each: the object of
//! a version is written only where there is none yet.

mod manifest;
mod read;
#[cfg(test)]
mod tests;
mod versions;
mod write;

pub(crate) use manifest::is_own;
pub(crate) use read::{copy_of, folder, nothing, plain};
pub(crate) use versions::{Kept, forget, versions};
pub(crate) use write::{Keeping, save, takes};

/// Within the folder, the object that names the newest save.
const CURRENT: &str = "_current.json";
/// Within the folder, where the objects of versions are.
const VERSIONS: &str = "_versions";

/// The name of the object of a version.
fn of_version(number: u64) -> String {
    format!("{VERSIONS}/{}.json", crate::table::version_name(number))
}
