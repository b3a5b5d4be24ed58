//! Calls of the standard library.

use gml_diagnostics::Span;
use gml_ir::{Arg, ExprKind, NamedExpr, OrderKey, StepKind, Type, Value};
use gml_syntax::ast::{SignatureKind, TypeKind};

use super::body::Lowering;
use super::library;
use super::value::{Inputs, Lowered};
use crate::typed::{LibraryName, Text, Typed, TypedArg, TypedCall};

/// The estimators of a chain, among the arguments of its step.
pub(super) const PARTS: &str = "parts";

impl Lowering<'_> {
    /// A call: an operator is a step, a function of columns an expression, one with an opaque result stands for itself.
    pub(super) fn call(&mut self, call: &TypedCall, ty: &Type, span: Span) -> Lowered {
        match call.kind {
            SignatureKind::Operator if self.is_search(call) => self.search(call, ty, span),
            SignatureKind::Operator => self.operator(call, ty, span),
            SignatureKind::Function if stands_for_itself(ty) => self.symbol(call, span),
            SignatureKind::Function if call.name == FROM_ENV => self.value_of_env(call),
            SignatureKind::Function | SignatureKind::Aggregate | SignatureKind::Window => self.function(call, ty, span),
        }
    }

    fn operator(&mut self, call: &TypedCall, ty: &Type, span: Span) -> Lowered {
        let mut args = Vec::with_capacity(call.args.len());
        let mut inputs = Inputs::default();
        for (name, arg) in &call.args {
            let Some(arg) = self.operator_argument(call, name, arg, &mut inputs) else { return Lowered::Error };
            if let Some(arg) = arg {
                args.push(((*name).into(), arg));
            }
        }
        let inputs: Vec<Arg> = inputs.finish().into_iter().map(|input| Arg::Step(self.builder.reach(input))).collect();
        if !inputs.is_empty() {
            args.push((gml_ir::INPUTS.into(), Arg::List(inputs)));
        }
        let kind = StepKind::Call { module: call.module.into(), operator: call.name.into(), args };
        let location = self.location(self.own_span(call, span));
        Lowered::Step(self.builder.step(kind, ty.clone(), location))
    }

    /// The span of a call without the receiver before it: of `a |> f(x)` that of `f(x)`.
    pub(super) fn own_span(&self, call: &TypedCall, span: Span) -> Span {
        let Some((_, TypedArg::Value(receiver))) = call.args.first() else { return span };
        let text = self.sources.text(span.file);
        let Some(behind) = text.get(receiver.span.end as usize..span.end as usize) else { return span };
        let name =
            behind.trim_start().trim_start_matches("|>").trim_start_matches("?.").trim_start_matches('.').trim_start();
        if receiver.span.file != span.file || receiver.span.start != span.start || name.is_empty() {
            return span;
        }
        Span { start: span.end - name.len() as u32, ..span }
    }

    /// `Some(None)` for an argument that the type of the step says already.
    fn operator_argument(
        &mut self,
        call: &TypedCall,
        name: LibraryName,
        arg: &TypedArg,
        inputs: &mut Inputs,
    ) -> Option<Option<Arg>> {
        Some(Some(match arg {
            TypedArg::Value(typed) => match self.settled(typed) {
                Lowered::Search(search) => {
                    let step = self.searched(&search, call)?;
                    Arg::Step(self.builder.reach(step))
                }
                value => {
                    self.within_contracts(call, name, typed, &value);
                    self.argument(value, &typed.ty, typed.span)?
                }
            },
            TypedArg::Expr(typed) => Arg::Expr(self.expr_with(typed, inputs)?),
            TypedArg::Columns(columns) => {
                let columns = columns.iter().map(|(name, typed)| {
                    let expr = self.expr_with(typed, inputs)?;
                    Some(NamedExpr { name: name.clone(), expr })
                });
                Arg::Columns(columns.collect::<Option<Vec<_>>>()?)
            }
            TypedArg::Order(keys) => {
                let keys = keys.iter().map(|(typed, descending)| {
                    let expr = self.expr_with(typed, inputs)?;
                    Some(OrderKey { expr, descending: *descending })
                });
                Arg::Order(keys.collect::<Option<Vec<_>>>()?)
            }
            TypedArg::Schema(_) => return Some(None),
        }))
    }

    /// A table made to fit the declared row.
    pub(super) fn conform(&mut self, of: &Typed, declared_by: Option<&Text>, ty: &Type, span: Span) -> Lowered {
        let Some(step) = self.materialised(of) else { return Lowered::Error };
        let input = Arg::Step(self.builder.reach(step));
        let mut args = vec![("input".into(), input)];
        args.extend(declared_by.map(|by| ("declared_by".into(), Arg::Const(Value::Str(by.clone())))));
        let kind = StepKind::Call { module: "std.table".into(), operator: "conform".into(), args };
        let location = self.location(span);
        Lowered::Step(self.builder.step(kind, ty.clone(), location))
    }

    /// `a >> b`
    pub(super) fn chain(&mut self, parts: &[Typed], ty: &Type, span: Span) -> Lowered {
        let mut steps = Vec::with_capacity(parts.len());
        let mut search = None;
        for (place, part) in parts.iter().enumerate() {
            let step = match self.value(part) {
                Lowered::Search(of) if place + 1 == parts.len() => Some(search.insert(of).learner),
                value => self.step_of(value, &part.ty, part.span),
            };
            let Some(step) = step else { return Lowered::Error };
            steps.push(step);
        }
        let args = steps.iter().map(|step| Arg::Step(self.builder.reach(*step))).collect();
        let args = vec![(PARTS.into(), Arg::List(args))];
        let kind = StepKind::Call { module: "std.learning".into(), operator: "chain".into(), args };
        let location = self.location(span);
        let chain = self.builder.step(kind, ty.clone(), location);
        match (search, steps.split_last()) {
            (Some(search), Some((_, before))) => self.search_behind(&search, before, chain, ty),
            _ => Lowered::Step(chain),
        }
    }

    fn symbol(&mut self, call: &TypedCall, span: Span) -> Lowered {
        let mut args: Vec<(Text, Value)> = Vec::with_capacity(call.args.len());
        for (name, arg) in &call.args {
            let TypedArg::Value(typed) = arg else {
                self.not_constant(span, "the arguments");
                return Lowered::Error;
            };
            let value = self.settled(typed);
            self.within_contracts(call, name, typed, &value);
            let Some(value) = self.constant(&value, typed.span) else { return Lowered::Error };
            args.push(((*name).into(), value));
        }
        Lowered::Const(Value::Symbol { name: call.name.into(), args })
    }

    fn value_of_env(&mut self, call: &TypedCall) -> Lowered {
        let mut text = |name: &str| {
            let typed = call.value(name)?;
            let value = self.value(typed);
            self.constant(&value, typed.span)
        };
        let (Some(name), Some(default)) = (text("name"), text("default")) else { return Lowered::Error };
        let found = name.as_str().and_then(|name| self.environment.get(name));
        Lowered::Const(found.map_or(default, |text| Value::Str(text.as_str().into())))
    }

    /// Whether the signature wants a parameter of a function to be known before the run: `n: const[int]`.
    fn is_due_before(&self, call: &TypedCall, name: LibraryName) -> bool {
        let params = &self.package.signatures[call.signature.0 as usize].ast.params;
        let param = params.iter().find(|param| &*param.name.text == name);
        param.is_some_and(|param| matches!(&param.ty.kind, TypeKind::Named(kind, _) if &*kind.text == "const"))
    }

    fn function(&mut self, call: &TypedCall, ty: &Type, span: Span) -> Lowered {
        let mut names: Vec<Text> = Vec::with_capacity(call.args.len());
        let mut parts = Vec::with_capacity(call.args.len());
        for (name, arg) in &call.args {
            let (TypedArg::Value(typed) | TypedArg::Expr(typed)) = arg else {
                self.not_constant(span, "the arguments");
                return Lowered::Error;
            };
            let value = if self.is_due_before(call, name) { self.settled(typed) } else { self.value(typed) };
            self.within_contracts(call, name, typed, &value);
            names.push((*name).into());
            parts.push((value, &typed.ty));
        }
        let function = call.name.into();
        self.combine(parts, ty, span, |exprs| ExprKind::Call { function, args: names.into_iter().zip(exprs).collect() })
    }
}

/// The function that asks for a variable of the process's environment.
pub(crate) const FROM_ENV: &str = "from_env";

/// Whether what a function gives for constants is known before the run.
pub(crate) fn is_constant(function: &str, result: &Type) -> bool {
    stands_for_itself(result) || function == FROM_ENV || library::is_known(function)
}

/// Whether a value of this type is the call that made it: metrics, periods, connectors, secrets, search ranges.
fn stands_for_itself(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Named(_) | Type::Search(_))
}
