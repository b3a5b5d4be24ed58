//! Scores and rows that cannot be scored, published to subjects that a stream of `JetStream` keeps.

use std::time::Duration;

use async_nats::header::{HeaderMap, HeaderValue};
use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use gml_connect::Fault;

use super::super::ends::Sink;
use super::super::letter::Letter;
use super::super::{Streams, Told};
use super::link::Link;
use super::streams::Stream;

/// Where letters go.
pub(in crate::stream) struct Scores {
    link: Link,
    to: String,
    dead: String,
    /// The stream that keeps scores.
    stream: String,
    most: Option<u64>,
    /// The group that rows are scored for: others may score the same rows to the same subject.
    group: String,
}

impl Scores {
    /// Connects, and sees that a stream keeps each of both subjects.
    pub(in crate::stream) fn connect(streams: &Streams, told: &Told) -> Result<Self, Fault> {
        let Streams { to, dead, group, claim_after, .. } = streams;
        let link = Link::to(to)?;
        let stream = Stream::of(&link, &to.stream, to.named.as_deref())?;
        Stream::of(&link, dead, None)?;
        let window = stream.window();
        if window < *claim_after {
            told(&format!(
                "the stream {} knows for {} s which scores it has, less than the {} s of --claim-after: those that a consumer which ends had \
                 written may be written again",
                stream.name,
                window.as_secs_f64(),
                claim_after.as_secs_f64()
            ));
        }
        let (to, dead, group) = (to.stream.clone(), dead.clone(), group.clone());
        Ok(Self { link, to, dead, stream: stream.name, most: streams.most, group })
    }

    /// Hands a letter to the client; what comes is the server's word that it has it.
    async fn send(&self, origin: &str, letter: &Letter<'_>) -> Result<PublishAckFuture, Fault> {
        let id = format!("{}:{origin}:{}", self.group, letter.entry.id);
        let subject = if letter.is_dead() { &self.dead } else { &self.to };
        let sent = self.publish(subject, &id, letter, Bytes::from(letter.text().into_owned())).await;
        match sent {
            // With the reason beside it, a row may be longer than a message can be: its source says where it is.
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded && letter.is_dead() => {
                self.publish(subject, &id, letter, Bytes::new()).await
            }
            sent => sent,
        }
        .map_err(|error| self.fault(&error, subject))
    }

    async fn publish(
        &self,
        subject: &str,
        id: &str,
        letter: &Letter<'_>,
        text: Bytes,
    ) -> Result<PublishAckFuture, PublishError> {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, header(id.as_bytes()));
        for (name, value) in letter.heads() {
            headers.insert(name, header(&value));
        }
        let message = PublishMessage::build().headers(headers).payload(text);
        self.link.context().send_publish(subject.to_owned(), message).await
    }

    fn fault(&self, error: &PublishError, subject: &str) -> Fault {
        match error.kind() {
            PublishErrorKind::StreamNotFound => {
                Fault::new("GML0987", format!("no stream of the server has the subject {subject} any more"))
                    .at(self.link.address())
                    .help(format!("make one: nats stream add NAME --subjects {subject}"))
            }
            PublishErrorKind::MaxPayloadExceeded => {
                Fault::new("GML0987", format!("what is said of a row is longer than a message may be: {error}"))
                    .at(self.link.address())
                    .help("raise max_payload of the server")
            }
            _ => self.link.fault(error),
        }
    }
}

impl Sink for Scores {
    fn is_full(&mut self) -> Result<bool, Fault> {
        match self.most {
            None => Ok(false),
            Some(most) => Ok(Stream::length(&self.link, &self.stream)? >= most),
        }
    }

    fn write(&mut self, origin: &str, letters: &[Letter<'_>]) -> Result<usize, Fault> {
        self.link.ask(Duration::ZERO, async {
            let mut sent = Vec::with_capacity(letters.len());
            for letter in letters {
                sent.push((self.send(origin, letter).await?, letter.is_dead()));
            }
            let mut known = 0;
            for (coming, is_dead) in sent {
                let subject = if is_dead { &self.dead } else { &self.to };
                let answer = coming.await.map_err(|error| self.fault(&error, subject))?;
                known += usize::from(answer.duplicate);
            }
            Ok(known)
        })
    }
}

/// A text as a header holds it: in one line.
fn header(text: &[u8]) -> HeaderValue {
    let line = String::from_utf8_lossy(text).replace(['\r', '\n'], " ");
    line.parse().unwrap_or_default()
}
