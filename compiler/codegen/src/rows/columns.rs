//! Columns as they lie in memory.

use super::Kind;

/// How a column is stored. Widening to its [`Kind`] is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Storage {
    /// A bit a row.
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    F32,
    F64,
}

impl Storage {
    /// What is computed with.
    pub fn kind(self) -> Kind {
        match self {
            Self::Bool => Kind::Bool,
            Self::F32 | Self::F64 => Kind::Float,
            _ => Kind::Int,
        }
    }
}

/// A bit a row, the least significant bit of a byte first.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The bit of the first row.
    pub offset: usize,
}

impl Bits<'_> {
    /// The bit of a row.
    pub fn get(&self, row: usize) -> bool {
        let bit = self.offset + row;
        self.bytes[bit / 8] >> (bit % 8) & 1 == 1
    }

    /// Whether there are bits of so many rows.
    pub fn has(&self, rows: usize) -> bool {
        self.offset.checked_add(rows).is_some_and(|bits| bits.div_ceil(8) <= self.bytes.len())
    }
}

/// Values of a column. Those of rows without a value may be anything.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Values<'a> {
    Bool(Bits<'a>),
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    F32(&'a [f32]),
    F64(&'a [f64]),
}

/// A column to read.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its values.
    pub values: Values<'a>,
    /// Which rows have one; all where not given.
    pub validity: Option<Bits<'a>>,
}

impl Values<'_> {
    /// How they are stored.
    pub fn storage(&self) -> Storage {
        match self {
            Self::Bool(_) => Storage::Bool,
            Self::I8(_) => Storage::I8,
            Self::I16(_) => Storage::I16,
            Self::I32(_) => Storage::I32,
            Self::I64(_) => Storage::I64,
            Self::U8(_) => Storage::U8,
            Self::U16(_) => Storage::U16,
            Self::U32(_) => Storage::U32,
            Self::F32(_) => Storage::F32,
            Self::F64(_) => Storage::F64,
        }
    }

    /// Whether there are so many rows.
    pub fn has(&self, rows: usize) -> bool {
        match self {
            Self::Bool(bits) => bits.has(rows),
            Self::I8(values) => values.len() >= rows,
            Self::I16(values) => values.len() >= rows,
            Self::I32(values) => values.len() >= rows,
            Self::I64(values) => values.len() >= rows,
            Self::U8(values) => values.len() >= rows,
            Self::U16(values) => values.len() >= rows,
            Self::U32(values) => values.len() >= rows,
            Self::F32(values) => values.len() >= rows,
            Self::F64(values) => values.len() >= rows,
        }
    }
}

/// Values that were computed. Those of rows without a value are zero.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum OutputValues {
    /// A bit a row, the least significant bit of a byte first.
    Bool(Vec<u8>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// A column that was computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its values.
    pub values: OutputValues,
    /// Which rows have one, a bit a row; all where not given.
    pub validity: Option<Vec<u8>>,
}

/// Holds columns against what a program says of them.
///
/// # Panics
/// Where they are fewer, shorter, or stored otherwise.
pub(super) fn check(columns: &[Column<'_>], storages: &[Storage], rows: usize) {
    assert!(columns.len() >= storages.len(), "{} columns and not {}", columns.len(), storages.len());
    for (place, (column, storage)) in columns.iter().zip(storages).enumerate() {
        assert!(column.values.storage() == *storage, "column {place} is not stored as {storage:?}");
        assert!(column.values.has(rows), "column {place} has fewer than {rows} rows");
        let known = column.validity.is_none_or(|bits| bits.has(rows));
        assert!(known, "column {place} says of fewer than {rows} rows whether they have a value");
    }
}
