//! `gmlc check --fix`

use std::path::Path;

use gml_analysis::{Analysis, Fixes, mend};

use crate::exit::Exit;
use crate::output;
use crate::project::Project;
use crate::replace::replace;
use crate::world::FolderWorld;

/// Mends a program and writes the files that changed; what is left to say of it is given back.
pub fn fix(project: &Project, unsafe_fixes: bool) -> Result<Analysis, Exit> {
    let fixes = if unsafe_fixes { Fixes::All } else { Fixes::Safe };
    let mended = mend(&FolderWorld, &project.main, fixes);
    for (path, changed) in &mended.files {
        if let Err(reason) = replace(Path::new(path), &changed.before, &changed.after) {
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
