//! Signatures of the standard library in the form in which calls are held against them.

mod compile;
mod defaults;

use std::sync::Arc;

use gml_ir::{Partitions, Role, Row, Type};
use gml_syntax::ast::SignatureKind;

use super::call::View;
use crate::package::SignatureId;
use crate::typed::{Text, Typed};

pub(crate) use compile::compile;

/// The place of a row or type variable in its signature.
pub(crate) type Variable = usize;

/// A signature.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Its place in the package.
    pub id: SignatureId,
    /// `std.table`
    pub module: Text,
    /// `filter`
    pub name: Text,
    /// Operator, function, aggregate or window function.
    pub kind: SignatureKind,
    /// Row and type variables with their bounds.
    pub variables: Vec<(Text, Option<Text>)>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its parameters as binding sees them.
    pub views: Vec<View>,
    /// Its result.
    pub result: Shape,
    /// Whether it has a value over no rows (`else 0`).
    pub has_empty: bool,
    /// Whether its value depends on the order of the rows.
    pub needs_order: bool,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    /// Its name.
    pub name: Text,
    /// What it takes.
    pub kind: ParamKind,
    /// What it is where a call leaves it out.
    pub default: Option<Default>,
    /// Rows other than the one at hand that are looked at because of it.
    pub looks: Option<Looks>,
}

/// `earlier[T]`, `later[T]`, `later["forward", T]`: the call looks at rows before or behind the one at hand.
#[derive(Debug)]
pub(crate) struct Looks {
    /// Behind it, not before it.
    pub later: bool,
    /// Only where the argument is this word.
    pub word: Option<Text>,
}

/// What a parameter is where a call leaves it out.
#[derive(Debug)]
pub(crate) enum Default {
    /// `none`: absent.
    Absent,
    /// A constant.
    Constant(Typed),
}

/// What a parameter takes.
#[derive(Debug)]
pub(crate) enum ParamKind {
    /// `table[R]`, `table[R] in train`, `table[R]? in valid`
    Table {
        row: RowShape,
        /// Rows of a test partition are refused, as those of this use.
        within: Option<Partitions>,
    },
    /// `list[table[R]]`
    Tables(RowShape),
    /// `row[R] -> T`
    Row { over: Variable, ty: Shape },
    /// `columns[R -> N]`
    Columns { of: Variable, made: Variable },
    /// `windows[R -> N]`
    Windows { of: Variable, made: Variable },
    /// `aggregates[R -> A]`
    Aggregates { of: Variable, made: Variable },
    /// `aggregate[R] -> T`
    Aggregate { of: Variable, ty: Shape },
    /// `keys[R -> K]`, `keys[L & R -> K]`
    Keys { of: Vec<Variable>, made: Variable },
    /// `order[R]`
    Order { of: Variable },
    /// `renames[R -> K, N]`
    Renames { of: Variable, old: Variable, new: Variable },
    /// `schema[S]`
    Schema(Variable),
    /// `estimator[R -> L]`
    Estimator { of: Variable, learns: Shape },
    /// `model[R -> O]`, `transform[R -> S]`
    Learned(Shape),
    /// A value; `constant`: known before the run, whatever the kind of the signature.
    Value { ty: Shape, constant: bool },
}

impl ParamKind {
    /// Whether a trailing `{ a = .. }` can be this argument.
    pub fn takes_block(&self) -> bool {
        matches!(self, Self::Columns { .. } | Self::Windows { .. } | Self::Aggregates { .. } | Self::Renames { .. })
    }

    /// Whether its argument has a meaning by itself, without a row.
    pub fn stands_alone(&self) -> bool {
        matches!(
            self,
            Self::Table { .. } | Self::Tables(_) | Self::Estimator { .. } | Self::Learned(_) | Self::Value { .. }
        )
    }
}

/// A type with variables.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A type without variables.
    Is(Type),
    /// A type variable.
    Variable(Variable),
    /// `T?`
    Nullable(Box<Shape>),
    /// `list[T]`
    List(Box<Shape>),
    /// `range[T]`
    Range(Box<Shape>),
    /// `struct[R]`
    Struct(RowShape),
    /// `table[R]`, `table[R] in train`
    Table(RowShape, Option<Partitions>),
    /// `{ train: table[R] in train, valid: .. if valid }`
    Record(Vec<Part>),
    /// `estimator[R & demand -> L]`
    Estimator { of: Variable, demand: Option<RowShape>, learns: Box<Shape> },
    /// `transform[R -> S]`
    Transform(RowShape, RowShape),
    /// `model[R -> O]`
    Model(RowShape, RowShape),
    /// `common[K]`
    Common(RowShape),
}

/// A part of a record.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub name: Text,
    pub ty: Shape,
    /// The parameter without which it is absent.
    pub condition: Option<usize>,
}

/// A row with variables.
#[derive(Clone, Debug)]
pub(crate) enum RowShape {
    Variable(Variable),
    Known(Arc<Row>),
    /// `R + N`
    Plus(Box<RowShape>, Box<RowShape>),
    /// `R - K`
    Minus(Box<RowShape>, Box<RowShape>),
    /// `A | B`
    Or(Box<RowShape>, Box<RowShape>),
    /// `R & S`
    And(Box<RowShape>, Box<RowShape>),
    /// `nullable[R]`
    Nullable(Box<RowShape>),
    /// `nonnull[K]`
    NonNull(Box<RowShape>),
    /// `elements[K]`
    Elements(Box<RowShape>),
    /// `retyped[K, T]`
    Retyped(Box<RowShape>, Box<Shape>),
    /// `imputed[K, how]`
    Imputed(Box<RowShape>, usize),
    /// `indicators[K]`
    Indicators(Box<RowShape>),
    /// `pivoted[P, T]`
    Pivoted(Box<RowShape>, Box<Shape>),
    /// `named[name, T]`
    Named(usize, Box<Shape>),
    /// `rename[R, K, N]`
    Rename(Box<RowShape>, Box<RowShape>, Box<RowShape>),
    /// `features[R]`
    Features(Box<RowShape>),
    /// `case[param, "value", X, ..]`
    Case(usize, Vec<(Text, RowShape)>),
    /// `{ target _: bool }`
    Pattern(Vec<PatternColumn>),
}

/// A column that a pattern demands, by its role.
#[derive(Clone, Debug)]
pub(crate) struct PatternColumn {
    pub role: Option<Role>,
    pub name: Text,
    pub ty: PatternType,
}

/// The type of such a column.
#[derive(Clone, Debug)]
pub(crate) enum PatternType {
    /// This one.
    Is(Type),
    /// One of a class: `number`, `discrete`.
    Bound(Text),
}

impl Signature {
    /// The place of the parameter of that name.
    pub fn param(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|param| &*param.name == name)
    }
}

impl Shape {
    /// The values, where it is an enum.
    pub fn enum_values(&self) -> Option<&Arc<[Arc<str>]>> {
        match self {
            Self::Is(ty) => match ty.non_null() {
                Type::Enum(values) => Some(values),
                _ => None,
            },
            Self::Nullable(inner) => inner.enum_values(),
            _ => None,
        }
    }

    /// Whether null is among its values.
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Is(ty) => ty.is_nullable(),
            Self::Nullable(_) => true,
            _ => false,
        }
    }
}
