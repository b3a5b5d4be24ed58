//! Doing a conversion on values.

use polars::prelude::*;

use super::{Conversion, FieldConversion};
use crate::nested::{either, lift_list, some_if_any};
use crate::text::{self, Stamp, Unit};

/// What came out, and marks on the rows with values that did not fit (they are null in it).
type Converted = (Series, Option<BooleanChunked>);

impl Conversion {
    /// Converts the values of a column.
    pub(crate) fn apply(&self, series: &Series) -> PolarsResult<Converted> {
        let name = series.name().clone();
        match self {
            Self::Keep => Ok((series.clone(), None)),
            Self::Cast(DataType::Float64) if matches!(series.dtype(), DataType::Decimal(..)) => {
                Ok((crate::decimal::floats(series).map_err(crate::query::carried)?, None))
            }
            Self::Cast(to) => Ok((series.cast(to)?, None)),
            Self::Fit(to) => match (series.cast(to), to) {
                // A cast refuses all bytes where some are no text.
                (Err(_), DataType::String) if *series.dtype() == DataType::Binary => {
                    let bytes = series.binary()?;
                    let texts: StringChunked = bytes.iter().map(|bytes| std::str::from_utf8(bytes?).ok()).collect();
                    Ok(with_misfits(series, texts.into_series()))
                }
                (cast, _) => Ok(with_misfits(series, cast?)),
            },
            Self::Instant(unit) => {
                let micros = scaled(&physical(series)?, *unit);
                Ok(with_misfits(series, micros.into_series().into_datetime(TimeUnit::Microseconds, None)))
            }
            Self::Span(unit) => {
                let micros = scaled(&physical(series)?, *unit);
                Ok(with_misfits(series, micros.into_series().into_duration(TimeUnit::Microseconds)))
            }
            Self::Epoch { unit, to } => {
                let counts = series.cast(&DataType::Int64)?;
                let unit = *unit;
                let out = if *to == DataType::Date {
                    let days = |count| text::date_of_micros(unit.micros(count)?);
                    let days = counts.i64()?.iter().map(|count| count.and_then(days)).collect::<Int32Chunked>();
                    days.into_series().into_date()
                } else {
                    let micros = counts.i64()?.iter().map(|count| count.and_then(|count| unit.micros(count)));
                    let micros: Int64Chunked = micros.collect();
                    micros.into_series().into_datetime(TimeUnit::Microseconds, None)
                };
                Ok(with_misfits(series, out.with_name(name)))
            }
            Self::Text { stamp, to } => {
                let texts = series.cast(&DataType::String)?;
                Ok(with_misfits(series, read_texts(texts.str()?, stamp, to)?.with_name(name)))
            }
            Self::Vector(width) => vectors(series, *width),
            Self::Nulls(to) => Ok((Series::full_null(name, series.len(), to), None)),
            Self::List(item) => {
                let list = match series.dtype() {
                    DataType::Array(inner, _) => series.cast(&DataType::List(inner.clone()))?,
                    _ => series.clone(),
                };
                let list = list.list()?;
                let (items, misfits) = item.apply(&list.get_inner())?;
                let rows = misfits.and_then(|marks| some_if_any(lift_list(list, &marks)));
                Ok((list.with_inner_values(&items).into_series().with_name(name), rows))
            }
            Self::Struct(fields) => structs(series, fields),
        }
    }
}

/// Those that were there and are null now did not fit.
fn with_misfits(before: &Series, after: Series) -> Converted {
    let lost = after.null_count() > before.null_count();
    let marks = lost.then(|| before.is_not_null() & after.is_null());
    (after.with_name(before.name().clone()), marks)
}

fn physical(series: &Series) -> PolarsResult<Int64Chunked> {
    Ok(series.to_physical_repr().i64()?.clone())
}

fn scaled(counts: &Int64Chunked, from: TimeUnit) -> Int64Chunked {
    let unit = match from {
        TimeUnit::Milliseconds => Unit::Milli,
        TimeUnit::Microseconds => return counts.clone(),
        TimeUnit::Nanoseconds => Unit::Nano,
    };
    counts.iter().map(|count| count.and_then(|count| unit.micros(count))).collect()
}

fn read_texts(texts: &StringChunked, stamp: &Stamp, to: &DataType) -> PolarsResult<Series> {
    // Days and moments repeat; the text before is often the same one.
    fn each<'a, T: Copy + 'a>(
        texts: &'a StringChunked,
        read: impl Fn(&str) -> Option<T> + 'a,
    ) -> impl Iterator<Item = Option<T>> + 'a {
        let mut last: (Option<&str>, Option<T>) = (None, None);
        texts.iter().map(move |text| {
            if last.0 != text {
                last = (text, text.and_then(&read));
            }
            last.1
        })
    }
    Ok(match to {
        DataType::Date => {
            each(texts, |text| text::date(text, stamp)).collect::<Int32Chunked>().into_series().into_date()
        }
        DataType::Time => {
            each(texts, |text| text::time(text, stamp)).collect::<Int64Chunked>().into_series().into_time()
        }
        _ => each(texts, |text| text::timestamp(text, stamp))
            .collect::<Int64Chunked>()
            .into_series()
            .into_datetime(TimeUnit::Microseconds, None),
    })
}

fn vectors(series: &Series, width: usize) -> PolarsResult<Converted> {
    let list = match series.dtype() {
        DataType::Array(inner, _) => series.cast(&DataType::List(inner.clone()))?,
        _ => series.clone(),
    };
    let list = list.cast(&DataType::List(Box::new(DataType::Float32)))?;
    let list = list.list()?;
    let lengths = list.iter().map(|items| items.map(|items| items.len()));
    let fitting: BooleanChunked = lengths.map(|length| Some(length.is_none_or(|length| length == width))).collect();
    let kept = if fitting.all() {
        list.clone()
    } else {
        let nulls = ListChunked::full_null_with_dtype(list.name().clone(), 1, &DataType::Float32);
        list.zip_with(&fitting, &nulls)?
    };
    let array = kept.into_series().cast(&DataType::Array(Box::new(DataType::Float32), width))?;
    Ok((array.with_name(series.name().clone()), some_if_any(!&fitting)))
}

fn structs(series: &Series, fields: &[FieldConversion]) -> PolarsResult<Converted> {
    let from = series.struct_()?;
    let mut made = Vec::with_capacity(fields.len());
    let mut misfits = None;
    for FieldConversion { stored, name, conversion } in fields {
        let values = match conversion {
            Conversion::Nulls(to) => Series::full_null(name.clone(), series.len(), to),
            _ => {
                let (values, marks) = conversion.apply(&from.field_by_name(stored)?)?;
                misfits = either(misfits, marks);
                values.with_name(name.clone())
            }
        };
        made.push(values);
    }
    let mut out = StructChunked::from_series(series.name().clone(), series.len(), made.iter())?;
    out.zip_outer_validity(from);
    Ok((out.into_series(), misfits))
}
