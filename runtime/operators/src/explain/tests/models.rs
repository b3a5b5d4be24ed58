//! The operators on models that were learned.

use gml_ir::Value;
use polars::prelude::DataFrame;

use crate::data::{Data, Input, Table};
use crate::explain::OPERATORS;
use crate::learn::tests::support::*;

fn explained(operator: &str, model: &Data, rows: &Table, how: Option<&str>) -> Result<DataFrame, gml_connect::Fault> {
    let rows = Input::Data(Data::Table(rows.clone()));
    let mut args = vec![("model", Input::Data(model.clone()))];
    match operator {
        "contributions" => args.push(("input", rows)),
        _ => args.push(("on", rows)),
    }
    if let Some(how) = how {
        args.extend([("how", text(how)), ("seed", Input::Const(Value::Int(1)))]);
    }
    let (.., implementation) = OPERATORS.iter().find(|(_, name, _)| *name == operator).unwrap();
    let args = args.into_iter().map(|(arg, input)| (arg.into(), input)).collect();
    let result = gml_ir::Type::Unknown;
    implementation(crate::data::Call { operator, args, result: &result, context: &context(2) }).map(rows_of)
}

fn floats(rows: &DataFrame, column: &str) -> Vec<f64> {
    rows.column(column).unwrap().f64().unwrap().iter().flatten().collect()
}

fn texts(rows: &DataFrame, column: &str) -> Vec<String> {
    rows.column(column).unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect()
}

fn trees(objective: &str) -> (Data, Table) {
    let (train, valid) = sample(objective);
    (fit(small_trees(objective), &train, Some(&valid), 1).unwrap(), valid)
}

/// A recipe that makes six columns of one, and trees on what it gives.
fn chained() -> (Data, Table) {
    let (train, valid) = sample("binary");
    let recipe = call("one_hot", vec![("columns", columns(&["c"]))], 1).unwrap();
    let parts = Input::List(vec![Input::Data(recipe), Input::Data(small_trees("binary"))]);
    let chain = call("chain", vec![("parts", parts)], 1).unwrap();
    (fit(chain, &train, Some(&valid), 1).unwrap(), valid)
}

#[test]
fn contributions_and_base_are_the_log_odds() {
    for (model, valid) in [trees("binary"), chained()] {
        let scores = floats(&rows_of(predict(&model, &valid).unwrap()), "score");
        let rows = explained("contributions", &model, &valid, None).unwrap();
        let names = ["x0", "x1", "n", "c", "b"].map(|name| format!("{name}_contribution"));
        let parts: Vec<Vec<f64>> = names.iter().map(|name| floats(&rows, name)).collect();
        let base = floats(&rows, "base");
        for (row, score) in scores.iter().enumerate() {
            let sum: f64 = base[row] + parts.iter().map(|part| part[row]).sum::<f64>();
            let odds = (score / (1.0 - score)).ln();
            assert!((sum - odds).abs() < 1e-9, "row {row}: {sum} and not {odds}");
        }
    }
}

#[test]
fn what_makes_the_target_matters_most() {
    // The target is made of 3 x0 - 2 x1 + ...
    for how in ["shap", "gain", "permutation"] {
        let (model, valid) = chained();
        let found = explained("importance", &model, &valid, Some(how)).unwrap();
        let columns = texts(&found, "column");
        assert_eq!(columns.len(), 5, "{how}: {columns:?}");
        assert_eq!(columns[0], "x0", "{how}: {columns:?}");
        assert!(floats(&found, "importance").is_sorted_by(|a, b| a >= b));
    }
}

#[test]
fn every_class_counts_for_the_importance() {
    let (model, valid) = trees("multiclass");
    assert_eq!(explained("importance", &model, &valid, Some("shap")).unwrap().height(), 5);
    assert_eq!(explained("contributions", &model, &valid, None).unwrap_err().code, "GML0713");
}

#[test]
fn pairs_come_once_each() {
    let (model, valid) = chained();
    let found = explained("interactions", &model, &valid, None).unwrap();
    assert_eq!(found.height(), 10);
    let sizes = floats(&found, "importance");
    assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[0] > 0.0);
    let pairs: std::collections::BTreeSet<_> =
        texts(&found, "first").into_iter().zip(texts(&found, "second")).collect();
    assert_eq!(pairs.len(), 10);
}

#[test]
fn no_rows_are_explained_by_nothing() {
    let (model, valid) = trees("regression");
    let none = Table { frame: valid.frame.limit(0), ty: valid.ty };
    assert_eq!(explained("contributions", &model, &none, None).unwrap().height(), 0);
    let found = explained("importance", &model, &none, Some("shap")).unwrap();
    assert!(floats(&found, "importance").iter().all(|value| *value == 0.0));
}

#[test]
fn a_transform_is_not_explained() {
    let (train, valid) = sample("binary");
    let recipe = call("one_hot", vec![("columns", columns(&["c"]))], 1).unwrap();
    let fitted = fit(recipe, &train, None, 1).unwrap();
    assert_eq!(explained("importance", &fitted, &valid, Some("shap")).unwrap_err().code, "GML0713");
}
