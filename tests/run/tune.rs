//! `tune` in a program: the arguments found are used, and are the same whatever the number of threads.

use gml_tests::{Project, repository};

const BLUEPRINT: &str = "blueprints/ga4_propensity";

/// The blueprint on its slice of events, its trees tuned.
fn tuned() -> Project {
    let blueprint = std::fs::read_to_string(repository().join(BLUEPRINT).join("main.gml")).unwrap();
    let (before, rest) = blueprint.split_once("    let model = fit(recipe >> trees,").unwrap();
    let search = "    let best = tune(recipe >> trees, train: data.train, valid: data.valid, maximize: auc, trials: 6, seed: seed, over: {\n        \
                  depth: 2..10, leaves: log(4..64), learning_rate: log(0.01..0.3), boosted_trees: { l2: log(1e-8..1.0) }, min_rows: [20, 100],\n    })\n";
    let program = format!("{before}{search}    let model = fit(best,{rest}").replacen(
        "{boosted_trees}",
        "{boosted_trees, tune}",
        1,
    );
    let project = Project::of(&[("main.gml", program)]);
    for day in std::fs::read_dir(repository().join(BLUEPRINT).join("data/01_raw")).unwrap().flatten() {
        let name = format!("data/01_raw/{}", day.file_name().to_string_lossy());
        project.write(&name, std::fs::read(day.path()).unwrap());
    }
    project.done(&["run", "prepare"]);
    project
}

#[test]
fn the_same_search_with_any_number_of_threads() {
    let project = tuned();
    let models = ["1", "2", "3"].map(|threads| {
        project.done(&["run", "training", "--threads", threads]);
        String::from_utf8(project.read(&format!("data/06_models/propensity/00000{threads}/model.txt"))).unwrap()
    });
    assert!(models[0] == models[1] && models[0] == models[2], "the trees depend on the number of threads");
    assert!(
        models[0].contains("[learning_rate: ") && !models[0].contains("[learning_rate: 0.05]"),
        "nothing was tuned"
    );
    assert!(project.metric("auc", "test") > 0.6);
}
