//! Statements of pipelines and tests.

use std::sync::Arc;

use gml_diagnostics::{Span, codes};
use gml_ir::{Learned, Type, Value as Constant};
use gml_syntax::ast::{self, Name, StatementKind};
use smallvec::SmallVec;

use super::body::{Body, Local, Place};
use super::call::{Given, Syntax, View, bind, is_result};
use super::message::{self, Want};
use super::saved;
use super::shared::Visit;
use super::value::{Facts, Space, Value};
use crate::inspect::Meaning;
use crate::package::Definition;
use crate::rows;
use crate::typed::{DatasetId, Typed, TypedKind, TypedStatement, TypedStatementKind};

/// Types of what is saved under entries.
pub(super) type Saved = Vec<(DatasetId, Type)>;

impl<'a> Body<'a> {
    /// Statements in order.
    pub fn statements(&mut self, statements: &'a [ast::Statement], saved: &mut Saved) -> Vec<TypedStatement> {
        let scope = self.scope.len();
        let later = std::mem::take(&mut self.later);
        self.later = statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Let(binding) => Some((binding.name.text.clone(), binding.name.span)),
                _ => None,
            })
            .collect();
        let mut typed = Vec::new();
        for statement in statements {
            self.statement(statement, saved, &mut typed);
        }
        self.later = later;
        self.scope.truncate(scope);
        typed
    }

    fn statement(&mut self, statement: &'a ast::Statement, saved: &mut Saved, typed: &mut Vec<TypedStatement>) {
        let span = statement.span;
        let kind = match &statement.kind {
            StatementKind::Let(binding) => {
                let (local, value) = self.let_value(binding);
                self.later.retain(|(name, _)| *name != binding.name.text);
                Some(TypedStatementKind::Let(local, value))
            }
            StatementKind::Save { value, entry } => self.save(value, entry, saved),
            StatementKind::Track(value) => self.track(value, span),
            StatementKind::Expect { condition, message } => self.expect(condition, message.as_ref()),
            StatementKind::When { condition, body } => {
                let condition = self.run_condition(condition, "when");
                let body = self.in_branch(|checked| checked.statements(body, saved));
                Some(TypedStatementKind::When { condition, body })
            }
            StatementKind::For { name, items, body } => {
                self.for_statement(name, items, body, span, saved, typed);
                None
            }
            StatementKind::Run { pipeline, args } => self.run(pipeline, args, span),
        };
        if let Some(kind) = kind {
            typed.push(TypedStatement { kind, span });
        }
    }

    /// `save value as entry`
    fn save(&mut self, value: &'a ast::Expr, entry: &'a Name, saved: &mut Saved) -> Option<TypedStatementKind> {
        if self.place != Place::Pipeline {
            self.emit(message::datasets::outside_pipeline("save", entry.span));
            self.expr(value, None);
            return None;
        }
        let shared = self.shared;
        self.note_definition(entry);
        let id = match shared.package.lookup(self.module, &entry.text) {
            Some(Definition::Dataset(id)) => *id,
            Some(Definition::Unknown) => {
                self.expr(value, None);
                return None;
            }
            _ => {
                self.expr(value, None);
                let known = shared.package.datasets.iter().map(|dataset| &*dataset.declared.name);
                self.emit(message::datasets::unknown(entry, known));
                return None;
            }
        };
        let declaration = &shared.package.datasets[id.0 as usize];
        let value = self.expr(value, Some(&declaration.ty));
        saved.push((id, value.ty().clone()));
        if let Some(holds) = saved::held(&declaration.ty, value.ty()) {
            let origin = self.origin_of_learned(&value);
            self.learned.insert(id, (holds, origin));
        }
        let value = self.fits_entry(value, id, entry);
        Some(TypedStatementKind::Save { value: value.typed, dataset: id })
    }

    /// The value made to fit the entry.
    fn fits_entry(&mut self, value: Value<'a>, id: DatasetId, entry: &'a Name) -> Value<'a> {
        let declaration = &self.shared.package.datasets[id.0 as usize];
        let (declared, at) = (&declaration.ty, declaration.declared.name_span);
        if value.ty().is_silent() || declared.is_silent() {
            return value;
        }
        match (value.ty(), declared) {
            (Type::Table(table), Type::Table(due)) => {
                let mismatches = rows::conforms(&table.row, &due.row);
                if mismatches.is_empty() {
                    return self.made_to_fit(value, due.row.clone(), || format!("the entry `{}`", entry.text));
                }
                let places = self.declared_columns(&due.row);
                self.emit(message::datasets::saved_row(entry, at, &value, &mismatches, &due.row, &places));
                Value::error(value.span())
            }
            (Type::Learned(own), Type::Learned(due)) if is_bare(due) && same_kind(own, due) => value,
            (Type::Estimator(_), Type::Learned(_)) => {
                let text = self.text(value.span());
                let diagnostic = message::learning::not_fitted(&value, &Want::Entry(&entry.text, at), text);
                self.emit(diagnostic);
                Value::error(value.span())
            }
            (own, due) => {
                if crate::types::assignable(own, due) <= crate::types::Fit::Widen {
                    return value;
                }
                self.emit(message::datasets::saved_type(entry, at, &value, due));
                Value::error(value.span())
            }
        }
    }

    /// `track value`
    fn track(&mut self, value: &'a ast::Expr, span: Span) -> Option<TypedStatementKind> {
        if self.place != Place::Pipeline {
            self.emit(message::datasets::outside_pipeline("track", span));
        }
        let value = self.expr(value, None);
        if !is_result(value.ty()) {
            let diagnostic = message::datasets::cannot_track(value.ty(), value.span(), self.text(value.span()));
            self.emit(diagnostic);
            return None;
        }
        Some(TypedStatementKind::Track(value.typed))
    }

    /// `expect condition, "message"`
    fn expect(&mut self, condition: &'a ast::Expr, message: Option<&'a ast::Expr>) -> Option<TypedStatementKind> {
        let condition = self.run_condition(condition, "expect");
        let message = message.map(|message| {
            let value = self.expr(message, Some(&Type::Str));
            let want = Want::Message;
            self.coerced(value, &Type::Str, &want).typed
        });
        Some(TypedStatementKind::Expect { condition, message })
    }

    /// A condition that must be true or false.
    fn run_condition(&mut self, condition: &'a ast::Expr, keyword: &str) -> Typed {
        let value = self.expr(condition, Some(&Type::Bool));
        if value.ty().is_nullable() && matches!(value.ty().non_null(), Type::Bool | Type::Null) {
            if keyword == "expect" {
                return holds(value.typed);
            }
            let text = self.text(value.span());
            self.emit(message::nulls::nullable_condition(&value, keyword, text));
        } else if !value.ty().is_silent() && *value.ty() != Type::Bool {
            self.emit(message::types::condition(value.ty(), value.span()));
        }
        value.typed
    }

    /// `for name in items { .. }`: unrolled, so items may have different types where they are written out.
    fn for_statement(
        &mut self,
        name: &'a Name,
        items: &'a ast::Expr,
        body: &'a [ast::Statement],
        span: Span,
        saved: &mut Saved,
        typed: &mut Vec<TypedStatement>,
    ) {
        let ast::ExprKind::List(parts) = &items.kind else {
            let items = self.expr(items, None);
            let items = self.unrolled(items);
            let item = match items.ty().non_null() {
                Type::List(item) => (**item).clone(),
                ty if ty.is_silent() => ty.clone(),
                ty => {
                    let diagnostic = message::types::not_a_list(ty, items.span());
                    self.emit(diagnostic);
                    Type::Error
                }
            };
            let (space, facts) = (items.space, items.facts.clone());
            let local = self.loop_name(name, item, space, None, facts);
            typed.push(self.round(local, items.typed, body, span, saved));
            return;
        };
        let values: Vec<Value<'a>> = parts.iter().map(|part| self.expr(part, None)).collect();
        let alike = values.windows(2).all(|pair| pair[0].ty() == pair[1].ty());
        if alike && values.iter().all(|value| value.facts.is_none()) {
            let space = Self::space_of(&values);
            let ty = values.first().map_or(Type::Unknown, |value| value.ty().clone());
            let local = self.loop_name(name, ty.clone(), space, None, None);
            let list = list_of(values.into_iter().map(|value| value.typed).collect(), ty, items.span);
            typed.push(self.round(local, list, body, span, saved));
            return;
        }
        let (said, rounds) = (self.diagnostics.len(), values.len());
        for value in values {
            let (ty, space, facts) = (value.ty().clone(), value.space, value.facts.clone());
            let known = self.known_of(&value);
            let local = self.loop_name(name, ty.clone(), space, known, facts);
            let list = list_of(vec![value.typed], ty, items.span);
            typed.push(self.round(local, list, body, span, saved));
        }
        self.without_effect_in_all(said, rounds);
    }

    /// Of what was said from a place on in the rounds of a loop: rows to validate on that change nothing in some of them, and something
    /// in others, are given for these. Where they change nothing in any, it is said once.
    fn without_effect_in_all(&mut self, from: usize, rounds: usize) {
        let told = self.diagnostics.split_off(from);
        let (idle, others): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|diagnostic| diagnostic.code == codes::VALID_WITHOUT_EFFECT);
        self.diagnostics.extend(others);
        for diagnostic in &idle {
            let of_place = idle.iter().filter(|other| other.span == diagnostic.span).count();
            let is_said = self.diagnostics[from..]
                .iter()
                .any(|said| said.code == diagnostic.code && said.span == diagnostic.span);
            if of_place >= rounds && !is_said {
                self.diagnostics.push(diagnostic.clone());
            }
        }
    }

    /// What a loop calls the item at hand.
    pub fn loop_name(
        &self,
        name: &Name,
        ty: Type,
        space: Space,
        known: Option<Constant>,
        facts: Option<Arc<Facts<'a>>>,
    ) -> Local<'a> {
        Local { name: name.text.clone(), ty, space, known, listed: false, facts, span: name.span }
    }

    fn round(
        &mut self,
        local: Local<'a>,
        items: Typed,
        body: &'a [ast::Statement],
        span: Span,
        saved: &mut Saved,
    ) -> TypedStatement {
        let scope = self.scope.len();
        let local = self.bind(local);
        let body = self.statements(body, saved);
        self.scope.truncate(scope);
        TypedStatement { kind: TypedStatementKind::For { local, items, body }, span }
    }

    /// `run pipeline(args)`
    fn run(&mut self, pipeline: &'a Name, args: &'a [ast::Argument], span: Span) -> Option<TypedStatementKind> {
        if self.place != Place::Pipeline {
            self.emit(message::datasets::outside_pipeline("run", span));
            return None;
        }
        let shared = self.shared;
        self.note_definition(pipeline);
        let found = shared.package.lookup(self.module, &pipeline.text);
        if matches!(found, Some(Definition::Unknown)) {
            return None;
        }
        let Some(Definition::Pipeline(id)) = found else {
            let known = shared.package.pipelines.iter().map(|pipeline| &*pipeline.declared.name);
            self.emit(message::names::unknown_pipeline(pipeline, known));
            return None;
        };
        let declaration = &shared.package.pipelines[id.0 as usize];
        let ast = shared.package.pipeline_ast(*id)?;
        let views: Vec<View<'a>> = ast.params.iter().map(View::of_parameter).collect();
        for name in args.iter().filter_map(|arg| arg.name.as_ref()) {
            self.note(name.span, || Meaning::Argument(Definition::Pipeline(*id)));
        }
        let mut syntax = Syntax {
            function: pipeline,
            positional: SmallVec::new(),
            named: SmallVec::new(),
            block: None,
            style: ast::CallStyle::Plain,
            span,
        };
        for arg in args {
            match &arg.name {
                Some(name) => syntax.named.push((name, &arg.value)),
                None => syntax.positional.push(&arg.value),
            }
        }
        let given = match bind(&views, &syntax) {
            Ok(given) => given,
            Err(fault) => {
                let diagnostic = message::calls::bind_fault(&fault, &views, &syntax);
                self.emit(message::calls::declared_at(diagnostic, declaration.declared.name_span, "pipeline"));
                return None;
            }
        };
        let mut typed = Vec::new();
        for (place, given) in given.into_iter().enumerate() {
            let Some(Given::Expr(expr)) = given else {
                typed.push(None);
                continue;
            };
            let want = Want::argument(&declaration.declared.name, views[place].name);
            let value = self.expr(expr, Some(&declaration.params[place]));
            let value = self.coerced(value, &declaration.params[place], &want);
            if value.space > Space::Const && !value.ty().is_silent() {
                self.emit(message::spaces::parameter_of_pipeline(value.span(), &want, self.text(value.span())));
                typed.push(Some(Value::error(value.span()).typed));
                continue;
            }
            typed.push(Some(self.constant_needed(value, &want).typed));
        }
        self.fits_uses(Visit::Pipeline(*id), None, &typed);
        Some(TypedStatementKind::Run { pipeline: *id, args: typed })
    }
}

/// The condition with null as false: what is expected and not known does not hold.
fn holds(condition: Typed) -> Typed {
    let span = condition.span;
    let no = Typed { kind: TypedKind::Literal(gml_ir::Value::Bool(false)), ty: Type::Bool, span };
    let kind = TypedKind::Binary(gml_ir::BinaryOp::Coalesce, Box::new(condition), Box::new(no));
    Typed { kind, ty: Type::Bool, span }
}

fn list_of(items: Vec<Typed>, item: Type, span: Span) -> Typed {
    Typed { kind: TypedKind::List(items), ty: Type::List(Arc::new(item)), span }
}

/// `model`, `transform` without rows: whatever is saved fits.
fn is_bare(learned: &Learned) -> bool {
    matches!(learned, Learned::Model(None) | Learned::Transform(None))
}

fn same_kind(a: &Learned, b: &Learned) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
