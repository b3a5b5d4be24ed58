//! Files that are missing, empty, cut off or of another kind.

use gml_tests::Project;

use super::{GOOD, copy, csv_fails, fails, program};

const FROM_PARQUET: &str = "parquet(\"in.parquet\")";

/// The good file as Parquet.
fn good_parquet() -> Vec<u8> {
    let project = Project::of(&[("main.gml", copy().as_str()), ("in.csv", GOOD)]);
    project.done(&["run"]);
    project.read("out/result.parquet")
}

fn reads(connector: &str) -> Project {
    Project::of(&[("main.gml", program(connector, "save input as output"))])
}

#[test]
fn a_missing_file() {
    fails(&reads("csv(\"in.csv\")"), &["GML0901", "no file `in.csv`", "help: put the file there"]);
    fails(&reads("parquet(\"days/day_*.parquet\")"), &["GML0901", "no file matches `days/day_*.parquet`", "help:"]);
}

#[test]
fn an_empty_file() {
    csv_fails("", &["GML0914", "in.csv", "the file is empty", "help: write a header line"]);
    let project = reads(FROM_PARQUET);
    project.write("in.parquet", "");
    fails(&project, &["GML0914", "in.parquet", "the file is empty", "help:"]);
}

#[test]
fn a_file_without_rows_is_a_table_without_rows() {
    let header = GOOD.lines().next().unwrap();
    let project = Project::of(&[("main.gml", copy().as_str()), ("in.csv", header)]);
    assert!(project.done(&["run"]).stdout.contains("0 rows"));
}

#[test]
fn a_parquet_file_that_was_cut_off() {
    let good = good_parquet();
    let project = reads(FROM_PARQUET);
    let near_the_end = [1, 4, 8, 9, 12].map(|less| good.len() - less);
    for length in (1..good.len()).step_by(97).chain(near_the_end) {
        project.write("in.parquet", &good[..length]);
        fails(&project, &["GML0903", "in.parquet", "cut off or damaged", "help: see whether it was copied to its end"]);
    }
}

#[test]
fn a_parquet_file_that_was_damaged() {
    let good = good_parquet();
    let project = reads(FROM_PARQUET);
    for at in (4..good.len() - 40).step_by(113) {
        let mut damaged = good.clone();
        damaged[at..at + 40].iter_mut().for_each(|byte| *byte ^= 0xff);
        project.write("in.parquet", &damaged);
        let before = project.files();
        let finished = project.gmlc(&["run"]);
        // What stands in a page may be other valid data; else it is refused, and nothing is left behind.
        assert!([0, 3].contains(&finished.code), "{at}: {}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{at}: {}", finished.stderr);
        if finished.code == 3 {
            assert!(finished.stderr.contains("in.parquet") && finished.stderr.contains("GML09"), "{}", finished.stderr);
            assert!(before == project.files(), "{at}");
        } else {
            std::fs::remove_dir_all(project.path("out")).unwrap();
        }
    }
}

#[test]
fn a_file_that_is_no_parquet_file() {
    let project = reads(FROM_PARQUET);
    for text in [GOOD.repeat(50).into_bytes(), [b"PAR1".as_slice(), &[255; 200], b"PAR1"].concat()] {
        project.write("in.parquet", text);
        fails(&project, &["GML0903", "in.parquet", "no Parquet file", "help:"]);
    }
}

#[test]
fn a_folder_where_a_file_is_due() {
    for (connector, name) in [("csv(\"in.csv\")", "in.csv"), (FROM_PARQUET, "in.parquet")] {
        let project = reads(connector);
        project.write(&format!("{name}/part.txt"), GOOD);
        fails(
            &project,
            &["GML0902", &format!("`{name}` is a folder, not a file"), "help: to read all the files in it"],
        );
    }
}

#[test]
fn a_path_through_a_file() {
    let project = reads("csv(\"table/in.csv\")");
    project.write("table", GOOD);
    fails(&project, &["table/in.csv", "help:"]);
}

#[test]
fn lines_of_other_lengths() {
    csv_fails(format!("{GOOD}u3,a\n"), &["GML0915", "in.csv", "line 4 has 2 cells, and the header has 6", "help:"]);
    csv_fails(format!("{GOOD}u3,a,1,1,2021-01-01,true,more\n"), &["GML0915", "in.csv", "line 4 has 7 cells", "help:"]);
    csv_fails(format!("{GOOD}\"u3,a,1,1,2021-01-01,true\n"), &["in.csv", "line 4", "help:"]);
}

#[test]
fn text_of_another_encoding() {
    let latin = [GOOD.as_bytes(), b"Andr\xe9,a,1,1,2021-01-01,true\n"].concat();
    csv_fails(latin, &["GML0902", "in.csv", "line 4 is not text in UTF-8", "help: write the file as UTF-8"]);
}

#[test]
fn one_of_several_files() {
    let project = reads("csv(\"day_*.csv\")");
    project.write("day_1.csv", GOOD);
    project.write("day_2.csv", GOOD.replace("u2,b,2", "u2,b,many"));
    fails(&project, &["GML0905", "day_2.csv", "line 3: \"many\"", "help:"]);
}

#[test]
fn a_line_that_is_no_json() {
    let project = reads("jsonl(\"in.jsonl\")");
    let line = "{\"name\":\"u\",\"kind\":\"a\",\"n\":1,\"x\":1.0,\"day\":\"2021-01-01\",\"flag\":true}\n";
    project.write("in.jsonl", format!("{line}{{\"name\":"));
    fails(&project, &["GML0915", "in.jsonl", "line 2", "help: each line holds one object"]);
    project.write("in.jsonl", line.replace("\"n\":1", "\"n\":\"many\""));
    fails(&project, &["GML0905", "in.jsonl", "`n` is no int", "line 1: \"many\"", "help:"]);
}
