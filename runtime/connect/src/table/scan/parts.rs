//! Files of a table, and the parts that they are read in.

use std::ops::Range;
use std::sync::Arc;

use gml_ir::Row;
use polars::prelude::*;

use super::{Header, Place, Scan, Source, Stretch};
use crate::Fault;
use crate::query::guarded;
use crate::table::excel::Sheet;
use crate::table::images::Pictures;
use crate::table::jsonl::Absent;
use crate::table::parquet::{self, Group};
use crate::table::pieces;
use crate::table::sources::{self, Format};
use crate::table::verified::{Verified, Version};
use crate::table::wanted::{Reading, Wanted};
use crate::table::{csv, ipc, jsonl, partitions};

impl Scan<'_> {
    pub(super) fn source(
        &self,
        of: &sources::Source,
        stored: Option<&Row>,
        verified: &Verified,
    ) -> Result<Source, Fault> {
        let name = of.name.clone().unwrap_or_else(|| of.path.display().to_string());
        let version = Version::of(self.dataset, &of.path)?;
        let constants = partitions::constants(&self.row, &of.constants).map_err(|fault| fault.at(&name))?;
        let is_within = |column: &&gml_ir::Column| constants.iter().all(|known| *known.name().as_str() != *column.name);
        let columns = self.row.columns.iter().filter(is_within).map(|column| {
            // Where files have other names or forms than the program, those are told for each column.
            stored.and_then(|stored| stored.get(&column.name)).unwrap_or(column).clone()
        });
        let row = Row { columns: columns.collect(), ..self.row.clone() };
        let header = match self.format {
            Format::Parquet => {
                let contents = verified.footer(&version, || parquet::Contents::read(&of.path));
                contents.and_then(|contents| parquet::Footer::of(contents, &row)).map(Header::Parquet)
            }
            Format::Ipc => ipc::Header::read(&of.path, &row).map(Header::Ipc),
            Format::Csv | Format::Lines | Format::Excel | Format::Pictures => Ok(Header::None),
        };
        let header = header.map_err(|fault| fault.at(&name))?;
        let (path, deleted, verified) = (of.path.clone(), Arc::clone(&of.deleted), verified.holds(&version));
        Ok(Source { path, name, row, header, constants, deleted, version, verified })
    }

    /// Adds the parts of a file.
    pub(super) fn places_of(&mut self, source: &Source, reading: &Reading) -> Result<(), Fault> {
        let file = self.files.len();
        // Rows with a repeated key cannot be told from a part alone: all rows are looked at.
        let streams = self.streams();
        let passed_over = streams && partitions::exclude(&source.constants, &reading.bounds);
        // Rows of the file, as far as that is known before it is read.
        let mut known = 0;
        let mut add = |before, excluded: bool, stretch| {
            self.places.push(Place { file, before, excluded: excluded || passed_over, passed_over, stretch });
        };
        match &source.header {
            Header::Parquet(footer) => {
                let mut before = 0;
                for (group, rows) in footer.groups().enumerate() {
                    known += rows;
                    let excluded = streams && footer.excludes(group, &source.row, &reading.bounds);
                    for rows in stretches(rows) {
                        let count = rows.len();
                        add(before, excluded, Stretch::Group { group, rows });
                        before += count;
                    }
                }
            }
            Header::Ipc(header) => match header.batches(&source.path)? {
                Some(batches) => {
                    let mut before = 0;
                    for (batch, rows) in batches.into_iter().enumerate() {
                        known += rows;
                        add(before, false, Stretch::Batch { batch, rows });
                        before += rows;
                    }
                }
                None => add(0, false, Stretch::Whole),
            },
            Header::None if passed_over || matches!(self.format, Format::Excel | Format::Pictures) => {
                add(0, false, Stretch::Whole)
            }
            Header::None => {
                let (path, size) = (&source.path, pieces::SIZE);
                let header = usize::from(self.format == Format::Csv);
                let most = self.wants.map(|rows| rows.saturating_add(header));
                let pieces = match self.format {
                    Format::Csv => pieces::of_csv(path, &csv::Dialect::of(self.dataset)?, size, most)?,
                    _ => pieces::of_lines(path, size, most)?,
                };
                for piece in pieces.all {
                    add(piece.records.saturating_sub(header), false, Stretch::Text(piece));
                }
                known = pieces.records.unwrap_or_default().saturating_sub(header);
                self.is_whole &= pieces.is_whole;
            }
        }
        self.wants = self.wants.map(|rows| rows.saturating_sub(known));
        Ok(())
    }

    /// The rows of a part as the file has them, with the types of the program.
    pub(super) fn rows(
        &self,
        file: &Source,
        place: &Place,
        wanted: Option<&Wanted>,
        absent: &mut Absent,
    ) -> Result<(DataFrame, Row), Fault> {
        let whole = |frame| (frame, file.row.clone());
        match (&file.header, &place.stretch) {
            (Header::Parquet(footer), Stretch::Group { group, rows }) => {
                let place = Group { group: *group, rows: rows.clone(), before: place.before };
                footer.read_group(&file.path, &file.row, &place, wanted, !file.verified)
            }
            (Header::Ipc(header), stretch) => {
                let batch = if let Stretch::Batch { batch, .. } = stretch { Some(*batch) } else { None };
                header.rows(&file.path, &file.row, batch, place.before, wanted, !file.verified)
            }
            (_, Stretch::Text(piece)) if self.format == Format::Lines => {
                let (frame, without) = jsonl::read(&file.path, &file.row, piece)?;
                *absent = without;
                Ok(whole(frame))
            }
            (_, Stretch::Text(piece)) => {
                csv::read(&file.path, &file.row, &csv::Dialect::of(self.dataset)?, piece).map(whole)
            }
            _ if self.format == Format::Pictures => Pictures::of(self.dataset)?.read(&file.path, &file.row).map(whole),
            _ => Sheet::of(self.dataset).read(&file.path, &file.row).map(whole),
        }
    }

    /// The rows of a part as the table has them: without those that were deleted, and with the columns that stand elsewhere.
    pub(super) fn whole(
        &self,
        file: &Source,
        place: &Place,
        frame: DataFrame,
        row: Row,
    ) -> Result<(DataFrame, Row), Fault> {
        let frame = match kept(&file.deleted, place.before, frame.height()) {
            Some(marks) => guarded(|| frame.filter(&marks))?,
            None => frame,
        };
        if file.constants.is_empty() {
            return Ok((frame, row));
        }
        let (height, mut columns) = (frame.height(), frame.into_columns());
        let mut declared = row.columns;
        for constant in &file.constants {
            columns.push(constant.new_from_index(0, height));
            declared.extend(self.row.get(constant.name()).cloned());
        }
        let frame = guarded(|| DataFrame::new(height, columns))?;
        Ok((frame, Row { columns: declared, ..self.row.clone() }))
    }
}

/// Rows of a part of a Parquet file, at most. Groups of files that were written by others may have any number of rows.
const ROWS: usize = 1 << 18;

/// A group of so many rows in stretches, none of which has many more than [`ROWS`].
fn stretches(rows: usize) -> impl Iterator<Item = Range<usize>> {
    // A group is not cut for a few rows more: its pages are looked through again for each stretch.
    let count = ((rows + ROWS / 2) / ROWS).max(1);
    (0..count).map(move |place| rows * place / count..rows * (place + 1) / count)
}

/// Marks on the rows that are still there, of so many rows behind others; nothing where all are.
fn kept(deleted: &[u64], before: usize, rows: usize) -> Option<BooleanChunked> {
    let (first, end) = (before as u64, (before + rows) as u64);
    let own = &deleted[deleted.partition_point(|row| *row < first)..deleted.partition_point(|row| *row < end)];
    if own.is_empty() {
        return None;
    }
    let mut marks = vec![true; rows];
    own.iter().for_each(|row| marks[(*row - first) as usize] = false);
    Some(BooleanChunked::from_slice("kept".into(), &marks))
}
