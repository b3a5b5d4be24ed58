use super::*;

fn plan(project: &Project, args: &[&str]) -> String {
    let arguments: Vec<&str> = ["plan"].iter().chain(args).copied().collect();
    project.done(&arguments).stdout
}

#[test]
fn a_plan_says_what_would_run_and_why() {
    let project = project();
    let fresh = plan(&project, &[]);
    assert!(fresh.contains("run: it never ran") && !fresh.contains("cached"), "{fresh}");
    assert!(fresh.contains("prepare writes dear before"), "{fresh}");
    assert!(!project.path(".gml").exists(), "a plan leaves nothing behind");
    run(&project, &[]);
    let done = plan(&project, &[]);
    assert!(!done.contains("  run:") && done.contains("nothing has to run"), "{done}");
    let other = plan(&project, &["training", "--set", "strength=0.5"]);
    assert!(other.contains("run: argument l2 changed: 1.0 -> 0.5"), "{other}");
    assert!(
        other.contains("cached") && other.contains("gives changed (logistic: argument l2 changed: 1.0 -> 0.5)"),
        "{other}"
    );
}

#[test]
fn a_plan_names_the_file_and_the_column_that_changed() {
    let project = project();
    run(&project, &[]);
    project.write("data/sales_2.csv", sales(7));
    project.write("data/sales_3.csv", sales(3));
    let files = plan(&project, &["prepare"]);
    assert!(files.contains("file data/sales_2.csv changed, file data/sales_3.csv is new"), "{files}");
    let typed = PROGRAM.replace("amount: int", "amount: float");
    project.write("main.gml", typed);
    let column = plan(&project, &["prepare"]);
    assert!(column.contains("column amount of data/sales_*.csv: type changed: int -> float"), "{column}");
}

#[test]
fn a_plan_tells_of_a_dataset_that_a_run_with_another_value_wrote() {
    let project = project();
    run(&project, &["prepare"]);
    run(&project, &["prepare", "--set", "least=3.0"]);
    let changed = plan(&project, &["prepare"]);
    assert!(changed.contains("run: out/dear.parquet was changed by something else or another run"), "{changed}");
}

#[test]
fn a_plan_says_what_happened_to_datasets_and_files() {
    let project = project();
    run(&project, &[]);
    project.write("out/judged.csv", "shop,score\n");
    let changed = plan(&project, &["training"]);
    assert!(changed.contains("run: out/judged.csv was changed by something else or another run"), "{changed}");
    std::fs::remove_file(project.path("out/judged.csv")).unwrap();
    let gone = plan(&project, &["training"]);
    assert!(gone.contains("run: out/judged.csv is not there"), "{gone}");
    let forced = plan(&project, &["training", "--force"]);
    assert!(forced.contains("run: forced") && !forced.contains("cached"), "{forced}");
    let part = plan(&project, &["training", "--only", "save many"]);
    assert!(part.contains("left out"), "{part}");
}
