//! Every layout, on every machine up to this one, gives the interpreter's bits.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use gml_codegen::testing::{self, Shape};
use gml_codegen::trees::{
    Arithmetic, Child, Ensemble, Layout, Leaf, Machine, Matrix, Missing, NEAR_ZERO, Node, Order, Question, Scorer,
    Session, Transform, Tree,
};
use proptest::prelude::*;

const MACHINES: [Machine; 4] = [Machine::Portable, Machine::Avx2, Machine::Avx512, Machine::Avx512Vbmi];

fn expected(ensemble: &Ensemble, values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; values.len() / ensemble.features * ensemble.outputs];
    for (row, sums) in values.chunks_exact(ensemble.features).zip(sums.chunks_exact_mut(ensemble.outputs)) {
        ensemble.raw(row, sums);
    }
    sums
}

fn transposed(values: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}

/// Holds all ways to score some rows equal.
fn all_agree(ensemble: &Ensemble, values: &[f64]) {
    let (columns, outputs) = (ensemble.features, ensemble.outputs);
    let rows = values.len() / columns;
    let expected = expected(ensemble, values);
    let turned = transposed(values, columns);
    for machine in MACHINES.into_iter().filter(|machine| *machine <= Machine::detect()) {
        let scorer = Arc::new(Scorer::for_machine(ensemble.clone(), machine).unwrap());
        let mut session = Session::new(Arc::clone(&scorer));
        for layout in Layout::ALL.into_iter().filter(|layout| scorer.has(*layout)) {
            for (values, order) in [(values, Order::Rows), (&turned[..], Order::Columns)] {
                let matrix = Matrix::new(values, rows, columns, order).unwrap();
                let mut found = vec![f64::NAN; rows * outputs];
                session.raw_by(layout, &matrix, &mut found).unwrap();
                for (place, (found, due)) in found.iter().zip(&expected).enumerate() {
                    let same = found.to_bits() == due.to_bits();
                    assert!(same, "{machine:?} {layout:?} {order:?} row {}: {found} and not {due}", place / outputs);
                }
                // Parts of a matrix that do not start where it does.
                let (first, count) = (rows / 3, rows / 2);
                let mut found = vec![f64::NAN; count * outputs];
                session.raw_by(layout, &matrix.part(first, count), &mut found).unwrap();
                let due = &expected[first * outputs..(first + count) * outputs];
                assert!(found.iter().zip(due).all(|(found, due)| found.to_bits() == due.to_bits()));
            }
        }
        let mut found = vec![f64::NAN; outputs];
        for (row, due) in values.chunks_exact(columns).zip(expected.chunks_exact(outputs)).take(20) {
            session.raw_row(row, &mut found).unwrap();
            assert!(found.iter().zip(due).all(|(found, due)| found.to_bits() == due.to_bits()));
        }
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaves = prop::sample::select(vec![1_usize, 2, 3, 17, 64, 65, 66, 300, 1500]);
    let features = prop::sample::select(vec![1_usize, 3, 20, 70, 140, 300]);
    (1..12_usize, leaves, features, 1..4_usize, prop::sample::select(vec![0_u64, 20, 100]), any::<bool>()).prop_map(
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
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn all_layouts_give_the_bits_of_the_interpreter(seed: u64, shape in shapes(), rows in prop::sample::select(vec![0_usize, 1, 7, 8, 63, 64, 65, 200, 512, 513, 700])) {
        let ensemble = Ensemble::from_lightgbm(&testing::model(seed, &shape)).unwrap();
        all_agree(&ensemble, &testing::rows(seed, rows, shape.features));
    }

    /// The arithmetic of XGBoost: features and sums in 32 bits.
    #[test]
    fn narrow_arithmetic_agrees(seed: u64) {
        let shape = Shape { trees: 30, leaves: 20, features: 6, outputs: 2, categories: 10, chain: false };
        let mut ensemble = Ensemble::from_lightgbm(&testing::model(seed, &shape)).unwrap();
        ensemble.arithmetic.narrow_features = true;
        ensemble.arithmetic.narrow_sums = true;
        ensemble.base = vec![0.5, -0.25];
        all_agree(&ensemble, &testing::rows(seed, 130, shape.features));
    }
}

/// More thresholds for one feature than a byte tells apart: several columns.
#[test]
fn a_feature_of_thousands_of_thresholds() {
    let shape = Shape { trees: 40, leaves: 200, features: 1, outputs: 1, categories: 0, chain: false };
    let ensemble = Ensemble::from_lightgbm(&testing::model(3, &shape)).unwrap();
    all_agree(&ensemble, &testing::rows(3, 700, 1));
}

/// More classes of categories than a pair of columns tells apart.
#[test]
fn a_feature_of_hundreds_of_classes() {
    let shape = Shape { trees: 40, leaves: 30, features: 1, outputs: 1, categories: 100, chain: false };
    let ensemble = Ensemble::from_lightgbm(&testing::model(4, &shape)).unwrap();
    all_agree(&ensemble, &testing::rows(4, 700, 1));
}

/// Sets without members, of a feature that has no other: nobody goes left.
#[test]
fn sets_without_members() {
    let text = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=0\nfeature_names=a\n\n\
        Tree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=0\nthreshold=0\ndecision_type=1\nleft_child=-1\nright_child=-2\n\
        leaf_value=1 2\ncat_boundaries=0 1\ncat_threshold=0\n\n\nend of trees\n";
    let ensemble = Ensemble::from_lightgbm(text).unwrap();
    all_agree(&ensemble, &testing::rows(7, 600, 1));
}

/// Rows are scored by what is fast for so many of them.
#[test]
fn the_layout_goes_by_the_number_of_rows() {
    let shape = Shape { trees: 20, leaves: 60, features: 5, outputs: 1, categories: 0, chain: false };
    let ensemble = Ensemble::from_lightgbm(&testing::model(8, &shape)).unwrap();
    let layouts = |machine| {
        let scorer = Scorer::for_machine(ensemble.clone(), machine).unwrap();
        [1, 10_000].map(|rows| scorer.layout(rows))
    };
    assert_eq!(layouts(Machine::Portable), [Layout::Walk, Layout::Walk]);
    if Machine::detect() >= Machine::Avx2 {
        assert_eq!(layouts(Machine::Avx2), [Layout::Walk, Layout::Sliced]);
    }
    if Machine::detect() >= Machine::Avx512Vbmi {
        assert_eq!(layouts(Machine::Avx512Vbmi), [Layout::Jump, Layout::Sliced]);
    }
}

/// Numbers around those at which the rules of missing values and of zeros change their answer.
const NEAR: [f64; 15] = [
    0.0,
    -0.0,
    NEAR_ZERO,
    -NEAR_ZERO,
    NEAR_ZERO / 2.0,
    -NEAR_ZERO / 2.0,
    NEAR_ZERO * 1.5,
    -NEAR_ZERO * 1.5,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    1.0,
    1.0 + f64::EPSILON,
    -1.0,
    f64::MAX,
    -f64::MAX,
];

/// Trees of one question each, of as many features as thresholds (`apart`) or of one feature with all of them.
fn questions(snap_to_zero: bool, missing: Missing, missing_left: bool, apart: bool) -> Ensemble {
    let tree = |(place, threshold): (usize, f64)| Tree {
        nodes: vec![Node {
            feature: if apart { place } else { 0 },
            question: Question::AtMost { threshold, missing, missing_left },
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            rows: 0.0,
            gain: 0.0,
        }],
        leaves: [1.0, 0.0].map(|yes| Leaf { value: yes * f64::from(1 << place), rows: 0.0 }).into(),
        output: 0,
    };
    Ensemble {
        trees: NEAR.into_iter().enumerate().map(tree).collect(),
        outputs: 1,
        features: if apart { NEAR.len() } else { 1 },
        base: vec![0.0],
        arithmetic: Arithmetic { snap_to_zero, ..Arithmetic::default() },
        transform: Transform::PLAIN,
    }
}

/// A threshold and a value may be equal, a bit apart, near zero or not a number, whether bytes are made of a feature or not.
#[test]
fn numbers_at_and_around_thresholds() {
    let values = NEAR.into_iter().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    for snap_to_zero in [false, true] {
        for missing in [Missing::Nothing, Missing::Zero, Missing::NotANumber] {
            for missing_left in [false, true] {
                let one = questions(snap_to_zero, missing, missing_left, false);
                all_agree(&one, &values.clone().collect::<Vec<_>>());
                let many = questions(snap_to_zero, missing, missing_left, true);
                let rows: Vec<f64> = values.clone().flat_map(|value| [value; NEAR.len()]).collect();
                all_agree(&many, &rows.repeat(5));
            }
        }
    }
}

/// A model without a tree says what it starts from.
#[test]
fn no_trees() {
    let shape = Shape { trees: 0, leaves: 1, features: 2, outputs: 1, categories: 0, chain: false };
    let mut ensemble = Ensemble::from_lightgbm(&testing::model(5, &shape)).unwrap();
    ensemble.base = vec![1.25];
    all_agree(&ensemble, &testing::rows(5, 70, 2));
}

#[test]
fn rows_of_another_width_are_refused() {
    let shape = Shape { trees: 1, leaves: 3, features: 2, outputs: 1, categories: 0, chain: false };
    let ensemble = Ensemble::from_lightgbm(&testing::model(6, &shape)).unwrap();
    let mut session = Session::new(Arc::new(Scorer::new(ensemble).unwrap()));
    let matrix = Matrix::new(&[0.0; 6], 2, 3, Order::Rows).unwrap();
    let error = session.raw(&matrix, &mut [0.0; 2]).unwrap_err();
    assert!(error.to_string().contains("2 rows of 3 features"), "{error}");
    assert!(session.raw_row(&[1.0], &mut [0.0]).is_err());
    assert!(Matrix::new(&[0.0; 5], 2, 3, Order::Rows).is_none());
}
