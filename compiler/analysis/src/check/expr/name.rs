//! Bare names.

use gml_diagnostics::Span;
use gml_ir::{Type, Value as Constant};
use gml_syntax::ast::ItemKind;

use crate::check::body::{Body, Place};
use crate::check::frame::FrameKind;
use crate::check::learned::Origin;
use crate::check::message;
use crate::check::narrow::Path;
use crate::check::saved;
use crate::check::shared::Visit;
use crate::check::value::{Facts, Space, Value};
use crate::inspect::Meaning;
use crate::package::{Definition, SignatureId};
use crate::typed::{DatasetId, LocalId, Text, Typed, TypedKind};

impl<'a> Body<'a> {
    /// A bare name: a value of the enum that is due, then locals, then what the module and the prelude declare.
    pub(super) fn name(&mut self, name: &'a Text, span: Span, expected: Option<&Type>) -> Value<'a> {
        let due = expected.map(Type::non_null);
        if let Some(Type::Enum(values)) = due
            && values.contains(name)
        {
            self.note(span, || Meaning::Choice(values.clone()));
            return Value::literal(Constant::Str(name.clone()), Type::Enum(values.clone()), span);
        }
        if let Some(local) = self.find_local(name) {
            self.note_local(local, span);
            return self.local_value(local, span);
        }
        let definition = self.shared.package.lookup(self.module, name);
        if let Some(definition) = definition {
            self.note(span, || Meaning::Declared(definition.clone()));
        }
        match definition {
            Some(Definition::Param(id)) => {
                let ty = self.shared.package.params[id.0 as usize].ty.clone();
                let typed = self.known(Typed { kind: TypedKind::Param(*id), ty, span });
                Value::new(typed.kind, typed.ty, Space::Const, span)
            }
            Some(Definition::Dataset(id)) => self.dataset(*id, name, span),
            Some(Definition::Connection(id)) if self.place == Place::Constant && !self.in_connection => {
                self.connection(*id, span)
            }
            Some(Definition::Std(ids)) => self.bare_function(ids, name, span, due),
            Some(Definition::Unknown) => Value::new(TypedKind::Error, Type::Unknown, Space::Const, span),
            Some(definition) => {
                self.emit(message::names::not_a_value(name, span, definition));
                Value::error(span)
            }
            None => {
                let diagnostic = self.unknown_name(name, span, due);
                self.emit(diagnostic);
                Value::error(span)
            }
        }
    }

    fn local_value(&mut self, id: LocalId, span: Span) -> Value<'a> {
        let local = self.local(id);
        let (ty, space, facts) = (local.ty.clone(), local.space, local.facts.clone());
        if space == Space::Run && self.in_row() && !ty.is_silent() && !is_single(&ty) {
            let diagnostic = message::spaces::run_value_in_row(&local.name, span, local.span, &ty);
            self.emit(diagnostic);
            return Value::error(span);
        }
        if matches!(self.frame.as_ref().map(|frame| &frame.kind), Some(FrameKind::Items))
            && matches!(self.place, Place::Function(_))
        {
            self.constants.entry(id).or_insert(span);
        }
        let typed = self.known(Typed { kind: TypedKind::Local(id), ty, span });
        Value::new(typed.kind, typed.ty, space, span).with(facts)
    }

    /// Without the `?` of its type where a condition says that it is not null.
    fn known(&self, mut typed: Typed) -> Typed {
        if typed.ty.is_nullable() && Path::of(&typed).is_some_and(|path| self.narrowed.contains(&path)) {
            typed.ty = typed.ty.non_null().clone();
        }
        typed
    }

    /// Whether an expression over the columns of a row is being checked.
    pub fn in_row(&self) -> bool {
        self.frame.is_some()
    }

    fn dataset(&mut self, id: DatasetId, name: &Text, span: Span) -> Value<'a> {
        let shared = self.shared;
        let declaration = &shared.package.datasets[id.0 as usize];
        if self.place != Place::Pipeline {
            let diagnostic = message::names::dataset_outside(name, span, &declaration.ty, &self.place);
            self.emit(diagnostic);
            // The type is known: what is done with it can still be checked.
            return Value::new(TypedKind::Error, declaration.ty.clone(), Space::Run, span);
        }
        if self.in_row() {
            self.emit(message::spaces::run_value_in_row(name, span, declaration.declared.name_span, &declaration.ty));
            return Value::error(span);
        }
        if let Some(pipeline) = saved::decided_by(shared, id) {
            if self.visiting.contains(&Visit::Pipeline(pipeline)) {
                self.consulted.in_circle();
            } else {
                let checked = shared.pipeline(pipeline, &self.visiting);
                self.consulted.add(Visit::Pipeline(pipeline), &checked.consulted);
            }
        }
        let (ty, origin) = match self.learned.get(&id) {
            Some((ty, origin)) => (ty.clone(), *origin),
            None => (saved::entry_type(shared, id, &self.visiting), Origin::Entry(id)),
        };
        let facts = Facts::of_learned(&ty, || origin);
        Value::new(TypedKind::Dataset(id), ty, Space::Run, span).with(facts)
    }

    /// A connection stands for the call that makes it. What is wrong with that is said where it is declared.
    fn connection(&mut self, id: u32, span: Span) -> Value<'a> {
        let package = self.shared.package;
        let declared = package.connections.get(id as usize).map(|connection| &connection.declared);
        let item = declared.map(|declared| (declared.module, &package.item(declared).kind));
        let Some((module, ItemKind::Connection(connection))) = item else { return Value::error(span) };
        let mut body = Body::new(self.shared, module, Place::Constant);
        body.in_connection = true;
        let mut value = body.expr(&connection.value, None);
        if !matches!(value.ty(), Type::Named(name) if matches!(&**name, "database" | "store")) {
            return Value::error(span);
        }
        value.typed.span = span;
        value
    }

    /// The name of a function of the standard library that needs no argument is a call of it where a value is due.
    fn bare_function(&mut self, ids: &[SignatureId], name: &Text, span: Span, due: Option<&Type>) -> Value<'a> {
        let shared = self.shared;
        if let Some(id) = ids.iter().find(|id| self.needs_nothing(**id)) {
            return self.call_without_arguments(shared.signature(*id), span);
        }
        let diagnostic = match due {
            Some(Type::Enum(values)) => message::names::unknown_choice(name, span, values),
            _ if self.has_column(name) => self.unknown_name(name, span, due),
            _ => message::names::function_as_value(name, span),
        };
        self.emit(diagnostic);
        Value::error(span)
    }

    fn has_column(&self, name: &str) -> bool {
        self.frame.as_ref().is_some_and(|frame| frame.row.get(name).is_some())
    }

    /// Whether a name of the module, of its imports or of the library stands for a value by itself.
    fn is_value(&self, name: &str) -> bool {
        match self.shared.package.lookup(self.module, name) {
            Some(Definition::Param(_) | Definition::Dataset(_) | Definition::Connection(_)) => true,
            Some(Definition::Std(ids)) => ids.iter().any(|id| self.needs_nothing(*id)),
            _ => false,
        }
    }

    /// Whether a name of the library is a function that needs no argument.
    fn needs_nothing(&self, id: SignatureId) -> bool {
        let signature = self.shared.signature(id);
        signature.kind == gml_syntax::ast::SignatureKind::Function
            && signature.params.iter().all(|param| param.default.is_some())
    }

    fn unknown_name(&self, name: &Text, span: Span, due: Option<&Type>) -> gml_diagnostics::Diagnostic {
        if let Some(Type::Enum(values)) = due {
            return message::names::unknown_choice(name, span, values);
        }
        if self.has_column(name) {
            return message::names::column_without_dot(name, span);
        }
        if let Some((_, bound)) = self.later.iter().find(|(later, _)| later == name) {
            return message::names::used_before_let(name, span, *bound);
        }
        if let Some(module) = crate::check::call::module_of(name) {
            let name = gml_syntax::ast::Name { text: name.clone(), span };
            return message::calls::not_imported(&name, module, self.import_place());
        }
        let visible = self.shared.package.visible_names(self.module).filter(|name| self.is_value(name));
        let columns = self.frame.iter().flat_map(|frame| crate::rows::column_names(&frame.row)).collect();
        message::names::unknown_name(name, span, self.local_names().chain(visible), columns)
    }
}

/// Whether a value of the run can stand in an expression over rows: there it is a constant, which the step that has the
/// expression waits for.
pub(in crate::check) fn is_single(ty: &Type) -> bool {
    match ty.non_null() {
        Type::List(item) | Type::Range(item) => is_single(item),
        Type::Struct(row) => row.columns.iter().all(|column| is_single(&column.ty)),
        ty => {
            ty.is_silent()
                || ty.is_numeric()
                || ty.is_text()
                || ty.is_temporal()
                || matches!(ty, Type::Bool | Type::Duration)
        }
    }
}
