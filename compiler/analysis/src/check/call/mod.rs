//! Calls: of the standard library by its signatures, of `fn`s and of nodes.

mod aggregate;
mod arguments;
mod bind;
mod blocks;
mod choose;
mod columns;
mod function;
mod keys;
mod lookup;
mod node;
mod result;
mod sequences;
mod shapes;
mod space;
mod tables;
mod together;
mod values;

use gml_diagnostics::Span;
use gml_ir::Type;
use gml_syntax::ast::{self, CallStyle, Name};
use smallvec::SmallVec;

use super::body::Body;
use super::signature::Signature;
use super::value::Value;

pub(super) use arguments::{Arguments, Learner, order};
pub(super) use bind::{BindFault, Bindings, Given, View, bind};
pub(super) use blocks::is_result;
pub(super) use lookup::module_of;
pub(super) use node::opened;
pub(super) use shapes::{Bound, bound_in_words, learned_in_words};

/// A call as written.
#[derive(Clone, Debug)]
pub(super) struct Syntax<'a> {
    /// What is called.
    pub function: &'a Name,
    /// Arguments without a name, the receiver first.
    pub positional: SmallVec<[&'a ast::Expr; 4]>,
    /// Arguments with a name.
    pub named: SmallVec<[(&'a Name, &'a ast::Expr); 4]>,
    /// The trailing block.
    pub block: Option<(&'a [ast::Binding], Span)>,
    /// How it was written.
    pub style: CallStyle,
    /// All of it.
    pub span: Span,
}

impl<'a> Syntax<'a> {
    fn of(expr: &'a ast::Expr) -> Option<Self> {
        let ast::ExprKind::Call { function, args, block, style } = &expr.kind else { return None };
        let (mut positional, mut named) = (SmallVec::new(), SmallVec::new());
        for arg in args {
            match &arg.name {
                Some(name) => named.push((name, &arg.value)),
                None => positional.push(&arg.value),
            }
        }
        let block = block.as_deref().map(|block| (block.bindings.as_slice(), block.span));
        Some(Self { function, positional, named, block, style: *style, span: expr.span })
    }

    /// How many of the arguments without a name stand in front of all that have one.
    pub fn positional_in_place(&self) -> usize {
        let first_named = self.named.iter().map(|(name, _)| name.span.start).min();
        let is_behind = |expr: &&ast::Expr| first_named.is_some_and(|named| expr.span.start > named);
        self.positional.iter().position(is_behind).unwrap_or(self.positional.len())
    }

    /// Where its name and what stands behind it are: for a pipe or a method the receiver is left out.
    pub fn own_span(&self) -> Span {
        self.function.span.to(Span { start: self.span.end, ..self.span })
    }
}

impl<'a> Body<'a> {
    /// A call.
    pub fn call(&mut self, expr: &'a ast::Expr, expected: Option<&Type>) -> Value<'a> {
        match Syntax::of(expr) {
            Some(syntax) => self.call_named(syntax, expected),
            None => Value::error(expr.span),
        }
    }

    /// A call of a signature that was settled on.
    fn call_signature(
        &mut self,
        signature: &'a Signature,
        given: Bindings<'a>,
        ready: choose::Ready<'a>,
        syntax: Syntax<'a>,
    ) -> Value<'a> {
        if let Some(diagnostic) = self.misplaced_call(signature, &syntax) {
            self.emit(diagnostic);
            self.look_into(&syntax);
            return Value::error(syntax.span);
        }
        let call = super::learned::Pending::new(signature, given, syntax);
        let arguments = self.arguments(&call, ready, None);
        self.result(call, arguments)
    }
}
