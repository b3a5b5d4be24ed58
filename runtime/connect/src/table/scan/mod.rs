//! Reading a table part by part: no more of the files than is needed, and not all of it at once.

mod parts;
mod size;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ir::{Dataset, OnViolation, Row};
use polars::prelude::*;

use super::checks::{self, Breach, Origin};
use super::jsonl::Absent;
use super::pieces::Piece;
use super::sources::{self, Format};
use super::verified::{Verified, Version};
use super::wanted::{Reading, Wanted, narrowed};
use super::{Loaded, Tolerated, ipc, open, parquet, row_of};
use crate::Fault;
use crate::dtype::data_type;
use crate::query::{append, guarded};
pub use size::Size;

/// A table dataset about to be read.
pub struct Scan<'a> {
    dataset: &'a Dataset,
    row: Row,
    /// What messages call it.
    path: String,
    format: Format,
    /// The columns that are wanted, with the fields that are wanted of them.
    target: Row,
    wanted: Wanted,
    files: Vec<Source>,
    places: Vec<Place>,
    /// How many rows are still wanted, where not all are.
    wants: Option<usize>,
    /// Whether nothing is left out that lies behind those.
    is_whole: bool,
}

/// A file.
struct Source {
    path: PathBuf,
    /// What messages call it.
    name: String,
    /// The columns that are in it.
    row: Row,
    /// What it says of itself.
    header: Header,
    /// The columns that are the same in all of its rows and not in it.
    constants: Vec<Column>,
    /// Rows of it that are no rows of the table any more.
    deleted: Arc<[u64]>,
    version: Version,
    verified: bool,
}

/// What a file says of itself.
enum Header {
    Parquet(parquet::Footer),
    Ipc(ipc::Header),
    /// Nothing that is needed to read it.
    None,
}

/// Where a part lies.
struct Place {
    file: usize,
    /// Rows of the file before it.
    before: usize,
    /// Whether no row of it is needed.
    excluded: bool,
    /// Whether it is not even looked at: what excludes it stands in the name of its folder.
    passed_over: bool,
    stretch: Stretch,
}

/// A stretch of a file.
enum Stretch {
    /// Rows of a group of a Parquet file.
    Group { group: usize, rows: Range<usize> },
    /// A piece of a text file.
    Text(Piece),
    /// A batch of rows of an Arrow file.
    Batch { batch: usize, rows: usize },
    /// All of it.
    Whole,
}

impl Stretch {
    /// How many rows it has, where that is known before it is read.
    fn rows(&self) -> usize {
        match self {
            Self::Group { rows, .. } => rows.len(),
            Self::Batch { rows, .. } => *rows,
            Self::Text(_) | Self::Whole => 0,
        }
    }
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
    /// Columns that objects of JSON have no field for.
    absent: Absent,
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
        Self::opened(dataset, project, reading, verified, None)
    }

    /// As [`Self::open`], but no more of the files is looked at than so many rows need.
    pub(super) fn of_first(dataset: &'a Dataset, project: &Path, rows: usize) -> Result<Self, Fault> {
        Self::opened(dataset, project, &Reading::everything(), &Verified::default(), Some(rows))
    }

    fn opened(
        dataset: &'a Dataset,
        project: &Path,
        reading: &Reading,
        verified: &Verified,
        wants: Option<usize>,
    ) -> Result<Self, Fault> {
        let declared = row_of(dataset)?;
        let found = sources::of(dataset, project, reading, verified)?;
        let row = match found.files.first() {
            Some(first) if declared.open => open::of_file(declared, dataset, &found, first)?,
            _ => found.row(declared),
        };
        let (target, wanted) = narrowed(&row, &reading.wanted);
        let path = super::place_of(dataset);
        let (files, places) = (Vec::with_capacity(found.files.len()), Vec::new());
        let format = found.format;
        let mut scan = Self { dataset, row, path, format, target, wanted, files, places, wants, is_whole: true };
        for source in &found.files {
            if scan.wants == Some(0) {
                scan.is_whole = false;
                break;
            }
            let file = scan.source(source, found.stored.as_ref(), verified);
            let file = file.map_err(|fault| scan.told(fault))?;
            let placed = scan.places_of(&file, reading);
            placed.map_err(|fault| scan.told(fault.at(&file.name)))?;
            scan.files.push(file);
        }
        Ok(scan)
    }

    fn told(&self, fault: Fault) -> Fault {
        match self.files.first() {
            Some(first) => open::of_another(fault, self.dataset, &first.name),
            None => fault,
        }
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.places.len()
    }

    /// Whether the parts hold all rows of the table.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
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
        if place.passed_over || (place.excluded && file.verified) {
            let (rows, breaches, absent) = (place.stretch.rows(), Vec::new(), Absent::default());
            return Ok(Part { frame: None, report: Report { rows, breaches, absent } });
        }
        // Keys that occur once are looked at when all rows are there.
        let all = Wanted::All;
        let wanted = if self.streams() { &self.wanted } else { &all };
        let wanted = (!place.excluded).then_some(wanted);
        let mut absent = Absent::default();
        let read = self.rows(file, place, wanted, &mut absent);
        let (frame, row) = read
            .and_then(|(frame, row)| self.whole(file, place, frame, row))
            .map_err(|fault| self.told(fault.at(&file.name)))?;
        let (frame, breaches) = if self.streams() && !file.verified {
            let name = (self.files.len() > 1).then(|| file.name.clone());
            let origin = Origin::part(&self.path, name, place.before);
            checks::check(frame, &row, &self.row, self.dataset.on_violation, &origin)?
        } else {
            (frame, Vec::new())
        };
        let report = Report { rows: frame.height(), breaches, absent };
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
    pub(super) fn narrow(&self, frame: DataFrame) -> Result<DataFrame, Fault> {
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
        for (number, file) in self.files.iter().enumerate() {
            let own = self.places.iter().zip(&reports).filter(|(place, _)| place.file == number);
            Absent::settle(own.map(|(_, report)| &report.absent), &file.row).map_err(|fault| fault.at(&file.name))?;
        }
        for (number, file) in self.files.iter().enumerate().filter(|_| self.streams()) {
            let mut own = self.places.iter().zip(&reports).filter(|(place, _)| place.file == number);
            if own.all(|(place, report)| report.breaches.is_empty() && !place.passed_over) {
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
            let names = self.files.iter().map(|file| file.name.clone());
            let origin = Origin::files(&self.path, names.zip(heights).collect());
            let (kept, breaches) = checks::check(frame, &self.row, &self.row, self.dataset.on_violation, &origin)?;
            tolerated.extend(self.tolerated(breaches)?);
            frame = self.narrow(kept)?;
        }
        let files = self.files.into_iter().map(|file| file.path).collect();
        Ok(Loaded { frame, files, tolerated })
    }
}

fn joined(frames: Vec<DataFrame>) -> Result<Option<DataFrame>, Fault> {
    let mut all = None;
    for frame in frames {
        append(&mut all, frame)?;
    }
    Ok(all)
}
