//! Marks of values inside of lists and structs, lifted to the rows that hold them.

use gml_ir::Type;
use polars::prelude::*;
use polars_arrow::array::Array;

/// The rows of a list column with a marked item. `items` has a mark for each item of [`ListChunked::get_inner`].
pub(crate) fn lift_list(list: &ListChunked, items: &BooleanChunked) -> BooleanChunked {
    let marks: Vec<bool> = items.iter().map(|mark| mark.unwrap_or(false)).collect();
    let mut base = 0;
    let mut rows = Vec::with_capacity(list.len());
    for chunk in list.downcast_iter() {
        for row in 0..chunk.len() {
            let (start, end) = chunk.offsets().start_end(row);
            rows.push(chunk.is_valid(row) && marks[base + start..base + end].contains(&true));
        }
        base += chunk.values().len();
    }
    BooleanChunked::from_slice(PlSmallStr::EMPTY, &rows)
}

/// The values without the fields of structs that the type does not have.
pub(crate) fn narrowed(series: &Series, ty: &Type) -> PolarsResult<Series> {
    if crate::dtype::data_type(ty).is_none_or(|dtype| dtype == *series.dtype()) {
        return Ok(series.clone());
    }
    match ty.non_null() {
        Type::Struct(row) => {
            let from = series.struct_()?;
            let fields = row.columns.iter().map(|column| {
                let field = narrowed(&from.field_by_name(&column.name)?, &column.ty)?;
                Ok(field.with_name((&*column.name).into()))
            });
            let fields = fields.collect::<PolarsResult<Vec<_>>>()?;
            let mut structs = StructChunked::from_series(series.name().clone(), series.len(), fields.iter())?;
            structs.zip_outer_validity(from);
            Ok(structs.into_series())
        }
        Type::List(item) => {
            let list = series.list()?;
            Ok(list.with_inner_values(&narrowed(&list.get_inner(), item)?).into_series())
        }
        _ => Ok(series.clone()),
    }
}

/// Either mark.
pub(crate) fn either(left: Option<BooleanChunked>, right: Option<BooleanChunked>) -> Option<BooleanChunked> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left | right),
        (one, other) => one.or(other),
    }
}

/// The mark, if it is set anywhere.
pub(crate) fn some_if_any(marks: BooleanChunked) -> Option<BooleanChunked> {
    marks.any().then_some(marks)
}
