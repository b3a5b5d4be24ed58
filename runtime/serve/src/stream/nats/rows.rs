//! Rows of a stream of `JetStream`.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::{Batch, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer};
use bytes::Bytes;
use futures_core::Stream as _;
use gml_connect::Fault;

use super::super::ends::{Source, WAIT};
use super::super::entry::{Entry, KEY, Receipt};
use super::super::{Streams, Tally};
use super::link::Link;
use super::streams::Stream;

/// Rows that a group may have under way: each consumer asks for a batch when it has done the one before, which is bound enough. (A server
/// that reaches this bound leaves those who ask without an answer.)
const UNDER_WAY: i64 = -1;

/// A consumer that others of its group share.
pub(in crate::stream) struct Rows {
    link: Link,
    consumer: Consumer<Config>,
    origin: String,
    batch: usize,
    tally: Arc<Tally>,
}

impl Rows {
    /// Connects, and makes the consumer where there is none. It begins with the first row that the stream has.
    pub(in crate::stream) fn connect(streams: &Streams, tally: &Arc<Tally>) -> Result<Self, Fault> {
        let Streams { from, group, batch, claim_after, .. } = streams;
        let link = Link::to(from)?;
        let stream = Stream::of(&link, &from.stream, from.named.as_deref())?;
        let config = Config {
            durable_name: Some(group.clone()),
            name: Some(group.clone()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: *claim_after,
            filter_subject: from.stream.clone(),
            max_ack_pending: UNDER_WAY,
            ..Config::default()
        };
        let consumer = link.ask(Duration::ZERO, async {
            link.context().create_consumer_on_stream(config, &stream.name).await.map_err(|error| match error.kind() {
                async_nats::jetstream::stream::ConsumerErrorKind::JetStream(refused) => {
                    link.refusal(refused.error_code().0, &refused.to_string())
                }
                _ => link.fault(&error),
            })
        })?;
        Ok(Self { link, consumer, origin: stream.identity(), batch: *batch, tally: Arc::clone(tally) })
    }

    /// As many messages as there are at once.
    async fn there(&self) -> Result<Vec<Message>, Fault> {
        let pulled = self.consumer.fetch().max_messages(self.batch).messages().await;
        self.collect(pulled.map_err(|error| self.link.fault(&error))?).await
    }

    /// The first message that comes.
    async fn coming(&self) -> Result<Vec<Message>, Fault> {
        let pulled = self.consumer.batch().max_messages(1).expires(WAIT).messages().await;
        self.collect(pulled.map_err(|error| self.link.fault(&error))?).await
    }

    async fn collect(&self, mut pulled: Batch) -> Result<Vec<Message>, Fault> {
        let mut messages = Vec::new();
        while let Some(message) = poll_fn(|context| Pin::new(&mut pulled).poll_next(context)).await {
            match message {
                Ok(message) => messages.push(message),
                Err(error) => return Err(self.no_rows(&error.to_string())),
            }
        }
        Ok(messages)
    }

    /// Why no more rows are given. A consumer that was deleted is not made anew: it would begin with the first row.
    fn no_rows(&self, text: &str) -> Fault {
        let is_deleted = text.to_lowercase().contains("deleted");
        let code = if is_deleted { "GML0987" } else { "GML0961" };
        Fault::new(code, format!("the server of the stream gives no rows: {text}"))
            .at(self.link.address())
            .help("see that stream and consumer are there: nats consumer info")
    }

    fn entry(&self, message: &Message) -> Result<Entry, Fault> {
        let wrong = || {
            Fault::new("GML0987", "a message of the stream does not say where it stands in it").at(self.link.address())
        };
        let info = message.info().map_err(|_| wrong())?;
        if info.delivered > 1 {
            Tally::add(&self.tally.claimed, 1);
        }
        let reply = message.reply.as_ref().ok_or_else(wrong)?;
        let key = message.headers.as_ref().and_then(|headers| headers.get(KEY));
        Ok(Entry::of_record(
            info.stream_sequence.to_string(),
            message.payload.to_vec(),
            key.map(|key| key.as_str().as_bytes().to_vec()),
            Receipt::Reply(reply.to_string()),
        ))
    }

    /// Answers to all of them, and to the last one so that the server says that it has seen that.
    async fn answer(&self, entries: &[Entry], answer: &'static [u8]) -> Result<(), Fault> {
        let client = self.link.context().client();
        let mut replies = entries.iter().filter_map(|entry| match &entry.receipt {
            Receipt::Reply(reply) => Some(Subject::from(reply.as_str())),
            _ => None,
        });
        let Some(mut last) = replies.next() else { return Ok(()) };
        for next in replies {
            let sent = client.publish(std::mem::replace(&mut last, next), Bytes::from_static(answer)).await;
            sent.map_err(|error| self.link.fault(&error))?;
        }
        client.request(last, Bytes::from_static(answer)).await.map(drop).map_err(|error| self.link.fault(&error))
    }
}

impl Source for Rows {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn read(&mut self) -> Result<Vec<Entry>, Fault> {
        let messages = self.link.ask(WAIT, async {
            let there = self.there().await?;
            if there.is_empty() { self.coming().await } else { Ok(there) }
        })?;
        messages.iter().map(|message| self.entry(message)).collect()
    }

    fn acknowledge(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        self.link.ask(Duration::ZERO, self.answer(entries, b"+ACK"))
    }

    fn give_back(&mut self, entries: &[Entry]) {
        // Where that is lost too, they come again when the consumer was silent for long enough.
        let _ = self.link.ask(Duration::ZERO, self.answer(entries, b"-NAK"));
    }

    fn leave(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}
