use super::*;

#[test]
fn force_runs_everything_and_gives_the_same() {
    let project = project();
    run(&project, &[]);
    let files = project.files();
    run(&project, &["--force"]);
    assert!(!states(&project).contains_key("cached"), "{:?}", states(&project));
    // A model that comes out the same is no version of its own.
    assert_eq!(project.files(), files);
}

#[test]
fn only_what_is_chosen_is_done() {
    let project = project();
    run(&project, &["--to", "dear"]);
    assert!(project.path("out/dear.parquet").exists() && !project.path("out/judged.csv").exists());
    run(&project, &["--only", "save judged"]);
    assert!(project.path("out/judged.csv").exists());
    assert!(!project.path("out/model").exists() && !project.path("out/many.csv").exists());
    assert!(project.record()["metrics"].as_array().unwrap().is_empty());
    run(&project, &["--from", "group"]);
    assert!(project.path("out/many.csv").exists() && !project.path("out/model").exists());
    run(&project, &[]);
    assert!(project.path("out/model").exists());
    run(&project, &["--only", "fit", "--force"]);
    assert_eq!(ran(&project).iter().filter(|name| *name == "fit").count(), 1, "{:?}", ran(&project));
    assert!(!ran(&project).contains(&"save dear".to_owned()));
}

#[test]
fn a_name_that_no_step_has_is_told() {
    let project = project();
    let finished = project.gmlc(&["run", "--from", "dear_one"]);
    assert_eq!(finished.code, 2);
    assert!(finished.stderr.contains("no step is called `dear_one`; did you mean `dear_ones`?"), "{}", finished.stderr);
    assert!(!project.path("out/dear.parquet").exists());
}

#[test]
fn clean_takes_the_store_and_nothing_else() {
    let project = project();
    run(&project, &[]);
    let files = project.files();
    let pretended = project.done(&["clean", "--dry-run"]).stdout;
    assert!(pretended.starts_with("would throw away "), "{pretended}");
    run(&project, &[]);
    assert!(ran(&project).is_empty());
    project.write(".gml/unfinished/0123456789abcdef/training.7/trials", "half of it");
    assert!(project.done(&["clean", "--unused-for", "1"]).stdout.starts_with("threw away 0 kept results, 0 bytes"));
    assert!(project.path(".gml/unfinished/0123456789abcdef").exists());
    let thrown = project.done(&["clean"]).stdout;
    assert!(thrown.contains("and what a run that was stopped had begun"), "{thrown}");
    assert!(!project.path(".gml/unfinished/0123456789abcdef").exists());
    assert!(thrown.contains("datasets, models and run records are not touched"), "{thrown}");
    assert_eq!(project.files(), files);
    assert!(project.path(".gml/runs/last").exists());
    run(&project, &[]);
    assert!(!states(&project).contains_key("cached"));
}
