//! Frames of columns of all types that programs read, in all forms in which columns come.

use gml_ir::{IntKind, Type};
use polars::prelude::{AnyValue, Column, DataFrame, DataType, IdxCa, IntoColumn, NamedFrom, Series, TimeUnit};

/// Names and types of the columns.
pub(super) fn columns() -> Vec<(&'static str, Type)> {
    let opt = Type::nullable;
    vec![
        ("b", Type::Bool),
        ("b?", opt(Type::Bool)),
        ("i8", Type::Int(IntKind::I8)),
        ("i16?", opt(Type::Int(IntKind::I16))),
        ("i32", Type::Int(IntKind::I32)),
        ("i", Type::INT),
        ("i?", opt(Type::INT)),
        ("u8?", opt(Type::Int(IntKind::U8))),
        ("u16", Type::Int(IntKind::U16)),
        ("u32?", opt(Type::Int(IntKind::U32))),
        ("u64", Type::Int(IntKind::U64)),
        ("f", Type::Float),
        ("f?", opt(Type::Float)),
        ("f32", Type::Float32),
        ("f32?", opt(Type::Float32)),
        ("d?", opt(Type::Date)),
        ("t", Type::Timestamp),
        ("m?", opt(Type::Time)),
        ("l?", opt(Type::Duration)),
        ("s?", opt(Type::Str)),
    ]
}

/// A cell that numbers choose: small ones mostly, so that values meet, and now and then an extreme one.
fn cell(ty: &Type, number: u64) -> AnyValue<'static> {
    let (pick, rest) = (number % 16, number / 16);
    let small = i64::try_from(rest % 9).unwrap() - 4;
    let floats = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e300, 5e-324, f64::MAX, 0.1];
    let float = match pick {
        0 => floats[usize::try_from(rest % 8).unwrap()],
        1..=8 => small as f64,
        _ => (rest % 2_000) as f64 / 128.0 - 7.0,
    };
    match ty.non_null() {
        Type::Bool => AnyValue::Boolean(pick % 2 == 0),
        Type::Int(kind) => {
            let (least, most) = kind.bounds();
            let extreme = if rest % 2 == 0 { least } else { most };
            let number = if pick == 0 { extreme } else { i128::from(small).max(least) };
            match kind {
                IntKind::U64 => AnyValue::UInt64(u64::try_from(number).unwrap()),
                _ => AnyValue::Int64(i64::try_from(number).unwrap()),
            }
        }
        Type::Float => AnyValue::Float64(float),
        Type::Float32 => AnyValue::Float32(float as f32),
        Type::Date => AnyValue::Date(i32::try_from(small).unwrap()),
        Type::Timestamp => AnyValue::Datetime(small * 1_000, TimeUnit::Microseconds, None),
        Type::Time => AnyValue::Time((small + 4) * 1_000),
        Type::Duration => AnyValue::Duration(small * 1_000, TimeUnit::Microseconds),
        _ => AnyValue::StringOwned(["", "a", "b", "a longer text than twelve"][(rest % 4) as usize].into()),
    }
}

/// A frame of so many rows, in one chunk.
pub(super) fn frame(rows: usize, seed: u64) -> DataFrame {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 3
    };
    let columns = columns().into_iter().map(|(name, ty)| {
        let dtype = super::super::super::dtype(&ty).unwrap();
        let cells: Vec<AnyValue<'_>> = (0..rows)
            .map(|_| match ty.is_nullable() && next() % 4 == 0 {
                true => AnyValue::Null,
                false => cell(&ty, next()),
            })
            .collect();
        let wide = match &ty {
            ty if matches!(ty.non_null(), Type::Int(kind) if *kind != IntKind::U64) => DataType::Int64,
            _ => dtype.clone(),
        };
        let series = Series::from_any_values_and_dtype(name.into(), &cells, &wide, true).unwrap();
        Column::from(series.strict_cast(&dtype).unwrap())
    });
    DataFrame::new(rows, columns.collect()).unwrap()
}

/// How columns come: one chunk, several, cut out of longer ones, taken by places.
pub(super) fn forms(rows: usize, seed: u64) -> Vec<(&'static str, DataFrame)> {
    let whole = frame(rows, seed);
    let mut chunked = frame(rows / 3, seed + 1);
    chunked.vstack_mut(&frame(0, 0)).unwrap();
    chunked.vstack_mut(&frame(1, seed + 2)).unwrap();
    chunked.vstack_mut(&frame(rows, seed + 3).slice(3, rows / 2)).unwrap();
    let places: Vec<u32> = (0..rows as u32).rev().collect();
    let places = IdxCa::new("places".into(), places);
    // Half of the columns in one chunk, and half in several.
    let mut mixed = chunked.clone();
    for name in ["f", "i?", "b", "t"] {
        let column = mixed.column(name).unwrap().as_materialized_series().rechunk();
        mixed.with_column(column.into_column()).unwrap();
    }
    let constant = {
        let mut frame = whole.clone();
        let one = whole.column("f").unwrap().new_from_index(0, whole.height());
        if rows > 0 {
            frame.with_column(one).unwrap();
        }
        frame
    };
    vec![
        ("a slice", whole.slice(5, rows.saturating_sub(9))),
        ("another order", whole.take(&places).unwrap()),
        ("no rows", whole.slice(0, 0)),
        ("a row", whole.slice(1, 1)),
        ("a constant column", constant),
        ("one chunk", whole),
        ("several chunks", chunked),
        ("different chunks", mixed),
    ]
}
