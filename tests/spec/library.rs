//! The standard library: every signature has an implementation, every implementation a signature.

use std::collections::BTreeSet;

use gml_stdlib::MODULES;
use gml_syntax::ast::{ItemKind, SignatureKind};

fn declared(of: impl Fn(SignatureKind) -> bool) -> BTreeSet<(String, String)> {
    let mut names = BTreeSet::new();
    for (index, module) in MODULES.iter().enumerate() {
        let parsed = gml_syntax::parse(gml_diagnostics::FileId(index as u32), module.text);
        assert!(parsed.diagnostics.is_empty(), "{}: {:?}", module.path, parsed.diagnostics);
        for item in parsed.module.items {
            if let ItemKind::Signature(signature) = &item.kind
                && of(signature.kind)
            {
                assert!(item.docs.is_some(), "{} `{}` has no doc comment", module.path, signature.name.text);
                names.insert((module.name.to_owned(), signature.name.text.to_string()));
            }
        }
    }
    names
}

#[test]
fn operators_are_declared_and_implemented() {
    let declared = declared(|kind| kind == SignatureKind::Operator);
    let implemented: BTreeSet<_> = gml_operators::operators()
        .map(|(module, name)| (module.to_owned(), name.to_owned()))
        // `a >> b` is written with an operator sign and so has no signature of its own.
        .filter(|(_, name)| name != "chain")
        .collect();
    assert_eq!(declared, implemented);
}

#[test]
fn functions_are_declared_and_implemented() {
    let declared: BTreeSet<_> =
        declared(|kind| kind != SignatureKind::Operator).into_iter().map(|(_, name)| name).collect();
    let implemented: BTreeSet<_> = gml_operators::functions().map(str::to_owned).collect();
    let missing: Vec<_> = implemented.difference(&declared).collect();
    assert!(missing.is_empty(), "implemented without a signature: {missing:?}");
    // What is left stands for itself: the front end keeps it as a value (metrics, periods, connectors) or folds it.
    let symbols: Vec<_> = declared.difference(&implemented).cloned().collect();
    insta::assert_snapshot!(symbols.join(" "));
}
