//! Held against scikit-learn 1.9.1: `tests/peers/linear_models.py` printed `reference.json` for the rows of
//! [`crate::learn::tests::support::sample`]. Its solvers end at slopes of 1e-12; ours at 1e-10, and weights are off by about as
//! much divided by the smallest curvature: of the columns of a category, which add up to 1, that is the penalty by the weight of
//! all rows, 0.1 / 1950, which makes 2e-6.

use gml_ir::{Partitions, Role, Value};
use polars::prelude::{DataFrame, DataType, IntoLazy, NamedFrom, Series, col, df, lit};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::FittedLinear;
use crate::data::{Data, Input, Table};
use crate::learn::tests::support::*;

fn reference(name: &str) -> (Vec<f64>, f64) {
    let all: Json = serde_json::from_str(include_str!("reference.json")).unwrap();
    let weights = all[name]["coefficients"].as_array().unwrap_or_else(|| panic!("{name}"));
    (weights.iter().map(|weight| weight.as_f64().unwrap()).collect(), all[name]["intercept"].as_f64().unwrap())
}

/// The rows that the reference learned from.
fn rows(objective: &str, weighted: bool) -> Table {
    let (train, _) = sample(objective);
    let rows = train.frame.with_columns([col("x1").fill_null(lit(0.5))]).collect().unwrap();
    let recipe = call("one_hot", vec![("columns", columns(&["c"]))], 1).unwrap();
    let Data::Estimator(recipe) = recipe else { panic!("no recipe") };
    let plain = table(rows, &[], Partitions::NONE);
    let coded = recipe.fit(&plain, None, &context(1)).unwrap().apply(&plain, &context(1)).unwrap();
    let mut rows = coded.frame.collect().unwrap().drop_many(["id", "query"]);
    let mut roles = vec![("y", Role::Target)];
    if weighted {
        let weights: Vec<f64> = (0..rows.height()).map(|row| 0.25 + (row % 7) as f64).collect();
        rows.with_column(Series::new("w".into(), weights).into()).unwrap();
        roles.push(("w", Role::Weight));
    }
    table(rows, &roles, Partitions::TRAIN)
}

fn learner(name: &str, given: &[(&'static str, f64)]) -> Data {
    let defaults: &[(&str, f64)] = match name {
        "logistic" => &[("l1", 0.0), ("l2", 1.0), ("positive_weight", 1.0), ("tolerance", 1e-10)],
        "ridge" => &[("l2", 1.0)],
        _ => &[("penalty", 1.0), ("share", 0.5), ("tolerance", 1e-14)],
    };
    let kept = defaults.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name));
    let numbers = kept.chain(given).map(|(name, value)| (*name, Input::Const(Value::Float(*value))));
    let mut args: Vec<_> = numbers.collect();
    args.push(("iterations", Input::Const(Value::Int(100_000))));
    args.push(("objective", Input::Const(Value::Str("binary".into()))));
    call(name, args, 1).unwrap()
}

/// `logistic` for several classes.
fn classes_learner(l1: f64, l2: f64) -> Data {
    let number = |name, value| (name, Input::Const(Value::Float(value)));
    let mut args = vec![number("l1", l1), number("l2", l2), number("positive_weight", 1.0), number("tolerance", 1e-10)];
    args.push(("iterations", Input::Const(Value::Int(100_000))));
    args.push(("objective", Input::Const(Value::Str("multiclass".into()))));
    call("logistic", args, 1).unwrap()
}

fn fitted(name: &str, given: &[(&'static str, f64)], train: &Table, threads: usize) -> Data {
    fit(learner(name, given), train, None, threads).unwrap()
}

fn all_coefficients(model: &Data) -> Vec<(Vec<f64>, f64)> {
    let Data::Fitted(model) = model else { panic!("nothing was learned") };
    model.as_any().downcast_ref::<FittedLinear>().unwrap().coefficients()
}

fn coefficients(model: &Data) -> (Vec<f64>, f64) {
    all_coefficients(model).remove(0)
}

fn close(found: (Vec<f64>, f64), expected: (Vec<f64>, f64), tolerance: f64, what: &str) {
    assert_eq!(found.0.len(), expected.0.len());
    for (place, (found, expected)) in found.0.iter().zip(&expected.0).enumerate() {
        assert!((found - expected).abs() < tolerance, "{what}, weight {place}: {found}, not {expected}");
    }
    assert!((found.1 - expected.1).abs() < tolerance, "{what}, intercept: {}, not {}", found.1, expected.1);
}

#[test]
fn logistic_weights_are_those_of_scikit_learn() {
    for (weighted, suffix) in [(false, ""), (true, "_weighted")] {
        let train = rows("binary", weighted);
        for l2 in [0.1, 1.0, 100.0] {
            let name = format!("logistic_l2_{l2:?}{suffix}");
            close(coefficients(&fitted("logistic", &[("l2", l2)], &train, 1)), reference(&name), 1e-5, &name);
        }
    }
    let train = rows("binary", false);
    let heavier = fitted("logistic", &[("positive_weight", 3.0)], &train, 1);
    close(coefficients(&heavier), reference("logistic_positive_weight_3"), 1e-6, "positive_weight");
}

#[test]
fn weights_of_classes_are_those_of_scikit_learn() {
    let all: Json = serde_json::from_str(include_str!("reference.json")).unwrap();
    for (weighted, suffix) in [(false, ""), (true, "_weighted")] {
        let train = rows("multiclass", weighted);
        for l2 in [0.1, 1.0, 100.0] {
            let name = format!("softmax_l2_{l2:?}{suffix}");
            let found = all_coefficients(&fit(classes_learner(0.0, l2), &train, None, 1).unwrap());
            let expected = all[&name].as_array().unwrap_or_else(|| panic!("{name}"));
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.into_iter().zip(expected) {
                let numbers: Vec<f64> = serde_json::from_value(expected["coefficients"].clone()).unwrap();
                close(found, (numbers, expected["intercept"].as_f64().unwrap()), 1e-5, &name);
            }
        }
    }
}

#[test]
fn classes_are_told_explained_and_kept() {
    let train = rows("multiclass", false);
    let Data::Fitted(model) = fit(classes_learner(1.0, 1.0), &train, None, 1).unwrap() else { panic!("no model") };
    let classes: Vec<&str> = model.classes().iter().map(|class| &**class).collect();
    let said = model.apply(&train, &context(1)).unwrap().frame.collect().unwrap();
    let scores = said.column("scores").unwrap().list().unwrap().get_inner();
    let scores: Vec<f64> = scores.f64().unwrap().iter().flatten().collect();
    let labels: Vec<&str> = said.column("label").unwrap().str().unwrap().iter().flatten().collect();
    let right = said.column("y").unwrap().cast(&DataType::String).unwrap();
    let right = right.str().unwrap().iter().flatten().zip(&labels).filter(|(truth, label)| truth == *label).count();
    assert!(right * 10 > labels.len() * 7, "{right} of {}", labels.len());
    let explained = model.explain(&train, &context(1)).unwrap();
    for (row, (label, own)) in labels.iter().zip(scores.chunks_exact(classes.len())).enumerate() {
        assert!((own.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let likeliest = own.iter().copied().fold(0.0, f64::max);
        assert_eq!(own[classes.iter().position(|class| class == label).unwrap()], likeliest);
        // What features add up to are the raw scores.
        let width = explained.columns.len();
        let raw: Vec<f64> = (0..classes.len())
            .map(|class| {
                let first = (row * classes.len() + class) * width;
                explained.base[class] + explained.values[first..first + width].iter().sum::<f64>()
            })
            .collect();
        assert!(((raw[0] - raw[1]).exp() - own[0] / own[1]).abs() < 1e-9 * (own[0] / own[1]).max(1.0));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(crate::learn::save(&*model, folder.path()).unwrap().is_none(), "it has a form in ONNX");
    let again = crate::learn::load(folder.path()).unwrap();
    assert_eq!((again.classes(), again.ty()), (model.classes(), model.ty()));
    let same = again.apply(&train, &context(1)).unwrap().frame.collect().unwrap();
    assert!(same.equals_missing(&said));
}

/// The columns of a category add up to 1, so without a penalty on squares several weights say the same: what is the same is
/// which of them are 0, and what the model says.
#[test]
fn sizes_of_logistic_weights_can_be_penalised() {
    let train = rows("binary", false);
    for (name, l1, l2) in [("logistic_l1_5", 5.0, 0.0), ("logistic_l1_3_l2_6", 3.0, 6.0)] {
        let found = coefficients(&fitted("logistic", &[("l1", l1), ("l2", l2)], &train, 1));
        let zero = |weights: &[f64]| weights.iter().map(|weight| *weight == 0.0).collect::<Vec<_>>();
        assert_eq!(zero(&found.0), zero(&reference(name).0), "{name}");
        close(found, reference(name), 1e-5, name);
    }
}

#[test]
fn ridge_and_the_lasso_path_are_those_of_scikit_learn() {
    for (weighted, suffix) in [(false, ""), (true, "_weighted")] {
        let train = rows("regression", weighted);
        for l2 in [0.1, 1.0, 100.0] {
            let name = format!("ridge_{l2:?}{suffix}");
            close(coefficients(&fitted("ridge", &[("l2", l2)], &train, 1)), reference(&name), 1e-9, &name);
        }
    }
    let train = rows("regression", false);
    for penalty in [1.0, 0.3, 0.1, 0.03, 0.01] {
        for (share, name) in [(1.0, format!("lasso_{penalty:?}")), (0.5, format!("elastic_net_{penalty:?}_0.5"))] {
            let found = coefficients(&fitted("elastic_net", &[("penalty", penalty), ("share", share)], &train, 1));
            let zeros = |weights: &[f64]| weights.iter().filter(|weight| **weight == 0.0).count();
            assert_eq!(zeros(&found.0), zeros(&reference(&name).0), "{name}");
            close(found, reference(&name), 1e-6, &name);
        }
    }
    let weighted = fitted("elastic_net", &[("penalty", 0.1)], &rows("regression", true), 1);
    close(coefficients(&weighted), reference("elastic_net_0.1_0.5_weighted"), 1e-6, "weighted");
}

/// Without a penalty on sizes the elastic net is ridge regression, whose penalty is times the rows.
#[test]
fn an_elastic_net_without_sizes_is_ridge() {
    let train = rows("regression", false);
    let net = fitted("elastic_net", &[("penalty", 0.1), ("share", 0.0)], &train, 1);
    close(coefficients(&net), coefficients(&fitted("ridge", &[("l2", 60.0)], &train, 1)), 1e-9, "ridge");
}

#[test]
fn threads_do_not_matter_and_what_is_saved_says_the_same() {
    type Case<'c> = (&'c str, &'c str, &'c [(&'static str, f64)]);
    let parameters: [Case<'_>; 3] = [
        ("logistic", "binary", &[("l1", 1.0)]),
        ("ridge", "regression", &[]),
        ("elastic_net", "regression", &[("penalty", 0.05)]),
    ];
    for (name, objective, given) in parameters {
        let train = rows(objective, true);
        let bits = |model: &Data| {
            let rows = rows_of(predict(model, &train).unwrap());
            let last = rows.columns().last().unwrap().clone();
            last.f64().unwrap().iter().flatten().map(f64::to_bits).collect::<Vec<_>>()
        };
        let model = fitted(name, given, &train, 1);
        assert_eq!(bits(&model), bits(&fitted(name, given, &train, 3)), "{name}");
        let folder = tempfile::tempdir().unwrap();
        let Data::Fitted(inner) = &model else { panic!("nothing was learned") };
        inner.save(folder.path()).unwrap();
        let loaded = crate::learn::load(folder.path()).unwrap();
        assert_eq!(inner.ty(), loaded.ty());
        assert_eq!(bits(&model), bits(&Data::Fitted(loaded)), "{name}");
    }
}

/// The contributions of a row and the base add up to its score; at the means nothing is added.
#[test]
fn contributions_are_exact() {
    let train = rows("binary", false);
    let model = fitted("logistic", &[], &train, 1);
    let Data::Fitted(fitted) = &model else { panic!("nothing was learned") };
    let explained = fitted.explain(&train, &context(1)).unwrap();
    let scores: Vec<f64> =
        rows_of(predict(&model, &train).unwrap()).column("score").unwrap().f64().unwrap().iter().flatten().collect();
    for (row, score) in explained.values.chunks_exact(explained.columns.len()).zip(&scores) {
        let sum = explained.base[0] + row.iter().sum::<f64>();
        // Odds of probabilities near 1 cannot be told from them to as many digits.
        assert!((1.0 / (1.0 + (-sum).exp()) - score).abs() < 1e-12, "{sum} for {score}");
    }
    for place in 0..explained.columns.len() {
        let mean: f64 = explained.values.iter().skip(place).step_by(explained.columns.len()).sum::<f64>() / 600.0;
        assert!(mean.abs() < 1e-12);
    }
    let (columns, pairs) = fitted.interactions(&train, &context(1)).unwrap();
    assert_eq!((columns.len().pow(2), pairs.iter().all(|pair| *pair == 0.0)), (pairs.len(), true));
    assert_eq!(fitted.gains().err().unwrap().code, "GML0713");
}

#[test]
fn a_chain_says_what_its_columns_add() {
    let (train, valid) = sample("binary");
    let part = |name: &str, args| Input::Data(call(name, args, 1).unwrap());
    let parts = vec![
        part("impute", vec![("how", text("mean")), ("columns", columns(&["x1"]))]),
        part("one_hot", vec![("columns", columns(&["c"]))]),
        Input::Data(learner("logistic", &[])),
    ];
    let chain = call("chain", vec![("parts", Input::List(parts))], 1).unwrap();
    let model = fit(chain, &train, None, 1).unwrap();
    let Data::Fitted(fitted) = &model else { panic!("nothing was learned") };
    let explained = fitted.explain(&valid, &context(1)).unwrap();
    assert_eq!(explained.columns.iter().map(|name| &**name).collect::<Vec<_>>(), ["x0", "x1", "n", "b", "c"]);
    let folder = tempfile::tempdir().unwrap();
    fitted.save(folder.path()).unwrap();
    let loaded = crate::learn::load(folder.path()).unwrap();
    assert_eq!(loaded.explain(&valid, &context(1)).unwrap(), explained);
}

#[test]
fn what_cannot_be_learned_is_named() {
    let refused = |rows: DataFrame, name: &str| {
        fit(learner(name, &[]), &table(rows, &[("y", Role::Target)], Partitions::NONE), None, 1).err().unwrap()
    };
    let fault = refused(df!("x" => [Some(1.0), None], "y" => [true, false]).unwrap(), "logistic");
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("`x` is null in 1 of 2 rows") && fault.help.unwrap().contains("impute(mean, [.x])"));
    let fault = refused(df!("x" => ["a", "b"], "y" => [true, false]).unwrap(), "logistic");
    assert_eq!(fault.code, "GML0703");
    assert!(fault.help.unwrap().contains("one_hot([.x])"));
    assert_eq!(refused(df!("x" => [1.0, 2.0], "y" => [true, true]).unwrap(), "logistic").code, "GML0928");
    assert_eq!(refused(df!("x" => [1.0, 2.0], "y" => [1.0, 2.0]).unwrap(), "logistic").code, "GML0702");
    assert_eq!(refused(df!("x" => [1.0, 2.0], "y" => ["a", "b"]).unwrap(), "ridge").code, "GML0702");
    assert_eq!(refused(df!("x" => [1.0, f64::INFINITY], "y" => [1.0, 2.0]).unwrap(), "ridge").code, "GML0921");
    assert_eq!(refused(df!("y" => [1.0, 2.0]).unwrap(), "elastic_net").code, "GML0708");

    let train =
        table(df!("x" => [1.0, 2.0, 3.0], "y" => [1.0, 2.0, 2.5]).unwrap(), &[("y", Role::Target)], Partitions::NONE);
    let model = fit(learner("ridge", &[]), &train, None, 1).unwrap();
    let scored = |rows: DataFrame| predict(&model, &table(rows, &[], Partitions::NONE)).err().unwrap().code;
    assert_eq!(scored(df!("z" => [1.0]).unwrap()), "GML0704");
    assert_eq!(scored(df!("x" => ["a"]).unwrap()), "GML0705");
    assert_eq!(scored(df!("x" => [None, Some(1.0)]).unwrap()), "GML0921");
    let args = vec![("l2", Input::Const(Value::Float(-1.0)))];
    assert_eq!(call("ridge", args, 1).err().unwrap().code, "GML0229");
}

/// A feature with one value says nothing, however it is rounded, and large values far from 0 are no trouble.
#[test]
fn constant_and_distant_features() {
    let far: Vec<f64> = (0..100).map(|row| 1e9 + f64::from(row % 10)).collect();
    let target: Vec<f64> = (0..100).map(|row| 2.0 * f64::from(row % 10) + 7.0).collect();
    let rows = df!("far" => far, "same" => [0.1; 100], "y" => target).unwrap();
    let train = table(rows, &[("y", Role::Target)], Partitions::NONE);
    let model = fitted("ridge", &[("l2", 0.0)], &train, 1);
    let (weights, _) = coefficients(&model);
    assert!((weights[0] - 2.0).abs() < 1e-9 && weights[1] == 0.0, "{weights:?}");
    let predicted = rows_of(predict(&model, &train).unwrap());
    let values = predicted.column("value").unwrap().f64().unwrap().clone();
    assert!((values.get(3).unwrap() - 13.0).abs() < 1e-6);
}

/// Least squares without a penalty where two features say the same: the smallest weights, which share it.
#[test]
fn without_a_penalty_equal_features_share() {
    let x: Vec<f64> = (0..50).map(f64::from).collect();
    let rows = df!("a" => x.clone(), "b" => x.clone(), "y" => x).unwrap();
    let train = table(rows, &[("y", Role::Target)], Partitions::NONE);
    let (weights, intercept) = coefficients(&fitted("ridge", &[("l2", 0.0)], &train, 1));
    assert!((weights[0] - 0.5).abs() < 1e-9 && (weights[1] - 0.5).abs() < 1e-9 && intercept.abs() < 1e-8);
}

#[test]
fn a_target_that_no_feature_tells_of_has_weights_of_zero() {
    let weighted =
        [(1.0, 0.0, 3.0), (0.0, -3.0, 3.0), (1.0, 0.0, 1.0), (0.0, 1.0, 2.0), (1.0, 2.0, 2.0), (0.0, 1.0, 3.5)];
    let column = |of: fn(&(f64, f64, f64)) -> f64| weighted.iter().map(of).collect::<Vec<_>>();
    let (y, x, w) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
    // As much as is missing until target and feature go apart, up to rounding.
    let total: f64 = w.iter().sum();
    let mean = |of: &[f64]| of.iter().zip(&w).map(|(value, weight)| value * weight).sum::<f64>() / total;
    let (of_y, of_x) = (mean(&y), mean(&x));
    let apart = |x: &[f64]| y.iter().zip(x).zip(&w).map(|((y, x), w)| w * (y - of_y) * x).sum::<f64>();
    let squares: f64 = y.iter().zip(&w).map(|(y, w)| w * (y - of_y) * (y - of_y)).sum();
    let share = apart(&x) / squares;
    let x: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - of_x - share * (y - of_y)).collect();
    assert!(apart(&x).abs() < 1e-14);
    let rows = df!("x" => x, "none" => vec![0.0; 6], "w" => w.clone(), "y" => y.clone()).unwrap();
    let train = table(rows, &[("y", Role::Target), ("w", Role::Weight)], Partitions::NONE);
    let (weights, intercept) = coefficients(&fitted("ridge", &[], &train, 1));
    assert!(weights.iter().all(|weight| weight.abs() < 1e-12), "{weights:?}");
    assert!((intercept - of_y).abs() < 1e-12);
}

/// Columns of 0 and 1 of many rare values add up to 1 for each text: along such directions there is next to no curvature.
#[test]
fn columns_of_rare_values_rest_soon() {
    let of = |row: usize, salt: usize| (row * 2_654_435_761 + salt * 40_503) % 1_000_003;
    let texts = |salt: usize| -> Vec<String> {
        // Value 0 is in half of the rows, value 1 in a quarter, and so on.
        (0..3_000).map(|row| format!("v{}", (of(row, salt) | (1 << 14)).trailing_zeros())).collect()
    };
    let odds = |row: usize| (of(row, 7) % 1_000) as f64 / 500.0 - 1.0;
    let rows = df!(
        "a" => texts(1), "b" => texts(2), "c" => texts(3),
        "x" => (0..3_000).map(odds).collect::<Vec<_>>(),
        "large" => (0..3_000).map(|row| 1e6 * odds(row) + of(row, 9) as f64).collect::<Vec<_>>(),
        "y" => (0..3_000).map(|row| odds(row) + odds(row + 1) > 0.5).collect::<Vec<_>>()
    );
    let rows = rows.unwrap();
    let context = context(1);
    let code = call("one_hot", vec![("columns", columns(&["a", "b", "c"]))], 1).unwrap();
    let Data::Estimator(code) = code else { panic!("no recipe") };
    let fitted = |objective: &str, rows: &DataFrame| {
        let plain = table(rows.clone(), &[], Partitions::NONE);
        let coded = code.fit(&plain, None, &context).unwrap().apply(&plain, &context).unwrap();
        let train = table(coded.frame.collect().unwrap(), &[("y", Role::Target)], Partitions::NONE);
        let numbers = [("l1", 0.0), ("l2", 1e-3), ("positive_weight", 1.0), ("tolerance", 1e-9)];
        let mut args: Vec<_> = numbers.map(|(name, value)| (name, Input::Const(Value::Float(value)))).to_vec();
        args.push(("iterations", Input::Const(Value::Int(30))));
        args.push(("objective", Input::Const(Value::Str(objective.into()))));
        fit(call("logistic", args, 1).unwrap(), &train, None, 1)
    };
    assert!(fitted("binary", &rows).is_ok(), "{:?}", fitted("binary", &rows).err());
    let classes: Vec<&str> = (0..3_000).map(|row| ["low", "middle", "high"][of(row, 11) % 3]).collect();
    let mut of_classes = rows;
    of_classes.with_column(Series::new("y".into(), classes).into()).unwrap();
    assert!(fitted("multiclass", &of_classes).is_ok(), "{:?}", fitted("multiclass", &of_classes).err());
}

#[test]
fn not_coming_to_rest_is_an_error() {
    let train = rows("binary", false);
    let args = [("l1", 0.0), ("l2", 1.0), ("positive_weight", 1.0), ("tolerance", 1e-6)];
    let mut args: Vec<_> = args.map(|(name, value)| (name, Input::Const(Value::Float(value)))).to_vec();
    args.push(("iterations", Input::Const(Value::Int(2))));
    args.push(("objective", Input::Const(Value::Str("binary".into()))));
    let fault = fit(call("logistic", args, 1).unwrap(), &train, None, 1).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("after 2 iterations"), "{}", fault.message);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// A weight is so many rows, and columns that are mostly 0 are no different from others.
    #[test]
    fn weights_are_rows(
        rows in prop::collection::vec((any::<bool>(), -3_i8..3, prop::option::weighted(0.1, 1_i8..4), 1_usize..4), 8..40),
    ) {
        prop_assume!(rows.iter().any(|row| row.0) && rows.iter().any(|row| !row.0));
        let table_of = |rows: &[(bool, i8, Option<i8>, usize)], weights: Vec<f64>| {
            let frame = df!(
                "dense" => rows.iter().map(|row| f64::from(row.1)).collect::<Vec<_>>(),
                "sparse" => rows.iter().map(|row| f64::from(row.2.unwrap_or(0))).collect::<Vec<_>>(),
                "w" => weights,
                "y" => rows.iter().map(|row| row.0).collect::<Vec<_>>()
            );
            table(frame.unwrap(), &[("y", Role::Target), ("w", Role::Weight)], Partitions::NONE)
        };
        let weighted = table_of(&rows, rows.iter().map(|row| row.3 as f64).collect());
        let repeated: Vec<_> = rows.iter().flat_map(|row| vec![*row; row.3]).collect();
        let repeated = table_of(&repeated, vec![1.0; repeated.len()]);
        let found = coefficients(&fitted("logistic", &[], &weighted, 1));
        close(found, coefficients(&fitted("logistic", &[], &repeated, 1)), 1e-6, "logistic");
        let numbers = |table: &Table| {
            let frame = table.frame.clone().with_columns([col("y").cast(DataType::Float64)]).collect().unwrap();
            let ty = table.ty.clone();
            Table { frame: frame.lazy(), ty }
        };
        for name in ["ridge", "elastic_net"] {
            let given: &[(&'static str, f64)] = if name == "ridge" { &[] } else { &[("penalty", 0.05)] };
            let found = coefficients(&fitted(name, given, &numbers(&weighted), 1));
            close(found, coefficients(&fitted(name, given, &numbers(&repeated), 1)), 1e-6, name);
        }
    }
}
