//! What the statistics of a footer prove without reading a page.

use std::cmp::Ordering;

use gml_ir::{BinaryOp, Value};
use polars::prelude::*;
use polars_arrow::array::Array;
use polars_arrow::datatypes::Field as ArrowField;
use polars_parquet::read::ColumnChunkMetadata;
use polars_parquet::read::statistics::{Statistics, deserialize};

use super::super::wanted::Bound;
use super::leaves::Leaf;
use crate::conform::Conversion;
use crate::text::Stamp;

/// What is known of a leaf.
pub(super) fn leaf(chunk: &ColumnChunkMetadata, footer: &[u8]) -> Leaf {
    let statistics = chunk.statistics(footer).and_then(Result::ok);
    let no_nulls = statistics.and_then(|statistics| statistics.null_count()) == Some(0);
    Leaf { no_nulls, bytes: chunk.compressed_size() }
}

/// Whether no value of a flat column satisfies the bound: its smallest and largest value say so. Null satisfies none.
pub(super) fn excludes(
    bound: &Bound,
    field: &ArrowField,
    conversion: &Conversion,
    chunk: &ColumnChunkMetadata,
    footer: &[u8],
) -> Option<bool> {
    let statistics = deserialize(field, &mut std::iter::once(chunk), footer).ok()??;
    let Statistics::Column(statistics) = statistics else { return None };
    let statistics = statistics.into_arrow().ok()?;
    let (low, high) = (statistics.min_value?, statistics.max_value?);
    // Texts in the order of their letters are not in the order of what they stand for, but for a few forms.
    if !keeps_order(conversion) && low.as_ref() != high.as_ref() {
        return None;
    }
    let (low, high) = (ordinal(field, low, conversion)?, ordinal(field, high, conversion)?);
    let value = of_value(&bound.value)?;
    let (low, high) = (low.compare(&value)?, high.compare(&value)?);
    Some(match bound.op {
        BinaryOp::Equal => low.is_gt() || high.is_lt(),
        BinaryOp::Less => low.is_ge(),
        BinaryOp::LessEqual => low.is_gt(),
        BinaryOp::Greater => high.is_le(),
        BinaryOp::GreaterEqual => high.is_lt(),
        _ => return None,
    })
}

fn keeps_order(conversion: &Conversion) -> bool {
    match conversion {
        Conversion::Keep
        | Conversion::Cast(_)
        | Conversion::Fit(_)
        | Conversion::Instant(_)
        | Conversion::Epoch { .. } => true,
        Conversion::Text { stamp: Stamp::Format(format), .. } => matches!(&**format, "%Y%m%d" | "%Y-%m-%d"),
        _ => false,
    }
}

/// A value that has an order among others of its kind. Floats are none: a largest value does not tell of not-a-numbers.
enum Ordinal {
    Number(i128),
    Day(i32),
    Moment(i64),
    Text(String),
}

impl Ordinal {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Day(a), Self::Day(b)) => Some(a.cmp(b)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            _ => None,
        }
    }
}

fn ordinal(field: &ArrowField, value: Box<dyn Array>, conversion: &Conversion) -> Option<Ordinal> {
    let stored = Series::try_from((field, vec![value])).ok()?;
    let (converted, misfits) = conversion.apply(&stored).ok()?;
    if misfits.is_some() {
        return None;
    }
    match converted.get(0).ok()? {
        AnyValue::Date(days) => Some(Ordinal::Day(days)),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, None) => Some(Ordinal::Moment(micros)),
        AnyValue::String(text) => Some(Ordinal::Text(text.to_owned())),
        value if converted.dtype().is_integer() => value.extract::<i128>().map(Ordinal::Number),
        _ => None,
    }
}

fn of_value(value: &Value) -> Option<Ordinal> {
    match value {
        Value::Int(number) => Some(Ordinal::Number((*number).into())),
        Value::Date(days) => Some(Ordinal::Day(*days)),
        Value::Timestamp(micros) => Some(Ordinal::Moment(*micros)),
        Value::Str(text) => Some(Ordinal::Text(text.to_string())),
        _ => None,
    }
}
