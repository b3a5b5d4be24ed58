//! Operators on constants.

use std::cmp::Ordering;

use gml_ir::{BinaryOp, DAY, Decimal, Type, UnaryOp, Value};

/// The days that can be written in a program, @0001-01-01 to @9999-12-31, from 1970 on.
pub(crate) const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;

/// The value as one of the type: a whole number becomes a float where one is due, parts of ranges and lists likewise.
///
/// # Errors
/// The name of what the value is, where it is no value of the type.
pub(crate) fn convert(value: Value, ty: &Type) -> Result<Value, String> {
    let found = describe(&value);
    let fits = match (value, ty) {
        (Value::Null, ty) if ty.is_nullable() || ty.is_silent() => Some(Value::Null),
        (value, Type::Nullable(inner)) => return convert(value, inner),
        (value, Type::Unknown | Type::Error | Type::Named(_)) => Some(value),
        (Value::Int(number), Type::Float | Type::Float32) => Some(Value::Float(number as f64)),
        (Value::Decimal(number), Type::Float | Type::Float32) => Some(Value::Float(number.as_float())),
        (value @ (Value::Int(_) | Value::Float(_) | Value::Decimal(_)), Type::Decimal { precision, scale }) => {
            Some(Value::Decimal(
                fitted(&value, *precision, *scale).ok_or_else(|| format!("{value}, which does not fit {ty}"))?,
            ))
        }
        (Value::Int(number), Type::Int(kind)) => {
            let (low, high) = kind.bounds();
            if !(low..=high).contains(&i128::from(number)) {
                return Err(format!("{number}, which lies outside {low} to {high}"));
            }
            Some(Value::Int(number))
        }
        (value @ Value::Float(_), Type::Float | Type::Float32)
        | (value @ Value::Bool(_), Type::Bool)
        | (value @ Value::Str(_), Type::Str | Type::Category)
        | (value @ Value::Date(_), Type::Date)
        | (value @ Value::Time(_), Type::Time)
        | (value @ Value::Timestamp(_), Type::Timestamp)
        | (value @ Value::Duration(_), Type::Duration)
        | (value @ Value::Size(_), Type::Size)
        | (value @ Value::Symbol { .. }, _) => Some(value),
        (Value::Str(text), Type::Enum(values)) => values.contains(&text).then(|| Value::Str(text.clone())),
        (Value::Range { start, end, inclusive }, Type::Range(item)) => Some(Value::Range {
            start: Box::new(convert(*start, item)?),
            end: Box::new(convert(*end, item)?),
            inclusive,
        }),
        (Value::List(items), Type::List(item)) => {
            Some(Value::List(items.into_iter().map(|value| convert(value, item)).collect::<Result<_, _>>()?))
        }
        (Value::Record(fields), Type::Struct(row) | Type::Record(row)) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = match row.get(&name) {
                    Some(column) => convert(value, &column.ty)?,
                    None => value,
                };
                Ok((name, value))
            });
            Some(Value::Record(fields.collect::<Result<_, String>>()?))
        }
        _ => None,
    };
    fits.ok_or(found)
}

/// A number as a decimal of that type.
fn fitted(value: &Value, precision: u8, scale: u8) -> Option<Decimal> {
    value.as_decimal()?.fitted(precision, scale)
}

fn describe(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "null".into(),
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Decimal(_) => "decimal",
        Value::Str(_) => "str",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::Timestamp(_) => "timestamp",
        Value::Duration(_) => "duration",
        Value::Size(_) => "size",
        Value::Range { .. } => "a range",
        Value::List(_) => "a list",
        Value::Record(_) => "a record",
        Value::Symbol { .. } => "a call",
    };
    format!("{value}, {kind}")
}

/// `-x`, `not x`; `None` where the result does not fit its type.
pub(crate) fn unary(operator: UnaryOp, value: &Value) -> Option<Value> {
    Some(match (operator, value) {
        (_, Value::Null) => Value::Null,
        (UnaryOp::Negate, Value::Int(number)) => Value::Int(number.checked_neg()?),
        (UnaryOp::Negate, Value::Float(number)) => Value::Float(-number),
        (UnaryOp::Negate, Value::Decimal(number)) => Value::Decimal(-*number),
        (UnaryOp::Negate, Value::Duration(micros)) => Value::Duration(micros.checked_neg()?),
        (UnaryOp::Not, Value::Bool(truth)) => Value::Bool(!truth),
        _ => return None,
    })
}

/// `a + b` and the others; `None` where the result does not fit its type.
pub(crate) fn binary(operator: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    use BinaryOp as Op;
    match operator {
        Op::Coalesce => return Some(if *left == Value::Null { right.clone() } else { left.clone() }),
        Op::And | Op::Or => return logic(operator == Op::And, left, right),
        _ => {}
    }
    if *left == Value::Null || *right == Value::Null {
        return Some(Value::Null);
    }
    match operator {
        Op::Equal => Some(Value::Bool(equal(left, right))),
        Op::NotEqual => Some(Value::Bool(!equal(left, right))),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            left.compared(right).map(|order| Value::Bool(operator.holds(order)))
        }
        _ => arithmetic(operator, left, right),
    }
}

/// Three-valued logic (Kleene): `false and null` is false, `true or null` is true.
fn logic(is_and: bool, left: &Value, right: &Value) -> Option<Value> {
    let decisive = Value::Bool(!is_and);
    if *left == decisive || *right == decisive {
        return Some(decisive);
    }
    if *left == Value::Null || *right == Value::Null {
        return Some(Value::Null);
    }
    Some(Value::Bool(is_and))
}

fn arithmetic(operator: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    use BinaryOp as Op;
    Some(match (operator, left, right) {
        (Op::Add, Value::Str(a), Value::Str(b)) => Value::Str(format!("{a}{b}").into()),
        (Op::Add, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_add(*b)?),
        (Op::Subtract, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_sub(*b)?),
        (Op::Multiply, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_mul(*b)?),
        (Op::FloorDivide | Op::Remainder, Value::Int(_), Value::Int(0)) => Value::Null,
        (Op::FloorDivide, Value::Int(a), Value::Int(b)) => {
            let quotient = a.checked_div(*b)?;
            Value::Int(if a % b != 0 && (a % b < 0) != (*b < 0) { quotient - 1 } else { quotient })
        }
        (Op::Remainder, Value::Int(a), Value::Int(b)) => {
            let rest = a.checked_rem(*b)?;
            Value::Int(if rest != 0 && (rest < 0) != (*b < 0) { rest + b } else { rest })
        }
        (Op::Add | Op::Subtract, Value::Date(day), Value::Duration(length)) => {
            let start = i64::from(*day) * DAY;
            let moved = if operator == Op::Add { start.checked_add(*length)? } else { start.checked_sub(*length)? };
            let day = i32::try_from(moved.div_euclid(DAY)).ok()?;
            Value::Date(Some(day).filter(|day| DAYS.contains(day))?)
        }
        (Op::Add, Value::Duration(_), Value::Date(_) | Value::Timestamp(_)) => {
            return arithmetic(operator, right, left);
        }
        (Op::Add, Value::Timestamp(at), Value::Duration(length)) => timestamp(at.checked_add(*length)?)?,
        (Op::Subtract, Value::Timestamp(at), Value::Duration(length)) => timestamp(at.checked_sub(*length)?)?,
        (Op::Subtract, Value::Timestamp(a), Value::Timestamp(b)) => Value::Duration(a.checked_sub(*b)?),
        (Op::Subtract, Value::Date(a), Value::Date(b)) => {
            Value::Duration((i64::from(*a) - i64::from(*b)).checked_mul(DAY)?)
        }
        (Op::Add, Value::Duration(a), Value::Duration(b)) => Value::Duration(a.checked_add(*b)?),
        (Op::Subtract, Value::Duration(a), Value::Duration(b)) => Value::Duration(a.checked_sub(*b)?),
        (Op::Multiply, Value::Duration(a), Value::Int(b)) | (Op::Multiply, Value::Int(b), Value::Duration(a)) => {
            Value::Duration(a.checked_mul(*b)?)
        }
        (Op::Multiply, Value::Duration(a), Value::Float(b)) | (Op::Multiply, Value::Float(b), Value::Duration(a)) => {
            duration(*a as f64 * b)?
        }
        (Op::Divide, Value::Duration(_), Value::Int(_) | Value::Float(_)) if right.as_float() == Some(0.0) => {
            Value::Null
        }
        (Op::Divide, Value::Duration(a), Value::Int(_) | Value::Float(_)) => duration(*a as f64 / right.as_float()?)?,
        (Op::Divide, Value::Duration(a), Value::Duration(b)) => Value::Float(*a as f64 / *b as f64),
        _ => {
            if let Some((a, b)) = decimals(left, right)
                && !matches!(operator, Op::Divide | Op::Power)
            {
                return a.computed(operator, b).map(|result| result.map_or(Value::Null, Value::Decimal));
            }
            let (a, b) = (left.as_float()?, right.as_float()?);
            Value::Float(match operator {
                Op::Add => a + b,
                Op::Subtract => a - b,
                Op::Multiply => a * b,
                Op::Divide => a / b,
                Op::FloorDivide => (a / b).floor(),
                Op::Remainder => a - b * (a / b).floor(),
                Op::Power => a.powf(b),
                _ => return None,
            })
        }
    })
}

/// A moment, where a program can write it.
fn timestamp(micros: i64) -> Option<Value> {
    let day = i32::try_from(micros.div_euclid(DAY)).ok()?;
    DAYS.contains(&day).then_some(Value::Timestamp(micros))
}

/// The nearest length of time, where there is one.
fn duration(micros: f64) -> Option<Value> {
    // The largest float below 2^63 is 1024 less.
    const END: f64 = 9_223_372_036_854_775_808.0;
    let whole = micros.round();
    (-END..END).contains(&whole).then_some(Value::Duration(whole as i64))
}

/// Both as decimals, where one is a decimal and the other one a decimal or an integer.
fn decimals(left: &Value, right: &Value) -> Option<(Decimal, Decimal)> {
    match (left, right) {
        (Value::Decimal(a), Value::Decimal(b)) => Some((*a, *b)),
        (Value::Decimal(a), Value::Int(b)) => Some((*a, Decimal::from(*b))),
        (Value::Int(a), Value::Decimal(b)) => Some((Decimal::from(*a), *b)),
        _ => None,
    }
}

pub(super) fn equal(left: &Value, right: &Value) -> bool {
    left.compared(right).map_or_else(|| left == right, |order| order == Ordering::Equal)
}

/// Whether the value lies in a range or is among the items of a list.
pub(super) fn contains(within: &Value, value: &Value) -> Option<bool> {
    match within {
        Value::List(items) => Some(items.iter().any(|item| equal(item, value))),
        Value::Range { start, end, inclusive } => {
            let from = start.compared(value)? != Ordering::Greater;
            let to = value.compared(end)?;
            Some(from && (to == Ordering::Less || *inclusive && to == Ordering::Equal))
        }
        _ => None,
    }
}

/// A constant as an f-string shows it: text without its quotes, dates in ISO 8601.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Date(_) | Value::Timestamp(_) => value.to_string().trim_start_matches('@').to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_division_rounds_down_and_the_remainder_has_the_divisors_sign() {
        let case = |op, a, b| binary(op, &Value::Int(a), &Value::Int(b)).unwrap();
        assert_eq!(case(BinaryOp::FloorDivide, -7, 2), Value::Int(-4));
        assert_eq!(case(BinaryOp::Remainder, -7, 2), Value::Int(1));
        assert_eq!(case(BinaryOp::FloorDivide, 7, -2), Value::Int(-4));
        assert_eq!(case(BinaryOp::Remainder, 7, -2), Value::Int(-1));
        assert_eq!(case(BinaryOp::Remainder, 7, 0), Value::Null);
    }

    #[test]
    fn logic_is_three_valued() {
        assert_eq!(binary(BinaryOp::And, &Value::Bool(false), &Value::Null), Some(Value::Bool(false)));
        assert_eq!(binary(BinaryOp::Or, &Value::Null, &Value::Bool(true)), Some(Value::Bool(true)));
        assert_eq!(binary(BinaryOp::And, &Value::Bool(true), &Value::Null), Some(Value::Null));
    }

    #[test]
    fn decimals_are_added_and_compared_by_their_digits() {
        let of = |text: &str| Value::Decimal(text.parse().unwrap());
        assert_eq!(binary(BinaryOp::Add, &of("0.10"), &of("0.2")), Some(of("0.30")));
        assert_eq!(binary(BinaryOp::Multiply, &of("1.10"), &Value::Int(3)), Some(of("3.30")));
        assert_eq!(binary(BinaryOp::Remainder, &of("1.10"), &of("0.00")), Some(Value::Null));
        assert_eq!(binary(BinaryOp::Equal, &of("1.0"), &Value::Int(1)), Some(Value::Bool(true)));
        let money = Type::Decimal { precision: 4, scale: 2 };
        assert_eq!(convert(Value::Float(12.5), &money), Ok(of("12.50")));
        assert_eq!(convert(Value::Float(0.125), &money), Err("0.125, which does not fit decimal[4, 2]".to_owned()));
        assert!(convert(Value::Int(100), &money).is_err());
    }

    #[test]
    fn lengths_of_time_are_multiplied_and_divided_to_the_nearest() {
        let hour = Value::Duration(3_600_000_000);
        let case = |op, with: &Value| binary(op, &hour, with);
        assert_eq!(case(BinaryOp::Divide, &Value::Int(2)), Some(Value::Duration(1_800_000_000)));
        assert_eq!(case(BinaryOp::Divide, &Value::Int(7)), Some(Value::Duration(514_285_714)));
        assert_eq!(case(BinaryOp::Divide, &Value::Int(0)), Some(Value::Null));
        assert_eq!(case(BinaryOp::Multiply, &Value::Float(1.5)), Some(Value::Duration(5_400_000_000)));
        assert_eq!(case(BinaryOp::Multiply, &Value::Float(1e300)), None);
    }

    #[test]
    fn days_end_where_none_can_be_written() {
        let last = Value::Date(*DAYS.end());
        assert_eq!(last.to_string(), "@9999-12-31");
        assert_eq!(Value::Date(*DAYS.start()).to_string(), "@0001-01-01");
        assert_eq!(binary(BinaryOp::Add, &last, &Value::Duration(DAY)), None);
        assert_eq!(binary(BinaryOp::Add, &last, &Value::Duration(DAY / 2)), Some(last));
    }

    #[test]
    fn overflow_is_no_value() {
        assert_eq!(binary(BinaryOp::Add, &Value::Int(i64::MAX), &Value::Int(1)), None);
        assert_eq!(unary(UnaryOp::Negate, &Value::Int(i64::MIN)), None);
    }

    #[test]
    fn conversion_reaches_into_ranges() {
        let range = Value::Range { start: Box::new(Value::Int(0)), end: Box::new(Value::Int(1)), inclusive: true };
        let converted = convert(range, &Type::Range(Type::Float.into())).unwrap();
        assert_eq!(converted.to_string(), "0.0..1.0");
        assert!(convert(Value::Int(300), &Type::Int(gml_ir::IntKind::I8)).is_err());
    }
}
