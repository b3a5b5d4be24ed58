//! `--tags`

use gml_tests::Project;

const PROGRAM: &str = r#"
schema Row { id name: str, n: int }

catalog {
    input: table[Row] = csv("in.csv"),
    one: table[Row] = csv("one.csv"),
    two: table[Row] = csv("two.csv"),
    three: table[Row] = csv("three.csv"),
}

tags(features, slow)
node ordered(rows: table[Row]) -> table[Row] {
    rows |> sort(desc(.n))
}

pipeline first {
    let sorted = ordered(input)
    save sorted as one
    save input |> filter(.n > 1) as two
    expect count(sorted) > 0
}

tags(nightly)
pipeline second {
    save input |> filter(.n > 2) as three
}
"#;

fn project() -> Project {
    Project::of(&[("main.gml", PROGRAM), ("in.csv", "name,n\na,1\nb,2\nc,3\n")])
}

fn written(args: &[&str]) -> Vec<&'static str> {
    let project = project();
    let args: Vec<&str> = ["run"].iter().chain(args).copied().collect();
    project.done(&args);
    ["one", "two", "three"].into_iter().filter(|name| project.path(&format!("{name}.csv")).exists()).collect()
}

#[test]
fn a_tag_chooses_pipelines_and_nodes_with_what_keeps_their_results() {
    assert_eq!(written(&[]), ["one", "two", "three"]);
    assert_eq!(written(&["--tags", "nightly"]), ["three"]);
    assert_eq!(written(&["--tags", "features"]), ["one"]);
    assert_eq!(written(&["--tags", "slow,nightly"]), ["one", "three"]);
    assert_eq!(written(&["--tags", "slow", "--tags", "nightly"]), ["one", "three"]);
    assert_eq!(written(&["first", "--tags", "features"]), ["one"]);
    // As all that narrows: what several of them choose.
    assert_eq!(written(&["--tags", "slow,nightly", "--only", "three"]), ["three"]);
    assert_eq!(written(&["--tags", "features", "--to", "three"]), [""; 0]);
}

#[test]
fn a_plan_leaves_out_what_has_no_such_tag() {
    let project = project();
    let plan = project.done(&["plan", "--tags", "nightly"]).stdout;
    assert!(plan.contains("left out") && plan.contains("run: it never ran"), "{plan}");
    let first = plan.split("pipeline second").next().unwrap_or_default();
    assert!(!first.contains("      run:"), "{plan}");
}

#[test]
fn a_tag_that_nothing_has_is_told() {
    let project = project();
    let finished = project.gmlc(&["run", "--tags", "nihgtly"]);
    assert_eq!(finished.code, 2);
    let said = "nothing has the tag `nihgtly`; did you mean `nightly`?\nthere are features, nightly, slow\n";
    assert_eq!(finished.stderr, said);
}
