//! `gmlc serve`: what it answers, to whom, and that nothing is lost where models change and servers end.

#![cfg(unix)]

mod by_query;
mod ending;
mod equal;
mod forms;
mod kafka;
mod limits;
mod nats;
mod streams;
mod versions;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use gml_tests::{Project, gmlc_folder};
use serde_json::Value;

const PROGRAM: &str = r#"
use std.prep.{impute, one_hot}
use std.learn.{boosted_trees}

param rounds: int = 20

schema Visit {
    id     visitor: str,
           age: int in 0..120,
           income: float?,
           city: category,
           plan: enum["free", "paid"],
           member: bool,
    target bought: bool,
}

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model = artifact("models/buyer", versioned: true),
    recipe: transform = artifact("models/recipe"),
}

pipeline training {
    let data = visits |> split_random(train: 60%, valid: 40%, seed: 1)
    let prepared = impute(mean, [.income]) >> one_hot([.plan])
    let model = fit(prepared >> boosted_trees(objective: binary, rounds: rounds, min_rows: 5), train: data.train)
    save calibrate(model, on: data.valid, method: sigmoid) as buyer
    save fit(prepared, train: data.train) as recipe
}
"#;

fn visits() -> String {
    let mut text = String::from("visitor,age,income,city,plan,member,bought\n");
    let mut state = 1_u64;
    for row in 0..400 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (age, luck, city) =
            ((state >> 33) % 90, (state >> 45) % 90, ["bonn", "graz", "linz"][(state >> 20) as usize % 3]);
        let income = if state.is_multiple_of(7) { String::new() } else { format!("{}.5", luck * 10) };
        let plan = if luck > 40 { "paid" } else { "free" };
        text += &format!("v{row},{age},{income},{city},{plan},{},{}\n", luck % 2 == 0, age + luck % 13 > 45);
    }
    text
}

/// A project whose model was learned: that of all tests here, which none of them changes.
fn trained() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(learned)
}

/// A project whose model was learned.
fn learned() -> Project {
    let project = Project::of(&[("main.gml", PROGRAM.to_owned()), ("visits.csv", visits())]);
    project.done(&["run"]);
    project
}

/// A row that the model takes.
const ROW: &str = r#"{"age": 31, "income": 120.5, "city": "graz", "plan": "paid", "member": true}"#;

/// `gmlc serve` at work.
struct Server {
    process: Child,
    port: u16,
}

/// What was answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|wrong| panic!("{wrong}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| *other == name).map(|(_, value)| value.trim()).next()
    }
}

impl Server {
    fn of(project: &Project, args: &[&str]) -> Self {
        Self::start(&project.path(""), args)
    }

    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut process = Command::new(gmlc_folder().join("gmlc"))
            .args(["serve", "--port", "0"])
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let port = url.trim().trim_end_matches('/').rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let Some(port) = port else {
            let mut told = String::new();
            let _ = process.stderr.take().unwrap().read_to_string(&mut told);
            panic!("no server: {told}");
        };
        Self { process, port }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        send(&mut stream, method, path, headers, body);
        receive(&mut BufReader::new(stream)).expect("the server answers")
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, &[("content-type", "application/json")], body.as_bytes())
    }

    /// Waits until the page of metrics has that number: what was done is counted after others can see it.
    fn counts(&self, metric: &str, due: usize) {
        let line = format!("{metric} {due}\n");
        until(&line, || String::from_utf8(self.get("/metrics").body).unwrap().contains(&line));
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send(stream: &mut TcpStream, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head += "host: localhost\r\n";
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || method == "POST" {
        head += &format!("content-length: {}\r\n", body.len());
    }
    let mut request = (head + "\r\n").into_bytes();
    request.extend(body);
    // A server that refuses a body need not read it.
    let _ = stream.write_all(&request);
}

/// The next answer of a connection; none where it was closed before one began.
fn receive(reader: &mut BufReader<TcpStream>) -> Option<Answer> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let head = head.to_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Answer { status, head, body })
}

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < end, "it did not come to that: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where a project keeps its model.
fn model_folder(project: &Project) -> PathBuf {
    project.path("models/buyer")
}
