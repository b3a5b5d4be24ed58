//! Files that are broken or absurd: an error that says what and where, never a panic.

#![allow(clippy::unwrap_used)]

use gml_codegen::testing::{self, Shape};
use gml_codegen::trees::{Ensemble, Unread};
use proptest::prelude::*;

const SHAPE: Shape = Shape { trees: 3, leaves: 6, features: 4, outputs: 1, categories: 30, chain: false };

const STUMP: &str = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\nobjective=binary \
sigmoid:1\nfeature_names=a b\nfeature_infos=none none\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 1\n\
decision_type=2 2\nleft_child=1 -1\nright_child=-2 -3\nleaf_value=1 2 3\nshrinkage=1\n\n\nend of trees\n";

fn why(text: &str) -> String {
    Ensemble::from_lightgbm(text).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    assert!(Ensemble::from_lightgbm(STUMP).is_ok());
    let with = |from: &str, to: &str| {
        assert!(STUMP.contains(from), "{from}");
        why(&STUMP.replace(from, to))
    };
    assert_eq!(why("{}"), "it is no model of LightGBM: its first line is not `tree`");
    assert_eq!(with("end of trees", ""), "it is cut off: it has no line `end of trees`");
    assert_eq!(with("num_leaves=3", "num_leaves=many"), "tree 0: `num_leaves` is no whole number that fits: many");
    assert_eq!(
        with("num_leaves=3", "num_leaves=18446744073709551615"),
        "tree 0: `leaf_value` has 3 numbers, and 18446744073709551615 are due"
    );
    assert_eq!(with("leaf_value=1 2 3", "leaf_value=1 2"), "tree 0: `leaf_value` has 2 numbers, and 3 are due");
    assert_eq!(
        with("threshold=0.5 1", "threshold=0.5 x"),
        "tree 0: `threshold` holds `x` at place 1, which is no number that fits"
    );
    assert_eq!(with("threshold=0.5 1", "threshold=0.5 nan"), "tree 0: the threshold of node 1 is not a number");
    assert_eq!(
        with("split_feature=0 1", "split_feature=0 7"),
        "tree 0: node 1 asks for the feature 7, and there are 2"
    );
    assert_eq!(
        with("left_child=1 -1", "left_child=0 -1"),
        "tree 0: node 0 leads to node 0, which is not there or lies above it"
    );
    assert_eq!(
        with("right_child=-2 -3", "right_child=-2 -2"),
        "tree 0: node 1 leads to leaf 1, where another way leads already"
    );
    assert_eq!(
        with("right_child=-2 -3", "right_child=-2 -9"),
        "tree 0: node 1 leads to leaf 8, which is not there or lies above it"
    );
    assert_eq!(with("decision_type=2 2", "decision_type=2 14"), "tree 0: node 1: `decision_type` 14 has no meaning");
    assert_eq!(with("decision_type=2 2", "decision_type=2 1"), "tree 0: node 1: there is no set of categories 1");
    assert_eq!(with("max_feature_idx=1\n", ""), "`max_feature_idx` is missing");
    assert_eq!(
        with("num_tree_per_iteration=1", "num_tree_per_iteration=2"),
        "it has 1 trees, and a round has 2: the last one is cut off"
    );
}

#[test]
fn what_is_not_read_is_told_by_name() {
    let linear = STUMP.replace("shrinkage=1", "is_linear=1\nshrinkage=1");
    let Err(Unread::Unsupported(_)) = Ensemble::from_lightgbm(&linear) else { panic!("linear leaves are read") };
    assert_eq!(why(&linear), "tree 0: its leaves are linear models, which is not read");
    assert_eq!(why(&STUMP.replace("binary sigmoid:1", "magic")), "its objective is `magic`, which is not read");
    let dart = r#"{"learner": {"gradient_booster": {"name": "dart"}}}"#;
    assert_eq!(Ensemble::from_xgboost(dart).unwrap_err().to_string(), "the booster `dart`, which is not read");
}

proptest! {
    #[test]
    fn damaged_texts_are_told_and_never_end_the_process(seed: u64, at in any::<prop::sample::Index>(), cut in 0..40_usize, put in "[-0-9 =a\n.e]{0,6}") {
        let text = testing::model(seed % 50, &SHAPE);
        let start = at.index(text.len());
        let end = (start + cut).min(text.len());
        let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
        // It is read or it is not; what is read is sound.
        if let Ok(ensemble) = Ensemble::from_lightgbm(&damaged) {
            prop_assert!(ensemble.check().is_ok());
            // A number may have become so large that no row has that many features.
            if ensemble.features < 100 {
                ensemble.raw(&vec![0.5; ensemble.features], &mut vec![0.0; ensemble.outputs]);
            }
        }
    }

    #[test]
    fn any_bytes_are_no_model(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Ensemble::from_onnx(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(Ensemble::from_lightgbm(&text).is_err() && Ensemble::from_xgboost(&text).is_err());
    }
}
