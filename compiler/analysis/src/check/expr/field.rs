//! `x.name`, `x?.name`: fields of structs, parts of records and results.

use gml_diagnostics::Span;
use gml_ir::{Row, Type};
use gml_syntax::ast::{self, Name};

use crate::check::body::Body;
use crate::check::message;
use crate::check::narrow::Path;
use crate::check::value::{Space, Value};
use crate::inspect::Meaning;
use crate::typed::TypedKind;

impl<'a> Body<'a> {
    /// `of.name`, `of?.name`
    pub(super) fn field(&mut self, of: &'a ast::Expr, name: &'a Name, optional: bool, span: Span) -> Value<'a> {
        let value = self.expr(of, None);
        self.note(name.span, || Meaning::Field(value.ty().clone()));
        match value.ty().non_null().clone() {
            Type::Struct(row) => self.field_of(value, &row, name, optional, span, false),
            Type::Record(row) => self.field_of(value, &row, name, optional, span, true),
            Type::Error => Value::new(TypedKind::Error, Type::Error, value.space, span),
            // What a result holds is known when it is there.
            Type::Unknown | Type::Named(_) => self.read(value, name, Type::Unknown, false, span),
            ty => {
                self.emit(message::types::not_a_struct(name, &ty, of.span));
                Value::new(TypedKind::Error, Type::Error, value.space, span)
            }
        }
    }

    fn field_of(
        &mut self,
        of: Value<'a>,
        row: &Row,
        name: &'a Name,
        optional: bool,
        span: Span,
        is_record: bool,
    ) -> Value<'a> {
        let Some(column) = row.get(&name.text) else {
            if row.open {
                return self.read(of, name, Type::Unknown, false, span);
            }
            self.emit(message::types::unknown_field(name, row, is_record));
            return Value::new(TypedKind::Error, Type::Error, of.space, span);
        };
        let of_nullable = of.ty().is_nullable();
        if of_nullable && !optional && !of.short {
            self.emit(message::nulls::field_of_nullable(name, of.span(), of.ty()));
            return Value::new(TypedKind::Error, Type::Error, of.space, span);
        } else if optional && !of_nullable {
            self.emit(message::nulls::needless_safe_access(name, of.span()));
        }
        // `a?.b.c`: where `a` is null the whole chain is, so `.c` needs no `?`.
        let short = of_nullable && !column.ty.is_nullable();
        let ty = if of_nullable { column.ty.clone().nullable() } else { column.ty.clone() };
        self.read(of, name, ty, short, span)
    }

    fn read(&mut self, of: Value<'a>, name: &Name, ty: Type, short: bool, span: Span) -> Value<'a> {
        let space = of.space;
        let facts = of.facts.clone();
        let mut value = Value::new(TypedKind::Field(Box::new(of.typed), name.text.clone()), ty, space, span);
        if value.ty().is_nullable() && Path::of(&value.typed).is_some_and(|path| self.narrowed.contains(&path)) {
            value.typed.ty = value.typed.ty.non_null().clone();
        }
        value.short = short && value.ty().is_nullable();
        // The parts of a split know where it was made.
        if space == Space::Run { value.with(facts) } else { value }
    }
}
