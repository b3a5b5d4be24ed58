//! Single values of other steps within the expressions of an operator. When it runs they are known, and constants to it.

use std::convert::Infallible;

use gml_ir::{Expr, ExprKind, IntKind, NamedExpr, OrderKey, Type, Value};

use crate::data::{Data, Input};
use crate::expr::window::map_parts;

/// Puts the single values among `inputs` ([`gml_ir::INPUTS`]) into the expressions of the other arguments. Says whether all of
/// them are such values: what was learned stays, for what embeds by it.
pub fn bind<'i>(inputs: &Input, args: impl IntoIterator<Item = &'i mut Input>) -> bool {
    let Input::List(inputs) = inputs else { return false };
    let values: Vec<Option<Value>> = inputs.iter().map(of_input).collect();
    let value = |place: u32, _: &Type| values.get(place as usize).cloned().flatten();
    for arg in args {
        arg.expressions_mut().for_each(|expr| *expr = put(expr, &value));
    }
    values.iter().all(Option::is_some)
}

fn of_input(input: &Input) -> Option<Value> {
    match input {
        Input::Data(data) => data.single(),
        Input::Const(value) => Some(value.clone()),
        _ => None,
    }
}

impl Data {
    /// The single value that it is; lists and records of single values are such values.
    pub fn single(&self) -> Option<Value> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::List(items) => items.iter().map(Self::single).collect::<Option<_>>().map(Value::List),
            Self::Record(fields) => {
                let fields = fields.iter().map(|(name, data)| Some((name.clone(), data.single()?)));
                fields.collect::<Option<_>>().map(Value::Record)
            }
            Self::Table(_)
            | Self::Sequences(_)
            | Self::Estimator(_)
            | Self::SequenceEstimator(_)
            | Self::Fitted(_)
            | Self::Metrics(_)
            | Self::Figure(_)
            | Self::Report(_) => None,
        }
    }
}

impl Input {
    /// The expressions in it, over the rows of the operator's table.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let (one, columns, keys): (_, &[NamedExpr], &[OrderKey]) = match self {
            Self::Expr(expr) => (Some(expr), &[], &[]),
            Self::Columns(columns) => (None, columns, &[]),
            Self::Order(keys) => (None, &[], keys),
            Self::Data(_) | Self::Const(_) | Self::List(_) => (None, &[], &[]),
        };
        let columns = columns.iter().map(|column| &column.expr);
        one.into_iter().chain(columns).chain(keys.iter().map(|key| &key.expr))
    }

    /// The same, to be changed.
    pub(crate) fn expressions_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let (one, columns, keys): (_, &mut [NamedExpr], &mut [OrderKey]) = match self {
            Self::Expr(expr) => (Some(expr), &mut [], &mut []),
            Self::Columns(columns) => (None, columns, &mut []),
            Self::Order(keys) => (None, &mut [], keys),
            Self::Data(_) | Self::Const(_) | Self::List(_) => (None, &mut [], &mut []),
        };
        let columns = columns.iter_mut().map(|column| &mut column.expr);
        one.into_iter().chain(columns).chain(keys.iter_mut().map(|key| &mut key.expr))
    }
}

/// The expression with these values in the places of the steps that they come from.
pub(crate) fn with_values(expr: &Expr, inputs: &[Value]) -> Expr {
    put(expr, &|place, _| inputs.get(place as usize).cloned())
}

/// The expression with any value of its type in the place of each that is not known yet: what computes it does not depend on
/// which value it is.
pub(crate) fn foreseen(expr: &Expr) -> Expr {
    put(expr, &|_, ty| any_of(ty))
}

fn any_of(ty: &Type) -> Option<Value> {
    Some(match ty.non_null() {
        Type::Bool => Value::Bool(true),
        Type::Int(IntKind::U64) => return None,
        Type::Int(_) => Value::Int(1),
        Type::Float | Type::Float32 => Value::Float(0.5),
        Type::Str | Type::Category => Value::Str("a".into()),
        Type::Date => Value::Date(1),
        Type::Timestamp => Value::Timestamp(1),
        Type::Duration => Value::Duration(1),
        _ => return None,
    })
}

fn put(expr: &Expr, value: &impl Fn(u32, &Type) -> Option<Value>) -> Expr {
    let known = match &expr.kind {
        ExprKind::Input(place) => value(*place, &expr.ty),
        // A row is a constant only field by field: each has a type of its own.
        ExprKind::Field(of, name) => match &put(of, value).kind {
            ExprKind::Literal(Value::Null) => Some(Value::Null),
            ExprKind::Literal(row) => row.get(name).cloned(),
            _ => None,
        },
        _ => None,
    };
    match known {
        Some(value) => Expr { kind: ExprKind::Literal(value), ty: expr.ty.clone() },
        None => {
            let Ok(with) = map_parts::<Infallible>(expr, &mut |part| Ok(put(part, value)));
            with
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gml_ir::BinaryOp;

    use super::*;

    fn of(kind: ExprKind, ty: Type) -> Expr {
        Expr { kind, ty }
    }

    #[test]
    fn values_of_other_steps_are_constants() {
        let price = || of(ExprKind::Column("price".into()), Type::Float);
        let more =
            |other: Expr| of(ExprKind::Binary(BinaryOp::Greater, Box::new(price()), Box::new(other)), Type::Bool);
        let row = Type::Struct(Arc::default());
        let inputs = Input::List(vec![
            Input::Data(Data::Value(Value::Float(0.25))),
            Input::Data(Data::Value(Value::Record(vec![("mean".into(), Value::Float(2.0))]))),
        ]);
        let mean = of(ExprKind::Field(Box::new(of(ExprKind::Input(1), row)), "mean".into()), Type::Float);
        let mut args = [Input::Expr(more(of(ExprKind::Input(0), Type::Float))), Input::Expr(more(mean))];
        assert!(bind(&inputs, &mut args));
        for (arg, due) in args.iter().zip([0.25, 2.0]) {
            let Input::Expr(expr) = arg else { panic!("an expression stays one") };
            assert_eq!(*expr, more(of(ExprKind::Literal(Value::Float(due)), Type::Float)));
        }
    }

    #[test]
    fn what_is_no_single_value_stays() {
        let inputs = Input::List(vec![Input::Data(Data::Metrics(Vec::new()))]);
        let expr = of(ExprKind::Input(0), Type::Unknown);
        let mut args = [Input::Expr(expr.clone())];
        assert!(!bind(&inputs, &mut args));
        assert!(matches!(&args[0], Input::Expr(same) if *same == expr));
        assert_eq!(foreseen(&of(ExprKind::Input(0), Type::Bool)).kind, ExprKind::Literal(Value::Bool(true)));
    }
}
