//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A folder of the real data that cannot be shipped with the project. Where it is absent, says so, and the test that
/// asked has nothing to do.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GML_SHARED").map(PathBuf::from);
    let root = root.or_else(|| Some(repository().parent()?.join("shared")))?;
    let folder = root.join(name);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: no shared data");
    None
}

/// The Python that has the packages numbers are compared with; `tests/all` sets it up.
pub fn peers_python() -> Option<PathBuf> {
    let python = std::env::var_os("GML_PEERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    if python.is_none() {
        eprintln!("skipped: no Python packages to compare with (tests/all sets them up)");
    }
    python
}

/// What a test is wanted to be held against, which `tests/all` sets up; where it is absent, says so, and the test that asked has
/// nothing to do.
///
/// # Panics
/// Where it is absent under CI, which must hold everything against everything.
pub fn wanted<T>(name: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        let must = std::env::var_os("CI").is_some_and(|ci| ci != "false" && !ci.is_empty());
        assert!(!must, "{name} is not here, and CI must be held against it: tests/all sets it up");
        eprintln!("skipped: no {name} (tests/all sets it up)");
    }
    found
}
