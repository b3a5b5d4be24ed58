use gml_tests::Project;

const PROGRAM: &str = "\
param root: str = \"data\"

schema Visit {
    user: str,
    pages: int named \"Page Views\",
    day: date,
}

catalog {
    visits: table[Visit] = csv(f\"{root}/visits_*.csv\"),
    kept: table { user: str, pages: int } = parquet(f\"{root}/kept.parquet\"),
    last: table { user: str, pages: int } = csv(f\"{root}/last.csv\"),
}

pipeline keep {
    save visits |> select([.user, .pages]) as kept
}

pipeline finish {
    save kept as last
}

env other {
    root = \"elsewhere\",
}
";

const HEADER: &str = "user,Page Views,day\n";

fn told(project: &Project, args: &[&str]) -> (i32, Vec<String>) {
    let all: Vec<&str> = ["check", "--data", "--format", "short"].into_iter().chain(args.iter().copied()).collect();
    let finished = project.gmlc(&all);
    (finished.code, finished.stdout.lines().map(str::to_owned).collect())
}

#[test]
fn files_that_fit_are_passed_over_in_silence() {
    // The second file has no rows that could be read: only headers are looked at.
    let project = Project::of(&[
        ("main.gml", PROGRAM),
        ("data/visits_1.csv", HEADER),
        ("data/visits_2.csv", "user,other,Page Views,day\n\"never closed"),
    ]);
    assert_eq!(told(&project, &[]), (0, Vec::new()));
    assert_eq!(project.gmlc(&["check"]).code, 0);
}

#[test]
fn every_column_that_a_file_lacks_is_told_at_the_schema() {
    let project = Project::of(&[
        ("main.gml", PROGRAM),
        ("data/visits_1.csv", "user,Page Veiws\n"),
        ("data/visits_2.csv", "user,Page Veiws\n"),
        ("data/visits_3.csv", HEADER),
    ]);
    let (code, lines) = told(&project, &[]);
    assert_eq!(code, 1);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("main.gml:5:5: error[GML0904]: "), "{lines:?}");
    assert!(lines[0].contains("`Page Views` (for `pages`) (and another file)"), "{lines:?}");
    assert!(lines[1].starts_with("main.gml:6:5: error[GML0904]: "), "{lines:?}");
    let human = project.gmlc(&["check", "--data"]).stderr;
    assert!(human.contains("is it `Page Veiws`?") && human.contains("read as `visits`"), "{human}");
}

#[test]
fn what_is_missing_is_told_at_the_entry_unless_a_pipeline_makes_it() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let (code, lines) = told(&project, &[]);
    assert_eq!((code, lines.len()), (1, 1), "{lines:?}");
    assert!(lines[0].starts_with("main.gml:10:5: error[GML0901]: "), "{lines:?}");
    let alone = PROGRAM.replace("pipeline keep {\n    save visits |> select([.user, .pages]) as kept\n}\n", "");
    project.write("main.gml", alone);
    let (_, lines) = told(&project, &[]);
    assert!(lines.iter().any(|line| line.contains("GML0901") && line.contains("kept.parquet")), "{lines:?}");
}

#[test]
fn an_env_and_settings_say_where_to_look() {
    let project = Project::of(&[("main.gml", PROGRAM), ("elsewhere/visits_1.csv", HEADER)]);
    assert_eq!(told(&project, &[]).0, 1);
    assert_eq!(told(&project, &["--env", "other"]), (0, Vec::new()));
    assert_eq!(told(&project, &["--set", "root=elsewhere"]), (0, Vec::new()));
    assert_eq!(told(&project, &["--env", "neither"]).0, 2);
}

#[test]
fn types_in_a_footer_are_held_against_the_schema() {
    let project = Project::of(&[("main.gml", PROGRAM), ("data/visits_1.csv", "user,Page Views,day\na,3,2021-01-01\n")]);
    project.done(&["run"]);
    let reading = "\
catalog {
    kept: table { user: str, pages: str, price: float } = parquet(\"data/kept.parquet\"),
    out: table { user: str } = csv(\"out.csv\"),
}

pipeline p {
    save kept |> filter(.pages != \"a\" and .price > 1.0) |> select([.user]) as out
}
";
    project.write("reading.gml", reading);
    let (code, lines) = told(&project, &["reading.gml"]);
    assert_eq!((code, lines.len()), (1, 2), "{lines:?}");
    assert!(lines[0].starts_with("reading.gml:2:30: error[GML0913]: "), "{lines:?}");
    assert!(lines[1].starts_with("reading.gml:2:42: error[GML0904]: "), "{lines:?}");
}
