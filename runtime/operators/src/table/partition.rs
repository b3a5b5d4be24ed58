//! Which steps behind a `group` can be done apart for the rows of each of several buckets, where all rows that a step looks at
//! together lie in one.

use std::sync::Arc;

use gml_ir::{Arg, Expr, ExprKind, NamedExpr, Type};

use super::parts::Turns;
use super::uses::named;
use crate::expr::window::Plan;
use crate::frame::TEMPORARY;

/// The arguments of a call, by parameter.
type Arguments = [(Arc<str>, Arg)];

/// Columns whose values decide which bucket a row goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Those that are still what the group made them.
    known: Vec<Arc<str>>,
    /// Those that every step so far may be done by.
    chosen: Vec<Arc<str>>,
}

impl Keys {
    /// The keys of a call that groups rows; `None` where it has none.
    pub fn of(args: &Arguments) -> Option<Self> {
        Self::named(args, "by")
    }

    /// The keys that an argument names; `None` where it names none.
    pub fn named(args: &Arguments, argument: &str) -> Option<Self> {
        let known: Vec<Arc<str>> = named(args, argument).iter().map(|key| key.name.clone()).collect();
        (!known.is_empty()).then(|| Self { chosen: known.clone(), known })
    }

    /// The names of the columns.
    pub fn names(&self) -> &[Arc<str>] {
        &self.chosen
    }

    /// Whether all of them are still the columns that they were.
    pub fn is_whole(&self) -> bool {
        self.known.len() == self.chosen.len()
    }

    /// The keys by which rows may go through a step too; `None` where it looks at rows of different keys together, or does not give
    /// a row for each.
    pub fn through(mut self, module: &str, operator: &str, args: &Arguments) -> Option<Self> {
        match (module, operator) {
            ("std.table", "derive") => {
                let made = named(args, "columns");
                if Plan::of(made).is_ok_and(|plan| !plan.calls.is_empty()) {
                    let over: Vec<&Arc<str>> = named(args, "over").iter().filter_map(same).collect();
                    self.known.retain(|key| over.contains(&key));
                    self.chosen.clone_from(&self.known);
                }
                self.known.retain(|key| made.iter().all(|column| column.name != *key));
            }
            ("std.table", "select") => {
                let kept = named(args, "columns");
                self.known.retain(|key| kept.iter().any(|column| column.name == *key && same(column) == Some(key)));
            }
            ("std.table", "drop" | "rename") => {
                let named: Vec<&Arc<str>> = named(args, "columns")
                    .iter()
                    .flat_map(|column| [Some(&column.name), same(column)])
                    .flatten()
                    .collect();
                self.known.retain(|key| !named.contains(&key));
            }
            ("std.table", "conform") => {}
            _ => return None,
        }
        (!self.chosen.is_empty()).then_some(self)
    }
}

/// The column that is given on as it is.
fn same(column: &NamedExpr) -> Option<&Arc<str>> {
    if let ExprKind::Column(name) = &column.expr.kind { Some(name) } else { None }
}

impl Turns {
    /// The column, beside those of a part, that says where its rows stand among those of all parts.
    pub fn place() -> String {
        format!("{TEMPORARY}place")
    }

    /// The same turns over parts that have the column [`Self::place`]: what they make of several parts has the place of the first row
    /// of each group.
    pub fn placed(&self) -> Self {
        let name: Arc<str> = Self::place().into();
        let place = Expr { kind: ExprKind::Column(name.clone()), ty: Type::INT };
        let first = ExprKind::Call { function: "min".into(), args: vec![("values".into(), place)] };
        let first = NamedExpr { name, expr: Expr { kind: first, ty: Type::INT } };
        let with = |args: &[(Arc<str>, Arg)]| {
            let add = |(name, arg): &(Arc<str>, Arg)| match arg {
                Arg::Columns(columns) if &**name == "aggregates" => {
                    (name.clone(), Arg::Columns(columns.iter().cloned().chain([first.clone()]).collect()))
                }
                other => (name.clone(), other.clone()),
            };
            args.iter().map(add).collect()
        };
        Self { part: self.part.clone(), merge: with(&self.merge), whole: with(&self.whole) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, from: &str) -> NamedExpr {
        let expr = Expr { kind: ExprKind::Column(from.into()), ty: Type::INT };
        NamedExpr { name: name.into(), expr }
    }

    fn count(name: &str) -> NamedExpr {
        let expr = Expr { kind: ExprKind::Call { function: "count".into(), args: Vec::new() }, ty: Type::INT };
        NamedExpr { name: name.into(), expr }
    }

    fn columns(name: &str, columns: &[NamedExpr]) -> (Arc<str>, Arg) {
        (name.into(), Arg::Columns(columns.to_vec()))
    }

    fn of(keys: &[&str]) -> Keys {
        let by: Vec<NamedExpr> = keys.iter().map(|key| column(key, key)).collect();
        Keys::of(&[columns("by", &by)]).unwrap()
    }

    fn names(keys: Option<Keys>) -> Option<String> {
        keys.map(|keys| keys.names().join(", "))
    }

    #[test]
    fn windows_are_done_by_what_they_go_over() {
        let window = |over: &[&str]| {
            let over: Vec<NamedExpr> = over.iter().map(|key| column(key, key)).collect();
            of(&["visitor", "visit"]).through(
                "std.table",
                "derive",
                &[columns("columns", &[count("before")]), columns("over", &over)],
            )
        };
        assert_eq!(names(window(&["visitor"])).as_deref(), Some("visitor"));
        assert_eq!(names(window(&["day", "visit", "visitor"])).as_deref(), Some("visitor, visit"));
        assert_eq!(names(window(&["day"])), None, "rows of several keys are looked at together");
        assert_eq!(names(window(&[])), None, "all rows are looked at together");
    }

    #[test]
    fn a_key_that_becomes_something_else_keeps_nothing_together_any_more() {
        let derive = |keys: Keys, made: &[NamedExpr], over: &[NamedExpr]| {
            keys.through("std.table", "derive", &[columns("columns", made), columns("over", over)])
        };
        let visitor = [column("visitor", "visitor")];
        let replaced = derive(of(&["visitor", "visit"]), &[column("visitor", "visit")], &[]).unwrap();
        assert_eq!(replaced.names().join(", "), "visitor, visit", "nothing is looked at together yet");
        assert_eq!(names(derive(replaced, &[count("before")], &visitor)), None);
        let dropped = of(&["visitor", "visit"]).through("std.table", "drop", &[columns("columns", &visitor)]).unwrap();
        assert_eq!(names(derive(dropped, &[count("before")], &visitor)), None);
        let selected = [column("visit", "visitor"), column("visitor", "visitor")];
        let selected = of(&["visitor", "visit"]).through("std.table", "select", &[columns("columns", &selected)]);
        assert_eq!(names(derive(selected.unwrap(), &[count("before")], &visitor)).as_deref(), Some("visitor"));
    }

    #[test]
    fn steps_that_take_rows_away_or_order_them_need_all() {
        for operator in ["filter", "sort", "take", "distinct", "group"] {
            assert_eq!(names(of(&["visitor"]).through("std.table", operator, &[])), None, "{operator}");
        }
        assert_eq!(names(of(&["visitor"]).through("std.table", "conform", &[])).as_deref(), Some("visitor"));
        assert!(Keys::of(&[columns("by", &[])]).is_none());
    }
}
