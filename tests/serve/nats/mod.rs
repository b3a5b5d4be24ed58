//! Streams of a real NATS: rows in, scores out, consumers that are killed, servers that end.

mod client;

use std::collections::BTreeMap;
use std::net::TcpListener;

use gml_tests::gmlc_with;
use serde_json::json;

use super::*;
use client::{Client, Nats};

fn serve(from: &str, to: &str, more: &[&str]) -> Server {
    let mut args = vec!["buyer", "--from", from, "--to", to];
    args.extend(more);
    Server::of(trained(), &args)
}

fn serve_both(nats: &Nats, more: &[&str]) -> Server {
    serve(&nats.url("rows.*"), &nats.url("scores"), more)
}

/// What is told where it does not begin.
fn refused(from: &str, to: &str, more: &[&str]) -> (i32, String) {
    let mut args = vec!["serve", "buyer", "--port", "0", "--from", from, "--to", to];
    args.extend(more);
    let told = trained().gmlc(&args);
    (told.code, told.stderr)
}

/// Adds so many rows; gives their sequences.
fn add_rows(client: &mut Client, rows: std::ops::Range<usize>) -> Vec<u64> {
    let keys: Vec<String> = rows.clone().map(|row| row.to_string()).collect();
    let record = |row: usize| ROW.replace("31", &(row % 90).to_string()).into_bytes();
    let messages: Vec<(&str, Vec<u8>)> = keys.iter().zip(rows).map(|(key, row)| (&**key, record(row))).collect();
    client.publish("rows.new", &messages)
}

#[test]
fn rows_of_nats_are_scored_and_bad_ones_are_set_aside() {
    let Some(nats) = Nats::with_streams() else { return };
    let mut client = nats.connect();
    let mut server = serve_both(&nats, &[]);
    let good = add_rows(&mut client, 0..50);
    let bad: [&[u8]; 4] = [b"{", br#"{"age": "x"}"#, b"\xff\xfe", b""];
    let bad = client.publish("rows.bad", &bad.map(|row| ("bad", row.to_vec())));
    add_rows(&mut client, 50..60);
    until("all rows are handled", || {
        let mut client = nats.connect();
        client.length("SCORES") == 60 && client.length("DEAD") == 4 && client.left("ROWS") == 0
    });
    let scored = client.all("SCORES");
    // In the order of the rows, each with its key and what it was made of.
    let sources = |messages: &[client::Message]| -> Vec<u64> {
        messages.iter().map(|message| message.headers["source"].parse().unwrap()).collect()
    };
    assert_eq!(sources(&scored)[..50], good);
    assert_eq!((&*scored[7].headers["key"], &*scored[7].headers["version"]), ("7", "1"));
    assert!(!scored[7].headers.contains_key("error"));
    let asked = server.post("/predict", &ROW.replace("31", "7"));
    assert_eq!(String::from_utf8_lossy(&scored[7].data), String::from_utf8(asked.body).unwrap().trim_end());
    let dead = client.all("DEAD");
    assert_eq!(sources(&dead), bad);
    let error: Value = serde_json::from_str(&dead[1].headers["error"]).unwrap();
    assert_eq!(error["violations"][0]["column"].as_str(), Some("age"));
    // As it came, so that it can be sent again when it is mended.
    assert_eq!((&*dead[2].data, &*dead[2].headers["key"]), (&b"\xff\xfe"[..], "bad"));
    server.counts("gml_serve_stream_rows_total", 60);
    server.counts("gml_serve_stream_dead_rows_total", 4);
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    // Another process goes on where that one was.
    add_rows(&mut client, 60..70);
    let server = serve_both(&nats, &[]);
    until("new rows are scored", || nats.connect().length("SCORES") == 70);
    server.counts("gml_serve_stream_rows_total", 10);
}

#[test]
fn nothing_of_nats_is_lost_where_consumers_are_killed() {
    let Some(nats) = Nats::with_streams() else { return };
    let mut client = nats.connect();
    let more = ["--claim-after", "1", "--stream-batch", "64"];
    let (rows, kills) = (14_000, 6);
    let part = rows / (kills + 1);
    let mut all = Vec::new();
    for kill in 0..kills {
        all.extend(add_rows(&mut client, kill * part..(kill + 1) * part));
        let before = client.length("SCORES");
        let server = serve_both(&nats, &more);
        // In the midst of its work.
        until("some rows are scored", || nats.connect().length("SCORES") > before);
        drop(server);
    }
    all.extend(add_rows(&mut client, kills * part..rows));
    let mut server = serve_both(&nats, &more);
    until("no row is left", || nats.connect().left("ROWS") == 0);
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    let mut times: BTreeMap<u64, usize> = all.iter().map(|sequence| (*sequence, 0)).collect();
    for message in client.all("SCORES") {
        *times.get_mut(&message.headers["source"].parse().unwrap()).unwrap() += 1;
    }
    let lost = times.values().filter(|times| **times == 0).count();
    let again: usize = times.values().map(|times| times.saturating_sub(1)).sum();
    let known = metrics.lines().find(|line| line.starts_with("gml_serve_stream_known_rows_total")).unwrap();
    eprintln!("{again} of {rows} rows were written again after {kills} kills; {known}");
    // What was written and not acknowledged is published again, and the server knows it.
    assert_eq!((lost, again, client.length("DEAD")), (0, 0, 0));
}

#[test]
fn a_server_of_nats_that_ends_is_taken_up_again() {
    let Some(mut nats) = Nats::with_streams() else { return };
    let server = serve_both(&nats, &["--claim-after", "1"]);
    for round in 0..3 {
        add_rows(&mut nats.connect(), round * 100..(round + 1) * 100);
        until("all rows are scored", || nats.connect().length("SCORES") == (round as u64 + 1) * 100);
        nats.restart();
    }
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(!metrics.contains("gml_serve_stream_lost_links_total 0\n"), "{metrics}");
    assert_eq!(nats.connect().length("SCORES"), 300);
}

#[test]
fn a_stream_of_nats_that_nobody_reads_is_not_filled_without_end() {
    let Some(nats) = Nats::with_streams() else { return };
    let mut client = nats.connect();
    add_rows(&mut client, 0..1_000);
    let server = serve_both(&nats, &["--to-most", "100", "--stream-batch", "32"]);
    until("some are scored", || nats.connect().length("SCORES") >= 100);
    std::thread::sleep(Duration::from_millis(600));
    let full = client.length("SCORES");
    assert!((100..132).contains(&full), "{full}");
    let mut seen = 0;
    while seen < 1_000 {
        until("there is room, and it is used", || nats.connect().length("SCORES") > 0);
        let last = client.all("SCORES").len() as u64;
        let purged = client.api("STREAM.PURGE.SCORES", &json!({ "seq": seen + last + 1 }));
        seen += purged["purged"].as_u64().unwrap();
    }
    assert_eq!((seen, client.length("SCORES")), (1_000, 0));
    drop(server);
    // A stream that takes no more is waited for, and nothing that it refused is lost.
    client.add_stream("FULL", &["full", "full.dead"], json!({ "max_msgs": 50, "discard": "new" }));
    let more = ["--group", "other", "--stream-batch", "20", "--claim-after", "1"];
    let server = serve(&nats.url("rows.*"), &nats.url("full"), &more);
    until("it is full", || nats.connect().length("FULL") == 50);
    let (mut seen, mut sources) = (0, BTreeMap::new());
    while sources.len() < 1_000 {
        until("there is room, and it is used", || nats.connect().length("FULL") > 0);
        let found = client.all("FULL");
        for message in &found {
            *sources.entry(message.headers["source"].clone()).or_insert(0) += 1;
        }
        seen += found.len() as u64;
        client.api("STREAM.PURGE.FULL", &json!({ "seq": seen + 1 }));
    }
    assert!(sources.values().all(|times| *times == 1), "the server knows what it had");
    drop(server);
}

#[test]
fn rows_go_from_one_system_to_another() {
    let (Some(nats), Some(redis)) = (Nats::with_streams(), streams::Redis::start()) else { return };
    let mut client = nats.connect();
    add_rows(&mut client, 0..200);
    client.publish("rows.bad", &[("bad", b"{".to_vec())]);
    let _forth = serve(&nats.url("rows.*"), &redis.url("scores"), &[]);
    let length = |stream: &str| -> usize { redis::cmd("XLEN").arg(stream).query(&mut redis.connect()).unwrap() };
    until("all rows are handled", || length("scores") == 200 && length("scores:dead") == 1);
    until("all rows are acknowledged", || nats.connect().left("ROWS") == 0);
    // Scores are no rows: all of them come back as what cannot be scored, with the names of their columns as a record.
    let _back = serve(&redis.url("scores"), &nats.url("scores"), &[]);
    until("all are set aside", || nats.connect().length("DEAD") == 200);
    let first = &client.all("DEAD")[0];
    let record: Value = serde_json::from_slice(&first.data).unwrap();
    assert_eq!((record["source"].as_str(), &*first.headers["key"]), (Some("1"), "0"));
    assert!(record["prediction"].is_string(), "{record}");
}

#[test]
fn what_is_no_stream_of_nats_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let there = |subject: &str| format!("nats://127.0.0.1:{nobody}/{subject}");
    for (from, to, more, code, text) in [
        (there("rows.>"), there("rows.scores"), &[][..], 2, "would be read as rows again"),
        (there("rows"), there("scores.*"), &[], 2, "is many subjects"),
        (there("rows"), there("scores"), &["--group", "a.b"], 2, "no name of a consumer"),
        (there("rows"), there("scores"), &["--partitions", "0"], 2, "has no partitions"),
        (there("rows"), there("scores"), &[], 3, "GML0961"),
    ] {
        let (found, told) = refused(&from, &to, more);
        assert!(found == code && told.contains(text), "{from} {to}: {found} {told}");
    }
    let Some(plain) = Nats::start(&[]) else { return };
    let (code, told) = refused(&plain.url("rows"), &plain.url("scores"), &[]);
    assert!(code == 3 && told.contains("its JetStream is off"), "{code} {told}");
    let nats = Nats::with_streams().unwrap();
    for (from, to, text) in [
        ("visits", "scores", "no stream of the server has the subject visits"),
        ("rows.*?stream=VISITS", "scores", "stream not found"),
        ("rows.*", "other", "no stream of the server has the subject other"),
    ] {
        let (code, told) = refused(&nats.url(from), &nats.url(to), &[]);
        assert!(code == 3 && told.contains("GML0987") && told.contains(text), "{from} {to}: {code} {told}");
    }
    nats.connect().add_stream("MORE", &["more"], json!({}));
    let (code, told) = refused(&nats.url("rows.*"), &nats.url("more"), &[]);
    assert!(code == 3 && told.contains("has the subject more.dead"), "{code} {told}");
    nats.connect().add_stream("EVEN", &["even.*"], json!({}));
    let (code, told) = refused(&nats.url("*.*"), &nats.url("scores"), &["--dead", "more"]);
    assert!(code == 3 && told.contains("several streams"), "{code} {told}");
}

#[test]
fn a_server_of_nats_lets_in_whom_it_knows() {
    let Some(nats) = Nats::start(&["-js", "--user", "me", "--pass", "se:cret"]) else { return };
    let with = |user: &str, subject: &str| format!("nats://{user}@127.0.0.1:{}/{subject}", nats.port);
    for user in ["me:wrong", "you:se%3acret"] {
        let (code, told) = refused(&with(user, "rows"), &with(user, "scores"), &[]);
        assert!(code == 3 && told.contains("GML0962"), "{user}: {code} {told}");
        assert!(!told.contains("wrong") && !told.contains("cret@"), "{told}");
    }
    // The password may stand in a variable; let in, it finds that there is no stream.
    let (from, to) = (with("me", "rows"), with("me", "scores"));
    let args = ["serve", "buyer", "--port", "0", "--from", &from, "--to", &to];
    let told = gmlc_with(&trained().path(""), &args, &[("GML_NATS_PASSWORD", "se:cret")]);
    assert!(told.code == 3 && told.stderr.contains("no stream of the server has the subject rows"), "{}", told.stderr);
    let (code, told) = refused(&with("me:se%3acret", "rows"), &with("me:se%3acret", "scores"), &[]);
    assert!(code == 3 && told.contains("no stream of the server has the subject rows"), "{code} {told}");
}

/// A certificate for 127.0.0.1 and its key, and the authority that vouches for it.
struct Certified {
    authority: String,
    certificate: String,
    key: String,
}

/// None where no openssl is installed.
fn certified(folder: &Path) -> Option<Certified> {
    let file = |name: &str| folder.join(name).display().to_string();
    let (authority, authority_key) = (file("authority.pem"), file("authority.key"));
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let own = ["-subj", "/CN=authority", "-keyout", &authority_key, "-out", &authority];
    let name = ["-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", &key, "-out", &certificate];
    let vouched = ["-CA", &authority, "-CAkey", &authority_key, "-addext", "basicConstraints=critical,CA:FALSE"];
    for arguments in [own.to_vec(), [&name[..], &vouched].concat()] {
        let Ok(made) = Command::new("openssl").args(request).args(arguments).stderr(Stdio::null()).status() else {
            eprintln!("skipped: no openssl");
            return None;
        };
        assert!(made.success());
    }
    Some(Certified { authority, certificate, key })
}

#[test]
fn nats_is_spoken_within_tls_where_the_server_or_the_address_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(Certified { authority, certificate, key }) = certified(folder.path()) else { return };
    let args = ["-js", "--user", "me", "--pass", "secret", "--tls", "--tlscert", &certificate, "--tlskey", &key];
    let Some(nats) = Nats::start(&args) else { return };
    let plain = Nats::with_streams().unwrap();
    let url = |scheme: &str| format!("{scheme}://me:secret@127.0.0.1:{}/rows", nats.port);
    // Nobody vouches for the certificate.
    let (code, told) = refused(&url("tls"), &plain.url("scores"), &[]);
    assert!(code == 3 && told.contains("GML0961") && told.contains("ertificate"), "{code} {told}");
    // A server that speaks no TLS is not spoken to without.
    let insecure = plain.url("rows.*").replace("nats://", "tls://");
    let (code, told) = refused(&insecure, &plain.url("scores"), &[]);
    assert!(code == 3 && told.contains("GML0961"), "{code} {told}");
    // With the authority known, it is let in, and finds that there is no stream.
    for scheme in ["tls", "nats"] {
        let (from, to) = (url(scheme), plain.url("scores"));
        let args = ["serve", "buyer", "--port", "0", "--from", &from, "--to", &to];
        let told = gmlc_with(&trained().path(""), &args, &[("SSL_CERT_FILE", &authority)]);
        assert!(told.stderr.contains("no stream of the server has the subject rows"), "{}", told.stderr);
    }
}
