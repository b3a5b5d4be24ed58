//! Appearing at once: everything is written beside its place and put there by rename.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use gml_ir::{Dataset, Value};

use super::path_of;
use crate::{Fault, code, paths};

static WRITES: AtomicU32 = AtomicU32::new(0);

/// Writes a file through a temporary one in the same folder; `fill` writes the bytes. Where it fails, nothing is left.
pub(super) fn write_file(target: &Path, fill: impl FnOnce(&mut File) -> Result<(), Fault>) -> Result<u64, Fault> {
    if target.is_dir() {
        return Err(cannot(target, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    // A device or a pipe would be gone after the rename.
    if target.metadata().is_ok_and(|there| !there.is_file()) {
        let text = format!("{} cannot be written: what stands there is no file", target.display());
        return Err(Fault::new(code::CANNOT_WRITE, text).help("name a path where a file may be put"));
    }
    let temporary = beside(target)?;
    let written = File::create(&temporary).map_err(|error| cannot(target, &error)).and_then(|mut file| {
        fill(&mut file)?;
        file.sync_all().map_err(|error| cannot(target, &error))?;
        let bytes = file.metadata().map_err(|error| cannot(target, &error))?.len();
        fs::rename(&temporary, target).map_err(|error| cannot(target, &error))?;
        Ok(bytes)
    });
    if written.is_err() {
        // The fault of the write is what matters; what cannot be removed is passed over by every reader.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Where a folder of an artifact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder with the files.
    pub path: PathBuf,
    /// Its version, where versions are kept.
    pub version: Option<u64>,
}

impl Folder {
    /// The newest folder of an artifact dataset.
    ///
    /// # Errors
    /// Where nothing was saved there yet.
    pub fn newest(dataset: &Dataset, project: &Path) -> Result<Self, Fault> {
        let path = path_of(dataset)?;
        let place = paths::resolve(path, project);
        let found = if versioned(dataset) {
            versions(&place)
                .into_iter()
                .max()
                .map(|version| Self { path: place.join(named(version)), version: Some(version) })
        } else {
            heal(&place);
            place.is_dir().then(|| Self { path: place.clone(), version: None })
        };
        found.ok_or_else(|| {
            Fault::new(
                code::FILE_MISSING,
                format!("nothing was saved as `{}` yet: there is no {}", dataset.name, place.display()),
            )
            .at(&dataset.name)
            .help("run the pipeline that saves it first")
        })
    }
}

/// Writes the folder of an artifact dataset; `fill` writes its files into an empty folder. Readers see the old folder or
/// the new one, never a part.
///
/// # Errors
/// Those of `fill`, or where the place cannot be written.
pub fn write_folder(
    dataset: &Dataset,
    project: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Fault>,
) -> Result<Folder, Fault> {
    let place = paths::resolve(path_of(dataset)?, project);
    let target = if versioned(dataset) {
        let version = versions(&place).into_iter().max().unwrap_or(0) + 1;
        Folder { path: place.join(named(version)), version: Some(version) }
    } else {
        heal(&place);
        Folder { path: place, version: None }
    };
    let temporary = beside(&target.path)?;
    let written = fs::create_dir(&temporary).map_err(|error| cannot(&target.path, &error)).and_then(|()| {
        fill(&temporary)?;
        settle(&temporary).map_err(|error| cannot(&target.path, &error))?;
        swap(&temporary, &target.path).map_err(|error| cannot(&target.path, &error))
    });
    if let Err(fault) = written {
        let _ = fs::remove_dir_all(&temporary);
        return Err(fault.at(&dataset.name));
    }
    if let Some(version) = target.version {
        let latest = target.path.with_file_name("latest");
        write_file(&latest, |file| {
            io::Write::write_all(file, format!("{}\n", named(version)).as_bytes())
                .map_err(|error| cannot(&latest, &error))
        })?;
    }
    Ok(target)
}

/// Sees that the files of a folder are on the disk before the folder takes its place.
fn settle(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() { settle(&path)? } else { File::open(&path)?.sync_all()? }
    }
    Ok(())
}

fn versioned(dataset: &Dataset) -> bool {
    dataset.connector.get("versioned").and_then(Value::as_bool).unwrap_or(false)
}

fn named(version: u64) -> String {
    format!("{version:06}")
}

fn versions(place: &Path) -> Vec<u64> {
    let Ok(entries) = place.read_dir() else { return Vec::new() };
    let names = entries.flatten().filter(|entry| entry.path().is_dir());
    names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
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
fn heal(place: &Path) {
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
    let number = WRITES.fetch_add(1, Ordering::Relaxed);
    Ok(folder.join(format!(".{name}.tmp-{}-{number}", std::process::id())))
}

/// A place that cannot be written.
pub(super) fn cannot(target: &Path, error: &io::Error) -> Fault {
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
