//! `group` in two turns: over the rows of each part of a table, then over what the parts gave.
//!
//! Only aggregates that give the same value in two turns as in one: sums of floats, for one, would be rounded otherwise.

use std::sync::Arc;

use gml_ir::{Arg, Expr, ExprKind, IntKind, NamedExpr, Type, Value};

use super::uses::{arg, named};
use crate::expr::Scope;
use crate::expr::aggregate::is_aggregate;
use crate::expr::window::{calls_window, map_parts};
use crate::frame::TEMPORARY;

/// The arguments of a call, by parameter.
type Arguments = Vec<(Arc<str>, Arg)>;

/// What `group` computes of each part, and of the parts one behind the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Turns {
    /// Arguments of the `group` of a part.
    pub part: Arguments,
    /// Arguments of the `group` that makes one of what several parts gave, in the same form: however often it is done, the end is the
    /// same.
    pub merge: Arguments,
    /// Arguments of the `group` of all that the parts gave.
    pub whole: Arguments,
}

/// The two turns of a call that groups rows; `None` where one of its aggregates needs all rows at once.
pub fn in_turns(module: &str, operator: &str, args: &[(Arc<str>, Arg)]) -> Option<Turns> {
    if (module, operator) != ("std.table", "group") {
        return None;
    }
    let keys = match arg(args, "by") {
        Some(Arg::Columns(keys)) if !keys.is_empty() => keys.clone(),
        // Of all rows there is a group even in a part without any.
        _ => return None,
    };
    let mut states = States::default();
    let aggregates = named(args, "aggregates")
        .iter()
        .map(|column| Some(NamedExpr { name: column.name.clone(), expr: states.whole(&column.expr)? }));
    let aggregates = aggregates.collect::<Option<Vec<_>>>()?;
    let known = keys.iter().map(|key| {
        let ty = key.expr.ty.clone();
        NamedExpr { name: key.name.clone(), expr: Expr { kind: ExprKind::Column(key.name.clone()), ty } }
    });
    let known: Vec<NamedExpr> = known.collect();
    let with = |by: Vec<NamedExpr>, aggregates: Vec<NamedExpr>| {
        let others = args.iter().filter(|(name, _)| !matches!(&**name, "by" | "aggregates")).cloned();
        others.chain([("by".into(), Arg::Columns(by)), ("aggregates".into(), Arg::Columns(aggregates))]).collect()
    };
    let (merge, whole) = (with(known.clone(), states.merged), with(known, aggregates));
    Some(Turns { part: with(keys, states.columns), merge, whole })
}

/// What is kept of each group of a part.
#[derive(Default)]
struct States {
    columns: Vec<NamedExpr>,
    /// The same columns of several parts together.
    merged: Vec<NamedExpr>,
}

impl States {
    /// The column, over the parts, that has the value of an aggregate of a part; `merge` gives, from that column, what the aggregate
    /// is of several parts.
    fn keep(&mut self, expr: Expr, merge: impl FnOnce(Expr) -> Expr) -> Expr {
        let column = |name: &Arc<str>| Expr { kind: ExprKind::Column(name.clone()), ty: expr.ty.clone() };
        if let Some(known) = self.columns.iter().find(|known| known.expr == expr) {
            return column(&known.name);
        }
        let name: Arc<str> = format!("{TEMPORARY}state_{}", self.columns.len()).into();
        let state = column(&name);
        self.merged.push(NamedExpr { name: name.clone(), expr: merge(state.clone()) });
        self.columns.push(NamedExpr { name, expr });
        state
    }

    /// The expression over the parts that has the value which `expr` has over all rows.
    fn whole(&mut self, expr: &Expr) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Call { function, args } if is_aggregate(function) => self.aggregate(function, args, &expr.ty),
            _ => map_parts(expr, &mut |part| self.whole(part).ok_or(())).ok(),
        }
    }

    fn aggregate(&mut self, function: &Arc<str>, args: &[(Arc<str>, Expr)], ty: &Type) -> Option<Expr> {
        // What lies between rows of several parts is in none of them.
        if args.iter().any(|(_, arg)| calls_window(arg)) {
            return None;
        }
        let constant = |expr: &Expr| Scope::default().constant(expr);
        let given = |name: &str| args.iter().find(|(own, _)| &**own == name).map(|(_, expr)| expr);
        let values = args.iter().find(|(name, _)| !matches!(&**name, "where" | "by" | "last" | "n" | "q"));
        if given("last").is_some_and(|last| constant(last) != Some(Value::Null)) {
            return None;
        }
        let call = |function: &str, args: Vec<(Arc<str>, Expr)>, ty: &Type| Expr {
            kind: ExprKind::Call { function: function.into(), args },
            ty: ty.clone(),
        };
        let own = call(function, args.to_vec(), ty);
        let again = |function: &str, state: Expr| Some(call(function, vec![("values".into(), state)], ty));
        // Of several parts it is what it is of all of them, of the type of the column.
        let over = |function: &str| {
            let function = function.to_owned();
            move |state: Expr| {
                let ty = state.ty.clone();
                Expr { kind: ExprKind::Call { function: function.into(), args: vec![("values".into(), state)] }, ty }
            }
        };
        match &**function {
            "count" | "count_values" => again("sum", self.keep(own, over("sum"))),
            // A part's sum of shorter numbers cannot be too large where the whole is not.
            "sum" if values.is_some_and(|(_, values)| is_short(&values.ty)) => {
                again("sum", self.keep(own, over("sum")))
            }
            "any" | "all" => again(function, self.keep(own, over(function))),
            // Of no rows that count there is none: null, whatever the type says of the whole.
            "min" | "max" => {
                let own = Expr { ty: ty.clone().nullable(), ..own };
                again(function, self.keep(own, over(function)))
            }
            "first" | "last" => {
                let condition = given("where").filter(|condition| constant(condition) != Some(Value::Bool(true)));
                let by = given("by").filter(|by| constant(by) != Some(Value::Null));
                let first = |values: Expr, rest: &[(Arc<str>, Expr)]| {
                    let ty = values.ty.clone();
                    let args = [("values".into(), values)].into_iter().chain(rest.iter().cloned()).collect();
                    call(function, args, &ty)
                };
                let mut rest: Vec<(Arc<str>, Expr)> = Vec::new();
                if let Some(condition) = condition {
                    // The group of a part in which no row counts has no first one.
                    let any = vec![("values".into(), condition.clone())];
                    rest.push(("where".into(), self.keep(call("any", any, &Type::Bool), over("any"))));
                }
                if let Some(by) = by {
                    let mut of_by: Vec<(Arc<str>, Expr)> =
                        vec![("values".into(), by.clone()), ("by".into(), by.clone())];
                    of_by.extend(condition.map(|condition| ("where".into(), condition.clone())));
                    let of_by = call(function, of_by, &by.ty.clone().nullable());
                    let state = self.keep(of_by, |state| {
                        let by: (Arc<str>, Expr) = ("by".into(), state.clone());
                        first(state, &[&rest[..], &[by]].concat())
                    });
                    rest.push(("by".into(), state));
                }
                let values = self.keep(Expr { ty: ty.clone().nullable(), ..own }, |state| first(state, &rest));
                let args = [("values".into(), values)].into_iter().chain(rest).collect();
                Some(call(function, args, ty))
            }
            _ => None,
        }
    }
}

/// Whether values are truths or whole numbers of at most 32 bits.
fn is_short(ty: &Type) -> bool {
    use IntKind::{I8, I16, I32, U8, U16, U32};
    matches!(ty.non_null(), Type::Bool | Type::Int(I8 | I16 | I32 | U8 | U16 | U32))
}
