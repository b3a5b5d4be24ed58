//! Putting down what is written.

use std::fs;
use std::path::{Path, PathBuf};

use gml_connect::Fault;
use gml_deploy::MADE_BY;

use super::{failed, usage};
use crate::exit::Exit;
use crate::output;
use crate::project::Project;

/// The file that is meant: the one that is named, or one of the project; nothing for standard output.
pub(super) fn place(named: Option<&str>, project: &Project, name: &str) -> Option<PathBuf> {
    match named {
        Some("-") => None,
        Some(path) => Some(PathBuf::from(path)),
        None => {
            let path = project.folder.join(name);
            Some(path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path))
        }
    }
}

/// Writes the file by renaming, and names it on standard output. What somebody else wrote stays.
///
/// # Errors
/// The exit code, where it is not written.
pub(super) fn put(path: Option<&Path>, text: &str) -> Result<(), Exit> {
    let Some(path) = path else {
        output::text(text);
        return Ok(());
    };
    if path.exists() {
        let before = fs::read_to_string(path).unwrap_or_default();
        if !before.lines().take(2).any(|line| line.starts_with(MADE_BY)) {
            return Err(usage(format!(
                "{} was not written by gmlc deploy, and stays as it is: name another file with --output, or move it away",
                path.display()
            )));
        }
    }
    let unwritten = |error: std::io::Error| {
        failed(
            &Fault::new("GML0910", format!("the file cannot be written: {error}"))
                .at(path.display())
                .help("see that the folder is there, that it is yours, and that the disk is not full"),
        )
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let aside = tempfile::Builder::new().prefix(".gmlc-").tempdir_in(folder).map_err(unwritten)?;
    let new = aside.path().join("new");
    fs::write(&new, text).and_then(|()| fs::rename(&new, path)).map_err(unwritten)?;
    output::line(path.display().to_string());
    Ok(())
}
