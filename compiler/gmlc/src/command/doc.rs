//! `gmlc doc`

use std::path::{Path, PathBuf};

use clap::Args;
use gml_analysis::{MemoryWorld, check};
use gml_doc::{Settings, site};

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::project::{Project, has_errors};

/// Of what, and where to.
#[derive(Debug, Args)]
pub struct DocArgs {
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    project: PathBuf,
    /// The folder to write to [default: .gml/doc beside the program].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The standard library alone; no program is needed.
    #[arg(long, requires = "out")]
    std: bool,
}

/// Writes the site. Of a program that is wrong, what is known of it.
pub fn doc(args: &DocArgs) -> Exit {
    let (analysis, title, out) = if args.std {
        let analysis = check(&MemoryWorld::new([("main.gml", "")]), "main.gml");
        (analysis, "GML standard library".to_owned(), args.out.clone().unwrap_or_default())
    } else {
        let project = match Project::at(&args.project) {
            Ok(project) => project,
            Err(message) => {
                output::error_line(message);
                return Exit::Usage;
            }
        };
        let out = args.out.clone().unwrap_or_else(|| project.folder.join(".gml/doc"));
        (project.check(), name_of(&project.folder), out)
    };
    output::diagnostics(&analysis.diagnostics, &analysis.package.sources, Format::Human);
    let files = site(&analysis, Settings { title: &title });
    for (name, text) in &files {
        if let Err(wrong) = write(&out.join(name), text) {
            output::error_line(format!("cannot write {}: {wrong}", out.join(name).display()));
            return Exit::RunFailed;
        }
    }
    output::line(format!("{} files; begin with {}", files.len(), out.join("index.html").display()));
    if has_errors(&analysis.diagnostics) { Exit::ProgramWrong } else { Exit::Done }
}

/// What the project is called: its folder.
fn name_of(folder: &Path) -> String {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    full.file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
