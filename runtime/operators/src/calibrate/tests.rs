//! Held against scikit-learn 1.9.1 on 60 scores (`IsotonicRegression(out_of_bounds="clip")`, and `_SigmoidCalibration` on
//! the log-odds), with weights.

use std::fs;

use gml_ir::Value;

use super::curve::{Curve, Method, of_classes};
use crate::data::{Data, Input};
use crate::learn::tests::support::*;

const SCORES: [f64; 9] = [0.0, 0.05, 0.2, 0.333, 0.5, 0.61, 0.77, 0.9, 1.0];

fn rows() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let score = |row: usize| {
        let score = ((row * 37) % 100) as f64 / 100.0;
        if row.is_multiple_of(3) { score / 2.0 } else { score }
    };
    let scores: Vec<f64> = (0..60).map(score).collect();
    let truth =
        |(row, score): (usize, &f64)| f64::from(u8::from((score * 10.0 + ((row * 7) % 5) as f64) / 14.0 > 0.45));
    let truth = scores.iter().enumerate().map(truth).collect();
    (scores, truth, (0..60).map(|row| 1.0 + (row % 4) as f64).collect())
}

fn fitted(method: Method) -> Curve {
    let (scores, truth, weights) = rows();
    Curve::fit(method, &scores, &truth, Some(&weights)).unwrap()
}

#[test]
fn isotonic_is_that_of_scikit_learn() {
    let curve = fitted(Method::Isotonic);
    let expected = [0.0, 0.0, 0.0, 0.21428571428571427, 0.65625, 1.0, 1.0, 1.0, 1.0];
    for (score, expected) in SCORES.iter().zip(expected) {
        assert!((curve.at(*score) - expected).abs() < 1e-12, "{score}: {} and not {expected}", curve.at(*score));
    }
}

/// scikit-learn's optimiser ends at a gradient of 1e-6, ours at 1e-11: they differ in the ninth digit.
#[test]
fn sigmoid_is_that_of_scikit_learn() {
    let curve = fitted(Method::Sigmoid);
    let expected = [
        3.219066338316886e-33,
        0.003570346379497754,
        0.09801128250410879,
        0.3307125832737313,
        0.6934211518739939,
        0.8576220860793374,
        0.9695899553512922,
        0.996415711826575,
        1.0,
    ];
    for (score, expected) in SCORES.iter().zip(expected) {
        assert!((curve.at(*score) - expected).abs() < 1e-8, "{score}: {} and not {expected}", curve.at(*score));
    }
}

#[test]
fn rows_without_weight_do_not_count() {
    assert!(Curve::fit(Method::Isotonic, &[0.1, 0.9], &[0.0, 1.0], Some(&[0.0, 0.0])).is_none());
    assert!(Curve::fit(Method::Sigmoid, &[], &[], None).is_none());
    let curve = Curve::fit(Method::Isotonic, &[0.1, 0.5, 0.9], &[0.0, 1.0, 1.0], Some(&[1.0, 0.0, 1.0])).unwrap();
    assert_eq!(curve.at(0.5), 0.5);
}

#[test]
fn one_class_gives_a_probability_short_of_certain() {
    for method in [Method::Isotonic, Method::Sigmoid] {
        let curve = Curve::fit(method, &[0.2, 0.4, 0.6], &[1.0, 1.0, 1.0], None).unwrap();
        assert!(curve.at(0.5).is_finite() && curve.at(0.5) > 0.75, "{method:?}");
    }
}

#[test]
fn probabilities_of_classes_add_up() {
    let zero = Curve::fit(Method::Isotonic, &[0.5], &[0.0], None).unwrap();
    assert_eq!(of_classes(&[zero.clone(), zero], &[0.3, 0.7]), [0.5, 0.5]);
}

fn calibrated(objective: &str, method: &str) -> (Data, crate::data::Table) {
    let (train, valid) = sample(objective);
    let model = fit(small_trees(objective), &train, Some(&valid), 1).unwrap();
    let args = vec![
        ("model", Input::Data(model)),
        ("on", Input::Data(Data::Table(valid.clone()))),
        ("method", Input::Const(Value::Str(method.into()))),
    ];
    (call("calibrate", args, 1).unwrap(), valid)
}

#[test]
fn a_calibrated_model_predicts_both_and_is_judged_by_the_calibrated() {
    for method in ["isotonic", "sigmoid"] {
        let (model, valid) = calibrated("binary", method);
        let rows = rows_of(predict(&model, &valid).unwrap());
        let names: Vec<_> = rows.columns().iter().map(|column| column.name().as_str()).collect();
        assert_eq!(names[names.len() - 2..], ["score", "calibrated"]);
        let found = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
        // Trees alone stand at 0.23120 here (see the peers of `learn`).
        assert!(found[0].value < 0.2312, "{method}: {}", found[0].value);
    }
}

#[test]
fn classes_are_calibrated_one_against_the_rest() {
    let (model, valid) = calibrated("multiclass", "isotonic");
    let rows = rows_of(predict(&model, &valid).unwrap());
    let lists = rows.column("calibrated").unwrap().list().unwrap().get_inner();
    let values: Vec<f64> = lists.f64().unwrap().iter().flatten().collect();
    assert_eq!(values.len(), 3 * rows.height());
    for row in values.chunks(3) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

/// What is predicted is what is judged: the label is the likeliest class by the probabilities that `accuracy` looks at.
#[test]
fn the_label_is_the_likeliest_class_by_the_calibrated() {
    let (model, valid) = calibrated("multiclass", "isotonic");
    let Data::Fitted(fitted) = &model else { panic!("nothing was learned") };
    let rows = rows_of(predict(&model, &valid).unwrap());
    let list = |name: &str| {
        let values = rows.column(name).unwrap().list().unwrap().get_inner();
        values.f64().unwrap().iter().flatten().collect::<Vec<_>>()
    };
    let (scores, calibrated) = (list("scores"), list("calibrated"));
    let likeliest = |of: &[f64]| of.chunks(3).map(crate::metrics::largest).collect::<Vec<_>>();
    let labels: Vec<String> =
        likeliest(&calibrated).into_iter().map(|place| fitted.classes()[place].to_string()).collect();
    let told = rows.column("label").unwrap().str().unwrap().iter().map(|label| label.unwrap().to_owned());
    assert_eq!(told.collect::<Vec<_>>(), labels);
    assert_ne!(likeliest(&scores), likeliest(&calibrated), "the calibration changes nothing here");

    let truth = rows.column("y").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let right =
        truth.str().unwrap().iter().zip(&labels).filter(|(truth, label)| *truth == Some(label.as_str())).count();
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("accuracy")]).unwrap());
    assert_eq!(found[0].value, right as f64 / rows.height() as f64);
}

#[test]
fn classes_are_judged_by_the_calibrated() {
    let (model, valid) = calibrated("multiclass", "isotonic");
    let found = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
    let (train, _) = sample("multiclass");
    let plain = fit(small_trees("multiclass"), &train, Some(&valid), 1).unwrap();
    let before = metrics_of(evaluate(&plain, &[&valid], vec![metric("log_loss")]).unwrap());
    let (found, before) = (found[0].value, before[0].value);
    assert!(found.is_finite() && (found - before).abs() > 1e-6, "{found} and {before}");
}

#[test]
fn what_is_saved_predicts_the_same() {
    let (model, valid) = calibrated("binary", "isotonic");
    let Data::Fitted(fitted) = &model else { panic!("nothing was learned") };
    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let loaded = Data::Fitted(crate::load(folder.path()).unwrap());
    let (before, after) = (predict(&model, &valid).unwrap(), predict(&loaded, &valid).unwrap());
    assert!(rows_of(before).equals_missing(&rows_of(after)));

    let signature = folder.path().join("signature.json");
    let text = fs::read_to_string(&signature).unwrap();
    fs::write(&signature, text.replacen("\"scores\": [", "\"scores\": [9.0, ", 1)).unwrap();
    assert_eq!(crate::load(folder.path()).err().unwrap().code, "GML0918");
}

#[test]
fn a_regression_has_nothing_to_calibrate() {
    let (train, valid) = sample("regression");
    let model = fit(small_trees("regression"), &train, Some(&valid), 1).unwrap();
    let args = vec![
        ("model", Input::Data(model)),
        ("on", Input::Data(Data::Table(valid))),
        ("method", Input::Const(Value::Str("isotonic".into()))),
    ];
    assert_eq!(call("calibrate", args, 1).err().unwrap().code, "GML0713");
}
