//! Renaming: everything that has the name, and nothing else.

use gml_analysis::{MemoryWorld, check};
use insta::assert_snapshot;

use crate::support::{Asked, ask, ask_one};

const MAIN: &str = "use lib.{Order, tidied as clean}\n\ncatalog { orders: table[Order] = csv(\"o.csv\"), out: table[Order] = csv(\"x.csv\") }\n\npipeline p(rows: int = 3) {\n    let kept = clean(orders, keep: rows)\n    save kept |> derive { price = .price * 2.0 } as out\n}\n";
const LIB: &str = "schema Order {\n    id order: int,\n       price: float,\n    unique [order],\n}\n\nnode tidied(orders: table[Order], keep: int) -> table[Order] {\n    let dear = orders |> filter(.price > 1.0)\n    dear |> select { order = .order, price = .price ** 2.0 } |> take(keep)\n}\n\ntest \"t\" {\n    let orders = table[Order] [{ order: 1, price: 2.0 }]\n    expect first(tidied(orders, 1)).price == 4.0\n}\n";

fn at(path: &str, plain: &str, marked: &str) -> Asked {
    let text = if path == "main.gml" { MAIN } else { LIB };
    assert_eq!(text.matches(plain).count(), 1, "{plain}");
    let text = text.replace(plain, marked);
    match path {
        "main.gml" => ask(&[("main.gml", &text), ("lib.gml", LIB)]),
        _ => ask(&[("main.gml", MAIN), ("lib.gml", &text)]),
    }
}

/// What is wrong with the files after a rename.
fn wrong(asked: &Asked, name: &str) -> Vec<String> {
    let edits = gml_ide::rename(&asked.analysis.package, asked.file, asked.offset, name).unwrap();
    let sources = &asked.analysis.package.sources;
    let files = asked.analysis.package.modules.iter().filter(|module| !module.is_std).map(|module| {
        let own: Vec<_> = edits.iter().filter(|edit| edit.span.file == module.file).cloned().collect();
        (sources.path(module.file).to_owned(), gml_ide::apply(sources.text(module.file), &own))
    });
    let after = check(&MemoryWorld::new(files), &asked.main);
    after.diagnostics.iter().map(|it| format!("{} {}", it.code.id(), it.message)).collect()
}

#[test]
fn declarations_of_all_kinds() {
    let before = ask(&[("main.gml", &format!("<|>{MAIN}")), ("lib.gml", LIB)]);
    let known: Vec<String> =
        before.analysis.diagnostics.iter().map(|it| format!("{} {}", it.code.id(), it.message)).collect();
    for (path, plain, marked) in [
        ("lib.gml", "node tidied", "node ti<|>died"),
        ("lib.gml", "schema Order", "schema Or<|>der"),
        ("lib.gml", "keep: int", "ke<|>ep: int"),
        ("lib.gml", "let dear", "let de<|>ar"),
        ("lib.gml", "filter(.price", "filter(.pr<|>ice"),
        ("lib.gml", "id order: int", "id or<|>der: int"),
        ("main.gml", "p(rows", "p(ro<|>ws"),
        ("main.gml", "let kept", "let ke<|>pt"),
        ("main.gml", "as out", "as o<|>ut"),
    ] {
        let asked = at(path, plain, marked);
        let name = if plain.starts_with("schema") { "Renamed" } else { "renamed" };
        let after = wrong(&asked, name);
        assert_eq!(after.len(), known.len(), "{plain}: {after:?}");
        let changed = asked.renamed(name);
        assert!(changed.contains(name), "{plain}: {changed}");
    }
}

#[test]
fn a_column_with_what_makes_it() {
    assert_snapshot!(at("lib.gml", "price: float", "pri<|>ce: float").renamed("amount"));
}

#[test]
fn an_alias_of_an_import_stays() {
    let changed = at("lib.gml", "node tidied", "node ti<|>died").renamed("cleaned");
    assert!(changed.contains("cleaned as clean}") && changed.contains("= clean(orders"), "{changed}");
}

#[test]
fn names_that_cannot_be() {
    let node = at("lib.gml", "node tidied", "node ti<|>died");
    assert_snapshot!(node.renamed("1st"), @"refused: `1st` is no name: names are made of a to z, A to Z, 0 to 9 and `_`");
    assert_snapshot!(node.renamed("when"), @"refused: `when` is a word of the language");
    assert_snapshot!(node.renamed("Order"), @"refused: the name `Order` is taken in `main`");
    assert_snapshot!(node.renamed("filter"), @"refused: `filter` is a name of the standard library");
    assert_snapshot!(at("lib.gml", "let dear", "let de<|>ar").renamed("keep"), @"refused: the name `keep` is taken");
    assert_snapshot!(at("lib.gml", "price: float", "pri<|>ce: float").renamed("order"), @"refused: the name `order` is taken");
    assert_snapshot!(at("main.gml", "as out", "as o<|>ut").renamed("orders"), @"refused: the name `orders` is taken in `main`");
    assert_snapshot!(at("lib.gml", "filter(", "fil<|>ter(").renamed("keep_rows"), @"refused: this is a name of the standard library");
    assert_snapshot!(at("main.gml", "use lib", "use l<|>ib").renamed("other"), @"refused: a module has the name of its file: rename the file");
    assert_snapshot!(ask_one("param a: int = <|>1").renamed("b"), @"refused: nothing with a name stands here");
    assert_eq!(node.renamed("tidied"), "");
}

/// Other types write the same struct out: renamed in one of them, the program would not fit any more.
#[test]
fn fields_of_structs_are_left_to_the_writer() {
    let program = "schema A { at: struct { zip: str } }\nschema B { at: struct { zip: str }, home: str }\n\ncatalog { a: table[A] = parquet(\"a.parquet\"), b: table[B] = parquet(\"b.parquet\") }\n\npipeline p { save a |> derive { home = .at.zip } as b }\n";
    let refused = "refused: `zip` is a field of a struct, which stands in other types too: rename it by hand";
    for (plain, marked) in [("A { at: struct { zip", "A { at: struct { z<|>ip"), (".at.zip", ".at.z<|>ip")] {
        let asked = ask_one(&program.replace(plain, marked));
        assert_eq!(asked.renamed("code"), refused);
        assert!(gml_ide::prepare_rename(&asked.analysis.package, asked.file, asked.offset).is_err());
    }
    let column = ask_one(&program.replace("A { at", "A { a<|>t"));
    assert!(
        column.renamed("place").contains("schema A { place: struct { zip: str } named \"at\" }"),
        "{}",
        column.renamed("place")
    );
}
