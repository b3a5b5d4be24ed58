//! Words of the command line that the program does not know.

use gml_tests::Project;

use super::{GOOD, program, refused};

fn project() -> Project {
    let parameters = "param least: int = 0\nenv cloud {\n    least = 1,\n}\n";
    let text = format!("{parameters}{}", program("csv(\"in.csv\")", "save input |> filter(.n >= least) as output"));
    Project::of(&[("main.gml", text.as_str()), ("in.csv", GOOD)])
}

#[test]
fn pipelines() {
    refused(&project(), &["run", "mian"], 2, &["no pipeline `mian`", "main"]);
    refused(&project(), &["plan", "mian"], 2, &["no pipeline `mian`", "main"]);
}

#[test]
fn parameters() {
    let told = ["GML0115", "no parameter named `lest`", "help: did you mean `least`?"];
    refused(&project(), &["run", "--set", "lest=2"], 2, &told);
    for value in ["two", "2.5", "", "\"2\"", "@2021-01-01"] {
        let told = ["GML0222", "main.gml:1:7", "least", "help: write a value of type int"];
        refused(&project(), &["run", "--set", &format!("least={value}")], 2, &told);
    }
    refused(&project(), &["run", "--set", "least"], 2, &["least", "name=value"]);
}

#[test]
fn parameters_that_are_known_and_fit() {
    let project = project();
    assert!(project.done(&["run", "--set", "least=2"]).stdout.contains("1 row"));
    assert_eq!(project.record()["parameters"]["least"], 2);
    project.done(&["run", "--env", "cloud"]);
    assert_eq!(project.record()["environment"], "cloud");
    assert_eq!(project.record()["parameters"]["least"], 1);
}

#[test]
fn parameters_of_another_pipeline() {
    let text = format!(
        "{}pipeline other(above: int = 1) {{\n    expect above > 0\n}}\n",
        program("csv(\"in.csv\")", "save input as output")
    );
    let project = Project::of(&[("main.gml", text.as_str()), ("in.csv", GOOD)]);
    let told = ["`above` is a parameter of the pipeline `other`", "`main` has none", "leave out --set above=.."];
    for command in ["run", "plan"] {
        refused(&project, &[command, "main", "--set", "above=2"], 2, &told);
    }
    project.done(&["run", "other", "--set", "above=2"]);
    project.done(&["run", "--set", "above=2"]);
}

#[test]
fn environments() {
    refused(&project(), &["run", "--env", "clod"], 2, &["GML0115", "no env named `clod`", "help:", "cloud"]);
}

#[test]
fn flags() {
    refused(&project(), &["run", "--nope"], 2, &["--nope"]);
    refused(&project(), &["rnu"], 2, &["rnu"]);
    refused(&project(), &["run", "--threads", "0"], 2, &["--threads"]);
    refused(&project(), &["run", "--threads", "many"], 2, &["--threads"]);
    refused(&project(), &["check", "--format", "xml"], 2, &["xml", "json"]);
}
