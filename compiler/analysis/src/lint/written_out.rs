//! Calls of functions that become too large where they are written out.
//!
//! What is counted is the least that a call becomes: what may be known before the run counts as one constant, so nothing is told
//! here that some run could be made of.

use std::sync::Arc;

use gml_diagnostics::Diagnostic;

use crate::hash::Map;
use crate::lower::MOST_PARTS;
use crate::message::bounds;
use crate::parts::{each_part, each_value};
use crate::typed::{FunctionId, LocalId, Typed, TypedArg, TypedKind, TypedNodeBody, TypedProgram};

/// Functions within functions that are looked into, of which nothing is known yet. Those that go deeper are left to the lowering.
const DEEPEST: usize = 256;

/// Functions that become less than this for arguments of one part are not looked at where they are called.
const LARGE: u64 = 64;

/// Adds an error for each call that becomes too large.
pub(super) fn check(program: &TypedProgram, found: &mut Vec<Diagnostic>) {
    let mut counting = Counting { program, forms: Map::default(), depth: 0 };
    let is_large = |place: usize, counting: &mut Counting<'_>| {
        let arguments = vec![false; program.functions[place].params.len()];
        let form = counting.form(place, &arguments);
        form.uses.iter().fold(form.own, |sum, uses| sum.saturating_add(*uses)) > LARGE
    };
    // All of them, in the order in which they mostly build on each other: what is known need not be looked into again.
    if !(0..program.functions.len()).fold(false, |any, place| is_large(place, &mut counting) | any) {
        return;
    }
    let mut visit = |value: &Typed| each_part(value, &mut |part| counting.call(part, found));
    for node in &program.nodes {
        if let TypedNodeBody::Block(lets, result) = &node.body {
            lets.iter().for_each(|(_, value)| visit(value));
            visit(result);
        }
    }
    program.pipelines.iter().for_each(|pipeline| each_value(&pipeline.body, &mut visit));
    program.tests.iter().for_each(|test| each_value(&test.body, &mut visit));
}

/// What a function becomes: parts of its own, and how often each argument stands in it.
struct Form {
    own: u64,
    uses: Vec<u64>,
    /// It may be known before the run.
    is_constant: bool,
}

impl Form {
    fn of(own: u64, is_constant: bool) -> Self {
        Self { own, uses: Vec::new(), is_constant }
    }

    fn add(&mut self, other: &Self, times: u64) {
        self.own = self.own.saturating_add(other.own.saturating_mul(times));
        self.uses.resize(self.uses.len().max(other.uses.len()), 0);
        for (uses, more) in self.uses.iter_mut().zip(&other.uses) {
            *uses = uses.saturating_add(more.saturating_mul(times));
        }
    }

    /// What is in both: which of them is taken is decided before the run.
    fn common(&self, other: &Self) -> Self {
        let uses = self.uses.iter().zip(&other.uses).map(|(a, b)| *a.min(b)).collect();
        Self { own: self.own.min(other.own), uses, is_constant: self.is_constant || other.is_constant }
    }
}

struct Counting<'p> {
    program: &'p TypedProgram,
    /// Of functions, by their places and by which arguments may be known before the run.
    forms: Map<(usize, Vec<bool>), Arc<Form>>,
    depth: usize,
}

/// The parameters of a function, with whether what is given may be known before the run.
type Given<'g> = &'g [(LocalId, bool)];

impl Counting<'_> {
    fn call(&mut self, part: &Typed, found: &mut Vec<Diagnostic>) {
        let TypedKind::Function(FunctionId(place), _) = &part.kind else { return };
        let is_known = found.iter().any(|known| known.span.file == part.span.file && known.span.touches(part.span));
        if !is_known
            && self.of(part, &[]).own > MOST_PARTS as u64
            && let Some(function) = self.program.functions.get(*place as usize)
        {
            found.push(bounds::too_large(&function.name, MOST_PARTS, part.span));
        }
    }

    fn form(&mut self, place: usize, given: &[bool]) -> Arc<Form> {
        let key = (place, given.to_vec());
        if let Some(form) = self.forms.get(&key) {
            return form.clone();
        }
        let function = self.program.functions.get(place).filter(|_| self.depth < DEEPEST);
        let form = match function {
            Some(function) => {
                let given: Vec<(LocalId, bool)> =
                    function.params.iter().map(|param| param.local).zip(given.iter().copied()).collect();
                // Functions that call themselves are told elsewhere.
                self.forms.insert(key.clone(), Arc::new(Form::of(1, true)));
                self.depth += 1;
                let form = self.of(&function.body, &given);
                self.depth -= 1;
                form
            }
            None => return Arc::new(Form::of(1, true)),
        };
        let form = Arc::new(form);
        self.forms.insert(key, form.clone());
        form
    }

    fn of(&mut self, value: &Typed, given: Given<'_>) -> Form {
        match &value.kind {
            TypedKind::Column(_) => Form::of(1, false),
            TypedKind::Local(local) => {
                match given.iter().position(|(param, is_constant)| param == local && !is_constant) {
                    Some(place) => {
                        let mut uses = vec![0; place + 1];
                        uses[place] = 1;
                        Form { own: 0, uses, is_constant: false }
                    }
                    None => Form::of(1, true),
                }
            }
            TypedKind::Unary(_, of) | TypedKind::IsNull(of) => self.all([&**of], given),
            TypedKind::Binary(_, left, right) => self.all([&**left, &**right], given),
            TypedKind::If(condition, then, otherwise) => {
                let of_condition = self.of(condition, given);
                let (then, otherwise) = (self.of(then, given), self.of(otherwise, given));
                if of_condition.is_constant {
                    return then.common(&otherwise);
                }
                let mut sum = Form::of(1, false);
                [&of_condition, &then, &otherwise].into_iter().for_each(|part| sum.add(part, 1));
                sum
            }
            TypedKind::Call(call) => {
                let parts = call.args.iter().map(|(_, arg)| match arg {
                    TypedArg::Value(value) | TypedArg::Expr(value) => Some(value),
                    TypedArg::Columns(_) | TypedArg::Order(_) | TypedArg::Schema(_) => None,
                });
                match parts.collect::<Option<Vec<&Typed>>>() {
                    Some(parts) if call.kind == gml_syntax::ast::SignatureKind::Function => self.all(parts, given),
                    _ => Form::of(1, true),
                }
            }
            TypedKind::Function(FunctionId(place), args) => {
                // The default of a parameter is a constant, or made of other parameters.
                let args: Vec<Form> = args
                    .iter()
                    .map(|arg| arg.as_ref().map_or_else(|| Form::of(1, true), |arg| self.of(arg, given)))
                    .collect();
                let constants: Vec<bool> = args.iter().map(|arg| arg.is_constant).collect();
                let form = self.form(*place as usize, &constants);
                let mut sum = Form::of(form.own, form.is_constant);
                for (arg, uses) in args.iter().zip(&form.uses) {
                    sum.add(arg, *uses);
                }
                sum
            }
            // Of the others, what is in them may be left out, or a step that is shared.
            _ => Form::of(1, true),
        }
    }

    /// One more than all parts, unless all of them may be known before the run.
    fn all<'t>(&mut self, parts: impl IntoIterator<Item = &'t Typed>, given: Given<'_>) -> Form {
        let mut sum = Form::of(1, true);
        for part in parts {
            let part = self.of(part, given);
            sum.is_constant &= part.is_constant;
            sum.add(&part, 1);
        }
        if sum.is_constant { Form::of(1, true) } else { sum }
    }
}
