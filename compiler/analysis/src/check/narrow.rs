//! Narrowing: what cannot be null where a condition holds.

use std::sync::Arc;

use gml_ir::{BinaryOp, Row, Type, UnaryOp};
use smallvec::SmallVec;

use crate::typed::{LocalId, ParamId, Text, Typed, TypedKind};

/// A column, a local or a parameter of the program, and the fields read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    root: Root,
    fields: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    Column(Text),
    Local(LocalId),
    Param(ParamId),
}

impl Path {
    /// The path that an expression reads, where it does nothing else.
    pub fn of(typed: &Typed) -> Option<Self> {
        match &typed.kind {
            TypedKind::Column(name) => Some(Self { root: Root::Column(name.clone()), fields: Vec::new() }),
            TypedKind::Local(id) => Some(Self { root: Root::Local(*id), fields: Vec::new() }),
            TypedKind::Param(id) => Some(Self { root: Root::Param(*id), fields: Vec::new() }),
            TypedKind::Field(of, name) => {
                let mut path = Self::of(of)?;
                path.fields.push(name.clone());
                Some(path)
            }
            _ => None,
        }
    }

    /// Whether it is the same whatever row is at hand.
    pub fn is_of_no_row(&self) -> bool {
        !matches!(self.root, Root::Column(_))
    }
}

/// The paths that are not null where the condition is true.
pub(super) fn when_true(condition: &Typed) -> Vec<Path> {
    let mut paths = Vec::new();
    collect_true(condition, &mut paths);
    paths
}

/// The paths that are not null where the condition is false or null.
pub(super) fn when_not_true(condition: &Typed) -> Vec<Path> {
    let mut paths = Vec::new();
    collect_not_true(condition, &mut paths);
    paths
}

fn collect_true(condition: &Typed, paths: &mut Vec<Path>) {
    use BinaryOp as Op;
    match &condition.kind {
        TypedKind::Binary(Op::And, left, right) => {
            collect_true(left, paths);
            collect_true(right, paths);
        }
        TypedKind::Binary(
            Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual,
            left,
            right,
        ) => {
            collect_path(left, paths);
            collect_path(right, paths);
        }
        TypedKind::In(value, _) => collect_path(value, paths),
        TypedKind::Unary(UnaryOp::Not, inner) => collect_not_true(inner, paths),
        TypedKind::Column(_) | TypedKind::Local(_) | TypedKind::Param(_) | TypedKind::Field(..) => {
            collect_path(condition, paths);
        }
        _ => {}
    }
}

fn collect_not_true(condition: &Typed, paths: &mut Vec<Path>) {
    match &condition.kind {
        TypedKind::Binary(BinaryOp::Or, left, right) => {
            collect_not_true(left, paths);
            collect_not_true(right, paths);
        }
        TypedKind::IsNull(value) => collect_path(value, paths),
        // `not x` that is not true is x that is true or null: only what is never null tells anything.
        TypedKind::Unary(UnaryOp::Not, inner) if !inner.ty.is_nullable() && !inner.ty.is_silent() => {
            collect_true(inner, paths);
        }
        _ => {}
    }
}

/// The path and those it goes through: where `.a.b` is not null, `.a` is not either.
fn collect_path(value: &Typed, paths: &mut Vec<Path>) {
    let value = match &value.kind {
        TypedKind::Cast(inner) => inner,
        _ => value,
    };
    let Some(mut path) = Path::of(value) else { return };
    loop {
        paths.push(path.clone());
        if path.fields.pop().is_none() {
            return;
        }
    }
}

/// The row without the `?` of those columns (and fields of columns) that are not null.
pub(super) fn narrow_row(row: &Arc<Row>, paths: &[Path]) -> Arc<Row> {
    let mut narrowed = row.clone();
    for path in paths {
        let Root::Column(column) = &path.root else { continue };
        let names: SmallVec<[&Text; 4]> = std::iter::once(column).chain(&path.fields).collect();
        if let Some(row) = narrow_at(&narrowed, &names) {
            narrowed = Arc::new(row);
        }
    }
    narrowed
}

fn narrow_at(row: &Row, names: &[&Text]) -> Option<Row> {
    let (first, rest) = names.split_first()?;
    let place = row.columns.iter().position(|column| column.name == **first)?;
    let ty = &row.columns[place].ty;
    let narrowed = if rest.is_empty() {
        if !ty.is_nullable() {
            return None;
        }
        ty.non_null().clone()
    } else {
        let Type::Struct(fields) = ty.non_null() else { return None };
        let inner = Type::Struct(Arc::new(narrow_at(fields, rest)?));
        if ty.is_nullable() { inner.nullable() } else { inner }
    };
    let mut row = row.clone();
    row.columns[place].ty = narrowed;
    // It is another row than the schema says.
    row.schema = None;
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gml_diagnostics::{FileId, Span};
    use gml_ir::Column;

    fn typed(kind: TypedKind, ty: Type) -> Typed {
        Typed { kind, ty, span: Span::new(FileId(0), 0, 0) }
    }

    fn column(name: &str) -> Box<Typed> {
        Box::new(typed(TypedKind::Column(name.into()), Type::INT.nullable()))
    }

    #[test]
    fn an_or_says_something_only_where_it_fails() {
        let either = typed(
            TypedKind::Binary(
                BinaryOp::Or,
                Box::new(typed(TypedKind::IsNull(column("a")), Type::Bool)),
                Box::new(typed(TypedKind::IsNull(column("b")), Type::Bool)),
            ),
            Type::Bool,
        );
        assert!(when_true(&either).is_empty());
        assert_eq!(when_not_true(&either).len(), 2);
    }

    #[test]
    fn a_field_that_is_not_null_has_a_struct_that_is_not_null() {
        let inner = Row::of(vec![Column::new("b", Type::Str.nullable())]);
        let row = Arc::new(Row::of(vec![Column::new("a", Type::Struct(Arc::new(inner)).nullable())]));
        let field = typed(TypedKind::Field(column("a"), "b".into()), Type::Str.nullable());
        let check = typed(
            TypedKind::Unary(UnaryOp::Not, Box::new(typed(TypedKind::IsNull(Box::new(field)), Type::Bool))),
            Type::Bool,
        );
        let narrowed = narrow_row(&row, &when_true(&check));
        assert_eq!(narrowed.to_string(), "{ a: struct { b: str } }");
    }
}
