//! Judging by segments and by chance, in folds, with costs, and against another model.

use std::collections::BTreeMap;

use gml_ir::{Partitions, Role, Value};
use polars::prelude::{IntoLazy, NamedFrom, Series, SortMultipleOptions, col, df};

use super::support::*;
use crate::data::{Call, Data, Input, Metric, Table};

fn by_name(metrics: &[Metric]) -> BTreeMap<&str, f64> {
    metrics.iter().map(|metric| (metric.name.as_str(), metric.value)).collect()
}

fn table_input(table: &Table) -> Input {
    Input::Data(Data::Table(table.clone()))
}

fn float(value: f64) -> Input {
    Input::Const(Value::Float(value))
}

fn int(value: i64) -> Input {
    Input::Const(Value::Int(value))
}

fn learned() -> (Data, Table) {
    let (train, valid) = sample("binary");
    (fit(small_trees("binary"), &train, Some(&valid), 1).unwrap(), valid)
}

fn judged(model: &Data, on: &Table, more: Vec<(&str, Input)>, threads: usize) -> Vec<Metric> {
    let metrics = Input::Const(Value::List(vec![metric("auc"), metric("brier")]));
    let on = Input::List(vec![table_input(on)]);
    let args = [vec![("model", Input::Data(model.clone())), ("on", on), ("metrics", metrics)], more].concat();
    metrics_of(call("evaluate", args, threads).unwrap())
}

#[test]
fn each_value_of_by_is_judged_as_if_there_were_no_other() {
    let (model, valid) = learned();
    let found = judged(&model, &valid, vec![("by", columns(&["c", "b"]))], 1);
    let found = by_name(&found);
    let mut rows = 0.0;
    for letter in ["a", "b", "c", "d", "e", "f"] {
        for flag in [true, false] {
            let of = polars::prelude::lit(letter).eq(col("c")).and(col("b").eq(polars::prelude::lit(flag)));
            let part = Table { frame: valid.frame.clone().filter(of), ty: valid.ty.clone() };
            let height = part.frame.clone().collect().unwrap().height();
            let label = format!("[c={letter}, b={flag}]");
            assert_eq!(found.get(&*format!("rows{label}")), (height > 0).then_some(&(height as f64)));
            rows += height as f64;
            match evaluate(&model, &[&part], vec![metric("auc")]) {
                Ok(alone) => assert_eq!(found[&*format!("auc{label}")], metrics_of(alone)[0].value),
                // Of one class there is no AUC, and the others are judged all the same.
                Err(fault) => {
                    assert_eq!(fault.code, "GML0928");
                    assert!(!found.contains_key(&*format!("auc{label}")));
                    assert!(found.contains_key(&*format!("brier{label}")));
                }
            }
        }
    }
    assert_eq!(rows, 200.0);
    assert_eq!(found["auc"], metrics_of(evaluate(&model, &[&valid], vec![metric("auc")]).unwrap())[0].value);
}

#[test]
fn a_value_whose_rows_weigh_nothing_is_left_out() {
    let (model, valid) = learned();
    let mut rows = valid.frame.clone().collect().unwrap();
    let weights: Vec<f64> =
        rows.column("c").unwrap().str().unwrap().iter().map(|letter| f64::from(letter != Some("a"))).collect();
    rows.with_column(Series::new("w".into(), weights).into()).unwrap();
    let roles = [("id", Role::Id), ("query", Role::Group), ("y", Role::Target), ("w", Role::Weight)];
    let weighed = table(rows, &roles, Partitions::NONE);
    let more = vec![("by", columns(&["c"])), ("resamples", int(20)), ("seed", int(1))];
    let found = judged(&model, &weighed, more, 1);
    let found = by_name(&found);
    assert!(found["rows[c=a]"] > 0.0 && !found.contains_key("brier[c=a]") && !found.contains_key("brier[c=a].low"));
    assert!(found.contains_key("brier[c=b]") && found.contains_key("brier[c=b].low"));

    let nothing = Table { frame: weighed.frame.filter(col("w").eq(polars::prelude::lit(0.0))), ty: weighed.ty };
    let fault = evaluate(&model, &[&nothing], vec![metric("brier")]).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    assert!(fault.help.unwrap().contains("a weight above 0"));
}

#[test]
fn intervals_hold_the_value_and_depend_on_the_seed_alone() {
    let (model, valid) = learned();
    let with =
        |seed: i64, threads: usize| judged(&model, &valid, vec![("resamples", int(200)), ("seed", int(seed))], threads);
    let found = with(3, 1);
    assert_eq!(found, with(3, 3));
    assert_ne!(found, with(4, 1));
    let found = by_name(&found);
    for name in ["auc", "brier"] {
        let (low, high) = (found[&*format!("{name}.low")], found[&*format!("{name}.high")]);
        assert!(low < found[name] && found[name] < high, "{name}: {low} {} {high}", found[name]);
    }
    // The standard error of a Brier score is the deviation of its terms by the root of the rows; the interval is 3.92 of
    // them wide, give or take a fifth for 200 samples.
    let rows = rows_of(predict(&model, &valid).unwrap());
    let scores = rows.column("score").unwrap().f64().unwrap().clone();
    let truth = rows.column("y").unwrap().bool().unwrap().clone();
    let terms: Vec<f64> = scores
        .iter()
        .zip(truth.iter())
        .map(|(score, truth)| (score.unwrap() - f64::from(u8::from(truth.unwrap()))).powi(2))
        .collect();
    let mean = terms.iter().sum::<f64>() / 200.0;
    let error = (terms.iter().map(|term| (term - mean).powi(2)).sum::<f64>() / 200.0 / 200.0).sqrt();
    let width = found["brier.high"] - found["brier.low"];
    assert!((width / (3.92 * error) - 1.0).abs() < 0.2, "{width} and {}", 3.92 * error);
    let none = judged(&model, &valid, vec![("resamples", int(0)), ("seed", int(0))], 1);
    assert_eq!(none.len(), 2);
}

#[test]
fn a_ranking_is_drawn_by_queries() {
    let (train, valid) = sample("lambdarank");
    let model = fit(small_trees("lambdarank"), &train, Some(&valid), 1).unwrap();
    let ndcg = Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] };
    let args = vec![
        ("model", Input::Data(model)),
        ("on", Input::List(vec![table_input(&valid)])),
        ("metrics", Input::Const(Value::List(vec![ndcg]))),
        ("resamples", int(100)),
        ("seed", int(1)),
    ];
    let found = metrics_of(call("evaluate", args, 2).unwrap());
    let found = by_name(&found);
    assert!(found["ndcg(5).low"] < found["ndcg(5)"] && found["ndcg(5)"] < found["ndcg(5).high"], "{found:?}");
}

/// Rows of one group mean something only beside each other: of a single group there is a single sample.
#[test]
fn groups_of_a_binary_model_are_drawn_whole() {
    let (model, valid) = learned();
    let one = polars::prelude::lit(1_i64).alias("query");
    let alone = Table { frame: valid.frame.clone().with_column(one), ty: valid.ty.clone() };
    let metrics = ["map", "ndcg", "mrr"]
        .map(|name| Value::Symbol { name: name.into(), args: vec![("k".into(), Value::Int(50))] });
    let of = |on: &Table| {
        let args = vec![
            ("model", Input::Data(model.clone())),
            ("on", Input::List(vec![table_input(on)])),
            ("metrics", Input::Const(Value::List([&metrics[..], &[metric("brier")]].concat()))),
            ("resamples", int(50)),
            ("seed", int(1)),
        ];
        metrics_of(call("evaluate", args, 2).unwrap())
    };
    let (of_one, of_all) = (of(&alone), of(&valid));
    let (of_one, of_all) = (by_name(&of_one), by_name(&of_all));
    for name in ["map(50)", "ndcg(50)", "mrr(50)"] {
        let [low, high] = ["low", "high"].map(|end| of_one[&*format!("{name}.{end}")]);
        assert!((low - of_one[name]).abs() < 1e-12 && (high - of_one[name]).abs() < 1e-12, "{of_one:?}");
    }
    assert!(of_all["map(50).low"] < of_all["map(50)"] && of_all["map(50)"] < of_all["map(50).high"], "{of_all:?}");
    assert!(of_one["brier.low"] < of_one["brier"] && of_one["brier"] < of_one["brier.high"]);
}

fn cross_validated(on: &Table, more: Vec<(&str, Input)>) -> Result<Vec<Metric>, gml_connect::Fault> {
    let learner = trees(&[("objective", Value::Str("binary".into())), ("rounds", Value::Int(20))]).unwrap();
    let args = vec![
        ("learner", Input::Data(learner)),
        ("on", table_input(on)),
        ("metrics", Input::Const(Value::List(vec![metric("brier")]))),
        ("folds", int(4)),
        ("seed", int(2)),
    ];
    call("cross_validate", [args, more].concat(), 1).map(metrics_of)
}

/// The mean over folds, computed by fitting and judging each by hand.
#[test]
fn folds_are_learned_and_judged_by_turns() {
    let (train, _) = sample("binary");
    let rows = train.frame.clone().collect().unwrap();
    let fold_of = crate::learn::folds::random(600, 4, 2);
    let learner = || trees(&[("objective", Value::Str("binary".into())), ("rounds", Value::Int(20))]).unwrap();
    let values: Vec<f64> = (0..4)
        .map(|fold| {
            let inside: polars::prelude::BooleanChunked = fold_of.iter().map(|of| *of == fold).collect();
            let part = |mask: &polars::prelude::BooleanChunked| Table {
                frame: rows.filter(mask).unwrap().lazy(),
                ty: train.ty.clone(),
            };
            let outside = !&inside;
            let model = fit(learner(), &part(&outside), None, 1).unwrap();
            metrics_of(evaluate(&model, &[&part(&inside)], vec![metric("brier")]).unwrap())[0].value
        })
        .collect();
    let mean = values.iter().sum::<f64>() / 4.0;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    let found = cross_validated(&train, vec![("split", text("random"))]).unwrap();
    assert_eq!((found[0].name.as_str(), found[0].partition.as_str()), ("brier", "folds"));
    assert_eq!(found[1].name, "brier.deviation");
    assert!((found[0].value - mean).abs() < 1e-12 && (found[1].value - deviation).abs() < 1e-12, "{found:?}");
}

#[test]
fn folds_of_every_kind() {
    let (train, _) = sample("binary");
    let mut rows = train.frame.clone().collect().unwrap();
    let days: Vec<i32> = (0..600).map(|row| row / 10).collect();
    let days = Series::new("day".into(), days).cast(&polars::prelude::DataType::Date).unwrap();
    rows.with_column(days.into()).unwrap();
    let timed = table(rows.clone(), &[("id", Role::Id), ("day", Role::Time), ("y", Role::Target)], Partitions::TRAIN);
    for (split, by) in [("stratified", None), ("group", Some("query")), ("time", None)] {
        let mut args = vec![("split", text(split))];
        args.extend(by.map(|by| ("by", columns(&[by]))));
        let found = cross_validated(&timed, args).unwrap();
        assert!(found[0].value < 0.2 && found[1].value > 0.0, "{split}: {found:?}");
    }
    let refused = |on: &Table, args| cross_validated(on, args).err().unwrap().code;
    assert_eq!(refused(&timed, vec![("split", text("group"))]), "GML0229");
    assert_eq!(refused(&train, vec![("split", text("time"))]), "GML0229");
    assert_eq!(refused(&timed, vec![("split", text("group")), ("by", columns(&["b"]))]), "GML0922");
    let few = table(rows.head(Some(3)), &[("y", Role::Target)], Partitions::NONE);
    assert_eq!(refused(&few, vec![("split", text("random"))]), "GML0922");
}

/// Rows learned from lie before those judged on; groups and moments are not torn apart.
#[test]
fn folds_keep_together_what_belongs_together() {
    use crate::learn::folds::{grouped, stratified};
    let groups: Vec<usize> = (0..100).map(|row| row % 17).collect();
    let fold_of = grouped(&groups, 5, 3);
    for (row, group) in groups.iter().enumerate() {
        assert_eq!(fold_of[row], fold_of[*group]);
    }
    let classes: Vec<usize> = (0..100).map(|row| usize::from(row % 5 == 0)).collect();
    let fold_of = stratified(&classes, 5, 3);
    for fold in 0..5 {
        assert_eq!((0..100).filter(|row| fold_of[*row] == fold && classes[*row] == 1).count(), 4);
        assert_eq!(fold_of.iter().filter(|of| **of == fold).count(), 20);
    }
}

#[test]
fn the_cheapest_threshold_of_a_model() {
    let (model, valid) = learned();
    let found = |miss: f64| {
        let args = vec![
            ("model", Input::Data(model.clone())),
            ("on", table_input(&valid)),
            ("false_alarm", float(1.0)),
            ("miss", float(miss)),
        ];
        match call("best_threshold", args, 1).unwrap() {
            Data::Value(Value::Float(threshold)) => threshold,
            _ => panic!("no number"),
        }
    };
    assert!(found(20.0) < found(1.0) && found(1.0) < found(0.05));
    let (train, valid) = sample("regression");
    let model = fit(small_trees("regression"), &train, Some(&valid), 1).unwrap();
    let args = vec![
        ("model", Input::Data(model)),
        ("on", table_input(&valid)),
        ("false_alarm", float(1.0)),
        ("miss", float(1.0)),
    ];
    assert_eq!(call("best_threshold", args, 1).err().unwrap().code, "GML0713");
}

#[test]
fn a_group_that_is_named_is_that_of_the_role() {
    let (train, valid) = sample("lambdarank");
    let without = |table: &Table| {
        let mut table = table.clone();
        let row = std::sync::Arc::make_mut(&mut table.ty.row);
        row.columns.iter_mut().filter(|column| column.role == Some(Role::Group)).for_each(|column| column.role = None);
        table
    };
    let learner = |group: Option<&str>| {
        let mut args = tree_arguments("lambdarank");
        args.extend(group.map(|group| ("group", columns(&[group]))));
        call("boosted_trees", args, 1).unwrap()
    };
    let of_role = fit(learner(None), &train, Some(&valid), 1).unwrap();
    let named = fit(learner(Some("query")), &without(&train), Some(&without(&valid)), 1).unwrap();
    let scores = |model: &Data, on: &Table| rows_of(predict(model, on).unwrap()).column("score").unwrap().clone();
    assert_eq!(scores(&of_role, &valid), scores(&named, &without(&valid)));
    let ndcg = || vec![Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] }];
    let value = |model: &Data, on: &Table| metrics_of(evaluate(model, &[on], ndcg()).unwrap())[0].value;
    assert_eq!(value(&of_role, &valid), value(&named, &without(&valid)));
    let fault = fit(learner(None), &without(&train), Some(&without(&valid)), 1).err().unwrap();
    assert_eq!(fault.code, "GML0707");
    assert_eq!(fit(learner(Some("none")), &train, Some(&valid), 1).err().unwrap().code, "GML0301");
}

/// LightGBM takes rows query by query: whatever queries are called and however they sort, each row is ranked within its own.
#[test]
fn groups_follow_their_rows_whatever_the_order_of_their_keys() {
    let (train, valid) = sample("lambdarank");
    let called = |table: &Table, name: fn(i64) -> i64| {
        let mut frame = table.frame.clone().collect().unwrap();
        let names: Vec<i64> = frame.column("query").unwrap().i64().unwrap().iter().flatten().map(name).collect();
        frame.with_column(Series::new("query".into(), names).into()).unwrap();
        Table { frame: frame.lazy(), ty: table.ty.clone() }
    };
    // The rows of a query together, queries in the order in which they come first, or turned around.
    let together = |table: &Table, descending: bool| {
        let options = SortMultipleOptions::default().with_order_descending(descending).with_maintain_order(true);
        Table { frame: table.frame.clone().sort(["query"], options), ty: table.ty.clone() }
    };
    let found = |train: &Table, valid: &Table| {
        let model = fit(small_trees("lambdarank"), train, Some(valid), 1).unwrap();
        let ndcg = Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] };
        let value = metrics_of(evaluate(&model, &[valid], vec![ndcg]).unwrap())[0].value;
        let scored = rows_of(predict(&model, valid).unwrap()).sort(["id"], SortMultipleOptions::default()).unwrap();
        (scored.column("score").unwrap().clone(), value)
    };
    let plain = found(&train, &valid);
    // 40 queries come first as 0, 1, 2, ..: by these keys others would.
    let names: [fn(i64) -> i64; 3] = [|query| query * 17 % 40, |query| 39 - query, |query| -query * 1_000_003];
    for name in names {
        assert_eq!(found(&called(&train, name), &called(&valid, name)), plain);
    }
    assert_eq!(found(&together(&train, false), &together(&valid, false)), plain);
    // Queries in another order draw other rows to learn from, and are ranked no worse.
    let turned = found(&together(&train, true), &together(&valid, true)).1;
    assert!((turned - plain.1).abs() < 0.02, "{turned} {}", plain.1);
}

#[test]
fn a_blend_adds_up_places() {
    let rows = df!("a" => [0.1, 0.9, 0.5, 0.2], "b" => [3.0, 1.0, 2.0, 5.0], "q" => [7_i64, 7, 7, 8], "y" => [1.0, 2.0, 3.0, 4.0]);
    let rows = table(rows.unwrap(), &[("q", Role::Group), ("y", Role::Target)], Partitions::NONE);
    let (train, valid) = sample("lambdarank");
    let model = |seed: i64| {
        let mut args = tree_arguments("lambdarank");
        args.retain(|(name, _)| *name != "seed");
        args.push(("seed", int(seed)));
        fit(call("boosted_trees", args, 1).unwrap(), &train, Some(&valid), 1).unwrap()
    };
    let (first, second) = (model(1), model(2));
    let blend = |weights: Vec<f64>| {
        let models = Input::List(vec![Input::Data(first.clone()), Input::Data(second.clone())]);
        let weights = Input::Const(Value::List(weights.into_iter().map(Value::Float).collect()));
        call("blend", vec![("models", models), ("weights", weights)], 1)
    };
    let scores = |model: &Data| -> Vec<f64> {
        rows_of(predict(model, &valid).unwrap()).column("score").unwrap().f64().unwrap().iter().flatten().collect()
    };
    let queries: Vec<i64> =
        valid.frame.clone().collect().unwrap().column("query").unwrap().i64().unwrap().iter().flatten().collect();
    // The place of a row, from 1: how many of its query come before it.
    let places = |scores: &[f64]| -> Vec<f64> {
        (0..scores.len())
            .map(|row| {
                let before = |other: &usize| {
                    queries[*other] == queries[row]
                        && (scores[*other] > scores[row] || (scores[*other] == scores[row] && *other < row))
                };
                1.0 + (0..scores.len()).filter(before).count() as f64
            })
            .collect()
    };
    let (a, b) = (places(&scores(&first)), places(&scores(&second)));
    let both = blend(vec![2.0, 1.0]).unwrap();
    for (row, found) in scores(&both).into_iter().enumerate() {
        assert!((found - (2.0 / (60.0 + a[row]) + 1.0 / (60.0 + b[row]))).abs() < 1e-15);
    }
    let Data::Fitted(fitted) = &both else { panic!("nothing was learned") };
    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let loaded = Data::Fitted(crate::learn::load(folder.path()).unwrap());
    assert_eq!(scores(&both), scores(&loaded));
    let ndcg = Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] };
    assert!(metrics_of(evaluate(&loaded, &[&valid], vec![ndcg]).unwrap())[0].value > 0.9);
    assert_eq!(blend(vec![1.0]).err().unwrap().code, "GML0229");
    assert_eq!(blend(vec![0.0, 0.0]).err().unwrap().code, "GML0229");
    assert_eq!(predict(&both, &rows).err().unwrap().code, "GML0704");
}

#[test]
fn the_better_model_is_promoted_and_both_are_told_of() {
    let (train, valid) = sample("binary");
    let good = fit(small_trees("binary"), &train, Some(&valid), 1).unwrap();
    let poor = fit(
        trees(&[("objective", Value::Str("binary".into())), ("rounds", Value::Int(1)), ("leaves", Value::Int(2))])
            .unwrap(),
        &train,
        None,
        1,
    )
    .unwrap();
    let value = |model: &Data, of: &str| metrics_of(evaluate(model, &[&valid], vec![metric(of)]).unwrap())[0].value;
    for of in ["auc", "log_loss"] {
        for (challenger, champion) in [(&good, &poor), (&poor, &good)] {
            let context = context(1);
            let args = vec![
                ("challenger".into(), Input::Data(challenger.clone())),
                ("over".into(), Input::Data(champion.clone())),
                ("on".into(), table_input(&valid)),
                ("metric".into(), Input::Const(metric(of))),
            ];
            let promote = crate::operator("std.monitor", "promote").unwrap();
            let call = Call { operator: "promote", args, result: &gml_ir::Type::Unknown, context: &context };
            let Data::Fitted(chosen) = promote(call).unwrap() else { panic!("no model") };
            let told: Vec<_> = chosen.judged().iter().map(|metric| (metric.name.clone(), metric.value)).collect();
            assert_eq!(
                told,
                [(format!("{of}.challenger"), value(challenger, of)), (format!("{of}.champion"), value(champion, of)),]
            );
            assert_eq!(chosen.judged()[0].partition, "valid");
            assert_eq!(value(&Data::Fitted(chosen), of), value(&good, of), "{of}");
        }
    }
}

#[test]
fn a_loss_beyond_chance_and_tolerance_is_worse() {
    let (model, valid) = learned();
    let rows = valid.frame.clone().collect().unwrap();
    // Targets that have nothing to do with the features any more.
    let other: Vec<bool> = (0..200).map(|row| row * 7 % 3 == 0).collect();
    let mut moved = rows.clone();
    moved.with_column(Series::new("y".into(), other).into()).unwrap();
    let roles = [("id", Role::Id), ("query", Role::Group), ("y", Role::Target)];
    let moved = table(moved, &roles, Partitions::NONE);
    let found = |on: &Table, of: &str, tolerance: f64, threads: usize| {
        let context = context(threads);
        let args = vec![
            ("model".into(), Input::Data(model.clone())),
            ("on".into(), table_input(on)),
            ("baseline".into(), table_input(&valid)),
            ("metric".into(), Input::Const(metric(of))),
            ("tolerance".into(), float(tolerance)),
            ("seed".into(), int(1)),
        ];
        let performance = crate::operator("std.monitor", "performance").unwrap();
        let call = Call { operator: "performance", args, result: &gml_ir::Type::Unknown, context: &context };
        let Data::Record(parts) = performance(call).unwrap() else { panic!("no record") };
        let [(_, Data::Value(value)), (_, Data::Value(before)), (_, Data::Value(worse)), (_, Data::Metrics(metrics))] =
            parts.as_slice()
        else {
            panic!("other parts")
        };
        (value.as_float().unwrap(), before.as_float().unwrap(), worse.as_bool().unwrap(), metrics.clone())
    };
    for of in ["auc", "log_loss"] {
        let (value, before, worse, metrics) = found(&moved, of, 0.05, 1);
        assert!(worse && (value - before).abs() > 0.2, "{of}: {value} {before}");
        assert_eq!(metrics.len(), 6);
        assert_eq!(metrics, found(&moved, of, 0.05, 3).3);
        let (value, before, worse, _) = found(&valid, of, 0.0, 1);
        assert!(value == before && !worse);
        // A tolerance that allows for all of it.
        assert!(!found(&moved, of, 100.0, 1).2);
    }
}
