//! Steps of recipes and linear models on real tables, held against scikit-learn.

use gml_tests::{Project, peer, peers_python, shared_data};

/// Weights are found by other means than scikit-learn's, which both stop short of the smallest loss; steps are held to the order of
/// sums.
fn allowed(name: &str) -> f64 {
    match name {
        "logistic" | "elastic_net" | "lasso" => 1e-6,
        _ => 1e-9,
    }
}

#[test]
fn steps_and_linear_models_are_those_of_scikit_learn() {
    let (Some(shared), Some(python)) = (shared_data("data"), peers_python()) else { return };
    let project = Project::of(&[("main.gml", include_str!("programs/prepared.gml"))]);
    project.done(&["run", "--set", &format!("shared={}", shared.display())]);
    let found = peer(&python, "prepared_tables.py", &[&shared, &project.path("out")]);
    let found = found.as_object().unwrap();
    assert_eq!(found.len(), 27, "{found:?}");
    for (name, difference) in found {
        // Null where values that are no numbers differ.
        let difference = difference.as_f64().unwrap_or(f64::INFINITY);
        assert!(difference <= allowed(name), "{name} differs by {difference}");
    }
}
