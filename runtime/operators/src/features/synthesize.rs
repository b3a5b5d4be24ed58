//! `synthesize`: what the rows of a key say about it, over stretches of time.

use std::ops::Range;
use std::sync::Arc;

use gml_connect::{Fault, append};
use gml_ir::{Column, DAY, Expr, ExprKind, NamedExpr, Role, Type, Value};
use polars::prelude as pl;
use polars::prelude::{
    DataFrame, DataType, IdxCa, IntoLazy, JoinArgs, JoinType, LazyFrame, MaintainOrderJoin, col, lit, when,
};
use rayon::prelude::*;

use crate::data::{Call, Data};
use crate::expr::window::{Extent, Windows};
use crate::expr::{in_units, micros};
use crate::frame::{TEMPORARY, apply, collect, columns as table_columns, fault};
use crate::learn::in_pool;
use crate::table::{CallExt, grouped, series};

/// Keys are done together until they have so many rows.
const ROWS: usize = 1 << 19;

/// `synthesize`: keys in order of first appearance. What is said of a key depends on no other one, but for the end of time: many
/// rows are done in shares by key, so that what is computed of them is never there of all.
pub(super) fn synthesize(call: Call<'_>) -> Result<Data, Fault> {
    in_shares(call, ROWS)
}

/// The same, in shares of about so many rows.
pub(super) fn in_shares(call: Call<'_>, most: usize) -> Result<Data, Fault> {
    let table = call.table("input")?;
    let keys = call.keys("for")?;
    let Some(time) = table.ty.row.with_role(Role::Time) else {
        return Err(call.bad("input", "a table with a column of role `time`"));
    };
    let rest: Vec<&Column> =
        table.ty.row.columns.iter().filter(|column| !keys.iter().any(|key| *key == *column.name)).collect();

    // Of each row what the statistics are computed of: numbers as floats, moments as microseconds.
    let moment = micros(col(&*time.name), &time.ty).alias(moment());
    let mut prepared = table_columns(&keys);
    prepared.push(moment.clone());
    let mut needed = keys.clone();
    let need = |name: &Arc<str>, needed: &mut Vec<String>| {
        if needed.iter().all(|known| **known != **name) {
            needed.push(name.to_string());
        }
    };
    need(&time.name, &mut needed);
    let mut sources = Vec::new();
    for (place, column) in rest.iter().enumerate() {
        let Some(kind) = Kind::of(column) else { continue };
        let source = Source { kind, name: column.name.clone(), from: format!("{TEMPORARY}value_{place}") };
        need(&source.name, &mut needed);
        prepared.push(kind.prepared(col(&*column.name), &column.ty).alias(source.from.as_str()));
        sources.push(source);
    }
    let (windows, threads) = (windows(&call)?, call.context.threads);
    let of_keys = Statistics { prefix: keys.join("_"), keys, prepared, sources, windows };
    call.give(apply(table.frame.clone().select(table_columns(&needed)), "synthesize", move |rows| {
        let last = collect(rows.clone().lazy().select([moment.clone().max()]))?;
        let end = last.columns()[0].as_materialized_series().i64().map_err(fault)?.get(0);
        if rows.height() <= most {
            return of_keys.of(rows, end);
        }
        let groups = Windows::new(rows.height(), &series(&rows, &of_keys.keys)?, &[], Extent::Group)?;
        let of_share = |share: &Range<usize>| {
            let own = IdxCa::from_vec("".into(), groups.rows[share.clone()].to_vec());
            of_keys.of(rows.take(&own).map_err(fault)?, end)
        };
        let shares = shares(&groups.bounds, most);
        let made: Vec<DataFrame> = in_pool(threads, || shares.par_iter().map(of_share).collect::<Result<_, Fault>>())?;
        let mut all = None;
        for share in made {
            append(&mut all, share)?;
        }
        Ok(all.unwrap_or_default())
    })?)
}

/// The rows of some keys that follow one another, so many that there are at least `most` of them, but for the last.
fn shares(bounds: &[usize], most: usize) -> Vec<Range<usize>> {
    let (mut shares, mut start) = (Vec::new(), 0);
    let last = bounds.last().copied().unwrap_or_default();
    for end in bounds.iter().copied() {
        if end - start >= most || end == last && end > start {
            shares.push(start..end);
            start = end;
        }
    }
    shares
}

/// The column of a row's moment.
fn moment() -> String {
    format!("{TEMPORARY}moment")
}

/// What is said of keys.
struct Statistics {
    keys: Vec<String>,
    prefix: String,
    /// Keys, moments and values, of the columns of the table.
    prepared: Vec<pl::Expr>,
    sources: Vec<Source>,
    windows: Vec<Window>,
}

impl Statistics {
    /// Of the keys of these rows, where the last of all is at `end`.
    fn of(&self, rows: DataFrame, end: Option<i64>) -> Result<DataFrame, Fault> {
        let keys = plain(&self.keys);
        let rows = collect(rows.lazy().select(self.prepared.clone()))?;
        let mut made = collect(grouped(rows.clone().lazy(), &keys, &[])?)?.lazy();
        for window in &self.windows {
            let rows = rows.clone().lazy();
            let rows = match (window.length, end) {
                (None, _) => rows,
                (Some(length), Some(end)) => rows.filter(col(moment()).gt(lit(end.saturating_sub(length)))),
                (Some(_), None) => rows.filter(lit(false)),
            };
            let columns = columns(&self.sources, &self.prefix, &window.name, end.unwrap_or_default());
            let aggregates: Vec<NamedExpr> = columns.iter().map(|column| column.aggregate.clone()).collect();
            let statistics = collect(grouped(rows, &keys, &aggregates)?)?;
            made = beside(made, statistics, &self.keys, &columns);
        }
        collect(made)
    }
}

/// A stretch of time before the last of all rows.
struct Window {
    /// `7d`, `all`
    name: String,
    /// In microseconds; all rows where there is none.
    length: Option<i64>,
}

fn windows(call: &Call<'_>) -> Result<Vec<Window>, Fault> {
    let Some(Value::List(windows)) = call.value("windows") else {
        return Err(call.bad("windows", "a list of durations and nulls"));
    };
    let of = |window: &Value| match window {
        Value::Null => Ok(Window { name: "all".to_owned(), length: None }),
        Value::Duration(micros) if micros % DAY == 0 => {
            Ok(Window { name: format!("{}d", micros / DAY), length: Some(*micros) })
        }
        Value::Duration(micros) => Ok(Window { name: window.to_string(), length: Some(*micros) }),
        _ => Err(call.bad("windows", "a list of durations and nulls")),
    };
    let empty = windows.iter().find(|window| matches!(window, Value::Duration(micros) if *micros <= 0));
    if let Some(window) = empty {
        return Err(Fault::new(
            "GML0229",
            format!("a window of synthesize is {window}, and must be longer than nothing"),
        )
        .help("say how far back it goes, as in 7d"));
    }
    let windows = windows.iter().map(of).collect::<Result<Vec<Window>, Fault>>()?;
    let is_there_before = |place: usize| windows[..place].iter().any(|other| other.name == windows[place].name);
    match (0..windows.len()).find(|place| is_there_before(*place)) {
        None => Ok(windows),
        Some(place) => {
            let name = &windows[place].name;
            Err(Fault::new(
                "GML0229",
                format!("two windows of synthesize are both {name}, and would make the same columns"),
            )
            .help("leave one of them out"))
        }
    }
}

/// What is said of a column.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Sum, mean, smallest, largest, standard deviation.
    Number,
    /// The share that is true.
    Truth,
    /// How many different ones.
    Name,
    /// How many days the first and the last lie before the end.
    Moment,
}

impl Kind {
    /// The same as the checker says of the columns that are made; `None` of a column of which nothing is said.
    fn of(column: &Column) -> Option<Self> {
        match column.role {
            Some(Role::Id | Role::Group) => return Some(Self::Name),
            Some(Role::Target | Role::Weight) => return None,
            Some(Role::Time) | None => {}
        }
        match column.ty.non_null() {
            Type::Bool => Some(Self::Truth),
            Type::Duration => Some(Self::Number),
            ty if ty.is_numeric() => Some(Self::Number),
            Type::Date | Type::Timestamp => Some(Self::Moment),
            ty if ty.is_text() => Some(Self::Name),
            _ => None,
        }
    }

    /// A column's values as the statistics take them; durations are seconds.
    fn prepared(self, values: pl::Expr, ty: &Type) -> pl::Expr {
        match self {
            Self::Name => values,
            Self::Moment => micros(values, ty),
            Self::Truth => values.cast(DataType::Float64),
            Self::Number if *ty.non_null() == Type::Duration => in_units(micros(values, ty), 1_000_000),
            Self::Number => values.cast(DataType::Float64),
        }
    }
}

/// A column of which something is said.
struct Source {
    kind: Kind,
    name: Arc<str>,
    /// The temporary column with its values.
    from: String,
}

/// A column that is made.
struct Made {
    aggregate: NamedExpr,
    /// Whether it is 0, and not null, where there are no rows.
    counts: bool,
    /// Whether it is a moment, to be told in days before this one.
    before: Option<i64>,
    /// Whether it is null unless the column of that name is not: the sum of nothing.
    only_with: Option<String>,
}

/// The columns of a stretch of time.
fn columns(sources: &[Source], prefix: &str, window: &str, end: i64) -> Vec<Made> {
    let float = Type::Float.nullable();
    let mut made = vec![Made {
        aggregate: named(format!("{prefix}_count_{window}"), "count", None, Type::INT),
        counts: true,
        before: None,
        only_with: None,
    }];
    for Source { kind, name, from } in sources {
        let named_so = |statistic: &str| format!("{prefix}_{statistic}_{name}_{window}");
        let mut add = |statistic: &str, function: &str, ty: &Type, counts: bool, before: Option<i64>| {
            let aggregate = named(named_so(statistic), function, Some((from, ty)), ty.clone());
            let only_with = (function == "sum").then(|| named_so("mean"));
            made.push(Made { aggregate, counts, before, only_with });
        };
        match kind {
            Kind::Number => {
                for function in ["sum", "mean", "min", "max", "std"] {
                    add(function, function, &float, false, None);
                }
            }
            Kind::Truth => add("share", "mean", &float, false, None),
            Kind::Name => add("distinct", "distinct_count", &Type::INT, true, None),
            Kind::Moment => {
                add("days_since_first", "min", &Type::INT.nullable(), false, Some(end));
                add("days_since_last", "max", &Type::INT.nullable(), false, Some(end));
            }
        }
    }
    made
}

fn named(name: String, function: &str, values: Option<(&String, &Type)>, ty: Type) -> NamedExpr {
    let values = values.map(|(from, ty)| {
        let column = Expr { kind: ExprKind::Column(from.as_str().into()), ty: ty.clone() };
        (Arc::from("values"), column)
    });
    let kind = ExprKind::Call { function: function.into(), args: values.into_iter().collect() };
    NamedExpr { name: name.into(), expr: Expr { kind, ty } }
}

fn plain(keys: &[String]) -> Vec<NamedExpr> {
    let column = |key: &String| Expr { kind: ExprKind::Column(key.as_str().into()), ty: Type::Unknown };
    keys.iter().map(|key| NamedExpr { name: key.as_str().into(), expr: column(key) }).collect()
}

/// The statistics of a stretch of time beside the keys, which keep their order. Null is a key like others.
fn beside(keys_made: LazyFrame, statistics: DataFrame, keys: &[String], columns: &[Made]) -> LazyFrame {
    let on = table_columns(keys);
    let order =
        JoinArgs { maintain_order: MaintainOrderJoin::Left, nulls_equal: true, ..JoinArgs::new(JoinType::Left) };
    let joined = keys_made.join(statistics.lazy(), on.clone(), on, order);
    let finished = columns.iter().filter_map(|column| {
        let name = &*column.aggregate.name;
        let value = match (column.counts, column.before, &column.only_with) {
            (true, ..) => col(name).fill_null(lit(0_i64)),
            (_, Some(end), _) => in_units(lit(end) - col(name), DAY),
            (.., Some(other)) => when(col(other.as_str()).is_null()).then(lit(pl::NULL)).otherwise(col(name)),
            _ => return None,
        };
        Some(value.alias(name))
    });
    joined.with_columns(finished.collect::<Vec<pl::Expr>>())
}
