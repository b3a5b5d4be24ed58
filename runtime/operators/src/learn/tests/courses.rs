//! What is seen round by round.

use gml_ir::Value;

use super::support::*;
use crate::course::{Course, Curve};
use crate::data::{Data, Input};
use crate::learn::load;

fn course(model: &Data) -> Course {
    let Data::Fitted(model) = model else { panic!("nothing was learned") };
    model.course().unwrap()
}

fn curve<'a>(course: &'a Course, partition: &str) -> &'a Curve {
    course.curves.iter().find(|curve| curve.partition == partition).unwrap()
}

#[test]
fn each_round_has_the_metric_of_its_trees_and_the_best_is_kept() {
    for objective in ["binary", "multiclass", "regression", "lambdarank"] {
        let (train, valid) = sample(objective);
        let seen = course(&fit(small_trees(objective), &train, Some(&valid), 1).unwrap());
        let (of_train, of_valid) = (curve(&seen, "train"), curve(&seen, "valid"));
        let steps: Vec<usize> = of_valid.points.iter().map(|(round, _)| *round).collect();
        assert_eq!(steps, (1..=steps.len()).collect::<Vec<_>>(), "{objective}");
        // It stopped five rounds behind the best one, or at the last of 60.
        assert!(steps.len() == seen.kept + 5 || steps.len() == 60, "{objective}: {seen:?}");
        let sign = if objective == "lambdarank" { -1.0 } else { 1.0 };
        let best = of_valid.points.iter().min_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1))).unwrap();
        assert_eq!(best.0, seen.kept, "{objective}");
        assert!(of_train.points[..2].iter().map(|(round, _)| *round).eq([1, 10]), "{objective}: {of_train:?}");
        let (first, last) = (of_train.points[0].1, of_train.points[of_train.points.len() - 1].1);
        assert!(sign * last < sign * first, "{objective} learns: {of_train:?}");
    }
}

#[test]
fn the_metric_of_the_last_round_is_that_of_the_model() {
    let (train, valid) = sample("binary");
    let model = fit(small_trees("binary"), &train, Some(&valid), 1).unwrap();
    let seen = course(&model);
    let judged = metrics_of(evaluate(&model, &[&valid], vec![metric("log_loss")]).unwrap());
    let (round, value) = curve(&seen, "valid").points[seen.kept - 1];
    assert_eq!(round, seen.kept);
    // Ten digits are kept, and the library has labels and scores of its own precision.
    assert!((judged[0].value - value).abs() < 1e-6, "{} and {value}", judged[0].value);
}

#[test]
fn without_rows_to_stop_by_those_learned_from_are_looked_at() {
    let (train, _) = sample("regression");
    let trees = trees(&[("objective", Value::Str("regression".into())), ("rounds", Value::Int(25))]).unwrap();
    let seen = course(&fit(trees, &train, None, 1).unwrap());
    assert_eq!((seen.curves.len(), seen.kept), (1, 25));
    assert!(curve(&seen, "train").points.iter().map(|(round, _)| *round).eq([1, 10, 20, 25]));
}

#[test]
fn the_number_of_threads_changes_nothing_and_a_chain_tells_what_its_model_does() {
    let (train, valid) = sample("binary");
    let seen = [1, 4].map(|threads| course(&fit(small_trees("binary"), &train, Some(&valid), threads).unwrap()));
    assert_eq!(seen[0], seen[1]);
    let recipe = call("impute", vec![("how", text("mean")), ("columns", columns(&["x1"]))], 1).unwrap();
    let parts = vec![Input::Data(recipe), Input::Data(small_trees("binary"))];
    let chain = call("chain", vec![("parts", Input::List(parts))], 1).unwrap();
    let model = fit(chain, &train, Some(&valid), 1).unwrap();
    assert_eq!(course(&model).curves.len(), 2);
    // It is not saved: nobody learned when the model was loaded.
    let folder = tempfile::tempdir().unwrap();
    let Data::Fitted(model) = model else { panic!("nothing was learned") };
    model.save(folder.path()).unwrap();
    assert!(load(folder.path()).unwrap().course().is_none());
}
