//! Signatures of the standard library in the form in which calls are held against them.

mod compile;
mod defaults;
mod names;

use std::sync::Arc;

use gml_ir::{BinaryOp, Contract, MAX_DIGITS, Partitions, Role, Row, Type};
use gml_syntax::ast::SignatureKind;

use super::call::View;
use crate::package::SignatureId;
use crate::typed::{LibraryName, Text, Typed};
use crate::types::decimal;

pub(crate) use compile::compile;

/// The place of a row or type variable in its signature.
pub(crate) type Variable = usize;

/// A signature.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Its place in the package.
    pub id: SignatureId,
    /// `std.table`
    pub module: LibraryName,
    /// `filter`
    pub name: LibraryName,
    /// Operator, function, aggregate or window function.
    pub kind: SignatureKind,
    /// Row and type variables with their bounds.
    pub variables: Vec<(Text, Option<Text>)>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its parameters as binding sees them.
    pub views: Vec<View<'static>>,
    /// The places of its parameters in the order in which arguments are looked at, with the phase of each.
    pub order: Vec<(u8, usize)>,
    /// Its result.
    pub result: Shape,
    /// Whether it has a value over no rows (`else 0`).
    pub has_empty: bool,
    /// Whether its value depends on the order of the rows.
    pub needs_order: bool,
}

impl Signature {
    /// Whether it looks at the order of the rows and at their time, so that the order can be that of the time.
    pub fn goes_by_time(&self) -> bool {
        self.needs_order && self.variables.iter().any(|(_, bound)| bound.as_deref() == Some("temporal"))
    }
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    /// Its name.
    pub name: LibraryName,
    /// What it takes.
    pub kind: ParamKind,
    /// What a constant must satisfy beyond being of its type: `rounds: int >= 1`.
    pub contracts: Vec<Contract>,
    /// What it is where a call leaves it out.
    pub default: Option<Default>,
    /// Rows other than the one at hand that are looked at because of it.
    pub looks: Option<Looks>,
    /// `spread[T]`: rows with equal values of it are put into several parts, where others keep them together.
    pub spread: bool,
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
    /// `table[R]`, `table[R] in train`, `table[R]? in valid`, `table[R] in test`
    Table {
        row: RowShape,
        /// Rows of a test partition are refused, as those of this use; what is `in test` is judged on, and takes all rows.
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
    /// `keys[R -> K]`, `keys[L & R -> K]`; `key[R -> K]`: one column and no more
    Keys { of: Vec<Variable>, made: Variable, one: bool },
    /// `order[R]`
    Order { of: Variable },
    /// `renames[R -> K, N]`
    Renames { of: Variable, old: Variable, new: Variable },
    /// `schema[S]`
    Schema(Variable),
    /// `sequences[K, I]`, `sequences[K, I] in train`
    Sequences { keys: Variable, item: Variable, within: Option<Partitions> },
    /// `list[sequences[K, I]]`
    SequencesList { keys: Variable, item: Variable },
    /// `tables[R -> S]`: `{ name = table, .. }`; R has the columns that all of them have, S one by the name of each
    Parts { common: Variable, made: Variable },
    /// `results[S]`: `{ name = result, .. }`
    Results { made: Variable },
    /// `estimator[R -> L]`, `estimator[sequences[I] -> L]`
    Estimator { of: LearnsFrom, learns: Shape },
    /// `model[R -> O]`, `transform[R -> S]`, `recommender[I]`, `encoder[T -> V]`
    Learned(Shape),
    /// `list[model[R -> O]]`
    LearnedList(Shape),
    /// `space[learner]`: where to look for the arguments of the estimator that another parameter takes
    Space { of: usize },
    /// `entry_column`: a bare name of a column of the catalog entry
    EntryColumn,
    /// `list[entry_column]`: bare names of columns of the catalog entry
    EntryColumns,
    /// A value; `constant`: known before the run, whatever the kind of the signature.
    Value { ty: Shape, constant: bool },
}

/// What an estimator learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LearnsFrom {
    /// Rows.
    Rows(Variable),
    /// Sequences of items of that type.
    Items(Variable),
}

impl ParamKind {
    /// Whether a trailing `{ a = .. }` can be this argument.
    pub fn takes_block(&self) -> bool {
        matches!(
            self,
            Self::Columns { .. }
                | Self::Windows { .. }
                | Self::Aggregates { .. }
                | Self::Renames { .. }
                | Self::Parts { .. }
                | Self::Results { .. }
        )
    }

    /// Whether its argument has a meaning by itself, without a row.
    pub fn stands_alone(&self) -> bool {
        matches!(
            self,
            Self::Table { .. }
                | Self::Tables(_)
                | Self::Sequences { .. }
                | Self::SequencesList { .. }
                | Self::Estimator { .. }
                | Self::Learned(_)
                | Self::Value { .. }
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
    /// `sequences[K, I]`, `sequences[K, I] in train`
    Sequences { keys: RowShape, item: Box<Shape>, part: Option<Partitions> },
    /// `search[T]`
    Search(Box<Shape>),
    /// `vector[dimension]`: as long as that argument says
    Vector(usize),
    /// `decimal[precision, scale]`: of as many digits as these arguments say
    Decimal(usize, usize),
    /// `summed[T]`, `difference[T]`, `signed[T]`: the type, but for decimals one with room for every result
    Widened(Widening, Box<Shape>),
    /// `same[learner]`: the argument itself, with all that is known of it
    Same(usize),
    /// `tuned[learner]`: the argument, whose best arguments are looked for where it is fitted
    Tuned(usize),
    /// `estimator[R & demand -> L]`; `row`: what of the row the demand is about, where that is not all of it
    Estimator { of: LearnsFrom, row: Option<RowShape>, demand: Option<RowShape>, learns: Box<Shape> },
    /// `transform[R -> S]`
    Transform(RowShape, RowShape),
    /// `model[R -> O]`
    Model(RowShape, RowShape),
    /// `recommender[I]`
    Recommender(Box<Shape>),
    /// `encoder[text -> vector[dimension]]`
    Encoder(Box<Shape>, Box<Shape>),
    /// `common[K]`
    Common(RowShape),
}

/// What is made of values, of which decimals may need other digits than they have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Widening {
    /// The sum of any number of them.
    Sum,
    /// The difference of two.
    Difference,
    /// Their sign.
    Sign,
}

impl Widening {
    /// The type of the result for values of a type.
    pub fn of(self, ty: &Type) -> Type {
        match ty {
            Type::Nullable(inner) => self.of(inner).nullable(),
            Type::Decimal { precision, scale } => match self {
                // As in SQL, with all the digits that there are.
                Self::Sum => Type::Decimal { precision: MAX_DIGITS, scale: *scale },
                Self::Difference => {
                    let digits = (*precision, *scale);
                    decimal::result(BinaryOp::Subtract, digits, digits).unwrap_or_else(|| ty.clone())
                }
                Self::Sign => Type::Decimal { precision: 1, scale: 0 },
            },
            other => other.clone(),
        }
    }
}

/// A part of a record.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub name: Text,
    pub ty: Shape,
    /// What its values always satisfy.
    pub contracts: Vec<Contract>,
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
    /// `prefixed[K]`: columns whose names begin with one of these
    Prefixed(Box<RowShape>),
    /// `comparable[S]`: these columns, of types that theirs can be compared with
    Comparable(Box<RowShape>),
    /// `pivoted[P, T]`
    Pivoted(Box<RowShape>, Box<Shape>),
    /// `named[name, T]`
    Named(usize, Box<Shape>),
    /// `rename[R, K, N]`
    Rename(Box<RowShape>, Box<RowShape>, Box<RowShape>),
    /// `features[R]`
    Features(Box<RowShape>),
    /// `roles[R, id, group]`
    Roles(Box<RowShape>, Vec<Role>),
    /// `roled[K, group]`
    Roled(Box<RowShape>, Role),
    /// `some[R]`
    Some(Box<RowShape>),
    /// `suffixed[R, "_rank", T]`; without `T` each column keeps its type
    Suffixed(Box<RowShape>, Text, Option<Box<Shape>>),
    /// `listed[K]`
    Listed(Box<RowShape>),
    /// `only[K, number]`
    Only(Box<RowShape>, Text),
    /// `synthesized[R, K, windows]`
    Synthesized(Box<RowShape>, Box<RowShape>, usize),
    /// `by_target[R, "bool", X, ..]`
    ByTarget(Box<RowShape>, Vec<(Text, RowShape)>),
    /// `{ items: list[I], .. }`
    Literal {
        columns: Vec<(Option<Role>, Text, Shape)>,
        open: bool,
    },
    /// `case[param, "value", X, ..]`
    Case(usize, Vec<(Text, RowShape)>),
    /// `{ target _: bool }`, `{ _: image }`
    Pattern(Vec<PatternColumn>),
}

/// A column that a pattern demands: by its role; the only feature of its type (`_`); else by its name.
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
        self.params.iter().position(|param| param.name == name)
    }

    /// The place of the parameter that takes rows or sequences to validate on.
    pub fn valid(&self) -> Option<usize> {
        let is_valid = |param: &Param| match param.kind {
            ParamKind::Table { within, .. } | ParamKind::Sequences { within, .. } => within == Some(Partitions::VALID),
            _ => false,
        };
        self.params.iter().position(is_valid)
    }

    /// Whether a call gives what its estimator learns, which is of this shape.
    pub fn gives_what_is_learned(&self, learns: &Shape) -> bool {
        matches!((learns, &self.result), (Shape::Variable(a), Shape::Variable(b)) if a == b)
    }

    /// Whether the estimator at that place is tuned where it is fitted, and not here.
    pub fn is_tuned_later(&self, place: usize) -> bool {
        matches!(self.result, Shape::Tuned(tuned) if tuned == place)
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
