//! `gmlc check`

mod data;
mod fix;
mod programs;
mod watch;

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;
use gml_analysis::Analysis;
use gml_diagnostics::Diagnostic;

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::project::{Project, has_errors};

/// What to check, and what to do about it.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Programs: `.gml` files, or folders with a main.gml. A file that a project uses is checked as part of it.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// The form of diagnostics.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Mend what can be mended without changing what the program means.
    #[arg(long, conflicts_with = "watch")]
    fix: bool,
    /// With --fix: make the fixes too that may not be what was meant.
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// Open the headers and footers of the files that the program reads, ask databases for the columns of what it reads of them, and
    /// hold all of it against the schemas.
    #[arg(long)]
    data: bool,
    /// With --data: the env to lay over the program.
    #[arg(long, requires = "data")]
    env: Option<String>,
    /// With --data: set a parameter of the program.
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::setting, requires = "data")]
    set: Vec<(String, String)>,
    /// Check again whenever a file changes, until interrupted.
    #[arg(long)]
    watch: bool,
}

/// A program with all that there is to say of it.
struct Checked {
    project: Project,
    analysis: Analysis,
    /// Diagnostics that no other program has shown already.
    diagnostics: Vec<Diagnostic>,
}

/// Checks every program named and shows what is wrong.
pub fn check(args: &CheckArgs) -> Exit {
    if args.watch {
        return watch::watch(args);
    }
    match checked(args) {
        Ok(programs) => {
            let exit = show(&programs, args.format);
            // The process ends soon; giving back the memory of a large program piece by piece takes longer than
            // checking it.
            std::mem::forget(programs);
            exit
        }
        Err(exit) => exit,
    }
}

fn checked(args: &CheckArgs) -> Result<Vec<Checked>, Exit> {
    let mut shown = HashSet::new();
    let mut all = Vec::new();
    for (project, analysis) in programs::programs(&args.paths)? {
        let analysis = match (args.fix, analysis) {
            (true, _) => fix::fix(&project, args.unsafe_fixes)?,
            (false, Some(analysis)) => analysis,
            (false, None) => project.check(),
        };
        let mut diagnostics = analysis.diagnostics.clone();
        if args.data && !has_errors(&diagnostics) {
            diagnostics.extend(data::check(&project, &analysis, args)?);
        }
        let sources = &analysis.package.sources;
        diagnostics.retain(|diagnostic| {
            let span = diagnostic.span;
            let path = sources.path(span.file).to_owned();
            shown.insert((path, span.start, span.end, diagnostic.code, diagnostic.message.clone()))
        });
        all.push(Checked { project, analysis, diagnostics });
    }
    Ok(all)
}

fn show(programs: &[Checked], format: Format) -> Exit {
    let all: Vec<_> =
        programs.iter().map(|program| (program.diagnostics.as_slice(), &program.analysis.package.sources)).collect();
    output::all_diagnostics(&all, format);
    let wrong = programs.iter().any(|program| has_errors(&program.diagnostics));
    if wrong { Exit::ProgramWrong } else { Exit::Done }
}
