//! Recording for editors: see [`crate::inspect`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gml_diagnostics::Span;
use gml_ir::{Row, Type};
use gml_syntax::ast::Name;

use super::body::{Body, Place};
use super::call::Syntax;
use super::frame::{Frame, FrameKind, Window};
use crate::inspect::{Context, Each, Inspection, LocalName, Meaning, Mention, RowAtHand};
use crate::package::Definition;
use crate::typed::{LibraryName, LocalId};

/// Where nothing is said of a row, no operator needs to be named.
const SILENT: LibraryName = "";

/// What is recorded, of one declaration.
#[derive(Debug)]
pub(super) struct Recorder {
    found: Mutex<Found>,
}

#[derive(Debug)]
struct Found {
    /// The declaration.
    range: Span,
    /// The byte for which contexts are recorded.
    at: Option<u32>,
    inspection: Inspection,
}

impl Recorder {
    /// Records contexts of that byte.
    pub fn new(at: Option<u32>) -> Self {
        let found = Found { range: Span::NOWHERE, at, inspection: Inspection::default() };
        Self { found: Mutex::new(found) }
    }

    /// Records what lies in `range` from here on.
    pub fn begin(&self, range: Span) {
        let mut found = self.lock();
        found.range = range;
        found.inspection = Inspection::default();
    }

    /// What was recorded.
    pub fn take(&self) -> Inspection {
        std::mem::take(&mut self.lock().inspection)
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Body<'a> {
    /// What is recorded, where that is wanted of this place.
    fn recorded(&self, span: Span) -> Option<MutexGuard<'_, Found>> {
        let found = self.shared.recorder.as_ref()?.lock();
        let range = found.range;
        (span.file == range.file && range.start <= span.start && span.end <= range.end).then_some(found)
    }

    /// Notes the type of an expression.
    pub fn note_type(&self, span: Span, ty: &Type) {
        if let Some(mut found) = self.recorded(span) {
            found.inspection.types.push((span, ty.clone()));
        }
    }

    /// Notes what a name means.
    pub fn note(&self, span: Span, meaning: impl FnOnce() -> Meaning) {
        if let Some(mut found) = self.recorded(span) {
            found.inspection.mentions.push(Mention { span, meaning: meaning() });
        }
    }

    /// Notes a local where it is bound or used.
    pub fn note_local(&self, id: LocalId, span: Span) {
        let local = self.local(id);
        self.note(span, || Meaning::Local { declared: local.span, ty: local.ty.clone() });
    }

    /// Notes what a name means that stands for a declaration.
    pub fn note_definition(&self, name: &Name) {
        if let Some(definition) = self.shared.package.lookup(self.module, &name.text) {
            self.note(name.span, || Meaning::Declared(definition.clone()));
        }
    }

    /// Notes what surrounds an expression, if the place that was asked for is in it.
    pub fn note_context(&self, span: Span, expected: Option<&Type>) {
        self.note_context_of(span, expected, self.frame.as_deref());
    }

    /// Notes a column that is named rather than read, such as a key.
    pub fn note_column(&self, name: &Name, span: Span, row: &Arc<Row>) {
        if self.shared.recorder.is_none() {
            return;
        }
        self.note(name.span, || Meaning::Column(row.clone()));
        let frame = Frame { row: row.clone(), kind: FrameKind::Row, operator: SILENT, span };
        self.note_context_of(span, None, Some(&frame));
    }

    fn note_context_of(&self, span: Span, expected: Option<&Type>, frame: Option<&Frame>) {
        let Some(mut found) = self.recorded(span) else { return };
        if !found.at.is_some_and(|at| span.start <= at && at <= span.end) {
            return;
        }
        let locals = self.scope.iter().map(|id| {
            let local = self.local(*id);
            LocalName { name: local.name.clone(), ty: local.ty.clone(), declared: local.span }
        });
        let row = frame.map(|frame| RowAtHand {
            row: frame.row.clone(),
            each: match &frame.kind {
                FrameKind::Row => Each::Row,
                FrameKind::Items => Each::Item,
                FrameKind::Window(_) => Each::Window,
                FrameKind::Group(_) => Each::Group,
                FrameKind::Within { .. } => Each::Within,
            },
        });
        let context = Context {
            span,
            expected: expected.cloned(),
            locals: locals.collect(),
            row,
            in_pipeline: self.place == Place::Pipeline,
        };
        found.inspection.contexts.push(context);
    }

    /// Notes the names of the arguments of a call.
    pub fn note_arguments(&self, syntax: &Syntax<'a>, of: &Definition) {
        for (name, _) in &syntax.named {
            self.note(name.span, || Meaning::Argument(of.clone()));
        }
    }

    /// For a recorder only: looks at the arguments of a call that could not be settled, and says nothing of them.
    pub fn look_into(&mut self, syntax: &Syntax<'a>) {
        if self.recorded(syntax.span).is_none() {
            return;
        }
        let said = self.diagnostics.len();
        let mut frame = self.frame.clone();
        for (place, expr) in syntax.positional.iter().enumerate() {
            let value = self.in_frame(frame.clone(), |body| body.expr(expr, None));
            if place == 0 {
                frame = self.row_behind(value.ty(), syntax).or(frame);
            }
        }
        for (_, expr) in &syntax.named {
            self.in_frame(frame.clone(), |body| body.expr(expr, None));
        }
        for binding in syntax.block.iter().flat_map(|(bindings, _)| *bindings) {
            self.in_frame(frame.clone(), |body| body.expr(&binding.value, None));
        }
        self.diagnostics.truncate(said);
    }

    /// The row that the further arguments of a call most likely are about.
    fn row_behind(&self, receiver: &Type, syntax: &Syntax<'a>) -> Option<Arc<Frame>> {
        let (row, kind) = match receiver.non_null() {
            Type::Table(table) => (table.row.clone(), FrameKind::Window(Arc::new(Window::default()))),
            Type::List(item) => match item.non_null() {
                Type::Struct(row) => (row.clone(), FrameKind::Items),
                _ => return None,
            },
            _ => return None,
        };
        Some(Arc::new(Frame { row, kind, operator: SILENT, span: syntax.function.span }))
    }
}
