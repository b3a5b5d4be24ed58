//! What a called name means.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;
use gml_syntax::ast::SignatureKind;
use smallvec::SmallVec;

use super::{Syntax, bind, choose};
use crate::check::body::Body;
use crate::check::frame::FrameKind;
use crate::check::message;
use crate::check::signature::Signature;
use crate::check::value::{Space, Value};
use crate::inspect::Meaning;
use crate::package::Definition;
use crate::typed::{TypedCall, TypedKind};

impl<'a> Body<'a> {
    /// A call by name.
    pub(super) fn call_named(&mut self, syntax: Syntax<'a>, expected: Option<&Type>) -> Value<'a> {
        let name = &syntax.function.text;
        let definition = self.shared.package.lookup(self.module, name);
        if let Some(definition) = definition {
            self.note(syntax.function.span, || Meaning::Declared(definition.clone()));
            self.note_arguments(&syntax, definition);
        }
        match definition {
            Some(Definition::Std(ids)) => self.call_std(ids, syntax),
            Some(Definition::Function(id)) => self.call_function(*id, &syntax),
            Some(Definition::Node(id)) => self.call_node(*id, &syntax),
            Some(Definition::Unknown) => {
                self.arguments_alone(&syntax);
                Value::new(TypedKind::Error, Type::Unknown, Space::Const, syntax.span)
            }
            _ if self.find_local(name).is_some() => {
                self.emit(message::calls::local_called(syntax.function));
                self.arguments_alone(&syntax);
                Value::error(syntax.span)
            }
            Some(definition) => {
                self.emit(message::calls::not_callable(syntax.function, definition));
                self.look_into(&syntax);
                Value::error(syntax.span)
            }
            None => {
                let diagnostic = self.unknown_function(&syntax, expected);
                self.emit(diagnostic);
                self.arguments_alone(&syntax);
                Value::error(syntax.span)
            }
        }
    }

    /// Arguments of a call that means nothing: what stands by itself in them is checked all the same.
    fn arguments_alone(&mut self, syntax: &Syntax<'a>) {
        self.look_into(syntax);
        if self.frame.is_none()
            && let Some(receiver) = syntax.positional.first()
            && matches!(syntax.style, gml_syntax::ast::CallStyle::Pipe | gml_syntax::ast::CallStyle::Method)
        {
            self.expr(receiver, None);
        }
    }

    fn unknown_function(&self, syntax: &Syntax<'a>, _expected: Option<&Type>) -> Diagnostic {
        let package = self.shared.package;
        let name = syntax.function;
        if let Some(module) = module_of(&name.text) {
            return message::calls::not_imported(name, module, self.import_place());
        }
        let callable = |candidate: &&str| {
            matches!(
                package.lookup(self.module, candidate),
                Some(Definition::Std(_) | Definition::Function(_) | Definition::Node(_))
            )
        };
        message::calls::unknown_function(name, package.visible_names(self.module).filter(callable))
    }

    /// Where a further `use` would stand: before the first declaration.
    pub fn import_place(&self) -> Option<Span> {
        let module = self.shared.package.module(self.module);
        let first = module.ast.items.first()?;
        Some(Span { end: first.span.start, ..first.span })
    }

    /// Why a call cannot stand where it does, if it cannot.
    pub(super) fn misplaced_call(&self, signature: &Signature, syntax: &Syntax<'a>) -> Option<Diagnostic> {
        let frame = self.frame.as_deref();
        let kind = frame.map(|frame| &frame.kind);
        match (signature.kind, kind) {
            (SignatureKind::Function, _) | (SignatureKind::Operator, None) => None,
            (SignatureKind::Operator, Some(_)) => {
                Some(message::spaces::operator_in_row(syntax, self.text(syntax.span)))
            }
            (SignatureKind::Aggregate, Some(FrameKind::Window(_) | FrameKind::Group(_))) => None,
            (SignatureKind::Window, Some(FrameKind::Window(window))) => {
                let lacks = signature.needs_order && window.order.is_none();
                lacks.then(|| message::spaces::order_needed(syntax, frame))
            }
            // Rows of a group have no order but that of a time which is looked at.
            (SignatureKind::Window, Some(FrameKind::Within { of_group: true, name, span }))
                if signature.needs_order =>
            {
                (!signature.goes_by_time()).then(|| message::spaces::no_order_in_group(syntax, name, *span))
            }
            (_, Some(FrameKind::Within { name, span, .. })) => {
                Some(message::spaces::nested_aggregate(signature, syntax, name, *span))
            }
            (SignatureKind::Window, Some(FrameKind::Group(_))) => {
                Some(message::spaces::window_in_group(syntax, self.text(syntax.span)))
            }
            (_, Some(FrameKind::Row | FrameKind::Items)) => {
                Some(message::spaces::row_expression_needed(signature, syntax, frame, self.text(syntax.span)))
            }
            (_, None) => Some(message::spaces::aggregate_outside(signature, syntax)),
        }
    }

    /// A function of the standard library that needs no argument, named without its parentheses.
    pub fn call_without_arguments(&mut self, signature: &Signature, span: Span) -> Value<'a> {
        let args = super::shapes::defaults(signature);
        let ty = super::shapes::instantiate(&signature.result, &super::shapes::Variables::new(signature));
        let call = TypedCall {
            signature: signature.id,
            module: signature.module,
            name: signature.name,
            kind: signature.kind,
            args,
        };
        Value::new(TypedKind::Call(Box::new(call)), ty, Space::Const, span)
    }

    fn call_std(&mut self, ids: &[crate::package::SignatureId], syntax: Syntax<'a>) -> Value<'a> {
        let shared = self.shared;
        let signatures: SmallVec<[&'a Signature; 8]> = ids.iter().map(|id| shared.signature(*id)).collect();
        match self.choose(&signatures, &syntax) {
            Ok(choose::Choice { signature, given, ready }) => {
                if shared.recorder.is_some() {
                    let id = signature.id;
                    self.note(syntax.function.span, || Meaning::Signature(id));
                    self.note_arguments(&syntax, &Definition::Std(vec![id]));
                }
                self.call_signature(signature, given, ready, syntax)
            }
            Err(diagnostic) => {
                if let Some(diagnostic) = diagnostic {
                    self.emit(diagnostic);
                }
                self.arguments_alone(&syntax);
                Value::error(syntax.span)
            }
        }
    }

    /// What a fault of binding says, for a callee that has one form.
    pub(super) fn bind_fault(
        &self,
        fault: &bind::BindFault<'a>,
        views: &[bind::View<'_>],
        syntax: &Syntax<'a>,
    ) -> Diagnostic {
        message::calls::bind_fault(fault, views, syntax)
    }
}

/// The module of the standard library that declares a name which has to be imported.
pub(in crate::check) fn module_of(name: &str) -> Option<&'static str> {
    let mut modules = gml_stdlib::MODULES.iter().filter(|module| !module.prelude);
    modules.find(|module| module.declares(name)).map(|module| module.name)
}
