use crate::world::MemoryWorld;

/// Name and place of what is said of a program.
fn told(text: &str) -> Vec<String> {
    let world = MemoryWorld::new([("main.gml", text.to_owned())]);
    let analysis = crate::check(&world, "main.gml");
    let one = |diagnostic: &gml_diagnostics::Diagnostic| {
        let span = diagnostic.span;
        format!("{} `{}`", diagnostic.code.name(), &text[span.start as usize..span.end as usize])
    };
    analysis.diagnostics.iter().map(one).collect()
}

const CATALOG: &str = r#"
schema Visit { id who: str, day: date, pages: int, target bought: bool }
catalog { visits: table[Visit] = csv("visits.csv") }
"#;

/// What is said of an expectation that reads `visits`.
fn of(expr: &str) -> Vec<String> {
    told(&format!("{CATALOG}pipeline p {{ expect count({expr}) > 0 }}"))
}

const NOTHING: [&str; 0] = [];

#[test]
fn joins_state_their_cardinality() {
    let join = |rest: &str| of(&format!("visits |> join(visits |> select([.who]), on: [.who]{rest})"));
    assert_eq!(join(""), ["join-without-expect `join(visits |> select([.who]), on: [.who])`"]);
    assert_eq!(join(", how: left").len(), 1);
    assert_eq!(join(", expect: many_to_many"), NOTHING);
    assert_eq!(join(", how: semi"), NOTHING);
}

#[test]
fn conditions_can_change() {
    assert_eq!(of("visits |> filter(1 == 1)"), ["constant-condition `1 == 1`"]);
    assert_eq!(of("visits |> derive { x = if true then 1 else 2 }"), ["constant-condition `true`"]);
    assert_eq!(of("visits |> filter(.bought)"), NOTHING);
    assert_eq!(of("visits |> filter(.pages == .pages)"), ["self-comparison `.pages == .pages`"]);
    assert_eq!(of("visits |> filter(.pages == 3)"), NOTHING);
    assert_eq!(of("visits |> derive { x = match .pages { 1 => 2, _ => 3 } }"), NOTHING);
}

#[test]
fn shares_add_up() {
    let split = |shares: &str| {
        told(&format!(
            "{CATALOG}pipeline p {{ let a = visits |> split_random({shares}, seed: 1) expect count(a.train) > 0 }}"
        ))
    };
    assert_eq!(split("train: 70%, valid: 20%, test: 10%"), NOTHING);
    assert_eq!(
        split("train: 80%, test: 30%"),
        ["argument-out-of-range `split_random(train: 80%, test: 30%, seed: 1)`"]
    );
    assert_eq!(split("train: 0.0, test: 30%"), ["argument-out-of-range `0.0`"]);
    assert_eq!(of("visits |> sample(fraction: 150%, seed: 1)"), ["argument-out-of-range `150%`"]);
}

#[test]
fn parts_do_not_overlap() {
    let split = |ranges: &str| {
        told(&format!(
            "{CATALOG}pipeline p {{ let a = visits |> split_time(by: .day, {ranges}) expect count(a.train) > 0 }}"
        ))
    };
    assert_eq!(
        split("train: @2021-01-01..@2021-01-05, test: @2021-01-05..@2021-01-06"),
        ["partitions-overlap `@2021-01-05..@2021-01-06`"]
    );
    assert_eq!(split("train: @2021-01-01..<@2021-01-05, test: @2021-01-05..@2021-01-06"), NOTHING);
}

#[test]
fn metrics_fit_the_model() {
    let judged = |metric: &str| {
        told(&format!(
            "use std.learn.{{boosted_trees}} use std.metrics.{{{metric}}}{CATALOG}pipeline p {{ \
             let model = fit(boosted_trees(objective: binary), train: visits |> drop([.day])) \
             track evaluate(model, on: [visits], metrics: [{metric}], in_sample: true) }}"
        ))
    };
    assert_eq!(judged("auc"), NOTHING);
    assert_eq!(judged("rmse"), ["metric-does-not-fit `rmse`"]);
}

#[test]
fn pipelines_do_something() {
    assert_eq!(told("pipeline p { }"), ["pipeline-without-effect `p`"]);
    assert_eq!(told("pipeline p { for _day in [1, 2] { expect 1 < 2 } }"), NOTHING);
}

#[test]
fn datasets_are_no_circle() {
    let two = |body: &str| {
        told(&format!(
            "catalog {{ a: table {{ n: int }} = csv(\"a.csv\"), b: table {{ n: int }} = csv(\"b.csv\") }} {body}"
        ))
    };
    assert_eq!(two("pipeline p { save a |> filter(.n > 1) as b }"), NOTHING);
    assert_eq!(two("pipeline p { let c = a |> filter(.n > 1) save c as a save b as b }").len(), 2);
    assert_eq!(two("pipeline p { save a as b } pipeline q { save b as a }"), ["reads-own-save `b`"]);
}

#[test]
fn places_are_not_shared() {
    let two = |second: &str| {
        told(&format!(
            "param root: str = \"x\" catalog {{ a: table {{ n: int }} = csv(f\"{{root}}/a.csv\"), \
             b: table {{ n: int }} = csv({second}) }} pipeline p {{ save a as b }}"
        ))
    };
    assert_eq!(two("f\"{root}/b.csv\""), NOTHING);
    assert_eq!(two("f\"{root}/a.csv\""), ["same-place `b`"]);
}

#[test]
fn models_tell_their_rows() {
    let kept = |ty: &str| {
        told(&format!(
            "{CATALOG}catalog {{ kept: {ty} = artifact(\"kept\") }} \
             pipeline p {{ expect count(visits |> predict(kept)) > 0 }}"
        ))
    };
    assert_eq!(kept("model"), ["model-rows-unknown `kept`"]);
    assert_eq!(kept("model[Visit -> Probability]"), NOTHING);
}

#[test]
fn joins_that_find_several_rows() {
    let unique = "schema Day { who: str, day: date, n: int, unique [who, day] } \
                  catalog { days: table[Day] = csv(\"days.csv\") }";
    let join = |right: &str, rest: &str| {
        let body = format!("let right = {right} expect count(visits |> select([.who]) |> join(right, {rest})) > 0");
        let mut found = told(&format!("{CATALOG}{unique} pipeline p {{ {body} }}"));
        found.retain(|line| line.starts_with("join-"));
        found
    };
    let grouped = "visits |> group(by: [.who, .day]) { n = count() }";
    for right in ["days", grouped, "days |> filter(.n > 1) |> sort(.day)"] {
        assert_eq!(join(right, "on: [.who]"), ["join-multiplies-rows `join(right, on: [.who])`"], "{right}");
        assert_eq!(join(right, "on: [.who], expect: many_to_one").len(), 1);
        assert_eq!(join(right, "on: [.who], expect: one_to_many"), NOTHING);
    }
    let by_who = "days |> group(by: [.who]) { n = count() }";
    assert_eq!(join(by_who, "on: [.who], expect: many_to_one"), NOTHING);
    assert_eq!(join(by_who, "on: [.who]"), ["join-without-expect `join(right, on: [.who])`"]);
}

#[test]
fn a_join_without_expect_proposes_one() {
    let text = format!(
        "{CATALOG}pipeline p {{ expect count(visits |> join(visits |> group(by: [.who]) {{ n = count() }}, on: [.who])) > 0 }}"
    );
    let world = MemoryWorld::new([("main.gml", text)]);
    let analysis = crate::check(&world, "main.gml");
    let fixes = analysis.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
    let (texts, _) = gml_diagnostics::apply(&analysis.package.sources, fixes);
    assert!(texts.into_values().next().is_some_and(|text| text.contains("on: [.who], expect: many_to_one)")));
}

#[test]
fn comparisons_with_one_answer() {
    let compared = |column: &str, condition: &str| {
        let found = told(&format!(
            "catalog {{ t: table {{ x: {column}, y: int }} = csv(\"t.csv\") }} \
             pipeline p {{ expect count(t |> filter({condition})) > 0 }}"
        ));
        found.iter().filter(|line| line.starts_with("constant-comparison")).count()
    };
    for (column, condition) in [
        ("int in 0..10", ".x >= 0"),
        ("int in 0..10", ".x > 10"),
        ("int in 0..10", "11 != .x"),
        ("int in 0..10", "10 >= .x"),
        ("int in 0..<10", ".x < 10"),
        ("int in 0..10", ".x == -1"),
        ("int in 0..10", ".x in -5..20"),
        ("int in 0..10", ".y > 3 or .x in 11..20"),
        ("float > 0", ".x > 0.0"),
        ("float >= 0", ".x < 0"),
        ("date >= @2021-01-01", ".x < @2020-12-31"),
        ("uint8", ".x >= 0"),
        ("enum[\"a\", \"b\"]", ".x in [\"b\", \"a\"]"),
    ] {
        assert_eq!(compared(column, condition), 1, "{column}: {condition}");
    }
    for (column, condition) in [
        ("int in 0..10", ".x > 0"),
        ("int in 0..10", ".x <= 9"),
        ("int in 0..10", ".x in 5..20"),
        ("int in 0..10", ".x == 10"),
        ("int in 0..<10", ".x <= 9"),
        ("int", ".x >= 0"),
        ("float >= 0", ".x > 0"),
        ("enum[\"a\", \"b\"]", ".x in [\"a\"]"),
        ("enum[\"a\", \"b\"]", ".x == \"a\""),
    ] {
        assert_eq!(compared(column, condition), 0, "{column}: {condition}");
    }
}

#[test]
fn the_items_of_a_list_are_no_columns() {
    let program = "catalog { t: table { n: int in 0..10, xs: list[struct { n: int }] } = jsonl(\"t.jsonl\") } \
                   pipeline p { expect count(t |> filter(.xs.any_item(.n > 20) ?? false)) > 0 }";
    assert!(told(program).iter().all(|line| !line.starts_with("constant-comparison")), "{:?}", told(program));
}

#[test]
fn nodes_of_single_values() {
    let node = |node: &str| told(&format!("{node} test \"a\" {{ expect f(1) > 0 }}"));
    assert_eq!(node("node f(n: int) -> int { n + 1 }"), ["node-could-be-fn `f`"]);
    assert_eq!(node("node f(n: int) -> int { let m = n * 2 m + 1 }"), ["node-could-be-fn `f`"]);
    assert_eq!(node("fn f(n: int) -> int = n + 1"), NOTHING);
    assert_eq!(
        told(&format!("{CATALOG}node f(t: table[Visit]) -> int {{ count(t) }} pipeline p {{ expect f(visits) > 0 }}")),
        NOTHING
    );
}

#[test]
fn names_that_hide_what_lies_outside() {
    let body = |body: &str| {
        told(&format!("param limit: int = 3 {CATALOG}pipeline p {{ expect count(visits) > limit {body} }}"))
    };
    assert_eq!(body("let limit = 4 expect limit > 3"), ["shadowed-name `limit`"]);
    assert_eq!(body("let visits = visits |> filter(.bought) expect count(visits) > 0"), ["shadowed-name `visits`"]);
    assert_eq!(body("for limit in [1, 2] { expect limit > 0 }"), ["shadowed-name `limit`"]);
    assert_eq!(body("let other = 4 expect other > 3"), NOTHING);
}

/// What is told of hidden names in a program with a parameter, a function, a node and an import.
fn hidden(rest: &str) -> Vec<String> {
    let mut found = told(&format!(
        "use std.metrics.{{auc}} {CATALOG}param limit: int = 3 fn half(n: int) -> int = n // 2 \
         node some(t: table[Visit]) -> table {{ t |> take(half(limit)) }} {rest}"
    ));
    found.retain(|line| line.starts_with("shadowed-name"));
    found
}

#[test]
fn names_that_hide_functions_nodes_and_imports() {
    let body = |body: &str| hidden(&format!("pipeline p {{ {body} }}"));
    assert_eq!(body("let half = 4 expect half > 3"), ["shadowed-name `half`"]);
    assert_eq!(body("let some = some(visits) expect count(some) > 3"), ["shadowed-name `some`"]);
    assert_eq!(body("let auc = 0.5 expect auc > 0.4"), ["shadowed-name `auc`"]);
    assert_eq!(body("for half in [1, 2] { expect half > 0 }"), ["shadowed-name `half`"]);
    assert_eq!(body("for auc in [1, 2] { expect auc > 0 }"), ["shadowed-name `auc`"]);
    assert_eq!(body("let halves = [half(n) for n in [1, 2]] expect 1 in halves"), NOTHING);
    assert_eq!(hidden("node f(t: table[Visit]) -> table { let half = 1 t |> take(half) }"), ["shadowed-name `half`"]);
    assert_eq!(hidden("test \"a\" { let some = 1 expect some > 0 }"), ["shadowed-name `some`"]);
    // Names of the library that nothing imports are free.
    assert_eq!(body("let mean = 4 expect mean > 3"), NOTHING);
}

#[test]
fn parameters_that_hide_what_lies_outside() {
    assert_eq!(hidden("fn f(half: int) -> int = half + 1"), ["shadowed-name `half`"]);
    assert_eq!(hidden("node f(t: table[Visit], auc: int) -> table { t |> take(auc) }"), ["shadowed-name `auc`"]);
    // `--set limit=4` could mean either.
    assert_eq!(hidden("pipeline p(limit: int = 2) { expect limit > 1 }"), ["shadowed-name `limit`"]);
    assert_eq!(hidden("pipeline p(visits: int = 2) { expect visits > 1 }"), ["shadowed-name `visits`"]);
    // Parameters of nodes and functions take the names of what is given to them.
    assert_eq!(hidden("node f(visits: table[Visit], limit: int) -> table { visits |> take(limit) }"), NOTHING);
    assert_eq!(hidden("node f(some: table[Visit]) -> table { some |> take(1) }"), NOTHING);
    assert_eq!(hidden("fn f(limit: int) -> int = limit + 1"), NOTHING);
    assert_eq!(hidden("node f(half: table[Visit]) -> table = sql(\"select * from half\")"), NOTHING);
}

#[test]
fn what_hides_a_name_is_told_again_when_it_comes_to_mean_something() {
    let text = |outer: &str| format!("{outer}\npipeline p {{ let half = 4 expect half > 3 }}\n");
    let mut session = crate::Session::default();
    for (outer, due) in [("", 0), ("fn half(n: int) -> int = n // 2", 1), ("param half: int = 2", 1), ("", 0)] {
        let world = MemoryWorld::new([("main.gml", text(outer))]);
        let found = session.check(&world, "main.gml").diagnostics;
        let hiding = found.iter().filter(|found| found.code.name() == "shadowed-name").count();
        assert_eq!(hiding, due, "{outer}: {found:#?}");
    }
}

#[test]
fn what_is_random_is_told_a_seed() {
    let trees = |given: &str| {
        told(&format!(
            "use std.learn.{{boosted_trees}} use std.metrics.{{auc}}{CATALOG}param seed: int = 3 pipeline p {{ \
             let data = visits |> drop([.day]) |> split_random(train: 70%, test: 30%, seed: seed) \
             let model = fit(boosted_trees(objective: binary{given}), train: data.train) \
             track evaluate(model, on: [data.test], metrics: [auc]) }}"
        ))
    };
    assert_eq!(trees(""), NOTHING);
    assert_eq!(trees(", rounds: 3"), NOTHING);
    assert_eq!(
        trees(", row_fraction: 80%"),
        ["random-without-seed `boosted_trees(objective: binary, row_fraction: 80%)`"]
    );
    assert_eq!(trees(", row_fraction: 80%, seed: 0"), NOTHING);
    assert_eq!(trees(", seed: seed"), NOTHING);
    assert_eq!(trees(", row_fraction: 100%"), NOTHING);
    let known_later = trees(", column_fraction: if seed > 3 then 80% else 100%");
    assert!(matches!(&*known_later, [only] if only.starts_with("random-without-seed")), "{known_later:?}");
}

#[test]
fn what_a_seed_is_for_is_decided_by_the_arguments() {
    let of = |call: &str| {
        told(&format!(
            "use std.learn.{{boosted_trees, cross_validate}} use std.metrics.{{auc}} \
             catalog {{ visits: table {{ time day: date, pages: int, target bought: bool }} = csv(\"visits.csv\") }} \
             pipeline p {{ let data = visits |> split_random(train: 70%, test: 30%, seed: 1) \
             let model = fit(boosted_trees(objective: binary), train: data.train) {call} }}"
        ))
    };
    let important = |how: &str| {
        of(&format!(
            "track evaluate(model, on: [data.test], metrics: [auc]) expect first(importance(model, on: data.test{how})).importance > 0.0"
        ))
    };
    assert_eq!(important(""), NOTHING);
    assert_eq!(important(", how: gain"), NOTHING);
    assert_eq!(
        important(", how: permutation"),
        ["random-without-seed `importance(model, on: data.test, how: permutation)`"]
    );
    let crossed = |split: &str| {
        let call = format!("cross_validate(boosted_trees(objective: binary), on: data.train, metrics: [auc]{split})");
        let found = of(&format!("track evaluate(model, on: [data.test], metrics: [auc]) track {call}"));
        found.iter().filter(|line| line.starts_with("random-without-seed")).count()
    };
    assert_eq!((crossed(""), crossed(", split: stratified"), crossed(", split: time")), (1, 1, 0));
}

#[test]
fn what_could_not_be_read_may_have_had_an_effect() {
    let body = |statement: &str| told(&format!("{CATALOG}pipeline p {{\n{statement}\n}}"));
    assert_eq!(body("let x = visits |> filter(.who == \"x)"), ["unterminated-text `\"x)`"]);
    assert_eq!(body("save visits |> filter(.who == \"x) as out"), ["unterminated-text `\"x) as out`"]);
    assert!(body("let x = visits").contains(&"pipeline-without-effect `p`".to_owned()));
}

/// Functions that each call the one before them twice, and a test of the last.
fn doubling(functions: usize, step: &str, argument: &str) -> String {
    let mut text = "fn f0(x: int) -> int = x + 1\n".to_owned();
    for place in 1..=functions {
        let body = step.replace("BEFORE", &format!("f{}", place - 1));
        text.push_str(&format!("fn f{place}(x: int) -> int = {body}\n"));
    }
    text.push_str(&format!(
        "test \"t\" {{\n    let t = table {{ v: int }} [{{ v: 1 }}]\n    expect count(t |> filter(f{functions}({argument}) > 0)) == 1\n}}\n"
    ));
    text
}

#[test]
fn functions_that_become_too_large_are_told_where_they_are_called() {
    let twice = "BEFORE(x) + BEFORE(x)";
    assert_eq!(told(&doubling(10, twice, ".v")), NOTHING);
    assert_eq!(told(&doubling(18, twice, ".v")), ["expression-too-large `f18(.v)`"]);
    assert_eq!(told(&doubling(300, twice, ".v")), ["expression-too-large `f300(.v)`"]);
    assert_eq!(told(&doubling(18, "BEFORE(x) + BEFORE(x + 1)", ".v")), ["expression-too-large `f18(.v)`"]);
    let chosen = "if BEFORE(x) > 3 then BEFORE(x) else 0";
    assert_eq!(told(&doubling(18, chosen, ".v")), ["expression-too-large `f18(.v)`"]);
    // Each of a thousand functions adds one.
    assert_eq!(told(&doubling(1_000, "BEFORE(x) + 1", ".v")), NOTHING);
    // What is known before the run is computed before it.
    assert_eq!(told(&doubling(18, twice, "0")), NOTHING);
}
