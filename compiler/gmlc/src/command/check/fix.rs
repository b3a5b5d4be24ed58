//! `gmlc check --fix`

use std::io::Write;
use std::path::Path;

use gml_analysis::{Analysis, Changed, Fixes, mend};

use crate::exit::Exit;
use crate::output;
use crate::project::Project;
use crate::world::FolderWorld;

/// Mends a program and writes the files that changed; what is left to say of it is given back.
pub fn fix(project: &Project, unsafe_fixes: bool) -> Result<Analysis, Exit> {
    let fixes = if unsafe_fixes { Fixes::All } else { Fixes::Safe };
    let mended = mend(&FolderWorld, &project.main, fixes);
    for (path, changed) in &mended.files {
        if let Err(reason) = replace(Path::new(path), changed) {
            output::error_line(format!("{path} is left as it was: {reason}"));
            return Err(Exit::RunFailed);
        }
    }
    for done in &mended.done {
        let place = format!("{}:{}:{}", done.path, done.line, done.column);
        output::error_line(format!("fixed {place} {}: {} ({})", done.code, done.message, done.title));
    }
    if !mended.done.is_empty() {
        let plural = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let problems = plural(mended.done.len(), "problem");
        output::error_line(format!("{problems} fixed in {}", plural(mended.files.len(), "file")));
    }
    Ok(mended.analysis)
}

/// Puts the new text in the place of the old one by renaming, so that the file is never half written.
fn replace(path: &Path, changed: &Changed) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    // What a link points to is what changes, not the link.
    let target = path.canonicalize().map_err(told)?;
    let now = std::fs::read(&target).map_err(told)?;
    if now != changed.before.as_bytes() {
        return Err("it was changed in the meantime; run again".to_owned());
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let permissions = target.metadata().map_err(told)?.permissions();
    let mut file = tempfile::Builder::new().prefix(".gmlc-").tempfile_in(folder).map_err(told)?;
    file.write_all(changed.after.as_bytes()).map_err(told)?;
    file.as_file().set_permissions(permissions).map_err(told)?;
    file.as_file().sync_all().map_err(told)?;
    file.persist(&target).map_err(|error| told(error.error))?;
    Ok(())
}
