//! Every lint can be silenced at the declaration and in `gml.toml`, and be made an error there.

use std::collections::BTreeSet;

use gml_analysis::{Analysis, MemoryWorld, check};
use gml_diagnostics::{Code, Diagnostic, Severity};
use gml_syntax::ast::{Item, Name};

use crate::wrong::examples;

/// Lints without a failing example on their page, each with a program that shows it.
const WITHOUT_EXAMPLE: [(&str, &str); 1] = [(
    "unused_connection",
    "connection shop = postgres(url: secret(\"SHOP_URL\"))\n\ntest \"a\" {\n    expect 1 < 2\n}\n",
)];

/// Lints that stand outside of any declaration, so that none can allow them.
const OUTSIDE: [&str; 1] = ["dangling_doc_comment"];

/// A lint by the name that programs use, and a program of which only it is told.
fn shown() -> Vec<(String, String)> {
    let lints = Code::all().filter(|code| code.severity() == Severity::Warning);
    lints
        .flat_map(|code| {
            let name = code.name().replace('-', "_");
            let mut programs: Vec<String> = examples(code).into_iter().map(|program| program.text).collect();
            let own = WITHOUT_EXAMPLE.iter().filter(|(lint, _)| *lint == name);
            assert!(own.clone().count() == 0 || programs.is_empty(), "the page of {name} has an example by now");
            programs.extend(own.map(|(_, text)| (*text).to_owned()));
            assert!(!programs.is_empty(), "nothing shows {name}");
            programs.into_iter().map(move |text| (name.clone(), text))
        })
        .collect()
}

fn checked(text: &str, configuration: &str) -> Analysis {
    check(&MemoryWorld::new([("main.gml", text), ("gml.toml", configuration)]), "main.gml")
}

/// What is told of a program, by severity and name.
fn told(analysis: &Analysis) -> BTreeSet<(&'static str, String)> {
    let one = |found: &Diagnostic| (found.severity.word(), found.code.name().replace('-', "_"));
    analysis.diagnostics.iter().map(one).collect()
}

/// The text with `allow(name)` at every declaration in which something is told; `None` where something is told outside of all.
fn allowing(text: &str, name: &str) -> Option<String> {
    let analysis = checked(text, "");
    let items = &analysis.package.modules[0].ast.items;
    let holds =
        |item: &Item, found: &Diagnostic| item.span.start <= found.span.start && found.span.end <= item.span.end;
    let around: Option<Vec<usize>> =
        analysis.diagnostics.iter().map(|found| items.iter().position(|item| holds(item, found))).collect();
    let mut places: Vec<usize> = around?;
    places.sort_unstable();
    places.dedup();
    let mut changed = text.to_owned();
    for place in places.into_iter().rev() {
        let item = &items[place];
        match item.allow.last() {
            Some(Name { span, .. }) => changed.insert_str(span.end as usize, &format!(", {name}")),
            None => {
                // Behind the doc comment.
                let own = &text[item.span.start as usize..];
                let docs: usize = own
                    .split_inclusive('\n')
                    .take_while(|line| line.trim_start().starts_with("##"))
                    .map(str::len)
                    .sum();
                changed.insert_str(item.span.start as usize + docs, &format!("allow({name})\n"));
            }
        }
    }
    Some(changed)
}

#[test]
fn every_lint_warns_unless_something_else_is_said() {
    for (name, text) in shown() {
        assert_eq!(told(&checked(&text, "")), BTreeSet::from([("warning", name)]), "{text}");
    }
}

#[test]
fn every_lint_is_silenced_at_the_declaration() {
    let mut outside = BTreeSet::new();
    for (name, text) in shown() {
        let Some(allowing) = allowing(&text, &name) else {
            outside.insert(name);
            continue;
        };
        assert_ne!(allowing, text);
        let said = checked(&allowing, "").diagnostics;
        assert!(said.is_empty(), "{name}: {said:#?}\n{allowing}");
    }
    assert_eq!(outside, BTreeSet::from(OUTSIDE.map(str::to_owned)));
}

#[test]
fn every_lint_is_silenced_in_the_configuration() {
    for (name, text) in shown() {
        let said = checked(&text, &format!("[lints]\n{name} = \"allow\"\n")).diagnostics;
        assert!(said.is_empty(), "{name}: {said:#?}");
    }
}

/// An error of a program ends `gmlc check` with exit code 1, which the tests of the command show.
#[test]
fn every_lint_is_an_error_where_the_configuration_denies_it() {
    for (name, text) in shown() {
        let denied = checked(&text, &format!("[lints]\n{name} = \"deny\"\n"));
        assert!(denied.has_errors(), "{name}");
        assert_eq!(told(&denied), BTreeSet::from([("error", name.clone())]), "{text}");
        let Some(allowing) = allowing(&text, &name) else { continue };
        let said = checked(&allowing, &format!("[lints]\n{name} = \"deny\"\n")).diagnostics;
        assert!(said.is_empty(), "the declaration goes before the project: {name}: {said:#?}");
    }
}
