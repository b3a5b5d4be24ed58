//! Many rows to one value: aggregates, and `group` and windows that use them.

use crate::chooser::Chooser;
use crate::expression::Expr;
use crate::relation::{Base, Cells, Column, Order, Relation, list};
use crate::steps::Step;
use crate::value::{V, compare, order, same};

/// An aggregate of the standard library.
struct Aggregate {
    name: &'static str,
    values: Option<Expr>,
    by: Option<Expr>,
    filter: Option<Expr>,
}

impl Aggregate {
    fn any(choose: &mut Chooser, table: &Relation) -> Self {
        let name = *choose.pick(&[
            "count",
            "sum",
            "min",
            "max",
            "first",
            "last",
            "mean",
            "any",
            "all",
            "distinct_count",
            "count_values",
            "mode",
            "median",
        ]);
        let base = match name {
            "sum" | "mean" | "median" => *choose.pick(&[Base::Int, Base::Float, Base::MONEY]),
            _ => *choose.pick(&Base::SCALARS),
        };
        let values = match name {
            "count" => None,
            "any" | "all" => Some(Expr::condition(choose, table, 1)),
            _ => Some(Expr::any(choose, table, &base, 1)),
        };
        let ordered = table.usable();
        let by = matches!(name, "first" | "last") && choose.one_in(2);
        let by = by.then(|| Expr::column(choose.pick(&ordered)));
        let filter = choose.one_in(4).then(|| Expr::condition(choose, table, 1));
        Self { name, values, by, filter }
    }

    fn text(&self) -> String {
        let values = self.values.as_ref().map(Expr::text);
        let by = self.by.as_ref().map(|by| format!("by: {}", by.text()));
        let filter = self.filter.as_ref().map(|filter| format!("where: {}", filter.text()));
        let args: Vec<String> = [values, by, filter].into_iter().flatten().collect();
        format!("{}({})", self.name, args.join(", "))
    }

    /// The column it makes; `may_be_empty` where there may be no rows.
    fn column(&self, name: String, may_be_empty: bool) -> Column {
        let (base, null) = match &self.values {
            Some(values) => (values.base, values.null || self.filter.is_some() || may_be_empty),
            None => (Base::Int, false),
        };
        match self.name {
            "count" | "count_values" | "distinct_count" => Column::new(name, Base::Int, false),
            "any" | "all" => Column::new(name, Base::Bool, false),
            "sum" => match base {
                Base::Decimal(_, scale) => Column::new(name, Base::Decimal(38, scale), false),
                _ => Column::new(name, base, false),
            },
            "mean" | "median" => Column { exact: false, ..Column::new(name, Base::Float, null) },
            _ => Column::new(name, base, null),
        }
    }

    fn value(&self, table: &Relation, rows: &[&Cells]) -> V {
        let holds = |row: &&&Cells| self.filter.as_ref().is_none_or(|filter| filter.value(table, row) == V::Bool(true));
        let rows: Vec<&Cells> = rows.iter().filter(holds).copied().collect();
        let Some(values) = &self.values else { return V::Int(rows.len() as i64) };
        if matches!(self.name, "first" | "last") {
            return match self.chosen(table, &rows) {
                Some(row) => values.value(table, row),
                None => V::Null,
            };
        }
        let zero = match values.base {
            Base::Float => V::Float(0.0),
            Base::Decimal(_, scale) => V::Decimal(0, scale),
            _ => V::Int(0),
        };
        let values: Vec<V> = rows.iter().map(|row| values.value(table, row)).filter(|value| !value.is_null()).collect();
        let numbers = || values.iter().filter_map(V::number);
        match self.name {
            "count_values" => V::Int(values.len() as i64),
            "distinct_count" => V::Int(counts(&values).len() as i64),
            "sum" if matches!(zero, V::Float(_)) => V::Float(numbers().sum()),
            "sum" if matches!(zero, V::Decimal(..)) => {
                V::Decimal(values.iter().filter_map(|value| value.units(zero.scale())).sum(), zero.scale())
            }
            "sum" => V::Int(numbers().sum::<f64>() as i64),
            "mean" if values.is_empty() => V::Null,
            "mean" => V::Float(numbers().sum::<f64>() / values.len() as f64),
            "median" => {
                let mut sorted: Vec<f64> = numbers().collect();
                sorted.sort_by(f64::total_cmp);
                let middle = |place: usize| sorted.get(place).copied();
                match (middle(sorted.len().saturating_sub(1) / 2), middle(sorted.len() / 2)) {
                    (Some(low), Some(high)) => V::Float(f64::midpoint(low, high)),
                    _ => V::Null,
                }
            }
            "min" => {
                values.iter().cloned().reduce(|a, b| if compare(&b, &a).is_lt() { b } else { a }).unwrap_or(V::Null)
            }
            "max" => {
                values.iter().cloned().reduce(|a, b| if compare(&b, &a).is_gt() { b } else { a }).unwrap_or(V::Null)
            }
            "mode" => {
                let most = counts(&values).into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
                most.map_or(V::Null, |(value, _)| value)
            }
            "any" => V::Bool(values.contains(&V::Bool(true))),
            "all" => V::Bool(!values.contains(&V::Bool(false))),
            other => panic!("{other} is no aggregate"),
        }
    }

    /// The row of `first` and `last`. By a column: the smallest, null last, the first of equal ones; and the largest, null
    /// first, the last of equal ones.
    fn chosen<'a>(&self, table: &Relation, rows: &[&'a Cells]) -> Option<&'a Cells> {
        let Some(by) = &self.by else {
            return if self.name == "first" { rows.first().copied() } else { rows.last().copied() };
        };
        let key = |row: &Cells| by.value(table, row);
        rows.iter().copied().reduce(|best, row| {
            let (old, new) = (key(best), key(row));
            let better = match (self.name, old.is_null(), new.is_null()) {
                ("first", ..) => order(&new, &old, false).is_lt(),
                (_, true, _) => true,
                (_, false, true) => false,
                _ => compare(&new, &old).is_ge(),
            };
            if better { row } else { best }
        })
    }
}

/// Different values and how often they are there, in order of first appearance.
fn counts(values: &[V]) -> Vec<(V, usize)> {
    let mut found: Vec<(V, usize)> = Vec::new();
    for value in values {
        match found.iter_mut().find(|(other, _)| same(other, value)) {
            Some((_, count)) => *count += 1,
            None => found.push((value.clone(), 1)),
        }
    }
    found
}

/// `group`, by columns, by computed keys, or by nothing.
pub fn group(choose: &mut Chooser, table: &Relation) -> Step {
    let kind = choose.below(6);
    let mut keyed = table.clone();
    let (head, keys) = match kind {
        0 => ("group".to_owned(), Vec::new()),
        1 => {
            let base = *choose.pick(&Base::SCALARS);
            let key = Expr::any(choose, table, &base, 2);
            let column = Column::new(choose.name(), base, key.null);
            let values = table.rows.iter().map(|row| key.value(table, row)).collect();
            keyed.put(column.clone(), values);
            (format!("group(by: {{ {} = {} }})", column.name, key.text()), vec![column])
        }
        _ => {
            let keys = choose.some(&table.usable(), 2);
            (format!("group(by: {})", list(&keys)), keys)
        }
    };
    let aggregates: Vec<(String, Aggregate)> =
        (0..=choose.below(3)).map(|_| (choose.name(), Aggregate::any(choose, table))).collect();
    let shown: Vec<String> = aggregates.iter().map(|(name, of)| format!("{name} = {}", of.text())).collect();
    let parts = if kind == 0 { vec![(Vec::new(), (0..table.rows.len()).collect())] } else { keyed.partition(&keys) };
    let rows = parts.into_iter().map(|(mut key, places): (Cells, Vec<usize>)| {
        let rows: Vec<&Cells> = places.iter().map(|place| &table.rows[*place]).collect();
        key.extend(aggregates.iter().map(|(_, of)| of.value(table, &rows)));
        key
    });
    let rows = rows.collect();
    let made = aggregates.iter().map(|(name, of)| of.column(name.clone(), kind == 0));
    let columns = keys.into_iter().chain(made).collect();
    Step { text: format!("{head} {{ {} }}", shown.join(", ")), result: Relation { columns, rows } }
}

/// A column over a window.
enum Windowed {
    Aggregate(Aggregate),
    Lag(Column, usize),
    Lead(Column, usize),
    Difference(Column),
    LastKnown(Column),
    RowNumber,
    Rank,
}

impl Windowed {
    fn any(choose: &mut Chooser, table: &Relation, ordered: bool) -> Self {
        let columns = table.usable();
        let column = choose.pick(&columns).clone();
        // What comes before which row has to be said.
        if !ordered {
            return Self::Aggregate(Aggregate::any(choose, table));
        }
        let numbers = table.usable_where(|column| column.base.is_number());
        match choose.below(8) {
            0 => Self::Lag(column, choose.below(2) + 1),
            1 => Self::Lead(column, choose.below(2) + 1),
            2 if !numbers.is_empty() => Self::Difference(choose.pick(&numbers).clone()),
            3 => Self::LastKnown(column),
            4 => Self::RowNumber,
            5 => Self::Rank,
            _ => Self::Aggregate(Aggregate::any(choose, table)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Aggregate(aggregate) => aggregate.text(),
            Self::Lag(column, 1) => format!("lag({})", column.dotted()),
            Self::Lag(column, n) => format!("lag({}, n: {n})", column.dotted()),
            Self::Lead(column, n) => format!("lead({}, n: {n})", column.dotted()),
            Self::Difference(column) => format!("difference({})", column.dotted()),
            Self::LastKnown(column) => format!("last_known({})", column.dotted()),
            Self::RowNumber => "row_number()".into(),
            Self::Rank => "rank()".into(),
        }
    }

    fn column(&self, name: String, may_be_empty: bool) -> Column {
        match self {
            Self::Aggregate(aggregate) => aggregate.column(name, may_be_empty),
            Self::Difference(Column { base: base @ Base::Decimal(..), .. }) => {
                let digits = base.digits().unwrap_or_default();
                Column::new(name, Base::of_decimals("-", digits, digits), true)
            }
            Self::Lag(column, _) | Self::Lead(column, _) | Self::Difference(column) | Self::LastKnown(column) => {
                Column::new(name, column.base, true)
            }
            Self::RowNumber | Self::Rank => Column::new(name, Base::Int, false),
        }
    }
}

/// `derive` over windows.
pub fn windows(choose: &mut Chooser, table: &Relation) -> Step {
    let columns = table.usable();
    let over = choose.one_in(2).then(|| choose.some(&columns, 2));
    let ordered = over.is_none() || choose.one_in(2);
    let by = ordered.then(|| Order::any(choose, &columns));
    let rows = if ordered { *choose.pick(&["", "current", "before", "all"]) } else { "" };
    let mut args = Vec::new();
    args.extend(over.as_ref().map(|over| format!("over: {}", list(over))));
    args.extend(by.as_ref().map(|by| format!("order: {}", by.text())));
    args.extend((!rows.is_empty()).then(|| format!("rows: {rows}")));
    let made: Vec<(String, Windowed)> =
        (0..=choose.below(3)).map(|_| (choose.name(), Windowed::any(choose, table, ordered))).collect();
    let shown: Vec<String> = made.iter().map(|(name, of)| format!("{name} = {}", of.text())).collect();

    let mut result = table.clone();
    let parts = table.partition(over.as_deref().unwrap_or_default());
    for (name, windowed) in &made {
        let mut values = vec![V::Null; table.rows.len()];
        for (_, places) in &parts {
            let sorted = by.as_ref().map_or_else(|| places.clone(), |by| by.sort(table, places.clone()));
            let window: Vec<&Cells> = sorted.iter().map(|place| &table.rows[*place]).collect();
            for at in 0..window.len() {
                values[sorted[at]] = one(windowed, table, &window, at, by.as_ref(), rows);
            }
        }
        result.put(windowed.column(name.clone(), rows == "before"), values);
    }
    Step { text: format!("derive({}) {{ {} }}", args.join(", "), shown.join(", ")), result }
}

/// The value in the row at place `at` of a window in its order.
fn one(windowed: &Windowed, table: &Relation, window: &[&Cells], at: usize, by: Option<&Order>, rows: &str) -> V {
    let cell = |column: &Column, at: Option<usize>| {
        let row = at.and_then(|at| window.get(at));
        row.map_or(V::Null, |row| row[table.place(&column.name)].clone())
    };
    match windowed {
        Windowed::Aggregate(aggregate) => {
            let seen = match (by, rows) {
                (None, _) | (_, "all") => window.len(),
                (_, "before") => at,
                _ => at + 1,
            };
            aggregate.value(table, &window[..seen])
        }
        Windowed::Lag(column, n) => cell(column, at.checked_sub(*n)),
        Windowed::Lead(column, n) => cell(column, Some(at + n)),
        Windowed::Difference(column) => match (cell(column, at.checked_sub(1)), cell(column, Some(at))) {
            (V::Int(before), V::Int(now)) => V::Int(now - before),
            (V::Float(before), V::Float(now)) => V::Float(now - before),
            (V::Decimal(before, scale), V::Decimal(now, _)) => V::Decimal(now - before, scale),
            _ => V::Null,
        },
        Windowed::LastKnown(column) => {
            let known = (0..=at).rev().map(|at| cell(column, Some(at))).find(|value| !value.is_null());
            known.unwrap_or(V::Null)
        }
        Windowed::RowNumber => V::Int(at as i64 + 1),
        Windowed::Rank => {
            let before = |row: &&&Cells| by.is_some_and(|by| by.compare(table, row, window[at]).is_lt());
            V::Int(window.iter().filter(before).count() as i64 + 1)
        }
    }
}
