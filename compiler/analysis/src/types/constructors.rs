//! Types with arguments.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Learned, Row, Type};
use gml_syntax::ast::{Name, TypeExpr, TypeKind};

use super::{TypeScope, names, refuse};
use crate::hash::Set;
use crate::message::types as message;
use crate::package::Definition;
use crate::suggest::closest;
use crate::typed::Text;

impl TypeScope<'_> {
    pub(super) fn named(&self, name: &Name, args: &[TypeExpr], span: Span, diagnostics: &mut Vec<Diagnostic>) -> Type {
        if let Some(variable) = self.variables.and_then(|variables| variables.get(&name.text)) {
            return variable.clone();
        }
        if let Some(ty) = names::builtin(&name.text) {
            if !args.is_empty() {
                diagnostics.push(message::takes_no_arguments(&name.text, span));
            }
            return ty;
        }
        if let Some(ty) = self.constructed(&name.text, args, span, diagnostics) {
            return ty;
        }
        match self.package.lookup(self.module, &name.text) {
            Some(Definition::Alias(module)) => {
                let alias = self.package.aliases.get(&(*module, name.text.clone()));
                alias.cloned().unwrap_or(Type::Error)
            }
            Some(Definition::Unknown) => Type::Error,
            Some(Definition::Schema(_)) => refuse(message::schema_as_value(&name.text, name.span), diagnostics),
            Some(other) => refuse(message::not_a_type(&name.text, name.span, names::what(other)), diagnostics),
            None => refuse(self.unknown(name), diagnostics),
        }
    }

    fn unknown(&self, name: &Name) -> Diagnostic {
        if let Some(ours) = names::of_another_language(&name.text) {
            return message::foreign_type(&name.text, name.span, ours);
        }
        let proposal = closest(&name.text, names::NAMES.iter().copied().chain(self.schema_names()));
        message::unknown_type(&name.text, name.span, proposal)
    }

    /// The type of a name that takes arguments; `None` where it is no such name.
    fn constructed(
        &self,
        name: &str,
        args: &[TypeExpr],
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Type> {
        let form = match name {
            "table" => "table[Schema]",
            "struct" => "struct[Schema]",
            "list" => "list[int]",
            "range" => "range[date]",
            "vector" => "vector[384]",
            "decimal" => "decimal[10, 2]",
            "enum" => "enum[\"a\", \"b\"]",
            "sequences" => "sequences[int]",
            "search" => "search[int]",
            "graph" => "graph[str, str]",
            "recommender" => "recommender[int]",
            "encoder" => "encoder[text -> vector[384]]",
            "transform" => "transform[Raw -> Ready]",
            "model" => "model[Session -> Probability]",
            "estimator" => "estimator[Session -> Probability]",
            _ => return None,
        };
        let ty = match (name, args) {
            ("transform", []) => Type::Learned(Arc::new(Learned::Transform(None))),
            ("model", []) => Type::Learned(Arc::new(Learned::Model(None))),
            ("estimator", []) => Type::Estimator(Arc::new(Learned::Model(None))),
            (_, []) => refuse(message::arguments_missing(name, span, form), diagnostics),
            ("table", [row]) => self.row_type_of(row, diagnostics).map_or(Type::Error, table),
            ("struct", [row]) => {
                self.row_type_of(row, diagnostics).map_or(Type::Error, |row| Type::Struct(fields(&row)))
            }
            ("list", [item]) => Type::List(Arc::new(self.item(item, diagnostics))),
            ("range", [item]) => Type::Range(Arc::new(self.end_type(item, diagnostics))),
            ("sequences", [item]) => sequences(self.item(item, diagnostics)),
            ("search", [item]) => Type::Search(Arc::new(self.item(item, diagnostics))),
            ("recommender", [item]) => Type::Learned(Arc::new(Learned::Recommender(self.item(item, diagnostics)))),
            ("graph", [user, item]) => {
                Type::Graph(Arc::new(self.item(user, diagnostics)), Arc::new(self.item(item, diagnostics)))
            }
            ("vector", [TypeExpr { kind: TypeKind::Number(length), .. }]) => match u32::try_from(*length) {
                Ok(length) if length > 0 => Type::Vector(length),
                _ => refuse(message::wrong_arguments(name, span, form), diagnostics),
            },
            ("decimal", [precision, scale]) => match decimal(precision, scale) {
                Some(ty) => ty,
                None => refuse(message::wrong_arguments(name, span, form), diagnostics),
            },
            ("enum", values) => self.closed_text(values, span, form, diagnostics),
            ("encoder", [TypeExpr { kind: TypeKind::Arrow(from, to), .. }]) => {
                let from = self.encoded(from, diagnostics);
                Type::Learned(Arc::new(Learned::Encoder(from, self.type_of(to, diagnostics))))
            }
            ("transform", [TypeExpr { kind: TypeKind::Arrow(from, to), .. }]) => {
                Type::Learned(Arc::new(Learned::Transform(self.rows(from, to, diagnostics))))
            }
            ("model", [TypeExpr { kind: TypeKind::Arrow(from, to), .. }]) => {
                Type::Learned(Arc::new(Learned::Model(self.rows(from, to, diagnostics))))
            }
            ("estimator", [TypeExpr { kind: TypeKind::Arrow(from, to), .. }]) => self.learns(from, to, diagnostics),
            ("estimator", [learned]) => match self.type_of(learned, diagnostics) {
                Type::Learned(learned) => Type::Estimator(learned),
                Type::Error => Type::Error,
                _ => refuse(message::wrong_arguments(name, span, form), diagnostics),
            },
            _ => refuse(message::wrong_arguments(name, span, form), diagnostics),
        };
        Some(ty)
    }

    /// `R -> O` of a model, `R -> transform[..]` and the like of anything else.
    fn learns(&self, from: &TypeExpr, to: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Type {
        if let TypeKind::Named(name, _) = &to.kind
            && matches!(&*name.text, "transform" | "model" | "recommender" | "encoder")
        {
            self.row_type_of(from, diagnostics);
            return match self.type_of(to, diagnostics) {
                Type::Learned(learned) => Type::Estimator(learned),
                _ => Type::Error,
            };
        }
        Type::Estimator(Arc::new(Learned::Model(self.rows(from, to, diagnostics))))
    }

    fn rows(&self, from: &TypeExpr, to: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Option<(Arc<Row>, Arc<Row>)> {
        let (from, to) = (self.row_type_of(from, diagnostics), self.row_type_of(to, diagnostics));
        from.zip(to)
    }

    /// What an encoder reads: `text`, which only here is a type, `image`, or any other.
    fn encoded(&self, from: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Type {
        match &from.kind {
            TypeKind::Named(name, args) if &*name.text == "text" && args.is_empty() => Type::Str,
            _ => self.type_of(from, diagnostics),
        }
    }

    fn item(&self, written: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let ty = self.type_of(written, diagnostics);
        match ty {
            Type::Record(_) | Type::Range(_) | Type::Search(_) | Type::Sequences(_) | Type::Graph(..) => {
                refuse(message::not_in_list(&ty, written.span), diagnostics)
            }
            ty => ty,
        }
    }

    fn end_type(&self, written: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let ty = self.type_of(written, diagnostics);
        let has_order = ty.is_numeric() || ty.is_temporal() || matches!(ty, Type::Duration | Type::Size | Type::Error);
        if has_order && !ty.is_nullable() { ty } else { refuse(message::not_in_range(&ty, written.span), diagnostics) }
    }

    fn closed_text(&self, args: &[TypeExpr], span: Span, form: &str, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let mut values: Vec<Text> = Vec::with_capacity(args.len());
        let mut seen = Set::default();
        for arg in args {
            match &arg.kind {
                TypeKind::Text(value) if seen.insert(value) => values.push(value.clone()),
                TypeKind::Text(value) => diagnostics.push(message::duplicate_enum_value(value, arg.span)),
                TypeKind::Error => return Type::Error,
                _ => return refuse(message::wrong_arguments("enum", span, form), diagnostics),
            }
        }
        Type::Enum(values.into())
    }
}

fn table(row: Arc<Row>) -> Type {
    Type::Table(gml_ir::TableType { row, partitions: gml_ir::Partitions::NONE })
}

/// Sessions of no split of which the columns that name one are not known.
fn sequences(item: Type) -> Type {
    Type::Sequences(gml_ir::SequencesType {
        keys: Arc::new(Row { open: true, ..Row::default() }),
        item: Arc::new(item),
        partitions: gml_ir::Partitions::NONE,
    })
}

/// The columns of a row as fields: neither roles nor contracts nor a form in a file.
pub(super) fn fields(row: &Row) -> Arc<Row> {
    let columns = row.columns.iter().map(|column| gml_ir::Column::new(column.name.clone(), column.ty.clone()));
    Arc::new(Row { columns: columns.collect(), open: row.open, ..Row::default() })
}

fn decimal(precision: &TypeExpr, scale: &TypeExpr) -> Option<Type> {
    let (TypeKind::Number(precision), TypeKind::Number(scale)) = (&precision.kind, &scale.kind) else { return None };
    let (precision, scale) = (u8::try_from(*precision).ok()?, u8::try_from(*scale).ok()?);
    ((1..=gml_ir::MAX_DIGITS).contains(&precision) && scale <= precision).then_some(Type::Decimal { precision, scale })
}
