//! `automl` on real tables: a model that nobody was told how to make does about as well as boosted trees that were tuned by hand.

use std::path::Path;

use gml_tests::{Project, peer, peers_python, shared_data};

/// How far a metric may fall short of that of boosted trees alone. A budget of a few seconds on a machine that does other
/// things at the same time makes some ten models instead of some hundred
/// (`tests/bench/automl`). The rows to judge on are 1,233 to 16,281: chance alone moves their AUC by 0.01 and 0.002.
const SHORT: f64 = 0.01;

/// Tables that take seconds, the metric that is looked for, and whether more of it is better.
const SETS: [(&str, &str, bool); 3] =
    [("adult", "auc", true), ("online_shoppers", "log_loss", false), ("lightgbm_regression", "rmse", false)];

#[test]
fn models_are_as_good_as_trees_that_were_tuned() {
    let (Some(data), Some(python)) = (shared_data("data"), peers_python()) else { return };
    for (set, metric, more) in SETS {
        let project = Project::new();
        let tables = project.path("tables");
        let report =
            peer(&python, "automl_sets.py", &[&data, Path::new("--out"), &tables, Path::new("--only"), Path::new(set)]);
        let schema = report[set]["schema"].as_str().unwrap();
        let direction = if more { "maximize" } else { "minimize" };
        let parts: String = [("learning", "train"), ("choosing", "valid"), ("held", "test")]
            .map(|(entry, part)| format!("    {entry}: table[Row] = parquet(\"tables/{set}_{part}.parquet\"),\n"))
            .concat();
        project.write(
            "main.gml",
            format!(
                "use std.learn.{{automl}}\n\
                 use std.metrics.{{{metric}}}\n\
                 schema Row {{ {schema} }}\n\
                 catalog {{\n{parts}    found: model = artifact(\"found\"),\n    \
                     again: table {{ .. }} = parquet(\"again.parquet\"),\n\
                 }}\n\
                 pipeline main {{\n    \
                     let search = automl(train: learning, valid: choosing, {direction}: {metric}, budget: 10s, seed: 1)\n    \
                     track evaluate(search.model, on: [held], metrics: [{metric}])\n    \
                     save search.model as found\n\
                 }}\n\
                 pipeline scoring {{\n    save held |> predict(found) as again\n}}\n"
            ),
        );
        project.done(&["run", "main"]);
        let (found, baseline) = (project.metric(metric, ""), report[set]["baseline"][metric].as_f64().unwrap());
        let short = if more { baseline - found } else { found - baseline };
        assert!(short <= SHORT, "{set}: {metric} is {found}, of trees alone {baseline}");
        // What was saved predicts in a process of its own.
        project.done(&["run", "scoring"]);
        assert!(project.path("again.parquet").exists());
    }
}
