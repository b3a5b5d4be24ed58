//! `.price`: columns of the row at hand.

use gml_diagnostics::Span;
use gml_ir::Type;
use gml_syntax::ast::Name;

use crate::check::body::Body;
use crate::check::frame::{Frame, FrameKind};
use crate::check::message;
use crate::check::narrow::Path;
use crate::check::value::{Space, Value};
use crate::inspect::Meaning;
use crate::typed::{Typed, TypedKind};

impl<'a> Body<'a> {
    /// `.name`
    pub(super) fn column(&mut self, name: &'a Name, span: Span) -> Value<'a> {
        if let Some(frame) = &self.frame {
            self.note(name.span, || Meaning::Column(frame.row.clone()));
        }
        let Some(frame) = self.frame.clone() else {
            let local = self.find_local(&name.text).is_some();
            self.emit(message::columns::outside_row(name, span, local));
            return Value::error(span);
        };
        if let FrameKind::Group(keys) = &frame.kind {
            return match keys.get(&name.text) {
                Some(column) => self.found(name, column.ty.clone(), Space::Group, span),
                None => self.bare_in_group(&frame, keys, name, span),
            };
        }
        match frame.row.get(&name.text) {
            Some(column) => self.found(name, column.ty.clone(), Space::Row, span),
            None if frame.row.open => Value::new(TypedKind::Column(name.text.clone()), Type::Unknown, Space::Row, span),
            None => {
                let local = self.find_local(&name.text).is_some();
                self.emit(message::columns::unknown(name, span, &frame, local));
                Value::new(TypedKind::Error, Type::Error, Space::Row, span)
            }
        }
    }

    fn found(&self, name: &Name, mut ty: Type, space: Space, span: Span) -> Value<'a> {
        let typed = Typed { kind: TypedKind::Column(name.text.clone()), ty: Type::Error, span };
        if ty.is_nullable() && Path::of(&typed).is_some_and(|path| self.narrowed.contains(&path)) {
            ty = ty.non_null().clone();
        }
        Value::new(typed.kind, ty, space, span)
    }

    /// A column that is no key, outside of an aggregate.
    fn bare_in_group(&mut self, frame: &Frame, keys: &gml_ir::Row, name: &Name, span: Span) -> Value<'a> {
        match frame.row.get(&name.text) {
            Some(column) => self.emit(message::spaces::aggregate_needed(name, span, &column.ty, frame, keys)),
            None if frame.row.open || keys.open => {}
            None => {
                let local = self.find_local(&name.text).is_some();
                self.emit(message::columns::unknown(name, span, frame, local));
            }
        }
        Value::new(TypedKind::Error, Type::Error, Space::Group, span)
    }
}
