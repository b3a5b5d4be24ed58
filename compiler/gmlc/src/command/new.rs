//! `gmlc new`

mod begun;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::exit::Exit;
use crate::output;

/// Where a project begins, and with which data.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The folder of the project; it is made where it is not there.
    path: PathBuf,
    /// Begin with this data, a CSV, Parquet or JSON-lines file: the program has its schema, reads it and shows how it looks. May be said
    /// again.
    #[arg(long, value_name = "FILE")]
    data: Vec<PathBuf>,
}

/// Begins a project. What is there already stays as it is.
pub fn new(args: &NewArgs) -> Exit {
    let folder = &args.path;
    if folder.join("main.gml").exists() {
        output::error_line(format!("{} has a main.gml already; name another folder", folder.display()));
        return Exit::Usage;
    }
    let files = if args.data.is_empty() { Ok(begun::example()) } else { begun::on(&args.data, folder) };
    let files = match files {
        Ok(files) => files,
        Err(fault) => {
            output::fault(&fault);
            return Exit::RunFailed;
        }
    };
    for file in &files {
        let path = folder.join(file.name);
        match write(&path, &file.text) {
            Ok(()) => output::line(format!("wrote {}", path.display())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                output::line(format!("kept  {}: it was there", path.display()));
            }
            Err(error) => {
                output::error_line(format!("cannot write {}: {error}", path.display()));
                return Exit::RunFailed;
            }
        }
    }
    output::line(next(folder));
    Exit::Done
}

fn next(folder: &Path) -> String {
    if folder == Path::new(".") {
        return "go on with: gmlc run".to_owned();
    }
    format!("go on with: gmlc run --project {}", output::quoted(&folder.to_string_lossy()))
}

/// Writes a file that is not there.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_can_be_pasted() {
        assert_eq!(next(Path::new(".")), "go on with: gmlc run");
        assert_eq!(next(Path::new("shop")), "go on with: gmlc run --project shop");
        assert_eq!(next(Path::new("my shop's")), r"go on with: gmlc run --project 'my shop'\''s'");
    }
}
