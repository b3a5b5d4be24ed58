use insta::assert_snapshot;

use super::resolve;
use crate::package::Definition;
use crate::testing::{project, told, told_of};
use crate::world::MemoryWorld;

#[test]
fn the_standard_library_is_free_of_faults() {
    let uses: String = gml_stdlib::MODULES
        .iter()
        .filter(|module| !module.prelude)
        .map(|module| {
            let all = gml_syntax::parse(gml_diagnostics::FileId(0), module.text).module;
            let names = all.items.iter().filter_map(|item| match &item.kind {
                gml_syntax::ast::ItemKind::Signature(signature) => Some(signature.name.text.to_string()),
                _ => None,
            });
            let mut names: Vec<_> = names.collect();
            names.sort();
            names.dedup();
            format!("use {}.{{{}}}\n", module.name, names.join(", "))
        })
        .collect();
    let (package, diagnostics) = resolve(&MemoryWorld::new([("main.gml", uses)]), "main.gml");
    assert_eq!(diagnostics, []);
    assert_eq!(package.modules.len(), gml_stdlib::MODULES.len() + 1);
    assert!(package.signatures.len() > 100);
    let schema = package.schemas.iter().find(|schema| &*schema.declared.name == "Calibrated").unwrap();
    assert_eq!(schema.row.columns.len(), 2);
    assert_eq!(schema.row.columns[0].contracts.len(), 1);
}

#[test]
fn only_what_is_used_of_the_standard_library_is_read() {
    let (package, _) = project(&[("main.gml", "use std.metrics.{auc}\n")]);
    let names: Vec<&str> = package.modules.iter().map(|module| &*module.name).collect();
    assert_eq!(names[0], "main");
    assert!(names.contains(&"std.metrics") && names.contains(&"std.table"));
    assert!(!names.contains(&"std.learn"));
    let package = project(&[("main.gml", "")]).0;
    assert!(!package.modules.iter().any(|module| &*module.name == "std.metrics"));
}

#[test]
fn overloads_come_from_all_modules_of_the_prelude() {
    let (package, _) = project(&[("main.gml", "")]);
    let main = crate::package::ModuleId(0);
    let kinds = |name: &str| match package.lookup(main, name) {
        Some(Definition::Std(ids)) => {
            let mut kinds: Vec<String> =
                ids.iter().map(|id| format!("{:?}", package.signatures[id.0 as usize].ast.kind)).collect();
            kinds.sort();
            kinds
        }
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(kinds("last"), ["Aggregate", "Function", "Operator"]);
    assert_eq!(kinds("derive"), ["Operator", "Operator"]);
}

#[test]
fn names_of_other_files() {
    let files = [
        (
            "app/main.gml",
            "use shop.sessions.{Session, clean as tidy}\nparam n: int = 1\npipeline p { save tidy(orders, n) as orders }\ncatalog { orders: table[Session] = parquet(\"x\") }",
        ),
        (
            "app/shop/sessions.gml",
            "use rates.{seed}\nschema Session { id user: str }\nnode clean(s: table[Session], n: int) -> table[Session] { s |> take(n + seed) }",
        ),
        ("app/shop/rates.gml", "param seed: int = 42"),
    ];
    assert_snapshot!(told(&files), @"nothing");
    let (package, _) = project(&files);
    let names: Vec<&str> = package.modules.iter().filter(|module| !module.is_std).map(|module| &*module.name).collect();
    assert_eq!(names, ["app.main", "app.shop.sessions", "app.shop.rates"]);
    let params: Vec<&str> = package.params.iter().map(|param| &*param.declared.name).collect();
    assert_eq!(params, ["seed", "n"], "those of an imported file come first");
}

#[test]
fn modules_beside_the_main_file() {
    let files = [
        ("app/main.gml", "use shop.sessions.{twice}\nuse rates.{seed}\nparam n: int = twice + seed"),
        ("app/shop/sessions.gml", "use rates.{near}\nuse shared.money.{cents}\nparam twice: int = near * 2 + cents"),
        ("app/shop/rates.gml", "param near: int = 1"),
        ("app/rates.gml", "param seed: int = 42"),
        ("app/shared/money.gml", "use rates.{seed}\nparam cents: int = seed"),
    ];
    assert_snapshot!(told(&files), @"nothing");
    let (package, _) = project(&files);
    let names: Vec<&str> = package.modules.iter().filter(|module| !module.is_std).map(|module| &*module.name).collect();
    assert_eq!(names, ["app.main", "app.shop.sessions", "app.rates", "app.shop.rates", "app.shared.money"]);
    let files = [
        ("main.gml", "use shop.sessions.{a}\nparam b: int = a"),
        ("shop/sessions.gml", "use share.{c}\nuse nothing_like_it.{d}\nuse main.{b}\nparam a: int = c + d + b"),
        ("shared.gml", "param c: int = 1"),
    ];
    assert_snapshot!(told(&files), @r"
    GML0102 there is no module `share` at shop/sessions.gml:1:5 `share`
      here: no file `shop/share.gml` and no file `share.gml`
      help: did you mean `shared`?
      fix: shop/sessions.gml:1:5 `share` -> shared
    GML0102 there is no module `nothing_like_it` at shop/sessions.gml:2:5 `nothing_like_it`
      here: no file `shop/nothing_like_it.gml` and no file `nothing_like_it.gml`
    GML0106 modules import each other in a circle: `main` → `shop.sessions` → `main` at main.gml:1:5 `shop.sessions`
      shop/sessions.gml:3:5 `main`: `shop.sessions` goes on here
      help: move what both need into a module of its own
    ");
}

#[test]
fn modules_that_are_not_there() {
    let files = [
        (
            "main.gml",
            "use sesions.{a}\nuse std.prepp.{impute}\nuse std.nothing_like_it.{x}\nuse metrics.{auc}\nparam p: int = a + x",
        ),
        ("sessions.gml", "param a: int = 1"),
    ];
    assert_snapshot!(told(&files), @r#"
    GML0102 there is no module `sesions` at main.gml:1:5 `sesions`
      here: no file `sesions.gml`
      help: did you mean `sessions`?
      fix: main.gml:1:5 `sesions` -> sessions
    GML0102 the standard library has no module `std.prepp` at main.gml:2:5 `std.prepp`
      help: did you mean `std.prep`?
      fix: main.gml:2:5 `std.prepp` -> std.prep
    GML0102 the standard library has no module `std.nothing_like_it` at main.gml:3:5 `std.nothing_like_it`
      help: its modules are `std.prep`, `std.learn`, `std.metrics`, `std.monitor`, `std.report`, `std.embed`, `std.recommend`, `std.features` and `std.graph`
    GML0102 there is no module `metrics` at main.gml:4:5 `metrics`
      here: no file `metrics.gml`
      help: did you mean `std.metrics`?
      fix: main.gml:4:5 `metrics` -> std.metrics
    "#);
}

#[test]
fn modules_that_are_named_as_a_whole() {
    let program = "use std.learn\nuse std.table\nuse std.filter\nuse std.boosted_trees\nuse std.{prep}\nuse std.lern\nuse shop.sessions\n\
                   pipeline p { track fit(logistic() >> tune(1), train: impute) }";
    assert_snapshot!(told(&[("main.gml", program), ("shop/sessions.gml", "param a: int = 1")]), @r"
    GML0103 this takes no name from `shop.sessions` at main.gml:7:5 `shop.sessions`
      help: say which: `use shop.sessions.{first, second}`
    GML0103 this takes no name from `std.learn` at main.gml:1:5 `std.learn`
      help: write `use std.learn.{boosted_trees, logistic, tune}`
      fix: main.gml:1:5 `std.learn` -> std.learn.{boosted_trees, logistic, tune}
    GML0103 `std.table` need not be imported at main.gml:2:5 `std.table`
      help: leave the `use` out: what it declares can be used everywhere
      fix: main.gml:2:1 `use std.table ` -> 
    GML0103 `std` declares no `filter` at main.gml:3:5 `std.filter`
      help: leave it out: `filter` can be used everywhere
      fix: main.gml:3:1 `use std.filter ` -> 
    GML0103 `std` declares no `boosted_trees` at main.gml:4:5 `std.boosted_trees`
      help: write `use std.learn.{boosted_trees}`
      fix: main.gml:4:5 `std.boosted_trees` -> std.learn.{boosted_trees}
    GML0103 this takes no name from `std.prep` at main.gml:5:5 `std.{prep}`
      help: write `use std.prep.{impute}`
      fix: main.gml:5:5 `std.{prep}` -> std.prep.{impute}
    GML0102 the standard library has no module `std.lern` at main.gml:6:5 `std.lern`
      help: did you mean `std.learn`?
      fix: main.gml:6:5 `std.lern` -> std.learn
    ");
}

#[test]
fn names_that_a_module_does_not_declare() {
    let files = [
        ("main.gml", "use lib.{seeed, twice}\nuse std.prep.{auc, imput}\nuse std.metrics.{filter}\n"),
        ("lib.gml", "use deep.{twice}\nparam seed: int = twice"),
        ("deep.gml", "param twice: int = 2"),
    ];
    assert_snapshot!(told(&files), @r#"
    GML0103 `lib` declares no `seeed` at main.gml:1:10 `seeed`
      help: did you mean `seed`?
      fix: main.gml:1:10 `seeed` -> seed
    GML0103 `lib` declares no `twice` at main.gml:1:17 `twice`
    GML0103 `std.prep` declares no `auc` at main.gml:2:15 `auc`
      help: write `use std.metrics.{auc}`
    GML0103 `std.prep` declares no `imput` at main.gml:2:20 `imput`
      help: did you mean `impute`?
      fix: main.gml:2:20 `imput` -> impute
    GML0103 `std.metrics` declares no `filter` at main.gml:3:18 `filter`
      help: leave it out: `filter` can be used everywhere
    "#);
}

#[test]
fn names_that_are_taken() {
    assert_snapshot!(told_of("param a: int = 1\nfn a(x: int) -> int = x\nuse std.metrics.{auc}\nparam auc: float = 0.5\n"), @r#"
    GML0105 the name `a` is taken at main.gml:2:4 `a`
      main.gml:1:7 `a`: `a` is declared here first
      help: give one of them another name
    GML0105 the name `auc` is taken at main.gml:3:18 `auc`
      main.gml:4:7 `auc`: `auc` is declared here first
      help: give one of them another name
    "#);
    let files = [
        ("main.gml", "use lib.{seed}\nparam n: int = seed\ncatalog { events: table { a: int } = parquet(\"x\") }"),
        ("lib.gml", "param seed: int = 1\nparam n: int = 2\ncatalog { events: table { a: int } = parquet(\"y\") }"),
    ];
    assert_snapshot!(told(&files), @r#"
    GML0105 two parameters have the name `n` at main.gml:2:7 `n`
      lib.gml:2:7 `n`: the first one
      help: names of parameters are unique in a project: give one of them another
    GML0105 two catalog entries have the name `events` at main.gml:3:11 `events`
      lib.gml:3:11 `events`: the first one
      help: names of catalog entries are unique in a project: give one of them another
    "#);
    assert_snapshot!(told_of("test \"a\" { expect true }\ntest \"a\" { expect true }\nenv e { }\nenv e { }"), @r#"
    GML0105 two tests of a file have the name `a` at main.gml:2:6 `"a"`
      main.gml:1:6 `"a"`: the first one
      help: names of tests of a file are unique in a project: give one of them another
    GML0105 two envs have the name `e` at main.gml:4:5 `e`
      main.gml:3:5 `e`: the first one
      help: names of envs are unique in a project: give one of them another
    "#);
}

#[test]
fn a_function_that_hides_one_of_the_library() {
    assert_snapshot!(told_of("fn lower(x: int) -> int = x - 1\nparam day: int = lower(2)"), @r#"
    GML0803 `lower` hides the standard library's `lower` at main.gml:1:4 `lower`
      help: give it another name, so that readers do not take one for the other
    "#);
    assert_snapshot!(told_of("allow(shadowed_name)\nfn lower(x: int) -> int = x - 1"), @"nothing");
}

#[test]
fn declarations_of_the_standard_library_alone() {
    let text =
        "function f(x: int) -> int\noperator g[R](input: table[R]) -> table[R]\ntype T = int\nparam a: int = f(1)";
    assert_snapshot!(told_of(text), @r#"
    GML0015 `function` declares what is built in, and `f` is not at main.gml:1:10 `f`
      help: write `fn name(x: int) -> int = value` for a function of values
    GML0015 `operator` declares what is built in, and `g` is not at main.gml:2:10 `g`
      help: write `node name(t: table[T]) -> table[U] { .. }` for a step over tables
    GML0015 `type` declares what is built in, and `T` is not at main.gml:3:6 `T`
      help: write `schema Name { column: type, .. }` for a kind of rows; other types are written where they are used
    "#);
}

#[test]
fn what_is_declared_in_words_of_other_languages_is_told_once() {
    let text = "def f(x: int) -> int = x\nparam a: int = f(1)";
    assert_snapshot!(told_of(text), @r#"
    GML0015 `def` is no word of GML at main.gml:1:1 `def`
      help: write `fn name(x: int) -> int = value` for a function of values, `node name(t: table[T]) -> table[U] { .. }` for a step over tables
      fix: main.gml:1:1 `def` -> fn
    "#);
    let text = "function f(x: int) -> int = x\nparam a: int = f(1)";
    assert_snapshot!(told_of(text), @r#"
    GML0015 `function` is no word of GML at main.gml:1:1 `function`
      help: write `fn name(x: int) -> int = value` for a function of values, `node name(t: table[T]) -> table[U] { .. }` for a step over tables
    "#);
}

#[test]
fn files_in_a_circle() {
    let files = [
        ("main.gml", "use a.{x}\nparam y: int = x"),
        ("a.gml", "use b.{z}\nparam x: int = z"),
        ("b.gml", "use main.{y}\nparam z: int = y"),
    ];
    assert_snapshot!(told(&files), @r#"
    GML0106 modules import each other in a circle: `main` → `a` → `b` → `main` at main.gml:1:5 `a`
      a.gml:1:5 `b`: `a` goes on here
      b.gml:1:5 `main`: `b` goes on here
      help: move what both need into a module of its own
    "#);
    assert_snapshot!(told(&[("main.gml", "use main.{y}\nparam z: int = y")]), @r#"
    GML0106 module `main` imports itself at main.gml:1:5 `main`
      help: leave the `use` out: what a file declares can be used in it
    "#);
}

#[test]
fn files_that_cannot_be_read() {
    assert_snapshot!(told(&[("main.gml", "use lib.{x}\nparam a: int = x"), ("lib.gml", "")]), @"GML0103 `lib` declares no `x` at main.gml:1:10 `x`");
    let said = |world: &MemoryWorld| {
        let (package, diagnostics) = resolve(world, "main.gml");
        assert_eq!(package.sources.path(package.modules[0].file), "main.gml");
        diagnostics
            .iter()
            .map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message))
            .collect::<Vec<_>>()
            .join("\n")
    };
    // What a file declares that is there and cannot be read nobody knows: its names are not told to be missing.
    let world =
        MemoryWorld::new([("main.gml", b"use lib.{x}\nparam a: int = x".to_vec()), ("lib.gml", b"\xff".to_vec())]);
    assert_snapshot!(said(&world), @"GML0010 `lib.gml`: it is not UTF-8 text (byte 0 begins no character)");
    assert_snapshot!(said(&MemoryWorld::default()), @"GML0901 there is no file `main.gml`");
    assert_snapshot!(said(&MemoryWorld::new([("main.gml", b"param a\xff".to_vec())])), @"GML0010 `main.gml`: it is not UTF-8 text (byte 7 begins no character)");
    assert_snapshot!(said(&MemoryWorld::new([("main.gml", vec![b' '; 10 << 20])])), @"GML0011 `main.gml`: it has 10485760 bytes, and a source file may have 4194304");
}

#[test]
fn rows_of_schemas() {
    let (package, diagnostics) = project(&[(
        "main.gml",
        r#"
        schema Session {
            id     visitor: str,
            time   started_at: timestamp? parsed us,
                   day: date named "Order Date" parsed "%Y%m%d",
                   device: enum["desktop", "mobile"],
                   hits: int in 0..100_000,
                   price: float > 0,
                   email: str? matches r"^[^@]+@[^@]+$",
                   where: struct[Place],
            target bought: bool,
            unique [visitor, day],
        }
        schema Place { city: str? != "", .. }
    "#,
    )]);
    assert_eq!(diagnostics, []);
    let row = package.schemas.iter().find(|schema| &*schema.declared.name == "Session").unwrap().row.clone();
    assert_eq!(row.to_string(), "Session");
    let columns: Vec<String> = row
        .columns
        .iter()
        .map(|column| {
            let contracts: Vec<&str> = column.contracts.iter().map(|contract| &*contract.text).collect();
            let role = column.role.map_or("", gml_ir::Role::name);
            format!(
                "{role} {}: {} {} [{}] {:?}",
                column.name,
                column.ty,
                contracts.join(" "),
                column.stored_name(),
                column.parsed
            )
        })
        .collect();
    assert_snapshot!(columns.join("\n"), @r#"
    id visitor: str  [visitor] None
    time started_at: timestamp?  [started_at] Some(Microseconds)
     day: date  [Order Date] Some(Format("%Y%m%d"))
     device: enum["desktop", "mobile"]  [device] None
     hits: int in 0..100_000 [hits] None
     price: float > 0 [price] None
     email: str? matches r"^[^@]+@[^@]+$" [email] None
     where: struct { city: str?, .. }  [where] None
    target bought: bool  [bought] None
    "#);
    assert_eq!(row.unique, vec![vec!["visitor".into(), "day".into()]]);
}

#[test]
fn schemas_that_hold_themselves() {
    assert_snapshot!(told_of("schema A { b: struct[B] }\nschema B { a: list[struct[A]] }\nschema C { c: struct[C] }"), @r#"
    GML0107 schemas need each other in a circle: `A` → `B` → `A` at main.gml:1:22 `B`
      main.gml:2:27 `A`: `B` goes on here
      help: a row cannot hold itself: use a table of its own, with a key that leads to it
    GML0107 schema `C` needs itself at main.gml:3:22 `C`
      help: a row cannot hold itself: use a table of its own, with a key that leads to it
    "#);
}
