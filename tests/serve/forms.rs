//! The forms of requests and answers, by HTTP.

use std::io::Cursor;

use polars::prelude::*;

use super::*;

#[test]
fn a_record_a_list_and_the_forms_of_mlflow_are_scored_alike() {
    let server = Server::of(trained(), &["buyer"]);
    let single = server.post("/predict", ROW);
    assert_eq!((single.status, single.header("content-type")), (200, Some("application/json")));
    assert_eq!(single.header("gml-model-version"), Some("1"));
    let scores = single.json();
    assert!(scores["score"].as_f64().is_some_and(|score| (0.0..1.0).contains(&score)), "{scores}");
    assert!(scores["calibrated"].is_f64());
    let list = server.post("/predict", &format!("[{ROW}, {ROW}]")).json();
    assert_eq!(list, Value::from(vec![scores.clone(), scores.clone()]));
    let forms = [
        format!(r#"{{"dataframe_records": [{ROW}]}}"#),
        format!(r#"{{"instances": [{ROW}]}}"#),
        format!(r#"{{"inputs": [{ROW}]}}"#),
        r#"{"inputs": {"age": [31], "income": [120.5], "city": ["graz"], "plan": ["paid"], "member": [true]}}"#.to_owned(),
        r#"{"dataframe_split": {"columns": ["plan", "age", "income", "city", "member"], "data": [["paid", 31, 120.5, "graz", true]]}}"#.to_owned(),
    ];
    for form in forms {
        let answer = server.post("/invocations", &form);
        assert_eq!(answer.status, 200, "{form}: {answer:?}");
        assert_eq!(answer.json(), serde_json::json!({ "predictions": [scores] }), "{form}");
    }
    let csv = b"age,income,city,plan,member\n31,120.5,graz,paid,true\n";
    let answer = server.ask("POST", "/invocations", &[("content-type", "text/csv; charset=utf-8")], csv);
    assert_eq!(answer.json(), serde_json::json!({ "predictions": [scores] }));
    assert_eq!(server.post("/predict", "[]").json(), serde_json::json!([]));
}

#[test]
fn arrow_goes_in_and_comes_out() {
    let server = Server::of(trained(), &["buyer"]);
    let mut rows = df!("age" => [31_i64, 60], "income" => [Some(120.5), None], "city" => ["graz", "wien"],
        "plan" => ["paid", "free"], "member" => [true, false])
    .unwrap();
    let mut body = Vec::new();
    IpcStreamWriter::new(&mut body).finish(&mut rows).unwrap();
    let kind = "application/vnd.apache.arrow.stream";
    let answer = server.ask("POST", "/predict", &[("content-type", kind)], &body);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
    let found = IpcStreamReader::new(Cursor::new(&answer.body)).finish().unwrap();
    assert_eq!(found.get_column_names(), ["score", "calibrated"]);
    let json = server.ask("POST", "/predict", &[("content-type", kind), ("accept", "application/json")], &body);
    let json = String::from_utf8(json.body).unwrap();
    for score in found.column("score").unwrap().f64().unwrap().iter().flatten() {
        // As text, since readers of JSON may round numbers.
        assert!(json.contains(&format!("\"score\": {score:?},")), "{score:?} is not in {json}");
    }
    let answer =
        server.ask("POST", "/predict", &[("content-type", "application/json"), ("accept", kind)], ROW.as_bytes());
    assert_eq!(answer.header("content-type"), Some(kind));
}

#[test]
fn what_breaks_the_signature_is_named() {
    let server = Server::of(trained(), &["buyer"]);
    let changed = |from: &str, to: &str| server.post("/invocations", &format!("[{ROW}, {}]", ROW.replace(from, to)));
    for (from, to, column, rule) in [
        ("\"age\": 31, ", "", "age", "missing column"),
        ("31", "\"old\"", "age", "int"),
        ("31", "121", "age", "in 0..120"),
        ("31", "null", "age", "never null"),
        ("paid", "gold", "plan", "enum[\"free\", \"paid\"]"),
        ("income", "incme", "incme", "unknown column"),
    ] {
        let answer = changed(from, to);
        assert_eq!(answer.status, 422, "{answer:?}");
        let told = answer.json();
        let first = &told["violations"][0];
        assert_eq!(
            (first["row"].as_u64(), first["column"].as_str(), first["rule"].as_str()),
            (Some(2), Some(column), Some(rule))
        );
        assert!(told["message"].as_str().unwrap().contains("row 2"), "{told}");
    }
    let hint = changed("income", "incme").json();
    assert!(hint["message"].as_str().unwrap().contains("did you mean `income`?"), "{hint}");
    // A city that was never seen is a city; an id and the target may come along.
    assert_eq!(changed("graz", "nowhere").status, 200);
    assert_eq!(changed("{\"age\"", "{\"visitor\": \"v1\", \"bought\": null, \"age\"").status, 200);
}

#[test]
fn pages_for_machines_and_people() {
    let server = Server::of(trained(), &["buyer"]);
    let health = server.get("/health").json();
    assert_eq!((health["status"].as_str(), health["version"].as_str()), (Some("ok"), Some("1")));
    assert_eq!(health["without_query"], true);
    assert_eq!((server.get("/ping").status, server.get("/version").status), (200, 200));
    server.post("/predict", ROW);
    server.post("/predict", &format!("[{ROW}, {ROW}]"));
    server.post("/predict", "{");
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    for line in [
        "gml_serve_requests_total{path=\"/predict\",status=\"200\"} 2",
        "gml_serve_requests_total{path=\"/predict\",status=\"400\"} 1",
        "gml_serve_rows_total 3",
        "gml_serve_batch_rows_bucket{le=\"1\"} 1",
        "gml_serve_request_seconds_count 3",
        "gml_serve_model_info{version=\"1\",",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let described = server.get("/openapi.json").json();
    assert_eq!(
        described["components"]["schemas"]["Record"]["properties"]["plan"]["enum"],
        serde_json::json!(["free", "paid"])
    );
    let page = server.get("/");
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    assert!(String::from_utf8(page.body).unwrap().contains("<code>income</code>"));
}
