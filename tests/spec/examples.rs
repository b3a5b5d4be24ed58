//! The examples in the standard library: every name has one, and it is right.
//!
//! A fence ```` ```gml ```` in a doc comment is a whole program whose `test` blocks pass; ```` ```gml check ```` is one
//! that is only checked. Overloads of one name may share an example.

use std::collections::BTreeMap;
use std::path::Path;

use gml_diagnostics::FileId;
use gml_stdlib::MODULES;
use gml_syntax::ast::ItemKind;
use gml_tests::{Fence, check_text, fences, run_tests};

/// The examples by the name that they stand at, `std.table.filter`.
fn examples() -> BTreeMap<String, Vec<Fence>> {
    let mut examples: BTreeMap<String, Vec<Fence>> = BTreeMap::new();
    for module in MODULES {
        let parsed = gml_syntax::parse(FileId(0), module.text);
        for item in parsed.module.items {
            if let ItemKind::Signature(signature) = &item.kind {
                let found = item.docs.as_deref().map(fences).unwrap_or_default();
                let found = found.into_iter().filter(|fence| fence.words.first().is_some_and(|word| word == "gml"));
                examples.entry(format!("{}.{}", module.name, signature.name.text)).or_default().extend(found);
            }
        }
    }
    examples
}

#[test]
fn every_name_has_an_example() {
    let without: Vec<String> =
        examples().into_iter().filter(|(_, fences)| fences.is_empty()).map(|(name, _)| name).collect();
    assert!(without.is_empty(), "no example: {}", without.join(", "));
}

#[test]
fn every_example_is_right() {
    let mut wrong = Vec::new();
    let mut programs = 0;
    for (name, fences) in examples() {
        for fence in fences {
            programs += 1;
            wrong.extend(faults(&name, &fence));
        }
    }
    assert!(programs > 0, "there are no examples");
    assert!(wrong.is_empty(), "{} faults in {programs} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with an example: anything that the checker says, warnings too, and tests that fail.
fn faults(name: &str, fence: &Fence) -> Vec<String> {
    let checked = check_text(&fence.text);
    if !checked.diagnostics().is_empty() {
        return vec![format!("{name}\n{}", checked.shown())];
    }
    if fence.words.iter().any(|word| word == "check") {
        return Vec::new();
    }
    match run_tests(&checked, Path::new("")) {
        Ok(outcomes) if outcomes.is_empty() => vec![format!("{name}: there is no test in it")],
        Ok(outcomes) => outcomes
            .iter()
            .filter_map(|outcome| outcome.fault.as_ref())
            .map(|fault| format!("{name}: {fault} {}", fault.details.join("; ")))
            .collect(),
        Err(message) => vec![format!("{name}: {message}")],
    }
}
