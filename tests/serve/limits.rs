//! Who may ask, how much, and how slowly; and bodies of chance.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

#[test]
fn other_machines_need_a_token() {
    let project = trained();
    let refused = project.gmlc(&["serve", "buyer", "--port", "0", "--host", "0.0.0.0"]);
    assert!(refused.code == 2 && refused.stderr.contains("GML0986"), "{}", refused.stderr);
    let other = Project::of(&[("token", "correct-horse-battery\n"), ("short", "abc\n")]);
    let short = project.gmlc(&["serve", "buyer", "--token-file", &other.path("short").display().to_string()]);
    assert!(short.code == 2 && short.stderr.contains("16 are the fewest"), "{}", short.stderr);
    let token = other.path("token").display().to_string();
    let server = Server::of(project, &["buyer", "--host", "0.0.0.0", "--token-file", &token]);
    assert_eq!((server.get("/health").status, server.get("/ping").status), (200, 200));
    for path in ["/", "/metrics", "/openapi.json", "/version", "/nothing"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("bearer")), "{path}");
    }
    let with = |shown: &str| {
        let headers = [("content-type", "application/json"), ("authorization", shown)];
        server.ask("POST", "/predict", &headers, ROW.as_bytes()).status
    };
    assert_eq!(with("Bearer correct-horse-battery"), 200);
    assert_eq!(with("bearer  correct-horse-battery"), 200);
    for wrong in ["Bearer correct-horse-batterY", "Bearer ", "Basic correct-horse-battery", "correct-horse-battery"] {
        assert_eq!(with(wrong), 401, "{wrong}");
    }
}

#[test]
fn a_name_that_leads_here_from_elsewhere_is_not_answered() {
    let server = Server::of(trained(), &["buyer"]);
    for host in ["localhost", "LOCALHOST:4680", "127.0.0.1:1", "[::1]:8080"] {
        assert_eq!(server.ask("GET", "/health", &[("host", host)], b"").status, 200, "{host}");
    }
    for host in ["example.org", "localhost.example.org:80"] {
        assert_eq!(server.ask("GET", "/health", &[("host", host)], b"").status, 403, "{host}");
    }
}

#[test]
fn what_is_too_large_or_in_no_form_is_refused() {
    let server = Server::of(trained(), &["buyer", "--max-body", "2KiB"]);
    let large = format!("[{}]", vec![ROW; 100].join(","));
    assert_eq!(server.post("/predict", &large).status, 413);
    // One that does not say how large it is.
    let mut stream = server.connect();
    let head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    for _ in 0..4 {
        let _ = stream.write_all(chunk.as_bytes());
    }
    assert_eq!(receive(&mut BufReader::new(stream)).unwrap().status, 413);
    for (kind, status) in [("application/json", 200), ("text/plain", 415), ("application/json; charset=utf-16", 415)] {
        assert_eq!(server.ask("POST", "/predict", &[("content-type", kind)], ROW.as_bytes()).status, status, "{kind}");
    }
    assert_eq!(server.ask("POST", "/predict", &[], ROW.as_bytes()).status, 415);
    let encoded = [("content-type", "application/json"), ("content-encoding", "gzip")];
    assert_eq!(server.ask("POST", "/predict", &encoded, ROW.as_bytes()).status, 415);
    let wrong = server.get("/predict");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("post")));
    assert_eq!(server.post("/health", "").status, 405);
    assert_eq!(server.get("/nothing").status, 404);
    assert_eq!(server.post("/predict", ROW).status, 200);
}

#[test]
fn slow_clients_are_not_waited_for() {
    let server = Server::of(trained(), &["buyer", "--read-timeout", "0.5"]);
    let begun = Instant::now();
    let mut body = server.connect();
    body.write_all(
        b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    )
    .unwrap();
    let mut head = server.connect();
    head.write_all(b"POST /predict HT").unwrap();
    let mut silent = server.connect();
    assert_eq!(receive(&mut BufReader::new(body)).unwrap().status, 408);
    assert_eq!(receive(&mut BufReader::new(head)).unwrap().status, 408);
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(server.post("/predict", ROW).status, 200);
}

/// Bytes count as they come: bodies that were announced and not sent keep nobody out.
#[test]
fn bodies_hold_no_more_memory_together_than_they_may() {
    let project = trained();
    let refused = project.gmlc(&["serve", "buyer", "--port", "0", "--max-body", "2MiB", "--max-bodies", "1MiB"]);
    assert!(refused.code == 2 && refused.stderr.contains("give it at least as many"), "{}", refused.stderr);
    let server = Server::of(project, &["buyer", "--max-body", "64KiB", "--max-bodies", "64KiB"]);
    let begin = |length: usize, sent: usize| {
        let mut stream = server.connect();
        let head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        let body = format!("{ROW}{}", " ".repeat(length - ROW.len()));
        stream.write_all(format!("{head}content-length: {length}\r\n\r\n{}", &body[..sent]).as_bytes()).unwrap();
        (stream, body[sent..].to_owned())
    };
    let announced = begin(60 << 10, 0);
    let (mut half, rest) = begin(60 << 10, 50 << 10);
    server.counts("gml_serve_body_bytes", 50 << 10);
    assert_eq!(server.post("/predict", ROW).status, 200);
    let (one_too_many, _) = begin(20 << 10, 20 << 10);
    let answer = receive(&mut BufReader::new(one_too_many)).unwrap();
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.header("connection")),
        (503, Some("1"), Some("close"))
    );
    assert_eq!(answer.json()["error_code"], "BUSY");
    // Those that were there before lose nothing.
    half.write_all(rest.as_bytes()).unwrap();
    assert_eq!(receive(&mut BufReader::new(half)).unwrap().status, 200);
    server.counts("gml_serve_body_bytes", 0);
    drop(announced);
    let (again, _) = begin(20 << 10, 20 << 10);
    assert_eq!(receive(&mut BufReader::new(again)).unwrap().status, 200);
}

/// A client that takes nothing of its answers would keep a connection, and the answers, for as long as it likes.
#[test]
#[cfg(target_os = "linux")]
fn who_takes_no_answer_is_not_kept() {
    let server = Server::of(trained(), &["buyer", "--read-timeout", "0.5"]);
    let mut deaf = server.connect();
    deaf.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    // More than the buffers between both hold: some 50 MB.
    let asked = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(8_000);
    let _ = deaf.write_all(asked.as_bytes());
    // That which asks is one.
    server.counts("gml_serve_connections", 1);
    assert_eq!(server.post("/predict", ROW).status, 200);
}

#[test]
fn connections_that_are_too_many_are_told_to_come_again() {
    let server = Server::of(trained(), &["buyer", "--max-connections", "2"]);
    let mut kept: Vec<BufReader<TcpStream>> = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect();
        send(&mut stream, "GET", "/ping", &[], b"");
        let mut reader = BufReader::new(stream);
        assert_eq!(receive(&mut reader).unwrap().status, 200);
        kept.push(reader);
    }
    let answer = receive(&mut BufReader::new(server.connect())).unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.json()["error_code"], "BUSY");
    kept.pop();
    let again = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        let mut stream = server.connect();
        send(&mut stream, "GET", "/ping", &[], b"");
        receive(&mut BufReader::new(stream)).is_some_and(|answer| answer.status == 200)
    });
    assert!(again);
}

#[test]
fn bodies_of_chance_never_make_the_server_fail() {
    let server = Server::of(trained(), &["buyer"]);
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"age\"",
        "31",
        "-7",
        "1e999",
        "null",
        "true",
        "\"city\"",
        "\"graz\"",
        "\"plan\"",
        "\"paid\"",
        "\"",
        "\\",
        "\"inputs\"",
        "\"instances\"",
        "\"dataframe_split\"",
        "\"columns\"",
        "\"data\"",
        ROW,
        "\u{0}",
        "é",
        "\n",
        "age,city\n",
    ]);
    let bodies = (
        prop_oneof![
            prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..300),
        ],
        prop::sample::select(vec!["application/json", "text/csv", "application/vnd.apache.arrow.stream"]),
        prop::sample::select(vec!["/predict", "/invocations"]),
    );
    let mut runner = TestRunner::new(Config::with_cases(1_500));
    let outcome = runner.run(&bodies, |(body, kind, path)| {
        let answer = server.ask("POST", path, &[("content-type", kind)], &body);
        prop_assert!([200, 400, 422].contains(&answer.status), "{answer:?}");
        prop_assert!(answer.status == 200 || serde_json::from_slice::<Value>(&answer.body).is_ok());
        Ok(())
    });
    outcome.unwrap();
    // What is no HTTP at all.
    let noise = prop::collection::vec(any::<u8>(), 1..200);
    runner
        .run(&noise, |bytes| {
            let mut stream = server.connect();
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            prop_assert!(
                answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
                "{:?}",
                String::from_utf8_lossy(&answer)
            );
            Ok(())
        })
        .unwrap();
    assert_eq!(server.post("/predict", ROW).status, 200);
}
