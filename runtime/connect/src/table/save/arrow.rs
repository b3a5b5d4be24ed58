//! Arrow IPC files, batch by batch.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::io::ipc::{BatchedWriter, IpcWriter};
use polars::prelude::*;
use polars_arrow::io::ipc::write::default_ipc_fields;

use super::told::{Refused, Told, told};
use super::waiting::Waiting;
use crate::Fault;

/// An Arrow IPC file: rows wait until there are enough for a batch.
pub(super) struct Batches {
    writer: BatchedWriter<Told>,
    refused: Refused,
    target: PathBuf,
    waiting: Waiting,
}

impl Batches {
    /// A file for rows with the columns of a frame; `target` is where it will appear.
    pub(super) fn of(file: File, first: &DataFrame, target: &Path) -> Result<Self, Fault> {
        let refused = Refused::default();
        let file = Told::of(file, Arc::clone(&refused));
        // The oldest form of texts, which every reader of Arrow knows.
        let writer = IpcWriter::new(file)
            .with_compression(Some(IpcCompression::default()))
            .with_compat_level(CompatLevel::oldest());
        let schema = first.schema();
        let fields = default_ipc_fields(schema.to_arrow(CompatLevel::oldest()).iter_values());
        let writer = told(&refused, target, || writer.batched(schema, fields))?;
        Ok(Self { writer, refused, target: target.to_path_buf(), waiting: Waiting::default() })
    }

    /// Writes rows behind those that are there.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        let Self { writer, refused, target, waiting } = self;
        waiting.push(frame, |rows| told(refused, target, || writer.write_batch(&rows)))
    }

    /// Writes what still waits, and the footer.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        if let Some(rows) = self.waiting.rest().filter(|rows| rows.height() > 0) {
            told(&self.refused, &self.target, || self.writer.write_batch(&rows))?;
        }
        told(&self.refused, &self.target, || self.writer.finish())
    }
}
