//! Rows made of the roles and the names of others.

use std::sync::Arc;

use gml_ir::{Column, DAY, Role, Row, Type, Value};

use super::Index;
use crate::types::{common, satisfies};

/// The columns with one of these roles.
pub fn with_roles(a: &Row, roles: &[Role]) -> Row {
    let has_one = |column: &&Column| column.role.is_some_and(|role| roles.contains(&role));
    Row { open: a.open, ..Row::of(a.columns.iter().filter(has_one).cloned().collect()) }
}

/// The columns, each with that role.
pub fn roled(a: &Row, role: Role) -> Row {
    let columns = a.columns.iter().map(|column| column.clone().with_role(role));
    Row { open: a.open, ..Row::of(columns.collect()) }
}

/// The columns with a role; which of the others are there is not known.
pub fn some(a: &Row) -> Row {
    Row { open: true, ..Row::of(a.columns.iter().filter(|column| column.role.is_some()).cloned().collect()) }
}

/// A column of lists for each.
pub fn listed(a: &Row) -> Row {
    let columns =
        a.columns.iter().map(|column| Column::new(column.name.clone(), Type::List(Arc::new(column.ty.clone()))));
    Row { open: a.open, ..Row::of(columns.collect()) }
}

/// A column of that type, or else of its own, for each, its name with the suffix.
pub fn suffixed(a: &Row, suffix: &str, ty: Option<&Type>) -> Row {
    let suffixed = |column: &Column| Column::new(format!("{}{suffix}", column.name), ty.unwrap_or(&column.ty).clone());
    let columns = a.columns.iter().map(suffixed);
    Row { open: a.open, ..Row::of(columns.collect()) }
}

/// The columns that both have, in the order of `a` and with the type that both go together in. Of an open row it is
/// not known what it has not.
pub fn in_both(a: &Row, b: &Row) -> Row {
    let in_b = Index::of(b);
    let columns = a.columns.iter().filter_map(|ours| match in_b.get(&ours.name) {
        Some(theirs) => Some(ours.clone().with_type(common(&ours.ty, &theirs.ty)?)),
        None => b.open.then(|| ours.clone()),
    });
    let mut row = Row { open: a.open && b.open, ..Row::of(columns.collect()) };
    if a.open {
        let in_a = Index::of(a);
        row.columns.extend(b.columns.iter().filter(|theirs| !in_a.has(&theirs.name)).cloned());
    }
    row
}

/// What a group of rows says of its keys, for each stretch of time (null: all): how many rows, of numbers and
/// durations the sum, the mean, the smallest, the largest and the standard deviation, of bools the share, of texts and
/// ids how many different ones, of moments how many days before the last of all rows the first and the last lie. Of
/// targets and weights it says nothing.
pub fn synthesized(a: &Row, keys: &Row, windows: &[Value]) -> Row {
    let prefix = keys.names().map(|name| &**name).collect::<Vec<_>>().join("_");
    let rest: Vec<&Column> = a.columns.iter().filter(|column| keys.get(&column.name).is_none()).collect();
    let mut row = keys.clone();
    row.open |= a.open;
    for window in windows {
        let suffix = match window {
            Value::Null => "all".to_owned(),
            // `7d` and `1w` are the same.
            Value::Duration(micros) if micros % DAY == 0 => format!("{}d", micros / DAY),
            length => length.to_string(),
        };
        let mut push = |what: &str, ty: Type| row.columns.push(Column::new(format!("{prefix}_{what}_{suffix}"), ty));
        push("count", Type::INT);
        for column in &rest {
            let name = &column.name;
            for (statistic, ty) in statistics(column) {
                push(&format!("{statistic}_{name}"), ty);
            }
        }
    }
    row
}

/// The statistics of a column and their types. A group without rows in the stretch of time has no mean.
fn statistics(column: &Column) -> Vec<(&'static str, Type)> {
    let float = || Type::Float.nullable();
    match column.role {
        Some(Role::Id | Role::Group) => return vec![("distinct", Type::INT)],
        Some(Role::Target | Role::Weight) => return Vec::new(),
        Some(Role::Time) | None => {}
    }
    match column.ty.non_null() {
        Type::Bool => vec![("share", float())],
        ty if ty.is_numeric() || *ty == Type::Duration => {
            ["sum", "mean", "min", "max", "std"].map(|statistic| (statistic, float())).into()
        }
        ty if satisfies("dated", ty) == Some(true) => vec![("days_since_first", float()), ("days_since_last", float())],
        ty if ty.is_text() => vec![("distinct", Type::INT)],
        _ => Vec::new(),
    }
}
