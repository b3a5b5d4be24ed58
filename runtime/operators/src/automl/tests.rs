//! The search on rows that are small enough to learn in a moment; what it finds on real tables stands in `tests/run`.

use std::sync::Arc;

use gml_ir::{Partitions, Role, Type, Value};
use polars::prelude::{DataFrame, IntoLazy, NamedFrom, Series};

use super::ensemble::Ensemble;
use super::operator::with_effort;
use super::search::Effort;
use crate::data::{Call, Data, Input, Table};
use crate::learn::parameters::Objective;
use crate::learn::tests::support::*;
use crate::learned::Fitted;

fn search(
    train: &Table,
    valid: &Table,
    (direction, of): (&'static str, &str),
    threads: usize,
    effort: Effort,
) -> Result<(Arc<dyn Fitted>, DataFrame), gml_connect::Fault> {
    let table = |table: &Table| Input::Data(Data::Table(table.clone()));
    let args = vec![
        ("train".into(), table(train)),
        ("valid".into(), table(valid)),
        (direction.into(), Input::Const(metric(of))),
        ("seed".into(), Input::Const(Value::Int(5))),
    ];
    let context = context(threads);
    let call = Call { operator: "automl", args, result: &Type::Unknown, context: &context };
    let Data::Record(parts) = with_effort(&call, effort)? else { panic!("no record") };
    let [(_, Data::Fitted(model)), (_, board)] = parts.as_slice() else { panic!("other parts") };
    Ok((Arc::clone(model), rows_of(board.clone())))
}

fn score(model: &Arc<dyn Fitted>, on: &Table, of: &str) -> f64 {
    metrics_of(evaluate(&Data::Fitted(Arc::clone(model)), &[on], vec![metric(of)]).unwrap())[0].value
}

fn raw(model: &Arc<dyn Fitted>, on: &Table, column: &str) -> Vec<u64> {
    let rows = rows_of(predict(&Data::Fitted(Arc::clone(model)), on).unwrap());
    let column = rows.column(column).unwrap();
    let values = if column.dtype().is_float() {
        column.f64().unwrap().clone()
    } else {
        column.list().unwrap().get_inner().f64().unwrap().clone()
    };
    values.iter().flatten().map(f64::to_bits).collect()
}

/// The rows to learn from, those to judge on while it looks, and others.
fn parts(objective: &str) -> (Table, Table, Table) {
    let (train, valid) = sample(objective);
    let rows = train.frame.clone().collect().unwrap();
    let part = |start: i64, length: usize| Table { frame: rows.slice(start, length).lazy(), ty: train.ty.clone() };
    (part(0, 400), part(400, 200), valid)
}

#[test]
fn what_is_found_is_better_than_trees_alone() {
    for (objective, metric, direction, column, more) in [
        ("binary", "auc", "maximize", "score", true),
        ("multiclass", "log_loss", "minimize", "scores", false),
        ("regression", "rmse", "minimize", "value", false),
    ] {
        let (train, valid, test) = parts(objective);
        let found = |threads: usize| search(&train, &valid, (direction, metric), threads, Effort::Trials(3)).unwrap();
        let (model, board) = found(1);
        // Rows of both parts, as what is found learns from both.
        let all = super::family::together(&train, &valid).unwrap();
        let Data::Fitted(alone) = fit(small_trees(objective), &all, Some(&test), 1).unwrap() else {
            panic!("no model")
        };
        let (ours, theirs) = (score(&model, &test, metric), score(&alone, &test, metric));
        let is_better = if more { ours >= theirs } else { ours <= theirs };
        assert!(is_better, "{objective}: {metric} is {ours}, of trees alone {theirs}");

        let scores: Vec<f64> = board.column("score").unwrap().f64().unwrap().iter().flatten().collect();
        assert!(scores.len() >= 6, "{board}");
        let names: Vec<&str> = board.column("model").unwrap().str().unwrap().iter().flatten().collect();
        let sums = names
            .iter()
            .zip(&scores)
            .filter(|(name, score)| (name.starts_with("logistic") || name.starts_with("ridge")) && score.is_finite());
        // Two recipes with three penalties each.
        assert_eq!(sums.count(), 6, "{names:?} {scores:?}");
        let learned = scores.iter().position(|score| score.is_nan()).unwrap_or(scores.len());
        assert!(scores[..learned].is_sorted_by(|a, b| if more { a >= b } else { a <= b }), "{board}");
        assert!(scores[learned..].iter().all(|score| score.is_nan()), "{board}");

        // Neither threads nor being saved change what it says.
        let (again, _) = found(3);
        assert_eq!(raw(&model, &test, column), raw(&again, &test, column), "{objective}");
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        let loaded = crate::learn::load(folder.path()).unwrap();
        assert_eq!(raw(&model, &test, column), raw(&loaded, &test, column), "{objective}");
        assert_eq!((model.ty(), model.features(), model.classes()), (loaded.ty(), loaded.features(), loaded.classes()));
    }
}

#[test]
fn what_has_no_numbers_is_not_put_into_buckets() {
    let (train, valid, _) = parts("binary");
    let texts = |part: &Table| {
        let rows = part.frame.clone().collect().unwrap().select(["id", "query", "c", "b", "y"]).unwrap();
        table(rows, &[("id", Role::Id), ("query", Role::Group), ("y", Role::Target)], part.ty.partitions)
    };
    let (_, board) = search(&texts(&train), &texts(&valid), ("maximize", "auc"), 1, Effort::Trials(0)).unwrap();
    let names: Vec<&str> = board.column("model").unwrap().str().unwrap().iter().flatten().collect();
    assert!(names.iter().any(|name| name.starts_with("logistic: ")), "{names:?}");
    assert!(names.iter().all(|name| !name.contains("of buckets")), "{names:?}");
}

#[test]
fn contributions_add_up_to_the_raw_score() {
    let (train, valid, test) = parts("binary");
    let (model, _) = search(&train, &valid, ("maximize", "auc"), 1, Effort::Trials(0)).unwrap();
    let scores: Vec<f64> = raw(&model, &test, "score").into_iter().map(f64::from_bits).collect();
    let explained = model.explain(&test, &context(1)).unwrap();
    assert_eq!(
        explained.columns.iter().map(|name| &**name).collect::<std::collections::BTreeSet<_>>(),
        ["b", "c", "n", "x0", "x1"].into()
    );
    for (row, score) in explained.values.chunks_exact(explained.columns.len()).zip(&scores) {
        let sum = explained.base[0] + row.iter().sum::<f64>();
        let odds = (score / (1.0 - score)).ln();
        assert!((sum - odds).abs() < 1e-6 * odds.abs().max(1.0), "{sum} for {score}");
    }
}

#[test]
fn columns_of_every_kind_are_taken() {
    for (objective, metric, direction) in [("binary", "auc", "maximize"), ("multiclass", "log_loss", "minimize")] {
        every_kind(objective, metric, direction);
    }
}

fn every_kind(objective: &str, metric: &'static str, direction: &'static str) {
    let (train, valid, test) = parts(objective);
    let with = |table: &Table, from: usize| {
        let mut rows = table.frame.clone().collect().unwrap();
        let height = rows.height();
        let of = |value: &dyn Fn(usize) -> String| (from..from + height).map(value).collect::<Vec<_>>();
        let letters =
            rows.column("c").unwrap().str().unwrap().iter().flatten().map(ToOwned::to_owned).collect::<Vec<_>>();
        let day: Vec<Option<i32>> = (from..from + height).map(|row| (row % 9 != 0).then_some(row as i32)).collect();
        let columns = [
            Series::new("key".into(), of(&|row| format!("k{row}"))),
            Series::new("many".into(), of(&|row| format!("v{}", row % 60))),
            Series::new(
                "words".into(),
                letters
                    .iter()
                    .enumerate()
                    .map(|(row, letter)| format!("{letter}{letter} and number {} of text", row % 97))
                    .collect::<Vec<_>>(),
            ),
            Series::new("day".into(), day).cast(&polars::prelude::DataType::Date).unwrap(),
            Series::new("empty".into(), vec![None::<f64>; height]),
            Series::new("list".into(), vec![Series::new("".into(), [1.0]); height]),
        ];
        for column in columns {
            rows.with_column(column.into()).unwrap();
        }
        let roles = [("id", Role::Id), ("query", Role::Group), ("y", Role::Target)];
        super::super::learn::tests::support::table(rows, &roles, Partitions::NONE)
    };
    let (train, valid, test) = (with(&train, 0), with(&valid, 400), with(&test, 600));
    let (model, board) = search(&train, &valid, (direction, metric), 1, Effort::Trials(0)).unwrap();
    let failed = board.column("score").unwrap().f64().unwrap().iter().flatten().filter(|score| score.is_nan()).count();
    assert_eq!(failed, 0, "{board:?}");
    let features = model.features();
    for (name, is_there) in [("words", true), ("day", true), ("key", false), ("empty", false), ("list", false)] {
        assert_eq!(features.iter().any(|feature| **feature == *name), is_there, "{name} in {features:?}");
    }
    let found = score(&model, &test, metric);
    // Shares of three classes alone have a log loss above 1.
    assert!(if objective == "binary" { found > 0.9 } else { found < 0.7 }, "{objective}: {found}");
}

#[test]
fn what_no_model_could_be_judged_by_is_an_error() {
    let (train, valid, _) = parts("binary");
    let refused = |train: &Table, valid: &Table, metric: &'static str| {
        search(train, valid, ("minimize", metric), 1, Effort::Trials(0)).err().unwrap().code
    };
    assert_eq!(refused(&train, &valid, "rmse"), "GML0713");
    let nobody = Table { frame: valid.frame.clone().filter(polars::prelude::lit(false)), ty: valid.ty.clone() };
    assert_eq!(refused(&train, &nobody, "log_loss"), "GML0922");
    let no_target = table(train.frame.clone().collect().unwrap(), &[], Partitions::NONE);
    assert_eq!(refused(&no_target, &valid, "log_loss"), "GML0701");
}

/// A budget is kept to: one model is made in any case, and the ensemble of what there is takes no long time.
#[test]
fn a_budget_ends_the_search() {
    let (train, valid, _) = parts("binary");
    let began = std::time::Instant::now();
    let budget = std::time::Duration::from_secs(4);
    let (_, board) = search(&train, &valid, ("maximize", "auc"), 1, Effort::Budget(budget)).unwrap();
    assert!(board.height() > 3, "{board}");
    // Machines that do other things at the same time are slower than they seem.
    assert!(began.elapsed() < 2 * budget, "{:?}", began.elapsed());
    let moment = std::time::Duration::from_micros(1);
    let (model, board) = search(&train, &valid, ("maximize", "auc"), 1, Effort::Budget(moment)).unwrap();
    assert_eq!(board.height(), 1, "{board}");
    assert_eq!(crate::learn::rounds_of(&*model), Some(1), "it goes on learning when the time is over");
}

#[test]
fn an_ensemble_scores_a_row_alone_as_among_others() {
    use crate::scoring::tests::{chain, held, model, samples};

    for objective in ["binary", "multiclass", "regression"] {
        let (train, valid) = samples(objective);
        let alone = model(fit(small_trees(objective), &train, Some(&valid), 1).unwrap());
        let behind = model(fit(chain(small_trees(objective)), &train, Some(&valid), 1).unwrap());
        let of = match objective {
            "binary" => Objective::Binary,
            "multiclass" => Objective::Multiclass,
            _ => Objective::Regression,
        };
        let ensemble = Ensemble::new(vec![alone, behind], vec![0.25, 0.75], of, Arc::clone(&train.ty.row)).unwrap();
        held(Arc::new(ensemble), &valid);
    }
}
