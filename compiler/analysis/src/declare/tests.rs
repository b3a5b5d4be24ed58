use insta::assert_snapshot;

use crate::testing::{told, told_of};

#[test]
fn parameters_that_need_later_ones() {
    assert_snapshot!(told_of("param a: int = b + 1\nparam b: int = 2\nparam c: int = c\nparam d: int = b"), @"");
}

#[test]
fn functions_nodes_and_pipelines_that_need_themselves() {
    assert_snapshot!(told_of("fn fact(n: int) -> int = if n == 0 then 1 else n * fact(n - 1)"), @"");
    assert_snapshot!(told_of("fn even(n: int) -> bool = n == 0 or odd(n - 1)\nfn odd(n: int) -> bool = n != 0 and even(n - 1)"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { b(t) }\nnode b(t: table { x: int }) -> table { a(t) }\ntest \"x\" { let t = table { x: int } [] expect count(a(t)) == 0 }"), @"");
    assert_snapshot!(told_of("pipeline a { run b() }\npipeline b { run a() }"), @"");
    assert_snapshot!(told_of("fn f(f: int) -> int = f + 1"), @"");
}

#[test]
fn parameters_twice() {
    assert_snapshot!(told_of("fn f(a: int, b: int, a: str) -> int = a + b\npipeline p(x: int, x: int) { track x }"), @"");
}

#[test]
fn types_that_declarations_cannot_take() {
    assert_snapshot!(told_of("param t: table { a: int }\nparam m: model"), @"");
    assert_snapshot!(told_of("fn f(t: table { a: int }) -> model = t"), @"");
    assert_snapshot!(told_of("pipeline p(t: table { a: int }) { track t }"), @"");
    assert_snapshot!(told_of("catalog { a: int = csv(\"x\"), b: estimator = artifact(\"x\"), c: metrics = csv(\"m\"), d: table = csv(\"d\"), e: model = artifact(\"m\") }"), @"");
}

#[test]
fn nodes_in_other_languages() {
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { y: int } = python(\"f.py\", function: \"f\")"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table = python(\"f.py\")"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> int = sql(\"select 1\", \"b\")"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = pyton(\"f.py\", \"f\")"), @"");
    assert_snapshot!(told_of("param p: str = \"x\"\nnode a(t: table { x: int }) -> table { .. } = python(f\"{p}.py\", functoin: \"f\", file: \"g.py\")"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = sql(\" \")"), @"");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = r(\"f.r\")"), @"");
}

#[test]
fn envs() {
    let program = "param root: str = \"d\"\npipeline training { expect true }\ncatalog { events: table { a: int } = csv(f\"{root}/e\") }\n";
    let env = |settings: &str| told_of(&format!("{program}pipeline p {{ track count(events) }}\nenv cloud {{ {settings} }}"));
    assert_snapshot!(env("root = \"x\", catalog.events = csv(\"y\"), resources(training) = { cpu: 8 }, tracking = root"), @"");
    assert_snapshot!(env("rot = \"x\""), @"");
    assert_snapshot!(env("catalog.event = csv(\"y\")"), @"");
    assert_snapshot!(env("catalog = csv(\"y\")"), @"");
    assert_snapshot!(env("resources(trainin) = { cpu: 8 }"), @"");
    assert_snapshot!(env("resources = { cpu: 8 }"), @"");
    assert_snapshot!(env("root = \"x\", root = \"y\""), @"");
    assert_snapshot!(env("a.b = 1"), @"");
    assert_snapshot!(told_of("env a extends b { }\nenv b extends a { }\nenv c extends d { }"), @"");
}

#[test]
fn case_of_names() {
    assert_snapshot!(told_of("param Seed: int = 1\nschema page_view { a: int }\nnode cleanUp(T: table[page_view]) -> table[page_view] { T }"), @"");
}

#[test]
fn lints_that_are_allowed() {
    assert_snapshot!(told_of("allow(name_case)\nparam Seed: int = 1"), @"");
    assert_snapshot!(told_of("allow(name_cas)\nparam Seed: int = 1"), @"");
    assert_snapshot!(told_of("allow(unknown_name)\nparam seed: int = 1"), @"");
}

#[test]
fn what_is_never_used() {
    let program = r#"
use std.metrics.{auc, rmse as root}
param used: int = 1
param idle: int = 2
connection warehouse = postgres(url: "x")
schema Row { a: int }
schema Idle { a: int }
catalog { rows: table[Row] = csv("r"), idle_rows: table[Row] = csv("i") }
fn call(x: int) -> int = x + used
fn never(x: int) -> int = never2(x)
fn never2(x: int) -> int = x
node run_it(t: table[Row], unread: int) -> table[Row] {
    let kept = t |> filter(.a > call(1))
    let dropped = kept
    kept
}
node never_run(t: table[Row]) -> table[Row] { t }
pipeline main(days: int = 1) {
    let rows = run_it(rows, 1)
    for item in [1, 2] { track auc }
    save rows as rows
}
"#;
    assert_snapshot!(told_of(program), @"");
}

#[test]
fn shadowed_names_are_used_where_they_are_bound() {
    let program = r#"
schema Row { a: int }
catalog { rows: table[Row] = csv("r") }
node f(rows: table[Row]) -> table[Row] { rows }
test "x" { let rows = table[Row] [] expect count(f(rows)) == 0 }
"#;
    assert_snapshot!(told_of(program), @"");
}

#[test]
fn a_library_without_pipelines_is_for_others() {
    assert_snapshot!(told_of("param p: int = 1\nfn f(x: int) -> int = 1"), @"");
}

#[test]
fn imports_of_pipelines_are_for_the_command() {
    let files = [
        ("main.gml", "use jobs.{nightly}\nuse jobs.{helper}"),
        ("jobs.gml", "fn helper(x: int) -> int = x\npipeline nightly { expect helper(1) == 1 }"),
    ];
    assert_snapshot!(told(&files), @"");
}

#[test]
fn the_program_of_the_documentation_has_names_only() {
    let said = told_of("param root: str = \"data\"\nparam day: date = @2021-01-01\npipeline p { expect day == day, f\"{root}\" }");
    assert_eq!(said, "nothing");
}
