//! Where source files come from. Nothing else in this crate touches files.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The largest source file that is read, in bytes.
pub const SOURCE_LIMIT: u64 = gml_syntax::MAX_BYTES as u64;

/// The files of a project: a folder on disk, the buffers of an editor, a map in a test.
///
/// Paths are relative to the root of the project and separated by `/` (`main.gml`, `features/rates.gml`).
pub trait World: Sync {
    /// The text of a file.
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError>;

    /// The text of a file that a program names and that is not written in GML (a Python file); nothing where such files are
    /// not known, so that nothing is said of them.
    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        let _ = path;
        None
    }

    /// Paths of the `.gml` files directly in a folder (`""` is the root), for suggestions; may be empty.
    fn modules_in(&self, folder: &str) -> Vec<String> {
        let _ = folder;
        Vec::new()
    }
}

/// Why a source file has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// It is not UTF-8.
    InvalidUtf8 {
        /// Byte at which the first character that is none begins.
        offset: u64,
    },
    /// It is larger than [`SOURCE_LIMIT`].
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// The system gives another reason, in its own words.
    Other(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such file"),
            Self::InvalidUtf8 { offset } => write!(f, "it is not UTF-8 text (byte {offset} begins no character)"),
            Self::TooLarge { bytes } => {
                write!(f, "it has {bytes} bytes, and a source file may have {SOURCE_LIMIT}")
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for ReadError {}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryWorld {
    /// The files given by path and content.
    pub fn new<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        Self { files: files.into_iter().map(|(path, content)| (path.into(), content.into())).collect() }
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), content.into());
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::NotFound)?;
        let text = std::str::from_utf8(bytes)
            .map_err(|error| ReadError::InvalidUtf8 { offset: error.valid_up_to() as u64 })?;
        Ok(text.into())
    }

    fn beside(&self, path: &str) -> Option<Result<Arc<str>, ReadError>> {
        self.files.contains_key(path).then(|| self.read(path))
    }

    fn modules_in(&self, folder: &str) -> Vec<String> {
        let is_in = |path: &&String| {
            let rest = if folder.is_empty() {
                Some(path.as_str())
            } else {
                path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'))
            };
            rest.is_some_and(|rest| !rest.contains('/') && rest.ends_with(".gml"))
        };
        self.files.keys().filter(is_in).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_tells_why_it_has_no_text() {
        let world = MemoryWorld::new([("main.gml", b"a\xff".to_vec()), ("lib/x.gml", b"".to_vec())]);
        assert_eq!(world.read("main.gml"), Err(ReadError::InvalidUtf8 { offset: 1 }));
        assert_eq!(world.read("x.gml"), Err(ReadError::NotFound));
        assert_eq!(world.modules_in(""), ["main.gml"]);
        assert_eq!(world.modules_in("lib"), ["lib/x.gml"]);
    }
}
