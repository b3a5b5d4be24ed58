//! Trees: the bits of the interpreter.

use gml_codegen::object::{Column, Curve, Learner, Model, Part, Pool};
use gml_codegen::testing::{self, Shape};
use gml_codegen::trees::{Arithmetic, Child, Ensemble, Leaf, Node, Objective, Question, Transform, Tree};
use proptest::prelude::*;

use super::built::{Built, float, same};

fn model(ensemble: Ensemble, classes: usize, curves: Vec<Curve>) -> Model {
    let columns: Vec<Column> = (0..ensemble.features).map(|feature| float(&format!("f{feature}"), true)).collect();
    let scores = ensemble.outputs;
    let label = (classes > 0).then(|| "label".to_owned());
    let scores = (0..scores).map(|score| format!("score_{score}"));
    let curved = (0..curves.len()).map(|score| format!("calibrated_{score}"));
    Model {
        parts: vec![Part { features: (0..columns.len()).collect(), learner: Learner::Trees(ensemble) }],
        pool: Pool::Alone,
        columns,
        texts: Vec::new(),
        counts: Vec::new(),
        operations: Vec::new(),
        outputs: label.into_iter().chain(scores).chain(curved).collect(),
        classes: (0..classes).map(|class| format!("class {class}")).collect(),
        curves,
    }
}

fn expected(ensemble: &Ensemble, rows: &[f64]) -> Vec<f64> {
    let mut scores = vec![0.0; rows.len() / ensemble.features * ensemble.outputs];
    for (row, into) in rows.chunks_exact(ensemble.features).zip(scores.chunks_exact_mut(ensemble.outputs)) {
        ensemble.predict(row, into);
    }
    scores
}

fn same_scores(ensemble: Ensemble, rows: &[f64]) -> Result<(), TestCaseError> {
    let (expected, built) = (expected(&ensemble, rows), Built::of(&model(ensemble, 0, Vec::new())));
    let found = built.score(rows);
    prop_assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.into_iter().zip(expected).enumerate() {
        prop_assert!(same(found, expected), "number {}: {:?}, and the interpreter says {:?}", place, found, expected);
    }
    Ok(())
}

/// Sets of few categories lie in nodes, others in a table.
fn without_categories_above(ensemble: &mut Ensemble, most: u32) {
    for node in ensemble.trees.iter_mut().flat_map(|tree| &mut tree.nodes) {
        let Question::Among { members, .. } = &mut node.question else { continue };
        for (word, bits) in (0_u32..).zip(members) {
            let kept = (most + 1).saturating_sub(word * 32).min(32);
            *bits &= ((1_u64 << kept) - 1) as u32;
        }
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    (1_usize..40, 1_usize..40, 1_usize..12, 1_usize..4, prop::sample::select(vec![0, 0, 30, 100]), any::<bool>())
        .prop_map(|(trees, leaves, features, outputs, categories, chain)| Shape {
            trees,
            leaves,
            features,
            outputs,
            categories,
            chain,
        })
}

const OBJECTIVES: [Objective; 9] = [
    Objective::Identity,
    Objective::Sigmoid(1.5),
    Objective::NarrowSigmoid,
    Objective::Softmax,
    Objective::NarrowSoftmax,
    Objective::Exponential,
    Objective::NarrowExponential,
    Objective::Softplus,
    Objective::SignedSquare,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn scores_have_the_bits_of_the_interpreter(
        seed in any::<u64>(),
        shape in shapes(),
        rows in 1_usize..90,
        objective in prop::sample::select(OBJECTIVES.to_vec()),
        divisor in 1_u32..4,
        narrow in any::<[bool; 3]>(),
        most in prop::sample::select(vec![31_u32, 60, 61, 1000]),
    ) {
        let mut ensemble = Ensemble::from_lightgbm(&testing::model(seed, &shape)).unwrap();
        without_categories_above(&mut ensemble, most);
        ensemble.transform = Transform { divisor, objective };
        ensemble.arithmetic =
            Arithmetic { narrow_features: narrow[0], narrow_sums: narrow[1], snap_to_zero: narrow[2] };
        let rows = testing::rows(seed, rows, shape.features);
        same_scores(ensemble, &rows)?;
    }
}

#[test]
fn trees_without_nodes_and_no_trees_at_all_are_sums() {
    let shape = Shape { trees: 3, leaves: 1, features: 2, outputs: 1, categories: 0, chain: false };
    let mut ensemble = Ensemble::from_lightgbm(&testing::model(5, &shape)).unwrap();
    let rows = testing::rows(5, 20, 2);
    same_scores(ensemble.clone(), &rows).unwrap();
    ensemble.trees.clear();
    ensemble.base = vec![0.25];
    same_scores(ensemble, &rows).unwrap();
}

#[test]
fn rows_that_are_too_wide_for_a_block_are_scored_one_by_one() {
    let shape = Shape { trees: 30, leaves: 60, features: 3000, outputs: 2, categories: 20, chain: false };
    let mut ensemble = Ensemble::from_lightgbm(&testing::model(11, &shape)).unwrap();
    // Enough lanes that eight rows do not fit.
    let more = Shape { trees: 400, ..shape };
    ensemble.trees.extend(Ensemble::from_lightgbm(&testing::model(12, &more)).unwrap().trees);
    same_scores(ensemble, &testing::rows(13, 11, 3000)).unwrap();
}

#[test]
fn classes_have_a_likeliest_one_and_calibrated_shares() {
    let shape = Shape { trees: 9, leaves: 8, features: 3, outputs: 3, categories: 0, chain: false };
    let mut ensemble = Ensemble::from_lightgbm(&testing::model(21, &shape)).unwrap();
    ensemble.transform = Transform::of(Objective::Softmax);
    let points = Curve::Points { scores: vec![0.1, 0.3, 0.9], values: vec![0.0, 0.4, 0.8] };
    let zero = Curve::Points { scores: vec![0.5], values: vec![0.0] };
    let logistic = Curve::Logistic { slope: 1.25, offset: -0.5, smallest: 1e-15 };
    let curves = vec![points, zero, logistic];
    let rows = testing::rows(21, 40, 3);
    let scores = expected(&ensemble, &rows);
    let found = Built::of(&model(ensemble, 3, curves)).score(&rows);
    let at = |score: f64| -> [f64; 3] {
        let straight = match score {
            score if score < 0.1 => 0.0,
            score if score >= 0.9 => 0.8,
            score if score < 0.3 => ((score - 0.1) / (0.3 - 0.1)).mul_add(0.4 - 0.0, 0.0),
            score => ((score - 0.3) / (0.9 - 0.3)).mul_add(0.8 - 0.4, 0.4),
        };
        let kept = score.clamp(1e-15, 1.0 - 1e-15);
        let odds = (kept / (1.0 - kept)).ln();
        [straight, 0.0, 1.0 / (1.0 + (-1.25_f64.mul_add(odds, -0.5)).exp())]
    };
    for (row, found) in scores.chunks_exact(3).zip(found.chunks_exact(7)) {
        assert!(found[1..4].iter().zip(row).all(|(found, score)| same(*found, *score)));
        let said = [at(row[0])[0], at(row[1])[1], at(row[2])[2]];
        let sum: f64 = said.iter().sum();
        let shares = said.map(|part| part / sum);
        assert!(found[4..].iter().zip(shares).all(|(found, share)| same(*found, share)), "{found:?}, not {shares:?}");
        // By what the curves say, not by the scores before them.
        let likeliest = (0..3).rev().max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap();
        assert_eq!(found[0], likeliest as f64);
    }
}

#[test]
fn curves_that_say_nothing_of_any_class_leave_all_alike() {
    let shape = Shape { trees: 4, leaves: 4, features: 2, outputs: 2, categories: 0, chain: false };
    let ensemble = Ensemble::from_lightgbm(&testing::model(2, &shape)).unwrap();
    let zero = || Curve::Points { scores: vec![0.5], values: vec![0.0] };
    let found = Built::of(&model(ensemble, 2, vec![zero(), zero()])).score(&[1.0, 2.0]);
    assert_eq!(found[3..], [0.5, 0.5]);
}

#[test]
fn sets_that_just_fit_a_node_and_those_that_do_not_tell_the_same_categories() {
    for largest in [60_u32, 61, 62, 63, 64] {
        let members = (0..3).map(|word| if largest / 32 == word { 1 << (largest % 32) } else { 0 }).collect();
        let node = Node {
            feature: 0,
            question: Question::Among { members, missing_left: largest % 2 == 0 },
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            rows: 0.0,
            gain: 0.0,
        };
        let leaves = [1.0, 2.0].map(|value| Leaf { value, rows: 0.0 }).to_vec();
        let ensemble = Ensemble {
            trees: vec![Tree { nodes: vec![node], leaves, output: 0 }],
            outputs: 1,
            features: 1,
            base: vec![0.0],
            arithmetic: Arithmetic::default(),
            transform: Transform::PLAIN,
        };
        let mut rows: Vec<f64> = (-3..200).map(f64::from).collect();
        rows.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, 60.9, 1e18, 1e19, 1e300, -1e300]);
        same_scores(ensemble, &rows).unwrap();
    }
}
