//! What a search that waits for rows becomes.

use gml_ir::{Arg, Program, StepId, StepKind, Value};

use crate::{MemoryWorld, Settings, check, lower};

/// A program that fits what `body` calls `tuned`, as a graph.
fn lowered(body: &str) -> Result<Program, String> {
    let text = format!(
        r#"
use std.features.{{select_features}}
use std.learn.{{boosted_trees, logistic, tune}}
use std.metrics.{{auc}}
use std.prep.{{impute, scale}}
param deep: bool = true
catalog {{
    visits: table {{ id visitor: str, pages: float?, target bought: bool }} = parquet("visits.parquet"),
    kept: model = artifact("kept"),
}}
node learned(learner: estimator, rows: table {{ id visitor: str, pages: float?, target bought: bool }}) -> model {{ fit(learner, train: rows) }}
pipeline p {{
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute(mean, [.pages])
    let trees = boosted_trees(objective: binary, seed: 1)
    {body}
}}
"#
    );
    let analysis = check(&MemoryWorld::new([("main.gml", text.as_str())]), "main.gml");
    let told = |all: &[gml_diagnostics::Diagnostic]| {
        let errors = all.iter().filter(|found| found.is_error());
        errors.map(|found| format!("{}: {}", found.code.id(), found.message)).collect::<Vec<_>>().join("\n")
    };
    if !told(&analysis.diagnostics).is_empty() {
        return Err(told(&analysis.diagnostics));
    }
    lower(&analysis.package, &analysis.program, &Settings::default()).map_err(|wrong| told(&wrong))
}

/// What the steps of its pipeline do.
fn steps(body: &str) -> Vec<StepKind> {
    let program = lowered(body).unwrap_or_else(|wrong| panic!("{body}: {wrong}"));
    program.pipelines[0].graph.steps.iter().map(|step| step.kind.clone()).collect()
}

/// What is saved, with all that it is made of.
fn saved(steps: &[StepKind]) -> String {
    let value = steps.iter().find_map(|step| match step {
        StepKind::Save { value, .. } => Some(*value),
        _ => None,
    });
    made(steps, value.unwrap())
}

fn made(steps: &[StepKind], id: StepId) -> String {
    match &steps[id.0 as usize] {
        StepKind::Call { operator, args, .. } => {
            let args: Vec<_> = args.iter().map(|(name, arg)| format!("{name}: {}", given(steps, arg))).collect();
            format!("{operator}({})", args.join(", "))
        }
        StepKind::Part(of, name) => format!("{}.{name}", made(steps, *of)),
        other => format!("{other:?}"),
    }
}

fn given(steps: &[StepKind], arg: &Arg) -> String {
    match arg {
        Arg::Step(id) => made(steps, *id),
        Arg::List(items) => format!("{:?}", items.iter().map(|item| given(steps, item)).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

const OVER: &str = "maximize: auc, trials: 5, seed: 1, over: { leaves: 4..64 }";

#[test]
fn it_is_the_search_before_the_fit() {
    let before = |learner: &str| {
        steps(&format!(
            "let tuned = tune({learner}, train: data.train, valid: data.valid, {OVER}) save fit(tuned, train: data.train, valid: data.valid) as kept"
        ))
    };
    let there = |tuned: &str| {
        steps(&format!("let tuned = {tuned} save fit(tuned, train: data.train, valid: data.valid) as kept"))
    };
    assert_eq!(saved(&there(&format!("tune(trees, {OVER})"))), saved(&before("trees")));
    let behind = format!("recipe >> tune(trees, {OVER})");
    assert_eq!(saved(&there(&behind)), saved(&before("recipe >> trees")));
    assert_eq!(saved(&there(&format!("if deep then {behind} else trees"))), saved(&before("recipe >> trees")));
    assert_eq!(saved(&there(&format!("tune(recipe >> trees, {OVER})"))), saved(&before("recipe >> trees")));
}

/// The space of the only search.
fn space(body: &str) -> Value {
    let found = steps(body).into_iter().find_map(|step| match step {
        StepKind::Call { operator, args, .. } if &*operator == "tune" => {
            args.into_iter().find(|(name, _)| &**name == "over").map(|(_, over)| over)
        }
        _ => None,
    });
    match found {
        Some(Arg::Const(over)) => over,
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_that_the_recipe_has_too_are_told_apart() {
    let over = |before: &str, over: &str| {
        space(&format!(
            "let tuned = {before} >> tune(trees, maximize: auc, trials: 5, seed: 1, over: {over}) save fit(tuned, train: data.train, valid: data.valid) as kept"
        ))
        .to_string()
    };
    let plain = over("recipe", "{ seed: 1..5, leaves: 4..64 }");
    let shared = over("recipe >> select_features(keep: 1, seed: 1)", "{ seed: 1..5, leaves: 4..64 }");
    assert_eq!(plain, "{ seed: 1..5, leaves: 4..64 }");
    assert_eq!(shared, "{ boosted_trees: { seed: 1..5 }, leaves: 4..64 }");
    let nested =
        over("recipe >> select_features(keep: 1, seed: 1)", "{ boosted_trees: { leaves: 4..64 }, seed: 1..5 }");
    assert_eq!(nested, "{ boosted_trees: { leaves: 4..64, seed: 1..5 } }");
}

#[test]
fn rows_that_are_not_there_are_told_before_the_run() {
    let hidden = format!("let tuned = recipe >> tune(trees, {OVER}) save learned(tuned, data.train) as kept");
    let wrong = lowered(&hidden).unwrap_err();
    assert!(wrong.starts_with("GML0716") && wrong.contains("`valid`"), "{wrong}");
}
