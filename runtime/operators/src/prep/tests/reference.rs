//! Held against scikit-learn 1.9.1 and category_encoders 2.11.2: `tests/peers/preparation.py` printed `reference.json`. Sums are
//! taken in another order there, so numbers may differ in their last digits: 1e-12 of values near 1 to 100.

use gml_ir::{Partitions, Role, Value};
use polars::prelude::{DataFrame, IntoLazy, NamedFrom, Series};
use serde_json::Value as Json;

use super::*;

fn reference() -> Json {
    serde_json::from_str(include_str!("../reference.json")).unwrap()
}

fn numbers(values: &Json) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn texts(values: &Json) -> Vec<String> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

fn rows() -> DataFrame {
    let reference = reference();
    let bought: Vec<bool> = reference["bought"].as_array().unwrap().iter().map(|one| one.as_bool().unwrap()).collect();
    let columns = df!("city" => texts(&reference["city"]), "amount" => numbers(&reference["amount"]),
        "bought" => bought, "spent" => numbers(&reference["spent"]));
    columns.unwrap()
}

fn whole(value: i64) -> Input {
    Input::Const(Value::Int(value))
}

fn number(value: f64) -> Input {
    Input::Const(Value::Float(value))
}

fn close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() < 1e-12 * expected.abs().max(1.0),
            "{what}, row {row}: {found}, not {expected}"
        );
    }
}

fn column(rows: &DataFrame, name: &str) -> Vec<f64> {
    let values = rows.column(name).unwrap().cast(&DataType::Float64).unwrap();
    values.f64().unwrap().iter().map(|value| value.unwrap()).collect()
}

#[test]
fn target_encoding() {
    let reference = reference();
    for target in ["bought", "spent"] {
        let train = table(rows(), &[(target, Role::Target)], Partitions::NONE);
        for smoothing in [0.0, 20.0] {
            let expected = &reference[format!("target_encode_{target}_{smoothing}")];
            let (cities, means): (Vec<String>, Vec<f64>) = expected["values"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(city, mean)| (city.clone(), mean.as_f64().unwrap()))
                .unzip();
            let args = vec![
                ("columns", columns(&["city"])),
                ("smoothing", number(smoothing)),
                ("folds", whole(5)),
                ("seed", whole(0)),
            ];
            let (found, row) =
                prepared("target_encode", args.clone(), &train, &plain(df!("city" => cities).unwrap())).unwrap();
            close(&column(&found, "city"), &means, target);
            assert_eq!(row.get("city").unwrap().ty, Type::Float);
            let unknown = plain(df!("city" => [Some("Ur"), None]).unwrap());
            let (found, _) = prepared("target_encode", args, &train, &unknown).unwrap();
            close(&column(&found, "city"), &[expected["other"].as_f64().unwrap(); 2], target);
        }
    }
}

/// What a row to learn from gets is what is learned from the rows of the other folds.
#[test]
fn no_row_to_learn_from_sees_its_own_target() {
    let mut rows = rows();
    let weights: Vec<f64> = (0..rows.height()).map(|row| 0.5 + (row % 3) as f64).collect();
    rows.with_column(Series::new("w".into(), weights).into()).unwrap();
    let roles = [("spent", Role::Target), ("w", Role::Weight)];
    let train = table(rows.clone(), &roles, Partitions::NONE);
    let args =
        || vec![("columns", columns(&["city"])), ("smoothing", number(3.0)), ("folds", whole(4)), ("seed", whole(9))];
    let (_, applied) = estimator("target_encode", args()).fit_apply(&train, &context(1)).unwrap();
    let found = column(&crate::frame::collect(applied.frame).unwrap(), "city");
    let fold_of = crate::learn::folds::random(rows.height(), 4, 9);
    for fold in 0..4 {
        let inside: polars::prelude::BooleanChunked = fold_of.iter().map(|of| *of == fold).collect();
        let others = table(rows.filter(&!&inside).unwrap(), &roles, Partitions::NONE);
        let part = table(rows.filter(&inside).unwrap(), &roles, Partitions::NONE);
        let (expected, _) = prepared("target_encode", args(), &others, &part).unwrap();
        let found: Vec<f64> =
            found.iter().zip(&fold_of).filter(|(_, of)| **of == fold).map(|(value, _)| *value).collect();
        close(&found, &column(&expected, "city"), "a fold");
    }
    let sizes: Vec<usize> = (0..4).map(|fold| fold_of.iter().filter(|of| **of == fold).count()).collect();
    assert_eq!(sizes, [60; 4]);
}

#[test]
fn hashing() {
    let reference = reference();
    let expected = reference["hash_16"].as_object().unwrap();
    let cities: Vec<String> = expected.keys().cloned().collect();
    let cities = plain(df!("city" => cities).unwrap());
    let args = vec![("columns", columns(&["city"])), ("buckets", whole(16))];
    let (found, row) = prepared("hash", args, &plain(rows()), &cities).unwrap();
    assert_eq!((found.width(), row.columns.len()), (16, 16));
    for (place, bucket) in expected.values().enumerate() {
        let of_row: Vec<f64> = found.columns().iter().map(|column| column.f64().unwrap().get(place).unwrap()).collect();
        assert_eq!(of_row.iter().sum::<f64>(), 1.0);
        assert_eq!(of_row[bucket.as_u64().unwrap() as usize], 1.0);
    }
}

#[test]
fn binary_digits() {
    let (found, row) =
        prepared("binary", vec![("columns", columns(&["city"]))], &plain(rows()), &plain(rows())).unwrap();
    let names: Vec<&str> = row.names().map(|name| &**name).collect();
    assert_eq!(names, ["amount", "bought", "spent", "city_0", "city_1", "city_2", "city_3"]);
    for (place, expected) in reference()["binary"].as_array().unwrap().iter().enumerate() {
        let digits: Vec<f64> = (0..4)
            .map(|digit| found.column(&format!("city_{digit}")).unwrap().f64().unwrap().get(place).unwrap())
            .collect();
        assert_eq!(digits, numbers(expected), "row {place}");
    }
    let unknown = plain(df!("city" => [Some("Ur"), None]).unwrap());
    let (found, _) = prepared("binary", vec![("columns", columns(&["city"]))], &plain(rows()), &unknown).unwrap();
    assert!(found.columns().iter().all(|column| column.f64().unwrap().iter().all(|digit| digit == Some(0.0))));
}

#[test]
fn buckets_bounds_and_logarithms() {
    let reference = reference();
    let found = |name: &str, of: &str, args: Vec<(&str, Input)>| {
        let args = [vec![("columns", columns(&[of]))], args].concat();
        column(&prepared(name, args, &plain(rows()), &plain(rows())).unwrap().0, of)
    };
    for count in [4, 10] {
        let expected = numbers(&reference[format!("quantile_bin_{count}")]);
        close(&found("quantile_bin", "amount", vec![("n", whole(count))]), &expected, "quantile_bin");
    }
    let bounds = Value::List([0.0, 0.1, 5.5, 30.0].map(Value::Float).to_vec());
    let bounds = vec![("bounds", Input::Const(bounds))];
    close(&found("bucketize", "amount", bounds), &numbers(&reference["bucketize"]), "bucketize");
    let shares = vec![("low", number(0.05)), ("high", number(0.9))];
    close(&found("clip", "amount", shares), &numbers(&reference["clip"]), "clip");
    close(&found("log", "spent", vec![]), &numbers(&reference["log"]), "log");
}

#[test]
fn words_of_texts() {
    let reference = reference();
    for words in [1000, 4] {
        let expected = &reference[format!("text_counts_{words}")];
        let learned = texts(&expected["texts"]);
        let all = [learned.clone(), texts(&expected["new_texts"])].concat();
        let args = vec![("columns", columns(&["t"])), ("words", whole(words)), ("min_rows", whole(2))];
        let (found, row) =
            prepared("text_counts", args, &plain(df!("t" => learned).unwrap()), &plain(df!("t" => all).unwrap()))
                .unwrap();
        let names: Vec<String> = texts(&expected["words"]).iter().map(|word| format!("t_{word}")).collect();
        assert_eq!(row.names().map(ToString::to_string).collect::<Vec<_>>(), names);
        for (place, values) in expected["values"].as_array().unwrap().iter().enumerate() {
            let of_row: Vec<f64> =
                names.iter().map(|name| found.column(name).unwrap().f64().unwrap().get(place).unwrap()).collect();
            close(&of_row, &numbers(values), &format!("text {place}"));
        }
    }
}

#[test]
fn dates_come_apart() {
    let days = df!("day" => [Some(18_628), None, Some(0)]).unwrap();
    let days = days.lazy().with_column(col("day").cast(DataType::Date)).collect().unwrap();
    let (found, row) =
        prepared("date_parts", vec![("columns", columns(&["day"]))], &plain(days.clone()), &plain(days)).unwrap();
    // 2021-01-01 was a Friday, 1970-01-01 a Thursday.
    assert_eq!(integers(&found, "day_year"), [Some(2021), None, Some(1970)]);
    assert_eq!(integers(&found, "day_month"), [Some(1), None, Some(1)]);
    assert_eq!(integers(&found, "day_day"), [Some(1), None, Some(1)]);
    assert_eq!(integers(&found, "day_weekday"), [Some(5), None, Some(4)]);
    // As its date is declared.
    assert_eq!(row.get("day_year").unwrap().ty, Type::INT);
    assert!(row.get("day").is_none());
}

/// Null stays null where the declarations say so, and a saved recipe does the same to the last bit.
#[test]
fn every_step_survives_being_saved() {
    let mut rows = rows().head(Some(60));
    let day = Series::new("day".into(), (0..60).map(|day| (day % 7 != 0).then_some(day * 40)).collect::<Vec<_>>());
    rows.with_column(day.cast(&DataType::Date).unwrap().into()).unwrap();
    let holes: Vec<Option<f64>> = (0..60).map(|row| (row % 5 != 0).then_some(f64::from(row) / 3.0 - 5.0)).collect();
    rows.with_column(Series::new("holes".into(), holes).into()).unwrap();
    let train = table(rows.clone(), &[("bought", Role::Target)], Partitions::NONE);
    type Case<'c> = (&'c str, &'c str, Vec<(&'c str, Input)>);
    let steps: [Case<'_>; 9] = [
        ("binary", "city", vec![]),
        ("target_encode", "city", vec![("smoothing", number(20.0)), ("folds", whole(5)), ("seed", whole(0))]),
        ("hash", "city", vec![("buckets", whole(3))]),
        ("bucketize", "holes", vec![("bounds", Input::Const(Value::List(vec![Value::Float(0.5)])))]),
        ("quantile_bin", "holes", vec![("n", whole(4))]),
        ("log", "holes", vec![]),
        ("clip", "holes", vec![("low", number(0.1)), ("high", number(0.9))]),
        ("date_parts", "day", vec![]),
        ("text_counts", "city", vec![("words", whole(4)), ("min_rows", whole(1))]),
    ];
    for (name, of, args) in steps {
        let args = [vec![("columns", columns(&[of]))], args].concat();
        let fitted = estimator(name, args).fit(&train, None, &context(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fitted.save(folder.path()).unwrap();
        let loaded = crate::learn::load(folder.path()).unwrap();
        assert_eq!(fitted.ty(), loaded.ty(), "{name}");
        let applied = |fitted: &dyn crate::learned::Fitted| {
            let table = fitted.apply(&train, &context(1)).unwrap();
            let names: Vec<String> = table.ty.row.names().map(ToString::to_string).collect();
            let rows = crate::frame::collect(table.frame).unwrap();
            assert_eq!(rows.schema().iter_names().map(ToString::to_string).collect::<Vec<_>>(), names, "{name}");
            rows
        };
        let (before, after) = (applied(&*fitted), applied(&*loaded));
        assert!(before.equals_missing(&after), "{name}");
        if of == "holes" {
            assert_eq!(before.column("holes").unwrap().null_count(), 12, "{name}");
        }
    }
}

#[test]
fn what_a_step_cannot_take_is_named() {
    let train = table(rows(), &[("bought", Role::Target)], Partitions::NONE);
    let refused = |name: &str, of: &str, args: Vec<(&str, Input)>, train: &Table| {
        let args = [vec![("columns", columns(&[of]))], args].concat();
        match call(name, args, 1) {
            Err(fault) => fault.code,
            Ok(Data::Estimator(estimator)) => estimator.fit(train, None, &context(1)).err().unwrap().code,
            Ok(_) => panic!("no estimator"),
        }
    };
    let encode = |folds: i64| vec![("smoothing", number(1.0)), ("folds", whole(folds)), ("seed", whole(0))];
    assert_eq!(refused("target_encode", "city", encode(5), &plain(rows())), "GML0701");
    assert_eq!(refused("target_encode", "city", encode(1), &train), "GML0229");
    let of_text = table(rows(), &[("city", Role::Target)], Partitions::NONE);
    assert_eq!(refused("target_encode", "amount", encode(5), &of_text), "GML0702");
    for name in ["log", "date_parts"] {
        assert_eq!(refused(name, "city", vec![], &train), "GML0703", "{name}");
    }
    let bounds = |bounds: &[f64]| {
        let bounds = bounds.iter().copied().map(Value::Float).collect();
        vec![("bounds", Input::Const(Value::List(bounds)))]
    };
    assert_eq!(refused("bucketize", "city", bounds(&[1.0]), &train), "GML0703");
    assert_eq!(refused("bucketize", "amount", bounds(&[2.0, 1.0]), &train), "GML0229");
    assert_eq!(refused("bucketize", "amount", bounds(&[]), &train), "GML0229");
    assert_eq!(refused("quantile_bin", "city", vec![("n", whole(3))], &train), "GML0703");
    assert_eq!(refused("quantile_bin", "amount", vec![("n", whole(1))], &train), "GML0229");
    assert_eq!(refused("hash", "city", vec![("buckets", whole(0))], &train), "GML0229");
    assert_eq!(refused("clip", "amount", vec![("low", number(0.9)), ("high", number(0.1))], &train), "GML0229");
    let few = |words: i64, rows: i64| vec![("words", whole(words)), ("min_rows", whole(rows))];
    assert_eq!(refused("text_counts", "amount", few(3, 1), &train), "GML0703");
    assert_eq!(refused("text_counts", "city", few(3, 1000), &train), "GML0921");
}
