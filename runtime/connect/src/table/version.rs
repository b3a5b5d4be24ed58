//! Datasets that keep every version: a folder for each (`000001`, `000002`, ..) in the place that the catalog names. In stores
//! they are kept as [`crate::afar::folders`] says.
//!
//! ```text
//! models/buyer/
//!   000001/           the files of a version; a table has the one that its path names
//!   000002/
//!   versions.jsonl    a line for each: when it was saved, and by which run
//!   latest            the name of the newest
//! ```
//!
//! A version appears by renaming its folder, and never changes afterwards. Writers at the same time get a number each.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use gml_ir::{Dataset, Value};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::path_of;
use super::replace::{Unfinished, cannot, settle, write_file};
use crate::afar::folders::{self, Kept};
use crate::{Fault, SAVE_FIRST, afar, code, paths};

/// The argument of a connector that says which version is read; it stands in no program.
pub const AT: &str = "$at";
/// The argument of a connector that says which run writes; it stands in no program.
pub const RUN: &str = "$run";

const INDEX: &str = "versions.jsonl";
const LATEST: &str = "latest";

/// A version of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: u64,
    /// Its folder.
    pub folder: PathBuf,
    /// When it was saved.
    pub at: Timestamp,
    /// The run that saved it, where that is known.
    pub run: Option<String>,
}

/// Whether a dataset keeps its versions.
pub fn is_versioned(dataset: &Dataset) -> bool {
    dataset.connector.get("versioned").and_then(Value::as_bool).unwrap_or(false)
}

/// The name of a version.
pub fn version_name(number: u64) -> String {
    format!("{number:06}")
}

/// The versions of a dataset that keeps them, the oldest first.
///
/// # Errors
/// Where the dataset has no place, or it is in a store that is not reached.
pub fn versions(dataset: &Dataset, project: &Path) -> Result<Vec<Version>, Fault> {
    let path = path_of(dataset)?;
    if afar::is_afar(path) { folders::versions(dataset, path) } else { Ok(in_place(&paths::resolve(path, project))) }
}

/// What of a dataset is read: its version, where it keeps them, else what there is.
pub(super) fn kept(dataset: &Dataset) -> Kept {
    match (is_versioned(dataset), asked(dataset)) {
        (false, _) => Kept::One,
        (true, None) => Kept::Newest,
        (true, Some(number)) => Kept::Version(number),
    }
}

/// The version that was asked for.
fn asked(dataset: &Dataset) -> Option<u64> {
    dataset.connector.get(AT).and_then(Value::as_int).and_then(|number| u64::try_from(number).ok())
}

/// The run that saves a dataset.
pub(super) fn run(dataset: &Dataset) -> Option<String> {
    dataset.connector.get(RUN).and_then(Value::as_str).map(str::to_owned)
}

/// There is no version in a store, or not the one that was asked for.
pub(super) fn none_afar(dataset: &Dataset, path: &str) -> Fault {
    match asked(dataset) {
        Some(number) => no_such(dataset, number).help("`gmlc run --at` names versions that there are"),
        None => folders::nothing(dataset, path),
    }
}

fn no_such(dataset: &Dataset, number: u64) -> Fault {
    let text = format!("`{}` has no version {}", dataset.name, version_name(number));
    Fault::new(code::FILE_MISSING, text).at(&dataset.name)
}

/// The number and the folder of the newest version that lies in a place, if any does.
pub fn newest_version(place: &Path) -> Option<(u64, PathBuf)> {
    numbers(place).into_iter().max().map(|number| (number, place.join(version_name(number))))
}

fn in_place(place: &Path) -> Vec<Version> {
    let index = fs::read_to_string(place.join(INDEX)).unwrap_or_default();
    // A line that is not whole belongs to a writer that was killed: what else is known of the version has to do.
    let lines: Vec<Json> = index.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut found: Vec<Version> = numbers(place)
        .into_iter()
        .map(|number| {
            let (name, folder) = (version_name(number), place.join(version_name(number)));
            let line = lines.iter().rev().find(|line| line["version"] == *name);
            let told = line.and_then(|line| line["at"].as_str()?.parse().ok());
            let changed = || Timestamp::try_from(folder.metadata().ok()?.modified().ok()?).ok();
            let at = told.or_else(changed).unwrap_or(Timestamp::UNIX_EPOCH);
            let run = line.and_then(|line| line["run"].as_str()).map(str::to_owned);
            Version { number, folder, at, run }
        })
        .collect();
    found.sort_by_key(|version| version.number);
    found
}

fn numbers(place: &Path) -> Vec<u64> {
    let Ok(entries) = place.read_dir() else { return Vec::new() };
    let names = entries.flatten().filter(|entry| entry.path().is_dir());
    names.filter_map(|entry| number(entry.file_name().to_str()?)).collect()
}

/// The number of a version's name.
fn number(name: &str) -> Option<u64> {
    let number = name.parse().ok()?;
    (version_name(number) == name).then_some(number)
}

/// The version of a dataset that is read: the one that was asked for, else the newest.
///
/// # Errors
/// Where there is none.
pub(super) fn current(dataset: &Dataset, project: &Path) -> Result<(u64, PathBuf), Fault> {
    let place = paths::resolve(path_of(dataset)?, project);
    let asked = asked(dataset);
    let found = match asked {
        Some(number) => Some(number).filter(|number| place.join(version_name(*number)).is_dir()),
        None => numbers(&place).into_iter().max(),
    };
    if let Some(number) = found {
        return Ok((number, place.join(version_name(number))));
    }
    let fault = match asked {
        Some(number) => no_such(dataset, number),
        None if place.is_file() => Fault::new(
            code::CANNOT_READ,
            format!("`{}` keeps versions, which need a folder, and {} is a file", dataset.name, place.display()),
        ),
        None => Fault::new(
            code::FILE_MISSING,
            format!("nothing was saved as `{}` yet: there is no {}", dataset.name, place.display()),
        ),
    };
    let help = if place.is_file() {
        "move the file to where the first version would be: a folder 000001 with the file in it"
    } else {
        SAVE_FIRST
    };
    Err(fault.at(&dataset.name).help(help))
}

/// The path under which a table dataset is read: of one that keeps versions that of the file of a version.
///
/// # Errors
/// Where it has no path, or nothing was saved yet.
pub(super) fn path_to_read(dataset: &Dataset, project: &Path) -> Result<String, Fault> {
    let path = path_of(dataset)?;
    if !is_versioned(dataset) || afar::is_afar(path) {
        return Ok(path.to_owned());
    }
    let (number, _) = current(dataset, project)?;
    let folder = format!("{path}/{}", version_name(number));
    // A partitioned one is all of the folder.
    if super::sources::partitioned_by(dataset).is_empty() {
        Ok(format!("{folder}/{}", file_name(path)))
    } else {
        Ok(folder)
    }
}

/// The name of the file of each version of a table.
pub(super) fn file_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// A version that is being written. Dropped before it appears, it leaves nothing behind.
pub(super) struct NewVersion {
    place: PathBuf,
    run: Option<String>,
    folder: Unfinished,
}

impl NewVersion {
    /// An empty one.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub(super) fn create(dataset: &Dataset, project: &Path) -> Result<Self, Fault> {
        let place = paths::resolve(path_of(dataset)?, project);
        let run = run(dataset);
        let folder = Unfinished::folder(&place.join("version"))?;
        Ok(Self { place, run, folder })
    }

    /// The folder that its files are written into.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts it in its place, as the newest. Where the newest one has the very same files, that stays the newest, and nothing is
    /// left of this one.
    ///
    /// # Errors
    /// Where it does not get to the disk, or cannot be renamed.
    pub(super) fn appear(self) -> Result<Appeared, Fault> {
        let Self { place, run, folder } = self;
        let wrong = |error: io::Error| cannot(&place, &error);
        // Where the disk knows no locks, the rename alone tells writers apart, and `latest` may name the last but one.
        let mut index = File::options().create(true).append(true).open(place.join(INDEX)).map_err(wrong)?;
        let _alone = index.lock();
        if let Some((number, newest)) = newest_version(&place)
            && have_same_files(&newest, folder.path()).unwrap_or(false)
        {
            return Ok(Appeared { number, folder: newest, is_new: false });
        }
        settle(folder.path()).map_err(wrong)?;
        let (number, target, at) = loop {
            let number = numbers(&place).into_iter().max().unwrap_or(0) + 1;
            let target = place.join(version_name(number));
            match fs::rename(folder.path(), &target) {
                Ok(()) => break (number, target, Timestamp::now()),
                // Another writer was faster: the folder is there, and is never empty.
                Err(_) if target.is_dir() => {}
                Err(error) => return Err(wrong(error)),
            }
        };
        folder.appeared();
        let line = json!({ "version": version_name(number), "at": at.to_string(), "run": run });
        // In one go, so that a line is there as a whole or not at all; the first sign ends one that is not.
        let before = fs::read(place.join(INDEX)).unwrap_or_default();
        let start = if before.is_empty() || before.ends_with(b"\n") { "" } else { "\n" };
        index.write_all(format!("{start}{line}\n").as_bytes()).map_err(wrong)?;
        let latest = place.join(LATEST);
        let newest = numbers(&place).into_iter().max().unwrap_or(number);
        write_file(&latest, |file| {
            file.write_all(format!("{}\n", version_name(newest)).as_bytes()).map_err(|error| cannot(&latest, &error))
        })?;
        Ok(Appeared { number, folder: target, is_new: true })
    }
}

/// A version that holds what was to be saved.
pub(super) struct Appeared {
    pub(super) number: u64,
    pub(super) folder: PathBuf,
    /// Whether it was written now.
    pub(super) is_new: bool,
}

/// Whether two folders have files of the same names with the same bytes.
fn have_same_files(one: &Path, other: &Path) -> Result<bool, Fault> {
    let (files, others) = (super::files_in(one)?, super::files_in(other)?);
    let names = |files: &[PathBuf], of: &Path| -> Vec<PathBuf> {
        files.iter().map(|file| file.strip_prefix(of).unwrap_or(file).to_owned()).collect()
    };
    if names(&files, one) != names(&others, other) {
        return Ok(false);
    }
    for (file, other) in files.iter().zip(&others) {
        if !have_same_bytes(file, other).map_err(|error| paths::unreadable(file, &error))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn have_same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    loop {
        let (a, b) = (one.fill_buf()?, other.fill_buf()?);
        let length = a.len().min(b.len());
        if length == 0 {
            return Ok(a.len() == b.len());
        }
        if a[..length] != b[..length] {
            return Ok(false);
        }
        one.consume(length);
        other.consume(length);
    }
}

/// Takes away all but so many of the newest versions of a dataset, and gives their names with the bytes that they took. With
/// `pretend` nothing is touched.
///
/// # Errors
/// Where one cannot be removed.
pub fn forget_versions(
    dataset: &Dataset,
    project: &Path,
    keep: usize,
    pretend: bool,
) -> Result<Vec<(String, u64)>, Fault> {
    let mut all = versions(dataset, project)?;
    all.truncate(all.len().saturating_sub(keep.max(1)));
    let path = path_of(dataset)?;
    if afar::is_afar(path) {
        let numbers: Vec<u64> = all.iter().map(|version| version.number).collect();
        let bytes = folders::forget(dataset, path, &numbers, pretend)?;
        return Ok(numbers.into_iter().map(version_name).zip(bytes).collect());
    }
    let mut gone = Vec::with_capacity(all.len());
    for version in all {
        let files = super::files_in(&version.folder)?;
        let bytes = files.iter().filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum();
        if !pretend {
            // It is no version any more before the first of its files goes.
            let aside = Unfinished::beside(&version.folder)?;
            fs::rename(&version.folder, aside.path()).map_err(|error| cannot(&version.folder, &error))?;
        }
        gone.push((version_name(version.number), bytes));
    }
    Ok(gone)
}
