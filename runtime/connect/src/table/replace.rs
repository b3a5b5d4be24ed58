//! Appearing at once: everything is written beside its place and put there by rename.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gml_ir::Dataset;

use super::path_of;
use super::version::{self, Appeared, NewVersion};
use crate::afar::folders::{self, Keeping};
use crate::{Fault, SAVE_FIRST, afar, code, paths};

static WRITES: AtomicU32 = AtomicU32::new(0);

/// What is being written in this process.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes away what this process has not finished writing. For one that is about to end; nothing is to be written behind it.
pub fn abandon() {
    let mut unfinished = unfinished();
    for path in std::mem::take(&mut *unfinished) {
        remove(&path);
    }
    // Nobody else gets it any more: a thread that still writes waits here until the process has ended.
    std::mem::forget(unfinished);
}

/// Takes away a file or a folder. Where that fails, it stays: every reader passes over it, and the next write removes it.
fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

/// Writes a file through a temporary one in the same folder; `fill` writes the bytes. Where it fails, nothing is left.
pub(crate) fn write_file(target: &Path, fill: impl FnOnce(&mut File) -> Result<(), Fault>) -> Result<u64, Fault> {
    let mut pending = Pending::create(target)?;
    fill(&mut pending.file)?;
    pending.appear()
}

/// A file that is being written beside its place. Dropped before it appears, it leaves nothing behind.
pub(crate) struct Pending {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    appeared: bool,
}

impl Pending {
    /// An empty one.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub(crate) fn create(target: &Path) -> Result<Self, Fault> {
        if target.is_dir() {
            return Err(cannot(target, &io::Error::from(io::ErrorKind::IsADirectory)));
        }
        // A device or a pipe would be gone after the rename.
        if target.metadata().is_ok_and(|there| !there.is_file()) {
            let text = format!("{} cannot be written: what stands there is no file", target.display());
            return Err(Fault::new(code::CANNOT_WRITE, text).help("name a path where a file may be put"));
        }
        let temporary = beside(target)?;
        let file = File::create(&temporary).map_err(|error| cannot(target, &error))?;
        Ok(Self { file, temporary, target: target.to_owned(), appeared: false })
    }

    /// Another handle of the file.
    ///
    /// # Errors
    /// Where the system gives none.
    pub(super) fn handle(&self) -> Result<File, Fault> {
        self.file.try_clone().map_err(|error| cannot(&self.target, &error))
    }

    /// Writes bytes behind those that are there.
    ///
    /// # Errors
    /// Where the system does not take them.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        io::Write::write_all(&mut self.file, bytes).map_err(|error| cannot(&self.target, &error))
    }

    /// Puts what was written in its place. Gives its size.
    ///
    /// # Errors
    /// Where it does not get to the disk, or cannot be renamed.
    pub(crate) fn appear(mut self) -> Result<u64, Fault> {
        let wrong = |error: io::Error| cannot(&self.target, &error);
        self.file.sync_all().map_err(wrong)?;
        let bytes = self.file.metadata().map_err(wrong)?.len();
        fs::rename(&self.temporary, &self.target).map_err(wrong)?;
        self.appeared = true;
        Ok(bytes)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.appeared {
            // The fault of the write is what matters; what cannot be removed is passed over by every reader.
            let _ = fs::remove_file(&self.temporary);
        }
        unfinished().remove(&self.temporary);
    }
}

/// Where a folder of an artifact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder with the files: of one that is read from a store its copy on this machine, of one that was written there its place
    /// in the store.
    pub path: PathBuf,
    /// Its version, where versions are kept.
    pub version: Option<u64>,
    /// Whether it was written now: not where it is read, nor where what is saved was there already.
    pub is_new: bool,
}

impl Folder {
    /// The newest folder of an artifact dataset.
    ///
    /// # Errors
    /// Where nothing was saved there yet, or a store does not give it.
    pub fn newest(dataset: &Dataset, project: &Path) -> Result<Self, Fault> {
        let path = path_of(dataset)?;
        if afar::is_afar(path) {
            let here = match folders::folder(dataset, project, path, version::kept(dataset))? {
                Some(here) => here,
                None if version::is_versioned(dataset) => return Err(version::none_afar(dataset, path)),
                None => folders::plain(dataset, project, path)?,
            };
            return Ok(Self { path: here.path, version: here.version, is_new: false });
        }
        if version::is_versioned(dataset) {
            let (number, path) = version::current(dataset, project)?;
            return Ok(Self { path, version: Some(number), is_new: false });
        }
        let place = paths::resolve(path, project);
        heal(&place);
        let found = place.is_dir().then(|| Self { path: place.clone(), version: None, is_new: false });
        if found.is_none() && &*dataset.connector.name == "onnx" {
            let text = format!("there is no folder with the model of `{}`", dataset.name);
            return Err(Fault::new(code::FILE_MISSING, text)
                .at(place.display())
                .help("bring the folder of the model there: `gmlc model add` fetches one"));
        }
        found.ok_or_else(|| {
            Fault::new(
                code::FILE_MISSING,
                format!("nothing was saved as `{}` yet: there is no {}", dataset.name, place.display()),
            )
            .at(&dataset.name)
            .help(SAVE_FIRST)
        })
    }
}

/// Writes the folder of an artifact dataset; `fill` writes its files into an empty folder. Readers see the old folder or
/// the new one, never a part. Where the newest version holds the very same files, it stays the newest.
///
/// # Errors
/// Those of `fill`, or where the place cannot be written.
pub fn write_folder(
    dataset: &Dataset,
    project: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Fault>,
) -> Result<Folder, Fault> {
    let path = path_of(dataset)?;
    if afar::is_afar(path) {
        // A folder of its own, so that what was killed goes with the next save of the dataset.
        let staging = Unfinished::folder(&project.join(afar::FOLDER).join("leaving").join(&*dataset.name))?;
        fill(staging.path()).map_err(|fault| fault.at(&dataset.name))?;
        let keeping = Keeping { versioned: version::is_versioned(dataset), run: version::run(dataset) };
        return folders::save(dataset, project, path, &keeping, staging.path());
    }
    let place = paths::resolve(path, project);
    if version::is_versioned(dataset) {
        let of_dataset = |fault: Fault| fault.at(&dataset.name);
        let new = NewVersion::create(dataset, project).map_err(of_dataset)?;
        fill(new.folder()).map_err(of_dataset)?;
        let Appeared { number, folder, is_new } = new.appear().map_err(of_dataset)?;
        return Ok(Folder { path: folder, version: Some(number), is_new });
    }
    heal(&place);
    let wrong = |error: io::Error| cannot(&place, &error);
    let written = Unfinished::folder(&place).and_then(|folder| {
        fill(folder.path())?;
        settle(folder.path()).map_err(wrong)?;
        swap(folder.path(), &place).map_err(wrong)?;
        folder.appeared();
        Ok(())
    });
    written.map_err(|fault| fault.at(&dataset.name))?;
    Ok(Folder { path: place, version: None, is_new: true })
}

/// A file or a folder that is being written beside its place. Dropped before it appears, it is removed.
pub(super) struct Unfinished(PathBuf);

impl Unfinished {
    /// A name beside a place.
    ///
    /// # Errors
    /// Where its folder cannot be made.
    pub(super) fn beside(target: &Path) -> Result<Self, Fault> {
        beside(target).map(Self)
    }

    /// An empty folder beside a place.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn folder(target: &Path) -> Result<Self, Fault> {
        let folder = Self::beside(target)?;
        fs::create_dir(folder.path()).map_err(|error| cannot(target, &error))?;
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// It has another name now: there is nothing to remove.
    pub(super) fn appeared(self) {}
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // The fault of the write is what matters; what cannot be removed is passed over by every reader.
        if self.0.exists() {
            remove(&self.0);
        }
        unfinished().remove(&self.0);
    }
}

/// Sees that the files of a folder are on the disk before the folder takes its place.
pub(super) fn settle(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() { settle(&path)? } else { File::open(&path)?.sync_all()? }
    }
    Ok(())
}

fn old_of(place: &Path) -> PathBuf {
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    place.with_file_name(format!(".{name}.old"))
}

/// A folder cannot be renamed over one with files, so the old one steps aside first.
fn swap(new: &Path, place: &Path) -> io::Result<()> {
    let old = old_of(place);
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    if place.exists() {
        fs::rename(place, &old)?;
    }
    if let Err(error) = fs::rename(new, place) {
        if old.exists() {
            fs::rename(&old, place)?;
        }
        return Err(error);
    }
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    Ok(())
}

/// Puts back the old folder where a process died between the two renames.
pub(super) fn heal(place: &Path) {
    let old = old_of(place);
    if old.exists() && !place.exists() {
        // Where it cannot be put back, the caller finds no folder and says so.
        let _ = fs::rename(&old, place);
    }
}

/// A name in the same folder that readers pass over; the folder is made where it is not there.
fn beside(target: &Path) -> Result<PathBuf, Fault> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| cannot(target, &error))?;
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let start = format!(".{name}.tmp-");
    sweep(folder, &start);
    let number = WRITES.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{start}{}-{number}", std::process::id()));
    unfinished().insert(path.clone());
    Ok(path)
}

/// Takes away what processes that were killed have not finished of this dataset.
fn sweep(folder: &Path, start: &str) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(start)?.split('-').next()?.parse::<u32>().ok());
        if process.is_some_and(is_gone) {
            remove(&entry.path());
        }
    }
}

/// Whether there is no process of that number; not known on systems that do not list them as folders.
fn is_gone(process: u32) -> bool {
    Path::new("/proc/self").exists() && !Path::new("/proc").join(process.to_string()).exists()
}

/// A place that cannot be written.
pub(crate) fn cannot(target: &Path, error: &io::Error) -> Fault {
    let fault = Fault::new(code::CANNOT_WRITE, format!("{} cannot be written: {error}", target.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => fault.help("give yourself the right to write there, or choose another path"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            fault.help("make room on the disk and run again; nothing was lost")
        }
        io::ErrorKind::ReadOnlyFilesystem => fault.help("the disk is read-only; choose a path on another one"),
        io::ErrorKind::IsADirectory => {
            fault.help("a folder stands in its place; choose another path, or move the folder away")
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            fault.help("a file stands where a folder is due; choose another path, or move the file away")
        }
        _ => fault.help("see whether the disk is there and has room"),
    }
}
