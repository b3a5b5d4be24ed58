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
