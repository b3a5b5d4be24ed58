//! `std.list`.
//!
//! A condition over the items is evaluated once over the items of all lists; then each list is read off by its bounds.

use gml_connect::Fault;
use gml_ir::{BinaryOp, Decimal, IntKind, Type};
use polars::prelude as pl;
use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, IdxCa, IdxSize, Int128Chunked, IntoSeries, Series, lit,
};

use super::call::{Args, Function};
use super::list_parts::{Lists, assemble, columns_of, truths};
use super::order::{Keys, group_ids};
use super::{Scope, decimal, kernel};
use crate::frame::fault;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("find", |args| find(args, &[])),
    ("where_items", where_items),
    ("each", each),
    ("any_item", |args| over_items(args, |mut holds| holds.any(|truth| truth))),
    ("all_items", |args| over_items(args, |mut holds| holds.all(|truth| truth))),
    ("length", |args| Ok(args.get("items")?.list().len().cast(DataType::Int64))),
    ("contains", |args| Ok(contains(args.get("items")?, args.get("value")?))),
    ("at", |args| Ok(args.get("items")?.list().get(args.get("place")?, true))),
    ("unique_items", unique_items),
    ("sum_items", sum_items),
    ("mean_items", mean_items),
    ("min_items", |args| extreme(args, true)),
    ("max_items", |args| extreme(args, false)),
    ("sort_items", sort_items),
    ("concat_items", |args| Ok(args.get("items")?.list().join(lit(&*args.text("separator")?), true))),
];

/// The expression over the items, and the names that it uses of them.
fn item_expr(args: &Args<'_>, name: &str) -> Result<(pl::Expr, Vec<String>), Fault> {
    let expr = args.expr(name)?;
    Ok((Scope::default().translate(expr)?, columns_of(expr)))
}

/// `find`, and then the fields along `path` of what was found.
pub(super) fn find(args: &Args<'_>, path: &[&str]) -> Result<pl::Expr, Fault> {
    let (condition, used) = item_expr(args, "condition")?;
    let path: Vec<String> = path.iter().map(ToString::to_string).collect();
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        let holds = lists.matching(&condition, &used)?;
        let found = (0..lists.len()).map(|row| {
            let range = lists.range(row);
            let start = range.start;
            holds[range].iter().position(|truth| *truth).map(|place| (start + place) as IdxSize)
        });
        let mut items = lists.items.clone();
        for field in &path {
            items = items.struct_().and_then(|fields| fields.field_by_name(field)).map_err(fault)?;
        }
        Lists::pick(&items, found.collect())
    }))
}

fn where_items(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let (condition, used) = item_expr(args, "condition")?;
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        let holds = lists.matching(&condition, &used)?;
        chosen(&lists, |range, places| places.extend(range.filter(|place| holds[*place]).map(|place| place as IdxSize)))
    }))
}

/// Lists of the places that `choose` adds for each.
fn chosen(lists: &Lists, mut choose: impl FnMut(std::ops::Range<usize>, &mut Vec<IdxSize>)) -> Result<Column, Fault> {
    let (mut places, mut bounds) = (Vec::new(), vec![0]);
    for row in 0..lists.len() {
        choose(lists.range(row), &mut places);
        bounds.push(places.len());
    }
    lists.gather(places, &bounds)
}

fn each(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let (value, used) = item_expr(args, "value")?;
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        lists.with_items(lists.evaluate(&value, &used)?)
    }))
}

fn over_items(
    args: &Args<'_>,
    judge: fn(std::iter::Copied<std::slice::Iter<'_, bool>>) -> bool,
) -> Result<pl::Expr, Fault> {
    let (condition, used) = item_expr(args, "condition")?;
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        let holds = lists.matching(&condition, &used)?;
        let judged =
            (0..lists.len()).map(|row| lists.known[row].then(|| judge(holds[lists.range(row)].iter().copied())));
        Ok(Column::from(judged.collect::<BooleanChunked>().into_series()))
    }))
}

/// Items and what is looked for among them, as numbers of 128 bits where one is a `uint64` and the other one has a sign:
/// polars would compare these as floats.
fn alike(items: &Series, value: &Series) -> Result<(Series, Series), Fault> {
    let beside = |one: &Series, other: &Series| {
        *one.dtype() == DataType::UInt64 && other.dtype().is_signed_integer() && *other.dtype() != DataType::Int128
    };
    if beside(items, value) || beside(value, items) {
        let wide = |series: &Series| series.cast(&DataType::Int128).map_err(fault);
        return Ok((wide(items)?, wide(value)?));
    }
    if items.dtype().is_float() || value.dtype().is_float() {
        let float = |series: &Series| {
            if series.dtype().is_decimal() { gml_connect::decimal::floats(series) } else { Ok(series.clone()) }
        };
        return Ok((float(items)?, float(value)?));
    }
    Ok((items.clone(), value.clone()))
}

/// Whether a value is among the items; null where the value or the list is.
pub(super) fn contains(items: pl::Expr, value: pl::Expr) -> pl::Expr {
    kernel::map(vec![items, value], |columns| {
        let lists = Lists::of(&columns[0])?;
        let value = columns[1].as_materialized_series();
        let (all, value) = alike(&lists.items, value)?;
        let by_digits = all.dtype() != value.dtype() && (all.dtype().is_decimal() || value.dtype().is_decimal());
        let rows = (0..lists.len()).flat_map(|row| lists.range(row).map(move |_| row as IdxSize));
        let places = (0..lists.len()).flat_map(|row| lists.range(row).map(|place| place as IdxSize));
        let wanted = value.take(&IdxCa::from_vec("".into(), rows.collect())).map_err(fault)?;
        let items = all.take(&IdxCa::from_vec("".into(), places.collect())).map_err(fault)?;
        let frame = pl::DataFrame::new(
            items.len(),
            vec![Column::from(items.with_name("item".into())), Column::from(wanted.with_name("wanted".into()))],
        )
        .map_err(fault)?;
        let (item, wanted) = (pl::col("item"), pl::col("wanted"));
        let equal = if by_digits { decimal::compare(BinaryOp::Equal, item, wanted) } else { item.eq(wanted) };
        let equal = crate::frame::evaluate(&frame, vec![("equal".into(), equal)])?;
        let equal = truths(equal.columns()[0].bool().map_err(fault)?);
        let known = value.is_not_null();
        let mut next = 0;
        let found = (0..lists.len()).map(|row| {
            let length = lists.range(row).len();
            next += length;
            (lists.known[row] && known.get(row) == Some(true)).then(|| equal[next - length..next].contains(&true))
        });
        Ok(Column::from(found.collect::<BooleanChunked>().into_series()))
    })
}

fn unique_items(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("items")?], |columns| {
        let lists = Lists::of(&columns[0])?;
        let (ids, count) = group_ids(std::slice::from_ref(&lists.items))?;
        let mut seen_in = vec![usize::MAX; count];
        let mut row = 0;
        chosen(&lists, |range, places| {
            for place in range {
                let id = ids[place] as usize;
                if seen_in[id] != row {
                    seen_in[id] = row;
                    places.push(place as IdxSize);
                }
            }
            row += 1;
        })
    }))
}

fn sum_items(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let ty = args.result.non_null().clone();
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        match ty {
            Type::Int(kind) => return whole_sums(&lists, kind),
            Type::Decimal { .. } => return decimal_sums(&lists, &ty),
            _ => {}
        }
        // The sum of no floats is 0.0; that of an iterator would be -0.0.
        let sums = numbers(&lists, |items| Some(items.fold(0.0, |sum, item| sum + item)))?;
        let target = super::dtype(&ty).unwrap_or(DataType::Float64);
        sums.cast(&target).map(Column::from).map_err(fault)
    }))
}

/// The sums of integers, which have room for every integer of the language until they are held against `kind`.
fn whole_sums(lists: &Lists, kind: IntKind) -> Result<Column, Fault> {
    let items = lists.items.cast(&DataType::Int128).map_err(fault)?;
    let items: Vec<Option<i128>> = items.i128().map_err(fault)?.iter().collect();
    let (low, high) = kind.bounds();
    let sums = (0..lists.len()).map(|row| {
        let sum = items[lists.range(row)].iter().flatten().sum::<i128>();
        if !(low..=high).contains(&sum) {
            return Err(Fault::new("GML0923", format!("the sum {sum} does not fit {}", kind.name()))
                .help("sum floats: `.each(as_float(.item))` in front of it, or a column of a wider type"));
        }
        Ok(lists.known[row].then_some(sum))
    });
    let sums: Int128Chunked = sums.collect::<Result<Vec<_>, Fault>>()?.into_iter().collect();
    let target = super::dtype(&Type::Int(kind)).unwrap_or(DataType::Int64);
    sums.into_series().strict_cast(&target).map(Column::from).map_err(fault)
}

/// The sums of decimals, exactly.
fn decimal_sums(lists: &Lists, ty: &Type) -> Result<Column, Fault> {
    let items = gml_connect::decimal::numbers(&lists.items)?;
    let sums = (0..lists.len()).map(|row| {
        if !lists.known[row] {
            return Ok(None);
        }
        let mut known = items[lists.range(row)].iter().flatten();
        let sum = known.try_fold(Decimal::from(0_i64), |sum, item| sum.checked_add(*item));
        sum.map(Some).ok_or_else(|| {
            Fault::new("GML0923", format!("a sum does not fit {ty}"))
                .help("sum floats: `.each(as_float(.item))` in front of it")
        })
    });
    decimal::column(sums, ty).map(Column::from)
}

fn mean_items(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("items")?], |columns| {
        let lists = Lists::of(&columns[0])?;
        let mean = |items: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = items.fold((0.0, 0_usize), |(sum, count), item| (sum + item, count + 1));
            (count > 0).then(|| sum / count as f64)
        };
        numbers(&lists, mean).map(Column::from)
    }))
}

/// A number of the items of each list that are not null.
fn numbers(lists: &Lists, of: impl Fn(&mut dyn Iterator<Item = f64>) -> Option<f64>) -> Result<Series, Fault> {
    let items = gml_connect::decimal::floats(&lists.items)?;
    let items: Vec<Option<f64>> = items.f64().map_err(fault)?.iter().collect();
    let values = (0..lists.len())
        .map(|row| if lists.known[row] { of(&mut items[lists.range(row)].iter().copied().flatten()) } else { None });
    Ok(values.collect::<Float64Chunked>().into_series())
}

fn extreme(args: &Args<'_>, smallest: bool) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("items")?], move |columns| {
        let lists = Lists::of(&columns[0])?;
        let keys = Keys::of(&lists.items)?;
        let places = (0..lists.len()).map(|row| {
            let known = lists.range(row).filter(|place| keys.is_known(*place));
            let place = if smallest {
                known.min_by_key(|place| keys.key(*place))
            } else {
                known.max_by_key(|place| keys.key(*place))
            };
            place.map(|place| place as IdxSize)
        });
        Lists::pick(&lists.items, places.collect())
    }))
}

fn sort_items(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("items")?], |columns| {
        let lists = Lists::of(&columns[0])?;
        let keys = Keys::of(&lists.items)?;
        chosen(&lists, |range, places| {
            let start = places.len();
            places.extend(range.map(|place| place as IdxSize));
            places[start..].sort_by_key(|place| (!keys.is_known(*place as usize), keys.key(*place as usize)));
        })
    }))
}

/// `[x, y]` of columns: a list of as many items in each row.
pub(super) fn of_items(items: Vec<pl::Expr>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(items, |columns| {
        let (width, height) = (columns.len(), columns.first().map_or(0, Column::len));
        let mut all = columns[0].as_materialized_series().clone();
        for column in &columns[1..] {
            all.append(column.as_materialized_series()).map_err(fault)?;
        }
        let places = (0..height).flat_map(|row| (0..width).map(move |place| (place * height + row) as IdxSize));
        let items = all.take(&IdxCa::from_vec("".into(), places.collect())).map_err(fault)?;
        let bounds: Vec<usize> = (0..=height).map(|row| row * width).collect();
        assemble(items, &bounds, &vec![true; height])
    }))
}
