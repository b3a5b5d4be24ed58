//! `--log json`

use gml_tests::Project;
use serde_json::Value;

const PROGRAM: &str = r#"
use std.learn.{logistic}
use std.metrics.{log_loss}
schema Row { id name: str, n: int in 0..3, target dear: bool }
catalog {
    input: table[Row] = csv("in.csv", on_violation: drop),
    output: table[Row] = csv("out.csv"),
}
pipeline main(least: int = 1) {
    save input |> filter(.n >= least) as output
    track evaluate(fit(logistic(), train: output), on: [output], metrics: [log_loss], in_sample: true)
    expect count(output) < 3, "too many"
}
"#;

fn lines(project: &Project, args: &[&str]) -> (i32, Vec<Value>) {
    let args: Vec<&str> = ["run", "--log", "json"].iter().chain(args).copied().collect();
    let finished = project.gmlc(&args);
    let lines = finished.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    (finished.code, lines.collect())
}

fn of<'v>(lines: &'v [Value], event: &str) -> Vec<&'v Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn every_line_is_an_object() {
    let project = Project::of(&[("main.gml", PROGRAM), ("in.csv", "name,n,dear\na,1,true\nb,2,false\nc,9,true\n")]);
    let (code, said) = lines(&project, &[]);
    assert_eq!(code, 0, "{said:?}");
    assert!(said.iter().all(|line| line["seconds"].is_number()));
    let (started, finished) = (of(&said, "step_started"), of(&said, "step_finished"));
    assert!(!started.is_empty() && started.len() == finished.len(), "{said:?}");
    assert!(started.iter().all(|line| line["index"].as_u64() <= line["total"].as_u64()));
    assert_eq!(of(&said, "message")[0]["text"], "input: 1 row breaks `n in 0..3` and is left out");
    let done = of(&said, "run_done");
    assert_eq!((done.len(), &done[0]["run"]), (1, &project.record()["id"]));
    assert_eq!(done[0]["metrics"][0]["name"], "log_loss");
    let (_, again) = lines(&project, &[]);
    assert!(!of(&again, "step_cached").is_empty() && of(&again, "step_started").is_empty(), "{again:?}");
}

#[test]
fn a_failure_is_an_object_too() {
    let project = Project::of(&[("main.gml", PROGRAM), ("in.csv", "name,n,dear\na,1,true\nb,2,false\nc,3,true\n")]);
    let (code, said) = lines(&project, &[]);
    let failed = of(&said, "run_failed");
    assert_eq!((code, failed.len()), (3, 1), "{said:?}");
    assert_eq!((&failed[0]["code"], &failed[0]["run"]), (&"GML0916".into(), &project.record()["id"]));
    assert!(failed[0]["message"].as_str().unwrap().contains("too many"), "{said:?}");
}
