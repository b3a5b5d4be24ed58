//! Held against Python's LightGBM 4.7.0 with the same parameters on the same rows (see [`super::support::sample`]): the texts
//! of `c` as codes in order of first appearance, `early_stopping(5)`, one thread. The numbers are its predictions of the
//! first rows to stop by, its best round, and its metric there.

use gml_ir::Value;
use polars::prelude::DataFrame;

use super::support::*;
use crate::data::Data;

fn learned(objective: &str) -> (Data, DataFrame) {
    let (train, valid) = sample(objective);
    let model = fit(small_trees(objective), &train, Some(&valid), 1).unwrap();
    let predicted = rows_of(predict(&model, &valid).unwrap());
    (model, predicted)
}

fn floats(rows: &DataFrame, column: &str) -> Vec<f64> {
    rows.column(column).unwrap().f64().unwrap().iter().flatten().collect()
}

fn close(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
    }
    assert!(found.len() >= expected.len());
}

#[test]
fn binary() {
    let (model, rows) = learned("binary");
    close(&floats(&rows, "score"), &[0.9792082382679399, 0.9921385306991582, 0.65012372599959, 0.042468005109419296]);
    let (_, valid) = sample("binary");
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
    assert_eq!((found[0].name.as_str(), found[0].partition.as_str()), ("log_loss", "valid"));
    close(&[found[0].value], &[0.23119842914316627]);
}

#[test]
fn multiclass() {
    let (model, rows) = learned("multiclass");
    let lists = rows.column("scores").unwrap().list().unwrap().get_inner();
    let scores: Vec<f64> = lists.f64().unwrap().iter().flatten().collect();
    let expected = [
        0.9865730147446871,
        0.0004857333487093198,
        0.01294125190660362,
        0.998105429154408,
        0.00023621536388322288,
        0.0016583554817087868,
        0.6390543368411206,
        0.06648257405818267,
        0.2944630891006967,
        0.004054370898204054,
        0.9234324483615598,
        0.0725131807402362,
    ];
    close(&scores, &expected);
    let labels: Vec<_> = rows.column("label").unwrap().str().unwrap().iter().take(4).flatten().collect();
    assert_eq!(labels, ["high", "high", "high", "low"]);
    let (_, valid) = sample("multiclass");
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
    close(&[found[0].value], &[0.5307224837251064]);
}

#[test]
fn regression() {
    let (model, rows) = learned("regression");
    close(&floats(&rows, "value"), &[3.8064020814485446, 4.405818045432266, 2.1001752760138443, 0.7932838539345347]);
    let (_, valid) = sample("regression");
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("rmse")]).unwrap());
    // LightGBM keeps labels as 32-bit floats.
    assert!((found[0].value.powi(2) - 0.16271033367293383).abs() < 1e-7);
}

#[test]
fn lambdarank() {
    let (model, rows) = learned("lambdarank");
    close(&floats(&rows, "score"), &[1.3885556765001135, 3.4489185838153875, -1.6904735859497722, -3.140732864811385]);
    let (_, valid) = sample("lambdarank");
    let ndcg = Value::Symbol { name: "ndcg".into(), args: vec![("k".into(), Value::Int(5))] };
    let found = metrics_of(evaluate(&model, &[&valid], vec![ndcg]).unwrap());
    assert_eq!(found[0].name, "ndcg(5)");
    close(&[found[0].value], &[0.9806021677730294]);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for objective in ["binary", "multiclass", "regression", "lambdarank"] {
        let (train, valid) = sample(objective);
        let texts: Vec<String> = [1, 3]
            .into_iter()
            .map(|threads| {
                let Data::Fitted(model) = fit(small_trees(objective), &train, Some(&valid), threads).unwrap() else {
                    panic!("nothing was learned")
                };
                let folder = tempfile::tempdir().unwrap();
                model.save(folder.path()).unwrap();
                std::fs::read_to_string(folder.path().join("model.txt")).unwrap()
            })
            .collect();
        assert_eq!(texts[0], texts[1], "{objective}");
    }
}
