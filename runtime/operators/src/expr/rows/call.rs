//! Functions of the standard library in programs.

use std::sync::Arc;

use gml_codegen::rows::{Constant, FloatFunction, FloatOperator, IntOperator, Kind, Op};
use gml_ir::{Expr, IntKind, Type};

use super::super::Scope;
use super::builder::{Builder, Built, Reason, Value, no, stored};
use super::stored::Stored;

impl<'a> Builder<'a> {
    pub(super) fn call(&mut self, function: &str, args: &'a [(Arc<str>, Expr)], ty: &Type) -> Built<Value> {
        let arg = |name: &str| {
            let found = args.iter().find(|(arg, _)| &**arg == name).map(|(_, expr)| expr);
            found.ok_or_else(|| Reason(format!("{function} without {name}")))
        };
        let of_float = match function {
            "floor" => Some(FloatFunction::Floor),
            "ceil" => Some(FloatFunction::Ceil),
            "sqrt" => Some(FloatFunction::Sqrt),
            "exp" => Some(FloatFunction::Exp),
            "ln" => Some(FloatFunction::Ln),
            "log10" => Some(FloatFunction::Log10),
            "log1p" => Some(FloatFunction::Log1p),
            "round" => Some(FloatFunction::Round(digits(arg("digits")?)?)),
            _ => None,
        };
        if let Some(of_float) = of_float {
            let x = self.float(arg("x")?)?;
            return self.function(of_float, x);
        }
        match function {
            "abs" => self.abs(arg("x")?, ty),
            "sign" => self.sign(arg("x")?, ty),
            "clip" => {
                let stored = stored(ty)?;
                let x = self.value_as(arg("x")?, stored)?;
                let (low, high) = (self.value_as(arg("low")?, stored)?, self.value_as(arg("high")?, stored)?);
                let x = self.extreme(x, high, true)?;
                self.extreme(x, low, false)
            }
            "least" | "greatest" => {
                let stored = stored(ty)?;
                let (a, b) = (self.value_as(arg("a")?, stored)?, self.value_as(arg("b")?, stored)?);
                self.extreme(a, b, function == "least")
            }
            "is_finite" => {
                let x = self.float(arg("x")?)?;
                Ok(self.push(Op::IsFinite(x.reg), Stored::Bool))
            }
            "to_whole" => {
                if !matches!(arg("x")?.ty.non_null(), Type::Float | Type::Float32) {
                    return no("a whole number of what is no float");
                }
                let x = self.float(arg("x")?)?;
                Ok(self.push(Op::Whole(x.reg), Stored::Int(IntKind::I64)))
            }
            "as_float" => self.float(arg("x")?),
            "as_int" => {
                let x = self.value(arg("x")?)?;
                if x.stored != Stored::Bool {
                    return no("a condition that is none");
                }
                Ok(self.push(Op::ToInt(x.reg), Stored::Int(IntKind::I64)))
            }
            _ => no(format!("`{function}`")),
        }
    }

    /// As there: the number times its sign.
    fn abs(&mut self, x: &'a Expr, ty: &Type) -> Built<Value> {
        match ty.non_null() {
            Type::Int(kind) => {
                let x = self.int(x)?;
                let sign = self.sign_of(Value { reg: x, stored: Stored::Int(*kind) })?;
                self.whole(IntOperator::Multiply, x, sign.reg, *kind)
            }
            _ => {
                let x = self.value(x)?;
                self.function(FloatFunction::Abs, x)
            }
        }
    }

    fn sign(&mut self, x: &'a Expr, ty: &Type) -> Built<Value> {
        let x = self.value_as(x, stored(ty)?)?;
        match x.stored.kind() {
            Kind::Float => self.function(FloatFunction::Sign, x),
            Kind::Int => self.sign_of(x),
            Kind::Bool => no("the sign of a condition"),
        }
    }

    fn sign_of(&mut self, x: Value) -> Built<Value> {
        let one = self.constant(Constant::Int(1), x.stored);
        let minus_one = self.constant(Constant::Int(-1), x.stored);
        let below = self.extreme(x, one, true)?;
        self.extreme(below, minus_one, false)
    }

    /// The smaller or the larger of two.
    fn extreme(&mut self, a: Value, b: Value, least: bool) -> Built<Value> {
        let op = match (a.stored.kind(), least) {
            (Kind::Float, true) => Op::Float(FloatOperator::Least, a.reg, b.reg),
            (Kind::Float, false) => Op::Float(FloatOperator::Greatest, a.reg, b.reg),
            (Kind::Int, least) => {
                let op = if least { IntOperator::Least } else { IntOperator::Greatest };
                Op::Int { op, left: a.reg, right: b.reg, used: None }
            }
            (Kind::Bool, _) => return no("the smaller of two conditions"),
        };
        Ok(self.push(op, a.stored))
    }
}

/// Digits behind the point.
fn digits(expr: &Expr) -> Built<i32> {
    let digits = Scope::default().constant(expr).and_then(|digits| digits.as_int());
    let digits = digits.and_then(|digits| i32::try_from(digits).ok()).filter(|digits| digits.abs() <= 308);
    digits.ok_or_else(|| Reason("a number of digits that is none".into()))
}
