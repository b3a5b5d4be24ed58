//! The ledger: a line for each stage that ran. Each run appends to a file of its own, so that runs at the same time do
//! not get in each other's way, and a run that is killed loses at most its last line.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gml_ir::hex;
use sha2::{Digest, Sha256};

use super::entry::Entry;
use super::lock;

/// The folder of the files.
const FOLDER: &str = "ledger";
/// How a file of it ends.
const ENDING: &str = "jsonl";
/// From this many files on they are put into one.
const FILES: usize = 50;
/// So many lines are kept when files are put into one.
const KEPT: usize = 100_000;
/// Digits of the checksum that each line begins with.
const CHECKED: usize = 16;

/// Where a run writes its lines.
pub(super) struct Ledger {
    path: PathBuf,
    /// Made with the first line: a run that finds everything done leaves none.
    file: Mutex<Option<File>>,
}

impl Ledger {
    pub(super) fn new(root: &Path, run: &str) -> Self {
        Self { path: root.join(FOLDER).join(format!("{run}.{ENDING}")), file: Mutex::new(None) }
    }

    /// Appends a line.
    pub(super) fn append(&self, entry: &Entry) -> io::Result<()> {
        let line = line(entry)?;
        let mut file = lock(&self.file);
        if file.is_none() {
            fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
            *file = Some(File::options().create(true).append(true).open(&self.path)?);
        }
        // In one go, so that a line is there as a whole or not at all.
        file.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()))
    }
}

fn line(entry: &Entry) -> io::Result<String> {
    let text = serde_json::to_string(entry).map_err(io::Error::other)?;
    let text = gml_connect::secrets::hide(&text);
    Ok(format!("{} {text}\n", checksum(&text)))
}

fn checksum(text: &str) -> String {
    let mut digits = hex(&Sha256::digest(text));
    digits.truncate(CHECKED);
    digits
}

/// The entry of a line; `None` where the line is not whole.
fn entry(line: &str) -> Option<Entry> {
    let (sum, text) = line.split_once(' ')?;
    if sum != checksum(text) {
        return None;
    }
    // `serde_json` by itself reads some numbers off by their last bit.
    simd_json::serde::from_slice(&mut text.as_bytes().to_vec()).ok()
}

/// The files of the ledger, the oldest first: they are named by the time at which their runs started.
pub(super) fn files(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = root.join(FOLDER).read_dir() else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == ENDING)).collect();
    files.sort();
    files
}

/// All entries; of a key the latest. Lines that are not whole are passed over: what they told is done again.
pub(super) fn read(root: &Path) -> HashMap<String, Entry> {
    let mut entries = HashMap::new();
    for file in files(root) {
        let text = fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        entries.extend(text.lines().filter_map(entry).map(|entry| (entry.key.clone(), entry)));
    }
    entries
}

/// Puts the lines of all files into one where there are many of them. Does nothing while a run is under way.
pub(super) fn tidy(root: &Path) {
    if files(root).len() > FILES
        && let Some(_alone) = super::objects::alone(root)
    {
        // Where that fails, there are as many files as before, and all of them are read.
        let _ = compact(root, KEPT);
    }
}

/// Puts the lines of all files into one: the latest `kept` of them. Nothing may run meanwhile.
fn compact(root: &Path, kept: usize) -> io::Result<()> {
    let files = files(root);
    let Some(last) = files.last() else { return Ok(()) };
    let mut entries: Vec<Entry> = read(root).into_values().collect();
    entries.sort_by(|a, b| (b.at, &b.key).cmp(&(a.at, &a.key)));
    entries.truncate(kept);
    let text: String = entries.iter().map(line).collect::<io::Result<_>>()?;
    // The last file holds everything before the others go.
    crate::store::replace(last, text.as_bytes())?;
    files[..files.len() - 1].iter().try_for_each(fs::remove_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(key: &str) -> Entry {
        Entry { key: key.into(), at: 0, seconds: 0.5, steps: Vec::new(), held: None, result: None }
    }

    #[test]
    fn what_a_killed_run_left_half_written_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = Ledger::new(folder.path(), "1");
        first.append(&named("a")).unwrap();
        first.append(&named("b")).unwrap();
        let path = folder.path().join("ledger/1.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 5]).unwrap();
        Ledger::new(folder.path(), "2").append(&named("c")).unwrap();
        let mut keys: Vec<String> = read(folder.path()).into_keys().collect();
        keys.sort();
        assert_eq!(keys, ["a", "c"]);
        fs::write(&path, text.replace("\"b\"", "\"x\"")).unwrap();
        assert!(!read(folder.path()).contains_key("x"), "a line that was changed is not believed");
    }

    #[test]
    fn the_files_become_one() {
        let folder = tempfile::tempdir().unwrap();
        for (run, keys) in [("1", ["a", "b"]), ("2", ["b", "c"])] {
            let ledger = Ledger::new(folder.path(), run);
            let at = |key: &str| if key == "a" { 1 } else { 2 };
            keys.iter().for_each(|key| ledger.append(&Entry { at: at(key), ..named(key) }).unwrap());
        }
        compact(folder.path(), 2).unwrap();
        assert_eq!(files(folder.path()).len(), 1);
        let mut keys: Vec<String> = read(folder.path()).into_keys().collect();
        keys.sort();
        assert_eq!(keys, ["b", "c"], "the oldest goes");
    }
}
