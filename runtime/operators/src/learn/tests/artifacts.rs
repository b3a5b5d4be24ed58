//! What is saved can be loaded, and says the same to the last bit.

use std::fs;
use std::path::Path;

use gml_ir::{Learned, Partitions, Role, Value};
use polars::prelude::{Column, DataFrame, DataType, TimeUnit};

use super::support::*;
use crate::data::{Data, Input, Table};
use crate::learn::load;

fn chain(objective: &str) -> Data {
    let part = |name: &str, args| Input::Data(call(name, args, 1).unwrap());
    let parts = vec![
        part("impute", vec![("how", text("mean")), ("columns", columns(&["x1"]))]),
        part("scale", vec![("how", text("robust")), ("columns", columns(&["x0", "x1"]))]),
        part("one_hot", vec![("columns", columns(&["c"]))]),
        part("ordinal", vec![("columns", columns(&["n"]))]),
        Input::Data(small_trees(objective)),
    ];
    call("chain", vec![("parts", Input::List(parts))], 1).unwrap()
}

fn saved(model: &Data, folder: &Path) -> Data {
    let Data::Fitted(model) = model else { panic!("nothing was learned") };
    model.save(folder).unwrap();
    Data::Fitted(load(folder).unwrap())
}

fn bits(rows: &DataFrame) -> Vec<u64> {
    rows.column("score").unwrap().f64().unwrap().iter().flatten().map(f64::to_bits).collect()
}

/// What a regression says of rows, to the last bit.
fn values(model: &Data, rows: &Table) -> Vec<u64> {
    let rows = rows_of(predict(model, rows).unwrap());
    rows.column("value").unwrap().f64().unwrap().iter().flatten().map(f64::to_bits).collect()
}

fn learned_chain() -> (Data, Table) {
    let (train, valid) = sample("binary");
    (fit(chain("binary"), &train, Some(&valid), 1).unwrap(), valid)
}

#[test]
fn a_loaded_chain_predicts_the_same_bits() {
    let (model, valid) = learned_chain();
    let folder = tempfile::tempdir().unwrap();
    let loaded = saved(&model, folder.path());
    let (before, after) = (rows_of(predict(&model, &valid).unwrap()), rows_of(predict(&loaded, &valid).unwrap()));
    assert_eq!(bits(&before), bits(&after));
    assert_eq!(bits(&before).len(), 200);
    let names: Vec<_> = before.get_column_names().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["id", "x0", "x1", "n", "c", "b", "query", "y", "score"]);

    let again = tempfile::tempdir().unwrap();
    saved(&loaded, again.path());
    for file in ["signature.json", "recipe.json", "model.txt"] {
        assert_eq!(fs::read(folder.path().join(file)).unwrap(), fs::read(again.path().join(file)).unwrap(), "{file}");
    }
    let (Data::Fitted(model), Data::Fitted(loaded)) = (&model, &loaded) else { panic!("nothing was learned") };
    assert_eq!(model.ty(), loaded.ty());
    let Learned::Model(Some((input, outputs))) = loaded.ty() else { panic!("no model") };
    assert!(input.get("c").is_some());
    assert_eq!(outputs.schema.as_deref(), Some("Probability"));
}

#[test]
fn the_signature_says_what_the_matrix_holds() {
    let (model, _) = learned_chain();
    let folder = tempfile::tempdir().unwrap();
    saved(&model, folder.path());
    let text = fs::read_to_string(folder.path().join("signature.json")).unwrap();
    let signature: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> =
        signature["features"].as_array().unwrap().iter().map(|feature| feature["name"].as_str().unwrap()).collect();
    assert_eq!(&names[..4], ["x0", "x1", "n", "b"]);
    assert_eq!(names.len(), 10);
    assert_eq!(signature["objective"], "binary");
    assert_eq!(signature["parameters"]["lambda_l2"], "0.5");
    assert_eq!(signature["library"]["version"], "4.7.0");
    assert!(signature["rounds"].as_u64().unwrap() > 5);
    let model = fs::read_to_string(folder.path().join("model.txt")).unwrap();
    assert!(model.contains("feature_names=x0 x1 n b c_"));
    assert!(model.contains("[num_threads: 0]"));
}

#[test]
fn a_category_keeps_its_code() {
    let (train, valid) = sample("regression");
    let model = fit(small_trees("regression"), &train, Some(&valid), 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let loaded = saved(&model, folder.path());
    assert_eq!(values(&model, &valid), values(&loaded, &valid));
}

/// In any unit, what counts is its microseconds.
#[test]
fn a_length_of_time_is_learned_from() {
    let waits: Vec<Option<i64>> = (0..300).map(|row| (row % 7 != 0).then_some(row * 37 % 101)).collect();
    let target: Vec<f64> = waits.iter().map(|wait| wait.map_or(3.0, |wait| (wait as f64).sqrt())).collect();
    let of = |wait: Column| {
        let rows = DataFrame::new(300, vec![wait, Column::new("y".into(), &target)]).unwrap();
        let rows = table(rows, &[("y", Role::Target)], Partitions::NONE);
        let learner = trees(&[
            ("objective", Value::Str("regression".into())),
            ("rounds", Value::Int(20)),
            ("seed", Value::Int(1)),
        ]);
        let model = fit(learner.unwrap(), &rows, None, 1).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let loaded = saved(&model, folder.path());
        let found = values(&model, &rows);
        assert_eq!(found, values(&loaded, &rows));
        found
    };
    let milliseconds = Column::new("wait".into(), &waits);
    let durations = milliseconds.cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap();
    let micros: Vec<Option<i64>> = waits.iter().map(|wait| wait.map(|wait| wait * 1000)).collect();
    assert_eq!(of(durations), of(Column::new("wait".into(), &micros)));
}

#[test]
fn a_chain_of_transforms_is_a_transform() {
    let (train, _) = sample("binary");
    let part = |name: &str, args| Input::Data(call(name, args, 1).unwrap());
    let parts = vec![
        part("impute", vec![("value", Input::Const(Value::Float(0.5))), ("columns", columns(&["x1"]))]),
        part("ordinal", vec![("columns", columns(&["c"]))]),
    ];
    let recipe = call("chain", vec![("parts", Input::List(parts))], 1).unwrap();
    let transform = fit(recipe, &train, None, 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let loaded = saved(&transform, folder.path());
    let apply = |transform: &Data| {
        let input = Input::Data(Data::Table(train.clone()));
        rows_of(call("apply", vec![("input", input), ("transform", Input::Data(transform.clone()))], 1).unwrap())
    };
    let (before, after) = (apply(&transform), apply(&loaded));
    assert!(before.equals_missing(&after));
    assert_eq!(before.column("x1").unwrap().null_count(), 0);
    assert_eq!(before.column("c").unwrap().i64().unwrap().get(0), Some(1));
}

#[test]
fn a_damaged_model_is_refused() {
    let (model, _) = learned_chain();
    let damage = |file: &str, change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        saved(&model, folder.path());
        change(&folder.path().join(file));
        let fault = load(folder.path()).err().unwrap();
        (fault.code, fault.message)
    };
    let cut = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, &text[..text.len() / 2]).unwrap();
    };
    for file in ["signature.json", "recipe.json", "model.txt"] {
        assert_eq!(damage(file, &cut).0, "GML0918", "{file}");
    }
    for (file, code) in [("signature.json", "GML0901"), ("recipe.json", "GML0918"), ("model.txt", "GML0918")] {
        assert_eq!(damage(file, &|path| fs::remove_file(path).unwrap()).0, code, "{file}");
    }
    let later = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, text.replace("\"format\": 1", "\"format\": 2")).unwrap();
    };
    assert!(damage("signature.json", &later).1.contains("its format is 2"));

    assert_eq!(load(Path::new("/nowhere")).err().unwrap().code, "GML0901");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (Data::Fitted(model), _) = learned_chain() else { panic!("nothing was learned") };
    let fault = model.save(Path::new("/nowhere/model")).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(fault.place.unwrap().starts_with("/nowhere/model"));
}
