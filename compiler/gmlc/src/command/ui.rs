//! `gmlc ui`

mod shown;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;

use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// The port that is taken where none is asked for, unless somebody else has it.
const PORT: u16 = 4650;

/// Which project, and where to.
#[derive(Debug, Args)]
pub struct UiArgs {
    /// The program: a `.gml` file, or a folder with a main.gml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    project: PathBuf,
    /// The port; 0 is any that is free. Without it 4650, or one that is free where that is in use.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
}

/// Serves the page until the user interrupts.
pub fn ui(args: &UiArgs) -> Exit {
    let project = match Project::at(&args.project) {
        Ok(project) => project,
        Err(message) => {
            output::error_line(message);
            return Exit::Usage;
        }
    };
    let bound = match (args.port, gml_ui::bind(args.port.unwrap_or(PORT))) {
        (None, Err(error)) if error.kind() == ErrorKind::AddrInUse => gml_ui::bind(0),
        (_, bound) => bound,
    };
    let bound = match bound {
        Ok(bound) => bound,
        Err(error) => {
            let port = args.port.unwrap_or(PORT);
            output::error_line(match error.kind() {
                ErrorKind::AddrInUse => format!(
                    "port {port} of this machine is in use; name another one with --port, or let any that is free be taken with --port 0"
                ),
                ErrorKind::PermissionDenied => {
                    format!("port {port} is not for everybody to take; name one above 1023 with --port")
                }
                _ => format!("port {port} cannot be served: {error}"),
            });
            return Exit::RunFailed;
        }
    };
    let url = bound.url();
    output::text(&format!("{url}\n"));
    output::error_line(format!("shows {} to this machine only; ctrl-C ends", project.main));
    if args.open {
        open(&url);
    }
    let folder = project.folder.clone();
    match bound.serve(&folder, Box::new(shown::OfProject::new(project))) {
        Ok(()) => Exit::Done,
        Err(error) => {
            output::error_line(format!("the page cannot be served: {error}"));
            Exit::RunFailed
        }
    }
}

/// Opens an address in the browser that the user has chosen.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started =
        Command::new(opener).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Err(error) = started {
        output::error_line(format!("no browser can be opened ({opener}: {error}); open the address yourself"));
    }
}
