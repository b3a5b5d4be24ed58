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

/// Reads the file of `kept` as what it is not.
const MISREADING: &str = "\
catalog {
    kept: table { user: str, pages: str, price: float } = parquet(\"data/kept.parquet\"),
    out: table { user: str } = csv(\"out.csv\"),
}

pipeline p {
    save kept |> filter(.pages != \"a\" and .price > 1.0) |> select([.user]) as out
}
";

#[test]
fn types_in_a_footer_are_held_against_the_schema() {
    let project = Project::of(&[("main.gml", PROGRAM), ("data/visits_1.csv", "user,Page Views,day\na,3,2021-01-01\n")]);
    project.done(&["run"]);
    project.write("reading.gml", MISREADING);
    let (code, lines) = told(&project, &["reading.gml"]);
    assert_eq!((code, lines.len()), (1, 2), "{lines:?}");
    assert!(lines[0].starts_with("reading.gml:2:30: error[GML0913]: "), "{lines:?}");
    assert!(lines[1].starts_with("reading.gml:2:42: error[GML0904]: "), "{lines:?}");
}

/// A Parquet file without its rows: what lies between the first four bytes and the footer is all zeros.
fn without_rows(file: &[u8]) -> Vec<u8> {
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    let length = file.len() - 8;
    let footer = u32::from_le_bytes(file[length..length + 4].try_into().unwrap()) as usize;
    let mut emptied = file.to_vec();
    emptied[4..length - footer].fill(0);
    assert_ne!(emptied, file);
    emptied
}

#[test]
fn rows_of_parquet_are_not_read() {
    let rows: String = (0..2000).map(|row| format!("user {row},{row},2021-01-01\n")).collect();
    let project = Project::of(&[("main.gml", PROGRAM), ("data/visits_1.csv", &format!("{HEADER}{rows}"))]);
    project.done(&["run"]);
    let finish = PROGRAM.replace("pipeline keep {\n    save visits |> select([.user, .pages]) as kept\n}\n", "");
    let finish = finish.replace("    visits: table[Visit] = csv(f\"{root}/visits_*.csv\"),\n", "");
    let (schema, catalog) = (finish.find("schema").unwrap(), finish.find("catalog").unwrap());
    project.write("finish.gml", finish.replace(&finish[schema..catalog], ""));
    project.write("misreading.gml", MISREADING);
    let before = ["finish.gml", "misreading.gml"].map(|program| told(&project, &[program]));
    assert_eq!(before[0], (0, Vec::new()));
    assert_eq!((before[1].0, before[1].1.len()), (1, 2), "{before:?}");

    let file = project.read("data/kept.parquet");
    project.write("data/kept.parquet", without_rows(&file));
    assert_eq!(["finish.gml", "misreading.gml"].map(|program| told(&project, &[program])), before);
    let read = project.gmlc(&["run", "--force", "--project", "finish.gml"]);
    assert_eq!(read.code, 3, "the rows are there still: {}", read.stdout);
    // Without its footer nothing is known of the file.
    project.write("data/kept.parquet", &file[..file.len() - 8]);
    assert_eq!(told(&project, &["finish.gml"]).0, 1);
}
