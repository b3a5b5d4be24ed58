//! Types as written to types, and how types go together.

mod constructors;
mod contract;
pub(crate) mod decimal;
mod fit;
mod literal;
mod names;
mod row;
mod strftime;

pub(crate) use contract::{check_regex, contracted, satisfied};
pub use fit::{Fit, assignable, common, comparable, is_column_type, may_be_null, satisfies};
pub(crate) use literal::literal;
pub use names::{IN_SIGNATURES, all_types, is_type};
pub(crate) use row::{Columns, role_named};
pub(crate) use strftime::check as check_date_format;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Partitions, Row, SequencesType, TableType, Type};
use gml_syntax::ast::{Name, TypeExpr, TypeKind};

use crate::hash::Map;
use crate::message::types as message;
use crate::package::{Definition, ModuleId, Package, SchemaId};
use crate::suggest::closest;
use crate::typed::Text;

/// What names in a type mean: those of a module, and variables.
#[derive(Clone, Copy, Debug)]
pub struct TypeScope<'a> {
    package: &'a Package,
    module: ModuleId,
    variables: Option<&'a Map<Text, Type>>,
}

impl<'a> TypeScope<'a> {
    /// The names that mean something in a module.
    pub fn new(package: &'a Package, module: ModuleId) -> Self {
        Self { package, module, variables: None }
    }

    /// With names that are looked up before all others.
    #[must_use]
    pub fn with_variables(self, variables: &'a Map<Text, Type>) -> Self {
        Self { variables: Some(variables), ..self }
    }

    /// The type that was written; [`Type::Error`] where a diagnostic says that it is none.
    pub fn type_of(&self, written: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Type {
        match self.result_of(written, diagnostics) {
            Some(ty) => ty,
            None => {
                diagnostics.push(message::bare_table(written.span));
                Type::Error
            }
        }
    }

    /// As [`TypeScope::type_of`], and `None` for a bare `table`, whose columns are to be inferred.
    pub fn result_of(&self, written: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Option<Type> {
        let ty = match &written.kind {
            TypeKind::Named(name, args) if &*name.text == "table" && args.is_empty() => return None,
            TypeKind::Named(name, args) => self.named(name, args, written.span, diagnostics),
            TypeKind::Nullable(inner) => self.nullable(inner, written.span, diagnostics),
            TypeKind::Table(row) => Type::table(self.row_of(row, diagnostics)),
            TypeKind::Struct(row) => Type::Struct(Arc::new(self.fields_of(row, diagnostics))),
            TypeKind::Row(row) => Type::Record(Arc::new(self.fields_of(row, diagnostics))),
            TypeKind::In(of, part) => self.part(of, part, diagnostics),
            TypeKind::Arrow(..) => refuse(message::signature_type("->", written.span), diagnostics),
            TypeKind::Plus(..) => refuse(message::signature_type("+", written.span), diagnostics),
            TypeKind::Minus(..) => refuse(message::signature_type("-", written.span), diagnostics),
            TypeKind::And(..) => refuse(message::signature_type("&", written.span), diagnostics),
            TypeKind::Or(..) => refuse(message::signature_type("|", written.span), diagnostics),
            TypeKind::Text(_) => refuse(message::no_type("a text", written.span), diagnostics),
            TypeKind::Number(_) => refuse(message::no_type("a number", written.span), diagnostics),
            TypeKind::Error => Type::Error,
        };
        Some(ty)
    }

    /// The columns that a type means where a row is due: `Session`, `{ user: str, .. }`. `None` where a diagnostic
    /// says that it is none.
    pub fn row_type_of(&self, written: &TypeExpr, diagnostics: &mut Vec<Diagnostic>) -> Option<Arc<Row>> {
        match &written.kind {
            TypeKind::Row(row) => Some(Arc::new(self.row_of(row, diagnostics))),
            TypeKind::Named(name, args) if args.is_empty() => {
                if let Some(Type::Table(table)) = self.variables.and_then(|variables| variables.get(&name.text)) {
                    return Some(table.row.clone());
                }
                self.schema_named(name, diagnostics).map(|id| self.schema_row(id))
            }
            TypeKind::Error => None,
            _ => {
                diagnostics.push(message::not_a_row("this", written.span));
                None
            }
        }
    }

    /// The schema of that name. `None` where a diagnostic says that there is none.
    pub fn schema_named(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<SchemaId> {
        match self.package.lookup(self.module, &name.text) {
            Some(Definition::Schema(id)) => Some(*id),
            Some(Definition::Unknown) => None,
            Some(other) => {
                diagnostics.push(message::not_a_row(&format!("`{}`, {},", name.text, names::what(other)), name.span));
                None
            }
            None if names::builtin(&name.text).is_some() => {
                diagnostics.push(message::not_a_row(&format!("the type `{}`", name.text), name.span));
                None
            }
            None => {
                let proposal = closest(&name.text, self.schema_names());
                diagnostics.push(message::unknown_schema(&name.text, name.span, proposal));
                None
            }
        }
    }

    fn schema_row(&self, id: SchemaId) -> Arc<Row> {
        self.package.schemas[id.0 as usize].row.clone()
    }

    fn schema_names(&self) -> impl Iterator<Item = &'a str> {
        let (package, module) = (self.package, self.module);
        let is_schema = move |name: &&str| matches!(package.lookup(module, name), Some(Definition::Schema(_)));
        package.visible_names(module).filter(is_schema)
    }

    fn nullable(&self, inner: &TypeExpr, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let ty = self.type_of(inner, diagnostics);
        match ty {
            Type::Nullable(_) => {
                diagnostics.push(message::nullable_twice(span));
                ty
            }
            ty if may_be_null(&ty) => ty.nullable(),
            ty => {
                diagnostics.push(message::never_null(&ty, span));
                ty
            }
        }
    }

    fn part(&self, of: &TypeExpr, part: &Name, diagnostics: &mut Vec<Diagnostic>) -> Type {
        let partitions = Partitions::named(&part.text);
        if partitions.is_none() {
            diagnostics.push(message::unknown_part(&part.text, part.span));
        }
        match self.type_of(of, diagnostics) {
            Type::Table(table) => {
                Type::Table(TableType { row: table.row, partitions: partitions.unwrap_or(Partitions::NONE) })
            }
            Type::Sequences(sequences) => {
                Type::Sequences(SequencesType { partitions: partitions.unwrap_or(Partitions::NONE), ..sequences })
            }
            Type::Error => Type::Error,
            other => {
                diagnostics.push(message::part_of_no_table(part.span));
                other
            }
        }
    }
}

fn refuse(diagnostic: Diagnostic, diagnostics: &mut Vec<Diagnostic>) -> Type {
    diagnostics.push(diagnostic);
    Type::Error
}
