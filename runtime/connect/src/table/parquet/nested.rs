//! Nested columns of a group of rows: their levels are read once, and their values as if they stood in flat columns.
//!
//! Dremel's levels (Melnik et al. 2010, section 4.1) say for each entry of a leaf how much of its path is there. What every
//! entry of a leaf costs is what reading such columns costs; here the levels of a page are told apart in one pass over
//! numbers, and the page goes on without them.

use std::io::Cursor;

use polars::prelude::*;
use polars_arrow::array::{Array, ListArray, StructArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::compute::concatenate::concatenate;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::offset::OffsetsBuffer;
use polars_parquet::parquet::compression::{Compression, DecompressionContext};
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{DataPage, Page, split_buffer};
use polars_parquet::parquet::read::levels::get_bit_width;
use polars_parquet::parquet::read::{PageMetaData, PageReader, decompress};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::read::{BasicDecompressor, ColumnChunkMetadata, column_iter_to_arrays, n_columns};

use super::flat::Flat;

/// How the leaves of a column are to be read by [`array`]: of a struct or a list, with at most one list on the way to each leaf.
/// Nothing of others, and where the levels that the file declares are others than those of the field.
pub(super) fn paths(field: &Field, chunks: &[&ColumnChunkMetadata]) -> Option<Vec<Path>> {
    fn reads(field: &Field, listed: bool) -> bool {
        match field.dtype() {
            ArrowDataType::LargeList(inner) => !listed && reads(inner, true),
            ArrowDataType::Struct(fields) => !fields.is_empty() && fields.iter().all(|field| reads(field, listed)),
            dtype => !dtype.is_nested(),
        }
    }
    if !field.dtype().is_nested() || !reads(field, false) {
        return None;
    }
    let mut paths = Vec::with_capacity(chunks.len());
    paths_of(field, Path::default(), &mut paths);
    let fits = |(path, chunk): (&Path, &&ColumnChunkMetadata)| {
        let descriptor = &chunk.descriptor().descriptor;
        let repeated = i16::from(path.elements.is_some());
        descriptor.max_def_level == path.depth as i16 && descriptor.max_rep_level == repeated
    };
    (paths.len() == chunks.len() && paths.iter().zip(chunks).all(fits)).then_some(paths)
}

/// The column of a whole group of so many rows, from the pages of its leaves.
///
/// # Errors
/// What is wrong with the pages.
pub(super) fn array(
    field: &Field,
    rows: usize,
    paths: Vec<Path>,
    leaves: Vec<(Vec<u8>, &ColumnChunkMetadata)>,
) -> PolarsResult<Box<dyn Array>> {
    let read = paths.into_iter().zip(leaves).map(|(path, (bytes, chunk))| Leaf::read(path, bytes, chunk, rows));
    assemble(field, 0, false, &mut read.collect::<PolarsResult<Vec<_>>>()?)
}

/// How the levels of a leaf are to be understood.
#[derive(Clone, Default)]
pub(super) struct Path {
    /// The definition level at which the value is there.
    depth: u16,
    /// The definition level from which on an entry is an item of a list, where the leaf is within one.
    elements: Option<u16>,
    field: Option<Field>,
}

impl Path {
    fn into(self, field: &Field) -> Self {
        Self { depth: self.depth.saturating_add(u16::from(field.is_nullable)), ..self }
    }

    /// The level below which an entry stands for no value, not even for one that is null.
    fn floor(&self) -> u16 {
        self.elements.unwrap_or(0)
    }
}

/// The paths of the leaves, in their order.
fn paths_of(field: &Field, path: Path, found: &mut Vec<Path>) {
    let path = path.into(field);
    match field.dtype() {
        ArrowDataType::LargeList(inner) => {
            let depth = path.depth.saturating_add(1);
            paths_of(inner, Path { depth, elements: Some(depth), field: None }, found);
        }
        ArrowDataType::Struct(fields) => fields.iter().for_each(|field| paths_of(field, path.clone(), found)),
        _ => found.push(Path { field: Some(field.clone()), ..path }),
    }
}

/// What was read of a leaf.
struct Leaf {
    values: Option<Box<dyn Array>>,
    /// The definition level of each row.
    rows: Vec<u16>,
    /// The definition level of each item, where the leaf is within a list.
    items: Vec<u16>,
    /// Items before each row, and all of them at the end, where the leaf is within a list.
    offsets: Vec<i64>,
}

impl Leaf {
    fn read(path: Path, bytes: Vec<u8>, chunk: &ColumnChunkMetadata, rows: usize) -> PolarsResult<Self> {
        let meta = PageMetaData::from(chunk);
        let descriptor = meta.descriptor.clone();
        let mut levels = Levels::new(&path, rows);
        let mut flat = Flat::new(bytes.len());
        let (mut spare, mut context) = (Vec::new(), DecompressionContext::Unset);
        for page in PageReader::new_with_page_meta(Cursor::new(bytes.into()), meta, Vec::new(), usize::MAX) {
            let read = decompress(page?, &mut spare, &mut context)?;
            match &read {
                Page::Dict(dictionary) => flat.dictionary(dictionary)?,
                Page::Data(page) => {
                    let values = levels.split(page)?;
                    flat.page(page.header(), levels.last(), values)?;
                }
            }
            // The memory that a page was decompressed into is that of the next.
            if let (Page::Data(mut page), true) = (read, chunk.compression() != Compression::Uncompressed) {
                spare = std::mem::take(page.buffer_mut());
            }
        }
        let Levels { rows: of_rows, items, mut offsets, count, .. } = levels;
        if of_rows.len() != rows {
            let text = format!("parquet: a group has {rows} rows, and a leaf of a column in it {}", of_rows.len());
            return Err(PolarsError::ComputeError(text.into()));
        }
        if path.elements.is_some() {
            offsets.push(count as i64);
        }
        let field = path.field.clone().unwrap_or_else(|| Field::new(PlSmallStr::EMPTY, ArrowDataType::Null, true));
        let values = values(&path, field, descriptor, flat, count)?;
        Ok(Self { values: Some(values), rows: of_rows, items, offsets })
    }

    /// Which of the rows, or of the items, have a level above that one.
    fn above(&self, level: u16, listed: bool) -> Bitmap {
        let levels = if listed { &self.items } else { &self.rows };
        levels.iter().map(|own| *own > level).collect()
    }
}

/// The values of a leaf whose pages have no levels beside whether a value is there.
fn values(path: &Path, field: Field, descriptor: Descriptor, flat: Flat, count: usize) -> PolarsResult<Box<dyn Array>> {
    let optional = path.depth > path.floor();
    let mut primitive = descriptor.primitive_type;
    primitive.field_info.repetition = if optional { Repetition::Optional } else { Repetition::Required };
    let descriptor = Descriptor { primitive_type: primitive.clone(), max_def_level: optional.into(), max_rep_level: 0 };
    let meta = PageMetaData::new(0, count as i64, Compression::Uncompressed, descriptor);
    let reader = PageReader::new_with_page_meta(Cursor::new(flat.into_bytes().into()), meta, Vec::new(), usize::MAX);
    let pages = BasicDecompressor::new(reader, Vec::new());
    let field = Field { is_nullable: optional, ..field };
    let (mut arrays, _) = column_iter_to_arrays(vec![pages], vec![&primitive], field, None)?;
    let array = match arrays.len() {
        1 => arrays.remove(0),
        _ => concatenate(&arrays.iter().map(|array| &**array).collect::<Vec<_>>())?,
    };
    if array.len() != count {
        let text = format!("parquet: a leaf of a column has {} values, and {count} entries for them", array.len());
        return Err(PolarsError::ComputeError(text.into()));
    }
    Ok(array)
}

/// The levels of a leaf, page by page.
struct Levels {
    depth: u16,
    floor: u16,
    listed: bool,
    rows: Vec<u16>,
    items: Vec<u16>,
    offsets: Vec<i64>,
    /// Values so far, null or not.
    count: usize,
    /// Of the last page: for each value whether it is there.
    there: Vec<bool>,
    definition: Vec<u16>,
    repetition: Vec<u16>,
}

impl Levels {
    fn new(path: &Path, rows: usize) -> Self {
        let listed = path.elements.is_some();
        Self {
            depth: path.depth,
            floor: path.floor(),
            listed,
            rows: Vec::with_capacity(rows),
            items: Vec::new(),
            offsets: Vec::with_capacity(if listed { rows + 1 } else { 0 }),
            count: 0,
            there: Vec::new(),
            definition: Vec::new(),
            repetition: Vec::new(),
        }
    }

    /// Takes the levels of a page, and gives what is left of it: the values.
    fn split<'a>(&mut self, page: &'a DataPage) -> PolarsResult<&'a [u8]> {
        let (parts, entries) = (split_buffer(page)?, page.num_values());
        collect(&mut self.definition, parts.def, self.depth, entries)?;
        self.there.clear();
        if self.listed {
            collect(&mut self.repetition, parts.rep, 1, entries)?;
            if self.offsets.is_empty() && self.repetition.first().is_some_and(|level| *level != 0) {
                return Err(PolarsError::ComputeError("parquet: a column begins within a list".into()));
            }
            let mut count = self.count;
            for (definition, repetition) in self.definition.iter().zip(&self.repetition) {
                if *repetition == 0 {
                    self.offsets.push(count as i64);
                    self.rows.push(*definition);
                }
                count += usize::from(*definition >= self.floor);
            }
            let (floor, before) = (self.floor, self.items.len());
            if count - self.count == self.definition.len() {
                self.items.extend_from_slice(&self.definition);
            } else {
                self.items.extend(self.definition.iter().filter(|level| **level >= floor));
            }
            self.there.extend(self.items[before..].iter().map(|level| *level == self.depth));
            self.count = count;
        } else {
            self.rows.extend_from_slice(&self.definition);
            self.there.extend(self.definition.iter().map(|level| *level == self.depth));
            self.count += entries;
        }
        Ok(parts.values)
    }

    /// Of the last page: for each value whether it is there; nothing is said where all must be.
    fn last(&self) -> (usize, Option<&[bool]>) {
        (self.there.len(), (self.depth > self.floor).then_some(&self.there))
    }
}

/// The levels of a page, none of which is above `most`.
fn collect(levels: &mut Vec<u16>, bytes: &[u8], most: u16, entries: usize) -> PolarsResult<()> {
    levels.clear();
    levels.reserve(entries);
    let width = get_bit_width(most as i16);
    for chunk in HybridRleDecoder::new(bytes, width, entries).into_chunk_iter() {
        match chunk? {
            HybridRleChunk::Rle(level, count) => levels.resize(levels.len() + count, level as u16),
            HybridRleChunk::Bitpacked(packed) => packed.lower_element::<u16>()?.collect_into(levels),
        }
    }
    if levels.len() != entries || levels.iter().any(|level| *level > most) {
        return Err(PolarsError::ComputeError("parquet: the levels of a page do not fit its column".into()));
    }
    Ok(())
}

/// The array of a field from its leaves, `level` being the definition level of what the field is in.
fn assemble(field: &Field, level: u16, listed: bool, leaves: &mut [Leaf]) -> PolarsResult<Box<dyn Array>> {
    let nothing = || PolarsError::ComputeError("parquet: a column has no leaves".into());
    let first = leaves.first().ok_or_else(nothing)?;
    let valid = || field.is_nullable.then(|| first.above(level, listed)).filter(|marks| marks.unset_bits() > 0);
    let own = level + u16::from(field.is_nullable);
    match field.dtype() {
        ArrowDataType::LargeList(inner) => {
            let (validity, offsets) = (valid(), first.offsets.clone());
            if leaves.iter().any(|leaf| leaf.offsets != offsets) {
                return Err(PolarsError::ComputeError("parquet: leaves of a list differ in its lengths".into()));
            }
            let items = assemble(inner, own + 1, true, leaves)?;
            let offsets = OffsetsBuffer::try_from(offsets)?;
            Ok(Box::new(ListArray::<i64>::try_new(field.dtype().clone(), offsets, items, validity)?))
        }
        ArrowDataType::Struct(fields) => {
            let (validity, mut rest) = (valid(), leaves);
            let mut arrays = Vec::with_capacity(fields.len());
            for field in fields {
                let (part, others) = rest.split_at_mut(n_columns(field.dtype()).min(rest.len()));
                arrays.push(assemble(field, own, listed, part)?);
                rest = others;
            }
            let height = arrays.first().map_or(0, |array| array.len());
            Ok(Box::new(StructArray::try_new(field.dtype().clone(), height, arrays, validity)?))
        }
        _ => leaves.first_mut().and_then(|leaf| leaf.values.take()).ok_or_else(nothing),
    }
}
