//! The commands that read programs and files without running anything.

use gml_tests::Project;
use serde_json::Value;

const PROGRAM: &str = "schema Row {\n    id name: str,\n    n: int,\n    x: float?,\n}\n\
                       catalog {\n    input: table[Row] = csv(\"in.csv\"),\n    output: table[Row] = csv(\"out.csv\"),\n}\n\
                       pipeline main {\n    save input |> filter(.n > 1) as output\n}\n";

const TABLE: &str = "id,Full Name,price,day,at,flag,maybe,note\n\
                     1,ann,1.5,2021-01-01,2021-01-01T10:00:00Z,true,,\"a, \"\"b\"\"\"\n\
                     2,Zoë,2,2021-01-02,2021-01-02T11:30:00.25Z,false,7,\n";

#[test]
fn check_says_in_json_what_is_wrong() {
    let wrong = PROGRAM.replace(".n > 1", ".nn > 1").replace("save", "let z = 1\n    save");
    let project = Project::of(&[("main.gml", wrong)]);
    let finished = project.gmlc(&["check", "--format", "json"]);
    assert_eq!(finished.code, 1);
    let told: Vec<Value> = finished.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 2, "{}", finished.stdout);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for diagnostic in &told {
        let mut found = keys(diagnostic);
        found.sort();
        assert_eq!(found, ["code", "file", "help", "labels", "message", "severity", "span"]);
        for place in [diagnostic].into_iter().chain(diagnostic["labels"].as_array().unwrap()) {
            assert_eq!(place["file"], "main.gml");
            let mut found = keys(&place["span"]);
            found.sort();
            assert_eq!(found, ["column", "end_column", "end_line", "line"]);
        }
    }
    let column = told.iter().find(|one| one["code"] == "GML0301").unwrap();
    assert_eq!(column["severity"], "error");
    let span = &column["span"];
    assert_eq!([&span["line"], &span["column"], &span["end_line"], &span["end_column"]], [12, 26, 12, 29]);
    assert!(column["help"].as_str().unwrap().contains("did you mean `.n`?"));
    assert_eq!(column["labels"].as_array().unwrap().len(), 1);
    let unused = told.iter().find(|one| one["code"] != "GML0301").unwrap();
    assert_eq!((&unused["severity"], &unused["span"]["line"]), (&Value::from("warning"), &Value::from(11)));
}

#[test]
fn check_says_in_a_line_what_is_wrong() {
    let project = Project::of(&[("main.gml", PROGRAM.replace(".n > 1", ".nn > 1"))]);
    let finished = project.gmlc(&["check", "--format", "short"]);
    assert_eq!(finished.code, 1);
    let all = format!("{}{}", finished.stdout, finished.stderr);
    assert!(all.contains("main.gml:11:26: error[GML0301]: the row at hand has no column `nn`"), "{all}");
}

#[test]
fn check_is_silent_about_what_is_right_and_reads_no_data() {
    let finished = Project::of(&[("main.gml", PROGRAM)]).done(&["check", "--format", "json"]);
    assert_eq!(finished.stdout, "");
}

#[test]
fn plan_names_every_step_and_where_it_stands() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let finished = project.done(&["plan"]);
    for part in ["pipeline main", "load input", "filter", "save output", "main.gml:11:"] {
        assert!(finished.stdout.contains(part), "{part}: {}", finished.stdout);
    }
    assert_eq!(project.done(&["plan", "main"]).stdout, finished.stdout);
    assert!(!project.path("out.csv").exists());
}

#[test]
fn explain_prints_the_page_of_a_code_or_of_a_name() {
    let project = Project::new();
    let page = project.done(&["explain", "GML0301"]).stdout;
    assert!(page.starts_with("# GML0301 unknown-column"), "{page}");
    assert_eq!(project.done(&["explain", "unknown-column"]).stdout, page);
    let all = project.done(&["explain"]).stdout;
    assert!(all.lines().count() > 100 && all.contains("GML0301"), "{all}");
    let unknown = project.gmlc(&["explain", "GML9999"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("GML9999"), "{}", unknown.stderr);
}

/// A program that copies a file, read with the schema that `infer` printed.
fn copying(schema: &str, from: &str, to: &str) -> String {
    let name = schema.split_whitespace().nth(1).unwrap();
    format!(
        "{schema}\ncatalog {{\n    input: table[{name}] = {from},\n    output: table[{name}] = {to},\n}}\n\
         pipeline main {{\n    save input as output\n}}\n"
    )
}

#[test]
fn an_inferred_schema_reads_its_file() {
    let project = Project::of(&[("table.csv", TABLE)]);
    let schema = project.done(&["infer", "table.csv"]).stdout;
    for column in
        ["id: int,", "price: float,", "day: date,", "at: timestamp,", "flag: bool,", "maybe: int?,", "note: str?,"]
    {
        assert!(schema.contains(column), "{schema}");
    }
    assert!(schema.contains("str named \"Full Name\""), "{schema}");
    let ways = [
        ("csv(\"table.csv\")", "parquet(\"table.parquet\")", "table.parquet"),
        ("parquet(\"table.parquet\")", "jsonl(\"table.jsonl\")", "table.jsonl"),
        ("jsonl(\"table.jsonl\")", "csv(\"again/table.csv\")", "again/table.csv"),
    ];
    for (from, to, file) in ways {
        project.write("main.gml", copying(&schema, from, to));
        assert!(project.done(&["run"]).stdout.contains("2 rows"));
        // What was written has the columns and types that were read.
        assert_eq!(project.done(&["infer", file]).stdout, schema, "{file}");
    }
    project.write("main.gml", copying(&schema, "csv(\"again/table.csv\")", "parquet(\"again/table.parquet\")"));
    project.done(&["run"]);
    assert!(project.read("table.parquet") == project.read("again/table.parquet"), "a value changed on the way");
}

#[test]
fn a_schema_that_cannot_be_inferred() {
    let project = Project::of(&[("empty.csv", ""), ("table.xyz", "a\n1\n"), ("table.parquet", "PAR1")]);
    for (file, told) in [
        ("missing.csv", "missing.csv"),
        ("empty.csv", "the file is empty"),
        ("table.xyz", "name a .csv"),
        ("table.parquet", "no Parquet file"),
        ("table.*", "stands for many files"),
    ] {
        let finished = project.gmlc(&["infer", file]);
        assert_eq!(finished.code, 3, "{file}: {}", finished.stderr);
        assert!(finished.stderr.contains(told) && finished.stderr.contains(file), "{}", finished.stderr);
        assert_eq!(finished.stdout, "");
    }
}

#[test]
fn graph_shows_what_flows_without_running_anything() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    let shown = project.done(&["graph"]).stdout;
    assert!(shown.contains("dataset input") && shown.contains("step filter(.n > 1)"), "{shown}");
    assert!(shown.contains("id name: str, n: int, x: float?"), "{shown}");
    let picture = project.done(&["graph", "main", "--format", "svg"]).stdout;
    assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"), "{picture}");
    assert!(project.done(&["graph", "--format", "mermaid"]).stdout.starts_with("flowchart TD"));
    let column = project.done(&["graph", "--column", "output.x"]).stdout;
    assert!(column.contains("dataset input.x") && column.contains("output.x"), "{column}");
    let unknown = project.gmlc(&["graph", "--column", "output.y"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("it has name, n, x"), "{}", unknown.stderr);
    let unknown = project.gmlc(&["graph", "mian"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `main`?"), "{}", unknown.stderr);
}

#[test]
fn graph_of_a_wrong_program_shows_what_is_known() {
    let project = Project::of(&[("main.gml", PROGRAM.replace(".n > 1", ".nn > 1"))]);
    let finished = project.gmlc(&["graph"]);
    assert_eq!(finished.code, 1);
    assert!(finished.stdout.contains("dataset input") && finished.stderr.contains("GML0301"));
}

#[test]
fn doc_writes_a_site_that_is_the_same_each_time() {
    let project = Project::of(&[("main.gml", PROGRAM)]);
    project.done(&["doc", "--out", "a"]);
    project.done(&["doc", "--out", "b"]);
    let files = project.files();
    let of = |folder: &str| -> Vec<(String, &Vec<u8>)> {
        let inside = files.iter().filter_map(|(path, text)| Some((path.strip_prefix(folder)?.to_owned(), text)));
        inside.collect()
    };
    assert!(of("a/").len() > 15, "{:?}", files.keys());
    assert_eq!(of("a/"), of("b/"));
    assert!(String::from_utf8_lossy(&files["a/schemas.html"]).contains("id=\"Row\""));
    project.done(&["doc", "--std", "--out", "std"]);
    assert!(project.path("std/std/table.html").is_file());
}

#[test]
fn a_text_that_no_test_has_is_no_success() {
    let tests = "test \"sums\" {\n    expect 1 + 1 == 2\n}\n\ntest \"products\" {\n    expect 2 * 2 == 4\n}\n";
    let project = Project::of(&[("main.gml", format!("{PROGRAM}\n{tests}")), ("bare.gml", PROGRAM.to_owned())]);
    assert!(project.done(&["test", "sum"]).stdout.ends_with("1 passed, 0 failed\n"));
    let none = project.gmlc(&["test", "summs"]);
    assert_eq!((none.code, &*none.stdout), (2, ""), "{}", none.stderr);
    assert_eq!(none.stderr.trim(), "no test has \"summs\" in its name; there are \"sums\", \"products\"");
    let bare = project.gmlc(&["test", "sum", "--project", "bare.gml"]);
    assert_eq!((bare.code, bare.stderr.trim()), (2, "the program has no tests"));
    assert_eq!(project.done(&["test", "--project", "bare.gml"]).stdout, "0 passed, 0 failed\n");
}

#[test]
fn a_new_project_is_right_formatted_and_runs() {
    let project = Project::new();
    project.done(&["new", "iris"]);
    project.done(&["check", "iris"]);
    project.done(&["fmt", "--check", "iris"]);
    project.done(&["test", "--project", "iris"]);
    project.done(&["run", "--project", "iris"]);
    assert!(project.path("iris/models/species/000001/signature.json").exists());
    // What is there stays as it is.
    let again = project.gmlc(&["new", "iris"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
}

#[test]
fn a_new_project_on_data_reads_it_with_its_schema() {
    // Two files of one name, and one whose name is a word of the language.
    let project = Project::of(&[("in.csv", TABLE), ("deep/in.csv", TABLE), ("sub/filter.csv", TABLE)]);
    let data = ["--data", "in.csv", "--data", "deep/in.csv", "--data", "sub/filter.csv"];
    project.done(&[&["new", "sub/begun"], &data[..]].concat());
    project.done(&["check", "--data", "sub/begun"]);
    project.done(&["fmt", "--check", "sub/begun"]);
    let run = project.done(&["run", "--project", "sub/begun"]);
    assert!(run.stdout.contains("report sub/begun/.gml/runs/"), "{}", run.stdout);

    let missing = project.gmlc(&["new", "other", "--data", "missing.csv"]);
    assert_eq!(missing.code, 3, "{}", missing.stderr);
    assert!(!project.path("other").exists());
}

#[test]
fn shells_complete_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let finished = Project::new().done(&["completions", shell]);
        assert!(["explain", "project"].iter().all(|word| finished.stdout.contains(word)), "{shell}");
    }
    let script = Project::new().gmlc(&["completions", "bash"]).stdout;
    let line = "COMP_WORDS=(gmlc ex); COMP_CWORD=1; _gmlc gmlc ex gmlc; echo \"${COMPREPLY[@]}\"";
    let bash = std::process::Command::new("bash").args(["-c", &format!("{script}\n{line}")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "explain");
}

#[test]
fn show_prints_the_first_rows_of_a_dataset() {
    let rows: String = (0..30).map(|n| format!("name {n},{n},{}\n", if n == 1 { "" } else { "2.5" })).collect();
    let project = Project::of(&[("main.gml", PROGRAM), ("in.csv", &format!("name,n,x\n{rows}"))]);
    let shown = project.done(&["show", "input", "--rows", "2"]);
    assert_eq!(shown.stdout.lines().count(), 5, "{}", shown.stdout);
    assert!(shown.stdout.contains("name 0") && shown.stdout.contains("null"), "{}", shown.stdout);
    let json = project.gmlc(&["show", "input", "-n", "1", "--format", "json"]).stdout;
    assert_eq!(json, "{\"name\":\"name 0\",\"n\":0,\"x\":2.5}\n");

    let unknown = project.gmlc(&["show", "inputs"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean"), "{}", unknown.stderr);
    let missing = project.gmlc(&["show", "output"]);
    assert_eq!(missing.code, 3, "{}", missing.stderr);
    project.write("in.csv", "name,n,x\nann,many,1\n");
    let wrong = project.gmlc(&["show", "input"]);
    assert_eq!(wrong.code, 3);
    assert!(wrong.stderr.contains("`n`"), "{}", wrong.stderr);
}

#[test]
fn a_pipeline_runs_behind_those_whose_datasets_it_reads() {
    let program = "catalog {\n    a: table { x: int } = csv(\"a.csv\"),\n    b: table { x: int } = csv(\"b.csv\"),\n    \
                   c: table { x: int } = csv(\"c.csv\"),\n}\npipeline second {\n    save b |> filter(.x > 1) as c\n}\n\
                   pipeline first {\n    save a as b\n}\n";
    let project = Project::of(&[("main.gml", program), ("a.csv", "x\n1\n2\n3\n"), ("b.csv", "x\n77\n")]);
    project.done(&["run"]);
    assert_eq!(std::fs::read_to_string(project.path("c.csv")).unwrap(), "x\n2\n3\n");
    let plan = project.gmlc(&["plan"]).stdout;
    assert!(plan.find("first") < plan.find("second"), "{plan}");
    // What another pipeline saves before need not be there yet.
    std::fs::remove_file(project.path("b.csv")).unwrap();
    assert_eq!(project.gmlc(&["check", "--data"]).code, 0);
}

#[test]
fn an_env_must_not_put_two_entries_into_one_place() {
    let program = "catalog {\n    a: table { x: int } = csv(\"a.csv\"),\n    b: table { x: int } = csv(\"b.csv\"),\n}\n\
                   env other {\n    catalog.b = csv(\"./a.csv\"),\n}\n\
                   pipeline main {\n    save a |> filter(.x > 1) as b\n}\n";
    let project = Project::of(&[("main.gml", program), ("a.csv", "x\n1\n2\n")]);
    let finished = project.gmlc(&["run", "--env", "other"]);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("GML0516"), "{}", finished.stderr);
    assert_eq!(std::fs::read_to_string(project.path("a.csv")).unwrap(), "x\n1\n2\n");
    project.done(&["run"]);
}
