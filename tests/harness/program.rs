//! Programs given as text.

use std::path::Path;

use gml_analysis::{Analysis, MemoryWorld, Settings, lower};
use gml_diagnostics::{Diagnostic, render};
use gml_engine::TestOutcome;

/// A program that was checked.
pub struct Checked {
    /// What the checker found.
    pub analysis: Analysis,
}

/// Checks a program of one file.
pub fn check_text(text: &str) -> Checked {
    check_files(&[("main.gml", text)])
}

/// Checks a program of several files, `main.gml` among them.
pub fn check_files(files: &[(&str, &str)]) -> Checked {
    let world = MemoryWorld::new(files.iter().copied());
    Checked { analysis: gml_analysis::check(&world, "main.gml") }
}

impl Checked {
    /// What it says.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.analysis.diagnostics
    }

    /// What it says, as a terminal without colour shows it.
    pub fn shown(&self) -> String {
        let sources = &self.analysis.package.sources;
        self.diagnostics()
            .iter()
            .map(|diagnostic| render::terminal(diagnostic, sources, render::TerminalStyle::default()) + "\n")
            .collect()
    }

    /// Line, code and message of each diagnostic, a line each.
    pub fn lines(&self) -> Vec<(usize, String, String)> {
        let sources = &self.analysis.package.sources;
        let line = |diagnostic: &Diagnostic| sources.line_column(diagnostic.span.file, diagnostic.span.start).0;
        self.diagnostics()
            .iter()
            .map(|diagnostic| (line(diagnostic), diagnostic.code.id().to_owned(), diagnostic.message.clone()))
            .collect()
    }
}

/// Runs the `test` blocks of a checked program.
///
/// # Errors
/// Where it is wrong.
pub fn run_tests(checked: &Checked, libraries: &Path) -> Result<Vec<TestOutcome>, String> {
    let analysis = &checked.analysis;
    let program = lower(&analysis.package, &analysis.program, &Settings::default())
        .map_err(|wrong| wrong.iter().map(|diagnostic| format!("{}\n", diagnostic.message)).collect::<String>())?;
    Ok(gml_engine::test(&program, None, Path::new("."), libraries))
}
