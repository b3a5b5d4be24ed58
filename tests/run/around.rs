//! What stands around runs: which model and which pipeline a name means, what is shown of datasets and of runs, and how a project
//! begins on data that nobody has looked at.

use gml_tests::Project;
use serde_json::Value;

const ROWS: &str = "name,n,dear\na,1,false\nb,2,true\nc,3,true\nd,4,false\n";

const MODEL: &str = r#"
use std.learn.{logistic}
schema Row { id name: str, n: int, target dear: bool }
catalog { input: table[Row] = csv("in.csv"), output: table[Row] = csv("out.csv"), buyer: model = artifact("buyer") }
env cloud { catalog.buyer = artifact("cloud/model") }
pipeline table { save input as output }
pipeline training { save fit(logistic(), train: input) as buyer }
"#;

/// The saved model of a project, in a folder of another one.
fn copied(from: &Project, to: &Project) {
    for entry in std::fs::read_dir(from.path("cloud/model")).unwrap().flatten() {
        let name = entry.file_name();
        to.write(&format!("other/{}", name.to_string_lossy()), std::fs::read(entry.path()).unwrap());
    }
}

#[test]
fn a_name_of_a_model_means_the_dataset_and_not_a_folder() {
    let project = Project::of(&[("main.gml", MODEL), ("in.csv", ROWS), ("buyer/notes.txt", "no model")]);
    project.done(&["run", "training", "--env", "cloud"]);
    project.done(&["compile", "buyer", "--env", "cloud", "-o", "compiled"]);
    assert!(project.path("compiled/buyer.h").is_file());
    // With a slash it is a folder.
    let folder = project.gmlc(&["compile", "./buyer", "--env", "cloud", "-o", "compiled"]);
    assert_eq!(folder.code, 3);
    assert!(folder.stderr.contains("holds no saved model"), "{}", folder.stderr);
    // So it is where no dataset has the name, and where there is no program at all.
    copied(&project, &project);
    project.done(&["compile", "other", "-o", "compiled"]);
    assert!(project.path("compiled/other.h").is_file());
    let bare = Project::new();
    copied(&project, &bare);
    bare.done(&["compile", "other", "-o", "compiled"]);
    let unknown = project.gmlc(&["compile", "buyr", "-o", "compiled"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `buyer`?"), "{}", unknown.stderr);
}

const NEEDS: &str = "catalog {\n    input: table { n: int } = csv(\"in.csv\"),\n    output: table { n: int } = csv(\"out.csv\"),\n}\n\
                     pipeline least(n: int) {\n    save input |> filter(.n >= n) as output\n}\n";

#[test]
fn a_pipeline_that_needs_a_value_says_so() {
    let project = Project::of(&[("main.gml", NEEDS), ("in.csv", "n\n1\n2\n3\n")]);
    for command in [&["run"][..], &["plan"], &["run", "least"], &["plan", "least"]] {
        let finished = project.gmlc(command);
        assert_eq!(finished.code, 2, "{command:?}: {}", finished.stderr);
        assert_eq!(finished.stderr.matches("`least` needs `n`: --set n=..").count(), 1, "{}", finished.stderr);
    }
    project.done(&["run", "--set", "n=3"]);
    assert_eq!(project.read("out.csv"), b"n\n3\n");

    // Where others run, it is left out, and that is said; unless one of those gives it the value.
    project.write("main.gml", format!("{NEEDS}pipeline look {{\n    expect count(input) == 3\n}}\n"));
    let some = project.done(&["run"]);
    assert!(some.stderr.contains("left out: `least` needs `n`: --set n=.."), "{}", some.stderr);
    assert!(!project.done(&["run", "look"]).stderr.contains("left out"));
    project.write("main.gml", format!("{NEEDS}pipeline all {{\n    run least(n: 2)\n}}\n"));
    let all = project.done(&["run"]);
    assert!(!all.stderr.contains("left out"), "{}", all.stderr);
    assert_eq!(project.read("out.csv"), b"n\n2\n3\n");
}

#[test]
fn show_has_nothing_but_rows_on_standard_output() {
    let unused = NEEDS.replace("    save", "    let unused = 1\n    save");
    let project = Project::of(&[("main.gml", unused.clone()), ("in.csv", "n\n1\n".to_owned())]);
    let shown = project.done(&["show", "input", "--format", "json"]);
    assert_eq!((&*shown.stdout, &*shown.stderr), ("{\"n\":1}\n", ""));
    project.write("main.gml", unused.replace(".n >= n", ".m >= n"));
    for format in ["json", "short", "sarif", "github"] {
        let wrong = project.gmlc(&["show", "input", "--format", format]);
        assert_eq!((wrong.code, &*wrong.stdout), (1, ""), "{format}");
        assert!(wrong.stderr.contains("GML0301") && !wrong.stderr.contains("unused"), "{format}: {}", wrong.stderr);
    }
}

#[test]
fn show_reads_no_more_than_the_first_rows() {
    let program = "schema Row { n: int in 0..10 }\ncatalog {\n    cells: table[Row] = csv(\"in.csv\"),\n    \
                   lines: table[Row] = jsonl(\"*.jsonl\"),\n    good: table[Row] = csv(\"good.csv\", on_violation: drop),\n}\n\
                   pipeline main {\n    expect count(cells) > 0 and count(lines) > 0 and count(good) > 0\n}\n";
    let good: String = (0..5_000).map(|row| if row < 3_000 { "99\n" } else { "7\n" }).collect();
    let project = Project::of(&[
        ("main.gml", program.as_bytes().to_vec()),
        ("in.csv", b"n\n1\n2\nthree\n\xff\n".to_vec()),
        ("a.jsonl", b"{\"n\": 1}\n{\"n\": 2}\n".to_vec()),
        ("b.jsonl", b"no object\n".to_vec()),
        ("good.csv", format!("n\n{good}").into_bytes()),
    ]);
    for dataset in ["cells", "lines"] {
        let show = |rows: &str| project.gmlc(&["show", dataset, "--rows", rows, "--format", "json"]);
        assert_eq!(show("0").stdout, "", "{dataset}");
        assert_eq!(show("2").stdout, "{\"n\":1}\n{\"n\":2}\n", "{dataset}");
        assert_eq!(show("3").code, 3, "{dataset}");
    }
    // Rows that are dropped do not count.
    assert_eq!(project.done(&["show", "good", "-n", "2", "--format", "json"]).stdout, "{\"n\":7}\n{\"n\":7}\n");
    assert_eq!(project.done(&["show", "good", "-n", "9000", "--format", "json"]).stdout.lines().count(), 2_000);
}

fn ids(project: &Project) -> Vec<String> {
    let list: Value = serde_json::from_str(&project.done(&["runs", "list", "--format", "json"]).stdout).unwrap();
    list.as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn runs_are_compared_by_the_rows_of_tables() {
    let project = Project::of(&[("main.gml", MODEL), ("in.csv", ROWS)]);
    project.done(&["run", "table"]);
    let first = ids(&project)[0].clone();
    project.done(&["run", "training"]);
    let second = ids(&project).into_iter().find(|id| *id != first).unwrap();
    let compared = project.done(&["runs", "compare", &first, &second]).stdout;
    assert!(compared.contains("rows of output: 4 -> none"), "{compared}");
    assert!(!compared.contains("buyer"), "{compared}");
}

#[test]
fn a_killed_run_took_longer_than_is_known() {
    let project = Project::of(&[("main.gml", MODEL), ("in.csv", ROWS)]);
    project.done(&["run", "table"]);
    assert!(!project.done(&["runs", "list"]).stdout.contains('>'));
    let record = format!(".gml/runs/{}/run.json", ids(&project)[0]);
    let mut killed: Value = serde_json::from_slice(&project.read(&record)).unwrap();
    killed["state"] = "running".into();
    killed["seconds"] = 1.25.into();
    project.write(&record, killed.to_string());
    let list = project.done(&["runs", "list"]).stdout;
    assert!(list.contains("killed") && list.contains("   >1.25 s  table"), "{list}");
    let shown = project.done(&["runs", "show", "last"]).stdout;
    assert!(shown.contains("took         >1.25 s"), "{shown}");
}

#[test]
fn a_table_of_a_database_lies_in_no_folder() {
    let program = "connection store = sqlite(\"data/store.sqlite\")\nschema Row { n: int }\ncatalog {\n    \
                   input: table[Row] = csv(\"in.csv\"),\n    kept: table[Row] = sql_table(store, \"numbers\"),\n}\n\
                   pipeline main {\n    save input as kept\n}\n";
    let project = Project::of(&[("main.gml", program), ("in.csv", "n\n1\n2\n"), ("data/none", "")]);
    let told = project.done(&["run"]).stdout;
    assert!(told.contains("saved kept  sqlite numbers  2 rows"), "{told}");
}

#[test]
fn a_text_that_stands_for_null_in_folders_is_refused() {
    let program = "schema Row { s: str?, n: int }\ncatalog {\n    input: table[Row] = csv(\"in.csv\"),\n    \
                   kept: table[Row] = parquet(\"kept\", partitioned_by: [s]),\n    back: table[Row] = csv(\"back.csv\"),\n}\n\
                   pipeline write {\n    save input as kept\n}\npipeline read {\n    save kept |> sort(.n) as back\n}\n";
    let project = Project::of(&[("main.gml", program), ("in.csv", "s,n\na,1\n,2\n\"\",3\n")]);
    project.done(&["run"]);
    assert_eq!(project.read("back.csv"), project.read("in.csv"));
    project.write("in.csv", "s,n\na,1\n__HIVE_DEFAULT_PARTITION__,2\n");
    let refused = project.gmlc(&["run", "write"]);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("GML0910") && refused.stderr.contains("a value of `s`"), "{}", refused.stderr);
    // What was there before is as it was.
    project.done(&["run", "read"]);
    assert_eq!(project.read("back.csv"), b"s,n\na,1\n,2\n\"\",3\n");
}

#[test]
fn a_project_begins_on_what_it_is_given() {
    let project = Project::of(&[
        ("in/bom.csv", "a;b;c\n1;NaN;x\n2;1.5;y\n"),
        ("other/bom.csv", "a,b,a\n1,2,3\n"),
        ("empty.csv", "a,b\n"),
        ("twice.csv", "a,a\n1,2\n"),
    ]);
    project.done(&["new", "begun", "--data", "in/bom.csv", "--data", "other/bom.csv"]);
    let program = String::from_utf8(project.read("begun/main.gml")).unwrap();
    assert!(program.contains("csv(\"../in/bom.csv\", delimiter: \";\")"), "{program}");
    assert!(program.contains("schema Bom2") && program.contains("bom2: table[Bom2]"), "{program}");
    let checked = project.done(&["check", "--data", "begun"]);
    assert_eq!((&*checked.stdout, &*checked.stderr), ("", ""));
    project.done(&["run", "--project", "begun"]);

    project.done(&["new", "nothing", "--data", "empty.csv"]);
    let run = project.gmlc(&["run", "--project", "nothing"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("see whether what is read has rows"), "{}", run.stderr);

    // Even where no column can be told from another, what is begun is a program.
    project.done(&["new", "same", "--data", "twice.csv"]);
    project.done(&["check", "same"]);
}
