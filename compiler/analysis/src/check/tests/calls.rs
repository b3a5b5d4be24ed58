//! Overloads, names of other tools, arguments.

use gml_diagnostics::FileId;
use gml_syntax::ast;

use crate::check::signature::{Default, compile};
use crate::package::SignatureId;
use crate::typed::TypedKind;
use crate::types::{contracted, satisfied};

use super::{check, told, wrong};

#[test]
fn names_of_other_tools() {
    for (other, here) in [
        ("where(.n > 0)", "filter"),
        ("mutate { y = 1 }", "derive"),
        ("groupby([.user])", "group"),
        ("order_by(.n)", "sort"),
        ("limit(3)", "take"),
        ("merge(u)", "join"),
        ("melt([.n])", "unpivot"),
        ("fillna(0)", "fill"),
        ("head(3)", "take"),
        ("with_columns { y = 1 }", "derive"),
    ] {
        let told = told(other);
        assert!(told.starts_with("unknown-function"), "{told}");
        assert!(told.contains(&format!("that is written `{here}")), "{told}");
    }
    assert!(told("group(by: [.user]) { y = avg(.n) }").contains("written `mean(.x)`"));
    assert!(told("group(by: [.user]) { y = nunique(.n) }").contains("written `distinct_count(.x)`"));
}

#[test]
fn a_name_of_a_module_that_is_not_imported() {
    let checked = check("pipeline p { let a = impute(mean, [.x]) }");
    assert_eq!(checked.codes(), ["unknown-function `impute`"]);
    assert!(checked.told().contains("use std.prep.{impute}"));
    assert_eq!(
        checked.diagnostics[0].fix.as_ref().map(|fix| fix.edits[0].replacement.as_str()),
        Some("use std.prep.{impute}\n")
    );
}

#[test]
fn overloads_are_told_apart() {
    assert_eq!(wrong("sample(true, seed: 1)"), ["no-overload-fits `true`"]);
    assert_eq!(wrong("split_time(by: .day)"), vec!["type-mismatch `t |> split_time(by: .day)`".to_owned()]);
    assert_eq!(wrong("fill([.sn], direction: forward)"), ["missing-argument `fill([.sn], direction: forward)`"]);
    assert_eq!(wrong("join(u)"), ["missing-argument `join(u)`"]);
    assert_eq!(wrong("take()"), ["missing-argument `take()`"]);
    assert_eq!(wrong("take(1, 2)"), ["type-mismatch `2`"]);
    assert_eq!(wrong("take(number: 1)"), ["unknown-argument `number`"]);
    assert_eq!(wrong("take(\"a\")"), ["type-mismatch `\"a\"`"]);
    assert_eq!(wrong("take(1) { a = 1 }"), ["too-many-arguments `{ a = 1 }`"]);
}

#[test]
fn what_is_no_function() {
    assert_eq!(check("node f(t: table[T]) -> table { let a = 1 t |> take(a()) }").codes(), ["not-callable `a`"]);
    assert_eq!(check("node f(t: table[T]) -> table { T(t) }").codes(), ["not-callable `T`"]);
    assert_eq!(check("node f(t: table[T]) -> table { let a = lower t }").codes(), ["not-a-value `lower`"]);
}

#[test]
fn names_before_their_let() {
    let program = "node f(t: table[T]) -> table { let a = b let b = 1 t |> take(a + b) }";
    assert_eq!(check(program).codes(), ["used-before-let `b`"]);
    let program = "node f(t: table[T]) -> table { let t = t |> take(1) t }";
    assert_eq!(check(program).codes(), ["shadowed-name `t`"]);
}

#[test]
fn patterns_and_formats_can_be_read() {
    assert_eq!(wrong("filter(.s.matches(\"(\"))"), ["bad-regex `\"(\"`"]);
    assert_eq!(wrong("select { y = .s.to_date(\"%Y-%m\") }"), ["bad-date-format `\"%Y-%m\"`"]);
    assert_eq!(wrong("select { y = .s.to_date(\"%d.%m.%Y\") }"), Vec::<String>::new());
}

#[test]
fn contracts_hold_for_what_names_stand_for() {
    let node = |body: &str| check(&format!("param k: int = 0\nnode f(t: table[T]) -> table {{ {body} }}")).codes();
    assert_eq!(node("t |> take(k)"), Vec::<String>::new());
    assert_eq!(node("t |> take(k - 1)"), ["argument-out-of-range `k - 1`"]);
    assert_eq!(node("let few = -3 t |> take(few)"), ["argument-out-of-range `few`"]);
    // A condition may see to it that there is enough.
    assert_eq!(node("if k > 0 then t |> take(k - 1) else t"), Vec::<String>::new());
    let pipeline = "param k: int = 0\npipeline p { when k > 0 { expect count(t |> take(k - 1)) > 0 } }";
    assert_eq!(check(pipeline).codes(), Vec::<String>::new());
    let told = check("pipeline p(few: int = -1) { expect count(t |> take(few)) > 0 }");
    assert_eq!(told.codes(), ["argument-out-of-range `few`"]);
    assert_eq!(told.diagnostics[0].labels[0].message, "`few` is -1 here");
}

fn signature_of(item: &ast::Item) -> Option<&str> {
    match &item.kind {
        ast::ItemKind::Signature(signature) => Some(&signature.name.text),
        _ => None,
    }
}

/// A contract that had no meaning would hold nothing, and a default that breaks one would be refused where it is written.
#[test]
fn contracts_of_the_library_have_a_meaning_and_its_defaults_satisfy_them() {
    let modules =
        gml_stdlib::MODULES.iter().map(|module| (module.name, gml_syntax::parse(FileId(0), module.text).module));
    let uses: String = modules
        .filter_map(|(name, module)| {
            module.items.iter().find_map(|item| Some(format!("use {name}.{{{}}}\n", signature_of(item)?)))
        })
        .collect();
    let package = check(&uses).package;
    let mut count = 0;
    for (place, written) in package.signatures.iter().enumerate() {
        let signature = compile(&package, SignatureId(place as u32));
        for (param, as_written) in signature.params.iter().zip(&written.ast.params) {
            let about = format!("`{}` of `{}`", param.name, signature.name);
            assert_eq!(param.contracts.len(), as_written.contracts.len(), "{about}");
            count += param.contracts.len();
            let Some(Default::Constant(default)) = &param.default else { continue };
            let TypedKind::Literal(value) = &default.kind else { panic!("{about}") };
            let fits = |value| param.contracts.iter().all(|contract| satisfied(&contract.rule, &value));
            assert!(contracted(value.clone()).into_iter().all(fits), "{about} is {value}");
        }
    }
    assert!(count > 100, "{count} contracts");
}
