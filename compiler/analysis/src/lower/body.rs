//! Bodies: statements in order, and what their values become.

use std::collections::HashMap;
use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Sources, Span, codes};
use gml_ir::{Arg, Expr, ExprKind, Location, StepKind, Type, Value};

use super::builder::{Builder, StepRef};
use super::fold;
use super::inline::Inlining;
use super::value::{Inputs, Lowered};
use crate::package::Package;
use crate::typed::{LocalId, Text, Typed, TypedKind, TypedProgram, TypedStatement, TypedStatementKind};

/// Lowers the bodies of one graph.
pub(super) struct Lowering<'a> {
    pub(super) package: &'a Package,
    pub(super) program: &'a TypedProgram,
    pub(super) sources: &'a Sources,
    /// Values of the program's parameters.
    pub(super) params: &'a [Value],
    /// The process's environment, for `from_env`.
    pub(super) environment: &'a HashMap<String, String>,
    pub(super) builder: Builder,
    /// What the names of the body at hand stand for.
    pub(super) locals: HashMap<LocalId, Lowered>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many conditions that depend on settings decide whether what is lowered now is run.
    pub(super) undecided: usize,
    /// What is inlined at the moment.
    pub(super) inlining: Inlining,
}

impl<'a> Lowering<'a> {
    /// A lowering into an empty graph.
    pub(super) fn new(
        package: &'a Package,
        program: &'a TypedProgram,
        params: &'a [Value],
        environment: &'a HashMap<String, String>,
    ) -> Self {
        Self {
            package,
            program,
            sources: &package.sources,
            params,
            environment,
            builder: Builder::new(),
            locals: HashMap::new(),
            diagnostics: Vec::new(),
            undecided: 0,
            inlining: Inlining::default(),
        }
    }

    /// The place of a span, for messages of the run.
    pub(super) fn location(&self, span: Span) -> Location {
        location(self.sources, span)
    }

    /// Statements in order.
    pub(super) fn statements(&mut self, statements: &[TypedStatement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &TypedStatement) {
        let location = self.location(statement.span);
        match &statement.kind {
            TypedStatementKind::Let(local, value) => {
                let value = self.value(value);
                self.locals.insert(*local, value);
            }
            TypedStatementKind::Save { value, dataset } => {
                if let Some(value) = self.materialised(value) {
                    let (ty, value) = (self.builder.ty(value).clone(), self.builder.reach(value));
                    self.builder.push(StepKind::Save { value, dataset: dataset.0 }, ty, location);
                }
            }
            TypedStatementKind::Track(value) => {
                if let Some(value) = self.materialised(value) {
                    let (ty, value) = (self.builder.ty(value).clone(), self.builder.reach(value));
                    self.builder.push(StepKind::Track(value), ty, location);
                }
            }
            TypedStatementKind::Expect { condition, message } => {
                self.expect(condition, message.as_ref(), location);
            }
            TypedStatementKind::When { condition, body } => self.when(condition, body, location),
            TypedStatementKind::For { local, items, body } => {
                for item in self.items(items) {
                    self.locals.insert(*local, item);
                    self.statements(body);
                }
            }
            TypedStatementKind::Run { pipeline, args } => {
                let Some(pipeline) = self.program.pipelines.get(pipeline.0 as usize) else { return };
                let given = self.given(args);
                let outer = self.bind(&pipeline.params, given);
                self.builder.enter(pipeline.name.clone());
                self.statements(&pipeline.body);
                self.builder.leave();
                self.locals = outer;
            }
        }
    }

    fn expect(&mut self, condition: &Typed, message: Option<&Typed>, location: Location) {
        let text = self.text_of(condition.span);
        let sides = match &condition.kind {
            TypedKind::Binary(operator, left, right) if operator.is_comparison() => {
                self.materialised(left).zip(self.materialised(right))
            }
            _ => None,
        };
        let message = message.and_then(|message| {
            let value = self.settled(message);
            self.argument(value, &Type::Str, message.span)
        });
        let Some(condition) = self.materialised(condition) else { return };
        let condition = self.builder.reach(condition);
        let sides = sides.map(|(left, right)| (self.builder.reach(left), self.builder.reach(right)));
        self.builder.push(StepKind::Expect { condition, message, text, sides }, Type::Bool, location);
    }

    fn when(&mut self, condition: &Typed, body: &[TypedStatement], location: Location) {
        let undecided = self.depends_on_settings(condition);
        let value = self.settled(condition);
        let holds = value.constant().is_some_and(|value| *value == Value::Bool(true));
        let Some(condition) = self.step_of(value, &condition.ty, condition.span) else { return };
        let outer = self.locals.clone();
        self.builder.open();
        self.undecided += usize::from(undecided && !holds);
        self.statements(body);
        self.undecided -= usize::from(undecided && !holds);
        let body = self.builder.close();
        self.locals = outer;
        let condition = self.builder.reach(condition);
        self.builder.push(StepKind::When { condition, body }, Type::Bool, location);
    }

    /// The items of a list, each by itself.
    pub(super) fn items(&mut self, items: &Typed) -> Vec<Lowered> {
        match self.settled(items) {
            Lowered::Const(Value::List(values)) => values.into_iter().map(Lowered::Const).collect(),
            Lowered::List(items) => items,
            Lowered::Expr { inputs, expr: Expr { kind: ExprKind::List(items), .. } } => {
                items.into_iter().map(|expr| Lowered::Expr { inputs: inputs.clone(), expr }).collect()
            }
            Lowered::Error => Vec::new(),
            _ => {
                self.not_constant(items.span, "the items of a loop");
                Vec::new()
            }
        }
    }

    /// The step that holds the value: its own, or one that computes it.
    pub(super) fn materialised(&mut self, typed: &Typed) -> Option<StepRef> {
        let value = self.value(typed);
        self.step_of(value, &typed.ty, typed.span)
    }

    /// The step that holds a lowered value.
    pub(super) fn step_of(&mut self, value: Lowered, ty: &Type, span: Span) -> Option<StepRef> {
        let location = self.location(span);
        let (inputs, expr) = match value {
            Lowered::Step(step) => return Some(step),
            Lowered::Error => return None,
            Lowered::Expr { inputs, expr } => (inputs, expr),
            Lowered::Const(value) => {
                let Lowered::Expr { inputs, expr } = Lowered::expr(ExprKind::Literal(value), ty) else { return None };
                (inputs, expr)
            }
            composite @ (Lowered::List(_) | Lowered::Record(_)) => return self.compose(composite, ty, span),
            Lowered::Range { .. } => {
                self.not_constant(span, "a range by itself");
                return None;
            }
            Lowered::Search(search) => {
                self.search_decided_late(&search);
                return None;
            }
        };
        let inputs = inputs.into_iter().map(|input| self.builder.reach(input)).collect();
        Some(self.builder.step(StepKind::Compute { inputs, expr }, ty.clone(), location))
    }

    /// A list or a record of values of steps as one value.
    fn compose(&mut self, composite: Lowered, ty: &Type, span: Span) -> Option<StepRef> {
        let mut inputs = Inputs::default();
        let kind = match composite {
            Lowered::List(items) => {
                let items = items.into_iter().map(|item| self.part(item, &mut inputs)).collect::<Option<Vec<_>>>();
                items.map(ExprKind::List)
            }
            Lowered::Record(fields) => {
                let fields = fields.into_iter().map(|(name, value)| {
                    let expr = self.part(value, &mut inputs)?;
                    Some(gml_ir::NamedExpr { name, expr })
                });
                fields.collect::<Option<Vec<_>>>().map(ExprKind::Struct)
            }
            _ => None,
        };
        let Some(kind) = kind else {
            self.not_constant(span, "this value");
            return None;
        };
        let expr = Lowered::Expr { inputs: inputs.finish(), expr: Expr { kind, ty: ty.clone() } };
        self.step_of(expr, ty, span)
    }

    fn part(&mut self, value: Lowered, inputs: &mut Inputs) -> Option<Expr> {
        match value {
            Lowered::Expr { inputs: own, expr } => Some(inputs.adopt(&own, expr)),
            Lowered::Step(step) => {
                let ty = self.builder.ty(step).clone();
                Some(Expr { kind: ExprKind::Input(inputs.place(step)), ty })
            }
            Lowered::Const(value) => Some(Expr { kind: ExprKind::Literal(value), ty: Type::Unknown }),
            Lowered::List(_) | Lowered::Record(_) | Lowered::Range { .. } | Lowered::Search(_) | Lowered::Error => None,
        }
    }

    /// An argument of a step.
    pub(super) fn argument(&mut self, value: Lowered, ty: &Type, span: Span) -> Option<Arg> {
        Some(match value {
            Lowered::Const(value) => Arg::Const(value),
            Lowered::Step(step) => Arg::Step(self.builder.reach(step)),
            Lowered::List(items) => {
                let item_ty = if let Type::List(item) = ty { item.as_ref().clone() } else { Type::Unknown };
                let items = items.into_iter().map(|item| self.argument(item, &item_ty, span));
                Arg::List(items.collect::<Option<Vec<_>>>()?)
            }
            Lowered::Record(fields) => {
                let fields = fields.into_iter().map(|(name, value)| {
                    let value = self.argument(value, &Type::Unknown, span)?;
                    Some((name, value))
                });
                Arg::Record(fields.collect::<Option<Vec<(Text, Arg)>>>()?)
            }
            value @ (Lowered::Expr { .. } | Lowered::Range { .. } | Lowered::Search(_)) => {
                let step = self.step_of(value, ty, span)?;
                Arg::Step(self.builder.reach(step))
            }
            Lowered::Error => return None,
        })
    }

    /// The value of a constant; a diagnostic where it is none.
    pub(super) fn constant(&mut self, value: &Lowered, span: Span) -> Option<Value> {
        match value {
            Lowered::Const(value) => Some(value.clone()),
            Lowered::Error => None,
            // The checker lets through what can be computed here: what has no value has no place in its type.
            Lowered::Expr { inputs, expr } if inputs.is_empty() => {
                let value = fold::value(expr);
                self.folded(value, &expr.ty, span).constant().cloned()
            }
            _ => {
                self.not_constant(span, "this value");
                None
            }
        }
    }

    /// What an expression becomes, as a constant where it is made of constants alone and can be computed before the run.
    pub(super) fn settled(&mut self, typed: &Typed) -> Lowered {
        let value = self.value(typed);
        let known = match &value {
            Lowered::Expr { inputs, expr } if inputs.is_empty() => fold::value(expr),
            _ => None,
        };
        known.map_or(value, Lowered::Const)
    }

    /// Says that something must be known before the run.
    pub(super) fn not_constant(&mut self, span: Span, what: &str) {
        self.diagnostics.push(
            Diagnostic::new(codes::CONSTANT_NEEDED, span, format!("{what} must be known before the run"))
                .with_label("is computed while the program runs")
                .help("use literals, parameters and operators on them"),
        );
    }

    fn text_of(&self, span: Span) -> Arc<str> {
        let text = self.sources.text(span.file);
        text.get(span.start as usize..span.end as usize).unwrap_or_default().into()
    }
}

/// The place of a span in the words of the graph.
pub(super) fn location(sources: &Sources, span: Span) -> Location {
    let (line, column) = sources.line_column(span.file, span.start);
    Location { file: sources.path(span.file).into(), line: line as u32, column: column as u32 }
}
