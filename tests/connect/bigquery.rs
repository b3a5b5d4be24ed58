//! BigQuery, by a server that answers in its shapes: there is none of it to be had.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use gml_tests::{Finished, Project, gmlc_folder, repository};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{lines, servers_python, wanted};

struct Server {
    process: Child,
    folder: TempDir,
}

impl Server {
    fn start() -> Option<Self> {
        let python = wanted("Python with the servers of tests/connect", servers_python())?;
        let folder = tempfile::tempdir().unwrap();
        let script = repository().join("tests/servers/bigquery.py");
        let process = Command::new(python).arg(script).arg(folder.path()).spawn().unwrap();
        let server = Self { process, folder };
        let begun = Instant::now();
        while !server.folder.path().join("port").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server does not get ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn asked(&self) -> Vec<Value> {
        self.read("asked").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const COLUMNS: &str = "user_pseudo_id: str, event_timestamp: timestamp?, event_date: date?, hits: int?, price: float, \
    exact: decimal[12, 3]?, open: bool?, blob: bytes?, tags: list[str], device: struct { category: str? }?, \
    event_params: list[struct { key: str, value: struct { string_value: str?, int_value: int? } }]";

fn program(port: &str, key: &str, columns: &str, sql: &str) -> String {
    format!(
        "param start: date = @2021-01-01\n\
         connection warehouse = bigquery(project: \"shop\", {key}, location: \"EU\", endpoint: \"http://127.0.0.1:{port}\")\n\
         catalog {{\n    \
             events: table {{ {columns} }} = query(warehouse, sql: \"{sql}\", args: {{ start, names: [\"a\", \"b\"] }}),\n    \
             out: table {{ {columns} }} = jsonl(\"out.jsonl\"),\n\
         }}\n\
         pipeline p {{ save events as out }}\n"
    )
}

fn run(project: &Project, secrets: &[(&str, &str)]) -> Finished {
    let mut command = Command::new(gmlc_folder().join("gmlc"));
    command.arg("run").current_dir(project.path("")).env("NO_COLOR", "1").env("GML_NETWORK_TIMEOUT", "20");
    let output = command.envs(secrets.iter().copied()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    for hidden in ["ya29", "PRIVATE KEY"] {
        assert!(!stdout.contains(hidden) && !stderr.contains(hidden), "{stdout}\n{stderr}");
    }
    Finished { code: output.status.code().unwrap_or(-1), stdout, stderr }
}

fn nothing_hidden_in(folder: &Path) {
    for entry in folder.read_dir().unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            nothing_hidden_in(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("ya29") && !text.contains("PRIVATE KEY"), "{}", path.display());
        }
    }
}

#[test]
fn a_query_with_parameters_is_answered_in_pages() {
    let Some(server) = Server::start() else { return };
    let (port, account) = (server.read("port"), server.read("account.json"));
    let sql = "select * from web.events where event_date >= :start and user_pseudo_id in unnest(:names)";
    let project = Project::of(&[("main.gml", program(&port, "service_account: secret(\"ACCOUNT\")", COLUMNS, sql))]);
    let ran = run(&project, &[("ACCOUNT", &account)]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let rows = lines(&project, "out.jsonl");
    assert_eq!(rows.len(), 3);
    let first = &rows[0];
    assert_eq!(first["event_timestamp"], "2021-01-01T08:00:00.000001Z");
    assert_eq!((&first["hits"], &first["exact"]), (&json!(9_007_199_254_740_993_i64), &json!("12345.678")));
    assert_eq!((&first["open"], &first["blob"], &first["tags"]), (&json!(true), &json!("AP8="), &json!(["x", "y"])));
    assert_eq!(first["device"], json!({ "category": "mobile" }));
    let parameter = |key: &str, text: Value, number: Value| json!({ "key": key, "value": { "string_value": text, "int_value": number } });
    assert_eq!(
        first["event_params"],
        json!([parameter("ga_session_id", Value::Null, json!(7)), parameter("page", json!("/"), Value::Null)])
    );
    assert_eq!(
        (&rows[1]["event_date"], &rows[1]["hits"], &rows[1]["tags"]),
        (&json!("1969-12-31"), &json!(-7), &json!([]))
    );
    assert_eq!((&rows[2]["device"], &rows[2]["event_date"]), (&Value::Null, &Value::Null));

    // What was asked: the text as it is but for the names, and the values beside it. Asked again, it is the same request.
    let asked = server.asked();
    assert_eq!(asked.len(), 3, "twice the server had no time");
    assert!(asked.iter().all(|one| one == &asked[0]), "{asked:#?}");
    let one = &asked[0];
    assert_eq!(
        one["query"],
        "select * from web.events where event_date >= @start and user_pseudo_id in unnest(@names)"
    );
    assert_eq!(
        (&one["useLegacySql"], &one["parameterMode"], &one["location"]),
        (&json!(false), &json!("NAMED"), &json!("EU"))
    );
    assert_eq!(
        one["queryParameters"],
        json!([
            { "name": "start", "parameterType": { "type": "DATE" }, "parameterValue": { "value": "2021-01-01" } },
            {
                "name": "names",
                "parameterType": { "type": "ARRAY", "arrayType": { "type": "STRING" } },
                "parameterValue": { "arrayValues": [{ "value": "a" }, { "value": "b" }] },
            },
        ])
    );
    let again = run(&project, &[("ACCOUNT", &account)]);
    assert!(again.stdout.contains("nothing had to run"), "{}\n{}", again.stdout, again.stderr);
    nothing_hidden_in(&project.path(".gml"));
}

#[test]
fn refusals_say_what_is_wrong() {
    let Some(server) = Server::start() else { return };
    let (port, account) = (server.read("port"), server.read("account.json"));
    let sql =
        |from: &str| format!("select * from {from} where event_date >= :start and user_pseudo_id in unnest(:names)");
    let of = |key: &str, columns: &str, from: &str, secret: &str| {
        let project = Project::of(&[("main.gml", program(&port, key, columns, &sql(from)))]);
        let ran = run(&project, &[("ACCOUNT", secret)]);
        assert_eq!(ran.code, 3, "{}\n{}", ran.stdout, ran.stderr);
        ran.stderr
    };
    let (by_account, by_token) = ("service_account: secret(\"ACCOUNT\")", "token: secret(\"ACCOUNT\")");
    for (said, parts) in [
        (of(by_account, COLUMNS, "web.nowhere", &account), ["GML0963", "Not found"]),
        (of(by_account, COLUMNS, "web.denied", &account), ["GML0962", "Access Denied"]),
        (of(by_token, COLUMNS, "web.events", "ya29.of-somebody-else"), ["GML0962", "credentials"]),
        (of(by_account, COLUMNS, "web.events", "{}"), ["GML0962", "client_email"]),
        (of(by_account, COLUMNS, "web.events", "no json"), ["GML0962", "no JSON"]),
        (of(by_account, &COLUMNS.replace("hits: int?", "hits: str?"), "web.events", &account), ["GML0913", "`hits`"]),
        (
            of(by_account, &COLUMNS.replace("tags: list[str]", "tags: str"), "web.events", &account),
            ["GML0913", "list[str]"],
        ),
        (
            of(by_account, &COLUMNS.replace("key: str,", "key: int,"), "web.events", &account),
            ["GML0913", "event_params"],
        ),
        (
            of(
                by_account,
                &COLUMNS.replace("exact: decimal[12, 3]?", "exact: decimal[12, 1]?"),
                "web.events",
                &account,
            ),
            ["GML0905", "`exact`"],
        ),
        (of(by_account, &format!("{COLUMNS}, missing: str"), "web.events", &account), ["GML0904", "missing"]),
    ] {
        parts.iter().for_each(|part| assert!(said.contains(part), "{part} is not in: {said}"));
    }
}

#[test]
fn a_token_of_somebody_is_enough() {
    let Some(server) = Server::start() else { return };
    let sql = "select * from web.events where event_date >= :start and user_pseudo_id in unnest(:names)";
    let project =
        Project::of(&[("main.gml", program(&server.read("port"), "token: secret(\"TOKEN\")", "hits: int?", sql))]);
    let ran = run(&project, &[("TOKEN", "ya29.a-token-that-nobody-sees")]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(lines(&project, "out.jsonl").len(), 3);
}
