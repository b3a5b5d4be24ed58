//! Sources that no program can be.

use std::time::{Duration, Instant};

use gml_tests::Project;

use super::refused;

fn check(source: impl AsRef<[u8]>, told: &[&str]) {
    let project = Project::of(&[("main.gml", source)]);
    let begun = Instant::now();
    for command in ["check", "run", "plan"] {
        refused(&project, &[command], 1, told);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "three commands took {:?}", begun.elapsed());
}

#[test]
fn expressions_nested_too_deep() {
    let told = ["GML0012", "main.gml:1:", "nested more than 64 deep", "help: bind an inner part to a name"];
    for depth in [100, 10_000, 200_000] {
        check(format!("fn f(x: int) -> int = {}x{}\n", "(".repeat(depth), ")".repeat(depth)), &told);
    }
    check(format!("fn f(x: int) -> int = {}x{}\n", "[".repeat(100), "]".repeat(100)), &told);
    check(format!("fn f(x: int) -> int = {}x{}\n", "if x > 1 then ".repeat(100), " else 1".repeat(100)), &told);
    check(format!("fn f(x: {}int{}) -> int = 1\n", "list[".repeat(50_000), "]".repeat(50_000)), &told);
}

#[test]
fn chains_that_are_too_long() {
    let told = ["GML0012", "main.gml:1:", "more than 256 links in one chain", "help: bind a part of it to a name"];
    check(format!("fn f(x: int) -> int = {}x\n", "x + ".repeat(20_000)), &told);
    check(format!("fn f(x: int) -> int = {}x\n", "-".repeat(5_000)), &told);
    check(format!("fn f(x: bool) -> bool = {}x\n", "not ".repeat(5_000)), &told);
    check(format!("fn f(x: int) -> int = {}x\n", "if x > 1 then 1 else ".repeat(3_000)), &told);
}

#[test]
fn what_is_nested_and_chained_in_measure_is_taken() {
    let source = format!(
        "fn f(x: int) -> int = {}x{}\nfn g(x: int) -> int = {}x\n",
        "(".repeat(40),
        ")".repeat(40),
        "x + ".repeat(100)
    );
    Project::of(&[("main.gml", source)]).done(&["check"]);
}

#[test]
fn ten_megabytes_of_program() {
    let told = ["GML0011", "main.gml", "10000", "4194304", "help: divide it over files"];
    check("x".repeat(10_000_000), &told);
    check("{".repeat(10_000_000), &told);
    check(format!("# {}\n", "y".repeat(9_999_999)), &told);
}

#[test]
fn the_largest_program_is_checked_in_time() {
    let mut source = String::new();
    let mut number = 0;
    while source.len() < 1_000_000 {
        source += &format!("fn f{number}(x: int) -> int = x + {number}\n");
        number += 1;
    }
    let project = Project::of(&[("main.gml", source)]);
    let begun = Instant::now();
    project.done(&["check"]);
    assert!(begun.elapsed() < Duration::from_secs(30), "a megabyte took {:?}", begun.elapsed());
}

#[test]
fn a_source_that_is_not_utf8() {
    check(b"schema R { a: int }\n# \xff\xfe\n", &["GML0010", "main.gml", "byte 22", "help: save the file as UTF-8"]);
}

#[test]
fn a_source_of_null_bytes() {
    check([0; 100], &["GML0009", "main.gml:1:1", "U+0000", "help:"]);
}

#[test]
fn no_program_at_all() {
    let project = Project::of(&[("notes.txt", "x")]);
    refused(&project, &["run"], 2, &["no main.gml"]);
    refused(&project, &["run", "--project", "elsewhere"], 2, &["elsewhere"]);
    refused(&project, &["check", "elsewhere.gml"], 2, &["elsewhere.gml"]);
    refused(&project, &["check", "notes.txt"], 1, &["GML0001", "notes.txt:1:1"]);
}
