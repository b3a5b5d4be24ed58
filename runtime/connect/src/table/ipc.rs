//! Arrow IPC: files, which say where each batch of rows lies, and streams, which are read from begin to end.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use gml_ir::Row;
use polars::prelude::*;
use polars_arrow::datatypes::{ArrowSchema, Field as ArrowField};
use polars_arrow::io::ipc::read::{
    FileMetadata, FileReader, StreamReader, StreamState, read_file_metadata, read_stream_metadata,
};
use polars_arrow::record_batch::RecordBatchT;

use super::lacks;
use super::parquet::{conversion, misfit};
use super::wanted::Wanted;
use crate::dtype::stored_type;
use crate::query::{carried, guarded};
use crate::{Fault, claims, code, paths, unread};

/// The first bytes of a file. A stream begins with the length of its schema.
const MAGIC: &[u8; 6] = b"ARROW1";

/// What a file or a stream says of itself.
pub(super) struct Header {
    schema: ArrowSchema,
    /// The end of a file; a stream has none.
    file: Option<FileMetadata>,
}

impl Header {
    /// Reads it, and holds it against the declared row.
    pub(super) fn read(path: &Path, row: &Row) -> Result<Self, Fault> {
        let mut reader = open(path)?;
        let header = if is_file(&mut reader).map_err(|error| paths::unreadable(path, &error))? {
            let file = guarded(|| {
                claims::footer(&mut reader)?;
                let file = read_file_metadata(&mut reader)?;
                claims::blocks(&mut reader, &file)?;
                Ok(file)
            });
            let file = file.map_err(|fault| damaged(&fault))?;
            Self { schema: ArrowSchema::clone(&file.schema), file: Some(file) }
        } else {
            let stream = guarded(|| {
                claims::stream(&mut reader)?;
                read_stream_metadata(&mut reader)
            });
            let stream = stream.map_err(|fault| damaged(&fault))?;
            Self { schema: stream.schema, file: None }
        };
        for column in &row.columns {
            conversion(header.field(column.stored_name(), &column.name)?, column)?;
        }
        Ok(header)
    }

    fn field(&self, stored: &str, name: &str) -> Result<&ArrowField, Fault> {
        let names: Vec<&str> = self.schema.iter_names().map(|name| name.as_str()).collect();
        self.schema.get(stored).ok_or_else(|| lacks(stored, name, &names))
    }

    /// Names and types of its columns.
    pub(super) fn columns(&self) -> Result<Vec<(String, DataType)>, Fault> {
        self.schema.iter_values().map(|field| Ok((field.name.to_string(), stored_type(field)?))).collect()
    }

    /// How many rows each batch of a file has; nothing for a stream.
    pub(super) fn batches(&self, path: &Path) -> Result<Option<Vec<usize>>, Fault> {
        let Some(file) = &self.file else { return Ok(None) };
        let mut reader = FileReader::new(open(path)?, file.clone(), Some(Vec::new()), None);
        let rows = (0..file.blocks.len()).map(|block| {
            reader.set_current_block(block);
            let length = guarded(|| match reader.next_record_batch() {
                Some(batch) => Ok(batch?.length().ok().and_then(|length| usize::try_from(length).ok())),
                None => Ok(None),
            });
            let length = length.map_err(|fault| damaged(&fault))?;
            length.ok_or_else(|| damaged(&Fault::new(code::NOT_ARROW, format!("batch {} has no rows", block + 1))))
        });
        rows.collect::<Result<Vec<_>, Fault>>().map(Some)
    }

    /// Reads the columns that are wanted, or that rules look at, of a batch, or of a whole stream.
    pub(super) fn rows(
        &self,
        path: &Path,
        row: &Row,
        batch: Option<usize>,
        before: usize,
        wanted: Option<&Wanted>,
        checked: bool,
    ) -> Result<(DataFrame, Row), Fault> {
        let is_read =
            |column: &&gml_ir::Column| checked || wanted.is_some_and(|wanted| wanted.field(&column.name).is_some());
        let declared: Vec<gml_ir::Column> = row.columns.iter().filter(is_read).cloned().collect();
        let mut places = Vec::with_capacity(declared.len());
        for column in &declared {
            self.field(column.stored_name(), &column.name)?;
            places.extend(self.schema.index_of(column.stored_name()));
        }
        places.sort_unstable();
        places.dedup();
        let (stored, height) =
            guarded(|| self.stored(path, places.clone(), batch, before)).map_err(|fault| damaged(&fault))?;
        let mut columns = Vec::with_capacity(declared.len());
        for column in &declared {
            let field = self.field(column.stored_name(), &column.name)?;
            let series = guarded(|| stored.column(column.stored_name()).cloned())?;
            let series = series.as_materialized_series();
            let to = conversion(field, column)?;
            let (converted, misfits) = guarded(|| to.apply(series))?;
            if let Some(marks) = misfits {
                return Err(misfit(column.stored_name(), series, &marks, &column.ty.to_string(), before));
            }
            columns.push(converted.with_name((&*column.name).into()).into_column());
        }
        let frame = guarded(|| DataFrame::new(height, columns))?;
        Ok((frame, Row { columns: declared, ..row.clone() }))
    }

    /// Columns at places of the schema, as they are stored. So many rows of the file come before them.
    fn stored(
        &self,
        path: &Path,
        places: Vec<usize>,
        batch: Option<usize>,
        before: usize,
    ) -> PolarsResult<(DataFrame, usize)> {
        let fields: Vec<ArrowField> = places
            .iter()
            .filter_map(|place| self.schema.get_at_index(*place).map(|(_, field)| field.clone()))
            .collect();
        let mut reader = BufReader::new(File::open(path)?);
        let mut batches = Vec::new();
        match &self.file {
            Some(file) => {
                let mut reader = FileReader::new(reader, file.clone(), Some(places), None);
                reader.set_current_block(batch.unwrap_or(0));
                let count = if batch.is_some() { 1 } else { usize::MAX };
                for rows in reader.take(count) {
                    batches.push(rows?);
                }
            }
            None => {
                let metadata = read_stream_metadata(&mut reader)?;
                for state in StreamReader::new(reader, metadata, Some(places)) {
                    match state? {
                        StreamState::Some(rows) => batches.push(rows),
                        // A file does not grow while it is read.
                        StreamState::Waiting => break,
                    }
                }
            }
        }
        together(&fields, batches, before)
    }
}

/// Batches one behind the other; so many rows come before them.
fn together(
    fields: &[ArrowField],
    batches: Vec<RecordBatchT<ArrayRef>>,
    before: usize,
) -> PolarsResult<(DataFrame, usize)> {
    let height = batches.iter().map(RecordBatchT::len).sum();
    let mut arrays: Vec<Vec<ArrayRef>> = vec![Vec::with_capacity(batches.len()); fields.len()];
    for batch in batches {
        for (place, array) in batch.into_arrays().into_iter().enumerate() {
            arrays[place].push(array);
        }
    }
    let columns = fields.iter().zip(arrays).map(|(field, arrays)| {
        if arrays.is_empty() {
            return Ok(Column::new_empty(field.name.clone(), &stored_type(field).map_err(carried)?));
        }
        let mut row = before;
        for array in &arrays {
            if let Some(unread) = unread::of_column(&field.name, &**array, row) {
                return Err(carried(
                    Fault::new(code::VALUE_DOES_NOT_PARSE, unread.to_string())
                        .help("mend the file: such a value would become another one when it is read"),
                ));
            }
            row += array.len();
        }
        Series::try_from((field, arrays)).map(IntoColumn::into_column)
    });
    let columns = columns.collect::<PolarsResult<Vec<_>>>()?;
    Ok((DataFrame::new(height, columns)?, height))
}

fn is_file(reader: &mut (impl Read + Seek)) -> std::io::Result<bool> {
    let mut first = Vec::new();
    reader.by_ref().take(MAGIC.len() as u64).read_to_end(&mut first)?;
    reader.rewind()?;
    Ok(first == MAGIC)
}

fn open(path: &Path) -> Result<BufReader<File>, Fault> {
    let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
    if file.metadata().is_ok_and(|about| about.len() == 0) {
        return Err(Fault::new(code::EMPTY_FILE, "the file is empty, so it is no Arrow file")
            .help("write it again from its source"));
    }
    Ok(BufReader::new(file))
}

fn damaged(fault: &Fault) -> Fault {
    // A value that is none says nothing of the file.
    const OTHER: [&str; 5] =
        [code::CANNOT_READ, code::FILE_MISSING, code::OUT_OF_MEMORY, code::EMPTY_FILE, code::VALUE_DOES_NOT_PARSE];
    if OTHER.contains(&fault.code) {
        return fault.clone();
    }
    Fault::new(code::NOT_ARROW, "the file is no Arrow IPC file, or it is cut off or damaged")
        .detail(fault.message.clone())
        .help("see whether it was copied to its end, and write it again from its source")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use polars_arrow::array::PrimitiveArray;
    use polars_arrow::datatypes::{ArrowDataType, TimeUnit};

    use super::*;

    /// Polars would multiply them by a thousand, and take what is left of 64 bits.
    #[test]
    fn seconds_that_do_not_fit_are_told_with_their_row() {
        let ty = ArrowDataType::Timestamp(TimeUnit::Second, None);
        let field = ArrowField::new("seen".into(), ty.clone(), true);
        let batch = |seconds: [i64; 2]| {
            let array = PrimitiveArray::new(ty.clone(), seconds.to_vec().into(), None).boxed();
            let schema = Arc::new(ArrowSchema::from_iter([field.clone()]));
            RecordBatchT::try_new(2, schema, vec![array]).unwrap()
        };
        let fields = [field.clone()];
        assert_eq!(together(&fields, vec![batch([0, 1]), batch([2, 3])], 10).unwrap().1, 4);
        let fault = guarded(|| together(&fields, vec![batch([0, 1]), batch([2, i64::MAX])], 10)).unwrap_err();
        let fault = damaged(&fault);
        let due = "row 14, column `seen`: 9223372036854775807 seconds are more than a timestamp can hold";
        assert_eq!((fault.code, &*fault.message), ("GML0905", due));
    }
}
