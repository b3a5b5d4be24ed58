//! Row expressions of the language as polars expressions.
//!
//! What lives here: types of columns, constants, operators, the functions of the standard library, and the aggregates and
//! windows that [`crate::table`] computes over groups. What does not: whole tables.

pub mod aggregate;
mod call;
mod checked;
mod compute;
mod constant;
pub(crate) mod decimal;
mod dtype;
pub(crate) mod found;
mod kernel;
mod list;
mod list_parts;
mod math;
mod operator;
mod order;
pub mod rows;
mod similarity;
mod text;
mod ticks;
mod time;
mod vectors;
pub mod window;

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, Type, UnaryOp, Value};
use polars::prelude as pl;
use polars::prelude::{NULL, as_struct, col, lit, when};

pub(crate) use call::{Args, FUNCTIONS, Function};
pub use compute::{compute, table_literal};
pub use constant::{any_value, literal, series, value, values};
pub(crate) use dtype::common;
pub use dtype::{dtype, type_of};
pub(crate) use list_parts::{Lists, assemble};
pub(crate) use order::{Grouped, Keys, firsts, group_ids};
pub(crate) use ticks::{in_units, micros};

/// What an expression may refer to beside the columns of its row.
#[derive(Clone, Default)]
pub(crate) struct Scope<'a> {
    /// Values of other steps, for [`ExprKind::Input`].
    pub inputs: &'a [Value],
    /// The condition under which the value is used (of the branches of an `if`): where it does not hold, an overflow
    /// is no fault.
    pub guard: Option<pl::Expr>,
}

/// The expression as a polars expression over the columns of the same names.
///
/// # Errors
/// Where it holds something that has no meaning for the columns of a table; the checker lets no such thing pass.
pub fn translate(expr: &Expr) -> Result<pl::Expr, Fault> {
    Scope::default().translate(expr)
}

impl Scope<'_> {
    pub(crate) fn translate(&self, expr: &Expr) -> Result<pl::Expr, Fault> {
        match self.folded(expr) {
            Some(value) => literal(&value, &expr.ty),
            None => self.written(expr),
        }
    }

    /// The value of an operation without columns. Functions of ours would give one row of it, which polars takes for all rows
    /// beside a column that is the same in each. Where the value does not fit its type there is none: whether that is a
    /// fault depends on whether it is used.
    fn folded(&self, expr: &Expr) -> Option<Value> {
        let is_operation = matches!(
            expr.kind,
            ExprKind::Unary(..)
                | ExprKind::Binary(..)
                | ExprKind::IsNull(_)
                | ExprKind::In(..)
                | ExprKind::If(..)
                | ExprKind::Cast(_)
                | ExprKind::Call { .. }
        );
        let is_single =
            dtype(&expr.ty).is_some_and(|dtype| dtype.is_primitive() || dtype.is_temporal() || dtype.is_decimal());
        if !is_operation || !is_single || has(expr, &|kind| matches!(kind, ExprKind::Column(_))) {
            return None;
        }
        compute(self.inputs, expr).ok()
    }

    /// The expression operation by operation.
    fn written(&self, expr: &Expr) -> Result<pl::Expr, Fault> {
        match &expr.kind {
            ExprKind::Column(name) => Ok(col(&**name)),
            ExprKind::Input(_) | ExprKind::Literal(_) => {
                let value = self.constant(expr).unwrap_or(Value::Null);
                literal(&value, &expr.ty)
            }
            ExprKind::Field(of, name) => self.field(of, name, &expr.ty),
            ExprKind::Unary(UnaryOp::Not, of) => Ok(as_bool(self.translate(of)?, &of.ty).not()),
            ExprKind::Unary(UnaryOp::Negate, of) => self.negate(of, &expr.ty),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, &expr.ty),
            ExprKind::IsNull(of) => Ok(self.translate(of)?.is_null()),
            ExprKind::In(item, among) => self.is_in(item, among),
            ExprKind::If(condition, yes, no) => {
                let holds = self.holds(condition)?;
                let yes = cast(self.guarded(holds.clone()).translate(yes)?, &yes.ty, &expr.ty);
                let no = cast(self.guarded(holds.clone().not()).translate(no)?, &no.ty, &expr.ty);
                Ok(when(holds).then(yes).otherwise(no))
            }
            ExprKind::List(items) => {
                let translated = items.iter().map(|item| {
                    let ty = if let Type::List(of) = expr.ty.non_null() { &**of } else { &item.ty };
                    Ok(cast(self.translate(item)?, &item.ty, ty))
                });
                list::of_items(translated.collect::<Result<_, Fault>>()?)
            }
            ExprKind::Struct(fields) => {
                let fields = fields.iter().map(|field| Ok(self.translate(&field.expr)?.alias(&*field.name)));
                Ok(as_struct(fields.collect::<Result<_, Fault>>()?))
            }
            ExprKind::Cast(of) => {
                let inner = self.translate(of)?;
                Ok(cast(inner, &of.ty, &expr.ty))
            }
            ExprKind::Call { function, args } => self.call(function, args, &expr.ty),
        }
    }

    /// The value of a constant expression; `None` where it has columns.
    pub(crate) fn constant(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Input(place) => self.inputs.get(usize::try_from(*place).ok()?).cloned(),
            ExprKind::Cast(of) => match (self.constant(of)?, expr.ty.non_null()) {
                (Value::Int(number), Type::Float | Type::Float32) => Some(Value::Float(number as f64)),
                (Value::Decimal(number), Type::Float | Type::Float32) => Some(Value::Float(number.as_float())),
                (value, _) => Some(value),
            },
            ExprKind::Field(of, name) => self.constant(of)?.get(name).cloned(),
            ExprKind::Unary(UnaryOp::Negate, of) => match self.constant(of)? {
                Value::Int(number) => Some(Value::Int(number.checked_neg()?)),
                Value::Float(number) => Some(Value::Float(-number)),
                Value::Decimal(number) => Some(Value::Decimal(-number)),
                Value::Duration(micros) => Some(Value::Duration(micros.checked_neg()?)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The scope of a branch that is used where `condition` holds.
    fn guarded(&self, condition: pl::Expr) -> Self {
        let guard = match &self.guard {
            Some(outer) => outer.clone().logical_and(condition),
            None => condition,
        };
        Self { inputs: self.inputs, guard: Some(guard) }
    }

    /// The scope of the branch of an `if` that is used where its condition holds, or where it does not.
    fn branch(&self, condition: &Expr, holds: bool) -> Result<Self, Fault> {
        let condition = self.holds(condition)?;
        Ok(self.guarded(if holds { condition } else { condition.not() }))
    }

    /// Whether the condition of an `if` holds. Null counts as false, and then the second branch is the one that is used.
    fn holds(&self, condition: &Expr) -> Result<pl::Expr, Fault> {
        Ok(as_bool(self.translate(condition)?, &condition.ty).fill_null(lit(false)))
    }

    fn field(&self, of: &Expr, name: &str, ty: &Type) -> Result<pl::Expr, Fault> {
        if let Some(Value::Record(fields)) = self.constant(of)
            && let Some((_, value)) = fields.iter().find(|(field, _)| &**field == name)
        {
            return literal(value, ty);
        }
        if let Some(found) = self.find_field(of, name)? {
            return Ok(found);
        }
        Ok(self.translate(of)?.struct_().field_by_name(name))
    }

    /// A field of what `find` finds: only that field is gathered, not the whole item.
    fn find_field(&self, of: &Expr, name: &str) -> Result<Option<pl::Expr>, Fault> {
        let mut path = vec![name];
        let mut inner = of;
        while let ExprKind::Field(next, field) = &inner.kind {
            path.push(field);
            inner = next;
        }
        path.reverse();
        match &inner.kind {
            ExprKind::Call { function, args } if &**function == "find" => {
                list::find(&Args::new(self, function, args, &inner.ty), &path).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// Whether an expression, or a part of it, is such a one.
pub(crate) fn has(expr: &Expr, is: &impl Fn(&ExprKind) -> bool) -> bool {
    is(&expr.kind)
        || match &expr.kind {
            ExprKind::Column(_) | ExprKind::Input(_) | ExprKind::Literal(_) => false,
            ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => has(of, is),
            ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => has(left, is) || has(right, is),
            ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().any(|part| has(part, is)),
            ExprKind::List(items) => items.iter().any(|item| has(item, is)),
            ExprKind::Struct(fields) => fields.iter().any(|field| has(&field.expr, is)),
            ExprKind::Call { args, .. } => args.iter().any(|(_, arg)| has(arg, is)),
        }
}

/// The value in another type. Between types that are stored alike nothing happens.
pub(crate) fn cast(value: pl::Expr, from: &Type, to: &Type) -> pl::Expr {
    match dtype(to) {
        Some(target) if dtype(from).as_ref() != Some(&target) => {
            decimal::cast(value.clone(), from, to).unwrap_or_else(|| value.strict_cast(target))
        }
        _ => value,
    }
}

/// A condition; the literal null is one too.
fn as_bool(condition: pl::Expr, ty: &Type) -> pl::Expr {
    if *ty == Type::Null { condition.cast(pl::DataType::Boolean) } else { condition }
}

/// Null, in the type of the other values of its column.
pub(crate) fn null() -> pl::Expr {
    lit(NULL)
}
