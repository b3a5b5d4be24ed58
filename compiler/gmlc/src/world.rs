//! The files of a project, as the compiler asks for them.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use gml_analysis::{ReadError, SOURCE_LIMIT, World};

/// Files on this machine. Paths are as given on the command line, so that messages can be clicked.
#[derive(Debug)]
pub struct FolderWorld;

impl World for FolderWorld {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let mut file = std::fs::File::open(path).map_err(|error| read_error(&error))?;
        let metadata = file.metadata().map_err(|error| read_error(&error))?;
        if metadata.is_dir() {
            return Err(ReadError::Other("it is a folder".into()));
        }
        if metadata.len() > SOURCE_LIMIT {
            return Err(ReadError::TooLarge { bytes: metadata.len() });
        }
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        file.read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        let text = String::from_utf8(bytes);
        text.map(Into::into).map_err(|error| ReadError::InvalidUtf8 { offset: error.utf8_error().valid_up_to() as u64 })
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        Some(self.read(path))
    }

    fn modules_in(&self, folder: &str) -> Vec<String> {
        let folder = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut paths: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.path().into_os_string().into_string().ok())
            .filter(|path| path.ends_with(".gml"))
            .collect();
        paths.sort_unstable();
        paths
    }
}

fn read_error(error: &std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound => ReadError::NotFound,
        _ => ReadError::Other(error.to_string()),
    }
}
