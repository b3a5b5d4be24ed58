//! Which files the paths of the command line are about.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, each once, in the order of the paths and by name within a folder.
    pub files: Vec<PathBuf>,
    /// Folders that could not be read, and why.
    pub unread: Vec<(PathBuf, String)>,
    seen: HashSet<PathBuf>,
}

/// The files that the paths name, and all `.gml` files below the folders that they name. Within those, hidden folders and
/// what Cargo calls `target` are passed over, and links to folders, which may lead in circles.
///
/// # Errors
/// A message for the user where a path is neither.
pub fn files(paths: &[PathBuf]) -> Result<Found, String> {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            found.below(path);
        } else if !path.exists() {
            return Err(format!("there is no file {}; name a .gml file or a folder", path.display()));
        } else if !is_program(path) {
            return Err(format!("{} is no program; name a .gml file or a folder", path.display()));
        } else {
            found.add(path.clone());
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, path: PathBuf) {
        // However its path is written, a file is formatted once.
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.seen.insert(identity) {
            self.files.push(path);
        }
    }

    fn below(&mut self, top: &Path) {
        let mut folders = vec![top.to_path_buf()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unread.push((folder, error.to_string()));
                    continue;
                }
            };
            for entry in entries.filter_map(Result::ok) {
                let (path, name) = (entry.path(), entry.file_name());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if name != "target" && !name.as_encoded_bytes().starts_with(b".") {
                        folders.push(path);
                    }
                } else if is_program(&path) && path.is_file() {
                    files.push(path);
                }
            }
        }
        files.sort();
        for file in files {
            self.add(file);
        }
    }
}

fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gml")
}
