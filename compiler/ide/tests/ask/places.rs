//! Definition, references, symbols, colours, folding.

use gml_ide::TokenClass;
use insta::assert_snapshot;

use crate::support::{ask, ask_one, shop};

const MAIN: &str = "use lib.{Order, cleaned as tidy, least}\n\ncatalog { orders: table[Order] = csv(\"o.csv\") }\n\npipeline p(rows: int = least) {\n    let all = tidy(orders, keep: rows)\n    save all as orders\n}\n";
const LIB: &str = "param least: int = 3\n\nschema Order {\n    id order: int,\n       price: float,\n}\n\nnode cleaned(orders: table[Order], keep: int) -> table[Order] {\n    let dear = orders |> filter(.price > 1.0)\n    dear |> take(keep)\n}\n";

fn at(path: &str, marked: &str, plain: &str) -> crate::support::Asked {
    let text = if path == "main.gml" { MAIN } else { LIB };
    assert_eq!(text.matches(plain).count(), 1, "{plain}");
    let text = text.replace(plain, marked);
    match path {
        "main.gml" => ask(&[("main.gml", &text), ("lib.gml", LIB)]),
        _ => ask(&[("main.gml", MAIN), ("lib.gml", &text)]),
    }
}

#[test]
fn definitions_across_files() {
    assert_snapshot!(at("main.gml", "ti<|>dy(orders", "tidy(orders").definition(), @"lib.gml:8:6 cleaned");
    assert_snapshot!(at("main.gml", "ke<|>ep: rows", "keep: rows").definition(), @"lib.gml:8:36 keep");
    assert_snapshot!(at("main.gml", "save a<|>ll", "save all").definition(), @"main.gml:6:9 all");
    assert_snapshot!(at("main.gml", "as ord<|>ers\n", "as orders\n").definition(), @"main.gml:3:11 orders");
    assert_snapshot!(at("main.gml", "use l<|>ib", "use lib").definition(), @"lib.gml:1:1");
    assert_snapshot!(at("main.gml", "table[Or<|>der]", "table[Order]").definition(), @"lib.gml:3:8 Order");
    assert_snapshot!(at("lib.gml", "filter(.pr<|>ice", "filter(.price").definition(), @"lib.gml:5:8 price");
}

#[test]
fn definitions_of_modules_beside_the_main_file() {
    let files = |inner: &'static str| {
        [
            ("main.gml", "use shop.sessions.{twice}\nparam n: int = twice"),
            ("shop/sessions.gml", inner),
            ("shop/near.gml", "param one: int = 1"),
            ("far.gml", "# far\nparam two: int = 2"),
        ]
    };
    let asked = |inner| ask(&files(inner)).definition();
    let text = "use near.{one}\nuse f<|>ar.{two}\nparam twice: int = one + two";
    assert_snapshot!(asked(text), @"far.gml:1:1");
    assert_snapshot!(asked("use n<|>ear.{one}\nuse far.{two}\nparam twice: int = one + two"), @"shop/near.gml:1:1");
    assert_snapshot!(asked("use near.{one}\nuse far.{two}\nparam twice: int = one + t<|>wo"), @"far.gml:2:7 two");
}

#[test]
fn definitions_in_the_library() {
    let found = at("lib.gml", "fil<|>ter(", "filter(").definition();
    assert!(found.starts_with("std/table.gml:") && found.ends_with(" filter"), "{found}");
}

#[test]
fn references_across_files() {
    assert_snapshot!(at("lib.gml", "node clean<|>ed", "node cleaned").references());
    assert_snapshot!(at("lib.gml", "ke<|>ep: int", "keep: int").references());
    assert_snapshot!(at("lib.gml", "pri<|>ce: float", "price: float").references());
    assert_snapshot!(at("main.gml", "all = t<|>idy", "all = tidy").references());
}

#[test]
fn the_way_of_a_column() {
    let text = shop(
        "node n(orders: table[Order], buyers: table[Buyer]) -> table {\n    orders\n        |> derive { gross = .price ?? 0.0 }\n        |> group(by: { who = .buyer }) { spent = sum(.gross) }\n        |> rename { buyer = .who }\n        |> join(buyers, on: [.buyer], how: left)\n        |> filter(.spent > 1.0 and .age > 3 and .buyer != \"x\")\n}",
    );
    let asked = |plain: &str, marked: &str| ask_one(&text.replacen(plain, marked, 1)).definition();
    assert_snapshot!(asked("sum(.gross", "sum(.gr<|>oss"), @"main.gml:30:21 gross");
    assert_snapshot!(asked(".spent > 1", ".sp<|>ent > 1"), @"main.gml:31:42 spent");
    assert_snapshot!(asked(".age > 3", ".ag<|>e > 3"), @"main.gml:16:8 age");
    assert_snapshot!(asked(".buyer != ", ".bu<|>yer != "), @"main.gml:32:21 buyer");
    assert_snapshot!(asked("on: [.buyer]", "on: [.bu<|>yer]"), @r"
    main.gml:15:8 buyer
    main.gml:32:21 buyer
    ");
    assert_snapshot!(asked("= .who }", "= .wh<|>o }"), @"main.gml:31:24 who");
}

#[test]
fn outlines() {
    let asked = ask_one(&shop("node n(a: table[Order]) -> table {\n    let b = a\n    b\n}<|>"));
    let module = &asked.analysis.package.modules[0];
    let outline = gml_ide::outline(&module.ast, asked.analysis.package.sources.text(asked.file));
    let lines = outline.iter().flat_map(|it| {
        let children = it.children.iter().map(|it| format!("  {} {:?} {:?}", it.name, it.kind, it.detail));
        std::iter::once(format!("{} {:?} {:?}", it.name, it.kind, it.detail)).chain(children)
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    let found = gml_ide::search(&asked.analysis.package, "ord");
    assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Order", "orders"]);
}

#[test]
fn colours_know_the_program() {
    let asked = ask_one(&shop(
        "## Docs.\nnode n(orders: table[Order], least: int) -> table {\n    orders |> filter(.price > least and .channel == \"web\") |> join(orders, on: [.order], how: semi)\n}<|>",
    ));
    let source = asked.analysis.package.sources.text(asked.file);
    let tokens = gml_ide::highlight(&asked.analysis.package, asked.file, None);
    let start = source.find("## Docs").unwrap();
    let shown: Vec<String> = tokens
        .iter()
        .filter(|it| it.span.start as usize >= start && it.class != TokenClass::Operator)
        .map(|it| {
            let text = &source[it.span.start as usize..it.span.end as usize];
            let flags = [(it.declaration, "*"), (it.library, " std"), (it.documentation, " docs")];
            let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
            format!("{text} {:?}{flags}", it.class)
        })
        .collect();
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn folds_and_selections() {
    let text = "use std.metrics.{auc}\nuse std.prep.{impute}\n# a\n# b\n\nnode n(t: table { a: int }) -> table {\n    t |> filter(.a > <|>1)\n}\n";
    let asked = ask_one(text);
    let source = asked.analysis.package.sources.text(asked.file);
    let module = &asked.analysis.package.modules[0].ast;
    let folds = gml_ide::folds(module, asked.file, source);
    let folds =
        folds.iter().map(|it| format!("{:?} {:?}", it.kind, &source[it.span.start as usize..it.span.end as usize]));
    assert_snapshot!(folds.collect::<Vec<_>>().join("\n"));
    let spans = gml_ide::selections(module, asked.file, source, asked.offset);
    let spans = spans.iter().map(|it| format!("{:?}", &source[it.start as usize..it.end as usize]));
    assert_snapshot!(spans.collect::<Vec<_>>().join("\n"));
}

#[test]
fn actions_are_the_fixes_of_diagnostics() {
    let asked = ask_one(&shop("node n(orders: table[Order]) -> table { orders |> filter(.pric<|>e_ > 1.0) }"));
    let actions = gml_ide::actions(&asked.analysis.diagnostics, asked.file, asked.offset, asked.offset);
    assert_eq!(actions.len(), 1, "{:?}", asked.analysis.diagnostics);
    assert!(asked.changed(&actions[0].edits).contains("filter(.price > 1.0)"));
    assert!(gml_ide::actions(&asked.analysis.diagnostics, asked.file, 0, 0).is_empty());
}
