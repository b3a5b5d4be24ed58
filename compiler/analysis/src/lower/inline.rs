//! Calls of functions and nodes of the program: their bodies take the place of the call.
//!
//! A call that is made again with the same arguments is what it was the first time: functions that each call the one before them twice
//! would otherwise be read as often as there are ways through them. Expressions are trees, in which nothing can be shared, so
//! there is a bound on what a call may become.

use std::collections::HashMap;
use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Expr, ExprKind, StepKind, Type, hash_text};

use super::body::Lowering;
use super::value::Lowered;
use crate::message::bounds;
use crate::typed::{FunctionId, LocalId, Text, Typed, TypedNode, TypedNodeBody, TypedParameter};

/// How many operations, columns and constants a value may be made of where a function, a node or a `let` is written out for it.
pub(crate) const MOST_PARTS: usize = 10_000;

/// How many bodies may take the place of one call in a pipeline or a test.
const MOST_BODIES: usize = 100_000;

/// What is inlined at the moment.
#[derive(Default)]
pub(super) struct Inlining {
    /// How many bodies there are around the one at hand.
    depth: usize,
    /// How many were put in for the outermost call.
    bodies: usize,
}

/// What a function or node became for arguments, by a hash of both.
pub(super) type Inlined = HashMap<String, Lowered>;

impl Lowering<'_> {
    /// A call of a `fn`.
    pub(super) fn inlined_function(&mut self, id: FunctionId, args: &[Option<Typed>], span: Span) -> Lowered {
        let program = self.program;
        let Some(function) = program.functions.get(id.0 as usize) else { return Lowered::Error };
        self.inlined(("fn", id.0 as usize), &function.name, args, span, |lowering, given| {
            let outer = lowering.bind(&function.params, given);
            let value = lowering.value(&function.body);
            lowering.locals = outer;
            value
        })
    }

    /// A call of a `node`.
    pub(super) fn inlined_node(
        &mut self,
        node: &Arc<TypedNode>,
        args: &[Option<Typed>],
        ty: &Type,
        span: Span,
    ) -> Lowered {
        // A node without a type for its result has a body for each kind of arguments, which is kept as long as the program.
        let id = ("node", Arc::as_ptr(node).addr());
        self.inlined(id, &node.name, args, span, |lowering, given| lowering.node_body(node, given, ty, span))
    }

    fn node_body(&mut self, node: &TypedNode, given: Vec<Option<Lowered>>, ty: &Type, span: Span) -> Lowered {
        match &node.body {
            TypedNodeBody::Block(lets, result) => {
                let outer = self.bind(&node.params, given);
                self.builder.enter(node.name.clone());
                for (local, value) in lets {
                    let value = self.value(value);
                    self.locals.insert(*local, value);
                }
                let value = self.value(result);
                self.builder.leave();
                self.locals = outer;
                value
            }
            TypedNodeBody::Foreign { language, settings } => {
                let outer = self.bind(&node.params, given);
                let inner = std::mem::replace(&mut self.locals, outer);
                let mut given = Vec::with_capacity(node.params.len());
                for param in &node.params {
                    let value = inner.get(&param.local).cloned().unwrap_or(Lowered::Error);
                    let Some(arg) = self.argument(value, &param.ty, span) else { return Lowered::Error };
                    given.push((param.name.clone(), arg));
                }
                let kind = StepKind::Foreign { language: language.clone(), settings: settings.clone(), args: given };
                let location = self.location(span);
                self.builder.enter(node.name.clone());
                let step = self.builder.step(kind, ty.clone(), location);
                self.builder.leave();
                Lowered::Step(step)
            }
        }
    }

    /// What a call becomes by `body`, or became before.
    fn inlined(
        &mut self,
        id: (&str, usize),
        name: &Text,
        args: &[Option<Typed>],
        span: Span,
        body: impl FnOnce(&mut Self, Vec<Option<Lowered>>) -> Lowered,
    ) -> Lowered {
        let given = self.given(args);
        // Contracts of arguments are told where it is decided that they are used.
        let key = hash_text(&format!("{:?}", (id, &given, self.undecided > 0, self.builder.saves())));
        if let Some(known) = self.builder.inlined().get(&key) {
            return known.clone();
        }
        if self.inlining.depth == 0 {
            self.inlining.bodies = 0;
        }
        self.inlining.bodies += 1;
        if self.inlining.bodies > MOST_BODIES {
            // Told once: what is around it ends without looking at more.
            if self.inlining.bodies == MOST_BODIES + 1 {
                self.diagnostics.push(bounds::too_many_bodies(name, MOST_BODIES, span));
            }
            return Lowered::Error;
        }
        self.inlining.depth += 1;
        let mut value = body(self, given);
        self.inlining.depth -= 1;
        if is_larger(&value, MOST_PARTS) {
            self.diagnostics.push(bounds::too_large(name, MOST_PARTS, span));
            value = Lowered::Error;
        }
        self.builder.inlined().insert(key, value.clone());
        value
    }

    /// What a name of the body stands for.
    pub(super) fn local(&mut self, local: LocalId, span: Span) -> Lowered {
        let Some(value) = self.locals.get(&local) else { return Lowered::Error };
        if !is_larger(value, MOST_PARTS) {
            return value.clone();
        }
        let text = self.sources.text(span.file);
        let name = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        self.diagnostics.push(bounds::too_large(name, MOST_PARTS, span));
        self.locals.insert(local, Lowered::Error);
        Lowered::Error
    }

    /// Arguments in the order of the parameters.
    pub(super) fn given(&mut self, args: &[Option<Typed>]) -> Vec<Option<Lowered>> {
        args.iter().map(|arg| arg.as_ref().map(|arg| self.value(arg))).collect()
    }

    /// Enters a body: its parameters stand for the arguments. Gives the names of the body left, to be put back.
    pub(super) fn bind(&mut self, params: &[TypedParameter], given: Vec<Option<Lowered>>) -> HashMap<LocalId, Lowered> {
        let outer = std::mem::take(&mut self.locals);
        let mut given = given.into_iter();
        for param in params {
            let value = match (given.next().flatten(), &param.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.value(default),
                (None, None) => Lowered::Error,
            };
            self.locals.insert(param.local, value);
        }
        outer
    }
}

/// Whether a value is made of more parts than that.
fn is_larger(value: &Lowered, most: usize) -> bool {
    let mut left = most;
    !fits(value, &mut left)
}

fn fits(value: &Lowered, left: &mut usize) -> bool {
    match value {
        Lowered::Expr { expr, .. } => expr_fits(expr, left),
        Lowered::List(items) => items.iter().all(|item| fits(item, left)),
        Lowered::Record(fields) => fields.iter().all(|(_, value)| fits(value, left)),
        Lowered::Range { start, end, .. } => fits(start, left) && fits(end, left),
        Lowered::Const(_) | Lowered::Step(_) | Lowered::Search(_) | Lowered::Error => true,
    }
}

fn expr_fits(expr: &Expr, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match &expr.kind {
        ExprKind::Column(_) | ExprKind::Input(_) | ExprKind::Literal(_) => true,
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => {
            expr_fits(of, left)
        }
        ExprKind::Binary(_, a, b) | ExprKind::In(a, b) => expr_fits(a, left) && expr_fits(b, left),
        ExprKind::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().all(|part| expr_fits(part, left))
        }
        ExprKind::List(items) => items.iter().all(|item| expr_fits(item, left)),
        ExprKind::Struct(fields) => fields.iter().all(|field| expr_fits(&field.expr, left)),
        ExprKind::Call { args, .. } => args.iter().all(|(_, arg)| expr_fits(arg, left)),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use gml_ir::Program;

    use crate::{MemoryWorld, Settings, check, lower};

    /// What a program becomes, or what is said of it.
    fn lowered(text: &str) -> Result<Program, Vec<String>> {
        let analysis = check(&MemoryWorld::new([("main.gml", text)]), "main.gml");
        let said = |found: Vec<gml_diagnostics::Diagnostic>| -> Vec<String> {
            found.into_iter().map(|found| format!("{}: {}", found.code.name(), found.message)).collect()
        };
        if analysis.has_errors() {
            return Err(said(analysis.diagnostics));
        }
        lower(&analysis.package, &analysis.program, &Settings::default()).map_err(said)
    }

    /// Declarations that each call the one before them twice.
    fn doubling(first: &str, step: &str, count: usize) -> String {
        let mut text = format!("schema R {{ x: int }}\n{first}\n");
        for place in 1..=count {
            let _ = writeln!(
                text,
                "{}",
                step.replace("THIS", &format!("f{place}")).replace("BEFORE", &format!("f{}", place - 1))
            );
        }
        text
    }

    #[test]
    fn a_node_that_is_called_twice_with_the_same_is_written_out_once() {
        let nodes = |count| {
            let first = "node f0(t: table[R]) -> table[R] { t |> filter(.x > 0) }";
            let step = "node THIS(t: table[R]) -> table[R] { union(BEFORE(t), BEFORE(t)) }";
            let test = format!(
                "test \"t\" {{\n    let t = table {{ x: int }} [{{ x: 1 }}]\n    expect count(f{count}(t)) > 0\n}}"
            );
            let program = lowered(&(doubling(first, step, count) + &test)).unwrap();
            program.tests[0].graph.steps.len()
        };
        let few = nodes(2);
        assert_eq!(nodes(3), few + 1);
        assert_eq!(nodes(60), few + 58);
    }

    #[test]
    fn what_is_read_after_a_save_is_read_again() {
        let text = "schema R { x: int }
catalog { kept: table[R] = csv(\"kept.csv\") }
node positive(t: table[R]) -> table[R] { t |> filter(.x > 0) }
pipeline p {
    expect count(positive(kept)) == 0
    save table[R] [{ x: 1 }] as kept
    expect count(positive(kept)) == 1
}";
        let program = lowered(text).unwrap();
        let loads =
            program.pipelines[0].graph.steps.iter().filter(|step| matches!(step.kind, gml_ir::StepKind::Load(_)));
        assert_eq!(loads.count(), 2);
    }

    #[test]
    fn constants_are_computed_once_for_the_same_arguments() {
        let functions = doubling("fn f0(x: int) -> int = x + 1", "fn THIS(x: int) -> int = BEFORE(x) - BEFORE(x)", 60);
        assert!(lowered(&(functions + "test \"t\" { expect f60(1) == 0 }")).is_ok());
    }

    #[test]
    fn what_becomes_too_large_is_told() {
        let table = "    let t = table { x: int } [{ x: 1 }]\n";
        let mut text = format!("test \"t\" {{\n{table}    let a0 = count(t)\n");
        for place in 1..=40 {
            let _ = writeln!(text, "    let a{place} = a{0} + a{0}", place - 1);
        }
        text.push_str("    expect a40 > 0\n}");
        let said = lowered(&text).unwrap_err();
        assert_eq!(said, ["expression-too-large: `a13` becomes an expression of more than 10_000 parts here"]);
        // The checker sees no end of arguments that all differ; the lowering counts what it writes out.
        let functions = doubling(
            "fn f0(x: int) -> int = x // 2",
            "fn THIS(x: int) -> int = BEFORE(2 * x) // 4 + BEFORE(2 * x + 1) // 4",
            20,
        );
        let said = lowered(&(functions + "test \"t\" { expect f20(1) > 0 }")).unwrap_err();
        assert_eq!(said, ["expression-too-large: more than 100_000 calls of functions and nodes come of one call"]);
    }
}
