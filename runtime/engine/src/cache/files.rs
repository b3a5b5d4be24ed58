//! The hashes of files that were hashed before. A file that the system says was not touched since is not read again.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{content, lock};

/// The file with the hashes.
const FILE: &str = "files.json";
/// A file that was touched within this time before it was hashed may have been touched again in the same tick of the
/// clock: it is read again.
const SETTLED: Duration = Duration::from_secs(2);
/// More than this many files are not remembered.
const REMEMBERED: usize = 200_000;

/// What tells a file from another version of it without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    /// When its content or its name was changed last, and which file of its disk it is, where the system knows.
    changed: (i64, i64),
    number: u64,
}

impl Stamp {
    /// The stamp of a file as it is now.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let about = path.metadata()?;
        let modified = nanoseconds(about.modified()?);
        let (changed, number) = identity(&about);
        Ok(Self { bytes: about.len(), modified, changed, number })
    }
}

#[cfg(unix)]
fn identity(about: &Metadata) -> ((i64, i64), u64) {
    use std::os::unix::fs::MetadataExt;
    ((about.ctime(), about.ctime_nsec()), about.ino())
}

#[cfg(not(unix))]
fn identity(_about: &Metadata) -> ((i64, i64), u64) {
    ((0, 0), 0)
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Hashed {
    stamp: Stamp,
    /// When it was hashed, in nanoseconds since 1970.
    at: u128,
    hash: String,
}

impl Hashed {
    fn is_settled(&self) -> bool {
        self.at >= self.stamp.modified + SETTLED.as_nanos()
    }
}

/// Hashes of files by their paths.
pub(crate) struct Hashes(Mutex<BTreeMap<PathBuf, Hashed>>);

impl Hashes {
    /// Those that earlier runs kept. What cannot be read is hashed again.
    pub(super) fn read(root: &Path) -> Self {
        let text = std::fs::read(root.join(FILE)).unwrap_or_default();
        Self(Mutex::new(serde_json::from_slice(&text).unwrap_or_default()))
    }

    /// Keeps them for later runs.
    pub(super) fn write(&self, root: &Path) -> io::Result<()> {
        let hashes = lock(&self.0);
        let kept: BTreeMap<_, _> = hashes.iter().filter(|(_, known)| known.is_settled()).take(REMEMBERED).collect();
        let text = serde_json::to_vec(&kept).map_err(io::Error::other)?;
        crate::store::replace(&root.join(FILE), &text)
    }

    /// The hash of the bytes of a file, and how many there are.
    pub(crate) fn of_file(&self, path: &Path) -> io::Result<(String, u64)> {
        // Relative paths mean another file in another folder.
        let name = std::path::absolute(path)?;
        let stamp = Stamp::of(&name)?;
        if let Some(known) = lock(&self.0).get(&name)
            && known.stamp == stamp
            && known.is_settled()
        {
            return Ok((known.hash.clone(), stamp.bytes));
        }
        let at = nanoseconds(SystemTime::now());
        let (hash, bytes) = content::of_file(&name)?;
        lock(&self.0).insert(name, Hashed { stamp, at, hash: hash.clone() });
        Ok((hash, bytes))
    }

    /// The hash of a file or a folder.
    pub(crate) fn of_path(&self, path: &Path) -> io::Result<(String, u64)> {
        content::of_path(path, |file| self.of_file(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_in_size_and_time_alike_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (root, file) = (folder.path(), folder.path().join("data.csv"));
        let long_ago = SystemTime::now() - Duration::from_secs(3_600);
        let write = |text: &str| {
            std::fs::write(&file, text).unwrap();
            std::fs::File::options().append(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        };
        write("n\n1\n");
        let hashes = Hashes::read(root);
        let first = hashes.of_file(&file).unwrap();
        hashes.write(root).unwrap();
        let again = Hashes::read(root);
        assert_eq!(lock(&again.0).len(), 1);
        assert_eq!(again.of_file(&file).unwrap(), first);
        // The same size and the same time of change, as a tool that restores times leaves them: the system's own time tells.
        write("n\n2\n");
        assert_ne!(Hashes::read(root).of_file(&file).unwrap().0, first.0);
    }

    #[test]
    fn a_file_that_was_just_written_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.csv");
        std::fs::write(&file, "n\n1\n").unwrap();
        let hashes = Hashes::read(folder.path());
        hashes.of_file(&file).unwrap();
        hashes.write(folder.path()).unwrap();
        assert!(lock(&Hashes::read(folder.path()).0).is_empty());
    }
}
