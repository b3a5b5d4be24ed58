//! Saved models as ONNX files: Python's onnxruntime says the same of the same rows.

use std::path::Path;

use gml_tests::{Project, peer, peers_python};
use serde_json::Value;

/// Everything is computed in 64-bit floats on both sides. What is left is the order in which the answers of trees are summed,
/// and the last bits of `exp` and `log`: hundreds of roundings of 1e-16, far below the 1e-5 that users are told.
const TOLERANCE: f64 = 1e-12;

/// The visits of the shipped slice, and models of them: calibrated probabilities behind a recipe, classes told from raw text, numbers.
fn trained() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project.write("main.gml", include_str!("programs/onnx.gml"));
    let told = project.done(&["run"]).stderr;
    // What has no form in ONNX is said, and nothing else.
    let notes: Vec<&str> = told.lines().filter(|line| line.contains("GML0936")).collect();
    let [note] = notes[..] else { panic!("{told}") };
    let expected = "worded: the model cannot be written as ONNX: ONNX cannot tell the words of a text apart, which the step `text_counts` counts [GML0936]";
    assert_eq!(note.trim(), expected);
    assert!(
        !project.path("models/worded/model.onnx").exists() && project.path("models/worded/signature.json").exists()
    );
    project
}

#[test]
fn onnxruntime_says_the_same() {
    let Some(python) = peers_python() else { return };
    let project = trained();
    for (model, outputs) in [
        ("carts", &["score", "calibrated"][..]),
        ("devices", &["label", "scores_desktop", "scores_mobile", "scores_tablet", "calibrated_desktop"]),
        ("chances", &["score"]),
        ("views", &["value"]),
        ("parts", &["score"]),
        ("hashed", &["value"]),
    ] {
        let (folder, scored) =
            (project.path(&format!("models/{model}")), project.path(&format!("scores/{model}.parquet")));
        let found = peer(&python, "score_onnx.py", &[&folder, &scored]);
        assert!(found["rows"].as_u64().unwrap() > 5_000);
        let differences = found["differences"].as_object().unwrap();
        assert!(outputs.iter().all(|output| differences.contains_key(*output)), "{differences:?}");
        for (output, difference) in differences {
            assert!(difference.as_f64().unwrap() <= TOLERANCE, "{model}: `{output}` differs by {difference}");
        }
        what_mlflow_reads(&folder);
    }
}

/// `MLmodel` names the file and its columns.
fn what_mlflow_reads(folder: &Path) {
    // JSON is YAML.
    let told: Value = serde_json::from_slice(&std::fs::read(folder.join("MLmodel")).unwrap()).unwrap();
    assert_eq!(told["flavors"]["python_function"]["loader_module"], "mlflow.onnx");
    assert!(folder.join(told["flavors"]["onnx"]["data"].as_str().unwrap()).is_file());
    let inputs: Value = serde_json::from_str(told["signature"]["inputs"].as_str().unwrap()).unwrap();
    assert!(
        inputs.as_array().unwrap().iter().any(|input| input["name"] == "days_since_last" && input["type"] == "double")
    );
}
