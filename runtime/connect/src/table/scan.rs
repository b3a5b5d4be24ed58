//! Reading a table part by part: no more of the files than is needed, and not all of it at once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use gml_ir::{Dataset, OnViolation, Row};
use polars::prelude::*;

use super::checks::{self, Breach, Origin};
use super::wanted::{Reading, Wanted, narrowed};
use super::{Loaded, Tolerated, csv, jsonl, open, parquet, path_of, row_of, unknown};
use crate::dtype::data_type;
use crate::query::guarded;
use crate::{Fault, paths};

/// Files that were held against the rules of a dataset and broke none. A run keeps this in mind, so that rows which a
/// second reader does not need are not read again for their rules alone.
#[derive(Debug, Default)]
pub struct Verified(Mutex<HashSet<Version>>);

/// A file as it was, and the dataset that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Version {
    dataset: String,
    file: PathBuf,
    bytes: u64,
    changed: Option<SystemTime>,
}

impl Version {
    fn of(dataset: &Dataset, file: &Path) -> Result<Self, Fault> {
        let about = file.metadata().map_err(|error| paths::unreadable(file, &error))?;
        let (bytes, changed) = (about.len(), about.modified().ok());
        Ok(Self { dataset: dataset.name.to_string(), file: file.to_owned(), bytes, changed })
    }
}

impl Verified {
    fn holds(&self, version: &Version) -> bool {
        version.changed.is_some() && self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(version)
    }

    fn add(&self, version: Version) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(version);
    }
}

/// A table dataset about to be read.
pub struct Scan<'a> {
    dataset: &'a Dataset,
    row: Row,
    path: &'a str,
    /// The columns that are wanted, with the fields that are wanted of them.
    target: Row,
    wanted: Wanted,
    files: Vec<Source>,
    places: Vec<Place>,
}

/// A file.
struct Source {
    path: PathBuf,
    /// What it says of itself, of a Parquet file.
    footer: Option<parquet::Footer>,
    version: Version,
    verified: bool,
}

/// Where a part lies.
struct Place {
    file: usize,
    /// The group of rows, of a Parquet file.
    group: usize,
    /// Rows of the file before it.
    before: usize,
    /// Its rows, where they are known.
    rows: usize,
    /// Whether no row of it is needed.
    excluded: bool,
}

/// A part of a table.
pub struct Part {
    /// Its rows, unless none of them is needed.
    pub frame: Option<DataFrame>,
    /// What it says of the whole.
    pub report: Report,
}

/// What a part says of the whole.
pub struct Report {
    rows: usize,
    breaches: Vec<Breach>,
}

/// What is known of a table when all parts are read.
pub struct Summary {
    /// Its rows.
    pub rows: u64,
    /// Rows that break a rule, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
}

impl<'a> Scan<'a> {
    /// Looks for the files and, where they have footers, reads those.
    ///
    /// # Errors
    /// Where a file is missing, or a footer cannot be read or does not fit the declared row.
    pub fn open(dataset: &'a Dataset, project: &Path, reading: &Reading, verified: &Verified) -> Result<Self, Fault> {
        let (declared, path) = (row_of(dataset)?, path_of(dataset)?);
        let files = paths::files(path, project)?;
        let row = match files.first() {
            Some(first) if declared.open => open::of_file(declared, dataset, first)?,
            _ => declared.clone(),
        };
        let (target, wanted) = narrowed(&row, &reading.wanted);
        let mut scan = Self { dataset, row, path, target, wanted, files: Vec::new(), places: Vec::new() };
        for (file, path) in files.into_iter().enumerate() {
            let version = Version::of(dataset, &path)?;
            let footer = match &*dataset.connector.name {
                "parquet" => Some(parquet::Footer::read(&path, &scan.row).map_err(|fault| fault.at(path.display()))?),
                _ => None,
            };
            match &footer {
                Some(footer) => {
                    let mut before = 0;
                    for (group, rows) in footer.groups().enumerate() {
                        // Rows with a repeated key cannot be told from a part alone: all rows are looked at.
                        let excluded = scan.streams() && footer.excludes(group, &scan.row, &reading.bounds);
                        scan.places.push(Place { file, group, before, rows, excluded });
                        before += rows;
                    }
                }
                None => scan.places.push(Place { file, group: 0, before: 0, rows: 0, excluded: false }),
            }
            let verified = verified.holds(&version);
            scan.files.push(Source { path, footer, version, verified });
        }
        Ok(scan)
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.places.len()
    }

    /// Whether each part can be taken for itself. Where it cannot, [`Self::finish`] has to see all of them.
    pub fn streams(&self) -> bool {
        self.row.unique.is_empty()
    }

    /// The files, in the order in which they are read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| &*file.path)
    }

    /// Reads a part.
    ///
    /// # Errors
    /// Where the file cannot be read or holds values of another type. Rows that break a rule are no fault yet.
    pub fn read(&self, part: usize) -> Result<Part, Fault> {
        let place = &self.places[part];
        let file = &self.files[place.file];
        if place.excluded && file.verified {
            return Ok(Part { frame: None, report: Report { rows: place.rows, breaches: Vec::new() } });
        }
        // Keys that occur once are looked at when all rows are there.
        let all = Wanted::All;
        let wanted = if self.streams() { &self.wanted } else { &all };
        let wanted = (!place.excluded).then_some(wanted);
        let read = match (&file.footer, &*self.dataset.connector.name) {
            (Some(footer), _) => {
                let checked = !file.verified;
                footer.read_group(&file.path, &self.row, place.group, place.before, wanted, checked)
            }
            (None, "csv") => csv::Dialect::of(self.dataset)
                .and_then(|dialect| csv::read(&file.path, &self.row, &dialect))
                .map(|frame| (frame, self.row.clone())),
            (None, "jsonl") => jsonl::read(&file.path, &self.row).map(|frame| (frame, self.row.clone())),
            (None, other) => Err(unknown(self.dataset, other)),
        };
        let (frame, row) = read.map_err(|fault| fault.at(file.path.display()))?;
        let (frame, breaches) = if self.streams() && !file.verified {
            let name = (self.files.len() > 1).then(|| file.path.display().to_string());
            let origin = Origin::part(self.path, name, place.before);
            checks::check(frame, &row, &self.row, self.dataset.on_violation, &origin)?
        } else {
            (frame, Vec::new())
        };
        let report = Report { rows: frame.height(), breaches };
        let fails = !report.breaches.is_empty() && self.dataset.on_violation == OnViolation::Fail;
        let frame = match wanted {
            Some(_) if !fails => Some(if self.streams() { self.narrow(frame)? } else { frame }),
            _ => None,
        };
        Ok(Part { frame, report })
    }

    /// A frame without rows, as the parts have it.
    pub fn empty(&self) -> DataFrame {
        let columns = self.target.columns.iter().map(|column| {
            let dtype = data_type(&column.ty).unwrap_or(DataType::Null);
            Column::new_empty((&*column.name).into(), &dtype)
        });
        DataFrame::new(0, columns.collect()).unwrap_or_default()
    }

    /// The columns and fields that are wanted, without those that were read for their rules alone.
    fn narrow(&self, frame: DataFrame) -> Result<DataFrame, Fault> {
        let columns = self.target.columns.iter().map(|column| {
            let series = guarded(|| frame.column(&column.name).cloned())?;
            let there = series.as_materialized_series();
            guarded(|| crate::nested::narrowed(there, &column.ty)).map(IntoColumn::into_column)
        });
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        guarded(|| DataFrame::new(frame.height(), columns))
    }

    /// What the parts, each taken for itself, say of the whole, in their order.
    ///
    /// # Errors
    /// Where rows break a rule and the catalog entry does not tolerate it.
    pub fn settle(&self, reports: Vec<Report>, verified: &Verified) -> Result<Summary, Fault> {
        let rows = reports.iter().map(|report| report.rows as u64).sum();
        for (number, file) in self.files.iter().enumerate().filter(|_| self.streams()) {
            let mut own = self.places.iter().zip(&reports).filter(|(place, _)| place.file == number);
            if own.all(|(_, report)| report.breaches.is_empty()) {
                verified.add(file.version.clone());
            }
        }
        let breaches = reports.into_iter().flat_map(|report| report.breaches).collect();
        Ok(Summary { rows, tolerated: self.tolerated(breaches)? })
    }

    fn tolerated(&self, breaches: Vec<Breach>) -> Result<Vec<Tolerated>, Fault> {
        let place = format!("{} ({})", self.dataset.name, self.path);
        checks::settle(breaches, self.dataset.on_violation).map_err(|fault| fault.at(place))
    }

    /// The whole table, from all of its parts in their order.
    ///
    /// # Errors
    /// Where rows break a rule and the catalog entry does not tolerate it.
    pub fn finish(self, parts: Vec<Part>, verified: &Verified) -> Result<Loaded, Fault> {
        let (mut frames, mut reports) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
        let mut heights = vec![0; self.files.len()];
        for (part, place) in parts.into_iter().zip(&self.places) {
            heights[place.file] += part.frame.as_ref().map_or(0, DataFrame::height);
            frames.extend(part.frame);
            reports.push(part.report);
        }
        let summary = self.settle(reports, verified)?;
        let mut frame = match joined(frames).map_err(|fault| fault.at(&self.dataset.name))? {
            Some(frame) => frame,
            None => self.empty(),
        };
        let mut tolerated = summary.tolerated;
        if !self.streams() {
            let names = self.files.iter().map(|file| file.path.display().to_string());
            let origin = Origin::files(self.path, names.zip(heights).collect());
            let (kept, breaches) = checks::check(frame, &self.row, &self.row, self.dataset.on_violation, &origin)?;
            tolerated.extend(self.tolerated(breaches)?);
            frame = self.narrow(kept)?;
        }
        let files = self.files.into_iter().map(|file| file.path).collect();
        Ok(Loaded { frame, files, tolerated })
    }
}

fn joined(frames: Vec<DataFrame>) -> Result<Option<DataFrame>, Fault> {
    let mut frames = frames.into_iter();
    let Some(mut all) = frames.next() else { return Ok(None) };
    for frame in frames {
        guarded(|| all.vstack_mut_owned(frame).map(drop))?;
    }
    Ok(Some(all))
}
