//! Hover, signature help and inlay hints.

use gml_diagnostics::Span;
use insta::assert_snapshot;

use crate::support::{ask_one, shop};

fn in_node(body: &str) -> String {
    shop(&format!("node n(orders: table[Order], buyers: table[Buyer]) -> table {{\n    {body}\n}}"))
}

#[test]
fn a_step_shows_the_schema_there() {
    let body = "orders |> gro<|>up(by: [.buyer]) { spent = sum(.price) } |> sort([.buyer])";
    assert_snapshot!(ask_one(&in_node(body)).hover());
    let body = "orders |> group(by: [.buyer]) { spent = sum(.price) } <|>|> sort([.buyer])";
    assert_snapshot!(ask_one(&in_node(body)).hover());
}

#[test]
fn a_column_shows_its_type_and_where_it_was_made() {
    let body = "orders |> derive { gross = .price ?? 0.0 } |> filter(.gro<|>ss > 1.0)";
    assert_snapshot!(ask_one(&in_node(body)).hover());
    assert_snapshot!(ask_one(&in_node("orders |> filter(.buy<|>er == \"a\")")).hover());
    assert_snapshot!(ask_one(&in_node("orders |> filter(.lines.find(.s<|>ku == \"a\") is null)")).hover());
}

#[test]
fn names_show_what_they_are() {
    assert_snapshot!(ask_one(&shop("pipeline p { save ord<|>ers as orders }")).hover());
    assert_snapshot!(ask_one(&shop("fn f(x: int) -> int = x + da<|>ys")).hover());
    assert_snapshot!(ask_one(&shop("fn f(x: int) -> int = <|>x + days")).hover());
    assert_snapshot!(ask_one(&in_node("orders |> join(buyers, on: [.buyer], how: le<|>ft)")).hover());
    assert_snapshot!(ask_one(&in_node("orders |> join(buyers, o<|>n: [.buyer], how: left)")).hover());
}

#[test]
fn literals_with_units() {
    assert_snapshot!(ask_one("param a: duration = 7<|>d").hover());
    assert_snapshot!(ask_one("param a: date = @2021-01-2<|>6").hover());
}

#[test]
fn broken_programs_show_what_is_known() {
    let body = "orders |> filter(.pri<|>ce > \"a\", 3)";
    assert!(ask_one(&in_node(body)).hover().contains("price: float?"));
    let text = shop("node b((\nnode n(orders: table[Order]) -> table { orders |> take(<|>3) }\ncatalog { x ]");
    assert!(ask_one(&text).hover().contains("int"));
}

#[test]
fn signatures_of_calls() {
    let shown = |text: &str| {
        let asked = ask_one(text);
        let found = gml_ide::signature_help(&asked.analysis.package, asked.file, asked.offset);
        found.map_or("nothing".to_owned(), |found| {
            let signature = &found.signatures[found.active];
            let active = signature.active.and_then(|place| signature.parameters.get(place));
            let active = active.map_or("", |(start, end)| &signature.label[*start as usize..*end as usize]);
            format!("{} overloads, {}\n{active}", found.signatures.len(), signature.label)
        })
    };
    assert_snapshot!(shown(&in_node("orders |> filter(<|>")));
    assert_snapshot!(shown(&in_node("orders |> join(buyers, on: [.buyer], how: <|>")));
    assert_snapshot!(shown(&in_node("orders |> take(3) <|>")), @"nothing");
    assert_snapshot!(shown(&shop("fn f(x: int, y: int = 2) -> int = x\nfn g(x: int) -> int = f(1, <|>")), @r"
    1 overloads, fn f(x: int, y: int = 2) -> int
    y: int = 2
    ");
}

#[test]
fn hints_tell_types() {
    let text = shop(
        "node n(orders: table[Order]) -> table {\n    let late = orders\n        |> derive { gross = .price ?? 0.0 }\n        |> drop([.lines, .address])\n    late |> group(by: [.buyer]) { spent = sum(.gross) }\n}\npipeline p {\n    let parts = orders |> split_random(train: 80%, test: 20%, seed: 1)\n    let n = count(orders)\n}<|>",
    );
    let asked = ask_one(&text);
    let source = asked.analysis.package.sources.text(asked.file);
    let range = Span::new(asked.file, 0, asked.offset);
    let hints = gml_ide::hints(&asked.analysis.package, asked.file, range);
    let mut shown = source.to_owned();
    for hint in hints.iter().rev() {
        shown.insert_str(hint.at as usize, &format!("⟦{}⟧", hint.label));
    }
    assert_snapshot!(&shown[shown.find("node n").unwrap()..]);
}
