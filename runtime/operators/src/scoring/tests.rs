//! Rows scored as they come get the bits that a run gives them, alone and among others.

use std::sync::Arc;

use gml_ir::{Row, TableType, Value};
use polars::prelude::{AnyValue, DataFrame, IntoLazy};

use super::RowScorer;
use crate::data::{Data, Input, Table};
use crate::expr::type_of;
use crate::frame::collect;
use crate::learn::tests::support::*;
use crate::learned::Fitted;

/// The table with the types that its columns hold.
fn typed(table: &Table) -> Table {
    let frame = collect(table.frame.clone()).unwrap();
    let columns = table.ty.row.columns.iter().map(|column| {
        let held = frame.column(&column.name).unwrap();
        let ty = type_of(held.dtype());
        column.clone().with_type(if column.role.is_some() { ty } else { ty.nullable() })
    });
    let row = Arc::new(Row::of(columns.collect()));
    Table { frame: frame.lazy(), ty: TableType { row, partitions: table.ty.partitions } }
}

pub(crate) fn samples(objective: &str) -> (Table, Table) {
    let (train, valid) = sample(objective);
    (typed(&train), typed(&valid))
}

fn recipe() -> Vec<Input> {
    let part = |name: &str, args| Input::Data(call(name, args, 1).unwrap());
    vec![
        part("impute", vec![("how", text("mean")), ("columns", columns(&["x1"]))]),
        part("scale", vec![("how", text("robust")), ("columns", columns(&["x0", "x1"]))]),
        part("one_hot", vec![("columns", columns(&["c"]))]),
        part("ordinal", vec![("columns", columns(&["n"]))]),
    ]
}

pub(crate) fn chain(learner: Data) -> Data {
    let parts = recipe().into_iter().chain([Input::Data(learner)]).collect();
    call("chain", vec![("parts", Input::List(parts))], 1).unwrap()
}

pub(crate) fn model(data: Data) -> Arc<dyn Fitted> {
    let Data::Fitted(model) = data else { panic!("nothing was learned") };
    model
}

fn calibrated(model: Arc<dyn Fitted>, on: &Table, method: &str) -> Arc<dyn Fitted> {
    let args = vec![
        ("model", Input::Data(Data::Fitted(model))),
        ("on", Input::Data(Data::Table(on.clone()))),
        ("method", Input::Const(Value::Str(method.into()))),
    ];
    self::model(call("calibrate", args, 1).unwrap())
}

/// Values to the last bit, as text.
fn bits(frame: &DataFrame) -> Vec<String> {
    fn one(value: &AnyValue<'_>) -> String {
        match value {
            AnyValue::Float64(number) => format!("{:016x}", number.to_bits()),
            AnyValue::List(items) => items.iter().map(|item| one(&item)).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        }
    }
    let row = |row: usize| {
        frame.columns().iter().map(|column| one(&column.get(row).unwrap())).collect::<Vec<_>>().join(" | ")
    };
    (0..frame.height()).map(row).collect()
}

/// Scores as a run does, and in three ways as rows come: all at once, some, and one by one.
pub(crate) fn held(model: Arc<dyn Fitted>, rows: &Table) {
    let scorer = RowScorer::new(Arc::clone(&model), context(2)).unwrap();
    assert!(scorer.is_quick());
    let names: Vec<_> = scorer.outputs().names().map(|name| polars::prelude::col(&**name)).collect();
    let run = collect(model.apply(rows, &context(1)).unwrap().frame.select(names)).unwrap();
    let wanted: Vec<String> = scorer.reads().iter().map(ToString::to_string).collect();
    let frame = collect(rows.frame.clone()).unwrap().select(wanted).unwrap();
    let expected = bits(&run);
    assert_eq!(bits(&scorer.score(&frame).unwrap()), expected);
    assert_eq!(bits(&scorer.query(&frame).unwrap()), expected);
    for size in [1, 3, 40] {
        let parts = (0..frame.height()).step_by(size).map(|start| frame.slice(start as i64, size));
        let found: Vec<String> = parts.flat_map(|part| bits(&scorer.score(&part).unwrap())).collect();
        assert_eq!(found, expected, "{size} at once");
    }
    assert!(scorer.score(&frame.slice(0, 0)).unwrap().height() == 0);
}

#[test]
fn trees_score_alone_as_among_others() {
    for objective in ["binary", "multiclass", "regression", "lambdarank"] {
        let (train, valid) = samples(objective);
        let trees = model(fit(small_trees(objective), &train, Some(&valid), 1).unwrap());
        held(Arc::clone(&trees), &valid);
        if objective == "binary" {
            held(calibrated(trees, &valid, "sigmoid"), &valid);
        }
        held(model(fit(chain(small_trees(objective)), &train, Some(&valid), 1).unwrap()), &valid);
    }
}

#[test]
fn calibrated_chains_score_alone_as_among_others() {
    for (objective, method) in [("binary", "isotonic"), ("binary", "sigmoid"), ("multiclass", "isotonic")] {
        let (train, valid) = samples(objective);
        let trees = model(fit(chain(small_trees(objective)), &train, Some(&valid), 1).unwrap());
        held(calibrated(trees, &valid, method), &valid);
    }
}

#[test]
fn linear_models_score_alone_as_among_others() {
    let (train, valid) = samples("regression");
    let ridge = call("ridge", vec![("l2", Input::Const(Value::Float(1.0)))], 1).unwrap();
    held(model(fit(chain(ridge), &train, None, 1).unwrap()), &valid);
}

#[test]
fn a_model_reads_what_its_recipe_reads() {
    let (train, valid) = samples("binary");
    let chain = model(fit(chain(small_trees("binary")), &train, Some(&valid), 1).unwrap());
    let mut reads: Vec<String> = chain.reads().iter().map(ToString::to_string).collect();
    reads.sort();
    assert_eq!(reads, ["b", "c", "n", "x0", "x1"]);
}

#[test]
fn a_transform_is_not_served() {
    let (train, _) = samples("binary");
    let Data::Estimator(scale) =
        call("scale", vec![("how", text("robust")), ("columns", columns(&["x0"]))], 1).unwrap()
    else {
        panic!("no estimator")
    };
    let fitted = scale.fit(&train, None, &context(1)).unwrap();
    assert_eq!(RowScorer::new(fitted, context(1)).err().unwrap().code, "GML0985");
}

#[test]
fn what_the_model_cannot_take_is_told() {
    let (train, _) = samples("regression");
    let ridge = call("ridge", vec![("l2", Input::Const(Value::Float(1.0)))], 1).unwrap();
    let parts = recipe().into_iter().skip(1).take(2).chain([Input::Data(ridge)]).collect();
    let chain = call("chain", vec![("parts", Input::List(parts))], 1).unwrap();
    let full =
        Table { frame: train.frame.clone().filter(polars::prelude::col("x1").is_not_null()), ty: train.ty.clone() };
    let scorer = RowScorer::new(model(fit(chain, &full, None, 1).unwrap()), context(1)).unwrap();
    let wanted: Vec<String> = scorer.reads().iter().map(ToString::to_string).collect();
    let frame = collect(train.frame.clone()).unwrap().select(wanted).unwrap();
    let fault = scorer.score(&frame).unwrap_err();
    assert_eq!(fault.code, "GML0921");
    assert_eq!(Some(fault.message), scorer.query(&frame).err().map(|fault| fault.message));
}
