//! Writing tables.

mod arrow;
mod folders;
mod groups;
mod lines;
mod text;
mod told;
mod waiting;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use gml_ir::{Dataset, OnViolation, Row};
use polars::prelude::*;

use super::checks::{self, Breach, Origin};
use super::replace::{Folder, Pending, cannot, write_folder};
use super::shape::stored_form;
use super::sources::partitioned_by;
use super::version::{Appeared, NewVersion, file_name, is_versioned};
use super::{Tolerated, open, path_of, place_of, row_of, unknown};
use crate::query::guarded;
use crate::{Fault, afar, code, database, paths};
use arrow::Batches;
use folders::Folders;
use groups::Groups;
use text::Cells;

pub(super) use lines::json;
pub(crate) use text::cell;

/// A table written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Rows that break a rule, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
    /// Whether anything was written: not where the newest version held the same already.
    pub is_new: bool,
}

/// Writes a table dataset. The same declaration reads back what it wrote; the file appears at once, or not at all.
///
/// # Errors
/// Where rows break a contract that the catalog entry does not tolerate, the path is a pattern, or it cannot be written.
pub fn write(dataset: &Dataset, frame: DataFrame, project: &Path) -> Result<Written, Fault> {
    let mut writer = Writer::open(dataset, project)?;
    writer.push(frame)?;
    writer.finish()
}

/// Writes a table that no catalog entry declares as a Parquet file, which appears at once, or not at all. Gives its size.
///
/// # Errors
/// Where it cannot be written.
pub fn write_parquet(target: &Path, frame: DataFrame) -> Result<u64, Fault> {
    let mut file = ParquetFile::create(target, &frame)?;
    file.push(frame)?;
    file.groups.finish()?;
    file.pending.appear()
}

/// A Parquet file that no catalog entry declares, written part by part.
pub(crate) struct ParquetFile {
    pending: Pending,
    groups: Groups,
    target: PathBuf,
}

impl ParquetFile {
    /// One for rows with the columns of a frame.
    pub(crate) fn create(target: &Path, first: &DataFrame) -> Result<Self, Fault> {
        let pending = Pending::create(target)?;
        let groups = Groups::of(pending.handle()?, first, target)?;
        Ok(Self { pending, groups, target: target.to_path_buf() })
    }

    /// Writes rows behind those that are there.
    pub(crate) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        self.groups.push(frame)
    }

    /// Puts it in its place. Gives its path.
    pub(crate) fn finish(self) -> Result<PathBuf, Fault> {
        self.groups.finish()?;
        self.pending.appear()?;
        Ok(self.target)
    }
}

/// A table dataset that is written part by part. What it writes does not depend on where the parts end.
pub struct Writer<'a> {
    dataset: &'a Dataset,
    project: PathBuf,
    /// What messages call its place.
    path: String,
    target: PathBuf,
    to: To,
    /// The version that the file is of, where versions are kept.
    new: Option<NewVersion>,
    /// The row of the dataset, with the columns that an open one does not name, once rows have told of them.
    row: Option<Row>,
    file: Option<Open>,
    /// Rows that came, and those of them that were written.
    seen: usize,
    rows: u64,
    breaches: Vec<Breach>,
}

/// Where rows end up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// In a file of this machine.
    File,
    /// In a folder, with a folder for each value of some columns.
    Folder,
    /// In an object of a store, by way of a file.
    Object,
    /// In a version of a folder of a store, by way of a file.
    Version,
    /// In a table of a database, by way of a file.
    Database,
}

/// What was begun.
enum Open {
    File(Pending, Form),
    Folder(Folders),
}

/// What the rows become in the file.
enum Form {
    Parquet(Box<Groups>),
    Arrow(Box<Batches>),
    Csv(Cells),
    Lines(BufWriter<File>),
}

impl<'a> Writer<'a> {
    /// A writer of no rows yet. Nothing is there before [`Self::finish`].
    ///
    /// # Errors
    /// Where the dataset is no table, its path is a pattern or its connector keeps no tables.
    pub fn open(dataset: &'a Dataset, project: &Path) -> Result<Self, Fault> {
        row_of(dataset)?;
        can_save(dataset)?;
        let place = place_of(dataset);
        let mut new = None;
        let (to, target) = match &*dataset.connector.name {
            "sql_table" => (To::Database, waiting(dataset, project, &place)?),
            "excel" | "delta" | "query" => return Err(only_reads(dataset)),
            _ => {
                let path = path_of(dataset)?;
                if paths::is_pattern(path) {
                    let text = format!("`{path}` stands for many files, and one is written");
                    return Err(Fault::new(code::SAVE_TO_PATTERN, text)
                        .at(&dataset.name)
                        .help("save under an entry with a plain path"));
                }
                let (is_afar, is_one) = (afar::is_afar(path), partitioned_by(dataset).is_empty());
                match (is_afar, is_one) {
                    (_, false) => (To::Folder, paths::resolve(path, project)),
                    (true, true) if is_versioned(dataset) => (To::Version, waiting(dataset, project, &place)?),
                    (false, true) if is_versioned(dataset) => {
                        let made = NewVersion::create(dataset, project)?;
                        let target = made.folder().join(file_name(path));
                        new = Some(made);
                        (To::File, target)
                    }
                    (true, true) => (To::Object, waiting(dataset, project, &place)?),
                    (false, true) => (To::File, paths::resolve(path, project)),
                }
            }
        };
        let (project, path) = (project.to_path_buf(), place);
        Ok(Self {
            dataset,
            project,
            path,
            target,
            to,
            new,
            row: None,
            file: None,
            seen: 0,
            rows: 0,
            breaches: Vec::new(),
        })
    }

    /// Whether rows may come part by part. Where they may not, all of them have to come at once.
    pub fn streams(dataset: &Dataset) -> bool {
        dataset.row().is_some_and(|row| row.unique.is_empty()) && partitioned_by(dataset).is_empty()
    }

    /// Writes rows behind those that are there. Rows that break a rule are no fault yet.
    ///
    /// # Errors
    /// Where the file cannot be written, or cannot hold such rows.
    pub fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        let declared = row_of(self.dataset)?;
        let row = self.row.get_or_insert_with(|| {
            let others = || frame.columns().iter().map(|column| (column.name().to_string(), column.dtype().clone()));
            if declared.open { open::with(declared, others().collect()) } else { declared.clone() }
        });
        let origin = Origin::part(&self.path, None, self.seen);
        self.seen += frame.height();
        let (frame, breaches) = checks::check(frame, row, row, self.dataset.on_violation, &origin)?;
        self.breaches.extend(breaches);
        if !self.breaches.is_empty() && self.dataset.on_violation == OnViolation::Fail {
            // Nothing will appear; the rest of the rows is only looked at, so that the fault tells of all of them.
            self.file = None;
            return Ok(());
        }
        let frame = guarded(|| stored_form(&frame, row))?;
        self.rows += frame.height() as u64;
        let written = match &mut self.file {
            Some(Open::File(_, form)) => form.push(frame, row, &self.target),
            Some(Open::Folder(folders)) => folders.push(frame),
            none if self.to == To::Folder => {
                *none = Some(Open::Folder(Folders::of(self.dataset, row, frame)));
                Ok(())
            }
            none => Pending::create(&self.target).and_then(|pending| {
                let mut form = Form::of(self.dataset, &frame, row, pending.handle()?, &self.target)?;
                form.push(frame, row, &self.target)?;
                *none = Some(Open::File(pending, form));
                Ok(())
            }),
        };
        written.map_err(|fault| fault.at(&self.dataset.name))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where rows break a contract that the catalog entry does not tolerate, or the file cannot be written.
    pub fn finish(self) -> Result<Written, Fault> {
        let Self { dataset, project, path, target, to, new, row, file, rows, breaches, .. } = self;
        let tolerated = checks::settle(breaches, dataset.on_violation)
            .map_err(|fault| fault.at(format!("{} ({path})", dataset.name)))?;
        let (Some(file), Some(row)) = (file, row) else {
            return Err(Fault::new(code::INTERNAL_ERROR, "a table is written of which not even the columns are known")
                .help("this is a fault of GML itself: report it with the program"));
        };
        let bytes = match file {
            Open::File(pending, form) => form.finish(&target).and_then(|()| pending.appear()),
            Open::Folder(folders) => {
                let (folder, bytes) = folders.finish(dataset, &project).map_err(|fault| fault.at(&dataset.name))?;
                return Ok(Written { path: folder.path, rows, bytes, tolerated, is_new: folder.is_new });
            }
        };
        let bytes = bytes.map_err(|fault| fault.at(&dataset.name))?;
        if let Some(new) = new {
            let Appeared { folder, is_new, .. } = new.appear().map_err(|fault| fault.at(&dataset.name))?;
            return Ok(Written { path: folder.join(file_name(&path)), rows, bytes, tolerated, is_new });
        }
        if to == To::Version {
            let name = file_name(&path);
            let folder = write_folder(dataset, &project, |into| {
                std::fs::rename(&target, into.join(name)).map_err(|error| cannot(&target, &error))
            });
            let Folder { path, is_new, .. } = folder.map_err(|fault| fault.at(&dataset.name))?;
            return Ok(Written { path: path.join(name), rows, bytes, tolerated, is_new });
        }
        if matches!(to, To::File | To::Folder) {
            return Ok(Written { path: target, rows, bytes, tolerated, is_new: true });
        }
        let sent = match to {
            To::Database => database::replace(dataset, &row, &target, &project).map(|()| bytes),
            _ => path_of(dataset).and_then(|path| afar::send(dataset, path, &target)),
        };
        // What was sent lies where it belongs; where this cannot be removed, the next write to the place replaces it.
        let _ = std::fs::remove_file(&target);
        let bytes = sent.map_err(|fault| fault.at(&dataset.name))?;
        Ok(Written { path: PathBuf::from(path), rows, bytes, tolerated, is_new: true })
    }
}

/// Whether a dataset can be saved, as far as its entry tells.
///
/// # Errors
/// Where a folder is saved that is not one of this machine nor of a store.
pub fn can_save(dataset: &Dataset) -> Result<(), Fault> {
    let is_folder = dataset.row().is_none() || is_versioned(dataset) || !partitioned_by(dataset).is_empty();
    match path_of(dataset) {
        Ok(path) if is_folder && afar::is_afar(path) => afar::folders::takes(dataset, path),
        _ => Ok(()),
    }
}

/// The file in which rows wait until all of them are there.
fn waiting(dataset: &Dataset, project: &Path, place: &str) -> Result<PathBuf, Fault> {
    let name = place.rsplit('/').next().unwrap_or_default();
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || "._-".contains(*letter)).collect();
    let folder = project.join(afar::FOLDER).join("leaving");
    std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    Ok(folder.join(format!("{}-{}-{name}", dataset.name, std::process::id())))
}

fn only_reads(dataset: &Dataset) -> Fault {
    let connector = &dataset.connector.name;
    Fault::new(code::ONLY_READ, format!("`{}` is kept by `{connector}`, which only reads", dataset.name))
        .at(&dataset.name)
        .help("save under an entry of another form, such as parquet or sql_table")
}

impl Form {
    /// The form of a dataset, in a new file.
    fn of(dataset: &Dataset, first: &DataFrame, row: &Row, file: File, target: &Path) -> Result<Self, Fault> {
        match &*dataset.connector.name {
            "parquet" | "sql_table" => Groups::of(file, first, target).map(|groups| Self::Parquet(Box::new(groups))),
            "ipc" => Batches::of(file, first, target).map(|batches| Self::Arrow(Box::new(batches))),
            "csv" => Cells::of(dataset, row, file, target).map(Self::Csv),
            "jsonl" => Ok(Self::Lines(BufWriter::new(file))),
            other => Err(unknown(dataset, other)),
        }
    }

    fn push(&mut self, frame: DataFrame, row: &Row, target: &Path) -> Result<(), Fault> {
        match self {
            Self::Parquet(groups) => groups.push(frame),
            Self::Arrow(batches) => batches.push(frame),
            Self::Csv(cells) => cells.push(&frame, target),
            Self::Lines(writer) => lines::write(&frame, row, writer, target),
        }
    }

    fn finish(self, target: &Path) -> Result<(), Fault> {
        match self {
            Self::Parquet(groups) => groups.finish(),
            Self::Arrow(batches) => batches.finish(),
            Self::Csv(cells) => cells.finish(target),
            Self::Lines(mut writer) => writer.flush().map_err(|error| cannot(target, &error)),
        }
    }
}
