//! Each step on lanes against the same step in a query, bit by bit: of many rows at once, and of each row alone.

use std::sync::Arc;

use gml_ir::{Column, Partitions, Role, Row, TableType, Value};
use polars::prelude::{DataFrame, DataType, IntoLazy, TimeUnit, df};
use proptest::prelude::*;

use super::super::FittedRecipe;
use super::LaneRecipe;
use crate::data::{Data, Input, Table};
use crate::expr::type_of;
use crate::learn::tests::support::{call, columns, context, text};
use crate::scoring::{Form, Lane};

type Rows = Vec<(Option<f64>, Option<i64>, Option<String>, Option<bool>, Option<i32>, Option<String>)>;

fn rows(length: std::ops::Range<usize>) -> impl Strategy<Value = Rows> {
    let number = prop_oneof![
        4 => -3.0..3.0_f64,
        1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 0.1]),
    ];
    let row = (
        prop::option::of(number),
        prop::option::of(-3..4_i64),
        prop::option::of("[a-c]{0,2}"),
        prop::option::of(any::<bool>()),
        prop::option::of(-400_000..400_000_i32),
        prop::option::of("[ab]{1,2}( [abÄ]{1,2}){0,3}"),
    );
    prop::collection::vec(row, length)
}

fn frame(rows: &Rows) -> DataFrame {
    let frame = df!(
        "x" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "n" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "c" => rows.iter().map(|row| row.2.clone()).collect::<Vec<_>>(),
        "b" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
        "d" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
        "t" => rows.iter().map(|row| row.4.map(|days| i64::from(days) * 86_398_765_432)).collect::<Vec<_>>(),
        "words" => rows.iter().map(|row| row.5.clone()).collect::<Vec<_>>(),
        "y" => rows.iter().map(|row| row.1.is_some_and(|n| n > 0)).collect::<Vec<_>>(),
    );
    let mut frame = frame.unwrap();
    for (name, dtype) in [("d", DataType::Date), ("t", DataType::Datetime(TimeUnit::Microseconds, None))] {
        let typed = frame.column(name).unwrap().cast(&dtype).unwrap();
        frame.with_column(typed).unwrap();
    }
    frame
}

/// A table whose columns have the types that they hold, any of which may be null.
fn typed(frame: &DataFrame) -> Table {
    let column = |column: &polars::prelude::Column| {
        Column::new(column.name().as_str(), type_of(column.dtype()).nullable())
            .with_role((column.name() == "y").then_some(Role::Target))
    };
    let row = Row::of(frame.columns().iter().map(column).collect());
    Table { frame: frame.clone().lazy(), ty: TableType { row: Arc::new(row), partitions: Partitions::TRAIN } }
}

fn int(value: i64) -> Input {
    Input::Const(Value::Int(value))
}

fn float(value: f64) -> Input {
    Input::Const(Value::Float(value))
}

/// Every step that there is, with the columns that it takes.
fn steps() -> Vec<(&'static str, Vec<(&'static str, Input)>)> {
    let all = ["x", "n", "c", "b", "d", "t"];
    let of = |names: &[&str]| ("columns", columns(names));
    let bounds = Value::List(vec![Value::Float(-1.0), Value::Float(0.0), Value::Float(1.5)]);
    let encoded = || vec![("smoothing", float(2.0)), ("folds", int(2)), ("seed", int(1))];
    vec![
        ("impute", vec![("how", text("mean")), of(&["x", "n"])]),
        ("impute", vec![("how", text("median")), of(&["x", "n"])]),
        ("impute", vec![("how", text("most_frequent")), of(&all)]),
        ("impute", vec![("how", text("zero")), of(&["x", "n"])]),
        ("impute", vec![("value", Input::Const(Value::Str("none".into()))), of(&["c"])]),
        ("one_hot", vec![of(&all)]),
        ("ordinal", vec![of(&all)]),
        ("binary", vec![of(&all)]),
        ("target_encode", encoded().into_iter().chain([of(&all)]).collect()),
        ("hash", vec![("buckets", int(7)), of(&all)]),
        ("scale", vec![("how", text("standard")), of(&["x", "n"])]),
        ("scale", vec![("how", text("minmax")), of(&["x", "n"])]),
        ("scale", vec![("how", text("robust")), of(&["x", "n"])]),
        ("bucketize", vec![("bounds", Input::Const(bounds)), of(&["x", "n"])]),
        ("quantile_bin", vec![("n", int(4)), of(&["x", "n"])]),
        ("log", vec![of(&["x", "n"])]),
        ("clip", vec![("low", float(0.1)), ("high", float(0.8)), of(&["x", "n"])]),
        ("date_parts", vec![of(&["d", "t"])]),
        ("text_counts", vec![("words", int(5)), ("min_rows", int(1)), of(&["words"])]),
    ]
}

/// Whether a step was learned, and then is the same on lanes.
fn same(name: &str, args: Vec<(&str, Input)>, train: &Table, others: &DataFrame) -> Result<bool, TestCaseError> {
    let Data::Estimator(estimator) = call(name, args, 1).unwrap() else { panic!("no estimator") };
    // Rows of nothing but null, and ranges without an end, cannot be learned from.
    let Ok(fitted) = estimator.fit(train, None, &context(1)) else { return Ok(false) };
    let recipe = &fitted.as_any().downcast_ref::<FittedRecipe>().unwrap().recipe;
    let (before, after) = (&train.ty.row, recipe.row(&train.ty.row));
    let forms: Vec<(Arc<str>, Form)> = after
        .columns
        .iter()
        .filter(|column| column.role.is_none())
        .map(|column| (Arc::clone(&column.name), Form::of(&column.ty).unwrap()))
        .collect();
    let wanted: Vec<_> = forms.iter().map(|(name, form)| (Arc::clone(name), form.kind())).collect();
    let on_lanes = LaneRecipe::of(recipe, before, &wanted);
    prop_assert!(on_lanes.is_some(), "{} has no form on lanes", name);
    let on_lanes = on_lanes.unwrap();
    let parts = std::iter::once(others.clone()).chain((0..others.height()).map(|row| others.slice(row as i64, 1)));
    for part in parts {
        let expected = recipe.apply(&Table { frame: part.clone().lazy(), ty: train.ty.clone() }).unwrap();
        let expected = crate::frame::collect(expected.frame).unwrap();
        let inputs: Vec<Lane<'_>> = on_lanes
            .inputs()
            .iter()
            .map(|(name, _)| {
                Lane::of(part.column(name).unwrap(), Form::of(&before.get(name).unwrap().ty).unwrap()).unwrap()
            })
            .collect();
        let found = on_lanes.with(&inputs.iter().collect::<Vec<_>>(), part.height(), |lanes| {
            Ok(lanes.iter().map(|lane| format!("{lane:?}")).collect::<Vec<_>>())
        });
        for ((column, form), found) in forms.iter().zip(found.unwrap()) {
            let expected = Lane::of(expected.column(column).unwrap(), *form).unwrap();
            prop_assert_eq!(found, format!("{:?}", expected), "{} of {}, {} rows", name, column, part.height());
        }
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn steps_are_the_same_on_lanes(train in rows(6..25), others in rows(1..6)) {
        let (train, others) = (typed(&frame(&train)), frame(&others));
        for (name, args) in steps() {
            same(name, args, &train, &others)?;
        }
    }
}

#[test]
fn all_steps_are_learned_from_plain_rows() {
    let row = |place: i64| {
        let text = ["a", "b", "c"][place as usize % 3].to_owned();
        let words = format!("{text} ab b");
        (
            Some(place as f64 / 7.0),
            Some(place % 4 - 1),
            Some(text),
            Some(place % 2 == 0),
            Some(place as i32 * 40),
            Some(words),
        )
    };
    let rows = frame(&(0..30).map(row).collect());
    for (name, args) in steps() {
        assert!(same(name, args, &typed(&rows), &rows.slice(0, 8)).unwrap(), "{name}");
    }
}
