//! The blueprint `ga4_propensity` as its users run it: on the slice that ships with it, and on the whole days held
//! against Python, row by row and tree by tree.

mod frames;

use std::path::Path;

use gml_tests::{Project, peer, peers_python, repository, shared_data};
use polars::prelude::*;
use serde_json::Value;

const BLUEPRINT: &str = "blueprints/ga4_propensity";
const SESSIONS: &str = "data/03_primary/sessions.parquet";
const PREDICTIONS: &str = "data/07_model_output/predictions.parquet";
const KEYS: [&str; 2] = ["visitor", "session"];
/// Parameters of [`untuned`] trees, as the peer calls them.
const PARAMETERS: [&str; 10] = [
    "--learning-rate",
    "0.05",
    "--leaves",
    "15",
    "--param",
    "min_data_in_leaf=100",
    "--rounds",
    "200",
    "--stop-after",
    "30",
];

/// The blueprint's program and the events of a folder.
fn blueprint(events: &Path) -> Project {
    let program = std::fs::read(repository().join(BLUEPRINT).join("main.gml")).unwrap();
    let project = Project::of(&[("main.gml", program)]);
    assert_eq!(project.with_raw_data(events), 23, "{} holds 2020-12-19 to 2021-01-10", events.display());
    project
}

fn slice() -> Project {
    blueprint(&repository().join(BLUEPRINT).join("data/01_raw"))
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(repository().join(BLUEPRINT).join("expected.json")).unwrap()).unwrap()
}

/// How many rows a part has, and how many of them put something into the cart.
fn part(sessions: &DataFrame, days: &Value) -> (usize, usize) {
    let dates = sessions.column("date").unwrap().cast(&DataType::String).unwrap();
    let carts = sessions.column("added_to_cart").unwrap().bool().unwrap().clone();
    let (first, last) = (days["first"].as_str().unwrap(), days["last"].as_str().unwrap());
    let inside = dates.str().unwrap().iter().map(|day| day.is_some_and(|day| (first..=last).contains(&day)));
    let rows: Vec<bool> =
        inside.zip(carts.iter()).filter(|(inside, _)| *inside).map(|(_, cart)| cart == Some(true)).collect();
    (rows.len(), rows.iter().filter(|cart| **cart).count())
}

#[test]
fn the_slice_gives_the_expected_numbers() {
    let project = slice();
    let finished = project.done(&["run"]);
    let expected = expected();

    let sessions = frames::parquet(&project.path(SESSIONS));
    assert_eq!(sessions.height() as u64, expected["sessions"].as_u64().unwrap());
    let visitors = sessions.column("visitor").unwrap().n_unique().unwrap();
    assert_eq!(visitors as u64, expected["visitors"].as_u64().unwrap());
    for (name, days) in expected["parts"].as_object().unwrap() {
        let (rows, positives) = part(&sessions, days);
        assert_eq!(rows as u64, days["sessions"].as_u64().unwrap(), "sessions of {name}");
        assert_eq!(positives as u64, days["added_to_cart"].as_u64().unwrap(), "positives of {name}");
    }

    let tolerance = expected["tolerance"].as_f64().unwrap();
    for (name, metrics) in expected["metrics"].as_object().unwrap() {
        for (metric, value) in metrics.as_object().unwrap() {
            let (found, wanted) = (project.metric(metric, name), value.as_f64().unwrap());
            assert!((found - wanted).abs() <= tolerance, "{metric} of {name} is {found}, expected {wanted}");
            // The table for people shows the same number.
            let shown = finished.stdout.lines().find(|line| line.split_whitespace().next() == Some(metric.as_str()));
            assert!(shown.is_some_and(|line| line.contains(&format!("{found:.6}"))), "{}", finished.stdout);
        }
    }

    let predictions = frames::parquet(&project.path(PREDICTIONS));
    assert_eq!(predictions.height() as u64, expected["predictions"].as_u64().unwrap());
    let scores = frames::floats(&predictions, "score");
    assert!(scores.iter().all(|score| score.is_some_and(|score| (0.0..=1.0).contains(&score))));
    let calibrated = frames::floats(&predictions, "calibrated");
    let promising = predictions.column("will_add_to_cart").unwrap().bool().unwrap().clone();
    assert!(calibrated.iter().zip(promising.iter()).all(|(score, said)| said == score.map(|score| score >= 0.04)));
}

#[test]
fn the_run_is_recorded() {
    let project = slice();
    project.done(&["run", "--set", "seed=7", "--set", "trials=4"]);
    let record = project.record();
    assert_eq!(record["state"], "done", "{record:#}");
    assert_eq!(record["failure"], Value::Null);
    assert_eq!(record["environment"], Value::Null);
    assert_eq!(record["program_hash"].as_str().map(str::len), Some(64));
    assert_eq!(record["parameters"]["seed"], 7);
    assert_eq!(record["parameters"]["threshold"], 0.04);
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&record["pipelines"]), ["prepare", "training", "scoring", "watch"]);
    assert_eq!(names(&record["datasets"]), ["sessions", "propensity", "predictions"]);
    for dataset in record["datasets"].as_array().unwrap() {
        let path = project.path(dataset["path"].as_str().unwrap());
        assert!(path.exists(), "{dataset}");
        if path.is_file() {
            assert_eq!(dataset["bytes"].as_u64(), Some(path.metadata().unwrap().len()), "{dataset}");
        }
    }
    let steps = record["steps"].as_array().unwrap();
    assert!(steps.len() > 20);
    // The traffic of the last day is like that of the others: nothing is trained again.
    let (skipped, ran): (Vec<&Value>, Vec<&Value>) = steps.iter().partition(|step| step["state"] == "skipped");
    assert!(skipped.iter().all(|step| step["id"].as_str().unwrap().starts_with("watch")), "{skipped:?}");
    assert!(!skipped.is_empty());
    for step in ran {
        assert_eq!(step["state"], "ran", "{step}");
        assert!(step["seconds"].as_f64().unwrap() >= 0.0);
        assert!(step["peak_memory"].is_null() || step["peak_memory"].as_u64().unwrap() > 0);
        assert!(step["location"]["file"].as_str().unwrap().ends_with("main.gml"));
        assert!(step["location"]["line"].as_u64().unwrap() > 0);
    }
    let rows = |name: &str| steps.iter().find(|step| step["name"] == name).map(|step| step["rows"].clone());
    assert_eq!(rows("save sessions"), Some(Value::from(34_641)));
    assert_eq!(rows("test of split_time"), Some(Value::from(6_732)));
    let metrics = record["metrics"].as_array().unwrap();
    let keys = |metric: &Value| metric.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(metrics.iter().all(|metric| keys(metric) == ["name", "partition", "value"]), "{metrics:?}");
    assert_eq!(metrics.len(), 9);
}

#[test]
fn every_run_writes_the_same_bytes() {
    let project = slice();
    let mut written = Vec::new();
    for args in [&["run"][..], &["run"], &["run", "--threads", "1"], &["run", "--threads", "5"]] {
        project.done(&[args, &["--force", "--set", "trials=5"]].concat());
        written.push([
            project.read(SESSIONS),
            project.read(PREDICTIONS),
            project.read("data/06_models/propensity/000001/model/model.txt"),
            project.read("data/06_models/propensity/000001/model.onnx"),
        ]);
        // The same model again would be no new version.
        std::fs::remove_dir_all(project.path("data/06_models/propensity")).unwrap();
    }
    for (turn, files) in written.iter().enumerate().skip(1) {
        assert!(files[0] == written[0][0], "sessions of run {turn}");
        assert!(files[1] == written[0][1], "predictions of run {turn}");
        assert!(files[2] == written[0][2], "model of run {turn}");
        assert!(files[3] == written[0][3], "ONNX file of run {turn}");
    }
}

#[test]
fn pipelines_run_one_at_a_time_too() {
    let project = slice();
    let first = project.gmlc(&["run", "training"]);
    assert_eq!(first.code, 3, "{}", first.stderr);
    assert!(first.stderr.contains("GML0901") && first.stderr.contains(SESSIONS), "{}", first.stderr);
    project.done(&["run", "prepare", "--set", "days=@2020-12-19..@2021-01-10"]);
    project.done(&["run", "training", "--set", "trials=2"]);
    project.done(&["run", "scoring", "--set", "day=@2021-01-09"]);
    let of_the_day = frames::parquet(&project.path(PREDICTIONS));
    project.done(&["run", "scoring"]);
    assert_ne!(of_the_day.height(), frames::parquet(&project.path(PREDICTIONS)).height());
}

/// The program with trees of parameters that another library can be given, judged without the calibration.
fn untuned(program: &str) -> String {
    let (before, rest) = program.split_once("    let trees = boosted_trees(").unwrap();
    let (_, rest) = rest.split_once("    let model = fit(best,").unwrap();
    let trees = "    let trees = boosted_trees(objective: binary, rounds: 200, stop_after: 30, learning_rate: 0.05, leaves: 15, \
                 min_rows: 100, seed: seed)\n    let model = fit(recipe >> trees,";
    let judged = "evaluate(calibrated, on: [data.test]";
    assert!(rest.contains(judged), "the blueprint's program is laid out otherwise now");
    format!("{before}{trees}{}", rest.replacen(judged, "evaluate(model, on: [data.test]", 1))
}

/// The blueprint with one more dataset: what the model says of the visits of the test days.
fn with_test_scores(project: &Project) {
    let program = untuned(&String::from_utf8(project.read("main.gml")).unwrap());
    let entry = "    test_scores: table { id visitor: str, id session: int, target added_to_cart: bool, score: float } \
                 = parquet(f\"{root}/07_model_output/test_scores.parquet\"),\n    predictions: table[Scored]";
    let save = "    save calibrated as propensity\n    save data.test |> predict(model) \
                |> select([.visitor, .session, .added_to_cart, .score]) as test_scores\n";
    let changed = program.replacen("    predictions: table[Scored]", entry, 1).replacen(
        "    save calibrated as propensity\n",
        save,
        1,
    );
    assert!(changed.contains(entry) && changed.contains(save), "the blueprint's program is laid out otherwise now");
    project.write("main.gml", changed);
}

#[test]
fn all_events_give_what_python_gives() {
    let Some(events) = shared_data("data/ga4_ecommerce") else { return };
    let project = blueprint(&events);
    with_test_scores(&project);
    project.done(&["run"]);
    let sessions = frames::parquet(&project.path(SESSIONS));
    assert_eq!(sessions.height(), 78_439);
    let auc = project.metric("auc", "test");
    assert!(auc >= 0.625, "the AUC of the test days is {auc}");

    let Some(python) = peers_python() else { return };
    let theirs = project.path("peer/sessions.parquet");
    peer(&python, "ga4_sessions.py", &[&project.path("data/01_raw"), Path::new("--out"), &theirs]);
    same_sessions(&sessions, &frames::parquet(&theirs));

    let out = project.path("peer/training");
    let mut args = vec![project.path(SESSIONS), "--out".into(), out.clone(), "--seed".into(), "42".into()];
    args.extend(PARAMETERS.iter().map(Into::into));
    let args: Vec<&Path> = args.iter().map(AsRef::as_ref).collect();
    let report = peer(&python, "ga4_training.py", &args);
    for metric in ["auc", "log_loss", "brier", "average_precision"] {
        let (ours, python) = (project.metric(metric, "test"), report["test"][metric].as_f64().unwrap());
        assert!((ours - python).abs() < 1e-6, "{metric} is {ours}, in Python {python}");
    }
    let by_python = frames::sorted(&frames::parquet(&out.join("predictions.parquet")), KEYS);
    let scores = frames::sorted(&frames::parquet(&project.path("data/07_model_output/test_scores.parquet")), KEYS);
    for column in ["visitor", "session", "score"] {
        let (ours, theirs) = (scores.column(column).unwrap(), by_python.column(column).unwrap());
        assert_eq!(frames::difference(ours, theirs, 1e-6), None);
    }

    // What GML saved is a model of LightGBM's: Python reads it and says the same of the same visits.
    let (model, matrix) = (project.path("data/06_models/propensity/000001/model"), out.join("test.parquet"));
    let loaded = project.path("peer/loaded.parquet");
    let facts = peer(&python, "load_model.py", &[&model, Path::new("--matrix"), &matrix, Path::new("--out"), &loaded]);
    assert_eq!(facts["trees"], report["trees"]);
    let in_file_order = frames::parquet(&out.join("predictions.parquet"));
    let loaded = frames::parquet(&loaded);
    let (ours, theirs) = (loaded.column("score").unwrap(), in_file_order.column("score").unwrap());
    assert_eq!(frames::difference(ours, theirs, 1e-12), None);
}

/// What the README says of churn, with the node that it shows.
#[test]
fn churn_is_foreseen_as_well_as_the_readme_says() {
    let project = slice();
    let readme = std::fs::read_to_string(repository().join(BLUEPRINT).join("README.md")).unwrap();
    let (_, node) = readme.split_once("   node visitors(").unwrap();
    let (node, _) = node.split_once("```").unwrap();
    let small = "boosted_trees(objective: binary, rounds: 200, leaves: 7, learning_rate: 0.05, seed: 1)";
    assert!(
        readme.contains(small) && readme.contains("reaches an AUC of 0.73 on"),
        "the README says something else now"
    );
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    let schema = "schema Visitor { id visitor: str, time seen: timestamp, visits: int, carts: int, days_since_first: float, \
                  device: category, country: category?, target gone: bool }";
    let pipeline = |name: &str, trees: &str| {
        format!(
            "pipeline {name} {{
    let known = visitors(events, @2020-12-27, @2020-12-28..@2021-01-03)
    let later = visitors(events, @2021-01-03, @2021-01-04..@2021-01-10)
    track evaluate(fit({trees}, train: known), on: [later], metrics: [auc])
}}
"
        )
    };
    let (slow, plain) = (pipeline("slow", small), pipeline("plain", "boosted_trees(objective: binary, seed: 1)"));
    project.write("main.gml", format!("{program}\n{schema}\nnode visitors({node}\n{slow}\n{plain}"));
    for (name, said) in [("slow", 0.73), ("plain", 0.70)] {
        project.done(&["run", name]);
        let found = project.metric("auc", "");
        assert!((found - said).abs() < 0.006, "the AUC of {name} is {found}, and the README says {said}");
    }
}

/// Row for row, in the same order.
fn same_sessions(ours: &DataFrame, theirs: &DataFrame) {
    assert_eq!(ours.height(), theirs.height());
    assert_eq!(ours.width(), 20);
    for column in ours.columns() {
        let python = theirs.column(column.name()).unwrap();
        assert_eq!(frames::difference(column, python, 1e-9), None);
    }
}
