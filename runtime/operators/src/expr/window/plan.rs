//! Expressions with their aggregates and window functions taken out.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, NamedExpr, Type, Value};

use super::function::is_window;
use crate::expr::Scope;
use crate::expr::aggregate::is_aggregate;
use crate::frame::TEMPORARY;

/// A call of an aggregate or a window function; arguments by their place in [`Plan::arguments`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// Its name in the standard library.
    pub function: Arc<str>,
    /// What it sees of each row.
    pub values: Option<usize>,
    /// Which rows it takes.
    pub condition: Option<usize>,
    /// By what it looks for the first or the last row.
    pub by: Option<usize>,
    /// Length of the stretch of time, in microseconds.
    pub last: Option<i64>,
    /// `n` or `q`.
    pub number: Option<f64>,
    /// The type of the result.
    pub ty: Type,
}

/// A window function in what an aggregate of a group takes: `mean(gap(.day))`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Within {
    /// What it looks at of each row, which is also what the rows of a group are ordered by.
    pub along: Expr,
    /// The call; its values are those of `along`.
    pub call: Call,
}

/// Columns made from aggregates: what is computed of each row first, the calls, and what is made of their results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Window functions that arguments of aggregates use, each once; the result of `i` is the column [`Plan::within_name`] of `i`.
    pub within: Vec<Within>,
    /// Expressions over rows, each once.
    pub arguments: Vec<Expr>,
    /// The calls, each once.
    pub calls: Vec<Call>,
    /// The columns; the result of call `i` is the column [`Plan::call_name`] of `i`.
    pub outputs: Vec<NamedExpr>,
}

impl Plan {
    /// Takes the calls out of the columns.
    pub(crate) fn of(columns: &[NamedExpr]) -> Result<Self, Fault> {
        let mut plan = Self::default();
        for column in columns {
            let expr = plan.extract(&column.expr)?;
            plan.outputs.push(NamedExpr { name: column.name.clone(), expr });
        }
        Ok(plan)
    }

    /// The temporary column that an argument is put into.
    pub(crate) fn argument_name(place: usize) -> String {
        format!("{TEMPORARY}argument_{place}")
    }

    /// The temporary column that the result of a call is put into.
    pub(crate) fn call_name(place: usize) -> String {
        format!("{TEMPORARY}call_{place}")
    }

    /// The temporary column that the result of a window function within an aggregate is put into.
    pub(crate) fn within_name(place: usize) -> String {
        format!("{TEMPORARY}within_{place}")
    }

    fn extract(&mut self, expr: &Expr) -> Result<Expr, Fault> {
        if let ExprKind::Call { function, args } = &expr.kind
            && (is_aggregate(function) || is_window(function))
        {
            let call = self.call(function, args, &expr.ty)?;
            let place = match self.calls.iter().position(|known| *known == call) {
                Some(place) => place,
                None => {
                    self.calls.push(call);
                    self.calls.len() - 1
                }
            };
            return Ok(Expr { kind: ExprKind::Column(Self::call_name(place).into()), ty: expr.ty.clone() });
        }
        map_parts(expr, &mut |part| self.extract(part))
    }

    fn call(&mut self, function: &Arc<str>, args: &[(Arc<str>, Expr)], ty: &Type) -> Result<Call, Fault> {
        let mut call = Call {
            function: function.clone(),
            values: None,
            condition: None,
            by: None,
            last: None,
            number: None,
            ty: ty.clone(),
        };
        for (name, arg) in args {
            let constant = Scope::default().constant(arg);
            let seen = if is_aggregate(function) && calls_window(arg) { Some(self.seen(arg)?) } else { None };
            let arg = seen.as_ref().unwrap_or(arg);
            match (&**name, constant) {
                ("where", Some(Value::Bool(true))) | ("by" | "last", Some(Value::Null)) => {}
                ("where", _) => call.condition = Some(self.argument(arg)),
                ("by", _) => call.by = Some(self.argument(arg)),
                ("last", Some(Value::Duration(micros))) if micros > 0 => call.last = Some(micros),
                ("last", value) => {
                    let value = value.map_or_else(|| "no constant".to_owned(), |value| value.to_string());
                    return Err(Fault::new("GML0229", format!("last of {function} is {value}"))
                        .help("write a stretch of time, as in `last: 7d`"));
                }
                ("n" | "q", value) => {
                    let number = value.as_ref().and_then(Value::as_float);
                    let bad = || Fault::new("GML0229", format!("{name} of {function} must be a constant number"));
                    call.number = Some(number.ok_or_else(bad)?);
                }
                _ => call.values = Some(self.argument(arg)),
            }
        }
        Ok(call)
    }

    /// The argument with what its window functions give in their places.
    fn seen(&mut self, expr: &Expr) -> Result<Expr, Fault> {
        let (function, args) = match &expr.kind {
            ExprKind::Call { function, args } if is_window(function) => (function, args),
            _ => return map_parts(expr, &mut |part| self.seen(part)),
        };
        let [(_, along)] = args.as_slice() else {
            return Err(Fault::new("GML0999", format!("{function} within an aggregate looks at more than one value")));
        };
        let call = Call {
            function: function.clone(),
            values: Some(0),
            condition: None,
            by: None,
            last: None,
            number: None,
            ty: expr.ty.clone(),
        };
        let within = Within { along: along.clone(), call };
        let place = match self.within.iter().position(|known| *known == within) {
            Some(place) => place,
            None => {
                self.within.push(within);
                self.within.len() - 1
            }
        };
        Ok(Expr { kind: ExprKind::Column(Self::within_name(place).into()), ty: expr.ty.clone() })
    }

    fn argument(&mut self, expr: &Expr) -> usize {
        if let Some(place) = self.arguments.iter().position(|known| known == expr) {
            return place;
        }
        self.arguments.push(expr.clone());
        self.arguments.len() - 1
    }
}

/// Whether a window function is called in an expression.
pub(crate) fn calls_window(expr: &Expr) -> bool {
    let mut found = false;
    each_part(expr, &mut |part| found |= matches!(&part.kind, ExprKind::Call { function, .. } if is_window(function)));
    found
}

/// The expression with `change` made to each of its direct parts.
pub(crate) fn map_parts<E>(expr: &Expr, change: &mut impl FnMut(&Expr) -> Result<Expr, E>) -> Result<Expr, E> {
    let mut boxed = |part: &Expr| change(part).map(Box::new);
    let kind = match &expr.kind {
        ExprKind::Column(_) | ExprKind::Input(_) | ExprKind::Literal(_) => expr.kind.clone(),
        ExprKind::Field(of, name) => ExprKind::Field(boxed(of)?, name.clone()),
        ExprKind::Unary(op, of) => ExprKind::Unary(*op, boxed(of)?),
        ExprKind::Binary(op, left, right) => ExprKind::Binary(*op, boxed(left)?, boxed(right)?),
        ExprKind::IsNull(of) => ExprKind::IsNull(boxed(of)?),
        ExprKind::In(item, among) => ExprKind::In(boxed(item)?, boxed(among)?),
        ExprKind::If(condition, yes, no) => ExprKind::If(boxed(condition)?, boxed(yes)?, boxed(no)?),
        ExprKind::List(items) => ExprKind::List(items.iter().map(change).collect::<Result<_, _>>()?),
        ExprKind::Struct(fields) => {
            let fields =
                fields.iter().map(|field| Ok(NamedExpr { name: field.name.clone(), expr: change(&field.expr)? }));
            ExprKind::Struct(fields.collect::<Result<_, E>>()?)
        }
        ExprKind::Cast(of) => ExprKind::Cast(boxed(of)?),
        ExprKind::Call { function, args } => {
            let args = args.iter().map(|(name, arg)| Ok((name.clone(), change(arg)?)));
            ExprKind::Call { function: function.clone(), args: args.collect::<Result<_, E>>()? }
        }
    };
    Ok(Expr { kind, ty: expr.ty.clone() })
}

/// Calls `visit` with the name of each column in the expression.
pub(crate) fn each_column(expr: &Expr, visit: &mut impl FnMut(&str)) {
    each_part(expr, &mut |part| {
        if let ExprKind::Column(name) = &part.kind {
            visit(name);
        }
    });
}

/// Calls `visit` with the expression and with every expression in it.
pub(crate) fn each_part(expr: &Expr, visit: &mut impl FnMut(&Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Column(_) | ExprKind::Input(_) | ExprKind::Literal(_) => {}
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => {
            each_part(of, visit)
        }
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => {
            each_part(left, visit);
            each_part(right, visit);
        }
        ExprKind::If(condition, yes, no) => {
            each_part(condition, visit);
            each_part(yes, visit);
            each_part(no, visit);
        }
        ExprKind::List(items) => items.iter().for_each(|item| each_part(item, visit)),
        ExprKind::Struct(fields) => fields.iter().for_each(|field| each_part(&field.expr, visit)),
        ExprKind::Call { args, .. } => args.iter().for_each(|(_, arg)| each_part(arg, visit)),
    }
}
