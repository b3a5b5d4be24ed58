//! The types of decimals, and of what is computed with them.
//!
//! Sums and products have room for every result that their operands can have, up to the [`MAX_DIGITS`] of 128 bits: those of Arrow
//! ("Decimal promotion" of its compute functions) and DuckDB. A product has as many digits as both factors; Arrow counts one more,
//! which none needs. Digits behind the point are never given up for those before it: beyond [`MAX_DIGITS`] a result either fits
//! or stops the run.

use gml_ir::{BinaryOp, Decimal, IntKind, MAX_DIGITS, Type, Value};

/// How many digits values of a type have, and how many of them behind the point; `None` where it has no such numbers.
pub(crate) fn digits(ty: &Type) -> Option<(u8, u8)> {
    match ty {
        Type::Decimal { precision, scale } => Some((*precision, *scale)),
        Type::Int(kind) => Some((whole_digits(*kind), 0)),
        _ => None,
    }
}

/// Whether values of a type are decimals; null aside.
pub(crate) fn is_decimal(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Decimal { .. })
}

/// The digits of the integer that is furthest from zero.
fn whole_digits(kind: IntKind) -> u8 {
    match kind {
        IntKind::I8 | IntKind::U8 => 3,
        IntKind::I16 | IntKind::U16 => 5,
        IntKind::I32 | IntKind::U32 => 10,
        IntKind::I64 => 19,
        IntKind::U64 => 20,
    }
}

/// Whether every value of the one type is one of the other; both have digits.
pub(super) fn holds((precision, scale): (u8, u8), (inner, behind): (u8, u8)) -> bool {
    behind <= scale && inner - behind <= precision - scale
}

/// The narrowest decimal that holds all values of both; `None` where it would have too many digits.
pub(super) fn common(a: (u8, u8), b: (u8, u8)) -> Option<Type> {
    let scale = a.1.max(b.1);
    let precision = (a.0 - a.1).max(b.0 - b.1) + scale;
    (precision <= MAX_DIGITS).then_some(Type::Decimal { precision, scale })
}

/// The type of a number that is written out.
pub(crate) fn of_literal(number: Decimal) -> Type {
    Type::Decimal { precision: number.digits(), scale: number.scale() }
}

/// The type of `a op b` where one is a decimal and the other one a decimal or an integer; `None` where no type has the digits that a
/// result has behind the point.
pub(crate) fn result(op: BinaryOp, a: (u8, u8), b: (u8, u8)) -> Option<Type> {
    let behind = a.1.max(b.1);
    let (precision, scale) = match op {
        BinaryOp::Multiply => (a.0 + b.0, a.1 + b.1),
        // The divisor can be one unit of its last place, and rounding down can add one.
        BinaryOp::FloorDivide => (a.0 - a.1 + b.1 + 1, 0),
        // It is nearer to zero than the divisor.
        BinaryOp::Remainder => (b.0 - b.1 + behind, behind),
        _ => ((a.0 - a.1).max(b.0 - b.1) + behind + 1, behind),
    };
    (scale <= MAX_DIGITS).then(|| Type::Decimal { precision: precision.clamp(1, MAX_DIGITS), scale })
}

/// The decimal that a number was written as; `None` where it is none.
pub(crate) fn written(text: &str, constant: &Value) -> Option<Decimal> {
    match constant {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Float(number) => {
            let plain: String = text.chars().filter(|letter| *letter != '_' && !letter.is_whitespace()).collect();
            let plain = plain.strip_suffix('%').map(|percent| format!("{percent}e-2")).unwrap_or(plain);
            // A constant may come from elsewhere than the text at hand.
            let read = plain.parse().ok().filter(|read: &Decimal| read.as_float() == *number);
            read.or_else(|| Decimal::of_float(*number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ty: Option<Type>) -> String {
        ty.map_or_else(|| "none".to_owned(), |ty| ty.to_string())
    }

    #[test]
    fn results_have_room_for_every_value() {
        let case = |op, a, b| shown(result(op, a, b));
        assert_eq!(case(BinaryOp::Add, (10, 2), (10, 2)), "decimal[11, 2]");
        assert_eq!(case(BinaryOp::Subtract, (10, 2), (6, 4)), "decimal[13, 4]");
        assert_eq!(case(BinaryOp::Multiply, (10, 2), (6, 4)), "decimal[16, 6]");
        assert_eq!(case(BinaryOp::FloorDivide, (10, 2), (6, 4)), "decimal[13, 0]");
        assert_eq!(case(BinaryOp::Remainder, (10, 2), (6, 4)), "decimal[6, 4]");
    }

    #[test]
    fn digits_end_at_those_of_128_bits_and_none_behind_the_point_is_given_up() {
        assert_eq!(shown(result(BinaryOp::Add, (38, 10), (38, 10))), "decimal[38, 10]");
        assert_eq!(shown(result(BinaryOp::Multiply, (38, 10), (20, 10))), "decimal[38, 20]");
        assert_eq!(shown(result(BinaryOp::Multiply, (38, 20), (38, 20))), "none");
    }

    #[test]
    fn the_largest_and_the_smallest_value_of_small_types_stay_within() {
        let numbers = |(precision, scale): (u8, u8)| {
            let limit = 10_i128.pow(precision.into());
            (1 - limit..limit).filter_map(move |units| Decimal::new(units, scale))
        };
        let apply = |op, a: Decimal, b| match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            BinaryOp::Multiply => a.checked_mul(b),
            BinaryOp::FloorDivide => a.checked_floor_div(b),
            _ => a.checked_rem(b),
        };
        let types = [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)];
        for op in [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply, BinaryOp::FloorDivide, BinaryOp::Remainder] {
            for (left, right) in types.into_iter().flat_map(|left| types.map(|right| (left, right))) {
                let Some(Type::Decimal { precision, scale }) = result(op, left, right) else { panic!("{op:?}") };
                for (a, b) in numbers(left).flat_map(|a| numbers(right).map(move |b| (a, b))) {
                    if let Some(result) = apply(op, a, b) {
                        assert_eq!((result.scale(), result.digits() <= precision), (scale, true), "{a} {op:?} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn integers_have_the_digits_of_their_widest_value() {
        for kind in [
            IntKind::I8,
            IntKind::I16,
            IntKind::I32,
            IntKind::I64,
            IntKind::U8,
            IntKind::U16,
            IntKind::U32,
            IntKind::U64,
        ] {
            let (low, high) = kind.bounds();
            let widest = high.unsigned_abs().max(low.unsigned_abs()).to_string().len();
            assert_eq!(usize::from(whole_digits(kind)), widest, "{}", kind.name());
        }
    }

    #[test]
    fn what_was_written_counts_and_not_its_float() {
        let case = |text: &str, number| written(text, &Value::Float(number)).map(|number| number.to_string());
        assert_eq!(case("12345678901234567.89", 12345678901234567.89).as_deref(), Some("12345678901234567.89"));
        assert_eq!(case("80%", 0.8).as_deref(), Some("0.80"));
        assert_eq!(case("- 1_000.50", -1000.5).as_deref(), Some("-1000.50"));
        assert_eq!(case("(0.5)", 0.5).as_deref(), Some("0.5"));
        assert_eq!(case("1e300", 1e300), None);
    }
}
