//! What a call of a node, a `fn` or a pipeline gives, held against the places in its body where that is used: `take(many)` wants
//! `many` to be 0 or more, and the call that gives -1 is where it is wrong.
//!
//! Of what depends on a condition that is not known here nothing is said; while the program is lowered it is.

use std::sync::Arc;

use gml_diagnostics::Diagnostic;
use gml_ir::Value as Constant;

use super::body::Body;
use super::known::known;
use super::shared::Visit;
use crate::hash::Map;
use crate::parts::{Waiting, children};
use crate::typed::{
    LocalId, Typed, TypedArg, TypedCall, TypedKind, TypedNode, TypedNodeBody, TypedParameter, TypedStatement,
    TypedStatementKind,
};
use crate::types::{contracted, satisfied};

/// How many bodies are looked into for one call.
const MOST_BODIES: usize = 256;

/// A value in a body that was called, and the argument of the call that it comes from.
#[derive(Clone, Debug)]
struct Known {
    value: Constant,
    from: Option<usize>,
}

/// What names of a body are bound to, as far as it is known.
type Names = Map<LocalId, Known>;

/// An argument that is not what a signature within the body says it must be.
struct Broken {
    /// The argument of the outermost call.
    from: usize,
    /// What is wrong, told where the argument is used.
    diagnostic: Diagnostic,
}

impl<'a> Body<'a> {
    /// Says where an argument is not what the body says it must be. `args` stand in the order of its parameters;
    /// `instance` is the body of a node for them.
    pub fn fits_uses(&mut self, called: Visit, instance: Option<&Arc<TypedNode>>, args: &[Option<Typed>]) {
        let given: Vec<Option<Known>> = (0..)
            .zip(args)
            .map(|(place, arg)| {
                let value = self.known_here(arg.as_ref()?)?;
                Some(Known { value, from: Some(place) })
            })
            .collect();
        if given.iter().all(Option::is_none) {
            return;
        }
        let mut looked = Looked { body: self, found: None, within: Vec::new(), left: MOST_BODIES };
        looked.enter(called, instance, given);
        let Some(Broken { from, mut diagnostic }) = looked.found else { return };
        let used = diagnostic.span;
        if let Some(Some(arg)) = args.get(from) {
            diagnostic.span = arg.span;
            diagnostic = self.with_origin(diagnostic.and(used, "used here"), arg);
        }
        self.emit(diagnostic);
    }
}

/// Bodies that are looked into with what a call gives.
struct Looked<'b, 'a> {
    body: &'b mut Body<'a>,
    found: Option<Broken>,
    /// The bodies around the one at hand.
    within: Vec<Visit>,
    /// How many more bodies are looked into.
    left: usize,
}

impl Looked<'_, '_> {
    /// Looks into a body; `given` are its arguments as far as they are known.
    fn enter(&mut self, called: Visit, instance: Option<&Arc<TypedNode>>, given: Vec<Option<Known>>) {
        let is_circle = self.within.contains(&called) || self.body.visiting.contains(&called);
        if self.left == 0 || self.found.is_some() || is_circle {
            return;
        }
        self.left -= 1;
        self.within.push(called);
        let shared = self.body.shared;
        match called {
            Visit::Function(id) => {
                let function = shared.function(id, &self.body.visiting);
                self.body.consulted.add(called, &function.consulted);
                let names = self.bound(&function.typed.params, given);
                self.value(&function.typed.body, &names);
            }
            Visit::Node(id) => {
                let node = shared.node(id, &self.body.visiting);
                self.body.consulted.add(called, &node.consulted);
                let typed = instance.unwrap_or(&node.typed);
                if let TypedNodeBody::Block(lets, result) = &typed.body {
                    let mut names = self.bound(&typed.params, given);
                    for (local, value) in lets {
                        self.bind(*local, value, &mut names);
                    }
                    self.value(result, &names);
                }
            }
            Visit::Pipeline(id) => {
                let pipeline = shared.pipeline(id, &self.body.visiting);
                self.body.consulted.add(called, &pipeline.consulted);
                let mut names = self.bound(&pipeline.typed.params, given);
                self.statements(&pipeline.typed.body, &mut names);
            }
        }
        self.within.pop();
    }

    /// The parameters with what is given for them. What they are otherwise was looked at where they are declared.
    fn bound(&self, params: &[TypedParameter], given: Vec<Option<Known>>) -> Names {
        let mut names = Names::default();
        for (param, given) in params.iter().zip(given) {
            let default = || {
                let value = self.known(param.default.as_ref()?, &names)?;
                Some(Known { value, from: None })
            };
            if let Some(known) = given.or_else(default) {
                names.insert(param.local, known);
            }
        }
        names
    }

    fn bind(&mut self, local: LocalId, value: &Typed, names: &mut Names) {
        self.value(value, names);
        if let Some(known) = self.known(value, names) {
            names.insert(local, Known { value: known, from: origin(value, names) });
        }
    }

    fn known(&self, value: &Typed, names: &Names) -> Option<Constant> {
        known(self.body.shared.package, value, &|local| names.get(&local).map(|known| known.value.clone()))
    }

    fn statements(&mut self, statements: &[TypedStatement], names: &mut Names) {
        for statement in statements {
            match &statement.kind {
                TypedStatementKind::Let(local, value) => self.bind(*local, value, names),
                TypedStatementKind::Save { value, .. } | TypedStatementKind::Track(value) => self.value(value, names),
                TypedStatementKind::Expect { condition, .. } => self.value(condition, names),
                TypedStatementKind::When { condition, body } => {
                    if self.known(condition, names) == Some(Constant::Bool(true)) {
                        self.statements(body, names);
                    }
                }
                TypedStatementKind::For { body, .. } => self.statements(body, names),
                TypedStatementKind::Run { pipeline, args } => self.call(Visit::Pipeline(*pipeline), None, args, names),
            }
        }
    }

    /// An expression and all in it that is surely looked at.
    fn value(&mut self, value: &Typed, names: &Names) {
        let mut waiting = Waiting::new();
        waiting.push(value);
        while let Some(part) = waiting.pop() {
            match &part.kind {
                TypedKind::If(condition, then, otherwise) => {
                    waiting.push(condition);
                    match self.known(condition, names) {
                        Some(Constant::Bool(true)) => waiting.push(then),
                        Some(_) => waiting.push(otherwise),
                        None => {}
                    }
                    continue;
                }
                TypedKind::Call(call) => self.contracts(call, names),
                TypedKind::Function(id, args) => self.call(Visit::Function(*id), None, args, names),
                TypedKind::Node { node, args, instance } => {
                    self.call(Visit::Node(*node), instance.as_ref(), args, names);
                }
                _ => {}
            }
            children(part, &mut waiting);
        }
    }

    fn call(&mut self, called: Visit, instance: Option<&Arc<TypedNode>>, args: &[Option<Typed>], names: &Names) {
        let given = args.iter().map(|arg| {
            let arg = arg.as_ref()?;
            // What does not come from the outermost call was looked at where it stands.
            let from = Some(origin(arg, names)?);
            Some(Known { value: self.known(arg, names)?, from })
        });
        let given: Vec<Option<Known>> = given.collect();
        if given.iter().any(Option::is_some) {
            self.enter(called, instance, given);
        }
    }

    /// The arguments of a call of the library.
    fn contracts(&mut self, call: &TypedCall, names: &Names) {
        let declared = &self.body.shared.package.signatures[call.signature.0 as usize].ast.params;
        for (name, arg) in &call.args {
            let (TypedArg::Value(value) | TypedArg::Expr(value)) = arg else { continue };
            if self.found.is_some()
                || !declared.iter().any(|param| *param.name.text == **name && !param.contracts.is_empty())
            {
                continue;
            }
            let Some(from) = origin(value, names) else { continue };
            let Some(constant) = self.known(value, names) else { continue };
            let signature = self.body.shared.signature(call.signature);
            let Some(param) = signature.param(name).map(|place| &signature.params[place]) else { continue };
            let outside = |value: &Constant| param.contracts.iter().any(|contract| !satisfied(&contract.rule, value));
            if let Some(constant) = contracted(constant).into_iter().find(outside) {
                let diagnostic = crate::message::contracts::argument(
                    signature.name,
                    param.name,
                    &param.contracts,
                    &constant,
                    value.span,
                );
                self.found = Some(Broken { from, diagnostic });
            }
        }
    }
}

/// The argument of the outermost call that a value comes from.
fn origin(value: &Typed, names: &Names) -> Option<usize> {
    let mut waiting = Waiting::new();
    waiting.push(value);
    while let Some(part) = waiting.pop() {
        if let TypedKind::Local(local) = &part.kind
            && let Some(from) = names.get(local).and_then(|known| known.from)
        {
            return Some(from);
        }
        children(part, &mut waiting);
    }
    None
}
