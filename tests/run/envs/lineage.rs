//! `--lineage`: events of OpenLineage.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use gml_tests::{Project, gmlc_with, repository};
use serde_json::{Value, json};

const PROGRAM: &str = r#"
use std.learn.{logistic}

schema Sale { id shop: int, day: date, price: float, pieces: int, note: struct { text: str? }?, target dear: bool }

catalog {
    sales: table[Sale] = csv("data/sales.csv"),
    totals: table { shop: int, total: float, n: int } = parquet("out/totals.parquet", versioned: true),
    scores: table { shop: int, score: float } = csv("out/scores.csv"),
}

pipeline summing {
    save sales
        |> derive { value = .price * .pieces }
        |> filter(.day >= @2021-01-01)
        |> group(by: [.shop]) { total = sum(.value), n = count() }
        as totals
}

pipeline judging(most: int = 100) {
    expect count(totals) < most, "too many shops"
    let rows = sales |> select([.shop, .price, .dear])
    save rows |> predict(fit(logistic(), train: rows)) |> select([.shop, .score]) as scores
}
"#;

fn project() -> Project {
    let program = PROGRAM.replace("csv(\"data/sales.csv\")", "jsonl(\"data/sales.jsonl\")");
    let mut rows = String::new();
    for row in 0..40 {
        let (dear, price) = (row % 3 == 0, f64::from(row % 7) + 0.5);
        let sale = json!({ "shop": row % 5, "day": "2021-01-02", "price": price, "pieces": 2, "dear": dear });
        rows += &format!("{sale}\n");
    }
    Project::of(&[("main.gml", program), ("data/sales.jsonl", rows)])
}

fn events(text: &[u8]) -> Vec<Value> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn kinds(events: &[Value]) -> Vec<(&str, &str)> {
    let name = |event: &'_ Value| event["job"]["name"].as_str().and_then(|name| name.rsplit('.').next().map(str::len));
    events
        .iter()
        .map(|event| {
            let job = event["job"]["name"].as_str().unwrap();
            (&job[job.len() - name(event).unwrap()..], event["eventType"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn a_run_is_told_with_schemas_and_what_columns_are_made_of() {
    let project = project();
    project.done(&["run", "--lineage", "events.jsonl"]);
    let told = events(&project.read("events.jsonl"));
    let expected = [("summing", "START"), ("summing", "COMPLETE"), ("judging", "START"), ("judging", "COMPLETE")];
    assert_eq!(kinds(&told), expected);
    assert_eq!(told[0]["run"]["runId"], told[1]["run"]["runId"]);
    assert_ne!(told[0]["run"]["runId"], told[2]["run"]["runId"]);
    let (input, output) = (&told[1]["inputs"][0], &told[1]["outputs"][0]);
    assert_eq!(
        (&input["namespace"], input["name"].as_str().unwrap().ends_with("/data/sales.jsonl")),
        (&json!("file"), true)
    );
    let field = |name: &str, ty: &str| json!({ "name": name, "type": ty });
    let schema = output["facets"]["schema"]["fields"].as_array().unwrap();
    assert_eq!(schema, &[field("shop", "int"), field("total", "float"), field("n", "int")]);
    let nested = &input["facets"]["schema"]["fields"][4];
    assert_eq!(nested["fields"], json!([field("text", "str?")]), "{nested}");
    assert_eq!(output["outputFacets"]["outputStatistics"]["rowCount"], 5);
    let made = |output: &Value, column: &str| -> Vec<(String, String)> {
        let inputs = output["facets"]["columnLineage"]["fields"][column]["inputFields"].as_array().unwrap().clone();
        let ways = |input: &Value| {
            let ways = input["transformations"].as_array().unwrap().iter();
            ways.map(|way| format!("{} {}", way["type"].as_str().unwrap(), way["subtype"].as_str().unwrap()))
                .collect::<Vec<_>>()
        };
        inputs.iter().map(|input| (input["field"].as_str().unwrap().to_owned(), ways(input).join(", "))).collect()
    };
    let total = made(output, "total");
    for column in ["price", "pieces"] {
        assert!(total.contains(&(column.into(), "DIRECT AGGREGATION".into())), "{total:?}");
    }
    assert_eq!(made(output, "shop"), [("shop".to_owned(), "DIRECT IDENTITY".to_owned())]);
    let scores = &told[3]["outputs"][0];
    assert_eq!(made(scores, "shop"), [("shop".to_owned(), "DIRECT IDENTITY".to_owned())]);
    let score = made(scores, "score");
    assert!(score.iter().any(|(name, _)| name == "price") && score.iter().any(|(name, _)| name == "dear"), "{score:?}");
    let names: Vec<_> = told[3]["inputs"].as_array().unwrap().iter().map(|input| input["name"].clone()).collect();
    assert_eq!(names.len(), 2, "what another pipeline saved is read here: {names:?}");
    // What did not have to run is told too.
    project.done(&["run", "--lineage", "events.jsonl"]);
    assert_eq!(events(&project.read("events.jsonl")).len(), 8);
}

#[test]
fn a_failure_is_told() {
    let project = project();
    let finished = project.gmlc(&["run", "--set", "most=1", "--lineage", "events.jsonl"]);
    assert_eq!(finished.code, 3);
    let told = events(&project.read("events.jsonl"));
    assert_eq!(kinds(&told)[2..], [("judging", "START"), ("judging", "FAIL")]);
    let message = told[3]["run"]["facets"]["errorMessage"]["message"].as_str().unwrap();
    assert!(message.starts_with("[GML0916]") && message.contains("too many shops"), "{message}");
}

#[test]
fn a_client_of_openlineage_takes_the_events() {
    let python = std::env::var_os("GML_SERVERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    let Some(python) = python else {
        assert!(std::env::var_os("CI").is_none(), "no openlineage-python");
        eprintln!("skipped: no openlineage-python (tests/all sets it up)");
        return;
    };
    let project = project();
    project.done(&["run", "--lineage", "events.jsonl"]);
    assert_eq!(project.gmlc(&["run", "--set", "most=1", "--lineage", "events.jsonl"]).code, 3);
    let script = repository().join("tests/servers/openlineage_events.py");
    let output = Command::new(python).arg(script).arg(project.path("events.jsonl")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), "8 events");
}

/// The path, the credentials and the body of a request.
type Request = (String, String, String);

/// Answers so many requests with a status each; gives its address, and the requests once all were answered.
fn server(answers: &'static [&'static str]) -> (String, std::thread::JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for status in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut head, mut line) = (Vec::new(), String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                head.push(std::mem::take(&mut line).trim().to_owned());
            }
            let value = |name: &str| {
                let found = head
                    .iter()
                    .find_map(|line| line.to_lowercase().starts_with(name).then(|| line[name.len()..].trim()));
                found.unwrap_or_default().to_owned()
            };
            let mut body = vec![0; value("content-length:").parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            requests.push((head[0].clone(), value("authorization:"), String::from_utf8(body).unwrap()));
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
        }
        requests
    });
    (address, serving)
}

#[test]
fn a_server_is_told_and_asked_again_where_it_is_busy() {
    let project = project();
    let (address, serving) = server(&["201 Created", "503 Busy", "200 OK"]);
    let variables = [("OPENLINEAGE_API_KEY", "s3cret-key-of-the-server"), ("OPENLINEAGE_NAMESPACE", "shops")];
    let finished = gmlc_with(&project.path(""), &["run", "summing", "--lineage", &address], &variables);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let requests = serving.join().unwrap();
    for (head, credentials, _) in &requests {
        assert_eq!(head, "POST /api/v1/lineage HTTP/1.1");
        assert_eq!(credentials, "Bearer s3cret-key-of-the-server");
    }
    let told: Vec<Value> = requests.iter().map(|(_, _, body)| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(kinds(&told), [("summing", "START"), ("summing", "COMPLETE"), ("summing", "COMPLETE")]);
    assert_eq!(told[0]["job"]["namespace"], "shops");
    let said = finished.stdout + &finished.stderr;
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_server_that_does_not_listen_stops_no_run() {
    let project = project();
    let (address, serving) = server(&["403 Forbidden", "403 Forbidden"]);
    let finished = project.gmlc(&["run", "summing", "--lineage", &address]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("lineage is not told") && finished.stderr.contains("403 Forbidden"),
        "{}",
        finished.stderr
    );
    serving.join().unwrap();
    let nowhere = project.gmlc(&["run", "summing", "--force", "--lineage", "nowhere/events.jsonl"]);
    assert!(nowhere.code == 0 && nowhere.stderr.contains("lineage is not told"), "{}", nowhere.stderr);
}
