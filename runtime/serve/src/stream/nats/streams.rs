//! The streams of `JetStream` that subjects lie in.

use std::time::Duration;

use gml_connect::Fault;
use serde_json::{Value, json};

use super::link::Link;

/// A stream as its server tells of it.
pub(super) struct Stream {
    pub(super) name: String,
    told: Value,
}

impl Stream {
    /// The stream that has subjects.
    ///
    /// # Errors
    /// GML0987 where there is none, or more than one.
    pub(super) fn of(link: &Link, subject: &str, named: Option<&str>) -> Result<Self, Fault> {
        let name = match named {
            Some(name) => name.to_owned(),
            None => the_only(link, subject)?,
        };
        Self::named(link, &name)
    }

    fn named(link: &Link, name: &str) -> Result<Self, Fault> {
        let told = link.api(&format!("STREAM.INFO.{name}"), &json!({}))?;
        Ok(Self { name: name.to_owned(), told })
    }

    /// A name that no other stream ever had: another one of the same name counts from one again.
    pub(super) fn identity(&self) -> String {
        format!("{}@{}", self.name, self.told["created"].as_str().unwrap_or_default())
    }

    /// How long it knows which messages it has, so that none is kept twice.
    pub(super) fn window(&self) -> Duration {
        Duration::from_nanos(self.told["config"]["duplicate_window"].as_u64().unwrap_or_default())
    }

    /// How many messages it has at the moment.
    pub(super) fn length(link: &Link, name: &str) -> Result<u64, Fault> {
        Ok(Self::named(link, name)?.told["state"]["messages"].as_u64().unwrap_or_default())
    }
}

/// The name of the only stream that has subjects.
fn the_only(link: &Link, subject: &str) -> Result<String, Fault> {
    let answer = link.api("STREAM.NAMES", &json!({ "subject": subject }))?;
    let names: Vec<&str> = answer["streams"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match names[..] {
        [name] => Ok(name.to_owned()),
        [] => Err(Fault::new("GML0987", format!("no stream of the server has the subject {subject}"))
            .at(link.address())
            .help(format!("make one: nats stream add NAME --subjects {subject}"))),
        _ => Err(Fault::new("GML0987", format!("{subject} lies in several streams: {}", names.join(", ")))
            .at(link.address())
            .help("name one of them: nats://host/subject?stream=NAME")),
    }
}
