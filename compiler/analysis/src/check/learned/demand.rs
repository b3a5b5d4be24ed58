//! What a learner demands of the rows that it learns from.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::{Column, Role, Row, Type};

use super::Pending;
use crate::check::body::Body;
use crate::check::call::Arguments;
use crate::check::message;
use crate::check::signature::{PatternColumn, PatternType, RowShape};
use crate::types::{Fit, assignable, satisfies};

impl<'a> Body<'a> {
    /// Features of types that nothing can be learned from, and texts that no step turned into numbers.
    pub(super) fn learnable(&mut self, call: &Pending<'a>, takes: Option<&RowShape>, row: &Row, at: Span) {
        let unfit: Vec<&Column> = row.features().filter(|column| !can_be_feature(&column.ty)).collect();
        if !unfit.is_empty() {
            self.emit(message::learning::feature_types(call, &unfit, at));
        }
        let texts: Vec<&Column> = row.features().filter(|column| *column.ty.non_null() == Type::Str).collect();
        // A learner of numbers cannot take them at all.
        if !texts.is_empty() && !takes.is_some_and(takes_numbers) {
            self.emit(message::learning::text_features(call, &texts, at));
        }
        if row.features().next().is_none() && !row.open {
            self.emit(message::learning::no_features(call, row, at));
        }
    }

    /// `R & nonnull[features[R]] & only[features[R], number]`: what a learner can take as a feature.
    pub(super) fn takes(&mut self, about: &RowShape, call: &Pending<'a>, at: Span, arguments: &mut Arguments<'a>) {
        let RowShape::And(left, right) = about else { return };
        self.takes(left, call, at, arguments);
        match &**right {
            RowShape::NonNull(of) => {
                let row = self.row(of, call, arguments);
                let nullable: Vec<&Column> = row.columns.iter().filter(|column| column.ty.is_nullable()).collect();
                if !nullable.is_empty() {
                    self.emit(message::learning::nullable_features(call, &nullable, at));
                }
            }
            RowShape::Only(of, class) => {
                let row = self.row(of, call, arguments);
                // Of those that nothing can be learned from it is said otherwise.
                let fits = |column: &&Column| can_be_feature(&column.ty) && !is_of_class(&column.ty, class);
                let others: Vec<&Column> = row.columns.iter().filter(fits).collect();
                if !others.is_empty() {
                    self.emit(message::learning::unencoded_features(call, &others, at));
                }
            }
            _ => {}
        }
    }

    /// `R & { target _: bool }`
    pub(super) fn demanded(
        &mut self,
        demand: &RowShape,
        call: &Pending<'a>,
        row: &Arc<Row>,
        at: Span,
        arguments: &mut Arguments<'a>,
    ) {
        let columns = match demand {
            RowShape::Pattern(columns) => columns.clone(),
            RowShape::Case(place, arms) => match self.case(*place, arms, call, arguments) {
                Some(RowShape::Pattern(columns)) => columns,
                _ => return,
            },
            _ => return,
        };
        for column in &columns {
            if let Some((target, step)) = &self.lost_target
                && column.role == Some(Role::Target)
                && row.with_role(Role::Target).is_none()
            {
                let diagnostic = message::learning::target_as_feature(call, step, target, at);
                self.emit(diagnostic);
                continue;
            }
            let roles_are_known = !row.open || !self.others.may_have_role();
            if let Some(diagnostic) = lacks(column, call, (&**row, roles_are_known), at, true) {
                self.emit(diagnostic);
            }
        }
        let learns = columns.iter().any(|column| column.role == Some(Role::Target));
        if let Some(weight) = row.with_role(Role::Weight).filter(|weight| learns && weight.ty.is_nullable()) {
            self.emit(message::learning::nullable_weight(weight, at));
        }
    }
}

/// What is wrong with a row that must have such a column; `fitted`: since something learns from it. With the row: whether
/// all of its columns that have a role are known.
pub(in crate::check) fn lacks(
    wanted: &PatternColumn,
    call: &Pending<'_>,
    (row, roles_are_known): (&Row, bool),
    at: Span,
    fitted: bool,
) -> Option<Diagnostic> {
    let fits = |column: &Column| match &wanted.ty {
        _ if column.ty.is_silent() => true,
        PatternType::Is(ty) => assignable(column.ty.non_null(), ty) == Fit::Exact,
        PatternType::Bound(bound) => satisfies(bound, &column.ty) != Some(false),
    };
    let by_type = wanted.role.is_none() && &*wanted.name == "_";
    let found: Vec<&Column> = match wanted.role {
        Some(role) => row.columns.iter().filter(|column| column.role == Some(role)).collect(),
        None if by_type => row.features().filter(|column| fits(column) && !column.ty.is_silent()).collect(),
        None => row.get(&wanted.name).into_iter().collect(),
    };
    match found.as_slice() {
        [] if !roles_are_known || wanted.role.is_none() && row.open => None,
        // One of which nothing is known may be it: what is wrong there is told already.
        [] if by_type && row.features().any(|column| column.ty.is_silent()) => None,
        [] if by_type => Some(message::learning::no_column_of_type(call, wanted, row, at)),
        [] => Some(message::learning::no_such_role(call, wanted, row, at, fitted)),
        [column] if !fits(column) => Some(message::learning::target_type(call, wanted, column, at)),
        [column] if column.ty.is_nullable() && fitted => Some(message::learning::nullable_target(wanted, column, at)),
        [_] => None,
        // Several ids name a row together; several tags of other roles are one too many.
        _ if wanted.role == Some(Role::Id) => None,
        several if by_type => Some(message::learning::several_of_type(call, wanted, several, at)),
        several => Some(message::learning::several(wanted, several, at)),
    }
}

/// Whether a learner says which class its features are of.
fn takes_numbers(about: &RowShape) -> bool {
    match about {
        RowShape::And(left, right) => matches!(**right, RowShape::Only(..)) || takes_numbers(left),
        _ => false,
    }
}

/// Whether values of a type are of a class; a `bool` is 0 or 1.
fn is_of_class(ty: &Type, class: &str) -> bool {
    satisfies(class, ty) != Some(false) || class == "number" && *ty.non_null() == Type::Bool
}

/// Whether a learner can take values of a type as a feature.
fn can_be_feature(ty: &Type) -> bool {
    ty.is_silent() || ty.is_numeric() || ty.is_text() || matches!(ty.non_null(), Type::Bool | Type::Duration)
}
