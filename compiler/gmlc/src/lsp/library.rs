//! What comes with gmlc as files that an editor can open, written to the user's cache when they are asked for: the standard
//! library, and the pages of diagnostics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gml_diagnostics::Code;
use gml_stdlib::MODULES;
use lsp_types::Uri;

use super::uri;

/// The folder of the library's files; `None` where the user has no cache folder.
pub(super) fn folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let cache = cache.or_else(|| Some(home()?.join(".cache")))?;
    Some(cache.join("gml").join(concat!("library-", env!("CARGO_PKG_VERSION"))))
}

/// Whether a file is one of the library's.
pub(super) fn holds(path: &Path) -> bool {
    folder().is_some_and(|folder| path.starts_with(folder))
}

/// The file of a module, by the path that sources give it (`std/table.gml`), written if it is not there yet or is not
/// as it should be. `None` where it cannot be written.
pub(super) fn file_of(path: &str) -> Option<PathBuf> {
    let module = MODULES.iter().find(|module| module.path == path)?;
    written(folder()?.join(module.path), module.text)
}

/// The address of the page of a code. `None` where it cannot be written.
pub(super) fn page_of(code: Code) -> Option<Uri> {
    static KNOWN: Mutex<BTreeMap<Code, Option<Uri>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let page = || {
        let file = folder()?.join("errors").join(format!("{}.md", code.id()));
        uri::of_path(&written(file, code.page())?)
    };
    known.entry(code).or_insert_with(page).clone()
}

/// A file with that text, written if it is not there yet or says something else.
fn written(file: PathBuf, text: &str) -> Option<PathBuf> {
    if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
        return Some(file);
    }
    std::fs::create_dir_all(file.parent()?).ok()?;
    // Another server may be at it too: what appears is whole.
    let part = file.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&part, text).ok()?;
    std::fs::rename(&part, &file).ok()?;
    Some(file)
}
