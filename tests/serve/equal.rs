//! A served model says of a row what a run says, to the last bit, alone and among others.

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;

use super::*;

/// The visits of the shipped slice, and models of all steps of recipes: calibrated chances, classes, numbers.
fn models() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project.write("main.gml", include_str!("../run/programs/onnx.gml"));
    project.done(&["run"]);
    project
}

fn value(any: &AnyValue<'_>) -> Value {
    match any {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => (*truth).into(),
        AnyValue::Int64(number) => (*number).into(),
        AnyValue::Float64(number) => (*number).into(),
        AnyValue::List(items) => items.iter().map(|item| value(&item)).collect(),
        AnyValue::Datetime(..) => format!("{}Z", any.to_string().replace(' ', "T")).into(),
        other => other.str_value().into_owned().into(),
    }
}

/// Rows of some columns as records.
fn records(rows: &DataFrame, names: &[String]) -> Vec<Value> {
    let row = |row: usize| {
        let field = |name: &String| (name.clone(), value(&rows.column(name).unwrap().get(row).unwrap()));
        Value::Object(names.iter().map(field).collect())
    };
    (0..rows.height()).map(row).collect()
}

/// Predictions as the server writes them. Text is compared, since readers of JSON may round numbers.
fn written(rows: &DataFrame, names: &[String]) -> Vec<String> {
    fn one(any: &AnyValue<'_>) -> String {
        match any {
            AnyValue::Float64(number) => format!("{number:?}"),
            AnyValue::List(items) => {
                format!("[{}]", items.iter().map(|item| one(&item)).collect::<Vec<_>>().join(", "))
            }
            other => value(other).to_string(),
        }
    }
    let row = |row: usize| {
        let field = |name: &String| format!("{name:?}: {}", one(&rows.column(name).unwrap().get(row).unwrap()));
        format!("{{{}}}", names.iter().map(field).collect::<Vec<_>>().join(", "))
    };
    (0..rows.height()).map(row).collect()
}

#[test]
fn scores_are_those_of_a_run() {
    let project = models();
    for model in ["carts", "devices", "chances", "views", "parts"] {
        let scored = File::open(project.path(&format!("scores/{model}.parquet"))).unwrap();
        let scored = ParquetReader::new(scored).finish().unwrap().slice(0, 1_200);
        let server = Server::of(&project, &[&format!("./models/{model}")]);
        assert_eq!(server.get("/health").json()["without_query"], true, "{model}");
        let described = server.get("/openapi.json").json();
        let names = |schema: &str| -> Vec<String> {
            described["components"]["schemas"][schema]["properties"].as_object().unwrap().keys().cloned().collect()
        };
        let (inputs, expected) = (records(&scored, &names("Record")), written(&scored, &names("Prediction")));
        for size in [1, 7, 600] {
            let most = if size == 1 { 300 } else { inputs.len() };
            let next = AtomicUsize::new(0);
            // Four at once, so that rows of different requests meet in batches.
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        loop {
                            let start = next.fetch_add(size, Ordering::Relaxed);
                            if start >= most {
                                return;
                            }
                            let end = (start + size).min(most);
                            let answer = server.post("/predict", &Value::from(inputs[start..end].to_vec()).to_string());
                            let found = String::from_utf8_lossy(&answer.body).into_owned();
                            let due = format!("[{}]\n", expected[start..end].join(", "));
                            assert!(
                                answer.status == 200 && found == due,
                                "{model}, rows {start}..{end}:\n{found}\n{due}"
                            );
                        }
                    });
                }
            });
        }
    }
}
