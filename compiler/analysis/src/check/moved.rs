//! Bodies that stand elsewhere than when they were checked, because something in front of them was changed.

use gml_diagnostics::Span;

use crate::resolve::Move;
use crate::typed::{
    Typed, TypedArg, TypedFunction, TypedKind, TypedNode, TypedNodeBody, TypedParameter, TypedPipeline, TypedStatement,
    TypedStatementKind,
};

/// What stands elsewhere.
#[derive(Clone, Copy)]
pub(super) struct Moves<'m>(pub &'m [Move]);

/// Something with places in it.
pub(super) trait Moved {
    /// Puts its places to where they are now.
    fn moved(&mut self, moves: Moves<'_>);
}

impl Moves<'_> {
    /// Whether what stands here now stood elsewhere.
    pub fn concern(&self, now: Span) -> bool {
        let begins = |of: &Move| i64::from(of.from) + i64::from(of.by);
        self.0.iter().any(|of| of.file == now.file && i64::from(now.start) >= begins(of))
    }

    fn span(&self, span: &mut Span) {
        if let Some(of) = self.0.iter().find(|of| of.file == span.file && span.start >= of.from) {
            span.start = span.start.wrapping_add_signed(of.by);
            span.end = span.end.wrapping_add_signed(of.by);
        }
    }
}

impl Moved for TypedFunction {
    fn moved(&mut self, moves: Moves<'_>) {
        self.params.moved(moves);
        self.body.moved(moves);
    }
}

impl Moved for TypedNode {
    fn moved(&mut self, moves: Moves<'_>) {
        moves.span(&mut self.span);
        self.params.moved(moves);
        if let TypedNodeBody::Block(lets, result) = &mut self.body {
            lets.iter_mut().for_each(|(_, value)| value.moved(moves));
            result.moved(moves);
        }
    }
}

impl Moved for TypedPipeline {
    fn moved(&mut self, moves: Moves<'_>) {
        moves.span(&mut self.span);
        self.params.moved(moves);
        self.body.moved(moves);
    }
}

impl Moved for TypedParameter {
    fn moved(&mut self, moves: Moves<'_>) {
        self.default.moved(moves);
        self.needed_before.iter_mut().for_each(|span| moves.span(span));
    }
}

impl Moved for TypedStatement {
    fn moved(&mut self, moves: Moves<'_>) {
        moves.span(&mut self.span);
        match &mut self.kind {
            TypedStatementKind::Let(_, value)
            | TypedStatementKind::Track(value)
            | TypedStatementKind::Save { value, .. } => value.moved(moves),
            TypedStatementKind::Expect { condition, message } => {
                condition.moved(moves);
                message.moved(moves);
            }
            TypedStatementKind::When { condition: value, body }
            | TypedStatementKind::For { items: value, body, .. } => {
                value.moved(moves);
                body.moved(moves);
            }
            TypedStatementKind::Run { args, .. } => args.moved(moves),
        }
    }
}

impl Moved for Typed {
    fn moved(&mut self, moves: Moves<'_>) {
        moves.span(&mut self.span);
        match &mut self.kind {
            TypedKind::Format(parts) | TypedKind::List(parts) | TypedKind::Chain(parts) => parts.moved(moves),
            TypedKind::Record(fields) => fields.iter_mut().for_each(|(_, value)| value.moved(moves)),
            TypedKind::Field(of, _)
            | TypedKind::Unary(_, of)
            | TypedKind::IsNull(of)
            | TypedKind::Cast(of)
            | TypedKind::Conform(of, _) => of.moved(moves),
            TypedKind::Range { start: left, end: right, .. }
            | TypedKind::Binary(_, left, right)
            | TypedKind::In(left, right)
            | TypedKind::For { items: left, body: right, .. } => {
                left.moved(moves);
                right.moved(moves);
            }
            TypedKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|part| part.moved(moves));
            }
            // A body for these arguments belongs to another declaration: what holds one is checked again.
            TypedKind::Function(_, args) | TypedKind::Node { args, .. } => args.moved(moves),
            TypedKind::Table(rows) => rows.iter_mut().for_each(|row| row.moved(moves)),
            TypedKind::Call(call) => call.args.iter_mut().for_each(|(_, arg)| arg.moved(moves)),
            TypedKind::Literal(_)
            | TypedKind::Param(_)
            | TypedKind::Local(_)
            | TypedKind::Dataset(_)
            | TypedKind::Column(_)
            | TypedKind::Error => {}
        }
    }
}

impl Moved for TypedArg {
    fn moved(&mut self, moves: Moves<'_>) {
        match self {
            Self::Value(value) | Self::Expr(value) => value.moved(moves),
            Self::Columns(columns) => columns.iter_mut().for_each(|(_, value)| value.moved(moves)),
            Self::Order(keys) => keys.iter_mut().for_each(|(value, _)| value.moved(moves)),
            Self::Schema(_) => {}
        }
    }
}

impl<T: Moved> Moved for Vec<T> {
    fn moved(&mut self, moves: Moves<'_>) {
        self.iter_mut().for_each(|one| one.moved(moves));
    }
}

impl<T: Moved> Moved for Option<T> {
    fn moved(&mut self, moves: Moves<'_>) {
        self.iter_mut().for_each(|one| one.moved(moves));
    }
}
