//! Models of other libraries, held against what those say of the same rows. The fixtures are made by `tests/peers/tree_models.py`
//! (XGBoost 3.2, scikit-learn and skl2onnx, onnxruntime 1.32).

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_codegen::trees::{Ensemble, Matrix, Order, Scorer, Session};

struct Rows {
    values: Vec<f64>,
    raw: Vec<f64>,
    answers: Vec<f64>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Rows of a fixture, cut to the features that a model has.
fn rows(name: &str, features: usize) -> Rows {
    let text = std::fs::read_to_string(fixture(name)).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let all: Vec<Vec<f64>> = lines
        .map(|line| {
            line.split(',').map(|cell| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() }).collect()
        })
        .collect();
    let part = |prefix: &str, most: usize| {
        let taken: Vec<usize> = (0..names.len()).filter(|place| names[*place].starts_with(prefix)).take(most).collect();
        all.iter().flat_map(|line| taken.iter().map(|place| line[*place])).collect()
    };
    Rows { values: part("f", features), raw: part("raw_", usize::MAX), answers: part("answer_", usize::MAX) }
}

fn scored(ensemble: Ensemble, rows: &Rows) -> (Vec<f64>, Vec<f64>) {
    let (features, outputs) = (ensemble.features, ensemble.outputs);
    let count = rows.values.len() / features;
    let matrix = Matrix::new(&rows.values, count, features, Order::Rows).unwrap();
    let mut session = Session::new(Arc::new(Scorer::new(ensemble).unwrap()));
    let (mut raw, mut answers) = (vec![0.0; count * outputs], vec![0.0; count * outputs]);
    session.raw(&matrix, &mut raw).unwrap();
    session.predict(&matrix, &mut answers).unwrap();
    (raw, answers)
}

#[test]
fn xgboost_says_the_same_sums_to_the_last_bit() {
    for name in ["logistic", "softprob", "poisson", "squarederror"] {
        let text = std::fs::read_to_string(fixture(&format!("xgboost_{name}.json"))).unwrap();
        let ensemble = Ensemble::from_xgboost(&text).unwrap();
        let rows = rows(&format!("xgboost_{name}.csv"), ensemble.features);
        let (raw, answers) = scored(ensemble, &rows);
        for (place, (found, due)) in raw.iter().zip(&rows.raw).enumerate() {
            assert_eq!(found.to_bits(), due.to_bits(), "{name}, sum {place}: {found} and not {due}");
        }
        // XGBoost's own exponential of 32-bit floats may differ from the platform's in the last place.
        for (place, (found, due)) in answers.iter().zip(&rows.answers).enumerate() {
            assert!(
                (found - due).abs() <= 4.0 * f64::from(f32::EPSILON) * due.abs(),
                "{name}, answer {place}: {found} and not {due}"
            );
        }
    }
}

/// onnxruntime sums in 32 bits, in an order that the standard leaves open: 12 numbers of at most 2 lose at most some units of the last
/// of 24 bits.
#[test]
fn onnx_says_the_same_within_its_own_precision() {
    for name in ["forest", "boosted", "forest_classes", "boosted_classes", "boosted_binary"] {
        let bytes = std::fs::read(fixture(&format!("onnx_{name}.onnx"))).unwrap();
        let ensemble = Ensemble::from_onnx(&bytes).unwrap();
        let outputs = ensemble.outputs;
        let rows = rows(&format!("onnx_{name}.csv"), ensemble.features);
        let (_, answers) = scored(ensemble, &rows);
        // A classifier of two classes says both probabilities there, and that of the second here.
        let due: Vec<f64> = match name {
            "boosted_binary" => rows.answers.iter().skip(1).step_by(2).copied().collect(),
            _ => rows.answers.clone(),
        };
        assert_eq!(answers.len(), due.len(), "{name} with {outputs} outputs");
        for (place, (found, due)) in answers.iter().zip(&due).enumerate() {
            assert!((found - due).abs() <= 2e-6, "{name}, answer {place}: {found} and not {due}");
        }
    }
}
