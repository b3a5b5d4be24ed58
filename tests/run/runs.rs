//! `gmlc runs`: what the records of runs tell.

use gml_tests::Project;
use serde_json::Value;

const PROGRAM: &str = r#"
use std.learn.{logistic}
use std.metrics.{log_loss}
param least: int = 1
schema Row { id name: str, n: int, target dear: bool }
catalog { input: table[Row] = csv("in.csv"), output: table[Row] = csv("out.csv") }
pipeline main(most: int = 100) {
    let kept = input |> filter(.n >= least and .n <= most)
    track evaluate(fit(logistic(), train: kept), on: [kept], metrics: [log_loss], in_sample: true)
    save kept as output
}
"#;

/// Two models that are judged by the same metric on the same rows.
const RIVALS: &str = r#"
use std.learn.{logistic}
use std.metrics.{log_loss}
schema Row { id name: str, n: int, target dear: bool }
catalog { input: table[Row] = csv("in.csv") }
pipeline main {
    for l2 in [0.1, 100.0] {
        track evaluate(fit(logistic(l2: l2), train: input), on: [input], metrics: [log_loss], in_sample: true)
    }
}
"#;

/// Four rows, of which the dear ones are not the last.
const ROWS: &str = "name,n,dear\na,1,false\nb,2,true\nc,3,true\nd,4,false\n";

/// A project with two runs that end well, and one that fails.
fn project() -> Project {
    let project = Project::of(&[("main.gml", PROGRAM), ("in.csv", ROWS)]);
    project.done(&["run"]);
    project.done(&["run", "--set", "least=2", "--set", "most=50"]);
    project.write("in.csv", "name,n,dear\na,one,true\n");
    assert_eq!(project.gmlc(&["run"]).code, 3);
    project
}

fn json(project: &Project, args: &[&str]) -> Value {
    let args: Vec<&str> = ["runs"].iter().chain(args).chain(&["--format", "json"]).copied().collect();
    serde_json::from_str(&project.done(&args).stdout).unwrap()
}

/// The ids of the runs, the latest first. Runs of one second come in any order.
fn ids(project: &Project) -> Vec<String> {
    let list = json(project, &["list"]);
    list.as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of the run that ended well with `least`.
fn id_with(project: &Project, least: i64) -> String {
    let with = |id: &String| json(project, &["show", id])["parameters"]["least"] == least;
    let ended = |id: &String| json(project, &["show", id])["state"] == "done";
    ids(project).into_iter().find(|id| with(id) && ended(id)).unwrap()
}

#[test]
fn runs_are_listed() {
    let project = project();
    let text = project.done(&["runs", "list"]).stdout;
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!((text.matches("  done ").count(), text.matches("  failed ").count()), (2, 1), "{text}");
    assert_eq!(text.matches(" s  main  log_loss 0.").count(), 2, "{text}");
    let mut sorted = ids(&project);
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(&project), sorted);
    let list = json(&project, &["list"]);
    let done = list.as_array().unwrap().iter().find(|run| run["state"] == "done").unwrap();
    assert_eq!((&done["metrics"][0]["name"], &done["pipelines"]), (&"log_loss".into(), &serde_json::json!(["main"])));
    assert_eq!(json(&project, &["list", "--limit", "1"]).as_array().unwrap().len(), 1);
    assert_eq!(Project::of(&[("main.gml", PROGRAM)]).done(&["runs", "list"]).stdout, "");
}

#[test]
fn a_run_is_shown_by_its_id_or_what_it_begins_with() {
    let project = project();
    let id = id_with(&project, 1);
    let record = json(&project, &["show", &id]);
    let file: Value = serde_json::from_slice(&project.read(&format!(".gml/runs/{id}/run.json"))).unwrap();
    assert_eq!(record, file, "the JSON form is the record as it is");
    let text = project.done(&["runs", "show", &id]).stdout;
    for part in
        ["state        done", "least = 1", "most  = 100", "log_loss    0.", "saved output  ", "ran ", "load input"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let failed = project.done(&["runs", "show", "last"]).stdout;
    assert!(failed.contains("failure      GML0905") && failed.contains("in.csv"), "{failed}");
    assert_eq!(json(&project, &["show", "last"])["state"], "failed");
    let several = project.gmlc(&["runs", "show", &id[..2]]);
    assert_eq!(several.code, 3);
    assert!(several.stderr.contains("several runs begin with") && several.stderr.contains(&id), "{}", several.stderr);
    let missing = project.gmlc(&["runs", "show", "x"]);
    assert!(missing.code == 3 && missing.stderr.contains("there is no run \"x\""), "{}", missing.stderr);
}

#[test]
fn two_runs_are_compared() {
    let project = project();
    let (first, second) = (id_with(&project, 1), id_with(&project, 2));
    let text = project.done(&["runs", "compare", &first, &second]).stdout;
    for part in
        ["the same program", "parameter least: 1 -> 2", "parameter main.most: 100 -> 50", "rows of output: 4 -> 3"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let compared = json(&project, &["compare", &first, &second]);
    assert_eq!(compared["parameters"][0], serde_json::json!({ "name": "least", "first": 1, "second": 2 }));
    let metric = &compared["metrics"][0];
    let number = |name: &str| metric[name].as_f64().unwrap();
    assert_eq!(metric["name"], "log_loss");
    assert!(number("difference") != 0.0 && (number("second") - number("first") - number("difference")).abs() < 1e-12);
    assert!(text.contains(&format!("{:+.6}", number("difference"))), "{text}");
    let same = json(&project, &["compare", &first, &first]);
    assert_eq!((&same["parameters"], &same["rows"]), (&serde_json::json!([]), &serde_json::json!([])));
}

#[test]
fn what_is_tracked_again_is_shown_by_itself() {
    let project = Project::of(&[("main.gml", RIVALS), ("in.csv", ROWS)]);
    let ran = project.done(&["run"]).stdout;
    let shown = project.done(&["runs", "show", "last"]).stdout;
    for text in [&ran, &shown] {
        for part in [
            "tracked 1 of 2: evaluate of logistic(l2: 0.1) (main.gml:8)\nmetric",
            "tracked 2 of 2: evaluate of logistic(l2: 100.0) (main.gml:8)\nmetric",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.matches("report ").count(), 1, "{text}");
        assert!(text.contains("report.html"), "{text}");
        assert_eq!(text.matches("log_loss    0.").count(), 2, "{text}");
    }
    let page = project.path(".gml/runs").join(project.record()["id"].as_str().unwrap()).join("report.html");
    assert!(
        std::fs::read_to_string(page).unwrap().contains("tracked 2 of 2: evaluate of logistic(l2: 100.0) (main.gml:8)")
    );
    let compared = project.done(&["runs", "compare", "last", "last"]).stdout;
    assert!(compared.contains("log_loss     ") && compared.contains("log_loss #2  "), "{compared}");
    let compared = json(&project, &["compare", "last", "last"]);
    let times: Vec<_> = compared["metrics"].as_array().unwrap().iter().map(|metric| &metric["time"]).collect();
    assert_eq!(times, [&Value::from(1), &Value::from(2)]);
}

#[test]
fn a_run_that_cannot_be_recorded_does_not_say_that_it_is() {
    let project = Project::of(&[("main.gml", PROGRAM), ("in.csv", ROWS)]);
    // No file takes the place of a folder.
    project.write(".gml/runs/last/in_the_way", "");
    let finished = project.gmlc(&["run"]);
    assert!(finished.code == 3 && finished.stderr.contains("GML0910"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("the run is recorded"), "{}", finished.stderr);
    assert_eq!(std::fs::read_dir(project.path(".gml/runs")).unwrap().count(), 1, "only what is in the way is left");
}

#[test]
fn old_runs_go_and_the_latest_stays() {
    let project = project();
    let before = ids(&project);
    let last = String::from_utf8(project.read(".gml/runs/last")).unwrap();
    let pretended = project.done(&["runs", "gc", "--keep", "0", "--dry-run"]).stdout;
    assert!(pretended.contains("would throw away 2 runs"), "{pretended}");
    assert_eq!(ids(&project), before);
    assert!(project.done(&["runs", "gc", "--older-than", "1"]).stdout.contains("threw away 0 runs"));
    project.done(&["runs", "gc", "--keep", "0"]);
    assert_eq!(ids(&project), [last], "the latest stays");
    assert!(project.path("out.csv").exists());
    assert_eq!(project.gmlc(&["runs", "gc"]).code, 2, "without a limit nothing is thrown away");
}
