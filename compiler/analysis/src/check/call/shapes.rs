//! Variables of a signature and the types they make.

use std::sync::Arc;

use gml_ir::{Row, Type};
use smallvec::{SmallVec, smallvec};

use crate::check::signature::{Default, ParamKind, RowShape, Shape, Signature, Variable};
use crate::typed::{LibraryName, TypedArg};
use crate::types::common;

/// What a variable stands for in a call.
#[derive(Clone, Debug)]
pub(in crate::check) enum Bound {
    Row(Arc<Row>),
    Type(Type),
}

/// What the variables of a signature stand for in a call.
#[derive(Clone, Debug)]
pub(in crate::check) struct Variables(SmallVec<[Option<Bound>; 4]>);

impl Variables {
    /// Nothing is known yet.
    pub fn new(signature: &Signature) -> Self {
        Self(smallvec![None; signature.variables.len()])
    }

    /// The row of a variable, if it is known.
    pub fn known_row(&self, variable: Variable) -> Option<&Arc<Row>> {
        match self.0.get(variable)? {
            Some(Bound::Row(row)) => Some(row),
            _ => None,
        }
    }

    /// The row of a variable; one of which nothing is known where it is not bound.
    pub fn row(&self, variable: Variable) -> Arc<Row> {
        self.known_row(variable).cloned().unwrap_or_else(unknown_row)
    }

    /// The type of a variable, if it is known.
    pub fn ty(&self, variable: Variable) -> Option<&Type> {
        match self.0.get(variable)? {
            Some(Bound::Type(ty)) => Some(ty),
            _ => None,
        }
    }

    pub fn is_bound(&self, variable: Variable) -> bool {
        matches!(self.0.get(variable), Some(Some(_)))
    }

    pub fn set_row(&mut self, variable: Variable, row: Arc<Row>) {
        if let Some(slot) = self.0.get_mut(variable) {
            *slot = Some(Bound::Row(row));
        }
    }

    pub fn set_type(&mut self, variable: Variable, ty: Type) {
        if let Some(slot) = self.0.get_mut(variable) {
            *slot = Some(Bound::Type(ty));
        }
    }

    /// Lets a variable stand for nothing again.
    pub fn forget(&mut self, variable: Variable) {
        if let Some(slot) = self.0.get_mut(variable) {
            *slot = None;
        }
    }

    /// Lets a type say what the variables in a shape stand for. Where two arguments say different things, the first
    /// counts, unless they have something in common.
    pub fn infer(&mut self, shape: &Shape, ty: &Type) {
        match shape {
            Shape::Variable(variable) => self.infer_variable(*variable, ty.non_null().clone()),
            Shape::Nullable(inner) => self.infer(inner, ty.non_null()),
            Shape::Search(inner) => {
                if let Type::Search(item) = ty.non_null() {
                    self.infer(inner, item);
                }
            }
            Shape::List(inner) | Shape::Range(inner) => {
                if let Type::List(item) | Type::Range(item) = ty.non_null() {
                    match &**inner {
                        Shape::Variable(variable) => self.infer_variable(*variable, (**item).clone()),
                        inner => self.infer(inner, item),
                    }
                }
            }
            _ => {}
        }
    }

    fn infer_variable(&mut self, variable: Variable, ty: Type) {
        if ty == Type::Null {
            return;
        }
        let joined = match self.ty(variable) {
            None => Some(ty),
            Some(Type::Unknown | Type::Error) => Some(ty),
            Some(known) => common(known, &ty),
        };
        if let Some(joined) = joined {
            self.set_type(variable, joined);
        }
    }
}

/// A row of which nothing is known.
pub(in crate::check) fn unknown_row() -> Arc<Row> {
    Arc::new(Row { open: true, ..Row::default() })
}

/// The type that a shape makes; what is not known stays unknown.
pub(in crate::check) fn instantiate(shape: &Shape, variables: &Variables) -> Type {
    match shape {
        Shape::Is(ty) => ty.clone(),
        Shape::Variable(variable) => variables.ty(*variable).cloned().unwrap_or(Type::Unknown),
        Shape::Nullable(inner) => instantiate(inner, variables).nullable(),
        Shape::List(inner) => Type::List(Arc::new(instantiate(inner, variables))),
        Shape::Range(inner) => Type::Range(Arc::new(instantiate(inner, variables))),
        Shape::Search(inner) => Type::Search(Arc::new(instantiate(inner, variables))),
        Shape::Widened(widening, inner) => widening.of(&instantiate(inner, variables)),
        _ => Type::Unknown,
    }
}

/// The type that a shape demands whatever its variables are.
pub(in crate::check) fn loose(shape: &Shape) -> Type {
    instantiate(shape, &Variables(SmallVec::new()))
}

/// Whether two parameters take the same, so that an argument cannot tell them apart.
pub(in crate::check) fn alike(a: &ParamKind, b: &ParamKind) -> bool {
    match (a, b) {
        (ParamKind::Table { .. }, ParamKind::Table { .. })
        | (ParamKind::Tables(_), ParamKind::Tables(_))
        | (ParamKind::Estimator { .. }, ParamKind::Estimator { .. })
        | (ParamKind::Sequences { .. }, ParamKind::Sequences { .. })
        | (ParamKind::SequencesList { .. }, ParamKind::SequencesList { .. }) => true,
        (ParamKind::Learned(a), ParamKind::Learned(b)) => {
            predicts(a).is_none() && predicts(b).is_none() && std::mem::discriminant(a) == std::mem::discriminant(b)
        }
        (ParamKind::Value { ty: a, .. }, ParamKind::Value { ty: b, .. }) => loose(a) == loose(b),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// What a parameter takes, for messages.
pub(in crate::check) fn show(kind: &ParamKind, signature: &Signature) -> String {
    match kind {
        ParamKind::Table { .. } => "a table".into(),
        ParamKind::Tables(_) => "a list of tables".into(),
        ParamKind::Estimator { .. } => "an estimator".into(),
        ParamKind::Learned(shape) => learned_in_words(shape),
        ParamKind::Sequences { .. } => "sequences".into(),
        ParamKind::SequencesList { .. } => "a list of sequences".into(),
        ParamKind::Value { ty, .. } => show_shape(ty, signature),
        ParamKind::Order { .. } => "columns to order by".into(),
        ParamKind::Schema(_) => "a schema".into(),
        ParamKind::Row { .. } | ParamKind::Aggregate { .. } => "an expression over columns".into(),
        _ => "columns".into(),
    }
}

/// What was learned, for messages.
pub(in crate::check) fn learned_in_words(shape: &Shape) -> String {
    match (shape, predicts(shape)) {
        (_, Some(row)) => match &row.schema {
            Some(schema) => format!("a model that predicts `{schema}`"),
            None => format!("a model that predicts `{row}`"),
        },
        (Shape::Transform(..), _) => "a fitted transform".into(),
        (Shape::Recommender(_), _) => "a recommender".into(),
        (Shape::Encoder(..), _) => "an encoder".into(),
        _ => "a fitted model".into(),
    }
}

/// Whether an encoder that reads this may stand where one that reads `due` is wanted.
pub(in crate::check) fn may_read(due: &Shape, reads: &Type) -> bool {
    match due {
        Shape::Is(due) => due == reads || reads.is_silent(),
        _ => true,
    }
}

/// The columns that a model must predict, where the signature says so.
pub(in crate::check) fn predicts(shape: &Shape) -> Option<&Arc<Row>> {
    match shape {
        Shape::Model(_, RowShape::Known(row)) => Some(row),
        _ => None,
    }
}

/// A type with its variables by their bounds: `number`, `list[..]`.
pub(in crate::check) fn show_shape(shape: &Shape, signature: &Signature) -> String {
    match shape {
        Shape::Is(ty) => ty.to_string(),
        Shape::Variable(variable) => match signature.variables.get(*variable) {
            Some((_, Some(bound))) => bound_in_words(bound).to_owned(),
            _ => "any value".into(),
        },
        Shape::Nullable(inner) => show_shape(inner, signature),
        Shape::List(inner) => format!("list[{}]", show_shape(inner, signature)),
        Shape::Range(inner) => format!("range[{}]", show_shape(inner, signature)),
        _ => "a value".into(),
    }
}

/// A class of types in words.
pub(in crate::check) fn bound_in_words(bound: &str) -> &str {
    match bound {
        "number" => "a number",
        "integer" => "a whole number",
        "text" => "a text",
        "ordered" => "something that has an order",
        "temporal" => "a date, a time or a timestamp",
        "dated" => "a date or a timestamp",
        "discrete" => "a text, a whole number or a bool",
        "grade" => "a whole number or a bool",
        "measured" => "a number or a bool",
        "learnable" => "a bool, a text or a number",
        "vector" => "a vector",
        "scalar" => "a single value",
        "shown" => "a single value that has a text",
        other => other,
    }
}

/// The defaults of all parameters that have one, as arguments.
pub(in crate::check) fn defaults(signature: &Signature) -> Vec<(LibraryName, TypedArg)> {
    let default = |param: &crate::check::signature::Param| match &param.default {
        Some(Default::Constant(typed)) => Some((param.name, TypedArg::Value(typed.clone()))),
        _ => None,
    };
    signature.params.iter().filter_map(default).collect()
}

/// Whether `nonnull[K]` of that variable stands in a row: null is filled there.
pub(in crate::check) fn fills(shape: &Shape) -> Option<Variable> {
    fn in_row(row: &RowShape) -> Option<Variable> {
        match row {
            RowShape::NonNull(of) => match &**of {
                RowShape::Variable(variable) => Some(*variable),
                _ => None,
            },
            RowShape::Plus(left, right) | RowShape::Or(left, right) => in_row(left).or_else(|| in_row(right)),
            _ => None,
        }
    }
    match shape {
        Shape::Table(row, _) => in_row(row),
        Shape::Transform(_, to) => in_row(to),
        Shape::Estimator { learns, .. } => fills(learns),
        _ => None,
    }
}
