//! Parquet files: their footers, and of their pages only what is needed.

mod flat;
mod leaves;
mod nested;
#[cfg(test)]
mod nested_tests;
mod statistics;

use std::collections::HashSet;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use gml_ir::{Column as Declared, Row};
use polars::prelude::*;
use polars_arrow::datatypes::{ArrowSchema, Field as ArrowField};
use polars_parquet::read::{
    self, BasicDecompressor, ColumnChunkMetadata, FileMetadata, Filter, PageReader, RowGroupMetadata, infer_schema,
};

use super::lacks;
use super::wanted::{Bound, Wanted};
use crate::conform::{Conversion, MismatchKind, plan};
use crate::dtype::stored_type;
use crate::query::guarded;
use crate::{Fault, code, paths};
use leaves::{Kept, Leaves};

/// What the end of a file says: which columns it has, and what is in each group of rows.
#[derive(Debug)]
pub(super) struct Contents {
    metadata: FileMetadata,
    schema: ArrowSchema,
}

/// The end of a file, held against a declared row.
pub(super) struct Footer {
    contents: Arc<Contents>,
    /// How each column of the declared row comes out of the file.
    conversions: Vec<Conversion>,
}

/// Rows of a group.
pub(super) struct Group {
    /// Which group.
    pub(super) group: usize,
    /// Its rows.
    pub(super) rows: Range<usize>,
    /// Rows of the file before them.
    pub(super) before: usize,
}

impl Contents {
    /// Reads it.
    pub(super) fn read(path: &Path) -> Result<Self, Fault> {
        let mut file = open(path)?;
        let metadata = guarded(|| read::read_metadata(&mut file)).map_err(|fault| damaged(&fault))?;
        different(metadata.schema().fields().iter().map(|field| field.name()))?;
        let schema = guarded(|| infer_schema(&metadata)).map_err(|fault| damaged(&fault))?;
        Ok(Self { metadata, schema })
    }
}

impl Footer {
    /// Reads it, and holds it against the declared row.
    pub(super) fn read(path: &Path, row: &Row) -> Result<Self, Fault> {
        Self::of(Arc::new(Contents::read(path)?), row)
    }

    /// Holds what was read against the declared row.
    pub(super) fn of(contents: Arc<Contents>, row: &Row) -> Result<Self, Fault> {
        let schema = &contents.schema;
        let header: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
        let mut conversions = Vec::with_capacity(row.columns.len());
        for column in &row.columns {
            let stored = column.stored_name();
            let field = schema.get(stored).ok_or_else(|| lacks(stored, &column.name, &header))?;
            conversions.push(conversion(field, column)?);
        }
        Ok(Self { contents, conversions })
    }

    /// Names of the columns of the file.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.contents.schema.iter_names().map(|name| name.as_str())
    }

    /// How many rows each group has.
    pub(super) fn groups(&self) -> impl Iterator<Item = usize> {
        self.contents.metadata.row_groups.iter().map(RowGroupMetadata::num_rows)
    }

    /// Whether a bound excludes all rows of a group.
    pub(super) fn excludes(&self, group: usize, row: &Row, bounds: &[Bound]) -> bool {
        let Contents { metadata, schema } = &*self.contents;
        let excluded = |bound: &Bound| {
            let place = row.columns.iter().position(|column| column.name == bound.column)?;
            let stored = row.columns[place].stored_name();
            let mut chunks = metadata.row_groups[group].columns_under_root_iter(stored)?;
            let (Some(chunk), None) = (chunks.next(), chunks.next()) else { return None };
            let (field, footer) = (schema.get(stored)?, &metadata.footer_buf);
            guarded(|| Ok(statistics::excludes(bound, field, &self.conversions[place], chunk, footer))).ok()?
        };
        bounds.iter().any(|bound| excluded(bound) == Some(true))
    }

    /// Reads what is wanted of rows of a group, and where rules are to be checked also what they need that the footer does
    /// not prove. Gives the columns with the types that they have in the frame.
    pub(super) fn read_group(
        &self,
        path: &Path,
        row: &Row,
        place: &Group,
        wanted: Option<&Wanted>,
        checked: bool,
    ) -> Result<(DataFrame, Row), Fault> {
        let mut file = open(path)?;
        let rows = &self.contents.metadata.row_groups[place.group];
        let (mut declared, mut columns) = (Vec::new(), Vec::new());
        for (column, conversion) in row.columns.iter().zip(&self.conversions) {
            let wanted = wanted.and_then(|wanted| wanted.field(&column.name));
            let Some((kept, chunks)) = self.kept(rows, column, conversion, wanted, checked)? else { continue };
            let column = column.clone().with_type(kept.ty.clone());
            let stored = guarded(|| decode(&mut file, (&place.rows, rows.num_rows()), &kept, &chunks))
                .map_err(|fault| damaged(&fault))?;
            let conversion = self::conversion(&kept.field, &column)?;
            let (converted, misfits) = guarded(|| conversion.apply(&stored))?;
            if let Some(marks) = misfits {
                return Err(misfit(column.stored_name(), &stored, &marks, &column.ty.to_string(), place.before));
            }
            columns.push(converted.with_name((&*column.name).into()).into_column());
            declared.push(column);
        }
        let frame = guarded(|| DataFrame::new(place.rows.len(), columns))?;
        Ok((frame, Row { columns: declared, ..row.clone() }))
    }

    /// What is read of a column, and the chunks in which it lies.
    fn kept<'a>(
        &self,
        rows: &'a RowGroupMetadata,
        column: &Declared,
        conversion: &Conversion,
        wanted: Option<&Wanted>,
        checked: bool,
    ) -> Result<Option<(Kept, Vec<&'a ColumnChunkMetadata>)>, Fault> {
        let stored = column.stored_name();
        let missing = || {
            damaged(&Fault::new(
                code::NOT_PARQUET,
                format!("a group of rows lacks the column `{stored}` of the header"),
            ))
        };
        let Contents { metadata, schema } = &*self.contents;
        let field = schema.get(stored).ok_or_else(missing)?;
        let chunks: Vec<&ColumnChunkMetadata> = rows.columns_under_root_iter(stored).ok_or_else(missing)?.collect();
        guarded(|| {
            let all: Vec<_> = chunks.iter().map(|chunk| statistics::leaf(chunk, &metadata.footer_buf)).collect();
            let kept = Leaves { all: &all, checked }.keep(column, conversion, field, 0, wanted);
            Ok(kept.map(|kept| {
                let chunks = kept.leaves.iter().map(|leaf| chunks[*leaf]).collect();
                (kept, chunks)
            }))
        })
    }
}

/// Names and types of the columns of a file.
///
/// # Errors
/// Where it is no Parquet file, or has a column that cannot be read.
pub(super) fn columns(path: &Path) -> Result<Vec<(String, DataType)>, Fault> {
    types(path)?.into_iter().map(|(name, ty)| Ok((name, ty?))).collect()
}

/// The name of a column with its type, or why there is none for it.
type Typed = (String, Result<DataType, Fault>);

/// The columns of a file.
///
/// # Errors
/// Where it is no Parquet file.
pub(crate) fn types(path: &Path) -> Result<Vec<Typed>, Fault> {
    let contents = Contents::read(path)?;
    let fields = contents.schema.iter_values();
    Ok(fields.map(|field| (field.name.to_string(), stored_type(field))).collect())
}

/// That no two columns have the same name.
fn different<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Fault::new(code::CANNOT_READ, format!("the file has two columns named `{name}`"))
                .help("write it again with another name for one of them"));
        }
    }
    Ok(())
}

/// The conversion from the field of a file to a declared column.
pub(super) fn conversion(field: &ArrowField, column: &Declared) -> Result<Conversion, Fault> {
    plan(&stored_type(field)?, column).map_err(|mismatch| {
        let place = format!("{}{}", column.stored_name(), mismatch.path);
        match mismatch.kind {
            MismatchKind::Type { file, declared, remedy } => Fault::new(
                code::STORED_TYPE_DIFFERS,
                format!("the column `{place}` is {file} in the file, and {declared} is declared"),
            )
            .help(remedy),
            MismatchKind::Lacks { field, has } => {
                let has: Vec<&str> = has.iter().map(String::as_str).collect();
                lacks(&format!("{place}.{field}"), &field, &has)
            }
        }
    })
}

/// The values of the leaves.
fn decode(
    file: &mut File,
    (rows, group): (&Range<usize>, usize),
    kept: &Kept,
    chunks: &[&ColumnChunkMetadata],
) -> PolarsResult<Series> {
    let length = file.metadata()?.len();
    let mut read = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let range = chunk.byte_range();
        if range.end > length {
            let text = format!("parquet: a column ends at byte {}, and the file at {length}", range.end);
            return Err(PolarsError::ComputeError(text.into()));
        }
        let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or(usize::MAX)];
        file.seek(SeekFrom::Start(range.start))?;
        file.read_exact(&mut bytes)?;
        read.push((bytes, *chunk));
    }
    // A part of a group is left to the decoder of nested pages, which keeps no levels.
    if *rows == (0..group)
        && let Some(paths) = nested::paths(&kept.field, chunks)
    {
        return Series::try_from((&kept.field, vec![nested::array(&kept.field, group, paths, read)?]));
    }
    let (mut pages, mut types) = (Vec::with_capacity(chunks.len()), Vec::with_capacity(chunks.len()));
    for (bytes, chunk) in read {
        let reader = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX);
        pages.push(BasicDecompressor::new(reader, Vec::new()));
        types.push(&chunk.descriptor().descriptor.primitive_type);
    }
    let filter = Some(Filter::new_ranged(rows.start, rows.end));
    let (arrays, _) = read::column_iter_to_arrays(pages, types, kept.field.clone(), filter)?;
    Series::try_from((&kept.field, arrays))
}

fn open(path: &Path) -> Result<File, Fault> {
    let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
    let length = file.metadata().map_err(|error| paths::unreadable(path, &error))?.len();
    if length == 0 {
        return Err(Fault::new(code::EMPTY_FILE, "the file is empty, so it is no Parquet file")
            .help("write it again from its source"));
    }
    Ok(file)
}

fn damaged(fault: &Fault) -> Fault {
    if fault.code == code::CANNOT_READ || fault.code == code::FILE_MISSING || fault.code == code::OUT_OF_MEMORY {
        return fault.clone();
    }
    Fault::new(code::NOT_PARQUET, "the file is no Parquet file, or it is cut off or damaged")
        .detail(fault.message.clone())
        .help("see whether it was copied to its end, and write it again from its source")
}

/// Values that do not fit the declared type.
pub(super) fn misfit(column: &str, series: &Series, marks: &BooleanChunked, declared: &str, before: usize) -> Fault {
    let rows: Vec<usize> =
        marks.iter().enumerate().filter(|(_, mark)| *mark == Some(true)).map(|(row, _)| row).collect();
    let (values, are) = if rows.len() == 1 { ("value", "is") } else { ("values", "are") };
    let text = format!("{} {values} of the column `{column}` {are} no {declared}", rows.len());
    let mut fault = Fault::new(code::VALUE_DOES_NOT_PARSE, text);
    for row in rows.iter().take(5) {
        if let Ok(value) = series.get(*row) {
            fault = fault.detail(format!("row {}: {value}", before + row + 1));
        }
    }
    fault.help("declare the column with the type that all of its values have, or mend the file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_columns_of_one_name_are_said_to_be_so() {
        assert_eq!(different(["a", "b"].into_iter()), Ok(()));
        let fault = different(["a", "b", "a"].into_iter()).unwrap_err();
        assert_eq!((fault.code, &*fault.message), ("GML0902", "the file has two columns named `a`"));
    }
}
