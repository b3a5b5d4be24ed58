//! Datasets that keep every version.

use std::process::Command;

use gml_tests::{Project, gmlc_folder};

const PROGRAM: &str = r#"
use std.prep.{scale}

param least: int = 0

schema Row { n: int, x: float }

catalog {
    input: table[Row] = csv("in.csv"),
    kept: table[Row] = parquet("kept.parquet", versioned: true),
    scaling: transform = artifact("scaling", versioned: true),
    output: table[Row] = csv("out.csv"),
    scaled: table[Row] = csv("scaled.csv"),
}

pipeline prepare {
    let rows = input |> filter(.n >= least)
    save rows as kept
    save fit(scale([.x]), train: rows) as scaling
}

pipeline reading {
    save kept |> filter(.n >= 0) as output
    save kept |> apply(scaling) as scaled
}
"#;

const ROWS: &str = "n,x\n1,1.0\n2,2.0\n3,4.0\n4,8.0\n";

fn project() -> Project {
    Project::of(&[("main.gml", PROGRAM), ("in.csv", ROWS)])
}

/// A project whose dataset has two versions, of four rows and of two; the ids of the runs that saved them.
fn with_two() -> (Project, String, String) {
    let project = project();
    let run = |least: &str| {
        project.done(&["run", "prepare", "--set", &format!("least={least}")]);
        project.record()["id"].as_str().unwrap().to_owned()
    };
    let first = run("1");
    // Times of versions are told apart by the second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let second = run("3");
    (project, first, second)
}

fn rows(project: &Project, args: &[&str]) -> usize {
    let args: Vec<&str> = ["run", "reading"].iter().chain(args).copied().collect();
    project.done(&args);
    project.read("out.csv").split(|byte| *byte == b'\n').count() - 2
}

#[test]
fn each_save_adds_a_version_and_the_newest_is_read() {
    let (project, first, second) = with_two();
    assert!(project.path("kept.parquet/000001/kept.parquet").is_file());
    assert!(project.path("kept.parquet/000002/kept.parquet").is_file());
    assert_eq!(project.read("kept.parquet/latest"), b"000002\n");
    let index = String::from_utf8(project.read("kept.parquet/versions.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = index.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> =
        lines.iter().map(|line| (line["version"].as_str().unwrap(), line["run"].as_str().unwrap())).collect();
    assert_eq!(told, [("000001", &*first), ("000002", &*second)]);
    assert_eq!(rows(&project, &[]), 2);
    assert_eq!(project.record()["state"], "done");
}

#[test]
fn older_versions_are_read_by_number_run_or_time() {
    let (project, first, second) = with_two();
    let saved = |name: &str| {
        let index = String::from_utf8(project.read(&format!("{name}/versions.jsonl"))).unwrap();
        let line: serde_json::Value = serde_json::from_str(index.lines().next().unwrap()).unwrap();
        line["at"].as_str().unwrap().to_owned()
    };
    // The one is saved a moment after the other.
    let (one, other) = (saved("kept.parquet"), saved("scaling"));
    assert_eq!(rows(&project, &["--at", "kept=1"]), 4);
    assert_eq!(rows(&project, &["--at", &first]), 4);
    assert_eq!(rows(&project, &["--at", &second]), 2);
    assert_eq!(rows(&project, &["--at", "2999-01-01"]), 2);
    // What is told of one goes before what is told of all.
    assert_eq!(rows(&project, &["--at", &second, "--at", "kept=1"]), 4);
    let said = project.done(&["run", "reading", "--at", "kept=1", "--at", "scaling=2"]).stderr;
    assert!(said.contains("kept is read as of version 1 (20"), "{said}");
    assert_eq!(rows(&project, &["--at", (&one).max(&other)]), 4);
    let early = project.gmlc(&["run", "reading", "--at", (&one).min(&other)]);
    assert!(early.code == 3 && early.stderr.contains("nothing was saved as `"), "{}", early.stderr);
    // Nothing that was there is touched by reading.
    assert_eq!(project.read("kept.parquet/latest"), b"000002\n");
}

#[test]
fn versions_that_are_not_there_are_told() {
    let (project, ..) = with_two();
    let told = |args: &[&str]| {
        let finished = project.gmlc(&[&["run"], args].concat());
        assert_eq!(finished.code, 3, "{}", finished.stdout);
        assert!(finished.stderr.contains("error[GML0953]"), "{}", finished.stderr);
        finished.stderr
    };
    assert!(told(&["reading", "--at", "kept=7"]).contains("`kept` has no version 7"));
    assert!(told(&["reading", "--at", "kept=7"]).contains("there are 1 (20"));
    assert!(told(&["reading", "--at", "1"]).contains("several datasets that keep versions are read here"));
    assert!(told(&["reading", "--at", "2001-01-01"]).contains("nothing was saved as `kept` by"));
    assert!(told(&["reading", "--at", "input=1"]).contains("`input` is none that keeps versions"));
    assert!(told(&["prepare", "--at", "kept=1"]).contains("`kept` is none that keeps versions and is read here"));
    assert_eq!(project.gmlc(&["run", "--at", "../x"]).code, 2);
}

#[test]
fn what_is_read_decides_what_runs_again() {
    let (project, ..) = with_two();
    let plan = |args: &[&str]| project.done(&[&["plan", "reading"], args].concat()).stdout;
    rows(&project, &[]);
    assert!(plan(&[]).contains("nothing has to run"));
    assert!(plan(&["--at", "kept=1"]).contains("run:"));
    rows(&project, &["--at", "kept=1"]);
    assert!(plan(&["--at", "kept=1"]).contains("nothing has to run"));
    // What an earlier version was made of saves another one, and does not pass for the newest.
    project.done(&["run", "prepare", "--set", "least=1"]);
    assert_eq!(project.read("kept.parquet/latest"), b"000003\n");
    assert_eq!(rows(&project, &[]), 4);
    project.done(&["run", "prepare", "--set", "least=1"]);
    assert_eq!(project.read("kept.parquet/latest"), b"000003\n", "nothing changed, and nothing is saved");
}

#[test]
fn what_a_run_saves_itself_is_read_as_it_saved_it() {
    let (project, ..) = with_two();
    let finished = project.gmlc(&["run", "--at", "kept=1", "--set", "least=4"]);
    assert_eq!(finished.code, 3, "all that is read is saved before: {}", finished.stderr);
    project.done(&["run", "--set", "least=4"]);
    assert_eq!(project.read("out.csv"), b"n,x\n4,8.0\n");
}

#[test]
fn writers_at_the_same_time_get_a_version_each() {
    let project = project();
    let start = |least: u32| {
        Command::new(gmlc_folder().join("gmlc"))
            .args(["run", "prepare", "--set", &format!("least={least}")])
            .current_dir(project.path(""))
            .output()
    };
    std::thread::scope(|scope| {
        // Each of them saves other rows.
        let runs: Vec<_> = (1..5).map(|least| scope.spawn(move || start(least))).collect();
        for run in runs {
            let output = run.join().unwrap().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    });
    for name in ["kept.parquet", "scaling"] {
        let index = String::from_utf8(project.read(&format!("{name}/versions.jsonl"))).unwrap();
        assert_eq!(index.lines().count(), 4, "{index}");
        for number in 1..=4 {
            assert!(project.path(&format!("{name}/00000{number}")).is_dir(), "{name} {number}");
        }
        assert_eq!(project.read(&format!("{name}/latest")), b"000004\n");
    }
}

#[test]
fn what_a_killed_writer_left_is_no_version() {
    let (project, ..) = with_two();
    // As a process leaves it that was killed while it wrote, and one while it told of what it had written.
    project.write("kept.parquet/.version.tmp-4999999-0/kept.parquet", "half");
    let mut index = project.read("kept.parquet/versions.jsonl");
    index.extend(b"{\"version\": \"0000");
    project.write("kept.parquet/versions.jsonl", &index);
    assert_eq!(rows(&project, &[]), 2);
    project.done(&["run", "prepare", "--set", "least=2"]);
    assert!(!project.path("kept.parquet/.version.tmp-4999999-0").exists());
    assert_eq!(rows(&project, &[]), 3);
    let index = String::from_utf8(project.read("kept.parquet/versions.jsonl")).unwrap();
    assert!(index.lines().last().unwrap().contains("\"000003\""), "{index}");
}

#[test]
fn old_versions_are_thrown_away_where_that_is_asked_for() {
    let (project, ..) = with_two();
    let pretended = project.done(&["clean", "--versions", "1", "--dry-run"]).stdout;
    assert!(pretended.contains("kept 000001\nscaling 000001\nwould throw away 2 versions"), "{pretended}");
    assert!(project.path("kept.parquet/000001").exists());
    let done = project.done(&["clean", "--versions", "1"]).stdout;
    assert!(done.contains("threw away 2 versions"), "{done}");
    assert!(!project.path("kept.parquet/000001").exists() && !project.path("scaling/000001").exists());
    assert_eq!(rows(&project, &[]), 2);
    assert!(project.gmlc(&["run", "reading", "--at", "kept=1"]).stderr.contains("`kept` has no version 1"));
    assert_eq!(project.gmlc(&["clean", "--versions", "0"]).code, 2);
}

#[test]
fn a_file_in_the_place_of_versions_is_told() {
    let project = project();
    project.write("kept.parquet", "not a folder");
    let finished = project.gmlc(&["run", "reading"]);
    assert!(
        finished.code == 3 && finished.stderr.contains("`kept` keeps versions, which need a folder"),
        "{}",
        finished.stderr
    );
    assert_eq!(project.gmlc(&["run", "prepare"]).code, 3);
    assert_eq!(project.read("kept.parquet"), b"not a folder");
}
