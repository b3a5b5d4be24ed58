//! Columns of any type, built cell by cell.

use gml_ir::{Column, Parsed, Type};
use polars::prelude::*;
use polars_arrow::array::{FixedSizeListArray, ListArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::offset::OffsetsBuffer;

use super::Misfit;
use super::leaf::Leaf;
use crate::json::Json;

/// A column being built.
pub(crate) enum Builder {
    /// Scalars.
    Leaf(Leaf),
    /// Structs: the stored name, the name and the values of each field.
    Struct { fields: Vec<(String, PlSmallStr, Builder)>, valid: Vec<bool> },
    /// Lists: where each ends.
    List { items: Box<Builder>, ends: Vec<i64>, valid: Vec<bool> },
    /// Vectors of a fixed width.
    Vector { width: usize, items: Vec<f32>, valid: Vec<bool> },
}

impl Builder {
    /// An empty column for the values of `column`; `None` where its type cannot stand in a column.
    pub(crate) fn of(column: &Column) -> Option<Self> {
        Self::typed(&column.ty, column.parsed.as_ref())
    }

    fn typed(ty: &Type, parsed: Option<&Parsed>) -> Option<Self> {
        Some(match ty.non_null() {
            Type::Struct(row) => {
                let field = |column: &Column| {
                    Some((column.stored_name().to_owned(), PlSmallStr::from(&*column.name), Self::of(column)?))
                };
                Self::Struct { fields: row.columns.iter().map(field).collect::<Option<_>>()?, valid: Vec::new() }
            }
            Type::List(item) => {
                Self::List { items: Box::new(Self::typed(item, parsed)?), ends: Vec::new(), valid: Vec::new() }
            }
            Type::Vector(width) => Self::Vector { width: *width as usize, items: Vec::new(), valid: Vec::new() },
            scalar => Self::Leaf(Leaf::of(scalar, parsed)?),
        })
    }

    /// Whether this holds scalars, which a cell of CSV can.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Self::Leaf(_))
    }

    /// Whether this holds scalars or lists of them, which a cell of CSV can.
    pub(crate) fn fits_a_cell(&self) -> bool {
        match self {
            Self::List { items, .. } => items.is_scalar(),
            other => other.is_scalar(),
        }
    }

    /// Whether an empty text is a value of it.
    pub(crate) fn is_text(&self) -> bool {
        match self {
            Self::List { .. } => true,
            other => matches!(other, Self::Leaf(leaf) if leaf.is_text()),
        }
    }

    pub(crate) fn push_null(&mut self) {
        match self {
            Self::Leaf(leaf) => leaf.push_null(),
            Self::Struct { fields, valid } => {
                fields.iter_mut().for_each(|(_, _, field)| field.push_null());
                valid.push(false);
            }
            Self::List { ends, valid, .. } => {
                ends.push(ends.last().copied().unwrap_or(0));
                valid.push(false);
            }
            Self::Vector { width, items, valid } => {
                items.extend(std::iter::repeat_n(0.0, *width));
                valid.push(false);
            }
        }
    }

    /// A cell of CSV: of a list its items with `separator` between them.
    pub(crate) fn push_cell(&mut self, cell: &str, separator: &str) -> Result<(), Misfit> {
        let (items, ends, valid) = match self {
            Self::List { items, ends, valid } => (items, ends, valid),
            scalar => return scalar.push_text(cell),
        };
        let mut count = 0;
        let mut first = Ok(());
        if !cell.is_empty() {
            for item in cell.split(separator) {
                let pushed = items.push_text(item).map_err(|misfit| misfit.within(&format!("[{count}]")));
                first = first.and(pushed);
                count += 1;
            }
        }
        ends.push(ends.last().copied().unwrap_or(0) + count);
        valid.push(true);
        first
    }

    /// A text that is a single value.
    pub(crate) fn push_text(&mut self, cell: &str) -> Result<(), Misfit> {
        match self {
            Self::Leaf(leaf) => leaf.push_text(cell),
            _ => {
                self.push_null();
                Err(Misfit::of(cell))
            }
        }
    }

    /// A value of JSON lines. A field that is not there is null.
    pub(crate) fn push_json(&mut self, value: &Json<'_>) -> Result<(), Misfit> {
        match (&mut *self, value) {
            (Self::Leaf(leaf), value) => leaf.push_json(value),
            (_, Json::Null) => {
                self.push_null();
                Ok(())
            }
            (Self::Struct { fields, valid }, Json::Object(_)) => {
                valid.push(true);
                let mut first = Ok(());
                for (stored, _, field) in fields {
                    let pushed = field.push_json(value.get(stored).unwrap_or(&Json::Null));
                    first = first.and(pushed.map_err(|misfit| misfit.within(&format!(".{stored}"))));
                }
                first
            }
            (Self::List { items, ends, valid }, Json::List(array)) => {
                let mut first = Ok(());
                for (index, item) in array.iter().enumerate() {
                    let pushed = items.push_json(item).map_err(|misfit| misfit.within(&format!("[{index}]")));
                    first = first.and(pushed);
                }
                ends.push(ends.last().copied().unwrap_or(0) + array.len() as i64);
                valid.push(true);
                first
            }
            (Self::Vector { width, items, valid }, Json::List(array)) if array.len() == *width => {
                let numbers: Option<Vec<f32>> = array
                    .iter()
                    .map(|item| if let Json::Number(digits) = item { digits.parse().ok() } else { None })
                    .collect();
                let Some(numbers) = numbers else { return self.refuse(value) };
                items.extend(numbers);
                valid.push(true);
                Ok(())
            }
            _ => self.refuse(value),
        }
    }

    fn refuse(&mut self, value: &Json<'_>) -> Result<(), Misfit> {
        self.push_null();
        Err(Misfit::of_json(value))
    }

    /// The column.
    pub(crate) fn finish(self, name: PlSmallStr) -> PolarsResult<Series> {
        match self {
            Self::Leaf(leaf) => leaf.finish(name),
            Self::Struct { fields, valid } => {
                let fields: Vec<Series> =
                    fields.into_iter().map(|(_, name, field)| field.finish(name)).collect::<PolarsResult<_>>()?;
                let structs = StructChunked::from_series(name, valid.len(), fields.iter())?;
                Ok(structs.with_outer_validity(validity(&valid)).into_series())
            }
            Self::List { items, ends, valid } => {
                let items = items.finish("item".into())?;
                let dtype = DataType::List(Box::new(items.dtype().clone()));
                let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
                let array = ListArray::<i64>::try_new(
                    dtype.to_physical().to_arrow(CompatLevel::newest()),
                    OffsetsBuffer::try_from(offsets)?,
                    physical_chunk(&items),
                    validity(&valid),
                )?;
                Series::from_chunk_and_dtype(name, Box::new(array), &dtype)
            }
            Self::Vector { width, items, valid } => {
                let items = Float32Chunked::from_vec("item".into(), items).into_series();
                let dtype = DataType::Array(Box::new(DataType::Float32), width);
                let array = FixedSizeListArray::try_new(
                    dtype.to_physical().to_arrow(CompatLevel::newest()),
                    valid.len(),
                    physical_chunk(&items),
                    validity(&valid),
                )?;
                Series::from_chunk_and_dtype(name, Box::new(array), &dtype)
            }
        }
    }
}

fn physical_chunk(series: &Series) -> ArrayRef {
    series.to_physical_repr().rechunk().chunks()[0].clone()
}

fn validity(valid: &[bool]) -> Option<Bitmap> {
    (!valid.iter().all(|valid| *valid)).then(|| valid.iter().copied().collect())
}
