//! What an aggregate or a window function gives: its type, and whether that may be null.

use gml_ir::{Type, Value as Constant};
use gml_syntax::ast::SignatureKind;

use super::Arguments;
use super::shapes;
use crate::check::body::Body;
use crate::check::frame::FrameKind;
use crate::check::learned::Pending;
use crate::check::message;
use crate::check::signature::Shape;
use crate::check::value::Space;
use crate::lower::is_constant;
use crate::types::satisfies;

impl<'a> Body<'a> {
    /// The type of a function's, an aggregate's or a window function's value.
    pub(super) fn value_type(&mut self, call: &Pending<'a>, arguments: &Arguments<'a>) -> Type {
        let signature = &call.signature;
        let ty = match signature.result {
            Shape::Decimal(precision, scale) => self.decimal(call, (precision, scale), arguments),
            ref shape => shapes::instantiate(shape, &arguments.variables),
        };
        match signature.kind {
            SignatureKind::Aggregate => {
                self.window_length(call);
                // Over no rows it is what `else` says, which is never null.
                if signature.has_empty {
                    return ty;
                }
                let filtered = signature.param("where").is_some_and(|place| {
                    call.given[place].is_some() && arguments.constant(place) != Some(&Constant::Bool(true))
                });
                if arguments.lifted || filtered || self.may_be_empty() { ty.nullable() } else { ty }
            }
            _ if arguments.lifted => ty.nullable(),
            _ => ty,
        }
    }

    /// `decimal[precision, scale]`, of the constants that these arguments are.
    fn decimal(&mut self, call: &Pending<'a>, (precision, scale): (usize, usize), arguments: &Arguments<'a>) -> Type {
        let digits = |place| u8::try_from(arguments.constant(place)?.as_int()?).ok();
        match (digits(precision), digits(scale)) {
            (Some(precision), Some(scale)) if scale <= precision => Type::Decimal { precision, scale },
            (Some(precision), Some(scale)) => {
                self.emit(message::calls::more_behind_the_point(call.syntax.span, precision, scale));
                Type::Error
            }
            _ => Type::Unknown,
        }
    }

    /// Whether the window at hand may have no row.
    fn may_be_empty(&self) -> bool {
        match self.frame.as_ref().map(|frame| &frame.kind) {
            Some(FrameKind::Window(window)) => window.before,
            // Without columns to group by, an empty table makes a group of no rows.
            Some(FrameKind::Group(keys)) => keys.columns.is_empty() && !keys.open,
            _ => false,
        }
    }

    /// `last: 7d` looks at the times of rows: the window must be ordered by one.
    fn window_length(&mut self, call: &Pending<'a>) {
        let Some(given) = call.signature.param("last").and_then(|place| call.given[place]) else { return };
        let order = match self.frame.as_ref().map(|frame| &frame.kind) {
            Some(FrameKind::Window(window)) => window.order.as_deref(),
            _ => None,
        };
        match order {
            None => self.emit(message::spaces::last_needs_order(given.span(), self.frame.as_deref())),
            Some([ty]) if !ty.is_silent() && satisfies("temporal", ty) == Some(false) => {
                let diagnostic = message::spaces::last_order_type(given.span(), ty);
                self.emit(diagnostic);
            }
            Some([_, _, ..]) => self.emit(message::spaces::last_order_several(given.span())),
            Some(_) => {}
        }
    }

    /// When the value is known.
    pub(super) fn value_space(&self, call: &Pending<'a>, arguments: &Arguments<'a>, ty: &Type) -> Space {
        match (call.signature.kind, self.frame.as_ref().map(|frame| &frame.kind)) {
            (SignatureKind::Function, _) if arguments.space > Space::Const || is_constant(call.signature.name, ty) => {
                arguments.space
            }
            // Of constants too, but computed by the run.
            (SignatureKind::Function, _) => Space::Run,
            (SignatureKind::Operator, _) => Space::Run,
            (_, Some(FrameKind::Group(_))) => Space::Group,
            (_, Some(FrameKind::Within { .. })) => Space::Row,
            _ => Space::Window,
        }
    }
}
