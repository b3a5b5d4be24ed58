//! Parquet files, group by group.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;

use super::told::{Refused, Told, told};
use super::waiting::Waiting;
use crate::Fault;

/// A Parquet file: rows wait until there are enough for a group.
pub(super) struct Groups {
    writer: BatchedWriter<Told>,
    refused: Refused,
    target: PathBuf,
    waiting: Waiting,
}

impl Groups {
    /// A file for rows with the columns of a frame; `target` is where it will appear.
    pub(super) fn of(file: File, first: &DataFrame, target: &Path) -> Result<Self, Fault> {
        let refused = Refused::default();
        let file = Told::of(file, Arc::clone(&refused));
        let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None));
        let writer = told(&refused, target, || writer.batched(first.schema()))?;
        Ok(Self { writer, refused, target: target.to_path_buf(), waiting: Waiting::default() })
    }

    /// Writes rows behind those that are there.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        let Self { writer, refused, target, waiting } = self;
        waiting.push(frame, |rows| told(refused, target, || writer.write_batch(&rows)))
    }

    /// Writes what still waits, and the footer.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        if let Some(rows) = self.waiting.rest() {
            told(&self.refused, &self.target, || self.writer.write_batch(&rows))?;
        }
        told(&self.refused, &self.target, || self.writer.finish()).map(drop)
    }
}
