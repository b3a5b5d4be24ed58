//! Scores and rows that cannot be scored, written to topics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gml_connect::Fault;
use rskafka::chrono::{DateTime, Utc};
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{Compression, PartitionClient};
use rskafka::record::Record;

use super::super::Streams;
use super::super::ends::Sink;
use super::super::entry::{KEY, Receipt};
use super::super::letter::Letter;
use super::link::Link;

/// Bytes that are written at once: a broker takes about a million, unless it is told otherwise.
const BYTES: usize = 500_000;

/// The partitions of a topic.
struct Topic(Vec<Arc<PartitionClient>>);

/// Where letters go.
pub(in crate::stream) struct Scores {
    link: Link,
    to: Topic,
    dead: Topic,
    /// The partition of rows that come from none: each batch goes to the next one.
    turn: usize,
}

impl Topic {
    fn of(link: &Link, name: &str) -> Result<Self, Fault> {
        let partitions = link.partitions(name, "--partitions 1")?;
        partitions.into_iter().map(|partition| link.partition(name, partition)).collect::<Result<_, Fault>>().map(Self)
    }

    /// Writes letters, each batch of bytes at once.
    fn write(&self, link: &Link, turn: usize, letters: &[&Letter<'_>]) -> Result<(), Fault> {
        let mut parts: BTreeMap<usize, Vec<&Letter<'_>>> = BTreeMap::new();
        for letter in letters {
            // Rows of one partition go to one partition, so that those of one key stay in their order.
            let place = match letter.entry.receipt {
                Receipt::Place { partition, .. } => usize::try_from(partition).unwrap_or_default(),
                _ => turn,
            };
            parts.entry(place % self.0.len()).or_default().push(letter);
        }
        for (place, letters) in parts {
            let Some(partition) = self.0.get(place) else { continue };
            let (mut records, mut bytes) = (Vec::new(), 0);
            for letter in letters {
                let record = record(letter, true);
                if !records.is_empty() && bytes + record.approximate_size() > BYTES {
                    link.ask(produce(partition, std::mem::take(&mut records)))?;
                    bytes = 0;
                }
                bytes += record.approximate_size();
                if letter.is_dead() && bytes > BYTES {
                    self.write_large(link, partition, letter, record)?;
                    bytes = 0;
                } else {
                    records.push(record);
                }
            }
            link.ask(produce(partition, records))?;
        }
        Ok(())
    }

    /// With the reason beside it, a row may be longer than a record can be: its source says where it is.
    fn write_large(
        &self,
        link: &Link,
        partition: &PartitionClient,
        letter: &Letter<'_>,
        whole: Record,
    ) -> Result<(), Fault> {
        link.ask(async {
            match produce(partition, vec![whole]).await {
                Err(Error::ServerError {
                    protocol_error: ProtocolError::MessageTooLarge | ProtocolError::RecordListTooLarge,
                    ..
                }) => produce(partition, vec![record(letter, false)]).await,
                written => written,
            }
        })
    }
}

async fn produce(partition: &PartitionClient, records: Vec<Record>) -> Result<(), Error> {
    partition.produce(records, Compression::NoCompression).await.map(drop)
}

fn record(letter: &Letter<'_>, with_text: bool) -> Record {
    let heads = letter.heads().into_iter().filter(|(name, _)| *name != KEY);
    Record {
        key: letter.entry.field(KEY).map(<[u8]>::to_vec),
        value: with_text.then(|| letter.text().into_owned()),
        headers: heads.map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
        timestamp: now(),
    }
}

/// The time, as records have it.
pub(super) fn now() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

impl Scores {
    /// Connects, and sees that both topics are there.
    pub(in crate::stream) fn connect(streams: &Streams) -> Result<Self, Fault> {
        let link = Link::to(&streams.to)?;
        let (to, dead) = (Topic::of(&link, &streams.to.stream)?, Topic::of(&link, &streams.dead)?);
        Ok(Self { link, to, dead, turn: 0 })
    }
}

impl Sink for Scores {
    fn is_full(&mut self) -> Result<bool, Fault> {
        Ok(false)
    }

    fn write(&mut self, _origin: &str, letters: &[Letter<'_>]) -> Result<usize, Fault> {
        let (dead, scored): (Vec<&Letter<'_>>, Vec<&Letter<'_>>) = letters.iter().partition(|letter| letter.is_dead());
        self.to.write(&self.link, self.turn, &scored)?;
        self.dead.write(&self.link, self.turn, &dead)?;
        self.turn = self.turn.wrapping_add(1);
        Ok(0)
    }
}
