//! Arguments of operators, taken out of a call by name.

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, NamedExpr, OrderKey, TableType, Type, Value};
use polars::prelude as pl;
use polars::prelude::LazyFrame;

use crate::data::{Call, Data, Input, Table};
use crate::expr::translate;

/// What operators ask a call for.
pub(crate) trait CallExt {
    /// The argument, where it was given.
    fn input(&self, name: &str) -> Option<&Input>;
    /// A table.
    fn table(&self, name: &str) -> Result<&Table, Fault>;
    /// A constant; `None` where it is absent or null.
    fn value(&self, name: &str) -> Option<Value>;
    /// A constant text.
    fn text(&self, name: &str) -> Option<String>;
    /// A whole number that is not negative.
    fn whole(&self, name: &str) -> Result<usize, Fault>;
    /// Columns made; none where the argument is absent.
    fn columns(&self, name: &str) -> Vec<NamedExpr>;
    /// Names of plain columns; none where the argument is absent.
    fn keys(&self, name: &str) -> Result<Vec<String>, Fault>;
    /// What to order by; nothing where the argument is absent.
    fn order(&self, name: &str) -> Vec<OrderKey>;
    /// An expression over a row.
    fn expr(&self, name: &str) -> Result<Expr, Fault>;
    /// The seed of a random operator.
    fn seed(&self) -> Result<u64, Fault>;
    /// The type of the resulting table.
    fn table_type(&self) -> Result<&TableType, Fault>;
    /// The resulting table.
    fn give(&self, frame: LazyFrame) -> Result<Data, Fault>;
    /// A fault that says what an argument must be.
    fn bad(&self, name: &str, wanted: &str) -> Fault;
}

impl CallExt for Call<'_> {
    fn input(&self, name: &str) -> Option<&Input> {
        self.args.iter().find(|(arg, _)| &**arg == name).map(|(_, input)| input)
    }

    fn table(&self, name: &str) -> Result<&Table, Fault> {
        match self.input(name) {
            Some(Input::Data(Data::Table(table))) => Ok(table),
            _ => Err(self.bad(name, "a table")),
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        let value = match self.input(name)? {
            Input::Const(value) | Input::Data(Data::Value(value)) => value.clone(),
            Input::Expr(expr) => crate::expr::compute(&[], expr).ok()?,
            _ => return None,
        };
        (value != Value::Null).then_some(value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_str().map(ToOwned::to_owned)
    }

    fn whole(&self, name: &str) -> Result<usize, Fault> {
        let number = self.value(name).and_then(|value| value.as_int());
        number
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| self.bad(name, "a whole number, 0 or more"))
    }

    fn columns(&self, name: &str) -> Vec<NamedExpr> {
        match self.input(name) {
            Some(Input::Columns(columns)) => columns.clone(),
            Some(Input::Expr(expr)) => match last_name(expr) {
                Some(name) => vec![NamedExpr { name, expr: expr.clone() }],
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn keys(&self, name: &str) -> Result<Vec<String>, Fault> {
        let keys = self.columns(name).into_iter().map(|column| match &column.expr.kind {
            ExprKind::Column(key) => Ok(key.to_string()),
            _ => Err(self.bad(name, "plain columns")),
        });
        keys.collect()
    }

    fn order(&self, name: &str) -> Vec<OrderKey> {
        match self.input(name) {
            Some(Input::Order(order)) => order.clone(),
            Some(Input::Expr(expr)) if !matches!(expr.kind, ExprKind::Literal(_)) => {
                vec![OrderKey { expr: expr.clone(), descending: false }]
            }
            Some(Input::Columns(columns)) => {
                columns.iter().map(|column| OrderKey { expr: column.expr.clone(), descending: false }).collect()
            }
            _ => Vec::new(),
        }
    }

    fn expr(&self, name: &str) -> Result<Expr, Fault> {
        match self.input(name) {
            Some(Input::Expr(expr)) => Ok(expr.clone()),
            Some(Input::Const(value)) => Ok(Expr { kind: ExprKind::Literal(value.clone()), ty: Type::Unknown }),
            Some(Input::Columns(columns)) if columns.len() == 1 => Ok(columns[0].expr.clone()),
            _ => Err(self.bad(name, "an expression over a row")),
        }
    }

    fn seed(&self) -> Result<u64, Fault> {
        let seed = self.value("seed").and_then(|seed| seed.as_int());
        seed.map(i64::cast_unsigned).ok_or_else(|| self.bad("seed", "a whole number"))
    }

    fn table_type(&self) -> Result<&TableType, Fault> {
        match self.result {
            Type::Table(ty) => Ok(ty),
            other => {
                Err(Fault::new("GML0999", format!("{} gives a table, and the program has {other}", self.operator)))
            }
        }
    }

    fn give(&self, frame: LazyFrame) -> Result<Data, Fault> {
        Ok(Data::Table(Table { frame, ty: self.table_type()?.clone() }))
    }

    fn bad(&self, name: &str, wanted: &str) -> Fault {
        Fault::new("GML0229", format!("{name} of {} must be {wanted}", self.operator))
    }
}

/// The name that a column keeps: of `.a.b` the last.
fn last_name(expr: &Expr) -> Option<std::sync::Arc<str>> {
    match &expr.kind {
        ExprKind::Column(name) | ExprKind::Field(_, name) => Some(name.clone()),
        _ => None,
    }
}

/// The expressions as polars expressions, under their names.
pub(super) fn named(columns: &[NamedExpr]) -> Result<Vec<(String, pl::Expr)>, Fault> {
    columns.iter().map(|column| Ok((column.name.to_string(), translate(&column.expr)?))).collect()
}
