//! Rules over many rows: uniqueness, how joins match, contracts where data are saved, expectations.

use gml_tests::Project;

use super::{GOOD, ROW, fails, program};

fn with_good(program: String) -> Project {
    Project::of(&[("main.gml", program), ("in.csv", GOOD.to_owned())])
}

#[test]
fn keys_that_are_there_twice() {
    let unique = ROW.replace("flag: bool,", "flag: bool,\n    unique [name],");
    let text = program("csv(\"in.csv\")", "save input as output").replace(ROW, &unique);
    let project = Project::of(&[("main.gml", text), ("in.csv", format!("{GOOD}u1,a,1,1.5,2021-01-01,true\n"))]);
    fails(&project, &["GML0917", "in.csv", "unique [name]", "row 3: name = \"u1\"", "help: take out the repetitions"]);
}

#[test]
fn a_join_that_matches_more_than_expected() {
    let body = "let ages = input |> select([.name]) |> derive { age = 1 }\n    \
                let twice = union([ages, ages])\n    \
                save input |> join(twice, on: [.name], how: left, expect: many_to_one) |> drop([.age]) as output";
    let project = with_good(program("csv(\"in.csv\")", body));
    fails(&project, &["many_to_one", "u1", "help:"]);
}

#[test]
fn a_join_that_matches_as_expected_runs() {
    let body = "let ages = input |> select([.name]) |> derive { age = 1 }\n    \
                let joined = input |> join(ages, on: [.name], how: left, expect: one_to_one)\n    \
                expect count(joined) == 2, \"a row a name\"\n    \
                save joined |> drop([.age]) as output";
    with_good(program("csv(\"in.csv\")", body)).done(&["run"]);
}

#[test]
fn a_contract_broken_where_data_are_saved() {
    let project = with_good(program("csv(\"in.csv\")", "save input |> derive { n = .n * 100 } as output"));
    fails(&project, &["GML0906", "out/result.parquet", "`n`: in 0..100", "row 2: n = 200", "help:"]);
    assert!(!project.path("out/result.parquet").exists());
}

#[test]
fn a_save_that_fails_keeps_what_was_there() {
    let project = with_good(program("csv(\"in.csv\")", "save input as output"));
    project.done(&["run"]);
    project.write("main.gml", program("csv(\"in.csv\")", "save input |> derive { n = .n * 100 } as output"));
    fails(&project, &["GML0906", "out/result.parquet"]);
}

#[test]
fn an_expectation_that_does_not_hold() {
    let body = "expect count(input) > 5, \"too few visits\"";
    let project = with_good(program("csv(\"in.csv\")", body));
    fails(
        &project,
        &["GML0916", "too few visits", "main.gml:14:5", "`count(input) > 5` does not hold", "left:  2", "help:"],
    );
}

#[test]
fn rows_that_break_a_contract_are_left_out_or_kept_where_the_catalog_says_so() {
    let bad = GOOD.replace("u2,b,2", "u2,b,101");
    for (choice, rows, said) in [("drop", "1 row", "left out"), ("warn", "2 rows", "kept")] {
        let from = format!("csv(\"in.csv\", on_violation: {choice})");
        let text = program(&from, "save input |> derive { n = 1 } as output");
        let project = Project::of(&[("main.gml", text), ("in.csv", bad.clone())]);
        let finished = project.done(&["run"]);
        assert!(finished.stdout.contains(&format!("result.parquet  {rows}")), "{}", finished.stdout);
        assert!(!project.record()["contracts"].as_array().unwrap().is_empty());
        let all = format!("{}{}", finished.stdout, finished.stderr);
        assert!(all.contains("n in 0..100") && all.contains(said), "{all}");
    }
}
