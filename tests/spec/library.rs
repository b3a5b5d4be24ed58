//! The standard library: every signature has an implementation, every implementation a signature.

use std::collections::BTreeSet;

use gml_stdlib::MODULES;
use gml_syntax::ast::{ItemKind, Signature, SignatureKind, TypeKind};

fn signatures() -> impl Iterator<Item = (&'static str, Signature)> {
    MODULES.iter().enumerate().flat_map(|(index, module)| {
        let parsed = gml_syntax::parse(gml_diagnostics::FileId(index as u32), module.text);
        assert!(parsed.diagnostics.is_empty(), "{}: {:?}", module.path, parsed.diagnostics);
        parsed.module.items.into_iter().filter_map(|item| match item.kind {
            ItemKind::Signature(signature) => {
                assert!(item.docs.is_some(), "{} `{}` has no doc comment", module.path, signature.name.text);
                Some((module.name, signature))
            }
            _ => None,
        })
    })
}

fn declared(of: impl Fn(SignatureKind) -> bool) -> BTreeSet<(String, String)> {
    signatures()
        .filter(|(_, signature)| of(signature.kind))
        .map(|(module, signature)| (module.to_owned(), signature.name.text.to_string()))
        .collect()
}

#[test]
fn operators_are_declared_and_implemented() {
    let declared = declared(|kind| kind == SignatureKind::Operator);
    let implemented: BTreeSet<_> = gml_operators::operators()
        .map(|(module, name)| (module.to_owned(), name.to_owned()))
        // `a >> b` is written with an operator sign and so has no signature of its own.
        .filter(|(_, name)| name != "chain")
        .collect();
    let pending: BTreeSet<_> =
        gml_operators::pending_operators().map(|(module, name)| (module.to_owned(), name.to_owned())).collect();
    let both: Vec<_> = pending.intersection(&implemented).collect();
    assert!(both.is_empty(), "implemented, and still listed as pending: {both:?}");
    assert_eq!(declared, implemented.union(&pending).cloned().collect());
}

#[test]
fn pending_arguments_are_those_of_operators_that_run() {
    let parameters: BTreeSet<_> = signatures()
        .flat_map(|(module, signature)| {
            let name = signature.name.text.to_string();
            signature
                .params
                .into_iter()
                .map(move |param| (module.to_owned(), name.clone(), param.name.text.to_string()))
        })
        .collect();
    for (module, operator, argument) in gml_operators::pending_arguments() {
        let parameter = (module.to_owned(), operator.to_owned(), argument.to_owned());
        assert!(parameters.contains(&parameter), "{module} {operator} {argument} is not declared");
        assert!(gml_operators::operator(module, operator).is_some(), "{module} {operator} is pending as a whole");
    }
}

#[test]
fn functions_are_declared_and_implemented() {
    let declared: BTreeSet<_> =
        declared(|kind| kind != SignatureKind::Operator).into_iter().map(|(_, name)| name).collect();
    let implemented: BTreeSet<_> = gml_operators::functions().map(str::to_owned).collect();
    let missing: Vec<_> = implemented.difference(&declared).collect();
    assert!(missing.is_empty(), "implemented without a signature: {missing:?}");
    // What is left stands for itself: the front end keeps it as a value (metrics, periods, connectors) or folds it.
    let pending: BTreeSet<_> = gml_operators::pending_functions().map(str::to_owned).collect();
    let undeclared: Vec<_> = pending.difference(&declared).collect();
    assert!(undeclared.is_empty(), "pending without a signature: {undeclared:?}");
    let both: Vec<_> = pending.intersection(&implemented).collect();
    assert!(both.is_empty(), "implemented, and still listed as pending: {both:?}");
    let symbols: Vec<_> = declared.difference(&implemented).filter(|name| !pending.contains(*name)).cloned().collect();
    insta::assert_snapshot!(symbols.join(" "));
}

#[test]
fn signatures_say_of_which_metrics_less_is_better() {
    let mut count = 0;
    for (module, signature) in signatures() {
        let TypeKind::Named(kind, judges) = &signature.result.kind else { continue };
        if &*kind.text != "metric" || judges.is_empty() {
            continue;
        }
        let is_smaller = |judged: &TypeKind| matches!(judged, TypeKind::Named(name, _) if &*name.text == "smaller");
        let metric = gml_ir::Value::Symbol { name: signature.name.text.clone(), args: Vec::new() };
        let said = judges.iter().any(|judged| is_smaller(&judged.kind));
        assert_eq!(said, gml_operators::less_is_better(&metric), "{module} `{}`", signature.name.text);
        count += usize::from(said);
    }
    assert!(count > 3, "{count}");
}
