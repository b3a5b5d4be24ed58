//! Declarations with bodies: functions, nodes, pipelines, tests.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Row, Type, Value as Constant};
use gml_syntax::ast::{self, NodeBody, Parameter};

use super::body::{Body, Local, Place};
use super::learned::Origin;
use super::message::{self, Want};
use super::shared::{CheckedFunction, CheckedNode, CheckedPipeline, Shared, Visit};
use super::value::{Facts, Space, Value};
use crate::parts::each_part;
use crate::typed::{
    FunctionId, LocalId, NodeId, PipelineId, Text, Typed, TypedFunction, TypedKind, TypedNode, TypedNodeBody,
    TypedParameter, TypedPipeline,
};

/// Checks a `fn`.
pub(super) fn function<'a>(shared: &'a Shared<'a>, id: FunctionId, visiting: &[Visit]) -> CheckedFunction {
    let declaration = &shared.package.functions[id.0 as usize];
    let name = declaration.declared.name.clone();
    let mut body = Body::new(shared, declaration.declared.module, Place::Function(name.clone()));
    body.visiting = with(visiting, Visit::Function(id));
    let Some(ast) = shared.package.function_ast(id) else {
        let value = Value::error(declaration.declared.name_span).typed;
        let typed = Arc::new(TypedFunction { name, params: Vec::new(), body: value });
        return CheckedFunction {
            typed,
            space: Space::Const,
            diagnostics: body.diagnostics,
            consulted: body.consulted,
        };
    };
    let mut params = body.parameters(&ast.params, &declaration.params);
    let value = body.expr(&ast.body, Some(&declaration.result));
    let value = body.coerced(value, &declaration.result, &Want::Result(&name, ast.result.span));
    body.mark_needed_before(&mut params);
    let space = value.space;
    let typed = Arc::new(TypedFunction { name, params, body: value.typed });
    CheckedFunction { typed, space, diagnostics: body.diagnostics, consulted: body.consulted }
}

/// Checks a node against the types that it declares.
pub(super) fn node<'a>(shared: &'a Shared<'a>, id: NodeId, visiting: &[Visit]) -> CheckedNode {
    node_for(shared, id, &shared.package.nodes[id.0 as usize].params, visiting)
}

/// Checks a node for arguments of these types.
pub(super) fn node_for<'a>(shared: &'a Shared<'a>, id: NodeId, types: &[Type], visiting: &[Visit]) -> CheckedNode {
    let declaration = &shared.package.nodes[id.0 as usize];
    let (name, span) = (declaration.declared.name.clone(), declaration.declared.name_span);
    let mut body = Body::new(shared, declaration.declared.module, Place::Node(name.clone()));
    body.visiting = with(visiting, Visit::Node(id));
    let Some(ast) = shared.package.node_ast(id) else {
        let nothing = TypedNodeBody::Block(Vec::new(), Value::error(span).typed);
        let typed = TypedNode { name, params: Vec::new(), result: Type::Error, body: nothing, span };
        return CheckedNode { typed: Arc::new(typed), diagnostics: body.diagnostics, consulted: body.consulted };
    };
    let mut params = body.parameters(&ast.params, types);
    let (typed_body, result) = match &ast.body {
        NodeBody::Block(block) => {
            let lets = body.lets(&block.lets);
            let value = body.expr(&block.result, declaration.result.as_ref());
            let declared_by = || format!("the result of `{name}`");
            let value = body.node_result(value, declaration.result.as_ref(), ast.result.span, declared_by);
            let ty = value.ty().clone();
            body.trace_constants(&params, &lets, &value.typed);
            body.mark_needed_before(&mut params);
            (TypedNodeBody::Block(lets, value.typed), ty)
        }
        NodeBody::Foreign { language, args, .. } => {
            let settings = body.foreign(&language.text, args);
            let unknown = || Type::table(Row { open: true, ..Row::default() });
            let result = declaration.result.clone().unwrap_or_else(unknown);
            (TypedNodeBody::Foreign { language: language.text.clone(), settings }, result)
        }
    };
    let typed = Arc::new(TypedNode { name, params, result, body: typed_body, span });
    CheckedNode { typed, diagnostics: body.diagnostics, consulted: body.consulted }
}

/// Checks a pipeline.
pub(super) fn pipeline<'a>(shared: &'a Shared<'a>, id: PipelineId, visiting: &[Visit]) -> CheckedPipeline {
    let declaration = &shared.package.pipelines[id.0 as usize];
    let (name, span) = (declaration.declared.name.clone(), declaration.declared.name_span);
    let mut body = Body::new(shared, declaration.declared.module, Place::Pipeline);
    body.visiting = with(visiting, Visit::Pipeline(id));
    let mut saved = Vec::new();
    let mut params = Vec::new();
    let mut statements = Vec::new();
    if let Some(ast) = shared.package.pipeline_ast(id) {
        params = body.parameters(&ast.params, &declaration.params);
        statements = body.statements(&ast.body, &mut saved);
    }
    let typed = Arc::new(TypedPipeline { name, params, body: statements, span });
    CheckedPipeline { typed, saved, diagnostics: body.diagnostics, consulted: body.consulted }
}

fn with(visiting: &[Visit], visit: Visit) -> Vec<Visit> {
    visiting.iter().copied().chain(std::iter::once(visit)).collect()
}

impl<'a> Body<'a> {
    /// Binds parameters and checks their defaults, which see those before them.
    fn parameters(&mut self, params: &'a [Parameter], types: &[Type]) -> Vec<TypedParameter> {
        let mut typed = Vec::with_capacity(params.len());
        for (param, ty) in params.iter().zip(types) {
            let default = param.default.as_ref().map(|default| {
                let value = self.expr(default, Some(ty));
                let want = Want::Default(&param.name.text, param.ty.span);
                let value = self.coerced(value, ty, &want);
                match (&self.place, value.space) {
                    // Made of the parameters before it: whether it must be known before the run is for its own uses to say.
                    (Place::Node(_), Space::Const) => value.typed,
                    _ => self.constant_needed(value, &want).typed,
                }
            });
            let space = if is_of_run(ty) { Space::Run } else { Space::Const };
            let local = self.bind(Local {
                name: param.name.text.clone(),
                ty: ty.clone(),
                space,
                known: default.as_ref().and_then(|default| self.known_value(default)),
                listed: false,
                facts: Facts::of_learned(ty, || Origin::Declared(param.ty.span)),
                span: param.name.span,
            });
            let (name, needed_before) = (param.name.text.clone(), None);
            typed.push(TypedParameter { name, local, ty: ty.clone(), default, needed_before });
        }
        typed
    }

    /// Notes which parameters are used so that they must be known before the run.
    fn mark_needed_before(&self, params: &mut [TypedParameter]) {
        for param in params {
            param.needed_before = self.constants.get(&param.local).copied();
        }
    }

    /// What a name that must be known before the run is bound to must be known before, too.
    fn trace_constants(&mut self, params: &[TypedParameter], lets: &[(LocalId, Typed)], result: &Typed) {
        let defaults = params.iter().filter_map(|param| Some((param.local, param.default.as_ref()?)));
        let mut bound: Vec<(LocalId, &Typed)> = defaults.collect();
        for value in lets.iter().map(|(_, value)| value).chain([result]) {
            each_part(value, &mut |part| {
                if let TypedKind::For { local, items, .. } = &part.kind {
                    bound.push((*local, &**items));
                }
            });
        }
        bound.extend(lets.iter().map(|(local, value)| (*local, value)));
        // A name is bound to what names before it stand for.
        bound.sort_by_key(|(local, _)| std::cmp::Reverse(local.0));
        for (local, value) in bound {
            if let Some(at) = self.constants.get(&local).copied() {
                self.is_needed_before(value, at);
            }
        }
    }

    /// `let`s of a node.
    fn lets(&mut self, lets: &'a [ast::Let]) -> Vec<(LocalId, Typed)> {
        self.later = lets.iter().map(|binding| (binding.name.text.clone(), binding.name.span)).collect();
        let mut typed = Vec::with_capacity(lets.len());
        for binding in lets {
            typed.push(self.let_value(binding));
            self.later.retain(|(name, _)| *name != binding.name.text);
        }
        typed
    }

    /// `let name: type = value`
    pub fn let_value(&mut self, binding: &'a ast::Let) -> (LocalId, Typed) {
        let declared = binding.ty.as_ref().map(|ty| {
            let scope = crate::types::TypeScope::new(self.shared.package, self.module);
            (scope.type_of(ty, &mut self.diagnostics), ty.span)
        });
        let value = self.expr(&binding.value, declared.as_ref().map(|(ty, _)| ty));
        let value = match &declared {
            Some((ty @ Type::Table(_), span)) => {
                self.node_result(value, Some(ty), *span, || format!("`{}`", binding.name.text))
            }
            Some((ty, span)) => self.coerced(value, ty, &Want::Let(&binding.name.text, *span)),
            None => value,
        };
        if let Some(hidden) = self.find_local(&binding.name.text) {
            let hidden = self.local(hidden).span;
            self.emit(message::names::shadowed(&binding.name, hidden));
        }
        let local = Local {
            name: binding.name.text.clone(),
            ty: value.ty().clone(),
            space: value.space,
            known: self.known_of(&value),
            listed: self.is_written_out(&value.typed),
            facts: value.facts.clone(),
            span: binding.name.span,
        };
        (self.bind(local), value.typed)
    }

    /// The value of a node, which must have the declared columns: they are put into the declared order.
    fn node_result(
        &mut self,
        value: Value<'a>,
        declared: Option<&Type>,
        declared_at: Span,
        declared_by: impl FnOnce() -> String,
    ) -> Value<'a> {
        let (Some(declared), false) = (declared, value.ty().is_silent()) else {
            return match declared {
                Some(ty) if value.ty().is_silent() => {
                    let typed = Typed { ty: ty.clone(), ..value.typed };
                    Value { typed, ..value }
                }
                _ => self.table_only(value, declared_at),
            };
        };
        let (Type::Table(table), Type::Table(due)) = (value.ty(), declared) else {
            return self.coerced(value, declared, &Want::NodeResult(declared_at));
        };
        let mismatches = crate::rows::conforms(&table.row, &due.row);
        if !mismatches.is_empty() {
            let places = self.declared_columns(&due.row);
            let diagnostics = message::rows::result(&value, &mismatches, &due.row, declared_at, &places);
            self.diagnostics.extend(diagnostics);
            return Value::new(TypedKind::Error, declared.clone(), value.space, value.span());
        }
        if due.row.open {
            // What is more than declared goes through; the declared types and roles count.
            let row = super::call::opened(&table.row, &due.row);
            return self.made_to_fit(value, row, declared_by);
        }
        self.made_to_fit(value, due.row.clone(), declared_by)
    }

    fn table_only(&mut self, value: Value<'a>, declared_at: Span) -> Value<'a> {
        if !matches!(value.ty(), Type::Table(_)) && !value.ty().is_silent() {
            let diagnostic = message::rows::not_a_table(&value, declared_at, self.text(value.span()));
            self.emit(diagnostic);
            return Value::error(value.span());
        }
        value
    }

    /// Where the columns of a declared row stand, by name, where a schema declares them.
    pub fn declared_columns(&self, row: &Row) -> Vec<(Text, Span)> {
        let package = self.shared.package;
        let schema = row.schema.as_ref().and_then(|name| {
            package.schemas.iter().find(|schema| schema.declared.name == *name && *schema.row == *row)
        });
        schema.map_or_else(Vec::new, |schema| {
            schema.row.names().cloned().zip(schema.column_spans.iter().copied()).collect()
        })
    }

    /// Settings of a foreign node, as far as they are what the declaration's own check wants.
    fn foreign(&mut self, language: &str, args: &'a [ast::Argument]) -> Vec<(Text, Constant)> {
        let names: &[&str] = if language == "python" { &["file", "function", "timeout"] } else { &["text"] };
        let settings = args.iter().enumerate().filter_map(|(place, arg)| {
            let name = match &arg.name {
                Some(name) => names.iter().find(|known| **known == &*name.text)?,
                None => names.get(place)?,
            };
            match &arg.value.kind {
                ast::ExprKind::Duration(micros) => Some((Text::from(*name), Constant::Duration(*micros))),
                ast::ExprKind::Text(text) => Some((Text::from(*name), Constant::Str(text.clone()))),
                _ => None,
            }
        });
        let mut settings: Vec<(Text, Constant)> = settings.collect();
        let file = settings.iter().find(|(name, _)| &**name == "file").and_then(|(_, file)| file.as_str());
        if let Some(known) = file.and_then(|file| self.shared.package.python.get(file)) {
            let files = known.files.iter().map(|file| Constant::Str(file.clone()));
            settings.push((Text::from("files"), Constant::List(files.collect())));
        }
        settings
    }
}

/// Whether values of a type are there only while the program runs.
fn is_of_run(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Table(_)
            | Type::Estimator(_)
            | Type::Learned(_)
            | Type::Sequences(_)
            | Type::Graph(..)
            | Type::Error
            | Type::Unknown
    )
}
