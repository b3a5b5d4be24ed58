//! Which columns of a dataset are needed.
//!
//! Queries read only the columns that they need by themselves. What is found here decides whether a dataset with several
//! users is read once into memory or by each of their queries, and tells readers of a plan. What is not certain counts
//! as needing all.

use std::collections::BTreeSet;
use std::sync::Arc;

use gml_ir::{Arg, Expr, ExprKind, Graph, Row, Step, StepKind, Type};

use super::stages::{gives_query, takes_query};

/// Columns by name; `None` is all of them.
pub(super) type Need = Option<BTreeSet<Arc<str>>>;

/// For each step, the columns of its table that live steps need; `None` where that is all of them.
pub(super) fn needed(graph: &Graph, live: &[bool]) -> Vec<Need> {
    let mut needs: Vec<Need> = vec![Some(BTreeSet::new()); graph.steps.len()];
    for (place, step) in graph.steps.iter().enumerate().rev().filter(|(place, _)| live[*place]) {
        let own = of_user(step, &needs[place]);
        for input in super::inputs(step) {
            let need = &mut needs[input.0 as usize];
            match (need.as_mut(), &own) {
                (Some(all), Some(more)) => all.extend(more.iter().cloned()),
                _ => *need = None,
            }
        }
    }
    needs
}

/// The columns to read of a dataset of that row: in its order, and `None` where that is all or the row is open.
pub(super) fn to_read(row: &Row, need: &Need) -> Option<Vec<Arc<str>>> {
    let need = need.as_ref().filter(|_| !row.open)?;
    let mut columns: Vec<Arc<str>> = row.names().filter(|name| need.contains(*name)).cloned().collect();
    if columns.is_empty() {
        // A table has its rows by its columns: without any it would be empty.
        columns.extend(row.names().next().cloned());
    }
    (columns.len() < row.columns.len()).then_some(columns)
}

/// What a step needs of its inputs: the columns that it names, and those of its result that are needed further on. An
/// operator that names none (`distinct` of whole rows) may look at all.
fn of_user(step: &Step, need: &Need) -> Need {
    let StepKind::Call { args, .. } = &step.kind else { return None };
    if !takes_query(step) || !gives_query(step) {
        return None;
    }
    let mut named = BTreeSet::new();
    let mut names_some = false;
    for (_, arg) in args {
        match arg {
            Arg::Expr(expr) => collect(expr, &mut named),
            Arg::Columns(columns) => columns.iter().for_each(|column| collect(&column.expr, &mut named)),
            Arg::Order(keys) => keys.iter().for_each(|key| collect(&key.expr, &mut named)),
            _ => continue,
        }
        names_some = true;
    }
    if !names_some {
        return None;
    }
    match (need, &step.ty) {
        (Some(further), _) => named.extend(further.iter().cloned()),
        (None, Type::Table(table)) if !table.row.open => named.extend(table.row.names().cloned()),
        (None, _) => return None,
    }
    Some(named)
}

fn collect(expr: &Expr, found: &mut BTreeSet<Arc<str>>) {
    match &expr.kind {
        ExprKind::Column(name) => {
            found.insert(name.clone());
        }
        ExprKind::Input(_) | ExprKind::Literal(_) => {}
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => {
            collect(of, found);
        }
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => {
            collect(left, found);
            collect(right, found);
        }
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| collect(part, found)),
        ExprKind::List(items) => items.iter().for_each(|item| collect(item, found)),
        ExprKind::Struct(fields) => fields.iter().for_each(|field| collect(&field.expr, found)),
        ExprKind::Call { args, .. } => args.iter().for_each(|(_, arg)| collect(arg, found)),
    }
}
