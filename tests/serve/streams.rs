//! Streams of a real Redis: rows in, scores out, consumers that are killed, servers that let go.

use std::collections::BTreeMap;
use std::net::TcpListener;

use redis::{Connection, Value as Told, cmd};

use super::*;

/// A Redis of its own.
pub struct Redis {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Redis {
    /// None where the program is not installed.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--save", "", "--appendonly", "no", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            eprintln!("skipped: no redis-server (tests/all installs it)");
            return None;
        };
        let redis = Self { process, port, _folder: folder };
        until("Redis answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(redis)
    }

    pub fn url(&self, stream: &str) -> String {
        format!("redis://127.0.0.1:{}/{stream}", self.port)
    }

    pub fn connect(&self) -> Connection {
        redis::Client::open(self.url("0")).unwrap().get_connection().unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn length(connection: &mut Connection, stream: &str) -> usize {
    cmd("XLEN").arg(stream).query(connection).unwrap()
}

/// How many entries were read and not acknowledged.
fn pending(connection: &mut Connection, stream: &str) -> i64 {
    let told: Told = cmd("XPENDING").arg(stream).arg("gml").query(connection).unwrap();
    match told {
        Told::Array(parts) => {
            if let Told::Int(count) = parts[0] {
                count
            } else {
                panic!("{parts:?}")
            }
        }
        other => panic!("{other:?}"),
    }
}

/// The entries of a stream: id and fields.
fn entries(connection: &mut Connection, stream: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let found: Vec<(String, Vec<String>)> = cmd("XRANGE").arg(stream).arg("-").arg("+").query(connection).unwrap();
    let fields = |flat: Vec<String>| flat.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    found.into_iter().map(|(id, flat)| (id, fields(flat))).collect()
}

/// Adds so many rows; gives their ids.
fn add_rows(connection: &mut Connection, stream: &str, rows: std::ops::Range<usize>) -> Vec<String> {
    let mut pipeline = redis::pipe();
    for row in rows {
        let record = ROW.replace("31", &(row % 90).to_string());
        pipeline.cmd("XADD").arg(stream).arg("*").arg("key").arg(row).arg("row").arg(record);
    }
    pipeline.query(connection).unwrap()
}

fn serve(from: &Redis, to: &Redis, more: &[&str]) -> Server {
    let (rows, scores) = (from.url("rows"), to.url("scores"));
    let mut args = vec!["buyer", "--from", &rows, "--to", &scores];
    args.extend(more);
    Server::of(trained(), &args)
}

#[test]
fn rows_are_scored_and_bad_ones_are_set_aside() {
    let Some(redis) = Redis::start() else { return };
    let mut connection = redis.connect();
    let mut server = serve(&redis, &redis, &[]);
    let good = add_rows(&mut connection, "rows", 0..50);
    let flat: String = cmd("XADD")
        .arg(&[
            "rows", "*", "key", "flat", "age", "31", "income", "120.5", "city", "graz", "plan", "paid", "member",
            "true",
        ])
        .query(&mut connection)
        .unwrap();
    let mut bad = Vec::new();
    for (name, value) in [("row", "{"), ("row", "{\"age\": 3}"), ("age", "x"), ("row", "\u{fffd}"), ("nothing", "")] {
        bad.push(cmd("XADD").arg(&["rows", "*", "key", "bad", name, value]).query::<String>(&mut connection).unwrap());
    }
    add_rows(&mut connection, "rows", 50..60);
    until("all rows are handled", || {
        let mut connection = redis.connect();
        length(&mut connection, "scores") == 61 && length(&mut connection, "scores:dead") == 5
    });
    until("all rows are acknowledged", || pending(&mut redis.connect(), "rows") == 0);
    let scored = entries(&mut connection, "scores");
    // In the order of the rows, each with its key and what it was made of.
    assert_eq!(scored[..50].iter().map(|(_, fields)| fields["source"].clone()).collect::<Vec<_>>(), good);
    assert_eq!((&*scored[7].1["key"], &*scored[7].1["version"]), ("7", "1"));
    let asked = server.post("/predict", &ROW.replace("31", "7"));
    assert_eq!(scored[7].1["prediction"], String::from_utf8(asked.body).unwrap().trim_end());
    let one = scored.iter().find(|(_, fields)| fields["source"] == flat).unwrap();
    assert_eq!(one.1["prediction"], String::from_utf8(server.post("/predict", ROW).body).unwrap().trim_end());
    let dead = entries(&mut connection, "scores:dead");
    assert_eq!(dead.iter().map(|(_, fields)| fields["source"].clone()).collect::<Vec<_>>(), bad);
    let error: Value = serde_json::from_str(&dead[2].1["error"]).unwrap();
    assert_eq!(
        (error["violations"][0]["column"].as_str(), error["violations"][0]["rule"].as_str()),
        (Some("age"), Some("int"))
    );
    assert_eq!((&*dead[2].1["age"], &*dead[2].1["key"]), ("x", "bad"));
    server.counts("gml_serve_stream_rows_total", 61);
    server.counts("gml_serve_stream_dead_rows_total", 5);
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    let left: Vec<Told> = cmd("XINFO").arg("CONSUMERS").arg("rows").arg("gml").query(&mut connection).unwrap();
    assert!(left.is_empty(), "a consumer that ended well is none any more: {left:?}");
}

/// Kills consumers while rows come; which rows were scored, and how often.
fn killed(from: &Redis, to: &Redis, rows: usize, kills: usize) -> (usize, usize) {
    let mut connection = from.connect();
    let more = ["--claim-after", "1", "--stream-batch", "64"];
    let mut ids = Vec::new();
    let part = rows / (kills + 1);
    for kill in 0..kills {
        ids.extend(add_rows(&mut connection, "rows", kill * part..(kill + 1) * part));
        let before = length(&mut to.connect(), "scores");
        let server = serve(from, to, &more);
        // In the midst of its work.
        until("some rows are scored", || length(&mut to.connect(), "scores") > before);
        drop(server);
    }
    ids.extend(add_rows(&mut connection, "rows", kills * part..rows));
    let mut server = serve(from, to, &more);
    until("no row is left", || {
        let mut connection = from.connect();
        let groups: Vec<BTreeMap<String, Told>> =
            cmd("XINFO").arg("GROUPS").arg("rows").query(&mut connection).unwrap();
        let last = match &groups[0]["last-delivered-id"] {
            Told::BulkString(id) => String::from_utf8_lossy(id).into_owned(),
            other => panic!("{other:?}"),
        };
        Some(&last) == ids.last() && pending(&mut connection, "rows") == 0
    });
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    let mut times: BTreeMap<String, usize> = ids.iter().map(|id| (id.clone(), 0)).collect();
    for (_, fields) in entries(&mut to.connect(), "scores") {
        *times.get_mut(&fields["source"]).unwrap() += 1;
    }
    assert_eq!(length(&mut to.connect(), "scores:dead"), 0);
    let lost = times.values().filter(|times| **times == 0).count();
    (lost, times.values().map(|times| times.saturating_sub(1)).sum())
}

#[test]
fn nothing_is_lost_where_consumers_are_killed() {
    let Some(redis) = Redis::start() else { return };
    let (lost, again) = killed(&redis, &redis, 14_000, 6);
    eprintln!("one server: {again} of 14000 rows were scored again after 6 kills");
    // Scores and acknowledgements are one transaction.
    assert_eq!((lost, again), (0, 0));
}

#[test]
fn nothing_is_lost_between_two_servers() {
    let (Some(from), Some(to)) = (Redis::start(), Redis::start()) else { return };
    let (lost, again) = killed(&from, &to, 8_000, 4);
    eprintln!("two servers: {again} of 8000 rows were scored again after 4 kills");
    assert_eq!(lost, 0);
    // What was written and not yet acknowledged: a batch for each that was killed.
    assert!(again <= 4 * 64, "{again}");
}

#[test]
fn a_server_that_lets_go_is_taken_up_again() {
    let Some(redis) = Redis::start() else { return };
    let mut connection = redis.connect();
    let server = serve(&redis, &redis, &[]);
    // A server that lets go while gmlc starts is an error of the start.
    let groups = || cmd("XINFO").arg(&["GROUPS", "rows"]).query::<Vec<redis::Value>>(&mut redis.connect());
    until("the group is there", || groups().is_ok_and(|groups| !groups.is_empty()));
    for round in 0..4 {
        add_rows(&mut connection, "rows", round * 100..(round + 1) * 100);
        let _: Told = cmd("CLIENT").arg(&["KILL", "TYPE", "normal", "SKIPME", "yes"]).query(&mut connection).unwrap();
        until("all rows are scored", || length(&mut redis.connect(), "scores") == (round + 1) * 100);
    }
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(!metrics.contains("gml_serve_stream_lost_links_total 0\n"), "{metrics}");
}

#[test]
fn a_stream_of_scores_that_nobody_reads_is_not_filled_without_end() {
    let Some(redis) = Redis::start() else { return };
    let mut connection = redis.connect();
    add_rows(&mut connection, "rows", 0..1_000);
    let _server = serve(&redis, &redis, &["--to-most", "100", "--stream-batch", "32"]);
    until("some are scored", || length(&mut redis.connect(), "scores") >= 100);
    std::thread::sleep(Duration::from_millis(600));
    let full = length(&mut connection, "scores");
    assert!((100..132).contains(&full), "{full}");
    let mut seen = 0;
    while seen < 1_000 {
        until("there is room, and it is used", || length(&mut redis.connect(), "scores") > 0);
        let taken: Vec<(String, Vec<String>)> =
            cmd("XRANGE").arg("scores").arg("-").arg("+").arg("COUNT").arg(50).query(&mut connection).unwrap();
        let mut gone = cmd("XDEL");
        gone.arg("scores");
        taken.iter().for_each(|(id, _)| {
            gone.arg(id);
        });
        seen += gone.query::<usize>(&mut connection).unwrap();
    }
    assert_eq!(length(&mut connection, "scores"), 0);
}

#[test]
fn what_is_no_stream_is_told() {
    let project = trained();
    let refused = |args: &[&str]| {
        let all: Vec<&str> = ["serve", "buyer", "--port", "0"].into_iter().chain(args.iter().copied()).collect();
        project.gmlc(&all)
    };
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let there = format!("redis://127.0.0.1:{nobody}/rows");
    for (from, to, code, text) in [
        ("mqtt://here/rows", "redis://here/scores", 2, "only redis://, nats://"),
        ("rediss://here/rows", "redis://here/scores", 2, "TLS is spoken with NATS only"),
        ("redis://here", "redis://here/scores", 2, "it names no stream"),
        (&*there, &*there, 2, "the same stream"),
        (&*there, "redis://127.0.0.1:1/scores", 3, "GML0961"),
    ] {
        let told = refused(&["--from", from, "--to", to]);
        assert!(told.code == code && told.stderr.contains(text), "{from}: {} {}", told.code, told.stderr);
    }
    assert_eq!(refused(&["--from", &there]).code, 2);
    if let Some(redis) = Redis::start() {
        let _: Told = cmd("SET").arg("rows").arg("no stream").query(&mut redis.connect()).unwrap();
        let told = refused(&["--from", &redis.url("rows"), "--to", &redis.url("scores")]);
        assert!(told.code == 3 && told.stderr.contains("GML0987"), "{} {}", told.code, told.stderr);
    }
}

/// A server of streams that takes requests and says nothing, as one does that is stopped, or that a network has lost.
#[test]
fn a_server_that_says_nothing_holds_up_the_end_no_longer_than_it_may() {
    for (grace, signals, why) in
        [("1", &["-TERM"][..], "that took longer than --grace"), ("60", &["-INT", "-INT"][..], "it was asked twice")]
    {
        let Some(redis) = Redis::start() else { return };
        let mut server = serve(&redis, &redis, &["--grace", grace]);
        add_rows(&mut redis.connect(), "rows", 0..5);
        until("the rows are scored", || length(&mut redis.connect(), "scores") == 5);
        let stop = |signal: &str| {
            assert!(Command::new("kill").args([signal, &redis.process.id().to_string()]).status().unwrap().success());
        };
        stop("-STOP");
        // Until the request that was under way has been answered, and the next one is not.
        std::thread::sleep(Duration::from_secs(1));
        let begun = Instant::now();
        for signal in signals {
            server.signal(signal);
            std::thread::sleep(Duration::from_millis(300));
        }
        let code = server.process.wait().unwrap().code();
        let took = begun.elapsed();
        stop("-CONT");
        assert_eq!(code, Some(3));
        assert!(took < Duration::from_secs(5), "{took:?}");
        let mut told = String::new();
        server.process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        let due = format!("ended before all requests were answered and the stream was done: {why}");
        assert!(told.contains(&due), "{told}");
    }
}
