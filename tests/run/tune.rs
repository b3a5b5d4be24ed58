//! `tune` in a program: the arguments found are used, and are the same whatever the number of threads.

use gml_tests::{Project, repository};

const BLUEPRINT: &str = "blueprints/ga4_propensity";

/// The blueprint on its slice of events.
fn visits() -> Project {
    let program = std::fs::read(repository().join(BLUEPRINT).join("main.gml")).unwrap();
    let project = Project::of(&[("main.gml", program)]);
    project.with_raw_data(&repository().join(BLUEPRINT).join("data/01_raw"));
    project.done(&["run", "prepare"]);
    project
}

#[test]
fn the_same_search_with_any_number_of_threads() {
    let project = visits();
    let models = ["1", "2", "3"].map(|threads| {
        project.done(&["run", "training", "--set", "trials=6", "--threads", threads]);
        String::from_utf8(project.read(&format!("data/06_models/propensity/00000{threads}/model/model.txt"))).unwrap()
    });
    assert!(models[0] == models[1] && models[0] == models[2], "the trees depend on the number of threads");
    assert!(models[0].contains("[learning_rate: ") && !models[0].contains("[learning_rate: 0.1]"), "nothing was tuned");
    assert!(project.metric("auc", "test") > 0.6);
}
