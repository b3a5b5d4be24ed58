//! Parquet files, group by group.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_arrow::array::ArrayRef;
use polars_core::runtime::RAYON;
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, Compressor, DynIter, DynStreamingIterator, Encoding, FileWriter, ParquetType, Version,
    WriteOptions, array_to_columns, fallible_streaming_iterator,
};
use rayon::prelude::*;

use super::told::{Refused, Told, told};
use super::waiting::Waiting;
use crate::Fault;

/// A Parquet file: rows wait until there are enough for a group.
pub(super) struct Groups {
    file: Encoded,
    refused: Refused,
    target: PathBuf,
    waiting: Waiting,
}

impl Groups {
    /// A file for rows with the columns of a frame; `target` is where it will appear.
    pub(super) fn of(file: File, first: &DataFrame, target: &Path) -> Result<Self, Fault> {
        let refused = Refused::default();
        let file = Told::of(file, Arc::clone(&refused));
        let file = told(&refused, target, || Encoded::of(file, first.schema()))?;
        Ok(Self { file, refused, target: target.to_path_buf(), waiting: Waiting::default() })
    }

    /// Writes rows behind those that are there.
    pub(super) fn push(&mut self, frame: DataFrame) -> Result<(), Fault> {
        let Self { file, refused, target, waiting } = self;
        waiting.push(frame, |rows| told(refused, target, || file.write(&rows)))
    }

    /// Writes what still waits, and the footer.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        if let Some(rows) = self.waiting.rest() {
            told(&self.refused, &self.target, || self.file.write(&rows))?;
        }
        told(&self.refused, &self.target, || self.file.writer.end(None)).map(drop)
    }
}

/// A file that takes whole groups, whose columns are encoded and compressed side by side. The table engine's own writer
/// compresses one behind the other, which takes most of the time.
struct Encoded {
    writer: FileWriter<Told>,
    encodings: Vec<Vec<Encoding>>,
}

impl Encoded {
    fn of(file: Told, schema: &Schema) -> PolarsResult<Self> {
        let encodings = get_encodings(&schema.to_arrow(CompatLevel::newest())).to_vec();
        // Pages are the same for all forms of texts. The schema beside them has the oldest, which every reader knows.
        let schema = schema.to_arrow(CompatLevel::oldest());
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            version: Version::V1,
            compression: ParquetCompression::Zstd(None).into(),
            data_page_size: None,
        };
        Ok(Self { writer: FileWriter::try_new(file, schema, options)?, encodings })
    }

    /// Writes a group of rows, which lie in one stretch of memory.
    fn write(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        for batch in rows.iter_chunks(CompatLevel::newest(), false).filter(|batch| !batch.is_empty()) {
            let (fields, options) = (self.writer.parquet_schema().fields(), self.writer.options());
            let columns: PolarsResult<Vec<Vec<Leaf>>> = RAYON.install(|| {
                let columns = batch.columns().par_iter().zip(fields).zip(&self.encodings);
                columns.map(|((column, field), encodings)| leaves(column, field, encodings, options)).collect()
            });
            let leaves = columns?.into_iter().flatten().collect::<Vec<Leaf>>();
            let pages = leaves.iter().map(|pages| {
                let pages = fallible_streaming_iterator::convert(pages.iter().map(PolarsResult::Ok));
                Ok(DynStreamingIterator::new(pages))
            });
            self.writer.write(batch.len() as u64, DynIter::new(pages))?;
        }
        Ok(())
    }
}

/// The pages of the values of a column, or of a part of a nested one.
type Leaf = Vec<CompressedPage>;

fn leaves(
    column: &ArrayRef,
    field: &ParquetType,
    encodings: &[Encoding],
    options: WriteOptions,
) -> PolarsResult<Vec<Leaf>> {
    let compressed = |pages: DynIter<'static, PolarsResult<_>>| {
        let pages = pages.map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
        Compressor::new(pages, options.compression, Vec::new()).map(|page| page.map_err(PolarsError::from)).collect()
    };
    array_to_columns(column, field.clone(), options, encodings)?.into_iter().map(compressed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_in_a_file_has_the_oldest_form_of_texts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let texts = Series::new("t".into(), ["a", "a text of more than twelve bytes"]);
        let lists = Series::new("l".into(), [texts.clone(), texts.clone()]);
        let frame = DataFrame::new(2, vec![texts.into_column(), lists.into_column()]).unwrap();
        let mut groups = Groups::of(File::create(&path).unwrap(), &frame, &path).unwrap();
        let schema = format!("{:?}", groups.file.writer.schema());
        assert!(schema.contains("LargeUtf8") && !schema.contains("View"), "{schema}");
        groups.push(frame.clone()).unwrap();
        groups.finish().unwrap();
        let read = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
        assert!(read.equals(&frame));
    }
}
