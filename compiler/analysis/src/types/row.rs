//! Columns as written, with roles and contracts.

use std::collections::hash_map::Entry;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Column, Role, Row, Type};
use gml_syntax::ast::{Name, RowColumn, RowSyntax};

use super::{TypeScope, is_column_type};
use crate::hash::Map;
use crate::message::types as message;
use crate::suggest::closest;

const ROLES: [Role; 5] = [Role::Id, Role::Time, Role::Target, Role::Weight, Role::Group];

impl TypeScope<'_> {
    /// The row of a table: its columns with their roles and contracts.
    pub fn row_of(&self, written: &RowSyntax, diagnostics: &mut Vec<Diagnostic>) -> Row {
        let mut columns = Columns::default();
        for column in &written.columns {
            let built = self.column(column, diagnostics);
            columns.add(column, built, message::duplicate_column, diagnostics);
        }
        columns.into_row(written.open.is_some())
    }

    /// The fields of a struct or a record, which have neither roles nor contracts.
    pub(super) fn fields_of(&self, written: &RowSyntax, diagnostics: &mut Vec<Diagnostic>) -> Row {
        let mut columns = Columns::default();
        for field in &written.columns {
            if let Some(role) = &field.role {
                diagnostics.push(message::role_in_struct(&field.name.text, role.span));
            }
            if !field.contracts.is_empty() {
                diagnostics.push(message::contract_in_struct(&field.name.text, field.name.span));
            }
            let ty = self.type_of(&field.ty, diagnostics);
            let built = Column::new(field.name.text.clone(), ty);
            columns.add(field, built, message::duplicate_field, diagnostics);
        }
        columns.into_row(written.open.is_some())
    }

    /// A column with its role and its contracts.
    pub(crate) fn column(&self, written: &RowColumn, diagnostics: &mut Vec<Diagnostic>) -> Column {
        let name = &written.name.text;
        if let Some(condition) = &written.condition {
            diagnostics.push(message::conditional_column(name, condition.span));
        }
        let mut ty = self.type_of(&written.ty, diagnostics);
        if !is_column_type(&ty) {
            diagnostics.push(message::not_in_column(name, &ty, written.ty.span));
            ty = Type::Error;
        }
        let role = written.role.as_ref().and_then(|role| role_of(role, diagnostics));
        if let Some((role, word)) = role.zip(written.role.as_ref())
            && let Some(wanted) = unfit_for(role, &ty)
        {
            diagnostics.push(message::role_type(role, name, &ty, wanted, word.span.to(written.ty.span)));
        }
        let contracts = written.contracts.iter().filter_map(|rule| self.contract(rule, &ty, diagnostics)).collect();
        Column::new(name.clone(), ty).with_role(role).with_contracts(contracts)
    }
}

/// The role of a name.
pub(crate) fn role_named(name: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| role.name() == name)
}

fn role_of(word: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<Role> {
    let role = role_named(&word.text);
    if role.is_none() {
        let proposal = closest(&word.text, ROLES.into_iter().map(Role::name));
        diagnostics.push(message::unknown_role(&word.text, word.span, proposal));
    }
    role
}

/// What the type should be to fill the role, where it cannot.
fn unfit_for(role: Role, ty: &Type) -> Option<&'static str> {
    if ty.is_silent() {
        return None;
    }
    let is_discrete = ty.is_text() || matches!(ty.non_null(), Type::Int(_) | Type::Bool);
    let is_scalar =
        !matches!(ty.non_null(), Type::List(_) | Type::Vector(_) | Type::Struct(_) | Type::Image | Type::Bytes);
    let (fits, wanted) = match role {
        Role::Time => (ty.is_temporal() && *ty.non_null() != Type::Time, "dates or timestamps"),
        Role::Weight => (ty.is_numeric(), "numbers"),
        Role::Group => (is_discrete || *ty.non_null() == Type::Date, "texts, whole numbers, `bool`s or dates"),
        Role::Target => (is_scalar, "`bool`s, numbers or texts"),
        Role::Id => (is_scalar, "scalars: texts, numbers, dates"),
    };
    (!fits).then_some(wanted)
}

/// Columns so far, each name and each role (but `id`) once.
#[derive(Default)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    names: Map<std::sync::Arc<str>, Span>,
    roles: Vec<(Role, Span)>,
}

impl Columns {
    /// Adds a column, unless there is one of the name already. `twice` words that.
    pub(crate) fn add(
        &mut self,
        written: &RowColumn,
        column: Column,
        twice: fn(&str, Span, Span) -> Diagnostic,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        match self.names.entry(column.name.clone()) {
            Entry::Occupied(first) => {
                diagnostics.push(twice(&column.name, written.name.span, *first.get()));
                return false;
            }
            Entry::Vacant(place) => {
                place.insert(written.name.span);
            }
        }
        if let Some(role) = column.role.filter(|role| *role != Role::Id) {
            match self.roles.iter().find(|(other, _)| *other == role) {
                Some((_, first)) => diagnostics.push(message::duplicate_role(role, written.name.span, *first)),
                None => self.roles.push((role, written.name.span)),
            }
        }
        self.columns.push(column);
        true
    }

    /// The row of them.
    pub(crate) fn into_row(self, open: bool) -> Row {
        Row { columns: self.columns, open, ..Row::default() }
    }
}
