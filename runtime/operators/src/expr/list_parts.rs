//! Lists taken apart: where each begins and ends among all items.

use gml_connect::Fault;
use gml_ir::Expr;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, IdxCa, IdxSize, IntoSeries, LargeListArray, ListChunked,
    NewChunkedArray, Series,
};

use crate::frame::{evaluate, fault};

/// The lists of a column.
pub(crate) struct Lists {
    /// All items, list by list.
    pub items: Series,
    /// Where list `i` begins in `items`; it ends where the next one begins.
    pub offsets: Vec<usize>,
    /// Which lists are not null.
    pub known: Vec<bool>,
}

impl Lists {
    pub(crate) fn of(column: &Column) -> Result<Self, Fault> {
        let series = column.as_materialized_series();
        let series = match series.dtype() {
            DataType::Array(item, _) => series.cast(&DataType::List(item.clone())).map_err(fault)?,
            DataType::Null => series.cast(&DataType::List(Box::new(DataType::Null))).map_err(fault)?,
            _ => series.clone(),
        };
        let lists = series.list().map_err(fault)?.rechunk();
        let array = lists.downcast_as_array();
        let bounds = array.offsets().as_slice();
        let first = bounds.first().copied().unwrap_or(0);
        let offsets: Vec<usize> = bounds.iter().map(|bound| usize::try_from(bound - first).unwrap_or(0)).collect();
        let length = offsets.last().copied().unwrap_or(0);
        let items = lists.get_inner().slice(first, length);
        let known = match array.validity() {
            Some(validity) => validity.iter().collect(),
            None => vec![true; lists.len()],
        };
        Ok(Self { items, offsets, known })
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// The places of the items of list `row`; none where it is null.
    pub(crate) fn range(&self, row: usize) -> std::ops::Range<usize> {
        if self.known[row] { self.offsets[row]..self.offsets[row + 1] } else { 0..0 }
    }

    /// An expression over the items: their fields, or `item`, are its columns.
    pub(super) fn evaluate(&self, value: &polars::prelude::Expr, used: &[String]) -> Result<Series, Fault> {
        let mut columns = match self.items.dtype() {
            DataType::Struct(_) => self.items.struct_().map_err(fault)?.fields_as_columns(),
            _ => vec![Column::from(self.items.clone().with_name("item".into()))],
        };
        columns.retain(|column| used.iter().any(|name| name.as_str() == column.name().as_str()));
        let frame = DataFrame::new(self.items.len(), columns).map_err(fault)?;
        let result = evaluate(&frame, vec![("item".into(), value.clone())])?;
        Ok(result.columns()[0].as_materialized_series().clone())
    }

    /// Which items a condition holds for; null counts as no.
    pub(super) fn matching(&self, condition: &polars::prelude::Expr, used: &[String]) -> Result<Vec<bool>, Fault> {
        let holds = self.evaluate(condition, used)?;
        Ok(truths(holds.bool().map_err(fault)?))
    }

    /// The same lists with other items, as many as before.
    pub(super) fn with_items(&self, items: Series) -> Result<Column, Fault> {
        assemble(items, &self.offsets, &self.known)
    }

    /// Lists of some of the items: of list `row` those at `places[bounds[row]..bounds[row + 1]]`.
    pub(super) fn gather(&self, places: Vec<IdxSize>, bounds: &[usize]) -> Result<Column, Fault> {
        let items = self.items.take(&IdxCa::from_vec("".into(), places)).map_err(fault)?;
        assemble(items, bounds, &self.known)
    }

    /// One of the items of each list, or null.
    pub(super) fn pick(items: &Series, places: Vec<Option<IdxSize>>) -> Result<Column, Fault> {
        let places = IdxCa::from_slice_options("".into(), &places);
        items.take(&places).map(Column::from).map_err(fault)
    }
}

/// A condition's truth; null counts as false.
pub(crate) fn truths(values: &BooleanChunked) -> Vec<bool> {
    values.iter().map(|truth| truth == Some(true)).collect()
}

/// A list column of these items: list `row` has those from `offsets[row]` up to the next.
pub(crate) fn assemble(items: Series, offsets: &[usize], known: &[bool]) -> Result<Column, Fault> {
    let items = items.rechunk();
    let values = items.chunks()[0].clone();
    let bounds: Vec<i64> = offsets.iter().map(|offset| i64::try_from(*offset).unwrap_or(i64::MAX)).collect();
    let validity = known.contains(&false).then(|| known.iter().copied().collect());
    let array = LargeListArray::try_new(
        LargeListArray::default_datatype(values.dtype().clone()),
        bounds.try_into().map_err(fault)?,
        values,
        validity,
    )
    .map_err(fault)?;
    let dtype = DataType::List(Box::new(items.dtype().clone()));
    // SAFETY: the array's items are those of a series of the dtype given.
    let lists = unsafe { ListChunked::from_chunks_and_dtype("".into(), vec![Box::new(array)], dtype) };
    Ok(Column::from(lists.into_series()))
}

/// The columns that an expression over items uses.
pub(super) fn columns_of(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    crate::expr::window::each_column(expr, &mut |name| names.push(name.to_owned()));
    names
}
