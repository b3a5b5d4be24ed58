//! The border between polars' columns and those of programs. Nothing is copied in either direction: programs read the memory
//! of chunks where it lies, and what they give becomes chunks.

use std::ops::Range;

use gml_codegen::rows::{Bits, Column, Output, OutputValues, Storage, Values};
use gml_connect::Fault;
use polars::prelude::{
    BooleanChunked, Float32Chunked, Float64Chunked, Int8Chunked, Int16Chunked, Int32Chunked, Int64Chunked, IntoSeries,
    PlSmallStr, Series, UInt8Chunked, UInt16Chunked, UInt32Chunked,
};
use polars_arrow::array::{Array, BooleanArray, PrimitiveArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::types::NativeType;

use super::stored::Stored;
use crate::frame::fault;

/// Chunks of fewer rows than these, on average, are put together first.
const SMALL: usize = 1024;

/// Rows that one call of a kernel takes at most, and in how many parts chunks that are longer are cut at most.
const PART: usize = 1 << 17;
const PARTS: usize = 8;

/// The column in the form that a program reads.
pub(super) fn readied(column: &Series, stored: Stored) -> Result<Series, Fault> {
    let dtype = stored.dtype();
    let column = if *column.dtype() == dtype { column.clone() } else { column.strict_cast(&dtype).map_err(fault)? };
    let scattered = column.n_chunks() > 1 && column.len() / column.n_chunks() < SMALL;
    Ok(if scattered { column.rechunk() } else { column })
}

/// Ranges of rows each of which lies in one chunk of every column. They depend on the columns alone, as they decide how what
/// is given is cut into chunks.
pub(super) fn ranges(columns: &[Series], height: usize) -> Vec<Range<usize>> {
    let mut ends: Vec<usize> = columns
        .iter()
        .flat_map(|column| {
            column.chunk_lengths().scan(0, |end, length| {
                *end += length;
                Some(*end)
            })
        })
        .filter(|end| *end > 0)
        .collect();
    ends.push(height);
    ends.sort_unstable();
    ends.dedup();
    let mut ranges = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        let rows = end - start;
        let parts = (rows / PART).clamp(1, PARTS);
        // Bits of a part begin at a byte.
        let part = rows.div_ceil(parts).next_multiple_of(64);
        ranges.extend((start..end).step_by(part).map(|from| from..end.min(from + part)));
        start = end;
    }
    ranges
}

/// The rows of a range of a column; nothing where it lies in several chunks, or is stored otherwise.
pub(super) fn borrowed<'a>(column: &'a Series, stored: Stored, rows: &Range<usize>) -> Option<Column<'a>> {
    let mut start = 0;
    let chunk = column.chunks().iter().find(|chunk| {
        let inside = rows.start < start + chunk.len();
        start += if inside { 0 } else { chunk.len() };
        inside
    })?;
    let own = rows.start - start..rows.end - start;
    let validity = chunk.validity().filter(|validity| validity.unset_bits() > 0);
    let validity = validity.map(|validity| bits(validity, own.start));
    let values = match stored.storage() {
        Storage::Bool => Values::Bool(bits(chunk.as_any().downcast_ref::<BooleanArray>()?.values(), own.start)),
        Storage::I8 => Values::I8(numbers(&**chunk, own)?),
        Storage::I16 => Values::I16(numbers(&**chunk, own)?),
        Storage::I32 => Values::I32(numbers(&**chunk, own)?),
        Storage::I64 => Values::I64(numbers(&**chunk, own)?),
        Storage::U8 => Values::U8(numbers(&**chunk, own)?),
        Storage::U16 => Values::U16(numbers(&**chunk, own)?),
        Storage::U32 => Values::U32(numbers(&**chunk, own)?),
        Storage::F32 => Values::F32(numbers(&**chunk, own)?),
        Storage::F64 => Values::F64(numbers(&**chunk, own)?),
    };
    Some(Column { values, validity })
}

fn numbers<T: NativeType>(chunk: &dyn Array, rows: Range<usize>) -> Option<&[T]> {
    chunk.as_any().downcast_ref::<PrimitiveArray<T>>()?.values().as_slice().get(rows)
}

fn bits(bitmap: &Bitmap, from: usize) -> Bits<'_> {
    let (bytes, offset, _) = bitmap.as_slice();
    Bits { bytes, offset: offset + from }
}

/// What a program gave for ranges of so many rows, as one column.
pub(super) fn given(outputs: Vec<(Output, usize)>, stored: Stored) -> Result<Series, Fault> {
    let name = PlSmallStr::EMPTY;
    macro_rules! chunks {
        ($values:ident, $column:ident) => {{
            let chunks = outputs.into_iter().filter_map(|(output, rows)| match output.values {
                OutputValues::$values(values) => {
                    let validity = output.validity.map(|bytes| Bitmap::from_u8_vec(bytes, rows));
                    Some(PrimitiveArray::from_vec(values).with_validity(validity))
                }
                _ => None,
            });
            $column::from_chunk_iter(name, chunks).into_series()
        }};
    }
    let series = match stored.storage() {
        Storage::Bool => {
            let chunks = outputs.into_iter().filter_map(|(output, rows)| match output.values {
                OutputValues::Bool(values) => {
                    let validity = output.validity.map(|bytes| Bitmap::from_u8_vec(bytes, rows));
                    let values = Bitmap::from_u8_vec(values, rows);
                    Some(BooleanArray::new(ArrowDataType::Boolean, values, validity))
                }
                _ => None,
            });
            BooleanChunked::from_chunk_iter(name, chunks).into_series()
        }
        Storage::I8 => chunks!(I8, Int8Chunked),
        Storage::I16 => chunks!(I16, Int16Chunked),
        Storage::I32 => chunks!(I32, Int32Chunked),
        Storage::I64 => chunks!(I64, Int64Chunked),
        Storage::U8 => chunks!(U8, UInt8Chunked),
        Storage::U16 => chunks!(U16, UInt16Chunked),
        Storage::U32 => chunks!(U32, UInt32Chunked),
        Storage::F32 => chunks!(F32, Float32Chunked),
        Storage::F64 => chunks!(F64, Float64Chunked),
    };
    match stored.dtype() {
        dtype if dtype == *series.dtype() => Ok(series),
        // Days and ticks: the same numbers under another name.
        dtype => series.cast(&dtype).map_err(fault),
    }
}

/// No rows of that type.
pub(super) fn empty(stored: Stored) -> Series {
    Series::new_empty(PlSmallStr::EMPTY, &stored.dtype())
}
