//! What is wrong ends in an error that says what, where and what to do, with the exit code of its kind, and leaves every
//! file as it was.

mod files;
mod open_rows;
mod places;
mod programs;
mod rules;
mod sequences;
mod settings;
mod values;

use std::fmt::Write;

use gml_tests::{Finished, Project};

/// A file that fits `ROW`.
const GOOD: &str = "name,kind,n,x,day,flag\n\
                    u1,a,1,1.5,2021-01-01,true\n\
                    u2,b,2,,2021-01-02,false\n";

const ROW: &str = "schema Row {\n    id name: str,\n    kind: enum[\"a\", \"b\"],\n    n: int in 0..100,\n    x: float?,\n    \
                   day: date,\n    flag: bool,\n}\n";

/// A program that reads `input` from the given connector and does the given with it.
fn program(input: &str, body: &str) -> String {
    program_to(input, "parquet(\"out/result.parquet\")", body)
}

/// One that saves to the given connector.
fn program_to(input: &str, output: &str, body: &str) -> String {
    format!(
        "{ROW}catalog {{\n    input: table[Row] = {input},\n    output: table[Row] = {output},\n}}\n\
         pipeline main {{\n    {body}\n}}\n"
    )
}

/// The program that copies `in.csv`.
fn copy() -> String {
    program("csv(\"in.csv\")", "save input as output")
}

/// Runs gmlc, which has to refuse: with this exit code, saying all of `told`, changing no file.
fn refused(project: &Project, args: &[&str], code: i32, told: &[&str]) -> Finished {
    let before = project.files();
    let finished = project.gmlc(args);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert_eq!(finished.code, code, "gmlc {args:?} said\n{said}");
    let mut lacking = String::new();
    for part in told.iter().filter(|part| !said.contains(**part)) {
        let _ = writeln!(lacking, "it does not say: {part}");
    }
    assert!(lacking.is_empty(), "{lacking}it said:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
    let after = project.files();
    assert!(before == after, "files before: {:?}, after: {:?}", before.keys(), after.keys());
    finished
}

/// Runs a project whose data are wrong: the run fails, at the step that the program says, and its record says so too.
fn fails(project: &Project, told: &[&str]) {
    let finished = refused(project, &["run"], 3, told);
    assert!(finished.stderr.contains("main.gml:"), "no place in the program: {}", finished.stderr);
    let record = project.record();
    assert_eq!(record["state"], "failed", "{record:#}");
    assert!(!record["failure"].is_null(), "{record:#}");
    assert!(finished.stderr.contains(record["id"].as_str().unwrap()), "{}", finished.stderr);
}

/// The failure of a CSV file with the given text.
fn csv_fails(text: impl AsRef<[u8]>, told: &[&str]) {
    let project = Project::of(&[("main.gml", copy())]);
    project.write("in.csv", text);
    fails(&project, told);
}

#[test]
fn the_good_file_is_taken() {
    let project = Project::of(&[("main.gml", copy().as_str()), ("in.csv", GOOD)]);
    project.done(&["run"]);
    assert!(project.files().contains_key("out/result.parquet"));
}
