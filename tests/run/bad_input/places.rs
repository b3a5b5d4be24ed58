//! Places where nothing can be written.

use gml_tests::Project;

use super::{GOOD, fails, program_to};

fn saves_to(output: &str) -> Project {
    let text = program_to("csv(\"in.csv\")", output, "save input as output");
    Project::of(&[("main.gml", text.as_str()), ("in.csv", GOOD)])
}

#[test]
fn a_file_in_place_of_the_folder() {
    let project = saves_to("parquet(\"out/result.parquet\")");
    project.write("out", "a file");
    fails(
        &project,
        &["GML0910", "out/result.parquet", "cannot be written", "help: a file stands where a folder is due"],
    );
}

#[test]
fn a_folder_in_place_of_the_file() {
    let project = saves_to("csv(\"out/result.csv\")");
    project.write("out/result.csv/other.txt", "kept");
    fails(&project, &["GML0910", "out/result.csv", "cannot be written", "help: a folder stands in its place"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_takes_no_files() {
    for place in ["/dev/null/result.parquet", "/proc/result.parquet"] {
        let project = saves_to(&format!("parquet(\"{place}\")"));
        fails(&project, &["GML0910", place, "cannot be written", "help:"]);
    }
}

#[cfg(unix)]
#[test]
fn something_that_is_no_file() {
    use std::os::unix::net::UnixListener;

    let project = saves_to("csv(\"result.csv\")");
    let _socket = UnixListener::bind(project.path("result.csv")).unwrap();
    fails(&project, &["GML0910", "result.csv", "cannot be written", "no file", "help: name a path"]);
    assert!(project.path("result.csv").metadata().is_ok_and(|there| !there.is_file()), "the socket is still there");
}

#[test]
fn a_run_record_that_cannot_be_written() {
    let project = saves_to("csv(\"out/result.csv\")");
    project.write(".gml", "a file");
    let finished = project.gmlc(&["run"]);
    assert_eq!(finished.code, 3, "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stderr.contains(".gml"), "{}", finished.stderr);
    assert!(!project.path("out").exists());
}
