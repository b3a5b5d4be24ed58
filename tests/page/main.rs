//! The page of `gmlc ui`: what it serves and to whom, and what people see of it in a browser. There, too, the site of
//! `gmlc doc` and the pictures of `gmlc graph`.

#![cfg(unix)]

mod browser;
mod graphs;
mod reference;
mod seen;
mod served;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use gml_tests::{Project, gmlc_folder, peers_python};

const PROGRAM: &str = r#"
use std.monitor.{drift}

schema Visit { id visitor: str, pages: int, seconds: float }
schema City { id visitor: str, city: str }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    cities: table[City]  = csv("cities.csv"),
    paced: table { id visitor: str, pages: int, pace: float, city: str? } = parquet("out/paced.parquet"),
    towns: table { city: str, visitors: int } = csv("out/towns.csv"),
}

## Waits until it is let go.
node held(visits: table[Visit]) -> table[Visit] = python("held.py", "held")

node paces(visits: table[Visit]) -> table { id visitor: str, pages: int, seconds: float, pace: float } {
    visits |> filter(.pages > 0) |> derive { pace = .seconds / .pages }
}

pipeline prepare(least: int = 2) {
    let fast = paces(held(visits)) |> filter(.pages >= least)
    let shift = drift(reference: visits, current: fast |> drop([.pace]))
    track shift
    save fast |> join(cities, on: [.visitor], how: left, expect: many_to_one) |> drop([.seconds]) as paced
}

pipeline count_towns {
    save cities |> group(by: [.city]) { visitors = count() } as towns
}
"#;

const HELD: &str = r#"
import pathlib
import time

import pyarrow as pa


def held(visits: pa.Table) -> pa.Table:
    while not pathlib.Path(__file__).with_name("go").exists():
        time.sleep(0.02)
    return visits
"#;

/// A project of which one step waits until there is a file `go`.
fn project() -> Option<Project> {
    let python = peers_python()?;
    let venv = python.parent()?.parent()?.display().to_string();
    Some(Project::of(&[
        ("main.gml", PROGRAM),
        ("held.py", HELD),
        ("gml.toml", &format!("[python]\nvenv = {venv:?}\n")),
        ("visits.csv", "visitor,pages,seconds\na,4,80.5\nb,0,3\nc,2,44\nd,1,10\n"),
        ("cities.csv", "visitor,city\na,Graz\nc,Linz\n"),
    ]))
}

/// `gmlc ui` at work.
struct Ui {
    process: Child,
    /// Where the page is: `http://127.0.0.1:4650/`.
    url: String,
}

impl Ui {
    fn of(project: &Project) -> Self {
        let mut process = Command::new(gmlc_folder().join("gmlc"))
            .args(["ui", "--port", "0", "--project"])
            .arg(project.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }

    fn port(&self) -> u16 {
        self.url.trim_end_matches('/').rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// What is answered to a request: status, headers, body.
    fn ask(&self, method: &str, path: &str, host: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.ask("GET", path, &format!("127.0.0.1:{}", self.port()))
    }

    fn json(&self, path: &str) -> serde_json::Value {
        let (status, _, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for Ui {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A run in another process.
fn start(project: &Project, args: &[&str]) -> Child {
    started(project, "prepare", args)
}

fn started(project: &Project, pipeline: &str, args: &[&str]) -> Child {
    project.start(&[&["run", pipeline], args].concat())
}
