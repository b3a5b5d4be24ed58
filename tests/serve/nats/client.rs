//! A server of NATS, and a client that is not gmlc's.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::until;

/// A server of its own.
pub struct Nats {
    process: Child,
    pub port: u16,
    args: Vec<String>,
    folder: tempfile::TempDir,
}

impl Nats {
    /// None where the program is not installed.
    pub fn start(args: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let Some(process) = begin(port, folder.path(), &args) else {
            eprintln!("skipped: no nats-server (tests/all installs it)");
            return None;
        };
        let nats = Self { process, port, args, folder };
        nats.await_answer();
        Some(nats)
    }

    /// One with the streams of the tests: rows, scores, and rows that cannot be scored.
    pub fn with_streams() -> Option<Self> {
        let nats = Self::start(&["-js"])?;
        let mut client = nats.connect();
        client.add_stream("ROWS", &["rows.*"], json!({}));
        client.add_stream("SCORES", &["scores"], json!({}));
        client.add_stream("DEAD", &["scores.dead"], json!({}));
        Some(nats)
    }

    fn await_answer(&self) {
        until("NATS answers", || TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    /// Ends at once, and begins again with what lies on disk.
    pub fn restart(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.process = begin(self.port, self.folder.path(), &self.args).unwrap();
        self.await_answer();
    }

    pub fn url(&self, subject: &str) -> String {
        format!("nats://127.0.0.1:{}/{subject}", self.port)
    }

    pub fn connect(&self) -> Client {
        Client::to(self.port)
    }
}

fn begin(port: u16, folder: &std::path::Path, args: &[String]) -> Option<Child> {
    Command::new("nats-server")
        .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(folder)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A message as it was received.
#[derive(Debug)]
pub struct Message {
    subject: String,
    pub headers: BTreeMap<String, String>,
    pub data: Vec<u8>,
    status: Option<String>,
}

/// A connection.
pub struct Client {
    reader: BufReader<TcpStream>,
    inbox: String,
    asked: usize,
}

impl Client {
    fn to(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let inbox = format!("_TESTS.{}", stream.local_addr().unwrap().port());
        let mut client = Self { reader: BufReader::new(stream), inbox, asked: 0 };
        assert!(client.line().starts_with("INFO "));
        let hello = json!({ "verbose": false, "headers": true, "no_responders": true });
        client.send(format!("CONNECT {hello}\r\nSUB {}.* 1\r\n", client.inbox).as_bytes());
        client
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        assert!(!line.starts_with("-ERR"), "{line}");
        line.trim_end().to_owned()
    }

    fn send(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).unwrap();
    }

    /// The next message to an inbox.
    fn receive(&mut self) -> Message {
        loop {
            let line = self.line();
            let words: Vec<&str> = line.split(' ').collect();
            let length: usize = match words[0] {
                "PING" => {
                    self.send(b"PONG\r\n");
                    continue;
                }
                "MSG" | "HMSG" => words.last().unwrap().parse().unwrap(),
                _ => continue,
            };
            let subject = words[1].to_owned();
            let head = if words[0] == "HMSG" { words[words.len() - 2].parse().unwrap() } else { 0 };
            let mut bytes = vec![0; length + 2];
            self.reader.read_exact(&mut bytes).unwrap();
            let data = bytes[head..length].to_vec();
            let head = String::from_utf8(bytes[..head].to_vec()).unwrap();
            let status = head.lines().next().and_then(|line| line.strip_prefix("NATS/1.0 ")).map(str::to_owned);
            let headers = head.lines().filter_map(|line| line.split_once(": "));
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            return Message { subject, headers, data, status };
        }
    }

    fn new_inbox(&mut self) -> String {
        self.asked += 1;
        format!("{}.{}", self.inbox, self.asked)
    }

    /// What `JetStream` answers.
    pub fn api(&mut self, subject: &str, asked: &Value) -> Value {
        let (inbox, asked) = (self.new_inbox(), asked.to_string());
        self.send(format!("PUB $JS.API.{subject} {inbox} {}\r\n{asked}\r\n", asked.len()).as_bytes());
        loop {
            let message = self.receive();
            if message.subject == inbox {
                return serde_json::from_slice(&message.data).unwrap();
            }
        }
    }

    pub fn add_stream(&mut self, name: &str, subjects: &[&str], more: Value) {
        let mut asked = json!({
            "name": name, "subjects": subjects, "retention": "limits", "storage": "file", "num_replicas": 1,
            "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "discard": "old",
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| asked[name] = value.clone());
        let answer = self.api(&format!("STREAM.CREATE.{name}"), &asked);
        assert!(answer.get("error").is_none(), "{answer}");
    }

    /// Publishes messages, and waits until the server has all of them; their sequences.
    pub fn publish(&mut self, subject: &str, messages: &[(&str, Vec<u8>)]) -> Vec<u64> {
        let mut sent = Vec::new();
        for (key, data) in messages {
            let inbox = self.new_inbox();
            let head = format!("NATS/1.0\r\nkey: {key}\r\n\r\n");
            let lengths = format!("{} {}", head.len(), head.len() + data.len());
            sent.extend(format!("HPUB {subject} {inbox} {lengths}\r\n{head}").into_bytes());
            sent.extend(data);
            sent.extend(b"\r\n");
        }
        self.send(&sent);
        let answers = messages.iter().map(|_| serde_json::from_slice::<Value>(&self.receive().data).unwrap());
        answers.map(|answer| answer["seq"].as_u64().unwrap_or_else(|| panic!("{answer}"))).collect()
    }

    /// How many messages a stream has.
    pub fn length(&mut self, stream: &str) -> u64 {
        self.api(&format!("STREAM.INFO.{stream}"), &json!({}))["state"]["messages"].as_u64().unwrap()
    }

    /// Messages of a stream that were given to nobody, or not acknowledged.
    pub fn left(&mut self, stream: &str) -> u64 {
        let told = self.api(&format!("CONSUMER.INFO.{stream}.gml"), &json!({}));
        told["num_pending"].as_u64().unwrap_or(1) + told["num_ack_pending"].as_u64().unwrap_or(1)
    }

    /// All messages of a stream, taken away where that is asked for.
    pub fn all(&mut self, stream: &str) -> Vec<Message> {
        let config = json!({ "durable_name": "look", "ack_policy": "none", "deliver_policy": "all", "replay_policy": "instant" });
        let asked = json!({ "stream_name": stream, "config": config });
        let made = self.api(&format!("CONSUMER.DURABLE.CREATE.{stream}.look"), &asked);
        assert!(made.get("error").is_none(), "{made}");
        let mut found = Vec::new();
        let mut is_done = false;
        while !is_done {
            let (inbox, asked) = (self.new_inbox(), json!({ "batch": 1000, "no_wait": true }).to_string());
            let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.look");
            self.send(format!("PUB {subject} {inbox} {}\r\n{asked}\r\n", asked.len()).as_bytes());
            for _ in 0..1000 {
                let message = self.receive();
                if message.status.is_some() {
                    is_done = true;
                    break;
                }
                found.push(message);
            }
        }
        self.api(&format!("CONSUMER.DELETE.{stream}.look"), &json!({}));
        found
    }
}
