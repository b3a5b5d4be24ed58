//! What the call around a place wants there: a value of the standard library's own types, or arguments to search over.

use std::sync::Arc;

use gml_analysis::inspect::Meaning;
use gml_analysis::types::TypeScope;
use gml_ir::Type;
use gml_syntax::ast::{Argument, Expr, ExprKind, ItemKind, Name, Signature, TypeExpr, TypeKind};

use super::{CompletionKind, Scope, place};
use crate::facts::Binder;
use crate::library::{self, LibraryName};
use crate::tree;

/// How many expressions are looked at for the estimators of a search: programs in a circle end here.
const FARTHEST: usize = 50;

impl<'a> Scope<'_, 'a> {
    /// The type that is due where it is one of the standard library's own, such as `metric`, by its name.
    pub(super) fn own_type_due(&self, expr: &Expr) -> Option<Arc<str>> {
        let named = |ty: &Type| match ty.non_null() {
            Type::Named(name) => Some(name.clone()),
            _ => None,
        };
        let expected = self.context.and_then(|context| context.expected.as_ref()).and_then(named);
        if expected.is_some() {
            return expected;
        }
        if let ItemKind::Catalog(catalog) = &self.item.kind
            && catalog.entries.iter().any(|entry| entry.value.span == expr.span)
        {
            return Some("connector".into());
        }
        let around = tree::ancestry(self.item, expr.span);
        let list = around.iter().rev().nth(1).filter(|outer| matches!(outer.kind, ExprKind::List(_)));
        let (call, given) = place::call_around(self.item, list.copied().unwrap_or(expr))?;
        let ExprKind::Call { function, .. } = &call.kind else { return None };
        let given = given?;
        let scope = TypeScope::new(self.facts.package, self.module());
        library::overloads(&function.text).find_map(|name| {
            let param = name.ast.params.iter().find(|param| param.name.text == given.text)?;
            match scope.type_of(&param.ty, &mut Vec::new()) {
                Type::List(item) => named(item.as_ref()),
                ty => named(&ty),
            }
        })
    }

    /// The arguments of the estimators that a search is about: keys of `over: { depth: 2..10 }`.
    pub(super) fn searched(&mut self, expr: &Expr) {
        let around = tree::ancestry(self.item, expr.span);
        let [outer @ .., record, _] = around.as_slice() else { return };
        let ExprKind::Record(fields) = &record.kind else { return };
        if !fields.iter().any(|(name, value)| name.span == expr.span && value.span == expr.span) {
            return;
        }
        let Some(learner) = outer.iter().rev().copied().find_map(|call| learner_of(call, expr)) else { return };
        // `over: { boosted_trees: { depth: .. } }` is about one of several.
        let of = outer.last().and_then(|outer| field_of(outer, record));
        let estimators = self.estimators(learner);
        let about = estimators.iter().filter(|name| of.is_none_or(|of| of.text == name.text));
        let params: Vec<_> = about.flat_map(|name| self.parameters_of(name)).flatten().collect();
        for param in params.iter().filter(|param| !fields.iter().any(|(name, _)| *name.text == *param.name)) {
            let proposal = self.add(&format!("{}:", param.name), CompletionKind::Argument, 0);
            proposal.detail = Some(param.ty.clone());
            proposal.edit.text = format!("{}: ", param.name);
        }
    }

    /// The names of the estimators that one is made of, through `let`s.
    fn estimators(&self, learner: &'a Expr) -> Vec<&'a Name> {
        let (mut found, mut waiting) = (Vec::new(), vec![learner]);
        for _ in 0..FARTHEST {
            let Some(expr) = waiting.pop() else { break };
            match &expr.kind {
                ExprKind::Call { function, args, .. } => {
                    found.push(function);
                    let learns =
                        |value: &&Expr| matches!(self.inspection.type_at(value.span), Some(Type::Estimator(_)));
                    waiting.extend(args.iter().map(|arg| &arg.value).filter(learns));
                }
                ExprKind::Binary { left, right, .. } => waiting.extend([&**left, &**right]),
                ExprKind::Name(_) => waiting.extend(self.value_of_let(expr)),
                _ => {}
            }
        }
        found
    }

    fn value_of_let(&self, name: &Expr) -> Option<&'a Expr> {
        let declared = self.inspection.mentions.iter().find_map(|mention| match mention.meaning {
            Meaning::Local { declared, .. } if mention.span == name.span => Some(declared),
            _ => None,
        })?;
        match self.facts.binder(declared)?.1 {
            Binder::Let(binding) => Some(&binding.value),
            _ => None,
        }
    }
}

/// Whether a name of the library gives a value of a type of that name.
pub(super) fn gives(name: &LibraryName, due: &str) -> bool {
    matches!(&name.ast.result.kind, TypeKind::Named(result, _) if *result.text == *due)
}

/// The learner that a call searches over, where a place is in the search.
fn learner_of<'a>(call: &'a Expr, at: &Expr) -> Option<&'a Expr> {
    let ExprKind::Call { function, args, .. } = &call.kind else { return None };
    let given = args.iter().find(|arg| arg.value.span.contains(at.span.start))?.name.as_ref()?;
    library::overloads(&function.text).find_map(|name| searched_argument(&name.ast, given, args))
}

/// The argument that `space[learner]` names.
fn searched_argument<'a>(signature: &Signature, given: &Name, args: &'a [Argument]) -> Option<&'a Expr> {
    let space = signature.params.iter().find(|param| param.name.text == given.text)?;
    let TypeKind::Named(kind, of) = &space.ty.kind else { return None };
    let [TypeExpr { kind: TypeKind::Named(learner, _), .. }] = of.as_slice() else { return None };
    if &*kind.text != "space" {
        return None;
    }
    let place = signature.params.iter().position(|param| param.name.text == learner.text)?;
    let by_name = args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == learner.text));
    by_name.or_else(|| args.iter().filter(|arg| arg.name.is_none()).nth(place)).map(|arg| &arg.value)
}

/// The name of the field of a record that a value is.
fn field_of<'a>(record: &'a Expr, value: &Expr) -> Option<&'a Name> {
    let ExprKind::Record(fields) = &record.kind else { return None };
    fields.iter().find(|(_, of)| of.span == value.span).map(|(name, _)| name)
}
