//! The four example sets of LightGBM's repository, trained by GML programs with the parameters of each set's
//! `train.conf`: the metrics are those that Python LightGBM and scikit-learn find, with sampling of rows and columns and
//! without.

use std::path::{Path, PathBuf};

use gml_tests::{Project, peer, peers_python, shared_data};
use serde_json::Value;

/// Python and GML compute with the same library from the same numbers; metrics add up in another order.
const TOLERANCE: f64 = 1e-6;

/// A set: what stands in its schema besides the features, its parameters, its metrics by their names in Python.
struct Set {
    name: &'static str,
    objective: &'static str,
    target: &'static str,
    parameters: &'static str,
    /// The parameters that sample; left out where nothing is sampled.
    sampling: &'static str,
    /// The metric in GML, its name in Python's report, and whether Python's is the square of GML's.
    metrics: &'static [(&'static str, &'static str, bool)],
}

const SETS: [Set; 4] = [
    Set {
        name: "binary",
        objective: "binary",
        target: "int",
        parameters: "learning_rate: 0.1, leaves: 63, min_rows: 50, min_hessian: 5.0",
        sampling: "row_fraction: 80%, resample_every: 5, column_fraction: 80%",
        // The set has weights, and GML's metrics count each row by its weight.
        metrics: &[
            ("auc", "weighted_auc", false),
            ("log_loss", "weighted_log_loss", false),
            ("brier", "weighted_brier", false),
            ("average_precision", "weighted_average_precision", false),
            ("accuracy", "weighted_accuracy", false),
        ],
    },
    Set {
        name: "regression",
        objective: "regression",
        target: "float",
        parameters: "learning_rate: 0.05, leaves: 31, min_rows: 100, min_hessian: 5.0",
        sampling: "row_fraction: 80%, resample_every: 5, column_fraction: 90%",
        metrics: &[("rmse", "l2", true), ("mae", "mae", false)],
    },
    Set {
        name: "multiclass",
        objective: "multiclass",
        target: "int",
        parameters: "learning_rate: 0.05, leaves: 31",
        sampling: "",
        metrics: &[("log_loss", "log_loss", false), ("accuracy", "accuracy", false)],
    },
    Set {
        name: "lambdarank",
        objective: "lambdarank",
        target: "int",
        parameters: "learning_rate: 0.1, leaves: 31, min_rows: 50, min_hessian: 5.0",
        sampling: "row_fraction: 90%, resample_every: 1",
        metrics: &[
            ("ndcg(1)", "ndcg@1", false),
            ("ndcg(3)", "ndcg@3", false),
            ("ndcg(5)", "ndcg@5", false),
            ("ndcg(10)", "ndcg@10", false),
        ],
    },
];

/// The program that trains a set with the columns of its file.
fn program(set: &Set, header: &str, sampled: bool) -> String {
    let columns: String = header
        .trim()
        .split(',')
        .map(|column| match column {
            "label" => format!("    target label: {},\n", set.target),
            "weight" => "    weight weight: float,\n".to_owned(),
            "query" => "    group query: int,\n".to_owned(),
            feature => format!("    {feature}: float,\n"),
        })
        .collect();
    let sampling = if sampled && !set.sampling.is_empty() { format!(", {}", set.sampling) } else { String::new() };
    let metrics: Vec<&str> = set.metrics.iter().map(|(metric, ..)| *metric).collect();
    let mut names: Vec<&str> = metrics.iter().filter_map(|metric| metric.split('(').next()).collect();
    names.dedup();
    let outcome = if set.objective == "binary" { " |> derive { label = .label == 1 }" } else { "" };
    format!(
        "use std.learn.{{boosted_trees}}\n\
         use std.metrics.{{{names}}}\n\
         schema Row {{\n{columns}}}\n\
         catalog {{\n    learning: table[Row] = csv(\"data/{set}_train.csv\"),\n    held: table[Row] = csv(\"data/{set}_test.csv\"),\n}}\n\
         pipeline main {{\n    \
             let trees = boosted_trees(objective: {objective}, rounds: 100, {parameters}{sampling}, seed: 42)\n    \
             let model = fit(trees, train: learning{outcome})\n    \
             track evaluate(model, on: [held{outcome}], metrics: [{metrics}])\n\
         }}\n",
        names = names.join(", "),
        set = set.name,
        objective = set.objective,
        parameters = set.parameters,
        metrics = metrics.join(", "),
    )
}

/// Where the examples lie, and the Python to compare with.
fn examples() -> Option<(PathBuf, PathBuf)> {
    Some((shared_data("data/lightgbm_examples")?, peers_python()?))
}

fn held_against_python(sampled: bool) {
    let Some((examples, python)) = examples() else { return };
    let project = Project::new();
    let data = project.path("data");
    let mut args = vec![examples.as_path(), Path::new("--to-csv"), &data];
    if !sampled {
        args.push(Path::new("--no-sampling"));
    }
    let report = peer(&python, "lightgbm_examples.py", &args);
    let mut differing = Vec::new();
    for set in &SETS {
        let file = String::from_utf8(project.read(&format!("data/{}_train.csv", set.name))).unwrap();
        project.write("main.gml", program(set, file.lines().next().unwrap(), sampled));
        // The tests of a machine run side by side; learners that wait for each other's threads take far longer.
        project.done(&["run", "--threads", "1"]);
        for (metric, in_python, squared) in set.metrics {
            let found = project.metric(metric, "");
            let found = if *squared { found * found } else { found };
            let wanted = number(&report[set.name]["metrics"][in_python]);
            if (found - wanted).abs() > TOLERANCE {
                differing.push(format!("{} {metric}: {found}, in Python {wanted}", set.name));
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn metrics_are_pythons_without_sampling() {
    held_against_python(false);
}

#[test]
fn metrics_are_pythons_with_sampling() {
    held_against_python(true);
}
