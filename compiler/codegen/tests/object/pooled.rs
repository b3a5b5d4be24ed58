//! Several learners as one: the sums of what stands for their scores.

use gml_codegen::object::{Change, Curve, Learner, Linear, Link, Model, Part, Pool, Pooled};
use gml_codegen::testing::{self, Shape};
use gml_codegen::trees::{Ensemble, Objective, Transform};

use super::built::{Built, float, operation, same, seen};

const FEATURES: usize = 4;
const SMALLEST: f64 = 1e-15;
const SHARES: [f64; 3] = [0.5, 0.3, 0.2];

fn trees(seed: u64, outputs: usize, objective: Objective) -> Ensemble {
    let shape = Shape { trees: 6 * outputs, leaves: 9, features: FEATURES, outputs, categories: 0, chain: false };
    let mut ensemble = Ensemble::from_lightgbm(&testing::model(seed, &shape)).unwrap();
    ensemble.transform = Transform::of(objective);
    ensemble
}

fn linear(outputs: usize, link: Link) -> Learner {
    let sum = |place: usize| Linear { base: 0.25 - place as f64, terms: vec![(0.5, 0.1), (-0.25 * place as f64, 1.0)] };
    Learner::Linear((0..outputs).map(sum).collect(), link)
}

/// Two models of trees, the second behind an operation, and a linear one.
fn model(outputs: usize, objective: Objective, link: Link, of: Pooled) -> (Model, [Ensemble; 2]) {
    let both = [trees(1, outputs, objective), trees(2, outputs, objective)];
    let columns = (0..FEATURES).map(|feature| float(&format!("f{feature}"), true)).collect();
    let operations = vec![operation(1, Change::Fill(0.5)), operation(2, Change::Clip { low: -1.0, high: 1.0 })];
    let parts = vec![
        Part { features: (0..FEATURES).collect(), learner: Learner::Trees(both[0].clone()) },
        Part { features: vec![0, 4, 2, 3], learner: Learner::Trees(both[1].clone()) },
        Part { features: vec![4, 5], learner: linear(outputs, link) },
    ];
    let pool = Pool::Mean { shares: SHARES.to_vec(), of };
    let outputs = (0..outputs).map(|output| format!("score_{output}")).collect();
    (Model { parts, pool, outputs, ..seen(columns, operations, vec![0]) }, both)
}

fn rows() -> Vec<f64> {
    let mut rows = testing::rows(9, 150, FEATURES);
    // A linear model has no score where one is missing.
    rows.iter_mut().skip(2).step_by(FEATURES).filter(|x| x.is_nan()).for_each(|x| *x = 0.0);
    rows
}

/// The scores of the three learners of a row.
fn scores(both: &[Ensemble; 2], row: &[f64], outputs: usize, link: impl Fn(Vec<f64>) -> Vec<f64>) -> [Vec<f64>; 3] {
    let filled = if row[1].is_nan() { 0.5 } else { row[1] };
    let clipped = row[2].clamp(-1.0, 1.0);
    let mut first = vec![0.0; outputs];
    both[0].predict(row, &mut first);
    let mut second = vec![0.0; outputs];
    both[1].predict(&[row[0], filled, row[2], row[3]], &mut second);
    let sums = (0..outputs).map(|place| {
        let mut sum = 0.25 - place as f64;
        sum += 0.5 * (filled - 0.1);
        sum += (-0.25 * place as f64) * (clipped - 1.0);
        sum
    });
    [first, second, link(sums.collect())]
}

fn pooled(scores: &[Vec<f64>; 3], stands_for: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; scores[0].len()];
    for (scores, share) in scores.iter().zip(SHARES) {
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += share * stands_for(*score));
    }
    sums
}

fn softmax(sums: Vec<f64>) -> Vec<f64> {
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

fn holds(model: &Model, due: impl Fn(&[f64]) -> Vec<f64>) {
    let (built, rows) = (Built::of(model), rows());
    // Together and one by one.
    let alone: Vec<f64> = rows.chunks_exact(FEATURES).flat_map(|row| built.score(row)).collect();
    let found = built.score(&rows);
    assert!(found.iter().zip(&alone).all(|(one, other)| same(*one, *other)));
    for (row, found) in rows.chunks_exact(FEATURES).zip(found.chunks_exact(model.outputs.len())) {
        let due = due(row);
        assert!(found.iter().zip(&due).all(|(found, due)| same(*found, *due)), "{row:?}: {found:?}, not {due:?}");
    }
}

#[test]
fn values_are_added_up() {
    let (model, both) = model(1, Objective::Identity, Link::Identity, Pooled::Values);
    holds(&model, |row| pooled(&scores(&both, row, 1, |sums| sums), |score| score));
}

#[test]
fn probabilities_are_put_together_by_their_log_odds() {
    let (mut model, both) = model(1, Objective::Sigmoid(40.0), Link::Probability, Pooled::LogOdds(SMALLEST));
    let probability = |odds: &f64| {
        if *odds >= 0.0 { 1.0 / (1.0 + (-odds).exp()) } else { odds.exp() / (1.0 + odds.exp()) }
    };
    let said = |row: &[f64]| {
        let scores = scores(&both, row, 1, |sums| sums.iter().map(probability).collect());
        let odds = pooled(&scores, |score| {
            let score = score.clamp(SMALLEST, 1.0 - SMALLEST);
            (score / (1.0 - score)).ln()
        });
        1.0 / (1.0 + (-odds[0]).exp())
    };
    holds(&model, |row| vec![said(row)]);
    model.curves = vec![Curve::Points { scores: vec![0.0, 1.0], values: vec![0.25, 0.75] }];
    model.outputs.push("calibrated".into());
    holds(&model, |row| vec![said(row), said(row).mul_add(0.5, 0.25)]);
}

#[test]
fn classes_are_put_together_by_the_logarithms_of_their_probabilities() {
    let (mut model, both) = model(3, Objective::Softmax, Link::Softmax, Pooled::LogProbabilities(SMALLEST));
    model.classes = ["a", "b", "c"].map(String::from).to_vec();
    model.outputs.insert(0, "label".into());
    holds(&model, |row| {
        let scores = softmax(pooled(&scores(&both, row, 3, softmax), |score| score.max(SMALLEST).ln()));
        let likeliest = (0..3).rev().max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
        [&[likeliest as f64][..], &scores].concat()
    });
}

#[test]
fn linear_models_alone_are_put_together_too() {
    let (mut model, both) = model(1, Objective::Identity, Link::Identity, Pooled::Values);
    model.parts.drain(..2);
    model.pool = Pool::Mean { shares: vec![1.0], of: Pooled::Values };
    holds(&model, |row| vec![0.0 + scores(&both, row, 1, |sums| sums)[2][0]]);
}
