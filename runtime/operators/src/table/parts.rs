//! `group` in two turns: over the rows of each part of a table, then over what the parts gave.
//!
//! Only aggregates that give the same value in two turns as in one: sums of floats, for one, would be rounded otherwise.

use std::sync::Arc;

use gml_ir::{Arg, Expr, ExprKind, IntKind, NamedExpr, Type, Value};

use super::uses::{arg, named};
use crate::expr::Scope;
use crate::expr::aggregate::is_aggregate;
use crate::expr::window::map_parts;
use crate::frame::TEMPORARY;

/// The arguments of a call, by parameter.
type Arguments = Vec<(Arc<str>, Arg)>;

/// What `group` computes of each part, and of the parts one behind the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Turns {
    /// Arguments of the `group` of a part.
    pub part: Arguments,
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
    let with = |by: Vec<NamedExpr>, aggregates: Vec<NamedExpr>| {
        let others = args.iter().filter(|(name, _)| !matches!(&**name, "by" | "aggregates")).cloned();
        others.chain([("by".into(), Arg::Columns(by)), ("aggregates".into(), Arg::Columns(aggregates))]).collect()
    };
    let whole = with(known.collect(), aggregates);
    Some(Turns { part: with(keys, states.columns), whole })
}

/// What is kept of each group of a part.
#[derive(Default)]
struct States {
    columns: Vec<NamedExpr>,
}

impl States {
    /// The column, over the parts, that has the value of an aggregate of a part.
    fn keep(&mut self, expr: Expr) -> Expr {
        let place = self.columns.iter().position(|known| known.expr == expr).unwrap_or_else(|| {
            let name = format!("{TEMPORARY}state_{}", self.columns.len()).into();
            self.columns.push(NamedExpr { name, expr: expr.clone() });
            self.columns.len() - 1
        });
        Expr { kind: ExprKind::Column(self.columns[place].name.clone()), ty: expr.ty }
    }

    /// The expression over the parts that has the value which `expr` has over all rows.
    fn whole(&mut self, expr: &Expr) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Call { function, args } if is_aggregate(function) => self.aggregate(function, args, &expr.ty),
            _ => map_parts(expr, &mut |part| self.whole(part).ok_or(())).ok(),
        }
    }

    fn aggregate(&mut self, function: &Arc<str>, args: &[(Arc<str>, Expr)], ty: &Type) -> Option<Expr> {
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
        match &**function {
            "count" | "count_values" => again("sum", self.keep(own)),
            // A part's sum of shorter numbers cannot be too large where the whole is not.
            "sum" if values.is_some_and(|(_, values)| is_short(&values.ty)) => again("sum", self.keep(own)),
            "any" | "all" => again(function, self.keep(own)),
            // Of no rows that count there is none: null, whatever the type says of the whole.
            "min" | "max" => again(function, self.keep(Expr { ty: ty.clone().nullable(), ..own })),
            "first" | "last" => {
                let condition = given("where").filter(|condition| constant(condition) != Some(Value::Bool(true)));
                let by = given("by").filter(|by| constant(by) != Some(Value::Null));
                let mut over = vec![("values".into(), self.keep(Expr { ty: ty.clone().nullable(), ..own }))];
                if let Some(by) = by {
                    let mut of_by: Vec<(Arc<str>, Expr)> =
                        vec![("values".into(), by.clone()), ("by".into(), by.clone())];
                    of_by.extend(condition.map(|condition| ("where".into(), condition.clone())));
                    over.push(("by".into(), self.keep(call(function, of_by, &by.ty.clone().nullable()))));
                }
                if let Some(condition) = condition {
                    // The group of a part in which no row counts has no first one.
                    let any = vec![("values".into(), condition.clone())];
                    over.push(("where".into(), self.keep(call("any", any, &Type::Bool))));
                }
                Some(call(function, over, ty))
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
