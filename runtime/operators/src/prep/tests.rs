//! Each step on rows that are small enough to compute by hand.

use gml_connect::Fault;
use gml_ir::{Column, Partitions, Role, Row, TableType, Type, Value};
use polars::prelude::{AnyValue, DataFrame, DataType, IntoLazy, TimeUnit, col, df, lit};
use proptest::prelude::*;

use crate::data::{Data, Input, Table};
use crate::learn::tests::support::{call, columns, context, table, text};
use crate::learned::Estimator;

mod reference;

fn estimator(name: &str, args: Vec<(&str, Input)>) -> std::sync::Arc<dyn Estimator> {
    let Data::Estimator(estimator) = call(name, args, 1).unwrap() else { panic!("no estimator") };
    estimator
}

fn plain(rows: DataFrame) -> Table {
    table(rows, &[], Partitions::NONE)
}

/// Fits on the first table, applies to the second.
fn prepared(name: &str, args: Vec<(&str, Input)>, train: &Table, other: &Table) -> Result<(DataFrame, Row), Fault> {
    let context = crate::data::Context::new(1, "/nowhere");
    let fitted = estimator(name, args).fit(train, None, &context)?;
    let result = fitted.apply(other, &context)?;
    Ok((crate::frame::collect(result.frame)?, Row::clone(&result.ty.row)))
}

fn floats(rows: &DataFrame, name: &str) -> Vec<Option<f64>> {
    rows.column(name).unwrap().f64().unwrap().iter().collect()
}

fn integers(rows: &DataFrame, name: &str) -> Vec<Option<i64>> {
    rows.column(name).unwrap().i64().unwrap().iter().collect()
}

#[test]
fn impute_learns_from_the_rows_to_learn_from_alone() {
    let train = plain(df!("x" => [Some(1_i64), None, Some(2), Some(2), Some(7)]).unwrap());
    let other = plain(df!("x" => [None, Some(100_i64)]).unwrap());
    for (how, expected) in [("mean", 3.0), ("median", 2.0)] {
        let (rows, _) =
            prepared("impute", vec![("how", text(how)), ("columns", columns(&["x"]))], &train, &other).unwrap();
        assert_eq!(floats(&rows, "x"), [Some(expected), Some(100.0)], "{how}");
    }
    for (how, expected) in [("most_frequent", 2), ("zero", 0)] {
        let (rows, _) =
            prepared("impute", vec![("how", text(how)), ("columns", columns(&["x"]))], &train, &other).unwrap();
        assert_eq!(integers(&rows, "x"), [Some(expected), Some(100)], "{how}");
    }
}

#[test]
fn the_first_of_the_most_frequent_values_is_taken() {
    let train = plain(df!("x" => ["b", "a", "a", "b", "c"]).unwrap());
    let other = plain(df!("x" => [None, Some("z")]).unwrap());
    let args = vec![("how", text("most_frequent")), ("columns", columns(&["x"]))];
    let (rows, _) = prepared("impute", args, &train, &other).unwrap();
    let found: Vec<_> = rows.column("x").unwrap().str().unwrap().iter().collect();
    assert_eq!(found, [Some("b"), Some("z")]);
}

#[test]
fn a_given_value_keeps_the_type_of_the_column() {
    let rows = df!("n" => [Some(1_i64), None], "t" => [Some("a"), None], "b" => [Some(true), None]).unwrap();
    let narrow = plain(rows.lazy().with_column(col("n").cast(DataType::Int8)).collect().unwrap());
    let given = |value: Value, column: &str| {
        let args = vec![("value", Input::Const(value)), ("columns", columns(&[column]))];
        prepared("impute", args, &narrow, &narrow)
    };
    let (rows, _) = given(Value::Int(-1), "n").unwrap();
    assert_eq!(rows.column("n").unwrap().i8().unwrap().iter().collect::<Vec<_>>(), [Some(1), Some(-1)]);
    let (rows, _) = given(Value::Str("UNKNOWN".into()), "t").unwrap();
    assert_eq!(rows.column("t").unwrap().str().unwrap().get(1), Some("UNKNOWN"));
    let (rows, _) = given(Value::Bool(false), "b").unwrap();
    assert_eq!(rows.column("b").unwrap().bool().unwrap().get(1), Some(false));

    for (value, column) in [
        (Value::Int(1_000), "n"),
        (Value::Float(0.5), "n"),
        (Value::Str("a".into()), "n"),
        (Value::Int(1), "t"),
        (Value::Int(0), "b"),
    ] {
        let fault = given(value.clone(), column).err().unwrap();
        assert_eq!(fault.code, "GML0201", "{value} into {column}");
    }
}

#[test]
fn what_cannot_be_learned_is_named() {
    let rows = plain(df!("x" => [None::<f64>, None], "t" => ["a", "b"], "i" => [1.0, f64::INFINITY]).unwrap());
    let refused = |name: &str, args| prepared(name, args, &rows, &rows).err().unwrap();
    let fault = refused("impute", vec![("how", text("mean")), ("columns", columns(&["x"]))]);
    assert_eq!((fault.code, fault.place.as_deref()), ("GML0921", Some("impute([.x])")));
    assert!(fault.message.contains("null in every row"));
    let fault = refused("impute", vec![("how", text("median")), ("columns", columns(&["t"]))]);
    assert_eq!(fault.code, "GML0703");
    let fault = refused("impute", vec![("how", text("zero")), ("columns", columns(&["t"]))]);
    assert_eq!(fault.code, "GML0703");
    let fault = refused("scale", vec![("how", text("standard")), ("columns", columns(&["i"]))]);
    assert!(fault.message.contains("`i` holds inf"));
    let fault = refused("ordinal", vec![("columns", columns(&["none"]))]);
    assert_eq!(fault.code, "GML0301");
    assert!(fault.help.as_deref().is_some_and(|help| help.contains("select_features")), "{fault:?}");
    let empty = plain(df!("t" => Vec::<String>::new()).unwrap());
    let fault = prepared("ordinal", vec![("columns", columns(&["t"]))], &empty, &empty).err().unwrap();
    assert_eq!(fault.code, "GML0922");
}

#[test]
fn one_hot_has_a_column_for_each_value_in_order_of_first_appearance() {
    let train = plain(df!("a" => [1.0, 2.0, 3.0], "c" => [Some("y"), None, Some("x")], "b" => [2_i64, 1, 2]).unwrap());
    let other =
        plain(df!("a" => [0.0; 4], "c" => [Some("x"), Some("new"), None, Some("y")], "b" => [1_i64, 1, 2, 9]).unwrap());
    let (rows, row) = prepared("one_hot", vec![("columns", columns(&["c", "b"]))], &train, &other).unwrap();
    let names: Vec<_> = rows.get_column_names().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["a", "c_y", "c_x", "b_2", "b_1"]);
    assert_eq!(row.names().map(|name| &**name).collect::<Vec<_>>(), names);
    assert_eq!(floats(&rows, "c_x"), [1.0, 0.0, 0.0, 0.0].map(Some));
    assert_eq!(floats(&rows, "c_y"), [0.0, 0.0, 0.0, 1.0].map(Some));
    assert_eq!(floats(&rows, "b_1"), [1.0, 1.0, 0.0, 0.0].map(Some));
    assert_eq!(floats(&rows, "b_2"), [0.0, 0.0, 1.0, 0.0].map(Some));
}

#[test]
fn one_hot_of_an_enum_has_its_listed_values() {
    let listed = Type::Enum(["p", "q", "r"].map(Into::into).into());
    let row = Row::of(vec![Column::new("c", listed)]);
    let rows = df!("c" => ["r", "p"]).unwrap();
    let train = Table { frame: rows.lazy(), ty: TableType { row: row.into(), partitions: Partitions::NONE } };
    let (rows, _) = prepared("one_hot", vec![("columns", columns(&["c"]))], &train, &train).unwrap();
    let names: Vec<_> = rows.get_column_names().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["c_p", "c_q", "c_r"]);
    let given = vec![("value", Input::Const(Value::Str("s".into()))), ("columns", columns(&["c"]))];
    assert_eq!(prepared("impute", given, &train, &train).err().unwrap().code, "GML0208");
}

#[test]
fn one_hot_does_not_overwrite_a_column() {
    let rows = plain(df!("c" => ["x"], "c_x" => [1.0]).unwrap());
    let fault = prepared("one_hot", vec![("columns", columns(&["c"]))], &rows, &rows).err().unwrap();
    assert_eq!(fault.code, "GML0302");
    assert!(fault.message.contains("`c_x`"));
}

#[test]
fn ordinal_counts_values_of_any_scalar_type() {
    let rows = df!(
        "t" => [Some("b"), Some("a"), None, Some("b")],
        "i" => [Some(30_i64), Some(-2), None, Some(30)],
        "f" => [Some(0.5), Some(0.0), None, Some(0.5)],
        "b" => [Some(true), Some(false), None, Some(true)],
    )
    .unwrap();
    let casts = [
        ("d", DataType::Date),
        ("s", DataType::Datetime(TimeUnit::Microseconds, None)),
        ("u", DataType::Duration(TimeUnit::Microseconds)),
    ];
    let temporal = casts.iter().map(|(name, dtype)| {
        col("i")
            .abs()
            .cast(if *name == "d" { DataType::Int32 } else { DataType::Int64 })
            .cast(dtype.clone())
            .alias(*name)
    });
    let frame = rows.lazy().with_columns(temporal.collect::<Vec<_>>()).collect().unwrap();
    let names = ["t", "i", "f", "b", "d", "s", "u"];
    let train = plain(frame.clone());
    let (found, _) = prepared("ordinal", vec![("columns", columns(&names))], &train, &train).unwrap();
    for name in names {
        assert_eq!(integers(&found, name), [Some(1), Some(2), None, Some(1)], "{name}");
    }
    let head = plain(frame.head(Some(1)));
    let (found, _) = prepared("ordinal", vec![("columns", columns(&names))], &head, &train).unwrap();
    for name in names {
        assert_eq!(integers(&found, name), [Some(1), Some(-1), None, Some(1)], "{name}");
    }
}

#[test]
fn scale_centers_and_spreads() {
    let train = plain(df!("x" => [Some(1_i64), Some(2), None, Some(3), Some(10)], "same" => [5.0; 5]).unwrap());
    let scaled = |how: &str| {
        let args = vec![("how", text(how)), ("columns", columns(&["x", "same"]))];
        let (rows, _) = prepared("scale", args, &train, &train).unwrap();
        assert_eq!(floats(&rows, "same"), [Some(0.0); 5], "{how}");
        floats(&rows, "x")
    };
    let deviation = 12.5_f64.sqrt();
    let standard = [1.0, 2.0, 0.0, 3.0, 10.0].map(|x| Some((x - 4.0) / deviation));
    assert_eq!(scaled("standard")[..2], standard[..2]);
    assert_eq!(scaled("standard")[2], None);
    assert_eq!(scaled("minmax"), [Some(0.0), Some(1.0 / 9.0), None, Some(2.0 / 9.0), Some(1.0)]);
    // The quartiles of 1, 2, 3, 10 are 1.75 and 4.75, the median is 2.5.
    assert_eq!(scaled("robust"), [Some(-0.5), Some(-0.5 / 3.0), None, Some(0.5 / 3.0), Some(2.5)]);
}

#[test]
fn roles_stay_and_types_follow() {
    let mut target = Column::new("y", Type::Bool);
    target.role = Some(Role::Target);
    let row = Row::of(vec![
        Column::new("x", Type::INT.nullable()),
        Column::new("c", Type::Category.nullable()),
        target.clone(),
    ]);
    let rows = df!("x" => [Some(1_i64), None], "c" => [Some("a"), None], "y" => [true, false]).unwrap();
    let train = Table { frame: rows.lazy(), ty: TableType { row: row.into(), partitions: Partitions::TRAIN } };
    let type_of = |name: &str, args| prepared(name, args, &train, &train).unwrap().1;
    let row = type_of("impute", vec![("how", text("mean")), ("columns", columns(&["x"]))]);
    assert_eq!(row.get("x").unwrap().ty, Type::Float);
    assert_eq!(row.get("y"), Some(&target));
    let row = type_of("impute", vec![("how", text("most_frequent")), ("columns", columns(&["x", "c"]))]);
    assert_eq!((&row.get("x").unwrap().ty, &row.get("c").unwrap().ty), (&Type::INT, &Type::Category));
    let row = type_of("ordinal", vec![("columns", columns(&["c"]))]);
    assert_eq!(row.get("c").unwrap().ty, Type::INT.nullable());
    let row = type_of("scale", vec![("how", text("minmax")), ("columns", columns(&["x"]))]);
    assert_eq!(row.get("x").unwrap().ty, Type::Float.nullable());
}

#[test]
fn parts_of_a_date_may_be_null_where_the_date_may() {
    let days = df!("sure" => [18_000_i32, 18_001], "unsure" => [Some(18_000_i32), None]).unwrap();
    let days = days.lazy().with_columns([col("*").cast(DataType::Date)]);
    let row = Row::of(vec![Column::new("sure", Type::Date), Column::new("unsure", Type::Date.nullable())]);
    let train = Table { frame: days, ty: TableType { row: row.into(), partitions: Partitions::TRAIN } };
    let row = prepared("date_parts", vec![("columns", columns(&["sure", "unsure"]))], &train, &train).unwrap().1;
    assert_eq!(row.get("sure_year").unwrap().ty, Type::INT);
    assert_eq!(row.get("unsure_weekday").unwrap().ty, Type::INT.nullable());
}

#[test]
fn rows_that_lack_a_column_or_have_another_type_are_refused() {
    let train = plain(df!("c" => ["a", "b"]).unwrap());
    let refused = |other: Table| prepared("ordinal", vec![("columns", columns(&["c"]))], &train, &other).err().unwrap();
    assert_eq!(refused(plain(df!("d" => ["a"]).unwrap())).code, "GML0704");
    assert_eq!(refused(plain(df!("c" => [1_i64]).unwrap())).code, "GML0705");
    let nothing =
        plain(df!("d" => [1_i64]).unwrap().lazy().select([lit(polars::prelude::NULL).alias("c")]).collect().unwrap());
    let (rows, _) = prepared("ordinal", vec![("columns", columns(&["c"]))], &train, &nothing).unwrap();
    assert_eq!(rows.column("c").unwrap().get(0).unwrap(), AnyValue::Null);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Against a naive count of values, through a saved and loaded recipe.
    #[test]
    fn ordinal_and_one_hot_of_any_text(
        train in prop::collection::vec(prop::option::of("[a-c]{1,2}"), 1..20),
        other in prop::collection::vec(prop::option::of("[a-d]{1,2}"), 0..20),
    ) {
        let mut values: Vec<&String> = Vec::new();
        for value in train.iter().flatten() {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let table = |values: &[Option<String>]| plain(df!("c" => values).unwrap());
        let context = context(1);
        for name in ["ordinal", "one_hot"] {
            let fitted = estimator(name, vec![("columns", columns(&["c"]))]).fit(&table(&train), None, &context).unwrap();
            let folder = tempfile::tempdir().unwrap();
            fitted.save(folder.path()).unwrap();
            let loaded = crate::learn::load(folder.path()).unwrap();
            let rows = crate::frame::collect(loaded.apply(&table(&other), &context).unwrap().frame).unwrap();
            for (place, value) in other.iter().enumerate() {
                let known = value.as_ref().and_then(|value| values.iter().position(|known| *known == value));
                if name == "ordinal" {
                    let expected = value.as_ref().map(|_| known.map_or(-1, |known| known as i64 + 1));
                    prop_assert_eq!(rows.column("c").unwrap().i64().unwrap().get(place), expected);
                } else {
                    for (number, value) in values.iter().enumerate() {
                        let found = rows.column(&format!("c_{value}")).unwrap().f64().unwrap().get(place);
                        prop_assert_eq!(found, Some(if known == Some(number) { 1.0 } else { 0.0 }));
                    }
                }
            }
        }
    }

    /// Floats come back from JSON bit for bit.
    #[test]
    fn scales_survive_being_saved(values in prop::collection::vec(-1e300_f64..1e300, 2..10)) {
        let context = context(1);
        let table = plain(df!("x" => values).unwrap());
        let args = vec![("how", text("minmax")), ("columns", columns(&["x"]))];
        let fitted = estimator("scale", args).fit(&table, None, &context).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fitted.save(folder.path()).unwrap();
        let loaded = crate::learn::load(folder.path()).unwrap();
        let bits = |fitted: &dyn crate::learned::Fitted| {
            let rows = crate::frame::collect(fitted.apply(&table, &context).unwrap().frame).unwrap();
            floats(&rows, "x").into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>()
        };
        prop_assert_eq!(bits(&*fitted), bits(&*loaded));
    }
}
