//! Rows and parameters that cannot be learned from.

use gml_connect::Fault;
use gml_ir::{Partitions, Role, Value};
use polars::prelude::{DataFrame, NamedFrom, Series, col, df, lit};

use super::support::*;
use crate::data::{Data, Table};

const ROLES: [(&str, Role); 1] = [("y", Role::Target)];

fn learner(objective: &str) -> Data {
    trees(&[("objective", Value::Str(objective.into())), ("min_rows", Value::Int(1))]).unwrap()
}

fn refused(objective: &str, rows: DataFrame, roles: &[(&str, Role)]) -> Fault {
    fit(learner(objective), &table(rows, roles, Partitions::NONE), None, 1).err().unwrap()
}

#[test]
fn targets_that_cannot_be_learned() {
    let nulls = df!("x" => [1.0, 2.0, 3.0], "y" => [Some(true), None, None]).unwrap();
    let fault = refused("binary", nulls, &ROLES);
    assert_eq!((fault.code, fault.message.as_str()), ("GML0709", "`y` is null in 2 of 3 rows"));
    assert!(fault.help.unwrap().contains("filter(.y is not null)"));

    let one = df!("x" => [1.0, 2.0], "y" => [true, true]).unwrap();
    assert_eq!(refused("binary", one, &ROLES).code, "GML0928");
    let one = df!("x" => [1.0, 2.0], "y" => ["a", "a"]).unwrap();
    assert_eq!(refused("multiclass", one, &ROLES).code, "GML0928");
    let text = df!("x" => [1.0, 2.0], "y" => ["a", "b"]).unwrap();
    assert_eq!(refused("regression", text.clone(), &ROLES).code, "GML0702");
    assert_eq!(refused("binary", text, &ROLES).code, "GML0702");
    let float = df!("x" => [1.0, 2.0], "y" => [1.5, 2.5]).unwrap();
    assert_eq!(refused("multiclass", float, &ROLES).code, "GML0702");
    let nan = df!("x" => [1.0, 2.0], "y" => [1.5, f64::NAN]).unwrap();
    assert_eq!(refused("regression", nan, &ROLES).code, "GML0921");
    let graded = df!("x" => [1.0, 2.0], "y" => [1_i64, 31], "q" => [1_i64, 1]).unwrap();
    let fault = refused("lambdarank", graded.clone(), &[("y", Role::Target), ("q", Role::Group)]);
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("is 31"));
    assert_eq!(refused("lambdarank", graded.clone(), &ROLES).code, "GML0707");
    assert_eq!(refused("regression", graded, &[]).code, "GML0701");
}

#[test]
fn features_that_cannot_be_learned_from() {
    let large = df!("x" => [1_i64, (1 << 53) + 1], "y" => [1.0, 2.0]).unwrap();
    let fault = refused("regression", large, &ROLES);
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("`x` holds 9007199254740993"));

    let list = Series::new("x".into(), [Series::new("".into(), [1.0]), Series::new("".into(), [2.0])]);
    let nested = DataFrame::new(2, vec![list.into(), Series::new("y".into(), [1.0, 2.0]).into()]).unwrap();
    assert_eq!(refused("regression", nested, &ROLES).code, "GML0703");
    let none = df!("y" => [1.0, 2.0]).unwrap();
    assert_eq!(refused("regression", none, &ROLES).code, "GML0708");
    let empty = df!("x" => Vec::<f64>::new(), "y" => Vec::<f64>::new()).unwrap();
    assert_eq!(refused("regression", empty, &ROLES).code, "GML0922");
    let weighted = df!("x" => [1.0, 2.0], "y" => [1.0, 2.0], "w" => [1.0, -1.0]).unwrap();
    assert_eq!(refused("regression", weighted, &[("y", Role::Target), ("w", Role::Weight)]).code, "GML0921");
}

#[test]
fn parameters_out_of_bounds_are_named() {
    let cases = [
        ("rounds", Value::Int(0)),
        ("stop_after", Value::Int(0)),
        ("learning_rate", Value::Float(0.0)),
        ("learning_rate", Value::Float(f64::NAN)),
        ("leaves", Value::Int(1)),
        ("depth", Value::Int(0)),
        ("min_rows", Value::Int(-1)),
        ("row_fraction", Value::Float(1.5)),
        ("column_fraction", Value::Float(0.0)),
        ("bins", Value::Int(1)),
        ("seed", Value::Int(-1)),
        ("positive_weight", Value::Float(2.0)),
    ];
    for (name, value) in cases {
        let fault = trees(&[("objective", Value::Str("regression".into())), (name, value)]).err().unwrap();
        assert_eq!(fault.code, "GML0229", "{name}");
        assert!(fault.message.contains(&format!("`{name}`")), "{}", fault.message);
    }
}

#[test]
fn stopping_needs_rows_to_stop_by() {
    let (train, _) = sample("binary");
    assert_eq!(fit(small_trees("binary"), &train, None, 1).err().unwrap().code, "GML0716");
}

#[test]
fn a_class_that_is_only_in_the_rows_to_stop_by() {
    let (train, valid) = sample("multiclass");
    let other = valid.frame.clone().with_column(lit("other").alias("y"));
    let fault = fit(small_trees("multiclass"), &train, Some(&Table { frame: other, ..valid }), 1).err().unwrap();
    assert_eq!(fault.code, "GML0921");
    assert!(fault.message.contains("`y` is other"));
}

#[test]
fn rows_to_score_that_do_not_fit_are_named() {
    let (train, valid) = sample("binary");
    let model = fit(small_trees("binary"), &train, Some(&valid), 1).unwrap();
    let lacking =
        Table { frame: valid.frame.clone().drop(polars::prelude::by_name(["x1"], true, false)), ..valid.clone() };
    let fault = predict(&model, &lacking).err().unwrap();
    assert_eq!(fault.code, "GML0704");
    assert!(fault.message.contains("`x1`"));
    let other = Table { frame: valid.frame.clone().with_column(lit("text").alias("x1")), ..valid.clone() };
    assert_eq!(predict(&model, &other).err().unwrap().code, "GML0705");

    // Neither the target nor other columns are needed, and unseen text is missing.
    let scored = valid.frame.clone().drop(polars::prelude::by_name(["y", "query"], true, false));
    let unseen = Table { frame: scored.clone().with_column(lit("unseen").alias("c")), ..valid.clone() };
    let null = polars::prelude::DataType::String;
    let missing =
        Table { frame: scored.with_column(lit(polars::prelude::NULL).cast(null).alias("c")), ..valid.clone() };
    let (unseen, missing) = (rows_of(predict(&model, &unseen).unwrap()), rows_of(predict(&model, &missing).unwrap()));
    assert!(unseen.column("score").unwrap().equals(missing.column("score").unwrap()));
    let nothing = Table { frame: valid.frame.clone().filter(col("x0").lt(lit(-1.0))), ..valid.clone() };
    assert_eq!(rows_of(predict(&model, &nothing).unwrap()).height(), 0);
}

#[test]
fn judging_rows_that_do_not_fit() {
    let (train, valid) = sample("binary");
    let model = fit(small_trees("binary"), &train, Some(&valid), 1).unwrap();
    let fault = evaluate(&model, &[&valid], vec![metric("rmse")]).err().unwrap();
    assert_eq!((fault.code, fault.place.as_deref()), ("GML0713", Some("the rows of valid")));
    let positives = Table { frame: valid.frame.clone().filter(col("y")), ..valid.clone() };
    let fault = evaluate(&model, &[&positives], vec![metric("auc")]).err().unwrap();
    assert_eq!((fault.code, fault.place.as_deref()), ("GML0928", Some("the rows of valid")));
    let found = metrics_of(evaluate(&model, &[&train, &valid], vec![metric("auc"), metric("brier")]).unwrap());
    let names: Vec<_> = found.iter().map(|metric| (metric.name.as_str(), metric.partition.as_str())).collect();
    assert_eq!(names, [("auc", "train"), ("brier", "train"), ("auc", "valid"), ("brier", "valid")]);
    assert!(found[0].value > found[2].value && found[2].value > 0.9);
}

#[test]
fn a_target_with_the_name_of_an_output_is_judged_by_its_own_values() {
    let rows = df!("x" => [0.0, 0.0, 1.0, 1.0], "value" => [0.0, 10.0, 5.0, 5.0]).unwrap();
    let table = table(rows, &[("value", Role::Target)], Partitions::TEST);
    let model = fit(learner("regression"), &table, None, 1).unwrap();
    let found = metrics_of(evaluate(&model, &[&table], vec![metric("rmse")]).unwrap());
    // Nothing tells the first two rows apart: both are predicted as 5.
    assert!((found[0].value - 12.5_f64.sqrt()).abs() < 1e-6, "{found:?}");
}

#[test]
fn too_few_rows_to_split_predict_the_same_for_all() {
    for objective in ["binary", "multiclass", "regression", "lambdarank"] {
        let (train, _) = sample(objective);
        let few = Table { frame: train.frame.clone().limit(6), ..train };
        let learner = trees(&[("objective", Value::Str(objective.into()))]).unwrap();
        let model = fit(learner, &few, None, 1).unwrap();
        let Data::Fitted(fitted) = &model else { panic!("nothing was learned") };
        let folder = tempfile::tempdir().unwrap();
        fitted.save(folder.path()).unwrap();
        let loaded = Data::Fitted(crate::learn::load(folder.path()).unwrap());
        let rows = rows_of(predict(&loaded, &few).unwrap());
        let name = match objective {
            "multiclass" => "label",
            "regression" => "value",
            _ => "score",
        };
        assert_eq!(rows.column(name).unwrap().as_materialized_series().n_unique().unwrap(), 1, "{objective}");
    }
}

#[test]
fn weights_count() {
    let rows =
        |weight: [f64; 4]| df!("x" => [0.0, 0.0, 1.0, 1.0], "y" => [0.0, 10.0, 5.0, 5.0], "w" => weight).unwrap();
    let learner = trees(&[
        ("objective", Value::Str("regression".into())),
        ("min_rows", Value::Int(1)),
        ("rounds", Value::Int(200)),
    ])
    .unwrap();
    let roles = [("y", Role::Target), ("w", Role::Weight)];
    let table = table(rows([3.0, 1.0, 1.0, 1.0]), &roles, Partitions::NONE);
    let model = fit(learner, &table, None, 1).unwrap();
    let found = rows_of(predict(&model, &table).unwrap());
    // The weighted mean of 0 (three times) and 10.
    assert!((found.column("value").unwrap().f64().unwrap().get(0).unwrap() - 2.5).abs() < 1e-3);
}

#[test]
fn a_missing_library_says_what_to_run() {
    let (train, _) = sample("regression");
    let Data::Estimator(learner) = learner("regression") else { panic!("no estimator") };
    let context = crate::data::Context::new(1, "/nowhere");
    let fault = learner.fit(&train, None, &context).err().unwrap();
    assert_eq!(fault.code, "GML0911");
    assert!(fault.help.unwrap().contains("gmlc setup"));
}
