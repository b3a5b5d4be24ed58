//! Held against scikit-learn 1.9.1: `calibration_curve` (quantiles), `roc_curve` and `precision_recall_curve` of the same
//! rows, and SciPy's interval of Wilson.

use super::calibration::groups;
use super::confusion::counts;
use super::curves::{above, lifts};
use super::*;

const TRUTH: [u8; 10] = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1];
const PROBABILITY: [f64; 10] = [0.9, 0.8, 0.8, 0.6, 0.55, 0.5, 0.5, 0.3, 0.1, 0.05];
const WEIGHTS: [f64; 10] = [1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 2.0, 0.25, 1.0, 4.0];

fn pairs(weights: Option<&[f64]>) -> Pairs {
    Pairs {
        truth: TRUTH.iter().map(|truth| *truth == 1).collect(),
        score: PROBABILITY.to_vec(),
        weights: weights.map(<[f64]>::to_vec),
    }
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?} and not {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
    }
}

#[test]
fn groups_are_those_between_quantiles() {
    let groups = groups(&pairs(None), 4);
    let said: Vec<f64> = groups.iter().map(|group| group.said).collect();
    let came: Vec<f64> = groups.iter().map(|group| group.came).collect();
    close(&said, &[0.15, 0.5, 0.575, 2.5 / 3.0]);
    close(&came, &[1.0 / 3.0, 0.5, 0.5, 2.0 / 3.0]);
    assert_eq!(groups.iter().map(|group| group.rows).collect::<Vec<_>>(), [3, 2, 2, 3]);
    let (low, high) = groups[3].interval;
    close(&[low, high], &[0.207_659_600_802_047_82, 0.938_508_055_279_603_8]);
}

#[test]
fn equal_probabilities_stay_together() {
    let same = Pairs { truth: vec![true, false, true, false], score: vec![0.3; 4], weights: None };
    let groups = groups(&same, 10);
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].said, groups[0].came, groups[0].rows), (0.3, 0.5, 4));
}

#[test]
fn curves_go_through_every_threshold() {
    for (weights, negatives, positives) in [
        (None, vec![0.0, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0], vec![0.2, 0.4, 0.6, 0.6, 0.8, 0.8, 0.8, 1.0]),
        (
            Some(&WEIGHTS[..]),
            vec![0.0, 2.0, 2.0, 5.0, 6.0, 6.25, 7.25, 7.25].into_iter().map(|weight| weight / 7.25).collect(),
            vec![1.0, 1.5, 2.5, 2.5, 4.5, 4.5, 4.5, 8.5].into_iter().map(|weight| weight / 8.5).collect(),
        ),
    ] {
        let above = above(&pairs(weights));
        let all = *above.last().unwrap();
        close(&above.iter().map(|above| above.negative / all.negative).collect::<Vec<_>>(), &negatives);
        close(&above.iter().map(|above| above.positive / all.positive).collect::<Vec<_>>(), &positives);
    }
    let precisions: Vec<f64> =
        above(&pairs(None)).iter().map(|above| above.positive / (above.positive + above.negative)).collect();
    close(&precisions, &[1.0, 2.0 / 3.0, 0.75, 0.6, 4.0 / 7.0, 0.5, 4.0 / 9.0, 0.5]);
}

#[test]
fn lifts_are_those_of_the_metric() {
    let pairs = pairs(Some(&WEIGHTS));
    let curve = lifts(&above(&pairs));
    assert_eq!(curve.last(), Some(&(1.0, 1.0)));
    let sample = Sample {
        outcome: Outcome::Binary { truth: pairs.truth.clone(), probability: pairs.score.clone() },
        weights: pairs.weights.clone(),
        group: None,
    };
    for share in [0.1, 0.25, 0.5, 0.8] {
        let metric =
            gml_ir::Value::Symbol { name: "lift".into(), args: vec![("share".into(), gml_ir::Value::Float(share))] };
        let expected = crate::metrics::judge(&metric, &sample).unwrap();
        let (_, found) = curve.iter().find(|(at, _)| (at - share).abs() < 1e-9).unwrap();
        assert!((found - expected).abs() < 1e-9, "{share}: {found} and not {expected}");
    }
}

#[test]
fn confusions_are_counted() {
    let outcome =
        Outcome::Binary { truth: TRUTH.iter().map(|truth| *truth == 1).collect(), probability: PROBABILITY.to_vec() };
    let sample = Sample { outcome, weights: None, group: None };
    assert_eq!(counts(&sample, 2, 0.5).unwrap()[..2], [vec![2.0, 3.0], vec![1.0, 4.0]]);
    let outcome = Outcome::Classes {
        truth: vec![Some(0), Some(1), None],
        probabilities: vec![0.2, 0.8, 0.1, 0.9, 0.7, 0.3],
        classes: 2,
    };
    let sample = Sample { outcome, weights: Some(vec![1.0, 2.0, 3.0]), group: None };
    assert_eq!(counts(&sample, 2, 0.5).unwrap(), [vec![0.0, 1.0], vec![0.0, 2.0], vec![3.0, 0.0]]);
}

#[test]
fn rows_of_one_kind_have_no_curve() {
    let one = |truth: Vec<bool>| Pairs { score: vec![0.5; truth.len()], truth, weights: None };
    assert_eq!(one(vec![true, true]).check("roc_plot").unwrap_err().code, "GML0928");
    assert_eq!(one(Vec::new()).check("roc_plot").unwrap_err().code, "GML0922");
    assert!(one(vec![true, false]).check("roc_plot").is_ok());
}
