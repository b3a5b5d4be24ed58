//! `gmlc check`

use std::path::PathBuf;

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::project::{Project, has_errors};

/// Checks every program named and shows what is wrong.
pub fn check(paths: &[PathBuf], format: Format) -> Exit {
    let mut exit = Exit::Done;
    for path in paths {
        let project = match Project::at(path) {
            Ok(project) => project,
            Err(message) => {
                output::error_line(message);
                return Exit::Usage;
            }
        };
        let analysis = project.check();
        output::diagnostics(&analysis.diagnostics, &analysis.package.sources, format);
        if has_errors(&analysis.diagnostics) {
            exit = Exit::ProgramWrong;
        }
        // The process ends soon; giving back the memory of a large program piece by piece takes longer than checking it.
        std::mem::forget(analysis);
    }
    exit
}
