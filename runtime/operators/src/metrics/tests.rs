//! Held against scikit-learn 1.9.1 (`tests/peers/metrics_reference.py` on the same rows), and against what must hold for any
//! rows.

use gml_ir::Value;
use proptest::prelude::*;

use super::*;

fn metric(name: &str, args: &[(&str, Value)]) -> Value {
    let args = args.iter().map(|(arg, value)| ((*arg).into(), value.clone())).collect();
    Value::Symbol { name: name.into(), args }
}

fn of(name: &str, outcome: Outcome, weights: Option<&[f64]>) -> Result<f64, Fault> {
    judge(&metric(name, &[]), &Sample { outcome, weights: weights.map(<[f64]>::to_vec), group: None })
}

fn of_args(name: &str, args: &[(&str, Value)], outcome: Outcome, weights: Option<&[f64]>) -> Result<f64, Fault> {
    judge(&metric(name, args), &Sample { outcome, weights: weights.map(<[f64]>::to_vec), group: None })
}

fn rank() -> Outcome {
    Outcome::Rank {
        relevance: vec![3.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 4.0, 1.0],
        score: vec![0.2, 0.9, 0.5, 0.5, 0.1, 0.2, 0.3, 0.7, 0.7, 0.1, 0.4, 0.9],
        query: vec![0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2],
    }
}

const TRUTH: [u8; 10] = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1];
const PROBABILITY: [f64; 10] = [0.9, 0.8, 0.8, 0.6, 0.55, 0.5, 0.5, 0.3, 0.1, 0.05];
const WEIGHTS: [f64; 10] = [1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 2.0, 0.25, 1.0, 4.0];

fn binary() -> Outcome {
    Outcome::Binary { truth: TRUTH.iter().map(|truth| *truth == 1).collect(), probability: PROBABILITY.to_vec() }
}

fn close(found: Result<f64, Fault>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
}

#[test]
fn binary_metrics_agree_with_scikit_learn() {
    let expected = [
        ("auc", 0.64, 0.31034482758620685),
        ("log_loss", 0.8091337393660339, 1.3078766168978253),
        ("brier", 0.2655, 0.4298412698412698),
        ("average_precision", 0.6976190476190476, 0.5630252100840336),
        ("accuracy", 0.6, 0.36507936507936506),
    ];
    for (name, plain, weighted) in expected {
        close(of(name, binary(), None), plain);
        close(of(name, binary(), Some(&WEIGHTS)), weighted);
    }
    let at = metric("accuracy", &[("threshold", Value::Float(0.6))]);
    close(judge(&at, &Sample { outcome: binary(), weights: Some(WEIGHTS.to_vec()), group: None }), 0.49206349206349204);
}

#[test]
fn multiclass_metrics_agree_with_scikit_learn() {
    let outcome = || Outcome::Classes {
        truth: [0, 2, 1, 1, 0].map(Some).to_vec(),
        probabilities: vec![0.7, 0.2, 0.1, 0.1, 0.3, 0.6, 0.3, 0.3, 0.4, 0.2, 0.5, 0.3, 0.4, 0.4, 0.2],
        classes: 3,
    };
    let weights = [1.0, 2.0, 3.0, 0.5, 1.0];
    close(of("log_loss", outcome(), None), 0.7361822568929519);
    close(of("log_loss", outcome(), Some(&weights)), 0.8337478568803534);
    close(of("accuracy", outcome(), None), 0.8);
    close(of("accuracy", outcome(), Some(&weights)), 0.6);
}

#[test]
fn a_class_that_the_model_does_not_know_is_a_clipped_loss() {
    let outcome = Outcome::Classes { truth: vec![None], probabilities: vec![0.5, 0.5], classes: 2 };
    close(of("log_loss", outcome, None), -(1e-15_f64.ln()));
}

#[test]
fn regression_metrics_agree_with_scikit_learn() {
    let outcome = || Outcome::Value { truth: vec![1.5, -2.0, 0.0, 4.0, 3.25], value: vec![1.0, -1.5, 0.5, 6.0, 3.0] };
    let weights = [1.0, 0.0, 2.0, 0.5, 1.0];
    close(of("rmse", outcome(), None), 0.9810708435174292);
    close(of("rmse", outcome(), Some(&weights)), 0.7905694150420949);
    close(of("mae", outcome(), None), 0.75);
    close(of("mae", outcome(), Some(&weights)), 0.6111111111111112);
}

#[test]
fn ndcg_agrees_with_scikit_learn() {
    for (k, expected) in [(1, 0.35555555555555557), (3, 0.47825351887934553), (10, 0.7046084920622956)] {
        let metric = metric("ndcg", &[("k", Value::Int(k))]);
        close(judge(&metric, &Sample { outcome: rank(), weights: None, group: None }), expected);
    }
    let none = metric("ndcg", &[("k", Value::Int(0))]);
    assert_eq!(judge(&none, &Sample { outcome: rank(), weights: None, group: None }).unwrap_err().code, "GML0229");
}

#[test]
fn f1_and_r2_agree_with_scikit_learn() {
    close(of_args("f1", &[("threshold", Value::Float(0.5))], binary(), None), 2.0 / 3.0);
    close(of_args("f1", &[("threshold", Value::Float(0.6))], binary(), Some(&WEIGHTS)), 0.38461538461538464);
    let outcome = || Outcome::Value { truth: vec![1.5, -2.0, 0.0, 4.0, 3.25], value: vec![1.0, -1.5, 0.5, 6.0, 3.0] };
    close(of("r2", outcome(), None), 0.7969409282700421);
    close(of("r2", outcome(), Some(&[1.0, 0.0, 2.0, 0.5, 1.0])), 0.736842105263158);
    let constant = Outcome::Value { truth: vec![2.0; 3], value: vec![1.0; 3] };
    assert_eq!(of("r2", constant, None).unwrap_err().code, "GML0928");
}

/// Computed with numpy by the definitions that the doc comments name, for five bins.
#[test]
fn bins_tell_how_far_probabilities_come_true() {
    let expected = [
        ("ece", 0.26, 0.4269841269841271),
        ("reliability", 0.07954166666666668, 0.234978835978836),
        ("resolution", 0.06666666666666667, 0.058553791887125235),
    ];
    for (name, plain, weighted) in expected {
        let bins = [("bins", Value::Int(5))];
        close(of_args(name, &bins, binary(), None), plain);
        close(of_args(name, &bins, binary(), Some(&WEIGHTS)), weighted);
        assert_eq!(of_args(name, &[("bins", Value::Int(0))], binary(), None).unwrap_err().code, "GML0229");
    }
}

/// Computed with numpy: the variance of what came to be, and the Brier score of the mean probability of each of five bins.
#[test]
fn the_parts_of_the_brier_score_come_together() {
    for (weights, uncertainty, of_bins) in
        [(None, 0.25, 0.262875), (Some(&WEIGHTS[..]), 0.24842529604434366, 0.4248503401360544)]
    {
        close(of("uncertainty", binary(), weights), uncertainty);
        let part = |name| of_args(name, &[("bins", Value::Int(5))], binary(), weights).unwrap();
        close(Ok(part("reliability") - part("resolution") + uncertainty), of_bins);
    }
    // Where each bin holds one probability it is the Brier score itself.
    let outcome =
        || Outcome::Binary { truth: vec![true, false, true, false, false], probability: vec![0.7, 0.7, 0.7, 0.1, 0.1] };
    let part = |name| of_args(name, &[("bins", Value::Int(4))], outcome(), None).unwrap();
    let together = part("reliability") - part("resolution") + of("uncertainty", outcome(), None).unwrap();
    close(of("brier", outcome(), None), together);
    close(of("uncertainty", outcome(), None), 0.24);
}

#[test]
fn the_best_scored_share_takes_equal_scores_in_part() {
    // Two of ten rows: the first, which is true, and one of the two with 0.8, of which one is true.
    let share = [("share", Value::Float(0.2))];
    close(of_args("gain", &share, binary(), None), 0.3);
    close(of_args("lift", &share, binary(), None), 1.5);
    close(of_args("gain", &[("share", Value::Float(1.0))], binary(), Some(&WEIGHTS)), 1.0);
    for odd in [0.0, 1.1, f64::NAN] {
        assert_eq!(of_args("lift", &[("share", Value::Float(odd))], binary(), None).unwrap_err().code, "GML0229");
    }
    let none = Outcome::Binary { truth: vec![false; 2], probability: vec![0.2, 0.7] };
    assert_eq!(of_args("gain", &share, none, None).unwrap_err().code, "GML0928");
}

/// Counted by hand: in the order of their scores the groups have the relevances 0 2 1 3, 0 0 0 and 1 1 2 4 0.
#[test]
fn what_is_relevant_among_the_first() {
    let k = [("k", Value::Int(3))];
    close(of_args("map", &k, rank(), None), (7.0 / 18.0 + 0.0 + 1.0) / 3.0);
    close(of_args("precision", &k, rank(), None), (2.0 / 3.0 + 0.0 + 1.0) / 3.0);
    close(of_args("recall", &k, rank(), None), (2.0 / 3.0 + 3.0 / 4.0) / 2.0);
    let none = Outcome::Rank { relevance: vec![0.0; 2], score: vec![0.2, 0.7], query: vec![0, 0] };
    assert_eq!(of_args("recall", &k, none, None).unwrap_err().code, "GML0928");
}

/// In the order of their scores the groups have the relevances 0 2 1 3, 0 0 0 and 1 1 2 4 0.
#[test]
fn the_first_relevant_one_of_a_group() {
    let at = |name: &str, k: i64| of_args(name, &[("k", Value::Int(k))], rank(), None);
    close(at("hit_rate", 1), 0.5);
    close(at("hit_rate", 2), 1.0);
    close(at("mrr", 2), (0.5 + 1.0) / 2.0);
    close(at("mrr", 1), 0.5);
    let none = || Outcome::Rank { relevance: vec![0.0; 2], score: vec![0.2, 0.7], query: vec![0, 0] };
    for name in ["hit_rate", "mrr"] {
        assert_eq!(of_args(name, &[("k", Value::Int(1))], none(), None).unwrap_err().code, "GML0928");
    }
}

#[test]
fn probabilities_are_ranked_within_their_groups() {
    let k = [("k", Value::Int(2))];
    let Outcome::Rank { relevance, score, query } = rank() else { panic!("no ranking") };
    let by_groups = |name: &str| {
        let truth = relevance.iter().map(|relevance| *relevance > 0.0).collect();
        let outcome = Outcome::Binary { truth, probability: score.clone() };
        judge(&metric(name, &k), &Sample { outcome, weights: None, group: Some(query.clone()) })
    };
    for name in ["ndcg", "map", "precision", "recall", "hit_rate", "mrr"] {
        let relevance = relevance.iter().map(|relevance| f64::from(u8::from(*relevance > 0.0))).collect();
        let ranked = Outcome::Rank { relevance, score: score.clone(), query: query.clone() };
        close(by_groups(name), of_args(name, &k, ranked, None).unwrap());
        let fault = of_args(name, &k, binary(), None).unwrap_err();
        assert_eq!(fault.code, "GML0707");
        assert!(fault.help.unwrap().contains("group"));
    }
    // scikit-learn's `ndcg_score`, the group without a relevant row counting 1: of 0 1 1 1 it is 0.38685.
    close(by_groups("ndcg"), 0.7956176024115139);
    close(by_groups("mrr"), (0.5 + 1.0) / 2.0);
    assert_eq!(of_args("recall", &[("k", Value::Null)], rank(), None).unwrap_err().code, "GML0229");
}

#[test]
fn lift_and_gain_of_a_ranking_are_those_of_its_relevant_rows() {
    let share = [("share", Value::Float(0.25))];
    let Outcome::Rank { relevance, score, .. } = rank() else { panic!("no ranking") };
    for name in ["lift", "gain"] {
        let truth = relevance.iter().map(|relevance| *relevance > 0.0).collect();
        let outcome = Outcome::Binary { truth, probability: score.clone() };
        close(of_args(name, &share, rank(), None), of_args(name, &share, outcome, None).unwrap());
    }
}

/// scikit-learn's `f1_score(average="macro")`, which also counts a class that is only predicted.
#[test]
fn f1_of_classes_is_the_mean_over_classes() {
    let outcome = || Outcome::Classes {
        truth: [0, 1, 1, 1, 0].map(Some).to_vec(),
        probabilities: vec![0.7, 0.2, 0.1, 0.1, 0.3, 0.6, 0.3, 0.6, 0.1, 0.2, 0.5, 0.3, 0.2, 0.6, 0.2],
        classes: 3,
    };
    close(of("f1", outcome(), None), 0.4444444444444444);
    close(of("f1", outcome(), Some(&[1.0, 2.0, 3.0, 0.5, 1.0])), 0.45555555555555555);
}

#[test]
fn rows_taken_are_judged_as_if_there_were_no_others() {
    let sample = Sample { outcome: rank(), weights: None, group: None };
    let last = sample.take(&[7, 8, 9, 10, 11], None);
    let ndcg = metric("ndcg", &[("k", Value::Int(2))]);
    let alone = Outcome::Rank {
        relevance: vec![1.0, 2.0, 0.0, 4.0, 1.0],
        score: vec![0.7, 0.7, 0.1, 0.4, 0.9],
        query: vec![0; 5],
    };
    close(judge(&ndcg, &last), judge(&ndcg, &Sample { outcome: alone, weights: None, group: None }).unwrap());
    let twice = sample.take(&[0, 1, 2, 3, 0, 1, 2, 3], Some(vec![0, 0, 0, 0, 1, 1, 1, 1]));
    close(judge(&ndcg, &twice), judge(&ndcg, &sample.take(&[0, 1, 2, 3], None)).unwrap());
    let weighted = Sample { outcome: binary(), weights: Some(WEIGHTS.to_vec()), group: None };
    let rows = Sample { outcome: binary(), weights: Some(WEIGHTS.to_vec()), group: None }
        .take(&(0..10).collect::<Vec<_>>(), None);
    close(judge(&metric("auc", &[]), &rows), judge(&metric("auc", &[]), &weighted).unwrap());
}

#[test]
fn one_class_has_no_auc() {
    let of_one = |truth: bool| Outcome::Binary { truth: vec![truth; 2], probability: vec![0.2, 0.7] };
    for (name, truth) in [("auc", true), ("auc", false), ("average_precision", false)] {
        assert_eq!(of(name, of_one(truth), None).unwrap_err().code, "GML0928", "{name} {truth}");
    }
    close(of("brier", of_one(true), None), (0.64 + 0.09) / 2.0);
    let no_rows = Outcome::Binary { truth: Vec::new(), probability: Vec::new() };
    assert_eq!(of("auc", no_rows, None).unwrap_err().code, "GML0922");
    assert_eq!(of("auc", binary(), Some(&[0.0; 10])).unwrap_err().code, "GML0921");
}

#[test]
fn a_metric_that_does_not_fit_names_those_that_do() {
    let fault = of("rmse", binary(), None).unwrap_err();
    assert_eq!(fault.code, "GML0713");
    assert!(fault.help.unwrap().contains("average_precision"));
    let number = Outcome::Value { truth: vec![1.0], value: vec![1.0] };
    assert_eq!(of("auc", number, None).unwrap_err().code, "GML0713");
}

#[test]
fn names_carry_arguments() {
    assert_eq!(name_of(&metric("auc", &[])), "auc");
    assert_eq!(name_of(&metric("ndcg", &[("k", Value::Int(10))])), "ndcg(10)");
    assert_eq!(name_of(&metric("accuracy", &[("threshold", Value::Float(0.5))])), "accuracy");
    assert_eq!(name_of(&metric("accuracy", &[("threshold", Value::Float(0.7))])), "accuracy(0.7)");
}

/// Pairs counted one by one: the definition.
fn auc_by_pairs(truth: &[bool], probability: &[f64]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (left, positive) in truth.iter().enumerate() {
        for (right, other) in truth.iter().enumerate() {
            if *positive && !*other {
                pairs += 1.0;
                let (higher, lower) = (probability[left], probability[right]);
                sum += if higher > lower {
                    1.0
                } else if higher == lower {
                    0.5
                } else {
                    0.0
                };
            }
        }
    }
    sum / pairs
}

proptest! {
    #[test]
    fn auc_is_the_share_of_ordered_pairs(rows in prop::collection::vec((any::<bool>(), 0_u8..8), 2..60)) {
        let truth: Vec<bool> = rows.iter().map(|row| row.0).collect();
        prop_assume!(truth.contains(&true) && truth.contains(&false));
        let probability: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 8.0).collect();
        let expected = auc_by_pairs(&truth, &probability);
        let found = of("auc", Outcome::Binary { truth: truth.clone(), probability: probability.clone() }, None).unwrap();
        prop_assert!((found - expected).abs() < 1e-12);

        let squared = probability.iter().map(|p| p * p).collect();
        let monotone = of("auc", Outcome::Binary { truth: truth.clone(), probability: squared }, None).unwrap();
        prop_assert_eq!(found.to_bits(), monotone.to_bits());

        let other = Outcome::Binary {
            truth: truth.iter().map(|truth| !truth).collect(),
            probability: probability.iter().map(|p| 1.0 - p).collect(),
        };
        prop_assert!((of("auc", other, None).unwrap() - found).abs() < 1e-12);
    }

    #[test]
    fn a_weight_is_so_many_rows(rows in prop::collection::vec((any::<bool>(), 0_u8..8, 1_usize..4), 2..30)) {
        let truth: Vec<bool> = rows.iter().map(|row| row.0).collect();
        prop_assume!(truth.contains(&true) && truth.contains(&false));
        let probability: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 8.0).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.2 as f64).collect();
        let repeated = || Outcome::Binary {
            truth: rows.iter().flat_map(|row| vec![row.0; row.2]).collect(),
            probability: rows.iter().flat_map(|row| vec![f64::from(row.1) / 8.0; row.2]).collect(),
        };
        for name in ["auc", "log_loss", "brier", "accuracy", "average_precision"] {
            let outcome = Outcome::Binary { truth: truth.clone(), probability: probability.clone() };
            let weighted = of(name, outcome, Some(&weights)).unwrap();
            prop_assert!((weighted - of(name, repeated(), None).unwrap()).abs() < 1e-9, "{}", name);
        }
    }

    #[test]
    fn ndcg_is_1_in_the_order_of_relevance(relevance in prop::collection::vec(0_u8..5, 1..20), k in 1_i64..25) {
        let relevance: Vec<f64> = relevance.into_iter().map(f64::from).collect();
        let outcome = Outcome::Rank { score: relevance.clone(), query: vec![0; relevance.len()], relevance };
        let found = judge(&metric("ndcg", &[("k", Value::Int(k))]), &Sample { outcome, weights: None, group: None }).unwrap();
        prop_assert!((found - 1.0).abs() < 1e-12);
    }
}
