use super::*;

#[test]
fn a_second_run_runs_nothing_and_leaves_everything_as_it_is() {
    let project = project();
    run(&project, &[]);
    let (first, files) = (project.record(), project.files());
    let second = run(&project, &[]);
    assert!(second.stdout.contains("nothing had to run"), "{}", second.stdout);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    assert_eq!(project.files(), files);
    let record = project.record();
    // A record of a run that found everything done says all that the first one said.
    assert_eq!(record["metrics"], first["metrics"]);
    assert!(record["metrics"].as_array().unwrap().len() >= 2);
    assert_eq!(record["artifacts"], first["artifacts"]);
    assert_eq!(record["datasets"].as_array().unwrap().len(), first["datasets"].as_array().unwrap().len());
    assert!(record["datasets"].as_array().unwrap().iter().all(|dataset| dataset["cached"] == true));
    let figure = |record: &serde_json::Value| {
        let path = format!(".gml/runs/{}/calibration_plot.svg", record["id"].as_str().unwrap());
        project.read(&path)
    };
    assert_eq!(figure(&record), figure(&first));
}

#[test]
fn a_changed_argument_runs_what_depends_on_it() {
    let project = project();
    run(&project, &[]);
    run(&project, &["--set", "strength=0.5"]);
    let names = ran(&project);
    assert!(names.contains(&"fit".to_owned()) && names.contains(&"save judged".to_owned()), "{names:?}");
    for other in ["save dear", "save many", "group"] {
        assert!(!names.contains(&other.to_owned()), "{other} does not depend on the strength: {names:?}");
    }
    // Both are known now.
    run(&project, &["--set", "strength=0.5"]);
    assert!(ran(&project).is_empty());
    // The datasets hold what the other run wrote, so they are written again, from the model that is kept.
    run(&project, &[]);
    let names = ran(&project);
    assert!(!names.contains(&"fit".to_owned()) && names.contains(&"save judged".to_owned()), "{names:?}");
}

#[test]
fn a_changed_file_runs_what_depends_on_it_and_the_same_result_ends_it() {
    let project = project();
    run(&project, &[]);
    let text = String::from_utf8(project.read("data/sales_2.csv")).unwrap();
    project.write("data/sales_2.csv", text.clone() + "3,2021-01-05,9.50,2,true\n");
    run(&project, &[]);
    let names = ran(&project);
    for name in ["load sales", "save dear", "fit", "save judged", "save many"] {
        assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
    }
    // A sale that the filter leaves out changes the file, but not what comes of it.
    project.write("data/sales_2.csv", text + "3,2021-01-05,9.50,2,true\n3,2021-01-06,0.50,2,true\n");
    run(&project, &[]);
    assert!(ran(&project).contains(&"save dear".to_owned()));
    assert!(!ran(&project).contains(&"fit".to_owned()), "{:?}", ran(&project));
}

#[test]
fn a_file_that_is_new_or_only_moved_in_time() {
    let project = project();
    run(&project, &[]);
    let file = std::fs::File::options().append(true).open(project.path("data/sales_1.csv")).unwrap();
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(86_400)).unwrap();
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "the content of the file is what counts");
    project.write("data/sales_3.csv", sales(3));
    run(&project, &[]);
    assert!(ran(&project).contains(&"fit".to_owned()));
}

#[test]
fn a_changed_schema_runs_what_depends_on_it_and_other_words_do_not() {
    let project = project();
    run(&project, &[]);
    // Comments, places and the name of a schema mean nothing.
    let renamed = PROGRAM.replace("Sale", "Sold").replace("pipeline prepare", "## First.\n\n\npipeline prepare");
    project.write("main.gml", renamed);
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    project.write("main.gml", PROGRAM.replace("amount: int", "amount: float"));
    run(&project, &[]);
    assert!(ran(&project).contains(&"load sales".to_owned()) && ran(&project).contains(&"fit".to_owned()));
}

#[test]
fn a_dataset_that_something_else_changed_is_written_again() {
    let project = project();
    run(&project, &[]);
    let files = project.files();
    project.write("out/judged.csv", "shop,score\n1,0.5\n");
    std::fs::remove_file(project.path("out/many.csv")).unwrap();
    run(&project, &[]);
    assert_eq!(project.files(), files);
    let names = ran(&project);
    assert!(names.contains(&"save judged".to_owned()) && names.contains(&"save many".to_owned()), "{names:?}");
    assert!(!names.contains(&"fit".to_owned()), "{names:?}");
}

#[test]
fn a_when_is_decided_from_what_is_kept() {
    let project = project();
    run(&project, &["--set", "limit=100"]);
    assert!(!project.path("out/many.csv").exists());
    run(&project, &["--set", "limit=100"]);
    assert!(ran(&project).is_empty());
    run(&project, &[]);
    assert!(project.path("out/many.csv").exists());
    assert!(ran(&project).contains(&"save many".to_owned()));
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
}
