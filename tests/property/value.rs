//! Values and how they compare.

use std::cmp::Ordering;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum V {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Units, and how many digits stand behind the point.
    Decimal(i128, u8),
    Str(String),
    /// Days since 1970-01-01.
    Date(i32),
    List(Vec<V>),
}

/// 2021-01-01: the dates of programs lie in that month.
pub const FIRST_DAY: i32 = 18_628;

impl V {
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Decimal(units, scale) => Some(*units as f64 / 10_f64.powi((*scale).into())),
            _ => None,
        }
    }

    /// The units of a decimal or an integer with that many digits behind the point, of which it has no more.
    pub fn units(&self, scale: u8) -> Option<i128> {
        match self {
            Self::Int(number) => Some(i128::from(*number) * 10_i128.pow(scale.into())),
            Self::Decimal(units, behind) => Some(units * 10_i128.pow((scale - behind).into())),
            _ => None,
        }
    }

    /// How many digits stand behind the point.
    pub fn scale(&self) -> u8 {
        if let Self::Decimal(_, scale) = self { *scale } else { 0 }
    }

    /// As a program writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(truth) => truth.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => format!("{number:?}"),
            Self::Decimal(units, scale) => {
                let (sign, one) = (if *units < 0 { "-" } else { "" }, 10_u128.pow((*scale).into()));
                let (whole, rest) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
                match scale {
                    0 => format!("{sign}{whole}"),
                    _ => format!("{sign}{whole}.{rest:0width$}", width = usize::from(*scale)),
                }
            }
            Self::Str(text) => format!("{text:?}"),
            Self::Date(days) => format!("@2021-01-{:02}", days - FIRST_DAY + 1),
            Self::List(items) => format!("[{}]", items.iter().map(Self::text).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// The order of two values that are not null.
pub fn compare(a: &V, b: &V) -> Ordering {
    match (a, b) {
        (V::Bool(a), V::Bool(b)) => a.cmp(b),
        (V::Int(a), V::Int(b)) => a.cmp(b),
        (V::Str(a), V::Str(b)) => a.as_bytes().cmp(b.as_bytes()),
        (V::Date(a), V::Date(b)) => a.cmp(b),
        (V::Decimal(..), V::Int(_) | V::Decimal(..)) | (V::Int(_), V::Decimal(..)) => {
            let scale = a.scale().max(b.scale());
            a.units(scale).cmp(&b.units(scale))
        }
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            _ => panic!("{a:?} and {b:?} are never compared"),
        },
    }
}

/// Whether two keys are one: null is a value like others.
pub fn same(a: &V, b: &V) -> bool {
    match (a, b) {
        (V::Null, V::Null) => true,
        (V::Null, _) | (_, V::Null) => false,
        _ => compare(a, b) == Ordering::Equal,
    }
}

/// Whether two results are one: floats may differ by rounding.
pub fn close(a: &V, b: &V) -> bool {
    match (a, b) {
        (V::Float(a), V::Float(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (V::List(a), V::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        _ => a == b,
    }
}

/// The order of `sort`: nulls last in either direction.
pub fn order(a: &V, b: &V, descending: bool) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ if descending => compare(b, a),
        _ => compare(a, b),
    }
}
