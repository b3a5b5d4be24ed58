//! Files that get another text.

use std::io::Write;
use std::path::Path;

/// Puts the new text of a file in the place of the old one by renaming, so that the file is never half written. Links and
/// permissions stay.
///
/// # Errors
/// Why the file is as it was: it does not hold `before` any more, or the system refused something.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    // What a link points to is what changes, not the link.
    let target = path.canonicalize().map_err(told)?;
    let now = std::fs::read(&target).map_err(told)?;
    if now != before.as_bytes() {
        return Err("it was changed in the meantime; run again".to_owned());
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let permissions = target.metadata().map_err(told)?.permissions();
    let mut file = tempfile::Builder::new().prefix(".gmlc-").tempfile_in(folder).map_err(told)?;
    file.write_all(after.as_bytes()).map_err(told)?;
    file.as_file().set_permissions(permissions).map_err(told)?;
    file.as_file().sync_all().map_err(told)?;
    file.persist(&target).map_err(|error| told(error.error))?;
    Ok(())
}
