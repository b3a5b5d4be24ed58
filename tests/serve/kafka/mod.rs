//! Topics of Kafka: rows in, scores out, consumers that are killed. The broker is the one that librdkafka has in it for tests: it speaks
//! Kafka's protocol, keeps records in memory, and asks nobody for a password.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{ChildStdin, ChildStdout};
use std::sync::Mutex;

use gml_tests::repository;
use serde_json::json;

use super::*;

/// A broker of its own.
struct Broker {
    process: Child,
    ends: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    port: u16,
}

/// A record as it was read.
#[derive(Debug)]
struct Record {
    partition: i64,
    key: Option<String>,
    text: Option<String>,
    headers: BTreeMap<String, String>,
}

impl Broker {
    /// None where it is not installed.
    fn start() -> Option<Self> {
        let python = std::env::var_os("GML_SERVERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
        let Some(python) = python else {
            assert!(std::env::var_os("CI").is_none(), "no confluent-kafka");
            eprintln!("skipped: no confluent-kafka (tests/all sets it up)");
            return None;
        };
        let mut process = Command::new(python)
            .arg(repository().join("tests/serve/kafka/broker.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        reader.read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("the broker tells its port");
        let broker = Self { ends: Mutex::new((process.stdin.take().unwrap(), reader)), process, port };
        for name in ["rows", "scores", "scores.dead", "rows-gml-offsets"] {
            assert_eq!(broker.ask(json!({ "do": "topic", "name": name })), json!(4));
        }
        Some(broker)
    }

    fn ask(&self, command: Value) -> Value {
        let mut ends = self.ends.lock().unwrap();
        writeln!(ends.0, "{command}").unwrap();
        let mut line = String::new();
        ends.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|wrong| panic!("{wrong}: {line:?}"))
    }

    fn url(&self, topic: &str) -> String {
        format!("kafka://127.0.0.1:{}/{topic}", self.port)
    }

    /// Adds records: partition, key and text.
    fn add(&self, topic: &str, rows: &[(usize, String, Option<String>)]) {
        let rows: Vec<Value> = rows.iter().map(|(at, key, text)| json!([at, key, text, "none"])).collect();
        assert_eq!(self.ask(json!({ "do": "add", "topic": topic, "rows": rows })), json!([]));
    }

    /// Adds rows, each to the next partition; their keys are their numbers.
    fn add_rows(&self, rows: std::ops::Range<usize>) {
        let record = |row: usize| (row % 4, row.to_string(), Some(ROW.replace("31", &(row % 90).to_string())));
        self.add("rows", &rows.map(record).collect::<Vec<_>>());
    }

    fn all(&self, topic: &str) -> Vec<Record> {
        let found = self.ask(json!({ "do": "all", "topic": topic }));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let record = |record: &Value| Record {
            partition: record[0].as_i64().unwrap(),
            key: text(&record[2]),
            text: text(&record[3]),
            headers: serde_json::from_value(record[4].clone()).unwrap(),
        };
        found.as_array().unwrap().iter().map(record).collect()
    }

    /// How far the partitions were scored.
    fn offsets(&self) -> BTreeMap<String, i64> {
        let kept = self.all("rows-gml-offsets").into_iter().map(|record| {
            let kept: Value = serde_json::from_str(&record.text.unwrap()).unwrap();
            (record.key.unwrap(), kept["offset"].as_i64().unwrap())
        });
        kept.collect()
    }

    fn serve(&self, more: &[&str]) -> Server {
        let (rows, scores) = (self.url("rows"), self.url("scores"));
        let mut args = vec!["buyer", "--from", &rows, "--to", &scores];
        args.extend(more);
        Server::of(trained(), &args)
    }

    /// What is told where it does not begin.
    fn refuses(&self, from: &str, to: &str, more: &[&str]) -> String {
        let (from, to) = (self.url(from), self.url(to));
        let mut args = vec!["serve", "buyer", "--port", "0", "--from", &*from, "--to", &*to];
        args.extend(more);
        let told = trained().gmlc(&args);
        assert_eq!(told.code, 3, "{}", told.stderr);
        told.stderr
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn rows_of_kafka_are_scored_and_bad_ones_are_set_aside() {
    let Some(broker) = Broker::start() else { return };
    let mut server = broker.serve(&[]);
    broker.add_rows(0..50);
    let bad = [Some("{"), Some(r#"{"age": "x"}"#), Some("\u{ff}\u{fe}"), None];
    broker.add("rows", &bad.map(|text| (3, "bad".to_owned(), text.map(str::to_owned))));
    broker.add_rows(50..60);
    until("all rows are handled", || broker.offsets().values().sum::<i64>() == 64 && broker.all("scores").len() == 60);
    let scored = broker.all("scores");
    // Rows of one partition lie in one, in their order, each with its key and what it was made of.
    let first: Vec<&str> = scored.iter().filter(|one| one.partition == 1).map(|one| &*one.headers["source"]).collect();
    assert_eq!(first, (0..15).map(|offset| format!("1-{offset}")).collect::<Vec<_>>());
    let seventh = scored.iter().find(|one| one.key.as_deref() == Some("7")).unwrap();
    assert_eq!((seventh.partition, &*seventh.headers["version"]), (3, "1"));
    let asked = server.post("/predict", &ROW.replace("31", "7"));
    assert_eq!(seventh.text.as_deref().unwrap(), String::from_utf8(asked.body).unwrap().trim_end());
    let dead = broker.all("scores.dead");
    let sources: Vec<&str> = dead.iter().map(|one| &*one.headers["source"]).collect();
    assert_eq!(sources, ["3-12", "3-13", "3-14", "3-15"]);
    let error: Value = serde_json::from_str(&dead[1].headers["error"]).unwrap();
    assert_eq!(error["violations"][0]["column"].as_str(), Some("age"));
    // As it came, so that it can be sent again when it is mended.
    assert_eq!((dead[2].text.as_deref(), dead[2].key.as_deref()), (Some("\u{ff}\u{fe}"), Some("bad")));
    server.counts("gml_serve_stream_rows_total", 60);
    server.counts("gml_serve_stream_dead_rows_total", 4);
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    // Another process goes on where that one was.
    broker.add_rows(60..70);
    let server = broker.serve(&[]);
    until("new rows are scored", || broker.all("scores").len() == 70);
    server.counts("gml_serve_stream_rows_total", 10);
}

#[test]
fn nothing_of_kafka_is_lost_where_consumers_are_killed() {
    let Some(broker) = Broker::start() else { return };
    let (rows, kills) = (14_000, 6);
    let part = rows / (kills + 1);
    let consumer = |partitions: &str| broker.serve(&["--stream-batch", "64", "--partitions", partitions]);
    for kill in 0..kills {
        broker.add_rows(kill * part..(kill + 1) * part);
        let before = broker.all("scores").len();
        let both = (consumer("0,2"), consumer("1,3"));
        // In the midst of their work.
        until("some rows are scored", || broker.all("scores").len() > before);
        drop(both);
    }
    broker.add_rows(kills * part..rows);
    let both = [consumer("0,2"), consumer("1,3")];
    until("no row is left", || broker.offsets().values().sum::<i64>() == rows as i64);
    for mut server in both {
        server.signal("-TERM");
        assert_eq!(server.process.wait().unwrap().code(), Some(0));
    }
    let mut times = vec![0_usize; rows];
    for record in broker.all("scores") {
        times[record.key.unwrap().parse::<usize>().unwrap()] += 1;
    }
    let lost = times.iter().filter(|times| **times == 0).count();
    let again: usize = times.iter().map(|times| times.saturating_sub(1)).sum();
    eprintln!("{again} of {rows} rows were scored again after {kills} kills of two consumers");
    assert_eq!((lost, broker.all("scores.dead").len()), (0, 0));
    // What was written and not yet kept as such: a batch for each that was killed.
    assert!(again <= kills * 2 * 64, "{again}");
}

#[test]
fn a_broker_that_stands_still_is_taken_up_again() {
    let Some(broker) = Broker::start() else { return };
    let server = broker.serve(&[]);
    broker.add_rows(0..100);
    until("all rows are scored", || broker.all("scores").len() == 100);
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &broker.process.id().to_string()]).status().unwrap().success());
    };
    signal("-STOP");
    let lost = || {
        let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
        !metrics.contains("gml_serve_stream_lost_links_total 0\n")
    };
    until("it is seen", lost);
    signal("-CONT");
    broker.add_rows(100..200);
    until("all rows are scored", || broker.offsets().values().sum::<i64>() == 200);
    let keys: std::collections::BTreeSet<_> = broker.all("scores").into_iter().map(|record| record.key).collect();
    assert_eq!(keys.len(), 200);
}

#[test]
fn two_consumers_of_one_partition_are_told_of_each_other() {
    let Some(broker) = Broker::start() else { return };
    let mut both = [broker.serve(&["--consumer", "one"]), broker.serve(&["--consumer", "two"])];
    for round in 0..4 {
        broker.add_rows(round * 100..(round + 1) * 100);
        until("both have scored all", || broker.all("scores").len() >= (round + 1) * 200);
    }
    let mut told = String::new();
    for server in &mut both {
        server.signal("-TERM");
        server.process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    }
    assert!(told.contains("is scored by two too") || told.contains("is scored by one too"), "{told}");
}

#[test]
fn what_is_no_topic_is_told() {
    let project = trained();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let there = |topic: &str| format!("kafka://127.0.0.1:{nobody}/{topic}");
    for (from, to, more, code, text) in [
        (there("ro:ws"), there("scores"), &[][..], 2, "no name of a topic"),
        (there("rows"), there("rows"), &[], 2, "the same stream"),
        (there("rows"), there("scores"), &["--to-most", "10"], 2, "is never full"),
        (there("rows"), there("scores"), &["--group", "a b"], 2, "no name of a topic"),
        (there("rows"), there("scores"), &[], 3, "GML0961"),
        (format!("kafka://me@127.0.0.1:{nobody}/rows"), there("scores"), &[], 3, "GML0962"),
    ] {
        let mut args = vec!["serve", "buyer", "--port", "0", "--from", &from, "--to", &to];
        args.extend(more);
        let told = project.gmlc(&args);
        assert!(told.code == code && told.stderr.contains(text), "{from} {to}: {} {}", told.code, told.stderr);
    }
    let Some(broker) = Broker::start() else { return };
    // This broker lets everybody in, and knows nobody.
    let (from, to) = (broker.url("rows").replace("//", "//me:secret@"), broker.url("scores"));
    let told = project.gmlc(&["serve", "buyer", "--port", "0", "--from", &from, "--to", &to]);
    assert!(told.code == 3 && told.stderr.contains("GML0962") && !told.stderr.contains("secret"), "{}", told.stderr);
    let told = broker.refuses("visits", "scores", &[]);
    assert!(told.contains("there is no topic visits") && told.contains("GML0987"), "{told}");
    let told = broker.refuses("rows", "other", &[]);
    assert!(told.contains("there is no topic other"), "{told}");
    let told = broker.refuses("rows", "scores", &["--group", "new"]);
    assert!(told.contains("there is no topic rows-new-offsets") && told.contains("cleanup.policy=compact"), "{told}");
    let told = broker.refuses("rows", "scores", &["--partitions", "0,7"]);
    assert!(told.contains("rows has no partition 7"), "{told}");
    // A topic that was made anew is not the one that was scored.
    broker.add("rows-gml-offsets", &[(2, "2".to_owned(), Some(json!({ "offset": 50 }).to_string()))]);
    let told = broker.refuses("rows", "scores", &[]);
    assert!(told.contains("partition 2 was scored up to row 50"), "{told}");
    // What was kept cannot be read any more.
    broker.add("rows-gml-offsets", &(0..70).map(|_| (1, "1".to_owned(), Some("{".to_owned()))).collect::<Vec<_>>());
    let told = broker.refuses("rows", "scores", &["--partitions", "1"]);
    assert!(told.contains("how far partition 1 was scored"), "{told}");
    // Compressed records are refused by name. A producer compresses only what becomes shorter.
    let rows = json!([[0, "0", format!("{ROW}{}", " ".repeat(10_000)), "gzip"]]);
    assert_eq!(broker.ask(json!({ "do": "add", "topic": "rows", "rows": rows })), json!([]));
    let told = broker.refuses("rows", "scores", &["--partitions", "0"]);
    assert!(told.contains("rows are compressed") && told.contains("compression.type"), "{told}");
}
