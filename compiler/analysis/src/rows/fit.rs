//! Whether a row is what another demands.

use gml_ir::{Column, Row, Type};

use super::Index;
use crate::typed::Text;
use crate::types::{Fit, assignable, comparable};

/// Why a row is not what was demanded.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// A column that is demanded is not there.
    Missing(Column),
    /// A column is there that is not demanded.
    Extra(Column),
    /// A column has values of another type.
    Type {
        /// Its name.
        name: Text,
        /// Its type.
        actual: Type,
        /// The type demanded.
        declared: Type,
    },
    /// A column has the type demanded, but for a null where none may be.
    Null {
        /// Its name.
        name: Text,
        /// Its type.
        actual: Type,
        /// The type demanded.
        declared: Type,
    },
}

impl Mismatch {
    /// The column that it is about.
    pub fn name(&self) -> &Text {
        match self {
            Self::Missing(column) | Self::Extra(column) => &column.name,
            Self::Type { name, .. } | Self::Null { name, .. } => name,
        }
    }
}

/// Whether `actual` has at least the columns of `demanded`, with types that fit. Nothing is said of columns that an
/// open row may have.
pub fn has_at_least(actual: &Row, demanded: &Row) -> Vec<Mismatch> {
    let index = Index::of(actual);
    let mut mismatches = Vec::new();
    for want in &demanded.columns {
        let Some(have) = index.get(&want.name) else {
            if !actual.open {
                mismatches.push(Mismatch::Missing(want.clone()));
            }
            continue;
        };
        let name = want.name.clone();
        match assignable(&have.ty, &want.ty) {
            Fit::Exact | Fit::Widen => {}
            Fit::Null => {
                mismatches.push(Mismatch::Null { name, actual: have.ty.clone(), declared: want.ty.clone() });
            }
            Fit::No => mismatches.push(Mismatch::Type { name, actual: have.ty.clone(), declared: want.ty.clone() }),
        }
    }
    mismatches
}

/// Whether `actual` has the columns of `demanded`, of types whose values can be compared with theirs. Nothing is said of
/// columns that an open row may have.
pub fn can_be_compared(actual: &Row, demanded: &Row) -> Vec<Mismatch> {
    let index = Index::of(actual);
    let mismatch = |want: &Column| match index.get(&want.name) {
        None if actual.open => None,
        None => Some(Mismatch::Missing(want.clone())),
        Some(have) => {
            let fits = have.ty.is_silent()
                || want.ty.is_silent()
                || assignable(&have.ty, &want.ty) != Fit::No
                || comparable(&have.ty, &want.ty);
            let (name, actual, declared) = (want.name.clone(), have.ty.clone(), want.ty.clone());
            (!fits).then_some(Mismatch::Type { name, actual, declared })
        }
    };
    let found: Vec<Mismatch> = demanded.columns.iter().filter_map(mismatch).collect();
    // What is missing weighs more than what has another type.
    let (mut missing, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|mismatch| matches!(mismatch, Mismatch::Missing(_)));
    missing.extend(others);
    missing
}

/// Whether `actual` is what was declared: [`has_at_least`], and no column besides unless `declared` is open.
pub fn conforms(actual: &Row, declared: &Row) -> Vec<Mismatch> {
    let mut mismatches = has_at_least(actual, declared);
    if !declared.open {
        let index = Index::of(declared);
        let extra = actual.columns.iter().filter(|column| !index.has(&column.name));
        mismatches.extend(extra.cloned().map(Mismatch::Extra));
    }
    mismatches
}
