//! Two tables to one.

use crate::chooser::Chooser;
use crate::expression::Expr;
use crate::relation::{Cells, Column, Relation, list};
use crate::steps::Step;
use crate::value::{V, same};

/// `join` with one of the tables that the program wrote, its columns renamed so that keys meet and others do not.
pub fn join(choose: &mut Chooser, table: &Relation, others: &[(String, Relation)]) -> Option<Step> {
    let (name, other) = choose.pick(others);
    let how = *choose.pick(&["inner", "left", "full", "semi", "anti", "cross"]);
    let pairs: Vec<(Column, Column)> = match how {
        "cross" => Vec::new(),
        _ => pairs(choose, table, other)?,
    };
    let taken: Vec<Column> = choose.some(&other.usable(), 3);
    let taken = taken.into_iter().filter(|column| pairs.iter().all(|(_, key)| key.name != column.name));
    let renamed: Vec<(Column, Column)> =
        taken.map(|column| (Column { name: choose.name(), ..column.clone() }, column)).collect();
    if renamed.is_empty() && how == "cross" {
        return None;
    }
    let all = pairs.iter().map(|(left, right)| (left.name.as_str(), right));
    let all: Vec<(&str, &Column)> = all.chain(renamed.iter().map(|(new, old)| (new.name.as_str(), old))).collect();
    let selected: Vec<String> = all.iter().map(|(new, old)| format!("{new} = .{}", old.name)).collect();
    let right = format!("{name} |> select({{ {} }})", selected.join(", "));
    let keys: Vec<String> = pairs.iter().map(|(left, _)| left.dotted()).collect();
    let on = if how == "cross" { String::new() } else { format!("on: [{}], ", keys.join(", ")) };
    let text = format!("join({right}, {on}how: {how})");

    let agree = |left: &Cells, right: &Cells| {
        pairs.iter().all(|(a, b)| {
            let (a, b) = (&left[table.place(&a.name)], &right[other.place(&b.name)]);
            !a.is_null() && same(a, b)
        })
    };
    let parts = |row: &Cells| -> Cells { renamed.iter().map(|(_, old)| row[other.place(&old.name)].clone()).collect() };
    let is_key = |column: &Column| pairs.iter().any(|(left, _)| left.name == column.name);
    let optional = |column: &Column| Column { null: true, ..column.clone() };
    let matches = |row: &Cells| -> Vec<&Cells> { other.rows.iter().filter(|right| agree(row, right)).collect() };

    let result = match how {
        "semi" | "anti" => Relation {
            columns: table.columns.clone(),
            rows: table.rows.iter().filter(|row| matches(row).is_empty() == (how == "anti")).cloned().collect(),
        },
        _ => {
            let outer = matches!(how, "left" | "full");
            let mut rows = Vec::new();
            for left in &table.rows {
                let found = matches(left);
                if found.is_empty() && outer {
                    rows.push([left.clone(), vec![V::Null; renamed.len()]].concat());
                }
                rows.extend(found.into_iter().map(|right| [left.clone(), parts(right)].concat()));
            }
            let made = renamed.iter().map(|(new, _)| if outer { optional(new) } else { new.clone() });
            let columns = table.columns.iter().cloned().chain(made).collect();
            let mut result = Relation { columns, rows };
            if how == "full" {
                full(&mut result, table, other, &pairs, &agree, &parts);
                let (mut order, rest): (Vec<Column>, Vec<Column>) = result.columns.iter().cloned().partition(is_key);
                // The keys come first, as `on` names them.
                order.sort_by_key(|column| pairs.iter().position(|(left, _)| left.name == column.name));
                order.extend(rest.iter().map(optional));
                result = result.select(&order);
            }
            result
        }
    };
    Some(Step { text, result })
}

/// The right rows that found no left one.
fn full(
    result: &mut Relation,
    table: &Relation,
    other: &Relation,
    pairs: &[(Column, Column)],
    agree: &dyn Fn(&Cells, &Cells) -> bool,
    parts: &dyn Fn(&Cells) -> Cells,
) {
    for right in &other.rows {
        if table.rows.iter().any(|left| agree(left, right)) {
            continue;
        }
        let left = table.columns.iter().map(|column| {
            let key = pairs.iter().find(|(left, _)| left.name == column.name);
            key.map_or(V::Null, |(_, key)| right[other.place(&key.name)].clone())
        });
        result.rows.push(left.chain(parts(right)).collect());
    }
    for (left, right) in pairs {
        let place = result.place(&left.name);
        result.columns[place].null |= right.null;
    }
}

/// One or two pairs of columns of the same type.
fn pairs(choose: &mut Chooser, table: &Relation, other: &Relation) -> Option<Vec<(Column, Column)>> {
    let mut pairs: Vec<(Column, Column)> = Vec::new();
    for left in choose.some(&table.usable(), 2) {
        let suits = |column: &Column| column.base == left.base && pairs.iter().all(|(_, old)| old.name != column.name);
        let right = other.usable_where(suits);
        if !right.is_empty() {
            pairs.push((left, choose.pick(&right).clone()));
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// `union` with the table itself, some rows and one column of it other than they were, its columns in another order.
pub fn union(choose: &mut Chooser, table: &Relation) -> Step {
    let column = choose.pick(&table.usable()).clone();
    let value = Expr::any(choose, table, &column.base, 1);
    let condition = Expr::condition(choose, table, 1);
    let mut other = table.clone();
    other.rows.retain(|row| condition.value(table, row) == V::Bool(true));
    let values = other.rows.iter().map(|row| value.value(table, row)).collect();
    other.put(Column { null: value.null, ..column.clone() }, values);
    let mut order: Vec<Column> = other.columns.clone();
    if choose.one_in(2) {
        order.reverse();
    }
    let (condition, value, order) = (condition.text(), value.text(), list(&order));
    let derived = format!("SELF |> filter({condition}) |> derive {{ {} = {value} }}", column.name);
    let text = format!("union({derived} |> select({order}))");
    let mut result = table.clone();
    let place = result.place(&column.name);
    result.columns[place].null |= other.columns[place].null;
    result.rows.extend(other.rows);
    Step { text, result }
}
