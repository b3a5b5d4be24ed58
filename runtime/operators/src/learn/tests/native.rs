//! What the layouts of gml-codegen say, held against LightGBM itself: the same bits, of random trees with everything that its text
//! can say, of values at all edges, and of trees that it learned.

use std::path::{Path, PathBuf};

use gml_codegen::testing::{self, Shape};
use gml_codegen::trees::{Ensemble, Unread};
use proptest::prelude::*;

use super::support::*;
use crate::data::Data;
use crate::learn::scoring::Scoring;
use crate::native::lightgbm::{self, Booster, Dataset, LightGbm, Matrix, RowMatrix, Watched};

fn library() -> LightGbm {
    LightGbm::open(&lightgbm::place(&context(1).libraries)).unwrap()
}

/// A matrix of rows that lie one after the other.
fn matrix(values: &[f64], columns: usize) -> Matrix {
    let mut matrix = Matrix::with_capacity(values.len() / columns, columns);
    for column in 0..columns {
        matrix.push(values.iter().skip(column).step_by(columns).copied()).unwrap();
    }
    matrix
}

/// The same as it is learned from.
fn row_matrix(values: &[f64], columns: usize) -> RowMatrix {
    let mut matrix = RowMatrix::zeros(values.len() / columns, columns);
    matrix.values_mut().copy_from_slice(values);
    matrix
}

/// Scores of both, which are held equal.
fn same_bits(text: &str, matrix: &Matrix, what: &str) -> Vec<f64> {
    let scoring = Scoring::of(text);
    assert_eq!(scoring.ensemble().err(), None, "{what}");
    let due = Booster::load(&library(), text).unwrap().predict(matrix, 1).unwrap();
    for threads in [1, 3] {
        let found = scoring.predict(matrix, text, &context(threads)).unwrap();
        assert_eq!(found.len(), due.len(), "{what}");
        for (place, (found, due)) in found.iter().zip(&due).enumerate() {
            assert_eq!(found.to_bits(), due.to_bits(), "{what}, number {place}: {found} and not {due}");
        }
    }
    due
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaves = prop::sample::select(vec![1_usize, 2, 31, 64, 70, 400]);
    let features = prop::sample::select(vec![1_usize, 2, 9, 60]);
    let categories = prop::sample::select(vec![0_u64, 30, 100]);
    (1..8_usize, leaves, features, 1..4_usize, categories, any::<bool>()).prop_map(
        |(trees, leaves, features, outputs, categories, chain)| Shape {
            trees,
            leaves,
            features,
            outputs,
            categories,
            chain,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn random_trees_say_what_lightgbm_says(seed: u64, shape in shapes(), rows in prop::sample::select(vec![1_usize, 5, 70, 600])) {
        let text = testing::model(seed, &shape);
        let values = testing::rows(seed, rows, shape.features);
        same_bits(&text, &matrix(&values, shape.features), "random trees");
        // And the interpreter, which the layouts are held against elsewhere.
        let ensemble = Ensemble::from_lightgbm(&text).unwrap();
        let due = Booster::load(&library(), &text).unwrap().predict(&matrix(&values, shape.features), 1).unwrap();
        let mut sums = vec![0.0; shape.outputs];
        for (row, due) in values.chunks_exact(shape.features).zip(due.chunks_exact(shape.outputs)) {
            ensemble.raw(row, &mut sums);
            prop_assert!(sums.iter().zip(due).all(|(found, due)| found.to_bits() == due.to_bits()), "{sums:?} {due:?}");
        }
    }
}

/// Trees that LightGBM learned, with the transforms of objectives that `boosted_trees` does not have among them.
#[test]
fn every_objective_says_what_lightgbm_says() {
    let library = library();
    let values = testing::rows(1, 3000, 6);
    let finite: Vec<f64> = values.iter().map(|value| if value.abs() < 1e6 { *value } else { f64::NAN }).collect();
    // From 0 to 4, with no value that a tenth of the rows share: a quantile of those would be that value everywhere.
    let bent = |value: f64| (3.999 * value / (1.0 + value)) as f32;
    let signal: Vec<f32> = finite.chunks_exact(6).map(|row| bent(row[0].max(0.0) + row[1].max(0.0))).collect();
    let objectives = [
        "regression",
        "regression reg_sqrt=true",
        "regression_l1",
        "huber",
        "fair",
        "poisson",
        "quantile",
        "mape",
        "gamma",
        "tweedie",
        "binary",
        "binary sigmoid=0.7",
        "multiclass num_class=4",
        "multiclassova num_class=4",
        "cross_entropy",
        "cross_entropy_lambda",
        "regression boosting=rf bagging_freq=1 bagging_fraction=0.5",
    ];
    for objective in objectives {
        let label: Vec<f32> = match objective.split(' ').next().unwrap() {
            "binary" => signal.iter().map(|value| f32::from(u8::from(*value > 1.0))).collect(),
            "multiclass" | "multiclassova" => signal.iter().map(|value| value.floor()).collect(),
            "cross_entropy" | "cross_entropy_lambda" => signal.iter().map(|value| value / 4.0).collect(),
            _ => signal.iter().map(|value| value + 0.1).collect(),
        };
        let parameters = format!(
            "objective={objective} num_leaves=15 min_data_in_leaf=20 num_threads=1 verbosity=-1 seed=3 zero_as_missing={}",
            objective.len() % 2 == 0
        );
        let mut dataset = Dataset::new(&library, &row_matrix(&finite, 6), &parameters, &[5], None).unwrap();
        dataset.set_label(&label).unwrap();
        let watched = Watched { place: 0, with_train: false };
        let trained = lightgbm::train(&library, &dataset, None, &parameters, 20, watched, &mut |_| {
            std::ops::ControlFlow::Continue(())
        });
        let text = trained.unwrap().unwrap().text;
        let scores = same_bits(&text, &matrix(&values, 6), objective);
        assert!(scores.iter().any(|score| *score != scores[0]), "{objective} learned nothing");
    }
}

/// The example sets of LightGBM's repository, scored on the rows of their tests.
#[test]
fn lightgbm_examples() {
    let shared = std::env::var_os("GML_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/lightgbm_examples");
    if !folder.is_dir() {
        println!("skipped: no shared data");
        return;
    }
    let library = library();
    let read = |path: PathBuf| -> (Vec<f32>, Vec<f64>, usize) {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<Vec<f64>> =
            text.lines().map(|line| line.split('\t').map(|cell| cell.parse().unwrap()).collect()).collect();
        let columns = lines[0].len() - 1;
        (
            lines.iter().map(|line| line[0] as f32).collect(),
            lines.iter().flat_map(|line| line[1..].to_vec()).collect(),
            columns,
        )
    };
    for (file, objective) in [
        ("binary_classification/binary", "binary num_leaves=63"),
        ("regression/regression", "regression num_leaves=31"),
        ("multiclass_classification/multiclass", "multiclass num_class=5 num_leaves=31"),
    ] {
        let (label, train, columns) = read(folder.join(format!("{file}.train")));
        let (_, test, _) = read(folder.join(format!("{file}.test")));
        let parameters = format!("objective={objective} num_threads=1 verbosity=-1");
        let mut dataset = Dataset::new(&library, &row_matrix(&train, columns), &parameters, &[], None).unwrap();
        dataset.set_label(&label).unwrap();
        let watched = Watched { place: 0, with_train: false };
        let trained = lightgbm::train(&library, &dataset, None, &parameters, 100, watched, &mut |_| {
            std::ops::ControlFlow::Continue(())
        });
        same_bits(&trained.unwrap().unwrap().text, &matrix(&test, columns), file);
    }
}

/// Leaves that are linear models are LightGBM's to score, and the model says so.
#[test]
fn what_is_not_read_is_scored_by_lightgbm_and_told() {
    let library = library();
    let values: Vec<f64> =
        testing::rows(2, 500, 3).iter().map(|value| if value.abs() < 1e6 { *value } else { 0.5 }).collect();
    let rows = matrix(&values, 3);
    let parameters = "objective=regression linear_tree=true num_leaves=4 num_threads=1 verbosity=-1";
    let mut dataset = Dataset::new(&library, &row_matrix(&values, 3), parameters, &[], None).unwrap();
    dataset.set_label(&values.chunks_exact(3).map(|row| row[0] as f32 + row[1] as f32).collect::<Vec<_>>()).unwrap();
    let watched = Watched { place: 0, with_train: false };
    let trained =
        lightgbm::train(&library, &dataset, None, parameters, 5, watched, &mut |_| std::ops::ControlFlow::Continue(()));
    let text = trained.unwrap().unwrap().text;
    let scoring = Scoring::of(&text);
    assert!(matches!(scoring.ensemble(), Err(Unread::Unsupported(_))));
    assert!(scoring.why_by_library().unwrap().ends_with("its leaves are linear models, which is not read"));
    let due = Booster::load(&library, &text).unwrap().predict(&rows, 1).unwrap();
    assert_eq!(scoring.predict(&rows, &text, &context(1)).unwrap(), due);
    let fault = Scoring::of("tree\n").predict(&rows, "tree\n", &context(1)).unwrap_err();
    assert_eq!(fault.code, "GML0921");
}

/// Scoring needs no library: only learning does.
#[test]
fn predicting_needs_no_library() {
    let (train, valid) = sample("binary");
    let Data::Fitted(model) = fit(small_trees("binary"), &train, Some(&valid), 1).unwrap() else {
        panic!("nothing was learned")
    };
    let elsewhere = crate::data::Context::new(1, "/nowhere");
    let here = rows_of(Data::Table(model.apply(&valid, &context(1)).unwrap()));
    let there = rows_of(Data::Table(model.apply(&valid, &elsewhere).unwrap()));
    assert!(here.equals_missing(&there));
}
