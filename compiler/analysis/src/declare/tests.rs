use insta::assert_snapshot;

use crate::testing::{told, told_of};

#[test]
fn parameters_that_need_later_ones() {
    assert_snapshot!(told_of("param a: int = b + 1\nparam b: int = 2\nparam c: int = c\nparam d: int = b"), @r#"
    GML0107 the default of `a` needs `b`, which comes later at main.gml:1:16 `b`
      main.gml:2:7 `b`: `b` is declared here
      help: declare `b` before `a`
    GML0107 the default of `c` needs `c` itself at main.gml:3:16 `c`
      help: write a value that does not depend on it
    "#);
}

#[test]
fn functions_nodes_and_pipelines_that_need_themselves() {
    assert_snapshot!(told_of("fn fact(n: int) -> int = if n == 0 then 1 else n * fact(n - 1)"), @r#"
    GML0107 function `fact` needs itself at main.gml:1:52 `fact`
      help: functions are put into each other before the run: use an aggregate or a list function
    "#);
    assert_snapshot!(told_of("fn even(n: int) -> bool = n == 0 or odd(n - 1)\nfn odd(n: int) -> bool = n != 0 and even(n - 1)"), @r#"
    GML0107 functions need each other in a circle: `even` → `odd` → `even` at main.gml:1:37 `odd`
      main.gml:2:37 `even`: `odd` goes on here
      help: functions are put into each other before the run: use an aggregate or a list function
    "#);
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { b(t) }\nnode b(t: table { x: int }) -> table { a(t) }\ntest \"x\" { let t = table { x: int } [] expect count(a(t)) == 0 }"), @r#"
    GML0107 nodes need each other in a circle: `a` → `b` → `a` at main.gml:1:40 `b`
      main.gml:2:40 `a`: `b` goes on here
      help: nodes are put into each other before the run: repeat a step with `for`
    "#);
    assert_snapshot!(told_of("pipeline a { run b() }\npipeline b { run a() }"), @r#"
    GML0107 pipelines need each other in a circle: `a` → `b` → `a` at main.gml:1:18 `b`
      main.gml:2:18 `a`: `b` goes on here
      help: a pipeline runs others, never itself
    "#);
    assert_snapshot!(told_of("fn f(f: int) -> int = f + 1"), @r"
    GML0803 `f` hides the function `f` at main.gml:1:6 `f`
      here: from here on the name means this
      main.gml:1:4 `f`: and no longer the function
      help: give it another name
    ");
}

#[test]
fn parameters_twice() {
    assert_snapshot!(told_of("fn f(a: int, b: int, a: str) -> int = a + b\npipeline p(x: int, x: int) { track x }"), @r#"
    GML0105 two parameters have the name `a` at main.gml:1:22 `a`
      main.gml:1:6 `a`: the first one
      help: give one of them another name
    GML0105 two parameters have the name `x` at main.gml:2:20 `x`
      main.gml:2:12 `x`: the first one
      help: give one of them another name
    GML0125 the function `f` is never used at main.gml:1:4 `f`
      help: call it, or leave it out
    "#);
}

#[test]
fn types_that_declarations_cannot_take() {
    assert_snapshot!(told_of("param t: table { a: int }\nparam m: model"), @r#"
    GML0201 a `param` cannot take a table at main.gml:1:10 `table { a: int }`
      help: a parameter is a constant: read tables and models from the catalog
    GML0201 a `param` cannot take something learned at main.gml:2:10 `model`
      help: a parameter is a constant: read tables and models from the catalog
    "#);
    assert_snapshot!(told_of("fn f(t: table { a: int }) -> model = t"), @r#"
    GML0201 a `fn` cannot take a table at main.gml:1:9 `table { a: int }`
      help: a `fn` computes a value of one row: for tables write a `node`
    GML0201 a `fn` cannot give something learned at main.gml:1:30 `model`
      help: a `fn` computes a value of one row: for tables write a `node`
    "#);
    assert_snapshot!(told_of("pipeline p(t: table { a: int }) { track t }"), @r#"
    GML0201 a pipeline cannot take a table at main.gml:1:15 `table { a: int }`
      help: the arguments of a pipeline are constants: read tables and models from the catalog
    "#);
    assert_snapshot!(told_of("catalog { a: int = csv(\"x\"), b: estimator = artifact(\"x\"), c: metrics = csv(\"m\"), d: table = csv(\"d\"), e: model = artifact(\"m\") }"), @r#"
    GML0230 the columns of this table are not said at main.gml:1:86 `table`
      here: a bare `table` can only be the result of a node
      help: write `table[Schema]`, `table { user: str }` for exactly these columns, or `table { user: str, .. }` for at least these
    GML0201 the catalog cannot hold `int` at main.gml:1:14 `int`
      help: an entry holds a table (`table[Schema]`) or something learned (`model`, `transform`)
    GML0201 the catalog cannot hold an estimator at main.gml:1:33 `estimator`
      help: an estimator is not learned yet: save what `fit` makes of it, as `model` or `transform`
    GML0201 the catalog cannot hold `metrics` at main.gml:1:63 `metrics`
      help: results go into the run record: leave `c` out, and `track` the value
    "#);
}

#[test]
fn nodes_in_other_languages() {
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { y: int } = python(\"f.py\", function: \"f\")"), @"nothing");
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table = python(\"f.py\")"), @r#"
    GML0204 `python` lacks its argument `function` at main.gml:1:40 `python("f.py")`
    GML0230 what `python` gives back cannot be inferred at main.gml:1:32 `table`
      help: write its columns, `table { city: str, n: int }`, or `table { .. }` where they are not known before the run
    "#);
    assert_snapshot!(told_of("node a(t: table { x: int }) -> int = sql(\"select 1\", \"b\")"), @r#"
    GML0205 `sql` does not take so many arguments at main.gml:1:54 `"b"`
      help: it takes `text`
    GML0201 a node in sql gives back a table, not `int` at main.gml:1:32 `int`
      help: write `table[Schema]`, or `table { city: str, n: int }`
    "#);
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = pyton(\"f.py\", \"f\")"), @r#"
    GML0202 no node can be written in `pyton` at main.gml:1:47 `pyton`
      help: did you mean `python`?
      fix: main.gml:1:47 `pyton` -> python
    "#);
    assert_snapshot!(told_of("param p: str = \"x\"\nnode a(t: table { x: int }) -> table { .. } = python(f\"{p}.py\", functoin: \"f\", file: \"g.py\")"), @r#"
    GML0221 `file` of `python` is a plain text at main.gml:2:54 `f"{p}.py"`
      help: write it in quotes, without `f`: it is read before the run
    GML0203 `python` has no argument `functoin` at main.gml:2:65 `functoin`
      help: it takes `file`, `function` and `timeout`
    GML0206 `python` is given `file` twice at main.gml:2:86 `"g.py"`
      help: leave one of them out
    GML0204 `python` lacks its argument `function` at main.gml:2:47 `python(f"{p}.py", functoin: "f", file: "g.py")`
    "#);
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = sql(\" \")"), @r#"GML0229 `text` of `sql` is empty at main.gml:1:51 `" "`"#);
    assert_snapshot!(told_of("node a(t: table { x: int }) -> table { .. } = r(\"f.r\")"), @r#"
    GML0202 no node can be written in `r` at main.gml:1:47 `r`
      help: write `= python("file.py", "function")`, `= sql("select ..")`, or a body in braces
    "#);
}

#[test]
fn envs() {
    let program = "param root: str = \"d\"\npipeline training { expect true }\ncatalog { events: table { a: int } = csv(f\"{root}/e\") }\n";
    let env =
        |settings: &str| told_of(&format!("{program}pipeline p {{ track count(events) }}\nenv cloud {{ {settings} }}"));
    assert_snapshot!(env("root = \"x\", catalog.events = csv(\"y\"), resources(training) = { cpu: 8 }, tracking = root"), @"nothing");
    assert_snapshot!(env("rot = \"x\""), @r#"
    GML0104 there is no parameter `rot` to set at main.gml:5:13 `rot`
      help: did you mean `root`?
      fix: main.gml:5:13 `rot` -> root
    "#);
    assert_snapshot!(env("catalog.event = csv(\"y\")"), @r#"
    GML0104 the catalog has no entry `event` at main.gml:5:21 `event`
      help: did you mean `events`?
      fix: main.gml:5:21 `event` -> events
    "#);
    assert_snapshot!(env("catalog = csv(\"y\")"), @r#"
    GML0104 `catalog` is not set like this at main.gml:5:13 `catalog`
      help: write `catalog.entry = parquet("..")`
    "#);
    assert_snapshot!(env("resources(trainin) = { cpu: 8 }"), @r#"
    GML0111 there is no pipeline or node `trainin` at main.gml:5:23 `trainin`
      help: did you mean `training`?
      fix: main.gml:5:23 `trainin` -> training
    "#);
    assert_snapshot!(env("resources = { cpu: 8 }"), @r#"
    GML0104 `resources` is not set like this at main.gml:5:13 `resources`
      help: write `resources(pipeline) = { cpu: 8, memory: 30GiB }`
    "#);
    assert_snapshot!(env("root = \"x\", root = \"y\""), @r#"
    GML0113 `root` is set twice at main.gml:5:25 `root`
      main.gml:5:13 `root`: set here first
      help: leave one of them out
    "#);
    assert_snapshot!(env("a.b = 1"), @r#"
    GML0104 there is no parameter `a` to set at main.gml:5:13 `a.b`
      help: an env sets parameters, `catalog.entry`, `resources(pipeline)` and `tracking`
    "#);
    assert_snapshot!(told_of("env a extends b { }\nenv b extends a { }\nenv c extends d { }"), @r#"
    GML0104 there is no env `d` at main.gml:3:15 `d`
    GML0107 envs need each other in a circle: `a` → `b` → `a` at main.gml:1:15 `b`
      main.gml:2:15 `a`: `b` goes on here
      help: an env is laid over another, never over itself
    "#);
}

#[test]
fn case_of_names() {
    assert_snapshot!(told_of("param Seed: int = 1\nschema page_view { a: int }\nnode cleanUp(T: table[page_view]) -> table[page_view] { T }"), @r#"
    GML0804 `Seed` is not written in `snake_case` at main.gml:1:7 `Seed`
      help: write `seed`
      fix: main.gml:1:7 `Seed` -> seed
    GML0804 `cleanUp` is not written in `snake_case` at main.gml:3:6 `cleanUp`
      help: write `clean_up`
      fix: main.gml:3:6 `cleanUp` -> clean_up
    GML0804 `T` is not written in `snake_case` at main.gml:3:14 `T`
      help: write `t`
      fix: main.gml:3:14 `T` -> t
    GML0804 `page_view` is not written in `CamelCase` at main.gml:2:8 `page_view`
      help: write `PageView`
      fix: main.gml:2:8 `page_view` -> PageView
    "#);
}

#[test]
fn lints_that_are_allowed() {
    assert_snapshot!(told_of("allow(name_case)\nparam Seed: int = 1"), @"nothing");
    assert_snapshot!(told_of("allow(name_cas)\nparam Seed: int = 1"), @r#"
    GML0804 `Seed` is not written in `snake_case` at main.gml:2:7 `Seed`
      help: write `seed`
      fix: main.gml:2:7 `Seed` -> seed
    GML0808 there is no warning `name_cas` to allow at main.gml:1:7 `name_cas`
      help: did you mean `name_case`?
      fix: main.gml:1:7 `name_cas` -> name_case
    "#);
    assert_snapshot!(told_of("allow(unknown_name)\nparam seed: int = 1"), @r#"
    GML0808 `unknown_name` is an error, which cannot be allowed at main.gml:1:7 `unknown_name`
      help: mend what it says
    "#);
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
    assert_snapshot!(told_of(program), @r#"
    GML0120 the `let` `dropped` is never used at main.gml:14:9 `dropped`
      help: leave it out, or begin its name with `_`
    GML0123 the argument `unread` is never used at main.gml:12:28 `unread`
      help: leave it out, or begin its name with `_`
    GML0120 the `let` `item` is never used at main.gml:20:9 `item`
      help: leave it out, or begin its name with `_`
    GML0123 the argument `days` is never used at main.gml:18:15 `days`
      help: leave it out, or begin its name with `_`
    GML0803 `rows` hides the catalog entry `rows` at main.gml:19:9 `rows`
      here: from here on the name means this
      main.gml:8:11 `rows`: and no longer the catalog entry
      help: give it another name
    GML0121 `root` is imported and never used at main.gml:2:31 `root`
      help: leave it out of the `use`
    GML0122 the parameter `idle` is never used at main.gml:4:7 `idle`
      help: leave it out
    GML0126 the schema `Idle` is never used at main.gml:7:8 `Idle`
      help: leave it out, or give a table its type
    GML0510 the catalog entry `idle_rows` is never used at main.gml:8:40 `idle_rows`
      help: read it in a pipeline, save something as it, or leave it out
    GML0125 the function `never` is never used at main.gml:10:4 `never`
      help: call it, or leave it out
    GML0124 the node `never_run` is never used at main.gml:17:6 `never_run`
      help: call it in a pipeline, or leave it out
    GML0127 the connection `warehouse` is never used at main.gml:5:12 `warehouse`
      help: read through it in the catalog, or leave it out
    "#);
}

#[test]
fn shadowed_names_are_used_where_they_are_bound() {
    let program = r#"
schema Row { a: int }
catalog { rows: table[Row] = csv("r") }
node f(rows: table[Row]) -> table[Row] { rows }
test "x" { let rows = table[Row] [] expect count(f(rows)) == 0 }
"#;
    assert_snapshot!(told_of(program), @r#"
    GML0510 the catalog entry `rows` is never used at main.gml:3:11 `rows`
      help: read it in a pipeline, save something as it, or leave it out
    "#);
}

#[test]
fn a_library_without_pipelines_is_for_others() {
    assert_snapshot!(told_of("param p: int = 1\nfn f(x: int) -> int = 1"), @r#"
    GML0123 the argument `x` is never used at main.gml:2:6 `x`
      help: leave it out, or begin its name with `_`
    "#);
}

#[test]
fn imports_of_pipelines_are_for_the_command() {
    let files = [
        ("main.gml", "use jobs.{nightly}\nuse jobs.{helper}"),
        ("jobs.gml", "fn helper(x: int) -> int = x\npipeline nightly { expect helper(1) == 1 }"),
    ];
    assert_snapshot!(told(&files), @r#"
    GML0121 `helper` is imported and never used at main.gml:2:11 `helper`
      help: leave it out of the `use`
    "#);
}

#[test]
fn where_the_syntax_is_broken_nothing_is_unused() {
    let said = told_of("param p: int = 1\npipeline q(x: int) { track 1 + }\nfn f(y: int) -> int = 1");
    assert!(!said.contains("GML0122") && !said.contains("`x` is never used"), "{said}");
    assert!(said.contains("`y` is never used"), "{said}");
}

#[test]
fn the_program_of_the_documentation_has_names_only() {
    let said = told_of(
        "param root: str = \"data\"\nparam day: date = @2021-01-01\npipeline p { expect day == day, f\"{root}\" }",
    );
    assert_eq!(said, "nothing");
}
