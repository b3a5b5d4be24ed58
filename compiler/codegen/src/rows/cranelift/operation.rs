//! What each operation does in a row.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{InstBuilder, Value};

use super::emit::{Known, Loop};
use crate::rows::{
    ALL_WHOLE, Comparison, FloatFunction, FloatOperator, IntOperator, Kind, Op, Reg, Width, power_of_ten,
};

/// 2 ** 63: the first float that is larger than all integers.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Loop<'_, '_> {
    pub(super) fn operation(&mut self, place: usize, op: &Op) -> Known {
        match *op {
            Op::Column(_) | Op::Constant(_) => self.get(Reg(place as u32)),
            Op::Function(function, a) => {
                let a = self.get(a);
                Known { value: self.function(function, a.value), valid: a.valid }
            }
            Op::Float(operator, a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                let valid = self.both(a.valid, b.valid);
                Known { value: self.float(operator, a.value, b.value), valid }
            }
            Op::Int { op, left, right, used } => self.int(op, left, right, used),
            Op::Narrow { width, of, used } => self.narrow(width, of, used),
            Op::Compare(comparison, a, b) => {
                let kind = self.kinds[a.place()];
                let (a, b) = (self.get(a), self.get(b));
                let valid = self.both(a.valid, b.valid);
                Known { value: self.compare(comparison, kind, a.value, b.value), valid }
            }
            Op::And(a, b) => self.connect(a, b, true),
            Op::Or(a, b) => self.connect(a, b, false),
            Op::Not(a) => {
                let a = self.get(a);
                Known { value: self.not(a.value), valid: a.valid }
            }
            Op::IsNull(a) => {
                let value = match self.get(a).valid {
                    Some(valid) => self.not(valid),
                    None => self.zero(Kind::Bool),
                };
                Known { value, valid: None }
            }
            Op::Coalesce(a, b) => {
                let (a, b) = (self.get(a), self.get(b));
                let Some(known) = a.valid else { return a };
                let valid = b.valid.map(|valid| self.build.ins().bor(known, valid));
                Known { value: self.choose(known, a.value, b.value), valid }
            }
            Op::Select(condition, a, b) => {
                let (condition, a, b) = (self.get(condition), self.get(a), self.get(b));
                let holds = self.both(Some(condition.value), condition.valid).unwrap_or(condition.value);
                let valid = (a.valid.is_some() || b.valid.is_some()).then(|| {
                    let (yes, no) = (self.valid(a), self.valid(b));
                    self.build.ins().select(holds, yes, no)
                });
                Known { value: self.choose(holds, a.value, b.value), valid }
            }
            Op::ToFloat(a) => {
                let of = self.get(a);
                let whole = if self.kinds[a.place()] == Kind::Bool {
                    self.build.ins().uextend(I64, of.value)
                } else {
                    of.value
                };
                Known { value: self.build.ins().fcvt_from_sint(F64, whole), valid: of.valid }
            }
            Op::ToInt(a) => {
                let a = self.get(a);
                Known { value: self.build.ins().uextend(I64, a.value), valid: a.valid }
            }
            Op::Whole(a) => {
                let a = self.get(a);
                let (low, high) = (self.build.ins().f64const(-BEYOND), self.build.ins().f64const(BEYOND));
                let above = self.compare_floats(FloatCC::GreaterThanOrEqual, a.value, low);
                let below = self.compare_floats(FloatCC::LessThan, a.value, high);
                let fits = self.build.ins().band(above, below);
                let value = self.build.ins().fcvt_to_sint_sat(I64, a.value);
                Known { value, valid: self.both(a.valid, Some(fits)) }
            }
            Op::IsFinite(a) => {
                let a = self.get(a);
                Known { value: self.finite(a.value), valid: a.valid }
            }
        }
    }

    /// Whether there is a value, also where that is always so.
    fn valid(&mut self, known: Known) -> Value {
        known.valid.unwrap_or_else(|| self.build.ins().iconst(cranelift_codegen::ir::types::I8, 1))
    }

    fn finite(&mut self, a: Value) -> Value {
        let (size, infinite) = (self.build.ins().fabs(a), self.build.ins().f64const(f64::INFINITY));
        self.compare_floats(FloatCC::LessThan, size, infinite)
    }

    fn not_a_number(&mut self, a: Value) -> Value {
        self.compare_floats(FloatCC::Unordered, a, a)
    }

    /// Whether the first is not smaller, in the order in which not-a-number is the largest.
    fn not_smaller(&mut self, a: Value, b: Value) -> Value {
        let (largest, larger) = (self.not_a_number(a), self.compare_floats(FloatCC::GreaterThanOrEqual, a, b));
        self.build.ins().bor(largest, larger)
    }

    fn function(&mut self, function: FloatFunction, a: Value) -> Value {
        match function {
            FloatFunction::Negate => self.build.ins().fneg(a),
            FloatFunction::Abs => self.build.ins().fabs(a),
            FloatFunction::Sign => {
                let zero = self.build.ins().f64const(0.0);
                let (one, minus) = (self.build.ins().f64const(1.0), self.build.ins().f64const(-1.0));
                let positive = self.compare_floats(FloatCC::GreaterThan, a, zero);
                let negative = self.compare_floats(FloatCC::LessThan, a, zero);
                let above = self.choose(positive, one, a);
                self.choose(negative, minus, above)
            }
            FloatFunction::Sqrt => self.build.ins().sqrt(a),
            FloatFunction::Floor => self.build.ins().floor(a),
            FloatFunction::Ceil => self.build.ins().ceil(a),
            FloatFunction::Round(digits) => {
                let power = self.build.ins().f64const(power_of_ten(digits));
                let scaled =
                    if digits >= 0 { self.build.ins().fmul(a, power) } else { self.build.ins().fdiv(a, power) };
                let whole = self.halves_away(scaled);
                let result =
                    if digits >= 0 { self.build.ins().fdiv(whole, power) } else { self.build.ins().fmul(whole, power) };
                let has_digits = if digits > 0 {
                    let (size, limit) = (self.build.ins().fabs(scaled), self.build.ins().f64const(ALL_WHOLE));
                    self.compare_floats(FloatCC::LessThan, size, limit)
                } else {
                    self.finite(result)
                };
                self.choose(has_digits, result, a)
            }
            // Computed by whole blocks.
            FloatFunction::Exp | FloatFunction::Ln | FloatFunction::Log10 | FloatFunction::Log1p => a,
        }
    }

    /// The nearest whole number, halves away from zero: what is left of the point after the largest float below a half was added,
    /// with the number's sign. A half itself would carry the float below it to 1.
    fn halves_away(&mut self, a: Value) -> Value {
        let below_half = self.build.ins().f64const(0.5 - f64::EPSILON / 4.0);
        let signed = self.build.ins().fcopysign(below_half, a);
        let moved = self.build.ins().fadd(a, signed);
        self.build.ins().trunc(moved)
    }

    fn float(&mut self, operator: FloatOperator, a: Value, b: Value) -> Value {
        match operator {
            FloatOperator::Add => self.build.ins().fadd(a, b),
            FloatOperator::Subtract => self.build.ins().fsub(a, b),
            FloatOperator::Multiply => self.build.ins().fmul(a, b),
            FloatOperator::Divide => self.build.ins().fdiv(a, b),
            FloatOperator::FloorDivide | FloatOperator::Remainder => {
                let quotient = self.build.ins().fdiv(a, b);
                let whole = self.build.ins().floor(quotient);
                if operator == FloatOperator::FloorDivide {
                    return whole;
                }
                let taken = self.build.ins().fmul(b, whole);
                self.build.ins().fsub(a, taken)
            }
            FloatOperator::Least => {
                let first = self.not_smaller(b, a);
                self.choose(first, a, b)
            }
            FloatOperator::Greatest => {
                let first = self.not_smaller(a, b);
                self.choose(first, a, b)
            }
            // Computed by whole blocks.
            FloatOperator::Power => a,
        }
    }

    fn int(&mut self, op: IntOperator, left: Reg, right: Reg, used: Option<Reg>) -> Known {
        let (a, b) = (self.get(left), self.get(right));
        let mut valid = self.both(a.valid, b.valid);
        valid = self.used(valid, used);
        let (a, b) = (a.value, b.value);
        let value = match op {
            IntOperator::Add => {
                let sum = self.build.ins().iadd(a, b);
                let (first, second) = (self.build.ins().bxor(a, sum), self.build.ins().bxor(b, sum));
                self.fault_if_negative(first, second, valid);
                sum
            }
            IntOperator::Subtract => {
                let difference = self.build.ins().isub(a, b);
                let (first, second) = (self.build.ins().bxor(a, b), self.build.ins().bxor(a, difference));
                self.fault_if_negative(first, second, valid);
                difference
            }
            IntOperator::Multiply => {
                let (low, high) = (self.build.ins().imul(a, b), self.build.ins().smulhi(a, b));
                let sign = self.build.ins().sshr_imm_u(low, 63);
                let over = self.compare_ints(IntCC::NotEqual, high, sign);
                self.fault_if(over, valid);
                low
            }
            IntOperator::FloorDivide | IntOperator::Remainder => {
                let divides = self.build.ins().icmp_imm_s(IntCC::NotEqual, b, 0);
                let smallest = self.build.ins().icmp_imm_s(IntCC::Equal, a, i64::MIN);
                let minus = self.build.ins().icmp_imm_s(IntCC::Equal, b, -1);
                let over = self.build.ins().band(smallest, minus);
                if self.nulls[right.place()] || !self.divides_always(right) {
                    valid = self.both(valid, Some(divides));
                }
                if op == IntOperator::FloorDivide {
                    self.fault_if(over, valid);
                }
                // By 1 where the processor would not divide.
                let one = self.build.ins().iconst(I64, 1);
                let by = self.build.ins().select(divides, b, one);
                let by = self.build.ins().select(over, one, by);
                self.divide(op, a, by)
            }
            IntOperator::Least => self.build.ins().smin(a, b),
            IntOperator::Greatest => self.build.ins().smax(a, b),
        };
        Known { value, valid }
    }

    fn divides_always(&self, right: Reg) -> bool {
        matches!(self.program.ops[right.place()], Op::Constant(crate::rows::Constant::Int(by)) if by != 0)
    }

    fn divide(&mut self, op: IntOperator, a: Value, by: Value) -> Value {
        let quotient = self.build.ins().sdiv(a, by);
        let taken = self.build.ins().imul(quotient, by);
        let rest = self.build.ins().isub(a, taken);
        let left = self.build.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let signs = self.build.ins().bxor(rest, by);
        let differ = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let lower = self.build.ins().band(left, differ);
        if op == IntOperator::FloorDivide {
            let lower = self.build.ins().uextend(I64, lower);
            return self.build.ins().isub(quotient, lower);
        }
        let moved = self.build.ins().iadd(rest, by);
        self.build.ins().select(lower, moved, rest)
    }

    fn narrow(&mut self, width: Width, of: Reg, used: Option<Reg>) -> Known {
        let a = self.get(of);
        let valid = self.used(a.valid, used);
        let (low, high) = width.bounds();
        let below = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, a.value, low);
        let above = self.build.ins().icmp_imm_s(IntCC::SignedGreaterThan, a.value, high);
        let outside = self.build.ins().bor(below, above);
        self.fault_if(outside, valid);
        Known { value: a.value, valid }
    }

    fn used(&mut self, valid: Option<Value>, used: Option<Reg>) -> Option<Value> {
        let Some(used) = used else { return valid };
        let used = self.get(used);
        let holds = self.both(Some(used.value), used.valid);
        self.both(valid, holds)
    }

    fn fault_if_negative(&mut self, a: Value, b: Value, valid: Option<Value>) {
        let both = self.build.ins().band(a, b);
        let over = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, both, 0);
        self.fault_if(over, valid);
    }

    fn fault_if(&mut self, over: Value, valid: Option<Value>) {
        let over = self.both(Some(over), valid).unwrap_or(over);
        self.fault = self.build.ins().bor(self.fault, over);
        self.matters = true;
    }

    fn compare(&mut self, comparison: Comparison, kind: Kind, a: Value, b: Value) -> Value {
        if kind == Kind::Float {
            return match comparison {
                Comparison::Equal | Comparison::NotEqual => {
                    let same = self.compare_floats(FloatCC::Equal, a, b);
                    let (first, second) = (self.not_a_number(a), self.not_a_number(b));
                    let neither = self.build.ins().band(first, second);
                    let equal = self.build.ins().bor(same, neither);
                    if comparison == Comparison::Equal { equal } else { self.not(equal) }
                }
                Comparison::GreaterEqual => self.not_smaller(a, b),
                Comparison::LessEqual => self.not_smaller(b, a),
                Comparison::Less => {
                    let not = self.not_smaller(a, b);
                    self.not(not)
                }
                Comparison::Greater => {
                    let not = self.not_smaller(b, a);
                    self.not(not)
                }
            };
        }
        // False is 0 and true is 1, which is their order.
        let how = match comparison {
            Comparison::Equal => IntCC::Equal,
            Comparison::NotEqual => IntCC::NotEqual,
            Comparison::Less => IntCC::SignedLessThan,
            Comparison::LessEqual => IntCC::SignedLessThanOrEqual,
            Comparison::Greater => IntCC::SignedGreaterThan,
            Comparison::GreaterEqual => IntCC::SignedGreaterThanOrEqual,
        };
        self.compare_ints(how, a, b)
    }

    /// `and` (`or`, where true decides): null unless both are known or one decides. What stands for an unknown one may be anything,
    /// but what decides has decided the value too.
    fn connect(&mut self, a: Reg, b: Reg, and: bool) -> Known {
        let (a, b) = (self.get(a), self.get(b));
        let value = if and { self.build.ins().band(a.value, b.value) } else { self.build.ins().bor(a.value, b.value) };
        if a.valid.is_none() && b.valid.is_none() {
            return Known { value, valid: None };
        }
        let mut decides = |known: Known| {
            let decides = if and { self.not(known.value) } else { known.value };
            self.both(Some(decides), known.valid).unwrap_or(decides)
        };
        let (first, second) = (decides(a), decides(b));
        let decided = self.build.ins().bor(first, second);
        let both = self.both(a.valid, b.valid).unwrap_or(decided);
        Known { value, valid: Some(self.build.ins().bor(both, decided)) }
    }
}
