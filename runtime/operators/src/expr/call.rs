//! Calls of functions of the standard library.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Expr, Type, Value};
use polars::prelude as pl;

use super::{Scope, list, math, similarity, text, time};

/// A function of the standard library as a polars expression.
pub(crate) type Function = fn(&Args<'_>) -> Result<pl::Expr, Fault>;

/// All functions of rows, a table a module of the standard library.
pub(crate) const FUNCTIONS: &[&[(&str, Function)]] =
    &[list::FUNCTIONS, math::FUNCTIONS, text::FUNCTIONS, time::FUNCTIONS, similarity::FUNCTIONS];

/// The arguments of a call.
pub(crate) struct Args<'a> {
    scope: &'a Scope<'a>,
    function: &'a str,
    args: &'a [(Arc<str>, Expr)],
    /// The type of the result.
    pub result: &'a Type,
}

impl<'a> Args<'a> {
    pub(crate) fn new(scope: &'a Scope<'a>, function: &'a str, args: &'a [(Arc<str>, Expr)], result: &'a Type) -> Self {
        Self { scope, function, args, result }
    }

    /// The argument of that name.
    pub(crate) fn expr(&self, name: &str) -> Result<&'a Expr, Fault> {
        let found = self.args.iter().find(|(arg, _)| &**arg == name);
        found
            .map(|(_, expr)| expr)
            .ok_or_else(|| Fault::new("GML0999", format!("{} was called without its argument {name}", self.function)))
    }

    /// Its values.
    pub(crate) fn get(&self, name: &str) -> Result<pl::Expr, Fault> {
        self.scope.translate(self.expr(name)?)
    }

    /// Its values in an operation that can fail: null where the result is not used.
    pub(crate) fn used(&self, name: &str) -> Result<pl::Expr, Fault> {
        Ok(self.scope.used(self.get(name)?))
    }

    /// Its type.
    pub(crate) fn ty(&self, name: &str) -> Result<&'a Type, Fault> {
        self.expr(name).map(|expr| &expr.ty)
    }

    /// Its value where it is a constant.
    pub(crate) fn constant(&self, name: &str) -> Result<Value, Fault> {
        self.scope.constant(self.expr(name)?).ok_or_else(|| self.bad(name, "a constant"))
    }

    /// The text of a constant.
    pub(crate) fn text(&self, name: &str) -> Result<Arc<str>, Fault> {
        match self.constant(name)? {
            Value::Str(text) => Ok(text),
            _ => Err(self.bad(name, "a text")),
        }
    }

    /// The number of a constant.
    pub(crate) fn int(&self, name: &str) -> Result<i64, Fault> {
        self.constant(name)?.as_int().ok_or_else(|| self.bad(name, "a whole number"))
    }

    /// The microseconds of a constant.
    pub(crate) fn duration(&self, name: &str) -> Result<i64, Fault> {
        match self.constant(name)? {
            Value::Duration(micros) => Ok(micros),
            _ => Err(self.bad(name, "a duration")),
        }
    }

    /// A fault that says what an argument must be.
    pub(crate) fn bad(&self, name: &str, wanted: &str) -> Fault {
        Fault::new("GML0229", format!("{name} of {} must be {wanted}", self.function))
    }
}

impl Scope<'_> {
    pub(super) fn call(&self, function: &str, args: &[(Arc<str>, Expr)], ty: &Type) -> Result<pl::Expr, Fault> {
        let known = FUNCTIONS.iter().copied().flatten().find(|(name, _)| *name == function);
        match known {
            Some((_, implementation)) => implementation(&Args::new(self, function, args, ty)),
            None if super::aggregate::is_aggregate(function) || super::window::is_window(function) => {
                Err(Fault::new("GML0999", format!("{function} stands where each row is computed by itself")))
            }
            None => Err(Fault::new("GML0912", format!("this version of gmlc does not know the function {function}"))
                .help("install a newer version")),
        }
    }
}
