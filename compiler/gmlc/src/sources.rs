//! Whether the sources of programs change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gml_analysis::package::Package;

/// What tells a version of a file from another.
pub type Version = (Option<SystemTime>, u64);

/// The folder in which a file lies.
pub fn parent_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_path_buf()
}

/// The folders in which the sources of a program lie, beside that of the program itself.
pub fn folders_of(package: &Package) -> impl Iterator<Item = PathBuf> {
    let own = package.modules.iter().filter(|module| !module.is_std);
    own.map(|module| parent_of(Path::new(package.sources.path(module.file))))
}

/// Every source file in the folders, those of modules to come included.
pub fn snapshot(folders: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Version> {
    let mut found = BTreeMap::new();
    for folder in folders {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            let is_source = path.extension().is_some_and(|ending| ending == "gml") || path.ends_with("gml.toml");
            if is_source && let Ok(about) = entry.metadata() {
                found.insert(path, (about.modified().ok(), about.len()));
            }
        }
    }
    found
}
