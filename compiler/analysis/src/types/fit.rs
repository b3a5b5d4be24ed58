//! How types go together: what may stand where, and what two branches have in common.

use std::sync::Arc;

use gml_ir::{Column, IntKind, Learned, Row, SequencesType, TableType, Type};

use super::decimal;
use crate::rows;

/// Whether a value of one type may stand where another is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// As it is.
    Exact,
    /// After a conversion that loses nothing.
    Widen,
    /// But for a null where none may be.
    Null,
    /// Not at all.
    No,
}

/// Whether a value of type `from` may stand where a `to` is due.
pub fn assignable(from: &Type, to: &Type) -> Fit {
    if from == to || from.is_silent() || to.is_silent() {
        return Fit::Exact;
    }
    match (from, to) {
        (Type::Null, Type::Nullable(_)) => Fit::Widen,
        (Type::Null, _) => Fit::Null,
        (Type::Nullable(from), Type::Nullable(to)) => assignable(from, to),
        (Type::Nullable(from), to) => assignable(from, to).max(Fit::Null),
        (from, Type::Nullable(to)) => assignable(from, to).max(Fit::Widen),
        (Type::Int(from), Type::Int(to)) => widen(holds(*to, *from)),
        (Type::Int(_), Type::Float) | (Type::Float32 | Type::Decimal { .. }, Type::Float) => Fit::Widen,
        (Type::Int(from), Type::Float32) => widen(fits_float32(*from)),
        (Type::Int(_) | Type::Decimal { .. }, Type::Decimal { precision, scale }) => {
            widen(decimal::digits(from).is_some_and(|inner| decimal::holds((*precision, *scale), inner)))
        }
        (Type::Enum(from), Type::Enum(to)) => widen(from.iter().all(|value| to.contains(value))),
        (Type::Enum(_), Type::Category | Type::Str) | (Type::Category, Type::Str) | (Type::Str, Type::Category) => {
            Fit::Widen
        }
        (Type::List(from), Type::List(to))
        | (Type::Range(from), Type::Range(to))
        | (Type::Search(from), Type::Search(to)) => assignable(from, to),
        (Type::Sequences(from), Type::Sequences(to)) => assignable(&from.item, &to.item),
        (Type::Graph(users, items), Type::Graph(other_users, other_items)) => {
            assignable(users, other_users).max(assignable(items, other_items))
        }
        (Type::Struct(from), Type::Struct(to)) | (Type::Record(from), Type::Record(to)) => row_fit(from, to),
        (Type::Table(from), Type::Table(to)) => row_fit(&from.row, &to.row),
        (Type::Estimator(from), Type::Estimator(to)) | (Type::Learned(from), Type::Learned(to)) => {
            learned_fit(from, to)
        }
        _ => Fit::No,
    }
}

fn widen(fits: bool) -> Fit {
    if fits { Fit::Widen } else { Fit::No }
}

fn holds(outer: IntKind, inner: IntKind) -> bool {
    let ((low, high), (inner_low, inner_high)) = (outer.bounds(), inner.bounds());
    low <= inner_low && inner_high <= high
}

/// A float32 has 24 bits for the number itself.
fn fits_float32(kind: IntKind) -> bool {
    matches!(kind, IntKind::I8 | IntKind::I16 | IntKind::U8 | IntKind::U16)
}

fn row_fit(from: &Row, to: &Row) -> Fit {
    let worst = rows::conforms(from, to).into_iter().map(|mismatch| match mismatch {
        rows::Mismatch::Null { .. } => Fit::Null,
        _ => Fit::No,
    });
    worst.max().unwrap_or(Fit::Widen)
}

fn learned_fit(from: &Learned, to: &Learned) -> Fit {
    match (from, to) {
        (Learned::Transform(from), Learned::Transform(to)) | (Learned::Model(from), Learned::Model(to)) => {
            match (from, to) {
                (None, _) | (_, None) => Fit::Exact,
                // It will be given rows of `to`, so these must have all that it was made for.
                (Some((input, output)), Some((given, due))) => {
                    row_fit(&rows::features(given), &Row { open: true, ..rows::features(input) })
                        .max(row_fit(output, due))
                }
            }
        }
        (Learned::Recommender(from), Learned::Recommender(to)) => assignable(from, to),
        (Learned::Encoder(input, output), Learned::Encoder(given, due)) => {
            assignable(given, input).max(assignable(output, due))
        }
        _ => Fit::No,
    }
}

/// The type that values of either type have in common, as the branches of an `if` must; `None` where there is none.
pub fn common(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Error, _) | (_, Type::Error) => Some(Type::Error),
        (Type::Unknown, _) | (_, Type::Unknown) => Some(Type::Unknown),
        (Type::Null, other) | (other, Type::Null) => may_be_null(other).then(|| other.clone().nullable()),
        (Type::Nullable(_), _) | (_, Type::Nullable(_)) => common(a.non_null(), b.non_null()).map(Type::nullable),
        (Type::Int(a), Type::Int(b)) => common_int(*a, *b).map(Type::Int),
        (Type::Int(kind), Type::Float32) | (Type::Float32, Type::Int(kind)) => {
            Some(if fits_float32(*kind) { Type::Float32 } else { Type::Float })
        }
        (Type::Decimal { .. }, Type::Decimal { .. } | Type::Int(_)) | (Type::Int(_), Type::Decimal { .. }) => {
            decimal::common(decimal::digits(a)?, decimal::digits(b)?)
        }
        _ if a.is_numeric() && b.is_numeric() => Some(Type::Float),
        (Type::Enum(few), Type::Enum(many)) if few.iter().all(|value| many.contains(value)) => Some(b.clone()),
        (Type::Enum(many), Type::Enum(few)) if few.iter().all(|value| many.contains(value)) => Some(a.clone()),
        (Type::Str, _) | (_, Type::Str) if a.is_text() && b.is_text() => Some(Type::Str),
        _ if a.is_text() && b.is_text() => Some(Type::Category),
        (Type::List(a), Type::List(b)) => Some(Type::List(Arc::new(common(a, b)?))),
        (Type::Range(a), Type::Range(b)) => Some(Type::Range(Arc::new(common(a, b)?))),
        (Type::Search(a), Type::Search(b)) => Some(Type::Search(Arc::new(common(a, b)?))),
        (Type::Sequences(a), Type::Sequences(b)) => Some(Type::Sequences(SequencesType {
            keys: if a.keys == b.keys { a.keys.clone() } else { Arc::new(rows::unify(&a.keys, &b.keys).ok()?) },
            item: Arc::new(common(&a.item, &b.item)?),
            partitions: a.partitions.union(b.partitions),
        })),
        (Type::Struct(a), Type::Struct(b)) => Some(Type::Struct(Arc::new(rows::unify(a, b).ok()?))),
        (Type::Record(a), Type::Record(b)) => Some(Type::Record(Arc::new(rows::unify(a, b).ok()?))),
        (Type::Table(a), Type::Table(b)) => Some(Type::Table(TableType {
            row: if a.row == b.row { a.row.clone() } else { Arc::new(rows::unify(&a.row, &b.row).ok()?) },
            partitions: a.partitions.union(b.partitions),
        })),
        (Type::Estimator(a), Type::Estimator(b)) => Some(Type::Estimator(Arc::new(common_learned(a, b)?))),
        (Type::Learned(a), Type::Learned(b)) => Some(Type::Learned(Arc::new(common_learned(a, b)?))),
        _ => None,
    }
}

fn common_int(a: IntKind, b: IntKind) -> Option<IntKind> {
    use IntKind::{I8, I16, I32, I64, U8, U16, U32, U64};
    [U8, I8, U16, I16, U32, I32, U64, I64].into_iter().find(|kind| holds(*kind, a) && holds(*kind, b))
}

/// Two of a kind that were made for different rows are one of which the rows are not known.
fn common_learned(a: &Learned, b: &Learned) -> Option<Learned> {
    match (a, b) {
        (Learned::Transform(_), Learned::Transform(_)) => Some(Learned::Transform(None)),
        (Learned::Model(_), Learned::Model(_)) => Some(Learned::Model(None)),
        (Learned::Recommender(a), Learned::Recommender(b)) => Some(Learned::Recommender(common(a, b)?)),
        (Learned::Encoder(a, to), Learned::Encoder(b, other)) => {
            Some(Learned::Encoder(common(a, b)?, common(to, other)?))
        }
        _ => None,
    }
}

/// Whether there is a `T?` of this type.
pub fn may_be_null(ty: &Type) -> bool {
    is_column_type(ty) || matches!(ty, Type::Range(_) | Type::Named(_) | Type::Size)
}

/// Whether a column, a field or an item of a list can hold values of this type.
pub fn is_column_type(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Int(_)
        | Type::Float
        | Type::Float32
        | Type::Str
        | Type::Bytes
        | Type::Date
        | Type::Time
        | Type::Timestamp
        | Type::Duration
        | Type::Decimal { .. }
        | Type::Category
        | Type::Enum(_)
        | Type::Vector(_)
        | Type::Struct(_)
        | Type::Image
        | Type::Null
        | Type::Unknown
        | Type::Error => true,
        Type::List(item) | Type::Nullable(item) => is_column_type(item),
        Type::Size
        | Type::Range(_)
        | Type::Search(_)
        | Type::Record(_)
        | Type::Table(_)
        | Type::Estimator(_)
        | Type::Learned(_)
        | Type::Sequences(_)
        | Type::Graph(..)
        | Type::Named(_) => false,
    }
}

/// Whether values of the two types can be compared with `==`, looked up with `in`, or joined by; null aside.
pub fn comparable(a: &Type, b: &Type) -> bool {
    let (a, b) = (a.non_null(), b.non_null());
    if a.is_silent() || b.is_silent() || matches!(a, Type::Null) || matches!(b, Type::Null) {
        return true;
    }
    if a.is_numeric() || a.is_text() {
        return (a.is_numeric() && b.is_numeric()) || (a.is_text() && b.is_text());
    }
    match (a, b) {
        (Type::List(a), Type::List(b)) => comparable(a, b),
        (Type::Struct(a), Type::Struct(b)) => {
            let same = |column: &Column| b.get(&column.name).is_some_and(|other| comparable(&column.ty, &other.ty));
            a.columns.len() == b.columns.len() && a.columns.iter().all(same)
        }
        (Type::Bytes | Type::Bool | Type::Date | Type::Time | Type::Timestamp | Type::Duration | Type::Size, _) => {
            a == b
        }
        (Type::Vector(_), Type::Vector(_)) => a == b,
        _ => false,
    }
}

/// Whether a type (its `?` aside) is of the class that a signature names; `None` where there is no class of the name.
pub fn satisfies(bound: &str, ty: &Type) -> Option<bool> {
    let ty = ty.non_null();
    let of_class = match bound {
        "number" => ty.is_numeric(),
        "integer" => matches!(ty, Type::Int(_)),
        "text" => ty.is_text(),
        "ordered" => {
            ty.is_numeric()
                || ty.is_text()
                || ty.is_temporal()
                || matches!(ty, Type::Duration | Type::Bool | Type::Size)
        }
        "temporal" => ty.is_temporal(),
        "dated" => matches!(ty, Type::Date | Type::Timestamp),
        "grade" => matches!(ty, Type::Int(_) | Type::Bool),
        "measured" => ty.is_numeric() || *ty == Type::Bool,
        "learnable" => ty.is_numeric() || ty.is_text() || *ty == Type::Bool,
        "vector" => matches!(ty, Type::Vector(_)),
        "discrete" => ty.is_text() || matches!(ty, Type::Int(_) | Type::Bool),
        "scalar" => {
            is_column_type(ty) && !matches!(ty, Type::List(_) | Type::Vector(_) | Type::Struct(_) | Type::Image)
        }
        "shown" => *ty != Type::Bytes && satisfies("scalar", ty) == Some(true),
        _ => return None,
    };
    Some(of_class || ty.is_silent() || matches!(ty, Type::Null))
}
